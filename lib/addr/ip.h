/* ip.h - IP address literals over views: what rvx_addr_parse() and every configuration parser use */
#ifndef RVX_ADDR_IP_H
#define RVX_ADDR_IP_H

#include <stdbool.h>

#include <resolvx/addr.h>

#include "base/buf.h"
#include "base/view.h"

/* Parses an IP literal with optional zone (IPv6). False, and *addr untouched, if it is none. The port is set to 0. */
bool rvx__ip_parse(struct rvx__view text, struct rvx_addr *addr);

/* Parses IPv4 only into 4 bytes, or the address part of IPv6 only into 16. */
bool rvx__ip_parse_v4(struct rvx__view text, uint8_t ip[4]);
bool rvx__ip_parse_v6(struct rvx__view text, uint8_t ip[16]);

/* Prints as RFC 5952: no brackets, no port; v4-mapped addresses as IPv4; with zone. */
void rvx__ip_print(struct rvx__buf *buf, const struct rvx_addr *addr);

/* ::ffff:0:0/96 */
bool rvx__ip_is_mapped(const struct rvx_addr *addr);

/* The number of leading bits that two addresses of one family share, compared over `bits` at most. */
unsigned rvx__ip_common_bits(const uint8_t *a, const uint8_t *b, unsigned bits);

#endif
