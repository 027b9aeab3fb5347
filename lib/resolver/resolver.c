/* resolver.c - making and ending resolvers, and their backends
 *
 * A resolver ends with its last reference. Lookups hold one, and so do the jobs of workers, which may outlive their
 * lookup; the end may therefore come on a worker's thread.
 *
 * Backends are kept in a list that only grows, newest first, so that looking one up needs no lock, and a lookup that
 * began with a backend can go on with it after another one has taken its name.
 */
#include <config.h>

#include "resolver/resolver.h"

#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/opts.h"
#include "resolver/question.h"

#define QUEUE_MAX 100000 /* jobs that wait for a worker */

const struct rvx__resolver_base rvx__resolver_base_system = {
    .clock = &rvx__clock_system,
    .rnd = &rvx__rnd_system,
    .sockops = &rvx__sockops_system,
    .libc = &rvx__libc_system,
    .machine = &rvx__machine_system,
};

static const struct rvx_backend_ops *const builtin_ops[RVX__BUILTIN_BACKENDS_N] = {
    &rvx__be_files,
    &rvx__be_builtin,
    &rvx__be_localhost,
    &rvx__be_dns,
    &rvx__be_libc,
    &rvx__be_myhostname,
};

static void add_backend(struct rvx_resolver *resolver, struct rvx__backend *backend)
{
    backend->next = atomic_load(&resolver->backends);
    while (!atomic_compare_exchange_weak(&resolver->backends, &backend->next, backend))
        ;
}

/* What a built-in backend gets as its handle; none changes it. */
static void *find_handle(const struct rvx__resolver_base *base, const struct rvx_backend_ops *ops)
{
    const void *handle = ops == &rvx__be_myhostname ? (const void *)base->machine : base->libc;

    return (void *)(uintptr_t)handle;
}

static void add_builtin_backends(struct rvx_resolver *resolver)
{
    for (int i = 0; i < RVX__BUILTIN_BACKENDS_N; i++) {
        struct rvx__backend *backend = &resolver->builtin[i];

        backend->ops = builtin_ops[i];
        backend->handle = find_handle(resolver->base, builtin_ops[i]);
        add_backend(resolver, backend);
    }
}

const struct rvx__backend *rvx__resolver_find_backend(const struct rvx_resolver *resolver, const char *name,
                                                      unsigned caps)
{
    const struct rvx__backend *backend = atomic_load_explicit(&resolver->backends, memory_order_acquire);

    while (backend != NULL && ((backend->ops->caps & caps) == 0 || strcmp(backend->ops->name, name) != 0))
        backend = backend->next;
    return backend;
}

static void init_resolver(struct rvx_resolver *resolver, const struct rvx__resolver_base *base)
{
    const struct rvx__store_opts store = {
        .path = resolver->options.path,
        .log = &resolver->options.log,
        .clock = base->clock,
        .rnd = base->rnd,
        .env = {.hostname = base->machine->hostname, .resolv_lines = resolver->options.dns.environment},
        .stats = &resolver->stats,
        .stat_only = base->stat_only,
        .derive = rvx__derive,
        .derive_arg = resolver,
    };

    resolver->base = base;
    atomic_init(&resolver->refs, 1);
    atomic_init(&resolver->weak, 1);
    atomic_init(&resolver->backends, NULL);
    atomic_init(&resolver->pool, NULL);
    atomic_init(&resolver->codec, NULL);
    atomic_init(&resolver->questions, NULL);
    rvx__modules_init(&resolver->modules);
    rvx__store_init(&resolver->store, &store);
    rvx__srcaddr_init(&resolver->srcaddr, base->sockops, base->clock);
    add_builtin_backends(resolver);
}

int rvx__resolver_new_on(const struct rvx__resolver_base *base, const struct rvx_resolver_opts *opts,
                         struct rvx_resolver **resolver, struct rvx_error *err)
{
    struct rvx_resolver *new = rvx__calloc(1, sizeof *new);
    int rc;

    *resolver = NULL;
    if (new == NULL)
        return rvx__error_plain(err, -ENOMEM);
    rc = rvx__options_init(&new->options, opts, err);
    if (rc < 0) {
        rvx__free(new);
        return rc;
    }
    init_resolver(new, base);
    *resolver = new;
    return rvx__error_none(err);
}

int rvx_resolver_new(const struct rvx_resolver_opts *opts, struct rvx_resolver **resolver, struct rvx_error *err)
{
    return rvx__resolver_new_on(&rvx__resolver_base_system, opts, resolver, err);
}

struct rvx_resolver *rvx_resolver_ref(struct rvx_resolver *resolver)
{
    if (resolver != NULL)
        atomic_fetch_add_explicit(&resolver->refs, 1, memory_order_relaxed);
    return resolver;
}

bool rvx__resolver_try_ref(struct rvx_resolver *resolver)
{
    unsigned refs = atomic_load_explicit(&resolver->refs, memory_order_relaxed);

    while (refs > 0 && !atomic_compare_exchange_weak(&resolver->refs, &refs, refs + 1))
        ;
    return refs > 0;
}

struct rvx_resolver *rvx__resolver_ref_weak(struct rvx_resolver *resolver)
{
    atomic_fetch_add_explicit(&resolver->weak, 1, memory_order_relaxed);
    return resolver;
}

void rvx__resolver_unref_weak(struct rvx_resolver *resolver)
{
    if (resolver != NULL && atomic_fetch_sub_explicit(&resolver->weak, 1, memory_order_acq_rel) == 1)
        rvx__free(resolver);
}

static void close_backends(struct rvx_resolver *resolver)
{
    struct rvx__backend *backend = atomic_load(&resolver->backends);

    while (backend != NULL) {
        struct rvx__backend *next = backend->next;

        if (backend->ops->close != NULL)
            backend->ops->close(backend->handle);
        if (backend < resolver->builtin || backend >= resolver->builtin + RVX__BUILTIN_BACKENDS_N)
            rvx__free(backend);
        backend = next;
    }
}

void rvx_resolver_free(struct rvx_resolver *resolver)
{
    if (resolver == NULL || atomic_fetch_sub_explicit(&resolver->refs, 1, memory_order_acq_rel) > 1)
        return;
    rvx__loops_fini(&resolver->loops);
    rvx__pool_free(atomic_load(&resolver->pool));
    close_backends(resolver);
    rvx__srcaddr_fini(&resolver->srcaddr);
    rvx__questions_free(atomic_load(&resolver->questions));
    rvx__store_fini(&resolver->store);
    rvx__modules_fini(&resolver->modules);
    rvx__options_fini(&resolver->options);
    rvx__codec_unref(atomic_load(&resolver->codec));
    rvx__resolver_unref_weak(resolver);
}

/* What the counters are called outside, in the order of enum rvx__stat. */
static struct rvx_resolver_stats read_stats(const struct rvx__stats *stats)
{
    return (struct rvx_resolver_stats){
        .lookups = rvx__stats_read(stats, RVX__STAT_LOOKUPS),
        .queries = rvx__stats_read(stats, RVX__STAT_QUERIES),
        .replies = rvx__stats_read(stats, RVX__STAT_REPLIES),
        .tcp = rvx__stats_read(stats, RVX__STAT_TCP),
        .retries = rvx__stats_read(stats, RVX__STAT_RETRIES),
        .timeouts = rvx__stats_read(stats, RVX__STAT_TIMEOUTS),
        .hedges = rvx__stats_read(stats, RVX__STAT_HEDGES),
        .near_misses = rvx__stats_read(stats, RVX__STAT_NEAR_MISSES),
        .broken = rvx__stats_read(stats, RVX__STAT_BROKEN),
        .off_chain = rvx__stats_read(stats, RVX__STAT_OFF_CHAIN),
        .cache_hits = rvx__stats_read(stats, RVX__STAT_CACHE_HITS),
        .cache_negative_hits = rvx__stats_read(stats, RVX__STAT_CACHE_NEGATIVE_HITS),
        .cache_stale = rvx__stats_read(stats, RVX__STAT_CACHE_STALE),
        .cache_misses = rvx__stats_read(stats, RVX__STAT_CACHE_MISSES),
        .merged = rvx__stats_read(stats, RVX__STAT_MERGED),
        .reloads = rvx__stats_read(stats, RVX__STAT_RELOADS),
    };
}

int rvx_resolver_stats(struct rvx_resolver *resolver, struct rvx_resolver_stats *stats)
{
    struct rvx_resolver_stats now = read_stats(&resolver->stats);
    struct rvx__cache_size cache;
    size_t size = stats->size;

    if (size < sizeof size || size > RVX__OPTS_SIZE_MAX)
        return RVX_EOPTIONS;
    if (size > sizeof now)
        memset((char *)stats + sizeof now, 0, size - sizeof now);
    rvx__cache_size(rvx__resolver_cache(resolver), &cache);
    now.cache_bytes = cache.bytes;
    now.cache_entries = cache.entries;
    now.size = size;
    memcpy(stats, &now, size < sizeof now ? size : sizeof now);
    return 0;
}

static int check_backend(const struct rvx_backend_ops *ops, struct rvx_error *err)
{
    const unsigned kinds = RVX_BACKEND_HOST | RVX_BACKEND_PORT | RVX_BACKEND_ADDR | RVX_BACKEND_RECORDS;
    const unsigned manners = RVX_BACKEND_BLOCKS | RVX_BACKEND_AT_ONCE;

    if (ops->abi != RVX_BACKEND_ABI)
        return rvx__error_option(err, "abi", rvx__view_text(NULL));
    if (ops->name == NULL || !rvx__source_name_ok(rvx__view_text(ops->name)))
        return rvx__error_option(err, "name", rvx__view_text(ops->name));
    if ((ops->caps & kinds) == 0 || (ops->caps & ~(kinds | manners)) != 0 || (ops->caps & manners) == manners)
        return rvx__error_option(err, "caps", rvx__view_text(ops->name));
    if (ops->start == NULL)
        return rvx__error_option(err, "start", rvx__view_text(ops->name));
    if ((ops->caps & manners) == 0 && ops->cancel == NULL)
        return rvx__error_option(err, "cancel", rvx__view_text(ops->name));
    return 0;
}

int rvx_resolver_backend(struct rvx_resolver *resolver, const struct rvx_backend_ops *ops, void *arg,
                         struct rvx_error *err)
{
    struct rvx__backend *backend;
    int rc = check_backend(ops, err);

    if (rc < 0)
        return rc;
    backend = rvx__calloc(1, sizeof *backend);
    if (backend == NULL)
        return rvx__error_plain(err, -ENOMEM);
    backend->ops = ops;
    backend->handle = arg;
    if (ops->open != NULL) {
        rvx__error_none(err);
        rc = ops->open(arg, &backend->handle, err);
        if (rc < 0) {
            rvx__free(backend);
            return err != NULL && err->code == rc ? rc : rvx__error_plain(err, rc);
        }
    }
    add_backend(resolver, backend);
    rvx__store_forget(&resolver->store);
    return rvx__error_none(err);
}

/* Makes a pool in the place of `old`, which is NULL or another process's. Somebody else may be first. */
static int replace_pool(struct rvx_resolver *resolver, struct rvx__pool *old)
{
    const struct rvx__pool_opts opts = {.threads_max = resolver->options.workers_max, .queue_max = QUEUE_MAX};
    struct rvx__pool *pool;
    int rc = rvx__pool_new(&opts, &pool);

    if (rc == 0 && !atomic_compare_exchange_strong(&resolver->pool, &old, pool))
        rvx__pool_free(pool);
    return rc;
}

int rvx__resolver_work(struct rvx_resolver *resolver, struct rvx_loop *loop, struct rvx__job *job, rvx_op_fn callback,
                       void *arg, struct rvx_op **op)
{
    struct rvx__pool *pool = atomic_load(&resolver->pool);
    int rc = RVX_EFORKED;

    if (pool != NULL)
        rc = rvx__work_start(pool, loop, job, callback, arg, op);
    if (rc != RVX_EFORKED)
        return rc;
    rc = replace_pool(resolver, pool);
    if (rc < 0)
        return rc;
    return rvx__work_start(atomic_load(&resolver->pool), loop, job, callback, arg, op);
}

const struct rvx__sockops *rvx__resolver_sockops(const struct rvx_resolver *resolver)
{
    return resolver != NULL ? resolver->base->sockops : &rvx__sockops_system;
}
