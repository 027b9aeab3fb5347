/* test_lines.c - lines, comments and blanks; the search for lines that hold a text; remarks */
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

#include "conf/lines.h"
#include "conf/remarks.h"
#include "support/describe.h"
#include "support/exact.h"

#define HASH RVX__LINES_COMMENT_HASH
#define WORD RVX__LINES_COMMENT_WORD

/* Wanted: "NUMBER:LINE" for every line given out, joined by '|'. */
static const struct next_row {
    const char *name;
    const char *input;
    size_t len; /* 0: strlen(input) */
    enum rvx__lines_comment comment;
    const char *want;
} next_rows[] = {
    {"nothing", "", 0, HASH, ""},
    {"one line", "a b\n", 0, HASH, "1:a b"},
    {"no newline at the end", "a\nb", 0, HASH, "1:a|2:b"},
    {"CR LF", "a\r\nb\r\n", 0, HASH, "1:a|2:b"},
    {"CR alone is a blank", "a\rb\n", 0, HASH, "1:a\rb"},
    {"empty and blank lines", "\n \t\n\r\n\na\n\n", 0, HASH, "5:a"},
    {"blanks around", "\t a b \t\n", 0, HASH, "1:a b"},
    {"only newlines", "\n\n\n", 0, HASH, ""},
    {"NUL is a blank", "\0a\0b\0\nc", 8, HASH, "1:a\0b|2:c"},
    {"hash anywhere", "a#b\n#c\n d # e\n", 0, HASH, "1:a|3:d"},
    {"semicolon is text", "a ;b\n;c\n", 0, HASH, "1:a ;b|2:;c"},
    {"hash in a word", "a#b\n", 0, WORD, "1:a#b"},
    {"hash and semicolon start words", "a #b\na ;b\n#\n;\n  # x\n", 0, WORD, "1:a|2:a"},
    {"semicolon in a word", "a;b ;c\n", 0, WORD, "1:a;b"},
    {"comment after NUL", "a\0#b\n", 5, WORD, "1:a"},
    {"byte order mark", "\xef\xbb\xbf" "a\nb\n", 0, HASH, "1:a|2:b"},
    {"byte order mark alone", "\xef\xbb\xbf", 0, HASH, ""},
    {"half a byte order mark", "\xef\xbb", 0, HASH, "1:\xef\xbb"},
    {"byte order mark further on", "a\n\xef\xbb\xbf" "b\n", 0, HASH, "1:a|2:\xef\xbb\xbf" "b"},
};

static void add_line(struct rvx__buf *buf, const struct rvx__lines *lines, struct rvx__view line)
{
    if (buf->len > 0)
        rvx__buf_add_byte(buf, '|');
    rvx__buf_add_dec(buf, lines->number);
    rvx__buf_add_byte(buf, ':');
    rvx__buf_add(buf, line);
}

static void test_next(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < COUNT_OF(next_rows); i++) {
        const struct next_row *row = &next_rows[i];
        struct exact input = exact_bytes(row->input, row->len > 0 ? row->len : strlen(row->input));
        struct rvx__lines lines;
        struct rvx__view line;
        struct rvx__buf buf;
        char got[256];

        rvx__buf_init(&buf, got, sizeof got);
        rvx__lines_init(&lines, input.view, row->comment);
        while (rvx__lines_next(&lines, &line))
            add_line(&buf, &lines, line);
        assert_true(rvx__buf_finish(&buf) >= 0);
        assert_row_text(row->name, got, row->want);
        assert_false(rvx__lines_next(&lines, &line));
        exact_free(&input);
    }
}

static const struct seek_row {
    const char *name;
    const char *input;
    const char *needle;
    const char *want;
} seek_rows[] = {
    {"nothing to look through", "", "a", ""},
    {"nothing to look for", "a\nb\n", "", ""},
    {"longer than the file", "ab", "abc", ""},
    {"the whole file", "abc", "abc", "1:abc"},
    {"one byte", "x\nay\nz\n", "a", "2:ay"},
    {"every line with it once", "ab\nxabab\nno\nab", "ab", "1:ab|2:xabab|4:ab"},
    {"case", "HTTP\nhTtP\n", "http", "1:HTTP|2:hTtP"},
    {"case of the needle", "http\n", "HTTP", "1:http"},
    {"only letters are folded", "a@b\na`b\n", "a`b", "2:a`b"},
    {"no folding of brackets", "[x]\n{x}\n", "{x}", "2:{x}"},
    {"high bytes", "\xc3\xa9t\xc3\xa9\n", "t\xc3\xa9", "1:\xc3\xa9t\xc3\xa9"},
    {"in a comment", "a # xyz\nxyz\n", "xyz", "1:a|2:xyz"},
    {"in a comment alone", "# xyz\n", "xyz", "1:"},
    {"across lines", "ab\ncd\n", "b\nc", "1:ab"},
    {"behind empty lines", "\n\n\n\n\n\n\n\n\n\n\n\nab\n", "ab", "13:ab"},
    {"CR LF", "x\r\n ab \r\n", "ab", "2:ab"},
    {"at the very end", "0123456789\n0123456789abc", "abc", "2:0123456789abc"},
};

static void test_seek(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < COUNT_OF(seek_rows); i++) {
        const struct seek_row *row = &seek_rows[i];
        struct exact input = exact_text(row->input), needle = exact_text(row->needle);
        struct rvx__lines lines;
        struct rvx__view line;
        struct rvx__buf buf;
        char got[256];

        rvx__buf_init(&buf, got, sizeof got);
        rvx__lines_init(&lines, input.view, HASH);
        while (rvx__lines_seek(&lines, needle.view, &line))
            add_line(&buf, &lines, line);
        assert_true(rvx__buf_finish(&buf) >= 0);
        assert_row_text(row->name, got, row->want);
        exact_free(&input);
        exact_free(&needle);
    }
}

static bool holds(struct rvx__view line, struct rvx__view needle)
{
    size_t i;

    for (i = 0; i + needle.len <= line.len; i++) {
        if (rvx__view_eq_fold(rvx__view_to(rvx__view_from(line, i), needle.len), needle))
            return true;
    }
    return false;
}

/* What rvx__lines_seek() says, the slow way: the number of the first line from `from` on with the needle in it, 0 if
 * none. */
static uint32_t seek_slowly(struct rvx__view bytes, struct rvx__view needle, uint32_t from)
{
    struct rvx__view line;
    uint32_t number = 0;

    while (rvx__view_take_line(&bytes, &line)) {
        number++;
        if (number >= from && holds(line, needle))
            return number;
    }
    return 0;
}

/* Files of few different bytes, so that needles are often there and nearly there, at every alignment. */
static void test_seek_agrees(void **state)
{
    static const char letters[] = "abAB\n";
    unsigned random = 1;
    unsigned round, i;

    (void)state;
    for (round = 0; round < 4000; round++) {
        char bytes[96], needle[6];
        struct exact input;
        struct rvx__view wanted, line;
        struct rvx__lines lines;
        uint32_t slow = 0;

        for (i = 0; i < sizeof bytes; i++) {
            random = random * 1103515245 + 12345;
            bytes[i] = letters[(random >> 16) % (sizeof letters - 1)];
        }
        for (i = 0; i < sizeof needle; i++) {
            random = random * 1103515245 + 12345;
            needle[i] = letters[(random >> 16) % (sizeof letters - 2)];
        }
        input = exact_bytes(bytes, round % (sizeof bytes + 1));
        wanted = rvx__view_of(needle, 1 + round % sizeof needle);
        rvx__lines_init(&lines, input.view, HASH);
        do {
            slow = seek_slowly(input.view, wanted, slow + 1);
            assert_int_equal(rvx__lines_seek(&lines, wanted, &line), slow > 0);
            if (slow > 0)
                assert_int_equal(lines.number, slow);
        } while (slow > 0);
        exact_free(&input);
    }
}

/* A line of 1 MiB is one line. */
static void test_long_line(void **state)
{
    size_t len = 1 << 20;
    char *bytes = malloc(len);
    struct exact input;
    struct rvx__lines lines;
    struct rvx__view line;

    (void)state;
    assert_non_null(bytes);
    memset(bytes, 'x', len);
    memcpy(bytes + len - 6, "y\nlast", 6);
    input = exact_bytes(bytes, len);
    rvx__lines_init(&lines, input.view, HASH);
    assert_true(rvx__lines_next(&lines, &line));
    assert_int_equal(line.len, len - 5);
    assert_true(rvx__lines_next(&lines, &line));
    assert_true(rvx__view_is(line, "last"));
    rvx__lines_init(&lines, input.view, HASH);
    assert_true(rvx__lines_seek(&lines, rvx__view_text("xy"), &line));
    assert_int_equal(line.len, len - 5);
    exact_free(&input);
    free(bytes);
}

static void test_remarks(void **state)
{
    struct rvx__remarks remarks = {0};
    char text[100];
    uint32_t i;

    (void)state;
    memset(text, 'x', sizeof text);
    rvx__remarks_add(&remarks, 7, RVX__REMARK_BAD, rvx__view_of("a\033[b\0c", 6));
    rvx__remarks_add(&remarks, 8, RVX__REMARK_RANGE, rvx__view_of(text, sizeof text));
    assert_string_equal(remarks.items[0].text, "a\\x1b[b\\x00c");
    assert_int_equal(remarks.items[0].line, 7);
    assert_int_equal(remarks.items[0].kind, RVX__REMARK_BAD);
    assert_int_equal(strlen(remarks.items[1].text), RVX__REMARK_TEXT_SIZE - 1);
    assert_string_equal(remarks.items[1].text + RVX__REMARK_TEXT_SIZE - 5, "x...");
    for (i = 2; i < RVX__REMARKS_MAX + 5; i++)
        rvx__remarks_add(&remarks, i, RVX__REMARK_EXCESS, rvx__view_text("w"));
    assert_int_equal(remarks.n, RVX__REMARKS_MAX);
    assert_int_equal(remarks.total, RVX__REMARKS_MAX + 5);
    assert_string_equal(rvx__remark_kind_text(RVX__REMARK_UNKNOWN), "unknown word");
    assert_string_equal(rvx__remark_kind_text(RVX__REMARK_BAD), "unusable value");
    assert_string_equal(rvx__remark_kind_text(RVX__REMARK_RANGE), "out of range");
    assert_string_equal(rvx__remark_kind_text(RVX__REMARK_EXCESS), "too many");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_next),
        cmocka_unit_test(test_seek),
        cmocka_unit_test(test_seek_agrees),
        cmocka_unit_test(test_long_line),
        cmocka_unit_test(test_remarks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
