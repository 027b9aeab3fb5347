/* test_unix.c - Unix-domain listeners: names and their limits, peers, and who removes the file */
#include "support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net/listen.h"
#include "net/listener.h"
#include "support/sockets.h"

static int set_up(void **state)
{
    static struct place place;

    place_init(&place, "socket", NULL);
    *state = &place;
    return 0;
}

static int tear_down(void **state)
{
    place_fini(*state);
    return 0;
}

static bool exists(const char *path)
{
    struct stat st;

    return lstat(path, &st) == 0;
}

/* A name of `len` bytes that begins with `start`. */
static const char *make_name(const char *start, size_t len)
{
    static char name[400];

    memset(name, 'n', len);
    name[len] = '\0';
    memcpy(name, start, strlen(start));
    return name;
}

static void test_names(void **state)
{
    static const struct {
        const char *start;
        size_t len;
        int want;
    } rows[] = {
        {"net-long-", 107, 0},        {"net-long-", 108, -EINVAL},  {"net-long-", 255, -EINVAL},
        {"net-long-", 256, -EINVAL},  {"net-long-", 363, -EINVAL},  {"@rvx-long-", 108, 0},
        {"@rvx-long-", 109, -EINVAL}, {"@rvx-long-", 364, -EINVAL}, {"@", 1, 0},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const char *name = make_name(rows[i].start, rows[i].len);
        char text[RVX_ADDR_STRLEN];
        struct rvx_listener *listener;
        struct rvx_error err;
        int rc = rvx_listen(NULL, "unix", name, NULL, NULL, &listener, &err);

        if (rc != rows[i].want)
            fail_msg("%zu bytes: %d", rows[i].len, rc);
        if (rc < 0) {
            assert_string_equal(strrchr(rvx_error_text(&err), ' '), " argument");
            assert_string_equal(err.syscall, "bind");
            continue;
        }
        assert_string_equal(rvx_addr_text(rvx_listener_addr(listener, 0), text), name);
        assert_int_equal(exists(name), name[0] != '@');
        rvx_listener_close(listener);
        assert_false(exists(name));
    }
}

static void test_error_text(void **state)
{
    struct place *place = *state;
    struct rvx_listener *listener;
    struct rvx_error err;
    char want[200], path[64];

    snprintf(path, sizeof path, "%s/none/socket", place->dir);
    assert_int_equal(rvx_listen(NULL, "unix", path, NULL, NULL, &listener, &err), -ENOENT);
    snprintf(want, sizeof want, "listen unix %s: bind: no such file or directory", path);
    assert_string_equal(rvx_error_text(&err), want);
}

/* No name: the kernel chooses an abstract one, and tells. */
static void test_autobind(void **state)
{
    struct rvx_listener *a = must_listen("unix", ""), *b = must_listen("unix", "");
    const struct rvx_addr *addr = rvx_listener_addr(a, 0);
    int peer;

    (void)state;
    assert_int_equal(addr->family, RVX_FAMILY_UNIX);
    assert_int_equal(addr->path_len, 6); /* unix(7): five hexadecimal digits */
    assert_int_equal(addr->path[0], '\0');
    assert_false(rvx_addr_equal(addr, rvx_listener_addr(b, 0)));
    peer = peer_connect(addr);
    assert_true(peer >= 0);
    rvx_close(must_accept(a));
    close(peer);
    rvx_listener_close(a);
    rvx_listener_close(b);
}

static void test_connection(void **state)
{
    struct place *place = *state;
    struct rvx_listener *listener = must_listen("unix", place->path);
    int peer = peer_connect(rvx_listener_addr(listener, 0));
    struct rvx_conn *conn = must_accept(listener);
    char text[RVX_ADDR_STRLEN], buf[8], want[100];
    struct rvx_error err;

    assert_string_equal(rvx_listener_network(listener), "unix");
    assert_string_equal(rvx_addr_text(rvx_local_addr(conn), text), place->path);
    assert_string_equal(rvx_addr_text(rvx_remote_addr(conn), text), "@"); /* the client has no name */
    assert_int_equal(write(peer, "hello", 5), 5);
    assert_int_equal(rvx_read(conn, buf, sizeof buf, NULL), 5);
    rvx_set_deadline(conn, RVX_NOWAIT);
    assert_int_equal(rvx_read(conn, buf, sizeof buf, &err), RVX_ETIMEOUT);
    snprintf(want, sizeof want, "read unix %s->@: i/o timeout", place->path);
    assert_string_equal(rvx_error_text(&err), want);
    rvx_close(conn);
    close(peer);
    assert_true(exists(place->path)); /* a connection that ends leaves the file alone */
    rvx_listener_close(listener);
}

static void test_packets(void **state)
{
    struct place *place = *state;
    struct rvx_listener *listener = must_listen("unixpacket", place->path);
    struct sockaddr_storage sa;
    struct rvx_conn *conn;
    socklen_t len;
    char buf[16];
    int peer = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

    assert_int_equal(rvx_addr_to_sockaddr(rvx_listener_addr(listener, 0), &sa, &len), 0);
    assert_int_equal(connect(peer, (struct sockaddr *)&sa, len), 0);
    conn = must_accept(listener);
    assert_int_equal(write(peer, "one", 3), 3);
    assert_int_equal(write(peer, "three", 5), 5);
    assert_int_equal(rvx_read(conn, buf, sizeof buf, NULL), 3); /* packets do not run together */
    assert_int_equal(rvx_read(conn, buf, sizeof buf, NULL), 5);
    assert_int_equal(rvx_write(conn, "ab", 2, NULL, NULL), 0);
    assert_int_equal(rvx_write(conn, "cd", 2, NULL, NULL), 0);
    assert_int_equal(read(peer, buf, sizeof buf), 2);
    close(peer);
    rvx_close(conn);
    rvx_listener_close(listener);
}

/* go-net.md 9.6.2 */
static void test_stale_file_is_an_error(void **state)
{
    struct place *place = *state;
    struct rvx_listen_opts keep = {.size = sizeof keep, .keep_unix = true};
    struct rvx_listener *listener;
    struct rvx_error err;
    char want[100];

    assert_int_equal(rvx_listen(NULL, "unix", place->path, &keep, NULL, &listener, NULL), 0);
    rvx_listener_close(listener);
    assert_true(exists(place->path));
    assert_int_equal(rvx_listen(NULL, "unix", place->path, NULL, NULL, &listener, &err), -EADDRINUSE);
    snprintf(want, sizeof want, "listen unix %s: bind: address already in use", place->path);
    assert_string_equal(rvx_error_text(&err), want);
    assert_true(exists(place->path)); /* it was not ours */
}

/* Whose file it is, and who removes it. */
static void test_close_removes_its_file_once(void **state)
{
    struct place *place = *state;
    struct rvx_listener *first = must_listen("unix", place->path), *second;

    rvx_listener_ref(first);
    assert_int_equal(rvx_listener_close(first), 0);
    assert_false(exists(place->path));
    second = must_listen("unix", place->path);
    assert_int_equal(rvx_listener_close(first), RVX_ECLOSED);
    assert_true(exists(place->path));
    rvx_listener_close(second);
    assert_false(exists(place->path));
}

static void test_keep_unix(void **state)
{
    struct place *place = *state;
    struct rvx_listen_opts opts = {.size = sizeof opts, .keep_unix = true};
    struct rvx_listener *listener;

    assert_int_equal(rvx_listen(NULL, "unix", place->path, &opts, NULL, &listener, NULL), 0);
    rvx_listener_close(listener);
    assert_true(exists(place->path));
}

static void test_file_gone_already(void **state)
{
    struct place *place = *state;
    struct rvx_listener *listener = must_listen("unix", place->path);

    assert_int_equal(unlink(place->path), 0);
    assert_int_equal(rvx_listener_close(listener), 0);
}

/* A new server has taken the name over: the old one, ending, does not take it away. Go does. */
static void test_replaced_file_stays(void **state)
{
    struct place *place = *state;
    struct rvx_listener *old = must_listen("unix", place->path), *new;
    int peer;

    assert_int_equal(unlink(place->path), 0);
    new = must_listen("unix", place->path);
    assert_int_equal(rvx_listener_close(old), 0);
    assert_true(exists(place->path));
    peer = peer_connect(rvx_listener_addr(new, 0));
    assert_true(peer >= 0);
    close(peer);
    rvx_listener_close(new);
    assert_false(exists(place->path));
}

static void test_listener_from_fd_keeps_the_file(void **state)
{
    struct place *place = *state;
    struct rvx_listener *listener = must_listen("unix", place->path), *copy;

    assert_int_equal(rvx_listener_from_fd(listener->sockets[0]->fd, NULL, &copy, NULL), 0);
    rvx_listener_close(copy);
    assert_true(exists(place->path));
    rvx_listener_close(listener);
    assert_false(exists(place->path));
}

static void test_merged_listener_removes_both(void **state)
{
    struct place *place = *state;
    struct rvx_listener *listener = must_listen("unix", "");
    struct rvx_listener *other = must_listen("unix", place->path);

    assert_int_equal(rvx_listener_merge(listener, other), 0);
    assert_true(exists(place->path));
    rvx_listener_close(listener);
    assert_false(exists(place->path));
}

/* listen(2) fails behind a bind(2) that made the file. */
static void test_failed_listen_removes_the_file(void **state)
{
    static const int code[] = {-ENOBUFS};
    struct place *place = *state;
    struct faults faults;
    struct rvx_listen_opts opts = {.size = sizeof opts, .keep_unix = true};
    struct rvx__listen_env env = {.ops = &faults.ops};
    struct rvx__listen_call call = {.network = "unix", .address = place->path, .opts = &opts};
    struct rvx_listener *listener;

    faults_init(&faults);
    faults.script = "listen";
    faults.codes = code;
    faults.codes_n = 1;
    assert_int_equal(rvx__listen(&env, &call, &listener, NULL), -ENOBUFS);
    assert_false(exists(place->path));
}

/* Whoever finds the file finds a server: the file goes first. */
static int listening_fd;
static bool was_open;

static int look_and_unlink(void *self, const char *path)
{
    (void)self;
    was_open = fcntl(listening_fd, F_GETFD) >= 0;
    return unlink(path) == 0 ? 0 : -errno;
}

static void test_file_goes_first(void **state)
{
    struct place *place = *state;
    struct rvx__sockops ops = rvx__sockops_system;
    struct rvx__listen_env env = {.ops = &ops};
    struct rvx__listen_call call = {.network = "unix", .address = place->path};
    struct rvx_listener *listener;

    ops.unlink = look_and_unlink;
    assert_int_equal(rvx__listen(&env, &call, &listener, NULL), 0);
    listening_fd = listener->sockets[0]->fd;
    was_open = false;
    assert_int_equal(rvx_listener_close(listener), 0);
    assert_true(was_open);
    assert_false(exists(place->path));
}

#define UNIX_TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        UNIX_TEST(test_names),
        UNIX_TEST(test_error_text),
        UNIX_TEST(test_autobind),
        UNIX_TEST(test_connection),
        UNIX_TEST(test_packets),
        UNIX_TEST(test_stale_file_is_an_error),
        UNIX_TEST(test_close_removes_its_file_once),
        UNIX_TEST(test_keep_unix),
        UNIX_TEST(test_file_gone_already),
        UNIX_TEST(test_replaced_file_stays),
        UNIX_TEST(test_listener_from_fd_keeps_the_file),
        UNIX_TEST(test_merged_listener_removes_both),
        UNIX_TEST(test_failed_listen_removes_the_file),
        UNIX_TEST(test_file_goes_first),
    };

    return cmocka_run_group_tests_name("unix", tests, NULL, NULL);
}
