/* test_view.c - bounded reading: every function at the front, in the middle, at the end, and on nothing */
#include "support/test.h"

#include <ctype.h>
#include <string.h>

#include "base/view.h"
#include "support/exact.h"

#define NOTHING rvx__view_of(NULL, 0)

static void expect_view(const char *row, struct rvx__view got, const char *want)
{
    if (!rvx__view_is(got, want))
        fail_msg("%s: got \"%.*s\", want \"%s\"", row, (int)got.len, got.len > 0 ? got.data : "", want);
}

static void test_of_text(void **state)
{
    (void)state;
    assert_int_equal(rvx__view_text(NULL).len, 0);
    assert_int_equal(rvx__view_text("").len, 0);
    assert_int_equal(rvx__view_text("abc").len, 3);
    assert_int_equal(rvx__view_of("a\0b", 3).len, 3);
}

static void test_at(void **state)
{
    struct exact input = exact_bytes("a\xff\0", 3);

    (void)state;
    assert_int_equal(rvx__view_at(input.view, 0), 'a');
    assert_int_equal(rvx__view_at(input.view, 1), 0xff);
    assert_int_equal(rvx__view_at(input.view, 2), 0);
    assert_int_equal(rvx__view_at(input.view, 3), -1);
    assert_int_equal(rvx__view_at(input.view, SIZE_MAX), -1);
    assert_int_equal(rvx__view_at(NOTHING, 0), -1);
    exact_free(&input);
}

static void test_from_to(void **state)
{
    struct rvx__view view = rvx__view_text("abc");

    (void)state;
    expect_view("from 0", rvx__view_from(view, 0), "abc");
    expect_view("from 2", rvx__view_from(view, 2), "c");
    expect_view("from 3", rvx__view_from(view, 3), "");
    expect_view("from far", rvx__view_from(view, RVX__NPOS), "");
    expect_view("to 0", rvx__view_to(view, 0), "");
    expect_view("to 2", rvx__view_to(view, 2), "ab");
    expect_view("to far", rvx__view_to(view, RVX__NPOS), "abc");
    expect_view("from of nothing", rvx__view_from(NOTHING, 1), "");
    expect_view("to of nothing", rvx__view_to(NOTHING, 1), "");
}

static void test_find(void **state)
{
    static const struct {
        const char *text;
        size_t len;
        char byte;
        size_t first, last;
    } rows[] = {
        {"abcabc", 6, 'a', 0, 3},
        {"abcabc", 6, 'c', 2, 5},
        {"abcabc", 6, 'x', RVX__NPOS, RVX__NPOS},
        {"a\0b\0", 4, '\0', 1, 3},
        {"\xff", 1, '\xff', 0, 0},
        {"", 0, 'a', RVX__NPOS, RVX__NPOS},
    };
    size_t i;

    (void)state;
    for (i = 0; i < COUNT_OF(rows); i++) {
        struct exact input = exact_bytes(rows[i].text, rows[i].len);

        assert_int_equal(rvx__view_find(input.view, rows[i].byte), rows[i].first);
        assert_int_equal(rvx__view_find_last(input.view, rows[i].byte), rows[i].last);
        exact_free(&input);
    }
    assert_int_equal(rvx__view_find(NOTHING, 'a'), RVX__NPOS);
    assert_int_equal(rvx__view_find_last(NOTHING, 'a'), RVX__NPOS);
}

static void test_compare(void **state)
{
    static const struct {
        const char *a, *b;
        bool eq, fold;
    } rows[] = {
        {"", "", true, true},
        {"abc", "abc", true, true},
        {"abc", "ABC", false, true},
        {"abc", "abd", false, false},
        {"abc", "ab", false, false},
        {"ab", "abc", false, false},
        {"[", "{", false, false}, /* 0x20 apart as letters are */
        {"@", "`", false, false},
        {"\xc3\x89", "\xc3\xa9", false, false},
    };
    size_t i;

    (void)state;
    for (i = 0; i < COUNT_OF(rows); i++) {
        struct exact a = exact_text(rows[i].a), b = exact_text(rows[i].b);

        if (rvx__view_eq(a.view, b.view) != rows[i].eq || rvx__view_is(a.view, rows[i].b) != rows[i].eq)
            fail_msg("\"%s\" against \"%s\": want %d", rows[i].a, rows[i].b, rows[i].eq);
        if (rvx__view_eq_fold(a.view, b.view) != rows[i].fold || rvx__view_is_fold(a.view, rows[i].b) != rows[i].fold)
            fail_msg("\"%s\" against \"%s\" folded: want %d", rows[i].a, rows[i].b, rows[i].fold);
        exact_free(&a);
        exact_free(&b);
    }
    assert_true(rvx__view_eq(NOTHING, rvx__view_text("")));
    assert_true(rvx__view_eq_fold(NOTHING, NOTHING));
    assert_false(rvx__view_is(rvx__view_of("a\0b", 3), "a"));
}

static void test_starts_ends(void **state)
{
    struct exact input = exact_text("host.EXAMPLE.com");

    (void)state;
    assert_true(rvx__view_starts(input.view, ""));
    assert_true(rvx__view_starts(input.view, "host"));
    assert_true(rvx__view_starts(input.view, "host.EXAMPLE.com"));
    assert_false(rvx__view_starts(input.view, "Host"));
    assert_false(rvx__view_starts(input.view, "host.EXAMPLE.com."));
    assert_true(rvx__view_ends_fold(input.view, ""));
    assert_true(rvx__view_ends_fold(input.view, ".example.COM"));
    assert_true(rvx__view_ends_fold(input.view, "HOST.example.com"));
    assert_false(rvx__view_ends_fold(input.view, "xhost.example.com"));
    assert_false(rvx__view_ends_fold(input.view, ".org"));
    assert_false(rvx__view_starts(NOTHING, "a"));
    assert_false(rvx__view_ends_fold(NOTHING, "a"));
    exact_free(&input);
}

static void test_take_byte(void **state)
{
    struct exact input = exact_bytes("a\0", 2);
    struct rvx__view view = input.view;
    char byte;

    (void)state;
    assert_true(rvx__view_take_byte(&view, &byte));
    assert_int_equal(byte, 'a');
    assert_true(rvx__view_take_byte(&view, &byte));
    assert_int_equal(byte, '\0');
    assert_false(rvx__view_take_byte(&view, &byte));
    exact_free(&input);
}

/* Joins all pieces a function takes with '|', each ended by one. */
static void join_pieces(struct rvx__view view, bool (*take)(struct rvx__view *, struct rvx__view *), char *joined)
{
    struct rvx__view piece;

    while (take(&view, &piece)) {
        memcpy(joined, piece.data, piece.len);
        joined += piece.len;
        *joined++ = '|';
    }
    *joined = '\0';
    assert_int_equal(view.len, 0);
    assert_int_equal(piece.len, 0);
}

static void test_take_line(void **state)
{
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"", ""},
        {"a", "a|"},
        {"a\n", "a|"},
        {"a\nb", "a|b|"},
        {"a\r\nb\r\n", "a|b|"},
        {"\n\n", "||"},
        {"\r\n", "|"},
        {"a\rb\n", "a\rb|"},
        {"a\r\r\n", "a\r|"},
        {"a\r", "a\r|"}, /* no LF: the CR is the line's own */
    };
    size_t i;

    (void)state;
    for (i = 0; i < COUNT_OF(rows); i++) {
        struct exact input = exact_text(rows[i].text);
        char joined[32];

        join_pieces(input.view, rvx__view_take_line, joined);
        if (strcmp(joined, rows[i].want) != 0)
            fail_msg("row %zu: got \"%s\", want \"%s\"", i, joined, rows[i].want);
        exact_free(&input);
    }
}

static void test_take_word(void **state)
{
    static const struct {
        const char *text;
        size_t len;
        const char *want;
    } rows[] = {
        {"", 0, ""},
        {"  \t\r\v\f\0", 8, ""},
        {"a", 1, "a|"},
        {" a  b\t", 6, "a|b|"},
        {"a\0b", 3, "a|b|"},
        {"\xc2\xa0x y", 5, "\xc2\xa0x|y|"},
        {"a\nb", 3, "a\nb|"}, /* lines are taken apart before words are */
    };
    size_t i;

    (void)state;
    for (i = 0; i < COUNT_OF(rows); i++) {
        struct exact input = exact_bytes(rows[i].text, rows[i].len);
        char joined[32];

        join_pieces(input.view, rvx__view_take_word, joined);
        if (strcmp(joined, rows[i].want) != 0)
            fail_msg("row %zu: got \"%s\", want \"%s\"", i, joined, rows[i].want);
        exact_free(&input);
    }
}

static void test_take_until(void **state)
{
    struct exact input = exact_text("a:b:");
    struct rvx__view view = input.view, piece;

    (void)state;
    assert_true(rvx__view_take_until(&view, ':', &piece));
    expect_view("first", piece, "a");
    assert_false(rvx__view_take_until(&view, '/', &piece));
    expect_view("missing", piece, "");
    expect_view("missing, the rest", view, "b:");
    assert_true(rvx__view_take_until(&view, ':', &piece));
    expect_view("second", piece, "b");
    assert_false(rvx__view_take_until(&view, ':', &piece));
    expect_view("end", view, "");
    exact_free(&input);
}

static void test_take_dec(void **state)
{
    static const struct {
        const char *text;
        uint32_t max;
        bool ok;
        uint32_t number;
        const char *rest;
    } rows[] = {
        {"", 9, false, 0, ""},
        {"x1", 9, false, 0, "x1"},
        {"-1", 9, false, 0, "-1"},
        {"+1", 9, false, 0, "+1"},
        {" 1", 9, false, 0, " 1"},
        {"0", 0, true, 0, ""},
        {"1", 0, false, 0, "1"},
        {"7x", 9, true, 7, "x"},
        {"65535/tcp", 65535, true, 65535, "/tcp"},
        {"65536", 65535, false, 0, "65536"},
        {"000000000000000000000000012", 12, true, 12, ""},
        {"4294967295", UINT32_MAX, true, UINT32_MAX, ""},
        {"4294967296", UINT32_MAX, false, 0, "4294967296"},
        {"18446744073709551617", UINT32_MAX, false, 0, "18446744073709551617"}, /* 2^64 + 1 */
        {"99999999999999999999999999999999999999", UINT32_MAX, false, 0, "99999999999999999999999999999999999999"},
    };
    size_t i;

    (void)state;
    for (i = 0; i < COUNT_OF(rows); i++) {
        struct exact input = exact_text(rows[i].text);
        struct rvx__view view = input.view;
        uint32_t number = 77;
        bool ok = rvx__view_take_dec(&view, rows[i].max, &number);

        if (ok != rows[i].ok || number != rows[i].number)
            fail_msg("\"%s\": got %d %u, want %d %u", rows[i].text, ok, number, rows[i].ok, rows[i].number);
        expect_view(rows[i].text, view, rows[i].rest);
        exact_free(&input);
    }
}

static void test_trim(void **state)
{
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"", ""}, {" \t ", ""}, {"a", "a"}, {" a", "a"}, {"a\r", "a"}, {"\v a b \f", "a b"},
    };
    size_t i;

    (void)state;
    for (i = 0; i < COUNT_OF(rows); i++) {
        struct exact input = exact_text(rows[i].text);

        expect_view(rows[i].text, rvx__view_trim(input.view), rows[i].want);
        exact_free(&input);
    }
    expect_view("NUL", rvx__view_trim(rvx__view_of("\0a\0", 3)), "a");
    expect_view("nothing", rvx__view_trim(NOTHING), "");
}

/* In the C locale the standard functions agree, so they are the oracle for every byte. */
static void test_classes(void **state)
{
    int byte;

    (void)state;
    for (byte = 0; byte < 256; byte++) {
        const char hex[] = "0123456789abcdef";
        const char *digit = byte != 0 ? strchr(hex, tolower(byte)) : NULL;

        assert_int_equal(rvx__is_digit(byte), isdigit(byte) != 0);
        assert_int_equal(rvx__is_alpha(byte), isalpha(byte) != 0);
        assert_int_equal(rvx__is_control(byte), iscntrl(byte) != 0);
        assert_int_equal(rvx__is_blank(byte), byte == 0 || (isspace(byte) && byte != '\n'));
        assert_int_equal(rvx__hex_value(byte), digit != NULL ? (int)(digit - hex) : -1);
        assert_int_equal((unsigned char)rvx__to_lower((char)byte), tolower(byte));
    }
    assert_false(rvx__is_digit(-1));
    assert_false(rvx__is_alpha(-1));
    assert_false(rvx__is_control(-1));
    assert_false(rvx__is_blank(-1));
    assert_int_equal(rvx__hex_value(-1), -1);
    assert_int_equal(rvx__hex_value(256 + '0'), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_of_text),   cmocka_unit_test(test_at),          cmocka_unit_test(test_from_to),
        cmocka_unit_test(test_find),      cmocka_unit_test(test_compare),     cmocka_unit_test(test_starts_ends),
        cmocka_unit_test(test_take_byte), cmocka_unit_test(test_take_line),   cmocka_unit_test(test_take_word),
        cmocka_unit_test(test_take_until), cmocka_unit_test(test_take_dec),   cmocka_unit_test(test_trim),
        cmocka_unit_test(test_classes),
    };

    return cmocka_run_group_tests_name("view", tests, NULL, NULL);
}
