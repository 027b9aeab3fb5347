/* view.c - bounded reading of text
 *
 * With buf.c and the message gate of the DNS code, the only places in the library that do arithmetic on pointers into
 * foreign bytes. A view may hold any bytes, NUL included, and may be empty with a NULL pointer, which memchr(3) and
 * memcmp(3)
 * must never see: hence the checks of the length before them.
 */
#include <config.h>

#include "base/view.h"

const uint8_t rvx__hex_digits[256] = {
    ['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
    ['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
    ['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
};

size_t rvx__view_find(struct rvx__view view, char byte)
{
    const char *at = view.len > 0 ? memchr(view.data, byte, view.len) : NULL;

    return at != NULL ? (size_t)(at - view.data) : RVX__NPOS;
}

size_t rvx__view_find_last(struct rvx__view view, char byte)
{
    size_t i = view.len;

    while (i > 0) {
        i--;
        if (view.data[i] == byte)
            return i;
    }
    return RVX__NPOS;
}

bool rvx__view_eq_fold(struct rvx__view a, struct rvx__view b)
{
    size_t i;

    if (a.len != b.len)
        return false;
    for (i = 0; i < a.len; i++) {
        if (rvx__to_lower(a.data[i]) != rvx__to_lower(b.data[i]))
            return false;
    }
    return true;
}

bool rvx__view_is_fold(struct rvx__view view, const char *text)
{
    return rvx__view_eq_fold(view, rvx__view_text(text));
}

bool rvx__view_starts(struct rvx__view view, const char *prefix)
{
    return rvx__view_is(rvx__view_to(view, strlen(prefix)), prefix);
}

bool rvx__view_ends_fold(struct rvx__view view, const char *suffix)
{
    size_t len = strlen(suffix);

    return len <= view.len && rvx__view_is_fold(rvx__view_from(view, view.len - len), suffix);
}

bool rvx__view_take_byte(struct rvx__view *view, char *byte)
{
    if (view->len == 0)
        return false;
    *byte = view->data[0];
    *view = rvx__view_from(*view, 1);
    return true;
}

bool rvx__view_take_line(struct rvx__view *view, struct rvx__view *line)
{
    if (view->len == 0) {
        *line = *view;
        return false;
    }
    if (!rvx__view_take_until(view, '\n', line)) {
        *line = *view;
        *view = rvx__view_from(*view, view->len);
    } else if (line->len > 0 && line->data[line->len - 1] == '\r') {
        line->len--;
    }
    return true;
}

bool rvx__view_take_word(struct rvx__view *view, struct rvx__view *word)
{
    size_t start = 0, end;

    while (start < view->len && rvx__is_blank((unsigned char)view->data[start]))
        start++;
    end = start;
    while (end < view->len && !rvx__is_blank((unsigned char)view->data[end]))
        end++;
    *word = rvx__view_from(rvx__view_to(*view, end), start);
    *view = rvx__view_from(*view, end);
    return word->len > 0;
}

bool rvx__view_take_until(struct rvx__view *view, char byte, struct rvx__view *piece)
{
    size_t at = rvx__view_find(*view, byte);

    if (at == RVX__NPOS) {
        *piece = rvx__view_to(*view, 0);
        return false;
    }
    *piece = rvx__view_to(*view, at);
    *view = rvx__view_from(*view, at + 1);
    return true;
}

bool rvx__view_take_dec(struct rvx__view *view, uint32_t max, uint32_t *number)
{
    uint64_t value = 0;
    size_t i;

    *number = 0;
    for (i = 0; rvx__is_digit(rvx__view_at(*view, i)); i++) {
        value = value * 10 + (uint64_t)(rvx__view_at(*view, i) - '0');
        if (value > max)
            return false;
    }
    if (i == 0)
        return false;
    *number = (uint32_t)value;
    *view = rvx__view_from(*view, i);
    return true;
}

struct rvx__view rvx__view_trim(struct rvx__view view)
{
    size_t start = 0, end = view.len;

    while (start < end && rvx__is_blank((unsigned char)view.data[start]))
        start++;
    while (end > start && rvx__is_blank((unsigned char)view.data[end - 1]))
        end--;
    return rvx__view_from(rvx__view_to(view, end), start);
}
