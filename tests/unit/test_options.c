/* test_options.c - a resolver's options and the environment: what is taken, what is refused, what is limited */
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "resolver/resolver.h"

static void test_variable(void **state)
{
    static const struct {
        const char *value;
        enum rvx__mode want;
        bool understood;
    } values[] = {
        {NULL, RVX__MODE_OPEN, true},     {"", RVX__MODE_OPEN, true},       {"libc", RVX__MODE_LIBC, true},
        {"dns", RVX__MODE_DNS, true},     {"libc+1", RVX__MODE_LIBC, true}, {"2+dns", RVX__MODE_DNS, true},
        {"1", RVX__MODE_OPEN, true},      {"LIBC", RVX__MODE_OPEN, false},  {"libc+3", RVX__MODE_OPEN, false},
        {"libc+", RVX__MODE_OPEN, false}, {"go", RVX__MODE_OPEN, false},    {"dns+1+2", RVX__MODE_OPEN, false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(values); i++) {
        enum rvx__mode mode;

        assert_int_equal(rvx__mode_parse(values[i].value, &mode), values[i].understood);
        assert_int_equal(mode, values[i].want);
    }
}

static void test_options(void **state)
{
    static const struct {
        const char *hosts, *services, *want;
    } orders[] = {
        {"", NULL, "invalid option host_order"},
        {"files,", NULL, "invalid option host_order: files,"},
        {",files", NULL, "invalid option host_order: ,files"},
        {"files libc", NULL, "invalid option host_order: files libc"},
        {"FILES", NULL, "invalid option host_order: FILES"},
        {"a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a", NULL, "invalid option host_order: a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a,a"},
        {"a1234567890123456789012345678901", NULL, "invalid option host_order: a1234567890123456789012345678901"},
        {NULL, "files;builtin", "invalid option service_order: files;builtin"},
        {" files , libc", "a_b-c1", NULL},
    };
    struct {
        struct rvx_resolver_opts opts;
        long more;
    } newer = {.opts = {.size = sizeof newer}};
    struct rvx_resolver *resolver;
    struct rvx_error err;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(orders); i++) {
        struct rvx_resolver_opts opts = RVX_RESOLVER_OPTS_INIT;
        int rc;

        opts.host_order = orders[i].hosts;
        opts.service_order = orders[i].services;
        rc = rvx_resolver_new(&opts, &resolver, &err);
        assert_int_equal(rc, orders[i].want != NULL ? RVX_EOPTIONS : 0);
        if (rc < 0)
            assert_string_equal(rvx_error_text(&err), orders[i].want);
        rvx_resolver_free(resolver);
    }
    assert_int_equal(rvx_resolver_new(&newer.opts, &resolver, NULL), 0);
    assert_string_equal(resolver->options.path[RVX__CONF_HOSTS], "/etc/hosts");
    assert_string_equal(resolver->options.path[RVX__CONF_NSSWITCH], "/etc/nsswitch.conf");
    assert_int_equal(resolver->options.workers_max, 16);
    assert_ptr_equal(rvx_resolver_ref(resolver), resolver);
    rvx_resolver_free(resolver);
    rvx_resolver_free(resolver);
    newer.more = 1;
    assert_int_equal(rvx_resolver_new(&newer.opts, &resolver, &err), RVX_EOPTIONS);
    assert_null(resolver);
    assert_null(rvx_resolver_ref(NULL));
    rvx_resolver_free(NULL);
}

static void keep_log(void *arg, enum rvx_log_level level, const char *text)
{
    snprintf(arg, 256, "%d %s", (int)level, text);
}

static void test_odd_variable(void **state)
{
    struct rvx_resolver_opts opts = RVX_RESOLVER_OPTS_INIT;
    struct rvx_resolver *resolver;
    char text[256] = "";

    (void)state;
    opts.log = keep_log;
    opts.log_arg = text;
    setenv("RESOLVX", "cgo", 1);
    assert_int_equal(rvx_resolver_new(&opts, &resolver, NULL), 0);
    unsetenv("RESOLVX");
    assert_int_equal(resolver->options.mode, RVX__MODE_OPEN);
    assert_string_equal(text, "1 RESOLVX: neither libc nor dns: cgo");
    rvx_resolver_free(resolver);
}

/* The thread cap follows the soft limit of descriptors. */
static void test_workers_limit(void **state)
{
    static const struct {
        rlim_t files;
        unsigned wanted, want;
    } limits[] = {{500, 1000, 470}, {100, 0, 16}, {40, 0, 10}, {31, 0, 1}, {30, 100, 30}, {16, 0, 16}};
    struct rlimit before, limit;
    struct rvx_resolver *resolver;

    (void)state;
    getrlimit(RLIMIT_NOFILE, &before);
    for (size_t i = 0; i < COUNT_OF(limits); i++) {
        struct rvx_resolver_opts opts = RVX_RESOLVER_OPTS_INIT;

        opts.workers_max = limits[i].wanted;
        limit = before;
        limit.rlim_cur = limits[i].files;
        setrlimit(RLIMIT_NOFILE, &limit);
        assert_int_equal(rvx_resolver_new(&opts, &resolver, NULL), 0);
        setrlimit(RLIMIT_NOFILE, &before);
        assert_int_equal(resolver->options.workers_max, limits[i].want);
        rvx_resolver_free(resolver);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_variable),
        cmocka_unit_test(test_odd_variable),
        cmocka_unit_test(test_options),
        cmocka_unit_test(test_workers_limit),
    };

    unsetenv("RESOLVX");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
