/* listener.c - the listener as an object: its sockets, references, addresses, deadline and end
 *
 * Sockets get here from listen.c, which makes them, and fromfd.c, which is given them. They never leave one by one: a
 * listener closes as a whole. Its addresses outlive it, so the socket structs are freed with the last reference only.
 */
#include <config.h>

#include "net/listener.h"

#include <errno.h>

#include "base/error.h"
#include "base/mem.h"
#include "loop/waiter.h"
#include "net/unix.h"

struct rvx_listener *rvx__listener_new(const struct rvx__sockops *ops, const char *network)
{
    struct rvx_listener *listener = rvx__calloc(1, sizeof *listener);

    if (listener == NULL)
        return NULL;
    if (rvx__netfd_init(&listener->netfd) < 0) {
        rvx__free(listener);
        return NULL;
    }
    atomic_init(&listener->refs, 1);
    listener->ops = ops;
    listener->network = network;
    return listener;
}

/* Makes room for `n` sockets in all. What was made in vain is kept for the next time. */
static int reserve_sockets(struct rvx_listener *listener, size_t n)
{
    struct rvx__listener_socket **sockets = rvx__realloc(listener->sockets, n, sizeof(struct rvx__listener_socket *));
    struct pollfd *fds;

    if (sockets == NULL)
        return -ENOMEM;
    listener->sockets = sockets;
    fds = rvx__realloc(listener->fds, n + 1, sizeof *fds);
    if (fds == NULL)
        return -ENOMEM;
    listener->fds = fds;
    for (size_t i = 0; i <= n; i++)
        fds[i].revents = 0;
    return 0;
}

struct rvx__listener_socket *rvx__listener_add(struct rvx_listener *listener, const char *network)
{
    struct rvx__listener_socket *socket;

    if (reserve_sockets(listener, listener->n + 1) < 0)
        return NULL;
    socket = rvx__calloc(1, sizeof *socket);
    if (socket == NULL)
        return NULL;
    socket->fd = -1;
    socket->network = network;
    listener->sockets[listener->n++] = socket;
    return socket;
}

/* The file goes first: whoever finds it can still connect. */
static void close_socket(struct rvx__listener_socket *socket, const struct rvx__sockops *ops)
{
    if (socket->owns_file)
        rvx__unix_remove(socket, ops);
    if (socket->fd >= 0) {
        rvx__waiter_forget(socket->fd);
        ops->close(ops->self, socket->fd);
    }
    socket->fd = -1;
}

void rvx__listener_clear(struct rvx_listener *listener)
{
    for (size_t i = 0; i < listener->n; i++) {
        close_socket(listener->sockets[i], listener->ops);
        rvx__free(listener->sockets[i]);
    }
    listener->n = 0;
}

static void free_listener(struct rvx_listener *listener)
{
    rvx__listener_clear(listener);
    rvx__free(listener->sockets);
    rvx__free(listener->fds);
    rvx__netfd_fini(&listener->netfd);
    rvx__free(listener);
}

struct rvx_listener *rvx_listener_ref(struct rvx_listener *listener)
{
    atomic_fetch_add_explicit(&listener->refs, 1, memory_order_relaxed);
    return listener;
}

int rvx_listener_close(struct rvx_listener *listener)
{
    int rc;

    if (listener == NULL)
        return 0;
    rc = rvx__netfd_close(&listener->netfd);
    for (size_t i = 0; rc == 0 && i < listener->n; i++)
        close_socket(listener->sockets[i], listener->ops);
    if (atomic_fetch_sub_explicit(&listener->refs, 1, memory_order_acq_rel) == 1)
        free_listener(listener);
    return rc;
}

int rvx_listener_merge(struct rvx_listener *listener, struct rvx_listener *other)
{
    if (listener == other || other->refs > 1)
        return -EINVAL;
    if (rvx__netfd_closed(&listener->netfd) || rvx__netfd_closed(&other->netfd))
        return RVX_ECLOSED;
    if (reserve_sockets(listener, listener->n + other->n) < 0)
        return -ENOMEM;
    for (size_t i = 0; i < other->n; i++)
        listener->sockets[listener->n++] = other->sockets[i];
    other->n = 0;
    free_listener(other);
    return 0;
}

size_t rvx_listener_addrs_n(const struct rvx_listener *listener)
{
    return listener->n;
}

const struct rvx_addr *rvx_listener_addr(const struct rvx_listener *listener, size_t i)
{
    static const struct rvx_addr none = {.family = RVX_FAMILY_NONE};

    return i < listener->n ? &listener->sockets[i]->addr : &none;
}

const char *rvx_listener_network(const struct rvx_listener *listener)
{
    return listener->network;
}

int rvx_listener_set_deadline(struct rvx_listener *listener, rvx_time deadline)
{
    return rvx__netfd_set_deadline(&listener->netfd, RVX__NETFD_READ, deadline);
}

int rvx__listener_tell(const struct rvx_listener *listener, const struct rvx__listener_socket *socket,
                       const char *syscall, int code, struct rvx_error *err)
{
    char addr[RVX_ADDR_STRLEN];

    if (err == NULL)
        return code;
    if (code >= 0) {
        rvx__error_none(err);
        return code;
    }
    if (socket == NULL)
        socket = listener->sockets[0];
    if (code < -4095)
        rvx__error_plain(err, code);
    else
        rvx__error_syscall(err, code, syscall);
    return rvx__error_op(err, code, "accept", socket->network, NULL, rvx_addr_text(&socket->addr, addr));
}
