/* handlers.h - what a client gets */
#ifndef RESOLVX_LISTEN_HANDLERS_H
#define RESOLVX_LISTEN_HANDLERS_H

#include <resolvx/net.h>
#include <resolvx/time.h>

#include "resolvx_listen/output.h"

/* The argument of every handler. */
struct service {
    struct output *output;
    rvx_time timeout; /* for each read and write; 0: none */
    bool quiet;
};

extern const char *const handler_names[];

/* The handlers, in the order of their names. */
extern const rvx_handler_fn handler_functions[];

#endif
