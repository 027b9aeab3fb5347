/* wiretext.c - DNS messages written as words */
#include <config.h>

#include "support/wiretext.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dns/name.h"
#include "dns/wire.h"

#define OPEN_MAX 8
#define SIZE 65536

struct writer {
    uint8_t *bytes; /* SIZE of them */
    size_t len;
    size_t places[128];    /* by letter */
    size_t open[OPEN_MAX]; /* where lengths belong */
    unsigned open_n;
};

static void give_up(const char *word)
{
    fprintf(stderr, "wiretext: %s\n", word);
    abort();
}

static void put(struct writer *writer, const void *bytes, size_t len)
{
    if (len > SIZE - writer->len)
        give_up("too long");
    memcpy(writer->bytes + writer->len, bytes, len);
    writer->len += len;
}

static void put_number(struct writer *writer, uint32_t number, unsigned bytes)
{
    for (; bytes > 0; bytes--) {
        uint8_t byte = (uint8_t)(number >> (8 * (bytes - 1)));

        put(writer, &byte, 1);
    }
}

static void put_hex(struct writer *writer, struct rvx__view digits, const char *word)
{
    size_t i;

    if (digits.len % 2 != 0)
        give_up(word);
    for (i = 0; i < digits.len; i += 2) {
        int high = rvx__hex_value(rvx__view_at(digits, i)), low = rvx__hex_value(rvx__view_at(digits, i + 1));

        if (high < 0 || low < 0)
            give_up(word);
        put_number(writer, (uint32_t)(high << 4 | low), 1);
    }
}

static void put_name(struct writer *writer, struct rvx__view text, const char *word)
{
    struct rvx__name name;

    if (!rvx__name_parse(text, &name))
        give_up(word);
    put(writer, name.wire, name.len);
}

static uint32_t parse_number(struct rvx__view digits, const char *word)
{
    uint32_t number = 0;

    if (!rvx__view_take_dec(&digits, UINT32_MAX, &number) || digits.len > 0)
        give_up(word);
    return number;
}

static void put_pointer(struct writer *writer, struct rvx__view place, const char *word)
{
    size_t to =
        rvx__is_alpha(rvx__view_at(place, 0)) ? writer->places[rvx__view_at(place, 0)] : parse_number(place, word);

    put_number(writer, (uint32_t)(0xc000 | to), 2);
}

static void open_length(struct writer *writer)
{
    if (writer->open_n == OPEN_MAX)
        give_up("[");
    writer->open[writer->open_n++] = writer->len;
    put_number(writer, 0, 2);
}

static void close_length(struct writer *writer)
{
    size_t at;

    if (writer->open_n == 0)
        give_up("]");
    at = writer->open[--writer->open_n];
    rvx__wire_put_u16(writer->bytes + at, (uint16_t)(writer->len - at - 2));
}

/* Types and classes. */
static void put_mnemonic(struct writer *writer, struct rvx__view view, const char *word)
{
    uint16_t number;

    if (!rvx__dns_class_parse(view, &number) && !rvx__dns_type_parse(view, &number))
        give_up(word);
    put_number(writer, number, 2);
}

static void put_opt(struct writer *writer, struct rvx__view flags, const char *word)
{
    if (flags.len != 9)
        give_up(word);
    put_number(writer, 0, 1);
    put_number(writer, RVX__DNS_TYPE_OPT, 2);
    put_number(writer, RVX__DNS_UDP_SIZE, 2);
    put_hex(writer, rvx__view_to(flags, 8), word);
    put_number(writer, 0, 2);
}

static void put_word(struct writer *writer, struct rvx__view view, const char *word)
{
    struct rvx__view rest = rvx__view_from(view, 1), again = view;
    uint32_t times;

    if (rvx__view_take_dec(&again, SIZE, &times) && rvx__view_at(again, 0) == '*') {
        while (times-- > 0)
            put_word(writer, rvx__view_from(again, 1), word);
        return;
    }
    switch (rvx__view_at(view, 0)) {
    case 'x':
        put_hex(writer, rest, word);
        break;
    case '#':
        if (rvx__view_at(rest, 0) == '#')
            put_number(writer, parse_number(rvx__view_from(rest, 1), word), 4);
        else
            put_number(writer, parse_number(rest, word), 2);
        break;
    case '=':
        put_name(writer, rest, word);
        break;
    case '+':
    case '"':
        put_number(writer, (uint32_t)rest.len, 1);
        put(writer, rest.data, rest.len);
        break;
    case '\'':
        put(writer, rest.data, rest.len);
        break;
    case ':':
        writer->places[rvx__view_at(rest, 0) & 127] = writer->len;
        break;
    case '@':
        put_pointer(writer, rest, word);
        break;
    case '[':
        open_length(writer);
        break;
    case ']':
        close_length(writer);
        break;
    default:
        if (rvx__view_starts(view, "OPT("))
            put_opt(writer, rvx__view_from(view, 4), word);
        else
            put_mnemonic(writer, view, word);
    }
}

static void put_words(struct writer *writer, const char *words)
{
    struct rvx__view rest = rvx__view_text(words), word;

    while (rvx__view_take_word(&rest, &word))
        put_word(writer, word, word.data);
    if (writer->open_n > 0 || writer->len >= SIZE)
        give_up(words);
}

static void start(struct writer *writer)
{
    *writer = (struct writer){.bytes = malloc(SIZE)};
    if (writer->bytes == NULL)
        abort();
}

static struct exact finish(struct writer *writer)
{
    struct exact exact = exact_bytes(writer->bytes, writer->len);

    free(writer->bytes);
    return exact;
}

struct exact wire_text(const char *words)
{
    struct writer writer;

    start(&writer);
    put_words(&writer, words);
    return finish(&writer);
}

struct exact wire_message(const char *flags, const char *counts, const char *words)
{
    struct rvx__view rest = rvx__view_text(counts), count;
    struct writer writer;

    start(&writer);
    put_number(&writer, 0x1234, 2);
    put_hex(&writer, rvx__view_text(flags), flags);
    while (rvx__view_take_word(&rest, &count))
        put_number(&writer, parse_number(count, counts), 2);
    if (writer.len != RVX__DNS_HEADER_LEN)
        give_up(counts);
    put_words(&writer, words);
    return finish(&writer);
}
