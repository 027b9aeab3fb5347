/* test_nsswitch.c - nsswitch.conf: databases, sources, criteria and what they come to, syntax errors, limits */
#include "support/test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/nsswitch.h"
#include "support/describe.h"
#include "support/exact.h"
#include "support/oom.h"

/* "SOURCE" with the default actions; otherwise "SOURCE(NNNN)" with the first letters of the actions on success,
 * notfound, unavail and tryagain; '*' behind it: not standard. */
static void describe_source(struct description *description, const struct rvx__nsswitch_source *source)
{
    char actions[RVX__NSSWITCH_STATUS_N + 1] = {0};
    size_t i;

    for (i = 0; i < RVX__NSSWITCH_STATUS_N; i++)
        actions[i] = "rcm"[source->action[i]];
    describe_word(description, source->name);
    if (strcmp(actions, "rccc") != 0) {
        rvx__buf_add_byte(&description->buf, '(');
        rvx__buf_add_text(&description->buf, actions);
        rvx__buf_add_byte(&description->buf, ')');
    }
    if (!source->standard)
        rvx__buf_add_byte(&description->buf, '*');
}

/* "NAME@LINE: SOURCE..." for every database, then the remarks. "bad:LINE" in front of the sources: a syntax error. */
static const char *describe_nsswitch(struct description *description, const struct rvx__nsswitch *nsswitch)
{
    const struct rvx__nsswitch_database *database;
    uint32_t databases_n = 0;

    describe_start(description);
    for (database = nsswitch->databases; database != NULL; database = database->next, databases_n++) {
        const struct rvx__nsswitch_source *source;
        uint32_t sources_n = 0;

        describe_word(description, database->name);
        rvx__buf_add_byte(&description->buf, '@');
        rvx__buf_add_dec(&description->buf, database->line);
        rvx__buf_add_byte(&description->buf, ':');
        if (database->bad_line > 0)
            describe_number(description, "bad:", database->bad_line);
        for (source = database->sources; source != NULL; source = source->next, sources_n++)
            describe_source(description, source);
        assert_int_equal(database->sources_n, sources_n);
    }
    assert_int_equal(nsswitch->databases_n, databases_n);
    describe_remarks(description, &nsswitch->remarks);
    return describe_end(description);
}

static const struct row {
    const char *name;
    const char *input;
    const char *want;
} rows[] = {
    {"no file", "", ""},
    {"comments", "# a\n  # b\n\n", ""},
    {"one line", "hosts: files dns\n", "hosts@1: files dns"},
    {"no newline at the end", "hosts: files", "hosts@1: files"},
    {"no sources", "hosts:\n", "hosts@1:"},
    {"no blanks", "hosts:files\n", "hosts@1: files"},
    {"blanks everywhere", "  hosts  :  files   dns  \n", "hosts@1: files dns"},
    {"tabs", "hosts:\t\tfiles\tdns\n", "hosts@1: files dns"},
    {"CR LF", "hosts: files dns\r\nservices: db files\r\n", "hosts@1: files dns services@2: db files"},
    {"comment behind", "hosts: files # dns\n", "hosts@1: files"},
    {"comment right behind", "hosts: files#dns\n", "hosts@1: files"},
    {"several databases", "passwd: files\n\nhosts: dns\nservices: db files\n",
     "passwd@1: files hosts@3: dns services@4: db files"},
    {"lines of a database add up", "hosts: files\nservices: files\nhosts: dns\n",
     "hosts@1: files dns services@2: files"},
    {"case of names is kept", "Hosts: Files\nhosts: dns\n", "Hosts@1: Files hosts@2: dns"},
    {"a source twice", "hosts: files dns files\n", "hosts@1: files dns files"},
    {"an odd database name", "a b: c\n", "a b@1: c"},

    {"avahi", "hosts: files mdns4_minimal [NOTFOUND=return] dns mdns4\n",
     "hosts@1: files mdns4_minimal(rrcc) dns mdns4"},
    {"resolve", "hosts: mymachines resolve [!UNAVAIL=return] files myhostname dns\n",
     "hosts@1: mymachines resolve(rrcr)* files myhostname dns"},
    {"the default, written out",
     "hosts: files [success=return notfound=continue unavail=continue tryagain=continue] dns\n",
     "hosts@1: files dns"},
    {"any status may return at the end", "hosts: files [unavail=return]\n", "hosts@1: files(rcrc)"},
    {"but only at the end", "hosts: files [unavail=return notfound=continue]\n", "hosts@1: files(rcrc)*"},
    {"also in brackets of their own", "hosts: files [unavail=return] [notfound=continue]\n", "hosts@1: files(rcrc)*"},
    {"a default before a return", "hosts: files [notfound=continue tryagain=return]\n", "hosts@1: files(rccr)"},
    {"success=continue", "hosts: files [success=continue] dns\n", "hosts@1: files(cccc)* dns"},
    {"success=merge", "group: files [SUCCESS=merge] sss\n", "group@1: files(mccc)* sss"},
    {"negation", "hosts: dns [!NOTFOUND=return]\n", "hosts@1: dns(rcrr)*"},
    {"negation of success", "hosts: dns [!SUCCESS=return]\n", "hosts@1: dns(rrrr)*"},
    {"negation changes success too", "hosts: dns [!notfound=continue]\n", "hosts@1: dns(cccc)*"},
    {"the later criterion counts", "hosts: dns [notfound=return notfound=continue]\n", "hosts@1: dns*"},
    {"any case", "hosts: dns [NotFound=RETURN]\n", "hosts@1: dns(rrcc)"},
    {"no blank before", "hosts: dns[notfound=return]files\n", "hosts@1: dns(rrcc) files"},
    {"blanks inside", "hosts: dns [  notfound = return\ttryagain=return ] files\n", "hosts@1: dns(rrcr)* files"},
    {"empty brackets", "hosts: dns [] [ ] files\n", "hosts@1: dns files"},
    {"criteria are their source's", "hosts: a [notfound=return] b\nhosts: c\n", "hosts@1: a(rrcc) b c"},
    {"unknown status", "hosts: dns [foo=return] files\n", "hosts@1: dns* files !1:unknown:foo"},
    {"unknown action", "hosts: dns [notfound=stop] files\n", "hosts@1: dns* files !1:unknown:stop"},
    {"unknown, but the others count", "hosts: dns [foo=return notfound=return]\n",
     "hosts@1: dns(rrcc)* !1:unknown:foo"},

    {"no colon", "hosts files\nservices: db\n", "services@2: db !1:bad:hosts files"},
    {"no database", ": files\n", "!1:bad:: files"},
    {"unclosed", "services: db\nhosts: files [notfound=return dns\nhosts: late\n",
     "services@1: db hosts@2: bad:2 files late !2:bad:[notfound=return dns"},
    {"closed in a comment", "hosts: files [notfound=return # ]\n", "hosts@1: bad:1 files !1:bad:[notfound=return"},
    {"criteria first", "hosts: [notfound=return] files\n", "hosts@1: bad:1 !1:bad:[notfound=return] files"},
    {"criteria first on a second line", "hosts: files\nhosts: [notfound=return] dns\n",
     "hosts@1: bad:2 files !2:bad:[notfound=return] dns"},
    {"no equals sign", "hosts: files [notfound] dns\n", "hosts@1: bad:1 files !1:bad:[notfound] dns"},
    {"no status", "hosts: files [=return] dns\n", "hosts@1: bad:1 files !1:bad:[=return] dns"},
    {"no action", "hosts: files [notfound=] dns\n", "hosts@1: bad:1 files !1:bad:[notfound=] dns"},
    {"no status behind the negation", "hosts: files [!=return] dns\n", "hosts@1: bad:1 files !1:bad:[!=return] dns"},
    {"what comes before the error counts", "hosts: files [notfound=return x] dns\n",
     "hosts@1: bad:1 files(rrcc) !1:bad:[notfound=return x] dns"},
    {"the first error is told", "hosts: a [\nhosts: b [\n", "hosts@1: bad:1 a b !1:bad:[ !2:bad:["},
};

static void check_text(const char *name, struct rvx__view bytes, const char *want)
{
    struct exact input = exact_bytes(bytes.data, bytes.len);
    struct rvx__nsswitch nsswitch;
    struct description got;

    assert_int_equal(rvx__nsswitch_parse(&nsswitch, input.view), 0);
    exact_free(&input);
    assert_row_text(name, describe_nsswitch(&got, &nsswitch), want);
    rvx__nsswitch_fini(&nsswitch);
    rvx__nsswitch_fini(&nsswitch);
}

static void test_parse(void **state)
{
    static const char with_nul[] = "\0hosts\0:\0files\0[\0notfound=return\0]\0dns\nho\0sts: dns";
    size_t i;

    (void)state;
    for (i = 0; i < COUNT_OF(rows); i++)
        check_text(rows[i].name, rvx__view_text(rows[i].input), rows[i].want);
    check_text("NUL", rvx__view_of(with_nul, sizeof with_nul - 1),
               "hosts@1: files(rrcc) dns !2:bad:ho\\x00sts: dns");
}

static void test_find(void **state)
{
    struct rvx__view bytes = rvx__view_text("passwd: files\nhosts: dns [notfound=return]\n");
    struct rvx__nsswitch nsswitch;
    const struct rvx__nsswitch_database *database;

    (void)state;
    assert_int_equal(rvx__nsswitch_parse(&nsswitch, bytes), 0);
    database = rvx__nsswitch_find(&nsswitch, "hosts");
    assert_non_null(database);
    assert_string_equal(database->sources->name, "dns");
    assert_int_equal(database->sources->action[RVX_STATUS_NOTFOUND], RVX__NSSWITCH_RETURN);
    assert_int_equal(database->sources->action[RVX_STATUS_UNAVAIL], RVX__NSSWITCH_CONTINUE);
    assert_null(rvx__nsswitch_find(&nsswitch, "services"));
    assert_null(rvx__nsswitch_find(&nsswitch, "host"));
    assert_null(rvx__nsswitch_find(&nsswitch, ""));
    rvx__nsswitch_fini(&nsswitch);
    assert_null(rvx__nsswitch_find(&nsswitch, "hosts"));
}

/* 64 sources and 64 databases are kept; the criteria of a source too many are read and go nowhere. */
static void test_limits(void **state)
{
    char text[4096];
    size_t len = (size_t)snprintf(text, sizeof text, "hosts:");
    struct rvx__nsswitch nsswitch;
    unsigned i;

    (void)state;
    for (i = 0; i < 66; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, " s%u [notfound=return]", i);
    len += (size_t)snprintf(text + len, sizeof text - len, "\n");
    for (i = 1; i < 66; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "d%u: files\n", i);
    assert_int_equal(rvx__nsswitch_parse(&nsswitch, rvx__view_of(text, len)), 0);
    assert_int_equal(nsswitch.databases_n, 64);
    assert_int_equal(nsswitch.databases->sources_n, 64);
    assert_string_equal(nsswitch.databases->last->name, "s63");
    assert_int_equal(nsswitch.databases->bad_line, 0);
    assert_non_null(rvx__nsswitch_find(&nsswitch, "d63"));
    assert_null(rvx__nsswitch_find(&nsswitch, "d64"));
    assert_int_equal(nsswitch.remarks.total, 4);
    assert_int_equal(nsswitch.remarks.items[0].kind, RVX__REMARK_EXCESS);
    assert_string_equal(nsswitch.remarks.items[0].text, "s64");
    assert_string_equal(nsswitch.remarks.items[3].text, "d65");
    rvx__nsswitch_fini(&nsswitch);
}

static void test_long_line(void **state)
{
    size_t len = 1 << 20;
    char *text = malloc(len);
    struct exact input;
    struct rvx__nsswitch nsswitch;

    (void)state;
    assert_non_null(text);
    memset(text, 'x', len);
    memcpy(text, "hosts: a ", 9);
    memcpy(text + len - 11, "\nhosts: dns", 11);
    input = exact_bytes(text, len);
    assert_int_equal(rvx__nsswitch_parse(&nsswitch, input.view), 0);
    assert_int_equal(nsswitch.databases->sources_n, 3);
    assert_int_equal(strlen(nsswitch.databases->sources->next->name), len - 20);
    assert_string_equal(nsswitch.databases->last->name, "dns");
    rvx__nsswitch_fini(&nsswitch);
    exact_free(&input);
    free(text);
}

/* Lets every allocation of a parse fail in its turn; returns how many there are. */
static unsigned fail_each(struct rvx__view bytes)
{
    unsigned n;

    for (n = 0;; n++) {
        struct rvx__nsswitch nsswitch;
        int rc;

        oom_fail_after(n);
        rc = rvx__nsswitch_parse(&nsswitch, bytes);
        oom_off();
        assert_int_equal(rc, oom_failed() ? -ENOMEM : 0);
        assert_int_equal(nsswitch.databases != NULL, rc == 0);
        rvx__nsswitch_fini(&nsswitch);
        if (!oom_failed())
            return n;
    }
}

static void test_out_of_memory(void **state)
{
    char text[8192];
    size_t len = 0;
    unsigned n;

    (void)state;
    for (n = 0; n < 60; n++)
        len += (size_t)snprintf(text + len, sizeof text - len, "database%u: files dns\n", n);
    assert_true(fail_each(rvx__view_of(text, len)) > 3);
    /* Names so long that each needs a block of the arena. */
    len = (size_t)snprintf(text, sizeof text, "%0600d: %0700d\n%0800d: a %0900d\n", 1, 2, 3, 4);
    assert_true(fail_each(rvx__view_of(text, len)) > 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_long_line),
        cmocka_unit_test(test_out_of_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
