/* test_dns_cost.c - what a DNS lookup may cost, in things that can be counted on any machine: allocations, and calls of
 * the kernel's on sockets. Time is measured in bench/. */
#include "support/test.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "sock/ops.h"
#include "support/dnsserver.h"
#include "support/etc.h"
#include "support/oom.h"

#define LOOKUPS 32 /* as many as one socket takes */

/* The kernel's calls, counted. */
struct counts {
    unsigned sockets, connects, sends, messages, receives, closes;
};

static int count_socket(void *self, int family, int type, int protocol)
{
    struct counts *counts = self;

    counts->sockets++;
    return rvx__sockops_system.socket(rvx__sockops_system.self, family, type, protocol);
}

static int count_connect(void *self, int fd, const struct sockaddr *sa, socklen_t len)
{
    struct counts *counts = self;

    counts->connects++;
    return rvx__sockops_system.connect(rvx__sockops_system.self, fd, sa, len);
}

static ssize_t count_send(void *self, int fd, const void *data, size_t len, int flags)
{
    struct counts *counts = self;

    counts->sends++;
    counts->messages++;
    return rvx__sockops_system.send(rvx__sockops_system.self, fd, data, len, flags);
}

static int count_sendmmsg(void *self, int fd, struct mmsghdr *msgs, unsigned n, int flags)
{
    struct counts *counts = self;
    int sent = rvx__sockops_system.sendmmsg(rvx__sockops_system.self, fd, msgs, n, flags);

    counts->sends++;
    counts->messages += sent > 0 ? (unsigned)sent : 0;
    return sent;
}

static ssize_t count_recv(void *self, int fd, void *data, size_t len, int flags)
{
    struct counts *counts = self;

    counts->receives++;
    return rvx__sockops_system.recv(rvx__sockops_system.self, fd, data, len, flags);
}

static int count_recvmmsg(void *self, int fd, struct mmsghdr *msgs, unsigned n, int flags)
{
    struct counts *counts = self;

    counts->receives++;
    return rvx__sockops_system.recvmmsg(rvx__sockops_system.self, fd, msgs, n, flags);
}

static int count_close(void *self, int fd)
{
    struct counts *counts = self;

    counts->closes++;
    return rvx__sockops_system.close(rvx__sockops_system.self, fd);
}

struct world {
    struct etc etc;
    struct counts counts;
    struct rvx__sockops sockops;
    struct dnsserver *server;
    struct rvx_resolver *resolver;
    struct rvx_loop *loop;
    unsigned names; /* asked for so far: no two lookups ask for the same one */
    unsigned found;
};

static void handle(void *arg, struct dnsserver_query *query)
{
    (void)arg;
    dnsserver_answer(query, 0, "192.0.2.1");
}

static void begin(struct world *w, size_t cache_max)
{
    struct rvx_addr addr;
    char text[RVX_ADDR_STRLEN];

    memset(w, 0, sizeof *w);
    etc_init(&w->etc);
    w->etc.clock = rvx__clock_system;
    w->sockops = rvx__sockops_system;
    w->sockops.socket = count_socket;
    w->sockops.connect = count_connect;
    w->sockops.send = count_send;
    w->sockops.sendmmsg = count_sendmmsg;
    w->sockops.recv = count_recv;
    w->sockops.recvmmsg = count_recvmmsg;
    w->sockops.close = count_close;
    w->sockops.self = &w->counts;
    w->etc.base.sockops = &w->sockops;
    w->server = dnsserver_start(handle, w);
    addr = dnsserver_addr(w->server);
    w->etc.opts.servers = rvx_addr_text(&addr, text);
    w->etc.opts.host_order = "dns";
    w->etc.opts.timeout = RVX_SECONDS(20);
    w->etc.opts.cache_max = cache_max;
    w->resolver = etc_resolver(&w->etc);
    assert_int_equal(rvx_loop_new(NULL, &w->loop, NULL), 0);
}

static void end(struct world *w)
{
    rvx_loop_free(w->loop);
    rvx_resolver_free(w->resolver);
    dnsserver_stop(w->server);
    etc_fini(&w->etc);
}

static void receive(void *arg, int result, struct rvx_addrs *addrs, const struct rvx_error *err)
{
    struct world *w = arg;

    (void)err;
    assert_int_equal(result, 0);
    assert_int_equal(addrs->n, 1);
    rvx_addrs_free(addrs);
    w->found++;
}

static void start(struct world *w, const char *name)
{
    assert_int_equal(rvx_lookup_host_start(w->loop, w->resolver, "ip4", name, RVX_FOREVER, receive, w, NULL), 0);
}

/* Looks up names that were not asked for before, all at a time. */
static void look_up_new(struct world *w, unsigned n)
{
    char name[32];

    w->found = 0;
    for (unsigned i = 0; i < n; i++) {
        snprintf(name, sizeof name, "h%06u.bench.example.", w->names++);
        start(w, name);
    }
    assert_int_equal(rvx_loop_run(w->loop), 0);
    assert_int_equal(w->found, n);
}

static unsigned allocations_of(struct world *w, void (*run)(struct world *w))
{
    oom_fail_after(UINT_MAX);
    run(w);
    oom_off();
    return oom_count();
}

static void look_up_in_turn(struct world *w)
{
    for (unsigned i = 0; i < LOOKUPS; i++)
        look_up_new(w, 1);
}

static void look_up_together(struct world *w)
{
    look_up_new(w, LOOKUPS);
}

/* The operation, what is asked, the result. */
static void test_an_uncached_lookup_allocates_three_times(void **state)
{
    struct world w;

    (void)state;
    begin(&w, RVX_CACHE_OFF);
    look_up_together(&w);
    look_up_in_turn(&w);
    assert_in_range(allocations_of(&w, look_up_in_turn), LOOKUPS, 3 * LOOKUPS);
    assert_in_range(allocations_of(&w, look_up_together), LOOKUPS, 3 * LOOKUPS);
    end(&w);
}

static void wait_for_hits(struct world *w)
{
    for (unsigned i = 0; i < LOOKUPS; i++) {
        struct rvx_addrs *addrs;

        assert_int_equal(rvx_lookup_host(w->resolver, "ip4", "h000000.bench.example.", NULL, &addrs, NULL), 0);
        assert_true(addrs->cached);
        rvx_addrs_free(addrs);
    }
}

static void start_hits(struct world *w)
{
    w->found = 0;
    for (unsigned i = 0; i < LOOKUPS; i++)
        start(w, "h000000.bench.example.");
    assert_int_equal(rvx_loop_run(w->loop), 0);
    assert_int_equal(w->found, LOOKUPS);
}

/* The result; on a loop the operation is part of it. */
static void test_a_cached_lookup_allocates_its_result(void **state)
{
    struct world w;

    (void)state;
    begin(&w, 0);
    look_up_new(&w, 1);
    assert_int_equal(allocations_of(&w, wait_for_hits), LOOKUPS);
    assert_int_equal(allocations_of(&w, start_hits), LOOKUPS);
    assert_int_equal(w.counts.messages, 1);
    end(&w);
}

static void test_lookups_of_a_turn_share_a_socket_and_a_call(void **state)
{
    struct world w;

    (void)state;
    begin(&w, RVX_CACHE_OFF);
    look_up_together(&w);
    assert_int_equal(w.counts.sockets, 1);
    assert_int_equal(w.counts.connects, 1);
    assert_int_equal(w.counts.sends, 1);
    assert_int_equal(w.counts.messages, LOOKUPS);
    assert_in_range(w.counts.receives, 1, LOOKUPS); /* as many as the server takes turns */
    look_up_new(&w, 1);                             /* the turn before which the socket is closed */
    assert_int_equal(w.counts.sockets, 2);
    assert_int_equal(w.counts.closes, 1);
    end(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_uncached_lookup_allocates_three_times),
        cmocka_unit_test(test_a_cached_lookup_allocates_its_result),
        cmocka_unit_test(test_lookups_of_a_turn_share_a_socket_and_a_call),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
