/* test_netdb.c - rvx_getaddrinfo_on() and rvx_getnameinfo_on() on a resolver with files of the test's own; memory */
#define _GNU_SOURCE
#include "support/test.h"

#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>

#include <resolvx/netdb.h>

#include "support/describe.h"
#include "support/etc.h"
#include "support/oom.h"

struct world {
    struct etc etc;
    struct rvx_resolver *resolver;
};

static void begin(struct world *w)
{
    etc_init(&w->etc);
    etc_write(&w->etc, "hosts", "192.0.2.1 one.example one\n2001:db8::6 six.example six\n");
    etc_write(&w->etc, "services", "http 80/tcp www\ndomain 53/udp\niua 9900/sctp\n");
    etc_write(&w->etc, "nsswitch.conf", "hosts: files\nservices: files\n");
    w->resolver = etc_resolver(&w->etc);
}

static void end(struct world *w)
{
    rvx_resolver_free(w->resolver);
    etc_fini(&w->etc);
}

static const char *describe(int rc, const struct addrinfo *list, struct description *text)
{
    describe_start(text);
    if (rc != 0)
        describe_number(text, "-", (uint64_t)-rc);
    for (; list != NULL; list = list->ai_next) {
        struct rvx_addr addr;

        assert_int_equal(rvx_addr_from_sockaddr(list->ai_addr, list->ai_addrlen, &addr), 0);
        assert_int_equal(list->ai_family, list->ai_addr->sa_family);
        describe_number(text, "", (uint64_t)list->ai_socktype);
        describe_number(text, "", (uint64_t)list->ai_protocol);
        describe_addr(text, &addr);
        if (list->ai_canonname != NULL)
            describe_word(text, list->ai_canonname);
    }
    return describe_end(text);
}

static void test_getaddrinfo(void **state)
{
    static const struct row {
        const char *node, *service;
        struct addrinfo hints;
        const char *want;
    } rows[] = {
        {"one", "www", {.ai_flags = AI_CANONNAME, .ai_socktype = SOCK_STREAM}, "1 6 192.0.2.1:80 one.example"},
        {"one", "53", {.ai_flags = 0}, "1 6 192.0.2.1:53 2 17 192.0.2.1:53 3 0 192.0.2.1:53"},
        {"six", "iua", {.ai_flags = 0}, "1 132 [2001:db8::6]:9900 5 132 [2001:db8::6]:9900"},
        {"127.1", NULL, {.ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_DGRAM}, "2 17 127.0.0.1"},
        {"one", NULL, {.ai_flags = AI_V4MAPPED, .ai_family = AF_INET6, .ai_socktype = 1}, "1 6 192.0.2.1"},
        {NULL, "80", {.ai_flags = AI_PASSIVE, .ai_family = AF_INET, .ai_socktype = 1}, "1 6 0.0.0.0:80"},
        {NULL, "80", {.ai_family = AF_INET6, .ai_socktype = 1}, "1 6 [::1]:80"},
        {"2001:db8::1", NULL, {.ai_family = AF_INET}, "-9"},
        {"one", "80", {.ai_socktype = SOCK_RAW}, "-8"},
        {"one", "65536", {.ai_socktype = SOCK_STREAM}, "-8"},
        {"one", "http", {.ai_flags = AI_NUMERICSERV}, "-2"},
        {"one", NULL, {.ai_flags = AI_NUMERICHOST}, "-2"},
        {"nosuch", NULL, {.ai_flags = 0}, "-2"},
        {NULL, NULL, {.ai_flags = 0}, "-2"},
        {NULL, "80", {.ai_flags = AI_CANONNAME}, "-1"},
        {"one", NULL, {.ai_flags = 0x8000}, "-1"},
        {"one", NULL, {.ai_family = AF_UNIX}, "-6"},
        {"one", NULL, {.ai_socktype = 77}, "-7"},
        {"b\303\274cher", NULL, {.ai_flags = AI_IDN}, "-105"},
    };
    struct world w;

    (void)state;
    begin(&w);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct addrinfo *list = (struct addrinfo *)(void *)&w;
        struct description got;
        char name[32];
        int rc = rvx_getaddrinfo_on(w.resolver, NULL, rows[i].node, rows[i].service, &rows[i].hints, &list);

        snprintf(name, sizeof name, "row %zu", i);
        assert_row_text(name, describe(rc, list, &got), rows[i].want);
        rvx_freeaddrinfo(list);
    }
    end(&w);
}

static int find_name(struct world *w, const char *addr, uint16_t port, const struct rvx_nameinfo *info, int flags)
{
    struct sockaddr_storage sa;
    struct rvx_addr parsed;
    socklen_t len;

    assert_int_equal(rvx_addr_parse(addr, &parsed), 0);
    parsed.port = port;
    assert_int_equal(rvx_addr_to_sockaddr(&parsed, &sa, &len), 0);
    return rvx_getnameinfo_on(w->resolver, NULL, (const struct sockaddr *)&sa, len, info, flags);
}

static void test_getnameinfo(void **state)
{
    static const struct row {
        const char *addr;
        uint16_t port;
        int flags;
        int code;
        const char *host, *service;
    } rows[] = {
        {"192.0.2.1", 80, 0, 0, "one.example", "http"},
        {"192.0.2.1", 53, NI_DGRAM, 0, "one.example", "domain"},
        {"192.0.2.1", 80, NI_NUMERICHOST | NI_NUMERICSERV, 0, "192.0.2.1", "80"},
        {"::ffff:192.0.2.1", 0, NI_NUMERICHOST, 0, "::ffff:192.0.2.1", "0"},
        {"192.0.2.99", 80, 0, 0, "192.0.2.99", "http"},
        {"192.0.2.99", 80, NI_NAMEREQD, EAI_NONAME, "-", "-"},
        {"192.0.2.1", 80, 0x8000, EAI_BADFLAGS, "-", "-"},
    };
    char host[NI_MAXHOST], service[NI_MAXSERV];
    struct rvx_nameinfo info = {host, sizeof host, service, sizeof service};
    struct world w;

    (void)state;
    begin(&w);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        strcpy(host, "-");
        strcpy(service, "-");
        assert_int_equal(find_name(&w, rows[i].addr, rows[i].port, &info, rows[i].flags), rows[i].code);
        assert_string_equal(host, rows[i].host);
        assert_string_equal(service, rows[i].service);
    }
    info.service_size = 4;
    assert_int_equal(find_name(&w, "192.0.2.1", 80, &info, 0), EAI_OVERFLOW);
    info.service_size = 5;
    assert_int_equal(find_name(&w, "192.0.2.1", 80, &info, 0), 0);
    end(&w);
}

/* Every allocation fails in its turn. */
static void test_memory(void **state)
{
    const struct addrinfo hints = {.ai_flags = AI_CANONNAME, .ai_socktype = SOCK_STREAM};
    char host[NI_MAXHOST], service[NI_MAXSERV];
    const struct rvx_nameinfo info = {host, sizeof host, service, sizeof service};
    bool failed = true;

    (void)state;
    for (unsigned n = 0; failed; n++) {
        struct addrinfo *list;
        struct world w;
        int rc;

        begin(&w);
        oom_fail_after(n);
        rc = rvx_getaddrinfo_on(w.resolver, NULL, "one", "www", &hints, &list);
        oom_off();
        failed = oom_failed();
        if (rc != 0) {
            assert_true(failed && rc == EAI_MEMORY);
            assert_null(list);
        }
        rvx_freeaddrinfo(list);
        end(&w);
        assert_true(failed || (rc == 0 && n > 0));
    }
    failed = true;
    for (unsigned n = 0; failed; n++) {
        struct world w;
        int rc;

        begin(&w);
        oom_fail_after(n);
        rc = find_name(&w, "192.0.2.1", 80, &info, 0);
        oom_off();
        failed = oom_failed();
        assert_true(rc == 0 || (failed && rc == EAI_MEMORY));
        end(&w);
        assert_true(failed || (rc == 0 && n > 0));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_getaddrinfo),
        cmocka_unit_test(test_getnameinfo),
        cmocka_unit_test(test_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
