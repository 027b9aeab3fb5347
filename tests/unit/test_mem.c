/* test_mem.c - the arithmetic in front of malloc, and the hook that makes it fail */
#include "support/test.h"

#include <string.h>

#include "base/mem.h"
#include "support/oom.h"

static void test_nothing_is_one_byte(void **state)
{
    void *p;

    (void)state;
    p = rvx__malloc(0);
    assert_non_null(p);
    p = rvx__realloc(p, 0, 8);
    assert_non_null(p);
    p = rvx__realloc(p, 8, 0);
    assert_non_null(p);
    rvx__free(p);
    p = rvx__calloc(0, 8);
    assert_non_null(p);
    rvx__free(p);
    p = rvx__calloc(8, 0);
    assert_non_null(p);
    rvx__free(p);
    rvx__free(NULL);
}

static void test_calloc_is_zeroed(void **state)
{
    static const char zeros[64 * 7];
    char *p;

    (void)state;
    p = rvx__malloc(sizeof zeros);
    assert_non_null(p);
    memset(p, 'x', sizeof zeros);
    rvx__free(p);
    p = rvx__calloc(64, 7);
    assert_non_null(p);
    assert_memory_equal(p, zeros, sizeof zeros);
    rvx__free(p);
}

static void test_products_that_wrap(void **state)
{
    /* Kept from the compiler, which would warn of the sizes. */
    volatile size_t half = SIZE_MAX / 2 + 1;
    char *p;

    (void)state;
    assert_null(rvx__calloc(half, 2));
    p = rvx__malloc(4);
    assert_non_null(p);
    memcpy(p, "abc", 4);
    assert_null(rvx__realloc(p, half, 2));
    assert_string_equal(p, "abc"); /* untouched */
    p = rvx__realloc(p, 4, 1000);
    assert_non_null(p);
    assert_string_equal(p, "abc");
    rvx__free(p);
}

static void test_hook(void **state)
{
    void *a, *b;

    (void)state;
    oom_fail_after(1);
    a = rvx__malloc(1);
    assert_non_null(a);
    assert_false(oom_failed());
    assert_null(rvx__calloc(1, 1));
    assert_true(oom_failed());
    b = rvx__realloc(NULL, 1, 1);
    assert_non_null(b);
    assert_int_equal(oom_count(), 3);
    oom_fail_after(0);
    assert_null(rvx__realloc(b, 2, 1));
    oom_off();
    rvx__free(a);
    rvx__free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_is_one_byte),
        cmocka_unit_test(test_calloc_is_zeroed),
        cmocka_unit_test(test_products_that_wrap),
        cmocka_unit_test(test_hook),
    };

    return cmocka_run_group_tests_name("mem", tests, NULL, NULL);
}
