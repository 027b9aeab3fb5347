/* etc.h - a directory of configuration files for a test, and a clock that only moves when it is told to
 *
 * Nobody can find out what address this machine would send from, so that the order of addresses is the same on all
 * machines: IPv4 first. A test that wants it otherwise puts its own calls in base.sockops.
 *
 *     struct etc etc;
 *
 *     etc_init(&etc);
 *     etc_write(&etc, "hosts", "192.0.2.1 a\n");
 *     resolver = etc_resolver(&etc, NULL);
 *     ...
 *     rvx_resolver_free(resolver);
 *     etc_fini(&etc);
 */
#ifndef TESTS_SUPPORT_ETC_H
#define TESTS_SUPPORT_ETC_H

#include <stdbool.h>

#include <resolvx/resolver.h>

#include "resolver/resolver.h"

struct etc {
    char dir[64];
    struct rvx__clock clock;
    _Atomic rvx_time now;
    struct rvx__sockops sockops;    /* the system's, but no source address can be found out */
    struct rvx__resolver_base base; /* the system's, but for the clock and these */
    struct rvx_resolver_opts opts;  /* etc_dir and db_dir are `dir` */
};

void etc_init(struct etc *etc); /* clears RESOLVX and the like too */
void etc_fini(struct etc *etc); /* removes the files too */

/* Lets time pass. */
void etc_pass(struct etc *etc, rvx_time duration);

/* Writes a file in place, or puts a new one in its place by rename(2). */
void etc_write(struct etc *etc, const char *name, const char *text);
void etc_replace(struct etc *etc, const char *name, const char *text);
void etc_remove(struct etc *etc, const char *name);
const char *etc_path(const struct etc *etc, const char *name, char path[128]);

/* Makes a resolver with etc->opts on etc->base. */
struct rvx_resolver *etc_resolver(struct etc *etc);

#endif
