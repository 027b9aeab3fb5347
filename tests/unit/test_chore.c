/* test_chore.c - what a loop does once before it waits, and finding guests */
#include "support/loop.h"

#include <poll.h>

#include "loop/loop.h"
#include "loop/timer.h"

struct job {
    struct rvx__chore chore;
    struct rvx_loop *loop;
    struct job *other; /* what its run does to it */
    enum { NOTHING, ADDS, DROPS } act;
    int runs;
};

static void run_job(struct rvx__chore *chore)
{
    struct job *job = RVX__OWNER(chore, struct job, chore);

    job->runs++;
    if (job->act == ADDS)
        rvx__loop_add_chore(job->loop, &job->other->chore);
    if (job->act == DROPS)
        rvx__loop_drop_chore(&job->other->chore);
}

static void init_job(struct job *job, struct rvx_loop *loop)
{
    *job = (struct job){.chore.run = run_job, .loop = loop, .other = job};
}

static void test_runs_once_before_waiting(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(pollers); i++) {
        struct rvx_loop *loop = make_loop(pollers[i]);
        struct job job;

        init_job(&job, loop);
        rvx__loop_add_chore(loop, &job.chore);
        rvx__loop_add_chore(loop, &job.chore);
        assert_int_equal(job.runs, 0);
        for (int turns = 0; turns < 3; turns++)
            assert_int_equal(rvx_loop_turn(loop, RVX_NOWAIT), 0);
        assert_int_equal(job.runs, 1);
        rvx_loop_free(loop);
    }
}

static void ring(void *arg)
{
    int *rung = arg;

    (*rung)++;
}

struct starter {
    struct rvx__chore chore;
    struct rvx_loop *loop;
    struct rvx__timer timer;
    int rung;
};

static void start_timer(struct rvx__chore *chore)
{
    struct starter *starter = RVX__OWNER(chore, struct starter, chore);

    assert_int_equal(rvx__timer_start(starter->loop, &starter->timer, rvx_now(), ring, &starter->rung), 0);
}

/* A timer that a chore starts counts in the wait that follows: this would hang otherwise. */
static void test_chores_come_before_the_deadline_is_read(void **state)
{
    struct starter starter = {.chore.run = start_timer, .loop = make_loop(RVX_POLLER_DEFAULT)};

    (void)state;
    rvx__loop_add_chore(starter.loop, &starter.chore);
    assert_int_equal(rvx_loop_turn(starter.loop, RVX_FOREVER), 0);
    assert_int_equal(starter.rung, 1);
    rvx_loop_free(starter.loop);
}

/* A chore that adds itself runs once a turn and does not keep descriptors from being looked at. */
static void test_chores_that_leave_chores(void **state)
{
    struct rvx_loop *loop = make_loop(RVX_POLLER_DEFAULT);
    struct job job;

    (void)state;
    init_job(&job, loop);
    job.act = ADDS;
    rvx__loop_add_chore(loop, &job.chore);
    for (int turns = 1; turns < 4; turns++) {
        assert_int_equal(rvx_loop_turn(loop, RVX_FOREVER), 0);
        assert_int_equal(job.runs, turns);
    }
    rvx__loop_drop_chore(&job.chore);
    rvx__loop_drop_chore(&job.chore);
    assert_int_equal(rvx_loop_turn(loop, RVX_NOWAIT), 0);
    assert_int_equal(job.runs, 3);
    rvx_loop_free(loop);
}

static void test_chores_that_drop_chores(void **state)
{
    struct rvx_loop *loop = make_loop(RVX_POLLER_DEFAULT);
    struct job first, second;

    (void)state;
    init_job(&first, loop);
    init_job(&second, loop);
    first.act = DROPS;
    first.other = &second;
    rvx__loop_add_chore(loop, &first.chore);
    rvx__loop_add_chore(loop, &second.chore);
    assert_int_equal(rvx_loop_turn(loop, RVX_NOWAIT), 0);
    assert_int_equal(first.runs, 1);
    assert_int_equal(second.runs, 0);
    rvx_loop_free(loop);
}

static bool is_readable(int fd)
{
    struct pollfd pfd = {.fd = fd, .events = POLLIN};

    return poll(&pfd, 1, 0) == 1;
}

/* Whoever watches the loop has to come for a chore that was left outside of a turn. */
static void test_a_watched_loop_shows_chores(void **state)
{
    struct rvx_loop *loop = make_loop(RVX_POLLER_EPOLL);
    int fd = rvx_loop_fd(loop);
    struct job job;

    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(rvx_loop_dispatch(loop), 0);
    assert_false(is_readable(fd));
    init_job(&job, loop);
    rvx__loop_add_chore(loop, &job.chore);
    assert_true(is_readable(fd));
    assert_int_equal(rvx_loop_dispatch(loop), 0);
    assert_int_equal(job.runs, 1);
    assert_false(is_readable(fd));
    rvx_loop_free(loop);
}

static void add_other(void *arg)
{
    struct job *job = arg;

    rvx__loop_add_chore(job->loop, &job->chore);
}

/* One that an engine leaves in a turn is done in that turn. */
static void test_a_watched_loop_ends_its_turn_with_chores(void **state)
{
    struct rvx_loop *loop = make_loop(RVX_POLLER_EPOLL);
    int fd = rvx_loop_fd(loop);
    struct rvx__timer timer = {0};
    struct job job;

    (void)state;
    init_job(&job, loop);
    assert_int_equal(rvx__timer_start(loop, &timer, rvx_now(), add_other, &job), 0);
    assert_int_equal(rvx_loop_dispatch(loop), 0);
    assert_int_equal(job.runs, 1);
    assert_false(is_readable(fd));
    rvx_loop_free(loop);
}

static void leave_one(struct rvx__guest *guest)
{
    guest->host = NULL;
}

static void leave_other(struct rvx__guest *guest)
{
    (void)guest;
}

static void test_guests_are_found(void **state)
{
    struct rvx_loop *loop = make_loop(RVX_POLLER_DEFAULT);
    struct rvx__guest one = {.leave = leave_one, .host = &one}, other = {.leave = leave_one, .host = &other};

    (void)state;
    assert_null(rvx__loop_find_guest(loop, leave_one, &one));
    rvx__loop_join(loop, &one);
    rvx__loop_join(loop, &other);
    assert_ptr_equal(rvx__loop_find_guest(loop, leave_one, &one), &one);
    assert_ptr_equal(rvx__loop_find_guest(loop, leave_one, &other), &other);
    assert_null(rvx__loop_find_guest(loop, leave_other, &one));
    assert_null(rvx__loop_find_guest(loop, leave_one, loop));
    rvx__loop_leave(&one);
    assert_null(rvx__loop_find_guest(loop, leave_one, &one));
    rvx_loop_free(loop);
    assert_null(other.host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_runs_once_before_waiting),
        cmocka_unit_test(test_chores_come_before_the_deadline_is_read),
        cmocka_unit_test(test_chores_that_leave_chores),
        cmocka_unit_test(test_chores_that_drop_chores),
        cmocka_unit_test(test_a_watched_loop_shows_chores),
        cmocka_unit_test(test_a_watched_loop_ends_its_turn_with_chores),
        cmocka_unit_test(test_guests_are_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
