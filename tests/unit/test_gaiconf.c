/* test_gaiconf.c - gai.conf: RFC 6724's defaults, what replaces them, and what each address then has */
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/gaiconf.h"
#include "support/describe.h"
#include "support/exact.h"

static const struct address_row {
    const char *addr;
    uint32_t precedence, label;
} default_rows[] = {
    /* RFC 6724 section 2.1 */
    {"::1", 50, 0},
    {"::2", 1, 3},
    {"2001:db8::1", 40, 1},
    {"ff02::1", 40, 1},
    {"fe80::1%eth0", 40, 1},
    {"192.0.2.1", 35, 4},
    {"127.0.0.1", 35, 4},
    {"::ffff:192.0.2.1", 35, 4},
    {"2002::", 30, 2},
    {"2002:ffff:ffff::1", 30, 2},
    {"2003::", 40, 1},
    {"2001::1", 5, 5},
    {"2001:0:ffff::1", 5, 5},
    {"2001:1::1", 40, 1},
    {"fc00::1", 3, 13},
    {"fdff::1", 3, 13},
    {"fe00::1", 40, 1},
    {"::192.0.2.1", 1, 3},
    {"::1:0:0", 40, 1},
    {"fec0::1", 1, 11},
    {"feff::1", 1, 11},
    {"3ffe::1", 1, 12},
    {"3fff::1", 40, 1},
};

static struct rvx_addr parse_addr(const char *text)
{
    struct rvx_addr addr;

    if (rvx_addr_parse(text, &addr) < 0)
        fail_msg("%s: not an address", text);
    return addr;
}

static void check_defaults(const struct rvx__gaiconf *gaiconf, bool precedences, bool labels)
{
    size_t i;

    for (i = 0; i < COUNT_OF(default_rows); i++) {
        const struct address_row *row = &default_rows[i];
        struct rvx_addr addr = parse_addr(row->addr);

        if (precedences && rvx__gaiconf_precedence(gaiconf, &addr) != row->precedence)
            fail_msg("%s: precedence %u", row->addr, rvx__gaiconf_precedence(gaiconf, &addr));
        if (labels && rvx__gaiconf_label(gaiconf, &addr) != row->label)
            fail_msg("%s: label %u", row->addr, rvx__gaiconf_label(gaiconf, &addr));
    }
}

static void test_defaults(void **state)
{
    struct rvx__gaiconf gaiconf;

    (void)state;
    rvx__gaiconf_parse(&gaiconf, rvx__view_text(""));
    check_defaults(&gaiconf, true, true);
    assert_int_equal(gaiconf.labels.n, 9);
    assert_int_equal(gaiconf.precedences.n, 9);
    assert_int_equal(gaiconf.scopes_v4.n, 3);
    assert_false(gaiconf.labels.given || gaiconf.precedences.given || gaiconf.scopes_v4.given || gaiconf.reload);
    assert_int_equal(gaiconf.remarks.total, 0);
}

static const struct {
    const char *addr;
    uint32_t scope;
} scope_rows[] = {
    {"169.254.1.1", 2}, {"::ffff:169.254.1.1", 2}, {"127.0.0.1", 2}, {"10.0.0.1", 14}, {"192.168.1.1", 14},
    {"192.0.2.1", 14},  {"169.255.1.1", 14},
};

static void test_default_scopes(void **state)
{
    struct rvx__gaiconf gaiconf;
    size_t i;

    (void)state;
    rvx__gaiconf_parse(&gaiconf, rvx__view_text("# nothing\n"));
    for (i = 0; i < COUNT_OF(scope_rows); i++) {
        struct rvx_addr addr = parse_addr(scope_rows[i].addr);

        if (rvx__gaiconf_scope_v4(&gaiconf, &addr) != scope_rows[i].scope)
            fail_msg("%s: scope %u", scope_rows[i].addr, rvx__gaiconf_scope_v4(&gaiconf, &addr));
    }
}

static void add_table(struct description *description, const char *kind, const struct rvx__gaiconf_table *table)
{
    size_t i;

    if (!table->given)
        return;
    for (i = 0; i < table->n; i++) {
        struct rvx_addr addr = {.family = table->rules[i].prefix.family};
        char text[RVX_ADDR_STRLEN];

        memcpy(addr.ip, table->rules[i].prefix.ip, sizeof addr.ip);
        describe_word(description, kind);
        rvx__buf_add_text(&description->buf, rvx_addr_host_text(&addr, text));
        rvx__buf_add_byte(&description->buf, '/');
        rvx__buf_add_dec(&description->buf, table->rules[i].prefix.bits);
        describe_number(description, "", table->rules[i].value);
        assert_int_equal(table->rules[i].prefix.family, RVX_FAMILY_IPV6);
    }
}

static const struct row {
    const char *name;
    const char *input;
    const char *want; /* the tables that are not the defaults: "KIND:PREFIX VALUE" */
} rows[] = {
    {"empty", "", ""},
    {"a label", "label ::1/128 7\n", "label:::1/128 7"},
    {"longest prefix first", "label ::/0 1\nlabel 2002::/16 2\nlabel ::1/128 3\nlabel 2001::/32 4\n",
     "label:::1/128 3 label:2001::/32 4 label:2002::/16 2 label:::/0 1"},
    {"equal prefixes in file order", "label ::1/128 1\nlabel ::1/128 2\n", "label:::1/128 1 label:::1/128 2"},
    {"precedence, as in the file's advice", "precedence ::ffff:0:0/96 100\n", "prec:0.0.0.0/96 100"},
    {"IPv4 stands for its mapped form", "precedence 10.0.0.0/8 100\nlabel 10.0.0.0/255.0.0.0 9\n",
     "label:10.0.0.0/104 9 prec:10.0.0.0/104 100"},
    {"scopes", "scopev4 ::ffff:10.0.0.0/104 5\nscopev4 192.168.0.0/16 5\nscopev4 ::ffff:0.0.0.0/96 14\n",
     "scope:192.168.0.0/112 5 scope:10.0.0.0/104 5 scope:0.0.0.0/96 14"},
    {"an address is its own prefix", "label 2001:db8::1 3\n", "label:2001:db8::1/128 3"},
    {"reload", "reload yes\n", "reload"},
    {"the last reload counts", "reload yes\nreload no\n", ""},
    {"reload in any case", "reload YES\n", "reload"},
    {"reload of something else", "reload maybe\nreload\n", "!1:bad:maybe !2:bad:"},
    {"comments, tabs, CR LF", " # x\nlabel\t::1/128\t7 # y\r\n\r\n", "label:::1/128 7"},
    {"words behind the value", "label ::1/128 7 8\n", "label:::1/128 7"},
    {"no newline at the end", "label ::1/128 7", "label:::1/128 7"},
    {"unknown words", "labels ::1/128 7\nLabel ::1/128 7\n", "!1:unknown:labels !2:unknown:Label"},
    {"bad prefixes", "label x 7\nlabel ::1/129 7\nlabel\nlabel fe80::1%eth0/64 1\n",
     "!1:bad:x !2:bad:::1/129 !3:bad: !4:bad:fe80::1%eth0/64"},
    {"bad values", "label ::1/128 x\nlabel ::1/128\nlabel ::1/128 -1\nlabel ::1/128 2147483648\nlabel ::1/128 5x\n",
     "!1:bad:x !2:bad: !3:bad:-1 !4:bad:2147483648 !5:bad:x"},
    {"the highest value", "label ::1/128 2147483647\n", "label:::1/128 2147483647"},
    {"scopes are four bits", "scopev4 10.0.0.0/8 15\nscopev4 10.0.0.0/8 16\n", "scope:10.0.0.0/104 15 !2:bad:16"},
    {"scopes are for IPv4", "scopev4 2001:db8::/32 5\nscopev4 ::/0 5\nscopev4 ::ffff:0:0/95 5\n",
     "!1:bad:2001:db8::/32 !2:bad:::/0 !3:bad:::ffff:0:0/95"},
};

static void test_parse(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < COUNT_OF(rows); i++) {
        struct exact input = exact_text(rows[i].input);
        struct rvx__gaiconf gaiconf;
        struct description got;

        rvx__gaiconf_parse(&gaiconf, input.view);
        exact_free(&input);
        describe_start(&got);
        add_table(&got, "label:", &gaiconf.labels);
        add_table(&got, "prec:", &gaiconf.precedences);
        add_table(&got, "scope:", &gaiconf.scopes_v4);
        if (gaiconf.reload)
            describe_word(&got, "reload");
        describe_remarks(&got, &gaiconf.remarks);
        assert_row_text(rows[i].name, describe_end(&got), rows[i].want);
        check_defaults(&gaiconf, !gaiconf.precedences.given, !gaiconf.labels.given);
    }
}

/* One line replaces the defaults of its kind and no others; addresses that no rule fits have glibc's implied values. */
static void test_replaced(void **state)
{
    static const char input[] = "label 2001:db8::/32 7\nprecedence ::1/128 60\n"
                                "precedence ::/1 2\nscopev4 10.0.0.0/8 5\n";
    struct rvx__gaiconf gaiconf;
    struct rvx_addr in = parse_addr("2001:db8::1"), out = parse_addr("2001:db9::1"), v4 = parse_addr("10.1.2.3");
    struct rvx_addr loopback = parse_addr("::1"), link_local = parse_addr("169.254.1.1"), high = parse_addr("fe80::1");

    (void)state;
    rvx__gaiconf_parse(&gaiconf, rvx__view_text(input));
    assert_int_equal(rvx__gaiconf_label(&gaiconf, &in), 7);
    assert_int_equal(rvx__gaiconf_label(&gaiconf, &out), 1);
    assert_int_equal(rvx__gaiconf_label(&gaiconf, &loopback), 1);
    assert_int_equal(rvx__gaiconf_precedence(&gaiconf, &loopback), 60);
    assert_int_equal(rvx__gaiconf_precedence(&gaiconf, &in), 2);
    assert_int_equal(rvx__gaiconf_precedence(&gaiconf, &high), 40);
    assert_int_equal(rvx__gaiconf_scope_v4(&gaiconf, &v4), 5);
    assert_int_equal(rvx__gaiconf_scope_v4(&gaiconf, &link_local), 14);
}

static void test_limit(void **state)
{
    char text[130 * 40];
    struct rvx__gaiconf gaiconf;
    size_t len = 0;
    unsigned i;

    (void)state;
    for (i = 0; i < 130; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "label 2001:db8:%x::/48 %u\n", i, i);
    rvx__gaiconf_parse(&gaiconf, rvx__view_of(text, len));
    assert_int_equal(gaiconf.labels.n, RVX__GAICONF_RULES_MAX);
    assert_int_equal(gaiconf.labels.rules[127].value, 127);
    assert_int_equal(gaiconf.remarks.total, 2);
    assert_int_equal(gaiconf.remarks.items[0].kind, RVX__REMARK_EXCESS);
    assert_int_equal(gaiconf.remarks.items[0].line, 129);
}

static void test_nul_and_long_line(void **state)
{
    static const char with_nul[] = "label\0::1/128\0007\0\nreload yes";
    size_t len = 1 << 20;
    char *text = malloc(len);
    struct rvx__gaiconf gaiconf;
    struct exact input;

    (void)state;
    input = exact_bytes(with_nul, sizeof with_nul);
    rvx__gaiconf_parse(&gaiconf, input.view);
    assert_true(gaiconf.reload && gaiconf.labels.given);
    exact_free(&input);

    assert_non_null(text);
    memset(text, '7', len);
    memcpy(text, "label ::1/128 ", 14);
    memcpy(text + len - 11, "\nreload yes", 11);
    input = exact_bytes(text, len);
    rvx__gaiconf_parse(&gaiconf, input.view);
    assert_true(gaiconf.reload && !gaiconf.labels.given);
    exact_free(&input);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_default_scopes),
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_replaced),
        cmocka_unit_test(test_limit),
        cmocka_unit_test(test_nul_and_long_line),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
