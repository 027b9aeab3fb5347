/* test_dns_stale.c - answers past their time (RFC 8767): used when no server gives a newer one, whatever the way it
 * fails, for so long and no longer, and replaced as soon as there is a newer one
 */
#include "support/test.h"

#include <stdio.h>
#include <string.h>

#include "support/dnsworld.h"
#include "support/lookups.h"

enum mode { MODE_ANSWER, MODE_SILENT, MODE_SERVFAIL, MODE_REFUSED, MODE_MALFORMED, MODES_N };

static const char *const mode_names[MODES_N] = {"answer", "silent", "servfail", "refused", "malformed"};

static atomic_int mode;
static atomic_bool newer; /* what the server has to say has changed */

static const struct dnszone_row old_rows[] = {
    {"host.example", 1, 60, "192.0.2.1"},
    {"mail.example", 15, 60, "10 old.example"},
};

static const struct dnszone_row new_rows[] = {
    {"host.example", 1, 60, "192.0.2.2"},
    {"mail.example", 15, 60, "10 new.example"},
};

static void play(void *arg, struct dnsserver_query *query)
{
    uint8_t bytes[600];

    (void)arg;
    switch ((enum mode)atomic_load(&mode)) {
    case MODE_ANSWER:
        dnszone_answer(query, atomic_load(&newer) ? new_rows : old_rows, 2, 0);
        break;
    case MODE_SERVFAIL:
        dnsserver_answer(query, 2, "");
        break;
    case MODE_REFUSED:
        dnsserver_answer(query, 5, "");
        break;
    case MODE_MALFORMED: /* one byte is missing */
        dnsserver_send(query, bytes, dnsserver_make(query, 0, "203.0.113.66", bytes, sizeof bytes) - 1);
        break;
    case MODE_SILENT:
    case MODES_N:
        break;
    }
}

static void begin_play(struct world *w, rvx_time stale_for)
{
    struct rvx_addr addr;

    atomic_store(&mode, MODE_ANSWER);
    atomic_store(&newer, false);
    begin_world(w, 0);
    w->servers[0] = dnsserver_start(play, NULL);
    w->servers_n = 1;
    addr = dnsserver_addr(w->servers[0]);
    w->etc.opts.servers = rvx_addr_text(&addr, w->addrs);
    w->etc.opts.timeout = RVX_MILLISECONDS(100);
    w->etc.opts.attempts = 1;
    w->etc.opts.stale_for = stale_for;
    make_resolver(w);
}

static const struct row {
    enum lookup_kind kind;
    const char *name;
    const char *before, *stale, *after;
} rows[] = {
    {LOOKUP_HOST, "host.example.", "192.0.2.1", "192.0.2.1 (ttl 30, cached, stale)", "192.0.2.2"},
    {LOOKUP_MX, "mail.example.", "10 old.example (ttl 60)", "10 old.example (ttl 30, cached, stale)",
     "10 new.example (ttl 60)"},
};

/* Both forms. */
static void look_up(struct world *w, const struct row *row, bool on_loop, struct lookup_seen *seen)
{
    *seen = (struct lookup_seen){.calls = 0};
    if (on_loop) {
        assert_int_equal(lookup_start(row->kind, w->loop, w->resolver, row->name, 0, seen, NULL), 0);
        assert_int_equal(rvx_loop_run(w->loop), 0);
    } else {
        lookup_wait(row->kind, w->resolver, row->name, NULL, seen);
    }
    assert_int_equal(seen->calls, 1);
}

static void must_be(const struct row *row, const struct lookup_seen *seen, const char *want)
{
    if (strcmp(seen->text, want) != 0)
        fail_msg("%s, %s: \"%s\" instead of \"%s\"", row->name, mode_names[atomic_load(&mode)], seen->text, want);
}

/* The server answers; on a loaded machine it may not do so in time. */
static void check_answer(struct world *w, const struct row *row, const char *want)
{
    struct lookup_seen seen;
    int tries = 0;

    do {
        look_up(w, row, false, &seen);
    } while (strcmp(seen.text, want) != 0 && ++tries < 20);
    must_be(row, &seen, want);
}

static void check_stale(struct world *w, const struct row *row)
{
    struct lookup_seen seen;

    for (int on_loop = 0; on_loop < 2; on_loop++) {
        look_up(w, row, on_loop != 0, &seen);
        must_be(row, &seen, row->stale);
    }
}

static uint64_t count_stale(struct world *w)
{
    struct rvx_resolver_stats stats = RVX_RESOLVER_STATS_INIT;

    assert_int_equal(rvx_resolver_stats(w->resolver, &stats), 0);
    return stats.cache_stale;
}

/* Answered, expired, the servers fail, and work again. */
static void test_there_and_back(void **state)
{
    (void)state;
    for (int way = MODE_SILENT; way < MODES_N; way++) {
        for (size_t i = 0; i < COUNT_OF(rows); i++) {
            unsigned queries;
            struct world w;

            begin_play(&w, RVX_SECONDS(3600));
            check_answer(&w, &rows[i], rows[i].before);
            etc_pass(&w.etc, RVX_SECONDS(61));
            atomic_store(&mode, way);
            atomic_store(&newer, true);
            queries = count_queries(&w);
            check_stale(&w, &rows[i]);
            assert_true(count_queries(&w) >= queries + 2); /* the server was asked first, each time */
            assert_int_equal(count_stale(&w), 2);
            atomic_store(&mode, MODE_ANSWER);
            check_answer(&w, &rows[i], rows[i].after);
            end(&w);
        }
    }
}

/* For so long and no longer; and not at all unless it was asked for. */
static void test_bounds(void **state)
{
    struct lookup_seen seen;
    struct world w;

    (void)state;
    begin_play(&w, RVX_SECONDS(600));
    check_answer(&w, &rows[0], rows[0].before);
    atomic_store(&mode, MODE_SERVFAIL);
    etc_pass(&w.etc, RVX_SECONDS(60 + 599));
    check_stale(&w, &rows[0]);
    etc_pass(&w.etc, RVX_SECONDS(2));
    look_up(&w, &rows[0], false, &seen);
    assert_true(rvx_is_temporary(seen.result));
    end(&w);

    begin_play(&w, 0);
    check_answer(&w, &rows[0], rows[0].before);
    atomic_store(&mode, MODE_SERVFAIL);
    etc_pass(&w.etc, RVX_SECONDS(61));
    look_up(&w, &rows[0], false, &seen);
    assert_true(rvx_is_temporary(seen.result));
    end(&w);
}

#define CROWD 20

/* Those who wait for the same answer get the old one too. */
static void test_crowd(void **state)
{
    struct lookup_seen seen[CROWD];
    unsigned queries;
    struct world w;

    (void)state;
    begin_play(&w, RVX_SECONDS(3600));
    check_answer(&w, &rows[1], rows[1].before);
    etc_pass(&w.etc, RVX_SECONDS(61));
    atomic_store(&mode, MODE_SILENT);
    queries = count_queries(&w);
    for (int i = 0; i < CROWD; i++) {
        seen[i] = (struct lookup_seen){.calls = 0};
        assert_int_equal(lookup_start(LOOKUP_MX, w.loop, w.resolver, rows[1].name, 0, &seen[i], NULL), 0);
    }
    assert_int_equal(rvx_loop_run(w.loop), 0);
    for (int i = 0; i < CROWD; i++) {
        assert_int_equal(seen[i].calls, 1);
        if (strcmp(seen[i].text, rows[1].stale) != 0)
            fail_msg("%d: \"%s\"", i, seen[i].text);
    }
    assert_int_equal(count_queries(&w), queries + 1);
    end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_there_and_back),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_crowd),
    };

    return cmocka_run_group_tests_name("dns_stale", tests, NULL, NULL);
}
