/* test_dns_ipv6.c - a DNS server at [::1], as resolv.conf names it: over UDP, over TCP, and from the one to the other
 *
 * Skipped where [::1] cannot be bound.
 */
#include "support/test.h"

#include <stdio.h>
#include <string.h>

#include "support/dnsworld.h"
#include "support/lookups.h"
#include "support/sockets.h"

static const struct row {
    enum lookup_kind kind;
    const char *name;
    unsigned dns_flags;
    const char *found;     /* the text begins so */
    unsigned queries, tcp; /* that came, and of them over TCP */
} rows[] = {
    {LOOKUP_HOST, "two.example", 0, "192.0.2.2, 2001:db8::2", 2, 0},
    {LOOKUP_HOST, "two.example", RVX_DNS_TCP, "192.0.2.2, 2001:db8::2", 2, 2},
    {LOOKUP_HOST, "large.example", 0, "192.0.2.7, 2001:db8::7", 4, 2},
    {LOOKUP_MX, "one.example", 0, "10 mail.one.example", 1, 0},
    {LOOKUP_MX, "one.example", RVX_DNS_TCP, "10 mail.one.example", 1, 1},
    {LOOKUP_MX, "large.example", 0, "10 mail.one.example", 2, 1},
};

static void begin_ipv6(struct world *w, unsigned dns_flags)
{
    struct rvx_addr addr;
    char text[200];

    begin_world(w, 0);
    w->servers[0] = dnsserver_start_ipv6(handle, w);
    w->servers_n = 1;
    addr = dnsserver_addr(w->servers[0]);
    rvx_addr_text(&addr, w->addrs);
    snprintf(text, sizeof text, "nameserver %s\noptions timeout:20 attempts:1\n", w->addrs);
    etc_write(&w->etc, "resolv.conf", text);
    w->etc.opts.servers = NULL;
    w->etc.opts.dns_flags = dns_flags;
    make_resolver(w);
}

static void test_answers(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2 * COUNT_OF(rows); i++) {
        const struct row *row = &rows[i / 2];
        struct lookup_seen seen = {.calls = 0};
        struct world w;

        begin_ipv6(&w, row->dns_flags);
        if (i % 2 == 0) {
            lookup_wait(row->kind, w.resolver, row->name, NULL, &seen);
        } else {
            assert_int_equal(lookup_start(row->kind, w.loop, w.resolver, row->name, 0, &seen, NULL), 0);
            assert_int_equal(rvx_loop_run(w.loop), 0);
        }
        assert_int_equal(seen.calls, 1);
        if (strncmp(seen.text, row->found, strlen(row->found)) != 0)
            fail_msg("row %zu: \"%s\"", i / 2, seen.text);
        assert_int_equal(dnsserver_queries(w.servers[0]), row->queries);
        assert_int_equal(dnsserver_tcp_queries(w.servers[0]), row->tcp);
        end(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers),
    };

    if (!have_ipv6()) {
        printf("1..0 # SKIP [::1] cannot be bound\n");
        return 0;
    }
    return cmocka_run_group_tests_name("dns_ipv6", tests, NULL, NULL);
}
