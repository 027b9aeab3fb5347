/* test_listen.c - what rvx_listen() listens on: families, names, all addresses, ports */
#include "support/test.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <resolvx/backend.h>

#include "net/conn.h"
#include "net/listen.h"
#include "net/listener.h"
#include "support/sockets.h"

static bool ipv6;

/* Compares with '#' in `want` for any number. */
static void assert_addr(const struct rvx_addr *addr, const char *want, const char *row)
{
    char text[RVX_ADDR_STRLEN];
    size_t len = strcspn(want, "#");

    rvx_addr_text(addr, text);
    if (strncmp(text, want, len) != 0 || (want[len] == '\0' && text[len] != '\0') || addr->port == 0)
        fail_msg("%s: listens on \"%s\" where \"%s\" is wanted", row, text, want);
}

static const struct {
    const char *network;
    const char *address;
    const char *want;
    int only_v6; /* IPV6_V6ONLY; -1: not an IPv6 socket */
    bool by_v4;  /* do loopback clients of the families reach it? */
    bool by_v6;
} choices[] = {
    {"tcp", "", "[::]:#", 0, true, true},
    {"tcp", ":0", "[::]:#", 0, true, true},
    {"tcp", ":", "[::]:#", 0, true, true},
    {"tcp", "[]:0", "[::]:#", 0, true, true},
    {"tcp", "0.0.0.0:0", "[::]:#", 0, true, true},
    {"tcp", "[::]:0", "[::]:#", 0, true, true},
    {"tcp", "[::ffff:0.0.0.0]:0", "[::]:#", 0, true, true},
    {"tcp", "127.0.0.1:0", "127.0.0.1:#", -1, true, false},
    {"tcp", "127.0.0.1:", "127.0.0.1:#", -1, true, false},
    {"tcp", "127.0.0.1:+0", "127.0.0.1:#", -1, true, false},
    {"tcp", "[::ffff:127.0.0.1]:0", "127.0.0.1:#", -1, true, false},
    {"tcp", "[::1]:0", "[::1]:#", 1, false, true},
    {"tcp4", "", "0.0.0.0:#", -1, true, false},
    {"tcp4", ":0", "0.0.0.0:#", -1, true, false},
    {"tcp4", "0.0.0.0:0", "0.0.0.0:#", -1, true, false},
    {"tcp4", "[::]:0", "0.0.0.0:#", -1, true, false},
    {"tcp4", "[::ffff:0.0.0.0]:0", "0.0.0.0:#", -1, true, false},
    {"tcp4", "127.0.0.1:0", "127.0.0.1:#", -1, true, false},
    {"tcp4", "[::ffff:127.0.0.1]:0", "127.0.0.1:#", -1, true, false},
    {"tcp6", "", "[::]:#", 1, false, true},
    {"tcp6", ":0", "[::]:#", 1, false, true},
    {"tcp6", "[::]:0", "[::]:#", 1, false, true},
    {"tcp6", "[::1]:0", "[::1]:#", 1, false, true},
};

/* Can a client reach the port at an address literal? */
static bool reaches(const char *host, uint16_t port)
{
    struct rvx_addr addr;
    int fd;

    assert_int_equal(rvx_addr_parse(host, &addr), 0);
    addr.port = port;
    fd = peer_connect(&addr);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

static int get_option(const struct rvx_listener *listener, int level, int name)
{
    int value = -1;
    socklen_t len = sizeof value;

    if (getsockopt(listener->sockets[0]->fd, level, name, &value, &len) < 0)
        return -1;
    return value;
}

static void test_choices(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(choices); i++) {
        char row[64];
        struct rvx_listener *listener;
        const struct rvx_addr *addr;

        snprintf(row, sizeof row, "%s %s", choices[i].network, choices[i].address);
        if (choices[i].only_v6 >= 0 && !ipv6)
            continue;
        listener = must_listen(choices[i].network, choices[i].address);
        addr = rvx_listener_addr(listener, 0);
        assert_string_equal(rvx_listener_network(listener), choices[i].network);
        assert_int_equal(rvx_listener_addrs_n(listener), 1);
        assert_addr(addr, choices[i].want, row);
        if (get_option(listener, IPPROTO_IPV6, IPV6_V6ONLY) != choices[i].only_v6)
            fail_msg("%s: IPV6_V6ONLY", row);
        if (reaches("127.0.0.1", addr->port) != choices[i].by_v4)
            fail_msg("%s: IPv4 clients", row);
        if (ipv6 && reaches("::1", addr->port) != choices[i].by_v6)
            fail_msg("%s: IPv6 clients", row);
        rvx_listener_close(listener);
    }
}

/* go-net.md 9.2.2: which two listeners can have one port. Checked against Go 1.19. */
static const struct {
    const char *first_network, *first, *second_network, *second;
    bool both;
} bind_pairs[] = {
    {"tcp", "", "tcp", "", false},
    {"tcp", "", "tcp", "0.0.0.0", false},
    {"tcp", "0.0.0.0", "tcp", "", false},
    {"tcp", "", "tcp", "[::]", false},
    {"tcp", "[::]", "tcp", "", false},
    {"tcp", "[::]", "tcp", "0.0.0.0", false},
    {"tcp", "0.0.0.0", "tcp", "[::]", false},
    {"tcp", "[::ffff:0.0.0.0]", "tcp", "[::]", false},
    {"tcp4", "", "tcp6", "", true},
    {"tcp6", "", "tcp4", "", true},
    {"tcp4", "0.0.0.0", "tcp6", "[::]", true},
    {"tcp", "127.0.0.1", "tcp", "[::1]", true},
    {"tcp", "[::1]", "tcp", "127.0.0.1", true},
    {"tcp4", "127.0.0.1", "tcp6", "[::1]", true},
    {"tcp", "", "tcp4", "127.0.0.1", false},
    {"tcp", "", "tcp6", "[::1]", false},
    {"tcp4", "", "tcp", "127.0.0.1", false},
    {"tcp", "127.0.0.1", "tcp", "127.0.0.1", false},
    {"tcp4", "", "tcp", "", false},
    {"tcp6", "", "tcp", "", false},
    {"tcp", "127.0.0.1", "tcp", "127.0.0.2", true},
    {"tcp6", "", "tcp", "127.0.0.1", true},
    {"tcp", "[::ffff:127.0.0.1]", "tcp", "127.0.0.1", false},
    {"tcp6", "[::1]", "tcp4", "127.0.0.1", true},
    {"tcp", "[::1]", "tcp4", "", true},
};

/* Listens on the first, then on the second with the first's port. A port that somebody else has is no answer: try
 * again. */
static int listen_on_both(size_t i, unsigned tries)
{
    struct rvx_listener *first, *second;
    char address[64];
    int rc;

    snprintf(address, sizeof address, "%s:0", bind_pairs[i].first);
    first = must_listen(bind_pairs[i].first_network, address);
    snprintf(address, sizeof address, "%s:%u", bind_pairs[i].second, rvx_listener_addr(first, 0)->port);
    rc = rvx_listen(NULL, bind_pairs[i].second_network, address, NULL, NULL, &second, NULL);
    rvx_listener_close(second);
    rvx_listener_close(first);
    return rc == -EADDRINUSE && bind_pairs[i].both && tries > 0 ? listen_on_both(i, tries - 1) : rc;
}

static void test_bind_pairs(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(bind_pairs); i++) {
        int want = bind_pairs[i].both ? 0 : -EADDRINUSE;
        int rc;

        if (!ipv6 && (strchr(bind_pairs[i].first, '[') != NULL || strchr(bind_pairs[i].second, '[') != NULL ||
                      bind_pairs[i].first_network[3] == '6' || bind_pairs[i].second_network[3] == '6'))
            continue;
        rc = listen_on_both(i, 3);
        if (rc != want)
            fail_msg("%s %s, then %s %s: %d", bind_pairs[i].first_network, bind_pairs[i].first,
                     bind_pairs[i].second_network, bind_pairs[i].second, rc);
    }
}

/* The same port at once again, also with a connection left over from before. */
static void test_listen_close_listen(void **state)
{
    struct rvx_listener *listener = must_listen("tcp", "127.0.0.1:0");
    char address[RVX_ADDR_STRLEN];

    (void)state;
    rvx_addr_text(rvx_listener_addr(listener, 0), address);
    for (int i = 0; i < 5; i++) {
        int peer = peer_connect(rvx_listener_addr(listener, 0));
        struct rvx_conn *conn = must_accept(listener);

        assert_int_equal(rvx_listener_close(listener), 0);
        listener = must_listen("tcp", address);
        rvx_close(conn); /* this side closes first and keeps TIME_WAIT */
        close(peer);
    }
    rvx_listener_close(listener);
}

/* Machines that lack something. */
static void test_capabilities(void **state)
{
    static const struct {
        const char *name;
        struct rvx__caps caps;
        const char *network, *address;
        bool all;
        const char *want[2];
    } rows[] = {
        {"no mapped addresses", {true, true, false}, "tcp", ":0", false, {"0.0.0.0:#"}},
        {"no mapped addresses, 0.0.0.0", {true, true, false}, "tcp", "0.0.0.0:0", false, {"0.0.0.0:#"}},
        {"no mapped addresses, ::", {true, true, false}, "tcp", "[::]:0", false, {"0.0.0.0:#"}},
        {"no mapped addresses, all", {true, true, false}, "tcp", ":0", true, {"0.0.0.0:#", "[::]:#"}},
        {"no mapped addresses, all of ::", {true, true, false}, "tcp", "[::]:0", true, {"[::]:#", "0.0.0.0:#"}},
        {"no mapped addresses, tcp6, all", {true, true, false}, "tcp6", ":0", true, {"[::]:#"}},
        {"no IPv6", {true, false, false}, "tcp", ":0", false, {"0.0.0.0:#"}},
        {"no IPv6, all", {true, false, false}, "tcp", ":0", true, {"0.0.0.0:#"}},
        {"no IPv4", {false, true, false}, "tcp", ":0", false, {"[::]:#"}},
        {"no IPv4, all", {false, true, false}, "tcp", ":0", true, {"[::]:#"}},
        {"all there is, all", {true, true, true}, "tcp", ":0", true, {"[::]:#"}},
        {"all there is, all of ::", {true, true, true}, "tcp", "[::]:0", true, {"[::]:#"}},
        {"all there is, tcp4, all", {true, true, true}, "tcp4", ":0", true, {"0.0.0.0:#"}},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows) && ipv6; i++) {
        struct rvx__listen_env env = {&rvx__sockops_system, &rows[i].caps};
        struct rvx_listen_opts opts = {.size = sizeof opts, .all_addresses = rows[i].all};
        struct rvx__listen_call call = {NULL, rows[i].network, rows[i].address, &opts, NULL};
        struct rvx_listener *listener;
        struct rvx_error err;

        if (rvx__listen(&env, &call, &listener, &err) < 0)
            fail_msg("%s: %s", rows[i].name, rvx_error_text(&err));
        if (rvx_listener_addrs_n(listener) != (rows[i].want[1] == NULL ? 1 : 2))
            fail_msg("%s: %zu addresses", rows[i].name, rvx_listener_addrs_n(listener));
        for (size_t k = 0; k < rvx_listener_addrs_n(listener); k++)
            assert_addr(rvx_listener_addr(listener, k), rows[i].want[k], rows[i].name);
        rvx_listener_close(listener);
    }
}

/* Of a host's addresses: the first IPv4 one, else the first; or all, with one port. */
static void test_names(void **state)
{
    static const char hosts[] =
        "::1 six first6\n127.0.0.1 four first6\n127.0.0.2 many\n127.0.0.3 many\n127.0.0.2 many\n"
        "::1 many\n::ffff:127.0.0.1 mapped\n";
    static const struct {
        const char *network, *address;
        bool all;
        const char *want[4];
    } rows[] = {
        {"tcp", "four:0", false, {"127.0.0.1:#"}},    {"tcp", "six:0", false, {"[::1]:#"}},
        {"tcp", "first6:0", false, {"127.0.0.1:#"}},  {"tcp6", "first6:0", false, {"[::1]:#"}},
        {"tcp4", "first6:0", false, {"127.0.0.1:#"}}, {"tcp", "first6:0", true, {"[::1]:#", "127.0.0.1:#"}},
        {"tcp", "many:0", false, {"127.0.0.2:#"}},    {"tcp4", "many:0", true, {"127.0.0.2:#", "127.0.0.3:#"}},
        {"tcp", "four:0", true, {"127.0.0.1:#"}},     {"tcp", "mapped:0", false, {"127.0.0.1:#"}},
        {"tcp4", "mapped:0", true, {"127.0.0.1:#"}},
    };
    struct place place;
    struct rvx_resolver *resolver = resolver_of_hosts(&place, hosts);

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows) && ipv6; i++) {
        struct rvx_listen_opts opts = {.size = sizeof opts, .all_addresses = rows[i].all};
        struct rvx_listener *listener;
        struct rvx_error err;
        size_t want_n = 0;

        if (rvx_listen(resolver, rows[i].network, rows[i].address, &opts, NULL, &listener, &err) < 0)
            fail_msg("%s: %s", rows[i].address, rvx_error_text(&err));
        while (rows[i].want[want_n] != NULL)
            want_n++;
        if (rvx_listener_addrs_n(listener) != want_n)
            fail_msg("%s: %zu addresses", rows[i].address, rvx_listener_addrs_n(listener));
        for (size_t k = 0; k < want_n; k++) {
            const struct rvx_addr *addr = rvx_listener_addr(listener, k);
            char host[RVX_ADDR_STRLEN];

            assert_int_equal(addr->port, rvx_listener_addr(listener, 0)->port);
            assert_true(reaches(rvx_addr_host_text(addr, host), addr->port));
            assert_addr(addr, rows[i].want[k], rows[i].address);
        }
        rvx_listener_close(listener);
    }
    rvx_resolver_free(resolver);
    place_fini(&place);
}

/* An address of a family that the machine has not is left out, unless there is no other. */
static void test_names_without_ipv6(void **state)
{
    static const struct rvx__caps caps = {true, false, false};
    static const char *const wants[][2] = {{"both:0", "127.0.0.1:#"}, {"six:0", "[::1]:#"}};
    struct place place;
    struct rvx_resolver *resolver = resolver_of_hosts(&place, "::1 both six\n127.0.0.1 both\n");

    (void)state;
    for (size_t i = 0; i < COUNT_OF(wants) && ipv6; i++) {
        struct rvx_listen_opts opts = {.size = sizeof opts, .all_addresses = true};
        struct rvx__listen_env env = {&rvx__sockops_system, &caps};
        struct rvx__listen_call call = {resolver, "tcp", wants[i][0], &opts, NULL};
        struct rvx_listener *listener;

        assert_int_equal(rvx__listen(&env, &call, &listener, NULL), 0);
        assert_int_equal(rvx_listener_addrs_n(listener), 1);
        assert_addr(rvx_listener_addr(listener, 0), wants[i][1], wants[i][0]);
        rvx_listener_close(listener);
    }
    rvx_resolver_free(resolver);
    place_fini(&place);
}

/* One address that cannot be had spoils "all addresses", and what was bound before is let go. */
static void test_all_or_nothing(void **state)
{
    struct rvx_listen_opts opts = {.size = sizeof opts, .all_addresses = true};
    struct rvx_listener *listener;
    struct rvx_error err;
    struct place place;
    struct rvx_resolver *resolver = resolver_of_hosts(&place, "127.0.0.1 away\n198.51.100.77 away\n");
    unsigned before = count_fds();

    (void)state;
    assert_int_equal(rvx_listen(resolver, "tcp", "away:0", &opts, NULL, &listener, &err), -EADDRNOTAVAIL);
    assert_null(listener);
    assert_error(&err, "listen tcp 198.51.100.77:#: bind: cannot assign requested address");
    assert_int_equal(count_fds(), before);
    rvx_resolver_free(resolver);
    place_fini(&place);
}

static int listen_two(struct faults *faults, const char *address, struct rvx_listener **listener)
{
    static const struct rvx__caps caps = {true, true, true};
    struct rvx_listen_opts opts = {.size = sizeof opts, .all_addresses = true};
    struct rvx__listen_env env = {&faults->ops, &caps};
    struct place place;
    struct rvx_resolver *resolver = resolver_of_hosts(&place, "127.0.0.1 two\n127.0.0.2 two\n");
    struct rvx__listen_call call = {resolver, "tcp", address, &opts, NULL};
    int rc = rvx__listen(&env, &call, listener, NULL);

    rvx_resolver_free(resolver);
    place_fini(&place);
    return rc;
}

/* The port the kernel chose for the first address may be taken at the second: then another one is tried, for a while.
 * */
static void test_port_for_all(void **state)
{
    enum { TRIES = 16 };
    int codes[2 * TRIES + 2];
    struct rvx_listener *listener;
    unsigned before = count_fds();
    struct faults faults;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(codes); i++)
        codes[i] = i % 2 == 0 ? 0 : -EADDRINUSE;
    faults_init(&faults);
    faults.script = "bind";
    faults.codes = codes;
    faults.codes_n = 2 * (TRIES - 1);
    assert_int_equal(listen_two(&faults, "two:0", &listener), 0);
    assert_int_equal(faults.codes_n, 0);
    assert_int_equal(rvx_listener_addrs_n(listener), 2);
    rvx_listener_close(listener);

    faults.codes = codes;
    faults.codes_n = COUNT_OF(codes);
    assert_int_equal(listen_two(&faults, "two:0", &listener), -EADDRINUSE);
    assert_int_equal(faults.codes_n, 2); /* sixteen times two binds, no more */

    faults.codes = codes;
    faults.codes_n = COUNT_OF(codes);
    assert_int_equal(listen_two(&faults, "two:47", &listener), -EADDRINUSE); /* a port that was asked for: once */
    assert_int_equal(faults.codes_n, COUNT_OF(codes) - 2);
    assert_int_equal(count_fds(), before);
}

/* A name that no source answers for in time ends with the context. */
static void never_answer(void *backend, struct rvx_request *request)
{
    (void)backend;
    (void)request;
}

static void forget_request(void *backend, struct rvx_request *request)
{
    (void)request;
    ++*(int *)backend;
}

static void test_lookup_ends_with_the_context(void **state)
{
    static const struct rvx_backend_ops ops = {.abi = RVX_BACKEND_ABI,
                                               .name = "mute",
                                               .caps = RVX_BACKEND_HOST,
                                               .start = never_answer,
                                               .cancel = forget_request};
    struct rvx_resolver_opts opts = {.size = sizeof opts, .host_order = "mute"};
    struct rvx_ctx ctx = rvx_ctx_after(RVX_MILLISECONDS(50));
    struct rvx_listener *listener;
    struct rvx_resolver *resolver;
    struct rvx_error err;
    int cancels = 0;

    (void)state;
    assert_int_equal(rvx_resolver_new(&opts, &resolver, NULL), 0);
    assert_int_equal(rvx_resolver_backend(resolver, &ops, &cancels, NULL), 0);
    assert_int_equal(rvx_listen(resolver, "tcp", "host.example:0", NULL, &ctx, &listener, &err), RVX_ETIMEOUT);
    assert_error(&err, "listen tcp: lookup host.example: i/o timeout");
    assert_int_equal(cancels, 1);
    rvx_resolver_free(resolver);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_choices),
        cmocka_unit_test(test_bind_pairs),
        cmocka_unit_test(test_listen_close_listen),
        cmocka_unit_test(test_capabilities),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_names_without_ipv6),
        cmocka_unit_test(test_all_or_nothing),
        cmocka_unit_test(test_port_for_all),
        cmocka_unit_test(test_lookup_ends_with_the_context),
    };

    ipv6 = have_ipv6();
    return cmocka_run_group_tests_name("listen", tests, NULL, NULL);
}
