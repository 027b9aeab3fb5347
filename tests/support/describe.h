/* describe.h - parsed values as one line of text, so that a table row can hold all that a test wants */
#ifndef TESTS_SUPPORT_DESCRIBE_H
#define TESTS_SUPPORT_DESCRIBE_H

#include <string.h>

#include <resolvx/addr.h>

#include "base/buf.h"
#include "conf/remarks.h"

#define DESCRIBE_SIZE 4096

struct description {
    char text[DESCRIBE_SIZE];
    struct rvx__buf buf;
};

static inline void describe_start(struct description *description)
{
    rvx__buf_init(&description->buf, description->text, sizeof description->text);
}

/* Adds a word, with a blank in front of it unless it is the first. */
static inline void describe_word(struct description *description, const char *word)
{
    if (description->buf.len > 0)
        rvx__buf_add_byte(&description->buf, ' ');
    rvx__buf_add_text(&description->buf, word);
}

/* Adds a word and a number. */
static inline void describe_number(struct description *description, const char *word, uint64_t number)
{
    describe_word(description, word);
    rvx__buf_add_dec(&description->buf, number);
}

static inline void describe_addr(struct description *description, const struct rvx_addr *addr)
{
    char text[RVX_ADDR_STRLEN];

    describe_word(description, addr->port > 0 ? rvx_addr_text(addr, text) : rvx_addr_host_text(addr, text));
}

/* " !LINE:KIND:TEXT" for each remark, and " +N" for those not kept. */
static inline void describe_remarks(struct description *description, const struct rvx__remarks *remarks)
{
    static const char *const kinds[] = {"unknown", "bad", "range", "excess"};
    uint32_t i;

    for (i = 0; i < remarks->n; i++) {
        describe_number(description, "!", remarks->items[i].line);
        rvx__buf_add_byte(&description->buf, ':');
        rvx__buf_add_text(&description->buf, kinds[remarks->items[i].kind]);
        rvx__buf_add_byte(&description->buf, ':');
        rvx__buf_add_text(&description->buf, remarks->items[i].text);
    }
    if (remarks->total > remarks->n)
        describe_number(description, "+", remarks->total - remarks->n);
}

/* The description; "" if it did not fit. */
static inline const char *describe_end(struct description *description)
{
    return rvx__buf_finish(&description->buf) >= 0 ? description->text : "";
}

/* Fails the test, naming the row, unless two texts are the same. */
#define assert_row_text(name, got, want)                                             \
    do {                                                                             \
        if (strcmp(got, want) != 0)                                                  \
            fail_msg("%s:\n     got \"%s\"\n  wanted \"%s\"", name, got, want);       \
    } while (0)

#endif
