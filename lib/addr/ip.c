/* ip.c - IP address literals
 *
 * In: what Go's net/netip takes. IPv4 is four decimal numbers without leading zeros, never inet_aton(3)'s short, octal or
 * hexadecimal forms. IPv6 is RFC 4291 section 2.2: at most four hex digits a group, one "::" standing for at least one group,
 * an IPv4 tail in the last 32 bits; then, after the first '%', a zone of 1 to 15 bytes (RFC 4007 section 11). Brackets and prefix
 * lengths belong to others.
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

#define V4_TEXT_MIN 7  /* "0.0.0.0" */
#define V4_TEXT_MAX 15 /* "255.255.255.255" */

/* Takes a number of up to 255 without leading zeros. */
static bool take_octet(struct rvx__view *text, uint8_t *octet)
{
    int value = rvx__view_at(*text, 0) - '0';
    size_t i = 1;

    if (value < 0 || value > 9)
        return false;
    while (rvx__is_digit(rvx__view_at(*text, i))) {
        if (value == 0)
            return false;
        value = 10 * value + rvx__view_at(*text, i) - '0';
        if (value > 255)
            return false;
        i++;
    }
    *octet = (uint8_t)value;
    *text = rvx__view_from(*text, i);
    return true;
}

static bool take_colon(struct rvx__view *text)
{
    if (rvx__view_at(*text, 0) != ':')
        return false;
    *text = rvx__view_from(*text, 1);
    return true;
}

bool rvx__ip_parse_v4(struct rvx__view text, uint8_t ip[4])
{
    uint8_t out[4];
    size_t n;

    if (text.len < V4_TEXT_MIN || text.len > V4_TEXT_MAX)
        return false;
    for (n = 0; n < 4; n++) {
        if (n > 0) {
            if (rvx__view_at(text, 0) != '.')
                return false;
            text = rvx__view_from(text, 1);
        }
        if (!take_octet(&text, &out[n]))
            return false;
    }
    if (text.len > 0)
        return false;
    memcpy(ip, out, sizeof out);
    return true;
}

/* Takes one to four hex digits. */
static bool take_group(struct rvx__view *text, unsigned *group)
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

/* What the groups say so far: `n` bytes, the "::" behind the first `gap` of them. */
struct groups {
    uint8_t bytes[16];
    size_t n;
    size_t gap; /* RVX__NPOS: no "::" yet */
};

/* Reads groups to the end of the text. False if one is malformed, or there are too many. */
static bool read_groups(struct rvx__view text, struct groups *groups)
{
    unsigned group;

    for (;;) {
        struct rvx__view start = text;

        if (groups->n == 16 || !take_group(&text, &group))
            return false;
        if (rvx__view_at(text, 0) == '.') {
            if (groups->n > 12 || !rvx__ip_parse_v4(start, groups->bytes + groups->n))
                return false;
            groups->n += 4;
            return true;
        }
        groups->bytes[groups->n++] = (uint8_t)(group >> 8);
        groups->bytes[groups->n++] = (uint8_t)group;
        if (text.len == 0)
            return true;
        if (!take_colon(&text))
            return false;
        if (take_colon(&text)) {
            if (groups->gap != RVX__NPOS)
                return false;
            groups->gap = groups->n;
            if (text.len == 0)
                return true;
        }
    }
}

bool rvx__ip_parse_v6(struct rvx__view text, uint8_t ip[16])
{
    struct groups groups = {{0}, 0, RVX__NPOS};
    size_t tail;

    if (rvx__view_at(text, 0) == ':' && rvx__view_at(text, 1) == ':') {
        groups.gap = 0;
        text = rvx__view_from(text, 2);
    }
    if ((text.len > 0 || groups.gap == RVX__NPOS) && !read_groups(text, &groups))
        return false;
    if ((groups.n == 16) != (groups.gap == RVX__NPOS))
        return false;
    if (groups.gap == RVX__NPOS) {
        memcpy(ip, groups.bytes, 16);
        return true;
    }
    tail = groups.n - groups.gap;
    memset(ip, 0, 16);
    memcpy(ip, groups.bytes, groups.gap);
    memcpy(ip + 16 - tail, groups.bytes + groups.gap, tail);
    return true;
}

static bool parse_v6_zone(struct rvx__view text, struct rvx_addr *addr)
{
    struct rvx_addr out = {.family = RVX_FAMILY_IPV6};
    size_t percent = rvx__view_find(text, '%');

    if (percent != RVX__NPOS) {
        struct rvx__view zone = rvx__view_from(text, percent + 1);

        if (zone.len == 0 || zone.len >= RVX_ZONE_SIZE || rvx__view_find(zone, '\0') != RVX__NPOS)
            return false;
        memcpy(out.zone, zone.data, zone.len);
        text = rvx__view_to(text, percent);
    }
    if (!rvx__ip_parse_v6(text, out.ip))
        return false;
    *addr = out;
    return true;
}

static bool parse_v4(struct rvx__view text, struct rvx_addr *addr)
{
    struct rvx_addr out = {.family = RVX_FAMILY_IPV4};

    if (!rvx__ip_parse_v4(text, out.ip))
        return false;
    *addr = out;
    return true;
}

bool rvx__ip_parse(struct rvx__view text, struct rvx_addr *addr)
{
    size_t i;

    for (i = 0; i < text.len; i++) {
        switch (rvx__view_at(text, i)) {
        case '.':
            return parse_v4(text, addr);
        case ':':
            return parse_v6_zone(text, addr);
        case '%':
            return false;
        default:
            break;
        }
    }
    return false;
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
    unsigned n = 0;

    while (n < bits && ((a[n / 8] ^ b[n / 8]) & 0x80 >> n % 8) == 0)
        n++;
    return n;
}
