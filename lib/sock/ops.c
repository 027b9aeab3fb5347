/* ops.c - the kernel as a table of socket calls
 *
 * One function per slot, each doing nothing but the call, the conversion of errno, and the retry after a signal where
 * that is right. Follows the Linux manual pages of section 2 and POSIX.1-2017.
 *
 * Where it is not right: connect(2) goes on by itself after EINTR and must not be called again, so that EINTR is told
 * as EINPROGRESS; close(2) has released the descriptor even when it says EINTR, and a second call might hit a
 * descriptor that another thread has just been given.
 *
 * Not done: sockets without SOCK_CLOEXEC (Linux before 2.6.27). accept4(2) does have a fall-back, as system call
 * filters that know accept(2) only are still about.
 */
#include <config.h>

#include "sock/ops.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/error.h"

static int call_socket(void *self, int family, int type, int protocol)
{
    int fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);

    (void)self;
    return fd >= 0 ? fd : rvx__errno();
}

static int call_bind(void *self, int fd, const struct sockaddr *sa, socklen_t len)
{
    (void)self;
    return bind(fd, sa, len) == 0 ? 0 : rvx__errno();
}

static int call_listen(void *self, int fd, int backlog)
{
    (void)self;
    return listen(fd, backlog) == 0 ? 0 : rvx__errno();
}

static int set_flags(int fd)
{
    int flags = fcntl(fd, F_GETFL);

    if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
        return rvx__errno();
    return 0;
}

/* Leaves a moment in which a fork in another thread inherits the descriptor: that is why it is the fall-back only. */
static int accept_then_set(int fd, struct sockaddr *sa, socklen_t *len)
{
    int client, result;

    do {
        client = accept(fd, sa, len);
    } while (client < 0 && errno == EINTR);
    if (client < 0)
        return rvx__errno();
    result = set_flags(client);
    if (result == 0)
        return client;
    close(client);
    return result;
}

static int call_accept(void *self, int fd, struct sockaddr *sa, socklen_t *len)
{
    int client;

    (void)self;
    do {
        client = accept4(fd, sa, len, SOCK_NONBLOCK | SOCK_CLOEXEC);
    } while (client < 0 && errno == EINTR);
    if (client >= 0)
        return client;
    return errno == ENOSYS ? accept_then_set(fd, sa, len) : rvx__errno();
}

static int call_connect(void *self, int fd, const struct sockaddr *sa, socklen_t len)
{
    (void)self;
    if (connect(fd, sa, len) == 0)
        return 0;
    return errno == EINTR ? -EINPROGRESS : rvx__errno();
}

static int call_getsockname(void *self, int fd, struct sockaddr *sa, socklen_t *len)
{
    (void)self;
    return getsockname(fd, sa, len) == 0 ? 0 : rvx__errno();
}

static int call_getpeername(void *self, int fd, struct sockaddr *sa, socklen_t *len)
{
    (void)self;
    return getpeername(fd, sa, len) == 0 ? 0 : rvx__errno();
}

static int call_getsockopt(void *self, int fd, int level, int name, void *value, socklen_t *len)
{
    (void)self;
    return getsockopt(fd, level, name, value, len) == 0 ? 0 : rvx__errno();
}

static int call_setsockopt(void *self, int fd, int level, int name, const void *value, socklen_t len)
{
    (void)self;
    return setsockopt(fd, level, name, value, len) == 0 ? 0 : rvx__errno();
}

static ssize_t call_recv(void *self, int fd, void *data, size_t len, int flags)
{
    ssize_t n;

    (void)self;
    do {
        n = recv(fd, data, len, flags);
    } while (n < 0 && errno == EINTR);
    return n >= 0 ? n : rvx__errno();
}

static ssize_t call_send(void *self, int fd, const void *data, size_t len, int flags)
{
    ssize_t n;

    (void)self;
    do {
        n = send(fd, data, len, flags | MSG_NOSIGNAL);
    } while (n < 0 && errno == EINTR);
    return n >= 0 ? n : rvx__errno();
}

static ssize_t call_sendmsg(void *self, int fd, const struct msghdr *msg, int flags)
{
    ssize_t n;

    (void)self;
    do {
        n = sendmsg(fd, msg, flags | MSG_NOSIGNAL);
    } while (n < 0 && errno == EINTR);
    return n >= 0 ? n : rvx__errno();
}

static int call_sendmmsg(void *self, int fd, struct mmsghdr *msgs, unsigned n, int flags)
{
    int sent;

    (void)self;
    do {
        sent = sendmmsg(fd, msgs, n, flags | MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    return sent >= 0 ? sent : rvx__errno();
}

static int call_recvmmsg(void *self, int fd, struct mmsghdr *msgs, unsigned n, int flags)
{
    int received;

    (void)self;
    do {
        received = recvmmsg(fd, msgs, n, flags, NULL);
    } while (received < 0 && errno == EINTR);
    return received >= 0 ? received : rvx__errno();
}

static int call_shutdown(void *self, int fd, int how)
{
    (void)self;
    return shutdown(fd, how) == 0 ? 0 : rvx__errno();
}

static int call_close(void *self, int fd)
{
    (void)self;
    return close(fd) == 0 || errno == EINTR ? 0 : rvx__errno();
}

static int call_dup(void *self, int fd)
{
    int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);

    (void)self;
    return copy >= 0 ? copy : rvx__errno();
}

static int call_unlink(void *self, const char *path)
{
    (void)self;
    return unlink(path) == 0 ? 0 : rvx__errno();
}

const struct rvx__sockops rvx__sockops_system = {
    .socket = call_socket,
    .bind = call_bind,
    .listen = call_listen,
    .accept = call_accept,
    .connect = call_connect,
    .getsockname = call_getsockname,
    .getpeername = call_getpeername,
    .getsockopt = call_getsockopt,
    .setsockopt = call_setsockopt,
    .recv = call_recv,
    .send = call_send,
    .sendmsg = call_sendmsg,
    .sendmmsg = call_sendmmsg,
    .recvmmsg = call_recvmmsg,
    .shutdown = call_shutdown,
    .close = call_close,
    .dup = call_dup,
    .unlink = call_unlink,
};
