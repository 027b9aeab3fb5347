/* modules.h - backends from shared objects, loaded when a source that nobody answers for is named */
#ifndef RVX_RESOLVER_MODULES_H
#define RVX_RESOLVER_MODULES_H

#include <pthread.h>
#include <stdbool.h>

struct rvx_resolver;
struct rvx__snapshot;
struct rvx__module;

struct rvx__modules {
    pthread_mutex_t lock;
    struct rvx__module *tried; /* the names that were looked for, found or not */
};

void rvx__modules_init(struct rvx__modules *modules);
void rvx__modules_fini(struct rvx__modules *modules);

/* Loads what the resolver's orders and the nsswitch.conf of a snapshot name and nobody answers for; each name is tried
 * once. Nothing without the option module_dir. What fails is told to the log.
 * Returns: whether the snapshot is still the newest; with another backend, whoever loaded it, it no longer is. */
bool rvx__modules_load(struct rvx_resolver *resolver, struct rvx__snapshot *snapshot);

#endif
