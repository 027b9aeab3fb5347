/* gai_hosts.c - from a node and hints to addresses: getaddrinfo(3)
 *
 * No node: the loopback or wildcard addresses. An IP literal: itself, in every form that inet_aton(3) takes, for that
 * is what POSIX asks for and what people type: "127.1", "0x7f.1", "2130706433". (rvx_lookup_host() takes four decimal
 * numbers and nothing else. Who compares what a user typed with a list of forbidden addresses should compare what comes
 * out of here.) A scope is an interface's name where the address is of a link, or a number. All else is a host lookup.
 */
#include <config.h>

#include "resolver/gai.h"

#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>

#include "addr/ip.h"
#include "resolver/resolver.h"
#include "resolver/sort.h"

/* One number of inet_aton(3): decimal, octal behind 0, hexadecimal behind 0x. */
static bool parse_number(struct rvx__view text, uint64_t *number)
{
    int base = rvx__view_at(text, 0) == '0' ? 8 : 10;

    if (rvx__view_starts(text, "0x") || rvx__view_starts(text, "0X")) {
        base = 16;
        text = rvx__view_from(text, 2);
    }
    *number = 0;
    for (size_t i = 0; i < text.len; i++) {
        int digit = rvx__hex_value(rvx__view_at(text, i));

        if (digit < 0 || digit >= base || *number > UINT32_MAX)
            return false;
        *number = *number * (uint64_t)base + (uint64_t)digit;
    }
    return text.len > 0;
}

/* One to four numbers; the last one fills all bytes that are left. */
static bool parse_v4(struct rvx__view text, uint8_t ip[4])
{
    struct rvx__view part;
    uint64_t number, address = 0;
    unsigned bits = 32;
    bool more;

    do {
        more = rvx__view_take_until(&text, '.', &part);
        if (bits == 0 || !parse_number(more ? part : text, &number) || number >> (more ? 8 : bits) != 0)
            return false;
        bits -= 8;
        address |= more ? number << bits : number;
    } while (more);
    for (unsigned i = 0; i < 4; i++)
        ip[i] = (uint8_t)(address >> (24 - 8 * i));
    return true;
}

static bool find_scope(struct rvx__view zone, const uint8_t ip[16], uint32_t *scope)
{
    char name[IF_NAMESIZE] = "";
    struct in6_addr in6;

    memcpy(&in6, ip, sizeof in6);
    if ((IN6_IS_ADDR_LINKLOCAL(&in6) || IN6_IS_ADDR_MC_LINKLOCAL(&in6)) && zone.len > 0 && zone.len < sizeof name) {
        memcpy(name, zone.data, zone.len);
        *scope = if_nametoindex(name);
        if (*scope != 0)
            return true;
    }
    return rvx__view_take_dec(&zone, UINT32_MAX, scope) && zone.len == 0;
}

/* Is it a literal, but for its zone? */
static bool parse_literal(struct rvx__view text, bool has_zone, struct rvx_addr *addr)
{
    *addr = (struct rvx_addr){.family = RVX_FAMILY_NONE};
    if (!has_zone && parse_v4(text, addr->ip))
        addr->family = RVX_FAMILY_IPV4;
    else if (rvx__ip_parse_v6(text, addr->ip))
        addr->family = RVX_FAMILY_IPV6;
    return addr->family != RVX_FAMILY_NONE;
}

/* Leaves `hosts` empty if it is no literal. */
static int take_literal(const struct rvx__gai *gai, const char *node, struct rvx__gai_hosts *hosts)
{
    struct rvx__view text = rvx__view_text(node);
    size_t percent = rvx__view_find(text, '%');
    bool has_zone = percent != RVX__NPOS;
    struct rvx_addr *addr = &hosts->own[0];

    if (!parse_literal(rvx__view_to(text, percent), has_zone, addr))
        return 0;
    if (gai->family == AF_INET)
        rvx_addr_unmap(addr);
    if (gai->family == AF_INET && addr->family != RVX_FAMILY_IPV4)
        return EAI_ADDRFAMILY;
    if (gai->family == AF_INET6 && addr->family != RVX_FAMILY_IPV6 && (gai->flags & AI_V4MAPPED) == 0)
        return EAI_ADDRFAMILY;
    if (has_zone && !find_scope(rvx__view_from(text, percent + 1), addr->ip, &hosts->scope))
        return EAI_NONAME;
    hosts->v = addr;
    hosts->n = 1;
    hosts->canonical = node;
    return 0;
}

/* In the order of addresses that were looked up, as in glibc. That puts 0.0.0.0 in front of "::". */
static int take_own(const struct rvx__gai *gai, struct rvx__gai_hosts *hosts)
{
    static const struct rvx_addr v6 = {.family = RVX_FAMILY_IPV6, .ip = {[15] = 1}};
    static const struct rvx_addr v4 = {.family = RVX_FAMILY_IPV4, .ip = {127, 0, 0, 1}};

    if (gai->family != AF_INET)
        hosts->own[hosts->n++] = v6;
    if (gai->family != AF_INET6)
        hosts->own[hosts->n++] = v4;
    for (size_t i = 0; (gai->flags & AI_PASSIVE) != 0 && i < hosts->n; i++)
        memset(hosts->own[i].ip, 0, sizeof hosts->own[i].ip);
    hosts->v = hosts->own;
    return rvx__gai_code(rvx__resolver_sort_by_files(gai->resolver, 0, hosts->own, hosts->n), NULL);
}

static int look_up(const struct rvx__gai *gai, const char *network, const char *node, struct rvx__gai_hosts *hosts)
{
    struct rvx_error err;
    int rc = rvx_lookup_host(gai->resolver, network, node, gai->ctx, &hosts->found, &err);

    if (rc < 0)
        return rvx__gai_code(rc, &err);
    hosts->v = hosts->found->v;
    hosts->n = hosts->found->n;
    hosts->canonical = hosts->found->canonical != NULL ? hosts->found->canonical : node;
    return 0;
}

static int find_node(const struct rvx__gai *gai, const char *node, struct rvx__gai_hosts *hosts)
{
    bool mapped = (gai->flags & AI_V4MAPPED) != 0;
    int rc;

    if (gai->family == AF_UNSPEC || (gai->family == AF_INET6 && mapped && (gai->flags & AI_ALL) != 0))
        return look_up(gai, "ip", node, hosts);
    if (gai->family == AF_INET)
        return look_up(gai, "ip4", node, hosts);
    rc = look_up(gai, "ip6", node, hosts);
    if (mapped && (rc == EAI_NONAME || rc == EAI_NODATA))
        rc = look_up(gai, "ip4", node, hosts);
    return rc;
}

#ifdef AI_IDN
static bool is_ascii(const char *text)
{
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text > 0x7f)
            return false;
    }
    return true;
}
#endif

int rvx__gai_find_hosts(const struct rvx__gai *gai, const char *node, struct rvx__gai_hosts *hosts)
{
    int rc;

    *hosts = (struct rvx__gai_hosts){.v = NULL};
    if (node == NULL)
        return take_own(gai, hosts);
#ifdef AI_IDN
    if ((gai->flags & AI_IDN) != 0 && !is_ascii(node))
        return EAI_IDN_ENCODE;
#endif
    rc = take_literal(gai, node, hosts);
    if (rc != 0 || hosts->n > 0)
        return rc;
    if ((gai->flags & AI_NUMERICHOST) != 0)
        return EAI_NONAME;
    return find_node(gai, node, hosts);
}

void rvx__gai_hosts_fini(struct rvx__gai_hosts *hosts)
{
    rvx_addrs_free(hosts->found);
}
