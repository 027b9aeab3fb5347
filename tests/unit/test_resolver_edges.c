/* test_resolver_edges.c - lookups without descriptors, without a deadline, cancelled, and with no nsswitch.conf */
#include "support/test.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/resource.h>

#include <resolvx/backend.h>

#define NOWHERE "/nonexistent" /* every file is missing, and thus empty */

/* A backend that answers for every host, and notes what it was told. */
struct oracle {
    rvx_time deadline;
    unsigned asked;
};

static void start_oracle(void *backend, struct rvx_request *request)
{
    struct oracle *oracle = backend;
    struct rvx_addr addr;

    oracle->asked++;
    oracle->deadline = rvx_request_deadline(request);
    assert_int_equal(rvx_addr_parse("192.0.2.1", &addr), 0);
    rvx_request_add_addr(request, &addr);
    rvx_request_finish(request, RVX_STATUS_SUCCESS, 0);
}

static void cancel_oracle(void *backend, struct rvx_request *request)
{
    (void)backend;
    (void)request;
}

static const struct rvx_backend_ops oracle_ops = {
    .abi = RVX_BACKEND_ABI,
    .name = "dns",
    .caps = RVX_BACKEND_HOST,
    .start = start_oracle,
    .cancel = cancel_oracle,
};

static struct rvx_resolver *make_resolver(const struct rvx_resolver_opts *opts, struct oracle *oracle)
{
    struct rvx_resolver *resolver;

    *oracle = (struct oracle){.deadline = 1};
    assert_int_equal(rvx_resolver_new(opts, &resolver, NULL), 0);
    assert_int_equal(rvx_resolver_backend(resolver, &oracle_ops, oracle, NULL), 0);
    return resolver;
}

static void receive_addrs(void *arg, int result, struct rvx_addrs *addrs, const struct rvx_error *err)
{
    unsigned *calls = arg;

    assert_int_equal(result, 0);
    assert_int_equal(err->code, 0);
    assert_int_equal(addrs->n, 1);
    rvx_addrs_free(addrs);
    ++*calls;
}

static void test_no_deadline_is_forever(void **state)
{
    static const rvx_time none[] = {0, RVX_FOREVER};
    struct rvx_resolver_opts opts = RVX_RESOLVER_OPTS_INIT;
    struct rvx_resolver *resolver;
    struct oracle oracle;
    struct rvx_loop *loop;

    (void)state;
    opts.etc_dir = NOWHERE;
    opts.host_order = "dns";
    resolver = make_resolver(&opts, &oracle);
    assert_int_equal(rvx_loop_new(NULL, &loop, NULL), 0);
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        unsigned calls = 0;

        oracle.deadline = 1;
        assert_int_equal(
            rvx_lookup_host_start(loop, resolver, "ip", "host.test", none[i], receive_addrs, &calls, NULL), 0);
        assert_int_equal(rvx_loop_run(loop), 0);
        assert_int_equal(calls, 1);
        assert_true(oracle.deadline == RVX_FOREVER);
    }
    rvx_loop_free(loop);
    rvx_resolver_free(resolver);
}

/* A source that needs a descriptor has no answer when there is none; the next one may have. */
static void test_out_of_descriptors(void **state)
{
    struct rvx_resolver_opts opts = RVX_RESOLVER_OPTS_INIT;
    struct rlimit limit, none;
    struct rvx_resolver *resolver;
    struct oracle oracle;
    struct rvx_error err;
    uint16_t found, missing;
    int rc_found, rc_missing;

    (void)state;
    opts.etc_dir = NOWHERE;
    opts.service_order = "libc,builtin";
    resolver = make_resolver(&opts, &oracle);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    none = limit;
    none.rlim_cur = 0;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    rc_found = rvx_lookup_port(resolver, "tcp", "https", NULL, &found, NULL);
    rc_missing = rvx_lookup_port(resolver, "tcp", "nosuch", NULL, &missing, &err);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    assert_int_equal(rc_found, 0);
    assert_int_equal(found, 443);
    assert_int_equal(rc_missing, -EMFILE);
    assert_int_equal(missing, 0);
    assert_string_equal(rvx_error_text(&err), "lookup tcp/nosuch: too many open files");
    rvx_resolver_free(resolver);
}

/* The same whether ports come from a scan or from a table. */
static void test_fired_token(void **state)
{
    struct rvx_resolver_opts opts = RVX_RESOLVER_OPTS_INIT;
    struct rvx_ctx ctx = RVX_CTX_INIT;
    struct rvx_resolver *resolver;
    struct oracle oracle;
    uint16_t port;

    (void)state;
    opts.etc_dir = NOWHERE;
    resolver = make_resolver(&opts, &oracle);
    assert_int_equal(rvx_cancel_new(&ctx.cancel), 0);
    for (int i = 0; i < 40; i++)
        assert_int_equal(rvx_lookup_port(resolver, "tcp", "https", &ctx, &port, NULL), 0);
    rvx_cancel_fire(ctx.cancel);
    assert_int_equal(rvx_lookup_port(resolver, "tcp", "https", &ctx, &port, NULL), RVX_ECANCELED);
    assert_int_equal(port, 0);
    ctx.size = 1;
    assert_int_equal(rvx_lookup_port(resolver, "tcp", "https", &ctx, &port, NULL), RVX_EOPTIONS);
    ctx.size = sizeof ctx;
    rvx_cancel_free(ctx.cancel);
    rvx_resolver_free(resolver);
}

static void test_dns_mode_without_nsswitch(void **state)
{
    struct rvx_resolver_opts opts = RVX_RESOLVER_OPTS_INIT;
    struct rvx_resolver *resolver;
    struct rvx_addrs *addrs;
    struct oracle oracle;

    (void)state;
    opts.etc_dir = NOWHERE;
    opts.nsswitch_path = "/"; /* a directory cannot be read */
    assert_int_equal(setenv("RESOLVX", "dns", 1), 0);
    resolver = make_resolver(&opts, &oracle);
    assert_int_equal(unsetenv("RESOLVX"), 0);
    assert_int_equal(rvx_lookup_host(resolver, "ip", "127.1", NULL, &addrs, NULL), 0); /* libc would know it */
    assert_string_equal(addrs->source, "dns");
    rvx_addrs_free(addrs);
    rvx_resolver_free(resolver);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_deadline_is_forever),
        cmocka_unit_test(test_out_of_descriptors),
        cmocka_unit_test(test_fired_token),
        cmocka_unit_test(test_dns_mode_without_nsswitch),
    };

    unsetenv("RESOLVX");
    return cmocka_run_group_tests_name("resolver_edges", tests, NULL, NULL);
}
