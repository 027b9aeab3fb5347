/* test_https_large.c - an HTTPS record that fills a message of 64 KB with mandatory keys
 *
 * Time is compared with time: what sixteen times as many keys cost, on the same machine at the same moment.
 */
#include "support/test.h"

#include <string.h>
#include <time.h>

#include <resolvx/backend.h>

#include "support/etc.h"

#define FEW 680u /* keys */
#define TIMES 16u

struct record {
    unsigned char bytes[65535];
    size_t len;
};

static void start(void *backend, struct rvx_request *request)
{
    const struct record *it = backend;
    const struct rvx_record record = {
        .name = "large.example", .type = 65, .class_ = 1, .ttl = 60, .data = it->bytes, .data_len = it->len};

    rvx_request_add_record(request, &record);
    rvx_request_finish(request, RVX_STATUS_SUCCESS, 0);
}

static const struct rvx_backend_ops ops = {
    .abi = RVX_BACKEND_ABI,
    .name = "dns",
    .caps = RVX_BACKEND_RECORDS | RVX_BACKEND_AT_ONCE,
    .start = start,
};

static void put_u16(struct record *record, unsigned number)
{
    record->bytes[record->len++] = (unsigned char)(number >> 8);
    record->bytes[record->len++] = (unsigned char)number;
}

/* n parameters that nobody knows, all of them mandatory. */
static void make_record(struct record *record, unsigned n)
{
    record->len = 0;
    put_u16(record, 1);               /* priority */
    record->bytes[record->len++] = 0; /* the root */
    put_u16(record, 0);               /* "mandatory" */
    put_u16(record, 2 * n);
    for (unsigned i = 0; i < n; i++)
        put_u16(record, 100 + i);
    for (unsigned i = 0; i < n; i++) {
        put_u16(record, 100 + i);
        put_u16(record, 0);
    }
}

/* The processor time, in nanoseconds, that a lookup takes: the least of some. */
static int64_t measure(struct rvx_resolver *resolver, struct record *record, unsigned n)
{
    int64_t least = INT64_MAX;

    make_record(record, n);
    for (int i = 0; i < 5; i++) {
        struct timespec begin, end;
        struct rvx_https *https;
        int64_t took;

        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &begin);
        assert_int_equal(rvx_lookup_https(resolver, "large.example", NULL, &https, NULL), 0);
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &end);
        assert_int_equal(https->v[0].params_n, n + 1);
        assert_false(https->v[0].understood);
        rvx_https_free(https);
        took = (end.tv_sec - begin.tv_sec) * INT64_C(1000000000) + (end.tv_nsec - begin.tv_nsec);
        least = took < least ? took : least;
    }
    return least;
}

/* They take about sixteen times as long, and not 256 times. */
static void test_many_mandatory_keys(void **state)
{
    static struct record record;
    struct rvx_resolver *resolver;
    struct etc etc;
    int64_t few, many;

    (void)state;
    etc_init(&etc);
    etc.opts.host_order = "dns";
    resolver = etc_resolver(&etc);
    assert_int_equal(rvx_resolver_backend(resolver, &ops, &record, NULL), 0);
    few = measure(resolver, &record, FEW);
    many = measure(resolver, &record, FEW * TIMES);
    if (many > 4 * TIMES * few)
        fail_msg("%u keys take %lld ns, %u keys %lld ns", FEW, (long long)few, FEW * TIMES, (long long)many);
    rvx_resolver_free(resolver);
    etc_fini(&etc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_many_mandatory_keys),
    };

    return cmocka_run_group_tests_name("https_large", tests, NULL, NULL);
}
