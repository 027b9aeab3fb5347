/* dnsworld.h - a resolver with DNS servers of its own on the loopback, and a zone that they answer from */
#ifndef TESTS_SUPPORT_DNSWORLD_H
#define TESTS_SUPPORT_DNSWORLD_H

#include "support/test.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "support/dnsserver.h"
#include "support/dnszone.h"
#include "support/etc.h"

static const struct dnszone_row zone[] = {
    {"one.example", 1, 60, "192.0.2.1"},
    {"two.example", 1, 60, "192.0.2.2"},
    {"two.example", 28, 30, "2001:db8::2"},
    {"six.example", 28, 60, "2001:db8::6"},
    {"alias.example", 5, 50, "middle.example"},
    {"middle.example", 5, 40, "two.example"},
    {"loop.example", 5, 60, "pool.example"},
    {"pool.example", 5, 60, "loop.example"},
    {"empty.example", 0, 0, NULL},
    {"short.example", 1, 0, "192.0.2.9"},
    {"short0.example", 1, 0, "192.0.2.9"},
    {"short1.example", 1, 0, "192.0.2.9"},
    {"short2.example", 1, 0, "192.0.2.9"},
    {"short3.example", 1, 0, "192.0.2.9"},
    {"host.search.example", 1, 60, "192.0.2.5"},
    {"1.2.0.192.in-addr.arpa", 12, 60, "one.example"},
    {"1.2.0.192.in-addr.arpa", 12, 60, "not a host.example"},
    {"one.example", 15, 60, "10 mail.one.example"},
    {"large-alias.example", 5, 60, "large.example"},
    {"large.example", 1, 60, "192.0.2.7"},
    {"large.example", 28, 60, "2001:db8::7"},
    {"large.example", 15, 60, "10 mail.one.example"},
    {"large.example", 16, 60, "text"},
    {"raw.example", 65280, 60, "\\# 010203"},
};

/* A resolver of one or more servers, and what they do. */
struct world {
    struct etc etc;
    struct dnsserver *servers[2];
    unsigned servers_n;
    struct rvx_resolver *resolver;
    struct rvx_loop *loop;
    atomic_uint flags; /* enum dnszone_flags */
    atomic_bool silent, failing;
    char addrs[128];
};

static inline bool is_called(const struct dnsserver_query *query, const char *word)
{
    return strncasecmp(query->name, word, strlen(word)) == 0;
}

/* Names that begin with "silent" are never answered, those with "large" over TCP only. */
static inline void handle(void *arg, struct dnsserver_query *query)
{
    struct world *w = arg;

    if (atomic_load(&w->silent) || is_called(query, "silent"))
        return;
    if (atomic_load(&w->failing))
        dnsserver_answer(query, 2, "");
    else if (is_called(query, "large") && query->conn == NULL)
        dnsserver_answer(query, 0x200, "");
    else
        dnszone_answer(query, zone, COUNT_OF(zone), atomic_load(&w->flags));
}

/* Queries live in real time; answers grow old as the test says (the cache's is the coarse clock). */
static inline rvx_time read_now(void *self)
{
    (void)self;
    return rvx_now();
}

static inline void begin_world(struct world *w, unsigned servers_n)
{
    memset(w, 0, sizeof *w);
    etc_init(&w->etc);
    w->etc.clock.now = read_now;
    etc_write(&w->etc, "resolv.conf", "search search.example\noptions timeout:1 attempts:1\n");
    w->servers_n = servers_n;
    for (unsigned i = 0; i < servers_n; i++) {
        struct rvx_addr addr;
        char text[RVX_ADDR_STRLEN];

        w->servers[i] = dnsserver_start(handle, w);
        addr = dnsserver_addr(w->servers[i]);
        snprintf(w->addrs + strlen(w->addrs), sizeof w->addrs - strlen(w->addrs), "%s%s", i > 0 ? "," : "",
                 rvx_addr_text(&addr, text));
    }
    w->etc.opts.servers = w->addrs;
    w->etc.opts.host_order = "dns";
    assert_int_equal(rvx_loop_new(NULL, &w->loop, NULL), 0);
}

static inline void make_resolver(struct world *w)
{
    w->resolver = etc_resolver(&w->etc);
}

static inline void begin(struct world *w)
{
    begin_world(w, 1);
    make_resolver(w);
}

static inline void end(struct world *w)
{
    rvx_loop_free(w->loop);
    rvx_resolver_free(w->resolver);
    for (unsigned i = 0; i < w->servers_n; i++)
        dnsserver_stop(w->servers[i]);
    etc_fini(&w->etc);
}

static inline unsigned count_queries(const struct world *w)
{
    unsigned n = 0;

    for (unsigned i = 0; i < w->servers_n; i++)
        n += dnsserver_queries(w->servers[i]);
    return n;
}

#endif
