/* network.c - network names
 *
 * The names Go's Dial and Listen know, case-sensitive: tcp, udp and ip with an optional 4 or 6, the three Unix ones,
 * and "ip:PROTOCOL". Protocols are numbers or the five names Go carries, in any case; /etc/protocols is not read, for
 * parsing opens no files.
 */
#include <config.h>

#include "addr/network.h"

#include <stdbool.h>

#include <resolvx/err.h>

struct protocol {
    const char *name;
    int16_t number;
};

static const char *const kind_names[] = {
    [RVX__NETWORK_TCP] = "tcp",
    [RVX__NETWORK_UDP] = "udp",
    [RVX__NETWORK_IP] = "ip",
    [RVX__NETWORK_UNIX] = "unix",
    [RVX__NETWORK_UNIXGRAM] = "unixgram",
    [RVX__NETWORK_UNIXPACKET] = "unixpacket",
};

#define KIND_N (sizeof kind_names / sizeof kind_names[0])

static const struct protocol protocols[] = {
    {"icmp", 1}, {"igmp", 2}, {"tcp", 6}, {"udp", 17}, {"ipv6-icmp", 58},
};

static bool has_versions(enum rvx__network_kind kind)
{
    return kind == RVX__NETWORK_TCP || kind == RVX__NETWORK_UDP || kind == RVX__NETWORK_IP;
}

/* What stands behind the kind: nothing, or 4 or 6 where there are versions. */
static bool parse_version(struct rvx__view text, struct rvx__network *network)
{
    network->version = 0;
    if (text.len == 0)
        return true;
    if (!has_versions(network->kind) || (!rvx__view_is(text, "4") && !rvx__view_is(text, "6")))
        return false;
    network->version = (uint8_t)(rvx__view_at(text, 0) - '0');
    return true;
}

static bool parse_base(struct rvx__view name, struct rvx__network *network)
{
    size_t i;

    for (i = 0; i < KIND_N; i++) {
        const char *kind = kind_names[i];

        network->kind = (enum rvx__network_kind)i;
        if (rvx__view_starts(name, kind) && parse_version(rvx__view_from(name, strlen(kind)), network))
            return true;
    }
    return false;
}

static bool parse_protocol(struct rvx__view text, int16_t *protocol)
{
    struct rvx__view rest = text;
    uint32_t number;
    size_t i;

    if (rvx__view_take_dec(&rest, 255, &number) && rest.len == 0) {
        *protocol = (int16_t)number;
        return true;
    }
    for (i = 0; i < sizeof protocols / sizeof protocols[0]; i++) {
        if (rvx__view_is_fold(text, protocols[i].name)) {
            *protocol = protocols[i].number;
            return true;
        }
    }
    return false;
}

int rvx__network_parse(struct rvx__view name, struct rvx__network *network)
{
    struct rvx__network out = {RVX__NETWORK_TCP, 0, -1};
    size_t colon = rvx__view_find(name, ':');

    if (!parse_base(rvx__view_to(name, colon), &out))
        return RVX_ENETUNKNOWN;
    if (colon != RVX__NPOS) {
        if (out.kind != RVX__NETWORK_IP || rvx__view_find_last(name, ':') != colon)
            return RVX_ENETUNKNOWN;
        if (!parse_protocol(rvx__view_from(name, colon + 1), &out.protocol))
            return RVX_EADDRINVALID;
    }
    *network = out;
    return 0;
}

const char *rvx__network_base(const struct rvx__network *network)
{
    return kind_names[network->kind];
}
