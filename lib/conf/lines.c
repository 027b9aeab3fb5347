/* lines.c - walking the lines of a configuration file
 *
 * What all configuration files have in common: lines, comments and blanks. Where libc reads into a buffer of fixed size
 * and Go into one of 64 KiB, a line here is a view and as long as it is.
 *
 * rvx__lines_seek() is what makes it cheap to ask a file one question. Taking a file of 360 lines apart word by word
 * costs ten times what looking through its bytes does, so the search runs over the bytes, eight positions at a time in
 * one machine word: it looks for the needle's first and last byte at their distance, a pair that is rare in text, and
 * compares only there. It is the one place in this folder that reads bytes past the functions of view.h, and for speed
 * alone.
 */
#include <config.h>

#include "conf/lines.h"

#include <string.h>

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

/* The same byte in all eight places of a word. */
#define EIGHT(byte) (UINT64_C(0x0101010101010101) * (uint8_t)(byte))

/* Setting this bit maps both cases of a letter to one value, and some other bytes too: a filter, not a comparison. */
#define FOLD 0x20

void rvx__lines_init(struct rvx__lines *lines, struct rvx__view bytes, enum rvx__lines_comment comment)
{
    if (rvx__view_starts(bytes, BYTE_ORDER_MARK))
        bytes = rvx__view_from(bytes, strlen(BYTE_ORDER_MARK));
    lines->rest = bytes;
    lines->number = 0;
    lines->comment = comment;
}

/* Where a word starts with '#' or ';'. */
static size_t find_comment_word(struct rvx__view line)
{
    int before = ' ';
    size_t i;

    for (i = 0; i < line.len; i++) {
        int byte = rvx__view_at(line, i);

        if ((byte == '#' || byte == ';') && rvx__is_blank(before))
            return i;
        before = byte;
    }
    return RVX__NPOS;
}

static struct rvx__view cut_comment(const struct rvx__lines *lines, struct rvx__view line)
{
    size_t at = RVX__NPOS;

    switch (lines->comment) {
    case RVX__LINES_COMMENT_HASH:
        at = rvx__view_find(line, '#');
        break;
    case RVX__LINES_COMMENT_WORD:
        at = find_comment_word(line);
        break;
    }
    return rvx__view_trim(rvx__view_to(line, at));
}

bool rvx__lines_next(struct rvx__lines *lines, struct rvx__view *line)
{
    while (rvx__view_take_line(&lines->rest, line)) {
        lines->number++;
        *line = cut_comment(lines, *line);
        if (line->len > 0)
            return true;
    }
    return false;
}

static uint64_t load_eight(struct rvx__view bytes, size_t at)
{
    uint64_t word;

    memcpy(&word, bytes.data + at, sizeof word);
    return word;
}

/* Is one of the eight bytes 0? */
static bool has_zero(uint64_t word)
{
    return ((word - EIGHT(0x01)) & ~word & EIGHT(0x80)) != 0;
}

/* Is the needle at one of the positions from `from` to before `to`? */
static size_t find_between(struct rvx__view bytes, struct rvx__view needle, size_t from, size_t to)
{
    for (; from < to; from++) {
        if (rvx__view_eq_fold(rvx__view_to(rvx__view_from(bytes, from), needle.len), needle))
            return from;
    }
    return RVX__NPOS;
}

/* Where `needle` is first, ASCII letters folded. */
static size_t find_fold(struct rvx__view bytes, struct rvx__view needle)
{
    size_t i = 0, apart = needle.len - 1, at, ends;
    uint64_t first, last;

    if (needle.len == 0 || needle.len > bytes.len)
        return RVX__NPOS;
    first = EIGHT(rvx__view_at(needle, 0) | FOLD);
    last = EIGHT(rvx__view_at(needle, apart) | FOLD);
    ends = bytes.len - apart;
    for (; ends - i >= 8; i += 8) {
        uint64_t miss = (load_eight(bytes, i) | EIGHT(FOLD)) ^ first;

        miss |= (load_eight(bytes, i + apart) | EIGHT(FOLD)) ^ last;
        if (!has_zero(miss))
            continue;
        at = find_between(bytes, needle, i, i + 8);
        if (at != RVX__NPOS)
            return at;
    }
    return find_between(bytes, needle, i, ends);
}

static uint32_t count_newlines(struct rvx__view bytes)
{
    uint32_t n = 0;
    size_t i = 0;

    for (; bytes.len - i >= 8; i += 8) {
        uint64_t other = load_eight(bytes, i) ^ EIGHT('\n');
        /* The top bit of each byte that is 0, then their number. */
        uint64_t zero = ~(((other & EIGHT(0x7f)) + EIGHT(0x7f)) | other | EIGHT(0x7f));

        n += (uint32_t)((zero >> 7) * EIGHT(1) >> 56);
    }
    for (; i < bytes.len; i++)
        n += rvx__view_at(bytes, i) == '\n';
    return n;
}

/* Passes over the lines before the one that `at` is in. */
static void skip_lines(struct rvx__lines *lines, size_t at)
{
    size_t newline = rvx__view_find_last(rvx__view_to(lines->rest, at), '\n');
    size_t start = newline == RVX__NPOS ? 0 : newline + 1;

    lines->number += count_newlines(rvx__view_to(lines->rest, start));
    lines->rest = rvx__view_from(lines->rest, start);
}

bool rvx__lines_seek(struct rvx__lines *lines, struct rvx__view needle, struct rvx__view *line)
{
    size_t at = find_fold(lines->rest, needle);

    if (at == RVX__NPOS) {
        *line = rvx__view_to(lines->rest, 0);
        return false;
    }
    skip_lines(lines, at);
    rvx__view_take_line(&lines->rest, line);
    lines->number++;
    *line = cut_comment(lines, *line);
    return true;
}
