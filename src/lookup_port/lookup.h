/* lookup.h - what the lookups of one command line share, and the three kinds of them
 *
 * Each looks one thing up, prints what came of it, and returns the exit status for it.
 */
#ifndef LOOKUP_PORT_LOOKUP_H
#define LOOKUP_PORT_LOOKUP_H

#include <resolvx/resolver.h>

#include "json.h"
#include "lookup_port/options.h"

struct lookup {
    const struct options *options;
    struct rvx_resolver *resolver;
    const char *network; /* NULL: tcp, then udp */
    struct json json;
};

/* The exit status for what a call of the library returned. */
int lookup_status(int code);

/* The port of a service. */
int lookup_port(struct lookup *lookup, const char *service);

/* The entries of a service, or their official names. */
int lookup_by_name(struct lookup *lookup, const char *service);

/* The entries of a port, or their official names. */
int lookup_by_port(struct lookup *lookup, long port);

#endif
