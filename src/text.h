/* text.h - text from elsewhere, made safe to print */
#ifndef TEXT_H
#define TEXT_H

#include <stddef.h>
#include <stdint.h>

/* Reads the character at the front of `data`.
 * character: receives it, on success only.
 * Returns: how many bytes it has, 1 to 4; 0 if `len` is 0 or they are no well-formed UTF-8 (RFC 3629). */
size_t text_utf8(const char *data, size_t len, uint32_t *character);

enum text_style {
    TEXT_DATA,   /* tells every text from every other: a backslash becomes two */
    TEXT_MESSAGE /* leaves backslashes alone, for texts that hold escapes already */
};

/* At most so many bytes become of one. */
#define TEXT_GROWTH 4

/* Makes text visible: control characters and others that would change how the rest of the line is shown, and bytes that
 * are no UTF-8, become \n, \r, \t or \xNN. Text that does not fit is cut between two characters.
 * out: room for `size` bytes with the NUL, size above 0.
 * Returns: the length of what is in `out`. */
size_t text_visible(char *out, size_t size, const char *data, size_t len, enum text_style style);

#endif
