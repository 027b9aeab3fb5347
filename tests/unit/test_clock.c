/* test_clock.c - the clocks, sums that stay in range, deadlines in milliseconds */
#include "support/test.h"

#include <time.h>

#include "base/clock.h"

#define DAY_MS (24 * 60 * 60 * 1000)

static rvx_time read_monotonic(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return RVX_SECONDS(ts.tv_sec) + ts.tv_nsec;
}

static void test_now(void **state)
{
    const struct rvx__clock *clock = &rvx__clock_system;
    rvx_time before = read_monotonic(), now = rvx_now(), again = clock->now(clock->self);
    rvx_time after = read_monotonic(), coarse = clock->coarse(clock->self);

    (void)state;
    assert_true(before <= now && now <= again && again <= after);
    /* The coarse clock stands still for a tick, at most 10 ms; room for a test that was put to sleep in between. */
    assert_true(coarse > 0 && coarse > before - RVX_MILLISECONDS(50) && coarse <= read_monotonic());
}

static void test_after(void **state)
{
    rvx_time before = rvx_now(), deadline = rvx_after(RVX_SECONDS(5)), after = rvx_now();

    (void)state;
    assert_true(deadline >= before + RVX_SECONDS(5) && deadline <= after + RVX_SECONDS(5));
    assert_true(rvx_after(0) == RVX_NOWAIT);
    assert_true(rvx_after(-1) == RVX_NOWAIT);
    assert_true(rvx_after(INT64_MIN) == RVX_NOWAIT);
    assert_true(rvx_after(RVX_FOREVER) == RVX_FOREVER);
    assert_true(rvx_after(INT64_MAX - 1) == RVX_FOREVER);
}

static void test_units(void **state)
{
    (void)state;
    assert_true(RVX_MICROSECONDS(3) == 3000);
    assert_true(RVX_MILLISECONDS(3) == 3000000);
    assert_true(RVX_SECONDS(3) == 3000000000);
    assert_true(RVX_SECONDS(-1) == -1000000000);
}

static void test_time_add(void **state)
{
    static const struct {
        rvx_time time, duration, want;
    } rows[] = {
        {1, 2, 3},
        {5, -7, -2},
        {INT64_MAX - 1, 1, INT64_MAX},
        {INT64_MAX, 1, INT64_MAX},
        {INT64_MAX, INT64_MAX, INT64_MAX},
        {INT64_MIN, -1, INT64_MIN},
        {INT64_MIN + 1, -1, INT64_MIN},
        {-2, INT64_MIN, INT64_MIN},
        {INT64_MAX, INT64_MIN, -1},
        {INT64_MIN, INT64_MAX, -1},
    };
    size_t i;

    (void)state;
    for (i = 0; i < COUNT_OF(rows); i++)
        assert_true(rvx__time_add(rows[i].time, rows[i].duration) == rows[i].want);
}

static void test_deadline_min(void **state)
{
    static const struct {
        rvx_time a, b, want;
    } rows[] = {
        {0, 0, RVX_FOREVER},
        {0, RVX_FOREVER, RVX_FOREVER},
        {0, 5, 5},
        {5, 0, 5},
        {5, RVX_FOREVER, 5},
        {5, 4, 4},
        {4, 5, 4},
        {RVX_NOWAIT, 5, RVX_NOWAIT},
        {0, RVX_NOWAIT, RVX_NOWAIT},
    };
    size_t i;

    (void)state;
    for (i = 0; i < COUNT_OF(rows); i++)
        assert_true(rvx__deadline_min(rows[i].a, rows[i].b) == rows[i].want);
}

static void test_deadline_ms(void **state)
{
    static const struct {
        const char *name;
        rvx_time deadline, now;
        int want;
    } rows[] = {
        {"none", 0, 100, -1},
        {"for ever", RVX_FOREVER, 100, -1},
        {"no wait", RVX_NOWAIT, 100, 0},
        {"past", 99, 100, 0},
        {"now", 100, 100, 0},
        {"a nanosecond is rounded up", 101, 100, 1},
        {"a millisecond", 1000100, 100, 1},
        {"a nanosecond more", 1000101, 100, 2},
        {"a day", RVX_SECONDS(86400) + 1, 1, DAY_MS},
        {"longer", RVX_SECONDS(86401), 1, DAY_MS},
        {"the last moment", INT64_MAX - 1, 1, DAY_MS},
        {"a clock before its start", 10, -RVX_MILLISECONDS(5), 6},
        {"as far apart as can be", INT64_MAX - 1, INT64_MIN, DAY_MS},
    };
    size_t i;

    (void)state;
    for (i = 0; i < COUNT_OF(rows); i++) {
        int got = rvx__deadline_ms(rows[i].deadline, rows[i].now);

        if (got != rows[i].want)
            fail_msg("%s: got %d, want %d", rows[i].name, got, rows[i].want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_now),
        cmocka_unit_test(test_after),
        cmocka_unit_test(test_units),
        cmocka_unit_test(test_time_add),
        cmocka_unit_test(test_deadline_min),
        cmocka_unit_test(test_deadline_ms),
    };

    return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
