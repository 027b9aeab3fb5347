/* test_lookup_start.c - host lookups on a loop: once, later, cancelled, in callbacks, with everything going first */
#include "support/test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "support/etc.h"
#include "support/fakelibc.h"
#include "support/oom.h"

static const char hosts_text[] = "192.0.2.1 one.example\n2001:db8::1 one.example\n192.0.2.2 two\n";

static void print_addrs(const struct rvx_addrs *addrs, char *text, size_t size)
{
    size_t len = 0;

    for (size_t i = 0; i < addrs->n; i++) {
        char one[RVX_ADDR_STRLEN];

        len += (size_t)snprintf(text + len, size - len, "%s ", rvx_addr_host_text(&addrs->v[i], one));
    }
    snprintf(text + len, size - len, "(%s, %s)", addrs->canonical != NULL ? addrs->canonical : "-", addrs->source);
}

struct row {
    const char *network;
    const char *host;
    int want;
    const char *text;
};

struct seen {
    int calls;
    int result;
    char text[512];
    struct rvx_resolver *free; /* to be freed inside the callback */
    struct rvx_op *cancel;     /* to be cancelled there */
    struct rvx_loop *loop;     /* another lookup is started there */
    struct rvx_resolver *again;
};

static void note(void *arg, int result, struct rvx_addrs *addrs, const struct rvx_error *err)
{
    struct seen *seen = arg;
    struct rvx_error copy = *err;

    seen->calls++;
    seen->result = result;
    assert_int_equal(copy.code, result);
    if (addrs != NULL)
        print_addrs(addrs, seen->text, sizeof seen->text);
    else
        snprintf(seen->text, sizeof seen->text, "%s", rvx_error_text(&copy));
    rvx_addrs_free(addrs);
    rvx_resolver_free(seen->free);
    seen->free = NULL;
    rvx_op_cancel(seen->cancel);
    seen->cancel = NULL;
    if (seen->again != NULL) {
        struct rvx_resolver *again = seen->again;

        seen->again = NULL;
        assert_int_equal(rvx_lookup_host_start(seen->loop, again, "ip", "two", 0, note, seen, NULL), 0);
    }
}

struct looping {
    struct etc etc;
    struct rvx_resolver *resolver;
    struct rvx_loop *loop;
    struct seen seen;
};

static void begin_loop(struct looping *l, enum rvx_poller poller)
{
    struct rvx_loop_opts opts = RVX_LOOP_OPTS_INIT;

    memset(l, 0, sizeof *l);
    opts.poller = poller;
    etc_init(&l->etc);
    etc_write(&l->etc, "hosts", hosts_text);
    etc_write(&l->etc, "nsswitch.conf", "hosts: files libc\n");
    l->etc.base.libc = fakelibc_open();
    fakelibc_answer("host", 0, 0, "192.0.2.1");
    l->resolver = etc_resolver(&l->etc);
    assert_int_equal(rvx_loop_new(&opts, &l->loop, NULL), 0);
}

static void end_loop(struct looping *l)
{
    rvx_loop_free(l->loop);
    rvx_resolver_free(l->resolver);
    fakelibc_close();
    etc_fini(&l->etc);
}

static void test_start(void **state)
{
    static const struct row rows[] = {
        {"ip", "192.0.2.1", 0, "192.0.2.1 (-, literal)"},
        {"ip6", "192.0.2.1", RVX_EADDRNONE, "address 192.0.2.1: no suitable address found"},
        {"ip", "", RVX_ENOTFOUND, "lookup : no such host"},
        {"ip", NULL, RVX_ENOTFOUND, "lookup : no such host"},
        {"ip", "two", 0, "192.0.2.2 (two, files)"},
        {"ip", "host", 0, "192.0.2.1 (canonical.host, libc)"},
        {"ip", "nosuch", RVX_ENOTFOUND, "lookup nosuch: no such host"},
    };

    (void)state;
    for (int poller = RVX_POLLER_EPOLL; poller <= RVX_POLLER_POLL; poller++) {
        struct looping l;

        begin_loop(&l, (enum rvx_poller)poller);
        for (size_t i = 0; i < COUNT_OF(rows); i++) {
            l.seen = (struct seen){.calls = 0};
            assert_int_equal(rvx_lookup_host_start(l.loop, l.resolver, rows[i].network, rows[i].host, RVX_FOREVER, note,
                                                   &l.seen, NULL),
                             0);
            assert_int_equal(l.seen.calls, 0); /* never inside the starting call */
            assert_int_equal(rvx_loop_run(l.loop), 0);
            assert_int_equal(l.seen.calls, 1);
            assert_int_equal(l.seen.result, rows[i].want);
            assert_string_equal(l.seen.text, rows[i].text);
        }
        assert_int_equal(rvx_lookup_host_start(l.loop, l.resolver, "tcp", "two", 0, note, &l.seen, NULL),
                         RVX_ENETUNKNOWN);
        end_loop(&l);
    }
}

/* Inside a callback: free the resolver, cancel another lookup, start a new one. */
static void test_inside_callback(void **state)
{
    struct looping l;
    struct seen never = {.calls = 0};

    (void)state;
    begin_loop(&l, RVX_POLLER_DEFAULT);
    fakelibc_hang();
    assert_int_equal(rvx_lookup_host_start(l.loop, l.resolver, "ip", "two", 0, note, &l.seen, NULL), 0);
    assert_int_equal(rvx_lookup_host_start(l.loop, l.resolver, "ip", "host", 0, note, &never, &l.seen.cancel), 0);
    l.seen.loop = l.loop;
    l.seen.again = l.resolver;
    l.seen.free = rvx_resolver_ref(l.resolver);
    assert_int_equal(rvx_loop_run(l.loop), 0);
    assert_int_equal(l.seen.calls, 2);
    assert_int_equal(never.calls, 0);
    fakelibc_let_go();

    /* The last reference goes while a lookup runs: it goes on undisturbed. */
    l.seen = (struct seen){.calls = 0};
    fakelibc_hang();
    assert_int_equal(rvx_lookup_host_start(l.loop, l.resolver, "ip", "host", 0, note, &l.seen, NULL), 0);
    fakelibc_wait_hanging(1);
    rvx_resolver_free(l.resolver);
    l.resolver = NULL;
    fakelibc_let_go();
    assert_int_equal(rvx_loop_run(l.loop), 0);
    assert_string_equal(l.seen.text, "192.0.2.1 (canonical.host, libc)");
    end_loop(&l);
}

static void test_ends(void **state)
{
    struct looping l;
    struct rvx_op *op;

    (void)state;
    begin_loop(&l, RVX_POLLER_DEFAULT);
    fakelibc_hang();

    /* cancelled before, and after, it is done */
    assert_int_equal(rvx_lookup_host_start(l.loop, l.resolver, "ip", "host", 0, note, &l.seen, &op), 0);
    rvx_op_cancel(op);
    assert_int_equal(rvx_lookup_host_start(l.loop, l.resolver, "ip", "two", 0, note, &l.seen, &op), 0);
    rvx_op_cancel(op);
    assert_int_equal(rvx_loop_run(l.loop), 0);
    assert_int_equal(l.seen.calls, 0);

    /* deadline */
    assert_int_equal(
        rvx_lookup_host_start(l.loop, l.resolver, "ip", "host", rvx_after(RVX_MILLISECONDS(5)), note, &l.seen, NULL),
        0);
    assert_int_equal(rvx_loop_run(l.loop), 0);
    assert_int_equal(l.seen.calls, 1);
    assert_string_equal(l.seen.text, "lookup host: i/o timeout");

    /* the loop goes first */
    assert_int_equal(rvx_lookup_host_start(l.loop, l.resolver, "ip", "host", 0, note, &l.seen, NULL), 0);
    assert_int_equal(rvx_lookup_host_start(l.loop, l.resolver, "ip", "two", 0, note, &l.seen, NULL), 0);
    rvx_loop_free(l.loop);
    l.loop = NULL;
    assert_int_equal(l.seen.calls, 1);
    end_loop(&l);
}

/* Every allocation fails in its turn: in the start function, or in the operation. */
static void test_no_memory(void **state)
{
    static const struct {
        const char *host, *want;
    } cases[] = {
        {"one.example", "192.0.2.1 2001:db8::1 (one.example, files)"},
        {"host", "192.0.2.1 (canonical.host, libc)"},
        {"192.0.2.1", "192.0.2.1 (-, literal)"},
    };
    struct looping l;

    (void)state;
    begin_loop(&l, RVX_POLLER_DEFAULT);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        unsigned n = 0;
        int rc;

        do {
            rvx__store_forget(&l.resolver->store);
            l.seen = (struct seen){.calls = 0};
            oom_fail_after(n++);
            rc = rvx_lookup_host_start(l.loop, l.resolver, "ip", cases[i].host, 0, note, &l.seen, NULL);
            if (rc == 0)
                rvx_loop_run(l.loop);
            oom_off();
            assert_int_equal(l.seen.calls, rc == 0);
            if (rc == 0)
                rc = l.seen.result;
            /* A worker more that cannot be made is no failure while there is another. */
            if (rc == 0)
                assert_string_equal(l.seen.text, cases[i].want);
            else
                assert_int_equal(rc, -ENOMEM);
        } while (oom_failed());
        assert_int_equal(rc, 0);
        assert_true(n > 1);
    }
    end_loop(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_start),
        cmocka_unit_test(test_inside_callback),
        cmocka_unit_test(test_ends),
        cmocka_unit_test(test_no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
