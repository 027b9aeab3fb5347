/* test_sort.c - answers in order: who sorts, by which files, what is told of it, many addresses, no memory
 *
 * On a kernel made of tables (support/fakekernel.h), so that the order is the same on every machine.
 */
#include "support/test.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "resolver/sort.h"
#include "support/describe.h"
#include "support/etc.h"
#include "support/fakekernel.h"
#include "support/fakelibc.h"
#include "support/oom.h"

#define MANY 40

struct world {
    struct etc etc;
    struct kernel *kernel;
    struct rvx_resolver *resolver;
    struct description told; /* what the trace callback heard since it was cleared */
};

static void hear(void *arg, const struct rvx_trace_event *event)
{
    struct world *world = arg;

    if (event->kind != RVX_TRACE_ADDRESS && event->kind != RVX_TRACE_DONE)
        return;
    describe_number(&world->told, rvx_trace_kind_text(event->kind),
                    event->kind == RVX_TRACE_ADDRESS ? event->number : event->lookup);
    describe_word(&world->told, event->text != NULL ? event->text : "-");
    if (event->detail != NULL)
        describe_word(&world->told, event->detail);
    describe_word(&world->told, ";");
}

/* traced: with the trace callback. */
static void begin(struct world *world, const char *hosts, bool traced)
{
    etc_init(&world->etc);
    etc_write(&world->etc, "hosts", hosts);
    etc_write(&world->etc, "nsswitch.conf", "hosts: files libc\n");
    world->kernel = make_usual_kernel();
    world->etc.base.sockops = &world->kernel->ops;
    world->etc.base.libc = fakelibc_open();
    if (traced) {
        world->etc.opts.trace = hear;
        world->etc.opts.trace_arg = world;
    }
    world->resolver = etc_resolver(&world->etc);
    describe_start(&world->told);
}

static void end(struct world *world)
{
    rvx_resolver_free(world->resolver);
    fakelibc_close();
    etc_fini(&world->etc);
    free(world->kernel);
}

static void describe_addrs(struct description *got, const struct rvx_addrs *addrs)
{
    describe_start(got);
    for (size_t i = 0; i < addrs->n; i++)
        describe_addr(got, &addrs->v[i]);
    describe_end(got);
}

static const char *look_up(struct world *world, const char *host, struct description *got)
{
    struct rvx_addrs *addrs;

    assert_int_equal(rvx_lookup_host(world->resolver, "ip", host, NULL, &addrs, NULL), 0);
    describe_addrs(got, addrs);
    rvx_addrs_free(addrs);
    return got->text;
}

static void keep_addrs(void *arg, int result, struct rvx_addrs *addrs, const struct rvx_error *err)
{
    (void)err;
    assert_int_equal(result, 0);
    describe_addrs(arg, addrs);
    rvx_addrs_free(addrs);
}

static const char *look_up_on_loop(struct world *world, const char *host, struct description *got)
{
    struct rvx_loop *loop;

    assert_int_equal(rvx_loop_new(NULL, &loop, NULL), 0);
    assert_int_equal(rvx_lookup_host_start(loop, world->resolver, "ip", host, 0, keep_addrs, got, NULL), 0);
    assert_int_equal(rvx_loop_run(loop), 0);
    rvx_loop_free(loop);
    return got->text;
}

static const char hosts_text[] = "192.0.2.1 both\n2001:db8:4::1 both\n"
                                 "192.0.2.7 alone\n"
                                 "10.66.0.1 three\n10.1.0.1 three\n198.51.100.1 three\n";

/* Blocking and on a loop, before the end is told, and no word of what the C library has found. */
static void test_trace(void **state)
{
    struct description got;
    struct world world;

    (void)state;
    begin(&world, hosts_text, true);
    fakelibc_answer("libc", 0, 0, "192.0.2.1 2001:db8:4::1");
    assert_string_equal(look_up(&world, "both", &got), "2001:db8:4::1 192.0.2.1");
    assert_string_equal(describe_end(&world.told),
                        "address0 2001:db8:4::1 first ; address1 192.0.2.1 rule 6: lower precedence ; done1 files ;");
    describe_start(&world.told);
    assert_string_equal(look_up_on_loop(&world, "both", &got), "2001:db8:4::1 192.0.2.1");
    assert_string_equal(describe_end(&world.told),
                        "address0 2001:db8:4::1 first ; address1 192.0.2.1 rule 6: lower precedence ; done2 files ;");
    describe_start(&world.told);
    assert_string_equal(look_up(&world, "three", &got), "10.1.0.1 198.51.100.1 10.66.0.1");
    assert_string_equal(describe_end(&world.told), "address0 10.1.0.1 first ; "
                                                   "address1 198.51.100.1 rule 10: order of the answer ; "
                                                   "address2 10.66.0.1 rule 1: no route ; done3 files ;");
    describe_start(&world.told);
    assert_string_equal(look_up(&world, "libc", &got), "192.0.2.1 2001:db8:4::1");
    assert_string_equal(describe_end(&world.told), "done4 libc ;");
    end(&world);
}

/* The kernel is not asked for what has one place only, and gai.conf is not read. */
static void test_alone(void **state)
{
    struct description got;
    struct world world;

    (void)state;
    begin(&world, hosts_text, true);
    assert_string_equal(look_up(&world, "alone", &got), "192.0.2.7");
    assert_string_equal(describe_end(&world.told), "address0 192.0.2.7 first ; done1 files ;");
    assert_int_equal(world.kernel->probes, 0);
    assert_int_equal(world.kernel->opened, 0);
    end(&world);
}

static void test_files(void **state)
{
    static const struct {
        const char *file, *text, *host, *want;
    } rows[] = {
        {"gai.conf", "precedence ::ffff:0:0/96 100\n", "both", "192.0.2.1 2001:db8:4::1"},
        {"gai.conf", "label 2001:db8:4::/48 99\n", "both", "192.0.2.1 2001:db8:4::1"},
        {"gai.conf", "# nothing\n", "both", "2001:db8:4::1 192.0.2.1"},
        {"resolv.conf", "sortlist 198.51.100.0/24\n", "three", "198.51.100.1 10.1.0.1 10.66.0.1"},
        {"resolv.conf", "sortlist 10.66.0.0/16 10.0.0.0/8\n", "three", "10.1.0.1 198.51.100.1 10.66.0.1"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct description got;
        struct world world;

        begin(&world, hosts_text, false);
        etc_write(&world.etc, rows[i].file, rows[i].text);
        assert_row_text(rows[i].text, look_up(&world, rows[i].host, &got), rows[i].want);
        end(&world);
    }
}

/* Every second one IPv6; of the others, every third without a route. */
static void make_many(struct rvx_addr v[MANY])
{
    for (unsigned i = 0; i < MANY; i++) {
        v[i] = addr_of(i % 2 != 0 ? "2001:db8:4::" : i % 3 == 0 ? "10.66.0.0" : "192.0.2.0");
        v[i].ip[i % 2 != 0 ? 15 : 3] = (uint8_t)(i + 1);
    }
}

/* Each is there once: IPv6, IPv4, what cannot be reached; in the order of the answer within these. */
static void check_many(const struct rvx_addr v[MANY])
{
    unsigned group = 0, last = 0;
    uint64_t seen = 0;

    for (unsigned i = 0; i < MANY; i++) {
        unsigned its = v[i].family == RVX_FAMILY_IPV6 ? 0 : v[i].ip[0] == 10 ? 2 : 1;
        unsigned number = v[i].ip[v[i].family == RVX_FAMILY_IPV6 ? 15 : 3];

        assert_true(its == group ? number > last : its > group);
        group = its;
        last = number;
        seen |= UINT64_C(1) << (number - 1);
    }
    assert_int_equal(group, 2);
    assert_int_equal(seen, (UINT64_C(1) << MANY) - 1);
}

static void test_many(void **state)
{
    struct rvx_addr v[MANY];
    struct world world;

    (void)state;
    begin(&world, hosts_text, false);
    for (unsigned n = 0; n < 6; n++) { /* the later ones from memory */
        make_many(v);
        assert_int_equal(rvx__resolver_sort_by_files(world.resolver, 0, v, MANY), 0);
        check_many(v);
    }
    assert_in_range(world.kernel->probes, MANY, 3 * MANY);
    end(&world);
}

/* Without memory there is no order, and the one there is stays; or a memory less, which nobody sees. */
static void test_out_of_memory(void **state)
{
    struct world world;
    unsigned refused = 0;

    (void)state;
    begin(&world, hosts_text, false);
    for (unsigned n = 0;; n++) {
        struct rvx_addr v[MANY], before[MANY];
        int rc;

        make_many(v);
        memcpy(before, v, sizeof v);
        rvx__store_forget(&world.resolver->store);
        oom_fail_after(n);
        rc = rvx__resolver_sort_by_files(world.resolver, 0, v, MANY);
        oom_off();
        if (rc == 0) {
            check_many(v);
        } else {
            assert_int_equal(rc, -ENOMEM);
            for (unsigned i = 0; i < MANY; i++)
                assert_true(rvx_addr_equal(&v[i], &before[i]));
            refused++;
        }
        if (!oom_failed())
            break;
    }
    assert_true(refused > 0);
    end(&world);
}

/* Where sources cannot be found out, IPv4 comes first. */
static void test_no_descriptors(void **state)
{
    struct description got;
    struct world world;

    (void)state;
    begin(&world, "2001:db8:4::1 both\n192.0.2.1 both\n", true);
    world.kernel->no_sockets = -EMFILE;
    assert_string_equal(look_up(&world, "both", &got), "192.0.2.1 2001:db8:4::1");
    assert_string_equal(describe_end(&world.told),
                        "address0 192.0.2.1 first ; address1 2001:db8:4::1 family: IPv6 behind IPv4 ; done1 files ;");
    end(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_trace), cmocka_unit_test(test_alone),         cmocka_unit_test(test_files),
        cmocka_unit_test(test_many),  cmocka_unit_test(test_out_of_memory), cmocka_unit_test(test_no_descriptors),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
