/* prefix.c - address prefixes, as sortlist and gai.conf write them
 *
 * Addresses are taken as strictly as everywhere else (ip.h): no short forms such as "130.155", no leading zeros. A
 * netmask has to be a run of ones followed by zeros; BIND once allowed others and nobody has used them since. Bits
 * behind the prefix are cleared, not refused: "130.155.160.1/20" is what people write.
 */
#include <config.h>

#include "conf/prefix.h"

#include <string.h>

#include "addr/ip.h"
#include "base/word.h"

#define V4_BITS 32
#define V6_BITS 128
#define MAPPED_BITS 96

/* Clears what is behind the first `bits` bits. */
static void clear_host_bits(uint8_t ip[16], unsigned bits)
{
    size_t byte = bits / 8;

    if (byte < 16)
        ip[byte++] &= (uint8_t)(0xff00 >> bits % 8);
    if (byte < 16)
        memset(ip + byte, 0, 16 - byte);
}

/* "255.255.240.0" as a number of bits. */
static bool parse_netmask(struct rvx__view text, uint8_t *bits)
{
    static const uint8_t ones[4] = {0xff, 0xff, 0xff, 0xff};
    uint8_t mask[4];
    uint8_t rest[16] = {0};
    unsigned common;

    if (!rvx__ip_parse_v4(text, mask))
        return false;
    common = rvx__ip_common_bits(mask, ones, V4_BITS);
    memcpy(rest, ones, sizeof ones);
    clear_host_bits(rest, common);
    *bits = (uint8_t)common;
    return memcmp(rest, mask, sizeof mask) == 0;
}

static bool parse_length(struct rvx__view text, uint32_t max, uint8_t *bits)
{
    uint32_t number;

    if (!rvx__view_take_dec(&text, max, &number) || text.len > 0)
        return false;
    *bits = (uint8_t)number;
    return true;
}

/* The length of the network of class A, B or C that an address is in. */
static uint8_t natural_length(const uint8_t ip[16])
{
    if (ip[0] < 128)
        return 8;
    if (ip[0] < 192)
        return 16;
    return ip[0] < 224 ? 24 : V4_BITS;
}

static bool parse_prefix(struct rvx__view text, bool natural, struct rvx__prefix *prefix)
{
    struct rvx__prefix result = {0};
    struct rvx__view address = text;
    bool with_length = rvx__view_take_until(&text, '/', &address);
    bool good = true;

    if (!with_length)
        address = text;
    if (rvx__ip_parse_v4(address, result.ip)) {
        result.family = RVX_FAMILY_IPV4;
        result.bits = natural ? natural_length(result.ip) : V4_BITS;
        if (with_length)
            good = parse_length(text, V4_BITS, &result.bits) || parse_netmask(text, &result.bits);
    } else if (rvx__ip_parse_v6(address, result.ip)) {
        result.family = RVX_FAMILY_IPV6;
        result.bits = V6_BITS;
        if (with_length)
            good = parse_length(text, V6_BITS, &result.bits);
    } else {
        return false;
    }
    if (!good)
        return false;
    clear_host_bits(result.ip, result.bits);
    *prefix = result;
    return true;
}

bool rvx__prefix_parse(struct rvx__view text, struct rvx__prefix *prefix)
{
    return parse_prefix(text, false, prefix);
}

bool rvx__prefix_parse_natural(struct rvx__view text, struct rvx__prefix *prefix)
{
    return parse_prefix(text, true, prefix);
}

/* ::ffff:a.b.c.d from a.b.c.d */
static void map_bytes(uint8_t ip[16])
{
    memcpy(ip + 12, ip, 4);
    memset(ip, 0, 10);
    memset(ip + 10, 0xff, 2);
}

void rvx__prefix_map(struct rvx__prefix *prefix)
{
    if (prefix->family != RVX_FAMILY_IPV4)
        return;
    map_bytes(prefix->ip);
    prefix->family = RVX_FAMILY_IPV6;
    prefix->bits = (uint8_t)(prefix->bits + MAPPED_BITS);
}

/* Eight bytes as a number in network order. */
static uint64_t load_number(const uint8_t *bytes)
{
    return __builtin_bswap64(rvx__word_load(bytes, RVX__WORD_LEN));
}

/* Do two addresses of 16 bytes, of which some may mean nothing, begin with the same bits? */
static bool begin_alike(const uint8_t a[16], const uint8_t b[16], unsigned bits)
{
    uint64_t differ = load_number(a) ^ load_number(b);

    if (bits > 64) {
        if (differ != 0)
            return false;
        differ = load_number(a + 8) ^ load_number(b + 8);
        bits -= 64;
    }
    return bits == 0 || differ >> (64 - bits) == 0;
}

bool rvx__prefix_match(const struct rvx__prefix *prefix, const struct rvx_addr *addr)
{
    struct rvx__prefix mapped;
    uint8_t ip[16];

    if (addr->family != RVX_FAMILY_IPV4 && addr->family != RVX_FAMILY_IPV6)
        return false;
    if (addr->family == prefix->family)
        return begin_alike(prefix->ip, addr->ip, prefix->bits);
    if (addr->family == RVX_FAMILY_IPV4) {
        memcpy(ip, addr->ip, sizeof ip);
        map_bytes(ip);
        return begin_alike(prefix->ip, ip, prefix->bits);
    }
    mapped = *prefix;
    rvx__prefix_map(&mapped);
    return begin_alike(mapped.ip, addr->ip, mapped.bits);
}
