/* test_plan.c - whom to ask, in which order: the matrix of orders, RESOLVX, nsswitch.conf, and names */
#include "support/test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "resolver/plan.h"

/* Steps as in rvx__plan_print(), with '+' in front of fall-backs. */
static void print_steps(const struct rvx__plan *plan, char *text, size_t size)
{
    struct rvx__buf buf;

    rvx__buf_init(&buf, text, size);
    for (unsigned i = 0; i < plan->n; i++) {
        struct rvx__plan one = {.steps = {plan->steps[i]}, .n = 1};

        if (i > 0)
            rvx__buf_add_text(&buf, ", ");
        if (plan->steps[i].fallback)
            rvx__buf_add_byte(&buf, '+');
        rvx__plan_print(&buf, &one);
    }
    rvx__buf_finish(&buf);
}

/* arg: the names that have a backend, separated by blanks. */
static bool knows(const void *arg, const char *name)
{
    struct rvx__view rest = rvx__view_text(arg);
    struct rvx__view word;

    while (rvx__view_take_word(&rest, &word)) {
        if (rvx__view_is(word, name))
            return true;
    }
    return false;
}

struct row {
    const char *name;     /* of the host, or of the row for services */
    const char *nsswitch; /* NULL: cannot be read */
    enum rvx__mode mode;
    const char *order; /* one name, or NULL */
    const char *known;
    bool db;
    const char *want;
    const char *why; /* a part of it */
};

static int run_rows(const struct row *rows, size_t n, bool hosts)
{
    int failures = 0;

    for (size_t i = 0; i < n; i++) {
        const struct row *row = &rows[i];
        struct rvx__order order = {.names = {row->order}, .n = row->order != NULL ? 1 : 0};
        struct rvx__nsswitch nsswitch;
        struct rvx__plan_input input = {
            .order = &order,
            .mode = row->mode,
            .services_db = row->db,
            .known = knows,
            .known_arg = row->known,
        };
        struct rvx__plan plan;
        char steps[512];

        if (row->nsswitch != NULL) {
            assert_int_equal(rvx__nsswitch_parse(&nsswitch, rvx__view_text(row->nsswitch)), 0);
            input.nsswitch = &nsswitch;
        }
        if (hosts)
            rvx__plan_hosts(&plan, &input, rvx__view_text(row->name));
        else
            rvx__plan_services(&plan, &input);
        print_steps(&plan, steps, sizeof steps);
        if (strcmp(steps, row->want) != 0 || (row->why != NULL && strstr(plan.why, row->why) == NULL)) {
            print_error("row %zu, %s, \"%s\": got <%s> want <%s>, because <%s>\n", i, row->name,
                        row->nsswitch != NULL ? row->nsswitch : "", steps, row->want, plan.why);
            failures++;
        }
        if (row->nsswitch != NULL)
            rvx__nsswitch_fini(&nsswitch);
    }
    return failures;
}

#define HOSTS_KNOWN "files libc localhost"

static void test_hosts(void **state)
{
    static const struct row rows[] = {
        /* nothing is said */
        {"h", "", 0, NULL, HOSTS_KNOWN, false, "files, libc", "default"},
        {"h", "services: files\n", 0, NULL, HOSTS_KNOWN, false, "files, libc", "default"},
        {"h", "hosts:\n", 0, NULL, HOSTS_KNOWN, false, "files, libc", "default"},
        {"h", NULL, 0, NULL, HOSTS_KNOWN, false, "libc, +files", "cannot be read"},
        {"h", "hosts: files [NOTFOUND\n", 0, NULL, HOSTS_KNOWN, false, "libc, +files", "line 1 cannot be understood"},
        /* order and merging */
        {"h", "hosts: files dns\n", 0, NULL, HOSTS_KNOWN, false, "files, libc", "line 1; dns through libc"},
        {"h", "#\nhosts: dns files\n", 0, NULL, HOSTS_KNOWN, false, "libc, files", "line 2"},
        {"h", "hosts: files\n", 0, NULL, HOSTS_KNOWN, false, "files", NULL},
        {"h", "hosts: dns\n", 0, NULL, HOSTS_KNOWN, false, "libc", NULL},
        {"h", "hosts: files mymachines myhostname resolve dns\n", 0, NULL, HOSTS_KNOWN, false, "files, libc", NULL},
        {"h", "hosts: mymachines files dns\n", 0, NULL, HOSTS_KNOWN, false, "libc, files, libc", NULL},
        {"h", "hosts:\tfiles\tdns\n", 0, NULL, HOSTS_KNOWN, false, "files, libc", NULL},
        {"h", "hosts: files\nhosts: dns\n", 0, NULL, HOSTS_KNOWN, false, "files, libc", NULL},
        /* actions */
        {"h", "hosts: files [NOTFOUND=return] dns\n", 0, NULL, HOSTS_KNOWN, false, "files [NOTFOUND=return], libc",
         NULL},
        {"h", "hosts: files mdns4_minimal [NOTFOUND=return] dns\n", 0, NULL, HOSTS_KNOWN, false, "files, libc",
         "mdns4_minimal left out, it is for names below local; dns through libc"},
        {"h", "hosts: files dns [!UNAVAIL=return] nis\n", 0, NULL, HOSTS_KNOWN, false, "files, libc", NULL},
        {"h", "hosts: resolve [!UNAVAIL=return] files\n", 0, NULL, HOSTS_KNOWN, false,
         "libc [NOTFOUND=return] [TRYAGAIN=return], files", NULL},
        {"h", "hosts: files [SUCCESS=merge] dns\n", 0, NULL, HOSTS_KNOWN, false, "files [SUCCESS=merge], libc", NULL},
        {"h", "hosts: files [SUCCESS=continue] dns\n", 0, NULL, HOSTS_KNOWN, false, "files [SUCCESS=continue], libc",
         NULL},
        /* backends of the program, and the one to come */
        {"h", "hosts: files ldap dns\n", 0, NULL, HOSTS_KNOWN " ldap", false, "files, ldap, libc", NULL},
        {"h", "hosts: files ldap [NOTFOUND=return] dns\n", 0, NULL, HOSTS_KNOWN " ldap", false,
         "files, ldap [NOTFOUND=return], libc", NULL},
        {"h", "hosts: files dns\n", 0, NULL, HOSTS_KNOWN " dns", false, "files, dns", NULL},
        {"h", "", 0, NULL, HOSTS_KNOWN " dns", false, "files, dns", NULL},
        /* the options' order is taken as it is */
        {"h", "hosts: files\n", 0, "libc", HOSTS_KNOWN, false, "libc", "options"},
        {"h", NULL, RVX__MODE_LIBC, "nobody", HOSTS_KNOWN, false, "nobody", "options"},
        {"localhost", "", 0, "libc", HOSTS_KNOWN, false, "libc", NULL},
        /* RESOLVX */
        {"h", "hosts: files\n", RVX__MODE_LIBC, NULL, HOSTS_KNOWN, false, "libc", "RESOLVX=libc"},
        {"h", "hosts: files ldap dns\n", RVX__MODE_DNS, NULL, HOSTS_KNOWN, false, "files, libc", "ldap left out"},
        {"h", "hosts: files ldap\n", RVX__MODE_DNS, NULL, HOSTS_KNOWN " dns", false, "files, dns", "ldap through dns"},
        {"h", "hosts: resolve files\n", RVX__MODE_DNS, NULL, HOSTS_KNOWN, false, "libc, files", NULL},
        /* names that stay here */
        {"localhost", "", 0, NULL, HOSTS_KNOWN, false, "files, +localhost", "stays here"},
        {"LocalHost.", "hosts: dns files\n", 0, NULL, HOSTS_KNOWN, false, "files, +localhost", NULL},
        {"a.b.localhost", "hosts: dns\n", 0, NULL, HOSTS_KNOWN, false, "+localhost", NULL},
        {"localhost", "hosts: files\n", 0, NULL, HOSTS_KNOWN, false, "files, +localhost", NULL},
        {"localhost", "hosts: files [NOTFOUND=return] dns\n", 0, NULL, HOSTS_KNOWN, false,
         "files [NOTFOUND=return], +localhost", NULL},
        {"localhost", "hosts: own dns\n", 0, NULL, HOSTS_KNOWN " own dns", false, "own, +localhost", NULL},
        {"localhost", "", RVX__MODE_LIBC, NULL, HOSTS_KNOWN, false, "libc, +localhost", NULL},
        {"localhost.localdomain", "", 0, NULL, HOSTS_KNOWN, false, "files, libc", NULL},
        {"xlocalhost", "", 0, NULL, HOSTS_KNOWN, false, "files, libc", NULL},
        {".", "", 0, NULL, HOSTS_KNOWN, false, "files, libc", NULL},
        {"", "", 0, NULL, HOSTS_KNOWN, false, "files, libc", NULL},
    };

    (void)state;
    assert_int_equal(run_rows(rows, COUNT_OF(rows), true), 0);
}

#define PORTS_KNOWN "files builtin libc"

static void test_services(void **state)
{
    static const struct row rows[] = {
        {"nothing said", "", 0, NULL, PORTS_KNOWN, false, "files, +builtin", "default"},
        {"no line", "hosts: dns\n", 0, NULL, PORTS_KNOWN, false, "files, +builtin", "default"},
        {"unreadable", NULL, 0, NULL, PORTS_KNOWN, false, "files, +builtin", "cannot be read"},
        {"bad line", "services: db [x\n", 0, NULL, PORTS_KNOWN, false, "files, +builtin", "cannot be understood"},
        {"Debian", "services: db files\n", 0, NULL, PORTS_KNOWN, false, "files, +builtin", "no services.db"},
        {"Debian with db", "services: db files\n", 0, NULL, PORTS_KNOWN, true, "libc, files, +builtin",
         "db through libc"},
        {"Fedora", "services: files sss\n", 0, NULL, PORTS_KNOWN, false, "files, libc, +builtin", "sss through libc"},
        {"nis", "services: nis\n", 0, NULL, PORTS_KNOWN, false, "libc, +files, +builtin", NULL},
        {"nis ldap", "services: nis ldap [NOTFOUND=return] files\n", 0, NULL, PORTS_KNOWN, false,
         "libc [NOTFOUND=return], files, +builtin", NULL},
        {"return", "services: files [NOTFOUND=return] nis\n", 0, NULL, PORTS_KNOWN, false,
         "files [NOTFOUND=return], libc, +builtin", NULL},
        {"own", "services: own files\n", 0, NULL, PORTS_KNOWN " own", false, "own, files, +builtin", NULL},
        {"own instead of db", "services: db files\n", 0, NULL, PORTS_KNOWN " db", false, "db, files, +builtin", NULL},
        {"builtin by name", "services: builtin files\n", 0, NULL, PORTS_KNOWN, false, "builtin, files", NULL},
        {"option", "services: nis\n", 0, "builtin", PORTS_KNOWN, false, "builtin", "options"},
        {"RESOLVX=libc", "services: files\n", RVX__MODE_LIBC, NULL, PORTS_KNOWN, false, "libc, +files, +builtin",
         "RESOLVX"},
        {"RESOLVX=dns", "services: nis files\n", RVX__MODE_DNS, NULL, PORTS_KNOWN, true, "files, +builtin",
         "nis left out"},
    };

    (void)state;
    assert_int_equal(run_rows(rows, COUNT_OF(rows), false), 0);
}

static const struct {
    const char *rule, *name, *nsswitch; /* NULL: cannot be read */
    const char *resolv;
    int resolv_error;
    bool hostaliases, mdns_allow;
    enum rvx__mode mode;
    const char *want, *why;
} go_rules[] = {
    /* built in or libc as a whole */
    {"3.4.2a", "h", "hosts: files dns\n", "foo\n", -EIO, true, true, RVX__MODE_DNS, "files, dns", NULL},
    {"3.4.2b", "h", "hosts: files dns\n", "", 0, false, false, RVX__MODE_LIBC, "libc", "RESOLVX=libc"},
    {"3.4.2c", "h", "hosts: files dns\n", "", 0, true, false, RVX__MODE_OPEN, "files, libc",
     "dns through libc, HOSTALIASES is set"},
    {"3.4.2c", "h", "", "", 0, true, false, RVX__MODE_OPEN, "files, libc", "dns through libc, HOSTALIASES is set"},
    {"3.4.2d", "a\\b", "hosts: files dns\n", "", 0, false, false, RVX__MODE_OPEN, "files, libc",
     "the name is no domain name"},
    {"3.4.2d", "fe80::1%eth0", "hosts: dns\n", "", 0, false, false, RVX__MODE_OPEN, "libc", NULL},
    {"3.4.2d", "a\\b", "hosts: files dns\n", "", 0, false, false, RVX__MODE_DNS, "files, dns", NULL},
    /* resolv.conf */
    {"3.4.3", "h", "hosts: files dns\n", "", -EIO, false, false, RVX__MODE_OPEN, "files, libc",
     "resolv.conf cannot be read"},
    {"3.4.3", "h", "hosts: files dns\n", "", -EACCES, false, false, RVX__MODE_OPEN, "files, dns", NULL},
    {"3.4.3", "h", "hosts: files dns\n", "frobnicate 1\n", 0, false, false, RVX__MODE_OPEN, "files, libc",
     "resolv.conf says what is not known here"},
    {"3.4.3", "h", "hosts: files dns\n", "options shiny\n", 0, false, false, RVX__MODE_OPEN, "files, libc", NULL},
    {"3.4.3", "h", "hosts: files dns\n", "options trust-ad edns0 no-reload\nsortlist 10.0.0.0\n", 0, false, false,
     RVX__MODE_OPEN, "files, dns", NULL},
    {"3.4.3", "h", "hosts: files\n", "frobnicate 1\n", 0, false, false, RVX__MODE_OPEN, "files", NULL},
    /* nsswitch.conf */
    {"3.4.5", "h", "", "", 0, false, false, RVX__MODE_OPEN, "files, dns", "default"},
    {"3.4.5", "h", "passwd: files\n", "", 0, false, false, RVX__MODE_OPEN, "files, dns", "default"},
    {"3.4.5", "h", NULL, "", 0, false, false, RVX__MODE_OPEN, "libc, +files", "cannot be read"},
    {"3.4.5", "h", NULL, "", 0, false, false, RVX__MODE_DNS, "files, dns", NULL},
    {"3.4.5", "h", "hosts: dns [!x\n", "", 0, false, false, RVX__MODE_OPEN, "libc, +files", "line 1"},
    {"3.4.6", "h", "hosts: dns files\n", "", 0, false, false, RVX__MODE_OPEN, "dns, files", "line 1"},
    {"3.4.6", "h", "hosts: files [NOTFOUND=return] dns\n", "", 0, false, false, RVX__MODE_OPEN,
     "files [NOTFOUND=return], dns", NULL},
    {"3.4.6", "h", "hosts: dns [!UNAVAIL=return] files\n", "", 0, false, false, RVX__MODE_OPEN,
     "dns [NOTFOUND=return] [TRYAGAIN=return], files", NULL},
    /* myhostname is asked like any other source here */
    {"3.4.7", "h", "hosts: files myhostname dns\n", "", 0, false, false, RVX__MODE_OPEN, "files, myhostname, dns",
     NULL},
    {"3.4.7", "_gateway", "hosts: files dns myhostname\n", "", 0, false, false, RVX__MODE_OPEN,
     "files, dns, myhostname", NULL},
    {"3.4.7", "localhost", "hosts: files dns myhostname\n", "", 0, false, false, RVX__MODE_OPEN,
     "files, myhostname, +localhost", "localhost stays here"},
    /* multicast DNS */
    {"3.4.8", "h", "hosts: files mdns4_minimal [NOTFOUND=return] dns mdns4\n", "", 0, false, false, RVX__MODE_OPEN,
     "files, dns", "mdns4 left out, it is for names below local"},
    {"3.4.8", "h.local", "hosts: files mdns4_minimal [NOTFOUND=return] dns\n", "", 0, false, false, RVX__MODE_OPEN,
     "files, libc [NOTFOUND=return], dns", "mdns4_minimal through libc"},
    {"3.4.8", "H.LOCAL.", "hosts: mdns dns\n", "", 0, false, false, RVX__MODE_OPEN, "libc, dns", NULL},
    {"3.4.8", "h.local", "hosts: files dns\n", "", 0, false, false, RVX__MODE_OPEN, "files, dns", NULL},
    {"3.4.8", "h", "hosts: files mdns dns\n", "", 0, false, true, RVX__MODE_OPEN, "files, libc, dns", NULL},
    {"3.4.8", "hlocal", "hosts: mdns dns\n", "", 0, false, false, RVX__MODE_OPEN, "dns", NULL},
    /* sources that nobody knows */
    {"3.4.9", "h", "hosts: files resolve [!UNAVAIL=return] dns\n", "", 0, false, false, RVX__MODE_OPEN,
     "files, libc [NOTFOUND=return] [TRYAGAIN=return], dns", "resolve through libc"},
    {"3.4.9", "h", "hosts: wins nis dns\n", "", 0, false, false, RVX__MODE_OPEN, "libc, dns", NULL},
    {"3.4.10", "h", "hosts: files resolve\n", "", 0, false, false, RVX__MODE_DNS, "files, dns", NULL},
    {"3.4.10", "h", "hosts: files resolve dns\n", "", 0, false, false, RVX__MODE_DNS, "files, dns", "resolve left out"},
    {"3.4.11", "h", "hosts: files\n", "", 0, false, false, RVX__MODE_OPEN, "files", NULL},
    {"3.4.11", "h", "hosts: dns\n", "", 0, false, false, RVX__MODE_OPEN, "dns", NULL},
    /* names that nobody may be asked for (RFC 6761, 7686, 9476), but a file may have them */
    {"6761", "x.invalid", "hosts: files dns\n", "", 0, false, false, RVX__MODE_OPEN, "files", "invalid stays here"},
    {"7686", "x.onion", "hosts: dns nis\n", "", 0, false, false, RVX__MODE_OPEN, "", "onion stays here"},
    {"9476", "x.alt.", "", "", 0, false, false, RVX__MODE_DNS, "files", "alt stays here"},
    {"6761", "x.test", "", "", 0, false, false, RVX__MODE_OPEN, "files, dns", NULL},
    {"8375", "x.home.arpa", "", "", 0, false, false, RVX__MODE_OPEN, "files, dns", NULL},
};

/* go-net.md 3.4, rule by rule, where there is a backend "dns". */
static void test_go_rules(void **state)
{
    const struct rvx__order none = {.n = 0};
    int failures = 0;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(go_rules); i++) {
        struct rvx__nsswitch nsswitch;
        struct rvx__resolvconf resolv;
        struct rvx__plan_input input = {
            .order = &none,
            .mode = go_rules[i].mode,
            .nsswitch = go_rules[i].nsswitch != NULL ? &nsswitch : NULL,
            .resolv = &resolv,
            .resolv_error = go_rules[i].resolv_error,
            .hostaliases = go_rules[i].hostaliases,
            .mdns_allow = go_rules[i].mdns_allow,
            .known = knows,
            .known_arg = HOSTS_KNOWN " dns myhostname",
        };
        struct rvx__plan plan;
        char steps[512];

        assert_int_equal(rvx__nsswitch_parse(&nsswitch, rvx__view_text(go_rules[i].nsswitch)), 0);
        assert_int_equal(rvx__resolvconf_parse(&resolv, rvx__view_text(go_rules[i].resolv), rvx__view_text(NULL)), 0);
        rvx__plan_hosts(&plan, &input, rvx__view_text(go_rules[i].name));
        print_steps(&plan, steps, sizeof steps);
        if (strcmp(steps, go_rules[i].want) != 0 ||
            (go_rules[i].why != NULL && strstr(plan.why, go_rules[i].why) == NULL)) {
            print_error("row %zu, %s, %s, \"%s\": got <%s> want <%s>, because <%s>\n", i, go_rules[i].rule,
                        go_rules[i].name, go_rules[i].nsswitch != NULL ? go_rules[i].nsswitch : "", steps,
                        go_rules[i].want, plan.why);
            failures++;
        }
        rvx__nsswitch_fini(&nsswitch);
        rvx__resolvconf_fini(&resolv);
    }
    assert_int_equal(failures, 0);
}

static void test_for_all(void **state)
{
    static const struct {
        const char *name;
        bool want;
    } rows[] = {
        {"h", true},         {"www.example.com", true}, {"x.test", true},        {"home.arpa.", true},
        {"", true},          {"localhost", false},      {"a.localhost.", false}, {"x.local", false},
        {"x.onion", false},  {"X.ALT", false},          {"x.invalid", false},    {"a%b", false},
        {"a\\b.com", false}, {"invalid", true},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (rvx__plan_is_for_all(rvx__view_text(rows[i].name)) != rows[i].want)
            fail_msg("row %zu: %s", i, rows[i].name);
    }
}

/* More sources than a plan holds: the last ones are left out, the fall-backs are not. */
static void test_many_sources(void **state)
{
    char text[1024], known[1024] = PORTS_KNOWN;
    struct rvx__order none = {.n = 0};
    struct rvx__nsswitch nsswitch;
    struct rvx__plan_input input = {.order = &none, .known = knows, .known_arg = known};
    struct rvx__plan plan;
    size_t len = (size_t)snprintf(text, sizeof text, "services:");

    (void)state;
    for (int i = 0; i < 40; i++) {
        len += (size_t)snprintf(text + len, sizeof text - len, " own%d", i);
        snprintf(known + strlen(known), sizeof known - strlen(known), " own%d", i);
    }
    snprintf(text + len, sizeof text - len, "\n");
    assert_int_equal(rvx__nsswitch_parse(&nsswitch, rvx__view_text(text)), 0);
    input.nsswitch = &nsswitch;
    rvx__plan_services(&plan, &input);
    assert_int_equal(plan.n, RVX__ORDER_MAX + 2);
    assert_string_equal(plan.steps[0].backend, "own0");
    assert_string_equal(plan.steps[RVX__ORDER_MAX - 1].backend, "own15");
    assert_string_equal(plan.steps[RVX__ORDER_MAX].backend, "files");
    assert_string_equal(plan.steps[RVX__ORDER_MAX + 1].backend, "builtin");
    assert_non_null(strstr(plan.why, "own16 left out, too many sources"));
    rvx__nsswitch_fini(&nsswitch);
}

static void test_needs(void **state)
{
    const struct rvx__order none = {.n = 0}, some = {.names = {"files"}, .n = 1};
    struct rvx__nsswitch nsswitch;

    (void)state;
    assert_true(rvx__plan_needs_nsswitch(&none, RVX__MODE_OPEN));
    assert_true(rvx__plan_needs_nsswitch(&none, RVX__MODE_DNS));
    assert_false(rvx__plan_needs_nsswitch(&none, RVX__MODE_LIBC));
    assert_false(rvx__plan_needs_nsswitch(&some, RVX__MODE_OPEN));
    assert_int_equal(rvx__nsswitch_parse(&nsswitch, rvx__view_text("hosts: db\nservices: files\n")), 0);
    assert_false(rvx__plan_wants_db(&nsswitch));
    rvx__nsswitch_fini(&nsswitch);
    assert_int_equal(rvx__nsswitch_parse(&nsswitch, rvx__view_text("services: files db\n")), 0);
    assert_true(rvx__plan_wants_db(&nsswitch));
    assert_false(rvx__plan_wants_mdns(&nsswitch));
    rvx__nsswitch_fini(&nsswitch);
    assert_int_equal(rvx__nsswitch_parse(&nsswitch, rvx__view_text("hosts: files mdns6_minimal dns\n")), 0);
    assert_true(rvx__plan_wants_mdns(&nsswitch));
    rvx__nsswitch_fini(&nsswitch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hosts),    cmocka_unit_test(test_go_rules),     cmocka_unit_test(test_for_all),
        cmocka_unit_test(test_services), cmocka_unit_test(test_many_sources), cmocka_unit_test(test_needs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
