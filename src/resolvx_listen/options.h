/* options.h - what the command line of resolvx-listen says */
#ifndef RESOLVX_LISTEN_OPTIONS_H
#define RESOLVX_LISTEN_OPTIONS_H

#include <stdbool.h>

#include <resolvx/time.h>

#include "cli.h"

struct listen_options {
    int network; /* index of listen_networks */
    int handler; /* index of handlers.h's names */
    bool print_port;
    bool all_addresses;
    bool quiet;
    long max_conns;
    rvx_time timeout; /* 0: none */
    rvx_time drain;
};

#define LISTEN_OPTIONS_INIT { .max_conns = 1000, .timeout = RVX_SECONDS(60), .drain = RVX_SECONDS(10) }

#define LISTEN_STATUS_USAGE 100

extern const char *const listen_networks[];
extern const struct cli_program listen_program;

#endif
