/* test_merge.c - lookups that joined another one's query: what they learn when it fails, in their thread or another */
#include "support/test.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "support/dnsserver.h"
#include "support/etc.h"

#define CROWD 20

struct world {
    struct etc etc;
    struct dnsserver *server;
    struct rvx_resolver *resolver;
    char addr[RVX_ADDR_STRLEN];
};

/* SERVFAIL, and why (RFC 8914): "no key" with a byte that must not reach a terminal. */
static void answer_with_ede(const struct dnsserver_query *query)
{
    static const uint8_t opt[] = {0,  0, 41, 4, 208, 0,   0,   0,   0,   0,   13,  0,
                                  15, 0, 9,  0, 9,   'n', 'o', ' ', 'k', 'e', 'y', 7};
    uint8_t bytes[600];
    size_t len = dnsserver_make(query, 2, "", bytes, sizeof bytes);

    bytes[11] = 1;
    memcpy(bytes + len, opt, sizeof opt);
    dnsserver_send(query, bytes, len + sizeof opt);
}

/* Says that there is an answer, and there is none. */
static void answer_malformed(const struct dnsserver_query *query)
{
    uint8_t bytes[600];
    size_t len = dnsserver_make(query, 0, "", bytes, sizeof bytes);

    bytes[7] = 1;
    dnsserver_send(query, bytes, len);
}

/* What the name's first letter says. */
static void handle(void *arg, struct dnsserver_query *query)
{
    (void)arg;
    switch (query->name[0] | 0x20) {
    case 'e':
        answer_with_ede(query);
        break;
    case 'm':
        answer_malformed(query);
        break;
    case 'r':
        dnsserver_answer(query, 5, "");
        break;
    default: /* nothing */
        break;
    }
}

/* Queries live in real time. */
static rvx_time read_now(void *self)
{
    (void)self;
    return rvx_now();
}

static void begin(struct world *w)
{
    struct rvx_addr addr;

    memset(w, 0, sizeof *w);
    etc_init(&w->etc);
    w->etc.clock.now = read_now;
    etc_write(&w->etc, "resolv.conf", "options timeout:1 attempts:2\n");
    w->server = dnsserver_start(handle, w);
    addr = dnsserver_addr(w->server);
    w->etc.opts.servers = rvx_addr_text(&addr, w->addr);
    w->etc.opts.host_order = "dns";
    w->resolver = etc_resolver(&w->etc);
}

static void end(struct world *w)
{
    rvx_resolver_free(w->resolver);
    dnsserver_stop(w->server);
    etc_fini(&w->etc);
}

struct seen {
    struct rvx_error err;
    int calls;
};

static void note(void *arg, int result, struct rvx_addrs *addrs, const struct rvx_error *err)
{
    struct seen *seen = arg;

    (void)result;
    rvx_addrs_free(addrs);
    seen->err = *err;
    seen->calls++;
}

static void start_crowd(struct world *w, struct rvx_loop *loop, const char *host, rvx_time deadline,
                        struct seen seen[CROWD])
{
    memset(seen, 0, CROWD * sizeof *seen);
    for (int i = 0; i < CROWD; i++)
        assert_int_equal(rvx_lookup_host_start(loop, w->resolver, "ip4", host, deadline, note, &seen[i], NULL), 0);
}

static void describe_error(const struct rvx_error *err, char *text, size_t size)
{
    struct rvx_error copy = *err;

    snprintf(text, size, "%s; rcode %u, %u sent, %s%u \"%s\"", rvx_error_text(&copy), err->rcode, err->attempts,
             err->has_ede ? "EDE " : "", err->ede, err->ede_text);
}

static const struct {
    const char *host, *want;
} rows[] = {
    {"ede.example.", "temporary failure in name resolution (no key\\x07); rcode 2, 2 sent, EDE 9 \"no key\\x07\""},
    {"refused.example.", "temporary failure in name resolution (REFUSED); rcode 5, 2 sent, 0 \"REFUSED\""},
    {"malformed.example.",
     "temporary failure in name resolution (malformed answer); rcode 0, 4 sent, 0 \"malformed answer\""},
};

static void test_failures(void **state)
{
    struct rvx_loop *loop;
    struct seen seen[CROWD];
    struct world w;

    (void)state;
    begin(&w);
    assert_int_equal(rvx_loop_new(NULL, &loop, NULL), 0);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        unsigned before = dnsserver_queries(w.server);
        char want[512], text[1024];

        start_crowd(&w, loop, rows[i].host, 0, seen);
        assert_int_equal(rvx_loop_run(loop), 0);
        assert_int_equal(dnsserver_queries(w.server) - before, seen[0].err.attempts);
        snprintf(want, sizeof want, "lookup %s on %s: %s", rows[i].host, w.addr, rows[i].want);
        for (int n = 0; n < CROWD; n++) {
            describe_error(&seen[n].err, text, sizeof text);
            assert_int_equal(seen[n].calls, 1);
            assert_string_equal(text, want);
        }
    }
    rvx_loop_free(loop);
    end(&w);
}

/* Those that run out of time while they wait for another's query: of one server it is known whom they waited for. */
static void test_deadline(void **state)
{
    struct rvx_loop *loop;
    struct seen seen[CROWD];
    struct world w;

    (void)state;
    begin(&w);
    assert_int_equal(rvx_loop_new(NULL, &loop, NULL), 0);
    start_crowd(&w, loop, "silent.example.", rvx_after(RVX_SECONDS(1) / 10), seen);
    assert_int_equal(rvx_loop_run(loop), 0);
    for (int n = 0; n < CROWD; n++) {
        assert_int_equal(seen[n].err.code, RVX_ETIMEOUT);
        assert_string_equal(seen[n].err.server, w.addr);
    }
    rvx_loop_free(loop);
    end(&w);
}

/* One of many threads; each blocks. */
struct blocked {
    struct world *w;
    pthread_barrier_t *barrier;
    struct rvx_error err;
};

static void *block(void *arg)
{
    struct blocked *b = arg;
    struct rvx_addrs *addrs;

    pthread_barrier_wait(b->barrier);
    rvx_lookup_host(b->w->resolver, "ip4", "ede.example.", NULL, &addrs, &b->err);
    rvx_addrs_free(addrs);
    return NULL;
}

static void test_threads(void **state)
{
    struct blocked threads[8];
    pthread_t ids[COUNT_OF(threads)];
    pthread_barrier_t barrier;
    struct world w;

    (void)state;
    begin(&w);
    pthread_barrier_init(&barrier, NULL, COUNT_OF(threads));
    for (size_t i = 0; i < COUNT_OF(threads); i++) {
        threads[i] = (struct blocked){.w = &w, .barrier = &barrier};
        assert_int_equal(pthread_create(&ids[i], NULL, block, &threads[i]), 0);
    }
    for (size_t i = 0; i < COUNT_OF(threads); i++) {
        pthread_join(ids[i], NULL);
        assert_int_equal(threads[i].err.code, RVX_ETRYAGAIN);
        assert_string_equal(threads[i].err.server, w.addr);
        assert_int_equal(threads[i].err.rcode, 2);
        assert_int_equal(threads[i].err.attempts, 2);
        assert_int_equal(threads[i].err.ede, 9);
        assert_string_equal(threads[i].err.ede_text, "no key\\x07");
    }
    pthread_barrier_destroy(&barrier);
    end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_failures),
        cmocka_unit_test(test_deadline),
        cmocka_unit_test(test_threads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
