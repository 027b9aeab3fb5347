/* test_buf.c - building text and bytes: bounds, sticking errors, cut texts, visible bytes, memory running out */
#include "support/test.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <resolvx/err.h>

#include "base/buf.h"
#include "support/exact.h"
#include "support/oom.h"

/* Texts into storage of every size around their own. */
static const struct cut_row {
    const char *name, *text;
    size_t size;
    int rc;
    const char *want;
} cut_rows[] = {
    {"empty", "", 1, 0, ""},
    {"exact fit", "abc", 4, 3, "abc"},
    {"one byte short, no room for dots", "abc", 3, RVX_ETOOLONG, "ab"},
    {"one byte short", "abcd", 4, RVX_ETOOLONG, "..."},
    {"dots take the end", "abcdefgh", 8, RVX_ETOOLONG, "abcd..."},
    {"only the NUL fits", "a", 1, RVX_ETOOLONG, ""},
    {"a character is not cut in two", "abc\xc3\xa9xyz", 8, RVX_ETOOLONG, "abc..."},
    {"a character that fits stays", "ab\xc3\xa9xyz", 8, 7, "ab\xc3\xa9xyz"},
    {"a character in front of the dots stays", "ab\xc3\xa9wxyz", 8, RVX_ETOOLONG, "ab\xc3\xa9..."},
    {"nothing but continuation bytes", "\x80\x80\x80\x80\x80\x80", 5, RVX_ETOOLONG, "..."},
};

static void test_cut(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < COUNT_OF(cut_rows); i++) {
        const struct cut_row *row = &cut_rows[i];
        char *storage = malloc(row->size);
        struct rvx__buf buf;
        int rc;

        assert_non_null(storage);
        rvx__buf_init(&buf, storage, row->size);
        rvx__buf_add_text(&buf, row->text);
        rc = rvx__buf_finish(&buf);
        if (rc != row->rc || strcmp(storage, row->want) != 0)
            fail_msg("%s: got %d \"%s\", want %d \"%s\"", row->name, rc, storage, row->rc, row->want);
        if (rvx__buf_finish(&buf) != row->rc || strcmp(storage, row->want) != 0)
            fail_msg("%s: finishing twice gave \"%s\"", row->name, storage);
        free(storage);
    }
}

static void test_size_zero(void **state)
{
    struct rvx__buf buf;

    (void)state;
    rvx__buf_init(&buf, NULL, 0);
    rvx__buf_add_text(&buf, "a");
    rvx__buf_add_byte(&buf, 'b');
    assert_int_equal(rvx__buf_finish(&buf), RVX_ETOOLONG);
    rvx__buf_init(&buf, NULL, 0);
    assert_int_equal(rvx__buf_finish(&buf), RVX_ETOOLONG);
}

static void test_error_sticks(void **state)
{
    char storage[8];
    struct rvx__buf buf;

    (void)state;
    rvx__buf_init(&buf, storage, sizeof storage);
    rvx__buf_add_text(&buf, "1234567890");
    assert_int_equal(buf.error, RVX_ETOOLONG);
    assert_int_equal(buf.len, 7);
    rvx__buf_add_byte(&buf, 'x');
    rvx__buf_add_dec(&buf, 1);
    rvx__buf_add_hex(&buf, 1);
    rvx__buf_add_lower(&buf, rvx__view_text("X"));
    rvx__buf_add_visible(&buf, rvx__view_text("x"));
    assert_int_equal(buf.len, 7);
    assert_memory_equal(storage, "1234567", 7);
}

static void test_bytes_one_by_one(void **state)
{
    char storage[4];
    struct rvx__buf buf;
    char byte;

    (void)state;
    rvx__buf_init(&buf, storage, sizeof storage);
    for (byte = 'a'; byte < 'd'; byte++)
        rvx__buf_add_byte(&buf, byte);
    assert_int_equal(rvx__buf_finish(&buf), 3);
    assert_string_equal(storage, "abc");
    rvx__buf_add_byte(&buf, 'd');
    assert_int_equal(rvx__buf_finish(&buf), RVX_ETOOLONG);
    assert_string_equal(storage, "...");
}

static void test_numbers(void **state)
{
    static const struct {
        uint64_t number;
        const char *dec;
        const char *hex; /* of the lower 32 bits */
    } rows[] = {
        {0, "0", "0"},
        {7, "7", "7"},
        {10, "10", "a"},
        {255, "255", "ff"},
        {65535, "65535", "ffff"},
        {0x0a0b0c, "658188", "a0b0c"},
        {UINT32_MAX, "4294967295", "ffffffff"},
        {UINT64_MAX, "18446744073709551615", "ffffffff"},
    };
    size_t i;

    (void)state;
    for (i = 0; i < COUNT_OF(rows); i++) {
        char dec[24], hex[12];
        struct rvx__buf buf;

        rvx__buf_init(&buf, dec, sizeof dec);
        rvx__buf_add_dec(&buf, rows[i].number);
        rvx__buf_finish(&buf);
        assert_string_equal(dec, rows[i].dec);
        rvx__buf_init(&buf, hex, sizeof hex);
        rvx__buf_add_hex(&buf, (uint32_t)rows[i].number);
        rvx__buf_finish(&buf);
        assert_string_equal(hex, rows[i].hex);
    }
}

static void test_lower(void **state)
{
    char storage[16];
    struct rvx__buf buf;

    (void)state;
    rvx__buf_init(&buf, storage, sizeof storage);
    rvx__buf_add_lower(&buf, rvx__view_text("aZ@[`{\xc3\x89"));
    assert_int_equal(rvx__buf_finish(&buf), 8);
    assert_string_equal(storage, "az@[`{\xc3\x89");
    rvx__buf_init(&buf, storage, 4);
    rvx__buf_add_lower(&buf, rvx__view_text("ABCDEF"));
    assert_int_equal(rvx__buf_finish(&buf), RVX_ETOOLONG);
    assert_string_equal(storage, "...");
}

static const struct visible_row {
    const char *name, *input;
    size_t len;
    const char *want;
} visible_rows[] = {
    {"plain", "How's it going? ~", 17, "How's it going? ~"},
    {"newline and escape", "a\n\x1b[2J", 6, "a\\x0a\\x1b[2J"},
    {"NUL inside", "a\0b", 3, "a\\x00b"},
    {"delete", "\x7f", 1, "\\x7f"},
    {"backslash is not doubled", "\\x41", 4, "\\x41"},
    {"two bytes", "\xc3\xa9", 2, "\xc3\xa9"},
    {"no-break space, the first after C1", "\xc2\xa0", 2, "\xc2\xa0"},
    {"CSI, a C1 control", "\xc2\x9b", 2, "\\xc2\\x9b"},
    {"three bytes", "\xe2\x82\xac", 3, "\xe2\x82\xac"},
    {"four bytes", "\xf0\x9f\x98\x80", 4, "\xf0\x9f\x98\x80"},
    {"stray continuation", "\x80", 1, "\\x80"},
    {"overlong of two", "\xc0\xaf", 2, "\\xc0\\xaf"},
    {"overlong of three", "\xe0\x9f\xbf", 3, "\\xe0\\x9f\\xbf"},
    {"least of three", "\xe0\xa0\x80", 3, "\xe0\xa0\x80"},
    {"overlong of four", "\xf0\x8f\xbf\xbf", 4, "\\xf0\\x8f\\xbf\\xbf"},
    {"least of four", "\xf0\x90\x80\x80", 4, "\xf0\x90\x80\x80"},
    {"last before the surrogates", "\xed\x9f\xbf", 3, "\xed\x9f\xbf"},
    {"surrogate", "\xed\xa0\x80", 3, "\\xed\\xa0\\x80"},
    {"last of Unicode", "\xf4\x8f\xbf\xbf", 4, "\xf4\x8f\xbf\xbf"},
    {"past Unicode", "\xf4\x90\x80\x80", 4, "\\xf4\\x90\\x80\\x80"},
    {"no lead byte", "\xf5\x80\x80\x80", 4, "\\xf5\\x80\\x80\\x80"},
    {"cut after one", "\xe2", 1, "\\xe2"},
    {"cut after two", "\xe2\x82", 2, "\\xe2\\x82"},
    {"cut after three", "\xf0\x9f\x98", 3, "\\xf0\\x9f\\x98"},
    {"broken inside", "\xe2\x82z", 3, "\\xe2\\x82z"},
};

static void test_visible(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < COUNT_OF(visible_rows); i++) {
        const struct visible_row *row = &visible_rows[i];
        struct exact input = exact_bytes(row->input, row->len);
        char text[64];
        struct rvx__buf buf;

        rvx__buf_init(&buf, text, sizeof text);
        rvx__buf_add_visible(&buf, input.view);
        assert_true(rvx__buf_finish(&buf) >= 0);
        if (strcmp(text, row->want) != 0)
            fail_msg("%s: got \"%s\", want \"%s\"", row->name, text, row->want);
        exact_free(&input);
    }
}

static void test_heap_grows_to_its_maximum(void **state)
{
    struct rvx__buf buf;
    size_t i;

    (void)state;
    rvx__buf_init_heap(&buf, 1000);
    for (i = 0; i < 1000; i++)
        rvx__buf_add_byte(&buf, (char)('a' + i % 26));
    assert_int_equal(rvx__buf_finish(&buf), 1000);
    assert_int_equal(strlen(buf.data), 1000);
    assert_int_equal(buf.data[999], 'a' + 999 % 26);
    rvx__buf_add_byte(&buf, '!');
    assert_int_equal(rvx__buf_finish(&buf), RVX_ETOOLONG);
    assert_int_equal(strlen(buf.data), 1000);
    rvx__buf_fini(&buf);
    assert_null(buf.data);
}

static void test_heap_takes_a_piece_whole_or_not(void **state)
{
    struct rvx__buf buf;

    (void)state;
    rvx__buf_init_heap(&buf, 5);
    rvx__buf_add_text(&buf, "abc");
    rvx__buf_add_text(&buf, "def");
    assert_int_equal(rvx__buf_finish(&buf), RVX_ETOOLONG);
    assert_true(rvx__view_is(rvx__buf_view(&buf), "abc"));
    assert_string_equal(buf.data, "abc");
    rvx__buf_fini(&buf);
}

static void test_heap_empty_and_huge(void **state)
{
    struct rvx__buf buf;

    (void)state;
    rvx__buf_init_heap(&buf, SIZE_MAX);
    assert_int_equal(buf.max, INT_MAX - 1);
    assert_int_equal(rvx__buf_finish(&buf), 0);
    assert_string_equal(buf.data, "");
    /* A length whose sum would wrap round is refused before the bytes are looked at. */
    rvx__buf_add(&buf, rvx__view_of("x", SIZE_MAX));
    assert_int_equal(rvx__buf_finish(&buf), RVX_ETOOLONG);
    rvx__buf_fini(&buf);
}

static int build_text(struct rvx__buf *buf)
{
    unsigned i;

    rvx__buf_init_heap(buf, 100000);
    for (i = 0; i < 3000; i++)
        rvx__buf_add_dec(buf, i);
    return rvx__buf_finish(buf);
}

static void test_out_of_memory(void **state)
{
    unsigned n;

    (void)state;
    for (n = 0;; n++) {
        struct rvx__buf buf;
        int rc;

        oom_fail_after(n);
        rc = build_text(&buf);
        oom_off();
        if (oom_failed())
            assert_int_equal(rc, -ENOMEM);
        else
            assert_int_equal(rc, 10 + 90 * 2 + 900 * 3 + 2000 * 4);
        rvx__buf_fini(&buf);
        if (!oom_failed())
            break;
    }
    assert_in_range(n, 3, 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_size_zero),
        cmocka_unit_test(test_error_sticks),
        cmocka_unit_test(test_bytes_one_by_one),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_lower),
        cmocka_unit_test(test_visible),
        cmocka_unit_test(test_heap_grows_to_its_maximum),
        cmocka_unit_test(test_heap_takes_a_piece_whole_or_not),
        cmocka_unit_test(test_heap_empty_and_huge),
        cmocka_unit_test(test_out_of_memory),
    };

    return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
