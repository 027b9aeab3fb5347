/* test_executor.c - rvx_serve() with another place for its handlers, one that may refuse */
#include "support/test.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "support/server.h"

/* An executor that refuses, as pthread_create(3) does with EAGAIN, and then runs what it is given on a thread. */
struct reluctant {
    struct rvx_executor executor;
    atomic_uint refusals; /* still to come */
    atomic_uint calls;
    size_t stack_size;
};

struct start {
    void (*run)(void *arg);
    void *arg;
};

static void *run_start(void *arg)
{
    struct start start = *(struct start *)arg;

    free(arg);
    start.run(start.arg);
    return NULL;
}

static int start_reluctantly(void *self, void (*run)(void *arg), void *arg, size_t stack_size)
{
    struct reluctant *reluctant = self;
    struct start *start;
    pthread_t thread;

    reluctant->calls++;
    reluctant->stack_size = stack_size;
    if (reluctant->refusals > 0) {
        reluctant->refusals--;
        return -EAGAIN;
    }
    start = malloc(sizeof *start);
    *start = (struct start){run, arg};
    if (pthread_create(&thread, NULL, run_start, start) != 0)
        return -EAGAIN;
    pthread_detach(thread);
    return 0;
}

static void reluctant_init(struct reluctant *reluctant, unsigned refusals)
{
    *reluctant = (struct reluctant){.executor = {sizeof reluctant->executor, reluctant, start_reluctantly},
                                    .refusals = refusals};
}

/* A handler that does not return is waited for, even when its connection was closed under it. */
static void wait_for_handler(const struct rvx_executor *executor)
{
    struct server server;
    int peer;
    char byte;

    server_init(&server, linger);
    server.opts.executor = executor;
    server.opts.drain = -1;
    server_start(&server);
    peer = connect_to(&server);
    await_count(&server.started, 1);
    rvx_cancel_fire(server.ctx.cancel);
    assert_int_equal(read(peer, &byte, 1), 0); /* closed */
    sleep_ms(30);
    assert_false(server.background.done);
    server.go_on = true;
    server_join(&server, RVX_ETIMEOUT);
    assert_int_equal(server.result, RVX_ECLOSED);
    close(peer);
}

static void test_handlers_are_waited_for(void **state)
{
    struct reluctant reluctant;

    (void)state;
    reluctant_init(&reluctant, 0);
    wait_for_handler(NULL);
    wait_for_handler(&reluctant.executor);
}

static void test_executor_that_refuses(void **state)
{
    struct reluctant reluctant;
    struct server server;

    (void)state;
    reluctant_init(&reluctant, 4);
    server_init(&server, answer);
    server.opts.executor = &reluctant.executor;
    server.opts.stack_size = 98765;
    server_start(&server);
    ask(connect_to(&server)); /* not lost: started at last */
    ask(connect_to(&server));
    rvx_cancel_fire(server.ctx.cancel);
    server_join(&server, 0);
    assert_int_equal(reluctant.calls, 4 + 2);
    assert_int_equal(reluctant.stack_size, 98765);
    assert_int_equal(server.failures, 1); /* told once */
    assert_int_equal(server.failure, -EAGAIN);
}

static void test_executor_that_never_will(void **state)
{
    struct reluctant reluctant;
    struct server server;
    int peer;
    char byte;

    (void)state;
    reluctant_init(&reluctant, UINT32_MAX);
    server_init(&server, answer);
    server.opts.executor = &reluctant.executor;
    server_start(&server);
    peer = connect_to(&server);
    await_count(&reluctant.calls, 3);
    sleep_ms(100);
    assert_false(server.background.done);
    rvx_cancel_fire(server.ctx.cancel);
    assert_int_equal(read(peer, &byte, 1), 0); /* the client is not left waiting */
    server_join(&server, 0);
    assert_int_equal(server.started, 0);
    assert_true(reluctant.calls < 100); /* it backed off */
    close(peer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_handlers_are_waited_for),
        cmocka_unit_test(test_executor_that_refuses),
        cmocka_unit_test(test_executor_that_never_will),
    };

    return cmocka_run_group_tests_name("executor", tests, NULL, NULL);
}
