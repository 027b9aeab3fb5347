/* options.h - what the command line of resolvx says */
#ifndef RESOLVX_LOOKUP_OPTIONS_H
#define RESOLVX_LOOKUP_OPTIONS_H

#include <stdbool.h>

#include <resolvx/time.h>

#include "cli.h"

enum status {
    STATUS_FOUND = 0,
    STATUS_NOT_FOUND = 1,
    STATUS_USAGE = 2,
    STATUS_TEMPORARY = 3 /* no answer for now: asking again later may help */
};

struct options {
    bool json;
    bool brief; /* --short */
    bool tcp;
    bool trace;
    bool no_cache;
    long concurrency;
    rvx_time timeout; /* of each lookup; 0: what resolv.conf gives */
    int network;      /* index into networks */
    const char *etc;
    const char *order;
    const char *modules;
    struct cli_list servers;
};

#define OPTIONS_INIT { .concurrency = 64 }

extern const char *const networks[];
extern const struct cli_program resolvx_program;

#endif
