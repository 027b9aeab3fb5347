/* work.h - a bounded pool of threads for calls that block
 *
 * A job is a piece of memory shared between the one who starts it and the thread that runs it, by reference count:
 *
 *     struct my_job { struct rvx__job base; inputs; outputs; };
 *     rvx__job_init(&job->base, &my_kind);                             one reference, the starter's
 *     rvx__work_start(pool, loop, &job->base, callback, arg, &op);     the pool takes its own
 *     ... callback(arg, result): read the outputs
 *     rvx__job_unref(&job->base);
 *
 * From the start to the callback the job's contents belong to the worker. After rvx_op_cancel() they do for ever: all
 * that the starter may still do is to give up its reference. A job that still waits is then taken out of the queue; one
 * that runs goes on, nobody hears of its end, and the worker frees it.
 */
#ifndef RVX_LOOP_WORK_H
#define RVX_LOOP_WORK_H

#include <stdatomic.h>

#include <resolvx/loop.h>

#include "base/list.h"

struct rvx__pool;
struct rvx__job;
struct rvx__work;

struct rvx__job_kind {
    /* REQUIRED. Does the blocking work; touches the job only. Its result is what the callback gets.
     * Thread: a worker, with all signals blocked and a stack of 256 KiB. */
    int (*run)(struct rvx__job *job);

    /* REQUIRED. Frees the job when the last reference is gone.  Thread: a worker or a starter. */
    void (*free)(struct rvx__job *job);
};

struct rvx__job {
    const struct rvx__job_kind *kind;
    atomic_uint refs;
    struct rvx__link link;  /* in the pool's queue; under the pool's lock, as is `work` */
    struct rvx__work *work; /* the operation that wants the result; NULL: nobody */
};

void rvx__job_init(struct rvx__job *job, const struct rvx__job_kind *kind);
void rvx__job_unref(struct rvx__job *job);

struct rvx__pool_opts {
    unsigned threads_max; /* 0: 4 */
    unsigned queue_max;   /* jobs waiting for a thread; 0: 256 */
    rvx_time idle;        /* a thread without work ends after this; 0: 10 s */
};

/* Makes a pool; threads come with the jobs.  opts: may be NULL.
 * Returns: 0, -ENOMEM. */
int rvx__pool_new(const struct rvx__pool_opts *opts, struct rvx__pool **pool);

/* Frees a pool without waiting for running jobs. Operations whose jobs wait or run end with RVX_ECANCELED; what runs is
 * left to itself. In a forked child the pool is abandoned, as its lock may be held by a thread that is not there.
 * pool: may be NULL.  Thread: any. */
void rvx__pool_free(struct rvx__pool *pool);

/* Has a worker run `job`, and `callback` called on the loop with its result.
 * op: may be NULL.
 * Returns: 0; -ENOMEM; RVX_EFORKED; RVX_ELIMIT if too many jobs wait; -EAGAIN if there is no thread and none can be
 *          made.
 * Thread: the loop's; loops of several threads may share a pool. */
int rvx__work_start(struct rvx__pool *pool, struct rvx_loop *loop, struct rvx__job *job, rvx_op_fn callback, void *arg,
                    struct rvx_op **op);

#endif
