/* snapshot.h - all configuration read so far, as one immutable thing, and the store that keeps the newest
 *
 * Files are read when they are first needed. From then on they are checked for change by whichever lookup comes first:
 * what inotify(7) has to tell at most every 50 ms, and stat(2) at most every 5 seconds. That lookup alone reads a
 * changed file again, while all others go on with the old one. What a lookup has taken stays as it is for as long as
 * it holds it. A store that lives less than 50 ms watches nothing: closing inotify takes the kernel its time.
 */
#ifndef RVX_RESOLVER_SNAPSHOT_H
#define RVX_RESOLVER_SNAPSHOT_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "base/clock.h"
#include "base/list.h"
#include "base/log.h"
#include "base/rnd.h"
#include "resolver/cell.h"
#include "resolver/conffile.h"
#include "resolver/confwatch.h"
#include "resolver/dnsview.h"
#include "resolver/plan.h"
#include "resolver/stats.h"

#define RVX__STORE_CHECK_INTERVAL RVX_SECONDS(5)      /* stat(2) */
#define RVX__STORE_LOOK_INTERVAL RVX_MILLISECONDS(50) /* inotify(7) */

/* From this many scans on, a table is worth making: it costs about as much as so many scans of the whole file. */
#define RVX__STORE_SCANS_MAX 16

struct rvx__snapshot {
    struct rvx__cell_item item;
    atomic_uint refs;
    atomic_bool modules_tried;                 /* the modules that the files name were looked for */
    unsigned have;                             /* RVX__CONF_BIT() of the files that were read */
    struct rvx__conffile *file[RVX__CONF_N];   /* NULL: not needed so far */
    struct rvx__plan hosts;                    /* for a name without rules of its own; as far as the files allow */
    struct rvx__plan ports;                    /* likewise */
    const struct rvx__services *ports_at_once; /* ports come from this table, then the built-in one, and nothing else */
    const struct rvx__dns_view *dns;           /* the next, or NULL: resolv.conf or gai.conf were not needed so far */
    struct rvx__dns_view dns_view;
};

/* How a store works; borrowed for its life. */
struct rvx__store_opts {
    const char *const *path; /* RVX__CONF_N of them */
    const struct rvx__log *log;
    const struct rvx__clock *clock;
    const struct rvx__rnd *rnd;
    struct rvx__conffile_env env;
    struct rvx__stats *stats; /* counts reloads */
    bool stat_only;           /* no inotify */
    /* old: the one before, or NULL */
    void (*derive)(void *arg, struct rvx__snapshot *snapshot,
                   const struct rvx__snapshot *old); /* fills in what comes after `file`; pure */
    void *derive_arg;
};

struct rvx__store {
    struct rvx__store_opts opts;
    struct rvx__cell cell;       /* struct rvx__snapshot */
    _Atomic rvx_time next_check; /* of any kind */
    _Atomic rvx_time next_stat;
    struct rvx__confwatch watch;
    pthread_mutex_t publish;              /* held to replace the snapshot */
    pthread_mutex_t reading[RVX__CONF_N]; /* held to read a file */
    int last_error[RVX__CONF_N];          /* of reading again, to remark it once; under `reading` */
};

void rvx__store_init(struct rvx__store *store, const struct rvx__store_opts *opts);
void rvx__store_fini(struct rvx__store *store);

/* Is it time to check the files? */
static inline bool rvx__store_is_due(struct rvx__store *store)
{
    const struct rvx__clock *clock = store->opts.clock;

    return clock->coarse(clock->self) >= atomic_load_explicit(&store->next_check, memory_order_relaxed);
}

/* Checks the files if it is time, and nobody else is about it. */
void rvx__store_check(struct rvx__store *store);

/* Takes the newest snapshot that has the files of the bits `need`, reading what was not read before.
 * Returns: 0; -ENOMEM.  Ownership: one reference. */
int rvx__store_get(struct rvx__store *store, unsigned need, const struct rvx__snapshot **snapshot);

/* Looks at the newest snapshot for a moment; NULL if there is none yet. As cell.h. */
static inline const struct rvx__snapshot *rvx__store_enter(struct rvx__store *store, unsigned *place)
{
    struct rvx__cell_item *item = rvx__cell_enter(&store->cell, place);

    return item != NULL ? RVX__OWNER(item, struct rvx__snapshot, item) : NULL;
}

static inline void rvx__store_leave(struct rvx__store *store, unsigned place)
{
    rvx__cell_leave(&store->cell, place);
}

/* Makes a table of a file that was scanned often enough, unless it is one or somebody else is about it. */
void rvx__store_settle(struct rvx__store *store, enum rvx__conf conf);

/* Forgets everything, because what `derive` depends on has changed; files are read again when they are needed. */
void rvx__store_forget(struct rvx__store *store);

const struct rvx__snapshot *rvx__snapshot_ref(const struct rvx__snapshot *snapshot);
void rvx__snapshot_unref(const struct rvx__snapshot *snapshot); /* may be NULL */

#endif
