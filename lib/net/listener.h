/* listener.h - a listener from the inside: one or more listening sockets behind one netfd */
#ifndef RVX_NET_LISTENER_H
#define RVX_NET_LISTENER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include <resolvx/net.h>

#include "net/netfd.h"
#include "net/tune.h"
#include "sock/ops.h"

/* One listening socket. */
struct rvx__listener_socket {
    int fd;              /* -1: none yet */
    const char *network; /* static; that of the connections it accepts */
    struct rvx_addr addr;
    struct rvx__tune tune;
    bool owns_file; /* a Unix socket whose file we made and have to remove */
    dev_t dev;      /* which file that was */
    ino_t ino;
};

struct rvx_listener {
    atomic_uint refs;
    struct rvx__netfd netfd;
    const struct rvx__sockops *ops;
    const char *network; /* static; as asked for */
    size_t n;
    struct rvx__listener_socket **sockets; /* each allocated alone, so that addresses stay put when sockets move */
    struct pollfd *fds;                    /* n + 1; of the accept that has the turn */
    size_t next;                           /* the socket to try first; likewise */
};

/* Makes a listener without sockets.  network: static.  Returns: one reference; NULL when out of memory. */
struct rvx_listener *rvx__listener_new(const struct rvx__sockops *ops, const char *network);

/* Makes a socket that is nothing yet and adds it.
 * Returns: the socket, the listener's to close and free; NULL when out of memory. */
struct rvx__listener_socket *rvx__listener_add(struct rvx_listener *listener, const char *network);

/* Closes and frees all sockets. The netfd must be closed, or unknown to anybody else. */
void rvx__listener_clear(struct rvx_listener *listener);

/* Fills `err` for a call on the listener that ended with `code`, an error or not, and returns the code.
 * socket: the one it is about; NULL: the first. */
int rvx__listener_tell(const struct rvx_listener *listener, const struct rvx__listener_socket *socket,
                       const char *syscall, int code, struct rvx_error *err);

#endif
