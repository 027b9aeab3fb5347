/* lookup.h - one lookup: asks the backends of its plan, one after the other, until the plan is through
 *
 *     rvx__lookup_init()     decides whom to ask; asks nobody
 *     rvx__lookup_try()      as far as it goes without waiting; may be left out
 *     rvx__lookup_wait()     blocking: until it is done, or the context ends it
 *     rvx__lookup_start()    on a loop: until on_done is called
 *     read `code`, `answer`, `failure`, rvx__lookup_source()
 *     rvx__lookup_fini()     also ends what still runs
 *
 * Sits inside its owner and does not move, once it waits. Ten thousand may wait at a time, so it is kept small.
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
    struct rvx__answer answer;    /* what was found */
    struct rvx__failure *failure; /* more about why nothing was; may be NULL */
    int code;                     /* 0 or why there is no answer */

    /* its own */
    int no_loop;                        /* why there cannot be a loop, or 0 */
    struct rvx_request request;         /* to the backend that is asked; its resolver is a reference */
    struct rvx__planned planned;        /* whom to ask */
    struct rvx__timer timer;            /* the deadline, or a finished request to go on with */
    const struct rvx__backend *backend; /* that was asked last */
    struct rvx__lookup_job *job;        /* ... and runs on a worker */
    void (*on_done)(struct rvx__lookup *lookup);
    uint8_t next;       /* the step of the plan to take next */
    uint8_t found_by;   /* the step that answered; of several that were merged, the first */
    bool done;          /* `code` says how */
    bool stopped : 1;   /* a step said "return": only fall-backs are taken */
    bool kept : 1;      /* `code` is that of a failure for now, which no later one replaces */
    bool asking : 1;    /* the backend has not finished */
    bool starting : 1;  /* ... and its start() runs */
    bool consulted : 1; /* the backend of the next step was asked for an answer at once, and had none */
};

/* Begins a lookup on a resolver: of a host or a port; of an address; of records.
 * name, network, addr: as in struct rvx_request; borrowed for the lookup's life.
 * deadline: what backends are told; kept only with rvx__lookup_start().
 * Returns: 0; -ENOMEM; RVX_ENOBACKEND. Only rvx__lookup_fini() is allowed after a failure, and not needed. */
int rvx__lookup_init(struct rvx__lookup *lookup, struct rvx_resolver *resolver, enum rvx_request_kind kind,
                     const char *name, const char *network, rvx_time deadline);
int rvx__lookup_init_addr(struct rvx__lookup *lookup, struct rvx_resolver *resolver, const char *name,
                          const struct rvx_addr *addr, rvx_time deadline);
int rvx__lookup_init_records(struct rvx__lookup *lookup, struct rvx_resolver *resolver, const char *name, uint16_t type,
                             rvx_time deadline);

/* As the first with one backend to ask instead of a plan. */
int rvx__lookup_init_with(struct rvx__lookup *lookup, struct rvx_resolver *resolver, enum rvx_request_kind kind,
                          const char *name, const char *network, const char *backend);

/* Takes the steps that need no waiting, on any thread. True: it is done. One that is not is either started or waited
 * for; until then it may be moved, and request.name with it. */
bool rvx__lookup_try(struct rvx__lookup *lookup);

/* Runs a lookup to its end on this thread, through its waiter.  ctx: may be NULL.
 * Returns: lookup->code. */
int rvx__lookup_wait(struct rvx__lookup *lookup, const struct rvx_ctx *ctx);

/* Runs a lookup on a loop.
 * on_done: called once when it is done, perhaps before this returns; must not run user code.
 * Returns: 0; -ENOMEM, RVX_EFORKED and then on_done is not called. */
int rvx__lookup_start(struct rvx__lookup *lookup, struct rvx_loop *loop, void (*on_done)(struct rvx__lookup *lookup));

/* Who answered. */
const char *rvx__lookup_source(const struct rvx__lookup *lookup);

/* Stops what still runs, without on_done, and frees what the lookup holds. */
void rvx__lookup_fini(struct rvx__lookup *lookup);

#endif
