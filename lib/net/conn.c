/* conn.c - connections: reading, writing, closing (read(2), send(2), shutdown(2))
 *
 * Every call is the same sentence: enter, try the system call, wait when it would block, leave. What enter and wait
 * decide (closed, deadline, turn) is netfd.c's; what an error is called is Go's: `read tcp LOCAL->REMOTE: i/o timeout`,
 * `write tcp LOCAL->REMOTE: write: broken pipe`. Errors are told before leaving, while the handle is certain to live.
 *
 * Whole writes are atomic because a write keeps the turn of its side until its last byte; so are whole reads.
 */
#include <config.h>

#include "net/conn.h"

#include <errno.h>

#include "base/error.h"
#include "base/mem.h"
#include "loop/waiter.h"

/* The kernel takes at most 2 GiB at once; a round number below is as good. */
#define IO_MAX ((size_t)1 << 30)

struct rvx_conn *rvx__conn_new(const struct rvx__sockops *ops)
{
    struct rvx_conn *conn = rvx__calloc(1, sizeof *conn);

    if (conn == NULL)
        return NULL;
    if (rvx__netfd_init(&conn->netfd) < 0) {
        rvx__free(conn);
        return NULL;
    }
    atomic_init(&conn->refs, 1);
    conn->ops = ops;
    conn->fd = -1;
    return conn;
}

struct rvx_conn *rvx_conn_ref(struct rvx_conn *conn)
{
    atomic_fetch_add_explicit(&conn->refs, 1, memory_order_relaxed);
    return conn;
}

void rvx__conn_unref(struct rvx_conn *conn)
{
    if (conn == NULL || atomic_fetch_sub_explicit(&conn->refs, 1, memory_order_acq_rel) > 1)
        return;
    rvx__netfd_fini(&conn->netfd);
    rvx__free(conn);
}

/* Fills `err` for a call that ended with `code`, an error or not, and returns the code. */
static int tell_end(const struct rvx_conn *conn, const char *op, const char *syscall, int code, struct rvx_error *err)
{
    char local[RVX_ADDR_STRLEN], remote[RVX_ADDR_STRLEN];

    if (err == NULL)
        return code;
    if (code >= 0) {
        rvx__error_none(err);
        return code;
    }
    if (code < -4095)
        rvx__error_plain(err, code);
    else
        rvx__error_syscall(err, code, syscall);
    return rvx__error_op(err, code, op, conn->network, rvx_addr_text(&conn->local, local),
                         rvx_addr_text(&conn->remote, remote));
}

static int wait_ready(struct rvx_conn *conn, struct rvx__netfd_call *call, short events)
{
    struct pollfd fds[2] = {{.fd = conn->fd, .events = events}};

    return rvx__netfd_wait(&conn->netfd, call, fds, 1);
}

/* Reads once, waiting if need be. The call has its turn. */
static ssize_t read_some(struct rvx_conn *conn, struct rvx__netfd_call *call, void *data, size_t len)
{
    size_t room = len < IO_MAX ? len : IO_MAX;
    ssize_t n;
    int rc;

    while ((n = conn->ops->recv(conn->ops->self, conn->fd, data, room, 0)) == -EAGAIN) {
        rc = wait_ready(conn, call, POLLIN);
        if (rc < 0)
            return rc;
    }
    return n;
}

/* Reads until `len` bytes are there or the stream ends. */
static ssize_t read_all(struct rvx_conn *conn, struct rvx__netfd_call *call, char *data, size_t len)
{
    size_t got = 0;
    ssize_t n;

    do {
        n = read_some(conn, call, data + got, len - got);
        if (n <= 0)
            break;
        got += (size_t)n;
        n = rvx__netfd_check(&conn->netfd, call);
    } while (n == 0 && got < len);
    return n == 0 || got == len ? (ssize_t)got : n;
}

static ssize_t read_conn(struct rvx_conn *conn, void *data, size_t len, bool all, struct rvx_error *err)
{
    /* Nothing to read needs no turn and knows no deadline, but fails on a closed connection. */
    enum rvx__netfd_side side = len == 0 ? RVX__NETFD_PIN : RVX__NETFD_READ;
    struct rvx__netfd_call call;
    ssize_t n;

    n = rvx__netfd_enter(&conn->netfd, side, NULL, &call);
    if (n == 0 && len > 0)
        n = all ? read_all(conn, &call, data, len) : read_some(conn, &call, data, len);
    tell_end(conn, "read", "read", n < 0 ? (int)n : 0, err);
    rvx__netfd_leave(&conn->netfd, &call);
    return n;
}

ssize_t rvx_read(struct rvx_conn *conn, void *data, size_t len, struct rvx_error *err)
{
    return read_conn(conn, data, len, false, err);
}

ssize_t rvx_read_full(struct rvx_conn *conn, void *data, size_t len, struct rvx_error *err)
{
    return read_conn(conn, data, len, true, err);
}

/* Writes once, waiting if need be. The call has its turn. */
static ssize_t write_some(struct rvx_conn *conn, struct rvx__netfd_call *call, const char *data, size_t len)
{
    size_t part = len < IO_MAX ? len : IO_MAX;
    ssize_t n;
    int rc;

    while ((n = conn->ops->send(conn->ops->self, conn->fd, data, part, 0)) == -EAGAIN) {
        rc = wait_ready(conn, call, POLLOUT);
        if (rc < 0)
            return rc;
    }
    return n;
}

/* Writes all of it; *done grows by what went out. */
static int write_all(struct rvx_conn *conn, struct rvx__netfd_call *call, const char *data, size_t len, size_t *done)
{
    ssize_t n;
    int rc = 0;

    while (rc == 0 && *done < len) {
        n = write_some(conn, call, data + *done, len - *done);
        if (n <= 0)
            return n < 0 ? (int)n : -EIO; /* send(2) never returns 0; a loop on it would never end */
        *done += (size_t)n;
        if (*done < len)
            rc = rvx__netfd_check(&conn->netfd, call);
    }
    return rc;
}

int rvx_write(struct rvx_conn *conn, const void *data, size_t len, size_t *written, struct rvx_error *err)
{
    struct rvx__netfd_call call;
    size_t done = 0;
    int rc;

    rc = rvx__netfd_enter(&conn->netfd, RVX__NETFD_WRITE, NULL, &call);
    if (rc == 0)
        rc = write_all(conn, &call, data, len, &done);
    if (written != NULL)
        *written = done;
    rc = tell_end(conn, "write", "write", rc, err);
    rvx__netfd_leave(&conn->netfd, &call);
    return rc;
}

int rvx_close(struct rvx_conn *conn)
{
    int rc;

    if (conn == NULL)
        return 0;
    rc = rvx__netfd_close(&conn->netfd);
    if (rc == 0) {
        rvx__waiter_forget(conn->fd);
        conn->ops->close(conn->ops->self, conn->fd);
    }
    rvx__conn_unref(conn);
    return rc;
}

int rvx_conn_detach(struct rvx_conn *conn)
{
    int rc = rvx__netfd_close(&conn->netfd);

    if (rc == 0) {
        rvx__waiter_forget(conn->fd);
        rc = conn->fd;
    }
    rvx__conn_unref(conn);
    return rc;
}

static int shut_side(struct rvx_conn *conn, int how, struct rvx_error *err)
{
    struct rvx__netfd_call call;
    int rc = rvx__netfd_enter(&conn->netfd, RVX__NETFD_PIN, NULL, &call);

    if (rc == 0)
        rc = conn->ops->shutdown(conn->ops->self, conn->fd, how);
    rc = tell_end(conn, "close", "shutdown", rc, err);
    rvx__netfd_leave(&conn->netfd, &call);
    return rc;
}

int rvx_close_read(struct rvx_conn *conn, struct rvx_error *err)
{
    return shut_side(conn, SHUT_RD, err);
}

int rvx_close_write(struct rvx_conn *conn, struct rvx_error *err)
{
    return shut_side(conn, SHUT_WR, err);
}

int rvx_set_read_deadline(struct rvx_conn *conn, rvx_time deadline)
{
    return rvx__netfd_set_deadline(&conn->netfd, RVX__NETFD_READ, deadline);
}

int rvx_set_write_deadline(struct rvx_conn *conn, rvx_time deadline)
{
    return rvx__netfd_set_deadline(&conn->netfd, RVX__NETFD_WRITE, deadline);
}

int rvx_set_deadline(struct rvx_conn *conn, rvx_time deadline)
{
    int rc = rvx_set_read_deadline(conn, deadline);

    return rc < 0 ? rc : rvx_set_write_deadline(conn, deadline);
}

const struct rvx_addr *rvx_local_addr(const struct rvx_conn *conn)
{
    return &conn->local;
}

const struct rvx_addr *rvx_remote_addr(const struct rvx_conn *conn)
{
    return &conn->remote;
}

int rvx_conn_fd(const struct rvx_conn *conn)
{
    return rvx__netfd_closed(&conn->netfd) ? RVX_ECLOSED : conn->fd;
}
