/* wait.h - how a blocking call waits: the context it is given, and the thread's waiter
 *
 * A context bounds one call: a deadline, and a token that cancels the call from elsewhere. A waiter is how the current
 * thread waits at all. Left alone, a thread waits in ppoll(2). A coroutine scheduler installs its own waiter on its
 * thread, and every blocking call of this library then parks the calling coroutine instead of the thread: same source,
 * other concurrency.
 */
#ifndef RESOLVX_WAIT_H
#define RESOLVX_WAIT_H

#include <poll.h>
#include <stddef.h>

#include <resolvx/err.h>
#include <resolvx/time.h>
#include <resolvx/version.h>

#ifdef __cplusplus
extern "C" {
#endif

struct rvx_cancel;

/* Bounds one call. NULL in its place means: wait for ever. Zeroed fields mean no deadline and no token. Every call that
 * takes a context refuses one whose size makes no sense, or that sets what only a newer library knows: RVX_EOPTIONS. */
struct rvx_ctx {
    size_t size;               /* sizeof(struct rvx_ctx) */
    rvx_time deadline;         /* absolute; 0 or RVX_FOREVER: none */
    struct rvx_cancel *cancel; /* borrowed for the call; NULL: none */
};

#define RVX_CTX_INIT { sizeof(struct rvx_ctx), 0, NULL }

/* Makes a context with a deadline `duration` nanoseconds from now and no cancel token.  Thread: any. */
static inline struct rvx_ctx rvx_ctx_after(rvx_time duration)
{
    struct rvx_ctx ctx = RVX_CTX_INIT;

    ctx.deadline = rvx_after(duration);
    return ctx;
}

/* Makes a cancel token. One token may sit in any number of contexts.
 * cancel: not NULL; set to NULL on failure.
 * Returns: 0, -ENOMEM, or -errno of eventfd(2).
 * Ownership: free with rvx_cancel_free(). */
RVX_API int rvx_cancel_new(struct rvx_cancel **cancel);

/* Fires a token: every call that waits, or will wait, under it fails with RVX_ECANCELED. Firing twice changes nothing;
 * a token cannot be unfired.
 * cancel: not NULL.
 * Thread: any; async-signal-safe. */
RVX_API void rvx_cancel_fire(struct rvx_cancel *cancel);

/* Has the token been fired?  cancel: may be NULL, then false.  Thread: any; async-signal-safe. */
RVX_API bool rvx_cancel_fired(const struct rvx_cancel *cancel);

/* Frees a token that no call and no operation uses any more.  cancel: may be NULL. */
RVX_API void rvx_cancel_free(struct rvx_cancel *cancel);

/* How a thread waits. All slots are REQUIRED unless marked optional.
 *
 * The library calls current(), makes the result known to other threads, and then calls wait() in a loop. Another
 * thread (or another coroutine of this one) that closes the descriptor or moves a deadline calls wake() with what
 * current() had returned. A wake that comes before its wait must make that wait return at once: wakes are sticky. */
struct rvx_waiter {
    size_t size; /* sizeof(struct rvx_waiter) */
    void *self;  /* handed to every slot */

    /* Waits until one of `n` descriptors is ready as poll(2) defines it, `deadline` passes, or wake() is called.
     * fds: n entries, `revents` to be filled; n may be 0.  deadline: absolute, RVX_FOREVER for none.
     * Returns: the number of ready entries; 0 if the deadline passed, on a wake, or for no reason at all; -errno only
     *          if waiting is impossible. */
    int (*wait)(void *self, struct pollfd *fds, unsigned n, rvx_time deadline);

    /* Names the current waiting context (a thread, a coroutine) for wake(). The name has to stay good until the call
     * that asked for it returns, whether it waits or not; it cannot fail. */
    void *(*current)(void *self);

    /* Makes the wait() of context `who` return, the current one or else the next. Called from any thread, and with a
     * lock of this library held: it must not block, switch to another coroutine, or call a function of net.h. The same
     * goes for current(). */
    void (*wake)(void *self, void *who);

    /* A descriptor that was waited for is about to be closed: forget what is cached about it. Optional. */
    void (*forget)(void *self, int fd);
};

/* Installs a waiter on the current thread.
 * waiter: borrowed until it is replaced; NULL installs the default, ppoll(2).
 * Returns: the waiter that was installed, NULL for the default.
 * Thread: acts on the calling thread only. No call may be waiting on this thread. */
RVX_API const struct rvx_waiter *rvx_waiter_swap(const struct rvx_waiter *waiter);

#ifdef __cplusplus
}
#endif

#endif
