/* sort.h - a lookup's addresses in the order to try them */
#ifndef RVX_RESOLVER_SORT_H
#define RVX_RESOLVER_SORT_H

#include <stddef.h>
#include <stdint.h>

#include <resolvx/addr.h>

#include "resolver/resolver.h"
#include "resolver/rfc6724.h"

/* Sorts the addresses of an answer in place, by RFC 6724 and what `policy` says, and tells where each one went and why.
 * They are IPv4 and IPv6 ones, none v4-mapped. A single one is left alone.
 * lookup: the number that its events have.
 * Returns: 0; -ENOMEM, and the order is as it was. */
int rvx__resolver_sort(struct rvx_resolver *resolver, uint64_t lookup, const struct rvx__policy *policy,
                       struct rvx_addr *v, size_t n);

/* The same by what the resolver's files say: gai.conf, and the sortlist of resolv.conf. */
int rvx__resolver_sort_by_files(struct rvx_resolver *resolver, uint64_t lookup, struct rvx_addr *v, size_t n);

#endif
