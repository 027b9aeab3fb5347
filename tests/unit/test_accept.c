/* test_accept.c - accepting: waiting and its ends, fairness, options, memory, leaks */
#include "support/test.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/conn.h"
#include "net/listener.h"
#include "support/oom.h"
#include "support/sockets.h"

static const struct rvx_addr *addr_of(struct rvx_listener *listener)
{
    return rvx_listener_addr(listener, 0);
}

/* One accept on a thread of its own. */
struct accepting {
    struct rvx_listener *listener;
    const struct rvx_ctx *ctx;
    const struct rvx_waiter *waiter;
    struct rvx_conn *conn;
    struct rvx_error err;
};

static int accept_one(void *arg)
{
    struct accepting *accepting = arg;

    rvx_waiter_swap(accepting->waiter);
    return rvx_accept(accepting->listener, accepting->ctx, &accepting->conn, &accepting->err);
}

static void test_waits_for_a_connection(void **state)
{
    struct rvx_listener *listener = must_listen("tcp", "127.0.0.1:0");
    struct accepting accepting = {.listener = listener};
    struct background background;
    int peer;

    (void)state;
    background_start(&background, accept_one, &accepting);
    await_parked(&listener->netfd, 1);
    peer = peer_connect(addr_of(listener));
    assert_true(peer >= 0);
    assert_int_equal(background_join(&background), 0);
    assert_int_equal(accepting.err.code, 0);
    assert_true(rvx_addr_equal(rvx_local_addr(accepting.conn), addr_of(listener)));
    assert_int_equal(rvx_listener_close(listener), 0);
    assert_int_equal(rvx_write(accepting.conn, "x", 1, NULL, NULL), 0); /* lives on */
    rvx_close(accepting.conn);
    close(peer);
}

enum event { EVENT_PAST, EVENT_CANCEL, EVENT_CTX_PAST, EVENT_CLOSE };

static void test_waits_end(void **state)
{
    static const struct {
        enum event event;
        int want;
        const char *text;
    } rows[] = {
        {EVENT_PAST, RVX_ETIMEOUT, "accept tcp 127.0.0.1:#: i/o timeout"},
        {EVENT_CTX_PAST, RVX_ETIMEOUT, "accept tcp 127.0.0.1:#: i/o timeout"},
        {EVENT_CANCEL, RVX_ECANCELED, "accept tcp 127.0.0.1:#: operation was canceled"},
        {EVENT_CLOSE, RVX_ECLOSED, "accept tcp 127.0.0.1:#: use of closed network connection"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct rvx_listener *listener = must_listen("tcp", "127.0.0.1:0");
        struct rvx_ctx ctx = RVX_CTX_INIT;
        struct accepting accepting[3];
        struct background backgrounds[3];

        assert_int_equal(rvx_cancel_new(&ctx.cancel), 0);
        ctx.deadline = rvx_after(rows[i].event == EVENT_CTX_PAST ? RVX_MILLISECONDS(50) : SOON);
        for (int k = 0; k < 3; k++) {
            accepting[k] = (struct accepting){.listener = listener, .ctx = &ctx};
            background_start(&backgrounds[k], accept_one, &accepting[k]);
        }
        if (rows[i].event != EVENT_CTX_PAST)
            await_parked(&listener->netfd, 3);
        rvx_listener_ref(listener);
        if (rows[i].event == EVENT_PAST)
            assert_int_equal(rvx_listener_set_deadline(listener, RVX_NOWAIT), 0);
        else if (rows[i].event == EVENT_CANCEL)
            rvx_cancel_fire(ctx.cancel);
        else if (rows[i].event == EVENT_CLOSE)
            assert_int_equal(rvx_listener_close(rvx_listener_ref(listener)), 0);
        for (int k = 0; k < 3; k++) {
            assert_int_equal(background_join(&backgrounds[k]), rows[i].want);
            assert_null(accepting[k].conn);
            assert_error(&accepting[k].err, rows[i].text);
        }
        rvx_listener_close(listener);
        rvx_listener_close(listener);
        rvx_cancel_free(ctx.cancel);
    }
}

static void test_deadline_before_readiness(void **state)
{
    struct rvx_listener *listener = must_listen("tcp", "127.0.0.1:0");
    struct rvx_ctx past = RVX_CTX_INIT;
    struct rvx_conn *conn;
    struct rvx_error err;
    int peer = peer_connect(addr_of(listener));

    (void)state;
    past.deadline = rvx_now();
    assert_int_equal(rvx_listener_set_deadline(listener, RVX_NOWAIT), 0);
    assert_int_equal(rvx_accept(listener, NULL, &conn, &err), RVX_ETIMEOUT);
    assert_int_equal(rvx_listener_set_deadline(listener, 0), 0);
    assert_int_equal(rvx_accept(listener, &past, &conn, &err), RVX_ETIMEOUT);
    conn = must_accept(listener); /* neither took the connection */
    rvx_close(conn);
    close(peer);
    rvx_listener_close(listener);
}

static void test_second_close(void **state)
{
    struct rvx_listener *listener = must_listen("tcp", "127.0.0.1:0");
    struct rvx_conn *conn;
    struct rvx_error err;

    (void)state;
    rvx_listener_ref(listener);
    assert_int_equal(rvx_listener_close(listener), 0);
    assert_int_equal(rvx_accept(listener, NULL, &conn, &err), RVX_ECLOSED);
    assert_error(&err, "accept tcp 127.0.0.1:#: use of closed network connection");
    assert_int_equal(rvx_listener_set_deadline(listener, 0), RVX_ECLOSED);
    assert_int_equal(rvx_listener_addrs_n(listener), 1);
    assert_int_equal(addr_of(listener)->family, RVX_FAMILY_IPV4);
    assert_int_equal(rvx_listener_close(listener), RVX_ECLOSED);
    assert_int_equal(rvx_listener_close(NULL), 0);
}

static int get_option(struct rvx_conn *conn, int level, int name)
{
    int value = -1;
    socklen_t len = sizeof value;

    assert_int_equal(getsockopt(rvx_conn_fd(conn), level, name, &value, &len), 0);
    return value;
}

static void test_options_of_connections(void **state)
{
    static const struct {
        struct rvx_listen_opts opts;
        bool nodelay, keepalive;
        int idle, interval, count;
    } rows[] = {
        {{.keepalive_count = 0}, true, true, 15, 15, 9},
        {{.no_nodelay = true}, false, true, 15, 15, 9},
        {{.keepalive_idle = RVX_SECONDS(40), .keepalive_interval = RVX_MILLISECONDS(1100), .keepalive_count = 3},
         true,
         true,
         40,
         2,
         3},
        {{.keepalive_idle = 1}, true, true, 1, 15, 9},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct rvx_listen_opts opts = rows[i].opts;
        struct rvx_listener *listener;
        struct rvx_conn *conn;
        int peer;

        opts.size = sizeof opts;
        assert_int_equal(rvx_listen(NULL, "tcp", "127.0.0.1:0", &opts, NULL, &listener, NULL), 0);
        peer = peer_connect(addr_of(listener));
        conn = must_accept(listener);
        assert_int_equal(get_option(conn, IPPROTO_TCP, TCP_NODELAY) != 0, rows[i].nodelay);
        assert_int_equal(get_option(conn, SOL_SOCKET, SO_KEEPALIVE) != 0, rows[i].keepalive);
        assert_int_equal(get_option(conn, IPPROTO_TCP, TCP_KEEPIDLE), rows[i].idle);
        assert_int_equal(get_option(conn, IPPROTO_TCP, TCP_KEEPINTVL), rows[i].interval);
        assert_int_equal(get_option(conn, IPPROTO_TCP, TCP_KEEPCNT), rows[i].count);
        rvx_close(conn);
        close(peer);
        rvx_listener_close(listener);
    }
}

static void test_no_keepalive(void **state)
{
    struct rvx_listen_opts opts = {.size = sizeof opts, .no_keepalive = true};
    struct rvx_listener *listener;
    struct rvx_conn *conn;
    int peer;

    (void)state;
    assert_int_equal(rvx_listen(NULL, "tcp", "127.0.0.1:0", &opts, NULL, &listener, NULL), 0);
    peer = peer_connect(addr_of(listener));
    conn = must_accept(listener);
    assert_int_equal(get_option(conn, SOL_SOCKET, SO_KEEPALIVE), 0);
    rvx_close(conn);
    close(peer);
    rvx_listener_close(listener);
}

/* An IPv4 client of a listener for both families is an IPv4 client. */
static void test_mapped_peers_are_unmapped(void **state)
{
    struct rvx_listener *listener = must_listen("tcp", ":0");
    struct rvx_addr to = {.family = RVX_FAMILY_IPV4, .ip = {127, 0, 0, 1}};
    struct rvx_conn *conn;
    int peer;

    (void)state;
    to.port = addr_of(listener)->port;
    peer = peer_connect(&to);
    assert_true(peer >= 0);
    conn = must_accept(listener);
    assert_int_equal(rvx_remote_addr(conn)->family, RVX_FAMILY_IPV4);
    assert_true(rvx_addr_equal(rvx_local_addr(conn), &to));
    rvx_close(conn);
    close(peer);
    rvx_listener_close(listener);
}

/* A busy socket of a listener does not starve its others. */
static void test_sockets_take_turns(void **state)
{
    struct rvx_listener *listener = must_listen("tcp", "127.0.0.1:0");
    struct rvx_listener *other = must_listen("tcp", "127.0.0.1:0");
    struct rvx_addr addrs[2] = {*addr_of(listener), *addr_of(other)};
    int peers[10], seen[2] = {0, 0};

    (void)state;
    assert_int_equal(rvx_listener_merge(listener, other), 0);
    assert_int_equal(rvx_listener_addrs_n(listener), 2);
    for (int i = 0; i < 10; i++)
        peers[i] = peer_connect(&addrs[i < 6 ? 0 : 1]);
    for (int i = 0; i < 8; i++) {
        struct rvx_conn *conn = must_accept(listener);

        seen[rvx_addr_equal(rvx_local_addr(conn), &addrs[1])]++;
        rvx_close(conn);
    }
    assert_int_equal(seen[0], 4);
    assert_int_equal(seen[1], 4);
    for (int i = 0; i < 10; i++)
        close(peers[i]);
    rvx_listener_close(listener);
}

/* Any of many sockets wakes an accept. */
static void test_many_sockets(void **state)
{
    enum { N = 24 };
    struct rvx_listener *listener = must_listen("tcp", "127.0.0.1:0");

    (void)state;
    for (int i = 1; i < N; i++)
        assert_int_equal(rvx_listener_merge(listener, must_listen("tcp", "127.0.0.1:0")), 0);
    for (size_t i = 0; i < N; i += 5) {
        struct accepting accepting = {.listener = listener};
        struct background background;
        int peer;

        background_start(&background, accept_one, &accepting);
        await_parked(&listener->netfd, 1);
        peer = peer_connect(rvx_listener_addr(listener, i));
        assert_int_equal(background_join(&background), 0);
        assert_true(rvx_addr_equal(rvx_local_addr(accepting.conn), rvx_listener_addr(listener, i)));
        rvx_close(accepting.conn);
        close(peer);
    }
    rvx_listener_close(listener);
}

/* A connection at one of many sockets costs one accept(2), not one for each. */
static void test_idle_sockets_cost_nothing(void **state)
{
    struct rvx_listener *listener = must_listen("tcp", "127.0.0.1:0");
    struct faults faults;
    int peer;

    (void)state;
    for (int i = 1; i < 20; i++)
        assert_int_equal(rvx_listener_merge(listener, must_listen("tcp", "127.0.0.1:0")), 0);
    faults_init(&faults);
    listener->ops = &faults.ops;
    for (size_t i = 0; i < 20; i += 7) {
        faults.accepts = 0;
        peer = peer_connect(rvx_listener_addr(listener, i));
        rvx_close(must_accept(listener));
        assert_int_equal(faults.accepts, 1);
        close(peer);
    }
    rvx_listener_close(listener);
}

/* Noise at one of several sockets is retried there. */
static void test_noise_among_many(void **state)
{
    static const int codes[] = {-ECONNABORTED, -EPROTO};
    struct rvx_listener *listener = must_listen("tcp", "127.0.0.1:0");
    struct faults faults;
    int peer;

    (void)state;
    assert_int_equal(rvx_listener_merge(listener, must_listen("tcp", "127.0.0.1:0")), 0);
    faults_init(&faults);
    listener->ops = &faults.ops;
    faults.script = "accept4";
    faults.codes = codes;
    faults.codes_n = 2;
    peer = peer_connect(rvx_listener_addr(listener, 1));
    rvx_close(must_accept(listener));
    assert_int_equal(faults.accepts, 3);
    close(peer);
    rvx_listener_close(listener);
}

static void test_merge_refuses(void **state)
{
    struct rvx_listener *listener = must_listen("tcp", "127.0.0.1:0");
    struct rvx_listener *other = must_listen("tcp", "127.0.0.1:0");

    (void)state;
    assert_int_equal(rvx_listener_merge(listener, listener), -EINVAL);
    rvx_listener_ref(other);
    assert_int_equal(rvx_listener_merge(listener, other), -EINVAL);
    assert_int_equal(rvx_listener_close(other), 0);
    assert_int_equal(rvx_listener_merge(listener, other), RVX_ECLOSED);
    assert_int_equal(rvx_listener_close(other), RVX_ECLOSED);
    other = must_listen("tcp", "127.0.0.1:0");
    oom_fail_after(0);
    assert_int_equal(rvx_listener_merge(listener, other), -ENOMEM);
    oom_fail_after(1);
    assert_int_equal(rvx_listener_merge(listener, other), -ENOMEM);
    oom_off();
    assert_int_equal(rvx_listener_addrs_n(listener), 1);
    assert_int_equal(rvx_listener_addrs_n(other), 1);
    assert_int_equal(rvx_listener_merge(listener, other), 0);
    assert_int_equal(rvx_listener_addr(listener, 2)->family, RVX_FAMILY_NONE);
    rvx_listener_close(listener);
}

/* A connection is made before the kernel is asked for one: out of memory none is lost, and the accept comes through. */
static void test_out_of_memory(void **state)
{
    struct rvx_listener *listener = must_listen("tcp", "127.0.0.1:0");
    int peer = peer_connect(addr_of(listener));
    struct rvx_conn *conn;
    unsigned n;

    (void)state;
    for (n = 0;; n++) {
        oom_fail_after(n);
        assert_int_equal(rvx_accept(listener, NULL, &conn, NULL), 0);
        oom_off();
        rvx_close(conn);
        close(peer);
        peer = peer_connect(addr_of(listener));
        if (!oom_failed())
            break;
    }
    assert_true(n > 0);
    close(peer);
    rvx_listener_close(listener);
}

static void test_installed_waiter(void **state)
{
    struct rvx_listener *listener = must_listen("tcp", "127.0.0.1:0");
    struct accepting accepting[2];
    struct background backgrounds[2];
    struct toy toys[2];

    (void)state;
    for (int i = 0; i < 2; i++) {
        toy_init(&toys[i]);
        accepting[i] = (struct accepting){.listener = listener, .waiter = &toys[i].waiter};
        background_start(&backgrounds[i], accept_one, &accepting[i]);
        await_count(&toys[i].waits, 1); /* the first for a connection, the second for its turn */
    }
    int peer = peer_connect(addr_of(listener));
    assert_int_equal(background_join(&backgrounds[0]), 0);
    await_count(&toys[1].waits, 2);
    assert_int_equal(toys[0].wakes, 0);
    assert_int_equal(toys[1].wakes, 1);
    assert_int_equal(rvx_listener_close(listener), 0);
    assert_int_equal(background_join(&backgrounds[1]), RVX_ECLOSED);
    rvx_close(accepting[0].conn);
    close(peer);
}

/* 10,000 connections in a row leave nothing behind. */
static void test_nothing_leaks(void **state)
{
    struct rvx_listener *listener = must_listen("tcp", "127.0.0.1:0");
    unsigned before = 0;
    char byte;

    (void)state;
    for (int i = 0; i < 10000; i++) {
        int peer = peer_connect(addr_of(listener));
        struct rvx_conn *conn = must_accept(listener);

        assert_int_equal(rvx_write(conn, "x", 1, NULL, NULL), 0);
        assert_int_equal(read(peer, &byte, 1), 1);
        close(peer);
        assert_int_equal(rvx_read(conn, &byte, 1, NULL), 0);
        assert_int_equal(rvx_close(conn), 0); /* the client has closed first: its side keeps TIME_WAIT */
        if (i == 10)
            before = count_fds();
    }
    assert_int_equal(count_fds(), before);
    rvx_listener_close(listener);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_waits_for_a_connection),
        cmocka_unit_test(test_waits_end),
        cmocka_unit_test(test_deadline_before_readiness),
        cmocka_unit_test(test_second_close),
        cmocka_unit_test(test_options_of_connections),
        cmocka_unit_test(test_no_keepalive),
        cmocka_unit_test(test_mapped_peers_are_unmapped),
        cmocka_unit_test(test_sockets_take_turns),
        cmocka_unit_test(test_many_sockets),
        cmocka_unit_test(test_idle_sockets_cost_nothing),
        cmocka_unit_test(test_noise_among_many),
        cmocka_unit_test(test_merge_refuses),
        cmocka_unit_test(test_out_of_memory),
        cmocka_unit_test(test_installed_waiter),
        cmocka_unit_test(test_nothing_leaks),
    };

    return cmocka_run_group_tests_name("accept", tests, NULL, NULL);
}
