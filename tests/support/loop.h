/* loop.h - what the tests of loops share: loops of both kinds, pairs of sockets, a callback that is seen */
#ifndef TESTS_SUPPORT_LOOP_H
#define TESTS_SUPPORT_LOOP_H

#include "support/test.h"

#include <sys/socket.h>
#include <unistd.h>

#include <resolvx/loop.h>

/* How long a test waits, in milliseconds, for what must happen: never reached unless it does not. */
#define EVENTUALLY_MS 20000

static const enum rvx_poller pollers[] = {RVX_POLLER_EPOLL, RVX_POLLER_POLL};

static inline struct rvx_loop *make_loop(enum rvx_poller poller)
{
    struct rvx_loop_opts opts = RVX_LOOP_OPTS_INIT;
    struct rvx_loop *loop;

    opts.poller = poller;
    assert_int_equal(rvx_loop_new(&opts, &loop, NULL), 0);
    return loop;
}

static inline void make_pair(int fds[2])
{
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), 0);
}

static inline void close_pair(const int fds[2])
{
    close(fds[0]);
    close(fds[1]);
}

/* What callbacks left behind. */
struct seen {
    int calls;
    int result; /* of the last one */
};

static inline void see(void *arg, int result)
{
    struct seen *seen = (struct seen *)arg;

    seen->calls++;
    seen->result = result;
}

#endif
