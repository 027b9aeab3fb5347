/* loop_wait.c - blocking calls as operations: contexts, and turning a loop until a call is done
 *
 * The loop is the call's own. On a thread with the default waiter the loop waits itself: one system call per wait, with
 * the cancel token watched like any other descriptor. With a foreign waiter, what waits is the loop's one descriptor
 * and the token's, and the loop is dispatched in between, so a coroutine parks where a thread would have slept. A loop
 * without such a descriptor blocks the thread in both cases.
 */
#include <config.h>

#include "base/opts.h"
#include "loop/private.h"
#include "loop/waiter.h"

int rvx__ctx_check(const struct rvx_ctx *ctx)
{
    return rvx__opts_check(ctx, sizeof *ctx);
}

int rvx__ctx_copy(struct rvx_ctx *local, const struct rvx_ctx *ctx)
{
    int result = rvx__opts_copy(local, sizeof *local, ctx);

    if (local->deadline == 0)
        local->deadline = RVX_FOREVER;
    return result;
}

/* A call that waits. */
struct call {
    struct rvx_loop *loop;
    struct rvx_ctx ctx;
    const struct rvx_waiter *waiter;
    int loop_fd; /* -1: the loop waits itself */
    struct rvx__watch cancel_watch;
    bool canceled;
};

static void note_cancel(void *arg, unsigned events)
{
    struct call *call = arg;

    (void)events;
    call->canceled = true;
}

/* Finds out who waits. */
static int prepare(struct call *call)
{
    call->loop_fd = -1;
    if (!rvx__waiter_is_default(call->waiter))
        call->loop_fd = rvx_loop_fd(call->loop);
    if (call->loop_fd >= 0) {
        call->waiter->current(call->waiter->self); /* nobody needs its name, but it may count on being asked */
        return 0;
    }
    if (call->ctx.cancel == NULL)
        return rvx__loop_check(call->loop);
    return rvx__watch_start(call->loop, &call->cancel_watch, rvx__cancel_fd(call->ctx.cancel), POLLIN, note_cancel,
                            call);
}

/* Waits once through the waiter. The number of operations called back, or -errno. */
static int step_foreign(struct call *call)
{
    struct pollfd fds[2] = {
        {.fd = call->loop_fd, .events = POLLIN},
        {.fd = rvx__cancel_fd(call->ctx.cancel), .events = POLLIN},
    };
    int result = rvx_loop_dispatch(call->loop);

    if (result != 0 || rvx_loop_now(call->loop) >= call->ctx.deadline)
        return result;
    result = call->waiter->wait(call->waiter->self, fds, call->ctx.cancel != NULL ? 2 : 1, call->ctx.deadline);
    if (result < 0)
        return result;
    call->canceled = fds[1].revents != 0;
    return rvx_loop_dispatch(call->loop);
}

static int wait_until(struct call *call, const bool *done)
{
    while (!*done) {
        int result;

        if (call->canceled || rvx_cancel_fired(call->ctx.cancel))
            return RVX_ECANCELED;
        if (call->loop_fd >= 0)
            result = step_foreign(call);
        else
            result = rvx_loop_turn(call->loop, call->ctx.deadline);
        if (result < 0)
            return result;
        if (result == 0 && rvx_loop_now(call->loop) >= call->ctx.deadline)
            return RVX_ETIMEOUT;
    }
    return 0;
}

int rvx__loop_wait(struct rvx_loop *loop, const bool *done, const struct rvx_ctx *ctx)
{
    struct call call = {.loop = loop, .waiter = rvx__waiter_get()};
    int result = rvx__ctx_copy(&call.ctx, ctx);

    if (result == 0)
        result = prepare(&call);
    if (result == 0)
        result = wait_until(&call, done);
    rvx__watch_stop(&call.cancel_watch);
    return result;
}
