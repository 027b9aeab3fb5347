/* waiter.c - the thread's waiter, and the default one
 *
 * This file has the library's only thread-local and static state: which waiter is installed on a thread, the eventfd(2)
 * by which the default one is woken, made when a call first asks for it, and the key whose destructor closes that
 * eventfd when the thread ends. A program that never blocks in a call that others may interrupt has none of it.
 *
 * The default waiter is ppoll(2) on the caller's descriptors and that eventfd. What it calls the current context is the
 * thread's own thread-local record, which stays where it is as long as the thread lives. A wake writes to the eventfd
 * and so stays until the next wait reads it. Where no eventfd can be had, because the descriptor table is full, a wake
 * only sets a flag and the wait looks at it every now and then: slower, but a server out of descriptors still closes
 * its connections.
 *
 * After a fork the child's thread has the parent's eventfd; current() notices and makes another one.
 */
#include <config.h>

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "loop/waiter.h"

#define FDS_INLINE 8                /* more than these need an allocation per wait */
#define GLANCE RVX_MILLISECONDS(20) /* how often a wait without an eventfd looks for a wake */

struct thread {
    const struct rvx_waiter *installed; /* NULL: the default */
    int fd;                             /* eventfd, valid if pid is not 0 */
    pid_t pid;                          /* of the process that made the eventfd; 0: there is none */
    atomic_bool woken;
};

static _Thread_local struct thread this_thread;
static pthread_once_t key_once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static bool has_key;

/* In a forked child the number may be another descriptor's by now, so it is left open there, and gone with an exec. */
static void close_eventfd(void *arg)
{
    struct thread *thread = arg;

    if (thread->pid == getpid())
        close(thread->fd);
    thread->pid = 0;
}

static void make_key(void)
{
    has_key = pthread_key_create(&key, close_eventfd) == 0;
}

static void open_eventfd(struct thread *thread)
{
    pid_t pid = getpid();
    int fd;

    if (thread->pid == pid)
        return;
    close_eventfd(thread);
    pthread_once(&key_once, make_key);
    if (!has_key || pthread_setspecific(key, thread) != 0)
        return;
    fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (fd < 0)
        return;
    thread->fd = fd;
    thread->pid = pid;
}

static void *get_current(void *self)
{
    (void)self;
    open_eventfd(&this_thread);
    return &this_thread;
}

static void wake_thread(void *self, void *who)
{
    struct thread *thread = who;
    uint64_t one = 1;
    ssize_t n;

    (void)self;
    atomic_store(&thread->woken, true);
    if (thread->pid == 0)
        return;
    n = write(thread->fd, &one, sizeof one);
    (void)n; /* fails only when it is readable already */
}

static int poll_until(struct pollfd *fds, unsigned n, rvx_time deadline)
{
    rvx_time left = deadline - rvx_now();
    struct timespec timeout = {0, 0};
    int result;

    if (left > 0) {
        timeout.tv_sec = (time_t)(left / RVX_SECONDS(1));
        timeout.tv_nsec = (long)(left % RVX_SECONDS(1));
    }
    result = ppoll(fds, n, deadline == RVX_FOREVER ? NULL : &timeout, NULL);
    if (result < 0)
        return errno == EINTR ? 0 : rvx__errno();
    return result;
}

/* Waits in short pieces, as nothing but a flag tells of a wake. */
static int poll_glancing(struct pollfd *fds, unsigned n, rvx_time deadline, atomic_bool *woken)
{
    for (;;) {
        rvx_time glance = rvx__deadline_min(rvx_after(GLANCE), deadline);
        bool was_woken = atomic_exchange(woken, false);
        int result = poll_until(fds, n, was_woken ? RVX_NOWAIT : glance);

        if (result != 0 || was_woken || glance == deadline)
            return result;
    }
}

/* `fds` has a place for the eventfd behind its `n`. */
static int poll_with_eventfd(struct pollfd *fds, unsigned n, rvx_time deadline, struct thread *thread)
{
    uint64_t count;
    int result;

    fds[n] = (struct pollfd){.fd = thread->fd, .events = POLLIN};
    result = poll_until(fds, n + 1, deadline);
    if (result <= 0 || fds[n].revents == 0)
        return result;
    atomic_store(&thread->woken, false);
    if (read(thread->fd, &count, sizeof count) < 0 && errno != EAGAIN)
        return rvx__errno();
    return result - 1;
}

static int wait_thread(void *self, struct pollfd *fds, unsigned n, rvx_time deadline)
{
    struct thread *thread = &this_thread;
    struct pollfd room[FDS_INLINE + 1];
    struct pollfd *copy = room;
    int result;

    (void)self;
    if (deadline == 0)
        deadline = RVX_FOREVER;
    if (thread->pid == 0)
        return poll_glancing(fds, n, deadline, &thread->woken);
    if (n > FDS_INLINE)
        copy = rvx__calloc((size_t)n + 1, sizeof *copy);
    if (copy == NULL)
        return -ENOMEM;
    if (n > 0)
        memcpy(copy, fds, n * sizeof *fds);
    result = poll_with_eventfd(copy, n, deadline, thread);
    if (n > 0)
        memcpy(fds, copy, n * sizeof *fds);
    if (copy != room)
        rvx__free(copy);
    return result;
}

static const struct rvx_waiter default_waiter = {
    .size = sizeof(struct rvx_waiter),
    .wait = wait_thread,
    .current = get_current,
    .wake = wake_thread,
};

const struct rvx_waiter *rvx_waiter_swap(const struct rvx_waiter *waiter)
{
    const struct rvx_waiter *before = this_thread.installed;

    this_thread.installed = waiter;
    return before;
}

const struct rvx_waiter *rvx__waiter_get(void)
{
    return this_thread.installed != NULL ? this_thread.installed : &default_waiter;
}

void rvx__waiter_forget(int fd)
{
    const struct rvx_waiter *waiter = rvx__waiter_get();

    if (waiter->size > offsetof(struct rvx_waiter, forget) && waiter->forget != NULL)
        waiter->forget(waiter->self, fd);
}

bool rvx__waiter_is_default(const struct rvx_waiter *waiter)
{
    return waiter == &default_waiter;
}
