/* accept.c - waiting for connections (accept(2))
 *
 * Three kinds of failure. Noise: the client has gone before we came, or the network that it came through has;
 * accept(2) asks to treat these like "try again". Shortage: no descriptor or no memory; the connection stays queued,
 * and poll(2) stays ready, so a loop that merely retries burns a processor. We pause instead, 5 ms at first and twice
 * as long each time, interruptible by everything that ends an accept, and start over with 5 ms after the next
 * success. The rest is the caller's to know: retrying cannot help.
 *
 * A single socket is tried before waiting for it. Several are waited for first, and those that are ready are tried
 * once each, beginning behind the one that answered last, before they are waited for again: a busy one cannot starve
 * the others, and a hundred idle ones cost nothing. One thread at a time is in here for a listener (see netfd.h): a
 * connection wakes one of them, and `next` and `fds` need no lock.
 */
#include <config.h>

#include "net/accept.h"

#include <errno.h>

#include "base/error.h"
#include "net/conn.h"
#include "net/listener.h"
#include "sock/sock.h"

#define PAUSE_FIRST RVX_MILLISECONDS(5)
#define PAUSE_LAST RVX_MILLISECONDS(640)
#define NOISE_MAX 64 /* in a row; then it is no noise, and treated as a shortage */

/* One rvx_accept(). */
struct search {
    struct rvx_listener *listener;
    const struct rvx_ctx *ctx;
    struct rvx__netfd_call call;
    const struct rvx__accept_hook *hook;
    struct rvx_conn *conn; /* made beforehand, so that no accepted connection is lost for want of memory */
    struct rvx__listener_socket *socket; /* the one tried last */
    rvx_time pause;                      /* the last one taken, or 0 */
    unsigned noise;
};

static bool is_noise(int code)
{
    switch (-code) {
    case EINTR:
    case ECONNABORTED:
    case EPROTO:
    case ENETDOWN:
    case ENOPROTOOPT:
    case EHOSTDOWN:
    case ENONET:
    case EHOSTUNREACH:
    case EOPNOTSUPP:
    case ENETUNREACH:
        return true;
    default:
        return false;
    }
}

static bool is_shortage(int code)
{
    return code == -EMFILE || code == -ENFILE || code == -ENOBUFS || code == -ENOMEM;
}

/* Tries one socket.  Returns: 0 with search->conn open; -EAGAIN; another failure. */
static int try_socket(struct search *search)
{
    const struct rvx__sockops *ops = search->listener->ops;
    struct rvx__listener_socket *socket = search->socket;
    struct rvx_conn *conn = search->conn;
    struct sockaddr_storage sa;
    socklen_t len = sizeof sa;
    int fd = ops->accept(ops->self, socket->fd, (struct sockaddr *)&sa, &len);

    if (fd < 0)
        return fd;
    conn->fd = fd;
    conn->network = socket->network;
    if (rvx_addr_from_sockaddr((struct sockaddr *)&sa, len, &conn->remote) == 0)
        rvx_addr_unmap(&conn->remote);
    if (rvx__sock_local(ops, fd, &conn->local) < 0)
        conn->local = socket->addr;
    rvx__tune_apply(&socket->tune, ops, fd);
    return 0;
}

/* Tries the sockets that may have something: a single one always, of several those that the last wait found ready, each
 * once.  Returns: as try_socket(); -EAGAIN if there is none. */
static int try_sockets(struct search *search)
{
    struct rvx_listener *listener = search->listener;
    int rc = -EAGAIN;

    if (search->conn == NULL)
        search->conn = rvx__conn_new(listener->ops);
    if (search->conn == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < listener->n && rc == -EAGAIN; i++) {
        size_t at = listener->next++ % listener->n;

        if (listener->n > 1 && listener->fds[at].revents == 0)
            continue;
        search->socket = listener->sockets[at];
        rc = try_socket(search);
        if (rc == 0 || rc == -EAGAIN)
            listener->fds[at].revents = 0;
    }
    return rc;
}

/* Waits until one of the sockets has something. */
static int wait_ready(struct search *search)
{
    struct rvx_listener *listener = search->listener;

    search->noise = 0;
    for (size_t i = 0; i < listener->n; i++)
        listener->fds[i] = (struct pollfd){.fd = listener->sockets[i]->fd, .events = POLLIN};
    return rvx__netfd_wait(&listener->netfd, &search->call, listener->fds, (unsigned)listener->n);
}

/* Tells the hook of a shortage, from outside the call: who hears of it may close the listener, which waits for all
 * calls to leave.  Returns: as rvx__netfd_enter(). */
static int report_shortage(struct search *search, int code)
{
    struct rvx_listener *listener = search->listener;
    struct rvx_error err;

    if (search->hook == NULL || search->hook->failed == NULL)
        return 0;
    rvx__listener_tell(listener, search->socket, "accept4", code, &err);
    rvx__netfd_leave(&listener->netfd, &search->call);
    search->hook->failed(search->hook->arg, &err);
    return rvx__netfd_enter(&listener->netfd, RVX__NETFD_READ, search->ctx, &search->call);
}

/* Lets a shortage pass: pauses, then waits for somebody who wants in. */
static int back_off(struct search *search, int code)
{
    int rc = search->pause == 0 ? report_shortage(search, code) : 0;

    if (rc < 0)
        return rc;
    search->pause = search->pause == 0 ? PAUSE_FIRST : 2 * search->pause;
    if (search->pause > PAUSE_LAST)
        search->pause = PAUSE_LAST;
    rc = rvx__netfd_pause(&search->listener->netfd, &search->call, rvx_after(search->pause));
    return rc < 0 ? rc : wait_ready(search);
}

static int search_conn(struct search *search)
{
    for (;;) {
        int rc = try_sockets(search);

        if (rc == -EAGAIN)
            rc = wait_ready(search);
        else if (is_noise(rc) && ++search->noise < NOISE_MAX)
            rc = 0;
        else if (is_noise(rc) || is_shortage(rc))
            rc = back_off(search, rc);
        else
            return rc;
        if (rc < 0)
            return rc;
    }
}

int rvx__accept(struct rvx_listener *listener, const struct rvx_ctx *ctx, const struct rvx__accept_hook *hook,
                struct rvx_conn **conn, struct rvx_error *err)
{
    struct search search = {.listener = listener, .ctx = ctx, .hook = hook};
    int rc;

    *conn = NULL;
    rc = rvx__netfd_enter(&listener->netfd, RVX__NETFD_READ, ctx, &search.call);
    if (rc == 0)
        rc = search_conn(&search);
    rvx__listener_tell(listener, search.socket, "accept4", rc, err);
    rvx__netfd_leave(&listener->netfd, &search.call);
    if (rc == 0)
        *conn = search.conn;
    else
        rvx__conn_unref(search.conn);
    return rc;
}

int rvx_accept(struct rvx_listener *listener, const struct rvx_ctx *ctx, struct rvx_conn **conn, struct rvx_error *err)
{
    return rvx__accept(listener, ctx, NULL, conn, err);
}
