/* test_dns_gate.c - the door for messages: structure, names, OPT, signatures, and what the work on the worst costs */
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dns/gate.h"
#include "dns/name.h"
#include "support/exact.h"
#include "support/wiretext.h"

#define Q "=example.com A IN "
#define OPT "OPT(00000000) "
#define A_RECORD "@12 A IN ##60 [ xc0000201 ] "
#define L63 "abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz0"
#define L31 "abcdefghijklmnopqrstuvwxyz01234"

static const struct gate_row {
    const char *name, *flags, *counts, *words;
    enum rvx__gate_fault want;
} rows[] = {
    {"header only", "8180", "0 0 0 0", "", RVX__GATE_OK},
    {"a question", "8180", "1 0 0 0", Q, RVX__GATE_OK},
    {"a query", "0100", "1 0 0 0", Q, RVX__GATE_OK},
    {"an answer", "8180", "1 1 0 0", Q A_RECORD, RVX__GATE_OK},
    {"all sections", "8180", "1 1 1 2", Q A_RECORD "@12 NS IN ##60 [ +ns @12 ] @12 A IN ##1 [ x01020304 ] " OPT,
     RVX__GATE_OK},
    {"all flags, opcode 15, rcode 15", "ffff", "1 0 0 0", Q, RVX__GATE_OK},
    {"trailing bytes", "8180", "1 1 0 0", Q A_RECORD "20*xff", RVX__GATE_OK},
    {"class CH", "8180", "1 1 0 0", Q "@12 A CH ##60 [ xc0000201 ]", RVX__GATE_OK},
    {"class NONE, ANY, 4096", "8180", "1 3 0 0",
     Q "@12 A NONE ##0 [ xc0000201 ] @12 A ANY ##0 [ xc0000201 ] @12 A #4096 ##0 [ xc0000201 ]", RVX__GATE_OK},
    /* counts */
    {"no question, but counted", "8180", "1 0 0 0", "", RVX__GATE_NAME},
    {"two questions", "8180", "2 0 0 0", Q Q, RVX__GATE_COUNTS},
    {"65535 questions", "8180", "65535 0 0 0", Q, RVX__GATE_COUNTS},
    {"65535 answers", "8180", "1 65535 0 0", Q A_RECORD, RVX__GATE_COUNTS},
    {"65535 authorities", "8180", "1 0 65535 0", Q A_RECORD, RVX__GATE_COUNTS},
    {"65535 additionals", "8180", "1 0 0 65535", Q A_RECORD, RVX__GATE_COUNTS},
    {"one answer too many", "8180", "1 2 0 0", Q A_RECORD, RVX__GATE_NAME},
    {"an answer, but no bytes", "8180", "1 1 0 0", Q, RVX__GATE_NAME},
    {"question cut in its name", "8180", "1 0 0 0", "+example", RVX__GATE_NAME},
    {"question cut in its type", "8180", "1 0 0 0", "=example.com x00", RVX__GATE_SHORT},
    {"question cut in its class", "8180", "1 0 0 0", "=example.com A x00", RVX__GATE_SHORT},
    {"question of the root", "8180", "1 0 0 0", "=. NS IN", RVX__GATE_OK},
    {"record cut in front of RDLENGTH", "8180", "1 1 0 0", Q "@12 A IN ##60 x00", RVX__GATE_SHORT},
    {"record cut in RDATA", "8180", "1 1 0 0", Q "@12 A IN ##60 #4 xc00002", RVX__GATE_SHORT},
    {"RDLENGTH 65535", "8180", "1 1 0 0", Q "@12 A IN ##60 #65535 xc0000201", RVX__GATE_SHORT},
    /* one record in the RDATA of another */
    {"A with RDLENGTH 20", "8180", "1 1 0 0", Q "@12 A IN ##60 [ xc0000201 " A_RECORD "]", RVX__GATE_RDATA},
    {"A with RDLENGTH 3", "8180", "1 1 0 0", Q "@12 A IN ##60 #3 xc0000201", RVX__GATE_RDATA},
    {"A with RDLENGTH 0", "8180", "1 1 0 0", Q "@12 A IN ##60 #0 xc0000201", RVX__GATE_RDATA},
    {"MX with a name beyond RDLENGTH", "8180", "1 1 0 0", Q "@12 MX IN ##60 #4 #10 =foo.example", RVX__GATE_RDATA},
    /* names */
    {"63 in a label", "8180", "1 0 0 0", "=" L63 ".com A IN", RVX__GATE_OK},
    {"255 in a name", "8180", "1 0 0 0", "+" L63 " +" L63 " +" L63 " +" L31 " +" L31 "x00 A IN", RVX__GATE_NAME},
    {"127 labels", "8180", "1 0 0 0", "127*+a x00 A IN", RVX__GATE_OK},
    {"128 labels", "8180", "1 0 0 0", "128*+a x00 A IN", RVX__GATE_NAME},
    {"label type 01", "8180", "1 0 0 0", "x40 64*'a x00 A IN", RVX__GATE_NAME},
    {"label type 10", "8180", "1 0 0 0", "x80 128*'a x00 A IN", RVX__GATE_NAME},
    {"question compressed", "8180", "1 0 0 0", "@12 A IN", RVX__GATE_NAME},
    {"question half compressed", "8180", "1 0 0 0", "+a @12 A IN", RVX__GATE_NAME},
    {"any bytes in labels", "8180", "1 0 0 0", "x05002effff5c x0120 x00 A IN", RVX__GATE_OK},
    {"owner: pointer to itself", "8180", "1 1 0 0", Q ":m @m A IN ##60 [ xc0000201 ]", RVX__GATE_NAME},
    {"owner: label and pointer to itself", "8180", "1 1 0 0", Q ":m +a @m A IN ##60 [ xc0000201 ]", RVX__GATE_NAME},
    {"owner: pointer forward", "8180", "1 1 0 0", Q "@60 A IN ##60 [ xc0000201 ] =a", RVX__GATE_NAME},
    {"owner: pointer into the header", "8180", "1 1 0 0", Q "@11 A IN ##60 [ xc0000201 ]", RVX__GATE_NAME},
    {"owner: pointer to the header", "8180", "1 1 0 0", Q "@0 A IN ##60 [ xc0000201 ]", RVX__GATE_NAME},
    {"owner: pointer into a label", "8180", "1 1 0 0", "x03 x02 'aa x00 A IN @13 A IN ##60 [ xc0000201 ]",
     RVX__GATE_OK},
    {"owner: pointer to a bad label", "8180", "1 1 0 0", Q "@13 A IN ##60 [ xc0000201 ]", RVX__GATE_NAME},
    {"owner: half a pointer at the end", "8180", "1 1 0 0", Q "+aaaaaaaaaaa xc0", RVX__GATE_NAME},
    /* Of a label in front of the owner, whose second byte is the owner's first, and so on into what is behind. */
    {"owner: label that reaches into the owner", "8180", "1 1 0 0", "=a A #1 @20 A IN ##60 [ xc0000201 ] 40*x00",
     RVX__GATE_NAME},
    {"two names that lead to each other", "8180", "1 1 0 0", Q "+a :m +b @m A IN ##60 [ xc0000201 ]", RVX__GATE_NAME},
    {"pointer into RDATA", "8180", "1 2 0 0", Q "@12 TYPE999 IN ##60 [ :m =a.b ] @m A IN ##60 [ xc0000201 ]",
     RVX__GATE_OK},
    {"pointer into RDATA that is no name", "8180", "1 2 0 0",
     Q "@12 TYPE999 IN ##60 [ :m xff ] @m A IN ##60 [ xc0000201 ]", RVX__GATE_NAME},
    {"255 by a pointer", "8180", "1 1 0 0", "126*+a x00 A IN +a @12 A IN ##60 [ xc0000201 ]", RVX__GATE_OK},
    {"257 by a pointer", "8180", "1 1 0 0", "127*+a x00 A IN +a @12 A IN ##60 [ xc0000201 ]", RVX__GATE_NAME},
    /* OPT */
    {"OPT", "8180", "1 0 0 1", Q OPT, RVX__GATE_OK},
    {"OPT twice", "8180", "1 0 0 2", Q OPT OPT, RVX__GATE_OPT},
    {"OPT in the answer", "8180", "1 1 0 0", Q OPT, RVX__GATE_OPT},
    {"OPT in the authority", "8180", "1 0 1 0", Q OPT, RVX__GATE_OPT},
    {"OPT of a name", "8180", "1 0 0 1", Q "@12 OPT #1232 ##0 #0", RVX__GATE_OPT},
    {"OPT of a pointer to the root", "8180", "1 0 0 1", "=. A IN @12 OPT #1232 ##0 #0", RVX__GATE_OPT},
    {"an option", "8180", "1 0 0 1", Q "x00 OPT #1232 ##0 [ #10 [ 16*x01 ] ]", RVX__GATE_OK},
    {"an option too long by one", "8180", "1 0 0 1", Q "x00 OPT #1232 ##0 [ #10 #17 16*x01 ]", RVX__GATE_OPT},
    {"an option without length", "8180", "1 0 0 1", Q "x00 OPT #1232 ##0 [ #10 ]", RVX__GATE_OPT},
    {"half an option code", "8180", "1 0 0 1", Q "x00 OPT #1232 ##0 [ x00 ]", RVX__GATE_OPT},
    {"16000 options", "8180", "1 0 0 1", Q "x00 OPT #1232 ##0 [ 16000*##0 ]", RVX__GATE_OK},
    /* signatures */
    {"TSIG", "8180", "1 0 0 1", Q "=key TSIG ANY ##0 [ =hmac-sha256 6*x00 #300 #0 #0 #0 #0 ]", RVX__GATE_TSIG},
    {"TSIG twice", "8180", "1 0 0 2", Q "=key TSIG ANY ##0 [ ] =key TSIG ANY ##0 [ ]", RVX__GATE_TSIG},
    {"TSIG in the answer", "8180", "1 1 0 0", Q "=key TSIG ANY ##0 [ ]", RVX__GATE_TSIG},
    {"SIG(0)", "8180", "1 0 0 1", Q "x00 SIG ANY ##0 [ #0 x0500 ##0 ##1 ##2 #7 =a x00 ]", RVX__GATE_TSIG},
    {"SIG of a type", "8180", "1 0 0 1", Q "x00 SIG IN ##0 [ A x0500 ##0 ##1 ##2 #7 =a x00 ]", RVX__GATE_OK},
};

static void test_rows(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < COUNT_OF(rows); i++) {
        struct exact bytes = wire_message(rows[i].flags, rows[i].counts, rows[i].words);
        struct rvx__message message;
        enum rvx__gate_fault got = rvx__gate_check(bytes.view, &message);

        if (got != rows[i].want)
            fail_msg("%s: %s, wanted %s", rows[i].name, rvx__gate_fault_text(got), rvx__gate_fault_text(rows[i].want));
        exact_free(&bytes);
    }
}

/* Whatever is cut off a message, it is no message any more; nothing behind the end is read. */
static void test_cut(void **state)
{
    struct exact whole = wire_message("8180", "1 2 1 1",
                                      Q "@12 CNAME IN ##60 [ :m +www @12 ] @m A IN ##60 [ xc0000201 ] "
                                        "@12 SOA IN ##60 [ +ns @12 +root @12 ##1 ##2 ##3 ##4 ##5 ] "
                                        "x00 OPT #1232 ##0 [ #10 [ 16*x01 ] ]");
    struct rvx__message message;
    size_t len;

    (void)state;
    assert_int_equal(rvx__gate_check(whole.view, &message), RVX__GATE_OK);
    assert_int_equal(message.end, whole.view.len);
    for (len = 0; len < whole.view.len; len++) {
        struct exact cut = exact_bytes(whole.view.data, len);

        assert_int_not_equal(rvx__gate_check(cut.view, &message), RVX__GATE_OK);
        exact_free(&cut);
    }
    exact_free(&whole);
}

static void test_fields(void **state)
{
    struct exact bytes = wire_message("85b3", "1 1 1 2",
                                      Q A_RECORD "@12 NS IN ##2147483648 [ =a ] "
                                                 "x00 OPT #4096 x01028003 [ #15 [ #3 ] ] =b AAAA IN ##4294967295 "
                                                 "[ 16*x01 ] xffff");
    struct rvx__message message;
    struct rvx__rr rr;
    size_t at = 0;

    (void)state;
    assert_int_equal(rvx__gate_check(bytes.view, &message), RVX__GATE_OK);
    assert_int_equal(message.id, 0x1234);
    assert_int_equal(message.flags, 0x85b3);
    assert_int_equal(message.rcode, 0x13);
    assert_true(message.has_opt);
    assert_int_equal(message.edns_version, 2);
    assert_int_equal(message.edns_flags, 0x8003);
    assert_int_equal(message.udp_size, 4096);
    assert_int_equal(message.options.len, 6);
    assert_int_equal(message.end, bytes.view.len - 2);
    assert_int_equal(message.bytes.len, message.end);
    assert_int_equal(message.at[RVX__DNS_QUESTION], 12);
    assert_int_equal(message.at[RVX__DNS_ANSWER], 29);
    assert_false(rvx__message_next(&message, RVX__DNS_QUESTION, &at, &rr));
    assert_true(rvx__message_next(&message, RVX__DNS_ANSWER, &at, &rr));
    assert_int_equal(rr.owner, 29);
    assert_int_equal(rr.rdata, 41);
    assert_int_equal(rr.rdata_len, 4);
    assert_int_equal(rr.type, RVX__DNS_TYPE_A);
    assert_int_equal(rr.class_, RVX__DNS_CLASS_IN);
    assert_int_equal(rr.ttl, 60);
    assert_false(rvx__message_next(&message, RVX__DNS_ANSWER, &at, &rr));
    at = 0;
    assert_true(rvx__message_next(&message, RVX__DNS_AUTHORITY, &at, &rr));
    assert_int_equal(rr.type, RVX__DNS_TYPE_NS);
    assert_int_equal(rr.ttl, 0);
    assert_false(rvx__message_next(&message, RVX__DNS_AUTHORITY, &at, &rr));
    at = 0;
    assert_true(rvx__message_next(&message, RVX__DNS_ADDITIONAL, &at, &rr));
    assert_int_equal(rr.type, RVX__DNS_TYPE_OPT);
    assert_true(rvx__message_next(&message, RVX__DNS_ADDITIONAL, &at, &rr));
    assert_int_equal(rr.type, RVX__DNS_TYPE_AAAA);
    assert_int_equal(rr.ttl, 0);
    assert_false(rvx__message_next(&message, RVX__DNS_ADDITIONAL, &at, &rr));
    exact_free(&bytes);
}

static void test_ttl(void **state)
{
    static const struct {
        const char *words;
        uint32_t want;
    } ttls[] = {{"##0", 0}, {"##1", 1}, {"##2147483647", 2147483647}, {"##2147483648", 0}, {"##4294967295", 0}};
    size_t i;

    (void)state;
    for (i = 0; i < COUNT_OF(ttls); i++) {
        struct rvx__message message;
        struct rvx__rr rr;
        char words[128];
        struct exact bytes;
        size_t at = 0;

        snprintf(words, sizeof words, Q "@12 A IN %s [ xc0000201 ]", ttls[i].words);
        bytes = wire_message("8180", "1 1 0 0", words);
        assert_int_equal(rvx__gate_check(bytes.view, &message), RVX__GATE_OK);
        assert_true(rvx__message_next(&message, RVX__DNS_ANSWER, &at, &rr));
        assert_int_equal(rr.ttl, ttls[i].want);
        exact_free(&bytes);
    }
}

static void test_too_long(void **state)
{
    size_t len = RVX__DNS_MESSAGE_MAX + 1;
    char *bytes = calloc(len, 1);
    struct rvx__message message;

    (void)state;
    assert_non_null(bytes);
    assert_int_equal(rvx__gate_check(rvx__view_of(bytes, len), &message), RVX__GATE_LIMIT);
    assert_int_equal(rvx__gate_check(rvx__view_of(bytes, len - 1), &message), RVX__GATE_OK);
    assert_int_equal(message.end, RVX__DNS_HEADER_LEN);
    free(bytes);
}

/* ---- the worst messages of 64 KB: how much work, in steps */

static void append(struct rvx__buf *buf, const char *words)
{
    struct exact bytes = wire_text(words);

    rvx__buf_add(buf, bytes.view);
    exact_free(&bytes);
}

/* A chain of pointers, each to the one before, in the RDATA of a record nobody knows, and records whose owner is its
 * last link. Returns how many. */
static unsigned add_chain(struct rvx__buf *buf, size_t links, const char *record)
{
    size_t i, last = RVX__DNS_HEADER_LEN;
    unsigned n = 1;

    append(buf, "@12 TYPE65280 IN ##1");
    rvx__buf_add_u16(buf, (uint16_t)(2 * links));
    for (i = 0; i < links; i++) {
        size_t at = buf->len;

        rvx__buf_add_u16(buf, (uint16_t)(0xc000 | last));
        last = at;
    }
    while (buf->len < RVX__DNS_MESSAGE_MAX - 400) {
        rvx__buf_add_u16(buf, (uint16_t)(0xc000 | last));
        append(buf, record);
        n++;
    }
    return n;
}

static unsigned add_many(struct rvx__buf *buf, const char *record)
{
    struct exact bytes = wire_text(record);
    unsigned n = 0;

    for (; buf->len + bytes.view.len <= RVX__DNS_MESSAGE_MAX - 16; n++)
        rvx__buf_add(buf, bytes.view);
    exact_free(&bytes);
    return n;
}

static const struct worst_row {
    const char *name;
    const char *question;
    size_t links; /* 0: no chain */
    const char *record;
    unsigned records; /* at most; 0: as many as fit */
    enum rvx__gate_fault want;
} worst_rows[] = {
    {"126 pointers for each owner", "=a A IN", 124, "A IN ##1 [ x01020304 ]", 500, RVX__GATE_OK},
    {"126 pointers for 3900 owners", "=a A IN", 124, "A IN ##1 [ x01020304 ]", 3900, RVX__GATE_NAME},
    {"127 pointers", "=a A IN", 126, "A IN ##1 [ x01020304 ]", 2, RVX__GATE_NAME},
    {"8000 pointers", "=a A IN", 8000, "A IN ##1 [ x01020304 ]", 0, RVX__GATE_NAME},
    {"minimal records", "=a A IN", 0, "x00 TYPE65280 IN ##1 [ ]", 4000, RVX__GATE_OK},
    {"more minimal records", "=a A IN", 0, "x00 TYPE65280 IN ##1 [ ]", 0, RVX__GATE_LIMIT},
    {"long owners", "127*+a x00 A IN", 0, "@12 A IN ##1 [ x01020304 ]", 2000, RVX__GATE_OK},
    {"more long owners", "127*+a x00 A IN", 0, "@12 A IN ##1 [ x01020304 ]", 0, RVX__GATE_LIMIT},
    {"long owners through labels", "126*+a x00 A IN", 0, "+b @12 A IN ##1 [ x01020304 ]", 2000, RVX__GATE_OK},
    {"long names in RDATA", "127*+a x00 A IN", 0, "@14 MINFO IN ##1 [ @14 @14 ]", 900, RVX__GATE_OK},
    {"more long names in RDATA", "127*+a x00 A IN", 0, "@14 MINFO IN ##1 [ @14 @14 ]", 0, RVX__GATE_LIMIT},
    {"SOA", "127*+a x00 A IN", 0, "@14 SOA IN ##1 [ @14 @14 20*x01 ]", 0, RVX__GATE_LIMIT},
    {"TXT of empty strings", "=a A IN", 0, "@12 TXT IN ##1 [ 255*x00 ]", 0, RVX__GATE_LIMIT},
    {"TXT of 65000 empty strings", "=a A IN", 0, "@12 TXT IN ##1 [ 65000*x00 ]", 1, RVX__GATE_LIMIT},
    {"NSEC windows", "=a A IN", 0, "@12 NSEC IN ##1 [ =. x000101 x010101 x020101 x030101 ]", 0, RVX__GATE_OK},
    {"APL", "=a A IN", 0, "@12 APL IN ##1 [ 60000*x00 ]", 0, RVX__GATE_OK},
    {"HTTPS keys", "=a A IN", 0, "@12 HTTPS IN ##1 [ #1 =. #7 [ ] #8 [ ] #9 [ ] #10 [ ] ]", 0, RVX__GATE_OK},
    {"options", "=a A IN", 0, "x00 OPT #1 ##0 [ 16000*##0 ]", 1, RVX__GATE_OK},
};

static struct exact make_worst(const struct worst_row *row)
{
    char *storage = malloc(RVX__DNS_MESSAGE_MAX + 2);
    struct exact exact, header = wire_message("8180", "1 0 0 0", row->question);
    struct rvx__buf buf;
    unsigned n;

    assert_non_null(storage);
    rvx__buf_init(&buf, storage, RVX__DNS_MESSAGE_MAX + 1);
    rvx__buf_add(&buf, header.view);
    n = row->links > 0 ? add_chain(&buf, row->links, row->record) : add_many(&buf, row->record);
    assert_int_equal(buf.error, 0);
    if (row->records > 0 && n > row->records)
        n = row->records;
    /* OPT belongs into the last section, all others fit into it as well. */
    rvx__wire_put_u16((uint8_t *)storage + RVX__DNS_COUNTS_AT + 6, (uint16_t)n);
    exact = exact_bytes(storage, buf.len);
    exact_free(&header);
    free(storage);
    return exact;
}

/* One record may be looked at before its message is found to be too much. */
#define STEPS_BOUND (RVX__GATE_STEPS_MAX + 65536)

static void test_worst(void **state)
{
    uint32_t most = 0;
    size_t i;

    (void)state;
    for (i = 0; i < COUNT_OF(worst_rows); i++) {
        struct exact bytes = make_worst(&worst_rows[i]);
        struct rvx__message message = {.steps = 0};
        enum rvx__gate_fault got = rvx__gate_check(bytes.view, &message);

        if (got != worst_rows[i].want)
            fail_msg("%s: %s, wanted %s", worst_rows[i].name, rvx__gate_fault_text(got),
                     rvx__gate_fault_text(worst_rows[i].want));
        if (message.steps > STEPS_BOUND)
            fail_msg("%s: %u steps", worst_rows[i].name, message.steps);
        most = message.steps > most ? message.steps : most;
        exact_free(&bytes);
    }
    /* Or these would not be the worst. */
    assert_true(most > 200000);
}

static void test_texts(void **state)
{
    int fault;

    (void)state;
    for (fault = RVX__GATE_OK; fault <= RVX__GATE_LIMIT; fault++)
        assert_string_not_equal(rvx__gate_fault_text((enum rvx__gate_fault)fault), "unknown fault");
    assert_string_equal(rvx__gate_fault_text((enum rvx__gate_fault)(RVX__GATE_LIMIT + 1)), "unknown fault");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),  cmocka_unit_test(test_cut),      cmocka_unit_test(test_fields),
        cmocka_unit_test(test_ttl),   cmocka_unit_test(test_too_long), cmocka_unit_test(test_worst),
        cmocka_unit_test(test_texts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
