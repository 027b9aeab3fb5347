/* lookup.c - one lookup: asks the backends of its plan, one after the other, until the plan is through
 *
 * A backend that finishes inside its start() is dealt with in the same round. One that finishes later does so from
 * an operation of its own on the loop; the lookup then goes on in the loop's next turn, so that no backend is started
 * from within another one's call. One that blocks gets a request of its own in a job, which it keeps if the lookup does
 * not wait for it.
 *
 * A loop is needed only from the first step on that may wait. A blocking lookup that the hosts file answers therefore
 * makes none. Where none can be made, for want of descriptors, steps that need one fail, and the others are still
 * taken.
 *
 * Which failure is told when nobody has an answer: the first that is for now only, since that source might have known;
 * otherwise the last one, as in libc.
 */
#include <config.h>

#include "resolver/lookup.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "loop/op.h"
#include "loop/waiter.h"

#define LINE_SIZE 512

/* A request on a worker. It owns all it points to. */
struct rvx__lookup_job {
    struct rvx__job base;
    struct rvx_request request;
    const struct rvx__backend *backend;
    struct rvx_resolver *resolver; /* a reference: the backend's life, and the pool's */
    char texts[];
};

static void walk_plan(struct rvx__lookup *lookup);

static bool wants_trace(const struct rvx__lookup *lookup)
{
    return rvx__log_wants(&lookup->resolver->options.log, RVX_LOG_TRACE);
}

/* "lookup NAME: WHAT" */
static void trace(const struct rvx__lookup *lookup, const char *what)
{
    const struct rvx_request *request = &lookup->request;
    bool port = request->kind == RVX_REQUEST_PORT;

    rvx__log(&lookup->resolver->options.log, RVX_LOG_TRACE, "lookup %s%s%s: %s", port ? request->network : "",
             port ? "/" : "", request->name, what);
}

static void trace_plan(const struct rvx__lookup *lookup)
{
    char line[LINE_SIZE];
    struct rvx__buf buf;

    if (!wants_trace(lookup))
        return;
    rvx__buf_init(&buf, line, sizeof line);
    rvx__buf_add_text(&buf, "order ");
    rvx__plan_print(&buf, lookup->planned.plan);
    rvx__buf_add_text(&buf, " (");
    rvx__buf_add_text(&buf, lookup->planned.plan->why);
    rvx__buf_add_text(&buf, ")");
    rvx__buf_finish(&buf);
    trace(lookup, line);
}

static void trace_outcome(const struct rvx__lookup *lookup, const char *backend, const struct rvx_request *request)
{
    char line[LINE_SIZE];
    struct rvx__buf buf;

    if (!wants_trace(lookup))
        return;
    rvx__buf_init(&buf, line, sizeof line);
    rvx__buf_add_text(&buf, backend);
    rvx__buf_add_text(&buf, ": ");
    rvx__buf_add_text(&buf, rvx__status_text(request->status));
    if (request->status != RVX_STATUS_SUCCESS) {
        rvx__buf_add_text(&buf, ", ");
        rvx__buf_add_text(&buf, rvx_strerror(request->code));
    } else if (request->kind == RVX_REQUEST_PORT) {
        rvx__buf_add_text(&buf, ", port ");
        rvx__buf_add_dec(&buf, request->answer.port);
    } else {
        rvx__buf_add_text(&buf, ", addresses: ");
        rvx__buf_add_dec(&buf, rvx__answer_n(&request->answer));
    }
    rvx__buf_finish(&buf);
    trace(lookup, line);
}

static unsigned caps_of(const struct rvx__lookup *lookup)
{
    return lookup->request.kind == RVX_REQUEST_HOST ? RVX_BACKEND_HOST : RVX_BACKEND_PORT;
}

/* Has every step of the plan its backend? 0 or RVX_ENOBACKEND. */
static int check_backends(struct rvx__lookup *lookup)
{
    const struct rvx__plan *plan = lookup->planned.plan;

    for (unsigned i = 0; i < plan->n; i++) {
        if (plan->steps[i].by == NULL) {
            rvx__log(&lookup->resolver->options.log, RVX_LOG_WARNING, "no backend for the source %s of an order",
                     plan->steps[i].backend);
            return RVX_ENOBACKEND;
        }
    }
    return 0;
}

static void finish_request(struct rvx_request *request)
{
    struct rvx__lookup *lookup = RVX__OWNER(request, struct rvx__lookup, request);

    if (!lookup->starting)
        rvx__timer_move(&lookup->timer, RVX_NOWAIT);
}

static void prepare(struct rvx__lookup *lookup, struct rvx_resolver *resolver, enum rvx_request_kind kind,
                    const char *name, const char *network)
{
    memset(lookup, 0, sizeof *lookup);
    lookup->resolver = rvx_resolver_ref(resolver);
    lookup->request.kind = kind;
    lookup->request.name = name;
    lookup->request.network = network;
    lookup->request.deadline = RVX_FOREVER;
    lookup->request.resolver = resolver;
    lookup->request.on_finish = finish_request;
    lookup->code = rvx__status_code(kind, RVX_STATUS_NOTFOUND);
}

static int make_plan(struct rvx__lookup *lookup)
{
    int rc;

    if (lookup->request.kind == RVX_REQUEST_HOST)
        return rvx__resolver_plan_host(lookup->resolver, rvx__view_text(lookup->request.name), &lookup->planned);
    rc = rvx__resolver_plan_port(lookup->resolver, &lookup->planned.snapshot);
    if (rc == 0)
        lookup->planned.plan = &lookup->planned.snapshot->ports;
    return rc;
}

int rvx__lookup_init(struct rvx__lookup *lookup, struct rvx_resolver *resolver, enum rvx_request_kind kind,
                     const char *name, const char *network, rvx_time deadline)
{
    int rc;

    prepare(lookup, resolver, kind, name, network);
    lookup->request.deadline = deadline;
    rc = make_plan(lookup);
    if (rc == 0)
        rc = check_backends(lookup);
    if (rc < 0) {
        rvx__lookup_fini(lookup);
        return rc;
    }
    lookup->request.snapshot = rvx__snapshot_ref(lookup->planned.snapshot);
    trace_plan(lookup);
    return 0;
}

int rvx__lookup_init_with(struct rvx__lookup *lookup, struct rvx_resolver *resolver, enum rvx_request_kind kind,
                          const char *name, const char *network, const char *backend)
{
    int rc;

    prepare(lookup, resolver, kind, name, network);
    rc = rvx__resolver_plan_one(resolver, backend, caps_of(lookup), &lookup->planned);
    if (rc == 0)
        rc = check_backends(lookup);
    if (rc < 0)
        rvx__lookup_fini(lookup);
    return rc;
}

static void end_lookup(struct rvx__lookup *lookup)
{
    if (!rvx__answer_is_empty(&lookup->answer))
        lookup->code = 0;
    rvx__timer_stop(&lookup->timer);
    lookup->done = true;
    if (lookup->on_done != NULL)
        lookup->on_done(lookup->arg);
}

static void note_failure(struct rvx__lookup *lookup, enum rvx_status status, int code)
{
    if (lookup->failed && lookup->failure == RVX_STATUS_TRYAGAIN)
        return;
    lookup->failed = true;
    lookup->failure = status;
    lookup->code = code;
}

/* Out of memory here: nobody else is asked, as their answer might not be the right one. */
static void give_up(struct rvx__lookup *lookup, int code)
{
    rvx__answer_fini(&lookup->answer);
    lookup->code = code;
    lookup->next = lookup->planned.plan->n;
}

static void collect_answer(struct rvx__lookup *lookup, struct rvx_request *request, const char *source)
{
    int rc;

    if (rvx__answer_is_empty(&lookup->answer))
        lookup->source = source;
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
    trace_outcome(lookup, step->backend, request);
    if (request->code == -ENOMEM)
        give_up(lookup, request->code);
    else if (request->status != RVX_STATUS_SUCCESS)
        note_failure(lookup, request->status, request->code);
    else if (action != RVX__NSSWITCH_CONTINUE)
        collect_answer(lookup, request, step->backend);
    if (action == RVX__NSSWITCH_RETURN)
        lookup->stopped = true;
    rvx__answer_fini(&request->answer);
}

static int run_job(struct rvx__job *base)
{
    struct rvx__lookup_job *job = RVX__OWNER(base, struct rvx__lookup_job, base);

    job->backend->ops->start(job->backend->handle, &job->request);
    rvx_request_finish(&job->request, RVX_STATUS_UNAVAIL, RVX_EINTERNAL); /* nothing, if it kept its promise */
    return 0;
}

/* Gives up what a job holds. */
static void release_job(struct rvx__lookup_job *job)
{
    struct rvx_resolver *resolver = job->resolver;

    rvx__request_fini(&job->request);
    job->resolver = NULL;
    rvx_resolver_free(resolver);
}

static void free_job(struct rvx__job *base)
{
    struct rvx__lookup_job *job = RVX__OWNER(base, struct rvx__lookup_job, base);

    release_job(job);
    rvx__free(job);
}

static const struct rvx__job_kind job_kind = {.run = run_job, .free = free_job};

static char *copy_text(char *to, const char *text)
{
    return memcpy(to, text, strlen(text) + 1);
}

static struct rvx__lookup_job *new_job(const struct rvx__lookup *lookup, const struct rvx__backend *backend)
{
    const struct rvx_request *request = &lookup->request;
    size_t name_size = strlen(request->name) + 1;
    struct rvx__lookup_job *job = rvx__calloc(1, sizeof *job + name_size + strlen(request->network) + 1);

    if (job == NULL)
        return NULL;
    rvx__job_init(&job->base, &job_kind);
    job->backend = backend;
    job->resolver = rvx_resolver_ref(lookup->resolver);
    job->request = (struct rvx_request){
        .kind = request->kind,
        .name = copy_text(job->texts, request->name),
        .network = copy_text(job->texts + name_size, request->network),
        .deadline = request->deadline,
        .resolver = job->resolver,
        .snapshot = request->snapshot != NULL ? rvx__snapshot_ref(request->snapshot) : NULL,
    };
    return job;
}

static void receive_job(void *arg, int result)
{
    struct rvx__lookup *lookup = arg;
    struct rvx__lookup_job *job = lookup->job;

    lookup->job = NULL;
    lookup->work = NULL;
    if (result < 0)
        rvx_request_finish(&job->request, RVX_STATUS_TRYAGAIN, result); /* the pool has gone */
    settle_request(lookup, &job->request);
    /* The worker may not yet have given its reference up. It has no business in what happens next, which may be the
     * end of the resolver and of its backends. */
    release_job(job);
    rvx__job_unref(&job->base);
    walk_plan(lookup);
}

/* Hands the request to a worker; what prevents that is the backend's failure. */
static void ask_worker(struct rvx__lookup *lookup, const struct rvx__backend *backend)
{
    struct rvx__lookup_job *job = new_job(lookup, backend);
    int rc = -ENOMEM;

    if (job != NULL)
        rc = rvx__resolver_work(lookup->resolver, lookup->loop, &job->base, receive_job, lookup, &lookup->work);
    if (rc == 0) {
        lookup->job = job;
        return;
    }
    if (job != NULL)
        rvx__job_unref(&job->base);
    rvx_request_finish(&lookup->request, RVX_STATUS_TRYAGAIN, rc);
}

/* Does a step have to be put off until there is a loop, or to fail if there cannot be one? */
static bool lacks_loop(const struct rvx__lookup *lookup, const struct rvx__backend *backend)
{
    return lookup->loop == NULL && (backend->ops->caps & RVX_BACKEND_AT_ONCE) == 0;
}

static void ask_backend(struct rvx__lookup *lookup, const struct rvx__backend *backend)
{
    const struct rvx_backend_ops *ops = backend->ops;

    rvx__request_reset(&lookup->request);
    lookup->request.loop = ops->caps & RVX_BACKEND_AT_ONCE ? NULL : lookup->loop;
    lookup->asking = true;
    lookup->starting = true;
    if (lacks_loop(lookup, backend))
        rvx_request_finish(&lookup->request, RVX_STATUS_TRYAGAIN, lookup->no_loop);
    else if (ops->caps & RVX_BACKEND_BLOCKS)
        ask_worker(lookup, backend);
    else
        ops->start(backend->handle, &lookup->request);
    if (ops->caps & RVX_BACKEND_AT_ONCE)
        rvx_request_finish(&lookup->request, RVX_STATUS_UNAVAIL, RVX_EINTERNAL); /* nothing, if it kept its promise */
    lookup->starting = false;
}

static bool is_wanted(const struct rvx__lookup *lookup, const struct rvx__plan_step *step)
{
    return step->fallback ? rvx__answer_is_empty(&lookup->answer) : !lookup->stopped;
}

/* Takes steps until one has to be waited for, or needs a loop that is not there, or none is left. */
static void walk_plan(struct rvx__lookup *lookup)
{
    while (lookup->next < lookup->planned.plan->n) {
        const struct rvx__plan_step *step = &lookup->planned.plan->steps[lookup->next];
        const struct rvx__backend *backend = step->by;

        if (!is_wanted(lookup, step)) {
            lookup->next++;
            continue;
        }
        if (lacks_loop(lookup, backend) && lookup->no_loop == 0)
            return;
        lookup->next++;
        ask_backend(lookup, backend);
        if (!lookup->request.finished)
            return;
        settle_request(lookup, &lookup->request);
    }
    end_lookup(lookup);
}

/* Calls the backend off that has the request. */
static void stop_asking(struct rvx__lookup *lookup)
{
    const struct rvx__backend *backend;

    if (!lookup->asking)
        return;
    lookup->asking = false;
    if (lookup->job != NULL) {
        rvx_op_cancel(lookup->work);
        rvx__job_unref(&lookup->job->base);
        lookup->job = NULL;
        return;
    }
    backend = lookup->planned.plan->steps[lookup->next - 1].by;
    if (!lookup->request.finished && backend->ops->cancel != NULL)
        backend->ops->cancel(backend->handle, &lookup->request);
}

static void fail_lookup(struct rvx__lookup *lookup, int code)
{
    stop_asking(lookup);
    rvx__answer_fini(&lookup->answer);
    lookup->code = code;
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
    rc = rvx__timer_start(lookup->loop, &lookup->timer, lookup->request.deadline, handle_timer, lookup);
    if (rc < 0) {
        fail_lookup(lookup, rc);
        return;
    }
    settle_request(lookup, &lookup->request);
    walk_plan(lookup);
}

int rvx__lookup_start(struct rvx__lookup *lookup, struct rvx_loop *loop, void (*on_done)(void *arg), void *arg)
{
    int rc = rvx__timer_start(loop, &lookup->timer, lookup->request.deadline, handle_timer, lookup);

    if (rc < 0)
        return rc;
    lookup->loop = loop;
    lookup->on_done = on_done;
    lookup->arg = arg;
    walk_plan(lookup);
    return 0;
}

/* Goes on on a loop of its own. */
static int wait_on_loop(struct rvx__lookup *lookup, const struct rvx_ctx *ctx)
{
    struct rvx_loop *loop;
    int rc;

    lookup->no_loop = rvx_loop_new(NULL, &loop, NULL);
    if (lookup->no_loop < 0) {
        walk_plan(lookup);
        return 0;
    }
    rc = rvx__lookup_start(lookup, loop, NULL, NULL);
    if (rc == 0)
        rc = rvx__loop_wait(loop, &lookup->done, ctx);
    stop_asking(lookup);
    rvx__timer_stop(&lookup->timer);
    rvx_loop_free(loop);
    lookup->loop = NULL;
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
        rvx__answer_fini(&lookup->answer);
        lookup->code = rc;
        lookup->done = true;
    }
    return lookup->code;
}

void rvx__lookup_fini(struct rvx__lookup *lookup)
{
    struct rvx_resolver *resolver = lookup->resolver;

    stop_asking(lookup);
    rvx__timer_stop(&lookup->timer);
    rvx__answer_fini(&lookup->answer);
    rvx__request_fini(&lookup->request);
    rvx__planned_fini(&lookup->planned);
    lookup->resolver = NULL;
    rvx_resolver_free(resolver);
}
