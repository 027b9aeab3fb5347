/* test_dns_special.c - names with rules of their own */
#include "support/test.h"

#include "dns/name.h"
#include "dns/special.h"
#include "support/exact.h"

static const struct {
    const char *text;
    enum rvx__special want;
} rows[] = {
    {"", RVX__SPECIAL_NONE},
    {".", RVX__SPECIAL_NONE},
    {"example.com", RVX__SPECIAL_NONE},
    {"example", RVX__SPECIAL_NONE},
    {"a..b", RVX__SPECIAL_NONE},
    {"localhost", RVX__SPECIAL_LOCALHOST},
    {"LocalHost", RVX__SPECIAL_LOCALHOST},
    {"localhost.", RVX__SPECIAL_LOCALHOST},
    {"a.localhost", RVX__SPECIAL_LOCALHOST},
    {"a.b.LOCALHOST.", RVX__SPECIAL_LOCALHOST},
    {"localhost.localdomain", RVX__SPECIAL_NONE},
    {"xlocalhost", RVX__SPECIAL_NONE},
    {"x.alocalhost", RVX__SPECIAL_NONE},
    {"localhostx", RVX__SPECIAL_NONE},
    {"a.invalid", RVX__SPECIAL_INVALID},
    {"a.invalid.", RVX__SPECIAL_INVALID},
    {"invalid.", RVX__SPECIAL_INVALID},
    {"invalid", RVX__SPECIAL_NONE},
    {"invalid.com", RVX__SPECIAL_NONE},
    {"host.test", RVX__SPECIAL_TEST},
    {"test", RVX__SPECIAL_NONE},
    {"printer.local", RVX__SPECIAL_LOCAL},
    {"a.b.local.", RVX__SPECIAL_LOCAL},
    {"local", RVX__SPECIAL_NONE},
    {"x.local.net", RVX__SPECIAL_NONE},
    {"abc.onion", RVX__SPECIAL_ONION},
    {"abc.ONION.", RVX__SPECIAL_ONION},
    {"onion.", RVX__SPECIAL_ONION},
    {"onion", RVX__SPECIAL_NONE},
    {"abc\\.onion", RVX__SPECIAL_NONE},
    {"a.alt", RVX__SPECIAL_ALT},
    {"a.gnu.alt.", RVX__SPECIAL_ALT},
    {"alt", RVX__SPECIAL_NONE},
    {"home.arpa", RVX__SPECIAL_HOME_ARPA},
    {"nas.home.arpa", RVX__SPECIAL_HOME_ARPA},
    {"nas.Home.Arpa.", RVX__SPECIAL_HOME_ARPA},
    {"arpa", RVX__SPECIAL_NONE},
    {"home", RVX__SPECIAL_NONE},
    {"xhome.arpa", RVX__SPECIAL_NONE},
    {"1.in-addr.arpa", RVX__SPECIAL_NONE},
    {"home.arpa.com", RVX__SPECIAL_NONE},
};

static void test_names(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < COUNT_OF(rows); i++) {
        struct exact text = exact_text(rows[i].text);
        enum rvx__special got = rvx__special_of(text.view);

        if (got != rows[i].want)
            fail_msg("%s: \"%s\", wanted \"%s\"", rows[i].text, rvx__special_text(got),
                     rvx__special_text(rows[i].want));
        exact_free(&text);
    }
}

/* On the wire there is no doubt about single labels. */
static void test_wire(void **state)
{
    static const char *const texts[] = {"", "localhost", "invalid", "test", "local", "onion", "alt", "home.arpa"};
    struct rvx__name name;
    size_t i;

    (void)state;
    for (i = 1; i < COUNT_OF(texts); i++) {
        assert_true(rvx__name_parse(rvx__view_text(texts[i]), &name));
        assert_int_equal(rvx__special_of_wire(rvx__name_view(&name)), i);
        assert_string_equal(rvx__special_text((enum rvx__special)i), texts[i]);
    }
    assert_int_equal(rvx__special_of_wire(rvx__view_of(NULL, 0)), RVX__SPECIAL_NONE);
    assert_string_equal(rvx__special_text(RVX__SPECIAL_NONE), "");
    assert_string_equal(rvx__special_text((enum rvx__special)RVX__SPECIALS_N), "");
}

static void test_asks_dns(void **state)
{
    (void)state;
    assert_true(rvx__special_asks_dns(RVX__SPECIAL_NONE));
    assert_true(rvx__special_asks_dns(RVX__SPECIAL_TEST));
    assert_true(rvx__special_asks_dns(RVX__SPECIAL_LOCAL));
    assert_true(rvx__special_asks_dns(RVX__SPECIAL_HOME_ARPA));
    assert_false(rvx__special_asks_dns(RVX__SPECIAL_LOCALHOST));
    assert_false(rvx__special_asks_dns(RVX__SPECIAL_INVALID));
    assert_false(rvx__special_asks_dns(RVX__SPECIAL_ONION));
    assert_false(rvx__special_asks_dns(RVX__SPECIAL_ALT));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_wire),
        cmocka_unit_test(test_asks_dns),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
