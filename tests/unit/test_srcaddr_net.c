/* test_srcaddr_net.c - source addresses and their order on the real kernel, in a network namespace of the test's own
 *
 * Needs root and ip(8) for the namespace; says so and skips itself where it has not got them. Time is the test's, so
 * nothing waits.
 */
#define _GNU_SOURCE
#include "support/test.h"

#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "addr/ip.h"
#include "conf/prefix.h"
#include "resolver/sort.h"
#include "support/describe.h"
#include "support/etc.h"

static struct rvx_addr addr_of(const char *text)
{
    struct rvx_addr addr;

    assert_int_equal(rvx_addr_parse(text, &addr), 0);
    return addr;
}

static int run_ip(const char *arguments)
{
    char command[256];

    snprintf(command, sizeof command, "ip %s 2>&1", arguments);
    return system(command);
}

static void ip(const char *arguments)
{
    if (run_ip(arguments) != 0)
        fail_msg("ip %s", arguments);
}

/* What the kernel says to a question without any memory. */
static bool ask(const struct rvx_addr *to, struct rvx_addr *from)
{
    struct rvx_addr with_port = *to;
    struct sockaddr_storage sa;
    socklen_t len;
    bool found;
    int fd;

    with_port.port = 9;
    assert_int_equal(rvx_addr_to_sockaddr(&with_port, &sa, &len), 0);
    fd = socket(sa.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    found = connect(fd, (const struct sockaddr *)&sa, len) == 0;
    len = sizeof sa;
    if (found) {
        assert_int_equal(getsockname(fd, (struct sockaddr *)&sa, &len), 0);
        assert_int_equal(rvx_addr_from_sockaddr((const struct sockaddr *)&sa, len, from), 0);
    }
    close(fd);
    return found;
}

static uint32_t random_state = 1;

static uint32_t get_random(void)
{
    random_state = random_state * 1664525 + 1013904223;
    return random_state >> 8;
}

/* Anywhere, or sharing some leading bits with one of the places where something is. */
static struct rvx_addr make_destination(void)
{
    static const char *const places[] = {
        "192.0.2.9", "10.0.0.0",      "10.66.0.0", "172.16.0.0",     "2001:db8:1::9", "2001:db8:2::9",
        "fd00::9",   "2001:db8:77::", "127.0.0.1", "2001:db8:aa::1", "203.0.113.0",   "::1"};
    struct rvx_addr addr = addr_of(places[get_random() % COUNT_OF(places)]);
    unsigned size = addr.family == RVX_FAMILY_IPV4 ? 32 : 128;
    unsigned keep = get_random() % size;

    for (unsigned bit = keep; bit < size; bit++)
        addr.ip[bit / 8] = (uint8_t)(addr.ip[bit / 8] ^ (get_random() % 2) << (7 - bit % 8));
    return addr;
}

struct world {
    struct etc etc;
    struct rvx_resolver *resolver;
    unsigned probes;
    struct rvx__sockops ops;
};

static int count_connect(void *self, int fd, const struct sockaddr *sa, socklen_t len)
{
    struct world *world = self;

    world->probes++;
    return rvx__sockops_system.connect(rvx__sockops_system.self, fd, sa, len);
}

static int set_up(void **state)
{
    struct world *world = calloc(1, sizeof *world);

    assert_non_null(world);
    assert_int_equal(unshare(CLONE_NEWNET), 0);
    etc_init(&world->etc);
    world->ops = rvx__sockops_system; /* none of its calls looks at self */
    world->ops.connect = count_connect;
    world->ops.self = world;
    world->etc.base.sockops = &world->ops;
    world->resolver = etc_resolver(&world->etc);
    ip("link set lo up");
    ip("link add v0 type veth peer name v1");
    ip("link set v0 up");
    ip("link set v1 up");
    *state = world;
    return 0;
}

static int tear_down(void **state)
{
    struct world *world = *state;

    rvx_resolver_free(world->resolver);
    etc_fini(&world->etc);
    free(world);
    return 0;
}

static void check_source(struct world *world, const struct rvx_addr *to)
{
    struct rvx__destination destination = {.addr = *to};
    struct rvx_addr want;
    bool found = ask(to, &want);
    char text[RVX_ADDR_STRLEN];

    assert_int_equal(rvx__srcaddr_find(&world->resolver->srcaddr, &destination, 1), 0);
    if (destination.source.found != found)
        fail_msg("%s: found %d, the kernel says %d", rvx_addr_text(to, text), destination.source.found, found);
    if (found && memcmp(destination.source.ip, want.ip, sizeof want.ip) != 0)
        fail_msg("%s: another source than the kernel's", rvx_addr_text(to, text));
}

static void check_many(struct world *world, unsigned n)
{
    etc_pass(&world->etc, RVX_MILLISECONDS(20));
    world->probes = 0;
    for (unsigned i = 0; i < n; i++) {
        const struct rvx_addr to = make_destination();

        check_source(world, &to);
    }
}

/* After each change everything is as the kernel says, and still hardly ever asked for. */
static void test_changes(void **state)
{
    static const struct change {
        const char *ip;
        bool alike; /* are destinations grouped after it? */
    } changes[] = {
        {"addr add 192.0.2.9/24 dev v0", true},
        {"addr add 10.1.0.9/16 dev v0", true},
        {"-6 addr add 2001:db8:1::9/64 dev v0 nodad", true},
        {"-6 addr add 2001:db8:2::9/64 dev v0 nodad", true},
        {"-6 addr add fd00::9/64 dev v0 nodad", true},
        {"route add default via 192.0.2.1", true},
        {"-6 route add default via 2001:db8:1::1", true},
        {"route add 10.0.0.0/8 dev v0 src 10.1.0.9", true},
        {"route add unreachable 10.66.0.0/16", true},
        {"route add blackhole 172.16.0.0/12", true},
        {"route add local 203.0.113.0/24 dev lo", true},
        {"-6 route add 2001:db8:77::/48 dev v0 src 2001:db8:2::9", true},
        {"-6 route add prohibit 2001:db8:aa::/48", true},
        {"rule add to 172.16.0.0/16 lookup 77", true},
        {"route add 172.16.0.0/13 dev v0 src 10.1.0.9 table 77", true},
        {"-6 rule add to 2001:db8:aa::/64 lookup 78", true},
        {"-6 route add default dev v0 src fd00::9 table 78", true},
        {"addrlabel add prefix 2001:db8:1::/48 label 99", true},
        {"-6 addr change 2001:db8:1::9/64 dev v0 preferred_lft 0", true},
        {"route replace default nexthop via 192.0.2.1 dev v0 nexthop via 10.1.0.1 dev v0", false},
        {"-6 route replace default nexthop via 2001:db8:1::1 dev v0 nexthop via fd00::1 dev v0", false},
        {"route replace default via 192.0.2.1", false},
        {"link set v0 down", true},
        {"link set v0 up", true},
    };
    struct world *world = *state;

    for (size_t i = 0; i < COUNT_OF(changes); i++) {
        ip(changes[i].ip);
        if (strncmp(changes[i].ip, "addrlabel", 9) == 0)
            etc_pass(&world->etc, RVX_SECONDS(30)); /* the kernel does not tell */
        check_many(world, 1500);
        print_message("# %s: %u probes\n", changes[i].ip, world->probes);
        if (changes[i].alike)
            assert_in_range(world->probes, 32, 1100);
    }
}

static const char *sort_text(struct world *world, const char *in, struct description *out)
{
    struct rvx__view rest = rvx__view_text(in), word;
    struct rvx__gaiconf gaiconf;
    const struct rvx__policy policy = {.gaiconf = &gaiconf};
    struct rvx_addr v[16];
    size_t n = 0;

    rvx__gaiconf_parse(&gaiconf, rvx__view_text(""));
    while (rvx__view_take_word(&rest, &word))
        assert_true(rvx__ip_parse(word, &v[n++]));
    assert_int_equal(rvx__resolver_sort(world->resolver, 0, &policy, v, n), 0);
    describe_start(out);
    for (size_t i = 0; i < n; i++)
        describe_addr(out, &v[i]);
    return describe_end(out);
}

static void test_order(void **state)
{
    static const struct step {
        const char *ip, *in, *want;
    } steps[] = {
        {"link set lo up", "198.51.100.1 2001:db8:f::1", "2001:db8:f::1 198.51.100.1"},
        {"addr add 192.0.2.9/24 dev v0", "2001:db8:f::1 198.51.100.1 192.0.2.7",
         "192.0.2.7 2001:db8:f::1 198.51.100.1"},
        {"route add default via 192.0.2.1", "2001:db8:f::1 198.51.100.1 192.0.2.7",
         "198.51.100.1 192.0.2.7 2001:db8:f::1"},
        {"-6 addr add fd00::9/64 dev v0 nodad", "2001:db8:f::1 198.51.100.1", "198.51.100.1 2001:db8:f::1"},
        {"-6 route add default via fd00::1", "2001:db8:f::1 198.51.100.1", "198.51.100.1 2001:db8:f::1"},
        {"-6 addr add 2001:db8:1::9/64 dev v0 nodad", "198.51.100.1 2001:db8:f::1 2001:db8:1::f",
         "2001:db8:1::f 2001:db8:f::1 198.51.100.1"},
        {"-6 addr change 2001:db8:1::9/64 dev v0 preferred_lft 0", "2001:db8:1::f 198.51.100.1 127.0.0.1 ::1",
         "::1 127.0.0.1 198.51.100.1 2001:db8:1::f"},
        {"link set v0 down", "::1 198.51.100.1 127.0.0.1", "::1 127.0.0.1 198.51.100.1"},
    };
    struct world *world = *state;
    struct description got;

    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        ip(steps[i].ip);
        etc_pass(&world->etc, RVX_MILLISECONDS(20));
        assert_row_text(steps[i].ip, sort_text(world, steps[i].in, &got), steps[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_changes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_order, set_up, tear_down),
    };

    if (geteuid() != 0 || unshare(CLONE_NEWNET) != 0 || run_ip("link add v0 type veth peer name v1") != 0) {
        printf("1..0 # SKIP needs root, ip(8), and network namespaces with veth\n");
        return 0;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
