/* test_conn.c - connections over the loopback: reading, writing, closing, deadlines, and what errors say */
#include "support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/conn.h"
#include "support/oom.h"
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

static void test_read_and_write(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        struct pair pair = kinds[i].make();
        struct rvx_error err;
        char buf[16];
        size_t written = 99;

        assert_int_equal(rvx_write(pair.conn, "hello", 5, &written, &err), 0);
        assert_int_equal(err.code, 0);
        assert_int_equal(written, 5);
        assert_int_equal(read(pair.peer, buf, sizeof buf), 5);
        assert_memory_equal(buf, "hello", 5);
        assert_int_equal(write(pair.peer, "HELLO!", 6), 6);
        assert_int_equal(rvx_read(pair.conn, buf, 4, &err), 4);
        assert_memory_equal(buf, "HELL", 4);
        assert_int_equal(rvx_read(pair.conn, buf, sizeof buf, NULL), 2);
        assert_memory_equal(buf, "O!", 2);
        shutdown(pair.peer, SHUT_WR);
        assert_int_equal(rvx_read(pair.conn, buf, sizeof buf, &err), 0);
        assert_int_equal(rvx_read(pair.conn, buf, sizeof buf, &err), 0);
        assert_int_equal(rvx_write(pair.conn, "still", 5, NULL, &err), 0);
        assert_int_equal(read(pair.peer, buf, sizeof buf), 5);
        pair_free(&pair);
    }
}

static void test_read_full(void **state)
{
    struct pair pair = pair_tcp();
    struct rvx_error err;
    char buf[8];

    (void)state;
    assert_int_equal(write(pair.peer, "12345678abcd", 12), 12);
    assert_int_equal(rvx_read_full(pair.conn, buf, 8, &err), 8);
    assert_memory_equal(buf, "12345678", 8);
    shutdown(pair.peer, SHUT_WR);
    assert_int_equal(rvx_read_full(pair.conn, buf, 8, &err), 4);
    assert_memory_equal(buf, "abcd", 4);
    assert_int_equal(rvx_read_full(pair.conn, buf, 8, &err), 0);
    pair_free(&pair);
}

static void test_read_full_waits_and_fails(void **state)
{
    struct pair pair = pair_tcp();
    struct rvx_error err;
    char buf[8];

    (void)state;
    assert_int_equal(write(pair.peer, "1234", 4), 4);
    rvx_set_read_deadline(pair.conn, rvx_after(RVX_MILLISECONDS(50)));
    assert_int_equal(rvx_read_full(pair.conn, buf, 8, &err), RVX_ETIMEOUT);
    assert_error(&err, "read tcp 127.0.0.1:#->127.0.0.1:#: i/o timeout");
    assert_true(rvx_is_timeout(err.code));
    pair_free(&pair);
}

/* go-net.md 10.1.1, 10.1.2: no bytes at all. */
static void test_zero_bytes(void **state)
{
    struct pair pair = pair_tcp();
    struct rvx_error err;
    size_t written = 99;
    char buf[1];

    (void)state;
    assert_int_equal(rvx_read(pair.conn, buf, 0, &err), 0);
    assert_int_equal(rvx_read_full(pair.conn, buf, 0, &err), 0);
    assert_int_equal(rvx_write(pair.conn, buf, 0, &written, &err), 0);
    assert_int_equal(written, 0);
    rvx_set_deadline(pair.conn, RVX_NOWAIT);
    assert_int_equal(rvx_read(pair.conn, buf, 0, &err), 0);
    assert_int_equal(rvx_write(pair.conn, buf, 0, &written, &err), RVX_ETIMEOUT);
    rvx_conn_ref(pair.conn);
    assert_int_equal(rvx_close(pair.conn), 0);
    assert_int_equal(rvx_read(pair.conn, buf, 0, &err), RVX_ECLOSED);
    assert_int_equal(rvx_write(pair.conn, buf, 0, &written, &err), RVX_ECLOSED);
    assert_int_equal(rvx_close(pair.conn), RVX_ECLOSED);
    close(pair.peer);
}

static void test_past_deadline_fails_though_ready(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        struct pair pair = kinds[i].make();
        struct rvx_error err;
        size_t written = 99;
        char buf[4];

        assert_int_equal(write(pair.peer, "data", 4), 4);
        rvx_set_deadline(pair.conn, rvx_now());
        assert_int_equal(rvx_read(pair.conn, buf, sizeof buf, &err), RVX_ETIMEOUT);
        assert_error(&err, join("read", kinds[i].ends, "i/o timeout"));
        assert_int_equal(rvx_write(pair.conn, "x", 1, &written, &err), RVX_ETIMEOUT);
        assert_error(&err, join("write", kinds[i].ends, "i/o timeout"));
        assert_int_equal(written, 0);
        rvx_set_deadline(pair.conn, 0); /* alive again */
        assert_int_equal(rvx_read(pair.conn, buf, sizeof buf, &err), 4);
        assert_int_equal(rvx_write(pair.conn, "x", 1, &written, &err), 0);
        rvx_set_read_deadline(pair.conn, RVX_NOWAIT); /* one direction only */
        assert_int_equal(rvx_write(pair.conn, "x", 1, &written, &err), 0);
        rvx_set_read_deadline(pair.conn, RVX_FOREVER);
        rvx_set_write_deadline(pair.conn, RVX_NOWAIT);
        assert_int_equal(write(pair.peer, "data", 4), 4);
        assert_int_equal(rvx_read(pair.conn, buf, sizeof buf, &err), 4);
        pair_free(&pair);
    }
}

static void test_read_deadline_passes(void **state)
{
    struct pair pair = pair_tcp();
    rvx_time before = rvx_now();
    char buf[4];

    (void)state;
    rvx_set_read_deadline(pair.conn, before + RVX_MILLISECONDS(40));
    assert_int_equal(rvx_read(pair.conn, buf, sizeof buf, NULL), RVX_ETIMEOUT);
    assert_true(rvx_now() >= before + RVX_MILLISECONDS(40));
    pair_free(&pair);
}

static volatile sig_atomic_t pipes;

static void count_pipe(int number)
{
    (void)number;
    pipes = pipes + 1;
}

static void test_no_sigpipe(void **state)
{
    struct sigaction action = {.sa_handler = count_pipe}, before;

    (void)state;
    sigaction(SIGPIPE, &action, &before);
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        struct pair pair = kinds[i].make();
        struct rvx_error err;
        int rc = 0;

        close(pair.peer);
        for (int k = 0; k < 1000 && rc == 0; k++)
            rc = rvx_write(pair.conn, "into the void", 13, NULL, &err);
        assert_true(rc == -EPIPE || rc == -ECONNRESET);
        assert_int_equal(rvx_write(pair.conn, "x", 1, NULL, &err), -EPIPE);
        assert_error(&err, join("write", kinds[i].ends, "write: broken pipe"));
        assert_false(rvx_is_temporary(err.code));
        rvx_close(pair.conn);
    }
    sigaction(SIGPIPE, &before, NULL);
    assert_int_equal(pipes, 0);
}

static void test_reset_by_peer(void **state)
{
    struct pair pair = pair_tcp();
    struct linger linger = {1, 0};
    struct rvx_error err;
    char buf[4];

    (void)state;
    setsockopt(pair.peer, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    close(pair.peer);
    assert_int_equal(rvx_read(pair.conn, buf, sizeof buf, &err), -ECONNRESET);
    assert_error(&err, "read tcp 127.0.0.1:#->127.0.0.1:#: read: connection reset by peer");
    rvx_close(pair.conn);
}

#define BIG ((size_t)4 << 20)

static int read_slowly(void *arg)
{
    int fd = *(int *)arg;
    static char buf[50000];
    size_t total = 0;
    ssize_t n;

    while ((n = read(fd, buf, sizeof buf)) > 0) {
        for (ssize_t i = 0; i < n; i++) {
            if (buf[i] != (char)((total + (size_t)i) % 251))
                return -1;
        }
        total += (size_t)n;
        if (total < BIG / 8)
            sleep_ms(1);
    }
    return (int)total;
}

static void test_big_write_to_slow_reader(void **state)
{
    struct pair pair = pair_tcp();
    char *data = malloc(BIG);
    struct background reader;
    struct rvx_error err;
    size_t written;

    (void)state;
    for (size_t i = 0; i < BIG; i++)
        data[i] = (char)(i % 251);
    background_start(&reader, read_slowly, &pair.peer);
    assert_int_equal(rvx_write(pair.conn, data, BIG, &written, &err), 0);
    assert_int_equal(written, BIG);
    assert_int_equal(rvx_close_write(pair.conn, &err), 0);
    assert_int_equal(background_join(&reader), BIG);
    pair_free(&pair);
    free(data);
}

/* A write that times out tells how much went out: exactly what the peer can read. */
static void test_write_times_out_halfway(void **state)
{
    struct pair pair = pair_tcp();
    char *data = calloc(1, 8 * BIG);
    struct rvx_error err;
    size_t written = 0, got = 0;
    char buf[65536];
    ssize_t n;

    (void)state;
    rvx_set_write_deadline(pair.conn, rvx_after(RVX_MILLISECONDS(60)));
    assert_int_equal(rvx_write(pair.conn, data, 8 * BIG, &written, &err), RVX_ETIMEOUT);
    assert_error(&err, "write tcp 127.0.0.1:#->127.0.0.1:#: i/o timeout");
    assert_in_range(written, 1, 8 * BIG - 1);
    rvx_close_write(pair.conn, NULL);
    while ((n = read(pair.peer, buf, sizeof buf)) > 0)
        got += (size_t)n;
    assert_int_equal(n, 0);
    assert_int_equal(got, written);
    pair_free(&pair);
    free(data);
}

#define RECORD 300000
#define WRITERS 4
#define ROUNDS 3

struct writer {
    struct rvx_conn *conn;
    char letter;
};

static int write_records(void *arg)
{
    struct writer *writer = arg;
    char *record = malloc(RECORD);
    int rc = 0;

    memset(record, writer->letter, RECORD);
    for (int i = 0; i < ROUNDS && rc == 0; i++)
        rc = rvx_write(writer->conn, record, RECORD, NULL, NULL);
    free(record);
    return rc;
}

/* Returns whether a record that fills many socket buffers holds one letter only. */
static bool read_record(int fd)
{
    static char record[RECORD];
    size_t got = 0;

    while (got < RECORD) {
        ssize_t n = read(fd, record + got, RECORD - got);

        if (n <= 0)
            return false;
        got += (size_t)n;
    }
    for (size_t i = 1; i < RECORD; i++) {
        if (record[i] != record[0])
            return false;
    }
    return true;
}

static void test_writers_do_not_mix(void **state)
{
    struct pair pair = pair_tcp();
    struct background backgrounds[WRITERS];
    struct writer writers[WRITERS];

    (void)state;
    for (int i = 0; i < WRITERS; i++) {
        writers[i] = (struct writer){pair.conn, (char)('a' + i)};
        background_start(&backgrounds[i], write_records, &writers[i]);
    }
    for (int i = 0; i < WRITERS * ROUNDS; i++)
        assert_true(read_record(pair.peer));
    for (int i = 0; i < WRITERS; i++)
        assert_int_equal(background_join(&backgrounds[i]), 0);
    pair_free(&pair);
}

static int read_four(void *arg)
{
    char buf[4];

    if (rvx_read_full(arg, buf, sizeof buf, NULL) != sizeof buf)
        return -1;
    return memcmp(buf, "aaaa", 4) == 0 || memcmp(buf, "bbbb", 4) == 0 ? 0 : 1;
}

static void test_readers_do_not_mix(void **state)
{
    struct pair pair = pair_tcp();
    struct background readers[2];

    (void)state;
    for (int i = 0; i < 2; i++)
        background_start(&readers[i], read_four, pair.conn);
    await_parked(&pair.conn->netfd, 2);
    for (int i = 0; i < 8; i++) {
        assert_int_equal(write(pair.peer, i < 4 ? "a" : "b", 1), 1);
        sleep_ms(1);
    }
    for (int i = 0; i < 2; i++)
        assert_int_equal(background_join(&readers[i]), 0);
    pair_free(&pair);
}

/* Reading and writing at once, by two threads. */
static int echo_back(void *arg)
{
    struct rvx_conn *conn = arg;
    char buf[4096];
    ssize_t n;

    while ((n = rvx_read(conn, buf, sizeof buf, NULL)) > 0) {
        if (rvx_write(conn, buf, (size_t)n, NULL, NULL) < 0)
            return -1;
    }
    return (int)n;
}

static void test_full_duplex(void **state)
{
    struct pair pair = pair_tcp();
    struct background echo;
    char out[1000], in[1000];

    (void)state;
    memset(out, 'e', sizeof out);
    background_start(&echo, echo_back, pair.conn);
    for (int i = 0; i < 200; i++) {
        size_t got = 0;

        assert_int_equal(write(pair.peer, out, sizeof out), sizeof out);
        while (got < sizeof in) {
            ssize_t n = read(pair.peer, in + got, sizeof in - got);

            assert_true(n > 0);
            got += (size_t)n;
        }
        assert_memory_equal(in, out, sizeof in);
    }
    shutdown(pair.peer, SHUT_WR);
    assert_int_equal(background_join(&echo), 0);
    pair_free(&pair);
}

static void test_addresses(void **state)
{
    struct pair pair = pair_tcp();
    struct sockaddr_storage sa;
    socklen_t len = sizeof sa;
    struct rvx_addr peer;

    (void)state;
    assert_int_equal(getsockname(pair.peer, (struct sockaddr *)&sa, &len), 0);
    assert_int_equal(rvx_addr_from_sockaddr((struct sockaddr *)&sa, len, &peer), 0);
    assert_true(rvx_addr_equal(rvx_remote_addr(pair.conn), &peer));
    len = sizeof sa;
    assert_int_equal(getpeername(pair.peer, (struct sockaddr *)&sa, &len), 0);
    assert_int_equal(rvx_addr_from_sockaddr((struct sockaddr *)&sa, len, &peer), 0);
    assert_true(rvx_addr_equal(rvx_local_addr(pair.conn), &peer));
    pair_free(&pair);
}

static void test_descriptor(void **state)
{
    struct pair pair = pair_tcp();
    int fd = rvx_conn_fd(pair.conn);

    (void)state;
    assert_true(fd >= 0);
    assert_true((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
    assert_true((fcntl(fd, F_GETFL) & O_NONBLOCK) != 0);
    assert_int_equal(rvx_conn_detach(pair.conn), fd);
    assert_int_equal(write(fd, "mine", 4), 4);
    char buf[4];
    assert_int_equal(read(pair.peer, buf, 4), 4);
    close(fd);
    close(pair.peer);
}

/* What the kernel may say, and what becomes of it. */
static void test_failing_calls(void **state)
{
    struct pair pair = pair_tcp();
    struct faults faults;
    struct rvx_error err;
    char byte;

    (void)state;
    faults_init(&faults);
    pair.conn->ops = &faults.ops;
    faults.nth = 0;
    faults.code = -ENOBUFS;
    assert_int_equal(rvx_read(pair.conn, &byte, 1, &err), -ENOBUFS);
    assert_error(&err, "read tcp 127.0.0.1:#->127.0.0.1:#: read: no buffer space available");
    faults.calls = 0;
    assert_int_equal(rvx_write(pair.conn, "x", 1, NULL, &err), -ENOBUFS);
    assert_error(&err, "write tcp 127.0.0.1:#->127.0.0.1:#: write: no buffer space available");
    faults.calls = 0;
    faults.code = 0; /* send(2) that takes nothing is no success */
    assert_int_equal(rvx_write(pair.conn, "x", 1, NULL, &err), -EIO);
    faults.calls = 0;
    faults.code = -ENOTCONN;
    assert_int_equal(rvx_close_read(pair.conn, &err), -ENOTCONN);
    assert_error(&err, "close tcp 127.0.0.1:#->127.0.0.1:#: shutdown: transport endpoint is not connected");
    pair_free(&pair);
}

/* A kernel that moves a byte at a time, and a deadline that passes meanwhile. */
static struct rvx_conn *bytewise_conn;

static ssize_t recv_byte(void *self, int fd, void *data, size_t len, int flags)
{
    (void)self;
    rvx_set_read_deadline(bytewise_conn, RVX_NOWAIT);
    return rvx__sockops_system.recv(NULL, fd, data, len > 1 ? 1 : len, flags);
}

static ssize_t send_byte(void *self, int fd, const void *data, size_t len, int flags)
{
    (void)self;
    rvx_set_write_deadline(bytewise_conn, RVX_NOWAIT);
    return rvx__sockops_system.send(NULL, fd, data, len > 1 ? 1 : len, flags);
}

static void test_deadline_passes_though_bytes_move(void **state)
{
    struct rvx__sockops ops = rvx__sockops_system;
    struct pair pair = pair_tcp();
    size_t written;
    char buf[4];

    (void)state;
    ops.recv = recv_byte;
    ops.send = send_byte;
    bytewise_conn = pair.conn;
    pair.conn->ops = &ops;
    assert_int_equal(write(pair.peer, "1234", 4), 4);
    assert_int_equal(rvx_read_full(pair.conn, buf, 4, NULL), RVX_ETIMEOUT);
    assert_int_equal(rvx_write(pair.conn, "1234", 4, &written, NULL), RVX_ETIMEOUT);
    assert_int_equal(written, 1);
    rvx_set_deadline(pair.conn, 0);
    assert_int_equal(rvx_read_full(pair.conn, buf, 1, NULL), 1); /* all of it is there: no matter how late it is */
    assert_int_equal(rvx_write(pair.conn, "1", 1, &written, NULL), 0);
    pair_free(&pair);
}

/* Reading and writing ask for no memory. */
static void test_no_allocations(void **state)
{
    struct pair pair = pair_tcp();
    struct rvx_error err;
    char buf[4];

    (void)state;
    oom_fail_after(0);
    assert_int_equal(write(pair.peer, "ab", 2), 2);
    assert_int_equal(rvx_read(pair.conn, buf, 2, &err), 2);
    assert_int_equal(rvx_write(pair.conn, "x", 1, NULL, &err), 0);
    rvx_set_read_deadline(pair.conn, rvx_after(RVX_MILLISECONDS(5)));
    assert_int_equal(rvx_read(pair.conn, buf, 2, &err), RVX_ETIMEOUT);
    pair_free(&pair);
    oom_off();
    assert_false(oom_failed());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read_and_write),
        cmocka_unit_test(test_read_full),
        cmocka_unit_test(test_read_full_waits_and_fails),
        cmocka_unit_test(test_zero_bytes),
        cmocka_unit_test(test_past_deadline_fails_though_ready),
        cmocka_unit_test(test_read_deadline_passes),
        cmocka_unit_test(test_no_sigpipe),
        cmocka_unit_test(test_reset_by_peer),
        cmocka_unit_test(test_big_write_to_slow_reader),
        cmocka_unit_test(test_write_times_out_halfway),
        cmocka_unit_test(test_writers_do_not_mix),
        cmocka_unit_test(test_readers_do_not_mix),
        cmocka_unit_test(test_full_duplex),
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_descriptor),
        cmocka_unit_test(test_failing_calls),
        cmocka_unit_test(test_deadline_passes_though_bytes_move),
        cmocka_unit_test(test_no_allocations),
    };

    return cmocka_run_group_tests_name("conn", tests, NULL, NULL);
}
