/* options.h - what the command line of lookup-port says */
#ifndef LOOKUP_PORT_OPTIONS_H
#define LOOKUP_PORT_OPTIONS_H

#include <stdbool.h>

#include "cli.h"

enum status {
    STATUS_FOUND = 0,
    STATUS_UNKNOWN = 1, /* no such port or network */
    STATUS_USAGE = 2
};

enum backend {
    BACKEND_FILES,
    BACKEND_BUILTIN,
    BACKEND_LIBC
};

struct options {
    bool all;
    bool explain;
    bool json;
    long reverse;         /* -1: not asked for */
    int backend;          /* enum backend; -1: what the system is set up for */
    const char *services; /* NULL: the system's */
};

#define OPTIONS_INIT { .reverse = -1, .backend = -1 }

extern const char *const backends[];
extern const struct cli_program lookup_program;

#endif
