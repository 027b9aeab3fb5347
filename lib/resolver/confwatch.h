/* confwatch.h - hears from the kernel when a configuration file may have changed, by inotify(7) on the way to it */
#ifndef RVX_RESOLVER_CONFWATCH_H
#define RVX_RESOLVER_CONFWATCH_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "resolver/conffile.h"

#define RVX__CONFWATCH_POINTS_MAX 16

/* A name in a directory that is watched. */
struct rvx__confwatch_point {
    int wd;
    uint32_t hash; /* of the name; another one with the same costs a look too many */
};

/* The names on the way to a file. */
struct rvx__confwatch_way {
    struct rvx__confwatch_point points[RVX__CONFWATCH_POINTS_MAX];
    unsigned n;
    bool followed;
};

struct rvx__confwatch {
    atomic_bool on; /* false: not yet, or not to be had */
    bool never;
    pthread_mutex_t lock; /* over the rest */
    int fd;
    pid_t pid; /* whose it is: a forked child would take its parent's events away */
    struct rvx__confwatch_way ways[RVX__CONF_N];
};

/* never: watch nothing. */
void rvx__confwatch_init(struct rvx__confwatch *watch, bool never);
void rvx__confwatch_fini(struct rvx__confwatch *watch);

/* Watches a path: its directory, and that of every symbolic link on the way. To be called before the file is read, and
 * again before it is read again, for the way may have changed. False if that was not possible now. */
bool rvx__confwatch_follow(struct rvx__confwatch *watch, enum rvx__conf conf, const char *path);

/* Is that file being watched? */
bool rvx__confwatch_follows(struct rvx__confwatch *watch, enum rvx__conf conf);

/* The files that may have changed since the last call: RVX__CONF_BIT(). Does not wait. */
unsigned rvx__confwatch_poll(struct rvx__confwatch *watch);

#endif
