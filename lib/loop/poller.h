/* poller.h - how a loop waits for its descriptors: one table per system call that can do it
 *
 * A poller keeps, for every descriptor, the events that are wanted, and reports those that are ready, level-triggered.
 * It knows nothing of watches, timers or operations.
 */
#ifndef RVX_LOOP_POLLER_H
#define RVX_LOOP_POLLER_H

#include <resolvx/time.h>

/* Together with events: report once, then stay silent until set again. Alone: stay silent, but known. POLLERR and
 * POLLHUP may still be reported once to one that is set to be silent, for the caller to ignore. */
#define RVX__POLLER_ONCE 0x4000u

struct rvx__ready {
    int fd;
    unsigned events; /* as poll(2) names them */
};

struct rvx__poller_ops {
    const char *syscall; /* the call that init() makes, for error texts */

    /* Makes the state. Returns 0, -ENOMEM, -errno. */
    int (*init)(void **state);
    void (*fini)(void *state);

    /* Changes the wanted events of `fd` from `before` to `after`; 0 on either side: not known to the poller. A known
     * descriptor may have been closed, and another one opened in its place, only if it was silent: `before` is then a
     * guess that the poller has to put right.
     * Returns: 0; -ENOMEM; -EBADF; -EPERM if the descriptor cannot be waited for; -ENOSPC. */
    int (*set)(void *state, int fd, unsigned before, unsigned after);

    /* Waits until `deadline`; `now` is read only if that lies ahead. A signal ends the wait.
     * Returns: the number of entries of *ready, which are the poller's until the next call; -errno. */
    int (*wait)(void *state, rvx_time deadline, rvx_time now, const struct rvx__ready **ready);

    /* Optional. A descriptor that is readable while something is ready. */
    int (*fd)(const void *state);
};

struct rvx__poller {
    const struct rvx__poller_ops *ops;
    void *state;
};

extern const struct rvx__poller_ops rvx__poller_epoll;
extern const struct rvx__poller_ops rvx__poller_poll;

#endif
