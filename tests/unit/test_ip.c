/* test_ip.c - IP literals: tables, the C library as a second opinion, RFC 5952 texts, prefixes */
#include "support/test.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include <resolvx/addr.h>

#include "addr/ip.h"
#include "support/addrgen.h"
#include "support/exact.h"

/* What is an address, and how it is printed. */
static const struct good_row {
    const char *text, *want;
} good_rows[] = {
    {"0.0.0.0", "0.0.0.0"},
    {"255.255.255.255", "255.255.255.255"},
    {"192.0.2.1", "192.0.2.1"},
    {"10.0.200.30", "10.0.200.30"},
    {"::", "::"},
    {"::1", "::1"},
    {"1::", "1::"},
    {"0:0:0:0:0:0:0:0", "::"},
    {"0000:0000:0000:0000:0000:0000:0000:0001", "::1"},
    {"2001:db8::1", "2001:db8::1"},
    {"2001:DB8::AbCd", "2001:db8::abcd"},
    {"2001:0db8:0000:0000:0001:0000:0000:0001", "2001:db8::1:0:0:1"},
    {"1:0:0:2::3", "1:0:0:2::3"},
    {"1:0:0:2:0:0:0:3", "1:0:0:2::3"},
    {"0:0:1:2:3:4:0:0", "::1:2:3:4:0:0"},
    {"1:0:2:0:3:0:4:0", "1:0:2:0:3:0:4:0"},
    {"0:1:2:3:4:5:6:7", "0:1:2:3:4:5:6:7"},
    {"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"},
    {"::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"},
    {"1:2:3::5:6:7:8", "1:2:3:0:5:6:7:8"},
    {"1:2:3:4:5:6:0:0", "1:2:3:4:5:6::"},
    {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
    {"1:2:3:4:5:6:192.0.2.1", "1:2:3:4:5:6:c000:201"},
    {"64:ff9b::192.0.2.1", "64:ff9b::c000:201"},
    {"1::5:6:192.0.2.1", "1::5:6:c000:201"},
    {"1:2:3:4:5::192.0.2.1", "1:2:3:4:5:0:c000:201"},
    {"::192.0.2.1", "::c000:201"},
    {"::ffff:192.0.2.1", "192.0.2.1"},
    {"::ffff:c000:201", "192.0.2.1"},
    {"0:0:0:0:0:FFFF:192.0.2.1", "192.0.2.1"},
    {"::ffff:0:192.0.2.1", "::ffff:0:c000:201"},
    {"fe80::1%eth0", "fe80::1%eth0"},
    {"fe80::1%1", "fe80::1%1"},
    {"::%lo", "::%lo"},
    {"fe80::1%a%b", "fe80::1%a%b"},
    {"fe80::1%x:y.z", "fe80::1%x:y.z"},
    {"::192.0.2.1%lo", "::c000:201%lo"},
    {"fe80::1%fifteen-letters", "fe80::1%fifteen-letters"},
    {"::ffff:192.0.2.1%eth0", "192.0.2.1"}, /* a zone that IPv4 cannot show */
};

static const char *const bad_texts[] = {
    "",
    " ",
    "1",
    ".",
    "localhost",
    "dead",
    /* IPv4 */
    "1.2.3",
    "1.2.3.",
    "1.2.3.4.",
    "1.2.3.4.5",
    ".1.2.3",
    "1..2.3",
    "1.2.3.256",
    "1.2.3.1000",
    "999999999999999999999.1.1.1",
    "01.2.3.4",
    "1.2.3.00",
    "127.001.002.003",
    "127.1",
    "0x7f.1",
    "0x7f.0.0.1",
    "1.2.3.4 ",
    " 1.2.3.4",
    "+1.2.3.4",
    "-1.2.3.4",
    "1.2.3.4/32",
    "1.2.3.4:80",
    "1.2.3.4%eth0",
    "1.2.3.a",
    /* IPv6 */
    ":",
    ":::",
    "1",
    "1:",
    ":1",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:",
    ":2:3:4:5:6:7:8",
    "1:2:3:4:5:6:7:8:",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7:8::",
    "::1:2:3:4:5:6:7:8",
    "1:2:3:4::5:6:7:8",
    "1::2::3",
    "::1::",
    "1:::2",
    "12345::",
    "00001::",
    "::fffff",
    "::g",
    "::-1",
    "[::1]",
    "::1 ",
    "::1/64",
    "::1.2.3",
    "::1.2.3.4.5",
    "::1.2.3.256",
    "::01.2.3.4",
    "::1.2.3.4:5",
    "::a.2.3.4",
    "1.2.3.4::1",
    "1:2:3:4:5:6:7:1.2.3.4",
    "1:2:3:4:5:1.2.3.4",
    "1:2:3:4:5:6::1.2.3.4",
    /* zones */
    "%",
    "%eth0",
    "::%",
    "fe80::1%",
    "fe80::1%sixteen-letters!",
    "1%:2::",
};

static void test_good(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < COUNT_OF(good_rows); i++) {
        const struct good_row *row = &good_rows[i];
        struct exact input = exact_text(row->text);
        char text[RVX_ADDR_STRLEN];
        struct rvx_addr addr;
        bool ok;

        memset(&addr, 'x', sizeof addr);
        ok = rvx__ip_parse(input.view, &addr);
        if (!ok)
            fail_msg("%s: no address", row->text);
        if (strcmp(rvx_addr_host_text(&addr, text), row->want) != 0 || addr.port != 0)
            fail_msg("%s: got %s port %u, want %s", row->text, text, addr.port, row->want);
        exact_free(&input);
    }
}

static void test_bad(void **state)
{
    struct rvx_addr before, addr;
    size_t i;

    (void)state;
    memset(&before, 'x', sizeof before);
    for (i = 0; i < COUNT_OF(bad_texts); i++) {
        struct exact input = exact_text(bad_texts[i]);

        addr = before;
        if (rvx__ip_parse(input.view, &addr))
            fail_msg("\"%s\" is no address", bad_texts[i]);
        assert_memory_equal(&addr, &before, sizeof addr); /* untouched */
        assert_int_equal(rvx_addr_parse(bad_texts[i], &addr), RVX_EADDRINVALID);
        exact_free(&input);
    }
    assert_false(rvx__ip_parse(rvx__view_of(NULL, 0), &addr));
    assert_false(rvx__ip_parse(rvx__view_of("1.2.3.4\0", 8), &addr));
    assert_false(rvx__ip_parse(rvx__view_of("::1%a\0b", 7), &addr));
    assert_false(rvx__ip_parse(rvx__view_of("::1\0", 4), &addr));
}

/* An address cut short at any byte is read no further than that. */
static void test_every_prefix(void **state)
{
    static const char *const texts[] = {"255.255.255.255", "2001:db8:1:2:3:4:192.0.2.100%eth0", "::ffff:1.2.3.4"};
    size_t i, len;

    (void)state;
    for (i = 0; i < COUNT_OF(texts); i++) {
        for (len = 0; len < strlen(texts[i]); len++) {
            struct exact input = exact_bytes(texts[i], len);
            uint8_t ip[16], want[16];
            char text[64];
            struct rvx_addr addr;

            snprintf(text, sizeof text, "%.*s", (int)len, texts[i]);
            rvx__ip_parse(input.view, &addr);
            assert_int_equal(rvx__ip_parse_v4(input.view, ip), inet_pton(AF_INET, text, want));
            assert_int_equal(rvx__ip_parse_v6(input.view, ip), inet_pton(AF_INET6, text, want));
            exact_free(&input);
        }
    }
}

static void test_family_and_zone(void **state)
{
    static const uint8_t v4[16] = {192, 0, 2, 1};
    static const uint8_t v6[16] = {0xfe, 0x80, [15] = 1};
    struct rvx_addr addr;

    (void)state;
    memset(&addr, 'x', sizeof addr);
    assert_int_equal(rvx_addr_parse("192.0.2.1", &addr), 0);
    assert_int_equal(addr.family, RVX_FAMILY_IPV4);
    assert_memory_equal(addr.ip, v4, 16);
    assert_string_equal(addr.zone, "");
    assert_int_equal(addr.path_len, 0);
    memset(&addr, 'x', sizeof addr);
    assert_int_equal(rvx_addr_parse("fe80::1%fifteen-letters", &addr), 0);
    assert_int_equal(addr.family, RVX_FAMILY_IPV6);
    assert_memory_equal(addr.ip, v6, 16);
    assert_string_equal(addr.zone, "fifteen-letters");
}

/* The parsers of one family take nothing of the other, and no zone. */
static void test_one_family(void **state)
{
    uint8_t ip[16], before[16];

    (void)state;
    memset(ip, 'x', sizeof ip);
    memcpy(before, ip, sizeof ip);
    assert_false(rvx__ip_parse_v4(rvx__view_text("::1"), ip));
    assert_false(rvx__ip_parse_v4(rvx__view_text(""), ip));
    assert_false(rvx__ip_parse_v6(rvx__view_text("1.2.3.4"), ip));
    assert_false(rvx__ip_parse_v6(rvx__view_text("::1%lo"), ip));
    assert_false(rvx__ip_parse_v6(rvx__view_text(""), ip));
    assert_memory_equal(ip, before, sizeof ip);
    assert_true(rvx__ip_parse_v4(rvx__view_text("1.2.3.4"), ip));
    assert_memory_equal(ip, "\1\2\3\4xx", 6);
    assert_true(rvx__ip_parse_v6(rvx__view_text("::"), ip));
}

/* glibc's inet_pton(3) has the same grammar, zones aside, and inet_ntop(3) prints the same but for ::/96, which is
 * shown there as if it were IPv4. (ldns calls inet_pton itself, so it would be no third opinion.) */
static void test_against_libc(void **state)
{
    uint32_t seed = 20240607;
    unsigned i, valid = 0;

    (void)state;
    for (i = 0; i < 60000; i++) {
        char text[ADDRGEN_SIZE], printed[RVX_ADDR_STRLEN], want_printed[INET6_ADDRSTRLEN];
        uint8_t ip[16], want[16];
        struct rvx_addr addr;
        int family;
        bool ok;

        addrgen_ip(&seed, text);
        if (strchr(text, '%') != NULL)
            continue;
        family = strchr(text, ':') != NULL ? AF_INET6 : AF_INET;
        ok = inet_pton(family, text, want) == 1;
        valid += ok;
        if (rvx__ip_parse(rvx__view_text(text), &addr) != ok)
            fail_msg("\"%s\": inet_pton says %d", text, ok);
        if (!ok)
            continue;
        assert_memory_equal(addr.ip, want, family == AF_INET ? 4 : 16);
        if (family == AF_INET)
            assert_true(rvx__ip_parse_v4(rvx__view_text(text), ip));
        else
            assert_true(rvx__ip_parse_v6(rvx__view_text(text), ip));
        assert_memory_equal(ip, want, family == AF_INET ? 4 : 16);
        if (family == AF_INET6 && memcmp(want, "\0\0\0\0\0\0\0\0\0\0\0", 12) == 0)
            continue;
        inet_ntop(family, want, want_printed, sizeof want_printed);
        rvx_addr_host_text(&addr, printed);
        if (rvx__ip_is_mapped(&addr))
            assert_string_equal(printed, want_printed + strlen("::ffff:"));
        else
            assert_string_equal(printed, want_printed);
    }
    /* Both outcomes are met often, or the generator is of no use. */
    assert_in_range(valid, 10000, 40000);
}

/* Every pattern of zero and other groups, against the longest run found the slow way. */
static void test_every_pattern_of_zeros(void **state)
{
    unsigned pattern, i;

    (void)state;
    for (pattern = 0; pattern < 256; pattern++) {
        struct rvx_addr addr = {.family = RVX_FAMILY_IPV6}, back;
        char text[RVX_ADDR_STRLEN], want[INET6_ADDRSTRLEN];

        for (i = 0; i < 8; i++)
            addr.ip[2 * i] = pattern >> i & 1 ? 0x1f : 0;
        rvx_addr_host_text(&addr, text);
        assert_int_equal(rvx_addr_parse(text, &back), 0);
        assert_true(rvx_addr_equal(&addr, &back));
        if (pattern & 0x3f) {
            inet_ntop(AF_INET6, addr.ip, want, sizeof want);
            assert_string_equal(text, want);
        }
    }
}

static void test_common_bits(void **state)
{
    static const uint8_t a[16] = {0x20, 0x01, 0x0d, 0xb8}, b[16] = {0x20, 0x01, 0x0d, 0xb0}, c[16] = {0xa0};

    (void)state;
    assert_int_equal(rvx__ip_common_bits(a, a, 128), 128);
    assert_int_equal(rvx__ip_common_bits(a, a, 32), 32);
    assert_int_equal(rvx__ip_common_bits(a, b, 128), 28);
    assert_int_equal(rvx__ip_common_bits(a, b, 28), 28);
    assert_int_equal(rvx__ip_common_bits(a, b, 27), 27);
    assert_int_equal(rvx__ip_common_bits(a, c, 128), 0);
    assert_int_equal(rvx__ip_common_bits(a, c, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),
        cmocka_unit_test(test_bad),
        cmocka_unit_test(test_every_prefix),
        cmocka_unit_test(test_family_and_zone),
        cmocka_unit_test(test_one_family),
        cmocka_unit_test(test_against_libc),
        cmocka_unit_test(test_every_pattern_of_zeros),
        cmocka_unit_test(test_common_bits),
    };

    return cmocka_run_group_tests_name("ip", tests, NULL, NULL);
}
