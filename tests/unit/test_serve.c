/* test_serve.c - rvx_serve(): many clients, limits, every way to end, draining */
#include "support/test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/conn.h"
#include "net/listen.h"
#include "net/listener.h"
#include "support/oom.h"
#include "support/server.h"

static void test_serves_many(void **state)
{
    enum { N = 60 };
    struct server server;
    int peers[N];
    unsigned threads = count_threads();

    (void)state;
    server_init(&server, answer);
    server_start(&server);
    for (int i = 0; i < N; i++)
        peers[i] = connect_to(&server);
    await_count(&server.started, N); /* all at once: nobody waits for the client before */
    for (int i = N; i > 0; i--)
        ask(peers[i - 1]);
    rvx_cancel_fire(server.ctx.cancel);
    server_join(&server, 0);
    assert_int_equal(server.started, N);
    assert_int_equal(server.failures, 0);
    await_threads(threads);
}

/* Threads that nobody joins keep their stacks: two thousand of them, 256 MB. */
static void test_nothing_leaks(void **state)
{
    enum { N = 2000 };
    unsigned threads = count_threads(), before = count_fds();
    unsigned long memory = 0;
    struct server server;

    (void)state;
    server_init(&server, answer);
    server_start(&server);
    for (int i = 0; i < N; i++) {
        ask(connect_to(&server));
        if (i == 50)
            memory = count_memory();
    }
    rvx_cancel_fire(server.ctx.cancel);
    server_join(&server, 0);
    assert_int_equal(server.started, N);
    await_threads(threads);
    assert_int_equal(count_fds(), before);
    assert_in_range(count_memory(), 0, memory + 100000000);
}

enum end { END_CANCEL, END_DEADLINE, END_CLOSE, END_LISTENER_DEADLINE, ENDS };

static void end_server(struct server *server, enum end end)
{
    if (end == END_CANCEL)
        rvx_cancel_fire(server->ctx.cancel);
    else if (end == END_CLOSE)
        rvx_listener_close(rvx_listener_ref(server->listener));
    else if (end == END_LISTENER_DEADLINE)
        rvx_listener_set_deadline(server->listener, RVX_NOWAIT);
}

/* Ends while it waits for a client, and while it waits for a place. */
static void test_ends(void **state)
{
    (void)state;
    for (unsigned full = 0; full < 2; full++) {
        for (enum end end = 0; end < ENDS; end++) {
            struct server server;
            int peer = -1, waiting = -1;

            if (full != 0 && end == END_LISTENER_DEADLINE)
                continue; /* that bounds accepting only */
            server_init(&server, answer);
            if (end == END_DEADLINE)
                server.ctx.deadline = rvx_after(RVX_MILLISECONDS(80));
            server.opts.max_conns = full;
            server_start(&server);
            if (full != 0) {
                peer = connect_to(&server);
                await_count(&server.started, 1);
                waiting = connect_to(&server);
            }
            if (end != END_DEADLINE)
                await_parked(&server.listener->netfd, 1);
            end_server(&server, end);
            if (full != 0) {
                while (!rvx__netfd_closed(&server.listener->netfd))
                    sleep_ms(1);
                ask(peer); /* running connections may finish */
                close(waiting);
            }
            server_join(&server, 0);
            assert_int_equal(server.started, full);
        }
    }
}

/* Waits until nobody can connect any more. */
static void await_refusal(const struct server *server)
{
    rvx_time deadline = rvx_after(SOON);
    int peer;

    /* Reset: it was queued when the listener closed. */
    while ((peer = peer_connect(&server->addr)) >= 0 || peer == -ECONNRESET) {
        if (peer >= 0)
            close(peer);
        assert_true(rvx_now() < deadline);
        sleep_ms(1);
    }
    assert_int_equal(peer, -ECONNREFUSED);
}

static void test_newcomers_are_refused_at_once(void **state)
{
    struct server server;
    int peer;

    (void)state;
    server_init(&server, linger);
    server_start(&server);
    peer = connect_to(&server);
    await_count(&server.started, 1);
    rvx_cancel_fire(server.ctx.cancel);
    await_refusal(&server);
    assert_false(server.background.done);
    server.go_on = true;
    server_join(&server, 0);
    assert_int_equal(server.result, 0); /* its connection was open to the end */
    close(peer);
}

static void test_drain_closes_what_is_left(void **state)
{
    static const rvx_time drains[] = {-1, RVX_MILLISECONDS(60)};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(drains); i++) {
        struct server server;
        int peers[5];
        rvx_time before;

        server_init(&server, answer);
        server.opts.drain = drains[i];
        server_start(&server);
        for (int k = 0; k < 5; k++)
            peers[k] = connect_to(&server);
        await_count(&server.started, 5);
        before = rvx_now();
        rvx_cancel_fire(server.ctx.cancel);
        server_join(&server, RVX_ETIMEOUT);
        assert_true(rvx_now() >= before + (drains[i] > 0 ? drains[i] : 0));
        assert_int_equal(server.result, RVX_ECLOSED);
        for (int k = 0; k < 5; k++)
            close(peers[k]);
    }
}

static void test_max_conns(void **state)
{
    enum { N = 12, MAX = 3 };
    struct server server;
    int peers[N];

    (void)state;
    server_init(&server, answer);
    server.opts.max_conns = MAX;
    server_start(&server);
    for (int i = 0; i < N; i++)
        peers[i] = connect_to(&server);
    await_count(&server.started, MAX);
    await_parked(&server.listener->netfd, 1);
    sleep_ms(30);
    assert_int_equal(server.started, MAX);
    for (int i = 0; i < N; i++)
        ask(peers[i]);
    rvx_cancel_fire(server.ctx.cancel);
    server_join(&server, 0);
    assert_int_equal(server.started, N);
    assert_int_equal(server.inside_max, MAX);
}

static void test_timeout(void **state)
{
    struct server server;
    int peer;
    char byte;

    (void)state;
    server_init(&server, answer);
    server.opts.timeout = RVX_MILLISECONDS(50);
    server_start(&server);
    peer = connect_to(&server); /* and says nothing */
    assert_int_equal(read(peer, &byte, 1), 0);
    await_count(&server.ended, 1);
    assert_int_equal(server.result, RVX_ETIMEOUT);
    close(peer);
    rvx_cancel_fire(server.ctx.cancel);
    server_join(&server, 0);
}

/* Every allocation fails once: serving goes on, and tells. */
static void test_out_of_memory(void **state)
{
    struct server server;
    unsigned refusals = 0;

    (void)state;
    server_init(&server, answer);
    server_start(&server);
    for (unsigned n = 0; n < 6; n++) {
        await_parked(&server.listener->netfd, 1);
        oom_fail_after(n);
        ask(connect_to(&server));
        oom_off();
        refusals += oom_failed();
    }
    rvx_cancel_fire(server.ctx.cancel);
    server_join(&server, 0);
    assert_int_equal(server.started, 6);
    assert_true(refusals >= 1); /* how many depends on which thread is idle by then */
    assert_int_equal(server.failures, refusals);
    assert_int_equal(server.failure, -ENOMEM);
}

/* What accept(2) says that nothing helps against ends the serving, in order. */
static void test_hopeless_accept(void **state)
{
    static const int codes[] = {0, -EINVAL};
    struct rvx_listener *listener;
    struct faults faults;
    struct rvx__listen_env env = {.ops = &faults.ops};
    struct rvx__listen_call call = {.network = "tcp", .address = "127.0.0.1:0"};
    struct server server;
    int peer;

    (void)state;
    faults_init(&faults);
    faults.script = "accept4";
    faults.codes = codes;
    faults.codes_n = 2;
    assert_int_equal(rvx__listen(&env, &call, &listener, NULL), 0);
    server_init_on(&server, answer, listener);
    peer = connect_to(&server);
    server_start(&server);
    ask(peer);
    server_join(&server, -EINVAL);
    assert_error(&server.err, "accept tcp 127.0.0.1:#: accept4: invalid argument");
    assert_int_equal(server.started, 1);
}

static void test_bad_options(void **state)
{
    static const struct rvx_serve_opts rows[] = {
        {.size = 2},
        {.size = sizeof(struct rvx_serve_opts), .timeout = -1},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct rvx_listener *listener = must_listen("tcp", "127.0.0.1:0");
        struct rvx_error err;

        rvx_listener_ref(listener);
        assert_int_equal(rvx_serve(listener, answer, NULL, &rows[i], NULL, &err), RVX_EOPTIONS);
        assert_int_equal(err.code, RVX_EOPTIONS);
        assert_int_equal(rvx_listener_close(listener), RVX_ECLOSED); /* its reference is given up all the same */
    }
}

/* A handler that hands its connection on keeps a reference; what it holds is closed when the handler returns. */
static struct rvx_conn *kept;

static void keep(void *arg, struct rvx_conn *conn)
{
    struct server *server = arg;

    kept = rvx_conn_ref(conn);
    server->started++;
    server->ended++;
}

static void test_connection_kept(void **state)
{
    struct server server;
    int peer;
    char byte;

    (void)state;
    server_init(&server, keep);
    server_start(&server);
    peer = connect_to(&server);
    assert_int_equal(read(peer, &byte, 1), 0);
    rvx_cancel_fire(server.ctx.cancel);
    server_join(&server, 0);
    assert_int_equal(rvx_read(kept, &byte, 1, NULL), RVX_ECLOSED);
    assert_true(rvx_addr_equal(rvx_local_addr(kept), &server.addr));
    assert_int_equal(rvx_close(kept), RVX_ECLOSED);
    close(peer);
}

/* Waiting for clients, for a place, and for the end: all through an installed waiter. */
static void test_installed_waiter(void **state)
{
    struct server server;
    struct toy toy;
    unsigned waits;
    int peer, second;

    (void)state;
    toy_init(&toy);
    server_init(&server, linger);
    server.waiter = &toy.waiter;
    server.opts.max_conns = 1;
    server_start(&server);
    await_count(&toy.waits, 1); /* for a client */
    peer = connect_to(&server);
    await_count(&server.started, 1);
    await_count(&toy.waits, 2); /* for a place */
    second = connect_to(&server);
    assert_int_equal(toy.wakes, 0);
    waits = toy.waits;
    rvx_cancel_fire(server.ctx.cancel);
    await_count(&toy.waits, waits + 1); /* for the handler */
    server.go_on = true;
    server_join(&server, 0);
    assert_int_equal(toy.wakes, 1); /* by the task that ended */
    close(peer);
    close(second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_serves_many),
        cmocka_unit_test(test_nothing_leaks),
        cmocka_unit_test(test_ends),
        cmocka_unit_test(test_newcomers_are_refused_at_once),
        cmocka_unit_test(test_drain_closes_what_is_left),
        cmocka_unit_test(test_max_conns),
        cmocka_unit_test(test_timeout),
        cmocka_unit_test(test_out_of_memory),
        cmocka_unit_test(test_hopeless_accept),
        cmocka_unit_test(test_bad_options),
        cmocka_unit_test(test_connection_kept),
        cmocka_unit_test(test_installed_waiter),
    };

    return cmocka_run_group_tests_name("serve", tests, start_a_thread, NULL);
}
