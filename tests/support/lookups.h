/* lookups.h - every kind of lookup by one call, blocking or on a loop, and what came of it as a line of text
 *
 *     struct lookup_seen seen = {.calls = 0};
 *
 *     lookup_wait(LOOKUP_MX, resolver, "example", NULL, &seen);
 *     assert_string_equal(seen.text, "10 mail.example (ttl 60)");
 */
#ifndef TESTS_SUPPORT_LOOKUPS_H
#define TESTS_SUPPORT_LOOKUPS_H

#include <resolvx/err.h>
#include <resolvx/loop.h>
#include <resolvx/resolver.h>
#include <resolvx/wait.h>

enum lookup_kind {
    LOOKUP_HOST,
    LOOKUP_ADDR,
    LOOKUP_CNAME,
    LOOKUP_NS,
    LOOKUP_TXT,
    LOOKUP_MX,
    LOOKUP_SRV, /* of the name as it stands */
    LOOKUP_HTTPS,
    LOOKUP_QUERY, /* of type 65280 */
    LOOKUPS_N
};

/* What came of a lookup. */
struct lookup_seen {
    int calls;
    int result;
    struct rvx_error err;
    char text[512];                         /* "ITEM, ITEM (FACTS)", or the code in words */
    char server[64];                        /* who answered */
    void (*then)(struct lookup_seen *seen); /* the last act of the callback; may be NULL */
    void *arg;
};

extern const char *const lookup_names[LOOKUPS_N];

/* Returns: what the lookup returned, which is also in *seen. */
int lookup_wait(enum lookup_kind kind, struct rvx_resolver *resolver, const char *name, const struct rvx_ctx *ctx,
                struct lookup_seen *seen);

/* Returns: what the start function returned; the rest comes into *seen with the callback. */
int lookup_start(enum lookup_kind kind, struct rvx_loop *loop, struct rvx_resolver *resolver, const char *name,
                 rvx_time deadline, struct lookup_seen *seen, struct rvx_op **op);

#endif
