/* word.h - eight bytes at a time: letters found and folded in text without a branch for each
 *
 * A word holds eight bytes in the order of memory, the first in its lowest bits, on every machine. Letters are those of
 * ASCII, never the locale's.
 */
#ifndef RVX_BASE_WORD_H
#define RVX_BASE_WORD_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define RVX__WORD_LEN sizeof(uint64_t)

/* The same byte eight times. */
#define RVX__WORD_OF(byte) (UINT64_C(0x0101010101010101) * (uint8_t)(byte))

static inline uint64_t rvx__word_order(uint64_t word)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word;
}

/* Reads up to eight bytes; where there are fewer the others are 0. */
static inline uint64_t rvx__word_load(const void *bytes, size_t len)
{
    uint64_t word = 0;

    if (len >= sizeof word)
        memcpy(&word, bytes, sizeof word);
    else
        memcpy(&word, bytes, len);
    return rvx__word_order(word);
}

/* Writes up to eight bytes. */
static inline void rvx__word_store(void *bytes, size_t len, uint64_t word)
{
    word = rvx__word_order(word);
    if (len >= sizeof word)
        memcpy(bytes, &word, sizeof word);
    else
        memcpy(bytes, &word, len);
}

/* 0x20, in which the cases of a letter differ, in each byte that is one. */
static inline uint64_t rvx__word_letters(uint64_t word)
{
    uint64_t lower = (word & RVX__WORD_OF(0x7f)) | RVX__WORD_OF(0x20);
    uint64_t from_a = lower + RVX__WORD_OF(0x80 - 'a'), past_z = lower + RVX__WORD_OF(0x80 - 'z' - 1);

    return (from_a & ~past_z & ~word & RVX__WORD_OF(0x80)) >> 2;
}

/* 0x20 in each byte whose bit is set, the lowest bit being the first byte's. */
static inline uint64_t rvx__word_spread(uint8_t bits)
{
    uint64_t one_each = RVX__WORD_OF(bits) & UINT64_C(0x8040201008040201);

    return ((one_each + RVX__WORD_OF(0x7f)) & RVX__WORD_OF(0x80)) >> 2;
}

/* Where the word after the one at `at` begins, of `len` bytes: the last one overlaps its neighbour rather than being
 * short, if there is a neighbour. */
static inline size_t rvx__word_next(size_t at, size_t len)
{
    size_t next = at + RVX__WORD_LEN;

    return next < len && len - next < RVX__WORD_LEN ? len - RVX__WORD_LEN : next;
}

/* Copies bytes with the letters in lower case. */
static inline void rvx__word_lower(void *to, const void *from, size_t len)
{
    const uint8_t *in = from;
    uint8_t *out = to;

    for (size_t at = 0; at < len; at = rvx__word_next(at, len)) {
        uint64_t word = rvx__word_load(in + at, len - at);

        rvx__word_store(out + at, len - at, word | rvx__word_letters(word));
    }
}

#endif
