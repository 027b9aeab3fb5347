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

/* How many bytes in front stand for themselves. */
static size_t plain_len(struct rvx__view text)
{
    size_t n = 0;

    while (n < text.len && text.data[n] != '.' && text.data[n] != '\\')
        n++;
    return n;
}

/* Takes a label and its dot, and adds it. False if it is empty or does not fit, the root's byte behind it. */
static bool take_label(struct rvx__view *text, struct rvx__name *name)
{
    size_t start = name->len, at = start + 1, plain = plain_len(*text);

    if (plain > RVX__LABEL_MAX || at + plain > RVX__NAME_MAX - 1)
        return false;
    memcpy(name->wire + at, text->data, plain);
    *text = rvx__view_from(*text, plain);
    at += plain;
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

bool rvx__name_parse(struct rvx__view text, struct rvx__name *name)
{
    bool whole = text.len > 0;

    name->len = 0;
    if (rvx__view_is(text, "."))
        text.len = 0;
    while (whole && text.len > 0)
        whole = take_label(&text, name);
    if (!whole) {
        name->len = 0;
        return false;
    }
    name->wire[name->len++] = 0;
    return true;
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

/* How many bytes in front are those of nearly all names, and need no second look. */
static size_t usual_len(struct rvx__view label)
{
    size_t n = 0;

    while (n < label.len && (rvx__is_alpha(label.data[n]) || rvx__is_digit(label.data[n]) || label.data[n] == '-'))
        n++;
    return n;
}

size_t rvx__name_text(struct rvx__view wire, char text[RVX__NAME_TEXT_SIZE])
{
    struct rvx__buf buf;
    size_t i, len;

    rvx__buf_init(&buf, text, RVX__NAME_TEXT_SIZE);
    while ((len = rvx__wire_u8(wire, 0)) > 0) {
        if (buf.len > 0)
            rvx__buf_add_byte(&buf, '.');
        i = 1 + usual_len(rvx__wire_part(wire, 1, len));
        rvx__buf_add(&buf, rvx__wire_part(wire, 1, i - 1));
        for (; i <= len; i++)
            add_escaped(&buf, rvx__wire_u8(wire, i));
        wire = rvx__view_from(wire, 1 + len);
    }
    if (buf.len == 0)
        rvx__buf_add_byte(&buf, '.');
    rvx__buf_finish(&buf);
    return buf.len;
}

/* ---- host names */

/* Takes in one label. *named is set if it holds more than digits. */
static bool check_label(struct rvx__view label, bool *named)
{
    size_t i;

    if (label.len < 1 || label.len > RVX__LABEL_MAX || rvx__view_at(label, 0) == '-' ||
        rvx__view_at(label, label.len - 1) == '-')
        return false;
    for (i = 0; i < label.len; i++) {
        int byte = rvx__view_at(label, i);

        if (rvx__is_digit(byte))
            continue;
        if (!rvx__is_alpha(byte) && byte != '-' && byte != '_')
            return false;
        *named = true;
    }
    return true;
}

bool rvx__name_is_host(struct rvx__view text)
{
    bool named = false;

    if (rvx__view_is(text, "."))
        return true;
    /* A dot at the end is no part of the name. */
    if (rvx__view_at(text, text.len - 1) == '.')
        text.len--;
    if (text.len > RVX__NAME_MAX - 2)
        return false;
    for (size_t i = 0, start = 0; i <= text.len; i++) {
        if (i < text.len && text.data[i] != '.')
            continue;
        if (!check_label(rvx__view_of(text.data + start, i - start), &named))
            return false;
        start = i + 1;
    }
    return named;
}

bool rvx__name_wire_is_host(struct rvx__view wire)
{
    bool named = wire.len == 1;
    size_t len;

    while ((len = rvx__wire_u8(wire, 0)) > 0) {
        if (!check_label(rvx__wire_part(wire, 1, len), &named))
            return false;
        wire = rvx__view_from(wire, 1 + len);
    }
    return named && wire.len == 1;
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
