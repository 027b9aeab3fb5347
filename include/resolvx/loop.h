/* loop.h - an event loop: descriptors, timers, and operations that call back
 *
 * A loop belongs to one thread; only rvx_loop_post() may be called from another. It can be run, or it can be driven
 * from any other event loop through one pollable descriptor:
 *
 *     watch rvx_loop_fd(loop) for reading; whenever it is ready, call rvx_loop_dispatch(loop)
 *
 * and nothing else: no timeouts to hand over.
 *
 * Operations. A function whose name ends in _start begins an operation and returns at once. Its callback runs exactly
 * once, from rvx_loop_run(), rvx_loop_turn() or rvx_loop_dispatch(), never inside the starting call, and never after
 * rvx_op_cancel(). Inside a callback everything is allowed: start, cancel, free anything, the loop itself included.
 * After its callback began, an operation is gone: do not cancel it any more.
 */
#ifndef RESOLVX_LOOP_H
#define RESOLVX_LOOP_H

#include <stddef.h>

#include <resolvx/err.h>
#include <resolvx/time.h>
#include <resolvx/version.h>

#ifdef __cplusplus
extern "C" {
#endif

struct rvx_loop;
struct rvx_op;

/* Called when an operation ends. result: what the operation's start function says, or a negative code. */
typedef void (*rvx_op_fn)(void *arg, int result);

/* How a loop waits for its descriptors. */
enum rvx_poller {
    RVX_POLLER_DEFAULT = 0, /* the best there is: epoll(7) on Linux */
    RVX_POLLER_EPOLL,
    RVX_POLLER_POLL /* poll(2): works everywhere, costs O(n) a turn, has no rvx_loop_fd() */
};

struct rvx_loop_opts {
    size_t size; /* sizeof(struct rvx_loop_opts) */
    enum rvx_poller poller;
};

#define RVX_LOOP_OPTS_INIT { sizeof(struct rvx_loop_opts), RVX_POLLER_DEFAULT }

/* Makes a loop for the calling thread.
 * opts: may be NULL.  loop: not NULL; set to NULL on failure.  err: may be NULL.
 * Returns: 0; -ENOMEM; RVX_EOPTIONS; -errno of epoll_create1(2), eventfd(2) or epoll_ctl(2).
 * Ownership: free with rvx_loop_free(). */
RVX_API int rvx_loop_new(const struct rvx_loop_opts *opts, struct rvx_loop **loop, struct rvx_error *err);

/* Frees a loop. Operations still pending are cancelled: their callbacks do not run.  loop: may be NULL.
 * Callback: allowed inside any; the call that dispatched it then returns at once. */
RVX_API void rvx_loop_free(struct rvx_loop *loop);

/* Runs until rvx_loop_stop() is called, or until no operation is pending and no post waits.
 * Returns: 0; RVX_EFORKED in a child of the process that made the loop; -errno if waiting fails. */
RVX_API int rvx_loop_run(struct rvx_loop *loop);

/* Waits for events until `deadline` at most, then calls back what is due: one turn of rvx_loop_run().
 * Returns: the number of callbacks run; 0 on timeout, or when what happened was not the end of an operation; otherwise
 *          as rvx_loop_run(). */
RVX_API int rvx_loop_turn(struct rvx_loop *loop, rvx_time deadline);

/* Makes the rvx_loop_run() that is running return after the current turn.  Callback: meant for them. */
RVX_API void rvx_loop_stop(struct rvx_loop *loop);

/* Gives the one descriptor that is readable whenever rvx_loop_dispatch() has something to do.
 * Returns: a descriptor that the loop owns, the same every time; -EOPNOTSUPP with RVX_POLLER_POLL; RVX_EFORKED;
 *          -ENOMEM; -errno of timerfd_create(2), which the first call makes. */
RVX_API int rvx_loop_fd(struct rvx_loop *loop);

/* Calls back what is due, without waiting.
 * Returns: the number of callbacks run; otherwise as rvx_loop_run(). */
RVX_API int rvx_loop_dispatch(struct rvx_loop *loop);

/* Tells the time at which the current turn began, the one that all its callbacks share. */
RVX_API rvx_time rvx_loop_now(const struct rvx_loop *loop);

/* Has `callback` called on the loop's thread, with result 0. Posts are called in the order they were made.
 * Returns: 0, -ENOMEM, RVX_EFORKED.
 * Thread: any; the loop must not be freed meanwhile. */
RVX_API int rvx_loop_post(struct rvx_loop *loop, rvx_op_fn callback, void *arg);

/* Starts a timer. The callback gets result 0 when `deadline` has passed; with RVX_FOREVER or 0 it can only be
 * cancelled.
 * op: may be NULL; otherwise the handle for rvx_op_cancel().
 * Returns: 0, -ENOMEM, RVX_EFORKED. */
RVX_API int rvx_timer_start(struct rvx_loop *loop, rvx_time deadline, rvx_op_fn callback, void *arg,
                            struct rvx_op **op);

/* Starts waiting, once, for a descriptor. The callback gets the ready events of poll(2), which may be POLLERR or
 * POLLHUP though not asked for; or RVX_ETIMEOUT.
 * fd: borrowed; cancel before closing it.  events: POLLIN, POLLOUT or both.  deadline: RVX_FOREVER or 0 for none.
 * Returns: 0, -ENOMEM, RVX_EFORKED; -EINVAL for other events; -EBADF for a number that is no descriptor; -EPERM for a
 *          descriptor that cannot be waited for, such as a regular file. */
RVX_API int rvx_wait_start(struct rvx_loop *loop, int fd, short events, rvx_time deadline, rvx_op_fn callback,
                           void *arg, struct rvx_op **op);

/* Ends an operation: its callback will not run. The operation is gone afterwards.
 * op: may be NULL.
 * Callback: allowed inside any, but not for the operation that is calling back.  Thread: the loop's. */
RVX_API void rvx_op_cancel(struct rvx_op *op);

#ifdef __cplusplus
}
#endif

#endif
