/* ask.c - a query as it came in, and what is remembered of the name it asks for
 *
 * Model: queries come from resolvers under test, so they may be odd but are small: one question, at most one record
 * behind it, which is OPT (RFC 6891). Names in queries are not compressed. What is remembered of a name is two counters
 * in a table that forgets by overwriting, hashed by the name in lower case, so that 0x20 does not make new names.
 *
 * Not done: queries of several questions, of other classes and opcodes; they are answered with FORMERR by the server.
 */
#include <config.h>

#include "hostile/ask.h"

#include <stdlib.h>
#include <string.h>

#define MEMORY_SLOTS 8192u
#define OPTION_COOKIE 10u

struct slot {
    uint64_t key;
    unsigned udp_n;
    unsigned tcp_n;
};

struct memory {
    struct slot slots[MEMORY_SLOTS];
};

static unsigned read_u16(const uint8_t *at)
{
    return (unsigned)at[0] << 8 | at[1];
}

/* Returns where the name that begins at `at` ends, or 0. */
static size_t skip_name(const uint8_t *bytes, size_t len, size_t at)
{
    while (at < len && bytes[at] != 0) {
        if (bytes[at] > 63)
            return 0;
        at += bytes[at] + 1u;
    }
    return at < len ? at + 1 : 0;
}

static void find_cookie(struct ask *ask, const uint8_t *options, size_t len)
{
    while (len >= 4) {
        unsigned code = read_u16(options);
        size_t size = read_u16(options + 2);

        if (size > len - 4)
            return;
        if (code == OPTION_COOKIE && size >= 8 && size <= COOKIE_MAX_LEN) {
            memcpy(ask->cookie, options + 4, size);
            ask->cookie_len = size;
        }
        options += 4 + size;
        len -= 4 + size;
    }
}

/* The record behind the question, if it is OPT. */
static void find_opt(struct ask *ask, size_t at)
{
    const uint8_t *bytes = ask->bytes;
    size_t rdlength;

    if (read_u16(bytes + 10) == 0 || ask->len - at < 11 || bytes[at] != 0 || read_u16(bytes + at + 1) != TYPE_OPT)
        return;
    rdlength = read_u16(bytes + at + 9);
    if (rdlength > ask->len - at - 11)
        return;
    ask->edns = true;
    ask->opt = at;
    find_cookie(ask, bytes + at + 11, rdlength);
}

bool ask_parse(struct ask *ask, const uint8_t *bytes, size_t len, bool tcp)
{
    size_t end;

    memset(ask, 0, sizeof *ask);
    if (len < HEADER_LEN)
        return false;
    ask->bytes = bytes;
    ask->len = len;
    ask->tcp = tcp;
    ask->id = (uint16_t)read_u16(bytes);
    ask->flags = (uint16_t)read_u16(bytes + 2);
    end = skip_name(bytes, len, HEADER_LEN);
    if ((ask->flags & 0xf800u) != 0 || read_u16(bytes + 4) != 1 || end == 0 || len - end < 4)
        return false;
    ask->name_len = end - HEADER_LEN;
    if (ask->name_len > NAME_MAX_LEN || read_u16(bytes + end + 2) != CLASS_IN)
        return false;
    memcpy(ask->name, bytes + HEADER_LEN, ask->name_len);
    ask->type = (uint16_t)read_u16(bytes + end);
    ask->question_len = ask->name_len + 4;
    find_opt(ask, end + 4);
    return true;
}

bool ask_is_first(const struct ask *ask)
{
    return ask->udp_n + ask->tcp_n == 0;
}

bool ask_fell_back(const struct ask *ask)
{
    return ask->tcp && ask->udp_n > 0;
}

const uint8_t *ask_label(const struct ask *ask, unsigned from_end, size_t *len)
{
    size_t starts[NAME_MAX_LEN / 2 + 1];
    size_t n = 0;

    for (size_t at = 0; ask->name[at] != 0; at += ask->name[at] + 1u)
        starts[n++] = at;
    if (from_end >= n)
        return NULL;
    *len = ask->name[starts[n - 1 - from_end]];
    return ask->name + starts[n - 1 - from_end] + 1;
}

struct memory *memory_new(void)
{
    return calloc(1, sizeof(struct memory));
}

void memory_free(struct memory *memory)
{
    free(memory);
}

/* FNV-1a of name and type. */
static uint64_t hash(const struct ask *ask)
{
    uint64_t sum = 14695981039346656037u;

    for (size_t i = 0; i < ask->name_len; i++) {
        uint8_t c = ask->name[i];

        sum = (sum ^ (c >= 'A' && c <= 'Z' ? c + 32u : c)) * 1099511628211u;
    }
    return (sum ^ ask->type) * 1099511628211u;
}

void memory_count(struct memory *memory, struct ask *ask)
{
    uint64_t key = hash(ask);
    struct slot *slot = &memory->slots[(key >> 32) % MEMORY_SLOTS];

    if (slot->key != key)
        *slot = (struct slot){.key = key};
    ask->udp_n = slot->udp_n;
    ask->tcp_n = slot->tcp_n;
    if (ask->tcp)
        slot->tcp_n++;
    else
        slot->udp_n++;
}
