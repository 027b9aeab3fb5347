/* test_hosts.c - hosts files: forward, reverse, canonical names; table and scan give the same answers */
#include "support/test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <resolvx/err.h>

#include "conf/hosts.h"
#include "support/describe.h"
#include "support/exact.h"
#include "support/oom.h"

#define ARENA_MAX ((size_t)1 << 24)

static const struct rvx__map_seed seed = {1, 2};

/* "CANONICAL@LINE: ADDRESS ADDRESS..." */
static const char *describe_forward(struct description *description, const struct rvx__hosts_forward *forward)
{
    const struct rvx__hosts_addr *item;
    uint32_t n = 0;

    describe_start(description);
    if (forward == NULL)
        return describe_end(description);
    describe_word(description, forward->canonical);
    rvx__buf_add_byte(&description->buf, '@');
    rvx__buf_add_dec(&description->buf, forward->line);
    rvx__buf_add_byte(&description->buf, ':');
    for (item = forward->addrs; item != NULL; item = item->next, n++)
        describe_addr(description, item->addr);
    assert_int_equal(forward->n, n);
    return describe_end(description);
}

/* "LINE: NAME NAME..." */
static const char *describe_reverse(struct description *description, const struct rvx__hosts_reverse *reverse)
{
    const struct rvx__hosts_name *item;
    uint32_t n = 0;

    describe_start(description);
    if (reverse == NULL)
        return describe_end(description);
    rvx__buf_add_dec(&description->buf, reverse->line);
    rvx__buf_add_byte(&description->buf, ':');
    for (item = reverse->names; item != NULL; item = item->next, n++)
        describe_word(description, item->name);
    assert_int_equal(reverse->n, n);
    return describe_end(description);
}

static void scan_name(struct rvx__view bytes, struct rvx__view name, struct description *description)
{
    const struct rvx__hosts_forward *forward;
    struct rvx__arena arena;
    int rc;

    rvx__arena_init(&arena, ARENA_MAX);
    rc = rvx__hosts_scan_name(bytes, name, &arena, &forward);
    assert_int_equal(rc, forward != NULL ? 0 : RVX_ENOTFOUND);
    describe_forward(description, forward);
    rvx__arena_fini(&arena);
}

static void scan_addr(struct rvx__view bytes, const struct rvx_addr *addr, struct description *description)
{
    const struct rvx__hosts_reverse *reverse;
    struct rvx__arena arena;
    int rc;

    rvx__arena_init(&arena, ARENA_MAX);
    rc = rvx__hosts_scan_addr(bytes, addr, &arena, &reverse);
    assert_int_equal(rc, reverse != NULL ? 0 : RVX_ENOTFOUND);
    describe_reverse(description, reverse);
    rvx__arena_fini(&arena);
}

struct row {
    const char *name;
    const char *input;
    const char *query;
    const char *want;
};

#define MANY                                                                     \
    "# comment\n"                                                                \
    "255.255.255.255\tbroadcasthost\n"                                           \
    "127.0.0.2\todin\n"                                                          \
    "127.0.0.3\todin  # inline\n"                                                \
    "::2\t\todin\n"                                                              \
    "127.1.1.1\tthor\n"                                                          \
    "127.1.1.2\tullr ullrhost\n"                                                 \
    "fe80::1%lo0\tlocalhost\n"                                                   \
    "bogus line here\n"                                                          \
    "123.123.123\tloki\n"                                                        \
    "321.321.321.321\tloki"

#define CASES                                                                    \
    "127.0.0.1\tPreserveMe\tPreserveMe.local\n"                                  \
    "::1\tPRESERVEME.LOCAL.\n"

#define ALIASES                                                                  \
    "127.0.0.1\tfoo\tbar\tbaz\n"                                                 \
    "127.0.0.2\tbar\tfoo\n"                                                      \
    "127.0.0.3\tx.Example quux\n"                                                \
    "127.0.0.4\tx quux x.example.\n"                                             \
    "127.0.0.5\ttwice twice\n"

static const struct row forward_rows[] = {
    {"three lines in file order", MANY, "odin", "odin@3: 127.0.0.2 127.0.0.3 ::2"},
    {"one line", MANY, "thor", "thor@6: 127.1.1.1"},
    {"first name", MANY, "ullr", "ullr@7: 127.1.1.2"},
    {"alias", MANY, "ullrhost", "ullr@7: 127.1.1.2"},
    {"zone", MANY, "localhost", "localhost@8: fe80::1%lo0"},
    {"bad addresses", MANY, "loki", ""},
    {"a word of a bad line", MANY, "line", ""},
    {"a word of a comment", MANY, "inline", ""},
    {"an address is no name", MANY, "127.0.0.2", ""},
    {"part of a name", MANY, "odi", ""},
    {"a name and more", MANY, "odins", ""},
    {"case of the query", MANY, "ODIN", "odin@3: 127.0.0.2 127.0.0.3 ::2"},
    {"dotless with a dot", MANY, "odin.", "odin@3: 127.0.0.2 127.0.0.3 ::2"},
    {"two dots", MANY, "odin..", ""},
    {"empty", MANY, "", ""},
    {"a dot", MANY, ".", ""},

    {"case of the file", CASES, "preserveme", "preserveme@1: 127.0.0.1"},
    {"dotted, either form", CASES, "preserveme.local", "preserveme@1: 127.0.0.1 ::1"},
    {"dotted with a dot", CASES, "PreserveMe.Local.", "preserveme@1: 127.0.0.1 ::1"},

    {"canonical: the first line decides", ALIASES, "foo", "foo@1: 127.0.0.1 127.0.0.2"},
    {"canonical of an alias", ALIASES, "bar", "foo@1: 127.0.0.1 127.0.0.2"},
    {"canonical with dots", ALIASES, "quux", "x.example.@3: 127.0.0.3 127.0.0.4"},
    {"canonical is the asked for", ALIASES, "x.example", "x.example.@3: 127.0.0.3 127.0.0.4"},
    {"canonical of the second line", ALIASES, "x", "x@4: 127.0.0.4"},
    {"twice on a line", ALIASES, "twice", "twice@5: 127.0.0.5 127.0.0.5"},

    {"no newline at the end", "192.0.2.1 a", "a", "a@1: 192.0.2.1"},
    {"CR LF", "192.0.2.1 a\r\n192.0.2.2 a b\r\n", "a", "a@1: 192.0.2.1 192.0.2.2"},
    {"blanks in front", " \t192.0.2.1 a\n", "a", "a@1: 192.0.2.1"},
    {"comment behind a name", "192.0.2.1 a#b\n", "a", "a@1: 192.0.2.1"},
    {"a name in a comment", "192.0.2.1 a#b\n", "b", ""},
    {"normalised addresses", "2001:DB8:0:0:0::01 a\n::ffff:192.0.2.1 a\n::ffff:c000:202 a\n", "a",
     "a@1: 2001:db8::1 192.0.2.1 192.0.2.2"},
    {"names DNS would refuse", "192.0.2.1 a_b..c! 1 \xc3\xa9\n", "a_b..c!", "a_b..c!.@1: 192.0.2.1"},
    {"names of digits", "192.0.2.1 127.1\n", "127.1", "127.1.@1: 192.0.2.1"},
    {"no names", "192.0.2.1\n", "a", ""},
    {"a leading zero", "192.0.2.01 a\n", "a", ""},
    {"a dot first", "192.0.2.1 . a\n", "a", "a@1: 192.0.2.1"},
    {"empty file", "", "a", ""},
};

static void test_forward(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < COUNT_OF(forward_rows); i++) {
        const struct row *row = &forward_rows[i];
        struct exact input = exact_text(row->input), query = exact_text(row->query);
        struct description got;
        struct rvx__hosts hosts;

        scan_name(input.view, query.view, &got);
        assert_row_text(row->name, got.text, row->want);
        assert_int_equal(rvx__hosts_parse(&hosts, input.view, seed), 0);
        exact_free(&input);
        describe_forward(&got, rvx__hosts_find_name(&hosts, query.view));
        assert_row_text(row->name, got.text, row->want);
        rvx__hosts_fini(&hosts);
        exact_free(&query);
    }
}

static const struct row reverse_rows[] = {
    {"one name", MANY, "127.0.0.2", "3: odin"},
    {"two names", MANY, "127.1.1.2", "7: ullr ullrhost"},
    {"zone", MANY, "fe80::1%lo0", "8: localhost"},
    {"another zone", MANY, "fe80::1%lo1", ""},
    {"no zone", MANY, "fe80::1", ""},
    {"not there", MANY, "127.0.0.9", ""},
    {"IPv6", MANY, "::2", "5: odin"},
    {"original case", CASES, "127.0.0.1", "1: PreserveMe PreserveMe.local."},
    {"dotted name with its dot", CASES, "::1", "2: PRESERVEME.LOCAL."},
    {"a v4-mapped query", CASES, "::ffff:127.0.0.1", "1: PreserveMe PreserveMe.local."},
    {"a v4-mapped line", "::ffff:127.0.0.1 a\n127.0.0.1 b\n", "127.0.0.1", "1: a b"},
    {"lines add up", "192.0.2.1 a\n192.0.2.2 b\n192.0.2.1 c a\n", "192.0.2.1", "1: a c a"},
    {"other forms of an address", "2001:DB8:0:0::1 a\n2001:db8::1 b\n", "2001:db8:0::1", "1: a b"},
    {"no names", "192.0.2.1\n192.0.2.1 .\n192.0.2.1 a\n", "192.0.2.1", "3: a"},
    {"an IPv6 address ending alike", "192.0.2.1 a\n", "::192.0.2.1", ""},
};

static void test_reverse(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < COUNT_OF(reverse_rows); i++) {
        const struct row *row = &reverse_rows[i];
        struct exact input = exact_text(row->input);
        struct description got;
        struct rvx__hosts hosts;
        struct rvx_addr addr;

        assert_int_equal(rvx_addr_parse(row->query, &addr), 0);
        addr.port = 80; /* does not count */
        scan_addr(input.view, &addr, &got);
        assert_row_text(row->name, got.text, row->want);
        assert_int_equal(rvx__hosts_parse(&hosts, input.view, seed), 0);
        exact_free(&input);
        describe_reverse(&got, rvx__hosts_find_addr(&hosts, &addr));
        assert_row_text(row->name, got.text, row->want);
        rvx__hosts_fini(&hosts);
    }
}

static void test_nul(void **state)
{
    static const char input[] = "192.0.2.1\0a\0\n\0" "192.0.2.2 a";
    struct exact exact = exact_bytes(input, sizeof input - 1);
    struct description got;

    (void)state;
    scan_name(exact.view, rvx__view_text("a"), &got);
    assert_string_equal(got.text, "a@1: 192.0.2.1 192.0.2.2");
    scan_name(exact.view, rvx__view_of("a\0", 2), &got);
    assert_string_equal(got.text, "");
    exact_free(&exact);
}

static void test_remarks(void **state)
{
    static const char input[] = "# fine\n192.0.2.1 a\n192.0.2 b\n192.0.2.1\nx\n192.0.2.1 . c\n192.0.2.1 .\n";
    struct rvx__hosts hosts;
    struct description got;

    (void)state;
    assert_int_equal(rvx__hosts_parse(&hosts, rvx__view_text(input), seed), 0);
    describe_start(&got);
    describe_remarks(&got, &hosts.remarks);
    assert_string_equal(describe_end(&got), "!3:bad:192.0.2 b !4:bad:192.0.2.1 !5:bad:x !6:bad:. !7:bad:.");
    rvx__hosts_fini(&hosts);
    rvx__hosts_fini(&hosts);
}

/* 255 bytes are a name, with a trailing dot too; 256 are not, and do not hide the others of their line. */
static void test_long_names(void **state)
{
    static const struct {
        size_t len;
        bool dot, want;
    } rows[] = {{254, false, true}, {255, false, true}, {255, true, true}, {256, false, false}, {256, true, false}};
    size_t i;

    (void)state;
    for (i = 0; i < COUNT_OF(rows); i++) {
        char text[300] = "192.0.2.1 ";
        size_t len = 10 + rows[i].len;
        struct rvx__hosts hosts;
        struct rvx__view bytes, name;
        struct description got;

        memset(text + 10, 'n', rows[i].len);
        if (rows[i].dot)
            text[len++] = '.';
        name = rvx__view_of(text + 10, len - 10);
        memcpy(text + len, " z", 2);
        bytes = rvx__view_of(text, len + 2);
        scan_name(bytes, name, &got);
        assert_int_equal(got.text[0] != '\0', rows[i].want);
        scan_name(bytes, rvx__view_text("z"), &got);
        assert_non_null(strstr(got.text, rows[i].want ? "n@1: 192.0.2.1" : "z@1: 192.0.2.1"));
        assert_int_equal(rvx__hosts_parse(&hosts, bytes, seed), 0);
        assert_int_equal(rvx__hosts_find_name(&hosts, name) != NULL, rows[i].want);
        assert_non_null(rvx__hosts_find_name(&hosts, rvx__view_text("z")));
        assert_int_equal(hosts.remarks.n, !rows[i].want);
        rvx__hosts_fini(&hosts);
    }
}

static unsigned next_random(unsigned *random)
{
    *random = *random * 1103515245 + 12345;
    return *random >> 16 & 0x7fff;
}

/* Writes lines of few different addresses and names, some of them odd. */
static size_t write_lines(char *text, size_t size, unsigned *random)
{
    static const char *const addrs[] = {"192.0.2.1", "192.0.2.2", "::1", "::ffff:192.0.2.1",
                                         "fe80::1%a", "192.0.2",   "#"};
    static const char *const names[] = {"a", "b", "A", "a.b", "a.B.", "c.", ".", "#", "\r", "ab", "ba.a", "\t"};
    size_t len = 0;
    unsigned lines = next_random(random) % 12;

    while (lines-- > 0) {
        unsigned words = next_random(random) % 5;

        len += (size_t)snprintf(text + len, size - len, "%s", addrs[next_random(random) % COUNT_OF(addrs)]);
        while (words-- > 0)
            len += (size_t)snprintf(text + len, size - len, " %s", names[next_random(random) % COUNT_OF(names)]);
        len += (size_t)snprintf(text + len, size - len, "\n");
    }
    return len;
}

static void compare_ways(struct rvx__view bytes)
{
    static const char *const names[] = {"a", "a.", "b", "a.b", "A.B.", "c", "ab", "a.", "ba.a", "ba", "."};
    static const char *const addrs[] = {"192.0.2.1", "192.0.2.2", "::1", "::ffff:192.0.2.2", "fe80::1%a", "fe80::1"};
    struct rvx__hosts hosts;
    struct description table, scan;
    size_t i;

    assert_int_equal(rvx__hosts_parse(&hosts, bytes, seed), 0);
    for (i = 0; i < COUNT_OF(names); i++) {
        describe_forward(&table, rvx__hosts_find_name(&hosts, rvx__view_text(names[i])));
        scan_name(bytes, rvx__view_text(names[i]), &scan);
        assert_row_text(names[i], scan.text, table.text);
    }
    for (i = 0; i < COUNT_OF(addrs); i++) {
        struct rvx_addr addr;

        assert_int_equal(rvx_addr_parse(addrs[i], &addr), 0);
        describe_reverse(&table, rvx__hosts_find_addr(&hosts, &addr));
        scan_addr(bytes, &addr, &scan);
        assert_row_text(addrs[i], scan.text, table.text);
    }
    rvx__hosts_fini(&hosts);
}

static void test_ways_agree(void **state)
{
    unsigned random = 7, round;

    (void)state;
    for (round = 0; round < 1000; round++) {
        char text[1024];
        struct exact input = exact_bytes(text, write_lines(text, sizeof text, &random));

        compare_ways(input.view);
        exact_free(&input);
    }
}

/* A list of blocked names: 100,000 lines with one address. */
static void test_many_lines(void **state)
{
    enum { LINES = 100000 };
    size_t size = LINES * 40, len = 0;
    char *text = malloc(size), name[40];
    struct rvx__hosts hosts;
    const struct rvx__hosts_forward *forward;
    const struct rvx__hosts_reverse *reverse;
    struct description got;
    struct rvx_addr addr;
    unsigned i;

    (void)state;
    assert_non_null(text);
    for (i = 0; i < LINES; i++)
        len += (size_t)snprintf(text + len, size - len, "0.0.0.0 host%u.example\n", i);
    assert_int_equal(rvx__hosts_parse(&hosts, rvx__view_of(text, len), seed), 0);
    assert_int_equal(hosts.remarks.total, 0);
    assert_int_equal(hosts.by_name.n, LINES);
    for (i = 0; i < LINES; i += 997) {
        snprintf(name, sizeof name, "HOST%u.example", i);
        forward = rvx__hosts_find_name(&hosts, rvx__view_text(name));
        assert_non_null(forward);
        assert_int_equal(forward->line, i + 1);
        assert_int_equal(forward->n, 1);
    }
    assert_int_equal(rvx_addr_parse("0.0.0.0", &addr), 0);
    reverse = rvx__hosts_find_addr(&hosts, &addr);
    assert_non_null(reverse);
    assert_int_equal(reverse->n, LINES);
    assert_string_equal(reverse->last->name, "host99999.example.");
    rvx__hosts_fini(&hosts);
    scan_name(rvx__view_of(text, len), rvx__view_text("host99999.example."), &got);
    assert_string_equal(got.text, "host99999.example.@100000: 0.0.0.0");
    free(text);
}

/* A line of 1 MiB with a name on every other byte. */
static void test_long_line(void **state)
{
    size_t len = 1 << 20, i;
    char *text = malloc(len);
    struct exact input;
    struct rvx__hosts hosts;

    (void)state;
    assert_non_null(text);
    for (i = 0; i < len; i++)
        text[i] = i % 2 == 0 ? 'a' : ' ';
    memcpy(text, "192.0.2.1 ", 10);
    input = exact_bytes(text, len);
    assert_int_equal(rvx__hosts_parse(&hosts, input.view, seed), 0);
    assert_int_equal(rvx__hosts_find_name(&hosts, rvx__view_text("a"))->n, (len - 10) / 2);
    rvx__hosts_fini(&hosts);
    exact_free(&input);
    free(text);
}

static void test_parse_out_of_memory(void **state)
{
    struct rvx__view bytes = rvx__view_text(MANY "\n" CASES ALIASES);
    unsigned n;

    (void)state;
    for (n = 0;; n++) {
        struct rvx__hosts hosts;
        int rc;

        oom_fail_after(n);
        rc = rvx__hosts_parse(&hosts, bytes, seed);
        oom_off();
        if (!oom_failed()) {
            assert_int_equal(rc, 0);
            rvx__hosts_fini(&hosts);
            break;
        }
        assert_int_equal(rc, -ENOMEM);
        assert_null(rvx__hosts_find_name(&hosts, rvx__view_text("odin")));
        rvx__hosts_fini(&hosts);
    }
    assert_true(n > 5);
}

/* An arena that is full, at every size until it is not. */
static void test_scan_out_of_memory(void **state)
{
    struct rvx__view bytes = rvx__view_text("192.0.2.1 a b\n192.0.2.2 a c\n192.0.2.1 b\n");
    const struct rvx__hosts_forward *forward;
    const struct rvx__hosts_reverse *reverse;
    struct rvx_addr addr;
    int by_name = -ENOMEM, by_addr = -ENOMEM;
    size_t max;

    (void)state;
    assert_int_equal(rvx_addr_parse("192.0.2.1", &addr), 0);
    for (max = 0; by_name != 0 || by_addr != 0; max += 8) {
        struct rvx__arena arena;

        assert_true(max < 4096);
        rvx__arena_init(&arena, max);
        by_name = rvx__hosts_scan_name(bytes, rvx__view_text("a"), &arena, &forward);
        assert_true(by_name == 0 || by_name == -ENOMEM);
        assert_int_equal(forward == NULL, by_name != 0);
        rvx__arena_fini(&arena);
        by_addr = rvx__hosts_scan_addr(bytes, &addr, &arena, &reverse);
        assert_true(by_addr == 0 || by_addr == -ENOMEM);
        assert_int_equal(reverse == NULL, by_addr != 0);
        rvx__arena_fini(&arena);
    }
    assert_true(max > 200);
}

/* Neither is ever in a hosts file. */
static void test_other_families(void **state)
{
    struct rvx_addr none = {0}, path = {.family = RVX_FAMILY_UNIX};
    struct rvx__hosts hosts;
    struct description got;

    (void)state;
    assert_int_equal(rvx__hosts_parse(&hosts, rvx__view_text("0.0.0.0 a\n:: b\n"), seed), 0);
    assert_null(rvx__hosts_find_addr(&hosts, &none));
    assert_null(rvx__hosts_find_addr(&hosts, &path));
    rvx__hosts_fini(&hosts);
    scan_addr(rvx__view_text("0.0.0.0 a\n:: b\n"), &path, &got);
    assert_string_equal(got.text, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forward),
        cmocka_unit_test(test_reverse),
        cmocka_unit_test(test_nul),
        cmocka_unit_test(test_remarks),
        cmocka_unit_test(test_long_names),
        cmocka_unit_test(test_ways_agree),
        cmocka_unit_test(test_many_lines),
        cmocka_unit_test(test_long_line),
        cmocka_unit_test(test_parse_out_of_memory),
        cmocka_unit_test(test_scan_out_of_memory),
        cmocka_unit_test(test_other_families),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
