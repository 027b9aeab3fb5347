/* net.h - listeners and connections
 *
 *     struct rvx_listener *listener;
 *     struct rvx_conn *conn;
 *     struct rvx_error err;
 *
 *     if (rvx_listen(NULL, "tcp", "localhost:8888", NULL, NULL, &listener, &err) < 0)
 *         return fail(rvx_error_text(&err));
 *     while (rvx_accept(listener, NULL, &conn, &err) == 0)
 *         serve(conn);
 *
 * Calls block the calling thread, or the calling coroutine where wait.h's waiter is installed; they never block
 * longer than their deadline. Descriptors are non-blocking and close-on-exec; SIGPIPE is never raised.
 *
 * Sharing. One thread may read a connection while another writes it; whole reads do not mix with each other, nor do
 * whole writes: they take turns, first come, first served. Any number of threads may accept. Closing, from any
 * thread, wakes every blocked call with RVX_ECLOSED, and the descriptor's number is free for reuse only after the
 * last of those calls has left. Handles are reference-counted: each thread that keeps one takes its own reference,
 * and closes it. A blocked call keeps its handle alive by itself.
 */
#ifndef RESOLVX_NET_H
#define RESOLVX_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

#include <resolvx/addr.h>
#include <resolvx/err.h>
#include <resolvx/resolver.h>
#include <resolvx/time.h>
#include <resolvx/version.h>
#include <resolvx/wait.h>

#ifdef __cplusplus
extern "C" {
#endif

struct rvx_listener;
struct rvx_conn;

/* Called after a socket is made and its default options are set, before it is bound.
 * fd: borrowed.  network: the concrete one: "tcp4", "tcp6", "unix", ...  address: the address about to be bound.
 * Returns: 0, or a negative code, which aborts the listen and becomes its result. */
typedef int (*rvx_control_fn)(void *arg, int fd, const char *network, const char *address);

/* Options of a listener; zero means default everywhere. */
struct rvx_listen_opts {
    size_t size; /* sizeof(struct rvx_listen_opts) */

    rvx_control_fn control;
    void *control_arg;

    int backlog;        /* connections the kernel keeps waiting; default: what net.core.somaxconn allows */
    bool all_addresses; /* every address of the host, all with one port; default: its first IPv4 one, else its first */
    bool reuse_port;    /* SO_REUSEPORT */
    bool keep_unix;     /* leave a Unix socket's file when the listener closes; default: remove it */

    /* Of accepted TCP connections. */
    bool no_nodelay;             /* leave Nagle's algorithm on; default: TCP_NODELAY */
    bool no_keepalive;           /* default: SO_KEEPALIVE */
    rvx_time keepalive_idle;     /* whole seconds, rounded up; default 15 s */
    rvx_time keepalive_interval; /* default 15 s */
    unsigned keepalive_count;    /* default 9 */
};

#define RVX_LISTEN_OPTS_INIT { .size = sizeof(struct rvx_listen_opts) }

/* Listens.
 * resolver: may be NULL.
 * network: "tcp", "tcp4", "tcp6", "unix" or "unixpacket".
 * address: "host:port" for tcp: a host name listens on one of its addresses, the first IPv4 one if it has any (see
 *          opts->all_addresses); an empty or unspecified host on every address of the machine, of both families with
 *          "tcp"; an empty port, or 0, on a port the kernel chooses; "" is ":0". A path or "@name" (Linux abstract) for
 *          the Unix networks; "" lets the kernel choose an abstract name. A stale socket file is an error.
 * opts, ctx: may be NULL; the context bounds the lookups.
 * listener: not NULL; set to NULL on failure.
 * Returns: 0; RVX_ENETUNKNOWN; RVX_EADDRTYPE for a network that has no listeners; as rvx_resolve(); -errno of
 *          socket(2), setsockopt(2), bind(2), listen(2); what the control hook returned.
 * Ownership: one reference, given up with rvx_listener_close().
 * Thread: any.  Follows: Go net.Listen. SO_REUSEADDR is on, and IPV6_V6ONLY always set explicitly. */
RVX_API int rvx_listen(struct rvx_resolver *resolver, const char *network, const char *address,
                       const struct rvx_listen_opts *opts, const struct rvx_ctx *ctx, struct rvx_listener **listener,
                       struct rvx_error *err);

/* Makes a listener of a socket that listens already. The descriptor is duplicated; the caller's stays open and becomes
 * non-blocking, which is a property they share.
 * Returns: 0; -ENOTSOCK, -EINVAL if it is no listening stream socket; -errno; -ENOMEM. A Unix socket's file is never
 *          removed. */
RVX_API int rvx_listener_from_fd(int fd, const struct rvx_listen_opts *opts, struct rvx_listener **listener,
                                 struct rvx_error *err);

/* Makes one listener of the sockets a service manager passed: LISTEN_PID, LISTEN_FDS, LISTEN_FDNAMES of
 * sd_listen_fds(3). The descriptors are taken over. The environment is left as it is.
 * name: only the sockets of this name; NULL: all.
 * Returns: 0; RVX_EADDRMISSING if none was passed, or none of this name; as rvx_listener_from_fd().
 * Thread: reads the environment: not while another thread changes it. */
RVX_API int rvx_listener_from_env(const char *name, const struct rvx_listen_opts *opts, struct rvx_listener **listener,
                                  struct rvx_error *err);

/* Moves every socket of `other` into `listener`, so that one accept loop serves both, and frees `other`.
 * Both: not in use by another thread, and `other` without further references.
 * Returns: 0; RVX_ECLOSED if one is closed; -EINVAL for a shared `other`, or the same listener twice; -ENOMEM. After a
 *          failure nothing has changed. */
RVX_API int rvx_listener_merge(struct rvx_listener *listener, struct rvx_listener *other);

/* Takes one more reference.  Thread: any. */
RVX_API struct rvx_listener *rvx_listener_ref(struct rvx_listener *listener);

/* Stops listening and gives the reference up. Blocked accepts return RVX_ECLOSED; accepted connections live on; the
 * port is free again on return. Removes a Unix socket's file first, if this listener made it, nobody has replaced it,
 * and opts->keep_unix is off.
 * listener: may be NULL.
 * Returns: 0; RVX_ECLOSED if it was closed before through another reference. */
RVX_API int rvx_listener_close(struct rvx_listener *listener);

/* The number of sockets, at least 1, and the address that socket `i` is bound to.
 * Returns: the address, living as long as the listener, also after its close; RVX_FAMILY_NONE for an `i` out of
 * range. */
RVX_API size_t rvx_listener_addrs_n(const struct rvx_listener *listener);
RVX_API const struct rvx_addr *rvx_listener_addr(const struct rvx_listener *listener, size_t i);

/* The network: "tcp", "tcp4", "tcp6", "unix", "unixpacket"; lives as long as the listener. */
RVX_API const char *rvx_listener_network(const struct rvx_listener *listener);

/* Bounds every accept, blocked ones included. deadline: absolute; 0 or RVX_FOREVER: none.
 * Returns: 0, RVX_ECLOSED.  Thread: any. */
RVX_API int rvx_listener_set_deadline(struct rvx_listener *listener, rvx_time deadline);

/* Waits for a connection. Transient errors (a client that has gone, a network that is down) are retried inside. Out of
 * descriptors or memory, it backs off for 5 ms, doubling up to 640 ms, and goes on: the listener survives, the
 * waiting clients stay queued, and no processor time is burnt.
 * ctx: may be NULL.  conn: not NULL; set to NULL on failure.
 * Returns: 0; RVX_ETIMEOUT, RVX_ECANCELED, RVX_ECLOSED; -errno for what retrying cannot help.
 * Ownership: one reference, given up with rvx_close().
 * Thread: any number at once. */
RVX_API int rvx_accept(struct rvx_listener *listener, const struct rvx_ctx *ctx, struct rvx_conn **conn,
                       struct rvx_error *err);

/* Takes one more reference to a connection.  Thread: any. */
RVX_API struct rvx_conn *rvx_conn_ref(struct rvx_conn *conn);

/* Makes a connection of a connected stream socket. The descriptor is taken over on success.
 * Returns: 0; -ENOTSOCK, -ENOTCONN, -EINVAL; -ENOMEM. */
RVX_API int rvx_conn_from_fd(int fd, struct rvx_conn **conn, struct rvx_error *err);

/* Reads what is there, waiting for at least one byte.
 * Returns: the number of bytes, at most `len`; 0 at the end of the stream, or if len is 0; RVX_ETIMEOUT, also if the
 *          read deadline is past and data is ready; RVX_ECLOSED; -errno.
 * Thread: any. */
RVX_API ssize_t rvx_read(struct rvx_conn *conn, void *data, size_t len, struct rvx_error *err);

/* Reads exactly `len` bytes, unless the stream ends before.
 * Returns: len; less at the end of the stream; a negative code, with what came before it lost. */
RVX_API ssize_t rvx_read_full(struct rvx_conn *conn, void *data, size_t len, struct rvx_error *err);

/* Writes all of it, or fails.
 * written: may be NULL; receives how much went out, on failure too.
 * Returns: 0; RVX_ETIMEOUT; RVX_ECLOSED; -EPIPE, -ECONNRESET, -errno.
 * Thread: any; whole writes of several threads do not mix. */
RVX_API int rvx_write(struct rvx_conn *conn, const void *data, size_t len, size_t *written, struct rvx_error *err);

/* Closes and gives the reference up: blocked calls return RVX_ECLOSED. Data written before is still delivered.
 * conn: may be NULL.
 * Returns: 0; RVX_ECLOSED if it was closed before through another reference. */
RVX_API int rvx_close(struct rvx_conn *conn);

/* Half-close: no more reading, or no more writing (the peer then reads end of stream). The connection stays to be
 * closed.
 * Returns: 0; RVX_ECLOSED; -errno of shutdown(2).  Thread: any. */
RVX_API int rvx_close_read(struct rvx_conn *conn, struct rvx_error *err);
RVX_API int rvx_close_write(struct rvx_conn *conn, struct rvx_error *err);

/* Bound reading, writing or both, calls blocked right now included; a past deadline makes them fail with RVX_ETIMEOUT,
 * a later one revives the connection.
 * deadline: absolute, see time.h; 0 or RVX_FOREVER: none.
 * Returns: 0, RVX_ECLOSED.  Thread: any. */
RVX_API int rvx_set_deadline(struct rvx_conn *conn, rvx_time deadline);
RVX_API int rvx_set_read_deadline(struct rvx_conn *conn, rvx_time deadline);
RVX_API int rvx_set_write_deadline(struct rvx_conn *conn, rvx_time deadline);

/* Both ends. They live as long as the connection's handle, also after its close; never NULL.  Thread: any. */
RVX_API const struct rvx_addr *rvx_local_addr(const struct rvx_conn *conn);
RVX_API const struct rvx_addr *rvx_remote_addr(const struct rvx_conn *conn);

/* Lends the descriptor, for getsockopt(2) and kin. It stays the connection's: do not close it, and do not use it after
 * rvx_close().  Returns: the descriptor, or RVX_ECLOSED. */
RVX_API int rvx_conn_fd(const struct rvx_conn *conn);

/* Takes the descriptor out of a connection that no other thread uses, and gives the reference up as rvx_close() does.
 * Returns: the descriptor, now the caller's, still non-blocking; RVX_ECLOSED. */
RVX_API int rvx_conn_detach(struct rvx_conn *conn);

/* Serves one connection; rvx_serve() closes it afterwards. Has a thread to itself. To hang up, return. Who hands a
 * connection on takes a reference for that, but it is closed all the same when its handler returns. */
typedef void (*rvx_handler_fn)(void *arg, struct rvx_conn *conn);

/* Where handlers run instead, such as on the fibers of a scheduler. Borrowed for the rvx_serve() it is given to. */
struct rvx_executor {
    size_t size; /* sizeof(struct rvx_executor) */
    void *self;  /* handed to the slot */

    /* REQUIRED. Has run(arg) called, once, beside the caller: never inside this call.
     * stack_size: what it may need, in bytes.
     * Returns: 0; a negative code if that is not possible now: rvx_serve() tries again later. */
    int (*start)(void *self, void (*run)(void *arg), void *arg, size_t stack_size);
};

/* Options of rvx_serve(); zero means default everywhere. */
struct rvx_serve_opts {
    size_t size;        /* sizeof(struct rvx_serve_opts) */
    unsigned max_conns; /* connections at once; further ones wait in the backlog; default 1000 */
    rvx_time timeout;   /* read and write deadline of each connection, from its accept; default: none */
    rvx_time drain;     /* how long running connections may go on once the serving ends; default 30 s; negative: 0 */
    size_t stack_size;  /* of the threads, in bytes; default 128 KiB */

    /* Told of every error that serving goes on after; may be NULL.  arg: the handler's.
     * Callback: may end the serving, by the context's token or by closing the listener through its own reference. */
    void (*failed)(void *arg, const struct rvx_error *err);

    const struct rvx_executor *executor; /* default: a thread for each connection */
};

#define RVX_SERVE_OPTS_INIT { .size = sizeof(struct rvx_serve_opts) }

/* Accepts connections and hands each to `handler`, until `ctx` ends it (its token fired or its deadline passed) or the
 * listener is closed. Then it closes the listener at once, so that newcomers are refused, lets running connections
 * finish for opts->drain, closes those that have not, and waits for their handlers to return.
 * listener: its reference is given up in every case.  opts, ctx: may be NULL.
 * Returns: 0 if it ended as asked and every connection finished in time; RVX_ETIMEOUT if some had to be closed;
 *          -errno of an accept that cannot go on. */
RVX_API int rvx_serve(struct rvx_listener *listener, rvx_handler_fn handler, void *arg,
                      const struct rvx_serve_opts *opts, const struct rvx_ctx *ctx, struct rvx_error *err);

#ifdef __cplusplus
}
#endif

#endif
