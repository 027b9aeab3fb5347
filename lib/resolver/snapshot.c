/* snapshot.c - all configuration read so far, as one immutable thing, and the store that keeps the newest
 *
 * A snapshot is an array of files. Reading one, or making a table of one, makes a new snapshot that shares the others.
 * Reading takes place under a lock per file, so a long hosts file holds nobody up who wants a port; the lock to replace
 * the snapshot is held for some pointers' worth of copying. Lookups that need only what was read take neither.
 *
 * Who checks is decided by who moves `next_check` on. A file that cannot be read again keeps its old contents; one that
 * is gone is empty from then on. A file that could not be read for want of memory or descriptors is tried at once
 * again.
 *
 * Remarks are made after the locks are given up, since they go to a callback of the program.
 */
#include <config.h>

#include "resolver/snapshot.h"

#include <errno.h>
#include <string.h>

#include <resolvx/err.h>

#include "base/list.h"
#include "base/mem.h"

static void free_snapshot(struct rvx__snapshot *snapshot)
{
    for (int i = 0; i < RVX__CONF_N; i++)
        rvx__conffile_unref(snapshot->file[i]);
    rvx__free(snapshot);
}

const struct rvx__snapshot *rvx__snapshot_ref(const struct rvx__snapshot *snapshot)
{
    struct rvx__snapshot *counted = (struct rvx__snapshot *)(uintptr_t)snapshot;

    atomic_fetch_add_explicit(&counted->refs, 1, memory_order_relaxed);
    return snapshot;
}

void rvx__snapshot_unref(const struct rvx__snapshot *snapshot)
{
    struct rvx__snapshot *counted = (struct rvx__snapshot *)(uintptr_t)snapshot;

    if (counted != NULL && atomic_fetch_sub_explicit(&counted->refs, 1, memory_order_acq_rel) == 1)
        free_snapshot(counted);
}

static void drop_item(struct rvx__cell_item *item)
{
    rvx__snapshot_unref(RVX__OWNER(item, struct rvx__snapshot, item));
}

void rvx__store_init(struct rvx__store *store, const struct rvx__store_opts *opts)
{
    store->opts = *opts;
    rvx__cell_init(&store->cell, drop_item);
    atomic_init(&store->next_check, 0);
    atomic_init(&store->next_stat, 0);
    rvx__confwatch_init(&store->watch, opts->stat_only);
    pthread_mutex_init(&store->publish, NULL);
    for (int i = 0; i < RVX__CONF_N; i++) {
        pthread_mutex_init(&store->reading[i], NULL);
        store->last_error[i] = 0;
    }
}

void rvx__store_fini(struct rvx__store *store)
{
    rvx__cell_fini(&store->cell);
    rvx__confwatch_fini(&store->watch);
    pthread_mutex_destroy(&store->publish);
    for (int i = 0; i < RVX__CONF_N; i++)
        pthread_mutex_destroy(&store->reading[i]);
}

/* The newest snapshot with a reference, or NULL. */
static const struct rvx__snapshot *take_newest(struct rvx__store *store)
{
    unsigned place;
    const struct rvx__snapshot *snapshot = rvx__store_enter(store, &place);

    if (snapshot != NULL)
        rvx__snapshot_ref(snapshot);
    rvx__store_leave(store, place);
    return snapshot;
}

/* A copy of `old`, which may be NULL, that nobody else knows yet. */
static struct rvx__snapshot *copy_snapshot(const struct rvx__snapshot *old)
{
    struct rvx__snapshot *copy = rvx__calloc(1, sizeof *copy);

    if (copy == NULL)
        return NULL;
    atomic_init(&copy->refs, 1);
    atomic_init(&copy->modules_tried, false);
    for (int i = 0; old != NULL && i < RVX__CONF_N; i++) {
        if (old->file[i] != NULL)
            copy->file[i] = rvx__conffile_ref(old->file[i]);
    }
    return copy;
}

static void count_files(struct rvx__snapshot *snapshot)
{
    snapshot->have = 0;
    for (int i = 0; i < RVX__CONF_N; i++) {
        if (snapshot->file[i] != NULL)
            snapshot->have |= RVX__CONF_BIT(i);
    }
}

/* Makes a snapshot with `file` in its place the newest; `file` may be NULL to change nothing but what is derived.
 * Takes the reference over in any case. 0 or -ENOMEM. */
static int publish_file(struct rvx__store *store, struct rvx__conffile *file)
{
    const struct rvx__snapshot *old;
    struct rvx__snapshot *next;

    pthread_mutex_lock(&store->publish);
    old = take_newest(store);
    next = copy_snapshot(old);
    if (next != NULL) {
        if (file != NULL) {
            rvx__conffile_unref(next->file[file->conf]);
            next->file[file->conf] = file;
        }
        count_files(next);
        store->opts.derive(store->opts.derive_arg, next, old);
        rvx__cell_replace(&store->cell, &next->item);
    }
    pthread_mutex_unlock(&store->publish);
    rvx__snapshot_unref(old);
    if (next == NULL)
        rvx__conffile_unref(file);
    return next != NULL ? 0 : -ENOMEM;
}

void rvx__store_forget(struct rvx__store *store)
{
    pthread_mutex_lock(&store->publish);
    rvx__cell_replace(&store->cell, NULL);
    pthread_mutex_unlock(&store->publish);
}

static void log_remarks(const struct rvx__store *store, const struct rvx__conffile *file)
{
    const struct rvx__remarks *remarks = rvx__conffile_remarks(file);
    const char *path = store->opts.path[file->conf];

    if (remarks == NULL)
        return;
    for (uint32_t i = 0; i < remarks->n; i++) {
        const struct rvx__remark *remark = &remarks->items[i];
        const char *variable = rvx__conffile_variable(file, remark);

        if (variable != NULL)
            rvx__log(store->opts.log, RVX_LOG_WARNING, "%s: %s: %s", variable, rvx__remark_kind_text(remark->kind),
                     remark->text);
        else
            rvx__log(store->opts.log, RVX_LOG_WARNING, "%s:%u: %s: %s", path, (unsigned)remark->line,
                     rvx__remark_kind_text(remark->kind), remark->text);
    }
    if (remarks->total > remarks->n)
        rvx__log(store->opts.log, RVX_LOG_WARNING, "%s: %u more remarks", path,
                 (unsigned)(remarks->total - remarks->n));
}

static void log_error(const struct rvx__store *store, enum rvx__conf conf, int error)
{
    if (error < 0)
        rvx__log(store->opts.log, RVX_LOG_WARNING, "%s: %s", store->opts.path[conf], rvx_strerror(error));
}

/* Does the error pass by itself? Then the next lookup shall try again. */
static bool is_passing(int error)
{
    return rvx_is_temporary(error);
}

static struct rvx__conffile *find_file(const struct rvx__snapshot *snapshot, enum rvx__conf conf)
{
    return snapshot != NULL ? snapshot->file[conf] : NULL;
}

/* Has the next lookup check all files. */
static void check_soon(struct rvx__store *store)
{
    atomic_store(&store->next_stat, 0);
    atomic_store(&store->next_check, 0);
}

/* Reads a file that was not read before. */
static int read_first(struct rvx__store *store, enum rvx__conf conf)
{
    const struct rvx__snapshot *snapshot;
    struct rvx__conffile *file = NULL;
    int rc = 0;

    pthread_mutex_lock(&store->reading[conf]);
    snapshot = take_newest(store);
    if (find_file(snapshot, conf) == NULL) {
        if (atomic_load(&store->watch.on))
            rvx__confwatch_follow(&store->watch, conf, store->opts.path[conf]);
        else if (!store->opts.stat_only)
            atomic_store(&store->next_stat, 0); /* the next check begins the watching */
        rc = rvx__conffile_read(conf, store->opts.path[conf], &store->opts.env, &file);
        if (rc == 0) {
            store->last_error[conf] = file->error;
            rc = publish_file(store, rvx__conffile_ref(file));
        }
    }
    pthread_mutex_unlock(&store->reading[conf]);
    if (rc == 0 && file != NULL) {
        if (is_passing(file->error))
            check_soon(store);
        log_error(store, conf, file->error);
        log_remarks(store, file);
    }
    rvx__conffile_unref(file);
    rvx__snapshot_unref(snapshot);
    return rc;
}

/* Makes the table of what was read; NULL if that cannot be done now. */
static struct rvx__conffile *make_table(const struct rvx__store *store, const struct rvx__conffile *bytes)
{
    struct rvx__conffile *table;
    struct rvx__map_seed seed;

    if (store->opts.rnd->fill(store->opts.rnd->self, &seed, sizeof seed) < 0)
        return NULL;
    return rvx__conffile_index(bytes, seed, &table) == 0 ? table : NULL;
}

/* What to do about a file that was read again: keep the old contents if there are some and no new ones. */
static bool is_worth_it(const struct rvx__conffile *old, const struct rvx__conffile *file)
{
    return file->error == 0 || (old->error < 0 && old->error != file->error);
}

/* Reads a file and, if it was a table before, makes it one again. */
static int read_like(struct rvx__store *store, const struct rvx__conffile *old, struct rvx__conffile **file)
{
    int rc = rvx__conffile_read(old->conf, store->opts.path[old->conf], &store->opts.env, file);
    struct rvx__conffile *table;

    if (rc < 0 || !old->is_table || (*file)->is_table || (*file)->error < 0)
        return rc;
    table = make_table(store, *file);
    if (table != NULL) {
        rvx__conffile_unref(*file);
        *file = table;
    }
    return 0;
}

/* Reads a file again; its lock is held. *error: what to remark. */
static void read_again(struct rvx__store *store, struct rvx__conffile *old, struct rvx__conffile **file, int *error)
{
    enum rvx__conf conf = old->conf;
    int rc = read_like(store, old, file);
    int now = rc < 0 ? rc : (*file)->error;

    *error = now != store->last_error[conf] ? now : 0;
    store->last_error[conf] = now;
    if (rc == 0 && is_worth_it(old, *file))
        rc = publish_file(store, rvx__conffile_ref(*file));
    if (rc < 0 || is_passing(now))
        check_soon(store);
}

/* Does resolv.conf say that it is not to be read again? */
static bool is_final(const struct rvx__conffile *file)
{
    return file->conf == RVX__CONF_RESOLV && file->error == 0 &&
           (file->resolv->options & RVX__RESOLVCONF_NO_RELOAD) != 0;
}

/* Reads a file again if it has changed, or if it is said that it may have. */
static void check_file(struct rvx__store *store, enum rvx__conf conf, bool told)
{
    const struct rvx__snapshot *snapshot;
    struct rvx__conffile *old, *file = NULL;
    int error = 0;

    if (pthread_mutex_trylock(&store->reading[conf]) != 0)
        return;
    snapshot = take_newest(store);
    old = find_file(snapshot, conf);
    if (old != NULL && (told || !rvx__confwatch_follows(&store->watch, conf)))
        rvx__confwatch_follow(&store->watch, conf, store->opts.path[conf]);
    if (old != NULL && !is_final(old) && (told || rvx__conffile_is_stale(old, store->opts.path[conf])))
        read_again(store, old, &file, &error);
    pthread_mutex_unlock(&store->reading[conf]);
    log_error(store, conf, error);
    if (file != NULL && file->error == 0) {
        rvx__stats_add(store->opts.stats, RVX__STAT_RELOADS, 1);
        rvx__log(store->opts.log, RVX_LOG_INFO, "%s: read again", store->opts.path[conf]);
        log_remarks(store, file);
    }
    rvx__conffile_unref(file);
    rvx__snapshot_unref(snapshot);
}

/* When to check next. The first check with inotify comes soon: it begins the watching. */
static rvx_time find_next(const struct rvx__store *store, rvx_time now)
{
    return rvx__time_add(now, store->opts.stat_only ? RVX__STORE_CHECK_INTERVAL : RVX__STORE_LOOK_INTERVAL);
}

void rvx__store_check(struct rvx__store *store)
{
    const struct rvx__clock *clock = store->opts.clock;
    rvx_time now = clock->coarse(clock->self);
    rvx_time due = atomic_load(&store->next_check);
    bool look;
    unsigned told;

    if (now < due)
        return;
    if (!atomic_compare_exchange_strong(&store->next_check, &due, find_next(store, now)))
        return;
    told = rvx__confwatch_poll(&store->watch);
    look = now >= atomic_load(&store->next_stat);
    if (look)
        atomic_store(&store->next_stat, rvx__time_add(now, RVX__STORE_CHECK_INTERVAL));
    for (int i = 0; i < RVX__CONF_N; i++) {
        if (look || (told & RVX__CONF_BIT(i)) != 0)
            check_file(store, (enum rvx__conf)i, (told & RVX__CONF_BIT(i)) != 0);
    }
}

int rvx__store_get(struct rvx__store *store, unsigned need, const struct rvx__snapshot **snapshot)
{
    *snapshot = NULL;
    if (rvx__store_is_due(store))
        rvx__store_check(store);
    for (;;) {
        unsigned lack;
        int rc = 0;

        *snapshot = take_newest(store);
        lack = *snapshot != NULL ? need & ~(*snapshot)->have : need;
        if (*snapshot != NULL && lack == 0)
            return 0;
        rvx__snapshot_unref(*snapshot);
        *snapshot = NULL;
        for (int i = 0; i < RVX__CONF_N && rc == 0; i++) {
            if (lack & RVX__CONF_BIT(i))
                rc = read_first(store, (enum rvx__conf)i);
        }
        if (rc == 0 && lack == 0)
            rc = publish_file(store, NULL);
        if (rc < 0)
            return rc;
    }
}

static bool is_ready(const struct rvx__conffile *file)
{
    return file != NULL && !file->is_table && file->error == 0 && atomic_load(&file->scans) >= RVX__STORE_SCANS_MAX;
}

void rvx__store_settle(struct rvx__store *store, enum rvx__conf conf)
{
    const struct rvx__snapshot *snapshot;
    struct rvx__conffile *file, *table = NULL;
    int rc = 0;

    if (pthread_mutex_trylock(&store->reading[conf]) != 0)
        return;
    snapshot = take_newest(store);
    file = find_file(snapshot, conf);
    if (is_ready(file))
        table = make_table(store, file);
    if (table != NULL)
        rc = publish_file(store, rvx__conffile_ref(table));
    pthread_mutex_unlock(&store->reading[conf]);
    if (table != NULL && rc == 0)
        log_remarks(store, table);
    rvx__conffile_unref(table);
    rvx__snapshot_unref(snapshot);
}
