/* netmap.c - which destinations does the kernel treat alike?
 *
 * The kernel chooses a source address by the destination's route and, for IPv6, by rules that compare the destination
 * with each address of the machine (RFC 6724 section 5; net/ipv6/addrconf.c). All of it looks at the destination in two
 * ways only: is it inside this or that prefix, and how many leading bits has it in common with this or that address.
 * The prefixes are those of the routes of every table, of the policy rules, and of the label table; the addresses are
 * the machine's own, which are routes of the table "local".
 *
 * Write them all down as numbers, with zeros behind a prefix. Let a destination have at most L leading bits in common
 * with any of them. Then every destination that begins with the same L bits is, to each of these numbers, exactly as
 * the first one: whoever agrees with a number in fewer than L bits, the other does too, and neither agrees in more. So
 * it is inside the same prefixes, and compares the same. In a sorted list, the number that has most in common with a
 * destination is one of the two between which it would stand.
 *
 * Not so where the kernel chooses by more than that, and such destinations are each for themselves: several next hops
 * (a hash over the whole address), several routes of one prefix and priority (IPv6 takes whichever gateway answers),
 * next hops kept as objects (they may be groups), and IPv4 routes of type local without a preferred source (the
 * destination is its own source). Policy rules for marks, users and interfaces need no care: the sockets that ask are
 * all the same in that.
 *
 * Not seen: programs hooked into connect(2) by control group, and IPsec policies. They change neither often nor, for
 * the most part, the source address; what is remembered is forgotten after half a minute in any case (srcaddr.c).
 */
#include <config.h>

#include "resolver/netmap.h"

#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/if_addrlabel.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>

#include "base/mem.h"
#include "resolver/netlink.h"

#define KEY_BITS 128
#define MAPPED_BITS 96
#define MAPPED UINT64_C(0xffff00000000)
#define ROOM_FIRST 64

void rvx__netmap_fini(struct rvx__netmap *map)
{
    rvx__free(map->points);
    memset(map, 0, sizeof *map);
}

static uint64_t read_number(const uint8_t *bytes, unsigned n)
{
    uint64_t number = 0;

    for (unsigned i = 0; i < n; i++)
        number = number << 8 | bytes[i];
    return number;
}

static struct rvx__ipkey make_key(bool ipv4, const uint8_t *ip)
{
    struct rvx__ipkey key = {0, MAPPED};

    if (ipv4) {
        key.lo |= read_number(ip, 4);
    } else {
        key.hi = read_number(ip, 8);
        key.lo = read_number(ip + 8, 8);
    }
    return key;
}

struct rvx__ipkey rvx__ipkey_of(const struct rvx_addr *addr)
{
    return make_key(addr->family == RVX_FAMILY_IPV4, addr->ip);
}

struct rvx__ipkey rvx__ipkey_cut(struct rvx__ipkey key, unsigned bits)
{
    if (bits <= 64) {
        key.lo = 0;
        key.hi &= bits > 0 ? UINT64_MAX << (64 - bits) : 0;
    } else if (bits < KEY_BITS) {
        key.lo &= UINT64_MAX << (KEY_BITS - bits);
    }
    return key;
}

static unsigned count_zeros(uint64_t number)
{
    return number != 0 ? (unsigned)__builtin_clzll(number) : 64;
}

static unsigned count_common(struct rvx__ipkey a, struct rvx__ipkey b)
{
    return a.hi != b.hi ? count_zeros(a.hi ^ b.hi) : 64 + count_zeros(a.lo ^ b.lo);
}

static bool is_less(struct rvx__ipkey a, struct rvx__ipkey b)
{
    return a.hi != b.hi ? a.hi < b.hi : a.lo < b.lo;
}

unsigned rvx__netmap_alike(const struct rvx__netmap *map, struct rvx__ipkey key)
{
    size_t from = 0, to = map->points_n;
    unsigned before = 0, behind = 0;

    if (!map->drawn)
        return KEY_BITS;
    for (size_t i = 0; i < map->doubts_n; i++) {
        if (count_common(map->doubts[i].key, key) >= map->doubts[i].bits)
            return KEY_BITS;
    }
    while (from < to) { /* the first point that is not less */
        size_t middle = from + (to - from) / 2;

        if (is_less(map->points[middle], key))
            from = middle + 1;
        else
            to = middle;
    }
    if (from > 0)
        before = count_common(map->points[from - 1], key);
    if (from < map->points_n)
        behind = count_common(map->points[from], key);
    return before > behind ? before : behind;
}

/* Collecting. */

struct collection {
    struct rvx__netmap_prefix *v;
    size_t n, room;
    int error;
};

static bool add_prefix(struct collection *collection, const struct rvx__netmap_prefix *prefix)
{
    if (collection->n == RVX__NETMAP_ROUTES_MAX) {
        collection->error = RVX_ELIMIT;
    } else if (collection->n == collection->room) {
        size_t room = collection->room > 0 ? collection->room * 2 : ROOM_FIRST;
        struct rvx__netmap_prefix *v = rvx__realloc(collection->v, room, sizeof *v);

        if (v != NULL) {
            collection->v = v;
            collection->room = room;
        } else {
            collection->error = -ENOMEM;
        }
    }
    if (collection->error == 0)
        collection->v[collection->n++] = *prefix;
    return collection->error == 0;
}

/* Places a prefix; an address that is not there is all zeros.  False for other families, and lengths that cannot be. */
static bool place_prefix(struct rvx__netmap_prefix *prefix, unsigned family, struct rvx__view ip, unsigned bits)
{
    uint8_t bytes[16] = {0};
    bool ipv4 = family == AF_INET;
    unsigned extra = ipv4 ? MAPPED_BITS : 0;

    if ((!ipv4 && family != AF_INET6) || ip.len > (ipv4 ? 4 : sizeof bytes) || bits > KEY_BITS - extra)
        return false;
    if (ip.len > 0)
        memcpy(bytes, ip.data, ip.len);
    prefix->bits = (uint8_t)(bits + extra);
    prefix->key = rvx__ipkey_cut(make_key(ipv4, bytes), prefix->bits);
    return true;
}

static bool take_route(void *arg, uint16_t type, struct rvx__view body)
{
    struct rvx__netmap_prefix prefix = {.bits = 0};
    struct rvx__view to = {NULL, 0}, value;
    bool has_source = false, several = false;
    struct rtmsg route;
    uint16_t attr;

    if (type != RTM_NEWROUTE || !rvx__netlink_take(&body, &route, sizeof route))
        return true;
    prefix.table = route.rtm_table;
    while (rvx__netlink_take_attr(&body, &attr, &value)) {
        if (attr == RTA_DST)
            to = value;
        else if (attr == RTA_PREFSRC)
            has_source = true;
        else if (attr == RTA_MULTIPATH || attr == RTA_NH_ID)
            several = true;
        else if (attr == RTA_TABLE)
            prefix.table = rvx__netlink_u32(value);
        else if (attr == RTA_PRIORITY)
            prefix.priority = rvx__netlink_u32(value);
    }
    prefix.doubtful = several || (route.rtm_family == AF_INET && route.rtm_type == RTN_LOCAL && !has_source);
    if (!place_prefix(&prefix, route.rtm_family, to, route.rtm_dst_len))
        return true; /* MPLS, multicast routing */
    return add_prefix(arg, &prefix);
}

static bool take_rule(void *arg, uint16_t type, struct rvx__view body)
{
    struct rvx__netmap_prefix prefix = {.bits = 0};
    struct rvx__view to = {NULL, 0}, value;
    struct fib_rule_hdr rule;
    uint16_t attr;

    if (type != RTM_NEWRULE || !rvx__netlink_take(&body, &rule, sizeof rule))
        return true;
    while (rvx__netlink_take_attr(&body, &attr, &value)) {
        if (attr == FRA_DST)
            to = value;
    }
    if (rule.dst_len == 0 || !place_prefix(&prefix, rule.family, to, rule.dst_len))
        return true;
    return add_prefix(arg, &prefix);
}

static bool take_label(void *arg, uint16_t type, struct rvx__view body)
{
    struct rvx__netmap_prefix prefix = {.bits = 0};
    struct rvx__view ip = {NULL, 0}, value;
    struct ifaddrlblmsg label;
    uint16_t attr;

    if (type != RTM_NEWADDRLABEL || !rvx__netlink_take(&body, &label, sizeof label))
        return true;
    while (rvx__netlink_take_attr(&body, &attr, &value)) {
        if (attr == IFAL_ADDRESS)
            ip = value;
    }
    if (!place_prefix(&prefix, AF_INET6, ip, label.ifal_prefixlen))
        return true;
    return add_prefix(arg, &prefix);
}

/* What makes the scope of an IPv6 address; link-local and multicast ones nobody asks for (srcaddr.c). */
static bool add_scopes(struct collection *collection)
{
    static const struct rvx__netmap_prefix scopes[] = {
        {.key = {0, 1}, .bits = KEY_BITS},                /* ::1 */
        {.key = {0, MAPPED}, .bits = MAPPED_BITS},        /* ::ffff:0:0/96 */
        {.key = {UINT64_C(0xfe80) << 48, 0}, .bits = 10}, /* fe80::/10 */
        {.key = {UINT64_C(0xfec0) << 48, 0}, .bits = 10}, /* fec0::/10 */
        {.key = {UINT64_C(0xff00) << 48, 0}, .bits = 8},  /* ff00::/8 */
    };
    bool good = true;

    for (size_t i = 0; i < sizeof scopes / sizeof scopes[0]; i++)
        good = good && add_prefix(collection, &scopes[i]);
    return good;
}

static int collect_tables(struct collection *collection, const struct rvx__sockops *ops)
{
    static const struct rtmsg any_route = {.rtm_family = AF_UNSPEC};
    static const struct fib_rule_hdr any_rule = {.family = AF_UNSPEC};
    static const struct ifaddrlblmsg any_label = {.ifal_family = AF_INET6};
    static const struct table {
        struct rvx__netlink_question question;
        rvx__netlink_fn take;
        bool optional; /* a kernel without IPv6 has no labels, one without policy routing no rules */
    } tables[] = {
        {{RTM_GETROUTE, true, &any_route, sizeof any_route}, take_route, false},
        {{RTM_GETRULE, true, &any_rule, sizeof any_rule}, take_rule, true},
        {{RTM_GETADDRLABEL, true, &any_label, sizeof any_label}, take_label, true},
    };

    if (!add_scopes(collection))
        return collection->error;
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        int rc = rvx__netlink_ask(ops, &tables[i].question, tables[i].take, collection);

        if (collection->error < 0)
            return collection->error;
        if (rc < 0 && !(tables[i].optional && (rc == -EOPNOTSUPP || rc == -EAFNOSUPPORT)))
            return rc;
    }
    return 0;
}

/* Drawing. */

static int compare_numbers(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int compare_prefixes(const void *left, const void *right)
{
    const struct rvx__netmap_prefix *a = left, *b = right;
    int order = compare_numbers(a->key.hi, b->key.hi);

    if (order == 0)
        order = compare_numbers(a->key.lo, b->key.lo);
    if (order == 0)
        order = compare_numbers(a->bits, b->bits);
    if (order == 0)
        order = compare_numbers(a->table, b->table);
    return order != 0 ? order : compare_numbers(a->priority, b->priority);
}

/* Fills the map from sorted prefixes.  Returns: 0; RVX_ELIMIT. */
static int fill_map(struct rvx__netmap *map, const struct collection *sorted)
{
    for (size_t i = 0; i < sorted->n; i++) {
        const struct rvx__netmap_prefix *prefix = &sorted->v[i];
        const struct rvx__ipkey *last = map->points_n > 0 ? &map->points[map->points_n - 1] : NULL;
        /* a label or a rule has table 0, so that it is not taken for a second route */
        bool again = i > 0 && prefix->table != 0 && compare_prefixes(prefix - 1, prefix) == 0;

        if (last == NULL || is_less(*last, prefix->key))
            map->points[map->points_n++] = prefix->key;
        if (!prefix->doubtful && !again)
            continue;
        if (map->doubts_n == RVX__NETMAP_DOUBTS_MAX)
            return RVX_ELIMIT;
        map->doubts[map->doubts_n++] = *prefix;
    }
    return 0;
}

/* IPv6 link-local and multicast routes are there once for each link. Nobody asks for such destinations (srcaddr.c), so
 * they shall not use up the doubts. */
static void drop_links(struct collection *collection)
{
    size_t kept = 0;

    for (size_t i = 0; i < collection->n; i++) {
        const struct rvx__netmap_prefix *prefix = &collection->v[i];
        bool link = (prefix->bits >= 8 && prefix->key.hi >> 56 == 0xff) ||
                    (prefix->bits >= 10 && prefix->key.hi >> 54 == 0xfe80 >> 6);

        if (!link || prefix->table == 0)
            collection->v[kept++] = *prefix;
    }
    collection->n = kept;
}

int rvx__netmap_draw(struct rvx__netmap *map, const struct rvx__sockops *ops)
{
    struct collection collection = {.v = NULL};
    int rc = collect_tables(&collection, ops);

    if (rc < 0)
        goto out;
    drop_links(&collection);
    qsort(collection.v, collection.n, sizeof *collection.v, compare_prefixes);
    rvx__free(map->points);
    map->points_n = map->doubts_n = 0;
    map->points = rvx__calloc(collection.n, sizeof *map->points);
    rc = map->points != NULL ? fill_map(map, &collection) : -ENOMEM;
    map->drawn = rc == 0;
out:
    rvx__free(collection.v);
    return rc;
}
