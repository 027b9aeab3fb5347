/* test_dns_wire.c - numbers and their names, options of OPT, and queries stamped from shapes */
#include "support/test.h"

#include <stdio.h>
#include <string.h>

#include "dns/edns.h"
#include "dns/name.h"
#include "dns/shape.h"
#include "dns/wire.h"
#include "support/wiretext.h"

static void test_numbers(void **state)
{
    struct exact bytes = wire_text("x0102fffefdfc");
    uint8_t two[2];

    (void)state;
    assert_int_equal(rvx__wire_u8(bytes.view, 5), 0xfc);
    assert_int_equal(rvx__wire_u8(bytes.view, 6), 0);
    assert_int_equal(rvx__wire_u16(bytes.view, 0), 0x0102);
    assert_int_equal(rvx__wire_u16(bytes.view, 4), 0xfdfc);
    assert_int_equal(rvx__wire_u16(bytes.view, 5), 0);
    assert_int_equal(rvx__wire_u16(bytes.view, (size_t)-1), 0);
    assert_int_equal(rvx__wire_u32(bytes.view, 2), 0xfffefdfc);
    assert_int_equal(rvx__wire_u32(bytes.view, 3), 0);
    assert_int_equal(rvx__wire_u32(rvx__view_of(NULL, 0), 0), 0);
    assert_int_equal(rvx__wire_part(bytes.view, 4, 5).len, 2);
    assert_int_equal(rvx__wire_part(bytes.view, 7, 5).len, 0);
    rvx__wire_put_u16(two, 0xabcd);
    assert_memory_equal(two, "\xab\xcd", 2);
    exact_free(&bytes);
}

static const struct {
    const char *text;
    uint16_t type;
    const char *back; /* NULL: the same */
} types[] = {
    {"A", 1, NULL},      {"aaaa", 28, "AAAA"},       {"TYPE1", 1, "A"},      {"type65280", 65280, "TYPE65280"},
    {"TYPE0", 0, NULL},  {"TYPE65535", 65535, NULL}, {"NSAP-PTR", 23, NULL}, {"NSEC3PARAM", 51, NULL},
    {"HTTPS", 65, NULL}, {"CAA", 257, NULL},         {"ANY", 255, NULL},     {"DLV", 32769, NULL},
};
static const char *const no_types[] = {"", "TYPE", "TYPE65536", "TYPE1x", "TYPE-1", "AA", "TYP1", "A ", "*"};

static void test_types(void **state)
{
    uint16_t type;
    size_t i;

    (void)state;
    for (i = 0; i < COUNT_OF(types); i++) {
        char text[32];
        struct rvx__buf buf;

        if (!rvx__dns_type_parse(rvx__view_text(types[i].text), &type) || type != types[i].type)
            fail_msg("%s", types[i].text);
        rvx__buf_init(&buf, text, sizeof text);
        rvx__dns_type_print(&buf, type);
        rvx__buf_finish(&buf);
        assert_string_equal(text, types[i].back != NULL ? types[i].back : types[i].text);
    }
    for (i = 0; i < COUNT_OF(no_types); i++) {
        type = 7;
        if (rvx__dns_type_parse(rvx__view_text(no_types[i]), &type) || type != 7)
            fail_msg("\"%s\" is a type", no_types[i]);
    }
}

/* What is printed of any number is read as that number. */
static void test_all_numbers(void **state)
{
    unsigned i;

    (void)state;
    for (i = 0; i <= UINT16_MAX; i++) {
        uint16_t type = 0, class_ = 0;
        char text[64];
        struct rvx__buf buf;

        rvx__buf_init(&buf, text, sizeof text);
        rvx__dns_type_print(&buf, (uint16_t)i);
        if (!rvx__dns_type_parse(rvx__buf_view(&buf), &type) || type != i)
            fail_msg("type %u", i);
        rvx__buf_init(&buf, text, sizeof text);
        rvx__dns_class_print(&buf, (uint16_t)i);
        if (!rvx__dns_class_parse(rvx__buf_view(&buf), &class_) || class_ != i)
            fail_msg("class %u", i);
    }
}

static void test_rcodes(void **state)
{
    static const struct {
        unsigned rcode;
        const char *want;
    } rcodes[] = {{0, "NOERROR"},  {3, "NXDOMAIN"},   {5, "REFUSED"},  {11, "DSOTYPENI"},  {12, "RCODE12"},
                  {16, "BADVERS"}, {23, "BADCOOKIE"}, {24, "RCODE24"}, {4095, "RCODE4095"}};
    size_t i;

    (void)state;
    for (i = 0; i < COUNT_OF(rcodes); i++) {
        char text[32];
        struct rvx__buf buf;

        rvx__buf_init(&buf, text, sizeof text);
        rvx__dns_rcode_print(&buf, rcodes[i].rcode);
        rvx__buf_finish(&buf);
        assert_string_equal(text, rcodes[i].want);
    }
    assert_null(rvx__dns_rcode_text(12));
    assert_string_equal(rvx__dns_rcode_text(2), "SERVFAIL");
}

/* ---- options */

static struct rvx__message open_message(const struct exact *bytes)
{
    struct rvx__message message;

    assert_int_equal(rvx__gate_check(bytes->view, &message), RVX__GATE_OK);
    return message;
}

static const struct cookie_row {
    const char *options;
    size_t want; /* 0: none */
    bool bad;
} cookie_rows[] = {
    {"", 0, false},
    {"#3 [ ]", 0, false},
    {"#10 [ 16*xab ]", 16, false},
    {"#3 [ x00 ] #10 [ 16*xab ]", 16, false},
    {"#10 [ 40*xab ]", 40, false},
    {"#10 [ 24*xab ] #10 [ 16*xcd ]", 24, false},
    {"#10 [ ]", 0, true},
    {"#10 [ 7*xab ]", 0, true},
    {"#10 [ 8*xab ]", 0, true},
    {"#10 [ 15*xab ]", 0, true},
    {"#10 [ 41*xab ]", 0, true},
    {"#10 [ 8*xab ] #10 [ 16*xcd ]", 0, true},
};

static void test_cookies(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < COUNT_OF(cookie_rows); i++) {
        const struct cookie_row *row = &cookie_rows[i];
        struct rvx__message message;
        struct rvx__view cookie;
        struct exact bytes;
        char words[256];

        snprintf(words, sizeof words, "=a A IN x00 OPT #1232 ##0 [ %s ]", row->options);
        bytes = wire_message("8180", "1 0 0 1", words);
        message = open_message(&bytes);
        if (rvx__edns_cookie(&message, &cookie) != (row->want > 0) || cookie.len != row->want)
            fail_msg("%s: %zu bytes", row->options, cookie.len);
        if (row->want > 0)
            assert_int_equal(rvx__view_at(cookie, row->want - 1), 0xab);
        assert_int_equal(rvx__edns_cookie_is_bad(&message), row->bad);
        exact_free(&bytes);
    }
}

static void test_no_opt(void **state)
{
    struct exact bytes = wire_message("8180", "1 0 0 0", "=a A IN");
    struct rvx__message message = open_message(&bytes);
    struct rvx__view cookie;
    struct rvx__ede ede;

    (void)state;
    assert_false(rvx__edns_cookie(&message, &cookie));
    assert_false(rvx__edns_cookie_is_bad(&message));
    rvx__edns_ede(&message, &ede);
    assert_false(ede.present);
    exact_free(&bytes);
}

static void test_ede(void **state)
{
    static const struct {
        const char *options;
        bool present;
        uint16_t code;
        const char *text;
    } edes[] = {
        {"", false, 0, ""},
        {"#15 [ #22 ]", true, 22, ""},
        {"#15 [ #3 'stale ]", true, 3, "stale"},
        {"#10 [ 16*x00 ] #15 [ #65535 'x ] #15 [ #1 ]", true, 65535, "x"},
        {"#15 [ ]", false, 0, ""},
        {"#15 [ x00 ]", false, 0, ""},
    };
    size_t i;

    (void)state;
    for (i = 0; i < COUNT_OF(edes); i++) {
        struct rvx__message message;
        struct rvx__ede ede;
        struct exact bytes;
        char words[256];

        snprintf(words, sizeof words, "=a A IN x00 OPT #1232 ##0 [ %s ]", edes[i].options);
        bytes = wire_message("8182", "1 0 0 1", words);
        message = open_message(&bytes);
        rvx__edns_ede(&message, &ede);
        assert_int_equal(ede.present, edes[i].present);
        assert_int_equal(ede.code, edes[i].code);
        assert_true(rvx__view_is(ede.text, edes[i].text));
        exact_free(&bytes);
    }
    assert_string_equal(rvx__ede_text(0), "Other");
    assert_string_equal(rvx__ede_text(3), "Stale Answer");
    assert_string_equal(rvx__ede_text(22), "No Reachable Authority");
    assert_string_equal(rvx__ede_text(30), "Invalid Query Type");
    assert_null(rvx__ede_text(31));
}

/* ---- shapes */

static struct rvx__shape make_shape(const char *flags, bool has_opt, const char *rest)
{
    char words[128];
    struct rvx__shape shape = {.has_opt = has_opt};
    struct exact bytes;

    snprintf(words, sizeof words, "=. A IN %s", rest);
    bytes = wire_message(flags, has_opt ? "1 0 0 1" : "1 0 0 0", words);
    assert_true(bytes.view.len <= sizeof shape.bytes);
    memcpy(shape.bytes, bytes.view.data, bytes.view.len);
    shape.len = bytes.view.len;
    exact_free(&bytes);
    return shape;
}

static const struct stamp_row {
    const char *shape; /* behind the question; "": none */
    const char *name;
    uint16_t type;
    size_t cookie_len;
    const char *want; /* behind the header */
} stamp_rows[] = {
    {"", "www.Example.com", 28, 0, "=www.Example.com AAAA IN"},
    {"", "www.Example.com", 28, 16, "=www.Example.com AAAA IN"},
    {"", ".", 2, 0, "=. NS IN"},
    {"OPT(00000000)", "a", 1, 0, "=a A IN OPT(00000000)"},
    {"OPT(00008000)", "a", 65, 8, "=a HTTPS IN x00 OPT #1232 x00008000 [ #10 [ 8*xcc ] ]"},
    {"OPT(00000000)", "a", 1, 40, "=a A IN x00 OPT #1232 ##0 [ #10 [ 40*xcc ] ]"},
    {"x00 OPT #1232 ##0 [ #3 [ ] ]", "a", 1, 16, "=a A IN x00 OPT #1232 ##0 [ #3 [ ] #10 [ 16*xcc ] ]"},
};

static void test_stamp(void **state)
{
    uint8_t bytes[RVX__DNS_QUERY_MAX], cookie[RVX__COOKIE_MAX];
    size_t i, len;

    (void)state;
    memset(cookie, 0xcc, sizeof cookie);
    for (i = 0; i < COUNT_OF(stamp_rows); i++) {
        const struct stamp_row *row = &stamp_rows[i];
        bool has_opt = row->shape[0] != '\0';
        struct rvx__shape shape = make_shape("0120", has_opt, row->shape);
        struct exact want = wire_message("0120", has_opt ? "1 0 0 1" : "1 0 0 0", row->want);
        struct rvx__question question = {.type = row->type, .class_ = RVX__DNS_CLASS_IN};
        struct rvx__name name;

        assert_true(rvx__shape_is_valid(&shape));
        assert_true(rvx__name_parse(rvx__view_text(row->name), &name));
        question.name = rvx__name_view(&name);
        len = rvx__shape_stamp(&shape, 0x1234, &question, rvx__view_of(cookie, row->cookie_len), bytes);
        if (!rvx__view_eq(rvx__view_of(bytes, len), want.view))
            fail_msg("%s: other bytes, %zu", row->want, len);
        exact_free(&want);
    }
}

static void test_stamp_bounds(void **state)
{
    struct rvx__shape shape = make_shape("0100", true, "OPT(00000000)");
    uint8_t long_name[RVX__NAME_MAX + 1] = {0}, bytes[RVX__DNS_QUERY_MAX], cookie[RVX__COOKIE_MAX + 1] = {0};
    struct rvx__question question = {.type = 1, .class_ = 1};

    (void)state;
    question.name = rvx__view_of(long_name, RVX__NAME_MAX);
    assert_int_equal(rvx__shape_stamp(&shape, 1, &question, rvx__view_of(cookie, RVX__COOKIE_MAX), bytes),
                     12 + 255 + 4 + 11 + 4 + 40);
    assert_int_equal(rvx__shape_stamp(&shape, 1, &question, rvx__view_of(cookie, RVX__COOKIE_MAX + 1), bytes), 0);
    question.name = rvx__view_of(long_name, RVX__NAME_MAX + 1);
    assert_int_equal(rvx__shape_stamp(&shape, 1, &question, rvx__view_of(NULL, 0), bytes), 0);
    question.name = rvx__view_of(long_name, 0);
    assert_int_equal(rvx__shape_stamp(&shape, 1, &question, rvx__view_of(NULL, 0), bytes), 0);
    question.name = rvx__view_of(long_name, 1);
    shape.len = 27;
    assert_int_equal(rvx__shape_stamp(&shape, 1, &question, rvx__view_of(NULL, 0), bytes), 0);
    shape.len = RVX__SHAPE_MAX + 1;
    assert_int_equal(rvx__shape_stamp(&shape, 1, &question, rvx__view_of(NULL, 0), bytes), 0);
}

static void test_bad_shapes(void **state)
{
    struct rvx__shape shape = make_shape("0100", true, "OPT(00000000)");

    (void)state;
    assert_true(rvx__shape_is_valid(&shape));
    shape.has_opt = false;
    assert_false(rvx__shape_is_valid(&shape));
    shape.has_opt = true;
    shape.len--;
    assert_false(rvx__shape_is_valid(&shape));
    shape.len += 2;
    assert_false(rvx__shape_is_valid(&shape));
    shape = make_shape("0100", false, "");
    shape.has_opt = true;
    assert_false(rvx__shape_is_valid(&shape));
    shape = (struct rvx__shape){.len = 0};
    assert_false(rvx__shape_is_valid(&shape));
    shape.len = RVX__SHAPE_MAX + 1;
    assert_false(rvx__shape_is_valid(&shape));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers),    cmocka_unit_test(test_types),   cmocka_unit_test(test_all_numbers),
        cmocka_unit_test(test_rcodes),     cmocka_unit_test(test_cookies), cmocka_unit_test(test_no_opt),
        cmocka_unit_test(test_ede),        cmocka_unit_test(test_stamp),   cmocka_unit_test(test_stamp_bounds),
        cmocka_unit_test(test_bad_shapes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
