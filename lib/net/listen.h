/* listen.h - rvx_listen() with the machine behind it replaceable */
#ifndef RVX_NET_LISTEN_H
#define RVX_NET_LISTEN_H

#include <resolvx/net.h>

#include "sock/caps.h"
#include "sock/ops.h"

/* Where rvx_listen() works. */
struct rvx__listen_env {
    const struct rvx__sockops *ops;
    const struct rvx__caps *caps; /* NULL: to be probed when they matter */
};

/* rvx_listen() there, for what stands in `opts` and `ctx` of the call. */
struct rvx__listen_call {
    struct rvx_resolver *resolver;
    const char *network;
    const char *address;
    const struct rvx_listen_opts *opts;
    const struct rvx_ctx *ctx;
};

int rvx__listen(const struct rvx__listen_env *env, const struct rvx__listen_call *call, struct rvx_listener **listener,
                struct rvx_error *err);

#endif
