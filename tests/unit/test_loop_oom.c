/* test_loop_oom.c - each allocation of loops, operations, pools and waits fails in turn: an error, and nothing lost */
#include "support/loop.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#include "loop/timer.h"
#include "loop/watch.h"
#include "loop/waiter.h"
#include "loop/work.h"
#include "support/oom.h"

#define RUNS_MAX 200 /* more allocations than any of these makes */

/* What one run of a row needs. Made outside the part whose allocations fail, and freed after it. */
struct run {
    enum rvx_poller poller;
    struct rvx_loop *loop;
    struct seen seen;
    int fds[2];
};

static int do_loop_new(struct run *run)
{
    struct rvx_loop_opts opts = {sizeof opts, run->poller};
    struct rvx_loop *loop;
    struct rvx_error err;
    int result = rvx_loop_new(&opts, &loop, &err);

    assert_int_equal(loop != NULL, result == 0);
    assert_int_equal(err.code, result);
    if (result < 0)
        assert_string_equal(rvx_error_text(&err), "cannot allocate memory");
    rvx_loop_free(loop);
    return result;
}

/* So many that the heap grows. */
static int do_timers(struct run *run)
{
    int result = 0, started = 0;

    while (result == 0 && started < 40) {
        result = rvx_timer_start(run->loop, RVX_NOWAIT, see, &run->seen, NULL);
        started += result == 0;
    }
    assert_int_equal(rvx_loop_run(run->loop), 0);
    assert_int_equal(run->seen.calls, started); /* those that were started are not hurt */
    return result;
}

static int do_wait(struct run *run)
{
    struct rvx_op *op = (struct rvx_op *)run;
    int result = rvx_wait_start(run->loop, run->fds[0], POLLOUT, rvx_after(RVX_SECONDS(60)), see, &run->seen, &op);

    assert_int_equal(op != NULL, result == 0);
    assert_int_equal(rvx_loop_run(run->loop), 0);
    assert_int_equal(run->seen.calls, result == 0);
    return result;
}

static int do_post(struct run *run)
{
    int result = rvx_loop_post(run->loop, see, &run->seen);

    assert_int_equal(rvx_loop_run(run->loop), 0);
    assert_int_equal(run->seen.calls, result == 0);
    return result;
}

static void ignore_events(void *arg, unsigned events)
{
    (void)arg;
    (void)events;
}

static void ignore_timer(void *arg)
{
    (void)arg;
}

static int do_watch_and_timer(struct run *run)
{
    struct rvx__watch watch = {0};
    struct rvx__timer timer = {0};
    int result = rvx__watch_start(run->loop, &watch, run->fds[0], POLLIN, ignore_events, NULL);

    if (result == 0)
        result = rvx__timer_start(run->loop, &timer, RVX_FOREVER, ignore_timer, NULL);
    assert_int_equal(rvx__timer_active(&timer), result == 0);
    rvx__timer_stop(&timer);
    rvx__watch_stop(&watch);
    assert_int_equal(rvx_loop_dispatch(run->loop), 0);
    return result;
}

static int do_loop_fd(struct run *run)
{
    int result = rvx_loop_fd(run->loop);

    if (result == -EOPNOTSUPP)
        return 0;
    assert_int_equal(rvx_loop_dispatch(run->loop), 0);
    return result < 0 ? result : 0;
}

static int run_job(struct rvx__job *job)
{
    (void)job;
    return 3;
}

static void free_job(struct rvx__job *job)
{
    free(job);
}

static const struct rvx__job_kind job_kind = {run_job, free_job};

static int do_work(struct run *run)
{
    struct rvx__job *job = malloc(sizeof *job);
    struct rvx_op *op = (struct rvx_op *)run;
    struct rvx__pool *pool;
    int result = rvx__pool_new(NULL, &pool);

    assert_non_null(job);
    assert_int_equal(pool != NULL, result == 0);
    rvx__job_init(job, &job_kind);
    if (result == 0) {
        result = rvx__work_start(pool, run->loop, job, see, &run->seen, &op);
        assert_int_equal(op != NULL, result == 0);
    }
    rvx__job_unref(job);
    assert_int_equal(rvx_loop_run(run->loop), 0);
    assert_int_equal(run->seen.calls, result == 0);
    rvx__pool_free(pool);
    return result;
}

static int do_cancel_and_wait(struct run *run)
{
    struct rvx_ctx ctx = {sizeof ctx, RVX_NOWAIT, NULL};
    bool never = false;
    int result = rvx_cancel_new(&ctx.cancel);

    assert_int_equal(ctx.cancel != NULL, result == 0);
    if (result == 0)
        result = rvx__loop_wait(run->loop, &never, &ctx);
    rvx_cancel_free(ctx.cancel);
    return result == RVX_ETIMEOUT ? 0 : result;
}

static int do_many_descriptors(struct run *run)
{
    const struct rvx_waiter *waiter = rvx__waiter_get();
    struct pollfd entries[30];
    int result;

    assert_non_null(waiter->current(waiter->self)); /* which never fails */
    for (unsigned i = 0; i < COUNT_OF(entries); i++)
        entries[i] = (struct pollfd){run->fds[0], POLLOUT, 0};
    result = waiter->wait(waiter->self, entries, COUNT_OF(entries), RVX_FOREVER);
    assert_true(result == -ENOMEM || result == (int)COUNT_OF(entries));
    return result < 0 ? result : 0;
}

static const struct {
    const char *name;
    int (*run)(struct run *run);
    unsigned at_least; /* allocations it is known to make: fewer, and the row tests nothing */
} rows[] = {
    {"rvx_loop_new", do_loop_new, 3},
    {"timers", do_timers, 41},
    {"wait", do_wait, 2},
    {"post", do_post, 1},
    {"watch and timer", do_watch_and_timer, 1},
    {"loop descriptor", do_loop_fd, 0},
    {"work", do_work, 3},
    {"cancel token and blocking call", do_cancel_and_wait, 1},
    {"many descriptors in a wait", do_many_descriptors, 1},
};

static void run_row(size_t row, enum rvx_poller poller)
{
    for (unsigned n = 0; n < RUNS_MAX; n++) {
        struct run run = {.poller = poller, .loop = make_loop(poller)};
        bool failed;
        int result;

        make_pair(run.fds);
        oom_fail_after(n);
        result = rows[row].run(&run);
        oom_off();
        failed = oom_failed();
        rvx_loop_free(run.loop);
        close_pair(run.fds);
        if (result != (failed ? -ENOMEM : 0))
            print_error("row %s, allocation %u: %d\n", rows[row].name, n, result);
        assert_int_equal(result, failed ? -ENOMEM : 0);
        if (!failed) {
            assert_true(oom_count() >= rows[row].at_least);
            return;
        }
    }
    fail_msg("row %s: no end", rows[row].name);
}

static void test_rows(void **state)
{
    (void)state;
    for (size_t p = 0; p < COUNT_OF(pollers); p++) {
        for (size_t row = 0; row < COUNT_OF(rows); row++)
            run_row(row, pollers[p]);
    }
}

/* Moving a started timer needs no memory, in a callback neither, whatever was started meanwhile. */
static struct rvx__timer crowd[64];

static void move_all(void *arg)
{
    (void)arg;
    for (size_t i = 0; i < COUNT_OF(crowd); i++) {
        if (rvx__timer_active(&crowd[i]))
            rvx__timer_move(&crowd[i], RVX_FOREVER);
    }
}

static void test_moving_needs_none(void **state)
{
    struct rvx_loop *loop = make_loop(RVX_POLLER_DEFAULT);
    int active = 0;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(crowd); i++)
        assert_int_equal(rvx__timer_start(loop, &crowd[i], 1, move_all, NULL), 0);
    oom_fail_after(0);
    assert_int_equal(rvx_loop_dispatch(loop), 0);
    move_all(NULL);
    oom_off();
    assert_false(oom_failed());
    for (size_t i = 0; i < COUNT_OF(crowd); i++) {
        active += rvx__timer_active(&crowd[i]);
        rvx__timer_stop(&crowd[i]);
    }
    assert_int_equal(active, COUNT_OF(crowd) - 1); /* the first was called, and moved the others */
    rvx_loop_free(loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_moving_needs_none),
    };

    return cmocka_run_group_tests_name("loop_oom", tests, NULL, NULL);
}
