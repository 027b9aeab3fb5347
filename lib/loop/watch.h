/* watch.h - persistent interest in a descriptor: what engines inside the library wait with
 *
 * A watch sits inside its owner and stays started until it is stopped. Waiting on it costs neither an allocation nor a
 * system call: changes made with rvx__watch_set() are collected and told to the kernel before the loop's next wait, and
 * only if they still differ from what the kernel knows by then. Several watches may share one descriptor.
 *
 * The callback is the engine's, not the user's: it must not run user code, turn the loop or free it. It does its
 * input and output, and ends operations with rvx__op_finish(). It may start and stop any watch, its own included.
 * Events are level-triggered and are hints: a read may still say EAGAIN.
 *
 * A watch must be stopped before its descriptor is closed.
 */
#ifndef RVX_LOOP_WATCH_H
#define RVX_LOOP_WATCH_H

#include <poll.h>
#include <stdint.h>

#include <resolvx/loop.h>

/* Together with events: the watch stops itself before its callback runs. */
#define RVX__WATCH_ONCE 0x4000u

/* events: those of poll(2) that are ready; POLLERR and POLLHUP come unasked. */
typedef void (*rvx__watch_fn)(void *arg, unsigned events);

/* Zeroed before its first start. All fields are the loop's. */
struct rvx__watch {
    struct rvx__watch *prev; /* on the same descriptor */
    struct rvx__watch *next;
    struct rvx_loop *loop; /* NULL: stopped */
    rvx__watch_fn callback;
    void *arg;
    uint64_t batch; /* the batch of events during which it was started; it gets none of those */
    int fd;
    unsigned events;
};

/* Starts a stopped watch.
 * events: POLLIN, POLLOUT, POLLPRI, POLLRDHUP or'ed; 0: nothing yet; RVX__WATCH_ONCE to end with the first event.
 * Returns: 0; -ENOMEM; RVX_EFORKED; -EBADF; -EPERM for a descriptor that cannot be waited for; -ENOSPC. */
int rvx__watch_start(struct rvx_loop *loop, struct rvx__watch *watch, int fd, unsigned events, rvx__watch_fn callback,
                     void *arg);

/* Changes what a started watch waits for, as from the loop's next wait. 0 for nothing: not even errors are reported. */
void rvx__watch_set(struct rvx__watch *watch, unsigned events);

/* Stops a watch; its callback will not run any more. A stopped one stays so. */
void rvx__watch_stop(struct rvx__watch *watch);

#endif
