/* test_backend_dns.c - backends of a program's own that put something around DNS */
#include "support/test.h"

#include <resolvx/backend.h>

#include "support/etc.h"

static void start(void *backend, struct rvx_request *request)
{
    (void)backend;
    rvx_request_start_dns(request);
}

/* DNS waits, so it takes a loop: backends of the two manners that have none are told. */
static void test_without_a_loop(void **state)
{
    static const struct rvx_backend_ops wraps[] = {
        {.abi = RVX_BACKEND_ABI, .name = "wrap", .caps = RVX_BACKEND_HOST | RVX_BACKEND_BLOCKS, .start = start},
        {.abi = RVX_BACKEND_ABI, .name = "wrap", .caps = RVX_BACKEND_HOST | RVX_BACKEND_AT_ONCE, .start = start},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(wraps); i++) {
        struct rvx_resolver *resolver;
        struct rvx_addrs *addrs;
        struct etc etc;

        etc_init(&etc);
        etc.opts.host_order = "wrap";
        etc.opts.servers = "127.0.0.1:9";
        resolver = etc_resolver(&etc);
        assert_int_equal(rvx_resolver_backend(resolver, &wraps[i], NULL, NULL), 0);
        assert_int_equal(rvx_lookup_host(resolver, "ip", "h", NULL, &addrs, NULL), RVX_EINTERNAL);
        assert_null(addrs);
        rvx_resolver_free(resolver);
        etc_fini(&etc);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_without_a_loop),
    };

    return cmocka_run_group_tests_name("backend_dns", tests, NULL, NULL);
}
