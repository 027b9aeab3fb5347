/* test_srcaddr.c - remembered source addresses are those that the kernel would give; on a kernel made of tables */
#include "support/test.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/if_arp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "resolver/srcaddr.h"
#include "support/fakekernel.h"
#include "support/oom.h"

/* As if it had been asked a few times. */
static void start(struct rvx__srcaddr *srcaddr, struct kernel *kernel)
{
    rvx__srcaddr_init(srcaddr, &kernel->ops, &kernel->clock);
    atomic_store(&srcaddr->finds, RVX__SRCADDR_FEW);
}

/* What is found has to be what the kernel would say. */
static void check_source(struct rvx__srcaddr *srcaddr, struct kernel *kernel, const struct rvx_addr *to)
{
    struct rvx__destination destination = {.addr = *to};
    const struct own *want = choose(kernel, to);
    char text[RVX_ADDR_STRLEN];

    assert_int_equal(rvx__srcaddr_find(srcaddr, &destination, 1), 0);
    if (!destination.source.known || destination.source.found != (want != NULL))
        fail_msg("%s: found or not", rvx_addr_text(to, text));
    if (want == NULL)
        return;
    if (destination.source.family != want->addr.family || memcmp(destination.source.ip, want->addr.ip, 16) != 0)
        fail_msg("%s: another source than the kernel's", rvx_addr_text(to, text));
}

static uint32_t random_state;

static uint32_t get_random(void)
{
    random_state = random_state * 1664525 + 1013904223;
    return random_state >> 8;
}

/* Half of them anywhere, half near a route or an address. */
static struct rvx_addr make_destination(const struct kernel *kernel)
{
    struct rvx_addr addr = {.family = get_random() % 2 != 0 ? RVX_FAMILY_IPV4 : RVX_FAMILY_IPV6};
    size_t size = size_of(addr.family);
    const struct route *route = &kernel->routes[get_random() % kernel->routes_n];
    unsigned keep = 0;

    if (get_random() % 2 != 0) {
        addr.family = route->to.family;
        size = size_of(addr.family);
        memcpy(addr.ip, route->to.ip, size);
        keep = get_random() % ((unsigned)size * 8);
    }
    for (unsigned bit = keep; bit < size * 8; bit++)
        addr.ip[bit / 8] = (uint8_t)(addr.ip[bit / 8] ^ (get_random() % 2) << (7 - bit % 8));
    return addr;
}

static void check_many(struct kernel *kernel, unsigned n)
{
    struct rvx__srcaddr srcaddr;

    rvx__srcaddr_init(&srcaddr, &kernel->ops, &kernel->clock);
    random_state = 1;
    for (unsigned i = 0; i < n; i++) {
        const struct rvx_addr to = make_destination(kernel);

        check_source(&srcaddr, kernel, &to);
    }
    rvx__srcaddr_fini(&srcaddr);
    assert_int_equal(kernel->opened, kernel->closed);
}

static void test_many_alike(void **state)
{
    struct kernel *kernel = make_usual_kernel();

    (void)state;
    check_many(kernel, 20000);
    print_message("# 20000 destinations, %u probes\n", kernel->probes);
    assert_in_range(kernel->probes, 32, 3500); /* link-local and multicast ones are among them */
    assert_int_equal(kernel->questions, 3 + 1 + 5);
    free(kernel);
}

static void test_several_hops(void **state)
{
    struct kernel *kernel = make_usual_kernel();

    (void)state;
    kernel->routes[0].several = true; /* 0.0.0.0/0 */
    kernel->routes[0].from.family = 0;
    kernel->routes[7].several = true; /* fd00::/8 */
    check_many(kernel, 5000);
    free(kernel);
}

/* The same prefix twice: whichever is chosen, the map must not take it for one. */
static void test_twice(void **state)
{
    struct kernel *kernel = make_usual_kernel();
    struct rvx__srcaddr srcaddr;
    struct rvx_addr to = addr_of("2001:db8:4::1");

    (void)state;
    add_route(kernel, "::/0");
    start(&srcaddr, kernel);
    for (unsigned i = 0; i < 100; i++) {
        to.ip[15] = (uint8_t)i;
        check_source(&srcaddr, kernel, &to);
    }
    assert_int_equal(kernel->probes, 100);
    check_source(&srcaddr, kernel, &to);
    assert_int_equal(kernel->probes, 100);
    rvx__srcaddr_fini(&srcaddr);
    free(kernel);
}

static void test_too_many_routes(void **state)
{
    struct kernel *kernel = make_usual_kernel();

    (void)state;
    while (kernel->routes_n < 5000) {
        char text[64];

        snprintf(text, sizeof text, "2a00:%zx::/32", kernel->routes_n);
        add_route(kernel, text);
    }
    check_many(kernel, 1000);
    assert_in_range(kernel->probes, 600, 1000); /* some were made twice */
    free(kernel);
}

/* Few destinations: no map, and each is asked for once. */
static void test_few(void **state)
{
    struct kernel *kernel = make_usual_kernel();
    const struct rvx_addr to = addr_of("198.51.100.1"), link = addr_of("fe80::1"), zone = addr_of("2001:db8::1%lo");
    struct rvx__srcaddr srcaddr;

    (void)state;
    start(&srcaddr, kernel);
    check_source(&srcaddr, kernel, &to);
    check_source(&srcaddr, kernel, &to);
    assert_int_equal(kernel->probes, 1);
    assert_int_equal(kernel->questions, 2); /* the addresses, and a link */
    for (unsigned i = 0; i < 2; i++) {
        check_source(&srcaddr, kernel, &link);
        check_source(&srcaddr, kernel, &zone);
    }
    assert_int_equal(kernel->probes, 5);
    rvx__srcaddr_fini(&srcaddr);
    assert_int_equal(kernel->opened, kernel->closed);
    free(kernel);
}

/* Nothing is remembered or kept open at first, and the kernel is asked for no more than is needed. */
static void test_at_first(void **state)
{
    static const struct {
        const char *to[2];
        unsigned questions;
    } rows[] = {
        {{"198.51.100.1", "198.51.100.2"}, 0},   /* one source */
        {{"198.51.100.1", "224.0.0.1"}, 0},      /* one source, or none */
        {{"198.51.100.1", "2001:db8:4::1"}, 3},  /* two: the addresses, and two links */
        {{"2001:db8:4::1", "2001:db8:4::2"}, 2}, /* one, but IPv6 */
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct kernel *kernel = make_usual_kernel();
        struct rvx__srcaddr srcaddr;

        kernel->own[2].flags = IFA_F_DEPRECATED;
        rvx__srcaddr_init(&srcaddr, &kernel->ops, &kernel->clock);
        for (unsigned n = 1; n <= RVX__SRCADDR_FEW + 2; n++) {
            struct rvx__destination v[2] = {{.addr = addr_of(rows[i].to[0])}, {.addr = addr_of(rows[i].to[1])}};
            bool first = n <= RVX__SRCADDR_FEW;

            assert_int_equal(rvx__srcaddr_find(&srcaddr, v, 2), 0);
            assert_true(v[0].source.known && v[1].source.known);
            if (first && (kernel->questions != n * rows[i].questions || kernel->opened != kernel->closed))
                fail_msg("row %zu: %u questions, %u opened, %u closed", i, kernel->questions, kernel->opened,
                         kernel->closed);
            assert_int_equal(kernel->opened - kernel->closed, first ? 0 : 1);
        }
        rvx__srcaddr_fini(&srcaddr);
        assert_int_equal(kernel->opened, kernel->closed);
        free(kernel);
    }
}

static void test_news(void **state)
{
    struct kernel *kernel = make_usual_kernel();
    const struct rvx_addr to = addr_of("198.51.100.1");
    struct rvx__destination destination = {.addr = to};
    struct rvx__srcaddr srcaddr;

    (void)state;
    start(&srcaddr, kernel);
    check_source(&srcaddr, kernel, &to);
    kernel->routes[0].unreachable = true;
    kernel->news = 3;
    assert_int_equal(rvx__srcaddr_find(&srcaddr, &destination, 1), 0);
    assert_true(destination.source.found); /* nobody has looked yet */
    kernel->now += RVX_MILLISECONDS(10);
    check_source(&srcaddr, kernel, &to);
    assert_int_equal(kernel->news, 0);
    assert_int_equal(kernel->probes, 2);

    kernel->routes[0].unreachable = false;
    kernel->overrun = true;
    kernel->now += RVX_MILLISECONDS(10);
    check_source(&srcaddr, kernel, &to);

    kernel->routes[0].unreachable = true; /* unannounced */
    kernel->now += RVX_SECONDS(30);
    check_source(&srcaddr, kernel, &to);
    rvx__srcaddr_fini(&srcaddr);
    free(kernel);
}

static void test_deaf(void **state)
{
    struct kernel *kernel = make_usual_kernel();
    const struct rvx_addr to = addr_of("198.51.100.1");
    struct rvx__srcaddr srcaddr;

    (void)state;
    kernel->no_watch = -EPERM;
    start(&srcaddr, kernel);
    for (unsigned i = 0; i < 100; i++)
        check_source(&srcaddr, kernel, &to);
    assert_int_equal(kernel->probes, 1);
    kernel->routes[0].unreachable = true;
    kernel->now += RVX_SECONDS(1);
    check_source(&srcaddr, kernel, &to);
    assert_int_equal(kernel->questions, 0);
    rvx__srcaddr_fini(&srcaddr);
    assert_int_equal(kernel->opened, kernel->closed);

    kernel->no_watch = 0;
    kernel->no_questions = -EPERM; /* news, but no answers */
    check_many(kernel, 1000);
    free(kernel);
}

static void test_no_descriptors(void **state)
{
    struct kernel *kernel = make_usual_kernel();
    struct rvx__destination v[2] = {{.addr = addr_of("198.51.100.1")}, {.addr = addr_of("2001:db8:9::1")}};
    struct rvx__srcaddr srcaddr;

    (void)state;
    start(&srcaddr, kernel);
    check_source(&srcaddr, kernel, &v[0].addr);
    kernel->no_sockets = -EMFILE;
    assert_int_equal(rvx__srcaddr_find(&srcaddr, v, 2), -EMFILE);
    assert_true(v[0].source.found);
    assert_false(v[1].source.known);
    kernel->no_sockets = -EAFNOSUPPORT;
    assert_int_equal(rvx__srcaddr_find(&srcaddr, v, 2), 0);
    assert_true(v[1].source.known && !v[1].source.found);
    rvx__srcaddr_fini(&srcaddr);
    free(kernel);
}

static void test_flags(void **state)
{
    struct kernel *kernel = make_usual_kernel();
    struct rvx__destination v[3] = {
        {.addr = addr_of("198.51.100.1")}, {.addr = addr_of("2001:db8:1::1")}, {.addr = addr_of("fd00::1")}};
    struct rvx__srcaddr srcaddr;

    (void)state;
    kernel->own[2].flags = IFA_F_DEPRECATED;
    kernel->own[2].bits = 56;
    kernel->own[4].flags = IFA_F_HOMEADDRESS;
    kernel->own[4].link_type = ARPHRD_SIT;
    start(&srcaddr, kernel);
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(rvx__srcaddr_find(&srcaddr, v, 3), 0);
        assert_true(!v[0].source.deprecated && !v[0].source.home && !v[0].source.tunnel);
        assert_true(v[1].source.deprecated && !v[1].source.home && !v[1].source.tunnel);
        assert_int_equal(v[1].source.network, 56);
        assert_true(!v[2].source.deprecated && v[2].source.home && v[2].source.tunnel);
        assert_int_equal(v[2].source.network, 64);
    }
    assert_int_equal(kernel->probes, 3);
    rvx__srcaddr_fini(&srcaddr);
    free(kernel);
}

/* Answers that end anywhere give no map, or a smaller list of addresses, and never another source. */
static void test_cut_answers(void **state)
{
    struct kernel *kernel = make_usual_kernel();

    (void)state;
    for (size_t cut = 1; cut < 700; cut += 3) {
        kernel->cut = cut;
        check_many(kernel, 80);
    }
    free(kernel);
}

static void test_out_of_memory(void **state)
{
    struct kernel *kernel = make_usual_kernel();

    (void)state;
    for (unsigned n = 0;; n++) {
        oom_fail_after(n);
        check_many(kernel, 60);
        oom_off();
        if (!oom_failed())
            break;
    }
    free(kernel);
}

static void test_fork(void **state)
{
    struct kernel *kernel = make_usual_kernel();
    const struct rvx_addr to = addr_of("198.51.100.1");
    struct rvx__srcaddr srcaddr;
    int status;
    pid_t pid;

    (void)state;
    start(&srcaddr, kernel);
    check_source(&srcaddr, kernel, &to);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        unsigned opened = kernel->opened, closed = kernel->closed;

        kernel->routes[0].unreachable = true; /* whatever the parent remembers is nothing to the child */
        check_source(&srcaddr, kernel, &to);
        rvx__srcaddr_fini(&srcaddr);
        _exit(kernel->opened - opened == kernel->closed - closed ? 0 : 1); /* the parent's socket is left alone */
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    rvx__srcaddr_fini(&srcaddr);
    assert_int_equal(kernel->opened, kernel->closed);
    free(kernel);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_many_alike),    cmocka_unit_test(test_several_hops),
        cmocka_unit_test(test_twice),         cmocka_unit_test(test_too_many_routes),
        cmocka_unit_test(test_few),           cmocka_unit_test(test_news),
        cmocka_unit_test(test_deaf),          cmocka_unit_test(test_no_descriptors),
        cmocka_unit_test(test_flags),         cmocka_unit_test(test_cut_answers),
        cmocka_unit_test(test_out_of_memory), cmocka_unit_test(test_fork),
        cmocka_unit_test(test_at_first),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
