/* ownaddrs.h - what the kernel knows of this machine's addresses: networks, flags, the kind of link they are on */
#ifndef RVX_RESOLVER_OWNADDRS_H
#define RVX_RESOLVER_OWNADDRS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "resolver/rfc6724.h"
#include "sock/ops.h"

#define RVX__OWNADDRS_MAX 1024

struct rvx__ownaddr {
    uint8_t ip[16]; /* IPv4 in the first 4 */
    uint8_t family; /* RVX_FAMILY_IPV4 or RVX_FAMILY_IPV6 */
    uint8_t network;
    bool deprecated, home;
    bool link_known, tunnel;
    uint32_t link;
};

/* Zeroed storage is an empty list. */
struct rvx__ownaddrs {
    bool known; /* the kernel was asked */
    struct rvx__ownaddr *v;
    size_t n;
};

void rvx__ownaddrs_fini(struct rvx__ownaddrs *own); /* leaves it empty */

/* Fills in what the kernel knows of a source that was found, asking it if need be. Nothing changes if it cannot be
 * asked. */
void rvx__ownaddrs_describe(struct rvx__ownaddrs *own, const struct rvx__sockops *ops, struct rvx__source *source);

#endif
