/* buf.c - bounded building of text and bytes
 *
 * One function makes room, reserve_room(); every other appends through it. A buf in storage of the caller never moves
 * and takes as much of a piece as fits, so that a message too long is cut and not lost; a buf on the heap takes a piece
 * whole or not at all. One byte behind the text is always kept for the NUL.
 *
 * rvx__buf_add_visible() is for terminals and logs. What passes is printable ASCII and well-formed UTF-8 (RFC 3629)
 * above U+009F; control bytes, the C1 controls hidden in UTF-8 (U+009B starts an escape sequence) and stray bytes come
 * out as \xNN. A backslash is not doubled: the text is for reading, not for parsing back.
 */
#include <config.h>

#include "base/buf.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include <resolvx/err.h>

#include "base/mem.h"

#define HEAP_MIN 64

void rvx__buf_init(struct rvx__buf *buf, char *storage, size_t size)
{
    buf->data = storage;
    buf->len = 0;
    buf->cap = size;
    buf->max = 0;
    buf->error = 0;
}

void rvx__buf_init_heap(struct rvx__buf *buf, size_t max)
{
    rvx__buf_init(buf, NULL, 0);
    /* rvx__buf_finish() returns the length as an int. */
    buf->max = max < INT_MAX ? max : INT_MAX - 1;
}

void rvx__buf_fini(struct rvx__buf *buf)
{
    if (buf->max > 0)
        rvx__free(buf->data);
    rvx__buf_init(buf, NULL, 0);
}

static void grow_heap(struct rvx__buf *buf, size_t need)
{
    size_t cap = buf->cap < HEAP_MIN ? HEAP_MIN : 2 * buf->cap;
    char *data;

    if (need - 1 > buf->max) {
        buf->error = RVX_ETOOLONG;
        return;
    }
    if (cap < need)
        cap = need;
    if (cap > buf->max + 1)
        cap = buf->max + 1;
    data = rvx__realloc(buf->data, cap, 1);
    if (data == NULL) {
        buf->error = -ENOMEM;
        return;
    }
    buf->data = data;
    buf->cap = cap;
}

/* What reserve_room() does when there is not simply room. */
static size_t make_room(struct rvx__buf *buf, size_t len)
{
    size_t room = buf->cap - buf->len;

    if (buf->error != 0)
        return 0;
    if (buf->max > 0 && len < SIZE_MAX - buf->len) {
        grow_heap(buf, buf->len + len + 1);
        return buf->error == 0 ? len : 0;
    }
    buf->error = RVX_ETOOLONG;
    return buf->max == 0 && room > 0 ? room - 1 : 0;
}

/* Makes room for `len` more bytes and the NUL. Returns how many may be written: fewer only when error is set. */
static inline size_t reserve_room(struct rvx__buf *buf, size_t len)
{
    return buf->error == 0 && len < buf->cap - buf->len ? len : make_room(buf, len);
}

void rvx__buf_add(struct rvx__buf *buf, struct rvx__view view)
{
    size_t len = reserve_room(buf, view.len);

    if (len > 0)
        memcpy(buf->data + buf->len, view.data, len);
    buf->len += len;
}

void rvx__buf_add_text(struct rvx__buf *buf, const char *text)
{
    rvx__buf_add(buf, rvx__view_text(text));
}

void rvx__buf_add_byte(struct rvx__buf *buf, char byte)
{
    if (reserve_room(buf, 1) == 1)
        buf->data[buf->len++] = byte;
}

void rvx__buf_add_dec(struct rvx__buf *buf, uint64_t number)
{
    char digits[20];
    size_t at = sizeof digits;

    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    rvx__buf_add(buf, rvx__view_of(digits + at, sizeof digits - at));
}

static char hex_digit(uint32_t number)
{
    return "0123456789abcdef"[number & 15];
}

void rvx__buf_add_hex(struct rvx__buf *buf, uint32_t number)
{
    char digits[8];
    size_t at = sizeof digits;

    do {
        digits[--at] = hex_digit(number);
        number >>= 4;
    } while (number > 0);
    rvx__buf_add(buf, rvx__view_of(digits + at, sizeof digits - at));
}

void rvx__buf_add_lower(struct rvx__buf *buf, struct rvx__view view)
{
    size_t len = reserve_room(buf, view.len);
    char *to = buf->data + buf->len; /* a variable: for all the compiler knows, a byte stored may be the buf's own */
    size_t i;

    for (i = 0; i < len; i++)
        to[i] = rvx__to_lower(view.data[i]);
    buf->len += len;
}

/* How many bytes at the front of `view` are one character fit to be seen; 0: the first byte has to be escaped. */
static size_t count_visible(struct rvx__view view)
{
    int lead = rvx__view_at(view, 0);
    int low = 0x80, high = 0xbf; /* bounds of the second byte: RFC 3629 section 4, without C1 */
    size_t len, i;

    if (lead < 0x80)
        return rvx__is_control(lead) ? 0 : 1;
    if (lead < 0xc2 || lead > 0xf4)
        return 0;
    len = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (lead == 0xc2 || lead == 0xe0)
        low = 0xa0;
    else if (lead == 0xf0)
        low = 0x90;
    if (lead == 0xed)
        high = 0x9f;
    else if (lead == 0xf4)
        high = 0x8f;
    if (rvx__view_at(view, 1) < low || rvx__view_at(view, 1) > high)
        return 0;
    for (i = 2; i < len; i++) {
        if ((rvx__view_at(view, i) & ~0x3f) != 0x80)
            return 0;
    }
    return len;
}

void rvx__buf_add_visible(struct rvx__buf *buf, struct rvx__view view)
{
    while (view.len > 0 && buf->error == 0) {
        size_t len = count_visible(view);

        if (len > 0) {
            rvx__buf_add(buf, rvx__view_to(view, len));
        } else {
            uint32_t byte = (unsigned char)view.data[0];
            char escape[4] = {'\\', 'x', hex_digit(byte >> 4), hex_digit(byte)};

            rvx__buf_add(buf, rvx__view_of(escape, sizeof escape));
            len = 1;
        }
        view = rvx__view_from(view, len);
    }
}

struct rvx__view rvx__buf_view(const struct rvx__buf *buf)
{
    return rvx__view_of(buf->data, buf->len);
}

/* Ends a cut text in "...", in front of no half UTF-8 character. */
static void mark_cut(struct rvx__buf *buf)
{
    size_t at = buf->cap - 4;

    while (at > 0 && ((unsigned char)buf->data[at] & 0xc0) == 0x80)
        at--;
    memcpy(buf->data + at, "...", 3);
    buf->len = at + 3;
}

int rvx__buf_finish(struct rvx__buf *buf)
{
    reserve_room(buf, 0);
    if (buf->error == RVX_ETOOLONG && buf->max == 0 && buf->cap >= 4 && buf->len == buf->cap - 1)
        mark_cut(buf);
    if (buf->len < buf->cap)
        buf->data[buf->len] = '\0';
    return buf->error != 0 ? buf->error : (int)buf->len;
}
