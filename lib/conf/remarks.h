/* remarks.h - what a parser found odd in a file, with its line
 *
 * Configuration parsers skip what they cannot use and carry on. What they skipped is remarked, so that policy can
 * decide (an unknown word may be reason enough to ask libc instead) and a person can be told where to look.
 */
#ifndef RVX_CONF_REMARKS_H
#define RVX_CONF_REMARKS_H

#include <stdint.h>

#include "base/view.h"

enum rvx__remark_kind {
    RVX__REMARK_UNKNOWN, /* a word that is not known here; skipped */
    RVX__REMARK_BAD,     /* a value or line that cannot be used; skipped, or read as far as it could be */
    RVX__REMARK_RANGE,   /* a number outside its range; the nearest end of the range was taken */
    RVX__REMARK_EXCESS   /* one more than is kept; skipped */
};

#define RVX__REMARK_TEXT_SIZE 64

struct rvx__remark {
    uint32_t line; /* from 1 */
    enum rvx__remark_kind kind;
    char text[RVX__REMARK_TEXT_SIZE]; /* the word; control bytes as \xNN, cut with "..." when too long */
};

#define RVX__REMARKS_MAX 16

/* The first remarks of a file, in file order, and how many there were. Zeroed storage is an empty list. */
struct rvx__remarks {
    struct rvx__remark items[RVX__REMARKS_MAX];
    uint32_t n;     /* kept in items */
    uint32_t total; /* made, n included */
};

void rvx__remarks_add(struct rvx__remarks *remarks, uint32_t line, enum rvx__remark_kind kind, struct rvx__view text);

/* "unknown word", "unusable value", "out of range", "too many". */
const char *rvx__remark_kind_text(enum rvx__remark_kind kind);

#endif
