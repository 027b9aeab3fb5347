/* test_dns.c - lookups through real DNS servers on the loopback: answers, aliases, search lists, the cache, merging,
 * failures, cancelling, and ends of everything at every moment */
#include "support/test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <resolvx/backend.h>

#include "support/dnsworld.h"

/* "ADDR ADDR (CANONICAL, TTL)", addresses in the order of their texts, or the error. */
static void print_result(int result, const struct rvx_addrs *addrs, const struct rvx_error *err, char *text,
                         size_t size)
{
    char one[2][RVX_ADDR_STRLEN] = {"", ""};
    struct rvx_error copy = *err;

    if (result < 0) {
        snprintf(text, size, "%s", rvx_strerror(copy.code));
        return;
    }
    assert_true(addrs->n <= 2);
    for (size_t i = 0; i < addrs->n; i++)
        rvx_addr_host_text(&addrs->v[i], one[addrs->v[i].family == RVX_FAMILY_IPV6]);
    snprintf(text, size, "%s%s%s (%s, %u)", one[0], one[0][0] != '\0' && one[1][0] != '\0' ? " " : "", one[1],
             addrs->canonical, (unsigned)addrs->ttl);
}

static int look_up(struct world *w, const char *network, const char *host, char *text, size_t size)
{
    const struct rvx_ctx ctx = {.size = sizeof ctx, .deadline = rvx_after(RVX_SECONDS(20))};
    struct rvx_addrs *addrs;
    struct rvx_error err;
    int rc = rvx_lookup_host(w->resolver, network, host, &ctx, &addrs, &err);

    print_result(rc, addrs, &err, text, size);
    rvx_addrs_free(addrs);
    return rc;
}

static void check(struct world *w, const char *network, const char *host, const char *want)
{
    char text[256];

    look_up(w, network, host, text, sizeof text);
    if (strcmp(text, want) != 0)
        fail_msg("%s %s: \"%s\", want \"%s\"", network, host, text, want);
}

struct row {
    const char *network;
    const char *host;
    const char *want;
};

static const struct row rows[] = {
    {"ip4", "one.example", "192.0.2.1 (one.example, 60)"},
    {"ip", "one.example.", "192.0.2.1 (one.example, 60)"},
    {"ip6", "one.example.", "no such host"},
    {"ip", "two.example", "192.0.2.2 2001:db8::2 (two.example, 30)"},
    {"ip6", "two.example", "2001:db8::2 (two.example, 30)"},
    {"ip", "six.example", "2001:db8::6 (six.example, 60)"},
    {"ip", "alias.example", "192.0.2.2 2001:db8::2 (two.example, 30)"},
    {"ip", "TWO.Example", "192.0.2.2 2001:db8::2 (TWO.Example, 30)"},
    {"ip", "loop.example.", "alias loop"},
    {"ip", "empty.example.", "no such host"},
    {"ip", "nosuch.example", "no such host"},
    {"ip", "host", "192.0.2.5 (host.search.example, 60)"},
    {"ip", "short.example", "192.0.2.9 (short.example, 0)"},
    {"ip", "bad..name", "no such host"},
    {"ip", "no.invalid", "no such host"},
};

/* Once from the server and once from the cache; with aliases followed by the server, and by us. */
static void test_answers(void **state)
{
    (void)state;
    for (unsigned flags = 0; flags <= DNSZONE_NO_FOLLOW; flags += DNSZONE_NO_FOLLOW) {
        struct world w;

        begin(&w);
        atomic_store(&w.flags, flags);
        for (int again = 0; again < 2; again++) {
            for (size_t i = 0; i < COUNT_OF(rows); i++)
                check(&w, rows[i].network, rows[i].host, rows[i].want);
        }
        end(&w);
    }
}

struct seen {
    int calls;
    int result;
    char text[256];
    struct rvx_resolver *free; /* inside of the callback */
    struct world *w;
    int more; /* lookups to be started, one inside of the other's callback */
    const char *host;
};

static void note(void *arg, int result, struct rvx_addrs *addrs, const struct rvx_error *err)
{
    struct seen *seen = arg;

    seen->calls++;
    seen->result = result;
    print_result(result, addrs, err, seen->text, sizeof seen->text);
    rvx_addrs_free(addrs);
    rvx_resolver_free(seen->free);
    seen->free = NULL;
    if (seen->more > 0) {
        seen->more--;
        assert_int_equal(
            rvx_lookup_host_start(seen->w->loop, seen->w->resolver, "ip4", seen->host, 0, note, seen, NULL), 0);
    }
}

static void test_start(void **state)
{
    struct world w;

    (void)state;
    begin(&w);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct seen seen = {0};

        assert_int_equal(rvx_lookup_host_start(w.loop, w.resolver, rows[i].network, rows[i].host, 0, note, &seen, NULL),
                         0);
        assert_int_equal(rvx_loop_run(w.loop), 0);
        assert_int_equal(seen.calls, 1);
        assert_string_equal(seen.text, rows[i].want);
    }
    end(&w);
}

/* What comes with an answer. */
static void test_facts(void **state)
{
    struct rvx_addrs *addrs;
    struct world w;

    (void)state;
    begin(&w);
    atomic_store(&w.flags, DNSZONE_AD);
    for (int again = 0; again < 2; again++) {
        assert_int_equal(rvx_lookup_host(w.resolver, "ip", "alias.example", NULL, &addrs, NULL), 0);
        assert_string_equal(addrs->server, w.addrs);
        assert_string_equal(addrs->source, "dns");
        assert_int_equal(addrs->chain_n, 2);
        assert_string_equal(addrs->chain[0], "alias.example");
        assert_string_equal(addrs->chain[1], "middle.example");
        assert_true(addrs->authentic); /* a server on this machine */
        assert_int_equal(addrs->cached, again);
        assert_false(addrs->stale);
        rvx_addrs_free(addrs);
    }
    end(&w);
}

static void test_cache(void **state)
{
    struct rvx_resolver_stats stats = RVX_RESOLVER_STATS_INIT;
    struct world w;

    (void)state;
    begin(&w);
    check(&w, "ip", "two.example", "192.0.2.2 2001:db8::2 (two.example, 30)");
    assert_int_equal(count_queries(&w), 2);
    etc_pass(&w.etc, RVX_SECONDS(20));
    check(&w, "ip", "two.example", "192.0.2.2 2001:db8::2 (two.example, 10)"); /* the TTL counts down */
    assert_int_equal(count_queries(&w), 2);
    etc_pass(&w.etc, RVX_SECONDS(10));
    check(&w, "ip", "two.example", "192.0.2.2 2001:db8::2 (two.example, 30)"); /* AAAA anew, A still good */
    assert_int_equal(count_queries(&w), 3);
    check(&w, "ip4", "nosuch.example.", "no such host");
    check(&w, "ip4", "nosuch.example.", "no such host");
    assert_int_equal(count_queries(&w), 4);
    etc_pass(&w.etc, RVX_SECONDS(DNSZONE_NEGATIVE_TTL));
    check(&w, "ip4", "nosuch.example.", "no such host");
    assert_int_equal(count_queries(&w), 5);
    check(&w, "ip4", "short.example", "192.0.2.9 (short.example, 0)"); /* TTL 0 is not kept */
    check(&w, "ip4", "short.example", "192.0.2.9 (short.example, 0)");
    assert_int_equal(count_queries(&w), 7);
    atomic_store(&w.flags, DNSZONE_NO_SOA); /* nor is "no" without an SOA */
    check(&w, "ip4", "nosoa.example.", "no such host");
    check(&w, "ip4", "nosoa.example.", "no such host");
    assert_int_equal(count_queries(&w), 9);
    assert_int_equal(rvx_resolver_stats(w.resolver, &stats), 0);
    assert_int_equal(stats.cache_hits, 4);
    assert_int_equal(stats.cache_negative_hits, 1);
    assert_int_equal(stats.cache_misses, 9);
    assert_int_equal(stats.cache_entries, 3);
    assert_true(stats.cache_bytes > 0);
    end(&w);
}

static void test_flush(void **state)
{
    struct world w;

    (void)state;
    begin(&w);
    rvx_resolver_flush(w.resolver, NULL); /* nothing to forget yet */
    check(&w, "ip4", "one.example", "192.0.2.1 (one.example, 60)");
    check(&w, "ip4", "two.example", "192.0.2.2 (two.example, 60)");
    rvx_resolver_flush(w.resolver, "Two.example.");
    rvx_resolver_flush(w.resolver, "no..name");
    check(&w, "ip4", "one.example", "192.0.2.1 (one.example, 60)");
    assert_int_equal(count_queries(&w), 2);
    check(&w, "ip4", "two.example", "192.0.2.2 (two.example, 60)");
    assert_int_equal(count_queries(&w), 3);
    rvx_resolver_flush(w.resolver, NULL);
    check(&w, "ip4", "one.example", "192.0.2.1 (one.example, 60)");
    assert_int_equal(count_queries(&w), 4);
    end(&w);
}

static void test_cache_off(void **state)
{
    struct world w;

    (void)state;
    begin_world(&w, 1);
    w.etc.opts.cache_max = RVX_CACHE_OFF;
    make_resolver(&w);
    for (unsigned i = 1; i < 4; i++) {
        check(&w, "ip4", "one.example", "192.0.2.1 (one.example, 60)");
        assert_int_equal(count_queries(&w), i);
    }
    end(&w);
}

static void test_stale(void **state)
{
    struct rvx_addrs *addrs;
    struct world w;

    (void)state;
    begin_world(&w, 1);
    w.etc.opts.stale_for = RVX_SECONDS(3600);
    make_resolver(&w);
    check(&w, "ip4", "one.example", "192.0.2.1 (one.example, 60)");
    check(&w, "ip4", "nosuch.example.", "no such host");
    etc_pass(&w.etc, RVX_SECONDS(100));
    atomic_store(&w.failing, true);
    assert_int_equal(rvx_lookup_host(w.resolver, "ip4", "one.example", NULL, &addrs, NULL), 0);
    assert_true(addrs->stale);
    assert_true(addrs->cached);
    assert_false(addrs->authentic);
    assert_int_equal(addrs->ttl, 30);
    rvx_addrs_free(addrs);
    assert_true(rvx_is_temporary(rvx_lookup_host(w.resolver, "ip4", "nosuch.example.", NULL, &addrs, NULL)));
    atomic_store(&w.failing, false);
    check(&w, "ip4", "one.example", "192.0.2.1 (one.example, 60)");
    end(&w);
}

static void test_failure(void **state)
{
    struct rvx_addrs *addrs;
    struct rvx_error err;
    struct world w;
    rvx_time begun;

    (void)state;
    begin_world(&w, 2);
    make_resolver(&w);
    atomic_store(&w.failing, true);
    assert_true(rvx_is_temporary(rvx_lookup_host(w.resolver, "ip4", "one.example.", NULL, &addrs, &err)));
    assert_int_equal(count_queries(&w), 2);
    atomic_store(&w.failing, false);
    check(&w, "ip4", "one.example", "192.0.2.1 (one.example, 60)"); /* failures are not kept */

    atomic_store(&w.silent, true); /* a deadline ends it before the servers' time is over */
    begun = rvx_now();
    assert_int_equal(rvx_lookup_host(w.resolver, "ip4", "two.example.",
                                     &(struct rvx_ctx){sizeof(struct rvx_ctx), rvx_after(RVX_SECONDS(1) / 5), NULL},
                                     &addrs, &err),
                     RVX_ETIMEOUT);
    assert_true(rvx_now() - begun < RVX_SECONDS(5));
    assert_true(rvx_is_temporary(rvx_lookup_host(w.resolver, "ip4", "two.example.", NULL, &addrs, &err)));
    end(&w);
}

#define CROWD 100

/* As many lookups as one likes of the same name are one question of each type. */
static void test_merge(void **state)
{
    struct rvx_resolver_stats stats = RVX_RESOLVER_STATS_INIT;
    struct seen seen[CROWD] = {{0}};
    struct world w;

    (void)state;
    begin(&w);
    for (int i = 0; i < CROWD; i++)
        assert_int_equal(rvx_lookup_host_start(w.loop, w.resolver, "ip", "two.example", 0, note, &seen[i], NULL), 0);
    assert_int_equal(rvx_loop_run(w.loop), 0);
    assert_int_equal(count_queries(&w), 2);
    for (int i = 0; i < CROWD; i++) {
        assert_int_equal(seen[i].calls, 1);
        assert_string_equal(seen[i].text, "192.0.2.2 2001:db8::2 (two.example, 30)");
    }
    assert_int_equal(rvx_resolver_stats(w.resolver, &stats), 0);
    assert_int_equal(stats.merged, 2 * (CROWD - 1));
    end(&w);
}

/* The first are cancelled while they wait, one after the other; the last one still gets its answer. */
static void test_leader_cancelled(void **state)
{
    struct rvx_op *ops[10];
    struct seen seen = {0};
    struct world w;

    (void)state;
    begin(&w);
    for (size_t i = 0; i < COUNT_OF(ops); i++)
        assert_int_equal(rvx_lookup_host_start(w.loop, w.resolver, "ip", "two.example", 0, note, &seen, &ops[i]), 0);
    for (size_t i = 0; i < COUNT_OF(ops) - 1; i++) {
        if (i % 3 == 0)
            rvx_loop_turn(w.loop, RVX_NOWAIT);
        if (seen.calls == 0)
            rvx_op_cancel(ops[i]);
    }
    assert_int_equal(rvx_loop_run(w.loop), 0);
    assert_true(seen.calls >= 1);
    assert_string_equal(seen.text, "192.0.2.2 2001:db8::2 (two.example, 30)");
    end(&w);
}

#define THREADS 8

struct threaded {
    struct world *w;
    pthread_barrier_t *barrier;
    int good;
};

/* Half of them block, half have a loop. */
static void *run_thread(void *arg)
{
    struct threaded *t = arg;
    struct seen seen[CROWD / THREADS] = {{0}};
    struct rvx_loop *loop;
    char text[256];

    pthread_barrier_wait(t->barrier);
    if ((uintptr_t)t / sizeof *t % 2 == 0) {
        look_up(t->w, "ip", "two.example", text, sizeof text);
        t->good = strcmp(text, "192.0.2.2 2001:db8::2 (two.example, 30)") == 0;
        return NULL;
    }
    if (rvx_loop_new(NULL, &loop, NULL) < 0)
        return NULL;
    for (size_t i = 0; i < COUNT_OF(seen); i++)
        rvx_lookup_host_start(loop, t->w->resolver, "ip", "two.example", 0, note, &seen[i], NULL);
    rvx_loop_run(loop);
    rvx_loop_free(loop);
    t->good = 1;
    for (size_t i = 0; i < COUNT_OF(seen); i++) {
        if (seen[i].calls != 1 || strcmp(seen[i].text, "192.0.2.2 2001:db8::2 (two.example, 30)") != 0)
            t->good = 0;
    }
    return NULL;
}

static void test_merge_threads(void **state)
{
    struct threaded threads[THREADS];
    pthread_t ids[THREADS];
    pthread_barrier_t barrier;
    struct world w;

    (void)state;
    begin(&w);
    pthread_barrier_init(&barrier, NULL, THREADS);
    for (int i = 0; i < THREADS; i++) {
        threads[i] = (struct threaded){.w = &w, .barrier = &barrier};
        assert_int_equal(pthread_create(&ids[i], NULL, run_thread, &threads[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(ids[i], NULL);
        assert_true(threads[i].good);
    }
    assert_int_equal(count_queries(&w), 2);
    pthread_barrier_destroy(&barrier);
    end(&w);
}

/* Cancels after any number of turns. */
static void test_cancel(void **state)
{
    static const char *const hosts[] = {"two.example", "alias.example", "nosuch"};
    struct world w;

    (void)state;
    begin_world(&w, 1);
    w.etc.opts.cache_max = RVX_CACHE_OFF;
    make_resolver(&w);
    atomic_store(&w.flags, DNSZONE_NO_FOLLOW);
    for (size_t i = 0; i < COUNT_OF(hosts); i++) {
        for (int turns = 0;; turns++) {
            struct seen seen = {0};
            struct rvx_op *op;

            assert_int_equal(rvx_lookup_host_start(w.loop, w.resolver, "ip", hosts[i], 0, note, &seen, &op), 0);
            for (int n = 0; n < turns && seen.calls == 0; n++)
                rvx_loop_turn(w.loop, rvx_after(RVX_SECONDS(1)));
            if (seen.calls > 0)
                break;
            rvx_op_cancel(op);
            rvx_loop_turn(w.loop, RVX_NOWAIT);
            assert_int_equal(seen.calls, 0);
        }
    }
    end(&w);
}

/* The loop goes with lookups pending; the resolver goes with them too, or in a callback. */
static void test_frees(void **state)
{
    struct seen seen = {0};
    struct world w;

    (void)state;
    begin(&w);
    for (int i = 0; i < 20; i++) {
        char host[32];

        snprintf(host, sizeof host, "h%d.example", i / 2);
        assert_int_equal(rvx_lookup_host_start(w.loop, w.resolver, "ip", host, 0, note, &seen, NULL), 0);
    }
    rvx_loop_turn(w.loop, RVX_NOWAIT);
    rvx_loop_free(w.loop);
    assert_int_equal(rvx_loop_new(NULL, &w.loop, NULL), 0);

    seen = (struct seen){.free = w.resolver};
    assert_int_equal(rvx_lookup_host_start(w.loop, w.resolver, "ip", "one.example", 0, note, &seen, NULL), 0);
    assert_int_equal(rvx_lookup_host_start(w.loop, w.resolver, "ip", "two.example", 0, note, &seen, NULL), 0);
    w.resolver = NULL;
    assert_int_equal(rvx_loop_run(w.loop), 0);
    assert_int_equal(seen.calls, 2);
    assert_int_equal(seen.result, 0);
    make_resolver(&w);

    assert_int_equal(rvx_lookup_host_start(w.loop, w.resolver, "ip", "one.example", 0, note, &seen, NULL), 0);
    rvx_resolver_free(w.resolver);
    w.resolver = NULL;
    rvx_loop_free(w.loop);
    w.loop = NULL;
    end(&w);
}

/* Sanitizers keep books of their own about memory. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define WITH_SANITIZER 1
#elif defined(__has_feature)
#define WITH_SANITIZER (__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))
#else
#define WITH_SANITIZER 0
#endif

/* Every one asks the server, and starts the next in its callback: more often than there are ids. */
#define CHAINS 4
#define MANY 200000
#define FEW 20000 /* where each costs a multiple: under sanitizers, under valgrind */

static bool is_slow(void)
{
    const char *preload = getenv("LD_PRELOAD");

    return WITH_SANITIZER || (preload != NULL && strstr(preload, "vgpreload") != NULL);
}

/* Lookups started inside of completions; none is lost. */
static void test_many(void **state)
{
    static const char *const hosts[CHAINS] = {"short0.example", "short1.example", "short2.example", "short3.example"};
    struct rvx_resolver_stats stats = RVX_RESOLVER_STATS_INIT;
    struct seen seen[CHAINS] = {{0}};
    int each = (is_slow() ? FEW : MANY) / CHAINS;
    struct world w;

    (void)state;
    begin(&w);
    for (int i = 0; i < CHAINS; i++) {
        seen[i] = (struct seen){.w = &w, .more = each - 1, .host = hosts[i]};
        assert_int_equal(rvx_lookup_host_start(w.loop, w.resolver, "ip4", hosts[i], 0, note, &seen[i], NULL), 0);
    }
    assert_int_equal(rvx_loop_run(w.loop), 0);
    for (int i = 0; i < CHAINS; i++) {
        assert_int_equal(seen[i].calls, each);
        assert_int_equal(seen[i].result, 0);
    }
    assert_int_equal(rvx_resolver_stats(w.resolver, &stats), 0);
    assert_true(stats.queries >= (uint64_t)each * CHAINS);
    end(&w);
}

static size_t read_rss(void)
{
    FILE *file = fopen("/proc/self/statm", "r");
    unsigned long size, pages = 0;

    assert_non_null(file);
    assert_int_equal(fscanf(file, "%lu %lu", &size, &pages), 2);
    fclose(file);
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

/* A socket that nobody reads from: a server that keeps every query would be counted too. */
static const char *open_silent(int *fd)
{
    static char text[64];
    struct sockaddr_in addr = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof addr;

    *fd = socket(AF_INET, SOCK_DGRAM, 0);
    assert_true(*fd >= 0);
    assert_int_equal(bind(*fd, (struct sockaddr *)&addr, sizeof addr), 0);
    assert_int_equal(getsockname(*fd, (struct sockaddr *)&addr, &len), 0);
    snprintf(text, sizeof text, "127.0.0.1:%u", (unsigned)ntohs(addr.sin_port));
    return text;
}

#define WAITING 10000

/* Ten thousand wait for a silent server, on one thread. */
static void test_waiting(void **state)
{
    static struct rvx_op *ops[WAITING];
    struct seen seen = {0};
    struct world w;
    size_t before;
    int fd;

    (void)state;
    begin(&w);
    assert_int_equal(rvx_lookup_host_start(w.loop, w.resolver, "ip4", "one.example.", 0, note, &seen, NULL), 0);
    assert_int_equal(rvx_loop_run(w.loop), 0); /* what is made once is made */
    rvx_resolver_free(w.resolver);
    w.etc.opts.servers = open_silent(&fd);
    make_resolver(&w);
    before = read_rss();
    for (int i = 0; i < WAITING; i++) {
        char host[40];

        snprintf(host, sizeof host, "host%d.example.", i);
        assert_int_equal(rvx_lookup_host_start(w.loop, w.resolver, "ip4", host, 0, note, &seen, &ops[i]), 0);
        if (i % 100 == 99)
            rvx_loop_turn(w.loop, RVX_NOWAIT);
    }
    print_message("%zu bytes for each of %d waiting lookups\n", (read_rss() - before) / WAITING, WAITING);
#if !WITH_SANITIZER
    assert_true(read_rss() - before < (size_t)20 << 20);
#endif
    for (int i = 0; i < WAITING; i++)
        rvx_op_cancel(ops[i]);
    assert_int_equal(seen.calls, 1);
    close(fd);
    end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers),       cmocka_unit_test(test_start),
        cmocka_unit_test(test_facts),         cmocka_unit_test(test_cache),
        cmocka_unit_test(test_flush),         cmocka_unit_test(test_cache_off),
        cmocka_unit_test(test_stale),         cmocka_unit_test(test_failure),
        cmocka_unit_test(test_merge),         cmocka_unit_test(test_leader_cancelled),
        cmocka_unit_test(test_merge_threads), cmocka_unit_test(test_cancel),
        cmocka_unit_test(test_frees),         cmocka_unit_test(test_many),
        cmocka_unit_test(test_waiting),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
