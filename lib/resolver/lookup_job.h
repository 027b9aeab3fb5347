/* lookup_job.h - a request to a backend that blocks, on a worker */
#ifndef RVX_RESOLVER_LOOKUP_JOB_H
#define RVX_RESOLVER_LOOKUP_JOB_H

#include "loop/work.h"
#include "resolver/request.h"
#include "resolver/resolver.h"

/* It owns all it points to, as it may outlive whoever asked. */
struct rvx__lookup_job {
    struct rvx__job base;
    struct rvx_op *work; /* the asker's: the operation on its loop */
    struct rvx_request request;
    const struct rvx__backend *backend;
    const struct rvx__snapshot *snapshot; /* a reference, or NULL */
    struct rvx_resolver *resolver;        /* a reference: the backend's life, and the pool's */
    struct rvx_addr addr;
    char texts[];
};

/* Hands a copy of `request` to a worker. callback gets `arg` when it is finished, or with a negative result when the
 * pool has gone.
 * Returns: 0; what prevents it: -ENOMEM, RVX_ELIMIT, -EAGAIN.
 * Ownership: one reference, given up with rvx__lookup_job_end() or _drop(). */
int rvx__lookup_job_start(const struct rvx_request *request, const struct rvx__backend *backend, rvx_op_fn callback,
                          void *arg, struct rvx__lookup_job **job);

/* Gives up a job that is finished. */
void rvx__lookup_job_end(struct rvx__lookup_job *job);

/* Gives up a job that may still run: nobody will hear of its end. */
void rvx__lookup_job_drop(struct rvx__lookup_job *job);

#endif
