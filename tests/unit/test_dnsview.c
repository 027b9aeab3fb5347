/* test_dnsview.c - how DNS is asked: resolv.conf, gai.conf, the environment and the options, and what wins over what */
#include "support/test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "resolver/snapshot.h"
#include "support/etc.h"
#include "support/oom.h"

static int tell_hostname(char *name, size_t size)
{
    snprintf(name, size, "box.home.example");
    return 0;
}

static int tell_no_hostname(char *name, size_t size)
{
    (void)name;
    (void)size;
    return -1;
}

static const struct rvx__machine named = {.hostname = tell_hostname};
static const struct rvx__machine nameless = {.hostname = tell_no_hostname};

/* "SERVERS; SEARCH; ndots N timeout S attempts N SWITCHES" */
static void print_view(const struct rvx__dns_view *view, char *text, size_t size)
{
    const struct {
        bool on;
        const char *name;
    } switches[] = {
        {view->rotate, " rotate"},         {view->tcp_only, " tcp"},
        {view->host.one_after_the_other, " single"}, {view->no_aaaa, " no-aaaa"},
        {view->host.strict, " strict"},         {view->no_edns, " no-edns"},
        {view->no_case, " no-case"},       {view->no_cookies, " no-cookies"},
        {view->trust_ad, " trust-ad"},     {view->host.search.no_tld_query, " no-tld"},
    };
    struct rvx__buf buf;
    char addr[RVX_ADDR_STRLEN];

    rvx__buf_init(&buf, text, size);
    for (unsigned i = 0; i < view->servers_n; i++) {
        rvx__buf_add_text(&buf, rvx_addr_text(&view->servers[i], addr));
        rvx__buf_add_byte(&buf, i + 1 < view->servers_n ? ' ' : ';');
    }
    for (size_t i = 0; i < view->host.search.domains_n; i++) {
        rvx__buf_add_byte(&buf, ' ');
        rvx__buf_add_text(&buf, view->host.search.domains[i]);
    }
    rvx__buf_add_text(&buf, "; ");
    rvx__buf_add_dec(&buf, view->host.search.ndots);
    rvx__buf_add_byte(&buf, ' ');
    rvx__buf_add_dec(&buf, (uint64_t)(view->timeout / RVX_MILLISECONDS(1)));
    rvx__buf_add_byte(&buf, ' ');
    rvx__buf_add_dec(&buf, view->attempts);
    for (size_t i = 0; i < COUNT_OF(switches); i++) {
        if (switches[i].on)
            rvx__buf_add_text(&buf, switches[i].name);
    }
    rvx__buf_finish(&buf);
}

static const struct rvx__snapshot *take(struct rvx_resolver *resolver)
{
    const struct rvx__snapshot *snapshot;

    assert_int_equal(rvx__store_get(&resolver->store, RVX__DNS_VIEW_NEEDS, &snapshot), 0);
    assert_non_null(snapshot->dns);
    return snapshot;
}

#define ALL_FLAGS                                                                                               \
    (RVX_DNS_TCP | RVX_DNS_NO_EDNS | RVX_DNS_NO_0X20 | RVX_DNS_NO_COOKIES | RVX_DNS_TRUST_AD | RVX_DNS_ROTATE | \
     RVX_DNS_SINGLE_REQUEST | RVX_DNS_NO_AAAA | RVX_DNS_STRICT)

static const struct {
    const char *file; /* NULL: none */
    const char *res_options, *localdomain;
    struct rvx_resolver_opts opts;
    const char *want;
} views[] = {
    {NULL, NULL, NULL, {0}, "127.0.0.1:53 [::1]:53; home.example.; 1 5000 2"},
    {"nameserver 192.0.2.1\nnameserver [2001:db8::1]:5353\nsearch a.example b.example.\n",
     NULL,
     NULL,
     {0},
     "192.0.2.1:53 [2001:db8::1]:5353; a.example. b.example.; 1 5000 2"},
    {"nameserver 192.0.2.1\nsearch .\n", NULL, NULL, {0}, "192.0.2.1:53;; 1 5000 2"},
    {"nameserver 192.0.2.1\nsearch .\noptions ndots:3 timeout:2 attempts:4 rotate use-vc single-request no-aaaa "
     "strict-error trust-ad no-tld-query edns0 debug\n",
     NULL,
     NULL,
     {0},
     "192.0.2.1:53;; 3 2000 4 rotate tcp single no-aaaa strict trust-ad no-tld"},
    {"search .\nnameserver 192.0.2.1\noptions single-request-reopen\n",
     NULL,
     NULL,
     {0},
     "192.0.2.1:53;; 1 5000 2 single"},
    /* the environment adds to the file; its last line may lack a newline */
    {"nameserver 192.0.2.1\noptions ndots:3 rotate\nsearch a.example",
     "ndots:2 timeout:7",
     "c.example d.example",
     {0},
     "192.0.2.1:53; c.example. d.example.; 2 7000 2 rotate"},
    {"nameserver 192.0.2.1\nsearch a.example", NULL, "", {0}, "192.0.2.1:53;; 1 5000 2"},
    {"nameserver 192.0.2.1\nsearch a.example", "", NULL, {0}, "192.0.2.1:53; a.example.; 1 5000 2"},
    {"search .", "attempts:5\nnameserver 203.0.113.9", NULL, {0}, "127.0.0.1:53 [::1]:53;; 1 5000 5"},
    {NULL, "attempts:1", "l.example", {0}, "127.0.0.1:53 [::1]:53; l.example.; 1 5000 1"},
    /* the options win over both, switches add up */
    {"nameserver 192.0.2.1\noptions rotate\n",
     "timeout:9",
     "c.example",
     {.servers = "198.51.100.1, 2001:db8::2,[2001:db8::3]:54,198.51.100.2:55",
      .search = "x.example , y.example.",
      .ndots_plus_one = 1,
      .timeout = RVX_MILLISECONDS(1500),
      .attempts = 100,
      .dns_flags = RVX_DNS_TRUST_AD},
     "198.51.100.1:53 [2001:db8::2]:53 [2001:db8::3]:54 198.51.100.2:55; x.example y.example.; 0 1500 100 rotate "
     "trust-ad"},
    {"nameserver 192.0.2.1\n", NULL, "c.example", {.search = "."}, "192.0.2.1:53;; 1 5000 2"},
    {"nameserver 192.0.2.1\nsearch .\n",
     NULL,
     NULL,
     {.dns_flags = ALL_FLAGS},
     "192.0.2.1:53;; 1 5000 2 rotate tcp single no-aaaa strict no-edns no-case no-cookies trust-ad"},
};

static void test_views(void **state)
{
    int failures = 0;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(views); i++) {
        const struct rvx__snapshot *snapshot;
        struct rvx_resolver *resolver;
        struct etc etc;
        char text[1024];

        etc_init(&etc);
        etc.base.machine = &named;
        if (views[i].file != NULL)
            etc_write(&etc, "resolv.conf", views[i].file);
        etc.opts.servers = views[i].opts.servers;
        etc.opts.search = views[i].opts.search;
        etc.opts.ndots_plus_one = views[i].opts.ndots_plus_one;
        etc.opts.timeout = views[i].opts.timeout;
        etc.opts.attempts = views[i].opts.attempts;
        etc.opts.dns_flags = views[i].opts.dns_flags;
        if (views[i].res_options != NULL)
            setenv("RES_OPTIONS", views[i].res_options, 1);
        if (views[i].localdomain != NULL)
            setenv("LOCALDOMAIN", views[i].localdomain, 1);
        resolver = etc_resolver(&etc);
        unsetenv("RES_OPTIONS");
        unsetenv("LOCALDOMAIN");
        snapshot = take(resolver);
        print_view(snapshot->dns, text, sizeof text);
        if (strcmp(text, views[i].want) != 0) {
            print_error("row %zu: got <%s> want <%s>\n", i, text, views[i].want);
            failures++;
        }
        assert_int_equal(snapshot->dns->packets_max, 64);
        rvx__snapshot_unref(snapshot);
        rvx_resolver_free(resolver);
        etc_fini(&etc);
    }
    assert_int_equal(failures, 0);
}

/* A file that cannot be read is one of defaults, and the environment still counts. */
static void test_unreadable(void **state)
{
    const struct rvx__snapshot *snapshot;
    struct rvx_resolver *resolver;
    struct etc etc;
    char text[1024], path[128];

    (void)state;
    etc_init(&etc);
    etc.base.machine = &nameless;
    assert_int_equal(mkdir(etc_path(&etc, "resolv.conf", path), 0700), 0);
    setenv("RES_OPTIONS", "ndots:4", 1);
    resolver = etc_resolver(&etc);
    unsetenv("RES_OPTIONS");
    snapshot = take(resolver);
    assert_true(snapshot->file[RVX__CONF_RESOLV]->error < 0);
    print_view(snapshot->dns, text, sizeof text);
    assert_string_equal(text, "127.0.0.1:53 [::1]:53;; 4 5000 2");
    rvx__snapshot_unref(snapshot);
    rvx_resolver_free(resolver);
    assert_int_equal(rmdir(path), 0);
    etc_fini(&etc);
}

static void test_gai_and_sortlist(void **state)
{
    const struct rvx__snapshot *snapshot;
    struct rvx_resolver *resolver;
    struct rvx_addr addr;
    struct etc etc;

    (void)state;
    assert_int_equal(rvx_addr_parse("2001:db8::1", &addr), 0);
    etc_init(&etc);
    etc_write(&etc, "gai.conf", "label 2001:db8::/32 77\n");
    etc_write(&etc, "resolv.conf", "sortlist 192.0.2.0/255.255.255.0 10.0.0.0\n");
    resolver = etc_resolver(&etc);
    snapshot = take(resolver);
    assert_int_equal(rvx__gaiconf_label(snapshot->dns->gaiconf, &addr), 77);
    assert_int_equal(snapshot->dns->sortlist_n, 2);
    assert_int_equal(snapshot->dns->sortlist[1].bits, 8);
    rvx__snapshot_unref(snapshot);
    rvx_resolver_free(resolver);
    etc_fini(&etc);
}

/* The id changes with the servers and with nothing else; the resolver notices when the file changes. */
static void test_id(void **state)
{
    const struct rvx__snapshot *first, *second, *third;
    struct rvx_resolver *resolver;
    struct etc etc;

    (void)state;
    etc_init(&etc);
    etc_write(&etc, "resolv.conf", "nameserver 192.0.2.1\n");
    resolver = etc_resolver(&etc);
    first = take(resolver);
    etc_write(&etc, "resolv.conf", "nameserver 192.0.2.1\nsearch other.example\n");
    etc_pass(&etc, RVX_SECONDS(5));
    second = take(resolver);
    assert_ptr_not_equal(first, second);
    assert_string_equal(second->dns->host.search.domains[0], "other.example.");
    assert_int_equal(first->dns->id, second->dns->id);
    etc_write(&etc, "resolv.conf", "nameserver 192.0.2.1:54\n");
    etc_pass(&etc, RVX_SECONDS(5));
    third = take(resolver);
    assert_int_equal(third->dns->servers[0].port, 54);
    assert_int_not_equal(second->dns->id, third->dns->id);
    assert_int_equal(first->dns->servers[0].port, 53);
    rvx__snapshot_unref(first);
    rvx__snapshot_unref(second);
    rvx__snapshot_unref(third);
    rvx_resolver_free(resolver);
    etc_fini(&etc);
}

static void test_no_reload(void **state)
{
    const struct rvx__snapshot *snapshot;
    struct rvx_resolver *resolver;
    struct etc etc;

    (void)state;
    etc_init(&etc);
    etc_write(&etc, "resolv.conf", "nameserver 192.0.2.1\noptions no-reload\n");
    resolver = etc_resolver(&etc);
    rvx__snapshot_unref(take(resolver));
    etc_write(&etc, "resolv.conf", "nameserver 192.0.2.2\n");
    etc_pass(&etc, RVX_SECONDS(5));
    snapshot = take(resolver);
    assert_int_equal(snapshot->dns->servers[0].ip[3], 1);
    rvx__snapshot_unref(snapshot);
    rvx_resolver_free(resolver);
    etc_fini(&etc);
}

static void test_trusts_ad(void **state)
{
    static const struct {
        const char *server;
        bool trust_ad, want;
    } rows[] = {
        {"127.0.0.1", false, true},  {"127.0.0.53", false, true}, {"::1", false, true},
        {"128.0.0.1", false, false}, {"::2", false, false},       {"192.0.2.1", true, true},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct rvx__dns_view view = {.servers_n = 1, .trust_ad = rows[i].trust_ad};

        assert_int_equal(rvx_addr_parse(rows[i].server, &view.servers[0]), 0);
        assert_int_equal(rvx__dns_view_trusts_ad(&view, 0), rows[i].want);
        assert_false(rvx__dns_view_trusts_ad(&view, 1));
    }
}

static void test_refused(void **state)
{
    static const struct {
        struct rvx_resolver_opts opts;
        const char *want;
    } rows[] = {
        {{.servers = ""}, "invalid option servers"},
        {{.servers = "192.0.2.1,"}, "invalid option servers: 192.0.2.1,"},
        {{.servers = "ns.example"}, "invalid option servers: ns.example"},
        {{.servers = "192.0.2.1:0"}, "invalid option servers: 192.0.2.1:0"},
        {{.servers = "192.0.2.1:65536"}, "invalid option servers: 192.0.2.1:65536"},
        {{.servers = "1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,"
                     "1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1,1.1.1.1"},
         "invalid option servers: "},
        {{.search = ""}, "invalid option search"},
        {{.search = "a.example,,b.example"}, "invalid option search: a.example,,b.example"},
        {{.search = "a.example,."}, "invalid option search: a.example,."},
        {{.search = "a b"}, "invalid option search: a b"},
        {{.dns_flags = 1u << 9}, "invalid option dns_flags"},
        {{.dns_flags = 1u << 31}, "invalid option dns_flags"},
        {{.ndots_plus_one = 17}, "invalid option ndots_plus_one"},
        {{.attempts = 101}, "invalid option attempts"},
        {{.timeout = -1}, "invalid option timeout"},
        {{.timeout = RVX_SECONDS(300) + 1}, "invalid option timeout"},
        {{.packets_max = 100001}, "invalid option packets_max"},
        {{.stale_for = -1}, "invalid option stale_for"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct rvx_resolver_opts opts = rows[i].opts;
        struct rvx_resolver *resolver;
        struct rvx_error err;

        opts.size = sizeof opts;
        assert_int_equal(rvx_resolver_new(&opts, &resolver, &err), RVX_EOPTIONS);
        assert_null(resolver);
        if (strncmp(rvx_error_text(&err), rows[i].want, strlen(rows[i].want)) != 0)
            fail_msg("row %zu: got <%s> want <%s>", i, rvx_error_text(&err), rows[i].want);
    }
}

static void test_cache_size(void **state)
{
    static const size_t rows[][2] = {{0, (size_t)4 << 20}, {1, 1}, {RVX_CACHE_OFF, 0}};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct rvx_resolver_opts opts = {.size = sizeof opts, .cache_max = rows[i][0], .packets_max = 7};
        struct rvx_resolver *resolver;

        assert_int_equal(rvx_resolver_new(&opts, &resolver, NULL), 0);
        assert_int_equal(resolver->options.dns.cache_max, rows[i][1]);
        assert_int_equal(resolver->options.dns.packets_max, 7);
        rvx_resolver_free(resolver);
    }
}

static void keep_log(void *arg, enum rvx_log_level level, const char *text)
{
    char *log = arg;
    size_t len = strlen(log);
    const char *name = strrchr(text, '/'); /* without the directory */

    (void)level;
    snprintf(log + len, 1024 - len, "%s\n", name != NULL ? name + 1 : text);
}

/* What is odd is remarked where it was found: in a line of the file, or in the environment. */
static void test_remarks(void **state)
{
    static const struct {
        const char *file, *res_options, *localdomain, *want;
    } rows[] = {
        {"nameserver 192.0.2.1\n", "ndots:2", NULL, ""},
        {"nameserver 192.0.2.1\n", "ndots:2 wrong", NULL, "RES_OPTIONS: unknown word: wrong\n"},
        {"nameserver 192.0.2.1", "wrong", NULL, "RES_OPTIONS: unknown word: wrong\n"},
        {"", "wrong", "a.example", "RES_OPTIONS: unknown word: wrong\n"},
        {NULL, "wrong", NULL, "RES_OPTIONS: unknown word: wrong\n"},
        {"nameserver 192.0.2.1\noptions bad\n", "worse", NULL,
         "resolv.conf:2: unknown word: bad\nRES_OPTIONS: unknown word: worse\n"},
        {"nameserver one\n\nnameserver\n", NULL, NULL,
         "resolv.conf:1: unusable value: one\nresolv.conf:3: unusable value: nameserver\n"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const struct rvx__snapshot *snapshot;
        struct rvx_resolver *resolver;
        char log[1024] = "";
        struct etc etc;

        etc_init(&etc);
        etc.base.machine = &nameless;
        etc.opts.log = keep_log;
        etc.opts.log_arg = log;
        if (rows[i].file != NULL)
            etc_write(&etc, "resolv.conf", rows[i].file);
        if (rows[i].res_options != NULL)
            setenv("RES_OPTIONS", rows[i].res_options, 1);
        if (rows[i].localdomain != NULL)
            setenv("LOCALDOMAIN", rows[i].localdomain, 1);
        resolver = etc_resolver(&etc);
        unsetenv("RES_OPTIONS");
        unsetenv("LOCALDOMAIN");
        snapshot = take(resolver);
        if (strcmp(log, rows[i].want) != 0)
            fail_msg("row %zu: \"%s\", want \"%s\"", i, log, rows[i].want);
        rvx__snapshot_unref(snapshot);
        rvx_resolver_free(resolver);
        etc_fini(&etc);
    }
}

/* Whatever allocation fails, the call says so or succeeds, and nothing is leaked. */
static void test_no_memory(void **state)
{
    struct etc etc;

    (void)state;
    etc_init(&etc);
    etc_write(&etc, "resolv.conf", "nameserver 192.0.2.1\nsearch a.example b.example\n");
    etc.opts.servers = "192.0.2.1,192.0.2.2";
    etc.opts.search = "x.example";
    setenv("RES_OPTIONS", "ndots:2", 1);
    for (unsigned n = 0;; n++) {
        const struct rvx__snapshot *snapshot = NULL;
        struct rvx_resolver *resolver;
        int rc;

        oom_fail_after(n);
        rc = rvx__resolver_new_on(&etc.base, &etc.opts, &resolver, NULL);
        if (rc == 0)
            rc = rvx__store_get(&resolver->store, RVX__DNS_VIEW_NEEDS, &snapshot);
        oom_off();
        if (!oom_failed()) {
            assert_int_equal(rc, 0);
            rvx__snapshot_unref(snapshot);
            rvx_resolver_free(resolver);
            break;
        }
        assert_int_equal(rc, -ENOMEM);
        rvx__snapshot_unref(snapshot);
        rvx_resolver_free(resolver);
    }
    unsetenv("RES_OPTIONS");
    etc_fini(&etc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_views),   cmocka_unit_test(test_unreadable), cmocka_unit_test(test_gai_and_sortlist),
        cmocka_unit_test(test_id),      cmocka_unit_test(test_no_reload),  cmocka_unit_test(test_trusts_ad),
        cmocka_unit_test(test_refused), cmocka_unit_test(test_cache_size), cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_remarks),
    };

    unsetenv("RES_OPTIONS");
    unsetenv("LOCALDOMAIN");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
