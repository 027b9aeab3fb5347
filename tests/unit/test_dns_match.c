/* test_dns_match.c - which datagrams are the reply to a query */
#include "support/test.h"

#include <stdio.h>
#include <string.h>

#include "dns/match.h"
#include "dns/name.h"
#include "dns/wire.h"
#include "support/wiretext.h"

/* The query was for wWw.exAmple.com A IN with id 0x1234. */
#define Q "=wWw.exAmple.com A IN "

static const struct row {
    const char *flags, *counts, *words;
    enum rvx__match want;
} rows[] = {
    {"8180", "1 0 0 0", Q, RVX__MATCH_YES},
    {"8583", "1 0 0 0", Q, RVX__MATCH_YES},
    {"8380", "1 0 0 0", Q, RVX__MATCH_YES},
    {"8180", "1 65535 0 0", Q "xffff", RVX__MATCH_YES}, /* what is behind is the gate's */
    {"0100", "1 0 0 0", Q, RVX__MATCH_QR},
    {"0180", "1 1 0 0", Q "@12 A IN ##60 [ xc0000201 ]", RVX__MATCH_QR},
    {"a180", "1 0 0 0", Q, RVX__MATCH_OPCODE},
    {"8980", "1 0 0 0", Q, RVX__MATCH_OPCODE},
    {"f980", "1 0 0 0", Q, RVX__MATCH_OPCODE},
    {"8180", "0 0 0 0", "", RVX__MATCH_QDCOUNT},
    {"8180", "0 1 0 0", "@12 A IN ##60 [ xc0000201 ]", RVX__MATCH_QDCOUNT},
    {"8183", "0 0 0 0", "", RVX__MATCH_QDCOUNT},
    {"8180", "2 0 0 0", Q Q, RVX__MATCH_QDCOUNT},
    {"8180", "65535 0 0 0", Q, RVX__MATCH_QDCOUNT},
    {"8182", "2 0 0 0", Q, RVX__MATCH_QDCOUNT},
    {"8181", "0 0 0 0", "", RVX__MATCH_RCODE_ONLY},
    {"8182", "0 0 0 0", "", RVX__MATCH_RCODE_ONLY},
    {"8184", "0 0 0 0", "", RVX__MATCH_RCODE_ONLY},
    {"8185", "0 0 0 0", "", RVX__MATCH_RCODE_ONLY},
    {"8186", "0 0 0 0", "", RVX__MATCH_QDCOUNT},
    {"818f", "0 0 0 0", "", RVX__MATCH_QDCOUNT},
    {"8181", "1 0 0 0", Q, RVX__MATCH_YES},
    {"0181", "0 0 0 0", "", RVX__MATCH_QR},
    {"8180", "1 0 0 0", "=www.example.com A IN", RVX__MATCH_CASE},
    {"8180", "1 0 0 0", "=wWw.exAmple.coM A IN", RVX__MATCH_CASE},
    {"8180", "1 0 0 0", "=www.example.com AAAA IN", RVX__MATCH_TYPE},
    {"8180", "1 0 0 0", "=www.example.com A CH", RVX__MATCH_CLASS},
    {"8180", "1 0 0 0", "=wWw.exAmple.com AAAA IN", RVX__MATCH_TYPE},
    {"8180", "1 0 0 0", "=wWw.exAmple.com A CH", RVX__MATCH_CLASS},
    {"8180", "1 0 0 0", "=wWw.exAmple.org A IN", RVX__MATCH_NAME},
    {"8180", "1 0 0 0", "=wWw.exAmple.comm A IN", RVX__MATCH_NAME},
    {"8180", "1 0 0 0", "=exAmple.com A IN 20*x00", RVX__MATCH_NAME},
    {"8180", "1 0 0 0", "+wWw +exAmple +com x41 A IN", RVX__MATCH_NAME},
    {"8180", "1 0 0 0", "+wWw +exAmple @30 x0363 'om x00 A IN", RVX__MATCH_NAME},
    {"8180", "1 0 0 0", "=wWw\\.exAmple.com A IN", RVX__MATCH_NAME},
    {"8180", "1 0 0 0", "+wWw +exAmple +com x00 A x00", RVX__MATCH_SHORT},
    {"8180", "1 0 0 0", "", RVX__MATCH_SHORT},
};

static struct rvx__question make_question(struct rvx__name *name)
{
    struct rvx__question question = {.type = RVX__DNS_TYPE_A, .class_ = RVX__DNS_CLASS_IN};

    assert_true(rvx__name_parse(rvx__view_text("wWw.exAmple.com"), name));
    question.name = rvx__name_view(name);
    return question;
}

static void test_rows(void **state)
{
    struct rvx__name name;
    struct rvx__question question = make_question(&name);
    size_t i;

    (void)state;
    for (i = 0; i < COUNT_OF(rows); i++) {
        struct exact bytes = wire_message(rows[i].flags, rows[i].counts, rows[i].words);
        enum rvx__match got = rvx__match(bytes.view, 0x1234, &question);

        if (got != rows[i].want)
            fail_msg("%s %s %s: %s, wanted %s", rows[i].flags, rows[i].counts, rows[i].words, rvx__match_text(got),
                     rvx__match_text(rows[i].want));
        assert_int_equal(rvx__match(bytes.view, 0x1235, &question), RVX__MATCH_ID);
        assert_int_equal(rvx__match(bytes.view, 0x3412, &question), RVX__MATCH_ID);
        exact_free(&bytes);
    }
}

static void test_short(void **state)
{
    struct exact whole = wire_message("8180", "1 0 0 0", Q);
    struct rvx__name name;
    struct rvx__question question = make_question(&name);
    size_t len;

    (void)state;
    for (len = 0; len < whole.view.len; len++) {
        struct exact cut = exact_bytes(whole.view.data, len);

        assert_int_equal(rvx__match(cut.view, 0x1234, &question), RVX__MATCH_SHORT);
        exact_free(&cut);
    }
    exact_free(&whole);
}

static void test_texts(void **state)
{
    unsigned match;

    (void)state;
    for (match = 0; match < RVX__MATCHES_N; match++)
        assert_string_not_equal(rvx__match_text((enum rvx__match)match), "unknown");
    assert_string_equal(rvx__match_text((enum rvx__match)RVX__MATCHES_N), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_short),
        cmocka_unit_test(test_texts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
