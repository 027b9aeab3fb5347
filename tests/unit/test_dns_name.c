/* test_dns_name.c - domain names as text, in wire form, and in messages */
#include "support/test.h"

#include <stdio.h>
#include <string.h>

#include "dns/name.h"
#include "dns/wire.h"
#include "support/wiretext.h"

#define L63 "abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz0"
#define L31 "abcdefghijklmnopqrstuvwxyz01234"
#define N191 L63 "." L63 "." L63 /* with a dot behind: 192 */

static const struct parse_row {
    const char *text;
    const char *wire; /* words; NULL: no name */
    const char *back; /* as text again; NULL: the same */
} parse_rows[] = {
    {".", "x00", NULL},
    {"a", "x016100", NULL},
    {"a.", "x016100", "a"},
    {"www.Example.com", "+www +Example +com x00", NULL},
    {"a\\.b.c", "x03612e620163 x00", NULL},
    {"a\\\\b", "x03615c62 x00", NULL},
    {"\\000\\255", "x0200ff x00", NULL},
    {"\\032x", "x022078 x00", NULL},
    {"\\065", "x0141 x00", "A"},
    {"\\a\\@", "x026140 x00", "a\\@"},
    {"\\\"\\(\\)\\;\\$", "x05 x2228293b24 x00", NULL},
    {"\xc3\xb6", "x02c3b6 x00", "\\195\\182"},
    {"*._x", "+* +_x x00", NULL},
    {L63, "+" L63 " x00", NULL},
    {N191 "." L31 "."
          "abcdefghijklmnopqrstuvwxyz012",
     "+" L63 " +" L63 " +" L63 " +" L31 " +abcdefghijklmnopqrstuvwxyz012 x00", NULL},
    {N191 "." L31 "."
          "abcdefghijklmnopqrstuvwxyz0123",
     NULL, NULL},
    {"", NULL, NULL},
    {"..", NULL, NULL},
    {".a", NULL, NULL},
    {"a..", NULL, NULL},
    {"a..b", NULL, NULL},
    {L63 "x", NULL, NULL},
    {"\\", NULL, NULL},
    {"a\\", NULL, NULL},
    {"\\1", NULL, NULL},
    {"\\12", NULL, NULL},
    {"\\12a", NULL, NULL},
    {"\\1.2", NULL, NULL},
    {"\\256", NULL, NULL},
    {"\\999", NULL, NULL},
};

static void test_parse(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < COUNT_OF(parse_rows); i++) {
        const struct parse_row *row = &parse_rows[i];
        struct exact text = exact_text(row->text), wire;
        char back[RVX__NAME_TEXT_SIZE];
        struct rvx__name name = {.len = 77};
        bool got = rvx__name_parse(text.view, &name);
        size_t len;

        exact_free(&text);
        if (got != (row->wire != NULL) || (!got && name.len != 0))
            fail_msg("%s: %d", row->text, got);
        if (!got)
            continue;
        wire = wire_text(row->wire);
        if (!rvx__view_eq(rvx__name_view(&name), wire.view))
            fail_msg("%s: other bytes", row->text);
        len = rvx__name_text(wire.view, back);
        assert_int_equal(len, strlen(back));
        assert_string_equal(back, row->back != NULL ? row->back : row->text);
        exact_free(&wire);
    }
}

/* Any byte in a label comes back from its text; the longest text fits. */
static void test_round_trip(void **state)
{
    struct rvx__name name = {.len = 0}, again;
    char text[RVX__NAME_TEXT_SIZE];
    unsigned first, i;

    (void)state;
    for (first = 0; first < 256; first++) {
        name.wire[0] = 63;
        for (i = 0; i < 63; i++)
            name.wire[1 + i] = (uint8_t)(first + 7 * i);
        name.wire[64] = 0;
        name.len = 65;
        rvx__name_text(rvx__name_view(&name), text);
        assert_true(rvx__name_parse(rvx__view_text(text), &again));
        assert_int_equal(again.len, name.len);
        assert_memory_equal(again.wire, name.wire, name.len);
    }
    memset(name.wire, 0xff, sizeof name.wire);
    name.wire[0] = name.wire[64] = name.wire[128] = 63;
    name.wire[192] = 61;
    name.wire[254] = 0;
    name.len = 255;
    assert_int_equal(rvx__name_text(rvx__name_view(&name), text), 4 * 250 + 3);
    assert_true(rvx__name_parse(rvx__view_text(text), &again));
    assert_memory_equal(again.wire, name.wire, 255);
}

static void test_set(void **state)
{
    static const struct {
        const char *words;
        bool want;
    } sets[] = {
        {"x00", true},           {"=a.b", true},    {"127*+a x00", true}, {"", false},           {"+a", false},
        {"x05 'abc x00", false}, {"=a x00", false}, {"+a @12", false},    {"x41 'a x00", false}, {"128*+a x00", false},
    };
    size_t i;

    (void)state;
    for (i = 0; i < COUNT_OF(sets); i++) {
        struct exact wire = wire_text(sets[i].words);
        struct rvx__name name = {.len = 9};

        if (rvx__name_set(&name, wire.view) != sets[i].want)
            fail_msg("%s", sets[i].words);
        assert_true(rvx__view_eq(rvx__name_view(&name), sets[i].want ? wire.view : rvx__view_of(NULL, 0)));
        exact_free(&wire);
    }
}

/* go-net.md 3.2 */
static const struct host_row {
    const char *text;
    bool want;
} host_rows[] = {
    {".", true},
    {"a", true},
    {"a.", true},
    {"A-b_c.example.com.", true},
    {"_srv._tcp.a", true},
    {"3com", true},
    {"1.2.3.x", true},
    {"1.2.3.4", false},
    {"1.2.3.4.", false},
    {"123", false},
    {"1_2", true},
    {"1-2", true},
    {"", false},
    {"..", false},
    {"a..", false},
    {".a", false},
    {"a..b", false},
    {"-a", false},
    {"a-", false},
    {"a-.b", false},
    {"a.-b", false},
    {"-", false},
    {"_", true},
    {"a b", false},
    {"a\\.b", false},
    {"a*b", false},
    {"\xc3\xb6", false},
    {L63 ".com", true},
    {L63 "x.com", false},
    {N191 "." L31 "."
          "abcdefghijklmnopqrstuvwxyz012",
     true},
    {N191 "." L31 "."
          "abcdefghijklmnopqrstuvwxyz012"
          ".",
     true},
    {N191 "." L31 "."
          "abcdefghijklmnopqrstuvwxyz0123",
     false},
    {N191 "." L31 "."
          "abcdefghijklmnopqrstuvwxyz0123"
          ".",
     false},
};

static void test_host(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < COUNT_OF(host_rows); i++) {
        struct exact text = exact_text(host_rows[i].text);
        struct rvx__name name;

        if (rvx__name_is_host(text.view) != host_rows[i].want)
            fail_msg("%s: wanted %d", host_rows[i].text, host_rows[i].want);
        if (rvx__name_parse(text.view, &name) && rvx__name_wire_is_host(rvx__name_view(&name)) != host_rows[i].want)
            fail_msg("%s, wire: wanted %d", host_rows[i].text, host_rows[i].want);
        exact_free(&text);
    }
    assert_false(rvx__name_wire_is_host(rvx__view_of("\1a", 2)));
    assert_false(rvx__name_wire_is_host(rvx__view_of("\3a\0b", 5)));
    assert_false(rvx__name_wire_is_host(rvx__view_of(NULL, 0)));
}

static const struct pair_row {
    const char *a, *b;
    bool equal, below;
} pair_rows[] = {
    {"a.b", "a.b", true, true},    {"a.b", "A.B", true, true},     {"a.b", "b", false, true},
    {"a.b", ".", false, true},     {".", ".", true, true},         {"b", "a.b", false, false},
    {"xb", "b", false, false},     {"a.xb", "b", false, false},    {"a\\.b", "b", false, false},
    {"a", "b", false, false},      {"a.b", "a\\.b", false, false}, {".", "a", false, false},
    {"\\001a", "a", false, false}, {"a@", "a`", false, false},     {"a[", "a{", false, false},
};

static void test_pairs(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < COUNT_OF(pair_rows); i++) {
        const struct pair_row *row = &pair_rows[i];
        struct rvx__name a, b;

        assert_true(rvx__name_parse(rvx__view_text(row->a), &a));
        assert_true(rvx__name_parse(rvx__view_text(row->b), &b));
        if (rvx__name_equal(rvx__name_view(&a), rvx__name_view(&b)) != row->equal)
            fail_msg("%s and %s: wanted %d", row->a, row->b, row->equal);
        if (rvx__name_is_below(rvx__name_view(&a), rvx__name_view(&b)) != row->below)
            fail_msg("%s below %s: wanted %d", row->a, row->b, row->below);
        assert_int_equal(rvx__name_equal_at(rvx__name_view(&a), 0, rvx__name_view(&b)), row->equal);
    }
}

static void test_case(void **state)
{
    struct rvx__name name, mixed;
    char text[RVX__NAME_TEXT_SIZE];

    (void)state;
    assert_true(rvx__name_parse(rvx__view_text("wWw.1-x.cOm"), &name));
    assert_int_equal(rvx__name_labels(rvx__name_view(&name)), 3);
    rvx__name_lower(&name);
    rvx__name_text(rvx__name_view(&name), text);
    assert_string_equal(text, "www.1-x.com");
    /* Byte 0 is a length. */
    rvx__name_mix_case(rvx__name_view(&name), 1 << 1 | 1 << 7 | 1 << 10, &mixed);
    rvx__name_text(rvx__name_view(&mixed), text);
    assert_string_equal(text, "Www.1-X.cOm");
    rvx__name_mix_case(rvx__name_view(&mixed), 0, &name);
    rvx__name_text(rvx__name_view(&name), text);
    assert_string_equal(text, "www.1-x.com");
    /* Byte 65 has the bit of byte 1. */
    assert_true(
        rvx__name_parse(rvx__view_text("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.ab"), &name));
    rvx__name_mix_case(rvx__name_view(&name), 2, &mixed);
    rvx__name_text(rvx__name_view(&mixed), text);
    assert_string_equal(text, "Aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaA.ab");
    assert_int_equal(rvx__name_labels(rvx__view_of("", 1)), 0);
}

/* Every byte at every place, in names of many lengths: letters get their bit, all else stays. */
static void test_case_of_bytes(void **state)
{
    const uint64_t bits = 0xa5c3f00f12345678;
    struct rvx__name name, mixed;

    (void)state;
    for (unsigned byte = 0; byte < 256 * 31; byte++) {
        unsigned value = byte % 256;

        name.len = (uint8_t)(byte / 256 * 3);
        memset(name.wire, (int)value, name.len);
        rvx__name_mix_case(rvx__name_view(&name), bits, &mixed);
        assert_int_equal(mixed.len, name.len);
        for (unsigned i = 0; i < name.len; i++) {
            unsigned letter = (bits >> i % 64 & 1) != 0 ? value & ~0x20u : value | 0x20u;
            unsigned want = rvx__is_alpha((int)value) ? letter : value;

            if (mixed.wire[i] != want)
                fail_msg("byte %u at %u of %u: %u", value, i, name.len, mixed.wire[i]);
        }
        rvx__name_lower(&name);
        for (unsigned i = 0; i < name.len; i++)
            assert_int_equal(name.wire[i], (uint8_t)rvx__to_lower((char)value));
    }
}

static void test_reverse(void **state)
{
    static const char *const reversed[][2] = {
        {"192.0.2.1", "1.2.0.192.in-addr.arpa"},
        {"0.0.0.0", "0.0.0.0.in-addr.arpa"},
        {"255.254.253.252", "252.253.254.255.in-addr.arpa"},
        {"::ffff:192.0.2.1", "1.2.0.192.in-addr.arpa"},
        {"2001:db8::567:89ab", "b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"},
        {"fe80::1%eth0", "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.e.f.ip6.arpa"},
    };
    struct rvx_addr addr = {.family = RVX_FAMILY_UNIX};
    struct rvx__name name;
    char text[RVX__NAME_TEXT_SIZE];
    size_t i;

    (void)state;
    rvx__name_reverse(&addr, &name);
    assert_int_equal(name.len, 0);
    for (i = 0; i < COUNT_OF(reversed); i++) {
        assert_int_equal(rvx_addr_parse(reversed[i][0], &addr), 0);
        rvx__name_reverse(&addr, &name);
        rvx__name_text(rvx__name_view(&name), text);
        assert_string_equal(text, reversed[i][1]);
    }
}

/* ---- in messages */

static const struct message_row {
    const char *words;
    size_t at, end, origin;
    const char *want;
} message_rows[] = {
    {"=a.b", 0, 5, 0, "a.b"},
    {"x00", 0, 1, 0, "."},
    {"=a.b +c @0", 5, 9, 5, "c.a.b"},
    {"=a.b @0", 5, 7, 0, "a.b"},
    {"=a.b @2", 5, 7, 2, "b"},
    {"=a.b @2 @5 @7 x00", 9, 11, 2, "b"},
    {"=a.b +c @0 +d @5", 9, 13, 9, "d.c.a.b"},
    {"=a.b @4", 5, 7, 4, "."},
};

static void test_messages(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < COUNT_OF(message_rows); i++) {
        const struct message_row *row = &message_rows[i];
        struct exact bytes = wire_text(row->words);
        struct rvx__name name, other;
        char text[RVX__NAME_TEXT_SIZE];

        assert_int_equal(rvx__name_skip(bytes.view, row->at), row->end);
        assert_int_equal(rvx__name_expand(bytes.view, row->at, &name), row->end);
        assert_int_equal(rvx__name_origin(bytes.view, row->at), row->origin);
        rvx__name_text(rvx__name_view(&name), text);
        assert_string_equal(text, row->want);
        assert_true(rvx__name_equal_at(bytes.view, row->at, rvx__name_view(&name)));
        assert_true(rvx__name_parse(rvx__view_text("x.y"), &other));
        assert_false(rvx__name_equal_at(bytes.view, row->at, rvx__name_view(&other)));
        exact_free(&bytes);
    }
}

/* The gate lets none of these through. Still, reading them ends, and inside of their bytes. */
static void test_bad_messages(void **state)
{
    static const char *const bad[] = {
        "",     "@0",       "+a @0",      "+a",           "x05 'abc",    "xc0",
        "@200", "+a @2 @0", "128*+a x00", "63*+abc 2*@0", "xff x80 x40", "x3f",
    };
    size_t i, at;

    (void)state;
    for (i = 0; i < COUNT_OF(bad); i++) {
        struct exact bytes = wire_text(bad[i]);
        struct rvx__name name, other;

        assert_true(rvx__name_parse(rvx__view_text("a.b.a"), &other));
        for (at = 0; at <= bytes.view.len; at++) {
            rvx__name_skip(bytes.view, at);
            rvx__name_expand(bytes.view, at, &name);
            assert_true(rvx__name_origin(bytes.view, at) <= bytes.view.len);
            assert_false(rvx__name_equal_at(bytes.view, at, rvx__name_view(&other)));
        }
        exact_free(&bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse),         cmocka_unit_test(test_round_trip), cmocka_unit_test(test_set),
        cmocka_unit_test(test_host),          cmocka_unit_test(test_pairs),      cmocka_unit_test(test_case),
        cmocka_unit_test(test_case_of_bytes), cmocka_unit_test(test_reverse),    cmocka_unit_test(test_messages),
        cmocka_unit_test(test_bad_messages),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
