/* test_libc_names.c - names of addresses from the C library: outcomes, answers that nobody waits for any more, and how
 * many calls there may be at a time */
#include "support/test.h"

#include <errno.h>
#include <netdb.h>
#include <string.h>
#include <sys/resource.h>

#include "support/etc.h"
#include "support/fakelibc.h"
#include "support/lookups.h"
#include "support/loop.h"

static struct rvx_resolver *begin(struct etc *etc)
{
    etc_init(etc);
    etc->opts.host_order = "libc";
    etc->base.libc = fakelibc_open();
    return etc_resolver(etc);
}

static void end(struct etc *etc, struct rvx_resolver *resolver)
{
    rvx_resolver_free(resolver);
    fakelibc_close();
    etc_fini(etc);
}

static void test_outcomes(void **state)
{
    static const struct {
        const char *addr;
        int result, error;
        const char *name; /* of libc's */
        int want;
        const char *text;
    } rows[] = {
        {"192.0.2.1", 0, 0, "host.example", 0, "host.example (ttl 0)"},
        {"192.0.2.2", 0, 0, "Host.Example.", 0, "Host.Example (ttl 0)"},
        {"2001:db8::1", 0, 0, "six.example", 0, "six.example (ttl 0)"},
        {"192.0.2.3", EAI_NONAME, 0, "", RVX_ENOTFOUND, "no such host"},
        {"192.0.2.4", EAI_AGAIN, 0, "", RVX_ETRYAGAIN, "temporary failure in name resolution"},
        {"192.0.2.5", EAI_FAIL, 0, "", RVX_ETRYAGAIN, "temporary failure in name resolution"},
        {"192.0.2.6", EAI_MEMORY, 0, "", -ENOMEM, "cannot allocate memory"},
        {"192.0.2.7", EAI_SYSTEM, ENFILE, "", -ENFILE, "too many open files in system"},
        {"192.0.2.8", EAI_FAMILY, 0, "", RVX_EUNAVAIL, "no source could answer"},
        {"192.0.2.9", 0, 0, "no host", RVX_ETRYAGAIN, "temporary failure in name resolution"},
    };
    struct etc etc;
    struct rvx_resolver *resolver = begin(&etc);

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        fakelibc_answer(rows[i].addr, rows[i].result, rows[i].error, rows[i].name);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct lookup_seen seen = {.calls = 0};

        lookup_wait(LOOKUP_ADDR, resolver, rows[i].addr, NULL, &seen);
        if (seen.result != rows[i].want || strcmp(seen.text, rows[i].text) != 0)
            fail_msg("%s: %d, %s", rows[i].addr, seen.result, seen.text);
    }
    assert_int_equal(fakelibc_calls(), COUNT_OF(rows));
    end(&etc, resolver);
}

/* A call cannot be stopped. Who waited for it is told at once; its answer comes to nobody, whatever has gone. */
static void test_late(void **state)
{
    struct rvx_ctx ctx = rvx_ctx_after(RVX_MILLISECONDS(20));
    struct lookup_seen seen = {.calls = 0}, canceled = {.calls = 0}, freed = {.calls = 0};
    struct etc etc;
    struct rvx_resolver *resolver = begin(&etc);
    struct rvx_loop *loop = make_loop(RVX_POLLER_EPOLL);
    struct rvx_op *op;

    (void)state;
    fakelibc_answer("192.0.2.1", 0, 0, "host.example");
    fakelibc_hang();
    lookup_wait(LOOKUP_ADDR, resolver, "192.0.2.1", &ctx, &seen);
    assert_int_equal(seen.result, RVX_ETIMEOUT);
    assert_int_equal(lookup_start(LOOKUP_ADDR, loop, resolver, "192.0.2.1", 0, &canceled, &op), 0);
    assert_int_equal(lookup_start(LOOKUP_ADDR, loop, resolver, "192.0.2.1", 0, &freed, NULL), 0);
    fakelibc_wait_hanging(3);
    rvx_op_cancel(op);
    rvx_loop_free(loop);
    rvx_resolver_free(resolver);
    fakelibc_close(); /* lets them go, and waits for them */
    assert_int_equal(canceled.calls + freed.calls, 0);
    end(&etc, NULL);
}

#define LOOKUPS 64

/* As many calls at a time as there are threads, which leave room for open files, and are kept until libc returns. */
static void test_cap(void **state)
{
    static const struct {
        rlim_t files;
        unsigned wanted, want;
    } rows[] = {{256, 5, 5}, {36, 100, 6}};
    struct rlimit before, limit;

    (void)state;
    getrlimit(RLIMIT_NOFILE, &before);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct lookup_seen seen[LOOKUPS] = {{.calls = 0}};
        struct etc etc;
        struct rvx_resolver *resolver = begin(&etc);
        struct rvx_loop *loop = make_loop(RVX_POLLER_EPOLL);
        struct rvx_op *ops[LOOKUPS];

        rvx_resolver_free(resolver);
        limit = before;
        limit.rlim_cur = rows[i].files;
        setrlimit(RLIMIT_NOFILE, &limit);
        etc.opts.workers_max = rows[i].wanted;
        resolver = etc_resolver(&etc);
        setrlimit(RLIMIT_NOFILE, &before);
        fakelibc_answer("192.0.2.1", 0, 0, "host.example");
        fakelibc_hang();
        for (int k = 0; k < LOOKUPS; k++)
            assert_int_equal(lookup_start(LOOKUP_ADDR, loop, resolver, "192.0.2.1", 0, &seen[k], &ops[k]), 0);
        fakelibc_wait_hanging(rows[i].want);
        rvx_op_cancel(ops[0]); /* its call keeps its place */
        fakelibc_let_go();
        assert_int_equal(rvx_loop_run(loop), 0);
        for (int k = 0; k < LOOKUPS; k++)
            assert_int_equal(seen[k].calls, k > 0);
        assert_int_equal(fakelibc_hanging_most(), rows[i].want);
        assert_int_equal(fakelibc_calls(), LOOKUPS);
        rvx_loop_free(loop);
        end(&etc, resolver);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_outcomes),
        cmocka_unit_test(test_late),
        cmocka_unit_test(test_cap),
    };

    return cmocka_run_group_tests_name("libc_names", tests, NULL, NULL);
}
