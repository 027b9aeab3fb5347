/* test_cancel.c - cancel tokens: from threads, from signal handlers, for any number of waits */
#include "support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "loop/waiter.h"

static bool is_readable(int fd)
{
    struct pollfd entry = {fd, POLLIN, 0};

    return poll(&entry, 1, 0) == 1;
}

static void test_fire(void **state)
{
    struct rvx_cancel *cancel;
    int fd;

    (void)state;
    assert_int_equal(rvx_cancel_new(&cancel), 0);
    fd = rvx__cancel_fd(cancel);
    assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
    assert_false(rvx_cancel_fired(cancel));
    assert_false(is_readable(fd));
    for (int i = 0; i < 3; i++) { /* twice changes nothing, and looking at it neither */
        rvx_cancel_fire(cancel);
        assert_true(rvx_cancel_fired(cancel));
        assert_true(is_readable(fd));
    }
    rvx_cancel_free(cancel);
    assert_int_equal(fcntl(fd, F_GETFD), -1);
}

static void test_null(void **state)
{
    (void)state;
    assert_false(rvx_cancel_fired(NULL));
    assert_int_equal(rvx__cancel_fd(NULL), -1);
    rvx_cancel_free(NULL);
}

static void test_no_descriptors(void **state)
{
    struct rvx_cancel *cancel = (struct rvx_cancel *)state;
    struct rlimit before, none;
    int next = dup(0), result;

    close(next);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = before;
    none.rlim_cur = (rlim_t)next;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    result = rvx_cancel_new(&cancel);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(result, -EMFILE);
    assert_null(cancel);
}

static struct rvx_cancel *in_handler;

static void fire_from_handler(int number)
{
    (void)number;
    rvx_cancel_fire(in_handler);
    rvx_cancel_fire(in_handler);
}

static void test_signal_handler(void **state)
{
    struct sigaction action = {.sa_handler = fire_from_handler}, before;
    struct rvx_ctx ctx = RVX_CTX_INIT;
    struct rvx_loop *loop;
    bool never = false;

    (void)state;
    assert_int_equal(rvx_cancel_new(&in_handler), 0);
    assert_int_equal(sigaction(SIGUSR1, &action, &before), 0);
    errno = ENOTTY;
    raise(SIGUSR1);
    assert_int_equal(errno, ENOTTY);
    assert_true(rvx_cancel_fired(in_handler));
    ctx.cancel = in_handler;
    assert_int_equal(rvx_loop_new(NULL, &loop, NULL), 0);
    assert_int_equal(rvx__loop_wait(loop, &never, &ctx), RVX_ECANCELED);
    rvx_loop_free(loop);
    sigaction(SIGUSR1, &before, NULL);
    rvx_cancel_free(in_handler);
}

/* Even where the write fails, as it can only when somebody has closed the descriptor. */
static void test_errno_is_kept(void **state)
{
    struct rvx_cancel *cancel;

    (void)state;
    assert_int_equal(rvx_cancel_new(&cancel), 0);
    close(rvx__cancel_fd(cancel));
    errno = ENOTTY;
    rvx_cancel_fire(cancel);
    assert_int_equal(errno, ENOTTY);
    assert_true(rvx_cancel_fired(cancel));
    rvx_cancel_free(cancel);
}

/* One token under the waits of several threads: all of them end. */
#define WAITERS 5

static void *wait_under(void *arg)
{
    struct rvx_ctx ctx = RVX_CTX_INIT;
    struct rvx_loop *loop;
    bool never = false;
    int result;

    ctx.cancel = arg;
    if (rvx_loop_new(NULL, &loop, NULL) != 0)
        abort();
    result = rvx__loop_wait(loop, &never, &ctx);
    rvx_loop_free(loop);
    return result == RVX_ECANCELED ? arg : NULL;
}

static void test_many_waits(void **state)
{
    struct rvx_cancel *cancel;
    pthread_t threads[WAITERS];

    (void)state;
    assert_int_equal(rvx_cancel_new(&cancel), 0);
    for (int i = 0; i < WAITERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, wait_under, cancel), 0);
    usleep(2000); /* so that some of them wait already: both orders are right */
    rvx_cancel_fire(cancel);
    for (int i = 0; i < WAITERS; i++) {
        void *result;

        pthread_join(threads[i], &result);
        assert_ptr_equal(result, cancel);
    }
    rvx_cancel_free(cancel);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fire),           cmocka_unit_test(test_null),       cmocka_unit_test(test_no_descriptors),
        cmocka_unit_test(test_signal_handler), cmocka_unit_test(test_many_waits),
        cmocka_unit_test(test_errno_is_kept),
    };

    return cmocka_run_group_tests_name("cancel", tests, NULL, NULL);
}
