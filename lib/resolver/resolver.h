/* resolver.h - what a resolver is inside: options, configuration, backends, workers */
#ifndef RVX_RESOLVER_RESOLVER_H
#define RVX_RESOLVER_RESOLVER_H

#include <stdatomic.h>

#include <resolvx/backend.h>
#include <resolvx/resolver.h>

#include "base/clock.h"
#include "base/rnd.h"
#include "loop/work.h"
#include "resolver/backends.h"
#include "resolver/codec.h"
#include "resolver/loops.h"
#include "resolver/modules.h"
#include "resolver/options.h"
#include "resolver/plan.h"
#include "resolver/snapshot.h"
#include "resolver/srcaddr.h"
#include "resolver/stats.h"
#include "sock/ops.h"

/* What a resolver stands on; tests bring their own. Borrowed for the resolver's life. */
struct rvx__resolver_base {
    const struct rvx__clock *clock;
    const struct rvx__rnd *rnd;
    const struct rvx__sockops *sockops;
    const struct rvx__libc *libc;
    const struct rvx__machine *machine;
    bool stat_only; /* configuration files are not watched by inotify(7) */
};

extern const struct rvx__resolver_base rvx__resolver_base_system;

/* A backend under its name. */
struct rvx__backend {
    struct rvx__backend *next; /* an older one */
    const struct rvx_backend_ops *ops;
    void *handle; /* what open() gave */
};

struct rvx__questions;

#define RVX__BUILTIN_BACKENDS_N 6

struct rvx_resolver {
    atomic_uint refs; /* the program's, and one for each lookup and each job of a worker */
    atomic_uint weak; /* those who need only the memory, and one for all of `refs` together */
    const struct rvx__resolver_base *base;
    struct rvx__options options;
    struct rvx__store store;
    _Atomic(struct rvx__backend *) backends; /* newest first; none leaves before the resolver does */
    struct rvx__backend builtin[RVX__BUILTIN_BACKENDS_N];
    _Atomic(struct rvx__pool *) pool; /* NULL: no backend has blocked yet */
    _Atomic(struct rvx__questions *) questions; /* NULL: DNS was not asked yet */
    uint64_t server_sets; /* how many sets of DNS servers there were so far; under the store's lock */
    struct rvx__srcaddr srcaddr;
    struct rvx__loops loops;
    _Atomic(struct rvx__codec *) codec; /* NULL: DNS was not asked yet */
    struct rvx__modules modules;
    struct rvx__stats stats;
    _Atomic uint64_t trace_ids; /* lookups numbered so far */
};

/* rvx_resolver_new() on another base. */
int rvx__resolver_new_on(const struct rvx__resolver_base *base, const struct rvx_resolver_opts *opts,
                         struct rvx_resolver **resolver, struct rvx_error *err);

/* Weak references, for what may live on when the last of the others has gone and all but the memory has ended with it:
 * `base`, `stats` and `refs` may then still be looked at, and nothing else. */
struct rvx_resolver *rvx__resolver_ref_weak(struct rvx_resolver *resolver);
void rvx__resolver_unref_weak(struct rvx_resolver *resolver); /* may be NULL */

/* Takes a reference if there is still one; false: the resolver has ended. */
bool rvx__resolver_try_ref(struct rvx_resolver *resolver);

/* The newest backend of that name that can do one of `caps`; NULL: none. */
const struct rvx__backend *rvx__resolver_find_backend(const struct rvx_resolver *resolver, const char *name,
                                                      unsigned caps);

/* Works out what a snapshot means; for struct rvx__store_opts.  resolver: the struct rvx_resolver. */
void rvx__derive(void *resolver, struct rvx__snapshot *snapshot, const struct rvx__snapshot *old);

/* A plan with what it stands on. Zeroed storage is an empty one. */
struct rvx__planned {
    const struct rvx__plan *plan;
    const struct rvx__snapshot *snapshot; /* a reference; the plan belongs to it, */
    struct rvx__plan *own;                /* unless it was made for this name alone */
};

/* Decides whom to ask for a host.  Returns: 0; -ENOMEM, and *planned is empty. */
int rvx__resolver_plan_host(struct rvx_resolver *resolver, struct rvx__view name, struct rvx__planned *planned);

/* Makes a plan that asks one backend, without a snapshot.  Returns: as above.
 * backend: borrowed.  caps: one of which it must have. */
int rvx__resolver_plan_one(struct rvx_resolver *resolver, const char *backend, unsigned caps,
                           struct rvx__planned *planned);

void rvx__planned_fini(struct rvx__planned *planned); /* leaves it empty */

/* Takes a snapshot with a plan for ports: snapshot->ports.  Returns: 0; -ENOMEM.  Ownership: one reference. */
int rvx__resolver_plan_port(struct rvx_resolver *resolver, const struct rvx__snapshot **snapshot);

/* Has a worker run a job, as rvx__work_start(). Makes the pool if need be, also in a forked child. */
int rvx__resolver_work(struct rvx_resolver *resolver, struct rvx_loop *loop, struct rvx__job *job, rvx_op_fn callback,
                       void *arg, struct rvx_op **op);

/* The system calls that whatever stands on this resolver uses.  resolver: may be NULL. */
const struct rvx__sockops *rvx__resolver_sockops(const struct rvx_resolver *resolver);

#endif
