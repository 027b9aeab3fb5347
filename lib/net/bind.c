/* bind.c - making one listening socket: socket(2), ipv6(7), bind(2), listen(2)
 *
 * The order of the calls is Go's. IPV6_V6ONLY is always set, so that the machine's default (net.ipv6.bindv6only) does
 * not decide who can connect; a system that cannot set it has only one way to be. SO_REUSEADDR lets a server start
 * again while connections of its predecessor linger in TIME_WAIT; on Linux it does not let two servers share a port.
 */
#include <config.h>

#include "net/bind.h"

#include <errno.h>
#include <netinet/in.h>

#include "base/error.h"
#include "net/unix.h"
#include "sock/sock.h"

static int family_of(const struct rvx_addr *addr)
{
    switch ((enum rvx_family)addr->family) {
    case RVX_FAMILY_IPV4:
        return AF_INET;
    case RVX_FAMILY_IPV6:
        return AF_INET6;
    case RVX_FAMILY_UNIX:
        return AF_UNIX;
    case RVX_FAMILY_NONE:
        break;
    }
    return AF_UNSPEC;
}

/* The network that the control hook is told: it has to know the family to set options. */
static const char *concrete_network(const struct rvx__bind *bind, int family)
{
    if (family == AF_UNIX)
        return bind->network;
    return family == AF_INET6 ? "tcp6" : "tcp4";
}

static int set_options(const struct rvx__bind *bind, const struct rvx__bind_place *place, int fd)
{
    int rc;

    if (place->addr.family == RVX_FAMILY_IPV6)
        rvx__sock_set_int(bind->ops, fd, IPPROTO_IPV6, IPV6_V6ONLY, place->only_v6);
    rc = rvx__sock_set_int(bind->ops, fd, SOL_SOCKET, SO_REUSEADDR, 1);
    if (rc == 0 && bind->opts->reuse_port)
        rc = rvx__sock_set_int(bind->ops, fd, SOL_SOCKET, SO_REUSEPORT, 1);
    return rc;
}

static int call_control(const struct rvx__bind *bind, const struct rvx_addr *addr, int fd)
{
    char text[RVX_ADDR_STRLEN];
    int rc;

    if (bind->opts->control == NULL)
        return 0;
    rc = bind->opts->control(bind->opts->control_arg, fd, concrete_network(bind, family_of(addr)),
                             rvx_addr_text(addr, text));
    return rc < 0 ? rc : 0;
}

static int bind_addr(const struct rvx__bind *bind, const struct rvx_addr *addr, int fd)
{
    struct sockaddr_storage sa;
    socklen_t len;
    int rc = rvx_addr_to_sockaddr(addr, &sa, &len);

    return rc < 0 ? rc : bind->ops->bind(bind->ops->self, fd, (struct sockaddr *)&sa, len);
}

/* What the kernel made of port 0 or an empty name. If it does not say, the address stays the one asked for. */
static void learn_addr(const struct rvx__bind *bind, struct rvx__listener_socket *socket)
{
    struct rvx_addr addr;

    if (rvx__sock_local(bind->ops, socket->fd, &addr) == 0)
        socket->addr = addr;
}

/* syscall: receives the step that failed, NULL for the control hook. */
static int make_socket(const struct rvx__bind *bind, const struct rvx__bind_place *place,
                       struct rvx__listener_socket *socket, const char **syscall)
{
    const struct rvx__sockops *ops = bind->ops;
    int rc;

    *syscall = "socket";
    rc = ops->socket(ops->self, family_of(&place->addr), bind->type, 0);
    if (rc < 0)
        return rc;
    socket->fd = rc;
    *syscall = "setsockopt";
    rc = set_options(bind, place, socket->fd);
    if (rc < 0)
        return rc;
    *syscall = NULL;
    rc = call_control(bind, &place->addr, socket->fd);
    if (rc < 0)
        return rc;
    *syscall = "bind";
    rc = bind_addr(bind, &place->addr, socket->fd);
    if (rc < 0)
        return rc;
    rvx__unix_own(socket);
    *syscall = "listen";
    return ops->listen(ops->self, socket->fd, bind->backlog);
}

static int tell_failure(const struct rvx__bind *bind, const struct rvx_addr *addr, const char *syscall, int code,
                        struct rvx_error *err)
{
    char text[RVX_ADDR_STRLEN];

    if (syscall == NULL)
        rvx__error_plain(err, code);
    else
        rvx__error_syscall(err, code, syscall);
    return rvx__error_op(err, code, "listen", bind->network, NULL, rvx_addr_text(addr, text));
}

int rvx__bind_socket(const struct rvx__bind *bind, const struct rvx__bind_place *place, struct rvx_listener *listener,
                     struct rvx_error *err)
{
    struct rvx__listener_socket *socket = rvx__listener_add(listener, bind->network);
    const char *syscall = NULL;
    int rc = -ENOMEM;

    if (socket != NULL) {
        socket->addr = place->addr;
        rc = make_socket(bind, place, socket, &syscall);
    }
    if (rc < 0)
        return tell_failure(bind, &place->addr, syscall, rc, err);
    if (bind->opts->keep_unix)
        socket->owns_file = false;
    if (place->addr.family != RVX_FAMILY_UNIX)
        socket->tune = bind->tune;
    learn_addr(bind, socket);
    return 0;
}
