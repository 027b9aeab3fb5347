/* op.h - operations: the common part of everything that a _start function returns
 *
 * A kind of operation embeds a struct rvx_op and has a table. Its life:
 *
 *     start     allocate; rvx__op_init(); start watches, timers, jobs; if one fails: rvx__op_fini(), free, return
 *     pending   the engine works on it
 *     finished  rvx__op_finish(): it is in the loop's queue, and not the engine's any more
 *     handed    the loop took it out of the queue: the operation is freed, then the user's callback runs
 *
 * rvx_op_cancel() may come at any time up to the last step; the callback then never runs. rvx_loop_free() cancels all.
 */
#ifndef RVX_LOOP_OP_H
#define RVX_LOOP_OP_H

#include <stdint.h>

#include <resolvx/loop.h>

#include "base/list.h"

struct rvx__op_kind {
    /* REQUIRED. Cancelled before it finished: end the work, detach it from whatever refers to it. */
    void (*stop)(struct rvx_op *op);

    /* REQUIRED. Free the operation and a result that was not handed over. Called once, last, whatever happened. */
    void (*free)(struct rvx_op *op);

    /* Optional, for kinds whose callback is not a rvx_op_fn or gets a result handed over: copy what the callback needs,
     * free the operation, and as the last act run the callback. The operation is in no list any more. */
    void (*deliver)(struct rvx_op *op);
};

/* All fields are the loop's, but a kind may read `loop`, and its deliver() what it needs. */
struct rvx_op {
    struct rvx__link link; /* in the loop's pending operations or its queue of finished ones */
    struct rvx_loop *loop;
    const struct rvx__op_kind *kind;
    rvx_op_fn callback;
    void *arg;
    uint64_t seq; /* place in the queue; 0: pending */
    int result;
};

/* Makes an operation pending. Call rvx__loop_check() before. */
void rvx__op_init(struct rvx_op *op, struct rvx_loop *loop, const struct rvx__op_kind *kind, rvx_op_fn callback,
                  void *arg);

/* Undoes rvx__op_init() for a start function that failed; nothing of `kind` is called. */
void rvx__op_fini(struct rvx_op *op);

/* Ends a pending operation: its callback will get `result` from the loop. Does nothing to a finished one.
 * Thread: the loop's. */
void rvx__op_finish(struct rvx_op *op, int result);

/* May operations be started on this loop? 0, or RVX_EFORKED in a child of the process that made it. */
int rvx__loop_check(const struct rvx_loop *loop);

#endif
