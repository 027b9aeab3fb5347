/* host.h - host lookups for the rest of this folder */
#ifndef RVX_RESOLVER_HOST_H
#define RVX_RESOLVER_HOST_H

#include <stdbool.h>
#include <stdint.h>

#include <resolvx/resolver.h>

/* Does a network of IP version 4, 6 or 0 (either) take an address? */
bool rvx__version_takes(unsigned version, const struct rvx_addr *addr);

/* rvx_lookup_host() for a version instead of a network. */
int rvx__host_find(struct rvx_resolver *resolver, unsigned version, const char *host, const struct rvx_ctx *ctx,
                   struct rvx_addrs **addrs, struct rvx_error *err);

#endif
