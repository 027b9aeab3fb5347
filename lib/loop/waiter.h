/* waiter.h - how blocking calls wait: contexts, the thread's waiter, cancel tokens
 *
 * A blocking call that consists of operations starts them on a loop of its own and calls rvx__loop_wait(). One that
 * waits for a single descriptor calls the waiter itself:
 *
 *     waiter = rvx__waiter_get();
 *     who = waiter->current(waiter->self);     under a lock, make `who` known to those who may wake
 *     waiter->wait(waiter->self, fds, n, deadline);
 *
 * What current() returns stays good for wake() until the call that asked for it returns: before it does, it has to take
 * it back from wherever it made it known, under that same lock.
 */
#ifndef RVX_LOOP_WAITER_H
#define RVX_LOOP_WAITER_H

#include <stdbool.h>

#include <resolvx/loop.h>
#include <resolvx/wait.h>

/* The waiter of the current thread, never NULL. It stays the same until the call that asked returns. */
const struct rvx_waiter *rvx__waiter_get(void);

/* Is it the one that blocks the thread in ppoll(2)? */
bool rvx__waiter_is_default(const struct rvx_waiter *waiter);

/* Tells the current thread's waiter that `fd` is about to be closed. */
void rvx__waiter_forget(int fd);

/* Is a context understood?  ctx: may be NULL.  Returns: 0 or RVX_EOPTIONS. */
int rvx__ctx_check(const struct rvx_ctx *ctx);

/* Checks a context and copies it to `local`, where no deadline is RVX_FOREVER, never 0.  ctx: may be NULL.
 * Returns: 0 or RVX_EOPTIONS; `local` is then without bounds. */
int rvx__ctx_copy(struct rvx_ctx *local, const struct rvx_ctx *ctx);

/* The descriptor that is readable for ever once the token was fired; -1 for NULL. */
int rvx__cancel_fd(const struct rvx_cancel *cancel);

/* Turns `loop`, through the current thread's waiter, until *done is set by a callback. How every blocking call runs its
 * operations. With RVX_NOWAIT, whatever can be done without waiting is done. The callbacks must not free the loop.
 * ctx: may be NULL.
 * Returns: 0 when *done; RVX_ETIMEOUT, RVX_ECANCELED: the operations are still pending then; RVX_EOPTIONS; RVX_EFORKED;
 *          -errno if waiting is impossible. */
int rvx__loop_wait(struct rvx_loop *loop, const bool *done, const struct rvx_ctx *ctx);

#endif
