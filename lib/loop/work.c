/* work.c - a bounded pool of threads for calls that block
 *
 * Model: jobs wait in a queue under the pool's one lock; threads are made when there are more jobs than idle threads,
 * up to a limit, and end after having had nothing to do for a while. Job and operation know each other through two
 * pointers that are read and cut under that lock. Whoever cuts first decides: a worker that finds its job without an
 * operation drops the result; an operation that is cancelled finds its job waiting (and takes it out), running (and
 * leaves it behind) or done (and takes the note about it back). As the loop's end cancels its operations, no worker
 * ever touches a loop that is gone.
 *
 * The end of the pool waits for idle threads only, which are told to end and joined. Busy ones are detached: a call
 * that hangs in a name service module must not hang the program's exit. They hold the pool's memory, not its owner.
 *
 * Workers have all signals blocked, so that the program's handlers run on the program's threads, and small stacks;
 * where thread-local storage alone needs more than that, the default size is taken.
 *
 * Not done: priorities; fairness between loops; growing by load.
 */
#include <config.h>

#include "loop/work.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "loop/private.h"

#define THREADS_MAX 4
#define QUEUE_MAX 256
#define IDLE RVX_SECONDS(10)
#define STACK_SIZE ((size_t)256 * 1024)

struct rvx__pool {
    pthread_mutex_t lock; /* over everything below */
    pthread_cond_t changed;
    struct rvx__link queue; /* jobs that wait */
    unsigned queue_n;
    struct rvx__link workers;
    unsigned workers_n;
    unsigned idle_n;
    unsigned refs; /* owner, workers, operations */
    bool closing;
    struct rvx__pool_opts opts;
    pid_t pid; /* of the process that made it */
};

struct worker {
    struct rvx__link link; /* in the pool's workers */
    struct rvx__pool *pool;
    struct rvx__job *job; /* being run; NULL: none, or it has run */
    pthread_t thread;
    bool busy;   /* with a job, giving up the reference to it included */
    bool joined; /* the pool's end joins it and frees this */
};

/* The operation. */
struct rvx__work {
    struct rvx_op op;
    struct rvx__note note; /* brings the result to the loop */
    struct rvx__pool *pool;
    struct rvx__job *job; /* NULL: the note was sent */
    int result;
};

void rvx__job_init(struct rvx__job *job, const struct rvx__job_kind *kind)
{
    *job = (struct rvx__job){.kind = kind};
    atomic_init(&job->refs, 1);
}

void rvx__job_unref(struct rvx__job *job)
{
    if (atomic_fetch_sub(&job->refs, 1) == 1)
        job->kind->free(job);
}

static bool is_abandoned(const struct rvx__pool *pool)
{
    return pool->pid != getpid();
}

int rvx__pool_new(const struct rvx__pool_opts *opts, struct rvx__pool **out)
{
    static const struct rvx__pool_opts defaults = {0};
    struct rvx__pool *pool = rvx__calloc(1, sizeof *pool);
    pthread_condattr_t attr;

    *out = NULL;
    if (pool == NULL)
        return -ENOMEM;
    pool->opts = opts != NULL ? *opts : defaults;
    if (pool->opts.threads_max == 0)
        pool->opts.threads_max = THREADS_MAX;
    if (pool->opts.queue_max == 0)
        pool->opts.queue_max = QUEUE_MAX;
    if (pool->opts.idle == 0)
        pool->opts.idle = IDLE;
    pool->refs = 1;
    pool->pid = getpid();
    rvx__list_init(&pool->queue);
    rvx__list_init(&pool->workers);
    pthread_mutex_init(&pool->lock, NULL); /* these do not fail on Linux */
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&pool->changed, &attr);
    pthread_condattr_destroy(&attr);
    *out = pool;
    return 0;
}

/* Gives the lock up, and a reference. */
static void unlock_unref(struct rvx__pool *pool)
{
    bool last = --pool->refs == 0;

    pthread_mutex_unlock(&pool->lock);
    if (!last)
        return;
    pthread_cond_destroy(&pool->changed);
    pthread_mutex_destroy(&pool->lock);
    rvx__free(pool);
}

/* Ends the operation that wants this job's result, if there still is one. Under the lock. */
static void end_work(struct rvx__job *job, int result)
{
    struct rvx__work *work = job->work;

    if (work == NULL)
        return;
    job->work = NULL;
    work->job = NULL;
    work->result = result;
    rvx__wake_send(&work->op.loop->wake, &work->note);
}

static void dequeue(struct rvx__pool *pool, struct rvx__job *job)
{
    rvx__link_remove(&job->link);
    pool->queue_n--;
}

/* Waits for a job: false when there was none for too long, or the pool is closing. Under the lock. */
static bool wait_for_job(struct rvx__pool *pool)
{
    rvx_time until = rvx_after(pool->opts.idle);
    struct timespec ts = {(time_t)(until / RVX_SECONDS(1)), (long)(until % RVX_SECONDS(1))};
    int result = 0;

    pool->idle_n++;
    while (rvx__list_empty(&pool->queue) && !pool->closing && result != ETIMEDOUT)
        result = pthread_cond_timedwait(&pool->changed, &pool->lock, &ts);
    pool->idle_n--;
    return !pool->closing && !rvx__list_empty(&pool->queue);
}

static void run_next_job(struct rvx__pool *pool, struct worker *worker)
{
    struct rvx__job *job = RVX__OWNER(rvx__list_first(&pool->queue), struct rvx__job, link);
    int result;

    dequeue(pool, job);
    worker->job = job;
    worker->busy = true;
    pthread_mutex_unlock(&pool->lock);
    result = job->kind->run(job);
    pthread_mutex_lock(&pool->lock);
    end_work(job, result);
    worker->job = NULL;
    pthread_mutex_unlock(&pool->lock);
    rvx__job_unref(job); /* without the lock, as it may end the pool */
    pthread_mutex_lock(&pool->lock);
    worker->busy = false;
}

/* Nobody is going to join this worker. Under the lock. */
static void dismiss_self(struct rvx__pool *pool, struct worker *worker)
{
    if (rvx__link_in_list(&worker->link)) {
        rvx__link_remove(&worker->link);
        pool->workers_n--;
        pthread_detach(worker->thread);
    }
    rvx__free(worker);
}

static void *run_worker(void *arg)
{
    struct worker *worker = arg;
    struct rvx__pool *pool = worker->pool;

    pthread_mutex_lock(&pool->lock);
    while (wait_for_job(pool))
        run_next_job(pool, worker);
    if (!worker->joined)
        dismiss_self(pool, worker);
    unlock_unref(pool);
    return NULL;
}

static int create_thread(struct worker *worker)
{
    pthread_attr_t attr;
    sigset_t all, before;
    int result;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* inherited by the thread */
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, STACK_SIZE);
    result = pthread_create(&worker->thread, &attr, run_worker, worker);
    if (result == EINVAL)
        result = pthread_create(&worker->thread, NULL, run_worker, worker);
    pthread_attr_destroy(&attr);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return -result;
}

/* Makes another worker. Under the lock, which the thread's first act is to wait for. */
static int add_worker(struct rvx__pool *pool)
{
    struct worker *worker = rvx__calloc(1, sizeof *worker);
    int result;

    if (worker == NULL)
        return -ENOMEM;
    worker->pool = pool;
    result = create_thread(worker);
    if (result < 0) {
        rvx__free(worker);
        return result;
    }
    rvx__list_append(&pool->workers, &worker->link);
    pool->workers_n++;
    pool->refs++;
    return 0;
}

static int enqueue(struct rvx__pool *pool, struct rvx__job *job, struct rvx__work *work)
{
    int result = 0;

    if (pool->queue_n >= pool->opts.queue_max)
        return RVX_ELIMIT;
    if (pool->queue_n >= pool->idle_n && pool->workers_n < pool->opts.threads_max)
        result = add_worker(pool);
    if (result < 0 && pool->workers_n == 0)
        return result;
    atomic_fetch_add(&job->refs, 1);
    job->work = work;
    rvx__list_append(&pool->queue, &job->link);
    pool->queue_n++;
    pool->refs++;
    pthread_cond_signal(&pool->changed);
    return 0;
}

/* Cuts the operation off its job. Gives the job back if it is not going to run. */
static struct rvx__job *detach(struct rvx__work *work)
{
    struct rvx__pool *pool = work->pool;
    struct rvx__job *job = work->job;

    if (job == NULL) {
        rvx__wake_recall(&work->op.loop->wake, &work->note);
        return NULL;
    }
    work->job = NULL;
    job->work = NULL;
    if (!rvx__link_in_list(&job->link))
        return NULL;
    dequeue(pool, job);
    return job;
}

static void stop_work(struct rvx_op *op)
{
    struct rvx__work *work = RVX__OWNER(op, struct rvx__work, op);
    struct rvx__job *job;

    if (is_abandoned(work->pool))
        return;
    pthread_mutex_lock(&work->pool->lock);
    job = detach(work);
    pthread_mutex_unlock(&work->pool->lock);
    if (job != NULL)
        rvx__job_unref(job);
}

static void free_work(struct rvx_op *op)
{
    struct rvx__work *work = RVX__OWNER(op, struct rvx__work, op);

    if (!is_abandoned(work->pool)) {
        pthread_mutex_lock(&work->pool->lock);
        unlock_unref(work->pool);
    }
    rvx__free(work);
}

static const struct rvx__op_kind work_kind = {.stop = stop_work, .free = free_work};

static void receive_result(struct rvx__note *note)
{
    struct rvx__work *work = RVX__OWNER(note, struct rvx__work, note);

    rvx__op_finish(&work->op, work->result);
}

int rvx__work_start(struct rvx__pool *pool, struct rvx_loop *loop, struct rvx__job *job, rvx_op_fn callback, void *arg,
                    struct rvx_op **op)
{
    struct rvx__work *work;
    int result = is_abandoned(pool) ? RVX_EFORKED : rvx__loop_check(loop);

    if (op != NULL)
        *op = NULL;
    if (result < 0)
        return result;
    work = rvx__calloc(1, sizeof *work);
    if (work == NULL)
        return -ENOMEM;
    work->pool = pool;
    work->job = job;
    work->note.arrive = receive_result;
    rvx__op_init(&work->op, loop, &work_kind, callback, arg);
    pthread_mutex_lock(&pool->lock);
    result = enqueue(pool, job, work);
    pthread_mutex_unlock(&pool->lock);
    if (result < 0) {
        rvx__op_fini(&work->op);
        rvx__free(work);
        return result;
    }
    if (op != NULL)
        *op = &work->op;
    return 0;
}

/* Ends the operations of jobs that wait, and collects the jobs. Under the lock. */
static void cancel_queue(struct rvx__pool *pool, struct rvx__link *jobs)
{
    struct rvx__link *link;

    while ((link = rvx__list_first(&pool->queue)) != NULL) {
        struct rvx__job *job = RVX__OWNER(link, struct rvx__job, link);

        end_work(job, RVX_ECANCELED);
        dequeue(pool, job);
        rvx__list_append(jobs, &job->link);
    }
}

/* Detaches busy workers, and collects idle ones for joining. Under the lock. */
static void dismiss_workers(struct rvx__pool *pool, struct rvx__link *idle)
{
    struct rvx__link *link;

    while ((link = rvx__list_take(&pool->workers)) != NULL) {
        struct worker *worker = RVX__OWNER(link, struct worker, link);

        pool->workers_n--;
        if (worker->job != NULL)
            end_work(worker->job, RVX_ECANCELED);
        if (worker->busy) {
            pthread_detach(worker->thread);
        } else {
            worker->joined = true;
            rvx__list_append(idle, link);
        }
    }
}

void rvx__pool_free(struct rvx__pool *pool)
{
    struct rvx__link jobs, idle, *link;

    if (pool == NULL || is_abandoned(pool))
        return;
    rvx__list_init(&jobs);
    rvx__list_init(&idle);
    pthread_mutex_lock(&pool->lock);
    pool->closing = true;
    cancel_queue(pool, &jobs);
    dismiss_workers(pool, &idle);
    pthread_cond_broadcast(&pool->changed);
    pthread_mutex_unlock(&pool->lock);
    while ((link = rvx__list_take(&jobs)) != NULL)
        rvx__job_unref(RVX__OWNER(link, struct rvx__job, link));
    while ((link = rvx__list_take(&idle)) != NULL) {
        struct worker *worker = RVX__OWNER(link, struct worker, link);

        pthread_join(worker->thread, NULL);
        rvx__free(worker);
    }
    pthread_mutex_lock(&pool->lock);
    unlock_unref(pool);
}
