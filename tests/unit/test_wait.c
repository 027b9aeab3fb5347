/* test_wait.c - blocking calls over the default waiter and a foreign one, with a descriptor for the loop and without */
#include "support/loop.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "loop/waiter.h"
#include "loop/work.h"

/* --- a foreign waiter --------------------------------------------------------------------------------------------- */

/* Waits in poll(2) as the default does, but says what it was asked, and now and then returns for no reason. */
struct foreign {
    struct rvx_waiter waiter;
    int waits, names, forgotten;
    unsigned most;
    bool fail;
};

static int foreign_wait(void *self, struct pollfd *fds, unsigned n, rvx_time deadline)
{
    struct foreign *foreign = self;
    int ms = -1;

    foreign->waits++;
    foreign->most = n > foreign->most ? n : foreign->most;
    if (foreign->fail)
        return -ENOSYS;
    if (foreign->waits % 3 == 0)
        return 0;
    if (deadline != RVX_FOREVER)
        ms = deadline > rvx_now() ? (int)((deadline - rvx_now()) / 1000000 + 1) : 0;
    return poll(fds, n, ms);
}

static void *foreign_current(void *self)
{
    ((struct foreign *)self)->names++;
    return self;
}

static void foreign_wake(void *self, void *who)
{
    (void)self;
    (void)who;
}

static void foreign_forget(void *self, int fd)
{
    ((struct foreign *)self)->forgotten = fd;
}

static void init_foreign(struct foreign *foreign)
{
    *foreign = (struct foreign){
        .waiter = {sizeof(struct rvx_waiter), foreign, foreign_wait, foreign_current, foreign_wake, foreign_forget},
        .forgotten = -1,
    };
}

static void *look_at_default(void *arg)
{
    (void)arg;
    return rvx__waiter_is_default(rvx__waiter_get()) ? arg : NULL;
}

static void test_swap(void **state)
{
    struct foreign a, b;
    pthread_t thread;
    void *result;

    (void)state;
    init_foreign(&a);
    init_foreign(&b);
    rvx__waiter_forget(5);
    assert_null(rvx_waiter_swap(&a.waiter));
    assert_ptr_equal(rvx__waiter_get(), &a.waiter);
    assert_false(rvx__waiter_is_default(&a.waiter));
    rvx__waiter_forget(6);
    assert_int_equal(a.forgotten, 6);
    assert_int_equal(pthread_create(&thread, NULL, look_at_default, &a), 0); /* this thread only */
    pthread_join(thread, &result);
    assert_ptr_equal(result, &a);
    b.waiter.size = offsetof(struct rvx_waiter, forget); /* from an older header */
    assert_ptr_equal(rvx_waiter_swap(&b.waiter), &a.waiter);
    rvx__waiter_forget(7);
    assert_int_equal(b.forgotten, -1);
    assert_ptr_equal(rvx_waiter_swap(NULL), &b.waiter);
    assert_null(rvx_waiter_swap(NULL));
}

/* --- blocking calls ----------------------------------------------------------------------------------------------- */

enum who { WHO_DEFAULT, WHO_FOREIGN, WHO_POLL, WHO_FOREIGN_POLL, WHO_N };
static const char *const who_names[] = {"default", "foreign", "default, poll(2)", "foreign, poll(2)"};

struct call {
    struct foreign foreign;
    struct rvx_loop *loop;
    bool done;
    int result;
    int left; /* callbacks until it is done */
};

static void finish_call(void *arg, int result)
{
    struct call *call = arg;

    call->result = result;
    call->done = --call->left <= 0;
}

static void begin_call(struct call *call, enum who who)
{
    bool by_poll = who == WHO_POLL || who == WHO_FOREIGN_POLL;
    struct rvx_loop_opts opts = {sizeof opts, by_poll ? RVX_POLLER_POLL : RVX_POLLER_EPOLL};

    *call = (struct call){.result = -1};
    init_foreign(&call->foreign);
    assert_int_equal(rvx_loop_new(&opts, &call->loop, NULL), 0);
    if (who == WHO_FOREIGN || who == WHO_FOREIGN_POLL)
        assert_null(rvx_waiter_swap(&call->foreign.waiter));
}

static void end_call(struct call *call)
{
    rvx_waiter_swap(NULL);
    rvx_loop_free(call->loop);
}

static int run_slow(struct rvx__job *job)
{
    (void)job;
    usleep(3000);
    return 7;
}

static void free_job(struct rvx__job *job)
{
    free(job);
}

static const struct rvx__job_kind slow_kind = {run_slow, free_job};

static void start_slow_job(struct call *call, struct rvx__pool *pool)
{
    struct rvx__job *job = malloc(sizeof *job);

    assert_non_null(job);
    rvx__job_init(job, &slow_kind);
    assert_int_equal(rvx__work_start(pool, call->loop, job, finish_call, call, NULL), 0);
    rvx__job_unref(job);
}

static void test_calls_end(void **state)
{
    (void)state;
    for (int who = 0; who < WHO_N; who++) {
        struct rvx_ctx ctx = RVX_CTX_INIT;
        struct rvx__pool *pool;
        struct call call;
        int fds[2];

        print_message("# %s\n", who_names[who]);
        make_pair(fds);
        assert_int_equal(rvx__pool_new(NULL, &pool), 0);

        begin_call(&call, (enum who)who); /* a descriptor */
        assert_int_equal(write(fds[1], "x", 1), 1);
        assert_int_equal(rvx_wait_start(call.loop, fds[0], POLLIN, 0, finish_call, &call, NULL), 0);
        assert_int_equal(rvx__loop_wait(call.loop, &call.done, NULL), 0);
        assert_int_equal(call.result, POLLIN);
        if (who == WHO_FOREIGN)
            assert_int_equal(call.foreign.names, 1);
        else
            assert_int_equal(call.foreign.waits, 0);
        assert_int_equal(rvx__loop_wait(call.loop, &call.done, NULL), 0); /* done already */
        end_call(&call);

        begin_call(&call, (enum who)who); /* a timer and a worker, within a deadline and under a token */
        assert_int_equal(rvx_cancel_new(&ctx.cancel), 0);
        ctx.deadline = rvx_after(RVX_SECONDS(60));
        call.left = 2;
        assert_int_equal(rvx_timer_start(call.loop, rvx_after(RVX_MILLISECONDS(2)), finish_call, &call, NULL), 0);
        start_slow_job(&call, pool);
        assert_int_equal(rvx__loop_wait(call.loop, &call.done, &ctx), 0);
        if (who == WHO_FOREIGN)
            assert_int_equal(call.foreign.most, 2);
        end_call(&call);
        rvx_cancel_free(ctx.cancel);
        rvx__pool_free(pool);
        close_pair(fds);
    }
}

static void *fire_late(void *arg)
{
    usleep(3000);
    rvx_cancel_fire(arg);
    return NULL;
}

static void test_calls_are_bounded(void **state)
{
    (void)state;
    for (int who = 0; who < WHO_N; who++) {
        struct rvx_ctx ctx = RVX_CTX_INIT;
        pthread_t thread;
        struct call call;

        print_message("# %s\n", who_names[who]);
        begin_call(&call, (enum who)who);
        assert_int_equal(rvx_cancel_new(&ctx.cancel), 0);
        assert_int_equal(rvx_timer_start(call.loop, RVX_FOREVER, finish_call, &call, NULL), 0);
        ctx.deadline = rvx_after(RVX_MILLISECONDS(3));
        assert_int_equal(rvx__loop_wait(call.loop, &call.done, &ctx), RVX_ETIMEOUT);
        assert_true(rvx_now() >= ctx.deadline);
        ctx.deadline = RVX_NOWAIT;
        assert_int_equal(rvx__loop_wait(call.loop, &call.done, &ctx), RVX_ETIMEOUT);
        ctx.deadline = 1; /* long past */
        assert_int_equal(rvx__loop_wait(call.loop, &call.done, &ctx), RVX_ETIMEOUT);
        ctx.deadline = 0;
        assert_int_equal(pthread_create(&thread, NULL, fire_late, ctx.cancel), 0);
        assert_int_equal(rvx__loop_wait(call.loop, &call.done, &ctx), RVX_ECANCELED);
        pthread_join(thread, NULL);
        assert_int_equal(rvx__loop_wait(call.loop, &call.done, &ctx), RVX_ECANCELED); /* for ever */
        ctx.size = 1;
        assert_int_equal(rvx__loop_wait(call.loop, &call.done, &ctx), RVX_EOPTIONS);
        assert_int_equal(call.result, -1);
        rvx_cancel_free(ctx.cancel);
        end_call(&call);
    }
}

static void finish_next(void *arg, int result)
{
    struct call *call = arg;

    finish_call(arg, result);
    if (!call->done)
        assert_int_equal(rvx_timer_start(call->loop, RVX_NOWAIT, finish_next, call, NULL), 0);
}

/* Without waiting, what is a chain of steps that need no waiting is done to its end. */
static void test_nowait_finishes_what_it_can(void **state)
{
    (void)state;
    for (int who = 0; who < WHO_N; who++) {
        struct rvx_ctx ctx = RVX_CTX_INIT;
        struct call call;

        begin_call(&call, (enum who)who);
        call.left = 5;
        ctx.deadline = RVX_NOWAIT;
        assert_int_equal(rvx_timer_start(call.loop, RVX_NOWAIT, finish_next, &call, NULL), 0);
        assert_int_equal(rvx__loop_wait(call.loop, &call.done, &ctx), 0);
        assert_int_equal(call.left, 0);
        end_call(&call);
    }
}

static void test_waiter_fails(void **state)
{
    struct call call;

    (void)state;
    begin_call(&call, WHO_FOREIGN);
    call.foreign.fail = true;
    assert_int_equal(rvx__loop_wait(call.loop, &call.done, NULL), -ENOSYS);
    end_call(&call);
}

static void test_call_in_child(void **state)
{
    (void)state;
    for (int who = 0; who < WHO_N; who++) {
        struct rvx_ctx ctx = RVX_CTX_INIT;
        struct call call;
        int status;
        pid_t pid;

        begin_call(&call, (enum who)who);
        assert_int_equal(rvx_cancel_new(&ctx.cancel), 0);
        pid = fork();
        assert_true(pid >= 0);
        if (pid == 0)
            _exit((rvx__loop_wait(call.loop, &call.done, NULL) != RVX_EFORKED) +
                  (rvx__loop_wait(call.loop, &call.done, &ctx) != RVX_EFORKED));
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
        rvx_cancel_free(ctx.cancel);
        end_call(&call);
    }
}

/* A token fired by a child ends the waits of its parent, instead of keeping them busy. */
static void test_token_fired_by_child(void **state)
{
    (void)state;
    for (int who = 0; who < WHO_N; who++) {
        struct rvx_ctx ctx = RVX_CTX_INIT;
        struct call call;
        int status;
        pid_t pid;

        begin_call(&call, (enum who)who);
        assert_int_equal(rvx_cancel_new(&ctx.cancel), 0);
        pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
            rvx_cancel_fire(ctx.cancel);
            _exit(0);
        }
        assert_int_equal(rvx__loop_wait(call.loop, &call.done, &ctx), RVX_ECANCELED);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        rvx_cancel_free(ctx.cancel);
        end_call(&call);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_swap),
        cmocka_unit_test(test_calls_end),
        cmocka_unit_test(test_calls_are_bounded),
        cmocka_unit_test(test_nowait_finishes_what_it_can),
        cmocka_unit_test(test_waiter_fails),
        cmocka_unit_test(test_call_in_child),
        cmocka_unit_test(test_token_fired_by_child),
    };

    return cmocka_run_group_tests_name("wait", tests, NULL, NULL);
}
