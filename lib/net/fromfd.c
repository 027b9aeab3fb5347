/* fromfd.c - listeners and connections made of descriptors: a program's own, or a service manager's (sd_listen_fds(3))
 *
 * What a descriptor is, it tells itself (socket(7): SO_TYPE, SO_ACCEPTCONN; getsockname(2)); networks get their plain
 * names then, without 4 or 6. Socket options are left as they are; accepted connections get the listener's.
 *
 * LISTEN_PIDFDID, newer than LISTEN_PID, is not looked at: the process id is enough for a process that reads its
 * environment once, at its start.
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/error.h"
#include "base/opts.h"
#include "net/conn.h"
#include "net/listener.h"
#include "sock/sock.h"

#define LISTEN_FDS_START 3 /* SD_LISTEN_FDS_START */

/* The network of a connected or listening stream socket.
 * Returns: 0; -ENOTSOCK; -EINVAL if it is another kind of socket. */
static int find_network(const struct rvx__sockops *ops, int fd, struct rvx_addr *addr, const char **network)
{
    int type;
    int rc = rvx__sock_get_int(ops, fd, SOL_SOCKET, SO_TYPE, &type);

    if (rc == 0)
        rc = rvx__sock_local(ops, fd, addr);
    if (rc < 0)
        return rc;
    if (addr->family != RVX_FAMILY_UNIX)
        *network = "tcp";
    else
        *network = type == SOCK_SEQPACKET ? "unixpacket" : "unix";
    if (type == SOCK_STREAM || (type == SOCK_SEQPACKET && addr->family == RVX_FAMILY_UNIX))
        return 0;
    return -EINVAL;
}

/* Non-blocking and close-on-exec, as every descriptor here. */
static int set_flags(int fd)
{
    int flags = fcntl(fd, F_GETFL);

    if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
        return rvx__errno();
    return 0;
}

/* Adds a listening socket, which stays the caller's if that fails. */
static int adopt_socket(struct rvx_listener *listener, int fd, const struct rvx__tune *tune)
{
    struct rvx__listener_socket *socket;
    struct rvx_addr addr;
    const char *network;
    int listening, rc;

    rc = find_network(listener->ops, fd, &addr, &network);
    if (rc == 0)
        rc = rvx__sock_get_int(listener->ops, fd, SOL_SOCKET, SO_ACCEPTCONN, &listening);
    if (rc == 0 && !listening)
        rc = -EINVAL;
    if (rc == 0)
        rc = set_flags(fd);
    if (rc < 0)
        return rc;
    socket = rvx__listener_add(listener, network);
    if (socket == NULL)
        return -ENOMEM;
    socket->fd = fd;
    socket->addr = addr;
    if (addr.family != RVX_FAMILY_UNIX)
        socket->tune = *tune;
    return 0;
}

static int tell_failure(int code, const char *op, struct rvx_error *err)
{
    if (code == -ENOTSOCK)
        rvx__error_syscall(err, code, "getsockopt");
    else
        rvx__error_plain(err, code);
    return rvx__error_op(err, code, op, NULL, NULL, NULL);
}

static int read_options(const struct rvx_listen_opts *opts, struct rvx__tune *tune, struct rvx_error *err)
{
    struct rvx_listen_opts local;

    if (rvx__opts_copy(&local, sizeof local, opts) < 0)
        return rvx__error_option(err, "listen_opts", rvx__view_text(""));
    return rvx__tune_init(tune, &local, err);
}

int rvx_listener_from_fd(int fd, const struct rvx_listen_opts *opts, struct rvx_listener **listener,
                         struct rvx_error *err)
{
    const struct rvx__sockops *ops = &rvx__sockops_system;
    struct rvx_listener *made;
    struct rvx__tune tune;
    int copy, rc;

    *listener = NULL;
    rc = read_options(opts, &tune, err);
    if (rc < 0)
        return rc;
    copy = ops->dup(ops->self, fd);
    if (copy < 0)
        return tell_failure(copy, "file", err);
    made = rvx__listener_new(ops, "");
    rc = made == NULL ? -ENOMEM : adopt_socket(made, copy, &tune);
    if (rc < 0) {
        ops->close(ops->self, copy);
        rvx_listener_close(made);
        return tell_failure(rc, "file", err);
    }
    made->network = made->sockets[0]->network;
    *listener = made;
    return rvx__error_none(err);
}

/* The number of descriptors that were passed to this process. */
static int count_passed(void)
{
    struct rvx__view pid = rvx__view_text(getenv("LISTEN_PID"));
    struct rvx__view fds = rvx__view_text(getenv("LISTEN_FDS"));
    uint32_t number;

    if (!rvx__view_take_dec(&pid, INT_MAX, &number) || pid.len > 0 || (pid_t)number != getpid())
        return 0;
    if (!rvx__view_take_dec(&fds, INT_MAX - LISTEN_FDS_START, &number) || fds.len > 0)
        return 0;
    return (int)number;
}

/* Takes the next name of LISTEN_FDNAMES; it is "unknown" where names are missing. */
static struct rvx__view take_name(struct rvx__view *names)
{
    struct rvx__view name;

    if (names->len == 0)
        return rvx__view_text("unknown");
    if (!rvx__view_take_until(names, ':', &name)) {
        name = *names;
        *names = rvx__view_text("");
    }
    return name;
}

static int adopt_passed(struct rvx_listener *listener, const char *wanted, const struct rvx__tune *tune)
{
    struct rvx__view names = rvx__view_text(getenv("LISTEN_FDNAMES"));
    int n = count_passed();
    int rc = 0;

    for (int i = 0; i < n && rc == 0; i++) {
        struct rvx__view name = take_name(&names);

        if (wanted == NULL || rvx__view_is(name, wanted))
            rc = adopt_socket(listener, LISTEN_FDS_START + i, tune);
    }
    return rc == 0 && listener->n == 0 ? RVX_EADDRMISSING : rc;
}

int rvx_listener_from_env(const char *name, const struct rvx_listen_opts *opts, struct rvx_listener **listener,
                          struct rvx_error *err)
{
    struct rvx_listener *made;
    struct rvx__tune tune;
    int rc;

    *listener = NULL;
    rc = read_options(opts, &tune, err);
    if (rc < 0)
        return rc;
    made = rvx__listener_new(&rvx__sockops_system, "");
    rc = made == NULL ? -ENOMEM : adopt_passed(made, name, &tune);
    if (rc < 0) {
        for (size_t i = 0; made != NULL && i < made->n; i++)
            made->sockets[i]->fd = -1; /* still the caller's */
        rvx_listener_close(made);
        return tell_failure(rc, "listen", err);
    }
    made->network = made->sockets[0]->network;
    *listener = made;
    return rvx__error_none(err);
}

int rvx_conn_from_fd(int fd, struct rvx_conn **conn, struct rvx_error *err)
{
    const struct rvx__sockops *ops = &rvx__sockops_system;
    struct rvx_conn *made = rvx__conn_new(ops);
    int rc = -ENOMEM;

    *conn = NULL;
    if (made != NULL)
        rc = find_network(ops, fd, &made->local, &made->network);
    if (rc == 0)
        rc = rvx__sock_remote(ops, fd, &made->remote);
    if (rc == 0)
        rc = set_flags(fd);
    if (rc < 0) {
        rvx__conn_unref(made);
        return tell_failure(rc, "file", err);
    }
    made->fd = fd;
    *conn = made;
    return rvx__error_none(err);
}
