/* test_arena.c - pieces that do not overlap, the cap, large pieces, memory running out */
#include "support/test.h"

#include <stdalign.h>
#include <string.h>

#include "base/arena.h"
#include "support/oom.h"

#define ALIGN alignof(max_align_t)

static void test_pieces_are_apart(void **state)
{
    struct rvx__arena arena;
    unsigned char *pieces[500];
    size_t i, j;

    (void)state;
    rvx__arena_init(&arena, 1 << 20);
    for (i = 0; i < COUNT_OF(pieces); i++) {
        pieces[i] = rvx__arena_alloc(&arena, i);
        assert_non_null(pieces[i]);
        assert_int_equal((uintptr_t)pieces[i] % ALIGN, 0);
        memset(pieces[i], (int)(i & 0xff), i);
    }
    for (i = 0; i < COUNT_OF(pieces); i++) {
        for (j = 0; j < i; j++)
            assert_int_equal(pieces[i][j], i & 0xff);
    }
    assert_true(arena.used <= arena.total && arena.total <= arena.max);
    rvx__arena_fini(&arena);
    assert_int_equal(arena.used, 0);
    assert_int_equal(arena.total, 0);
}

static void test_empty_pieces_differ(void **state)
{
    struct rvx__arena arena;
    void *a, *b;

    (void)state;
    rvx__arena_init(&arena, 4096);
    a = rvx__arena_alloc(&arena, 0);
    b = rvx__arena_alloc(&arena, 0);
    assert_non_null(a);
    assert_ptr_not_equal(a, b);
    rvx__arena_fini(&arena);
}

static void test_cap(void **state)
{
    struct rvx__arena arena;
    size_t n = 0;

    (void)state;
    rvx__arena_init(&arena, 100000);
    while (rvx__arena_alloc(&arena, 100) != NULL)
        n++;
    assert_true(arena.total <= 100000);
    assert_true(n * 112 > 98000); /* next to nothing of the cap is wasted */
    assert_null(rvx__arena_alloc(&arena, 100));
    rvx__arena_fini(&arena);
    /* After the end it starts afresh. */
    assert_non_null(rvx__arena_alloc(&arena, 100));
    rvx__arena_fini(&arena);
    rvx__arena_init(&arena, 16);
    assert_null(rvx__arena_alloc(&arena, 1));
    rvx__arena_fini(&arena);
}

/* A large piece gets a block of its own; the block in use stays the one in use. */
static void test_large_piece(void **state)
{
    struct rvx__arena arena;
    char *small, *large, *next;
    size_t total;

    (void)state;
    rvx__arena_init(&arena, 10 << 20);
    small = rvx__arena_alloc(&arena, 16);
    large = rvx__arena_alloc(&arena, 1 << 20);
    assert_non_null(large);
    memset(large, 'x', 1 << 20);
    total = arena.total;
    assert_true(total < (1 << 20) + 2048);
    next = rvx__arena_alloc(&arena, 16);
    assert_ptr_equal(next, small + 16);
    assert_int_equal(arena.total, total);
    rvx__arena_fini(&arena);
    /* As the first piece of all, too. */
    rvx__arena_init(&arena, 1 << 20);
    assert_non_null(rvx__arena_alloc(&arena, 100000));
    assert_non_null(rvx__arena_alloc(&arena, 100));
    rvx__arena_fini(&arena);
}

static void test_blocks_double(void **state)
{
    struct rvx__arena arena;
    unsigned n;

    (void)state;
    rvx__arena_init(&arena, 1 << 20);
    oom_fail_after(1000);
    for (n = 0; n < 4000; n++)
        assert_non_null(rvx__arena_alloc(&arena, 16));
    oom_off();
    assert_in_range(oom_count(), 5, 9); /* 512, 1024, ... 65536 */
    rvx__arena_fini(&arena);
}

static void test_zeroed_arrays(void **state)
{
    struct rvx__arena arena;
    unsigned char *bytes;
    size_t i;

    (void)state;
    rvx__arena_init(&arena, 1 << 20);
    bytes = rvx__arena_calloc(&arena, 10, 30);
    assert_non_null(bytes);
    for (i = 0; i < 300; i++)
        assert_int_equal(bytes[i], 0);
    assert_non_null(rvx__arena_calloc(&arena, 0, 8));
    assert_non_null(rvx__arena_calloc(&arena, 8, 0));
    assert_null(rvx__arena_calloc(&arena, SIZE_MAX / 2, 3));
    rvx__arena_fini(&arena);
}

static void test_sizes_that_wrap(void **state)
{
    struct rvx__arena arena;
    size_t less;

    (void)state;
    rvx__arena_init(&arena, SIZE_MAX);
    for (less = 0; less < 128; less++)
        assert_null(rvx__arena_alloc(&arena, SIZE_MAX - less));
    assert_null(rvx__arena_text(&arena, rvx__view_of("x", SIZE_MAX)));
    assert_int_equal(arena.total, 0);
    rvx__arena_fini(&arena);
}

static void test_text(void **state)
{
    struct rvx__arena arena;

    (void)state;
    rvx__arena_init(&arena, 4096);
    assert_string_equal(rvx__arena_text(&arena, rvx__view_text("abc")), "abc");
    assert_string_equal(rvx__arena_text(&arena, rvx__view_text(NULL)), "");
    assert_memory_equal(rvx__arena_text(&arena, rvx__view_of("a\0b", 3)), "a\0b", 4);
    rvx__arena_fini(&arena);
}

static bool fill_arena(struct rvx__arena *arena)
{
    unsigned i;

    for (i = 0; i < 100; i++) {
        if (rvx__arena_text(arena, rvx__view_text("a text of some length")) == NULL)
            return false;
        if (rvx__arena_calloc(arena, 10, 10) == NULL)
            return false;
    }
    return rvx__arena_alloc(arena, 100000) != NULL;
}

static void test_out_of_memory(void **state)
{
    unsigned n;

    (void)state;
    for (n = 0;; n++) {
        struct rvx__arena arena;
        bool ok;

        rvx__arena_init(&arena, 1 << 20);
        oom_fail_after(n);
        ok = fill_arena(&arena);
        oom_off();
        assert_int_equal(ok, !oom_failed());
        if (!ok)
            assert_true(fill_arena(&arena)); /* a failure leaves it usable */
        rvx__arena_fini(&arena);
        if (ok)
            break;
    }
    assert_in_range(n, 4, 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pieces_are_apart), cmocka_unit_test(test_empty_pieces_differ),
        cmocka_unit_test(test_cap),              cmocka_unit_test(test_large_piece),
        cmocka_unit_test(test_blocks_double),    cmocka_unit_test(test_zeroed_arrays),
        cmocka_unit_test(test_sizes_that_wrap),  cmocka_unit_test(test_text),
        cmocka_unit_test(test_out_of_memory),
    };

    return cmocka_run_group_tests_name("arena", tests, NULL, NULL);
}
