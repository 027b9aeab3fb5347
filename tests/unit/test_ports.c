/* test_ports.c - service names to ports: the table of TestLookupPort, sources, fall-backs, errors, threads */
#include "support/test.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <resolvx/backend.h>

#include "resolver/snapshot.h"
#include "support/etc.h"
#include "support/fakelibc.h"
#include "support/oom.h"

static const char services_text[] = "# a comment\n"
                                    "http 80/tcp www www-http # trailing\n"
                                    "http 80/udp\n"
                                    "domain 53/tcp\n"
                                    "domain 53/udp\n"
                                    "http 8080/tcp\n" /* the first line wins */
                                    "smtp 2525/tcp\n" /* not what the built-in table says */
                                    "Upper 61000/tcp UpAlias\n"
                                    "only-udp 61001/udp\n"
                                    "both 61002/udp\n"
                                    "both 61003/tcp\n"
                                    "stream 61004/zzp\n"
                                    "bad 0/tcp\nbad 70000/tcp\nbad x/tcp\nbad\n";

struct row {
    const char *network;
    const char *service;
    int want; /* a port, or a negative code */
    const char *text;
};

static const struct row rows[] = {
    /* TestLookupPort of the article, which is that of Go */
    {"tcp", "0", 0, NULL},
    {"udp", "0", 0, NULL},
    {"udp", "domain", 53, NULL},
    {"--badnet--", "zzz", RVX_ENETUNKNOWN, "address --badnet--: unknown network"},
    {"tcp", "--badport--", RVX_EPORTUNKNOWN, "lookup tcp/--badport--: unknown port"},
    {"tcp", "-1", RVX_EPORTINVALID, "address -1: invalid port"},
    {"tcp", "65536", RVX_EPORTINVALID, "address 65536: invalid port"},
    {"udp", "-1", RVX_EPORTINVALID, "address -1: invalid port"},
    {"udp", "65536", RVX_EPORTINVALID, "address 65536: invalid port"},
    {"tcp", "123456789", RVX_EPORTINVALID, "address 123456789: invalid port"},
    {"tcp", "", 0, NULL},
    {"tcp4", "", 0, NULL},
    {"tcp6", "", 0, NULL},
    {"udp", "", 0, NULL},
    {"udp4", "", 0, NULL},
    {"udp6", "", 0, NULL},
    {"tcp", "http", 80, NULL},
    /* numbers do not look at the network, and do not wrap round */
    {"--badnet--", "80", 80, NULL},
    {"unix", "+080", 80, NULL},
    {"tcp", "-0", 0, NULL},
    {"tcp", "4294967376", RVX_EPORTINVALID, "address 4294967376: invalid port"},
    {"tcp", "+", RVX_EPORTUNKNOWN, "lookup tcp/+: unknown port"},
    /* networks */
    {"tcp4", "http", 80, NULL},
    {"tcp6", "http", 80, NULL},
    {"udp4", "domain", 53, NULL},
    {"udp6", "domain", 53, NULL},
    {"udp", "smtp", RVX_EPORTUNKNOWN, "lookup udp/smtp: unknown port"},
    {"tcp4", "only-udp", RVX_EPORTUNKNOWN, "lookup tcp/only-udp: unknown port"},
    {"ip", "only-udp", 61001, NULL},
    {"ip", "both", 61003, NULL},
    {"", "both", 61003, NULL},
    {NULL, "both", 61003, NULL},
    {"", "stream", RVX_EPORTUNKNOWN, "lookup ip/stream: unknown port"},
    {"ip4", "http", RVX_ENETUNKNOWN, "address ip4: unknown network"},
    {"unix", "http", RVX_ENETUNKNOWN, "address unix: unknown network"},
    {"sctp", "stream", RVX_ENETUNKNOWN, "address sctp: unknown network"},
    {"TCP", "http", RVX_ENETUNKNOWN, "address TCP: unknown network"},
    {"tcp5", "http", RVX_ENETUNKNOWN, "address tcp5: unknown network"},
    /* names */
    {"tcp", "HTTP", 80, NULL},
    {"tcp", "Www", 80, NULL},
    {"tcp", "www-http", 80, NULL},
    {"udp", "www", RVX_EPORTUNKNOWN, "lookup udp/www: unknown port"},
    {"tcp", "upper", 61000, NULL},
    {"tcp", "UPALIAS", 61000, NULL},
    {"tcp", "bad", RVX_EPORTUNKNOWN, "lookup tcp/bad: unknown port"},
    {"tcp", " http", RVX_EPORTUNKNOWN, "lookup tcp/ http: unknown port"},
    {"tcp", "http ", RVX_EPORTUNKNOWN, "lookup tcp/http : unknown port"},
    {"tcp", "0x50", RVX_EPORTUNKNOWN, "lookup tcp/0x50: unknown port"},
    {"tcp", "trailing", RVX_EPORTUNKNOWN, "lookup tcp/trailing: unknown port"},
    /* the file before the built-in table, and that table for what the file lacks */
    {"tcp", "smtp", 2525, NULL},
    {"tcp", "imaps", 993, NULL},
    {"tcp", "submissions", 465, NULL},
};

static int check_row(struct rvx_resolver *resolver, const struct row *row, const char *when)
{
    struct rvx_error err = {.code = 1};
    uint16_t port = 4711;
    int rc = rvx_lookup_port(resolver, row->network, row->service, NULL, &port, &err);
    int got = rc < 0 ? rc : port;

    if (got == row->want && err.code == rc && (row->text == NULL || strcmp(rvx_error_text(&err), row->text) == 0) &&
        (rc == 0 || port == 0) && rvx_lookup_port(resolver, row->network, row->service, NULL, &port, NULL) == rc)
        return 0;
    print_error("%s: %s %s: got %d want %d, %s\n", when, row->network != NULL ? row->network : "NULL", row->service,
                got, row->want, rvx_error_text(&err));
    return 1;
}

static bool at_once(struct rvx_resolver *resolver)
{
    unsigned place;
    const struct rvx__snapshot *snapshot = rvx__store_enter(&resolver->store, &place);
    bool open = snapshot != NULL && snapshot->ports_at_once != NULL;

    rvx__store_leave(&resolver->store, place);
    return open;
}

/* Every row twice on a fresh resolver, where it is a scan, and on one that has made its table. */
static void test_table(void **state)
{
    struct etc etc;
    struct rvx_resolver *warm;
    int failures = 0;

    (void)state;
    etc_init(&etc);
    etc_write(&etc, "services", services_text);
    warm = etc_resolver(&etc);
    for (int i = 0; i <= RVX__STORE_SCANS_MAX; i++)
        check_row(warm, &rows[16], "warming");
    assert_true(at_once(warm));
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct rvx_resolver *cold = etc_resolver(&etc);

        failures += check_row(cold, &rows[i], "cold");
        assert_false(at_once(cold));
        failures += check_row(cold, &rows[i], "again");
        rvx_resolver_free(cold);
        failures += check_row(warm, &rows[i], "warm");
    }
    assert_true(at_once(warm));
    rvx_resolver_free(warm);
    etc_fini(&etc);
    assert_int_equal(failures, 0);
}

static int port_of(struct rvx_resolver *resolver, const char *network, const char *service)
{
    uint16_t port;
    int rc = rvx_lookup_port(resolver, network, service, NULL, &port, NULL);

    return rc < 0 ? rc : port;
}

/* Without a services file there is the built-in table; in an order without it there is nothing. */
static void test_sources(void **state)
{
    struct etc etc;
    struct rvx_resolver *resolver;

    (void)state;
    etc_init(&etc);
    resolver = etc_resolver(&etc);
    assert_int_equal(port_of(resolver, "tcp", "ssh"), 22);
    assert_int_equal(port_of(resolver, "tcp", "nosuch"), RVX_EPORTUNKNOWN);
    rvx_resolver_free(resolver);

    etc_write(&etc, "services", "mine 1/tcp\nssh 2222/tcp\n");
    etc.opts.service_order = "files";
    resolver = etc_resolver(&etc);
    assert_int_equal(port_of(resolver, "tcp", "mine"), 1);
    assert_int_equal(port_of(resolver, "tcp", "smtp"), RVX_EPORTUNKNOWN);
    rvx_resolver_free(resolver);

    etc.opts.service_order = "builtin, files";
    resolver = etc_resolver(&etc);
    for (int i = 0; i < 2 * RVX__STORE_SCANS_MAX; i++) {
        assert_int_equal(port_of(resolver, "tcp", "ssh"), 22);
        assert_int_equal(port_of(resolver, "tcp", "mine"), 1);
    }
    rvx_resolver_free(resolver);

    etc.opts.service_order = "files,ldap";
    resolver = etc_resolver(&etc);
    assert_int_equal(port_of(resolver, "tcp", "mine"), RVX_ENOBACKEND);
    rvx_resolver_free(resolver);
    etc_fini(&etc);
}

static void test_libc(void **state)
{
    struct etc etc;
    struct rvx_resolver *resolver;
    struct addrinfo hints;

    (void)state;
    etc_init(&etc);
    etc.base.libc = fakelibc_open();
    fakelibc_answer("known", 0, 0, "4242");
    fakelibc_answer("ssh", EAI_SERVICE, 0, "");
    fakelibc_answer("again", EAI_AGAIN, 0, "");
    fakelibc_answer("emfile", EAI_SYSTEM, 0, "");
    fakelibc_answer("eio", EAI_SYSTEM, EIO, "");
    fakelibc_answer("both", 0, 0, "1");
    etc_write(&etc, "services", "mine 99/tcp\nboth 2/tcp\nagain 3/tcp\n");
    etc_write(&etc, "nsswitch.conf", "services: nis files\n");
    resolver = etc_resolver(&etc);

    assert_int_equal(port_of(resolver, "tcp4", "KNOWN"), 4242);
    hints = fakelibc_hints();
    assert_int_equal(hints.ai_socktype, SOCK_STREAM);
    assert_int_equal(hints.ai_protocol, IPPROTO_TCP);
    assert_int_equal(hints.ai_flags, 0);
    assert_int_equal(port_of(resolver, "udp", "known"), 4242);
    assert_int_equal(fakelibc_hints().ai_protocol, IPPROTO_UDP);
    assert_int_equal(port_of(resolver, "", "known"), 4242);
    assert_int_equal(fakelibc_hints().ai_protocol, 0);

    /* What libc lacks, or fails with, the services file and the built-in table may have. */
    assert_int_equal(port_of(resolver, "tcp", "both"), 1);
    assert_int_equal(port_of(resolver, "tcp", "mine"), 99);
    assert_int_equal(port_of(resolver, "tcp", "again"), 3);
    assert_int_equal(port_of(resolver, "tcp", "ssh"), 22);
    assert_int_equal(port_of(resolver, "tcp", "nosuch"), RVX_EPORTUNKNOWN);
    assert_int_equal(port_of(resolver, "udp", "again"), RVX_ETRYAGAIN);
    assert_int_equal(port_of(resolver, "tcp", "emfile"), -EMFILE);
    assert_int_equal(port_of(resolver, "tcp", "eio"), -EIO);

    /* libc would take these for numbers. */
    fakelibc_answer(" 80", 0, 0, "80");
    assert_int_equal(port_of(resolver, "tcp", " 80"), RVX_EPORTUNKNOWN);
    rvx_resolver_free(resolver);
    fakelibc_close();
    etc_fini(&etc);
}

static void test_db(void **state)
{
    struct etc etc;
    struct rvx_resolver *resolver;

    (void)state;
    etc_init(&etc);
    etc.base.libc = fakelibc_open();
    fakelibc_answer("svc", 0, 0, "2");
    etc_write(&etc, "services", "svc 1/tcp\n");
    etc_write(&etc, "nsswitch.conf", "services: db files\n");
    resolver = etc_resolver(&etc);
    assert_int_equal(port_of(resolver, "tcp", "svc"), 1);
    etc_write(&etc, "services.db", "");
    assert_int_equal(port_of(resolver, "tcp", "svc"), 1);
    etc_pass(&etc, RVX_SECONDS(5));
    assert_int_equal(port_of(resolver, "tcp", "svc"), 2);
    etc_remove(&etc, "services.db");
    etc_pass(&etc, RVX_SECONDS(5));
    assert_int_equal(port_of(resolver, "tcp", "svc"), 1);
    rvx_resolver_free(resolver);
    fakelibc_close();
    etc_fini(&etc);
}

static void *fire_soon(void *arg)
{
    fakelibc_wait_hanging(1);
    rvx_cancel_fire(arg);
    return NULL;
}

/* A libc that hangs holds the lookup until its deadline, or until it is cancelled, and not the resolver's end. */
static void test_hanging_libc(void **state)
{
    struct etc etc;
    struct rvx_resolver *resolver;
    struct rvx_ctx ctx = RVX_CTX_INIT;
    struct rvx_error err;
    pthread_t thread;
    uint16_t port;

    (void)state;
    etc_init(&etc);
    etc.base.libc = fakelibc_open();
    fakelibc_answer("svc", 0, 0, "1");
    etc.opts.service_order = "libc,builtin";
    resolver = etc_resolver(&etc);
    fakelibc_hang();
    ctx.deadline = rvx_after(RVX_MILLISECONDS(20));
    assert_int_equal(rvx_lookup_port(resolver, "tcp", "svc", &ctx, &port, &err), RVX_ETIMEOUT);
    assert_string_equal(rvx_error_text(&err), "lookup tcp/svc: i/o timeout");
    ctx.deadline = RVX_NOWAIT;
    assert_int_equal(rvx_lookup_port(resolver, "tcp", "svc", &ctx, &port, NULL), RVX_ETIMEOUT);

    ctx.deadline = 0;
    assert_int_equal(rvx_cancel_new(&ctx.cancel), 0);
    assert_int_equal(pthread_create(&thread, NULL, fire_soon, ctx.cancel), 0);
    assert_int_equal(rvx_lookup_port(resolver, "tcp", "svc", &ctx, &port, &err), RVX_ECANCELED);
    assert_string_equal(rvx_error_text(&err), "lookup tcp/svc: operation was canceled");
    pthread_join(thread, NULL);
    assert_int_equal(rvx_lookup_port(resolver, "tcp", "svc", &ctx, &port, NULL), RVX_ECANCELED);
    rvx_cancel_free(ctx.cancel);

    rvx_resolver_free(resolver);
    fakelibc_close();
    etc_fini(&etc);
}

/* A services file that cannot be read is as good as none; one that cannot be read just now is no reason to say that
 * there is no such service. */
static void test_unreadable_file(void **state)
{
    struct etc etc;
    struct rvx_resolver *resolver;
    struct rvx_ctx ctx = {.size = 4};
    struct rvx_error err;
    struct rlimit all, none;
    uint16_t port;
    char path[128];
    int known, unknown;

    (void)state;
    etc_init(&etc);
    assert_int_equal(mkdir(etc_path(&etc, "services", path), 0700), 0);
    resolver = etc_resolver(&etc);
    assert_int_equal(port_of(resolver, "tcp", "ssh"), 22);
    assert_int_equal(port_of(resolver, "tcp", "nosuch"), RVX_EPORTUNKNOWN);
    assert_int_equal(rvx_lookup_port(resolver, "tcp", "nosuch", &ctx, &port, NULL), RVX_EOPTIONS);
    rvx_resolver_free(resolver);
    rmdir(path);

    etc_write(&etc, "services", "mine 1/tcp\n");
    resolver = etc_resolver(&etc);
    getrlimit(RLIMIT_NOFILE, &all);
    none = all;
    none.rlim_cur = 0;
    setrlimit(RLIMIT_NOFILE, &none);
    known = port_of(resolver, "tcp", "ssh");
    unknown = rvx_lookup_port(resolver, "tcp", "mine", NULL, &port, &err);
    setrlimit(RLIMIT_NOFILE, &all);
    assert_int_equal(known, 22);
    assert_int_equal(unknown, -EMFILE);
    assert_string_equal(rvx_error_text(&err), "lookup tcp/mine: too many open files");
    assert_int_equal(port_of(resolver, "tcp", "mine"), 1);
    rvx_resolver_free(resolver);
    etc_fini(&etc);
}

/* Every allocation fails in its turn; a table that cannot be made is no failure. */
static void test_no_memory(void **state)
{
    struct etc etc;
    struct rvx_resolver *resolver;
    unsigned n;

    (void)state;
    etc_init(&etc);
    etc_write(&etc, "services", services_text);
    etc_write(&etc, "nsswitch.conf", "services: db files\n");
    for (n = 0;; n++) {
        bool made = false;
        uint16_t port = 0;
        int rc;

        oom_fail_after(n);
        rc = rvx__resolver_new_on(&etc.base, &etc.opts, &resolver, NULL);
        made = rc == 0;
        for (int i = 0; rc == 0 && i < 2 * RVX__STORE_SCANS_MAX; i++)
            rc = rvx_lookup_port(resolver, "tcp", "http", NULL, &port, NULL);
        oom_off();
        assert_true(rc == -ENOMEM || (rc == 0 && port == 80));
        assert_true(made || resolver == NULL);
        if (made && !at_once(resolver)) {
            assert_int_equal(port_of(resolver, "tcp", "www"), 80);
            assert_int_equal(port_of(resolver, "tcp", "nosuch"), RVX_EPORTUNKNOWN);
        }
        rvx_resolver_free(resolver);
        if (!oom_failed())
            break;
    }
    assert_true(n > 10);
    etc_fini(&etc);
}

/* NULL for a resolver is one with default options: numbers need none, and no path below /etc is relied on. */
static void test_no_resolver(void **state)
{
    uint16_t port;

    (void)state;
    assert_int_equal(rvx_lookup_port(NULL, "tcp", "65535", NULL, &port, NULL), 0);
    assert_int_equal(port, 65535);
    assert_int_equal(rvx_lookup_port(NULL, "tcp", "65536", NULL, &port, NULL), RVX_EPORTINVALID);
    assert_int_equal(rvx_lookup_port(NULL, "tcp", NULL, NULL, &port, NULL), 0);
    assert_int_equal(port, 0);
}

struct sharing {
    struct etc *etc;
    struct rvx_resolver *resolver;
    atomic_bool end;
    atomic_uint bad;
};

static void *look_up(void *arg)
{
    struct sharing *sharing = arg;
    struct rvx_error err;
    uint16_t port;

    while (!sharing->end) {
        if (rvx_lookup_port(sharing->resolver, "tcp", "always", NULL, &port, &err) < 0 || port < 1000)
            sharing->bad++;
        if (rvx_lookup_port(sharing->resolver, "tcp", "never", NULL, &port, &err) != RVX_EPORTUNKNOWN)
            sharing->bad++;
        if (rvx_lookup_port(sharing->resolver, "udp", "ntp", NULL, &port, &err) < 0 || port != 123)
            sharing->bad++;
    }
    return NULL;
}

static void test_threads(void **state)
{
    struct etc etc;
    struct sharing sharing = {.etc = &etc};
    pthread_t threads[8];
    char text[64];

    (void)state;
    etc_init(&etc);
    etc_write(&etc, "services", "always 1000/tcp\n");
    sharing.resolver = etc_resolver(&etc);
    for (size_t i = 0; i < COUNT_OF(threads); i++)
        assert_int_equal(pthread_create(&threads[i], NULL, look_up, &sharing), 0);
    for (int i = 1000; i < 1200; i++) {
        snprintf(text, sizeof text, "always %d/tcp\n%s", i, i % 3 == 0 ? "ntp 123/udp\n" : "");
        etc_replace(&etc, "services", text);
        if (i % 50 == 0)
            etc_replace(&etc, "nsswitch.conf", i % 100 == 0 ? "services: files\n" : "services: db files\n");
        etc_pass(&etc, RVX_SECONDS(5));
    }
    sharing.end = true;
    for (size_t i = 0; i < COUNT_OF(threads); i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(sharing.bad, 0);
    rvx_resolver_free(sharing.resolver);
    etc_fini(&etc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),     cmocka_unit_test(test_sources),      cmocka_unit_test(test_libc),
        cmocka_unit_test(test_db),        cmocka_unit_test(test_hanging_libc), cmocka_unit_test(test_unreadable_file),
        cmocka_unit_test(test_no_memory), cmocka_unit_test(test_no_resolver),  cmocka_unit_test(test_threads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
