/* sockets.h - from the ADDRESSes typed to one listener */
#ifndef RESOLVX_LISTEN_SOCKETS_H
#define RESOLVX_LISTEN_SOCKETS_H

#include <resolvx/net.h>
#include <resolvx/wait.h>

#include "resolvx_listen/options.h"
#include "resolvx_listen/output.h"

/* Listens on every address; what cannot be listened on is said on standard error.
 * listener: set to NULL on failure, which includes an early end by the context.
 * Returns: 0, or the exit status. */
int sockets_open(const struct listen_options *options, char **addresses, int addresses_n, const struct rvx_ctx *ctx,
                 struct rvx_listener **listener);

/* Prints where it listens. */
void sockets_announce(const struct rvx_listener *listener, const struct listen_options *options, struct output *output);

#endif
