/* tune.h - the options every TCP connection gets: TCP_NODELAY and keep-alive */
#ifndef RVX_NET_TUNE_H
#define RVX_NET_TUNE_H

#include <stdbool.h>

#include <resolvx/net.h>

#include "sock/ops.h"

/* Zeroed: leave the socket as it is. */
struct rvx__tune {
    bool nodelay;
    bool keepalive;
    int idle_s;
    int interval_s;
    int count;
};

/* What a listener's options ask for.  Returns: 0 or RVX_EOPTIONS. */
int rvx__tune_init(struct rvx__tune *tune, const struct rvx_listen_opts *opts, struct rvx_error *err);

/* Sets them on a connected TCP socket. A system that lacks one of them still has a working connection: no error. */
void rvx__tune_apply(const struct rvx__tune *tune, const struct rvx__sockops *ops, int fd);

#endif
