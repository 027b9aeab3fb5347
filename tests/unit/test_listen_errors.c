/* test_listen_errors.c - rvx_listen(): its options, its control hook, what goes wrong and what that is called */
#include "support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/listen.h"
#include "net/listener.h"
#include "resolver/srcaddr.h"
#include "support/oom.h"
#include "support/sockets.h"

static bool ipv6;

static int get_option(const struct rvx_listener *listener, int level, int name)
{
    int value = -1;
    socklen_t len = sizeof value;

    if (getsockopt(listener->sockets[0]->fd, level, name, &value, &len) < 0)
        return -1;
    return value;
}

static void test_errors(void **state)
{
    static const struct {
        const char *network, *address;
        int want;
        const char *text;
    } rows[] = {
        {"tcp", "198.51.100.77:0", -EADDRNOTAVAIL, "listen tcp 198.51.100.77:0: bind: cannot assign requested address"},
        {"tcp", "127.0.0.1", RVX_EPORTMISSING, "listen tcp: address 127.0.0.1: missing port in address"},
        {"tcp", "::1:0", RVX_EMANYCOLONS, "listen tcp: address ::1:0: too many colons in address"},
        {"tcp", "127.0.0.1:65536", RVX_EPORTINVALID, "listen tcp: address 65536: invalid port"},
        {"tcp", "127.0.0.1:-1", RVX_EPORTINVALID, "listen tcp: address -1: invalid port"},
        {"tcp4", "[::1]:0", RVX_EADDRNONE, "listen tcp4: address ::1: no suitable address found"},
        {"tcp6", "127.0.0.1:0", RVX_EADDRNONE, "listen tcp6: address 127.0.0.1: no suitable address found"},
        {"udp", "127.0.0.1:0", RVX_EADDRTYPE, "listen udp 127.0.0.1:0: address 127.0.0.1:0: unexpected address type"},
        {"unixgram", "x", RVX_EADDRTYPE, "listen unixgram x: address x: unexpected address type"},
        {"ip4:icmp", "127.0.0.1", RVX_EADDRTYPE,
         "listen ip4:icmp 127.0.0.1: address 127.0.0.1: unexpected address type"},
        {"foo", "127.0.0.1:0", RVX_ENETUNKNOWN, "listen foo: unknown network foo"},
        {"TCP", "127.0.0.1:0", RVX_ENETUNKNOWN, "listen TCP: unknown network TCP"},
        {"tcp:1", "127.0.0.1:0", RVX_ENETUNKNOWN, "listen tcp:1: unknown network tcp:1"},
        {"", "127.0.0.1:0", RVX_ENETUNKNOWN, "listen: unknown network "},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct rvx_listener *listener = (struct rvx_listener *)&listener;
        struct rvx_error err;
        int rc = rvx_listen(NULL, rows[i].network, rows[i].address, NULL, NULL, &listener, &err);

        if (rc != rows[i].want)
            fail_msg("%s %s: %d, %s", rows[i].network, rows[i].address, rc, rvx_error_text(&err));
        assert_null(listener);
        assert_error(&err, rows[i].text);
        assert_int_equal(rvx_listen(NULL, rows[i].network, rows[i].address, NULL, NULL, &listener, NULL), rc);
    }
}

static void test_address_in_use(void **state)
{
    struct rvx_listener *listener = must_listen("tcp", ipv6 ? ":0" : "127.0.0.1:0"), *second;
    char address[RVX_ADDR_STRLEN], want[200];
    struct rvx_error err;

    (void)state;
    rvx_addr_text(rvx_listener_addr(listener, 0), address);
    assert_int_equal(rvx_listen(NULL, "tcp", address, NULL, NULL, &second, &err), -EADDRINUSE);
    snprintf(want, sizeof want, "listen tcp %s: bind: address already in use", address); /* "[::]:80" as it is bound */
    assert_error(&err, want);
    rvx_listener_close(listener);
}

struct seen {
    char network[16];
    char address[RVX_ADDR_STRLEN];
    unsigned calls;
    int result;
};

static int see_control(void *arg, int fd, const char *network, const char *address)
{
    struct seen *seen = arg;
    int reuse = 0, mark = 4321;
    socklen_t len = sizeof reuse;

    snprintf(seen->network, sizeof seen->network, "%s", network);
    snprintf(seen->address, sizeof seen->address, "%s", address);
    seen->calls++;
    assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &reuse, &len), 0);
    assert_int_equal(reuse, 1); /* our defaults are set */
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &mark, sizeof mark), 0);
    return seen->result;
}

static void test_control(void **state)
{
    static const struct {
        const char *network, *address, *want_network, *want_address;
    } rows[] = {
        {"tcp", "127.0.0.1:0", "tcp4", "127.0.0.1:0"},
        {"tcp4", ":0", "tcp4", "0.0.0.0:0"},
        {"tcp", ":0", "tcp6", "[::]:0"},
        {"tcp", "0.0.0.0:0", "tcp6", "[::]:0"},
        {"tcp6", "[::1]:0", "tcp6", "[::1]:0"},
        {"unix", "@rvx-control", "unix", "@rvx-control"},
        {"unixpacket", "", "unixpacket", "@"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct seen seen = {.calls = 0};
        struct rvx_listen_opts opts = {.size = sizeof opts, .control = see_control, .control_arg = &seen};
        struct rvx_listener *listener;
        unsigned before = count_fds();
        struct rvx_error err;
        char want[200];

        if (!ipv6 && rows[i].want_network[3] == '6')
            continue;
        assert_int_equal(rvx_listen(NULL, rows[i].network, rows[i].address, &opts, NULL, &listener, NULL), 0);
        assert_string_equal(seen.network, rows[i].want_network);
        assert_string_equal(seen.address, rows[i].want_address);
        assert_int_equal(seen.calls, 1);
        assert_int_equal(get_option(listener, SOL_SOCKET, SO_RCVBUF), 2 * 4321);
        rvx_listener_close(listener);

        seen.result = -EPERM;
        assert_int_equal(rvx_listen(NULL, rows[i].network, rows[i].address, &opts, NULL, &listener, &err), -EPERM);
        snprintf(want, sizeof want, "listen %s %s: operation not permitted", rows[i].network, rows[i].want_address);
        assert_error(&err, want);
        seen.result = RVX_ELIMIT;
        assert_int_equal(rvx_listen(NULL, rows[i].network, rows[i].address, &opts, NULL, &listener, &err), RVX_ELIMIT);
        assert_int_equal(count_fds(), before);
    }
}

static void test_options(void **state)
{
    struct rvx_listen_opts opts = {.size = sizeof opts, .reuse_port = true};
    struct rvx_listener *first, *second;
    char address[RVX_ADDR_STRLEN];

    (void)state;
    assert_int_equal(rvx_listen(NULL, "tcp", "127.0.0.1:0", &opts, NULL, &first, NULL), 0);
    rvx_addr_text(rvx_listener_addr(first, 0), address);
    assert_int_equal(rvx_listen(NULL, "tcp", address, &opts, NULL, &second, NULL), 0);
    assert_true((fcntl(first->sockets[0]->fd, F_GETFD) & FD_CLOEXEC) != 0);
    assert_true((fcntl(first->sockets[0]->fd, F_GETFL) & O_NONBLOCK) != 0);
    rvx_listener_close(first);
    rvx_listener_close(second);
}

static void test_backlog(void **state)
{
    static const int rows[] = {0, 1, 77, INT_MAX};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct rvx_listen_opts opts = {.size = sizeof opts, .backlog = rows[i]};
        struct faults faults;
        struct rvx__listen_env env = {&faults.ops, NULL};
        struct rvx__listen_call call = {NULL, "tcp", "127.0.0.1:0", &opts, NULL};
        struct rvx_listener *listener;

        faults_init(&faults);
        assert_int_equal(rvx__listen(&env, &call, &listener, NULL), 0);
        assert_int_equal(faults.backlog, rows[i] > 0 ? rows[i] : rvx__caps_backlog("/proc/sys/net/core/somaxconn"));
        rvx_listener_close(listener);
    }
}

static void test_bad_options(void **state)
{
    static const struct {
        struct rvx_listen_opts opts;
        const char *text;
    } rows[] = {
        {{.size = 0}, "invalid option listen_opts"},
        {{.size = sizeof(struct rvx_listen_opts), .backlog = -1}, "invalid option backlog"},
        {{.size = sizeof(struct rvx_listen_opts), .keepalive_idle = -1}, "invalid option keepalive_idle"},
        {{.size = sizeof(struct rvx_listen_opts), .keepalive_idle = RVX_SECONDS(32768)},
         "invalid option keepalive_idle"},
        {{.size = sizeof(struct rvx_listen_opts), .keepalive_interval = INT64_MAX},
         "invalid option keepalive_interval"},
        {{.size = sizeof(struct rvx_listen_opts), .keepalive_count = 128}, "invalid option keepalive_count"},
    };
    struct {
        struct rvx_listen_opts opts;
        unsigned char newer;
    } longer = {{.size = sizeof longer}, 1};
    struct rvx_ctx ctx = {.size = 1};
    struct rvx_listener *listener;
    struct rvx_error err;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        assert_int_equal(rvx_listen(NULL, "tcp", "127.0.0.1:0", &rows[i].opts, NULL, &listener, &err), RVX_EOPTIONS);
        assert_error(&err, rows[i].text);
    }
    assert_int_equal(rvx_listen(NULL, "tcp", "127.0.0.1:0", &longer.opts, NULL, &listener, &err), RVX_EOPTIONS);
    longer.newer = 0;
    assert_int_equal(rvx_listen(NULL, "tcp", "127.0.0.1:0", &longer.opts, NULL, &listener, &err), 0);
    rvx_listener_close(listener);
    assert_int_equal(rvx_listen(NULL, "tcp", "127.0.0.1:0", NULL, &ctx, &listener, &err), RVX_EOPTIONS);
    assert_error(&err, "invalid option ctx");
}

/* Every call of the kernel fails in its turn: the error names it, or it does not matter, and nothing stays open. */
static void test_failing_calls(void **state)
{
    static const char *const addresses[] = {"127.0.0.1:0", "[::1]:0", ":0"};
    static const struct rvx__caps caps = {true, true, true};

    (void)state;
    for (size_t i = 0; i < (ipv6 ? COUNT_OF(addresses) : 1); i++) {
        struct faults faults;
        struct rvx__listen_env env = {&faults.ops, &caps};
        struct rvx__listen_call call = {NULL, "tcp", addresses[i], NULL, NULL};
        unsigned before = count_fds(), failures = 0;

        for (int n = 0;; n++) {
            struct rvx_listener *listener;
            struct rvx_error err;
            int rc;

            faults_init(&faults);
            faults.nth = n;
            faults.code = -EACCES;
            rc = rvx__listen(&env, &call, &listener, &err);
            if (faults.failed == NULL) {
                assert_int_equal(rc, 0);
                rvx_listener_close(listener);
                break;
            }
            if (rc == 0) { /* IPV6_V6ONLY and getsockname(2) are done without */
                assert_true(strcmp(faults.failed, "setsockopt") == 0 || strcmp(faults.failed, "getsockname") == 0);
                rvx_listener_close(listener);
            } else {
                assert_int_equal(rc, -EACCES);
                assert_string_equal(err.syscall, faults.failed);
                assert_string_equal(strrchr(rvx_error_text(&err), ':'), ": permission denied");
                failures++;
            }
            assert_int_equal(count_fds(), before);
        }
        assert_int_equal(failures, 4); /* socket, SO_REUSEADDR, bind, listen */
    }
}

static void test_out_of_memory(void **state)
{
    static const char *const addresses[][2] = {
        {"tcp", "127.0.0.1:0"}, {"tcp", "two:0"}, {"unix", "@rvx-oom"}, {"tcp", ":0"}};
    struct rvx_listen_opts opts = {.size = sizeof opts, .all_addresses = true};
    struct place place;
    struct rvx_resolver *resolver = resolver_of_hosts(&place, "127.0.0.1 two\n127.0.0.2 two\n");

    (void)state;
    /* Until it has the descriptors it keeps: one for changes of routes, from so many lookups on, and one for changes of
     * files, from a certain age on. */
    for (unsigned i = 0; i <= RVX__SRCADDR_FEW; i++) {
        struct rvx_addrs *addrs;

        assert_int_equal(rvx_lookup_host(resolver, "ip", "two", NULL, &addrs, NULL), 0);
        rvx_addrs_free(addrs);
        poll(NULL, 0, 60);
    }
    for (size_t i = 0; i < COUNT_OF(addresses); i++) {
        unsigned before = count_fds();
        bool refused = true;

        for (unsigned n = 0; refused; n++) {
            struct rvx_listener *listener;
            struct rvx_error err;
            int rc;

            oom_fail_after(n);
            rc = rvx_listen(resolver, addresses[i][0], addresses[i][1], &opts, NULL, &listener, &err);
            oom_off();
            refused = oom_failed();
            if (rc == 0)
                rvx_listener_close(listener);
            else
                assert_int_equal(rc, -ENOMEM);
            assert_true(refused || rc == 0);
            assert_int_equal(count_fds(), before);
        }
    }
    rvx_resolver_free(resolver);
    place_fini(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_errors),        cmocka_unit_test(test_address_in_use), cmocka_unit_test(test_control),
        cmocka_unit_test(test_options),       cmocka_unit_test(test_backlog),        cmocka_unit_test(test_bad_options),
        cmocka_unit_test(test_failing_calls), cmocka_unit_test(test_out_of_memory),
    };

    ipv6 = have_ipv6();
    return cmocka_run_group_tests_name("listen errors", tests, NULL, NULL);
}
