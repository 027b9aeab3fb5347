/* rfc6724.c - the order in which to try addresses: RFC 6724 section 6
 *
 * Model: every rule gives a destination a number, smaller being better, and destinations are compared by these numbers
 * one after the other. That makes the order total, so sorting is stable, does not depend on how it is done, and the
 * first number that differs from the destination before is the reason for a place.
 *
 * Rules compared pair by pair, as the RFC words them, would not give an order: rule 9 speaks of pairs of one family
 * only, and with equal precedences one can walk in a circle through the other family. So the families are put in an
 * order before it: IPv4 first, which matters only where rules 1 to 8 are silent and the RFC would go by whichever
 * answer came first.
 *
 * Where others differ:
 * - Rule 9 is for IPv6 only, and counts no more bits than the network of the source has (RFC 6724 section 2.2). For
 *   IPv4 it would send everybody to the one address of a name that looks most like his own (RFC 3484 did, and broke
 *   round robin for whole networks); Go has it off, glibc keeps it for destinations on the source's own network.
 *   glibc counts all 128 bits for IPv6, Go 64.
 * - Destinations that cannot be reached are still ordered by what needs no source, rules 6 and 8: as the RFC and glibc
 *   do, while Go leaves them as they were.
 * - Rules 3, 4 and 7 are here as in glibc; Go has none of them.
 * - The sortlist of resolv.conf(5) orders IPv4 addresses among each other where rules 1 to 8 say nothing. In glibc it
 *   is for gethostbyname(3) alone.
 */
#include <config.h>

#include "resolver/rfc6724.h"

#include <string.h>

#include "addr/ip.h"

#define SCOPE_LINK 0x2
#define SCOPE_SITE 0x5
#define SCOPE_GLOBAL 0xe

const char *rvx__rule_text(enum rvx__rule rule)
{
    switch (rule) {
    case RVX__RULE_NONE:
        return "first";
    case RVX__RULE_UNUSABLE:
        return "rule 1: no route";
    case RVX__RULE_SCOPE:
        return "rule 2: scope is not that of its source";
    case RVX__RULE_DEPRECATED:
        return "rule 3: source is deprecated";
    case RVX__RULE_HOME:
        return "rule 4: source is no home address";
    case RVX__RULE_LABEL:
        return "rule 5: label is not that of its source";
    case RVX__RULE_PRECEDENCE:
        return "rule 6: lower precedence";
    case RVX__RULE_NATIVE:
        return "rule 7: through a tunnel";
    case RVX__RULE_WIDER:
        return "rule 8: wider scope";
    case RVX__RULE_FAMILY:
        return "family: IPv6 behind IPv4";
    case RVX__RULE_SORTLIST:
        return "sortlist";
    case RVX__RULE_PREFIX:
        return "rule 9: less in common with its source";
    case RVX__RULE_ORDER:
        return "rule 10: order of the answer";
    case RVX__RULE_N:
        break;
    }
    return "?";
}

/* RFC 6724 section 3.1, with the loopback address as section 3.4 says. */
static uint32_t find_scope(const struct rvx__gaiconf *gaiconf, const struct rvx_addr *addr)
{
    static const uint8_t loopback[16] = {[15] = 1};
    const uint8_t *ip = addr->ip;

    if (addr->family == RVX_FAMILY_IPV4)
        return rvx__gaiconf_scope_v4(gaiconf, addr);
    if (ip[0] == 0xff)
        return ip[1] & 0xf;
    if (ip[0] == 0xfe && (ip[1] & 0xc0) == 0x80)
        return SCOPE_LINK;
    if (ip[0] == 0xfe && (ip[1] & 0xc0) == 0xc0)
        return SCOPE_SITE;
    return memcmp(ip, loopback, sizeof loopback) == 0 ? SCOPE_LINK : SCOPE_GLOBAL;
}

static uint32_t rank_in_sortlist(const struct rvx__policy *policy, const struct rvx_addr *addr)
{
    size_t i;

    for (i = 0; i < policy->sortlist_n; i++) {
        if (rvx__prefix_match(&policy->sortlist[i], addr))
            break;
    }
    return (uint32_t)i;
}

/* The ranks that need no policy table and no source. */
static void rank_blind(struct rvx__destination *destination, size_t place, const struct rvx__policy *policy)
{
    uint32_t *ranks = destination->ranks;

    memset(ranks, 0, sizeof destination->ranks);
    ranks[RVX__RULE_ORDER] = (uint32_t)place;
    ranks[RVX__RULE_FAMILY] = destination->addr.family;
    if (destination->addr.family == RVX_FAMILY_IPV4)
        ranks[RVX__RULE_SORTLIST] = rank_in_sortlist(policy, &destination->addr);
}

static void rank_with_source(struct rvx__destination *destination, const struct rvx__policy *policy, uint32_t scope)
{
    const struct rvx__source *source = &destination->source;
    const struct rvx__gaiconf *gaiconf = policy->gaiconf;
    uint32_t *ranks = destination->ranks;
    struct rvx_addr from = {.family = source->family};

    memcpy(from.ip, source->ip, sizeof from.ip);
    ranks[RVX__RULE_SCOPE] = scope != find_scope(gaiconf, &from);
    ranks[RVX__RULE_DEPRECATED] = source->deprecated;
    ranks[RVX__RULE_HOME] = !source->home;
    ranks[RVX__RULE_LABEL] = rvx__gaiconf_label(gaiconf, &destination->addr) != rvx__gaiconf_label(gaiconf, &from);
    ranks[RVX__RULE_NATIVE] = source->tunnel;
    if (destination->addr.family == RVX_FAMILY_IPV6 && from.family == RVX_FAMILY_IPV6)
        ranks[RVX__RULE_PREFIX] = 128 - rvx__ip_common_bits(destination->addr.ip, from.ip, source->network);
}

static void rank(struct rvx__destination *destination, size_t place, const struct rvx__policy *policy)
{
    uint32_t scope = find_scope(policy->gaiconf, &destination->addr);

    rank_blind(destination, place, policy);
    destination->ranks[RVX__RULE_UNUSABLE] = !destination->source.found;
    destination->ranks[RVX__RULE_PRECEDENCE] =
        UINT32_MAX - rvx__gaiconf_precedence(policy->gaiconf, &destination->addr);
    destination->ranks[RVX__RULE_WIDER] = scope;
    if (destination->source.found)
        rank_with_source(destination, policy, scope);
}

/* The first rule by which two destinations differ. */
static enum rvx__rule compare(const struct rvx__destination *a, const struct rvx__destination *b)
{
    unsigned rule = RVX__RULE_UNUSABLE;

    while (rule < RVX__RULE_ORDER && a->ranks[rule] == b->ranks[rule])
        rule++;
    return (enum rvx__rule)rule;
}

static bool is_behind(const struct rvx__destination *a, const struct rvx__destination *b)
{
    enum rvx__rule rule = compare(a, b);

    return a->ranks[rule] > b->ranks[rule];
}

static void swap(struct rvx__destination *a, struct rvx__destination *b)
{
    struct rvx__destination other = *a;

    *a = *b;
    *b = other;
}

/* Lets the destination at `at` sink until none below it is behind it. */
static void sink(struct rvx__destination *v, size_t at, size_t n)
{
    size_t child;

    for (child = 2 * at + 1; child < n; child = 2 * at + 1) {
        if (child + 1 < n && is_behind(&v[child + 1], &v[child]))
            child++;
        if (!is_behind(&v[child], &v[at]))
            return;
        swap(&v[child], &v[at]);
        at = child;
    }
}

/* A heap sort: an answer has a thousand addresses at most, but who sends it shall not choose how long this takes. */
static void sort_by_ranks(struct rvx__destination *v, size_t n)
{
    size_t i;

    for (i = n / 2; i > 0; i--)
        sink(v, i - 1, n);
    for (i = n; i > 1; i--) {
        swap(&v[0], &v[i - 1]);
        sink(v, 0, i - 1);
    }
    for (i = 0; i < n; i++)
        v[i].rule = i > 0 ? compare(&v[i - 1], &v[i]) : RVX__RULE_NONE;
}

void rvx__rfc6724_sort(struct rvx__destination *v, size_t n, const struct rvx__policy *policy)
{
    for (size_t i = 0; i < n; i++)
        rank(&v[i], i, policy);
    sort_by_ranks(v, n);
}

void rvx__rfc6724_sort_blind(struct rvx__destination *v, size_t n, const struct rvx__policy *policy)
{
    for (size_t i = 0; i < n; i++)
        rank_blind(&v[i], i, policy);
    sort_by_ranks(v, n);
}
