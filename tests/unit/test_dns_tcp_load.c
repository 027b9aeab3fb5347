/* test_dns_tcp_load.c - a thousand lookups over TCP at the same time: one connection, and replies in any order */
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/dnsworld.h"

#define MANY 1000
#define STRIDE 379 /* has no divisor in common with MANY */

/* Queries that were not answered yet. */
struct heap {
    struct dnsserver_query *held[MANY];
    unsigned n;
    bool hang_up; /* when half of them are answered */
};

static void answer_own(const struct dnsserver_query *query)
{
    unsigned number = (unsigned)strtoul(query->name + strlen("host"), NULL, 10);
    char addr[24];

    snprintf(addr, sizeof addr, "198.18.%u.%u", number >> 8, number & 255);
    dnsserver_answer(query, 0, addr);
}

/* Waits for all, and answers in another order than they came. Those that come again are answered at once. */
static void hold(void *arg, struct dnsserver_query *query)
{
    struct heap *heap = arg;

    if (heap->n == MANY) {
        answer_own(query);
        return;
    }
    heap->held[heap->n++] = query;
    if (heap->n < MANY)
        return;
    for (unsigned i = 0; i < MANY; i++) {
        if (heap->hang_up && i == MANY / 2) {
            dnsserver_hang_up(query, false);
            return;
        }
        answer_own(heap->held[i * STRIDE % MANY]);
    }
}

struct asked {
    unsigned number;
    unsigned calls;
    bool right;
};

static void note(void *arg, int result, struct rvx_addrs *addrs, const struct rvx_error *err)
{
    struct asked *asked = arg;
    char want[24], got[RVX_ADDR_STRLEN];

    (void)err;
    asked->calls++;
    snprintf(want, sizeof want, "198.18.%u.%u", asked->number >> 8, asked->number & 255);
    asked->right = result == 0 && addrs->n == 1 && strcmp(rvx_addr_host_text(&addrs->v[0], got), want) == 0;
    rvx_addrs_free(addrs);
}

static void ask_many(bool hang_up, unsigned conns)
{
    static struct heap heap;
    static struct asked asked[MANY];
    struct rvx_resolver_stats stats = RVX_RESOLVER_STATS_INIT;
    struct rvx_addr addr;
    struct world w;

    heap = (struct heap){.hang_up = hang_up};
    begin_world(&w, 0);
    w.servers[0] = dnsserver_start(hold, &heap);
    w.servers_n = 1;
    addr = dnsserver_addr(w.servers[0]);
    w.etc.opts.servers = rvx_addr_text(&addr, w.addrs);
    w.etc.opts.dns_flags = RVX_DNS_TCP;
    w.etc.opts.timeout = RVX_SECONDS(60);
    make_resolver(&w);
    for (unsigned i = 0; i < MANY; i++) {
        char host[32];

        snprintf(host, sizeof host, "host%u.example.", i);
        asked[i] = (struct asked){.number = i};
        assert_int_equal(rvx_lookup_host_start(w.loop, w.resolver, "ip4", host, 0, note, &asked[i], NULL), 0);
    }
    assert_int_equal(rvx_loop_run(w.loop), 0);
    for (unsigned i = 0; i < MANY; i++) {
        assert_int_equal(asked[i].calls, 1);
        if (!asked[i].right)
            fail_msg("host%u has not its address", i);
    }
    assert_int_equal(rvx_resolver_stats(w.resolver, &stats), 0);
    assert_int_equal(stats.replies, MANY);
    assert_int_equal(stats.timeouts, 0);
    assert_int_equal(dnsserver_tcp_queries(w.servers[0]), dnsserver_queries(w.servers[0]));
    assert_int_equal(dnsserver_queries(w.servers[0]), hang_up ? MANY + MANY / 2 : MANY);
    assert_int_equal(dnsserver_conns(w.servers[0]), conns);
    end(&w);
}

static void test_any_order(void **state)
{
    (void)state;
    ask_many(false, 1);
}

/* The server ends the connection before it has answered all: one more brings the rest. */
static void test_hang_up(void **state)
{
    (void)state;
    ask_many(true, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_order),
        cmocka_unit_test(test_hang_up),
    };

    return cmocka_run_group_tests_name("dns_tcp_load", tests, NULL, NULL);
}
