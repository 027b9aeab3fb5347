/* test_records_order.c - the order of records: SRV by weight, RFC 2782; MX of equal preference in random order
 *
 * A backend of the test's own has the records, and the random numbers are the test's too.
 */
#include "support/test.h"

#include <string.h>

#include <resolvx/backend.h>

#include "support/etc.h"

static uint32_t script; /* the next number, as a part of 2^32 */

static int fill_from_script(void *self, void *bytes, size_t len)
{
    (void)self;
    memset(bytes, 0, len);
    memcpy(bytes, &script, sizeof script < len ? sizeof script : len);
    return 0;
}

static const struct rvx__rnd scripted = {.fill = fill_from_script};

/* A backend with three records of one priority and the weights 0, 1, 3. */
static void start_weights(void *backend, struct rvx_request *request)
{
    static const unsigned char data[3][9] = {"\0\1\0\0\0\0\1a", "\0\1\0\1\0\0\1b", "\0\1\0\3\0\0\1c"};

    (void)backend;
    for (int i = 0; i < 3; i++) {
        const struct rvx_record record = {.name = "w", .type = 33, .class_ = 1, .data = data[i], .data_len = 9};

        rvx_request_add_record(request, &record);
    }
    rvx_request_finish(request, RVX_STATUS_SUCCESS, 0);
}

static const struct rvx_backend_ops weights = {
    .abi = RVX_BACKEND_ABI,
    .name = "dns",
    .caps = RVX_BACKEND_RECORDS | RVX_BACKEND_AT_ONCE,
    .start = start_weights,
};

/* Over all numbers that can be drawn, each comes first as often as RFC 2782 says: of the numbers 0 to 4. */
static void test_srv_weights(void **state)
{
    unsigned first[3] = {0, 0, 0};
    struct etc etc;
    struct rvx_resolver *resolver;
    struct rvx_srvs *srvs;

    (void)state;
    etc_init(&etc);
    etc.base.rnd = &scripted;
    etc.opts.host_order = "files";
    resolver = etc_resolver(&etc);
    assert_int_equal(rvx_resolver_backend(resolver, &weights, NULL, NULL), 0);
    for (uint32_t i = 0; i < 1000; i++) {
        script = i * (UINT32_MAX / 1000);
        assert_int_equal(rvx_lookup_srv(resolver, "", "", "w", NULL, &srvs, NULL), 0);
        assert_int_equal(srvs->n, 3);
        first[srvs->v[0].target[0] - 'a']++;
        rvx_srvs_free(srvs);
    }
    assert_in_range(first[0], 195, 205);
    assert_in_range(first[1], 195, 205);
    assert_in_range(first[2], 595, 605);
    rvx_resolver_free(resolver);
    etc_fini(&etc);
}

/* Another one with three exchangers, two of them equal. */
static void start_equals(void *backend, struct rvx_request *request)
{
    static const unsigned char data[4][5] = {"\0\2\1a", "\0\2\1b", "\0\2\1c", "\0\1\1d"};

    (void)backend;
    for (int i = 0; i < 4; i++) {
        const struct rvx_record record = {.name = "m", .type = 15, .class_ = 1, .data = data[i], .data_len = 5};

        rvx_request_add_record(request, &record);
    }
    rvx_request_finish(request, RVX_STATUS_SUCCESS, 0);
}

static const struct rvx_backend_ops equals = {
    .abi = RVX_BACKEND_ABI,
    .name = "dns",
    .caps = RVX_BACKEND_RECORDS | RVX_BACKEND_AT_ONCE,
    .start = start_equals,
};

/* Numbers of a sequence that always is the same, and whose high bits pass for random. */
static int fill_from_sequence(void *self, void *bytes, size_t len)
{
    static uint64_t sequence = 1;
    unsigned char *at = bytes;

    (void)self;
    for (size_t i = 0; i < len; i++) {
        sequence = sequence * 6364136223846793005u + 1442695040888963407u;
        at[i] = (unsigned char)(sequence >> 56);
    }
    return 0;
}

static const struct rvx__rnd sequential = {.fill = fill_from_sequence};

#define DRAWS 6000

/* The best always comes first; those behind it come in each of their six orders as often. */
static void test_mx_shuffle(void **state)
{
    unsigned orders[27] = {0};
    struct etc etc;
    struct rvx_resolver *resolver;
    struct rvx_mxs *mxs;
    unsigned seen = 0;

    (void)state;
    etc_init(&etc);
    etc.base.rnd = &sequential;
    etc.opts.host_order = "files";
    resolver = etc_resolver(&etc);
    assert_int_equal(rvx_resolver_backend(resolver, &equals, NULL, NULL), 0);
    for (int i = 0; i < DRAWS; i++) {
        assert_int_equal(rvx_lookup_mx(resolver, "m", NULL, &mxs, NULL), 0);
        assert_int_equal(mxs->n, 4);
        assert_string_equal(mxs->v[0].host, "d");
        orders[9 * (mxs->v[1].host[0] - 'a') + 3 * (mxs->v[2].host[0] - 'a') + mxs->v[3].host[0] - 'a']++;
        rvx_mxs_free(mxs);
    }
    for (size_t i = 0; i < COUNT_OF(orders); i++) {
        if (orders[i] == 0)
            continue;
        seen++;
        assert_in_range(orders[i], DRAWS / 6 - 150, DRAWS / 6 + 150); /* five standard deviations */
    }
    assert_int_equal(seen, 6);
    rvx_resolver_free(resolver);
    etc_fini(&etc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_srv_weights),
        cmocka_unit_test(test_mx_shuffle),
    };

    return cmocka_run_group_tests_name("records_order", tests, NULL, NULL);
}
