/* test_sockaddr.c - addresses as values, and to and from the kernel's form, asking the kernel where it can be asked */
#include "support/test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <resolvx/addr.h>

#define PATH_OFFSET offsetof(struct sockaddr_un, sun_path)

static struct rvx_addr parsed(const char *text)
{
    struct rvx_addr addr;

    if (rvx_addr_parse(text, &addr) < 0)
        fail_msg("%s is no address", text);
    return addr;
}

static struct rvx_addr unix_addr(const void *path, size_t len)
{
    struct rvx_addr addr = {.family = RVX_FAMILY_UNIX, .path_len = (uint8_t)len};

    memcpy(addr.path, path, len);
    return addr;
}

static struct rvx_addr there_and_back(const struct rvx_addr *addr)
{
    struct sockaddr_storage sa;
    struct rvx_addr back;
    socklen_t len;

    memset(&sa, 'x', sizeof sa);
    memset(&back, 'x', sizeof back);
    assert_int_equal(rvx_addr_to_sockaddr(addr, &sa, &len), 0);
    assert_int_equal(rvx_addr_from_sockaddr((struct sockaddr *)&sa, len, &back), 0);
    return back;
}

static void test_inet(void **state)
{
    struct rvx_addr addr = parsed("192.0.2.1"), back;
    struct sockaddr_storage sa;
    struct sockaddr_in in;
    socklen_t len;

    (void)state;
    addr.port = 8080;
    assert_int_equal(rvx_addr_to_sockaddr(&addr, &sa, &len), 0);
    assert_int_equal(len, sizeof in);
    memcpy(&in, &sa, sizeof in);
    assert_int_equal(in.sin_family, AF_INET);
    assert_int_equal(ntohs(in.sin_port), 8080);
    assert_int_equal(ntohl(in.sin_addr.s_addr), 0xc0000201);
    back = there_and_back(&addr);
    assert_true(rvx_addr_equal(&addr, &back));
    assert_int_equal(rvx_addr_from_sockaddr((struct sockaddr *)&sa, len - 1, &back), -EINVAL);
    assert_int_equal(back.family, RVX_FAMILY_NONE);
}

static void test_inet6(void **state)
{
    struct rvx_addr addr = parsed("2001:db8::1"), back;
    struct sockaddr_storage sa;
    struct sockaddr_in6 in6;
    socklen_t len;

    (void)state;
    addr.port = 65535;
    assert_int_equal(rvx_addr_to_sockaddr(&addr, &sa, &len), 0);
    assert_int_equal(len, sizeof in6);
    memcpy(&in6, &sa, sizeof in6);
    assert_int_equal(in6.sin6_family, AF_INET6);
    assert_int_equal(ntohs(in6.sin6_port), 65535);
    assert_memory_equal(&in6.sin6_addr, addr.ip, 16);
    assert_int_equal(in6.sin6_scope_id, 0);
    assert_int_equal(in6.sin6_flowinfo, 0);
    back = there_and_back(&addr);
    assert_true(rvx_addr_equal(&addr, &back));
    assert_int_equal(rvx_addr_from_sockaddr((struct sockaddr *)&sa, len - 1, &back), -EINVAL);
}

static uint32_t scope_of(const char *text)
{
    struct rvx_addr addr = parsed(text);
    struct sockaddr_storage sa;
    struct sockaddr_in6 in6;
    socklen_t len;

    assert_int_equal(rvx_addr_to_sockaddr(&addr, &sa, &len), 0);
    memcpy(&in6, &sa, sizeof in6);
    return in6.sin6_scope_id;
}

static void test_zones_by_number(void **state)
{
    static const struct {
        const char *text;
        uint32_t scope;
    } rows[] = {
        {"fe80::1", 0},
        {"fe80::1%0", 0},
        {"fe80::1%4000000000", 4000000000},
        {"fe80::1%4000000000x", 4000000000},
        {"fe80::1%4294967296", 0}, /* too large */
        {"fe80::1%no such if", 0},
        {"fe80::1%-1", 0},
    };
    size_t i;

    (void)state;
    for (i = 0; i < COUNT_OF(rows); i++) {
        if (scope_of(rows[i].text) != rows[i].scope)
            fail_msg("%s: got %u", rows[i].text, scope_of(rows[i].text));
    }
}

/* An interface that is gone has its number; one that is there, its name. */
static void test_zones_of_interfaces(void **state)
{
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_scope_id = 4000000000};
    struct if_nameindex *list, *at;
    struct rvx_addr addr;

    (void)state;
    assert_int_equal(rvx_addr_from_sockaddr((struct sockaddr *)&in6, sizeof in6, &addr), 0);
    assert_string_equal(addr.zone, "4000000000");
    list = if_nameindex();
    for (at = list; at != NULL && at->if_index != 0; at++) {
        char text[64];

        in6.sin6_scope_id = at->if_index;
        assert_int_equal(rvx_addr_from_sockaddr((struct sockaddr *)&in6, sizeof in6, &addr), 0);
        assert_string_equal(addr.zone, at->if_name);
        snprintf(text, sizeof text, "fe80::1%%%s", at->if_name);
        assert_int_equal(scope_of(text), at->if_index);
    }
    if_freenameindex(list);
}

static void test_unix(void **state)
{
    static const struct {
        const char *path;
        size_t len;
        size_t sa_len; /* of what is behind the family */
        const char *text;
    } rows[] = {
        {"/run/x.sock", 11, 12, "/run/x.sock"},
        {"x", 1, 2, "x"},
        {"\0abstract", 9, 9, "@abstract"},
        {"\0a\0b\0", 5, 5, "@a@b@"},
        {"\0", 1, 1, "@"},
        {"", 0, 0, "@"},
    };
    size_t i;

    (void)state;
    for (i = 0; i < COUNT_OF(rows); i++) {
        struct rvx_addr addr = unix_addr(rows[i].path, rows[i].len), back = there_and_back(&addr);
        struct sockaddr_storage sa;
        char text[RVX_ADDR_STRLEN];
        socklen_t len;

        assert_true(rvx_addr_equal(&addr, &back));
        assert_int_equal(rvx_addr_to_sockaddr(&addr, &sa, &len), 0);
        assert_int_equal(len, PATH_OFFSET + rows[i].sa_len);
        assert_string_equal(rvx_addr_text(&addr, text), rows[i].text);
        assert_string_equal(rvx_addr_host_text(&addr, text), rows[i].text);
    }
}

/* A path that fills sun_path has no NUL there, and the kernel counts one outside. */
static void test_longest_path(void **state)
{
    struct rvx_addr addr, back;
    struct sockaddr_storage sa;
    char path[RVX_PATH_SIZE], text[RVX_ADDR_STRLEN];
    socklen_t len;

    (void)state;
    memset(&sa, 'x', sizeof sa);
    memset(path, 'p', sizeof path);
    addr = unix_addr(path, sizeof path);
    assert_int_equal(rvx_addr_to_sockaddr(&addr, &sa, &len), 0);
    assert_int_equal(len, sizeof(struct sockaddr_un));
    assert_int_equal(strlen((const char *)&sa + PATH_OFFSET), sizeof path);
    back = there_and_back(&addr);
    assert_true(rvx_addr_equal(&addr, &back));
    assert_int_equal(rvx_addr_from_sockaddr((struct sockaddr *)&sa, len + 1, &back), 0);
    assert_int_equal(back.path_len, sizeof path);
    assert_int_equal(strlen(rvx_addr_text(&back, text)), sizeof path);
}

static struct rvx_addr own_address(int fd)
{
    struct sockaddr_storage sa;
    socklen_t len = sizeof sa;
    struct rvx_addr addr;

    memset(&sa, 'x', sizeof sa);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&sa, &len), 0);
    assert_int_equal(rvx_addr_from_sockaddr((struct sockaddr *)&sa, len, &addr), 0);
    return addr;
}

static void bind_and_compare(const struct rvx_addr *addr)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_storage sa;
    struct rvx_addr own;
    socklen_t len;

    assert_true(fd >= 0);
    rvx_addr_to_sockaddr(addr, &sa, &len);
    assert_int_equal(bind(fd, (struct sockaddr *)&sa, len), 0);
    own = own_address(fd);
    assert_true(rvx_addr_equal(&own, addr));
    close(fd);
}

static void test_unix_in_the_kernel(void **state)
{
    char dir[] = "/tmp/rvx-test-XXXXXX", home[4096], path[RVX_PATH_SIZE + 1];
    struct rvx_addr addr;
    int fds[2], len;

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    addr = own_address(fds[0]);
    assert_int_equal(addr.family, RVX_FAMILY_UNIX);
    assert_int_equal(addr.path_len, 0);
    close(fds[0]);
    close(fds[1]);
    len = snprintf(path, sizeof path, "%crvx-test-%ld", '\0', (long)getpid());
    addr = unix_addr(path, (size_t)len);
    bind_and_compare(&addr);
    assert_non_null(getcwd(home, sizeof home));
    assert_non_null(mkdtemp(dir));
    assert_int_equal(chdir(dir), 0);
    memset(path, 'p', RVX_PATH_SIZE);
    path[RVX_PATH_SIZE] = '\0';
    addr = unix_addr(path, RVX_PATH_SIZE);
    bind_and_compare(&addr);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(chdir(home), 0);
    assert_int_equal(rmdir(dir), 0);
}

static void test_short_and_foreign(void **state)
{
    struct sockaddr sa = {.sa_family = AF_NETLINK};
    struct sockaddr_storage out;
    struct rvx_addr addr = {.family = RVX_FAMILY_NONE};
    char text[RVX_ADDR_STRLEN];
    socklen_t len = 5;

    (void)state;
    assert_int_equal(rvx_addr_to_sockaddr(&addr, &out, &len), -EAFNOSUPPORT);
    assert_int_equal(len, 0);
    assert_string_equal(rvx_addr_text(&addr, text), "");
    assert_string_equal(rvx_addr_host_text(&addr, text), "");
    assert_int_equal(rvx_addr_from_sockaddr(&sa, sizeof sa, &addr), -EAFNOSUPPORT);
    for (len = 0; len < sizeof(sa_family_t); len++) {
        char *bytes = malloc(len + 1); /* nothing of it may be believed */

        assert_non_null(bytes);
        memset(bytes, 0xff, len + 1);
        assert_int_equal(rvx_addr_from_sockaddr((struct sockaddr *)(void *)bytes, len, &addr), 0);
        assert_int_equal(addr.family, RVX_FAMILY_UNIX);
        assert_int_equal(addr.path_len, 0);
        free(bytes);
    }
}

/* The kernel's form may stand anywhere, aligned for nothing. */
static void test_unaligned(void **state)
{
    struct rvx_addr addr = parsed("2001:db8::1"), back;
    struct sockaddr_storage sa;
    socklen_t len;
    char *bytes = malloc(sizeof(struct sockaddr_in6) + 1);

    (void)state;
    assert_non_null(bytes);
    assert_int_equal(rvx_addr_to_sockaddr(&addr, &sa, &len), 0);
    memcpy(bytes + 1, &sa, len);
    assert_int_equal(rvx_addr_from_sockaddr((struct sockaddr *)(void *)(bytes + 1), len, &back), 0);
    assert_true(rvx_addr_equal(&addr, &back));
    free(bytes);
}

static void test_text(void **state)
{
    static const struct {
        const char *host;
        uint16_t port;
        const char *want;
    } rows[] = {
        {"192.0.2.1", 80, "192.0.2.1:80"},
        {"0.0.0.0", 0, "0.0.0.0:0"},
        {"::", 65535, "[::]:65535"},
        {"fe80::1%eth0", 80, "[fe80::1%eth0]:80"},
        {"::ffff:192.0.2.1", 80, "192.0.2.1:80"},
        {"1111:2222:3333:4444:5555:6666:7777:8888%fifteen-letters", 65535,
         "[1111:2222:3333:4444:5555:6666:7777:8888%fifteen-letters]:65535"},
    };
    size_t i;

    (void)state;
    for (i = 0; i < COUNT_OF(rows); i++) {
        struct rvx_addr addr = parsed(rows[i].host);
        char *text = malloc(RVX_ADDR_STRLEN);

        assert_non_null(text);
        addr.port = rows[i].port;
        assert_string_equal(rvx_addr_text(&addr, text), rows[i].want);
        free(text);
    }
}

static void test_parse_port(void **state)
{
    static const struct {
        const char *text;
        int rc;
        const char *want;
    } rows[] = {
        {"192.0.2.1:53", 0, "192.0.2.1:53"},
        {"[fe80::1%eth0]:53", 0, "[fe80::1%eth0]:53"},
        {"[::]:0", 0, "[::]:0"},
        {"1.2.3.4:00065535", 0, "1.2.3.4:65535"},
        {"1.2.3.4:65536", RVX_EPORTINVALID, NULL},
        {"1.2.3.4:", RVX_EPORTINVALID, NULL},
        {"1.2.3.4:+1", RVX_EPORTINVALID, NULL},
        {"1.2.3.4:http", RVX_EPORTINVALID, NULL},
        {"1.2.3.4:1x", RVX_EPORTINVALID, NULL},
        {":53", RVX_EADDRINVALID, NULL},
        {"localhost:53", RVX_EADDRINVALID, NULL},
        {"[1.2.3.4]:53", RVX_EADDRINVALID, NULL},
        {"[]:53", RVX_EADDRINVALID, NULL},
        {"1.2.3.4", RVX_EPORTMISSING, NULL},
        {"::1:53", RVX_EMANYCOLONS, NULL},
        {"[::1:53", RVX_ENOBRACKET, NULL},
        {"1.2.3.4:[", RVX_EBRACKETOPEN, NULL},
        {"1.2.3.4:]", RVX_EBRACKETCLOSE, NULL},
    };
    size_t i;

    (void)state;
    for (i = 0; i < COUNT_OF(rows); i++) {
        struct rvx_addr before, addr;
        char text[RVX_ADDR_STRLEN];
        int rc;

        memset(&before, 'x', sizeof before);
        addr = before;
        rc = rvx_addr_parse_port(rows[i].text, &addr);
        if (rc != rows[i].rc)
            fail_msg("%s: got %d, want %d", rows[i].text, rc, rows[i].rc);
        if (rc < 0)
            assert_memory_equal(&addr, &before, sizeof addr);
        else
            assert_string_equal(rvx_addr_text(&addr, text), rows[i].want);
    }
}

static void test_equal(void **state)
{
    struct rvx_addr addrs[] = {
        parsed("1.2.3.4"),  parsed("1.2.3.5"),    parsed("1.2.3.4"),   parsed("::ffff:1.2.3.4"), parsed("::1"),
        parsed("::1%lo"),   parsed("::1%eth0"),   parsed("::2"),       unix_addr("a", 1),        unix_addr("ab", 2),
        unix_addr("\0a", 2), unix_addr("", 0),      {.family = RVX_FAMILY_NONE},
    };
    size_t i, j;

    (void)state;
    addrs[2].port = 1; /* all are different now */
    for (i = 0; i < COUNT_OF(addrs); i++) {
        for (j = 0; j < COUNT_OF(addrs); j++) {
            if (rvx_addr_equal(&addrs[i], &addrs[j]) != (i == j))
                fail_msg("%zu against %zu", i, j);
        }
    }
}

/* Only the bytes that mean something are compared. */
static void test_equal_ignores_the_rest(void **state)
{
    struct rvx_addr a, b;

    (void)state;
    memset(&a, 'a', sizeof a);
    memset(&b, 'b', sizeof b);
    assert_int_equal(rvx_addr_parse("1.2.3.4", &a), 0);
    assert_int_equal(rvx_addr_parse("1.2.3.4", &b), 0);
    assert_true(rvx_addr_equal(&a, &b));
    assert_int_equal(rvx_addr_parse("::1%x", &a), 0);
    assert_int_equal(rvx_addr_parse("::1%x", &b), 0);
    assert_true(rvx_addr_equal(&a, &b));
}

static const struct kind_row {
    const char *text;
    bool unspecified, loopback, ipv4;
    const char *unmapped;
} kind_rows[] = {
    {"0.0.0.0", true, false, true, "0.0.0.0"},
    {"::", true, false, false, "::"},
    {"::ffff:0.0.0.0", true, false, true, "0.0.0.0"},
    {"127.0.0.1", false, true, true, "127.0.0.1"},
    {"127.255.255.254", false, true, true, "127.255.255.254"},
    {"128.0.0.1", false, false, true, "128.0.0.1"},
    {"::1", false, true, false, "::1"},
    {"::ffff:127.0.0.2", false, true, true, "127.0.0.2"},
    {"::ffff:1.2.3.4%eth0", false, false, true, "1.2.3.4"},
    {"::127.0.0.1", false, false, false, "::7f00:1"},
    {"::2", false, false, false, "::2"},
    {"1::", false, false, false, "1::"},
    {"0.0.0.1", false, false, true, "0.0.0.1"},
    {"::fffe:1.2.3.4", false, false, false, "::fffe:102:304"},
};

static void test_kinds(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < COUNT_OF(kind_rows); i++) {
        const struct kind_row *row = &kind_rows[i];
        struct rvx_addr addr = parsed(row->text), want = parsed(row->unmapped);

        if (rvx_addr_is_unspecified(&addr) != row->unspecified || rvx_addr_is_loopback(&addr) != row->loopback ||
            rvx_addr_is_ipv4(&addr) != row->ipv4)
            fail_msg("%s", row->text);
        rvx_addr_unmap(&addr);
        if (!rvx_addr_equal(&addr, &want))
            fail_msg("%s unmapped", row->text);
    }
}

static void test_kinds_of_others(void **state)
{
    struct rvx_addr addrs[] = {unix_addr("\177", 1), {.family = RVX_FAMILY_NONE}};
    size_t i;

    (void)state;
    for (i = 0; i < COUNT_OF(addrs); i++) {
        struct rvx_addr before = addrs[i];

        assert_false(rvx_addr_is_unspecified(&addrs[i]));
        assert_false(rvx_addr_is_loopback(&addrs[i]));
        assert_false(rvx_addr_is_ipv4(&addrs[i]));
        rvx_addr_unmap(&addrs[i]);
        assert_memory_equal(&addrs[i], &before, sizeof before);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_inet),
        cmocka_unit_test(test_inet6),
        cmocka_unit_test(test_zones_by_number),
        cmocka_unit_test(test_zones_of_interfaces),
        cmocka_unit_test(test_unix),
        cmocka_unit_test(test_longest_path),
        cmocka_unit_test(test_unix_in_the_kernel),
        cmocka_unit_test(test_short_and_foreign),
        cmocka_unit_test(test_unaligned),
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_parse_port),
        cmocka_unit_test(test_equal),
        cmocka_unit_test(test_equal_ignores_the_rest),
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_kinds_of_others),
    };

    return cmocka_run_group_tests_name("sockaddr", tests, NULL, NULL);
}
