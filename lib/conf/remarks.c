/* remarks.c - what a parser found odd in a file, with its line
 *
 * The texts are copied into a fixed size, so that remarking needs no memory and cannot fail, and are made visible, so
 * that a file cannot send control bytes to the terminal of whoever asks what is wrong with it.
 */
#include <config.h>

#include "conf/remarks.h"

#include "base/buf.h"

void rvx__remarks_add(struct rvx__remarks *remarks, uint32_t line, enum rvx__remark_kind kind, struct rvx__view text)
{
    struct rvx__remark *remark;
    struct rvx__buf buf;

    remarks->total++;
    if (remarks->n == RVX__REMARKS_MAX)
        return;
    remark = &remarks->items[remarks->n++];
    remark->line = line;
    remark->kind = kind;
    rvx__buf_init(&buf, remark->text, sizeof remark->text);
    rvx__buf_add_visible(&buf, text);
    rvx__buf_finish(&buf);
}

const char *rvx__remark_kind_text(enum rvx__remark_kind kind)
{
    switch (kind) {
    case RVX__REMARK_UNKNOWN:
        return "unknown word";
    case RVX__REMARK_BAD:
        return "unusable value";
    case RVX__REMARK_RANGE:
        return "out of range";
    case RVX__REMARK_EXCESS:
        return "too many";
    }
    return "";
}
