/* view.h - bounded reading of text
 *
 * A view is a stretch of somebody else's bytes. Parsers take views apart with the functions below and never touch a
 * pointer themselves; nothing here reads outside its view or stops at a NUL. "Take" functions cut a piece from the
 * front and advance the view; they give an empty piece at the end.
 */
#ifndef RVX_BASE_VIEW_H
#define RVX_BASE_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct rvx__view {
    const char *data; /* may be NULL if len is 0 */
    size_t len;       /* bytes */
};

static inline struct rvx__view rvx__view_of(const void *data, size_t len)
{
    struct rvx__view view = {data, len};

    return view;
}

/* A NUL-terminated text; NULL is the empty one. */
static inline struct rvx__view rvx__view_text(const char *text)
{
    return rvx__view_of(text, text != NULL ? strlen(text) : 0);
}

/* The byte at `i`, or -1 past the end. */
static inline int rvx__view_at(struct rvx__view view, size_t i)
{
    return i < view.len ? (unsigned char)view.data[i] : -1;
}

/* The part from `from` on, and the part before `to`; positions past the end are the end. */
static inline struct rvx__view rvx__view_from(struct rvx__view view, size_t from)
{
    if (from > view.len)
        from = view.len;
    return rvx__view_of(view.len > 0 ? view.data + from : view.data, view.len - from);
}

static inline struct rvx__view rvx__view_to(struct rvx__view view, size_t to)
{
    return rvx__view_of(view.data, to < view.len ? to : view.len);
}

#define RVX__NPOS ((size_t)-1)

/* Where `byte` is first, or last; RVX__NPOS: nowhere. */
size_t rvx__view_find(struct rvx__view view, char byte);
size_t rvx__view_find_last(struct rvx__view view, char byte);

/* Compare with another view, byte by byte or with ASCII letters folded. */
static inline bool rvx__view_eq(struct rvx__view a, struct rvx__view b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

bool rvx__view_eq_fold(struct rvx__view a, struct rvx__view b);

/* Compare with a NUL-terminated text. */
static inline bool rvx__view_is(struct rvx__view view, const char *text)
{
    return rvx__view_eq(view, rvx__view_text(text));
}

bool rvx__view_is_fold(struct rvx__view view, const char *text);
bool rvx__view_starts(struct rvx__view view, const char *prefix);
bool rvx__view_ends_fold(struct rvx__view view, const char *suffix);

/* Takes one byte; false at the end. */
bool rvx__view_take_byte(struct rvx__view *view, char *byte);

/* Takes one line without its end, LF or CR LF. False when nothing is left. */
bool rvx__view_take_line(struct rvx__view *view, struct rvx__view *line);

/* Takes the next run of bytes that are not blank (space, tab, CR, VT, FF, NUL). False when only blanks are left. */
bool rvx__view_take_word(struct rvx__view *view, struct rvx__view *word);

/* Takes everything before `byte` and the byte itself; false, and nothing taken, if it is not there. */
bool rvx__view_take_until(struct rvx__view *view, char byte, struct rvx__view *piece);

/* Takes the leading decimal digits as a number. False if there is none or it is above `max`; the view is then
 * untouched. */
bool rvx__view_take_dec(struct rvx__view *view, uint32_t max, uint32_t *number);

/* Without the blanks at both ends. */
struct rvx__view rvx__view_trim(struct rvx__view view);

/* ASCII classes and folding, never the locale's; of any int, bytes being 0 to 255. */
static inline bool rvx__is_blank(int byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\v' || byte == '\f' || byte == '\0';
}

static inline bool rvx__is_digit(int byte)
{
    return byte >= '0' && byte <= '9';
}

static inline bool rvx__is_alpha(int byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

/* Below 0x20, and 0x7f. */
static inline bool rvx__is_control(int byte)
{
    return (byte >= 0 && byte < 0x20) || byte == 0x7f;
}

/* The value of each hexadecimal digit plus one; 0: no digit. */
extern const uint8_t rvx__hex_digits[256];

/* 0 to 15, or -1. */
static inline int rvx__hex_value(int byte)
{
    return byte >= 0 && byte < 256 ? rvx__hex_digits[byte] - 1 : -1;
}

static inline char rvx__to_lower(char byte)
{
    return byte >= 'A' && byte <= 'Z' ? (char)(byte + ('a' - 'A')) : byte;
}

#endif
