/* buf.h - bounded building of text and bytes
 *
 * A buf writes into storage of the caller, or grows on the heap up to a maximum given at creation. Errors stick: after
 * the first one every further call is a no-op, so build everything and check once, at the end. A buf in caller storage
 * that overflows keeps what fitted.
 */
#ifndef RVX_BASE_BUF_H
#define RVX_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/view.h"

struct rvx__buf {
    char *data;
    size_t len;
    size_t cap;
    size_t max;  /* 0: storage of the caller, does not grow */
    int error;   /* 0, -ENOMEM or RVX_ETOOLONG; sticks */
};

/* Builds in `size` bytes of the caller's; one byte is kept for the NUL. size 0 holds nothing. */
void rvx__buf_init(struct rvx__buf *buf, char *storage, size_t size);

/* Builds on the heap, at most `max` bytes without the NUL. Free with rvx__buf_fini() or take the data. */
void rvx__buf_init_heap(struct rvx__buf *buf, size_t max);
void rvx__buf_fini(struct rvx__buf *buf);

void rvx__buf_add(struct rvx__buf *buf, struct rvx__view view);
void rvx__buf_add_text(struct rvx__buf *buf, const char *text);
void rvx__buf_add_byte(struct rvx__buf *buf, char byte);
void rvx__buf_add_dec(struct rvx__buf *buf, uint64_t number);
void rvx__buf_add_hex(struct rvx__buf *buf, uint32_t number);               /* lower case, no leading zeros */
void rvx__buf_add_lower(struct rvx__buf *buf, struct rvx__view view); /* ASCII letters in lower case */

/* For terminals and logs: printable ASCII and UTF-8 as they are, control bytes and malformed UTF-8 as \xNN. */
void rvx__buf_add_visible(struct rvx__buf *buf, struct rvx__view view);

/* What is built so far. */
struct rvx__view rvx__buf_view(const struct rvx__buf *buf);

/* Writes the NUL and tells how it went. A caller-storage buf that overflowed ends in "..." if there is room for it, and
 * has its NUL whenever its size is above 0. Size 0 is always RVX_ETOOLONG: there is no room for the NUL.
 * Returns: the length without the NUL, or buf->error. */
int rvx__buf_finish(struct rvx__buf *buf);

#endif
