/* exact.h - inputs whose end is the end of their memory
 *
 * A copy in a malloc of exactly its size, so that AddressSanitizer and valgrind see a read of even one byte too far. No
 * NUL follows the text.
 *
 *     struct exact input = exact_text("1.2.3.4");
 *
 *     parse(input.view);
 *     exact_free(&input);
 */
#ifndef TESTS_SUPPORT_EXACT_H
#define TESTS_SUPPORT_EXACT_H

#include <stdlib.h>
#include <string.h>

#include "base/view.h"

struct exact {
    char *block;
    struct rvx__view view;
};

static inline struct exact exact_bytes(const void *bytes, size_t len)
{
    struct exact exact;
    /* An empty input still needs memory: its view stands behind the block's only byte. */
    size_t lead = len > 0 ? 0 : 1;

    exact.block = malloc(lead + len);
    if (exact.block == NULL)
        abort();
    if (len > 0)
        memcpy(exact.block, bytes, len);
    exact.view = rvx__view_of(exact.block + lead, len);
    return exact;
}

static inline struct exact exact_text(const char *text)
{
    return exact_bytes(text, strlen(text));
}

static inline void exact_free(struct exact *exact)
{
    free(exact->block);
    exact->block = NULL;
}

#endif
