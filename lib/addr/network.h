/* network.h - network names: "tcp", "udp6", "ip4:icmp", "unix", ...
 *
 * Parsing only says what a name means; each call then decides which networks it takes.
 */
#ifndef RVX_ADDR_NETWORK_H
#define RVX_ADDR_NETWORK_H

#include <stdint.h>

#include "base/view.h"

enum rvx__network_kind {
    RVX__NETWORK_TCP,
    RVX__NETWORK_UDP,
    RVX__NETWORK_IP,
    RVX__NETWORK_UNIX,       /* stream */
    RVX__NETWORK_UNIXGRAM,   /* datagram */
    RVX__NETWORK_UNIXPACKET  /* sequenced packets */
};

struct rvx__network {
    enum rvx__network_kind kind;
    uint8_t version;  /* 4, 6, or 0 for either; 0 for Unix networks */
    int16_t protocol; /* "ip4:icmp": the protocol's number; -1: none given */
};

/* Parses a network name; names are case-sensitive. 0; RVX_ENETUNKNOWN; RVX_EADDRINVALID for a protocol that is not
 * known after "ip:" (Go: unknown IP protocol specified). Protocols are numbers 0 to 255 or icmp igmp tcp udp
 * ipv6-icmp. */
int rvx__network_parse(struct rvx__view name, struct rvx__network *network);

/* "tcp", "udp", "ip", "unix", "unixgram", "unixpacket": the name without version. */
const char *rvx__network_base(const struct rvx__network *network);

#endif
