/* test_myhostname.c - this machine's own names, on a machine made up for the test */
#include "support/test.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "resolver/resolver.h"
#include "support/etc.h"

/* An interface with one address. */
struct card {
    const char *name, *addr;
    unsigned flags;
};

static const struct card cards[] = {
    {"lo", "127.0.0.1", IFF_UP | IFF_LOOPBACK},
    {"lo", "::1", IFF_UP | IFF_LOOPBACK},
    {"eth0", "192.0.2.7", IFF_UP},
    {"eth0", "2001:db8::7", IFF_UP},
    {"eth1", "198.51.100.7", IFF_UP},
    {"eth2", "203.0.113.7", 0},
};

static size_t cards_n; /* how many of them there are */

static int tell_cards(struct ifaddrs **list)
{
    *list = NULL;
    if (cards_n > COUNT_OF(cards)) {
        errno = ENOBUFS;
        return -1;
    }
    for (size_t i = cards_n; i-- > 0;) {
        struct ifaddrs *it = calloc(1, sizeof *it);
        struct sockaddr_storage *sa = calloc(1, sizeof *sa);
        struct rvx_addr addr;
        socklen_t len;

        if (it == NULL || sa == NULL || rvx_addr_parse(cards[i].addr, &addr) < 0 ||
            rvx_addr_to_sockaddr(&addr, sa, &len) < 0)
            abort();
        it->ifa_next = *list;
        it->ifa_name = (char *)(uintptr_t)cards[i].name;
        it->ifa_flags = cards[i].flags;
        it->ifa_addr = (struct sockaddr *)sa;
        *list = it;
    }
    return 0;
}

static void free_cards(struct ifaddrs *list)
{
    while (list != NULL) {
        struct ifaddrs *next = list->ifa_next;

        free(list->ifa_addr);
        free(list);
        list = next;
    }
}

static int tell_hostname(char *name, size_t size)
{
    snprintf(name, size, "Box.home.example");
    return 0;
}

static int fail_hostname(char *name, size_t size)
{
    (void)name;
    (void)size;
    errno = EPERM;
    return -1;
}

/* "ADDR ADDR (CANONICAL)", or the error. */
static void look_up(struct rvx_resolver *resolver, const char *network, const char *name, char *text, size_t size)
{
    struct rvx_addrs *addrs;
    struct rvx_error err;
    size_t len = 0;

    if (rvx_lookup_host(resolver, network, name, NULL, &addrs, &err) < 0) {
        snprintf(text, size, "%s", rvx_strerror(err.code));
        return;
    }
    text[0] = '\0';
    for (size_t i = 0; i < addrs->n; i++) {
        char addr[RVX_ADDR_STRLEN];

        len += (size_t)snprintf(text + len, size - len, "%s ", rvx_addr_host_text(&addrs->v[i], addr));
    }
    snprintf(text + len, size - len, "(%s)", addrs->canonical);
    rvx_addrs_free(addrs);
}

#define ROUTE_HEAD "Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT\n"
#define ZERO "00000000000000000000000000000000"

/* Addresses in /proc/net/route are numbers in the byte order of the machine; those here are the same either way. */
static const char route[] = ROUTE_HEAD "eth1 00000000 0A01010A 0003 0 0 200 00000000 0 0 0\n"
                                       "eth0 00000000 C0C0C0C0 0003 0 0 100 00000000 0 0 0\n"
                                       "eth0 00000000 00000000 0001 0 0 0 00000000 0 0 0\n"
                                       "eth0 000200C0 0A0A0A0A 0003 0 0 0 00FFFFFF 0 0 0\n"
                                       "eth0 00000000 0B0B0B0B 0203 0 0 0 00000000 0 0 0\n"
                                       "eth0 0000\n";
static const char route6[] = ZERO " 00 " ZERO " 00 fe800000000000000000000000000001 00000096 1 0 00000003 eth0\n" ZERO
                                  " 00 " ZERO " 00 " ZERO " ffffffff 1 0 00200200 lo\n"
                                  "20010db8000000000000000000000000 20 " ZERO
                                  " 00 20010db8000000000000000000000001 00000001 1 0 00000003 eth0\n";

static void test_names(void **state)
{
    static const struct {
        const char *network, *name;
        size_t cards_n;
        const char *want;
    } rows[] = {
        {"ip", "box.HOME.example", 6, "192.0.2.7 198.51.100.7 2001:db8::7 (Box.home.example)"},
        {"ip", "box.home.example.", 6, "192.0.2.7 198.51.100.7 2001:db8::7 (Box.home.example)"},
        {"ip4", "box.home.example", 6, "192.0.2.7 198.51.100.7 (Box.home.example)"},
        {"ip", "box.home.example", 2, "127.0.0.2 ::1 (Box.home.example)"},
        {"ip", "box.home.example", 0, "127.0.0.2 ::1 (Box.home.example)"},
        {"ip", "box.home.example", 99, "127.0.0.2 ::1 (Box.home.example)"},
        {"ip6", "box.home.example", 3, NULL},
        {"ip", "box", 6, NULL},
        {"ip", "localhost", 6, "127.0.0.1 ::1 (localhost)"},
        {"ip4", "a.LocalHost.", 6, "127.0.0.1 (localhost)"},
        {"ip", "localhost.localdomain", 6, "127.0.0.1 ::1 (localhost)"},
        {"ip6", "a.localhost.localdomain", 6, "::1 (localhost)"},
        {"ip", "notlocalhost", 6, NULL},
        {"ip", "_gateway", 6, "192.192.192.192 10.1.1.10 fe80::1%eth0 (_gateway)"},
        {"ip6", "_GATEWAY.", 6, "fe80::1%eth0 (_GATEWAY)"},
        {"ip", "_outbound", 6, "192.0.2.7 198.51.100.7 2001:db8::7 (_outbound)"},
        {"ip4", "_outbound", 4, "192.0.2.7 (_outbound)"},
        {"ip", "gateway", 6, NULL},
        {"ip", "x._gateway", 6, NULL},
    };
    struct rvx__machine machine = {.hostname = tell_hostname, .getifaddrs = tell_cards, .freeifaddrs = free_cards};
    struct rvx_resolver *resolver;
    char path[2][128];
    struct etc etc;
    int failures = 0;

    (void)state;
    etc_init(&etc);
    etc_write(&etc, "route", route);
    etc_write(&etc, "route6", route6);
    machine.route_path = etc_path(&etc, "route", path[0]);
    machine.route6_path = etc_path(&etc, "route6", path[1]);
    etc.base.machine = &machine;
    etc.opts.host_order = "myhostname";
    resolver = etc_resolver(&etc);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const char *want = rows[i].want != NULL ? rows[i].want : rvx_strerror(RVX_ENOTFOUND);
        char text[512];

        cards_n = rows[i].cards_n;
        look_up(resolver, rows[i].network, rows[i].name, text, sizeof text);
        if (strcmp(text, want) != 0) {
            print_error("row %zu, %s %s: got <%s> want <%s>\n", i, rows[i].network, rows[i].name, text, want);
            failures++;
        }
    }
    assert_int_equal(failures, 0);
    rvx_resolver_free(resolver);
    etc_fini(&etc);
}

/* "NAME NAME", or the error. */
static void look_up_addr(struct rvx_resolver *resolver, const char *addr, char *text, size_t size)
{
    struct rvx_names *names;
    struct rvx_error err;
    size_t len = 0;

    if (rvx_lookup_addr(resolver, addr, NULL, &names, &err) < 0) {
        snprintf(text, size, "%s", rvx_strerror(err.code));
        return;
    }
    for (size_t i = 0; i < names->n; i++)
        len += (size_t)snprintf(text + len, size - len, "%s%s", i > 0 ? " " : "", names->v[i]);
    rvx_names_free(names);
}

static void test_addrs(void **state)
{
    static const struct {
        const char *addr;
        size_t cards_n;
        const char *want;
    } rows[] = {
        {"127.0.0.1", 6, "localhost"},
        {"::ffff:127.0.0.1", 6, "localhost"},
        {"::1", 6, "localhost Box.home.example"},
        {"127.0.0.2", 6, "Box.home.example"},
        {"127.0.0.3", 6, NULL},
        {"192.0.2.7", 6, "Box.home.example"},
        {"2001:db8::7", 6, "Box.home.example"},
        {"198.51.100.7", 6, "Box.home.example"},
        {"198.51.100.7", 4, NULL},
        {"203.0.113.7", 6, NULL}, /* of an interface that is down */
        {"192.0.2.8", 6, NULL},
        {"192.192.192.192", 6, "_gateway"},
        {"10.1.1.10", 6, "_gateway"},
        {"10.10.10.10", 6, NULL}, /* a gateway, but of no default route */
        {"fe80::1%eth0", 6, "_gateway"},
        {"fe80::1%eth1", 6, NULL},
        {"fe80::1", 6, "_gateway"},
        {"2001:db8::1", 6, NULL},
    };
    struct rvx__machine machine = {.hostname = tell_hostname, .getifaddrs = tell_cards, .freeifaddrs = free_cards};
    struct rvx_resolver *resolver;
    char path[2][128], text[512];
    struct etc etc;
    int failures = 0;

    (void)state;
    etc_init(&etc);
    etc_write(&etc, "route", route);
    etc_write(&etc, "route6", route6);
    machine.route_path = etc_path(&etc, "route", path[0]);
    machine.route6_path = etc_path(&etc, "route6", path[1]);
    etc.base.machine = &machine;
    etc.opts.host_order = "myhostname";
    resolver = etc_resolver(&etc);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const char *want = rows[i].want != NULL ? rows[i].want : rvx_strerror(RVX_ENOTFOUND);

        cards_n = rows[i].cards_n;
        look_up_addr(resolver, rows[i].addr, text, sizeof text);
        if (strcmp(text, want) != 0) {
            print_error("row %zu, %s: got <%s> want <%s>\n", i, rows[i].addr, text, want);
            failures++;
        }
    }
    assert_int_equal(failures, 0);
    cards_n = 99; /* the kernel does not say: not "no such host" */
    look_up_addr(resolver, "192.0.2.7", text, sizeof text);
    assert_string_equal(text, rvx_strerror(RVX_ETRYAGAIN));
    machine.hostname = fail_hostname;
    look_up_addr(resolver, "::1", text, sizeof text);
    assert_string_equal(text, "localhost");
    look_up_addr(resolver, "127.0.0.2", text, sizeof text);
    assert_string_equal(text, rvx_strerror(RVX_EUNAVAIL));
    rvx_resolver_free(resolver);
    etc_fini(&etc);
}

/* A machine without routes, and one that does not say its name. */
static void test_poor_machine(void **state)
{
    static const struct rvx__machine machine = {
        .hostname = fail_hostname,
        .getifaddrs = tell_cards,
        .freeifaddrs = free_cards,
        .route_path = "/nonexistent/route",
        .route6_path = "/nonexistent/ipv6_route",
    };
    struct rvx_resolver *resolver;
    struct etc etc;
    char text[512];

    (void)state;
    etc_init(&etc);
    etc.base.machine = &machine;
    etc.opts.host_order = "myhostname";
    resolver = etc_resolver(&etc);
    look_up(resolver, "ip", "_gateway", text, sizeof text);
    assert_string_equal(text, rvx_strerror(RVX_ENOTFOUND));
    look_up(resolver, "ip", "_outbound", text, sizeof text);
    assert_string_equal(text, rvx_strerror(RVX_ENOTFOUND));
    look_up(resolver, "ip", "box", text, sizeof text);
    assert_string_equal(text, rvx_strerror(RVX_EUNAVAIL));
    rvx_resolver_free(resolver);
    etc_fini(&etc);
}

/* More routes than are kept: the best ones are, in order. */
static void test_many_routes(void **state)
{
    struct rvx__machine machine = {.hostname = tell_hostname, .getifaddrs = tell_cards, .freeifaddrs = free_cards};
    char table[4096] = ROUTE_HEAD, path[128], text[1024];
    struct rvx_resolver *resolver;
    size_t len = strlen(table);
    struct etc etc;

    (void)state;
    for (unsigned i = 0; i < 40; i++)
        len +=
            (size_t)snprintf(table + len, sizeof table - len, "eth0 00000000 %02X%02X%02X%02X 0003 0 0 %u 00000000\n",
                             i + 1, i + 1, i + 1, i + 1, 1000 - i);
    etc_init(&etc);
    etc_write(&etc, "route", table);
    machine.route_path = etc_path(&etc, "route", path);
    machine.route6_path = "/nonexistent/ipv6_route";
    etc.base.machine = &machine;
    etc.opts.host_order = "myhostname";
    resolver = etc_resolver(&etc);
    look_up(resolver, "ip", "_gateway", text, sizeof text);
    assert_int_equal(strncmp(text, "40.40.40.40 39.39.39.39 ", 24), 0);
    assert_non_null(strstr(text, " 26.26.26.26 25.25.25.25 (_gateway)"));
    rvx_resolver_free(resolver);
    etc_fini(&etc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_addrs),
        cmocka_unit_test(test_poor_machine),
        cmocka_unit_test(test_many_routes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
