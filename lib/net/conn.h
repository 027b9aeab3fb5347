/* conn.h - a connection from the inside */
#ifndef RVX_NET_CONN_H
#define RVX_NET_CONN_H

#include <stdatomic.h>

#include <resolvx/net.h>

#include "net/netfd.h"
#include "sock/ops.h"

struct rvx_conn {
    atomic_uint refs;
    struct rvx__netfd netfd;
    const struct rvx__sockops *ops;
    int fd;
    const char *network; /* static: "tcp", "tcp4", "tcp6", "unix", "unixpacket" */
    struct rvx_addr local;
    struct rvx_addr remote;
};

/* Makes a connection that has no descriptor yet; the maker sets fd, network and both addresses before anybody else
 * sees it.
 * Returns: one reference; NULL when out of memory. */
struct rvx_conn *rvx__conn_new(const struct rvx__sockops *ops);

/* Gives a reference up without closing. */
void rvx__conn_unref(struct rvx_conn *conn);

#endif
