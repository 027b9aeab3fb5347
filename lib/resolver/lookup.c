/* lookup.c - one lookup: asks the backends of its plan, one after the other, until the plan is through
 *
 * A backend that finishes inside its start() is dealt with in the same round. One that finishes later does so from
 * an operation of its own on the loop. If that ends the lookup, it ends there; otherwise it goes on in the loop's next
 * turn, so that no backend is started from within another one's call. One that blocks gets a request of its own in a
 * job (lookup_job.c).
 *
 * A loop is needed only from the first step on that may wait. A blocking lookup that the hosts file answers, or a
 * backend from its cache, therefore makes none. Where none can be made, for want of descriptors, steps that need one
 * fail, and the others are still taken.
 *
 * Names of addresses, and records, are asked of the sources for hosts as far as these have them; records of the source
 * "dns" if none of them has.
 *
 * Which failure is told when nobody has an answer: the first that is for now only, since that source might have known;
 * otherwise the last one, as in libc.
 */
#include <config.h>

#include "resolver/lookup.h"

#include <errno.h>
#include <string.h>

#include "loop/op.h"
#include "loop/waiter.h"
#include "resolver/lookup_job.h"
#include "resolver/lookup_trace.h"
#include "resolver/loops.h"
#include "resolver/sort.h"

static void walk_plan(struct rvx__lookup *lookup);

static unsigned caps_of(const struct rvx__lookup *lookup)
{
    static const unsigned caps[] = {RVX_BACKEND_HOST, RVX_BACKEND_PORT, RVX_BACKEND_ADDR, RVX_BACKEND_RECORDS};

    return caps[lookup->request.kind];
}

/* Plans are made for hosts and ports, all of whose sources have to be there. */
static bool wants_every_step(const struct rvx__lookup *lookup)
{
    return lookup->request.kind == RVX_REQUEST_HOST || lookup->request.kind == RVX_REQUEST_PORT;
}

/* The backend of a step; NULL: there is none for this request. */
static const struct rvx__backend *backend_of(const struct rvx__lookup *lookup, unsigned step)
{
    const struct rvx__plan_step *it = &lookup->planned.plan->steps[step];

    if (wants_every_step(lookup))
        return it->by;
    return rvx__resolver_find_backend(lookup->request.resolver, it->backend, caps_of(lookup));
}

/* Has every step of the plan its backend, or one of them where that is enough? 0 or RVX_ENOBACKEND. */
static int check_backends(struct rvx__lookup *lookup)
{
    const struct rvx__plan *plan = lookup->planned.plan;
    unsigned found = 0;

    for (unsigned i = 0; i < plan->n; i++) {
        if (backend_of(lookup, i) != NULL) {
            found++;
        } else if (wants_every_step(lookup)) {
            rvx__log(&lookup->request.resolver->options.log, RVX_LOG_WARNING,
                     "no backend for the source %s of an order", plan->steps[i].backend);
            return RVX_ENOBACKEND;
        }
    }
    return found > 0 || wants_every_step(lookup) ? 0 : RVX_ENOBACKEND;
}

/* Will nobody else be asked, whatever else there is in the plan? */
static bool is_last(const struct rvx__lookup *lookup, const struct rvx_request *request)
{
    const struct rvx__plan *plan = lookup->planned.plan;

    if (lookup->next == plan->n)
        return true;
    return request->status == RVX_STATUS_SUCCESS &&
           plan->steps[lookup->next - 1].action[RVX_STATUS_SUCCESS] == RVX__NSSWITCH_RETURN;
}

static void note_failure(struct rvx__lookup *lookup, struct rvx_request *request, int code)
{
    rvx__failure_free(lookup->failure);
    lookup->failure = request->failure;
    request->failure = NULL;
    lookup->code = code;
}

/* Keeps the canonical name of a host without addresses, until there is something better. */
static void keep_alias(struct rvx__lookup *lookup, struct rvx_request *request)
{
    const struct rvx__answer_block *block = request->answer.block;

    if (lookup->answer.block != NULL || block == NULL || block->canonical == 0 || block->n > 0)
        return;
    lookup->answer = request->answer;
    lookup->found_by = (uint8_t)(lookup->next - 1);
    request->answer = (struct rvx__answer){.block = NULL};
}

/* Ends without an answer. */
static void give_up(struct rvx__lookup *lookup, int code)
{
    rvx__answer_fini(&lookup->answer);
    lookup->code = code;
    lookup->next = (uint8_t)lookup->planned.plan->n;
}

static void collect_answer(struct rvx__lookup *lookup, struct rvx_request *request)
{
    int rc;

    if (rvx__answer_is_empty(&lookup->answer))
        lookup->found_by = (uint8_t)(lookup->next - 1);
    rc = rvx__answer_merge(&lookup->answer, &request->answer);
    if (rc < 0)
        give_up(lookup, rc);
}

/* Does with a finished request what its step says. */
static void settle_request(struct rvx__lookup *lookup, struct rvx_request *request)
{
    const struct rvx__plan_step *step = &lookup->planned.plan->steps[lookup->next - 1];
    enum rvx__nsswitch_action action = step->action[request->status];

    lookup->asking = false;
    rvx__lookup_trace_status(request, step->backend);
    if (request->code == -ENOMEM) /* nobody else is asked, as their answer might not be the right one */
        give_up(lookup, request->code);
    else if (request->status == RVX_STATUS_SUCCESS && action != RVX__NSSWITCH_CONTINUE)
        collect_answer(lookup, request);
    else if (request->status != RVX_STATUS_SUCCESS && !lookup->kept)
        note_failure(lookup, request, request->code);
    if (request->status == RVX_STATUS_NOTFOUND)
        keep_alias(lookup, request);
    if (request->status == RVX_STATUS_TRYAGAIN)
        lookup->kept = true;
    if (action == RVX__NSSWITCH_RETURN)
        lookup->stopped = true;
    rvx__answer_fini(&request->answer);
}

static void finish_request(struct rvx_request *request)
{
    struct rvx__lookup *lookup = RVX__OWNER(request, struct rvx__lookup, request);

    if (lookup->starting)
        return;
    if (is_last(lookup, request)) {
        settle_request(lookup, request);
        walk_plan(lookup);
    } else {
        rvx__timer_move(&lookup->timer, RVX_NOWAIT);
    }
}

static void prepare(struct rvx__lookup *lookup, struct rvx_resolver *resolver, enum rvx_request_kind kind,
                    const char *name, rvx_time deadline)
{
    memset(lookup, 0, sizeof *lookup);
    lookup->request.kind = kind;
    lookup->request.name = name;
    lookup->request.deadline = deadline;
    lookup->request.resolver = rvx_resolver_ref(resolver);
    lookup->request.on_finish = finish_request;
    lookup->code = rvx__status_code(kind, RVX_STATUS_NOTFOUND);
}

/* Makes do with the plan as it is, or fails with `rc`. */
static int accept_plan(struct rvx__lookup *lookup, int rc)
{
    if (rc == 0)
        rc = check_backends(lookup);
    if (rc < 0) {
        rvx__lookup_fini(lookup);
        return rc;
    }
    lookup->request.snapshot = lookup->planned.snapshot;
    rvx__stats_add(&lookup->request.resolver->stats, RVX__STAT_LOOKUPS, 1);
    rvx__lookup_trace_start(&lookup->request, lookup->planned.plan);
    return 0;
}

static int plan_as_host(struct rvx__lookup *lookup)
{
    return rvx__resolver_plan_host(lookup->request.resolver, rvx__view_text(lookup->request.name), &lookup->planned);
}

int rvx__lookup_init(struct rvx__lookup *lookup, struct rvx_resolver *resolver, enum rvx_request_kind kind,
                     const char *name, const char *network, rvx_time deadline)
{
    int rc;

    prepare(lookup, resolver, kind, name, deadline);
    lookup->request.network = network;
    if (kind == RVX_REQUEST_HOST)
        return accept_plan(lookup, plan_as_host(lookup));
    rc = rvx__resolver_plan_port(resolver, &lookup->planned.snapshot);
    if (rc == 0)
        lookup->planned.plan = &lookup->planned.snapshot->ports;
    return accept_plan(lookup, rc);
}

int rvx__lookup_init_addr(struct rvx__lookup *lookup, struct rvx_resolver *resolver, const char *name,
                          const struct rvx_addr *addr, rvx_time deadline)
{
    prepare(lookup, resolver, RVX_REQUEST_ADDR, name, deadline);
    lookup->request.addr = addr;
    return accept_plan(lookup, plan_as_host(lookup));
}

int rvx__lookup_init_records(struct rvx__lookup *lookup, struct rvx_resolver *resolver, const char *name, uint16_t type,
                             rvx_time deadline)
{
    int rc;

    prepare(lookup, resolver, RVX_REQUEST_RECORDS, name, deadline);
    lookup->request.type = type;
    rc = plan_as_host(lookup);
    if (rc == 0 && check_backends(lookup) < 0) {
        rvx__planned_fini(&lookup->planned);
        rc = rvx__resolver_plan_one(resolver, "dns", RVX_BACKEND_RECORDS, &lookup->planned);
    }
    return accept_plan(lookup, rc);
}

int rvx__lookup_init_with(struct rvx__lookup *lookup, struct rvx_resolver *resolver, enum rvx_request_kind kind,
                          const char *name, const char *network, const char *backend)
{
    prepare(lookup, resolver, kind, name, RVX_FOREVER);
    lookup->request.network = network;
    return accept_plan(lookup, rvx__resolver_plan_one(resolver, backend, caps_of(lookup), &lookup->planned));
}

const char *rvx__lookup_source(const struct rvx__lookup *lookup)
{
    return lookup->planned.plan->steps[lookup->found_by].backend;
}

/* Puts a host's addresses in the order to try them. The C library has done that to those it found. */
static int sort_addrs(struct rvx__lookup *lookup)
{
    const struct rvx__lookup_trace *trace = lookup->request.trace;

    if (lookup->request.kind != RVX_REQUEST_HOST || strcmp(rvx__lookup_source(lookup), rvx__be_libc.name) == 0)
        return 0;
    return rvx__resolver_sort_by_files(lookup->request.resolver, trace != NULL ? trace->id : 0,
                                       rvx__answer_addrs(&lookup->answer), rvx__answer_n(&lookup->answer));
}

static void end_lookup(struct rvx__lookup *lookup)
{
    if (!rvx__answer_is_empty(&lookup->answer)) {
        lookup->code = sort_addrs(lookup);
        if (lookup->code < 0)
            give_up(lookup, lookup->code);
    }
    rvx__timer_stop(&lookup->timer);
    rvx__lookup_trace_done(&lookup->request, lookup->code, lookup->code == 0 ? rvx__lookup_source(lookup) : NULL);
    lookup->done = true;
    if (lookup->on_done != NULL)
        lookup->on_done(lookup);
}

static void receive_job(void *arg, int result)
{
    struct rvx__lookup *lookup = arg;
    struct rvx__lookup_job *job = lookup->job;

    lookup->job = NULL;
    if (result < 0)
        rvx_request_finish(&job->request, RVX_STATUS_TRYAGAIN, result); /* the pool has gone */
    settle_request(lookup, &job->request);
    rvx__lookup_job_end(job);
    walk_plan(lookup);
}

/* Does a step have to be put off until there is a loop, or to fail if there cannot be one? */
static bool lacks_loop(const struct rvx__lookup *lookup)
{
    return lookup->request.loop == NULL && (lookup->backend->ops->caps & RVX_BACKEND_AT_ONCE) == 0;
}

/* Prepares the request for a call of the backend's. */
static void begin_asking(struct rvx__lookup *lookup, bool hides_loop)
{
    rvx__request_reset(&lookup->request);
    lookup->request.hides_loop = hides_loop;
    lookup->asking = true;
    lookup->starting = true;
}

/* Asks for an answer that needs no waiting. False: there is none. */
static bool consult_backend(struct rvx__lookup *lookup)
{
    const struct rvx__backend *backend = lookup->backend;
    bool answered;

    if (backend->ops->answer == NULL || (backend->ops->caps & RVX_BACKEND_BLOCKS) != 0 || lookup->consulted)
        return false;
    lookup->consulted = true;
    begin_asking(lookup, true);
    answered = backend->ops->answer(backend->handle, &lookup->request);
    if (answered)
        rvx_request_finish(&lookup->request, RVX_STATUS_UNAVAIL, RVX_EINTERNAL); /* nothing, if it kept its promise */
    lookup->starting = false;
    lookup->asking = lookup->request.finished;
    return lookup->request.finished;
}

static void ask_backend(struct rvx__lookup *lookup)
{
    const struct rvx__backend *backend = lookup->backend;
    bool at_once = (backend->ops->caps & RVX_BACKEND_AT_ONCE) != 0;
    int rc = lacks_loop(lookup) ? lookup->no_loop : 0;

    begin_asking(lookup, at_once);
    if (rc == 0 && (backend->ops->caps & RVX_BACKEND_BLOCKS) != 0)
        rc = rvx__lookup_job_start(&lookup->request, backend, receive_job, lookup, &lookup->job);
    else if (rc == 0)
        backend->ops->start(backend->handle, &lookup->request);
    if (rc < 0)
        rvx_request_finish(&lookup->request, RVX_STATUS_TRYAGAIN, rc);
    if (at_once)
        rvx_request_finish(&lookup->request, RVX_STATUS_UNAVAIL, RVX_EINTERNAL); /* nothing, if it kept its promise */
    lookup->starting = false;
}

static bool is_wanted(const struct rvx__lookup *lookup, unsigned step)
{
    bool fallback = lookup->planned.plan->steps[step].fallback;

    return fallback ? rvx__answer_is_empty(&lookup->answer) : !lookup->stopped;
}

/* Finds the backend of the next step that is to be taken; false: none is left. */
static bool find_step(struct rvx__lookup *lookup)
{
    for (; lookup->next < lookup->planned.plan->n; lookup->next++) {
        lookup->backend = is_wanted(lookup, lookup->next) ? backend_of(lookup, lookup->next) : NULL;
        if (lookup->backend != NULL)
            return true;
    }
    return false;
}

/* Takes steps until one has to be waited for, or needs a loop that is not there, or none is left. */
static void walk_plan(struct rvx__lookup *lookup)
{
    while (find_step(lookup)) {
        if (!lookup->consulted)
            rvx__lookup_trace_source(&lookup->request, lookup->planned.plan->steps[lookup->next].backend);
        if (!consult_backend(lookup)) {
            if (lacks_loop(lookup) && lookup->no_loop == 0)
                return;
            ask_backend(lookup);
        }
        lookup->next++;
        lookup->consulted = false;
        if (!lookup->request.finished)
            return;
        settle_request(lookup, &lookup->request);
    }
    end_lookup(lookup);
}

/* Calls the backend off that has the request. What it says about that is kept. */
static void stop_asking(struct rvx__lookup *lookup)
{
    const struct rvx_backend_ops *ops;

    if (!lookup->asking)
        return;
    lookup->asking = false;
    if (lookup->job != NULL) {
        rvx__lookup_job_drop(lookup->job);
        lookup->job = NULL;
        return;
    }
    ops = lookup->backend->ops;
    if (!lookup->request.finished && ops->cancel != NULL)
        ops->cancel(lookup->backend->handle, &lookup->request);
    if (lookup->request.failure != NULL)
        note_failure(lookup, &lookup->request, lookup->code);
}

static void fail_lookup(struct rvx__lookup *lookup, int code)
{
    stop_asking(lookup);
    give_up(lookup, code);
    end_lookup(lookup);
}

static void handle_timer(void *arg)
{
    struct rvx__lookup *lookup = arg;
    int rc;

    if (!lookup->asking || !lookup->request.finished) {
        fail_lookup(lookup, RVX_ETIMEOUT);
        return;
    }
    rc = rvx__timer_start(lookup->request.loop, &lookup->timer, lookup->request.deadline, handle_timer, lookup);
    if (rc < 0) {
        fail_lookup(lookup, rc);
        return;
    }
    settle_request(lookup, &lookup->request);
    walk_plan(lookup);
}

bool rvx__lookup_try(struct rvx__lookup *lookup)
{
    walk_plan(lookup);
    return lookup->done;
}

int rvx__lookup_start(struct rvx__lookup *lookup, struct rvx_loop *loop, void (*on_done)(struct rvx__lookup *lookup))
{
    int rc = rvx__timer_start(loop, &lookup->timer, lookup->request.deadline, handle_timer, lookup);

    if (rc < 0)
        return rc;
    lookup->request.loop = loop;
    lookup->on_done = on_done;
    walk_plan(lookup);
    return 0;
}

/* Goes on on a loop that nobody else uses for so long. */
static int wait_on_loop(struct rvx__lookup *lookup, const struct rvx_ctx *ctx)
{
    struct rvx_loop *loop;
    int rc;

    lookup->no_loop = rvx__resolver_borrow_loop(lookup->request.resolver, &loop);
    if (lookup->no_loop < 0) {
        walk_plan(lookup);
        return 0;
    }
    rc = rvx__lookup_start(lookup, loop, NULL);
    if (rc == 0)
        rc = rvx__loop_wait(loop, &lookup->done, ctx);
    stop_asking(lookup);
    rvx__timer_stop(&lookup->timer);
    rvx__resolver_return_loop(lookup->request.resolver, loop);
    lookup->request.loop = NULL;
    return rc;
}

int rvx__lookup_wait(struct rvx__lookup *lookup, const struct rvx_ctx *ctx)
{
    struct rvx_ctx local;
    int rc = rvx__ctx_copy(&local, ctx);

    if (rc == 0 && rvx_cancel_fired(local.cancel))
        rc = RVX_ECANCELED;
    if (rc == 0) {
        lookup->request.deadline = local.deadline;
        walk_plan(lookup);
        if (!lookup->done)
            rc = wait_on_loop(lookup, &local);
    }
    if (rc < 0) {
        give_up(lookup, rc);
        lookup->done = true;
    }
    return lookup->code;
}

void rvx__lookup_fini(struct rvx__lookup *lookup)
{
    struct rvx_resolver *resolver = lookup->request.resolver;

    stop_asking(lookup);
    rvx__timer_stop(&lookup->timer);
    rvx__answer_fini(&lookup->answer);
    rvx__failure_free(lookup->failure);
    lookup->failure = NULL;
    rvx__request_fini(&lookup->request);
    rvx__planned_fini(&lookup->planned);
    lookup->request.resolver = NULL;
    rvx_resolver_free(resolver);
}
