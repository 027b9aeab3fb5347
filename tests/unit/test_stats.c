/* test_stats.c - what a resolver counts, what it tells who watches, and what is left of one that has ended */
#include "support/test.h"

#include <string.h>

#include "resolver/resolver.h"
#include "resolver/trace.h"

static struct rvx_resolver *make_resolver(rvx_trace_fn trace, void *arg)
{
    struct rvx_resolver_opts opts = RVX_RESOLVER_OPTS_INIT;
    struct rvx_resolver *resolver;

    opts.trace = trace;
    opts.trace_arg = arg;
    assert_int_equal(rvx_resolver_new(&opts, &resolver, NULL), 0);
    return resolver;
}

/* Every counter comes out in the field of its name: the n-th field holds the n-th counter. */
static void test_counters(void **state)
{
    struct rvx_resolver *resolver = make_resolver(NULL, NULL);
    struct rvx_resolver_stats stats = RVX_RESOLVER_STATS_INIT;
    const uint64_t *fields = &stats.lookups;

    (void)state;
    assert_int_equal(sizeof stats, sizeof stats.size + (RVX__STATS_N + 2) * sizeof *fields); /* two are the cache's */
    for (unsigned i = 0; i < RVX__STATS_N; i++)
        rvx__stats_add(&resolver->stats, (enum rvx__stat)i, 100 + i);
    assert_int_equal(rvx_resolver_stats(resolver, &stats), 0);
    assert_int_equal(stats.size, sizeof stats);
    for (unsigned i = 0; i < RVX__STATS_N; i++)
        assert_int_equal(fields[i], 100 + i);
    assert_int_equal(stats.queries, 101);
    assert_int_equal(stats.reloads, 115);
    assert_int_equal(stats.cache_entries, 0);
    rvx_resolver_free(resolver);
}

/* Programs of older and of newer headers. */
static void test_sizes(void **state)
{
    struct {
        struct rvx_resolver_stats stats;
        uint64_t more;
    } newer = {.stats = {.size = sizeof newer}, .more = 7};
    struct {
        size_t size;
        uint64_t lookups;
        uint64_t beyond;
    } older = {.size = 2 * sizeof(uint64_t), .beyond = 7};
    struct rvx_resolver_stats none = {.size = 0};
    struct rvx_resolver_stats huge = {.size = 1 << 20};
    struct rvx_resolver *resolver = make_resolver(NULL, NULL);

    (void)state;
    rvx__stats_add(&resolver->stats, RVX__STAT_LOOKUPS, 3);
    rvx__stats_add(&resolver->stats, RVX__STAT_QUERIES, 4);
    assert_int_equal(rvx_resolver_stats(resolver, &newer.stats), 0);
    assert_int_equal(newer.stats.size, sizeof newer);
    assert_int_equal(newer.stats.queries, 4);
    assert_int_equal(newer.more, 0);
    assert_int_equal(rvx_resolver_stats(resolver, (struct rvx_resolver_stats *)(void *)&older), 0);
    assert_int_equal(older.size, 2 * sizeof(uint64_t));
    assert_int_equal(older.lookups, 3);
    assert_int_equal(older.beyond, 7);
    assert_int_equal(rvx_resolver_stats(resolver, &none), RVX_EOPTIONS);
    assert_int_equal(rvx_resolver_stats(resolver, &huge), RVX_EOPTIONS);
    rvx_resolver_free(resolver);
}

static void keep_event(void *arg, const struct rvx_trace_event *event)
{
    *(struct rvx_trace_event *)arg = *event;
}

static void test_trace(void **state)
{
    struct rvx_trace_event seen = {.kind = RVX_TRACE_DONE};
    struct rvx_resolver *silent = make_resolver(NULL, &seen);
    struct rvx_resolver *resolver = make_resolver(keep_event, &seen);
    rvx_time before = rvx_now();

    (void)state;
    assert_false(rvx__trace_wanted(silent));
    assert_int_equal(rvx__trace_new_id(silent), 0);
    rvx__trace(silent, 1, &(struct rvx_trace_event){.kind = RVX_TRACE_SEND});
    assert_int_equal(seen.kind, RVX_TRACE_DONE);

    assert_true(rvx__trace_wanted(resolver));
    assert_int_equal(rvx__trace_new_id(resolver), 1);
    assert_int_equal(rvx__trace_new_id(resolver), 2);
    rvx__trace(resolver, 2, &(struct rvx_trace_event){.kind = RVX_TRACE_SEND, .number = 5, .server = "192.0.2.1:53"});
    assert_int_equal(seen.lookup, 2);
    assert_int_equal(seen.kind, RVX_TRACE_SEND);
    assert_int_equal(seen.number, 5);
    assert_string_equal(seen.server, "192.0.2.1:53");
    assert_null(seen.name);
    assert_in_range(seen.at, before, rvx_now());
    rvx_resolver_free(resolver);
    rvx_resolver_free(silent);
}

static void test_kinds(void **state)
{
    (void)state;
    assert_string_equal(rvx_trace_kind_text(RVX_TRACE_START), "start");
    assert_string_equal(rvx_trace_kind_text(RVX_TRACE_CANDIDATE), "candidate");
    assert_string_equal(rvx_trace_kind_text(RVX_TRACE_DONE), "done");
    assert_string_equal(rvx_trace_kind_text((enum rvx_trace_kind)0), "unknown");
    assert_string_equal(rvx_trace_kind_text((enum rvx_trace_kind)99), "unknown");
    for (int i = RVX_TRACE_START; i < RVX_TRACE_DONE; i++)
        assert_string_not_equal(rvx_trace_kind_text((enum rvx_trace_kind)i), "unknown");
}

static void start_nothing(void *backend, struct rvx_request *request)
{
    (void)backend;
    rvx_request_finish(request, RVX_STATUS_NOTFOUND, 0);
}

static void count_close(void *backend)
{
    ++*(unsigned *)backend;
}

/* Backends end with the last strong reference, the memory with the last weak one. */
static void test_weak(void **state)
{
    static const struct rvx_backend_ops ops = {
        .abi = RVX_BACKEND_ABI,
        .name = "counted",
        .caps = RVX_BACKEND_HOST | RVX_BACKEND_AT_ONCE,
        .start = start_nothing,
        .close = count_close,
    };
    struct rvx_resolver *resolver = make_resolver(NULL, NULL);
    unsigned closed = 0;

    (void)state;
    assert_int_equal(rvx_resolver_backend(resolver, &ops, &closed, NULL), 0);
    assert_ptr_equal(rvx__resolver_ref_weak(resolver), resolver);
    rvx__resolver_ref_weak(resolver);
    assert_true(rvx__resolver_try_ref(resolver));
    rvx_resolver_free(resolver);
    assert_int_equal(closed, 0);
    rvx_resolver_free(resolver);
    assert_int_equal(closed, 1);
    assert_false(rvx__resolver_try_ref(resolver));
    rvx__stats_add(&resolver->stats, RVX__STAT_REPLIES, 1);
    rvx__resolver_unref_weak(resolver);
    assert_int_equal(rvx__stats_read(&resolver->stats, RVX__STAT_REPLIES), 1);
    rvx__resolver_unref_weak(resolver);
    rvx__resolver_unref_weak(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counters), cmocka_unit_test(test_sizes), cmocka_unit_test(test_trace),
        cmocka_unit_test(test_kinds),    cmocka_unit_test(test_weak),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
