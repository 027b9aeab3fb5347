/* test_fromfd.c - listeners and connections of descriptors that others made, and of those a service manager passes */
#include "support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net/conn.h"
#include "net/listener.h"
#include "support/oom.h"
#include "support/sockets.h"

/* A plain blocking socket bound to an address of the kernel's choice; listening if backlog >= 0. */
static int make_socket(int family, int type, int backlog)
{
    struct rvx_addr addr = {.family = RVX_FAMILY_UNIX};
    struct sockaddr_storage sa;
    socklen_t len;
    int fd = socket(family, type, 0);

    if (family == AF_INET)
        assert_int_equal(rvx_addr_parse("127.0.0.1", &addr), 0);
    if (family == AF_INET6)
        assert_int_equal(rvx_addr_parse("::1", &addr), 0);
    assert_true(fd >= 0);
    assert_int_equal(rvx_addr_to_sockaddr(&addr, &sa, &len), 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&sa, len), 0);
    if (backlog >= 0)
        assert_int_equal(listen(fd, backlog), 0);
    return fd;
}

static void test_listeners(void **state)
{
    static const struct {
        int family, type;
        const char *network;
    } rows[] = {
        {AF_INET, SOCK_STREAM, "tcp"},
        {AF_INET6, SOCK_STREAM, "tcp"},
        {AF_UNIX, SOCK_STREAM, "unix"},
        {AF_UNIX, SOCK_SEQPACKET, "unixpacket"},
    };
    bool ipv6 = have_ipv6();

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct rvx_listener *listener;
        int fd, own;

        if (rows[i].family == AF_INET6 && !ipv6)
            continue;
        fd = make_socket(rows[i].family, rows[i].type, 5);
        assert_int_equal(rvx_listener_from_fd(fd, NULL, &listener, NULL), 0);
        own = listener->sockets[0]->fd;
        assert_string_equal(rvx_listener_network(listener), rows[i].network);
        assert_int_not_equal(own, fd);
        assert_true((fcntl(own, F_GETFD) & FD_CLOEXEC) != 0);
        assert_true((fcntl(own, F_GETFL) & O_NONBLOCK) != 0);
        if (rows[i].type == SOCK_STREAM) {
            int peer = peer_connect(rvx_listener_addr(listener, 0));
            struct rvx_conn *conn = must_accept(listener);
            int nodelay = 0;
            socklen_t len = sizeof nodelay;

            assert_true(peer >= 0);
            assert_string_equal(conn->network, rows[i].network);
            assert_int_equal(getsockopt(rvx_conn_fd(conn), 6, 1, &nodelay, &len) == 0 && nodelay != 0,
                             rows[i].family != AF_UNIX);
            rvx_close(conn);
            close(peer);
        }
        rvx_listener_close(listener);
        assert_int_equal(fcntl(own, F_GETFD), -1);
        assert_int_equal(listen(fd, 5), 0); /* the caller's is as alive as before */
        close(fd);
    }
}

static void test_listeners_refused(void **state)
{
    int pipes[2], fds[6];
    static const int want[6] = {-ENOTSOCK, -EINVAL, -EINVAL, -EINVAL, -EBADF, -EINVAL};
    static const char *const text[6] = {"file: getsockopt: socket operation on non-socket",
                                        "file: invalid argument",
                                        "file: invalid argument",
                                        "file: invalid argument",
                                        "file: bad file descriptor",
                                        "file: invalid argument"};
    struct pair pair = pair_tcp();
    unsigned before;

    (void)state;
    assert_int_equal(pipe(pipes), 0);
    fds[0] = pipes[0];
    fds[1] = make_socket(AF_INET, SOCK_DGRAM, -1);
    fds[2] = make_socket(AF_INET, SOCK_STREAM, -1); /* bound, not listening */
    fds[3] = make_socket(AF_UNIX, SOCK_DGRAM, -1);
    fds[4] = 1 << 20;
    fds[5] = pair.peer; /* a connection */
    before = count_fds();
    for (int i = 0; i < 6; i++) {
        struct rvx_listener *listener;
        struct rvx_error err;

        assert_int_equal(rvx_listener_from_fd(fds[i], NULL, &listener, &err), want[i]);
        assert_null(listener);
        assert_string_equal(rvx_error_text(&err), text[i]);
        assert_int_equal(count_fds(), before);
    }
    for (int i = 0; i < 4; i++)
        close(fds[i]);
    close(pipes[1]);
    pair_free(&pair);
}

static void test_listener_out_of_memory(void **state)
{
    int fd = make_socket(AF_INET, SOCK_STREAM, 5);
    unsigned before = count_fds();
    bool refused = true;

    (void)state;
    for (unsigned n = 0; refused; n++) {
        struct rvx_listener *listener;
        int rc;

        oom_fail_after(n);
        rc = rvx_listener_from_fd(fd, NULL, &listener, NULL);
        oom_off();
        refused = oom_failed();
        assert_int_equal(rc, refused ? -ENOMEM : 0);
        if (rc == 0)
            rvx_listener_close(listener);
        assert_int_equal(count_fds(), before);
    }
    close(fd);
}

static void test_bad_options(void **state)
{
    struct rvx_listen_opts opts = {.size = sizeof opts, .keepalive_count = 1000};
    struct rvx_listener *listener;

    (void)state;
    assert_int_equal(rvx_listener_from_fd(0, &opts, &listener, NULL), RVX_EOPTIONS);
    assert_int_equal(rvx_listener_from_env(NULL, &opts, &listener, NULL), RVX_EOPTIONS);
    opts.size = 3;
    assert_int_equal(rvx_listener_from_fd(0, &opts, &listener, NULL), RVX_EOPTIONS);
}

static void test_connections(void **state)
{
    struct pair tcp = pair_tcp();
    struct rvx_conn *conn;
    struct rvx_error err;
    char byte;

    (void)state;
    assert_int_equal(rvx_conn_from_fd(tcp.peer, &conn, &err), 0); /* both ends are connections now */
    assert_int_equal(err.code, 0);
    assert_string_equal(conn->network, "tcp");
    assert_true(rvx_addr_equal(rvx_local_addr(conn), rvx_remote_addr(tcp.conn)));
    assert_true(rvx_addr_equal(rvx_remote_addr(conn), rvx_local_addr(tcp.conn)));
    assert_true((fcntl(tcp.peer, F_GETFL) & O_NONBLOCK) != 0);
    assert_int_equal(rvx_write(conn, "x", 1, NULL, NULL), 0);
    assert_int_equal(rvx_read(tcp.conn, &byte, 1, NULL), 1);
    rvx_close(conn);
    assert_int_equal(fcntl(tcp.peer, F_GETFD), -1); /* taken over */
    rvx_close(tcp.conn);
}

static void test_connections_refused(void **state)
{
    static const struct {
        int family, type, backlog, want;
        const char *text;
    } rows[] = {
        {AF_INET, SOCK_STREAM, -1, -ENOTCONN, "file: transport endpoint is not connected"},
        {AF_INET, SOCK_STREAM, 5, -ENOTCONN, "file: transport endpoint is not connected"},
        {AF_INET, SOCK_DGRAM, -1, -EINVAL, "file: invalid argument"},
        {AF_UNIX, SOCK_STREAM, -1, -ENOTCONN, "file: transport endpoint is not connected"},
    };
    struct rvx_conn *conn;
    struct rvx_error err;
    int fds[2];

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        int fd = make_socket(rows[i].family, rows[i].type, rows[i].backlog);

        assert_int_equal(rvx_conn_from_fd(fd, &conn, &err), rows[i].want);
        assert_null(conn);
        assert_string_equal(rvx_error_text(&err), rows[i].text);
        assert_int_equal(close(fd), 0); /* still the caller's */
    }
    assert_int_equal(pipe(fds), 0);
    assert_int_equal(rvx_conn_from_fd(fds[0], &conn, &err), -ENOTSOCK);
    close(fds[0]);
    close(fds[1]);
    assert_int_equal(rvx_conn_from_fd(1 << 20, &conn, &err), -EBADF);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    oom_fail_after(0);
    assert_int_equal(rvx_conn_from_fd(fds[0], &conn, &err), -ENOMEM);
    oom_off();
    assert_int_equal(close(fds[0]), 0);
    assert_int_equal(close(fds[1]), 0);
}

/* What a service manager set: sockets from descriptor 3 on. 't': TCP, 'u': Unix, 'd': a datagram socket, 'p': a pipe.
 * */
struct passed {
    const char *name; /* of the row */
    const char *sockets;
    const char *pid; /* "own": ours */
    const char *fds;
    const char *names;
    const char *wanted;
    int want;
    size_t want_n;
    const char *want_network;
};

static const struct passed passed[] = {
    {"one", "t", "own", "1", NULL, NULL, 0, 1, "tcp"},
    {"two", "tu", "own", "2", NULL, NULL, 0, 2, "tcp"},
    {"two of three", "utt", "own", "2", "a:b:c", NULL, 0, 2, "unix"},
    {"by name", "tut", "own", "3", "a:b:a", "b", 0, 1, "unix"},
    {"two by name", "tut", "own", "3", "a:b:a", "a", 0, 2, "tcp"},
    {"the last name", "tu", "own", "2", "a:b", "b", 0, 1, "unix"},
    {"a name is more than its start", "tu", "own", "2", "ab:abc", "abc", 0, 1, "unix"},
    {"no such name", "tu", "own", "2", "a:b", "c", RVX_EADDRMISSING, 0, NULL},
    {"empty names", "tu", "own", "2", ":", "", 0, 1, "tcp"},
    {"names missing", "tu", "own", "2", NULL, "unknown", 0, 2, "tcp"},
    {"a name missing", "tu", "own", "2", "a", "unknown", 0, 1, "unix"},
    {"nothing passed", "t", NULL, NULL, NULL, NULL, RVX_EADDRMISSING, 0, NULL},
    {"no number", "t", "own", NULL, NULL, NULL, RVX_EADDRMISSING, 0, NULL},
    {"none", "t", "own", "0", NULL, NULL, RVX_EADDRMISSING, 0, NULL},
    {"for another process", "t", "1", "1", NULL, NULL, RVX_EADDRMISSING, 0, NULL},
    {"process id with a tail", "t", "own x", "1", NULL, NULL, RVX_EADDRMISSING, 0, NULL},
    {"number with a tail", "t", "own", "1x", NULL, NULL, RVX_EADDRMISSING, 0, NULL},
    {"negative number", "t", "own", "-1", NULL, NULL, RVX_EADDRMISSING, 0, NULL},
    {"number out of range", "t", "own", "2147483647", NULL, NULL, RVX_EADDRMISSING, 0, NULL},
    {"more than there are", "t", "own", "2", NULL, NULL, -EBADF, 0, NULL},
    {"a datagram socket among them", "td", "own", "2", NULL, NULL, -EINVAL, 0, NULL},
    {"a pipe among them", "tp", "own", "2", NULL, NULL, -ENOTSOCK, 0, NULL},
    {"a datagram socket not wanted", "td", "own", "2", "a:b", "a", 0, 1, "tcp"},
};

static void set_variable(const char *name, const char *value)
{
    if (value == NULL)
        unsetenv(name);
    else
        setenv(name, value, 1);
}

static int make_passed(char kind)
{
    int fds[2];

    switch (kind) {
    case 't':
        return make_socket(AF_INET, SOCK_STREAM, 5);
    case 'u':
        return make_socket(AF_UNIX, SOCK_STREAM, 5);
    case 'd':
        return make_socket(AF_INET, SOCK_DGRAM, -1);
    default:
        return pipe(fds) == 0 ? fds[0] : -1;
    }
}

/* In a child: nothing but 0 to 2 and what is passed is open. Returns the number of the line that found something
 * wrong. */
static int check_passed(const struct passed *row)
{
    struct rvx_listener *listener;
    char pid[32];
    int fds[4], n = (int)strlen(row->sockets), rc;

    for (int i = 0; i < n; i++)
        fds[i] = fcntl(make_passed(row->sockets[i]), F_DUPFD, 100);
    for (int fd = 3; fd < 100; fd++)
        close(fd);
    for (int i = 0; i < n; i++)
        dup2(fds[i], 3 + i);
    snprintf(pid, sizeof pid, "%d%s", (int)getpid(), row->pid != NULL ? row->pid + strcspn(row->pid, " ") : "");
    set_variable("LISTEN_PID", row->pid != NULL && strncmp(row->pid, "own", 3) == 0 ? pid : row->pid);
    set_variable("LISTEN_FDS", row->fds);
    set_variable("LISTEN_FDNAMES", row->names);
    rc = rvx_listener_from_env(row->wanted, NULL, &listener, NULL);
    if (rc != row->want)
        return __LINE__;
    if (rc < 0) { /* everything is still the caller's */
        for (int i = 0; i < n; i++) {
            if (fcntl(3 + i, F_GETFD) < 0)
                return __LINE__;
        }
        return listener == NULL ? 0 : __LINE__;
    }
    if (rvx_listener_addrs_n(listener) != row->want_n || strcmp(rvx_listener_network(listener), row->want_network) != 0)
        return __LINE__;
    for (size_t i = 0; i < listener->n; i++) {
        if ((fcntl(listener->sockets[i]->fd, F_GETFD) & FD_CLOEXEC) == 0)
            return __LINE__;
    }
    rc = listener->sockets[0]->fd;
    rvx_listener_close(listener);
    return fcntl(rc, F_GETFD) == -1 ? 0 : __LINE__; /* taken over: closed with the listener */
}

static void test_environment(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(passed); i++) {
        pid_t child = fork();
        int status;

        if (child == 0) {
            int line = check_passed(&passed[i]);

            _exit(line == 0 ? 0 : line % 255 + 1);
        }
        assert_true(child > 0);
        assert_int_equal(waitpid(child, &status, 0), child);
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
            fail_msg("%s: status %#x", passed[i].name, (unsigned)status);
    }
}

static void test_nothing_passed_says_so(void **state)
{
    struct rvx_listener *listener;
    struct rvx_error err;

    (void)state;
    unsetenv("LISTEN_PID");
    assert_int_equal(rvx_listener_from_env(NULL, NULL, &listener, &err), RVX_EADDRMISSING);
    assert_string_equal(rvx_error_text(&err), "listen: missing address");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_listeners),
        cmocka_unit_test(test_listeners_refused),
        cmocka_unit_test(test_listener_out_of_memory),
        cmocka_unit_test(test_bad_options),
        cmocka_unit_test(test_connections),
        cmocka_unit_test(test_connections_refused),
        cmocka_unit_test(test_environment),
        cmocka_unit_test(test_nothing_passed_says_so),
    };

    return cmocka_run_group_tests_name("fromfd", tests, NULL, NULL);
}
