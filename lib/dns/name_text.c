/* name_text.c - domain names as text
 *
 * Written as in master files (RFC 1035 section 5.1), without the dot at the end that people do not write. Labels may
 * hold any byte; those that a reader would take for something else, be it a parser or a terminal, are escaped, so that
 * the text read back is the same name. Host names are a matter of their own: their rule is Go's, and knows no escapes.
 */
#include <config.h>

#include "dns/name.h"

#include "base/buf.h"
#include "dns/wire.h"

/* The bytes of host names; in digits alone nobody is named. None of them needs an escape. */
enum { HOST_DIGIT = 1, HOST_NAMED = 2 };

static const uint8_t host_bytes[256] = {
    ['0'] = 1, ['1'] = 1, ['2'] = 1, ['3'] = 1, ['4'] = 1, ['5'] = 1, ['6'] = 1, ['7'] = 1, ['8'] = 1, ['9'] = 1,
    ['a'] = 2, ['b'] = 2, ['c'] = 2, ['d'] = 2, ['e'] = 2, ['f'] = 2, ['g'] = 2, ['h'] = 2, ['i'] = 2, ['j'] = 2,
    ['k'] = 2, ['l'] = 2, ['m'] = 2, ['n'] = 2, ['o'] = 2, ['p'] = 2, ['q'] = 2, ['r'] = 2, ['s'] = 2, ['t'] = 2,
    ['u'] = 2, ['v'] = 2, ['w'] = 2, ['x'] = 2, ['y'] = 2, ['z'] = 2, ['A'] = 2, ['B'] = 2, ['C'] = 2, ['D'] = 2,
    ['E'] = 2, ['F'] = 2, ['G'] = 2, ['H'] = 2, ['I'] = 2, ['J'] = 2, ['K'] = 2, ['L'] = 2, ['M'] = 2, ['N'] = 2,
    ['O'] = 2, ['P'] = 2, ['Q'] = 2, ['R'] = 2, ['S'] = 2, ['T'] = 2, ['U'] = 2, ['V'] = 2, ['W'] = 2, ['X'] = 2,
    ['Y'] = 2, ['Z'] = 2, ['-'] = 2, ['_'] = 2,
};

/* ---- text to wire */

/* Takes what stands for one byte: itself, \X, or \DDD. */
static bool take_escaped(struct rvx__view *text, uint8_t *byte)
{
    struct rvx__view digits;
    uint32_t value;
    char c;

    if (!rvx__view_take_byte(text, &c))
        return false;
    if (c == '\\') {
        digits = rvx__view_to(*text, 3);
        if (rvx__is_digit(rvx__view_at(digits, 0))) {
            if (digits.len < 3 || !rvx__view_take_dec(&digits, UINT8_MAX, &value) || digits.len > 0)
                return false;
            *text = rvx__view_from(*text, 3);
            *byte = (uint8_t)value;
            return true;
        }
        if (!rvx__view_take_byte(text, &c))
            return false;
    }
    *byte = (uint8_t)c;
    return true;
}

/* Takes a label and its dot, and adds it. False if it is empty or does not fit, the root's byte behind it. */
static bool take_label(struct rvx__view *text, struct rvx__name *name)
{
    size_t start = name->len, at = start + 1;

    while (text->len > 0 && rvx__view_at(*text, 0) != '.') {
        if (at - start > RVX__LABEL_MAX || at >= RVX__NAME_MAX - 1 || !take_escaped(text, &name->wire[at]))
            return false;
        at++;
    }
    if (at == start + 1)
        return false;
    *text = rvx__view_from(*text, 1);
    name->wire[start] = (uint8_t)(at - start - 1);
    name->len = (uint8_t)at;
    return true;
}

static bool parse_escaped(struct rvx__view text, struct rvx__name *name)
{
    while (text.len > 0) {
        if (!take_label(&text, name))
            return false;
    }
    name->wire[name->len++] = 0;
    return true;
}

/* Without escapes the bytes of the labels are moved in one piece, and the dots become lengths. */
static bool parse_plain(struct rvx__view text, struct rvx__name *name)
{
    uint8_t *wire = name->wire;
    size_t start = 0;

    if (rvx__view_at(text, text.len - 1) == '.')
        text.len--;
    if (text.len + 2 > RVX__NAME_MAX)
        return false;
    memcpy(wire + 1, text.data, text.len);
    for (size_t at = 1; at <= text.len + 1; at++) {
        if (at <= text.len && wire[at] != '.')
            continue;
        if (at - start - 1 < 1 || at - start - 1 > RVX__LABEL_MAX)
            return false;
        wire[start] = (uint8_t)(at - start - 1);
        start = at;
    }
    wire[start] = 0;
    name->len = (uint8_t)(start + 1);
    return true;
}

bool rvx__name_parse(struct rvx__view text, struct rvx__name *name)
{
    bool whole;

    name->len = 0;
    if (text.len == 0)
        return false;
    if (text.len == 1 && text.data[0] == '.') {
        name->wire[name->len++] = 0;
        return true;
    }
    whole = rvx__view_find(text, '\\') == RVX__NPOS ? parse_plain(text, name) : parse_escaped(text, name);
    if (!whole)
        name->len = 0;
    return whole;
}

/* ---- wire to text */

/* What master files and RFC 4343 section 2.1 give a meaning to. */
static bool is_special(uint8_t byte)
{
    return byte == '.' || byte == '\\' || byte == '"' || byte == '(' || byte == ')' || byte == ';' || byte == '@' ||
           byte == '$';
}

static void add_escaped(struct rvx__buf *buf, uint8_t byte)
{
    if (byte > ' ' && byte < 0x7f) {
        if (is_special(byte))
            rvx__buf_add_byte(buf, '\\');
        rvx__buf_add_byte(buf, (char)byte);
        return;
    }
    rvx__buf_add_byte(buf, '\\');
    rvx__buf_add_byte(buf, (char)('0' + byte / 100));
    rvx__buf_add_byte(buf, (char)('0' + byte / 10 % 10));
    rvx__buf_add_byte(buf, (char)('0' + byte % 10));
}

/* Writes a name of which every byte stands for itself. Its length; 0: it is none of these. */
static size_t print_usual(struct rvx__view wire, char text[RVX__NAME_TEXT_SIZE])
{
    size_t at = 0, end, len;

    while ((len = rvx__wire_u8(wire, at)) > 0) {
        end = at + len;
        if (end + 1 >= wire.len || end > RVX__NAME_MAX)
            return 0;
        if (at > 0)
            text[at - 1] = '.';
        for (; at < end; at++) {
            if (host_bytes[(uint8_t)wire.data[at + 1]] == 0)
                return 0;
            text[at] = wire.data[at + 1];
        }
        at++;
    }
    if (at == 0)
        return 0;
    text[at - 1] = '\0';
    return at - 1;
}

static size_t print_escaped(struct rvx__view wire, char text[RVX__NAME_TEXT_SIZE])
{
    struct rvx__buf buf;
    size_t i, len;

    rvx__buf_init(&buf, text, RVX__NAME_TEXT_SIZE);
    while ((len = rvx__wire_u8(wire, 0)) > 0) {
        if (buf.len > 0)
            rvx__buf_add_byte(&buf, '.');
        for (i = 1; i <= len; i++)
            add_escaped(&buf, rvx__wire_u8(wire, i));
        wire = rvx__view_from(wire, 1 + len);
    }
    if (buf.len == 0)
        rvx__buf_add_byte(&buf, '.');
    rvx__buf_finish(&buf);
    return buf.len;
}

size_t rvx__name_text(struct rvx__view wire, char text[RVX__NAME_TEXT_SIZE])
{
    size_t len = print_usual(wire, text);

    return len > 0 ? len : print_escaped(wire, text);
}

/* ---- host names */

/* Takes in a label. *seen gathers what kinds of bytes there are. */
static inline bool check_label(struct rvx__view label, unsigned *seen)
{
    unsigned kinds = 0;

    if (label.len < 1 || label.len > RVX__LABEL_MAX || label.data[0] == '-' || label.data[label.len - 1] == '-')
        return false;
    for (size_t i = 0; i < label.len; i++) {
        unsigned kind = host_bytes[(uint8_t)label.data[i]];

        if (kind == 0)
            return false;
        kinds |= kind;
    }
    *seen |= kinds;
    return true;
}

/* How many bytes in front can stand in a label. */
static size_t host_len(struct rvx__view text)
{
    size_t n = 0;

    while (n < text.len && host_bytes[(uint8_t)text.data[n]] != 0)
        n++;
    return n;
}

bool rvx__name_is_host(struct rvx__view text)
{
    unsigned seen = 0;

    if (text.len == 1 && text.data[0] == '.')
        return true;
    /* A dot at the end is no part of the name. */
    if (rvx__view_at(text, text.len - 1) == '.')
        text.len--;
    if (text.len > RVX__NAME_MAX - 2)
        return false;
    for (;;) {
        size_t len = host_len(text);

        if (!check_label(rvx__view_to(text, len), &seen))
            return false;
        if (len == text.len)
            return (seen & HOST_NAMED) != 0;
        if (text.data[len] != '.')
            return false;
        text = rvx__view_from(text, len + 1);
    }
}

bool rvx__name_wire_is_host(struct rvx__view wire)
{
    unsigned seen = wire.len == 1 ? HOST_NAMED : 0;
    size_t len;

    while ((len = rvx__wire_u8(wire, 0)) > 0) {
        if (!check_label(rvx__wire_part(wire, 1, len), &seen))
            return false;
        wire = rvx__view_from(wire, 1 + len);
    }
    return (seen & HOST_NAMED) != 0 && wire.len == 1;
}

/* ---- names of addresses */

static void add_reverse_v4(struct rvx__buf *buf, const uint8_t ip[4])
{
    size_t i;

    for (i = 4; i > 0; i--) {
        rvx__buf_add_dec(buf, ip[i - 1]);
        rvx__buf_add_byte(buf, '.');
    }
    rvx__buf_add_text(buf, "in-addr.arpa");
}

static void add_reverse_v6(struct rvx__buf *buf, const uint8_t ip[16])
{
    size_t i;

    for (i = 16; i > 0; i--) {
        rvx__buf_add_hex(buf, ip[i - 1] & 15U);
        rvx__buf_add_byte(buf, '.');
        rvx__buf_add_hex(buf, ip[i - 1] >> 4);
        rvx__buf_add_byte(buf, '.');
    }
    rvx__buf_add_text(buf, "ip6.arpa");
}

void rvx__name_reverse(const struct rvx_addr *addr, struct rvx__name *name)
{
    struct rvx_addr plain = *addr;
    char text[RVX__NAME_TEXT_SIZE];
    struct rvx__buf buf;

    rvx_addr_unmap(&plain);
    rvx__buf_init(&buf, text, sizeof text);
    if (plain.family == RVX_FAMILY_IPV4)
        add_reverse_v4(&buf, plain.ip);
    else if (plain.family == RVX_FAMILY_IPV6)
        add_reverse_v6(&buf, plain.ip);
    rvx__name_parse(rvx__buf_view(&buf), name);
}
