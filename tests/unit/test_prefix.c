/* test_prefix.c - prefixes: what is one, what it comes to, and which addresses are in it */
#include "support/test.h"

#include <string.h>

#include "conf/prefix.h"
#include "support/describe.h"
#include "support/exact.h"

/* Wanted: "ADDRESS/BITS"; NULL: refused. */
static const struct parse_row {
    const char *input;
    const char *want;
    const char *natural; /* NULL: the same */
} parse_rows[] = {
    {"10.0.0.0/8", "10.0.0.0/8", NULL},
    {"10.1.2.3/8", "10.0.0.0/8", NULL},
    {"0.0.0.0/0", "0.0.0.0/0", NULL},
    {"192.0.2.129/25", "192.0.2.128/25", NULL},
    {"192.0.2.1/32", "192.0.2.1/32", NULL},
    {"130.155.160.0/255.255.240.0", "130.155.160.0/20", NULL},
    {"10.0.0.0/255.0.0.0", "10.0.0.0/8", NULL},
    {"10.0.0.1/255.255.255.255", "10.0.0.1/32", NULL},
    {"10.0.0.1/0.0.0.0", "0.0.0.0/0", NULL},
    {"10.1.2.3", "10.1.2.3/32", "10.0.0.0/8"},
    {"127.1.2.3", "127.1.2.3/32", "127.0.0.0/8"},
    {"128.0.2.3", "128.0.2.3/32", "128.0.0.0/16"},
    {"130.155.0.0", "130.155.0.0/32", "130.155.0.0/16"},
    {"191.255.1.1", "191.255.1.1/32", "191.255.0.0/16"},
    {"192.0.2.3", "192.0.2.3/32", "192.0.2.0/24"},
    {"223.1.2.3", "223.1.2.3/32", "223.1.2.0/24"},
    {"224.0.0.1", "224.0.0.1/32", "224.0.0.1/32"},
    {"255.255.255.255", "255.255.255.255/32", "255.255.255.255/32"},
    {"2002::/16", "2002::/16", NULL},
    {"2001:db8:ffff::1/33", "2001:db8:8000::/33", NULL},
    {"::/0", "::/0", NULL},
    {"ff00::1/0", "::/0", NULL},
    {"::1/128", "::1/128", NULL},
    {"::ffff:0:0/96", "0.0.0.0/96", NULL}, /* printed as IPv4, as v4-mapped addresses are */
    {"2001:db8::1", "2001:db8::1/128", NULL},
    {"10.0.0.0/008", "10.0.0.0/8", NULL},

    {"", NULL, NULL},
    {"/", NULL, NULL},
    {"/8", NULL, NULL},
    {"10.0.0.0/", NULL, NULL},
    {"10.0.0.0/33", NULL, NULL},
    {"10.0.0.0/4294967304", NULL, NULL},
    {"10.0.0.0/-1", NULL, NULL},
    {"10.0.0.0/8x", NULL, NULL},
    {"10.0.0.0/8/8", NULL, NULL},
    {"10.0.0.0/255.0.255.0", NULL, NULL},
    {"10.0.0.0/0.255.255.255", NULL, NULL},
    {"10.0.0.0/255.0.0", NULL, NULL},
    {"10.0.0/8", NULL, NULL},
    {"10/8", NULL, NULL},
    {"010.0.0.0/8", NULL, NULL},
    {"2002::/129", NULL, NULL},
    {"2002::/ffff::", NULL, NULL},
    {"2002::/255.0.0.0", NULL, NULL},
    {"fe80::1%eth0/64", NULL, NULL},
    {"fe80::1%eth0", NULL, NULL},
    {"[2002::]/16", NULL, NULL},
    {"localhost/8", NULL, NULL},
};

static const char *describe_prefix(const struct rvx__prefix *prefix, char text[RVX_ADDR_STRLEN + 8])
{
    struct rvx_addr addr = {.family = prefix->family};
    char host[RVX_ADDR_STRLEN];
    struct rvx__buf buf;

    memcpy(addr.ip, prefix->ip, sizeof addr.ip);
    rvx__buf_init(&buf, text, RVX_ADDR_STRLEN + 8);
    rvx__buf_add_text(&buf, rvx_addr_host_text(&addr, host));
    rvx__buf_add_byte(&buf, '/');
    rvx__buf_add_dec(&buf, prefix->bits);
    rvx__buf_finish(&buf);
    return text;
}

static void check_parse(const char *input, bool (*parse)(struct rvx__view, struct rvx__prefix *), const char *want)
{
    struct exact exact = exact_text(input);
    struct rvx__prefix prefix, before;
    char got[RVX_ADDR_STRLEN + 8];

    memset(&prefix, 0xa5, sizeof prefix);
    before = prefix;
    if (parse(exact.view, &prefix) != (want != NULL))
        fail_msg("%s: %s", input, want != NULL ? "refused" : "taken");
    if (want != NULL)
        assert_row_text(input, describe_prefix(&prefix, got), want);
    else
        assert_memory_equal(&prefix, &before, sizeof prefix);
    exact_free(&exact);
}

static void test_parse(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < COUNT_OF(parse_rows); i++) {
        const struct parse_row *row = &parse_rows[i];

        check_parse(row->input, rvx__prefix_parse, row->want);
        check_parse(row->input, rvx__prefix_parse_natural, row->natural != NULL ? row->natural : row->want);
    }
}

static const struct match_row {
    const char *prefix;
    const char *addr;
    bool want;
} match_rows[] = {
    {"10.0.0.0/8", "10.255.255.255", true},
    {"10.0.0.0/8", "11.0.0.0", false},
    {"192.0.2.128/25", "192.0.2.127", false},
    {"192.0.2.128/25", "192.0.2.128", true},
    {"0.0.0.0/0", "255.1.2.3", true},
    {"0.0.0.0/0", "2001:db8::1", false},
    {"0.0.0.0/0", "::ffff:192.0.2.1", true},
    {"10.0.0.0/8", "::ffff:10.1.1.1", true},
    {"10.0.0.0/8", "::ffff:11.1.1.1", false},
    {"10.0.0.0/8", "::10.1.1.1", false},
    {"::/0", "10.1.1.1", true},
    {"::/0", "2001:db8::1", true},
    {"::ffff:0:0/96", "10.1.1.1", true},
    {"::ffff:0:0/96", "::1", false},
    {"::ffff:10.0.0.0/104", "10.1.1.1", true},
    {"::ffff:10.0.0.0/104", "11.1.1.1", false},
    {"::/96", "10.1.1.1", false},
    {"::/96", "::10.1.1.1", true},
    {"2002::/16", "2002:a01::1", true},
    {"2002::/16", "2003::", false},
    {"fe80::/10", "fe80::1%eth0", true},
    {"::1/128", "::1", true},
    {"::1/128", "::2", false},
};

static void test_match(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < COUNT_OF(match_rows); i++) {
        const struct match_row *row = &match_rows[i];
        struct rvx__prefix prefix, mapped;
        struct rvx_addr addr;

        assert_true(rvx__prefix_parse(rvx__view_text(row->prefix), &prefix));
        assert_int_equal(rvx_addr_parse(row->addr, &addr), 0);
        if (rvx__prefix_match(&prefix, &addr) != row->want)
            fail_msg("%s in %s: wanted %d", row->addr, row->prefix, row->want);
        mapped = prefix;
        rvx__prefix_map(&mapped);
        assert_int_equal(mapped.family, RVX_FAMILY_IPV6);
        if (rvx__prefix_match(&mapped, &addr) != row->want)
            fail_msg("%s in %s, mapped: wanted %d", row->addr, row->prefix, row->want);
    }
}

static void test_match_other_families(void **state)
{
    struct rvx_addr none = {0}, path = {.family = RVX_FAMILY_UNIX};
    struct rvx__prefix prefix;

    (void)state;
    assert_true(rvx__prefix_parse(rvx__view_text("::/0"), &prefix));
    assert_false(rvx__prefix_match(&prefix, &none));
    assert_false(rvx__prefix_match(&prefix, &path));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_match),
        cmocka_unit_test(test_match_other_families),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
