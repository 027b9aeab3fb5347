/* test_dns_rdata.c - the RDATA of every type: what passes the gate, and what does not */
#include "support/test.h"

#include <stdio.h>
#include <string.h>

#include "dns/gate.h"
#include "support/exact.h"
#include "support/wiretext.h"

#define OK RVX__GATE_OK
#define BAD RVX__GATE_RDATA
#define OURS ((enum rvx__gate_fault)(RVX__GATE_LIMIT + 1)) /* passes, but is not for ldns */

/* How a valid one may end: where it says, or anywhere behind some point. */
enum tail { EXACT, OPEN };

static const struct valid_row {
    const char *type, *rdata;
    enum tail tail;
} valid_rows[] = {
    {"A", "xc0000201", EXACT},
    {"NS", "=ns.example", EXACT},
    {"NS", "@12", EXACT},
    {"MD", "=a", EXACT},
    {"MF", "=a", EXACT},
    {"CNAME", "+www @12", EXACT},
    {"CNAME", "=.", EXACT},
    {"SOA", "=ns.example +root @12 ##1 ##2 ##3 ##4 ##5", EXACT},
    {"MB", "=a", EXACT},
    {"MG", "=a", EXACT},
    {"MR", "=a", EXACT},
    {"NULL", "x00ff", OPEN},
    {"WKS", "x7f000001 x06 x00ff", OPEN},
    {"PTR", "@12", EXACT},
    {"HINFO", "\"i386 \"linux", EXACT},
    {"MINFO", "@12 =b", EXACT},
    {"MX", "#10 +mail @12", EXACT},
    {"TXT", "\"text", EXACT},
    {"TXT", "\"", EXACT},
    {"TXT", "\"one x00 \"two", EXACT},
    {"RP", "=a =b", EXACT},
    {"AFSDB", "#1 =a", EXACT},
    {"X25", "\"311061700956", EXACT},
    {"ISDN", "\"150862028003217", EXACT},
    {"ISDN", "\"150862028003217 \"004", EXACT},
    {"RT", "#10 =a", EXACT},
    {"NSAP", "x47000580005a0000", OPEN},
    {"NSAP-PTR", "\"a", EXACT},
    {"SIG", "A x0502 ##3600 ##1 ##2 #7 =a x00", OPEN},
    {"KEY", "#256 x0308 xabcd", OPEN},
    {"PX", "#10 =a =b", EXACT},
    {"GPOS", "\"1 \"2 \"3", EXACT},
    {"AAAA", "x20010db8 12*x01", EXACT},
    {"LOC", "x0012 x1613 ##2147483648 ##2147483648 ##10000000", EXACT},
    {"LOC", "x01ffff", OPEN},
    {"NXT", "=a x40", OPEN},
    {"TYPE40", "x01", EXACT},
    {"TYPE31", "x00", OPEN},
    {"SRV", "#0 #5 #443 =target.example", EXACT},
    {"TYPE34", "x0047", OPEN},
    {"NAPTR", "#100 #10 \"u \"E2U+sip \"!^.*$!sip:a@b! =.", EXACT},
    {"KX", "#1 =a", EXACT},
    {"CERT", "#1 #2 x05 x00", OPEN},
    {"DNAME", "=a.b", EXACT},
    {"APL", "#1 x18 x03 xc00002 #2 x40 x84 x20010db8", EXACT},
    {"APL", "", EXACT},
    {"DS", "#1 x0802 xab", OPEN},
    {"SSHFP", "x0101 xab", OPEN},
    {"IPSECKEY", "x0a0002 xabcd", OPEN},
    {"IPSECKEY", "x0a0102 xc0000201 xabcd", OPEN},
    {"IPSECKEY", "x0a0202 16*x01 xabcd", OPEN},
    {"IPSECKEY", "x0a0302 =gw.example xabcd", OPEN},
    {"RRSIG", "A x0802 ##3600 ##1 ##2 #7 =a x00", OPEN},
    {"NSEC", "=a x00 x06 x400000000003", EXACT},
    {"NSEC", "=a x00 x01 x40 x01 x01 x40 xff x20 32*x01", EXACT},
    {"DNSKEY", "#257 x0308 xab", OPEN},
    {"DHCID", "x00", OPEN},
    {"NSEC3", "x0101 #10 x00 x14 20*xab x00 x01 x40", EXACT},
    {"NSEC3", "x0101 #10 x02aabb x01ff", EXACT},
    {"NSEC3", "x0101 #10 xff 255*x01 xff 255*x02", EXACT},
    {"NSEC3PARAM", "x0100 #10 x02aabb", EXACT},
    {"TLSA", "x030101 xab", OPEN},
    {"SMIMEA", "x030101 xab", OPEN},
    {"HIP", "x0202 #3 xaabb xccddee", EXACT},
    {"HIP", "x0202 #3 xaabb xccddee =rvs.example =b", EXACT},
    {"TYPE56", "\"zs", EXACT},
    {"TYPE57", "#0 x01ff", OPEN},
    {"TALINK", "=a =b", EXACT},
    {"CDS", "#0 x0000 x00", OPEN},
    {"CDNSKEY", "#0 x0300 x00", OPEN},
    {"OPENPGPKEY", "x99", OPEN},
    {"CSYNC", "##66 #3 x00 x01 x60", EXACT},
    {"CSYNC", "##66 #3", EXACT},
    {"ZONEMD", "##2018031500 x0101 xab", OPEN},
    {"SVCB", "#0 =target.example", EXACT},
    {"HTTPS", "#1 =.", EXACT},
    {"HTTPS", "#1 =. #1 [ \"h2 \"h3 ] #3 [ #443 ] #4 [ xc0000201 xc0000202 ] #5 [ x00ff ] #6 [ 16*x01 ]", EXACT},
    {"HTTPS", "#1 =. #0 [ #1 #4 ] #1 [ \"h2 ] #2 [ ] #4 [ xc0000201 ] #7 [ '/q ]", EXACT},
    {"HTTPS", "#1 =. #65280 [ ] #65535 [ xff ]", EXACT},
    {"HTTPS", "#0 =a #4 [ x00 ]", EXACT}, /* of an alias, parameters are ignored */
    {"SPF", "\"v=spf1", EXACT},
    {"NID", "#10 x0014 x4fff xff20 xee64", EXACT},
    {"L32", "#10 xc0000201", EXACT},
    {"L64", "#10 8*x01", EXACT},
    {"LP", "#10 =a", EXACT},
    {"EUI48", "6*x01", EXACT},
    {"EUI64", "8*x01", EXACT},
    {"TKEY", "=alg ##1 ##2 #3 #0 [ xaabb ] [ ]", EXACT},
    {"URI", "#10 #1 'ftp://a", OPEN},
    {"CAA", "x00 \"issue 'ca.example", OPEN},
    {"CAA", "x80 \"a", OPEN},
    {"AVC", "\"app", EXACT},
    {"DOA", "##0 ##1 x02 \"text/plain x00", OPEN},
    {"AMTRELAY", "x0a00", EXACT},
    {"AMTRELAY", "x0a81 xc0000201", EXACT},
    {"AMTRELAY", "x0a02 16*x01", EXACT},
    {"AMTRELAY", "x0a03 =relay.example", EXACT},
    {"RESINFO", "\"qnamemin", EXACT},
    {"WALLET", "\"ETH \"0x0", EXACT},
    {"TA", "#1 x0802 xab", OPEN},
    {"DLV", "#1 x0802 xab", OPEN},
    {"TYPE65280", "", OPEN},
    {"TYPE65280", "xc00cffff", OPEN},
};

static const struct bad_row {
    const char *type, *rdata;
    enum rvx__gate_fault want;
} bad_rows[] = {
    {"A", "", BAD},
    {"A", "x7f0000", BAD},
    {"A", "20*x01", BAD},
    {"AAAA", "15*x01", BAD},
    {"AAAA", "17*x01", BAD},
    {"AAAA", "xc0000201", BAD},
    /* names: not there, forward, to itself, into the header, over the end, a label type nobody has */
    {"CNAME", "", BAD},
    {"CNAME", "@4000", BAD},
    {"CNAME", ":m @m", BAD},
    {"CNAME", "@0", BAD},
    {"CNAME", "@11", BAD},
    {"CNAME", "+www", BAD},
    {"CNAME", "xc0", BAD},
    {"CNAME", "x41 'a x00", BAD},
    {"CNAME", "x81 'a x00", BAD},
    {"CNAME", "@12 x00", BAD},
    {"MX", "#10", BAD},
    {"MX", "#10 =a x00", BAD},
    {"SOA", "=a =b ##1 ##2 ##3 ##4", BAD},
    {"SOA", "=a =b ##1 ##2 ##3 ##4 ##5 x00", BAD},
    /* RFC 3597 section 4: compressed where it must not be */
    {"SRV", "#0 #5 #443 @12", BAD},
    {"SRV", "#0 #5 #443 +a @12", BAD},
    {"DNAME", "@12", BAD},
    {"NAPTR", "#1 #1 \" \" \" @12", BAD},
    {"RP", "@12 @12", BAD},
    {"AFSDB", "#1 @12", BAD},
    {"KX", "#1 @12", BAD},
    {"NSEC", "@12 x00 x01 x40", BAD},
    {"RRSIG", "A x0802 ##3600 ##1 ##2 #7 @12 x00", BAD},
    {"HTTPS", "#1 @12", BAD},
    {"LP", "#1 @12", BAD},
    /* strings */
    /* ldns would read the next record behind one byte of SINK, and behind a character-string of NSAP-PTR */
    {"NSAP-PTR", "=a", BAD},
    {"TYPE40", "x016100", BAD},
    {"TYPE40", "", BAD},
    {"NXT", "x05 'a", BAD},
    {"TXT", "", BAD},
    {"TXT", "x05 'abcd", BAD},
    {"TXT", "\"good x01", BAD},
    {"HINFO", "\"one", BAD},
    {"NAPTR", "#1 #1 \" \" =.", BAD},
    {"NAPTR", "#1 #1 \" \" \"", BAD},
    {"CAA", "x00 x00 'value", BAD},
    {"CAA", "x00 x06 'issue", BAD},
    {"CAA", "x00", BAD},
    {"TXT", "255*x00", OK},
    {"TXT", "256*x00", OURS},
    {"TXT", "8000*x00", OURS},
    {"TXT", "8001*x00", RVX__GATE_LIMIT},
    {"TXT", "300*x00 x01", BAD},
    {"TYPE99", "256*x00", RVX__GATE_LIMIT},
    {"TXT", "65000*x00", RVX__GATE_LIMIT},
    {"HIP", "x0101 #1 xaabb 254*=.", OK},
    {"HIP", "x0101 #1 xaabb 300*=.", RVX__GATE_LIMIT},
    /* for ldns 8 KB for each of 99 strings, or 20 KB for each of 255: only TXT does without it */
    {"TXT", "99*\"abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz", OK},
    {"TXT", "255*\"abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz", OURS},
    {"TXT", "800*\"abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz", OURS},
    {"TYPE99", "255*\"abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz",
     RVX__GATE_LIMIT},
    /* signatures, keys and hashes that are not there */
    {"RRSIG", "A x0802 ##3600 ##1 ##2 #7 =a", BAD},
    {"DNSKEY", "#257 x0308", BAD},
    {"DS", "#1 x0802", BAD},
    {"TLSA", "x030101", BAD},
    {"SSHFP", "x0101", BAD},
    {"OPENPGPKEY", "", BAD},
    {"URI", "#1 #1", BAD},
    /* bitmaps: no window, order, lengths 0 and 33, over the end */
    {"NSEC", "=a", BAD},
    {"NSEC", "=a x01 x01 x40 x00 x01 x40", BAD},
    {"NSEC", "=a x00 x01 x40 x00 x01 x40", BAD},
    {"NSEC", "=a x00 x00", BAD},
    {"NSEC", "=a x00 x21 33*x01", BAD},
    {"NSEC", "=a x00 x02 x40", BAD},
    {"NSEC", "=a x00", BAD},
    {"NSEC3", "x0101 #10 x00 x00 x00 x01 x40", BAD},
    {"NSEC3", "x0101 #10 x00 x15 20*xab", BAD},
    {"NSEC3", "x0101 #10 x05 xaabb", BAD},
    {"NSEC3", "x0101 #10 x00", BAD},
    {"NSEC3PARAM", "x0100 #10 x01", BAD},
    {"LOC", "", BAD},
    {"LOC", "x00 14*x01", BAD},
    {"LOC", "x00 16*x01", BAD},
    {"APL", "#1 x18 x03 xc000", BAD},
    {"APL", "#1 x18", BAD},
    {"IPSECKEY", "x0a00", BAD},
    {"IPSECKEY", "x0a0102 xc00002", BAD},
    {"IPSECKEY", "x0a0202 15*x01", BAD},
    {"IPSECKEY", "x0a0302 @12 xabcd", BAD},
    {"IPSECKEY", "x0a0402 xabcd", BAD},
    {"AMTRELAY", "x0a", BAD},
    {"AMTRELAY", "x0a00 x00", BAD},
    {"AMTRELAY", "x0a04 x00", BAD},
    {"HIP", "x0002 #1 xaa", BAD},
    {"HIP", "x0102 #0 xaa", BAD},
    {"HIP", "x0102 #9 xaabb", BAD},
    {"HIP", "x0101 #1 xaabb @12", BAD},
    {"HIP", "x0101", BAD},
    {"TKEY", "=alg ##1 ##2 #3 #0 #9 xaabb #0", BAD},
    {"TKEY", "=alg ##1 ##2 #3 #0 x00", BAD},
    /* SvcParams: order, twice, over the end; and values that are not what their key says (RFC 9460 sections 7 and 8) */
    {"HTTPS", "#1", BAD},
    {"HTTPS", "#1 =. #3 [ #443 ] #1 [ \"h2 ]", BAD},
    {"HTTPS", "#1 =. #3 [ #443 ] #3 [ #443 ]", BAD},
    {"HTTPS", "#1 =. #3", BAD},
    {"HTTPS", "#1 =. #65280 #4 x00", BAD},
    {"HTTPS", "#1 =. #0 [ ]", BAD},
    {"HTTPS", "#1 =. #0 [ x00 ]", BAD},
    {"HTTPS", "#1 =. #0 [ #0 ]", BAD},
    {"HTTPS", "#1 =. #0 [ #3 ]", BAD},
    {"HTTPS", "#1 =. #0 [ #5 ] #3 [ #443 ]", BAD},
    {"HTTPS", "#1 =. #0 [ #4 #3 ] #3 [ #443 ] #4 [ xc0000201 ]", BAD},
    {"HTTPS", "#1 =. #1 [ ]", BAD},
    {"HTTPS", "#1 =. #1 [ x00 ]", BAD},
    {"HTTPS", "#1 =. #1 [ x0568 ]", BAD},
    {"HTTPS", "#1 =. #2 [ x00 ]", BAD},
    {"HTTPS", "#1 =. #3 [ x01 ]", BAD},
    {"HTTPS", "#1 =. #4 [ ]", BAD},
    {"HTTPS", "#1 =. #4 [ xc00002 ]", BAD},
    {"HTTPS", "#1 =. #5 [ ]", BAD},
    {"HTTPS", "#1 =. #6 [ ]", BAD},
    {"HTTPS", "#1 =. #6 [ 17*x01 ]", BAD},
    {"HTTPS", "#0 =a #4", BAD},
    {"HTTPS", "#0 =a #4 [ ] #4 [ ]", BAD},
};

static struct exact make_message(const char *type, const char *rdata)
{
    char words[512];

    snprintf(words, sizeof words, "=example.com %s IN @12 %s IN ##60 [ %s ]", type, type, rdata);
    return wire_message("8180", "1 1 0 0", words);
}

static enum rvx__gate_fault check(struct rvx__view bytes)
{
    struct rvx__message message;
    enum rvx__gate_fault fault = rvx__gate_check(bytes, &message);

    return fault == OK && message.ours_only ? OURS : fault;
}

/* The message with RDATA that is longer or shorter by some bytes, and says so. */
static enum rvx__gate_fault check_resized(const struct exact *whole, size_t rdata_at, int by)
{
    size_t len = (size_t)((int)whole->view.len + by);
    struct exact other = exact_bytes(whole->view.data, len < whole->view.len ? len : whole->view.len);
    enum rvx__gate_fault fault;

    if (by > 0) {
        other.block = realloc(other.block, len);
        assert_non_null(other.block);
        memset(other.block + whole->view.len, 0x01, (size_t)by);
        other.view = rvx__view_of(other.block, len);
    }
    rvx__wire_put_u16((uint8_t *)other.block + rdata_at - 2, (uint16_t)(len - rdata_at));
    fault = check(other.view);
    exact_free(&other);
    return fault;
}

static size_t find_rdata(const char *type)
{
    struct exact empty = make_message(type, "");
    size_t len = empty.view.len;

    exact_free(&empty);
    return len;
}

/* Every valid one passes; whatever is cut off, or added to it, makes it invalid, or where the end is open does not. */
static void test_valid(void **state)
{
    size_t i, at, cut;

    (void)state;
    for (i = 0; i < COUNT_OF(valid_rows); i++) {
        const struct valid_row *row = &valid_rows[i];
        struct exact whole = make_message(row->type, row->rdata);

        at = find_rdata(row->type);
        if (check(whole.view) != OK)
            fail_msg("%s %s: %s", row->type, row->rdata, rvx__gate_fault_text(check(whole.view)));
        if (check_resized(&whole, at, 1) != (row->tail == OPEN ? OK : BAD))
            fail_msg("%s %s: one byte more", row->type, row->rdata);
        for (cut = 1; row->tail == EXACT && whole.view.len - cut > at; cut++) {
            enum rvx__gate_fault fault = check_resized(&whole, at, -(int)cut);

            if (fault != OK && fault != BAD)
                fail_msg("%s %s: cut by %zu: %s", row->type, row->rdata, cut, rvx__gate_fault_text(fault));
        }
        if (row->tail == EXACT && whole.view.len > at && check_resized(&whole, at, -1) == OK)
            fail_msg("%s %s: cut by one", row->type, row->rdata);
        exact_free(&whole);
    }
}

static void test_bad(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < COUNT_OF(bad_rows); i++) {
        struct exact whole = make_message(bad_rows[i].type, bad_rows[i].rdata);
        enum rvx__gate_fault got = check(whole.view);

        if (got != bad_rows[i].want)
            fail_msg("%s %s: %s, wanted %s", bad_rows[i].type, bad_rows[i].rdata, rvx__gate_fault_text(got),
                     rvx__gate_fault_text(bad_rows[i].want));
        exact_free(&whole);
    }
}

/* RDATA that says it is longer than the message. */
static void test_overrun(void **state)
{
    size_t i, at, len;

    (void)state;
    for (i = 0; i < COUNT_OF(valid_rows); i++) {
        struct exact whole = make_message(valid_rows[i].type, valid_rows[i].rdata);

        at = find_rdata(valid_rows[i].type);
        for (len = at; len < whole.view.len; len++) {
            struct exact cut = exact_bytes(whole.view.data, len);

            assert_int_equal(check(cut.view), RVX__GATE_SHORT);
            exact_free(&cut);
        }
        exact_free(&whole);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_valid),
        cmocka_unit_test(test_bad),
        cmocka_unit_test(test_overrun),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
