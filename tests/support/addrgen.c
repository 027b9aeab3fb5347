/* addrgen.c - pseudo-random texts that are addresses, or nearly */
#include "support/addrgen.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define ROOM 120 /* texts are spoilt and put together within ADDRGEN_SIZE */

uint32_t addrgen_number(uint32_t *seed, uint32_t below)
{
    *seed = *seed * 1664525 + 1013904223;
    return (*seed >> 8) % below;
}

__attribute__((format(printf, 2, 3))) static void append(char *text, const char *format, ...)
{
    size_t len = strlen(text);
    va_list args;

    va_start(args, format);
    vsnprintf(text + len, len < ROOM ? ROOM - len : 0, format, args);
    va_end(args);
}

static void append_v4(uint32_t *seed, char *text)
{
    static const uint32_t limits[] = {2, 10, 256, 256, 256, 300, 1000};
    unsigned i;

    for (i = 0; i < 4; i++)
        append(text, "%s%u", i > 0 ? "." : "", addrgen_number(seed, limits[addrgen_number(seed, 7)]));
}

static void append_group(uint32_t *seed, char *text)
{
    uint32_t value = addrgen_number(seed, addrgen_number(seed, 3) == 0 ? 2 : 0x10000);

    switch (addrgen_number(seed, 5)) {
    case 0:
        append(text, "%X", value);
        break;
    case 1:
        append(text, "%04x", value);
        break;
    case 2:
        append(text, "%02x", value);
        break;
    default:
        append(text, "%x", value);
        break;
    }
}

static void append_groups(uint32_t *seed, char *text, uint32_t n)
{
    uint32_t i;

    for (i = 0; i < n; i++) {
        append(text, "%s", i > 0 ? ":" : "");
        append_group(seed, text);
    }
}

static void append_v6(uint32_t *seed, char *text)
{
    uint32_t tail = addrgen_number(seed, 4) == 0 ? 2 : 0;
    uint32_t head = addrgen_number(seed, 9 - tail), rest;

    if (addrgen_number(seed, 3) == 0) {
        append_groups(seed, text, 8 - tail);
    } else if (addrgen_number(seed, 12) == 0) {
        append(text, "::ffff%s", tail > 0 ? "" : ":1:2");
    } else {
        append_groups(seed, text, head);
        append(text, "::");
        rest = addrgen_number(seed, 9 - tail - head);
        append_groups(seed, text, rest);
        if (tail > 0 && rest == 0) {
            append_v4(seed, text);
            return;
        }
    }
    if (tail > 0) {
        append(text, ":");
        append_v4(seed, text);
    }
}

static void append_zone(uint32_t *seed, char *text)
{
    static const char *const zones[] = {"eth0", "1", "lo", "", "a%b", "fifteen-letters", "sixteen-letters!", "x:y.z"};

    append(text, "%%%s", zones[addrgen_number(seed, 8)]);
}

/* Deletes, doubles or replaces one byte. */
static void spoil(uint32_t *seed, char *text)
{
    static const char bytes[] = "0123456789abcdefABCDEFgx::::....%%[[]]-+ /@";
    size_t len = strlen(text), at;

    if (len == 0 || len >= ROOM)
        return;
    at = addrgen_number(seed, (uint32_t)len);
    switch (addrgen_number(seed, 3)) {
    case 0:
        memmove(text + at, text + at + 1, len - at);
        break;
    case 1:
        memmove(text + at + 1, text + at, len - at + 1);
        break;
    default:
        text[at] = bytes[addrgen_number(seed, sizeof bytes - 1)];
        break;
    }
}

static void spoil_some(uint32_t *seed, char *text)
{
    uint32_t n = addrgen_number(seed, 3);

    while (n-- > 0)
        spoil(seed, text);
}

void addrgen_ip(uint32_t *seed, char text[ADDRGEN_SIZE])
{
    text[0] = '\0';
    if (addrgen_number(seed, 3) == 0)
        append_v4(seed, text);
    else
        append_v6(seed, text);
    if (addrgen_number(seed, 6) == 0)
        append_zone(seed, text);
    spoil_some(seed, text);
}

void addrgen_port(uint32_t *seed, char text[ADDRGEN_SIZE])
{
    static const char *const signs[] = {"", "", "", "+", "-", "00", "+0", "--"};
    static const uint32_t limits[] = {1, 100, 65536, 70000, 1u << 24};

    text[0] = '\0';
    append(text, "%s", signs[addrgen_number(seed, 8)]);
    if (addrgen_number(seed, 10) > 0)
        append(text, "%u", addrgen_number(seed, limits[addrgen_number(seed, 5)]));
    if (addrgen_number(seed, 6) == 0)
        append(text, "%u", addrgen_number(seed, 1u << 24));
    if (addrgen_number(seed, 4) == 0)
        spoil(seed, text);
}

void addrgen_hostport(uint32_t *seed, char text[ADDRGEN_SIZE])
{
    static const char *const hosts[] = {"", "localhost", "a.example", "1.2.3.4", "::1", "fe80::1%eth0"};
    char host[ADDRGEN_SIZE], port[ADDRGEN_SIZE];

    if (addrgen_number(seed, 2) == 0)
        addrgen_ip(seed, host);
    else
        snprintf(host, sizeof host, "%s", hosts[addrgen_number(seed, 6)]);
    addrgen_port(seed, port);
    text[0] = '\0';
    if (addrgen_number(seed, 3) == 0)
        append(text, "%s:%s", host, port);
    else
        append(text, "[%s]:%s", host, port);
    spoil_some(seed, text);
}
