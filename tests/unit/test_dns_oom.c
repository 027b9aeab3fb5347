/* test_dns_oom.c - out of memory at every allocation of whole lookups through DNS
 *
 * Each allocation fails in its turn, alone or with all that follow. The lookup then has the right answer, or part of
 * it, or an error that says that it may be tried again; it ends soon, keeps no descriptor, and when there is memory
 * again the same resolver has the right answer.
 */
#include "support/test.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>

#include <resolvx/netdb.h>

#include "support/dnsworld.h"
#include "support/lookups.h"
#include "support/oom.h"
#include "support/sockets.h"

#define TIMEOUT RVX_SECONDS(20) /* a try has so long */

static const struct row {
    enum lookup_kind kind; /* LOOKUPS_N: rvx_getaddrinfo_on() */
    const char *name;
    bool on_loop;
    size_t cache_max;
    unsigned dns_flags;
    int result;
} rows[] = {
    {LOOKUP_HOST, "two.example", false, 0, 0, 0},
    {LOOKUP_HOST, "two.example", true, 0, 0, 0},
    {LOOKUP_HOST, "two.example", true, RVX_CACHE_OFF, 0, 0},
    {LOOKUP_HOST, "host", true, 0, 0, 0}, /* by the search list */
    {LOOKUP_HOST, "alias.example", false, 0, 0, 0},
    {LOOKUP_HOST, "large-alias.example", true, 0, 0, 0}, /* truncated, then over TCP */
    {LOOKUP_HOST, "large-alias.example", false, RVX_CACHE_OFF, 0, 0},
    {LOOKUP_HOST, "two.example", true, 0, RVX_DNS_TCP, 0},
    {LOOKUP_HOST, "two.example", true, 0, RVX_DNS_STRICT, 0},
    {LOOKUP_HOST, "nosuch", true, 0, 0, RVX_ENOTFOUND},
    {LOOKUP_MX, "one.example", true, 0, 0, 0},
    {LOOKUP_MX, "large.example", false, 0, 0, 0},
    {LOOKUP_TXT, "large.example", true, RVX_CACHE_OFF, 0, 0},
    {LOOKUP_ADDR, "192.0.2.1", true, 0, 0, 0},
    {LOOKUP_CNAME, "alias.example", true, 0, 0, 0},
    {LOOKUP_QUERY, "one.example", true, 0, 0, RVX_ENOTFOUND},
    {LOOKUP_QUERY, "raw.example", true, 0, 0, 0},
    {LOOKUPS_N, "alias.example", false, 0, 0, 0},
    {LOOKUPS_N, "large-alias.example", false, RVX_CACHE_OFF, 0, 0},
};

static void look_up_sockets(struct world *w, const char *name, struct lookup_seen *seen)
{
    const struct addrinfo hints = {.ai_flags = AI_CANONNAME, .ai_socktype = SOCK_STREAM};
    struct addrinfo *list;
    int rc = rvx_getaddrinfo_on(w->resolver, NULL, name, "80", &hints, &list);

    seen->calls++;
    seen->result = rc == EAI_MEMORY ? -ENOMEM : rc == EAI_AGAIN ? RVX_ETRYAGAIN : rc;
    for (const struct addrinfo *info = list; info != NULL; info = info->ai_next) {
        struct rvx_addr addr;
        char text[RVX_ADDR_STRLEN];
        size_t len = strlen(seen->text);

        assert_int_equal(rvx_addr_from_sockaddr(info->ai_addr, info->ai_addrlen, &addr), 0);
        snprintf(seen->text + len, sizeof seen->text - len, "%s%s", len > 0 ? ", " : "", rvx_addr_text(&addr, text));
    }
    rvx_freeaddrinfo(list);
}

static void look_up(struct world *w, const struct row *row, struct lookup_seen *seen)
{
    int rc;

    *seen = (struct lookup_seen){.calls = 0};
    if (row->kind == LOOKUPS_N) {
        look_up_sockets(w, row->name, seen);
    } else if (!row->on_loop) {
        lookup_wait(row->kind, w->resolver, row->name, NULL, seen);
    } else {
        rc = lookup_start(row->kind, w->loop, w->resolver, row->name, 0, seen, NULL);
        if (rc < 0) {
            assert_int_equal(seen->calls, 0);
            seen->calls = 1;
            seen->result = rc;
        } else {
            assert_int_equal(rvx_loop_run(w->loop), 0);
        }
    }
    assert_int_equal(seen->calls, 1);
}

/* What was found, without the facts about it. */
static size_t found_len(const struct lookup_seen *seen)
{
    return strcspn(seen->text, "(");
}

static bool is_same(const struct lookup_seen *seen, const struct lookup_seen *want)
{
    return seen->result == want->result && found_len(seen) == found_len(want) &&
           strncmp(seen->text, want->text, found_len(want)) == 0;
}

/* Of two families one may be missing, unless all or nothing was asked for. */
static bool is_part(const struct row *row, const struct lookup_seen *seen, const struct lookup_seen *want)
{
    char part[sizeof seen->text];
    size_t len = found_len(seen);

    memcpy(part, seen->text, len);
    while (len > 0 && part[len - 1] == ' ')
        len--;
    part[len] = '\0';
    return (row->kind == LOOKUP_HOST || row->kind == LOOKUPS_N) && (row->dns_flags & RVX_DNS_STRICT) == 0 &&
           seen->result == 0 && len > 0 && strstr(want->text, part) != NULL;
}

static bool is_allowed(const struct row *row, const struct lookup_seen *seen, const struct lookup_seen *want)
{
    return is_same(seen, want) || is_part(row, seen, want) || seen->result == -ENOMEM || rvx_is_temporary(seen->result);
}

/* One lookup that runs out of memory, and one more. False: it needed no allocation that failed. */
static bool try_row(struct world *w, const struct row *row, unsigned n, bool lasting, const struct lookup_seen *want)
{
    const char *kind = row->kind < LOOKUPS_N ? lookup_names[row->kind] : "getaddrinfo";
    struct lookup_seen seen, later;
    rvx_time begun = rvx_now();
    bool failed;

    make_resolver(w);
    (lasting ? oom_fail_from : oom_fail_after)(n);
    look_up(w, row, &seen);
    oom_off();
    failed = oom_failed();
    if (!is_allowed(row, &seen, want) || (!failed && !is_same(&seen, want)))
        fail_msg("%s %s, allocation %u: %d \"%s\"", kind, row->name, n, seen.result, seen.text);
    look_up(w, row, &later);
    if (!is_same(&later, want))
        fail_msg("%s %s, after allocation %u: %d \"%s\"", kind, row->name, n, later.result, later.text);
    assert_true(rvx_now() - begun < TIMEOUT); /* nothing waited for an answer that had come */
    rvx_resolver_free(w->resolver);
    w->resolver = NULL;
    return failed;
}

/* What a thread keeps for the calls it blocks in is made. */
static void warm_up(void)
{
    struct lookup_seen seen;
    struct world w;

    begin(&w);
    look_up(&w, &rows[0], &seen);
    end(&w);
}

static void test_every_allocation(void **state)
{
    (void)state;
    warm_up();
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct lookup_seen want;
        unsigned n = 0, fds = count_fds();
        struct world w;

        begin_world(&w, 1);
        w.etc.opts.cache_max = rows[i].cache_max;
        w.etc.opts.dns_flags = rows[i].dns_flags;
        w.etc.opts.timeout = TIMEOUT;
        make_resolver(&w);
        look_up(&w, &rows[i], &want);
        assert_int_equal(want.result, rows[i].result);
        rvx_resolver_free(w.resolver);
        while (try_row(&w, &rows[i], n, false, &want) && try_row(&w, &rows[i], n, true, &want))
            n++;
        assert_true(n > 10);
        w.resolver = NULL;
        end(&w);
        assert_int_equal(count_fds(), fds);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_allocation),
    };

    return cmocka_run_group_tests_name("dns_oom", tests, NULL, NULL);
}
