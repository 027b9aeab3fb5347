/* test_close.c - ending connections: close under blocked calls, half-close, and what is left to say afterwards */
#include "support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/conn.h"
#include "support/sockets.h"

typedef struct pair (*pair_fn)(void);

static const struct {
    const char *name;
    pair_fn make;
    const char *ends; /* network and addresses, as errors show them */
} kinds[] = {
    {"tcp", pair_tcp, "tcp 127.0.0.1:#->127.0.0.1:#"},
    {"unix", pair_unix, "unix @->@"},
};

static const char *join(const char *op, const char *ends, const char *cause)
{
    static char text[256];

    snprintf(text, sizeof text, "%s %s: %s", op, ends, cause);
    return text;
}

/* Blocked calls, to be ended from elsewhere. */
static int read_one(void *arg)
{
    char byte;

    return (int)rvx_read(arg, &byte, 1, NULL);
}

static int write_much(void *arg)
{
    static const char block[1 << 20];

    return rvx_write(arg, block, sizeof block, NULL, NULL);
}

static void test_close_wakes_everybody(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        struct pair pair = kinds[i].make();
        struct background readers[3], writers[2];
        int number = rvx_conn_fd(pair.conn);

        fill_up(pair.conn);
        for (size_t k = 0; k < COUNT_OF(readers); k++)
            background_start(&readers[k], read_one, pair.conn);
        for (size_t k = 0; k < COUNT_OF(writers); k++)
            background_start(&writers[k], write_much, pair.conn);
        await_parked(&pair.conn->netfd, 5);
        assert_int_equal(rvx_close(pair.conn), 0); /* gives the only reference up: the calls keep the handle alive */
        for (size_t k = 0; k < COUNT_OF(readers); k++)
            assert_int_equal(background_join(&readers[k]), RVX_ECLOSED);
        for (size_t k = 0; k < COUNT_OF(writers); k++)
            assert_int_equal(background_join(&writers[k]), RVX_ECLOSED);
        assert_int_equal(fcntl(number, F_GETFD), -1);
        close(pair.peer);
    }
}

struct error_call {
    struct rvx_conn *conn;
    struct rvx_error err;
};

static int read_with_error(void *arg)
{
    struct error_call *call = arg;
    char byte;

    return (int)rvx_read(call->conn, &byte, 1, &call->err);
}

static void test_closed_says_so(void **state)
{
    struct pair pair = pair_tcp();
    struct error_call call = {.conn = pair.conn};
    struct background reader;
    struct rvx_error err;

    (void)state;
    background_start(&reader, read_with_error, &call);
    await_parked(&pair.conn->netfd, 1);
    rvx_conn_ref(pair.conn);
    assert_int_equal(rvx_close(pair.conn), 0);
    assert_int_equal(background_join(&reader), RVX_ECLOSED);
    assert_error(&call.err, "read tcp 127.0.0.1:#->127.0.0.1:#: use of closed network connection");
    assert_int_equal(rvx_write(pair.conn, "x", 1, NULL, &err), RVX_ECLOSED);
    assert_error(&err, "write tcp 127.0.0.1:#->127.0.0.1:#: use of closed network connection");
    assert_int_equal(rvx_close_write(pair.conn, &err), RVX_ECLOSED);
    assert_error(&err, "close tcp 127.0.0.1:#->127.0.0.1:#: use of closed network connection");
    assert_int_equal(rvx_close_read(pair.conn, NULL), RVX_ECLOSED);
    assert_int_equal(rvx_set_deadline(pair.conn, 0), RVX_ECLOSED);
    assert_int_equal(rvx_set_read_deadline(pair.conn, 0), RVX_ECLOSED);
    assert_int_equal(rvx_set_write_deadline(pair.conn, 0), RVX_ECLOSED);
    assert_int_equal(rvx_conn_fd(pair.conn), RVX_ECLOSED);
    assert_int_equal(rvx_local_addr(pair.conn)->family, RVX_FAMILY_IPV4);
    assert_true(rvx_addr_is_loopback(rvx_remote_addr(pair.conn)));
    assert_int_equal(rvx_conn_detach(rvx_conn_ref(pair.conn)), RVX_ECLOSED);
    assert_int_equal(rvx_close(pair.conn), RVX_ECLOSED);
    assert_int_equal(rvx_close(NULL), 0);
    close(pair.peer);
}

/* As long as a call is inside, close() neither returns nor frees the number, even if the call is not waiting. */
static int close_conn(void *arg)
{
    return rvx_close(arg);
}

static void test_number_is_not_reused(void **state)
{
    struct pair pair = pair_tcp();
    struct rvx__netfd_call call;
    struct background closer;
    int number = rvx_conn_fd(pair.conn);

    (void)state;
    assert_int_equal(rvx__netfd_enter(&pair.conn->netfd, RVX__NETFD_READ, NULL, &call), 0);
    background_start(&closer, close_conn, pair.conn);
    while (!rvx__netfd_closed(&pair.conn->netfd))
        sleep_ms(1);
    for (int i = 0; i < 20; i++) {
        int fd = dup(pair.peer);

        assert_int_not_equal(fd, number);
        close(fd);
    }
    assert_false(closer.done);
    rvx__netfd_leave(&pair.conn->netfd, &call);
    assert_int_equal(background_join(&closer), 0);
    assert_int_equal(fcntl(number, F_GETFD), -1);
    close(pair.peer);
}

/* Many connections opened and closed under blocked readers: a reader that got hold of another's number would read its
 * data. */
static void test_readers_never_cross(void **state)
{
    (void)state;
    for (int i = 0; i < 50; i++) {
        struct pair pair = pair_unix();
        struct pair next;
        struct background reader;

        background_start(&reader, read_one, pair.conn);
        if (i % 2 == 0)
            await_parked(&pair.conn->netfd, 1);
        rvx_conn_ref(pair.conn);
        rvx_close(pair.conn);
        next = pair_unix();
        assert_int_equal(write(next.peer, "x", 1), 1);
        assert_int_equal(background_join(&reader), RVX_ECLOSED);
        assert_int_equal(read_one(next.conn), 1);
        pair_free(&pair);
        pair_free(&next);
    }
}

static void test_half_close(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        struct pair pair = kinds[i].make();
        struct rvx_error err;
        char buf[8];

        assert_int_equal(rvx_write(pair.conn, "end", 3, NULL, &err), 0);
        assert_int_equal(rvx_close_write(pair.conn, &err), 0);
        assert_int_equal(rvx_close_write(pair.conn, &err), 0); /* again: no error */
        assert_int_equal(read(pair.peer, buf, sizeof buf), 3);
        assert_int_equal(read(pair.peer, buf, sizeof buf), 0);
        assert_int_equal(rvx_write(pair.conn, "x", 1, NULL, &err), -EPIPE);
        assert_error(&err, join("write", kinds[i].ends, "write: broken pipe"));
        assert_int_equal(write(pair.peer, "answer", 6), 6); /* the other way still works */
        assert_int_equal(rvx_read(pair.conn, buf, sizeof buf, &err), 6);
        assert_int_equal(rvx_close_read(pair.conn, &err), 0);
        assert_int_equal(rvx_read(pair.conn, buf, sizeof buf, &err), 0);
        pair_free(&pair);
    }
}

static void test_half_close_wakes_the_reader(void **state)
{
    struct pair pair = pair_tcp();
    struct background reader;

    (void)state;
    background_start(&reader, read_one, pair.conn);
    await_parked(&pair.conn->netfd, 1);
    assert_int_equal(rvx_close_read(pair.conn, NULL), 0);
    assert_int_equal(background_join(&reader), 0);
    pair_free(&pair);
}

/* A connection used under an installed waiter: its waits, the wakes and the end are all the waiter's. */
struct toy_call {
    struct rvx_conn *conn;
    const struct rvx_waiter *waiter;
};

static int read_with_toy(void *arg)
{
    struct toy_call *call = arg;

    rvx_waiter_swap(call->waiter);
    return read_one(call->conn);
}

static int write_with_toy(void *arg)
{
    struct toy_call *call = arg;

    rvx_waiter_swap(call->waiter);
    return write_much(call->conn);
}

static void test_installed_waiter(void **state)
{
    struct pair pair = pair_unix();
    struct toy reads, writes, closes;
    struct toy_call reading = {pair.conn, &reads.waiter}, writing = {pair.conn, &writes.waiter};
    struct background reader, writer;

    (void)state;
    toy_init(&reads);
    toy_init(&writes);
    toy_init(&closes);
    fill_up(pair.conn);
    background_start(&reader, read_with_toy, &reading);
    background_start(&writer, write_with_toy, &writing);
    await_count(&reads.waits, 1);
    await_count(&writes.waits, 1);
    rvx_waiter_swap(&closes.waiter);
    rvx_conn_ref(pair.conn);
    assert_int_equal(rvx_close(pair.conn), 0);
    rvx_waiter_swap(NULL);
    assert_int_equal(background_join(&reader), RVX_ECLOSED);
    assert_int_equal(background_join(&writer), RVX_ECLOSED);
    assert_int_equal(reads.wakes, 1);
    assert_int_equal(writes.wakes, 1);
    assert_true(reads.forgets == 1 && writes.forgets == 1 && closes.forgets == 1);
    pair_free(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_close_wakes_everybody),
        cmocka_unit_test(test_closed_says_so),
        cmocka_unit_test(test_number_is_not_reused),
        cmocka_unit_test(test_readers_never_cross),
        cmocka_unit_test(test_half_close),
        cmocka_unit_test(test_half_close_wakes_the_reader),
        cmocka_unit_test(test_installed_waiter),
    };

    return cmocka_run_group_tests_name("close", tests, NULL, NULL);
}
