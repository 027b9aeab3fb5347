/* lookup.h - one lookup: asks the backends of its plan, one after the other, until the plan is through
 *
 *     rvx__lookup_init()     decides whom to ask; asks nobody
 *     rvx__lookup_wait()     blocking: until it is done, or the context ends it
 *     rvx__lookup_start()    on a loop: until on_done is called
 *     read `code`, `answer`, `source`
 *     rvx__lookup_fini()     also ends what still runs
 *
 * Sits inside its owner and does not move.
 */
#ifndef RVX_RESOLVER_LOOKUP_H
#define RVX_RESOLVER_LOOKUP_H

#include <stdbool.h>

#include "loop/timer.h"
#include "resolver/answer.h"
#include "resolver/plan.h"
#include "resolver/request.h"
#include "resolver/resolver.h"

struct rvx__lookup_job;

struct rvx__lookup {
    bool done;
    int code;                  /* 0 or why there is no answer */
    struct rvx__answer answer; /* what was found */
    const char *source;        /* who found it; of several that were merged, the first */

    /* its own */
    struct rvx_resolver *resolver; /* a reference */
    struct rvx__planned planned;
    unsigned next;                        /* the step of the plan to take next */
    bool stopped;                         /* a step said "return": only fall-backs are taken */
    bool failed;                          /* a step failed, as `code` and `failure` say */
    enum rvx_status failure;
    struct rvx_request request;  /* to the backend of the step before `next` */
    bool asking;                 /* that backend has not finished */
    bool starting;               /* ... and its start() runs */
    struct rvx__lookup_job *job; /* ... and it runs on a worker */
    struct rvx_op *work;
    struct rvx_loop *loop;   /* NULL: not yet on one */
    int no_loop;             /* why there cannot be one, or 0 */
    struct rvx__timer timer; /* the deadline, or a finished request to go on with */
    void (*on_done)(void *arg);
    void *arg;
};

/* Begins a lookup of a host or a port on a resolver.
 * name, network: as in struct rvx_request; borrowed for the lookup's life.
 * deadline: what backends are told; kept only with rvx__lookup_start().
 * Returns: 0; -ENOMEM; RVX_ENOBACKEND. Only rvx__lookup_fini() is allowed after a failure, and not needed. */
int rvx__lookup_init(struct rvx__lookup *lookup, struct rvx_resolver *resolver, enum rvx_request_kind kind,
                     const char *name, const char *network, rvx_time deadline);

/* As above with one backend to ask instead of a plan. */
int rvx__lookup_init_with(struct rvx__lookup *lookup, struct rvx_resolver *resolver, enum rvx_request_kind kind,
                          const char *name, const char *network, const char *backend);

/* Runs a lookup to its end on this thread, through its waiter.  ctx: may be NULL.
 * Returns: lookup->code. */
int rvx__lookup_wait(struct rvx__lookup *lookup, const struct rvx_ctx *ctx);

/* Runs a lookup on a loop.
 * on_done: called once when it is done, perhaps before this returns; must not run user code.
 * Returns: 0; -ENOMEM, RVX_EFORKED and then on_done is not called. */
int rvx__lookup_start(struct rvx__lookup *lookup, struct rvx_loop *loop, void (*on_done)(void *arg), void *arg);

/* Stops what still runs, without on_done, and frees what the lookup holds. */
void rvx__lookup_fini(struct rvx__lookup *lookup);

#endif
