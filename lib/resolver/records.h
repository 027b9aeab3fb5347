/* records.h - what all lookups of records have in common: blocking and on a loop, whatever the result looks like */
#ifndef RVX_RESOLVER_RECORDS_H
#define RVX_RESOLVER_RECORDS_H

#include <resolvx/records.h>

#include "resolver/lookup.h"

/* Some user's callback; its real type is known to `call` below. */
typedef void (*rvx__records_fn)(void);

/* A kind of result. */
struct rvx__records_kind {
    enum rvx_request_kind request; /* HOST, ADDR or RECORDS */

    /* Makes the result of a lookup that found something.  0; -ENOMEM; RVX_ETRYAGAIN if it is malformed;
     * RVX_ENOTFOUND if it says that there is nothing. */
    int (*make)(struct rvx__lookup *lookup, void **made);

    /* Calls the user back. */
    void (*call)(rvx__records_fn callback, void *arg, int result, void *made, const struct rvx_error *err);

    bool name_is_enough; /* a canonical name is a result, also where nothing was found for it */
};

/* What is looked up. */
struct rvx__records_what {
    const struct rvx__records_kind *kind;
    const char *name;
    unsigned type;
};

/* Blocking.  resolver, ctx, err: may be NULL.  made: NULL on failure. */
int rvx__records_find(struct rvx_resolver *resolver, const struct rvx__records_what *what, const struct rvx_ctx *ctx,
                      void **made, struct rvx_error *err);

/* On a loop; as the start functions of <resolvx/records.h>. */
struct rvx__records_start {
    rvx_time deadline;
    rvx__records_fn callback;
    void *arg;
    struct rvx_op **op;
};
int rvx__records_start(struct rvx_loop *loop, struct rvx_resolver *resolver, const struct rvx__records_what *what,
                       const struct rvx__records_start *start);

#endif
