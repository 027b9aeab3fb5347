/* lookup_job.c - a request to a backend that blocks, on a worker
 *
 * The backend gets a request of its own, with copies of all texts and references of its own, because a call that blocks
 * cannot be stopped: if the lookup has gone when it returns, its answer is dropped with the job. What the worker holds
 * may so be the last reference of the resolver.
 */
#include <config.h>

#include "resolver/lookup_job.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"

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
    rvx__snapshot_unref(job->snapshot);
    job->snapshot = NULL;
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

/* Copies what is asked; the texts go to `texts`. */
static void copy_request(const struct rvx_request *request, struct rvx__lookup_job *job)
{
    size_t name_size = strlen(request->name) + 1;

    job->request = (struct rvx_request){
        .kind = request->kind,
        .type = request->type,
        .name = memcpy(job->texts, request->name, name_size),
        .deadline = request->deadline,
        .resolver = job->resolver,
        .snapshot = job->snapshot,
    };
    if (request->kind == RVX_REQUEST_ADDR) {
        job->addr = *request->addr;
        job->request.addr = &job->addr;
    } else if (request->kind != RVX_REQUEST_RECORDS) {
        job->request.network = memcpy(job->texts + name_size, request->network, strlen(request->network) + 1);
    }
}

static struct rvx__lookup_job *new_job(const struct rvx_request *request, const struct rvx__backend *backend)
{
    size_t size = strlen(request->name) + strlen(rvx_request_network(request)) + 2;
    struct rvx__lookup_job *job = rvx__calloc(1, sizeof *job + size);

    if (job == NULL)
        return NULL;
    rvx__job_init(&job->base, &job_kind);
    job->backend = backend;
    job->resolver = rvx_resolver_ref(request->resolver);
    job->snapshot = request->snapshot != NULL ? rvx__snapshot_ref(request->snapshot) : NULL;
    copy_request(request, job);
    return job;
}

int rvx__lookup_job_start(const struct rvx_request *request, const struct rvx__backend *backend, rvx_op_fn callback,
                          void *arg, struct rvx__lookup_job **job)
{
    struct rvx__lookup_job *new = new_job(request, backend);
    int rc;

    *job = NULL;
    if (new == NULL)
        return -ENOMEM;
    rc = rvx__resolver_work(request->resolver, request->loop, &new->base, callback, arg, &new->work);
    if (rc < 0)
        rvx__job_unref(&new->base);
    else
        *job = new;
    return rc;
}

void rvx__lookup_job_end(struct rvx__lookup_job *job)
{
    /* The worker may not yet have given its reference up. It has no business in what happens next, which may be the
     * end of the resolver and of its backends. */
    release_job(job);
    rvx__job_unref(&job->base);
}

void rvx__lookup_job_drop(struct rvx__lookup_job *job)
{
    rvx_op_cancel(job->work);
    rvx__job_unref(&job->base);
}
