/* test_err.c - codes in words, predicates, and the one-line layouts of struct rvx_error */
#include "support/test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <resolvx/err.h>

#include "base/error.h"

static const struct text_row {
    int code;
    const char *want;
} text_rows[] = {
    {0, "success"},
    {7, "success"},
    {-EPERM, "operation not permitted"},
    {-ENOENT, "no such file or directory"},
    {-EINTR, "interrupted system call"},
    {-EAGAIN, "resource temporarily unavailable"},
    {-EACCES, "permission denied"},
    {-EINVAL, "invalid argument"},
    {-EMFILE, "too many open files"},
    {-ENFILE, "too many open files in system"},
    {-EPIPE, "broken pipe"},
    {-EADDRINUSE, "address already in use"},
    {-EADDRNOTAVAIL, "cannot assign requested address"},
    {-ECONNREFUSED, "connection refused"},
    {-ECONNRESET, "connection reset by peer"},
    {-ETIMEDOUT, "connection timed out"},
    {-EHOSTUNREACH, "no route to host"},
    {-4095, "unknown error"},
    {-5000, "unknown error"},
    {RVX_ETIMEOUT, "i/o timeout"},
    {RVX_ECANCELED, "operation was canceled"},
    {RVX_ECLOSED, "use of closed network connection"},
    {-5009, "unknown error"},
    {RVX_ENOTFOUND, "no such host"},
    {RVX_EPORTUNKNOWN, "unknown port"},
    {RVX_EALIASLOOP, "alias loop"},
    {RVX_ENETUNKNOWN, "unknown network"},
    {RVX_EPORTINVALID, "invalid port"},
    {RVX_EADDRMISSING, "missing address"},
    {RVX_EADDRTYPE, "unexpected address type"},
    {RVX_EADDRNONE, "no suitable address found"},
    {RVX_EPORTMISSING, "missing port in address"},
    {RVX_EMANYCOLONS, "too many colons in address"},
    {RVX_ENOBRACKET, "missing ']' in address"},
    {RVX_EBRACKETOPEN, "unexpected '[' in address"},
    {RVX_EBRACKETCLOSE, "unexpected ']' in address"},
    {RVX_EINTERNAL, "internal error"},
    {RVX_EINTERNAL - 1, "unknown error"},
    {-100000, "unknown error"},
    {INT32_MIN, "unknown error"},
};

static void test_strerror(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < COUNT_OF(text_rows); i++) {
        const char *text = rvx_strerror(text_rows[i].code);

        if (strcmp(text, text_rows[i].want) != 0)
            fail_msg("%d: got \"%s\", want \"%s\"", text_rows[i].code, text, text_rows[i].want);
    }
}

/* Every errno that the C library knows has a text, and it is the C library's but for capital letters. */
static void test_strerror_knows_errno(void **state)
{
    int number;

    (void)state;
    for (number = 1; number < 134; number++) {
        char want[128], got[128];
        size_t i;

        snprintf(want, sizeof want, "%s", strerror(number));
        snprintf(got, sizeof got, "%s", rvx_strerror(-number));
        if (strncmp(want, "Unknown error", 13) == 0) {
            assert_string_equal(got, "unknown error");
            continue;
        }
        for (i = 0; want[i] != '\0'; i++)
            want[i] = rvx__to_lower(want[i]);
        for (i = 0; got[i] != '\0'; i++)
            got[i] = rvx__to_lower(got[i]);
        assert_string_equal(got, want);
        assert_false(rvx_strerror(-number)[0] >= 'A' && rvx_strerror(-number)[0] <= 'Z' && number != EDOTDOT);
    }
}

/* Each of our own codes has a text of its own. */
static void test_own_codes_differ(void **state)
{
    static const int codes[] = {
        RVX_ETIMEOUT,     RVX_ECANCELED,    RVX_ECLOSED,      RVX_ENOTFOUND,    RVX_ETRYAGAIN,  RVX_EUNAVAIL,
        RVX_EPORTUNKNOWN, RVX_ENOBACKEND,   RVX_ENETUNKNOWN,  RVX_EPORTINVALID, RVX_EADDRINVALID, RVX_EADDRMISSING,
        RVX_EADDRTYPE,    RVX_EADDRNONE,    RVX_EPORTMISSING, RVX_EMANYCOLONS,  RVX_ENOBRACKET, RVX_EBRACKETOPEN,
        RVX_EBRACKETCLOSE, RVX_ETOOLONG,    RVX_EOPTIONS,     RVX_ELIMIT,       RVX_EFORKED,    RVX_EINTERNAL,
    };
    size_t i, j;

    (void)state;
    for (i = 0; i < COUNT_OF(codes); i++) {
        assert_string_not_equal(rvx_strerror(codes[i]), "unknown error");
        for (j = 0; j < i; j++)
            assert_string_not_equal(rvx_strerror(codes[i]), rvx_strerror(codes[j]));
    }
}

static void test_predicates(void **state)
{
    static const struct {
        int code;
        bool timeout, temporary, not_found;
    } rows[] = {
        {0, false, false, false},
        {RVX_ETIMEOUT, true, true, false},
        {-EAGAIN, true, true, false},
        {-ETIMEDOUT, true, true, false},
        {RVX_ETRYAGAIN, false, true, false},
        {RVX_EUNAVAIL, false, true, false},
        {RVX_ELIMIT, false, true, false},
        {-EINTR, false, true, false},
        {-EMFILE, false, true, false},
        {-ENFILE, false, true, false},
        {-ENOMEM, false, true, false},
        {-ENOBUFS, false, true, false},
        {RVX_ENOTFOUND, false, false, true},
        {RVX_EPORTUNKNOWN, false, false, true},
        {RVX_EALIASLOOP, false, false, false},
        {-ECONNRESET, false, false, false},
        {-ECONNREFUSED, false, false, false},
        {-EACCES, false, false, false},
        {RVX_ECANCELED, false, false, false},
        {RVX_ECLOSED, false, false, false},
        {RVX_EPORTINVALID, false, false, false},
    };
    size_t i;

    (void)state;
    for (i = 0; i < COUNT_OF(rows); i++) {
        int code = rows[i].code;

        if (rvx_is_timeout(code) != rows[i].timeout || rvx_is_temporary(code) != rows[i].temporary ||
            rvx_is_not_found(code) != rows[i].not_found)
            fail_msg("%d (%s): got %d %d %d", code, rvx_strerror(code), rvx_is_timeout(code), rvx_is_temporary(code),
                     rvx_is_not_found(code));
    }
}

/* An error full of rubbish: a filler has to set all that is printed. */
static void spoil(struct rvx_error *err)
{
    memset(err, 'x', sizeof *err);
}

static void expect_text(struct rvx_error *err, const char *want)
{
    assert_ptr_equal(rvx_error_text(err), err->text);
    assert_string_equal(err->text, want);
}

static void test_layouts(void **state)
{
    struct rvx_error err;

    (void)state;
    spoil(&err);
    assert_int_equal(rvx__error_plain(&err, RVX_ETIMEOUT), RVX_ETIMEOUT);
    expect_text(&err, "i/o timeout");
    spoil(&err);
    assert_int_equal(rvx__error_syscall(&err, -EACCES, "bind"), -EACCES);
    expect_text(&err, "bind: permission denied");
    spoil(&err);
    assert_int_equal(rvx__error_addr(&err, RVX_EPORTINVALID, rvx__view_text("65536")), RVX_EPORTINVALID);
    expect_text(&err, "address 65536: invalid port");
    spoil(&err);
    rvx__error_addr(&err, RVX_EADDRMISSING, rvx__view_text(NULL));
    expect_text(&err, "missing address");
    spoil(&err);
    assert_int_equal(rvx__error_lookup(&err, RVX_ENOTFOUND, rvx__view_text("x.invalid"), NULL), RVX_ENOTFOUND);
    expect_text(&err, "lookup x.invalid: no such host");
    spoil(&err);
    rvx__error_lookup(&err, RVX_ENOTFOUND, rvx__view_text(""), "127.0.0.1:53");
    expect_text(&err, "lookup  on 127.0.0.1:53: no such host");
    spoil(&err);
    rvx__error_lookup(&err, RVX_EPORTUNKNOWN, rvx__view_text("tcp/nosuch"), "");
    expect_text(&err, "lookup tcp/nosuch: unknown port");
    spoil(&err);
    assert_int_equal(rvx__error_network(&err, rvx__view_text("foo")), RVX_ENETUNKNOWN);
    expect_text(&err, "unknown network foo");
    spoil(&err);
    assert_int_equal(rvx__error_parse(&err, RVX_EADDRINVALID, "CIDR address", rvx__view_text("1/2")), RVX_EADDRINVALID);
    expect_text(&err, "invalid CIDR address: 1/2");
    spoil(&err);
    assert_int_equal(rvx__error_option(&err, "backlog", rvx__view_text("-3")), RVX_EOPTIONS);
    expect_text(&err, "invalid option backlog: -3");
    spoil(&err);
    rvx__error_option(&err, "size", rvx__view_text(NULL));
    expect_text(&err, "invalid option size");
}

static void test_op(void **state)
{
    static const struct {
        const char *net, *source, *addr, *want;
    } rows[] = {
        {"tcp", NULL, "127.0.0.1:80", "read tcp 127.0.0.1:80: broken pipe"},
        {"tcp", "127.0.0.1:1", "127.0.0.1:2", "read tcp 127.0.0.1:1->127.0.0.1:2: broken pipe"},
        {"unix", "@", NULL, "read unix @: broken pipe"},
        {"tcp", "", "", "read tcp: broken pipe"},
        {NULL, NULL, NULL, "read: broken pipe"},
        {"", "", "a", "read a: broken pipe"},
    };
    size_t i;

    (void)state;
    for (i = 0; i < COUNT_OF(rows); i++) {
        struct rvx_error err;

        spoil(&err);
        rvx__error_plain(&err, -EPIPE);
        assert_int_equal(rvx__error_op(&err, 0, "read", rows[i].net, rows[i].source, rows[i].addr), -EPIPE);
        expect_text(&err, rows[i].want);
    }
}

static void test_op_around_causes(void **state)
{
    struct rvx_error err;

    (void)state;
    rvx__error_syscall(&err, -EACCES, "bind");
    rvx__error_op(&err, err.code, "listen", "tcp", NULL, "127.0.0.1:80");
    expect_text(&err, "listen tcp 127.0.0.1:80: bind: permission denied");
    rvx__error_addr(&err, RVX_EMANYCOLONS, rvx__view_text("::1:80"));
    rvx__error_op(&err, err.code, "listen", "tcp", NULL, NULL);
    expect_text(&err, "listen tcp: address ::1:80: too many colons in address");
    rvx__error_network(&err, rvx__view_text("foo"));
    rvx__error_op(&err, err.code, "listen", "foo", NULL, NULL);
    expect_text(&err, "listen foo: unknown network foo");
    rvx__error_network(&err, rvx__view_text(""));
    rvx__error_op(&err, err.code, "listen", "", NULL, NULL);
    expect_text(&err, "listen: unknown network ");
    rvx__error_lookup(&err, RVX_ENOTFOUND, rvx__view_text("x.invalid"), "127.0.0.1:53");
    rvx__error_op(&err, err.code, "dial", "tcp", NULL, NULL);
    expect_text(&err, "dial tcp: lookup x.invalid on 127.0.0.1:53: no such host");
}

static void test_success(void **state)
{
    struct rvx_error err;

    (void)state;
    rvx__error_plain(&err, -EPIPE);
    rvx__error_op(&err, 0, "read", "tcp", NULL, "a");
    assert_int_equal(rvx__error_none(&err), 0);
    assert_int_equal(err.code, 0);
    assert_string_equal(err.op, "read"); /* nothing else is touched */
    expect_text(&err, "success");
}

static void test_null(void **state)
{
    struct rvx__view view = rvx__view_text("x");

    (void)state;
    assert_int_equal(rvx__error_none(NULL), 0);
    assert_int_equal(rvx__error_plain(NULL, -1), -1);
    assert_int_equal(rvx__error_syscall(NULL, -2, "bind"), -2);
    assert_int_equal(rvx__error_addr(NULL, -3, view), -3);
    assert_int_equal(rvx__error_lookup(NULL, -4, view, "s"), -4);
    assert_int_equal(rvx__error_network(NULL, view), RVX_ENETUNKNOWN);
    assert_int_equal(rvx__error_parse(NULL, -5, "w", view), -5);
    assert_int_equal(rvx__error_option(NULL, "f", view), RVX_EOPTIONS);
    assert_int_equal(rvx__error_op(NULL, -6, "read", "tcp", "a", "b"), -6);
}

static void test_errno(void **state)
{
    (void)state;
    errno = ECONNREFUSED;
    assert_int_equal(rvx__errno(), -ECONNREFUSED);
    errno = 0;
    assert_int_equal(rvx__errno(), RVX_EINTERNAL);
}

static void test_hostile_names(void **state)
{
    struct rvx_error err;

    (void)state;
    rvx__error_lookup(&err, RVX_ENOTFOUND, rvx__view_text("a\x1b[2J\nb"), "s\r");
    rvx__error_op(&err, 0, "dial", "t\tp", "\x01", "\x7f");
    expect_text(&err, "dial t\\x09p \\x01->\\x7f: lookup a\\x1b[2J\\x0ab on s\\x0d: no such host");
}

static void test_long_names(void **state)
{
    struct rvx_error *err = malloc(sizeof *err);
    char name[1000];
    size_t len;

    (void)state;
    assert_non_null(err);
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    rvx__error_addr(err, RVX_EPORTMISSING, rvx__view_text(name));
    assert_int_equal(strlen(err->name), RVX_ERROR_NAME_SIZE - 1);
    assert_string_equal(err->name + RVX_ERROR_NAME_SIZE - 5, "n...");
    /* Every byte shown as four does not fit any more: cut, but ended. */
    memset(name, '\n', sizeof name - 1);
    rvx__error_lookup(err, RVX_ENOTFOUND, rvx__view_text(name), name);
    rvx__error_op(err, 0, "dial", name, name, name);
    rvx_error_text(err);
    len = strlen(err->text);
    assert_int_equal(len, RVX_ERROR_TEXT_SIZE - 1);
    assert_string_equal(err->text + len - 3, "...");
    free(err);
}

static void test_size(void **state)
{
    (void)state;
    assert_int_equal(sizeof(struct rvx_error), sizeof(void *) == 8 ? 2048 : sizeof(struct rvx_error));
    assert_int_equal(offsetof(struct rvx_error, code), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_strerror),
        cmocka_unit_test(test_strerror_knows_errno),
        cmocka_unit_test(test_own_codes_differ),
        cmocka_unit_test(test_predicates),
        cmocka_unit_test(test_layouts),
        cmocka_unit_test(test_op),
        cmocka_unit_test(test_op_around_causes),
        cmocka_unit_test(test_success),
        cmocka_unit_test(test_null),
        cmocka_unit_test(test_errno),
        cmocka_unit_test(test_hostile_names),
        cmocka_unit_test(test_long_names),
        cmocka_unit_test(test_size),
    };

    return cmocka_run_group_tests_name("err", tests, NULL, NULL);
}
