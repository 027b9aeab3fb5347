/* test_records_dns.c - every kind of lookup through real DNS messages: what is found, what is not and why, what is
 * known about it; both forms; deadlines, and being cancelled from anywhere */
#include "support/test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/dnsserver.h"
#include "support/dnszone.h"
#include "support/etc.h"
#include "support/lookups.h"
#include "support/loop.h"

static const struct dnszone_row zone[] = {
    {"host.example", 1, 300, "192.0.2.1"},
    {"host.example", 28, 200, "2001:db8::1"},
    {"alias.example", 5, 90, "middle.example"},
    {"middle.example", 5, 80, "host.example"},
    {"1.2.0.192.in-addr.arpa", 12, 60, "host.example"},
    {"1.2.0.192.in-addr.arpa", 12, 60, "no host.example"},
    {"2.2.0.192.in-addr.arpa", 12, 60, "no host.example"},
    {"3.2.0.192.in-addr.arpa", 0, 0, NULL},
    {"1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa", 5, 50, "ptr.example"},
    {"ptr.example", 12, 60, "host.example"},
    {"zone.example", 2, 60, "ns2.example"},
    {"zone.example", 2, 50, "ns1.example"},
    {"zone.example", 2, 60, "no ns.example"},
    {"zone.example", 16, 60, "v=spf1 -all"},
    {"zone.example", 15, 60, "20 b.example"},
    {"zone.example", 15, 60, "10 a.example"},
    {"zone.example", 15, 60, "5 no host.example"},
    {"zone.example", 33, 60, "\\# 0001 0000 1F90 0161 00"},
    {"zone.example", 33, 60, "\\# 0000 0000 1F91 0162 00"},
    {"zone.example", 65, 60, "\\# 0001 00 0001 0003 02 6832"},
    {"zone.example", 65280, 60, "\\# 010203"},
    {"zone.example", 65280, 60, "\\# "},
    {"other.example", 5, 40, "third.example"},
    {"third.example", 5, 70, "zone.example"},
    {"bad.example", 2, 60, "no ns.example"},
    {"bad.example", 16, 60, "\\# 04 6161"},
    {"bad.example", 15, 60, "10 no host.example"},
    {"bad.example", 33, 60, "\\# 0000 0000 0001 02 6120 00"},
    {"bad.example", 65, 60, "\\# 0001 00 0001 0000"},
    {"null.example", 15, 60, "0 "},
    {"null.example", 33, 60, "\\# 0000 0000 0000 00"},
    {"empty.example", 0, 0, NULL},
    {"bare.example", 5, 70, "bare2.example"},
    {"bare2.example", 5, 45, "null.example"},
    {"dangling.example", 5, 70, "nosuch.example"},
};

/* A server, a resolver that asks it, and a loop. */
struct world {
    struct etc etc;
    struct dnsserver *server;
    char addr[64];
    struct rvx_resolver *resolver;
    struct rvx_loop *loop;
    atomic_uint flags; /* enum dnszone_flags */
    atomic_bool silent;
};

static const char ede_words[] = "no \x01 good";

/* SERVFAIL with an extended error, RFC 8914: 22, "No Reachable Authority". */
static void answer_failure(const struct dnsserver_query *query)
{
    static const uint8_t opt[] = {0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 15, 0, 15, 0, 11, 0, 22};
    uint8_t bytes[600];
    size_t len = dnsserver_make(query, 2, "", bytes, sizeof bytes);

    memcpy(bytes + len, opt, sizeof opt);
    memcpy(bytes + len + sizeof opt, ede_words, sizeof ede_words - 1);
    bytes[11] = 1;
    dnsserver_send(query, bytes, len + sizeof opt + sizeof ede_words - 1);
}

static void handle(void *arg, struct dnsserver_query *query)
{
    struct world *w = arg;

    if (atomic_load(&w->silent))
        return;
    if (strncasecmp(query->name, "fail.", 5) == 0 || strncmp(query->name, "9.2.0.192", 9) == 0)
        answer_failure(query);
    else if (strncasecmp(query->name, "mute.", 5) == 0)
        dnsserver_answer(query, 2, "");
    else
        dnszone_answer(query, zone, COUNT_OF(zone), atomic_load(&w->flags));
}

/* Queries live in real time; answers grow old as the test says (the cache's is the coarse clock). */
static rvx_time read_now(void *self)
{
    (void)self;
    return rvx_now();
}

/* ip: how the server is called. */
static void begin(struct world *w, const char *ip, unsigned dns_flags)
{
    memset(w, 0, sizeof *w);
    etc_init(&w->etc);
    w->etc.clock.now = read_now;
    etc_write(&w->etc, "resolv.conf", "options timeout:5 attempts:1\n");
    w->server = dnsserver_start(handle, w);
    snprintf(w->addr, sizeof w->addr, "%s:%u", ip, (unsigned)dnsserver_addr(w->server).port);
    w->etc.opts.servers = w->addr;
    w->etc.opts.search = ".";
    w->etc.opts.host_order = "dns";
    w->etc.opts.dns_flags = dns_flags;
    w->resolver = etc_resolver(&w->etc);
    w->loop = make_loop(RVX_POLLER_EPOLL);
}

static void end(struct world *w)
{
    rvx_loop_free(w->loop);
    rvx_resolver_free(w->resolver);
    dnsserver_stop(w->server);
    etc_fini(&w->etc);
}

/* One lookup in one of the two forms. */
static void look_up(struct world *w, enum lookup_kind kind, const char *name, bool on_loop, struct lookup_seen *seen)
{
    *seen = (struct lookup_seen){.calls = 0};
    if (on_loop) {
        assert_int_equal(lookup_start(kind, w->loop, w->resolver, name, 0, seen, NULL), 0);
        assert_int_equal(seen->calls, 0);
        assert_int_equal(rvx_loop_run(w->loop), 0);
    } else {
        lookup_wait(kind, w->resolver, name, NULL, seen);
    }
    assert_int_equal(seen->calls, 1);
}

struct row {
    enum lookup_kind kind;
    const char *name, *want;
};

static const struct row found[] = {
    {LOOKUP_ADDR, "192.0.2.1", "host.example (ttl 60, dropped 1)"},
    {LOOKUP_ADDR, "2001:db8::1",
     "host.example (ttl 50, by 1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa)"},
    {LOOKUP_CNAME, "host.example", "host.example (ttl 200)"},
    {LOOKUP_CNAME, "alias.example", "host.example (ttl 80, by alias.example middle.example)"},
    {LOOKUP_CNAME, "bare.example", "null.example (ttl 30, by bare.example bare2.example)"},
    {LOOKUP_NS, "zone.example", "ns2.example, ns1.example (ttl 50, dropped 1)"},
    {LOOKUP_TXT, "zone.example", "v=spf1 -all (ttl 60)"},
    {LOOKUP_MX, "zone.example", "10 a.example, 20 b.example (ttl 60, dropped 1)"},
    {LOOKUP_MX, "other.example", "10 a.example, 20 b.example (ttl 40, dropped 1, by other.example third.example)"},
    {LOOKUP_SRV, "zone.example", "0 0 b:8081, 1 0 a:8080 (ttl 60)"},
    {LOOKUP_SRV, "other.example", "0 0 b:8081, 1 0 a:8080 (ttl 40, by other.example third.example)"},
    {LOOKUP_HTTPS, "zone.example", "1 zone.example h2 (ttl 60)"},
    {LOOKUP_HTTPS, "other.example", "1 zone.example h2 (ttl 40, by other.example third.example)"},
    {LOOKUP_QUERY, "zone.example.", "zone.example \\# 3 010203, zone.example \\# 0 (ttl 60)"},
};

/* Each in both forms, by either way of telling a chain; the server answers every time. */
static void test_found(void **state)
{
    struct lookup_seen seen;

    (void)state;
    for (unsigned turn = 0; turn < 4; turn++) {
        struct world w;

        begin(&w, "127.0.0.1", 0);
        atomic_store(&w.flags, turn & 2 ? DNSZONE_NO_FOLLOW : 0);
        for (size_t i = 0; i < COUNT_OF(found); i++) {
            rvx_resolver_flush(w.resolver, NULL);
            look_up(&w, found[i].kind, found[i].name, turn & 1, &seen);
            if (strcmp(seen.text, found[i].want) != 0)
                fail_msg("%s %s: \"%s\", want \"%s\"", lookup_names[found[i].kind], found[i].name, seen.text,
                         found[i].want);
            assert_string_equal(seen.server, w.addr);
        }
        end(&w);
    }
}

/* The same from the cache, ten seconds later: without a query, and all times are shorter. */
static void test_cached(void **state)
{
    struct lookup_seen seen, again;
    unsigned before, after;
    struct world w;

    (void)state;
    begin(&w, "127.0.0.1", 0);
    for (size_t i = 0; i < COUNT_OF(found); i++) {
        unsigned queries;

        rvx_resolver_flush(w.resolver, NULL);
        look_up(&w, found[i].kind, found[i].name, i & 1, &seen);
        queries = dnsserver_queries(w.server);
        etc_pass(&w.etc, RVX_SECONDS(10));
        look_up(&w, found[i].kind, found[i].name, i & 2, &again);
        assert_int_equal(dnsserver_queries(w.server), queries);
        assert_int_equal(sscanf(strstr(seen.text, "(ttl"), "(ttl %u", &before), 1);
        assert_int_equal(sscanf(strstr(again.text, "(ttl"), "(ttl %u", &after), 1);
        assert_int_equal(after, before - 10);
        assert_non_null(strstr(again.text, ", cached"));
        assert_null(strstr(seen.text, ", cached"));
        assert_string_equal(again.server, w.addr);
    }
    end(&w);
}

/* The name that each kind is asked for. */
static const char *name_for(enum lookup_kind kind, const char *addr, const char *name)
{
    return kind == LOOKUP_ADDR ? addr : name;
}

static void test_not_found(void **state)
{
    struct lookup_seen seen;
    struct world w;

    (void)state;
    begin(&w, "127.0.0.1", 0);
    for (int i = 0; i < 2 * LOOKUPS_N; i++) {
        enum lookup_kind kind = (enum lookup_kind)(i / 2);

        for (int again = 0; again < 2; again++) { /* "no" is remembered too */
            look_up(&w, kind, name_for(kind, "192.0.2.200", "nosuch.example"), i & 1, &seen);
            assert_int_equal(seen.result, RVX_ENOTFOUND);
            assert_int_equal(seen.err.rcode, 3);
            assert_false(seen.err.nodata);
            assert_string_equal(seen.err.server, w.addr);
            look_up(&w, kind, name_for(kind, "192.0.2.3", "empty.example"), i & 1, &seen);
            assert_int_equal(seen.result, RVX_ENOTFOUND);
            assert_int_equal(seen.err.rcode, 0);
            assert_true(seen.err.nodata);
            assert_string_equal(seen.err.server, w.addr);
        }
    }
    look_up(&w, LOOKUP_HOST, "bare.example", true, &seen); /* an alias is enough for a canonical name only */
    assert_int_equal(seen.result, RVX_ENOTFOUND);
    assert_true(seen.err.nodata);
    look_up(&w, LOOKUP_CNAME, "dangling.example", false, &seen);
    assert_int_equal(seen.result, RVX_ENOTFOUND);
    look_up(&w, LOOKUP_MX, "null.example", false, &seen);
    assert_string_equal(rvx_error_text(&seen.err) + strlen("lookup null.example on ") + strlen(w.addr),
                        ": no such host (null MX: takes no mail)");
    look_up(&w, LOOKUP_SRV, "null.example", true, &seen);
    assert_int_equal(seen.result, RVX_ENOTFOUND);
    assert_string_equal(seen.err.ede_text, "decidedly not available");
    end(&w);
}

/* An alias without addresses is kept while other names of the search list, and other sources, are tried in vain; it
 * gives way to addresses. */
static void test_alias_kept(void **state)
{
    struct lookup_seen seen;
    struct world w;

    (void)state;
    begin(&w, "127.0.0.1", 0);
    rvx_resolver_free(w.resolver);
    w.etc.opts.search = "example,arpa";
    w.etc.opts.host_order = "dns,files";
    etc_write(&w.etc, "hosts", "192.0.2.9 other.name bare2\n");
    w.resolver = etc_resolver(&w.etc);
    for (int again = 0; again < 2; again++) {
        look_up(&w, LOOKUP_CNAME, "bare", again, &seen);
        assert_memory_equal(seen.text, "null.example (ttl 30", 20);
        assert_non_null(strstr(seen.text, ", by bare.example bare2.example)"));
        assert_string_equal(seen.server, w.addr);
        look_up(&w, LOOKUP_CNAME, "bare2", again, &seen);
        assert_string_equal(seen.text, "other.name (ttl 0)");
        look_up(&w, LOOKUP_HOST, "bare", again, &seen);
        assert_int_equal(seen.result, RVX_ENOTFOUND);
    }
    end(&w);
}

/* A port that refuses datagrams: its socket takes them from itself only. */
static int open_refusing(struct sockaddr_in *sa)
{
    socklen_t len = sizeof *sa;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    *sa = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)sa, len), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)sa, &len), 0);
    assert_int_equal(connect(fd, (struct sockaddr *)sa, len), 0);
    return fd;
}

/* A server without words of its own: the error has some for what went wrong. */
static void test_words_for_failures(void **state)
{
    struct lookup_seen seen;
    struct sockaddr_in sa;
    struct world w;
    char server[32];
    int fd;

    (void)state;
    begin(&w, "127.0.0.1", 0);
    look_up(&w, LOOKUP_HOST, "mute.example", false, &seen);
    assert_int_equal(seen.result, RVX_ETRYAGAIN);
    assert_int_equal(seen.err.rcode, 2);
    assert_false(seen.err.has_ede);
    assert_string_equal(seen.err.ede_text, "SERVFAIL");

    fd = open_refusing(&sa);
    snprintf(server, sizeof server, "127.0.0.1:%u", ntohs(sa.sin_port));
    rvx_resolver_free(w.resolver);
    w.etc.opts.servers = server;
    w.resolver = etc_resolver(&w.etc);
    look_up(&w, LOOKUP_MX, "any.example", false, &seen);
    assert_int_equal(seen.result, RVX_ETRYAGAIN);
    assert_string_equal(seen.err.server, server);
    assert_string_equal(seen.err.ede_text, rvx_strerror(-ECONNREFUSED));
    close(fd);
    end(&w);
}

/* What a server cannot say is temporary, and so is what cannot be used of what it says. */
static void test_temporary(void **state)
{
    struct lookup_seen seen;
    struct world w;

    (void)state;
    begin(&w, "127.0.0.1", 0);
    for (int i = 0; i < 2 * LOOKUPS_N; i++) {
        enum lookup_kind kind = (enum lookup_kind)(i / 2);

        look_up(&w, kind, name_for(kind, "192.0.2.9", "fail.example"), i & 1, &seen);
        if (seen.result != RVX_ETRYAGAIN || seen.err.rcode != 2 || !seen.err.has_ede || seen.err.ede != 22)
            fail_msg("%s: %s, rcode %u, ede %u", lookup_names[kind], seen.text, seen.err.rcode, seen.err.ede);
        assert_true(rvx_is_temporary(seen.result));
        assert_string_equal(seen.err.server, w.addr);
        assert_string_equal(seen.err.ede_text, "no \\x01 good");
        assert_true(seen.err.attempts >= 1);
        if (kind == LOOKUP_HOST || kind == LOOKUP_CNAME || kind == LOOKUP_QUERY)
            continue;
        look_up(&w, kind, name_for(kind, "192.0.2.2", "bad.example"), i & 1, &seen);
        if (seen.result != RVX_ETRYAGAIN || strncmp(seen.err.ede_text, "malformed", 9) != 0)
            fail_msg("%s: %s (%s)", lookup_names[kind], seen.text, seen.err.ede_text);
        assert_string_equal(seen.err.server, w.addr);
    }
    end(&w);
}

/* AD counts from a server on this machine, and from others if that was asked for. 0.0.0.0 is this machine as well, but
 * not known to be. */
static void test_authentic(void **state)
{
    static const struct {
        const char *ip;
        unsigned server, resolver;
        bool want;
    } rows[] = {
        {"127.0.0.1", DNSZONE_AD, 0, true},
        {"127.0.0.1", 0, RVX_DNS_TRUST_AD, false},
        {"0.0.0.0", DNSZONE_AD, 0, false},
        {"0.0.0.0", DNSZONE_AD, RVX_DNS_TRUST_AD, true},
    };
    struct lookup_seen seen;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct world w;

        begin(&w, rows[i].ip, rows[i].resolver);
        atomic_store(&w.flags, rows[i].server);
        for (size_t k = 0; k < 2 * COUNT_OF(found); k++) { /* from the cache as well */
            look_up(&w, found[k / 2].kind, found[k / 2].name, k & 2, &seen);
            if (seen.result != 0 || (strstr(seen.text, ", authentic") != NULL) != rows[i].want)
                fail_msg("row %zu: %s: %s", i, found[k / 2].name, seen.text);
        }
        end(&w);
    }
}

static void test_deadline(void **state)
{
    struct lookup_seen seen;
    struct world w;

    (void)state;
    begin(&w, "127.0.0.1", 0);
    atomic_store(&w.silent, true);
    for (int i = 0; i < 2 * LOOKUPS_N; i++) {
        enum lookup_kind kind = (enum lookup_kind)(i / 2);
        const char *name = name_for(kind, "192.0.2.1", "host.example");
        struct rvx_ctx ctx = rvx_ctx_after(RVX_MILLISECONDS(20));

        seen = (struct lookup_seen){.calls = 0};
        if (i & 1) {
            assert_int_equal(lookup_start(kind, w.loop, w.resolver, name, ctx.deadline, &seen, NULL), 0);
            assert_int_equal(rvx_loop_run(w.loop), 0);
        } else {
            lookup_wait(kind, w.resolver, name, &ctx, &seen);
        }
        assert_int_equal(seen.calls, 1);
        assert_int_equal(seen.result, RVX_ETIMEOUT);
        assert_true(rvx_now() >= ctx.deadline);
        assert_string_equal(seen.err.server, w.addr); /* who was asked in vain */
        assert_true(seen.err.attempts >= 1);
    }
    end(&w);
}

/* Cancelled after any number of turns; the callback never runs. */
static void test_op_cancel(void **state)
{
    struct world w;

    (void)state;
    begin(&w, "127.0.0.1", 0);
    for (int i = 0; i < LOOKUPS_N; i++) {
        enum lookup_kind kind = (enum lookup_kind)i;
        const char *name = name_for(kind, "192.0.2.1", i == LOOKUP_HOST ? "host.example" : "zone.example");

        for (int turns = 0;; turns++) {
            struct lookup_seen seen = {.calls = 0};
            struct rvx_op *op;

            rvx_resolver_flush(w.resolver, NULL);
            assert_int_equal(lookup_start(kind, w.loop, w.resolver, name, 0, &seen, &op), 0);
            for (int n = 0; n < turns && seen.calls == 0; n++)
                rvx_loop_turn(w.loop, rvx_after(RVX_SECONDS(20)));
            if (seen.calls > 0)
                break;
            rvx_op_cancel(op);
            rvx_loop_turn(w.loop, RVX_NOWAIT);
            assert_int_equal(seen.calls, 0);
        }
    }
    end(&w);
}

static struct rvx_cancel *fired_by_signal;

static void fire_by_signal(int number)
{
    (void)number;
    rvx_cancel_fire(fired_by_signal);
}

/* What another thread does when a query has come, which shows that the lookup waits. */
struct interruption {
    struct world *w;
    unsigned queries;
    pthread_t waiting;
    struct rvx_cancel *cancel; /* to fire; NULL: send a signal */
    rvx_time fired;
};

static void *interrupt_lookup(void *arg)
{
    struct interruption *it = arg;

    while (dnsserver_queries(it->w->server) == it->queries)
        sched_yield();
    it->fired = rvx_now();
    if (it->cancel != NULL)
        rvx_cancel_fire(it->cancel);
    else
        pthread_kill(it->waiting, SIGUSR1);
    return NULL;
}

/* Returns: how long it took from there to the end of the lookup. */
static rvx_time interrupt(struct world *w, enum lookup_kind kind, bool by_signal)
{
    struct interruption it = {.w = w, .queries = dnsserver_queries(w->server), .waiting = pthread_self()};
    struct rvx_ctx ctx = rvx_ctx_after(RVX_SECONDS(20));
    struct lookup_seen seen = {.calls = 0};
    rvx_time ended;
    pthread_t thread;

    assert_int_equal(rvx_cancel_new(&ctx.cancel), 0);
    fired_by_signal = ctx.cancel;
    it.cancel = by_signal ? NULL : ctx.cancel;
    assert_int_equal(pthread_create(&thread, NULL, interrupt_lookup, &it), 0);
    lookup_wait(kind, w->resolver, name_for(kind, "192.0.2.1", "host.example"), &ctx, &seen);
    ended = rvx_now();
    pthread_join(thread, NULL);
    if (seen.result != RVX_ECANCELED)
        fail_msg("%s: %s", lookup_names[kind], seen.text);
    lookup_wait(kind, w->resolver, name_for(kind, "192.0.2.1", "host.example"), &ctx, &seen); /* a token stays fired */
    assert_int_equal(seen.result, RVX_ECANCELED);
    rvx_cancel_free(ctx.cancel);
    return ended - it.fired;
}

static rvx_time shorter(rvx_time a, rvx_time b)
{
    return a < b ? a : b;
}

/* The waiting ends at once. Of so many lookups one at least shows it, however busy the machine is. */
static void test_token(void **state)
{
    struct sigaction action = {.sa_handler = fire_by_signal}, before;
    rvx_time by_thread = RVX_FOREVER, by_signal = RVX_FOREVER;
    struct world w;

    (void)state;
    begin(&w, "127.0.0.1", 0);
    atomic_store(&w.silent, true);
    assert_int_equal(sigaction(SIGUSR1, &action, &before), 0);
    for (int i = 0; i < LOOKUPS_N; i++) {
        by_thread = shorter(by_thread, interrupt(&w, (enum lookup_kind)i, false));
        by_signal = shorter(by_signal, interrupt(&w, (enum lookup_kind)i, true));
    }
    assert_true(by_thread < RVX_MILLISECONDS(50));
    assert_true(by_signal < RVX_MILLISECONDS(50));
    sigaction(SIGUSR1, &before, NULL);
    end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_found),     cmocka_unit_test(test_cached),
        cmocka_unit_test(test_not_found), cmocka_unit_test(test_alias_kept),
        cmocka_unit_test(test_temporary), cmocka_unit_test(test_authentic),
        cmocka_unit_test(test_deadline),  cmocka_unit_test(test_op_cancel),
        cmocka_unit_test(test_token),     cmocka_unit_test(test_words_for_failures),
    };

    return cmocka_run_group_tests_name("records_dns", tests, NULL, NULL);
}
