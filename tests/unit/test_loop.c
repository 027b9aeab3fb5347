/* test_loop.c - loops and operations: options, results, once and later, never after cancel, kinds of one's own */
#include "support/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "loop/loop.h"
#include "loop/op.h"
#include "loop/watch.h"

/* --- making ------------------------------------------------------------------------------------------------------- */

static void test_options(void **state)
{
    static const struct {
        const char *name;
        size_t size;
        int poller;
        int want;
        const char *text;
    } rows[] = {
        {"default", sizeof(struct rvx_loop_opts), RVX_POLLER_DEFAULT, 0, "success"},
        {"epoll", sizeof(struct rvx_loop_opts), RVX_POLLER_EPOLL, 0, "success"},
        {"poll", sizeof(struct rvx_loop_opts), RVX_POLLER_POLL, 0, "success"},
        {"an unknown one", sizeof(struct rvx_loop_opts), 3, RVX_EOPTIONS, "invalid option poller"},
        {"no size", 0, RVX_POLLER_EPOLL, RVX_EOPTIONS, "invalid option size"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct rvx_loop_opts opts = {rows[i].size, (enum rvx_poller)rows[i].poller};
        struct rvx_loop *loop = (struct rvx_loop *)&opts;
        struct rvx_error err;
        int result = rvx_loop_new(&opts, &loop, &err);

        if (result != rows[i].want)
            print_error("row %s\n", rows[i].name);
        assert_int_equal(result, rows[i].want);
        assert_int_equal(loop != NULL, result == 0);
        assert_string_equal(rvx_error_text(&err), rows[i].text);
        rvx_loop_free(loop);
    }
    rvx_loop_free(NULL);
}

static void test_no_descriptors(void **state)
{
    static const char *const texts[] = {"epoll_create1: too many open files", "eventfd: too many open files"};
    struct rlimit before, none;
    int next;

    (void)state;
    next = dup(0);
    assert_true(next >= 0);
    close(next);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    for (int room = 0; room < 2; room++) {
        struct rvx_loop *loop;
        struct rvx_error err;
        int result;

        none = before;
        none.rlim_cur = (rlim_t)(next + room);
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
        result = rvx_loop_new(NULL, &loop, &err);
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
        assert_int_equal(result, -EMFILE);
        assert_null(loop);
        assert_string_equal(rvx_error_text(&err), texts[room]);
        assert_int_equal(dup(0), next); /* nothing was left open */
        close(next);
    }
}

static void test_descriptors_are_cloexec(void **state)
{
    int first = dup(0), beyond;
    struct rvx_loop *loop;

    (void)state;
    close(first);
    loop = make_loop(RVX_POLLER_EPOLL);
    assert_true(rvx_loop_fd(loop) >= 0);
    beyond = dup(0);
    assert_int_equal(beyond - first, 3); /* epoll, eventfd, timerfd */
    for (int fd = first; fd < beyond; fd++)
        assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
    close(beyond);
    rvx_loop_free(loop);
    assert_int_equal(dup(0), first);
    close(first);
}

/* --- waits and timers --------------------------------------------------------------------------------------------- */

static void test_wait_results(void **state)
{
    static const struct {
        const char *name;
        short events;
        bool write, hang_up;
        rvx_time deadline; /* 0: none; else what RVX_NOWAIT and the like mean */
        int want;
    } rows[] = {
        {"readable", POLLIN, true, false, 0, POLLIN},
        {"writable", POLLOUT, false, false, 0, POLLOUT},
        {"both", POLLIN | POLLOUT, true, false, 0, POLLIN | POLLOUT},
        {"one of both", POLLIN | POLLOUT, false, false, 0, POLLOUT},
        {"hung up", POLLIN, false, true, 0, POLLIN | POLLHUP},
        {"hung up, not asked for", POLLOUT, false, true, 0, POLLOUT | POLLHUP},
        {"late", POLLIN, false, false, RVX_NOWAIT, RVX_ETIMEOUT},
        {"ready though late", POLLIN, true, false, RVX_NOWAIT, POLLIN},
        {"ready in time", POLLIN, true, false, RVX_FOREVER - 1, POLLIN},
        {"for ever", POLLOUT, false, false, RVX_FOREVER, POLLOUT},
    };

    (void)state;
    for (size_t p = 0; p < 2; p++) {
        for (size_t i = 0; i < COUNT_OF(rows); i++) {
            struct rvx_loop *loop = make_loop(pollers[p]);
            struct seen seen = {0, 0};
            int fds[2];

            make_pair(fds);
            assert_int_equal(rvx_wait_start(loop, fds[0], rows[i].events, rows[i].deadline, see, &seen, NULL), 0);
            if (rows[i].write)
                assert_int_equal(write(fds[1], "x", 1), 1);
            if (rows[i].hang_up)
                assert_int_equal(shutdown(fds[1], SHUT_RDWR), 0);
            assert_int_equal(seen.calls, 0);
            assert_int_equal(rvx_loop_run(loop), 0);
            if (seen.calls != 1 || seen.result != rows[i].want)
                print_error("row %s: %d\n", rows[i].name, seen.result);
            assert_int_equal(seen.calls, 1);
            assert_int_equal(seen.result, rows[i].want);
            rvx_loop_free(loop);
            close_pair(fds);
        }
    }
}

static void test_wait_refused(void **state)
{
    char path[] = "/tmp/test_loop.XXXXXX";
    int regular = mkstemp(path);
    struct rvx_op *op;

    (void)state;
    assert_true(regular >= 0);
    unlink(path);
    for (size_t p = 0; p < 2; p++) {
        struct rvx_loop *loop = make_loop(pollers[p]);
        struct seen seen = {0, 0};

        op = (struct rvx_op *)path;
        assert_int_equal(rvx_wait_start(loop, regular, POLLIN, 0, see, &seen, &op), -EPERM);
        assert_null(op);
        assert_int_equal(rvx_wait_start(loop, 1000, POLLIN, 0, see, &seen, &op), -EBADF);
        assert_int_equal(rvx_wait_start(loop, -1, POLLIN, 0, see, &seen, &op), -EBADF);
        assert_int_equal(rvx_wait_start(loop, 0, 0, 0, see, &seen, &op), -EINVAL);
        assert_int_equal(rvx_wait_start(loop, 0, POLLERR, 0, see, &seen, &op), -EINVAL);
        assert_int_equal(rvx_loop_run(loop), 0); /* nothing pending */
        assert_int_equal(seen.calls, 0);
        rvx_loop_free(loop);
    }
    close(regular);
}

static void test_timers_run_in_order(void **state)
{
    (void)state;
    for (size_t p = 0; p < 2; p++) {
        struct rvx_loop *loop = make_loop(pollers[p]);
        struct seen soon = {0, 0}, later = {0, 0};
        rvx_time start = rvx_now();

        assert_int_equal(rvx_timer_start(loop, start + RVX_MILLISECONDS(30), see, &later, NULL), 0);
        assert_int_equal(rvx_timer_start(loop, start + RVX_MICROSECONDS(1500), see, &soon, NULL), 0);
        while (soon.calls == 0)
            assert_true(rvx_loop_turn(loop, RVX_FOREVER) >= 0);
        assert_true(rvx_now() >= start + RVX_MICROSECONDS(1500));
        assert_true(rvx_loop_now(loop) >= start + RVX_MICROSECONDS(1500));
        assert_int_equal(rvx_loop_run(loop), 0);
        assert_true(rvx_now() >= start + RVX_MILLISECONDS(30));
        assert_int_equal(soon.calls, 1);
        assert_int_equal(later.calls, 1);
        assert_int_equal(later.result, 0);
        rvx_loop_free(loop);
    }
}

static void test_turn_counts(void **state)
{
    (void)state;
    for (size_t p = 0; p < 2; p++) {
        struct rvx_loop *loop = make_loop(pollers[p]);
        struct seen seen = {0, 0};
        rvx_time until;

        for (int i = 0; i < 3; i++)
            assert_int_equal(rvx_timer_start(loop, RVX_NOWAIT, see, &seen, NULL), 0);
        assert_int_equal(rvx_loop_dispatch(loop), 3);
        assert_int_equal(seen.calls, 3);
        assert_int_equal(rvx_loop_dispatch(loop), 0);
        until = rvx_after(RVX_MILLISECONDS(5));
        assert_int_equal(rvx_loop_turn(loop, until), 0);
        assert_true(rvx_now() >= until);
        rvx_loop_free(loop);
    }
}

static void stop_loop(void *arg, int result)
{
    (void)result;
    rvx_loop_stop(arg);
}

static void test_stop(void **state)
{
    (void)state;
    for (size_t p = 0; p < 2; p++) {
        struct rvx_loop *loop = make_loop(pollers[p]);
        struct seen seen = {0, 0};

        assert_int_equal(rvx_timer_start(loop, RVX_FOREVER, see, &seen, NULL), 0);
        assert_int_equal(rvx_timer_start(loop, RVX_NOWAIT, stop_loop, loop, NULL), 0);
        assert_int_equal(rvx_timer_start(loop, RVX_NOWAIT, see, &seen, NULL), 0); /* of the same turn */
        assert_int_equal(rvx_loop_run(loop), 0);
        assert_int_equal(seen.calls, 1);
        assert_int_equal(rvx_timer_start(loop, RVX_NOWAIT, stop_loop, loop, NULL), 0);
        assert_int_equal(rvx_timer_start(loop, RVX_NOWAIT, see, &seen, NULL), 0);
        assert_int_equal(rvx_loop_run(loop), 0); /* stopping is not for ever: this one runs */
        assert_int_equal(seen.calls, 2);
        rvx_loop_free(loop);
        assert_int_equal(seen.calls, 2);
    }
}

static void test_cancel(void **state)
{
    (void)state;
    for (size_t p = 0; p < 2; p++) {
        struct rvx_loop *loop = make_loop(pollers[p]);
        struct seen seen = {0, 0};
        struct rvx_op *ops[4];
        int fds[2];

        make_pair(fds);
        assert_int_equal(rvx_timer_start(loop, RVX_NOWAIT, see, &seen, &ops[0]), 0);
        assert_int_equal(rvx_wait_start(loop, fds[0], POLLOUT, 0, see, &seen, &ops[1]), 0);
        assert_int_equal(rvx_wait_start(loop, fds[0], POLLIN, RVX_NOWAIT, see, &seen, &ops[2]), 0);
        assert_int_equal(rvx_wait_start(loop, fds[1], POLLIN, RVX_FOREVER, see, &seen, &ops[3]), 0);
        for (int i = 0; i < 4; i++)
            rvx_op_cancel(ops[i]);
        rvx_op_cancel(NULL);
        close_pair(fds); /* right after cancelling */
        assert_int_equal(rvx_loop_run(loop), 0);
        assert_int_equal(rvx_loop_dispatch(loop), 0);
        rvx_loop_free(loop);
        assert_int_equal(seen.calls, 0);
    }
}

/* After a wait ended, its descriptor is its owner's again: closed, its number reused, waited for anew. */
static void test_closed_after_wait(void **state)
{
    (void)state;
    for (size_t p = 0; p < 2; p++) {
        struct rvx_loop *loop = make_loop(pollers[p]);
        int number = -1;

        for (int round = 0; round < 20; round++) {
            struct seen seen = {0, 0};
            int fds[2];

            make_pair(fds);
            if (round == 0)
                number = fds[0];
            assert_int_equal(fds[0], number);
            assert_int_equal(rvx_wait_start(loop, fds[0], POLLIN, 0, see, &seen, NULL), 0);
            assert_int_equal(rvx_loop_dispatch(loop), 0);
            assert_int_equal(write(fds[1], "x", 1), 1);
            assert_int_equal(rvx_loop_dispatch(loop), 1);
            assert_int_equal(seen.result, POLLIN);
            close_pair(fds);
            assert_int_equal(rvx_loop_dispatch(loop), 0);
        }
        rvx_loop_free(loop);
    }
}

static void test_free_cancels(void **state)
{
    (void)state;
    for (size_t p = 0; p < 2; p++) {
        struct rvx_loop *loop = make_loop(pollers[p]);
        struct seen seen = {0, 0};
        int fds[2];

        make_pair(fds);
        assert_int_equal(rvx_timer_start(loop, RVX_NOWAIT, see, &seen, NULL), 0);
        assert_int_equal(rvx_wait_start(loop, fds[0], POLLIN | POLLOUT, rvx_after(RVX_SECONDS(1)), see, &seen, NULL),
                         0);
        assert_int_equal(rvx_loop_post(loop, see, &seen), 0);
        rvx_loop_free(loop);
        assert_int_equal(seen.calls, 0);
        close_pair(fds);
    }
}

struct guest {
    struct rvx__guest base;
    struct rvx__watch watch;
    int left;
    struct seen *pending;
};

static void guest_leaves(struct rvx__guest *base)
{
    struct guest *guest = (struct guest *)base;

    guest->left++;
    assert_int_equal(guest->pending->calls, 0);
    rvx__watch_stop(&guest->watch);
}

static void ignore_events(void *arg, unsigned events)
{
    (void)arg;
    (void)events;
}

static void test_guests(void **state)
{
    struct rvx_loop *loop = make_loop(RVX_POLLER_DEFAULT);
    struct seen seen = {0, 0};
    struct guest stays = {.base.leave = guest_leaves, .pending = &seen};
    struct guest goes = {.base.leave = guest_leaves, .pending = &seen};
    struct rvx__watch forgotten = {0};
    int fds[2];

    (void)state;
    make_pair(fds);
    rvx__loop_join(loop, &stays.base);
    rvx__loop_join(loop, &goes.base);
    assert_int_equal(rvx__watch_start(loop, &stays.watch, fds[0], POLLIN, ignore_events, NULL), 0);
    assert_int_equal(rvx__watch_start(loop, &forgotten, fds[0], POLLOUT, ignore_events, NULL), 0);
    assert_int_equal(rvx_timer_start(loop, RVX_FOREVER, see, &seen, NULL), 0);
    rvx__loop_leave(&goes.base);
    rvx__loop_leave(&goes.base);
    rvx_loop_free(loop);
    assert_int_equal(stays.left, 1);
    assert_int_equal(goes.left, 0);
    rvx__watch_set(&forgotten, POLLIN); /* stopped by the loop's end */
    rvx__watch_stop(&forgotten);
    close_pair(fds);
}

/* --- a kind of operation of one's own ----------------------------------------------------------------------------- */

struct own {
    struct rvx_op op;
    int value;
    int *stopped, *freed;
    void (*callback)(void *arg, int result, int value);
};

static void own_stop(struct rvx_op *op)
{
    ++*((struct own *)op)->stopped;
}

static void own_free(struct rvx_op *op)
{
    ++*((struct own *)op)->freed;
    free(op);
}

static void own_deliver(struct rvx_op *op)
{
    struct own own = *(struct own *)op;

    own_free(op);
    own.callback(own.op.arg, own.op.result, own.value);
}

static const struct rvx__op_kind own_kind = {.stop = own_stop, .free = own_free, .deliver = own_deliver};

static int own_sum;

static void add_up(void *arg, int result, int value)
{
    *(int *)arg += 1;
    own_sum += result * 1000 + value;
}

static struct own *make_own(struct rvx_loop *loop, int value, int *counts)
{
    struct own *own = calloc(1, sizeof *own);

    assert_non_null(own);
    own->value = value;
    own->stopped = &counts[1];
    own->freed = &counts[2];
    own->callback = add_up;
    rvx__op_init(&own->op, loop, &own_kind, NULL, &counts[0]);
    return own;
}

static void test_own_kind(void **state)
{
    struct rvx_loop *loop = make_loop(RVX_POLLER_DEFAULT);
    int counts[3] = {0, 0, 0}; /* called, stopped, freed */
    struct own *own;

    (void)state;
    own_sum = 0;
    own = make_own(loop, 1, counts);
    rvx__op_finish(&own->op, 5);
    rvx__op_finish(&own->op, 6); /* finished already */
    assert_int_equal(counts[0], 0);
    assert_int_equal(rvx_loop_run(loop), 0);
    assert_int_equal(own_sum, 5001);
    own = make_own(loop, 2, counts); /* cancelled while pending: stopped and freed */
    rvx_op_cancel(&own->op);
    own = make_own(loop, 3, counts); /* cancelled when finished: freed only */
    rvx__op_finish(&own->op, 7);
    rvx_op_cancel(&own->op);
    own = make_own(loop, 4, counts); /* a start that fails: neither */
    rvx__op_fini(&own->op);
    free(own);
    make_own(loop, 5, counts); /* left to the loop's end */
    assert_int_equal(rvx_loop_dispatch(loop), 0);
    rvx_loop_free(loop);
    assert_int_equal(own_sum, 5001);
    assert_int_equal(counts[0], 1);
    assert_int_equal(counts[1], 2);
    assert_int_equal(counts[2], 4);
}

/* An operation that its own callback begins anew and that is finished from the start. */
struct repeat {
    struct rvx_op op;
    struct rvx_loop *loop;
    int calls;
};

static void ignore_op(struct rvx_op *op)
{
    (void)op; /* on the stack of its test */
}

static const struct rvx__op_kind repeat_kind = {.stop = ignore_op, .free = ignore_op};

static void repeat(void *arg, int result)
{
    struct repeat *self = arg;

    (void)result;
    self->calls++;
    rvx__op_init(&self->op, self->loop, &repeat_kind, repeat, self);
    rvx__op_finish(&self->op, 0);
}

static void test_one_turn_each(void **state)
{
    struct repeat self = {.loop = make_loop(RVX_POLLER_DEFAULT), .calls = -1};

    (void)state;
    repeat(&self, 0);
    for (int i = 1; i <= 5; i++) {
        assert_int_equal(rvx_loop_turn(self.loop, RVX_FOREVER), 1); /* without waiting */
        assert_int_equal(self.calls, i);
    }
    rvx_loop_free(self.loop);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_options),
        cmocka_unit_test(test_no_descriptors),
        cmocka_unit_test(test_descriptors_are_cloexec),
        cmocka_unit_test(test_wait_results),
        cmocka_unit_test(test_wait_refused),
        cmocka_unit_test(test_timers_run_in_order),
        cmocka_unit_test(test_turn_counts),
        cmocka_unit_test(test_stop),
        cmocka_unit_test(test_cancel),
        cmocka_unit_test(test_closed_after_wait),
        cmocka_unit_test(test_free_cancels),
        cmocka_unit_test(test_guests),
        cmocka_unit_test(test_own_kind),
        cmocka_unit_test(test_one_turn_each),
    };

    return cmocka_run_group_tests_name("loop", tests, NULL, NULL);
}
