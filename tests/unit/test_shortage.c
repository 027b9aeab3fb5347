/* test_shortage.c - what accept(2) says instead of giving a connection: noise, shortages, and the hopeless rest */
#include "support/test.h"

#include <errno.h>
#include <unistd.h>

#include "net/accept.h"
#include "net/listen.h"
#include "net/listener.h"
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

static struct rvx_listener *listen_with(struct faults *faults, const char *address)
{
    struct rvx__listen_env env = {.ops = &faults->ops};
    struct rvx__listen_call call = {.network = "tcp", .address = address};
    struct rvx_listener *listener;

    faults_init(faults);
    assert_int_equal(rvx__listen(&env, &call, &listener, NULL), 0);
    return listener;
}

/* accept(2): errors that are about one connection, or the network it came through. */
static void test_noise_is_retried(void **state)
{
    static const int noise[] = {-ECONNABORTED, -EPROTO,       -ENETDOWN,   -ENOPROTOOPT, -EHOSTDOWN,
                                -ENONET,       -EHOSTUNREACH, -EOPNOTSUPP, -ENETUNREACH, -EINTR};
    struct faults faults;
    struct rvx_listener *listener = listen_with(&faults, "127.0.0.1:0");
    int peer = peer_connect(addr_of(listener));

    (void)state;
    faults.script = "accept4";
    faults.codes = noise;
    faults.codes_n = COUNT_OF(noise);
    rvx_close(must_accept(listener));
    assert_int_equal(faults.accepts, COUNT_OF(noise) + 1);
    close(peer);
    rvx_listener_close(listener);
}

/* What is always there is no noise: no error, and no spinning either. */
static void test_endless_noise_backs_off(void **state)
{
    static int noise[5000];
    struct rvx_ctx ctx = rvx_ctx_after(RVX_MILLISECONDS(120));
    struct faults faults;
    struct rvx_listener *listener = listen_with(&faults, "127.0.0.1:0");
    struct rvx_conn *conn;
    int peer = peer_connect(addr_of(listener));

    (void)state;
    for (size_t i = 0; i < COUNT_OF(noise); i++)
        noise[i] = -EPROTO;
    faults.script = "accept4";
    faults.codes = noise;
    faults.codes_n = COUNT_OF(noise);
    assert_int_equal(rvx_accept(listener, &ctx, &conn, NULL), RVX_ETIMEOUT);
    assert_true(faults.accepts < 1000);
    close(peer);
    rvx_listener_close(listener);
}

static void test_other_errors_are_told(void **state)
{
    static const int codes[] = {-EPERM, -EINVAL};
    struct faults faults;
    struct rvx_listener *listener = listen_with(&faults, "127.0.0.1:0");
    struct rvx_conn *conn;
    struct rvx_error err;
    int peer = peer_connect(addr_of(listener));

    (void)state;
    faults.script = "accept4";
    faults.codes = codes;
    faults.codes_n = COUNT_OF(codes);
    assert_int_equal(rvx_accept(listener, NULL, &conn, &err), -EPERM);
    assert_error(&err, "accept tcp 127.0.0.1:#: accept4: operation not permitted");
    assert_int_equal(rvx_accept(listener, NULL, &conn, &err), -EINVAL);
    rvx_close(must_accept(listener)); /* the listener stays usable */
    close(peer);
    rvx_listener_close(listener);
}

static atomic_uint reports;

static void count_report(void *arg, const struct rvx_error *err)
{
    struct rvx_error copy = *err;

    (void)arg;
    assert_error(&copy, "accept tcp 127.0.0.1:#: accept4: too many open files");
    reports++;
}

static void test_shortage_backs_off(void **state)
{
    static const int codes[] = {-EMFILE, -ENFILE, -ENOBUFS, -ENOMEM};
    const struct rvx__accept_hook hook = {count_report, NULL};
    struct faults faults;
    struct rvx_listener *listener = listen_with(&faults, "127.0.0.1:0");
    rvx_time before = rvx_now();
    struct rvx_conn *conn;
    int peer = peer_connect(addr_of(listener));

    (void)state;
    faults.script = "accept4";
    faults.codes = codes;
    faults.codes_n = COUNT_OF(codes);
    reports = 0;
    assert_int_equal(rvx__accept(listener, NULL, &hook, &conn, NULL), 0);
    assert_true(rvx_now() - before >= RVX_MILLISECONDS(5 + 10 + 20 + 40));
    assert_int_equal(faults.accepts, 5);
    assert_int_equal(reports, 1); /* one shortage, one report */
    rvx_close(conn);
    close(peer);
    rvx_listener_close(listener);
}

static void close_on_report(void *arg, const struct rvx_error *err)
{
    assert_int_equal(err->code, -EMFILE);
    assert_int_equal(rvx_listener_close(arg), 0);
}

static void test_report_may_close(void **state)
{
    static const int codes[] = {-EMFILE, -EMFILE};
    struct faults faults;
    struct rvx_listener *listener = listen_with(&faults, "127.0.0.1:0");
    const struct rvx__accept_hook hook = {close_on_report, rvx_listener_ref(listener)};
    struct rvx_error err;
    struct rvx_conn *conn;
    int peer = peer_connect(addr_of(listener));

    (void)state;
    faults.script = "accept4";
    faults.codes = codes;
    faults.codes_n = COUNT_OF(codes);
    alarm((unsigned)(SOON / RVX_SECONDS(1))); /* it used to wait for itself */
    assert_int_equal(rvx__accept(listener, NULL, &hook, &conn, &err), RVX_ECLOSED);
    alarm(0);
    assert_null(conn);
    assert_error(&err, "accept tcp 127.0.0.1:#: use of closed network connection");
    close(peer);
    assert_int_equal(rvx_listener_close(listener), RVX_ECLOSED);
}

/* Linux says EMFILE before it looks for a connection: while nobody wants in, a shortage is nothing to come back to. */
static void test_shortage_without_clients(void **state)
{
    static const int codes[] = {-EMFILE, -EMFILE, -EMFILE, -EMFILE};
    struct rvx_ctx ctx = rvx_ctx_after(RVX_MILLISECONDS(150));
    struct faults faults;
    struct rvx_listener *listener = listen_with(&faults, "127.0.0.1:0");
    struct rvx_conn *conn;

    (void)state;
    faults.script = "accept4";
    faults.codes = codes;
    faults.codes_n = COUNT_OF(codes);
    assert_int_equal(rvx_accept(listener, &ctx, &conn, NULL), RVX_ETIMEOUT);
    assert_int_equal(faults.accepts, 1);
    rvx_listener_close(listener);
}

/* A kernel that does not tell the local address of a connection. */
static void test_local_address_unknown(void **state)
{
    static const int codes[] = {-ENOBUFS};
    struct faults faults;
    struct rvx_listener *listener = listen_with(&faults, "127.0.0.1:0");
    int peer = peer_connect(addr_of(listener));
    struct rvx_conn *conn;

    (void)state;
    faults.script = "getsockname";
    faults.codes = codes;
    faults.codes_n = 1;
    conn = must_accept(listener);
    assert_int_equal(faults.codes_n, 0);
    assert_true(rvx_addr_equal(rvx_local_addr(conn), addr_of(listener)));
    rvx_close(conn);
    close(peer);
    rvx_listener_close(listener);
}

static void test_back_off_can_be_interrupted(void **state)
{
    static int codes[64];
    (void)state;
    for (size_t i = 0; i < COUNT_OF(codes); i++)
        codes[i] = -EMFILE;
    for (int way = 0; way < 3; way++) {
        struct faults faults;
        struct rvx_listener *listener = listen_with(&faults, "127.0.0.1:0");
        struct rvx_ctx ctx = RVX_CTX_INIT;
        struct accepting accepting = {.listener = rvx_listener_ref(listener), .ctx = &ctx};
        struct background background;
        int peer = peer_connect(addr_of(listener));

        assert_int_equal(rvx_cancel_new(&ctx.cancel), 0);
        faults.script = "accept4";
        faults.codes = codes;
        faults.codes_n = COUNT_OF(codes);
        background_start(&background, accept_one, &accepting);
        sleep_ms(100); /* by now it pauses for some time, and would go on doing so for half a minute */
        if (way == 0)
            rvx_cancel_fire(ctx.cancel);
        else if (way == 1)
            rvx_listener_set_deadline(listener, RVX_NOWAIT);
        else
            rvx_listener_close(rvx_listener_ref(listener));
        assert_int_equal(background_join(&background), way == 0   ? RVX_ECANCELED
                                                       : way == 1 ? RVX_ETIMEOUT
                                                                  : RVX_ECLOSED);
        close(peer);
        rvx_listener_close(listener);
        rvx_listener_close(listener);
        rvx_cancel_free(ctx.cancel);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_noise_is_retried),      cmocka_unit_test(test_endless_noise_backs_off),
        cmocka_unit_test(test_other_errors_are_told), cmocka_unit_test(test_shortage_backs_off),
        cmocka_unit_test(test_report_may_close),      cmocka_unit_test(test_shortage_without_clients),
        cmocka_unit_test(test_local_address_unknown), cmocka_unit_test(test_back_off_can_be_interrupted),
    };

    return cmocka_run_group_tests_name("shortage", tests, NULL, NULL);
}
