/* test_work.c - the worker pool: bounds, results, cancelling in every state, ends in every order */
#include "support/test.h"

#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/list.h"
#include "loop/work.h"

/* Jobs report here, from whatever thread. */
static struct {
    atomic_int started, running, most_running, ended, freed;
    sem_t gate; /* jobs that were told to wait for it */
} stats;

struct job {
    struct rvx__job base;
    bool gated;
    int in, out;
    struct rvx__pool *pool; /* freed with the job, if not NULL */
    atomic_bool *signals_blocked;
};

static void note_most(int running)
{
    int most = atomic_load(&stats.most_running);

    while (running > most && !atomic_compare_exchange_weak(&stats.most_running, &most, running))
        continue;
}

static int run_job(struct rvx__job *base)
{
    struct job *job = RVX__OWNER(base, struct job, base);

    note_most(atomic_fetch_add(&stats.running, 1) + 1);
    atomic_fetch_add(&stats.started, 1);
    if (job->gated) {
        while (sem_wait(&stats.gate) != 0)
            continue;
    }
    job->out = job->in * 2;
    if (job->signals_blocked != NULL) {
        sigset_t mask;

        pthread_sigmask(SIG_BLOCK, NULL, &mask);
        atomic_store(job->signals_blocked, sigismember(&mask, SIGTERM) == 1 && sigismember(&mask, SIGUSR1) == 1);
    }
    atomic_fetch_sub(&stats.running, 1);
    atomic_fetch_add(&stats.ended, 1);
    return job->in;
}

static void free_job(struct rvx__job *base)
{
    struct job *job = RVX__OWNER(base, struct job, base);

    rvx__pool_free(job->pool);
    free(job);
    atomic_fetch_add(&stats.freed, 1);
}

static const struct rvx__job_kind job_kind = {.run = run_job, .free = free_job};

static struct job *make_job(int in, bool gated)
{
    struct job *job = calloc(1, sizeof *job);

    assert_non_null(job);
    job->in = in;
    job->gated = gated;
    rvx__job_init(&job->base, &job_kind);
    return job;
}

static void eventually(atomic_int *counter, int wanted)
{
    static const struct timespec moment = {0, 1000000};

    for (int i = 0; i < 20000 && atomic_load(counter) != wanted; i++)
        nanosleep(&moment, NULL);
    assert_int_equal(atomic_load(counter), wanted);
}

/* How many threads this process has. */
static int count_threads(void)
{
    char line[128];
    int n = -1;
    FILE *f = fopen("/proc/self/status", "r");

    assert_non_null(f);
    while (fgets(line, sizeof line, f) != NULL) {
        if (strncmp(line, "Threads:", 8) == 0)
            n = atoi(line + 8);
    }
    fclose(f);
    return n;
}

static void eventually_threads(int wanted)
{
    static const struct timespec moment = {0, 1000000};

    for (int i = 0; i < 20000 && count_threads() != wanted; i++)
        nanosleep(&moment, NULL);
    assert_int_equal(count_threads(), wanted);
}

struct fixture {
    struct rvx_loop *loop;
    struct rvx__pool *pool;
    int threads; /* before any worker; sanitizers have threads of their own */
};

static int set_up(void **state)
{
    static const struct rvx__pool_opts opts = {.threads_max = 2, .queue_max = 3};
    struct fixture *f = calloc(1, sizeof *f);

    if (f == NULL || rvx_loop_new(NULL, &f->loop, NULL) != 0 || rvx__pool_new(&opts, &f->pool) != 0)
        return -1;
    atomic_store(&stats.started, 0);
    atomic_store(&stats.running, 0);
    atomic_store(&stats.most_running, 0);
    atomic_store(&stats.ended, 0);
    atomic_store(&stats.freed, 0);
    sem_init(&stats.gate, 0, 0);
    f->threads = count_threads();
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    rvx__pool_free(f->pool);
    rvx_loop_free(f->loop);
    eventually_threads(f->threads);
    sem_destroy(&stats.gate);
    free(f);
    return 0;
}

struct seen {
    int calls;
    int result;
    struct job *job;
    int out;
};

static void see(void *arg, int result)
{
    struct seen *seen = arg;

    seen->calls++;
    seen->result = result;
    if (seen->job != NULL && result >= 0)
        seen->out = seen->job->out;
}

/* Starts a job whose only reference is the pool's from then on. */
static int start_and_forget(struct fixture *f, int in, bool gated, struct seen *seen, struct rvx_op **op)
{
    struct job *job = make_job(in, gated);
    int result = rvx__work_start(f->pool, f->loop, &job->base, see, seen, op);

    rvx__job_unref(&job->base);
    return result;
}

static void open_gate(int n)
{
    for (int i = 0; i < n; i++)
        sem_post(&stats.gate);
}

static void test_results(void **state)
{
    struct fixture *f = *state;
    struct seen seen[40];

    for (int round = 0; round < 20; round++) {
        for (int i = 0; i < 3; i++) {
            struct job *job = make_job(i + 1, false);

            seen[i] = (struct seen){.job = job};
            assert_int_equal(rvx__work_start(f->pool, f->loop, &job->base, see, &seen[i], NULL), 0);
            assert_int_equal(seen[i].calls, 0);
        }
        assert_int_equal(rvx_loop_run(f->loop), 0);
        for (int i = 0; i < 3; i++) {
            assert_int_equal(seen[i].calls, 1);
            assert_int_equal(seen[i].result, i + 1);
            assert_int_equal(seen[i].out, 2 * (i + 1));
            rvx__job_unref(&seen[i].job->base);
        }
    }
    eventually(&stats.freed, 60);
    assert_true(atomic_load(&stats.most_running) <= 2);
    assert_true(count_threads() <= f->threads + 2);
}

static void test_bounds(void **state)
{
    struct fixture *f = *state;
    struct seen seen = {0};
    struct rvx_op *op;

    for (int i = 0; i < 2; i++)
        assert_int_equal(start_and_forget(f, i, true, &seen, NULL), 0);
    eventually(&stats.started, 2);
    for (int i = 0; i < 3; i++)
        assert_int_equal(start_and_forget(f, i, true, &seen, NULL), 0);
    op = (struct rvx_op *)&seen;
    assert_int_equal(start_and_forget(f, 9, true, &seen, &op), RVX_ELIMIT);
    assert_null(op);
    assert_int_equal(atomic_load(&stats.freed), 1); /* the one that was refused */
    open_gate(5);
    assert_int_equal(rvx_loop_run(f->loop), 0);
    assert_int_equal(seen.calls, 5);
    assert_int_equal(atomic_load(&stats.most_running), 2);
    eventually(&stats.freed, 6);
    assert_int_equal(start_and_forget(f, 1, false, &seen, NULL), 0); /* room again */
    assert_int_equal(rvx_loop_run(f->loop), 0);
    assert_int_equal(seen.calls, 6);
}

static void test_cancel_waiting(void **state)
{
    struct fixture *f = *state;
    struct seen seen = {0}, cancelled = {0};
    struct rvx_op *op;

    for (int i = 0; i < 2; i++)
        assert_int_equal(start_and_forget(f, i, true, &seen, NULL), 0);
    eventually(&stats.started, 2);
    assert_int_equal(start_and_forget(f, 7, true, &cancelled, &op), 0);
    rvx_op_cancel(op);
    assert_int_equal(atomic_load(&stats.freed), 1); /* at once, on this thread */
    open_gate(3);
    assert_int_equal(rvx_loop_run(f->loop), 0);
    assert_int_equal(seen.calls, 2);
    assert_int_equal(cancelled.calls, 0);
    assert_int_equal(atomic_load(&stats.started), 2);
}

static void test_cancel_running(void **state)
{
    struct fixture *f = *state;
    struct seen cancelled = {0}, seen = {0};
    struct rvx_op *op;

    assert_int_equal(start_and_forget(f, 7, true, &cancelled, &op), 0);
    eventually(&stats.started, 1);
    rvx_op_cancel(op);
    assert_int_equal(rvx_loop_run(f->loop), 0); /* nothing is pending any more */
    assert_int_equal(atomic_load(&stats.freed), 0);
    open_gate(1);
    eventually(&stats.freed, 1); /* by the worker */
    assert_int_equal(start_and_forget(f, 1, false, &seen, NULL), 0);
    assert_int_equal(rvx_loop_run(f->loop), 0);
    assert_int_equal(seen.calls, 1);
    assert_int_equal(cancelled.calls, 0);
}

/* Done, and the loop has not looked yet; or it has, and the operation is in the queue behind another one. */
static void cancel_other(void *arg, int result)
{
    (void)result;
    rvx_op_cancel(*(struct rvx_op **)arg);
}

static void test_cancel_done(void **state)
{
    struct fixture *f = *state;
    struct seen cancelled = {0};
    struct rvx_op *op;

    assert_int_equal(start_and_forget(f, 7, false, &cancelled, &op), 0);
    eventually(&stats.freed, 1); /* freed after its result was sent */
    rvx_op_cancel(op);
    assert_int_equal(rvx_loop_run(f->loop), 0);
    assert_int_equal(rvx_loop_dispatch(f->loop), 0);

    assert_int_equal(rvx_loop_post(f->loop, cancel_other, &op), 0);
    assert_int_equal(start_and_forget(f, 7, false, &cancelled, &op), 0);
    eventually(&stats.freed, 2);
    assert_int_equal(rvx_loop_run(f->loop), 0);
    assert_int_equal(cancelled.calls, 0);
}

static void test_free_pool(void **state)
{
    struct fixture *f = *state;
    struct seen running[2] = {{0}}, waiting[3] = {{0}};

    for (int i = 0; i < 2; i++)
        assert_int_equal(start_and_forget(f, i, true, &running[i], NULL), 0);
    eventually(&stats.started, 2);
    for (int i = 0; i < 3; i++)
        assert_int_equal(start_and_forget(f, i, true, &waiting[i], NULL), 0);
    rvx__pool_free(f->pool); /* does not wait for the gate */
    f->pool = NULL;
    assert_int_equal(atomic_load(&stats.freed), 3);
    assert_int_equal(rvx_loop_run(f->loop), 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(running[i].calls, 1);
        assert_int_equal(running[i].result, RVX_ECANCELED);
    }
    for (int i = 0; i < 3; i++) {
        assert_int_equal(waiting[i].calls, 1);
        assert_int_equal(waiting[i].result, RVX_ECANCELED);
    }
    open_gate(2);
    eventually(&stats.freed, 5);
    assert_int_equal(atomic_load(&stats.started), 2);
}

/* The pool ends at whatever moment its job is in: waiting, running, done, being freed. The callback comes once. */
static void test_free_pool_at_any_moment(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < 300; i++) {
        struct seen seen = {0};

        assert_int_equal(start_and_forget(f, 5, false, &seen, NULL), 0);
        for (int k = 0; k < i % 60; k++)
            sched_yield();
        rvx__pool_free(f->pool);
        assert_int_equal(rvx_loop_run(f->loop), 0);
        assert_int_equal(seen.calls, 1);
        assert_true(seen.result == 5 || seen.result == RVX_ECANCELED);
        assert_int_equal(rvx__pool_new(NULL, &f->pool), 0);
    }
    eventually(&stats.freed, 300);
}

static void test_free_loop(void **state)
{
    struct fixture *f = *state;
    struct seen seen = {0};

    assert_int_equal(start_and_forget(f, 1, false, &seen, NULL), 0);
    eventually(&stats.freed, 1); /* done */
    for (int i = 0; i < 2; i++)
        assert_int_equal(start_and_forget(f, i, true, &seen, NULL), 0);
    eventually(&stats.started, 3); /* running */
    assert_int_equal(start_and_forget(f, 9, true, &seen, NULL), 0);
    rvx_loop_free(f->loop);
    f->loop = NULL;
    assert_int_equal(atomic_load(&stats.freed), 2); /* the one that waited */
    open_gate(2);
    eventually(&stats.freed, 4);
    assert_int_equal(seen.calls, 0);
    assert_int_equal(atomic_load(&stats.started), 3);
}

/* The loop goes, then the pool, then the operation's other references, all before the job ends. */
static void test_free_all_while_running(void **state)
{
    struct fixture *f = *state;
    struct seen seen = {0};

    assert_int_equal(start_and_forget(f, 1, true, &seen, NULL), 0);
    eventually(&stats.started, 1);
    rvx_loop_free(f->loop);
    rvx__pool_free(f->pool);
    f->loop = NULL;
    f->pool = NULL;
    open_gate(1);
    eventually(&stats.freed, 1);
    assert_int_equal(seen.calls, 0);
}

/* The last reference to what owns the pool may go on a worker. */
static void test_free_pool_on_worker(void **state)
{
    struct fixture *f = *state;
    struct job *job = make_job(1, true);
    struct seen seen = {0};

    job->pool = f->pool;
    assert_int_equal(rvx__work_start(f->pool, f->loop, &job->base, see, &seen, NULL), 0);
    rvx__job_unref(&job->base);
    eventually(&stats.started, 1);
    open_gate(1);
    assert_int_equal(rvx_loop_run(f->loop), 0);
    assert_int_equal(seen.calls, 1);
    eventually(&stats.freed, 1);
    f->pool = NULL;
}

static void test_idle_threads_end(void **state)
{
    static const struct rvx__pool_opts opts = {.threads_max = 3, .idle = RVX_MILLISECONDS(1)};
    struct fixture *f = *state;
    struct seen seen = {0};

    rvx__pool_free(f->pool);
    assert_int_equal(rvx__pool_new(&opts, &f->pool), 0);
    assert_int_equal(count_threads(), f->threads); /* none before there is work */
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 3; i++)
            assert_int_equal(start_and_forget(f, i, false, &seen, NULL), 0);
        assert_int_equal(rvx_loop_run(f->loop), 0);
        eventually_threads(f->threads);
    }
    assert_int_equal(seen.calls, 9);
}

/* One job after the other needs one thread. A worker may be late to lie down, so one good try of many is enough. */
static void test_idle_threads_are_used(void **state)
{
    struct fixture *f = *state;
    int threads = 0;

    for (int try = 0; try < 100 && threads != f->threads + 1; try++) {
        rvx__pool_free(f->pool);
        assert_int_equal(rvx__pool_new(NULL, &f->pool), 0);
        for (int i = 0; i < 3; i++) {
            struct seen seen = {0};

            assert_int_equal(start_and_forget(f, i, false, &seen, NULL), 0);
            assert_int_equal(rvx_loop_run(f->loop), 0);
            usleep(1000);
        }
        threads = count_threads();
    }
    assert_int_equal(threads, f->threads + 1);
}

static void test_signals_are_blocked(void **state)
{
    struct fixture *f = *state;
    struct job *job = make_job(1, false);
    struct seen seen = {0};
    atomic_bool blocked = false;
    sigset_t before, after;

    pthread_sigmask(SIG_BLOCK, NULL, &before);
    job->signals_blocked = &blocked;
    assert_int_equal(rvx__work_start(f->pool, f->loop, &job->base, see, &seen, NULL), 0);
    pthread_sigmask(SIG_BLOCK, NULL, &after);
    assert_int_equal(sigismember(&after, SIGTERM), sigismember(&before, SIGTERM));
    assert_int_equal(rvx_loop_run(f->loop), 0);
    assert_true(atomic_load(&blocked));
    rvx__job_unref(&job->base);
}

static void test_fork(void **state)
{
    struct fixture *f = *state;
    struct seen seen = {0};
    struct rvx_op *op;
    int status;
    pid_t pid;

    assert_int_equal(start_and_forget(f, 1, true, &seen, &op), 0);
    eventually(&stats.started, 1);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct rvx_loop *own;
        struct job *job = make_job(1, false);
        int wrong = rvx_loop_new(NULL, &own, NULL) != 0;

        wrong += rvx__work_start(f->pool, own, &job->base, see, &seen, NULL) != RVX_EFORKED;
        rvx_op_cancel(op);
        rvx__pool_free(f->pool);
        rvx_loop_free(f->loop);
        rvx_loop_free(own);
        _exit(wrong);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    open_gate(1);
    assert_int_equal(rvx_loop_run(f->loop), 0);
    assert_int_equal(seen.calls, 1);
}

/* Several threads, a loop each, one pool; some operations are cancelled at whatever moment it happens to be. */
#define USERS 3
#define ROUNDS 300

static void *use_pool(void *arg)
{
    struct rvx__pool *pool = arg;
    struct rvx_loop *loop;
    long sum = 0;

    if (rvx_loop_new(NULL, &loop, NULL) != 0)
        abort();
    for (int i = 0; i < ROUNDS; i++) {
        struct seen seen = {0}, cancelled = {0};
        struct rvx_op *op = NULL;
        struct job *job = make_job(i, false), *other = make_job(i, false);
        int result = rvx__work_start(pool, loop, &job->base, see, &seen, NULL);

        rvx__job_unref(&job->base);
        if (result == 0)
            rvx__work_start(pool, loop, &other->base, see, &cancelled, &op);
        rvx__job_unref(&other->base);
        for (int k = 0; k < i % 50; k++)
            sched_yield();
        rvx_op_cancel(op);
        if (rvx_loop_run(loop) != 0 || cancelled.calls != 0 || seen.calls != (result == 0))
            abort();
        sum += seen.result;
    }
    rvx_loop_free(loop);
    return sum > 0 ? pool : NULL;
}

static void test_shared(void **state)
{
    struct fixture *f = *state;
    pthread_t threads[USERS];

    for (int i = 0; i < USERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, use_pool, f->pool), 0);
    for (int i = 0; i < USERS; i++) {
        void *result;

        pthread_join(threads[i], &result);
        assert_ptr_equal(result, f->pool);
    }
    eventually(&stats.freed, USERS * ROUNDS * 2);
}

static void *do_nothing(void *arg)
{
    return arg;
}

int main(void)
{
    pthread_t first;

    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_results, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_bounds, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_cancel_waiting, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_cancel_running, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_cancel_done, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_free_pool, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_free_pool_at_any_moment, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_free_loop, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_free_all_while_running, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_free_pool_on_worker, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_idle_threads_end, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_idle_threads_are_used, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_signals_are_blocked, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_fork, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_shared, set_up, tear_down),
    };

    /* With the first thread a sanitizer may start threads of its own, which are not to be counted as workers. */
    if (pthread_create(&first, NULL, do_nothing, NULL) != 0 || pthread_join(first, NULL) != 0)
        return 1;
    return cmocka_run_group_tests_name("work", tests, NULL, NULL);
}
