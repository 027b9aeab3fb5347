/* bind.h - making one listening socket */
#ifndef RVX_NET_BIND_H
#define RVX_NET_BIND_H

#include <stdbool.h>

#include <resolvx/net.h>

#include "net/listener.h"
#include "net/tune.h"
#include "sock/ops.h"

/* What all sockets of one rvx_listen() have in common. */
struct rvx__bind {
    const struct rvx__sockops *ops;
    const struct rvx_listen_opts *opts; /* checked */
    const char *network;                /* static; as asked for */
    int type;                           /* SOCK_STREAM or SOCK_SEQPACKET */
    int backlog;
    struct rvx__tune tune;
};

/* Where one of them goes. */
struct rvx__bind_place {
    struct rvx_addr addr;
    bool only_v6;
};

/* Makes a socket, binds it, makes it listen, and adds it to `listener`. What a failure leaves behind there is the
 * listener's to free.
 * Returns: 0; -errno; -ENOMEM; what the control hook returned. */
int rvx__bind_socket(const struct rvx__bind *bind, const struct rvx__bind_place *place, struct rvx_listener *listener,
                     struct rvx_error *err);

#endif
