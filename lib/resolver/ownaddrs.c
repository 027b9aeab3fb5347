/* ownaddrs.c - what the kernel knows of this machine's addresses: rtnetlink(7)
 *
 * All addresses are asked for at once, with the first source that somebody wants to know about; the kind of a link only
 * when an address on it is wanted, as there may be thousands of links.
 *
 * Link-local addresses and those of the loopback are left out: there is one for every link, and there is nothing about
 * them that would change an order.
 */
#include <config.h>

#include "resolver/ownaddrs.h"

#include <linux/if_addr.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>

#include "base/mem.h"
#include "resolver/netlink.h"

#define ROOM_FIRST 16

void rvx__ownaddrs_fini(struct rvx__ownaddrs *own)
{
    rvx__free(own->v);
    memset(own, 0, sizeof *own);
}

struct listing {
    struct rvx__ownaddrs *own;
    size_t room;
};

/* False if there is no room, or no memory: what is known is not all then. */
static bool add_addr(struct listing *listing, const struct rvx__ownaddr *addr)
{
    struct rvx__ownaddrs *own = listing->own;
    size_t room = listing->room > 0 ? listing->room * 2 : ROOM_FIRST;

    if (own->n == listing->room) {
        struct rvx__ownaddr *v = own->n < RVX__OWNADDRS_MAX ? rvx__realloc(own->v, room, sizeof *v) : NULL;

        if (v == NULL)
            return false;
        own->v = v;
        listing->room = room;
    }
    own->v[own->n++] = *addr;
    return true;
}

static bool take_addr(void *arg, uint16_t type, struct rvx__view body)
{
    struct rvx__view address = {NULL, 0}, local = {NULL, 0}, value;
    struct rvx__ownaddr addr = {.family = RVX_FAMILY_NONE};
    struct ifaddrmsg info;
    uint32_t flags;
    uint16_t attr;

    if (type != RTM_NEWADDR || !rvx__netlink_take(&body, &info, sizeof info))
        return true;
    flags = info.ifa_flags;
    while (rvx__netlink_take_attr(&body, &attr, &value)) {
        if (attr == IFA_ADDRESS)
            address = value; /* where there is a peer, his; IFA_LOCAL is ours then */
        else if (attr == IFA_LOCAL)
            local = value;
        else if (attr == IFA_FLAGS)
            flags = rvx__netlink_u32(value);
    }
    if (local.len == 0)
        local = address;
    if (info.ifa_scope >= RT_SCOPE_LINK || local.len != (info.ifa_family == AF_INET ? 4 : 16))
        return true;
    addr.family = info.ifa_family == AF_INET ? RVX_FAMILY_IPV4 : RVX_FAMILY_IPV6;
    addr.network = info.ifa_prefixlen;
    addr.deprecated = (flags & IFA_F_DEPRECATED) != 0;
    addr.home = (flags & IFA_F_HOMEADDRESS) != 0;
    addr.link = info.ifa_index;
    memcpy(addr.ip, local.data, local.len);
    return add_addr(arg, &addr);
}

static void ask_addrs(struct rvx__ownaddrs *own, const struct rvx__sockops *ops)
{
    static const struct ifaddrmsg any = {.ifa_family = AF_UNSPEC};
    const struct rvx__netlink_question question = {RTM_GETADDR, true, &any, sizeof any};
    struct listing listing = {.own = own};

    rvx__ownaddrs_fini(own);
    own->known = rvx__netlink_ask(ops, &question, take_addr, &listing) == 0;
}

/* The links that are no native transport, as in glibc: IPv6 in IPv4, and either in IPv6 or IPv4. */
static bool take_link(void *arg, uint16_t type, struct rvx__view body)
{
    struct rvx__ownaddr *addr = arg;
    struct ifinfomsg info;

    if (type == RTM_NEWLINK && rvx__netlink_take(&body, &info, sizeof info))
        addr->tunnel = info.ifi_type == ARPHRD_SIT || info.ifi_type == ARPHRD_TUNNEL || info.ifi_type == ARPHRD_TUNNEL6;
    return false;
}

static void ask_link(struct rvx__ownaddr *addr, const struct rvx__sockops *ops)
{
    const struct {
        struct ifinfomsg info;
        struct rtattr attr;
        uint32_t mask;
    } header = {
        .info = {.ifi_family = AF_UNSPEC, .ifi_index = (int)addr->link},
        .attr = {sizeof header.attr + sizeof header.mask, IFLA_EXT_MASK},
        .mask = RTEXT_FILTER_SKIP_STATS,
    };
    const struct rvx__netlink_question question = {RTM_GETLINK, false, &header, sizeof header};

    rvx__netlink_ask(ops, &question, take_link, addr);
    addr->link_known = true; /* or gone, which will be told */
}

void rvx__ownaddrs_describe(struct rvx__ownaddrs *own, const struct rvx__sockops *ops, struct rvx__source *source)
{
    if (!own->known)
        ask_addrs(own, ops);
    for (size_t i = 0; i < own->n; i++) {
        struct rvx__ownaddr *addr = &own->v[i];

        if (addr->family != source->family || memcmp(addr->ip, source->ip, sizeof addr->ip) != 0)
            continue;
        if (!addr->link_known)
            ask_link(addr, ops);
        source->deprecated = addr->deprecated;
        source->home = addr->home;
        source->tunnel = addr->tunnel;
        source->network = addr->network;
        return;
    }
}
