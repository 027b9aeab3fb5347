/* name.c - domain names in wire form, alone and inside of messages
 *
 * RFC 1035 sections 3.1 and 4.1.4, RFC 4343 for case. The functions on messages are for those that passed the gate and
 * lean on it: they need not tell a bad name from a good one, only end on both and stay inside the message. A pointer
 * that does not lead backwards ends a name.
 */
#include <config.h>

#include "dns/name.h"

#include "base/word.h"
#include "dns/wire.h"

#define POINTER 0xc0
#define POINTER_MASK 0x3fff

bool rvx__name_set(struct rvx__name *name, struct rvx__view wire)
{
    size_t at = 0;

    name->len = 0;
    while (rvx__wire_u8(wire, at) > 0 && rvx__wire_u8(wire, at) <= RVX__LABEL_MAX)
        at += (size_t)1 + rvx__wire_u8(wire, at);
    if (at + 1 != wire.len || wire.len > RVX__NAME_MAX || rvx__wire_u8(wire, at) != 0)
        return false;
    memcpy(name->wire, wire.data, wire.len);
    name->len = (uint8_t)wire.len;
    return true;
}

bool rvx__name_equal(struct rvx__view a, struct rvx__view b)
{
    /* Lengths of labels are below 'A', so folding all bytes alike folds the letters only. */
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0 || rvx__view_eq_fold(a, b));
}

/* The name without its first label; nothing is left of the root. */
static struct rvx__view drop_label(struct rvx__view wire)
{
    return rvx__view_from(wire, (size_t)1 + rvx__wire_u8(wire, 0));
}

bool rvx__name_is_below(struct rvx__view name, struct rvx__view zone)
{
    while (name.len > zone.len)
        name = drop_label(name);
    return zone.len > 0 && rvx__name_equal(name, zone);
}

unsigned rvx__name_labels(struct rvx__view wire)
{
    unsigned n = 0;

    for (; rvx__wire_u8(wire, 0) > 0; wire = drop_label(wire))
        n++;
    return n;
}

void rvx__name_lower(struct rvx__name *name)
{
    rvx__word_lower(name->wire, name->wire, name->len);
}

/* To the right, by 0 to 63. */
static uint64_t rotate(uint64_t bits, size_t n)
{
    return bits >> n | bits << (64 - n) % 64;
}

void rvx__name_mix_case(struct rvx__view wire, uint64_t bits, struct rvx__name *mixed)
{
    size_t len = wire.len < RVX__NAME_MAX ? wire.len : RVX__NAME_MAX;

    for (size_t at = 0; at < len; at = rvx__word_next(at, len)) {
        uint64_t word = rvx__word_load(wire.data + at, len - at);
        uint64_t letters = rvx__word_letters(word);
        uint64_t upper = rvx__word_spread((uint8_t)rotate(bits, at % 64));

        rvx__word_store(mixed->wire + at, len - at, (word | letters) ^ (upper & letters));
    }
    mixed->len = (uint8_t)len;
}

/* Where the pointer at `at` leads, if that is backwards; otherwise the end, where every name ends. */
static size_t follow(struct rvx__view message, size_t at)
{
    size_t target = rvx__wire_u16(message, at) & POINTER_MASK;

    return target < at ? target : message.len;
}

size_t rvx__name_skip(struct rvx__view message, size_t at)
{
    uint8_t label = rvx__wire_u8(message, at);

    while (label > 0 && label <= RVX__LABEL_MAX) {
        at += (size_t)1 + label;
        label = rvx__wire_u8(message, at);
    }
    return at + (label == 0 ? 1 : 2);
}

size_t rvx__name_origin(struct rvx__view message, size_t at)
{
    while (rvx__wire_u8(message, at) >= POINTER)
        at = follow(message, at);
    return at;
}

size_t rvx__name_expand(struct rvx__view message, size_t at, struct rvx__name *name)
{
    size_t end = rvx__name_skip(message, at), len = 0;
    uint8_t label;

    name->len = 0;
    while ((label = rvx__wire_u8(message, at)) > 0) {
        if (label > RVX__LABEL_MAX) {
            at = follow(message, at);
            continue;
        }
        if (len + 1 + label >= RVX__NAME_MAX || message.len - at < (size_t)1 + label)
            return end;
        memcpy(name->wire + len, message.data + at, (size_t)1 + label);
        len += (size_t)1 + label;
        at += (size_t)1 + label;
    }
    name->wire[len] = 0;
    name->len = (uint8_t)(len + 1);
    return end;
}

/* Names of 127 labels that differ in the last one are what an attacker would send: this loop has to be short. */
static bool equal_bytes(const char *a, const char *b, size_t len)
{
    size_t i = 0;

    while (i < len && (a[i] == b[i] || rvx__to_lower(a[i]) == rvx__to_lower(b[i])))
        i++;
    return i == len;
}

bool rvx__name_equal_at(struct rvx__view message, size_t at, struct rvx__view wire)
{
    for (;;) {
        uint8_t label = rvx__wire_u8(message, at);

        if (label > RVX__LABEL_MAX) {
            at = follow(message, at);
            continue;
        }
        if (wire.len <= label || rvx__wire_u8(wire, 0) != label)
            return false;
        if (label == 0)
            return wire.len == 1;
        if (message.len - at <= label || !equal_bytes(message.data + at + 1, wire.data + 1, label))
            return false;
        wire = rvx__view_from(wire, (size_t)1 + label);
        at += (size_t)1 + label;
    }
}
