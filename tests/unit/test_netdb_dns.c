/* test_netdb_dns.c - rvx_getaddrinfo_on() and rvx_getnameinfo_on() over DNS: what each kind of answer is called, and
 * deadlines and tokens; socket addresses of AF_UNIX, as glibc names them
 */
#define _GNU_SOURCE
#include "support/test.h"

#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>

#include <resolvx/netdb.h>

#include "support/dnsworld.h"

static const struct row {
    const char *node;
    int family;
    int code;
    const char *addrs;
} rows[] = {
    {"one.example", AF_UNSPEC, 0, "192.0.2.1"},
    {"two.example", AF_UNSPEC, 0, "192.0.2.2 2001:db8::2"},
    {"alias.example", AF_INET6, 0, "2001:db8::2"},
    {"large.example", AF_UNSPEC, 0, "192.0.2.7 2001:db8::7"},
    {"host", AF_INET, 0, "192.0.2.5"},
    {"one.example.", AF_INET6, EAI_NODATA, ""},
    {"empty.example.", AF_UNSPEC, EAI_NODATA, ""},
    {"nosuch.example.", AF_UNSPEC, EAI_NONAME, ""},
    {"nosuch", AF_UNSPEC, EAI_NONAME, ""},
    {"no..name", AF_UNSPEC, EAI_NONAME, ""},
    {"loop.example.", AF_UNSPEC, EAI_FAIL, ""},
};

static int find(struct world *w, const struct rvx_ctx *ctx, const char *node, int family, char text[256])
{
    const struct addrinfo hints = {.ai_family = family, .ai_socktype = SOCK_STREAM};
    struct addrinfo *list;
    int rc = rvx_getaddrinfo_on(w->resolver, ctx, node, NULL, &hints, &list);

    text[0] = '\0';
    assert_int_equal(rc == 0, list != NULL);
    for (const struct addrinfo *info = list; info != NULL; info = info->ai_next) {
        struct rvx_addr addr;
        char one[RVX_ADDR_STRLEN];
        size_t len = strlen(text);

        assert_int_equal(rvx_addr_from_sockaddr(info->ai_addr, info->ai_addrlen, &addr), 0);
        snprintf(text + len, 256 - len, "%s%s", len > 0 ? " " : "", rvx_addr_host_text(&addr, one));
    }
    rvx_freeaddrinfo(list);
    return rc;
}

/* From the server, and from the cache. */
static void test_codes(void **state)
{
    char text[256];
    struct world w;

    (void)state;
    begin_world(&w, 1);
    w.etc.opts.timeout = RVX_SECONDS(20);
    make_resolver(&w);
    for (size_t i = 0; i < 2 * COUNT_OF(rows); i++) {
        const struct row *row = &rows[i % COUNT_OF(rows)];
        int code = find(&w, NULL, row->node, row->family, text);

        if (code != row->code || strcmp(text, row->addrs) != 0)
            fail_msg("%s: %d %s", row->node, code, text);
    }
    atomic_store(&w.failing, true);
    rvx_resolver_flush(w.resolver, NULL);
    assert_int_equal(find(&w, NULL, "one.example.", AF_UNSPEC, text), EAI_AGAIN);
    end(&w);
}

/* A call that waits for a server that says nothing. */
struct call {
    struct world *w;
    bool names; /* rvx_getnameinfo_on() */
    const struct rvx_ctx *ctx;
};

static int run_call(const struct call *call)
{
    const struct sockaddr_in sa = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0xc0000201)};
    char text[256] = "before";
    int code;

    if (!call->names)
        return find(call->w, call->ctx, "one.example.", AF_UNSPEC, text);
    code = rvx_getnameinfo_on(call->w->resolver, call->ctx, (const struct sockaddr *)&sa, sizeof sa,
                              &(struct rvx_nameinfo){.host = text, .host_size = sizeof text}, 0);
    assert_string_equal(text, "before");
    return code;
}

/* Fires a token when a query has come, which shows that the call waits. */
struct firing {
    struct world *w;
    struct rvx_cancel *cancel;
};

static void *fire(void *arg)
{
    struct firing *firing = arg;

    while (count_queries(firing->w) == 0)
        sched_yield();
    rvx_cancel_fire(firing->cancel);
    return NULL;
}

static void begin_silent(struct world *w)
{
    begin_world(w, 1);
    w->etc.opts.timeout = RVX_SECONDS(60);
    make_resolver(w);
    atomic_store(&w->silent, true);
}

static void test_deadline(void **state)
{
    (void)state;
    for (int names = 0; names < 2; names++) {
        struct rvx_ctx ctx;
        struct world w;

        begin_silent(&w);
        ctx = rvx_ctx_after(RVX_MILLISECONDS(30));
        assert_int_equal(run_call(&(struct call){&w, names != 0, &ctx}), EAI_AGAIN);
        assert_true(rvx_now() >= ctx.deadline);
        assert_true(rvx_now() < ctx.deadline + RVX_SECONDS(20));
        assert_true(count_queries(&w) > 0);
        end(&w);
    }
}

static void test_token(void **state)
{
    (void)state;
    for (int names = 0; names < 2; names++) {
        struct rvx_ctx ctx = rvx_ctx_after(RVX_SECONDS(60));
        struct firing firing;
        pthread_t thread;
        struct world w;

        begin_silent(&w);
        assert_int_equal(rvx_cancel_new(&ctx.cancel), 0);
        firing = (struct firing){&w, ctx.cancel};
        assert_int_equal(pthread_create(&thread, NULL, fire, &firing), 0);
        assert_int_equal(run_call(&(struct call){&w, names != 0, &ctx}), EAI_CANCELED);
        assert_true(rvx_now() < ctx.deadline);
        pthread_join(thread, NULL);
        rvx_cancel_free(ctx.cancel);
        end(&w);
    }
}

static void test_names(void **state)
{
    static const struct {
        uint32_t addr;
        int flags, code;
        const char *host;
    } names[] = {
        {0xc0000201, 0, 0, "one.example"},
        {0xc0000201, NI_NUMERICHOST, 0, "192.0.2.1"},
        {0xc0000263, 0, 0, "192.0.2.99"},
        {0xc0000263, NI_NAMEREQD, EAI_NONAME, "before"},
    };
    struct world w;

    (void)state;
    begin_world(&w, 1);
    w.etc.opts.timeout = RVX_SECONDS(20);
    make_resolver(&w);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        const struct sockaddr_in sa = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(names[i].addr)};
        char host[NI_MAXHOST] = "before";
        const struct rvx_nameinfo info = {.host = host, .host_size = sizeof host};

        assert_int_equal(
            rvx_getnameinfo_on(w.resolver, NULL, (const struct sockaddr *)&sa, sizeof sa, &info, names[i].flags),
            names[i].code);
        assert_string_equal(host, names[i].host);
    }
    atomic_store(&w.failing, true);
    rvx_resolver_flush(w.resolver, NULL);
    assert_int_equal(run_call(&(struct call){&w, true, NULL}), EAI_AGAIN);
    end(&w);
}

/* One address of AF_UNIX with these flags and room, by ours and by glibc's. */
static void compare_unix(const struct sockaddr_un *sa, size_t path_len, int flags, socklen_t room)
{
    const socklen_t len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + path_len);
    char host[2][NI_MAXHOST] = {"before", "before"}, service[2][NI_MAXHOST] = {"before", "before"};
    int ours = rvx_getnameinfo((const struct sockaddr *)sa, len, host[0], NI_MAXHOST, service[0], room, flags);
    int theirs = getnameinfo((const struct sockaddr *)sa, len, host[1], NI_MAXHOST, service[1], room, flags);

    if (ours != theirs || (ours == 0 && (strcmp(host[0], host[1]) != 0 || strcmp(service[0], service[1]) != 0)))
        fail_msg("path of %zu, flags %d, room %u: %d \"%s\" \"%s\", glibc %d \"%s\" \"%s\"", path_len, flags,
                 (unsigned)room, ours, host[0], service[0], theirs, host[1], service[1]);
}

static void test_unix(void **state)
{
    static const int flags[] = {0,         NI_NUMERICHOST, NI_NUMERICSERV, NI_NAMEREQD, NI_NAMEREQD | NI_NUMERICHOST,
                                NI_NOFQDN, 0x8000};
    static const socklen_t rooms[] = {0, 1, 5, 9, 10, NI_MAXHOST};
    struct sockaddr_un sa = {.sun_family = AF_UNIX, .sun_path = "/run/sock"};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(flags); i++) {
        for (size_t k = 0; k < COUNT_OF(rooms); k++)
            compare_unix(&sa, strlen("/run/sock") + 1, flags[i], rooms[k]);
    }
    memset(sa.sun_path, 'x', sizeof sa.sun_path - 1); /* the longest */
    compare_unix(&sa, sizeof sa.sun_path, 0, NI_MAXHOST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_codes), cmocka_unit_test(test_deadline), cmocka_unit_test(test_token),
        cmocka_unit_test(test_names), cmocka_unit_test(test_unix),
    };

    return cmocka_run_group_tests_name("netdb_dns", tests, NULL, NULL);
}
