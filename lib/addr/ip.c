/* ip.c - IP address literals
 *
 * In: what Go's net/netip takes. IPv4 is four decimal numbers without leading zeros, never inet_aton(3)'s short, octal
 * or hexadecimal forms. IPv6 is RFC 4291 section 2.2: at most four hex digits a group, one "::" standing for at least
 * one group, an IPv4 tail in the last 32 bits; then, after the first '%', a zone of 1 to 15 bytes (RFC 4007 section
 * 11). Brackets and prefix lengths belong to others.
 *
 * Out: RFC 5952: lower case, the longest run of two or more zero groups as "::", the first one on a tie. A v4-mapped
 * address prints as the IPv4 address it is, and then without its zone, which IPv4 does not have.
 *
 * Addresses come in by the thousand, from hosts files and answers, so parsing walks the text once and is measured
 * against inet_pton(3).
 */
#include <config.h>

#include "addr/ip.h"

#include <string.h>

static inline bool take_mark(struct rvx__view *text, char mark)
{
    if (rvx__view_at(*text, 0) != mark)
        return false;
    *text = rvx__view_from(*text, 1);
    return true;
}

/* Takes a number of up to 255 without leading zeros. */
static inline bool take_octet(struct rvx__view *text, unsigned *octet)
{
    unsigned value = (unsigned)(rvx__view_at(*text, 0) - '0');
    size_t i = 1;

    if (value > 9)
        return false;
    while (rvx__is_digit(rvx__view_at(*text, i))) {
        if (value == 0)
            return false;
        value = 10 * value + (unsigned)(rvx__view_at(*text, i) - '0');
        if (value > 255)
            return false;
        i++;
    }
    *octet = value;
    *text = rvx__view_from(*text, i);
    return true;
}

/* Reads an address at the front of `text`. Returns its length, 0 if there is none. */
static size_t read_v4(struct rvx__view text, uint32_t *ip)
{
    struct rvx__view rest = text;
    unsigned a, b, c, d;

    if (!take_octet(&rest, &a) || !take_mark(&rest, '.') || !take_octet(&rest, &b) || !take_mark(&rest, '.') ||
        !take_octet(&rest, &c) || !take_mark(&rest, '.') || !take_octet(&rest, &d))
        return 0;
    *ip = a << 24 | b << 16 | c << 8 | d;
    return text.len - rest.len;
}

bool rvx__ip_parse_v4(struct rvx__view text, uint8_t ip[4])
{
    uint32_t value;

    if (text.len == 0 || read_v4(text, &value) != text.len)
        return false;
    ip[0] = (uint8_t)(value >> 24);
    ip[1] = (uint8_t)(value >> 16);
    ip[2] = (uint8_t)(value >> 8);
    ip[3] = (uint8_t)value;
    return true;
}

/* Takes one to four hex digits. */
static inline bool take_group(struct rvx__view *text, unsigned *group)
{
    unsigned value = 0;
    size_t i = 0;
    int digit;

    while ((digit = rvx__hex_value(rvx__view_at(*text, i))) >= 0) {
        if (i == 4)
            return false;
        value = value << 4 | (unsigned)digit;
        i++;
    }
    if (i == 0)
        return false;
    *group = value;
    *text = rvx__view_from(*text, i);
    return true;
}

/* The groups met so far, and where among them the "::" stood. */
struct groups {
    uint16_t value[8];
    size_t n;
    size_t gap; /* RVX__NPOS: no "::" yet */
};

/* Reads the last 32 bits of an address in IPv4 notation. */
static size_t read_tail(struct rvx__view text, struct groups *groups)
{
    uint32_t ip;
    size_t len = read_v4(text, &ip);

    if (len == 0 || groups->n > 6)
        return 0;
    groups->value[groups->n++] = (uint16_t)(ip >> 16);
    groups->value[groups->n++] = (uint16_t)ip;
    return len;
}

static inline bool at_group(struct rvx__view text)
{
    return rvx__hex_value(rvx__view_at(text, 0)) >= 0;
}

/* Reads groups and the colons between them. Returns their length, 0 if one is malformed or there are too many. */
static size_t read_groups(struct rvx__view text, struct groups *groups)
{
    struct rvx__view rest = text;
    unsigned group;

    for (;;) {
        struct rvx__view start = rest;

        if (groups->n == 8 || !take_group(&rest, &group))
            return 0;
        if (rvx__view_at(rest, 0) == '.') {
            size_t tail = read_tail(start, groups);

            return tail > 0 ? text.len - start.len + tail : 0;
        }
        groups->value[groups->n++] = (uint16_t)group;
        if (!take_mark(&rest, ':'))
            break;
        if (take_mark(&rest, ':')) {
            if (groups->gap != RVX__NPOS)
                return 0;
            groups->gap = groups->n;
            if (!at_group(rest))
                break;
        }
    }
    return text.len - rest.len;
}

/* Reads an address without its zone at the front of `text`. Returns its length, 0 if there is none. */
static size_t read_v6(struct rvx__view text, struct groups *groups)
{
    size_t len, lead = 0;

    groups->n = 0;
    groups->gap = RVX__NPOS;
    if (rvx__view_at(text, 0) == ':' && rvx__view_at(text, 1) == ':') {
        groups->gap = 0;
        lead = 2;
        if (!at_group(rvx__view_from(text, lead)))
            return lead;
    }
    len = read_groups(rvx__view_from(text, lead), groups);
    if (len == 0 || (groups->n == 8) != (groups->gap == RVX__NPOS))
        return 0;
    return lead + len;
}

static void store_group(uint8_t *ip, size_t i, unsigned group)
{
    ip[2 * i] = (uint8_t)(group >> 8);
    ip[2 * i + 1] = (uint8_t)group;
}

/* Writes the groups as bytes, the gap filled with zeros. */
static void store_groups(const struct groups *groups, uint8_t ip[16])
{
    size_t head = groups->gap < groups->n ? groups->gap : groups->n;
    size_t i;

    memset(ip, 0, 16);
    for (i = 0; i < head; i++)
        store_group(ip, i, groups->value[i]);
    for (; i < groups->n; i++)
        store_group(ip, i + 8 - groups->n, groups->value[i]);
}

/* Finishes an address whose bytes are there. What lies behind them is for Unix paths and not worth clearing. */
static void set_rest(struct rvx_addr *addr, enum rvx_family family, struct rvx__view zone)
{
    addr->family = (uint8_t)family;
    addr->path_len = 0;
    addr->port = 0;
    memset(addr->zone, 0, sizeof addr->zone);
    if (zone.len > 0)
        memcpy(addr->zone, zone.data, zone.len);
}

static bool parse_v4(struct rvx__view text, struct rvx_addr *addr)
{
    if (!rvx__ip_parse_v4(text, addr->ip))
        return false;
    memset(addr->ip + 4, 0, 12);
    set_rest(addr, RVX_FAMILY_IPV4, rvx__view_to(text, 0));
    return true;
}

/* Is it fit for a zone: there, and not longer than an interface's name? */
static bool is_zone(struct rvx__view text)
{
    return text.len > 0 && text.len < RVX_ZONE_SIZE && rvx__view_find(text, '\0') == RVX__NPOS;
}

static bool parse_v6(struct rvx__view text, struct rvx_addr *addr)
{
    struct groups groups;
    size_t len = read_v6(text, &groups);
    struct rvx__view zone = rvx__view_from(text, len);

    if (len == 0 || (zone.len > 0 && (!take_mark(&zone, '%') || !is_zone(zone))))
        return false;
    store_groups(&groups, addr->ip);
    set_rest(addr, RVX_FAMILY_IPV6, zone);
    return true;
}

bool rvx__ip_parse_v6(struct rvx__view text, uint8_t ip[16])
{
    struct rvx_addr addr;

    if (!parse_v6(text, &addr) || addr.zone[0] != '\0')
        return false;
    memcpy(ip, addr.ip, 16);
    return true;
}

bool rvx__ip_parse(struct rvx__view text, struct rvx_addr *addr)
{
    /* No text is both, and the wrong parser gives up within the first group. */
    return parse_v4(text, addr) || parse_v6(text, addr);
}

static void print_v4(struct rvx__buf *buf, const uint8_t *ip)
{
    size_t i;

    for (i = 0; i < 4; i++) {
        if (i > 0)
            rvx__buf_add_byte(buf, '.');
        rvx__buf_add_dec(buf, ip[i]);
    }
}

static unsigned group_at(const uint8_t *ip, size_t i)
{
    return (unsigned)ip[2 * i] << 8 | ip[2 * i + 1];
}

/* Finds the first of the longest runs of zero groups. Returns its length, 0 if none has two or more. */
static size_t find_zeros(const uint8_t *ip, size_t *start)
{
    size_t best = 1, run = 0, i;

    for (i = 0; i < 8; i++) {
        run = group_at(ip, i) == 0 ? run + 1 : 0;
        if (run > best) {
            best = run;
            *start = i + 1 - run;
        }
    }
    return best > 1 ? best : 0;
}

static void print_v6(struct rvx__buf *buf, const uint8_t *ip)
{
    size_t start = 0, zeros = find_zeros(ip, &start);
    size_t i = 0;

    while (i < 8) {
        if (zeros > 0 && i == start) {
            rvx__buf_add_text(buf, "::");
            i += zeros;
            continue;
        }
        if (i > 0 && (zeros == 0 || i != start + zeros))
            rvx__buf_add_byte(buf, ':');
        rvx__buf_add_hex(buf, group_at(ip, i));
        i++;
    }
}

void rvx__ip_print(struct rvx__buf *buf, const struct rvx_addr *addr)
{
    if (addr->family == RVX_FAMILY_IPV4) {
        print_v4(buf, addr->ip);
    } else if (rvx__ip_is_mapped(addr)) {
        print_v4(buf, addr->ip + 12);
    } else if (addr->family == RVX_FAMILY_IPV6) {
        print_v6(buf, addr->ip);
        if (addr->zone[0] != '\0') {
            rvx__buf_add_byte(buf, '%');
            rvx__buf_add_text(buf, addr->zone);
        }
    }
}

bool rvx__ip_is_mapped(const struct rvx_addr *addr)
{
    static const uint8_t prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

    return addr->family == RVX_FAMILY_IPV6 && memcmp(addr->ip, prefix, sizeof prefix) == 0;
}

unsigned rvx__ip_common_bits(const uint8_t *a, const uint8_t *b, unsigned bits)
{
    unsigned n = 0, differ = 0;

    while (n < bits && (differ = a[n / 8] ^ b[n / 8]) == 0)
        n += 8;
    if (differ != 0)
        n += (unsigned)__builtin_clz(differ) - ((unsigned)sizeof differ - 1) * 8;
    return n < bits ? n : bits;
}
