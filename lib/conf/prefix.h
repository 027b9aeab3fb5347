/* prefix.h - address prefixes, as sortlist and gai.conf write them */
#ifndef RVX_CONF_PREFIX_H
#define RVX_CONF_PREFIX_H

#include <stdbool.h>
#include <stdint.h>

#include <resolvx/addr.h>

#include "base/view.h"

/* The addresses of one family whose first `bits` bits are those of `ip`; the other bits of `ip` are 0. */
struct rvx__prefix {
    uint8_t family; /* RVX_FAMILY_IPV4 or RVX_FAMILY_IPV6 */
    uint8_t bits;   /* 0 to 32, or 0 to 128 */
    uint8_t ip[16]; /* IPv4 in the first 4 */
};

/* Parses "2002::/16", "10.0.0.0/8", "10.0.0.0/255.0.0.0", or an address alone, which is its own prefix. Netmasks with
 * holes and zones are refused. False, and *prefix untouched, if it is none. */
bool rvx__prefix_parse(struct rvx__view text, struct rvx__prefix *prefix);

/* As rvx__prefix_parse(), but an IPv4 address alone stands for its network of class A, B or C, as in resolv.conf's
 * sortlist; classes D and E, which have none, stand for themselves. */
bool rvx__prefix_parse_natural(struct rvx__view text, struct rvx__prefix *prefix);

/* Turns an IPv4 prefix into the v4-mapped IPv6 prefix of the same addresses. */
void rvx__prefix_map(struct rvx__prefix *prefix);

/* Is the address in the prefix? An IPv4 address and its v4-mapped form are the same here, on either side. Zones do not
 * count. */
bool rvx__prefix_match(const struct rvx__prefix *prefix, const struct rvx_addr *addr);

#endif
