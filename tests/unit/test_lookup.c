/* test_lookup.c - host lookups: literals, the hosts file, localhost, libc, forks, threads, no memory */
#include "support/test.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/etc.h"
#include "support/fakelibc.h"
#include "support/oom.h"

static const char hosts_text[] = "# addresses\n"
                                 "192.0.2.1 one.example alias\n"
                                 "2001:db8::1 one.example six\n"
                                 "192.0.2.2 two\n"
                                 "::ffff:192.0.2.3 mapped\n"
                                 "fe80::1%lo zoned\n"
                                 "192.0.2.1 one.example\n"
                                 "2001:db8::6 v6only\n"
                                 "not-an-address x\n";

static void print_addrs(const struct rvx_addrs *addrs, char *text, size_t size)
{
    size_t len = 0;

    for (size_t i = 0; i < addrs->n; i++) {
        char one[RVX_ADDR_STRLEN];

        len += (size_t)snprintf(text + len, size - len, "%s ", rvx_addr_host_text(&addrs->v[i], one));
    }
    snprintf(text + len, size - len, "(%s, %s)", addrs->canonical != NULL ? addrs->canonical : "-", addrs->source);
}

static int look_up(struct rvx_resolver *resolver, const char *network, const char *host, const struct rvx_ctx *ctx,
                   char text[512])
{
    struct rvx_addrs *addrs;
    struct rvx_error err;
    int rc = rvx_lookup_host(resolver, network, host, ctx, &addrs, &err);

    assert_int_equal(err.code, rc);
    assert_true((rc == 0) == (addrs != NULL));
    if (rc < 0)
        snprintf(text, 512, "%s", rvx_error_text(&err));
    else
        print_addrs(addrs, text, 512);
    rvx_addrs_free(addrs);
    return rc;
}

struct row {
    const char *network;
    const char *host;
    int want;
    const char *text;
};

static int run_rows(struct rvx_resolver *resolver, const struct row *rows, size_t n)
{
    int failures = 0;

    for (size_t i = 0; i < n; i++) {
        char got[512];
        int rc = look_up(resolver, rows[i].network, rows[i].host, NULL, got);

        if (rc != rows[i].want || strcmp(got, rows[i].text) != 0) {
            print_error("%s %s: got %d <%s> want %d <%s>\n", rows[i].network, rows[i].host, rc, got, rows[i].want,
                        rows[i].text);
            failures++;
        }
    }
    return failures;
}

static const struct row file_rows[] = {
    /* literals */
    {"ip", "192.0.2.7", 0, "192.0.2.7 (-, literal)"},
    {"ip4", "192.0.2.7", 0, "192.0.2.7 (-, literal)"},
    {"ip", "2001:DB8::7", 0, "2001:db8::7 (-, literal)"},
    {"ip6", "fe80::1%eth9", 0, "fe80::1%eth9 (-, literal)"},
    {"ip4", "::ffff:192.0.2.7", 0, "192.0.2.7 (-, literal)"},
    {"ip", "::", 0, ":: (-, literal)"},
    {"ip4", "::1", RVX_EADDRNONE, "address ::1: no suitable address found"},
    {"ip6", "127.0.0.1", RVX_EADDRNONE, "address 127.0.0.1: no suitable address found"},
    {"ip6", "::ffff:127.0.0.1", RVX_EADDRNONE, "address ::ffff:127.0.0.1: no suitable address found"},
    /* networks and empty names */
    {"tcp", "two", RVX_ENETUNKNOWN, "unknown network tcp"},
    {"ip5", "two", RVX_ENETUNKNOWN, "unknown network ip5"},
    {"ip4:icmp", "two", RVX_ENETUNKNOWN, "unknown network ip4:icmp"},
    {"ip", "", RVX_ENOTFOUND, "lookup : no such host"},
    {"ip", NULL, RVX_ENOTFOUND, "lookup : no such host"},
    /* the hosts file */
    {"ip", "one.example", 0, "192.0.2.1 2001:db8::1 (one.example, files)"},
    {"", "ONE.Example.", 0, "192.0.2.1 2001:db8::1 (one.example, files)"},
    {"ip4", "one.example", 0, "192.0.2.1 (one.example, files)"},
    {"ip6", "one.example", 0, "2001:db8::1 (one.example, files)"},
    {"ip", "alias", 0, "192.0.2.1 (one.example, files)"},
    {"ip", "two.", 0, "192.0.2.2 (two, files)"},
    {"ip", "mapped", 0, "192.0.2.3 (mapped, files)"},
    {"ip6", "mapped", RVX_ENOTFOUND, "lookup mapped: no such host"},
    {"ip", "zoned", 0, "fe80::1%lo (zoned, files)"},
    {"ip4", "v6only", RVX_ENOTFOUND, "lookup v6only: no such host"},
    {"ip", "x", RVX_ENOTFOUND, "lookup x: no such host"},
    {"ip", "a..b", RVX_ENOTFOUND, "lookup a..b: no such host"},
    {"ip", "b\303\274cher", RVX_ENOTFOUND, "lookup b\303\274cher: no such host"},
    {"ip", "a\nb", RVX_ENOTFOUND, "lookup a\\x0ab: no such host"},
};

static void test_files(void **state)
{
    struct etc etc;
    struct rvx_resolver *resolver;
    int failures = 0;

    (void)state;
    etc_init(&etc);
    etc_write(&etc, "hosts", hosts_text);
    etc_write(&etc, "nsswitch.conf", "hosts: files\n");
    resolver = etc_resolver(&etc);
    failures += run_rows(resolver, file_rows, COUNT_OF(file_rows)); /* a scan at first, a table soon */
    failures += run_rows(resolver, file_rows, COUNT_OF(file_rows));
    rvx_resolver_free(resolver);
    etc_fini(&etc);
    assert_int_equal(failures, 0);
}

static void test_localhost(void **state)
{
    static const struct row no_file[] = {
        {"ip", "localhost", 0, "127.0.0.1 ::1 (localhost, localhost)"},
        {"ip4", "LocalHost.", 0, "127.0.0.1 (LocalHost, localhost)"},
        {"ip6", "a.b.localhost", 0, "::1 (a.b.localhost, localhost)"},
        {"ip", "localhost.example", RVX_ENOTFOUND, "lookup localhost.example: no such host"},
    };
    static const struct row with_file[] = {
        {"ip", "localhost", 0, "127.0.0.2 (localhost, files)"},
        {"ip6", "localhost", 0, "::1 (localhost, localhost)"},
    };
    struct etc etc;
    struct rvx_resolver *resolver;
    int failures = 0;

    (void)state;
    etc_init(&etc);
    etc_write(&etc, "nsswitch.conf", "hosts: files libc\n");
    etc.base.libc = fakelibc_open();
    resolver = etc_resolver(&etc);
    failures += run_rows(resolver, no_file, COUNT_OF(no_file));
    assert_int_equal(fakelibc_calls(), 1); /* for localhost.example */
    etc_write(&etc, "hosts", "127.0.0.2 localhost\n");
    etc_pass(&etc, RVX_SECONDS(5));
    failures += run_rows(resolver, with_file, COUNT_OF(with_file));
    rvx_resolver_free(resolver);

    /* An order of the options is obeyed to the letter. */
    etc.opts.host_order = "libc";
    resolver = etc_resolver(&etc);
    assert_int_equal(rvx_lookup_host(resolver, "ip", "localhost", NULL, &(struct rvx_addrs *){NULL}, NULL),
                     RVX_ENOTFOUND);
    rvx_resolver_free(resolver);
    fakelibc_close();
    etc_fini(&etc);
    assert_int_equal(failures, 0);
}

static void test_libc(void **state)
{
    static const struct row rows[] = {
        {"ip", "host", 0, "192.0.2.1 2001:db8::1 192.0.2.2 (canonical.host, libc)"},
        {"ip4", "host", 0, "192.0.2.1 192.0.2.2 (canonical.host, libc)"},
        {"ip6", "host", 0, "2001:db8::1 (canonical.host, libc)"},
        {"ip", "nosuch", RVX_ENOTFOUND, "lookup nosuch: no such host"},
        {"ip", "nodata", RVX_ENOTFOUND, "lookup nodata: no such host"},
        {"ip", "again", RVX_ETRYAGAIN, "lookup again: temporary failure in name resolution"},
        {"ip", "fail", RVX_ETRYAGAIN, "lookup fail: temporary failure in name resolution"},
        {"ip", "memory", -ENOMEM, "lookup memory: cannot allocate memory"},
        {"ip", "system", -EIO, "lookup system: input/output error"},
        {"ip", "emfile", -EMFILE, "lookup emfile: too many open files"},
        {"ip", "family", RVX_EUNAVAIL, "lookup family: no source could answer"},
        {"ip", "v6only", 0, "2001:db8::6 (v6only, files)"},
        {"ip4", "v6only", 0, "192.0.2.6 (canonical.v6only, libc)"}, /* the file's IPv6 address is no answer */
    };
    struct etc etc;
    struct rvx_resolver *resolver;
    int failures;

    (void)state;
    etc_init(&etc);
    etc_write(&etc, "hosts", "2001:db8::6 v6only\n");
    etc_write(&etc, "nsswitch.conf", "hosts: files libc\n");
    etc.base.libc = fakelibc_open();
    fakelibc_answer("host", 0, 0, "192.0.2.1 2001:db8::1 ::ffff:192.0.2.2");
    fakelibc_answer("nodata", EAI_NODATA, 0, "");
    fakelibc_answer("again", EAI_AGAIN, 0, "");
    fakelibc_answer("fail", EAI_FAIL, 0, "");
    fakelibc_answer("memory", EAI_MEMORY, 0, "");
    fakelibc_answer("system", EAI_SYSTEM, EIO, "");
    fakelibc_answer("emfile", EAI_SYSTEM, 0, "");
    fakelibc_answer("family", EAI_FAMILY, 0, "");
    fakelibc_answer("v6only", 0, 0, "192.0.2.6");
    resolver = etc_resolver(&etc);
    failures = run_rows(resolver, rows, COUNT_OF(rows));
    assert_int_equal(fakelibc_hints().ai_family, AF_INET);
    assert_int_equal(fakelibc_hints().ai_socktype, SOCK_STREAM);
    assert_int_equal(fakelibc_hints().ai_flags, AI_CANONNAME);
    rvx_resolver_free(resolver);
    fakelibc_close();
    etc_fini(&etc);
    assert_int_equal(failures, 0);
}

/* The real libc, with a name it needs no file and no network for. */
static void test_real_libc(void **state)
{
    struct etc etc;
    struct rvx_resolver *resolver;
    char got[512];

    (void)state;
    etc_init(&etc);
    etc.opts.host_order = "libc";
    resolver = etc_resolver(&etc);
    assert_int_equal(look_up(resolver, "ip4", "0x7f.1", NULL, got), 0);
    assert_int_equal(strncmp(got, "127.0.0.1 ", 10), 0);
    rvx_resolver_free(resolver);
    etc_fini(&etc);
}

/* The environment chooses when the resolver is made. */
static void test_variable(void **state)
{
    static const struct row row = {"ip", "h", 0, "192.0.2.2 (canonical.h, libc)"};
    struct etc etc;
    struct rvx_resolver *resolver;

    (void)state;
    etc_init(&etc);
    etc_write(&etc, "nsswitch.conf", "hosts: files\n");
    etc_write(&etc, "hosts", "192.0.2.1 h\n");
    etc.base.libc = fakelibc_open();
    fakelibc_answer("h", 0, 0, "192.0.2.2");
    setenv("RESOLVX", "libc+1", 1);
    resolver = etc_resolver(&etc);
    unsetenv("RESOLVX");
    assert_int_equal(run_rows(resolver, &row, 1), 0);
    rvx_resolver_free(resolver);
    fakelibc_close();
    etc_fini(&etc);
}

static void *fire_when_hanging(void *arg)
{
    fakelibc_wait_hanging(1);
    rvx_cancel_fire(arg);
    return NULL;
}

/* A resolver that ends while libc still hangs in one of its lookups. */
static void test_late_answer(void **state)
{
    struct etc etc;
    struct rvx_resolver *resolver;
    struct rvx_ctx ctx = RVX_CTX_INIT;
    pthread_t thread;
    char got[512];

    (void)state;
    etc_init(&etc);
    etc_write(&etc, "nsswitch.conf", "hosts: files libc\n");
    etc.base.libc = fakelibc_open();
    fakelibc_answer("host", 0, 0, "192.0.2.1");
    etc.opts.host_order = "libc";
    resolver = etc_resolver(&etc);
    fakelibc_hang();
    assert_int_equal(rvx_cancel_new(&ctx.cancel), 0);
    assert_int_equal(pthread_create(&thread, NULL, fire_when_hanging, ctx.cancel), 0);
    assert_int_equal(look_up(resolver, "ip", "host", &ctx, got), RVX_ECANCELED);
    assert_string_equal(got, "lookup host: operation was canceled");
    rvx_resolver_free(resolver);
    fakelibc_let_go();
    pthread_join(thread, NULL);
    rvx_cancel_free(ctx.cancel);
    fakelibc_close();
    etc_fini(&etc);
}

/* A child goes on with its parent's resolver, and with workers of its own. It ends by a signal, so that nothing looks
 * for what it could not free: its parent's workers. */
static void test_fork(void **state)
{
    struct etc etc;
    struct rvx_resolver *resolver;
    char got[512], verdict = 'n';
    int ends[2];
    pid_t pid;

    (void)state;
    etc_init(&etc);
    etc_write(&etc, "hosts", hosts_text);
    etc_write(&etc, "nsswitch.conf", "hosts: files libc\n");
    etc.base.libc = fakelibc_open();
    fakelibc_answer("host", 0, 0, "192.0.2.1");
    resolver = etc_resolver(&etc);
    assert_int_equal(look_up(resolver, "ip", "host", NULL, got), 0);
    assert_int_equal(look_up(resolver, "ip", "two", NULL, got), 0);
    assert_int_equal(pipe(ends), 0);
    fflush(NULL);
    pid = fork();
    if (pid == 0) {
        bool ok = look_up(resolver, "ip", "two", NULL, got) == 0 && look_up(resolver, "ip", "host", NULL, got) == 0 &&
                  strcmp(got, "192.0.2.1 (canonical.host, libc)") == 0;

        (void)!write(ends[1], ok ? "y" : "n", 1);
        raise(SIGKILL);
    }
    close(ends[1]); /* so that a child that dies without a verdict is noticed */
    assert_int_equal(read(ends[0], &verdict, 1), 1);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    assert_int_equal(verdict, 'y');
    close(ends[0]);
    rvx_resolver_free(resolver);
    fakelibc_close();
    etc_fini(&etc);
}

/* Every allocation fails in its turn. */
static void test_no_memory(void **state)
{
    static const struct {
        const char *host, *want;
    } cases[] = {
        {"one.example", "192.0.2.1 2001:db8::1 (one.example, files)"},
        {"host", "192.0.2.1 (canonical.host, libc)"},
        {"192.0.2.1", "192.0.2.1 (-, literal)"},
        {"localhost", "127.0.0.1 ::1 (localhost, localhost)"},
    };
    struct etc etc;
    struct rvx_resolver *resolver;

    (void)state;
    etc_init(&etc);
    etc_write(&etc, "hosts", hosts_text);
    etc_write(&etc, "nsswitch.conf", "hosts: files libc\n");
    etc.base.libc = fakelibc_open();
    fakelibc_answer("host", 0, 0, "192.0.2.1");
    resolver = etc_resolver(&etc);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        unsigned n = 0;
        char got[512];
        int rc;

        do {
            rvx__store_forget(&resolver->store);
            oom_fail_after(n++);
            rc = look_up(resolver, "ip", cases[i].host, NULL, got);
            oom_off();
            /* A worker more that cannot be made is no failure while there is another. */
            if (rc == 0)
                assert_string_equal(got, cases[i].want);
            else
                assert_int_equal(rc, -ENOMEM);
        } while (oom_failed());
        assert_int_equal(rc, 0);
        assert_true(n > 1);
    }
    rvx_resolver_free(resolver);
    fakelibc_close();
    etc_fini(&etc);
}

static void keep_trace(void *arg, enum rvx_log_level level, const char *text)
{
    char *all = arg;
    size_t len = strlen(all);

    if (level == RVX_LOG_TRACE)
        snprintf(all + len, 1024 - len, "%s\n", text);
}

static void test_trace(void **state)
{
    struct etc etc;
    struct rvx_resolver *resolver;
    char all[1024] = "", got[512];
    uint16_t port;

    (void)state;
    etc_init(&etc);
    etc_write(&etc, "nsswitch.conf", "hosts: files [NOTFOUND=return] dns\nservices: db files\n");
    etc_write(&etc, "hosts", hosts_text);
    etc.opts.log = keep_trace;
    etc.opts.log_arg = all;
    etc.opts.log_level = RVX_LOG_TRACE;
    resolver = etc_resolver(&etc);
    assert_int_equal(look_up(resolver, "ip", "one.example", NULL, got), 0);
    assert_int_equal(look_up(resolver, "ip", "x", NULL, got), RVX_ENOTFOUND);
    assert_int_equal(rvx_lookup_port(resolver, "tcp4", "SSH", NULL, &port, NULL), 0);
    assert_string_equal(
        all, "lookup one.example: order files [NOTFOUND=return], dns (nsswitch.conf line 1)\n"
             "lookup one.example: files: SUCCESS, addresses: 2\n"
             "lookup x: order files [NOTFOUND=return], dns (nsswitch.conf line 1)\n"
             "lookup x: files: NOTFOUND, no such host\n"
             "lookup tcp/SSH: order files, builtin (nsswitch.conf line 2; db left out, there is no services.db)\n"
             "lookup tcp/SSH: files: NOTFOUND, unknown port\n"
             "lookup tcp/SSH: builtin: SUCCESS, port 22\n");
    rvx_resolver_free(resolver);
    etc_fini(&etc);
}

struct sharing {
    struct rvx_resolver *resolver;
    atomic_bool end;
    atomic_uint bad;
};

static void *look_up_on(void *arg)
{
    struct sharing *sharing = arg;

    while (!sharing->end) {
        struct rvx_addrs *addrs;

        /* Two addresses, of which the second tells how the first ended. */
        if (rvx_lookup_host(sharing->resolver, "ip4", "pair", NULL, &addrs, NULL) < 0 || addrs->n != 2 ||
            addrs->v[0].ip[3] != addrs->v[1].ip[3])
            sharing->bad++;
        rvx_addrs_free(addrs);
        if (rvx_lookup_host(sharing->resolver, "ip", "host", NULL, &addrs, NULL) < 0)
            sharing->bad++;
        rvx_addrs_free(addrs);
    }
    return NULL;
}

static void test_threads(void **state)
{
    struct etc etc;
    struct sharing sharing = {.end = false};
    pthread_t threads[8];
    char text[64];

    (void)state;
    etc_init(&etc);
    etc_write(&etc, "hosts", "192.0.2.1 pair\n192.0.3.1 pair\n");
    etc_write(&etc, "nsswitch.conf", "hosts: files libc\n");
    etc.base.libc = fakelibc_open();
    fakelibc_answer("host", 0, 0, "192.0.2.1");
    sharing.resolver = etc_resolver(&etc);
    for (size_t i = 0; i < COUNT_OF(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, look_up_on, &sharing), 0);
    for (int i = 0; i < 200; i++) {
        snprintf(text, sizeof text, "192.0.2.%d pair\n192.0.3.%d pair\n", i, i);
        etc_replace(&etc, "hosts", text);
        etc_pass(&etc, RVX_SECONDS(5));
    }
    sharing.end = true;
    for (size_t i = 0; i < COUNT_OF(threads); i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(sharing.bad, 0);
    rvx_resolver_free(sharing.resolver);
    fakelibc_close();
    etc_fini(&etc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files),     cmocka_unit_test(test_localhost), cmocka_unit_test(test_libc),
        cmocka_unit_test(test_real_libc), cmocka_unit_test(test_variable),  cmocka_unit_test(test_late_answer),
        cmocka_unit_test(test_fork),      cmocka_unit_test(test_no_memory), cmocka_unit_test(test_trace),
        cmocka_unit_test(test_threads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
