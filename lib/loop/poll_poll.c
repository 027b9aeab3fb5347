/* poll_poll.c - waiting with poll(2)
 *
 * Works on every POSIX system at O(n) a wait, and is what the tests hold the other pollers against. An array of pollfd
 * without holes, and an index from descriptor to place in it, both grown with use.
 *
 * Two habits of epoll(7) are imitated, so that a program does not behave differently under another poller: regular
 * files and directories, which poll(2) calls always ready, are refused with EPERM; a number that is no descriptor is
 * refused with EBADF.
 *
 * Not done: a descriptor for other loops to watch; poll(2) has none to offer.
 */
#include <config.h>

#include "loop/poller.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"

#define NOWHERE (-1)

#define POLL_EVENTS (POLLIN | POLLOUT | POLLPRI | POLLRDHUP)

/* What is known of a descriptor. */
struct known {
    int place;       /* index into fds, or NOWHERE */
    unsigned events; /* as set */
};

struct poll_state {
    struct pollfd *fds;
    struct rvx__ready *ready;
    int n;
    int cap; /* of fds and ready */
    struct known *known; /* by descriptor */
    int known_n;
};

static int init_poll(void **state)
{
    *state = rvx__calloc(1, sizeof(struct poll_state));
    return *state != NULL ? 0 : -ENOMEM;
}

static void fini_poll(void *state)
{
    struct poll_state *poller = state;

    rvx__free(poller->fds);
    rvx__free(poller->ready);
    rvx__free(poller->known);
    rvx__free(poller);
}

static int grow_known(struct poll_state *poller, int fd)
{
    int n = poller->known_n;
    int wanted = fd < 32 ? 64 : fd * 2;
    struct known *known;

    if (fd < n)
        return 0;
    known = rvx__realloc(poller->known, (size_t)wanted, sizeof *known);
    if (known == NULL)
        return -ENOMEM;
    for (int i = n; i < wanted; i++)
        known[i] = (struct known){NOWHERE, 0};
    poller->known = known;
    poller->known_n = wanted;
    return 0;
}

static int grow_fds(struct poll_state *poller)
{
    int cap = poller->cap == 0 ? 32 : poller->cap * 2;
    struct pollfd *fds;
    struct rvx__ready *ready;

    if (poller->n < poller->cap)
        return 0;
    fds = rvx__realloc(poller->fds, (size_t)cap, sizeof *fds);
    if (fds == NULL)
        return -ENOMEM;
    poller->fds = fds;
    ready = rvx__realloc(poller->ready, (size_t)cap, sizeof *ready);
    if (ready == NULL)
        return -ENOMEM;
    poller->ready = ready;
    poller->cap = cap;
    return 0;
}

static int check_kind(int fd)
{
    struct stat st;

    if (fstat(fd, &st) < 0)
        return rvx__errno();
    return S_ISREG(st.st_mode) || S_ISDIR(st.st_mode) ? -EPERM : 0;
}

static void remove_fd(struct poll_state *poller, int fd)
{
    int place = poller->known[fd].place;
    struct pollfd last;

    if (place == NOWHERE)
        return;
    poller->n--;
    last = poller->fds[poller->n];
    poller->fds[place] = last;
    poller->known[last.fd].place = place;
    poller->known[fd].place = NOWHERE;
}

static int add_fd(struct poll_state *poller, int fd)
{
    int result = check_kind(fd);

    if (result == 0)
        result = grow_fds(poller);
    if (result < 0)
        return result;
    poller->known[fd].place = poller->n;
    poller->fds[poller->n] = (struct pollfd){.fd = fd};
    poller->n++;
    return 0;
}

static int set_poll(void *state, int fd, unsigned before, unsigned after)
{
    struct poll_state *poller = state;
    int result = grow_known(poller, fd);

    (void)before; /* what is known here needs no help */
    if (result < 0)
        return result;
    if ((after & POLL_EVENTS) == 0) {
        remove_fd(poller, fd);
        return after == 0 ? 0 : check_kind(fd);
    }
    if (poller->known[fd].place == NOWHERE)
        result = add_fd(poller, fd);
    if (result < 0)
        return result;
    poller->known[fd].events = after;
    poller->fds[poller->known[fd].place].events = (short)(after & POLL_EVENTS);
    return 0;
}

/* Walks from the end, so that taking out one that was to be reported once moves only entries already seen. */
static int collect(struct poll_state *poller)
{
    int n = 0;

    for (int i = poller->n - 1; i >= 0; i--) {
        struct pollfd entry = poller->fds[i];

        if (entry.revents == 0)
            continue;
        poller->ready[n++] = (struct rvx__ready){entry.fd, (unsigned)entry.revents};
        if ((poller->known[entry.fd].events & RVX__POLLER_ONCE) != 0)
            remove_fd(poller, entry.fd);
    }
    return n;
}

static int wait_poll(void *state, rvx_time deadline, rvx_time now, const struct rvx__ready **ready)
{
    struct poll_state *poller = state;
    int n = poll(poller->fds, (nfds_t)poller->n, rvx__deadline_ms(deadline, now));

    *ready = poller->ready;
    if (n < 0)
        return errno == EINTR ? 0 : rvx__errno();
    return n == 0 ? 0 : collect(poller);
}

const struct rvx__poller_ops rvx__poller_poll = {
    .syscall = "poll",
    .init = init_poll,
    .fini = fini_poll,
    .set = set_poll,
    .wait = wait_poll,
};
