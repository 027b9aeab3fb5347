/* modes.c - which mode answers a query
 *
 * Model: the tables one after the other make one numbered list. Numbers are for addresses, which have no room for
 * words: the third byte of 198.18.0.0/16 and the fourth group of 2001:2::/48, both set aside for benchmarks (RFC 2544,
 * RFC 5180) and left alone by resolvers that answer for private addresses themselves (RFC 6303).
 */
#include <config.h>

#include "hostile/modes.h"

#include <string.h>
#include <strings.h>

static const struct mode *const tables[] = {modes_match, modes_format, modes_chain, modes_server, modes_stream};

#define TABLES_N (sizeof tables / sizeof tables[0])

const struct mode *mode_at(size_t number)
{
    for (size_t i = 0; i < TABLES_N; i++) {
        for (const struct mode *mode = tables[i]; mode->name != NULL; mode++) {
            if (number-- == 0)
                return mode;
        }
    }
    return NULL;
}

const struct mode *mode_find(const char *name, size_t len)
{
    const struct mode *mode;

    for (size_t i = 0; (mode = mode_at(i)) != NULL; i++) {
        if (strlen(mode->name) == len && strncasecmp(mode->name, name, len) == 0)
            return mode;
    }
    return NULL;
}

static bool label_is(const struct ask *ask, unsigned from_end, const char *text)
{
    size_t len;
    const uint8_t *label = ask_label(ask, from_end, &len);

    return label != NULL && len == strlen(text) && strncasecmp((const char *)label, text, len) == 0;
}

/* The digits of a label; SIZE_MAX: it is no such number. */
static size_t label_number(const struct ask *ask, unsigned from_end, unsigned base)
{
    static const char digits[] = "0123456789abcdef";
    size_t len, number = 0;
    const uint8_t *label = ask_label(ask, from_end, &len);

    if (label == NULL || len == 0 || len > 3)
        return SIZE_MAX;
    for (size_t i = 0; i < len; i++) {
        const char *digit = memchr(digits, label[i] >= 'A' && label[i] <= 'F' ? label[i] + 32 : label[i], base);

        if (digit == NULL)
            return SIZE_MAX;
        number = number * base + (size_t)(digit - digits);
    }
    return number;
}

/* x.NUMBER.18.198.in-addr.arpa */
static const struct mode *mode_of_ipv4(const struct ask *ask)
{
    if (!label_is(ask, 1, "in-addr") || !label_is(ask, 2, "198") || !label_is(ask, 3, "18"))
        return NULL;
    return mode_at(label_number(ask, 4, 10));
}

/* The nibbles of 2001:0002:0000:NUMBER, from the last label but two. */
static const struct mode *mode_of_ipv6(const struct ask *ask)
{
    static const char prefix[] = "200100020000";
    size_t number = 0;

    if (!label_is(ask, 1, "ip6"))
        return NULL;
    for (unsigned i = 0; i < 16; i++) {
        size_t nibble = label_number(ask, i + 2, 16);

        if (nibble > 15 || (i < 12 && nibble != (size_t)(prefix[i] - '0')))
            return NULL;
        number = number * 16 + nibble;
    }
    return mode_at(number & 0xffff);
}

const struct mode *mode_of(const struct ask *ask)
{
    size_t len;
    const uint8_t *label;

    if (label_is(ask, 0, "arpa")) {
        const struct mode *mode = mode_of_ipv4(ask);

        return mode != NULL ? mode : mode_of_ipv6(ask);
    }
    if (!label_is(ask, 0, "test") || !label_is(ask, 1, "hostile"))
        return NULL;
    label = ask_label(ask, 2, &len);
    return label != NULL ? mode_find((const char *)label, len) : NULL;
}

const char *want_text(enum want want)
{
    switch (want) {
    case WANT_GOOD:
        return "good";
    case WANT_GOOD_OR_FAIL:
        return "good|fail";
    case WANT_FAIL:
        return "fail";
    case WANT_NEGATIVE:
        return "negative";
    case WANT_NOTHING:
        return "nothing";
    }
    return "?";
}
