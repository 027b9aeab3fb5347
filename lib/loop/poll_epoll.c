/* poll_epoll.c - waiting with epoll(7)
 *
 * Level-triggered: an engine that leaves bytes in a socket hears of them again, and a missed edge cannot hang a lookup.
 * What edge-triggering would save, the calls of epoll_ctl(2) per wait, the table of watches saves already.
 *
 * The kernel knows a registration by descriptor number *and* open file. When a silent descriptor was closed and its
 * number given to another file, changing it fails with ENOENT and adding it is right; when a duplicate keeps the old
 * file alive, the old registration stays behind, silent, until the loop is freed.
 *
 * Deadlines are nanoseconds where epoll_pwait2(2) exists (Linux 5.11) and is allowed; sandboxes older than that call
 * answer EPERM instead of ENOSYS. Elsewhere they are rounded up to milliseconds, so that no timer is early.
 *
 * Not done: EPOLLEXCLUSIVE, EPOLLET, io_uring.
 */
#include <config.h>

#include "loop/poller.h"

#include <errno.h>
#include <linux/time_types.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"

_Static_assert(EPOLLIN == POLLIN && EPOLLOUT == POLLOUT && EPOLLPRI == POLLPRI && EPOLLERR == POLLERR &&
                   EPOLLHUP == POLLHUP && EPOLLRDHUP == POLLRDHUP,
               "the events of poll(2) and epoll(7) differ");

#define BATCH 128 /* events taken per wait; the rest is reported by the next one */

#define POLL_EVENTS (POLLIN | POLLOUT | POLLPRI | POLLRDHUP)

struct epoll {
    int fd;
    bool has_pwait2;
    struct epoll_event events[BATCH];
    struct rvx__ready ready[BATCH];
};

static int init_epoll(void **state)
{
    struct epoll *epoll = rvx__malloc(sizeof *epoll);
    int result;

    *state = NULL;
    if (epoll == NULL)
        return -ENOMEM;
    epoll->has_pwait2 = true;
    epoll->fd = epoll_create1(EPOLL_CLOEXEC);
    if (epoll->fd >= 0) {
        *state = epoll;
        return 0;
    }
    result = rvx__errno();
    rvx__free(epoll);
    return result;
}

static void fini_epoll(void *state)
{
    struct epoll *epoll = state;

    close(epoll->fd);
    rvx__free(epoll);
}

static int control(const struct epoll *epoll, int action, int fd, unsigned events)
{
    struct epoll_event event = {.events = events & POLL_EVENTS, .data.fd = fd};

    if ((events & RVX__POLLER_ONCE) != 0)
        event.events |= EPOLLONESHOT;
    return epoll_ctl(epoll->fd, action, fd, &event) == 0 ? 0 : rvx__errno();
}

static int set_epoll(void *state, int fd, unsigned before, unsigned after)
{
    const struct epoll *epoll = state;
    int result;

    if (after == 0) {
        result = control(epoll, EPOLL_CTL_DEL, fd, 0);
        return result == -ENOENT ? 0 : result;
    }
    result = control(epoll, before == 0 ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, fd, after);
    if (result == -ENOENT)
        result = control(epoll, EPOLL_CTL_ADD, fd, after);
    else if (result == -EEXIST)
        result = control(epoll, EPOLL_CTL_MOD, fd, after);
    return result;
}

static int wait_exact(struct epoll *epoll, rvx_time left)
{
#ifdef SYS_epoll_pwait2
    struct __kernel_timespec timeout = {.tv_sec = left / RVX_SECONDS(1), .tv_nsec = left % RVX_SECONDS(1)};

    return (int)syscall(SYS_epoll_pwait2, epoll->fd, epoll->events, BATCH, &timeout, NULL, (size_t)0);
#else
    (void)epoll;
    (void)left;
    errno = ENOSYS;
    return -1;
#endif
}

static int wait_kernel(struct epoll *epoll, rvx_time deadline, rvx_time now)
{
    int ms = rvx__deadline_ms(deadline, now);
    int n;

    if (epoll->has_pwait2 && ms > 0) {
        n = wait_exact(epoll, deadline - now);
        if (n >= 0 || (errno != ENOSYS && errno != EPERM))
            return n;
        epoll->has_pwait2 = false;
    }
    return epoll_wait(epoll->fd, epoll->events, BATCH, ms);
}

static int wait_epoll(void *state, rvx_time deadline, rvx_time now, const struct rvx__ready **ready)
{
    struct epoll *epoll = state;
    int n = wait_kernel(epoll, deadline, now);

    *ready = epoll->ready;
    if (n < 0)
        return errno == EINTR ? 0 : rvx__errno();
    for (int i = 0; i < n; i++)
        epoll->ready[i] = (struct rvx__ready){epoll->events[i].data.fd, epoll->events[i].events};
    return n;
}

static int get_fd(const void *state)
{
    const struct epoll *epoll = state;

    return epoll->fd;
}

const struct rvx__poller_ops rvx__poller_epoll = {
    .syscall = "epoll_create1",
    .init = init_epoll,
    .fini = fini_epoll,
    .set = set_epoll,
    .wait = wait_epoll,
    .fd = get_fd,
};
