/* sort.h - a lookup's addresses in the order to try them */
#ifndef RVX_RESOLVER_SORT_H
#define RVX_RESOLVER_SORT_H

#include <stddef.h>

#include <resolvx/addr.h>

#include "resolver/resolver.h"
#include "resolver/rfc6724.h"

/* Sorts the addresses of an answer in place, by RFC 6724 and what `policy` says. One address is left alone.
 * Returns: 0; -ENOMEM, and the order is as it was. */
int rvx__resolver_sort(struct rvx_resolver *resolver, const struct rvx__policy *policy, struct rvx_addr *v, size_t n);

#endif
