/* test_dns_classify.c - what a reply says about its question */
#include "support/test.h"

#include <stdio.h>
#include <string.h>

#include "dns/classify.h"
#include "support/describe.h"
#include "support/wiretext.h"

#define Q "=www.example.com A IN "
#define A1 "A IN ##60 [ xc0000201 ] "
#define A2 "A IN ##30 [ xc0000202 ] "
#define SOA(owner) owner " SOA IN ##300 [ =ns =root ##1 ##2 ##3 ##4 ##120 ] "
#define OPT "OPT(00000000) "

static const struct row {
    const char *name, *flags, *counts, *words;
    /* verdict, target, TTL, and as far as they are not 0 or false: c(acheable) ad h(ops) r(ecords) x(off the chain),
     * the aliases, the addresses */
    const char *want;
} rows[] = {
    {"one address", "8180", "1 1 0 0", Q "@12 " A1, "answer www.example.com ttl 60 c r 1 192.0.2.1"},
    {"owner spelled out", "8180", "1 1 0 0", Q "=www.example.com " A1, "answer www.example.com ttl 60 c r 1 192.0.2.1"},
    {"owner in other case", "8180", "1 1 0 0", Q "=WWW.eXample.com " A1,
     "answer www.example.com ttl 60 c r 1 192.0.2.1"},
    {"owner half compressed", "8180", "1 1 0 0", Q "+www @16 " A1, "answer www.example.com ttl 60 c r 1 192.0.2.1"},
    {"two, least TTL", "8180", "1 2 0 0", Q "@12 " A1 "@12 " A2,
     "answer www.example.com ttl 30 c r 2 192.0.2.1 192.0.2.2"},
    {"TTL 0", "8180", "1 1 0 0", Q "@12 A IN ##0 [ xc0000201 ]", "answer www.example.com ttl 0 c r 1 192.0.2.1"},
    {"TTL with the top bit", "8180", "1 1 0 0", Q "@12 A IN ##4294967295 [ xc0000201 ]",
     "answer www.example.com ttl 0 c r 1 192.0.2.1"},
    {"TTL as large as can be", "8180", "1 1 0 0", Q "@12 A IN ##2147483647 [ xc0000201 ]",
     "answer www.example.com ttl 2147483647 c r 1 192.0.2.1"},
    {"AD", "81a0", "1 1 0 0", Q "@12 " A1, "answer www.example.com ttl 60 c ad r 1 192.0.2.1"},
    {"not recursive, but an answer", "8000", "1 1 0 0", Q "@12 " A1, "answer www.example.com ttl 60 c r 1 192.0.2.1"},
    {"IPv6", "8180", "1 1 0 0", "=a AAAA IN @12 AAAA IN ##5 [ x20010db8 11*x00 x01 ]",
     "answer a ttl 5 c r 1 2001:db8::1"},
    /* the chain */
    {"alias", "8180", "1 2 0 1", Q "@12 CNAME IN ##10 [ :m +edge @24 ] @m " A1 OPT,
     "answer edge.com ttl 10 c h 1 r 1 > www.example.com 192.0.2.1"},
    {"alias, reverse", "8180", "1 2 0 0", Q "=edge.net " A1 "@12 CNAME IN ##100 [ =Edge.Net ]",
     "answer Edge.Net ttl 60 c h 1 r 1 > www.example.com 192.0.2.1"},
    {"three, any order", "8180", "1 5 0 0",
     Q "=b CNAME IN ##5 [ =c ] =c " A1 "=a CNAME IN ##6 [ =b ] =c " A2 "@12 CNAME IN ##7 [ =a ]",
     "answer c ttl 5 c h 3 r 2 > www.example.com > a > b 192.0.2.1 192.0.2.2"},
    {"alias only", "8180", "1 1 0 0", Q "@12 CNAME IN ##10 [ =a.b ]", "alias a.b ttl 10 c h 1 > www.example.com"},
    {"alias, the root", "8180", "1 1 0 0", Q "@12 CNAME IN ##10 [ =. ]", "alias . ttl 10 c h 1 > www.example.com"},
    {"alias, SOA of its zone", "8180", "1 1 1 0", Q "@12 CNAME IN ##10 [ =a.b ] " SOA("=b"),
     "no data a.b ttl 10 c h 1 > www.example.com"},
    {"alias, SOA of another zone", "8180", "1 1 1 0", Q "@12 CNAME IN ##10 [ =a.b ] " SOA("=example.com"),
     "alias a.b ttl 10 c h 1 > www.example.com"},
    {"alias, NXDOMAIN", "8183", "1 1 1 0", Q "@12 CNAME IN ##500 [ =a.b ] " SOA("=b"),
     "no such name a.b ttl 120 c h 1 > www.example.com"},
    {"alias, NXDOMAIN, no SOA", "8183", "1 1 0 0", Q "@12 CNAME IN ##500 [ =a.b ]",
     "no such name a.b ttl 0 h 1 > www.example.com"},
    {"alias to itself", "8180", "1 1 0 0", Q "@12 CNAME IN ##10 [ @12 ]",
     "alias loop www.example.com ttl 0 h 1 > www.example.com"},
    {"alias to itself and address", "8180", "1 2 0 0", Q "@12 CNAME IN ##10 [ @12 ] @12 " A1,
     "alias loop www.example.com ttl 0 h 1 > www.example.com"},
    {"circle", "8180", "1 3 0 0", Q "@12 CNAME IN ##10 [ =a ] =a CNAME IN ##1 [ =b ] =b CNAME IN ##1 [ =A ]",
     "alias loop A ttl 0 h 3 > www.example.com > a > b"},
    {"circle elsewhere", "8180", "1 3 0 0", Q "@12 " A1 "=a CNAME IN ##1 [ =b ] =b CNAME IN ##1 [ =a ]",
     "answer www.example.com ttl 60 c r 1 x 2 192.0.2.1"},
    {"two aliases of one name", "8180", "1 4 0 0",
     Q "@12 CNAME IN ##10 [ =a ] @12 CNAME IN ##10 [ =b ] =b " A2 "=a " A1,
     "answer a ttl 10 c h 1 r 1 x 2 > www.example.com 192.0.2.1"},
    {"DNAME with its CNAME", "8180", "1 3 0 0",
     Q "=example.com DNAME IN ##9 [ =b ] @12 CNAME IN ##9 [ =www.b ] =www.b " A1,
     "answer www.b ttl 9 c h 1 r 1 > www.example.com 192.0.2.1"},
    {"DNAME without its CNAME", "8180", "1 2 0 0", Q "=example.com DNAME IN ##9 [ =b ] =www.b " A1,
     "lame server www.example.com ttl 0 x 1"},
    {"DNAME without its CNAME, SOA", "8180", "1 1 1 0", Q "=example.com DNAME IN ##9 [ =b ] " SOA("=example.com"),
     "lame server www.example.com ttl 0"},
    {"DNAME without its CNAME, NXDOMAIN", "8183", "1 1 1 0", Q "=com DNAME IN ##9 [ =b ] " SOA("=com"),
     "lame server www.example.com ttl 0"},
    {"DNAME of another name", "8180", "1 1 1 0", Q "=example.net DNAME IN ##9 [ =b ] " SOA("=example.com"),
     "no data www.example.com ttl 120 c"},
    {"DNAME of the name itself", "8180", "1 1 1 0", Q "@12 DNAME IN ##9 [ =b ] " SOA("=example.com"),
     "no data www.example.com ttl 120 c"},
    {"signed", "8180", "1 2 0 0", Q "@12 " A1 "@12 RRSIG IN ##60 [ A x0802 ##3600 ##1 ##2 #7 =a x00 ]",
     "answer www.example.com ttl 60 c r 1 192.0.2.1"},
    {"CNAME was asked for", "8180", "1 2 0 0", "=a CNAME IN @12 CNAME IN ##10 [ =b ] =b CNAME IN ##9 [ =c ]",
     "answer a ttl 10 c r 1 x 1"},
    {"ANY was asked for", "8180", "1 3 0 0", "=a ANY IN @12 CNAME IN ##10 [ =b ] @12 TXT IN ##9 [ \"x ] =b " A1,
     "answer a ttl 9 c r 2 x 1"},
    /* what is not on it */
    {"unrelated owner", "8180", "1 1 0 0", Q "=evil.example " A1, "no data www.example.com ttl 0 x 1"},
    {"unrelated owner too", "8180", "1 2 0 0", Q "=evil.example " A1 "@12 " A2,
     "answer www.example.com ttl 30 c r 1 x 1 192.0.2.2"},
    {"owner below, above", "8180", "1 2 0 0", Q "+a @12 " A1 "@16 " A2, "no data www.example.com ttl 0 x 2"},
    {"class CH", "8180", "1 1 0 0", Q "@12 A CH ##60 [ xc0000201 ]", "no data www.example.com ttl 0 x 1"},
    {"CNAME of class CH", "8180", "1 2 0 0", Q "@12 CNAME CH ##60 [ =a ] =a " A1, "no data www.example.com ttl 0 x 2"},
    {"other type", "8180", "1 1 0 0", Q "@12 AAAA IN ##60 [ 16*x01 ]", "no data www.example.com ttl 0 x 1"},
    {"address in authority", "8180", "1 0 1 0", Q "@12 " A1, "no data www.example.com ttl 0"},
    {"address in additional", "8180", "1 0 0 1", Q "@12 " A1, "no data www.example.com ttl 0"},
    /* negative answers, RFC 2308 */
    {"NODATA", "8180", "1 0 1 0", Q SOA("@16"), "no data www.example.com ttl 120 c"},
    {"NODATA, SOA TTL below MINIMUM", "8180", "1 0 1 0", Q "@16 SOA IN ##5 [ =ns =root ##1 ##2 ##3 ##4 ##120 ]",
     "no data www.example.com ttl 5 c"},
    {"NODATA, MINIMUM above all", "8180", "1 0 1 0", Q "@16 SOA IN ##5 [ =a =b ##1 ##2 ##3 ##4 ##4294967295 ]",
     "no data www.example.com ttl 5 c"},
    {"NODATA, SOA of the name", "8180", "1 0 1 0", Q SOA("@12"), "no data www.example.com ttl 120 c"},
    {"NODATA, SOA of the root", "8180", "1 0 1 0", Q SOA("x00"), "no data www.example.com ttl 120 c"},
    {"NODATA, SOA below the name", "8180", "1 0 1 0", Q SOA("=a.www.example.com"), "no data www.example.com ttl 0"},
    {"NODATA, SOA of a stranger", "8180", "1 0 1 0", Q SOA("=example.org"), "no data www.example.com ttl 0"},
    {"NODATA, SOA of a name alike", "8180", "1 0 1 0", Q SOA("=ww.example.com"), "no data www.example.com ttl 0"},
    {"NODATA, SOA of class CH", "8180", "1 0 1 0", Q "@16 SOA CH ##5 [ =a =b ##1 ##2 ##3 ##4 ##5 ]",
     "no data www.example.com ttl 0"},
    {"NODATA, stranger's and own", "8180", "1 0 2 0", Q SOA("=example.org") SOA("@16"),
     "no data www.example.com ttl 120 c"},
    {"NODATA, no SOA", "8180", "1 0 0 0", Q, "no data www.example.com ttl 0"},
    {"NODATA, authoritative", "8400", "1 0 0 0", Q, "no data www.example.com ttl 0"},
    {"NXDOMAIN", "8183", "1 0 1 0", Q SOA("@16"), "no such name www.example.com ttl 120 c"},
    {"NXDOMAIN, not recursive", "8003", "1 0 0 0", Q, "no such name www.example.com ttl 0"},
    {"NXDOMAIN and an address", "8183", "1 1 0 0", Q "@12 " A1, "no such name www.example.com ttl 0 r 1"},
    /* lame: go-net.md 5.3.3 */
    {"nothing", "8000", "1 0 0 0", Q, "lame server www.example.com ttl 0"},
    {"nothing, OPT", "8000", "1 0 0 1", Q OPT, "lame server www.example.com ttl 0"},
    {"referral", "8100", "1 0 1 0", Q "@16 NS IN ##60 [ =ns.example.com ]", "lame server www.example.com ttl 0"},
    {"referral with addresses", "8100", "1 0 1 2", Q "@16 NS IN ##60 [ :m +ns @16 ] @m " A1 OPT,
     "lame server www.example.com ttl 0"},
    {"nothing, additional", "8100", "1 0 0 1", Q "=a " A1, "no data www.example.com ttl 0"},
    {"referral, recursive", "8180", "1 0 1 0", Q "@16 NS IN ##60 [ =ns.example.com ]", "no data www.example.com ttl 0"},
    {"alias, not recursive", "8100", "1 1 0 0", Q "@12 CNAME IN ##10 [ =a.b ]",
     "alias a.b ttl 10 c h 1 > www.example.com"},
    /* TC and codes */
    {"TC", "8380", "1 0 0 0", Q, "truncated www.example.com ttl 0"},
    {"TC and an address", "8380", "1 1 0 0", Q "@12 " A1, "truncated www.example.com ttl 0"},
    {"TC and NXDOMAIN", "8383", "1 0 0 0", Q, "truncated www.example.com ttl 0"},
    {"TC and SERVFAIL", "8382", "1 0 0 0", Q, "server failure www.example.com ttl 0"},
    {"FORMERR", "8181", "1 0 0 0", Q, "format error www.example.com ttl 0"},
    {"FORMERR, no question", "8181", "0 0 0 0", "", "format error www.example.com ttl 0"},
    {"SERVFAIL", "8182", "1 0 0 0", Q, "server failure www.example.com ttl 0"},
    {"SERVFAIL and an address", "8182", "1 1 0 0", Q "@12 " A1, "server failure www.example.com ttl 0"},
    {"NOTIMP", "8184", "1 0 0 0", Q, "not implemented www.example.com ttl 0"},
    {"REFUSED", "8185", "1 0 0 0", Q, "refused www.example.com ttl 0"},
    {"YXDOMAIN", "8186", "1 0 0 0", Q, "other code www.example.com ttl 0"},
    {"15", "818f", "1 0 0 0", Q, "other code www.example.com ttl 0"},
    {"BADVERS", "8180", "1 0 0 1", Q "OPT(01000000)", "bad version www.example.com ttl 0"},
    {"BADVERS and an address", "8180", "1 1 0 1", Q "@12 " A1 "OPT(01000000)", "bad version www.example.com ttl 0"},
    {"BADCOOKIE", "8187", "1 0 0 1", Q "OPT(01000000)", "bad cookie www.example.com ttl 0"},
    {"4080", "8180", "1 0 0 1", Q "OPT(ff000000)", "other code www.example.com ttl 0"},
    {"4083", "8183", "1 0 0 1", Q "OPT(ff000000)", "other code www.example.com ttl 0"},
};

static void describe_aliases(struct description *got, const struct rvx__message *message,
                             const struct rvx__finding *finding)
{
    char text[RVX__NAME_TEXT_SIZE];
    struct rvx__name name;
    struct rvx__rr rr;
    unsigned hop = 0;

    while (rvx__finding_next_alias(message, finding, &hop, &rr)) {
        assert_int_equal(rr.type, RVX__DNS_TYPE_CNAME);
        rvx__name_expand(message->bytes, rr.owner, &name);
        rvx__name_text(rvx__name_view(&name), text);
        describe_word(got, ">");
        describe_word(got, text);
    }
}

static void describe_finding(struct description *got, const struct rvx__message *message,
                             const struct rvx__question *question, const struct rvx__finding *finding)
{
    char text[RVX__NAME_TEXT_SIZE];
    struct rvx_addr addr;
    struct rvx__rr rr;
    size_t at = 0;

    describe_start(got);
    describe_word(got, rvx__verdict_text(finding->verdict));
    rvx__name_text(rvx__name_view(&finding->target), text);
    describe_word(got, text);
    describe_number(got, "ttl ", finding->ttl);
    if (finding->cacheable)
        describe_word(got, "c");
    if (finding->ad)
        describe_word(got, "ad");
    if (finding->hops > 0)
        describe_number(got, "h ", finding->hops);
    if (finding->records > 0)
        describe_number(got, "r ", finding->records);
    if (finding->off_chain > 0)
        describe_number(got, "x ", finding->off_chain);
    describe_aliases(got, message, finding);
    while (rvx__finding_next(message, question, finding, &at, &rr)) {
        if (rvx__rr_addr(message, &rr, &addr))
            describe_addr(got, &addr);
    }
}

/* The question of the message itself, or www.example.com A if it has none. */
static struct rvx__question read_question(struct rvx__view bytes, struct rvx__name *name)
{
    struct rvx__question question = {.type = RVX__DNS_TYPE_A, .class_ = RVX__DNS_CLASS_IN};
    size_t end;

    if (rvx__wire_u16(bytes, RVX__DNS_COUNTS_AT) == 0) {
        rvx__name_parse(rvx__view_text("www.example.com"), name);
    } else {
        end = rvx__name_expand(bytes, RVX__DNS_HEADER_LEN, name);
        question.type = rvx__wire_u16(bytes, end);
        question.class_ = rvx__wire_u16(bytes, end + 2);
    }
    question.name = rvx__name_view(name);
    return question;
}

static void test_rows(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < COUNT_OF(rows); i++) {
        struct exact bytes = wire_message(rows[i].flags, rows[i].counts, rows[i].words);
        struct rvx__finding finding;
        struct rvx__message message;
        struct rvx__question question;
        struct description got;
        struct rvx__name name;

        question = read_question(bytes.view, &name);
        if (rvx__gate_check(bytes.view, &message) != RVX__GATE_OK)
            fail_msg("%s: %s", rows[i].name, rvx__gate_fault_text(rvx__gate_check(bytes.view, &message)));
        rvx__classify(&message, &question, &finding);
        describe_finding(&got, &message, &question, &finding);
        assert_row_text(rows[i].name, describe_end(&got), rows[i].want);
        assert_int_equal(finding.rcode, message.rcode);
        exact_free(&bytes);
    }
}

/* Chains of n aliases, x0 -> x1 ... -> xn, forwards and backwards. */
static enum rvx__verdict classify_chain(unsigned n, bool reverse, struct rvx__finding *finding)
{
    char words[8192] = "=x0 A IN ", counts[32];
    struct exact bytes;
    struct rvx__message message;
    struct rvx__question question;
    struct rvx__name name;
    unsigned i;

    for (i = 0; i < n; i++) {
        unsigned from = reverse ? n - 1 - i : i;
        size_t len = strlen(words);

        snprintf(words + len, sizeof words - len, "=x%u CNAME IN ##%u [ =x%u ] ", from, 1000 - from, from + 1);
    }
    snprintf(words + strlen(words), sizeof words - strlen(words), "=x%u " A1, n);
    snprintf(counts, sizeof counts, "1 %u 0 0", n + 1);
    bytes = wire_message("8180", counts, words);
    question = read_question(bytes.view, &name);
    assert_int_equal(rvx__gate_check(bytes.view, &message), RVX__GATE_OK);
    rvx__classify(&message, &question, finding);
    exact_free(&bytes);
    return finding->verdict;
}

static void test_long_chains(void **state)
{
    static const unsigned lengths[] = {1, 8, 20, 50, RVX__CHAIN_MAX};
    struct rvx__finding finding;
    size_t i;

    (void)state;
    for (i = 0; i < 2 * COUNT_OF(lengths); i++) {
        unsigned n = lengths[i / 2];

        assert_int_equal(classify_chain(n, i % 2 != 0, &finding), RVX__VERDICT_ANSWER);
        assert_int_equal(finding.hops, n);
        assert_int_equal(finding.records, 1);
        assert_int_equal(finding.ttl, 60);
        assert_int_equal(finding.off_chain, 0);
    }
    assert_int_equal(classify_chain(RVX__CHAIN_MAX + 1, false, &finding), RVX__VERDICT_LOOP);
    assert_int_equal(classify_chain(200, true, &finding), RVX__VERDICT_LOOP);
}

static void test_addr(void **state)
{
    static const struct {
        const char *words, *want;
    } addrs[] = {
        {"x00 A IN ##1 [ xc0000201 ]", "192.0.2.1"},
        {"x00 AAAA IN ##1 [ x20010db8 12*x00 ]", "2001:db8::"},
        {"x00 AAAA IN ##1 [ 10*x00 xffff xc0000201 ]", "192.0.2.1"},
        {"x00 A CH ##1 [ xc0000201 ]", "none"},
        {"x00 TXT IN ##1 [ x03c00002 ]", "none"},
        {"x00 TYPE999 IN ##1 [ 16*x01 ]", "none"},
    };
    size_t i;

    (void)state;
    for (i = 0; i < COUNT_OF(addrs); i++) {
        struct exact bytes = wire_message("8180", "0 1 0 0", addrs[i].words);
        struct rvx_addr addr = {.family = RVX_FAMILY_NONE};
        char text[RVX_ADDR_STRLEN] = "none";
        struct rvx__message message;
        struct rvx__rr rr;
        size_t at = 0;

        assert_int_equal(rvx__gate_check(bytes.view, &message), RVX__GATE_OK);
        assert_true(rvx__message_next(&message, RVX__DNS_ANSWER, &at, &rr));
        if (rvx__rr_addr(&message, &rr, &addr))
            rvx_addr_host_text(&addr, text);
        else
            assert_int_equal(addr.family, RVX_FAMILY_NONE);
        assert_string_equal(text, addrs[i].want);
        exact_free(&bytes);
    }
}

static void test_texts(void **state)
{
    unsigned verdict;

    (void)state;
    for (verdict = 0; verdict < RVX__VERDICTS_N; verdict++)
        assert_string_not_equal(rvx__verdict_text((enum rvx__verdict)verdict), "unknown");
    assert_string_equal(rvx__verdict_text((enum rvx__verdict)RVX__VERDICTS_N), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_long_chains),
        cmocka_unit_test(test_addr),
        cmocka_unit_test(test_texts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
