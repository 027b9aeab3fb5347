/* text.c - text from elsewhere, made safe to print
 *
 * Anybody may send anything to a server, and a log that shows it raw hands the terminal of whoever reads it to the
 * sender. So what can act on a terminal is shown as an escape instead: the C0 and C1 control characters, bytes that are
 * no UTF-8 (an eight-bit terminal takes 0x9b for CSI), and the characters that reorder or break a line (Unicode UAX 9,
 * UAX 14). Everything else, accents and all, stays readable.
 */
#include <config.h>

#include "text.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* The length of a character by its first byte; 0 if none begins so. */
static size_t utf8_length(uint8_t first)
{
    if (first < 0x80)
        return 1;
    if (first >= 0xc2 && first <= 0xdf)
        return 2;
    if (first >= 0xe0 && first <= 0xef)
        return 3;
    return first >= 0xf0 && first <= 0xf4 ? 4 : 0;
}

size_t text_utf8(const char *data, size_t len, uint32_t *character)
{
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 }; /* by length; less is an overlong form */
    size_t n = len > 0 ? utf8_length((uint8_t)data[0]) : 0;
    uint32_t value;

    if (n == 0 || n > len)
        return 0;
    value = n == 1 ? (uint8_t)data[0] : (uint8_t)data[0] & (0x7fu >> n);
    for (size_t i = 1; i < n; i++) {
        if (((uint8_t)data[i] & 0xc0) != 0x80)
            return 0;
        value = value << 6 | ((uint8_t)data[i] & 0x3f);
    }
    if (value < least[n] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
        return 0;
    *character = value;
    return n;
}

static bool is_between(uint32_t character, uint32_t first, uint32_t last)
{
    return character >= first && character <= last;
}

static bool is_control(uint32_t character)
{
    return character < 0x20 || is_between(character, 0x7f, 0x9f);
}

/* Marks of direction, line and paragraph separators, embeddings, overrides and isolates. */
static bool is_reordering(uint32_t character)
{
    return character == 0x061c || is_between(character, 0x200e, 0x200f) || is_between(character, 0x2028, 0x202e) ||
           is_between(character, 0x2066, 0x2069);
}

/* The letter of a byte that has an escape of its own, as in C; '\0' for the others. */
static char escape_letter(char byte)
{
    switch (byte) {
    case '\n':
        return 'n';
    case '\r':
        return 'r';
    case '\t':
        return 't';
    case '\\':
        return '\\';
    default:
        return '\0';
    }
}

/* Writes one byte as an escape, at most 4 bytes and a NUL. */
static void escape_byte(char out[TEXT_GROWTH + 1], char byte)
{
    char letter = escape_letter(byte);

    if (letter != '\0')
        snprintf(out, TEXT_GROWTH + 1, "\\%c", letter);
    else
        snprintf(out, TEXT_GROWTH + 1, "\\x%02x", (unsigned)(uint8_t)byte);
}

/* Writes the character or byte at `data` as it shall be seen. Returns the bytes taken. */
static size_t show_one(char out[TEXT_GROWTH + 1], const char *data, size_t len, enum text_style style)
{
    uint32_t character = 0;
    size_t n = text_utf8(data, len, &character);
    bool plain = n > 0 && !is_control(character) && !is_reordering(character);

    if (plain && (character != '\\' || style == TEXT_MESSAGE)) {
        memcpy(out, data, n);
        out[n] = '\0';
        return n;
    }
    escape_byte(out, *data); /* of a harmful character of several bytes, the rest follows as stray bytes */
    return 1;
}

size_t text_visible(char *out, size_t size, const char *data, size_t len, enum text_style style)
{
    size_t used = 0;

    while (len > 0) {
        char shown[TEXT_GROWTH + 1];
        size_t taken = show_one(shown, data, len, style);
        size_t shown_len = strlen(shown);

        if (used + shown_len >= size)
            break;
        memcpy(out + used, shown, shown_len);
        used += shown_len;
        data += taken;
        len -= taken;
    }
    out[used] = '\0';
    return used;
}
