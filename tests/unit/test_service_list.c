/* test_service_list.c - listing services: filters, the order of sources, what the built-in table adds, libc */
#include "support/test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "support/etc.h"
#include "support/fakelibc.h"
#include "support/oom.h"

static const char services_text[] = "# a comment\n"
                                    "http 80/tcp www www-http # trailing\n"
                                    "http 80/udp\n"
                                    "domain 53/tcp\n"
                                    "domain 53/udp\n"
                                    "http 8080/tcp\n" /* the first line wins */
                                    "krb5 8888/tcp\n"
                                    "smtp 2525/tcp\n" /* not what the built-in table says */
                                    "Upper 61000/tcp UpAlias\n"
                                    "only-udp 61001/udp\n"
                                    "both 61002/udp\n"
                                    "both 61003/tcp\n"
                                    "stream 61004/zzp\n"
                                    "bad 0/tcp\nbad 70000/tcp\nbad x/tcp\nbad\n";

static bool at_once(struct rvx_resolver *resolver)
{
    unsigned place;
    const struct rvx__snapshot *snapshot = rvx__store_enter(&resolver->store, &place);
    bool open = snapshot != NULL && snapshot->ports_at_once != NULL;

    rvx__store_leave(&resolver->store, place);
    return open;
}

static void print_services(const struct rvx_services *services, char *text, size_t size)
{
    size_t len = 0;

    text[0] = '\0';
    for (size_t i = 0; i < services->n; i++) {
        const struct rvx_service *service = &services->v[i];

        len += (size_t)snprintf(text + len, size - len, "%s%s %u/%s", i > 0 ? "; " : "", service->name, service->port,
                                service->protocol);
        for (size_t k = 0; k < service->aliases_n; k++)
            len += (size_t)snprintf(text + len, size - len, " %s", service->aliases[k]);
        assert_null(service->aliases[service->aliases_n]);
        len += (size_t)snprintf(text + len, size - len, " (%s)", service->source);
    }
}

struct query_row {
    const char *name;
    const char *protocol;
    uint16_t port;
    const char *want; /* or the error's text */
};

static int check_query(struct rvx_resolver *resolver, const struct query_row *row)
{
    struct rvx_service_query query = RVX_SERVICE_QUERY_INIT;
    struct rvx_services *services;
    struct rvx_error err;
    char got[1024];
    int rc;

    query.name = row->name;
    query.protocol = row->protocol;
    query.port = row->port;
    rc = rvx_lookup_services(resolver, &query, NULL, &services, &err);
    assert_true((rc == 0) == (services != NULL));
    if (rc == 0)
        print_services(services, got, sizeof got);
    else
        snprintf(got, sizeof got, "%s", rvx_error_text(&err));
    rvx_services_free(services);
    if (strcmp(got, row->want) == 0)
        return 0;
    print_error("%s %s %u: got <%s> want <%s>\n", row->name != NULL ? row->name : "",
                row->protocol != NULL ? row->protocol : "", row->port, got, row->want);
    return 1;
}

static void test_listing(void **state)
{
    static const struct query_row queries[] = {
        {"http", "tcp", 0, "http 80/tcp www www-http (files); http 8080/tcp (files)"},
        {"WWW", "tcp", 0, "http 80/tcp www www-http (files)"},
        {"both", NULL, 0, "both 61002/udp (files); both 61003/tcp (files)"},
        {"http", "UDP", 0, "http 80/udp (files)"},
        {"http", NULL, 8080, "http 8080/tcp (files)"},
        {NULL, NULL, 61002, "both 61002/udp (files)"},
        {"stream", NULL, 0, "stream 61004/zzp (files)"},
        {NULL, "zzp", 0, "stream 61004/zzp (files)"},
        {"imaps", "tcp", 0, "imaps 993/tcp (builtin)"},
        {"smtp", "tcp", 0, "smtp 2525/tcp (files)"},
        {"www-http", "udp", 0, "lookup udp/www-http: unknown port"},
        {"krb5", "tcp", 0, "krb5 8888/tcp (files)"}, /* not also kerberos, whose alias it is elsewhere */
        {NULL, "tcp", 22, "ssh 22/tcp (builtin)"},
        {"smtp", "tcp", 25, "lookup tcp/smtp: unknown port"}, /* the file says otherwise */
        {"nosuch", NULL, 0, "lookup nosuch: unknown port"},
        {"nosuch", "udp", 0, "lookup udp/nosuch: unknown port"},
        {NULL, "tcp", 61001, "lookup tcp/61001: unknown port"},
        {NULL, NULL, 61100, "lookup 61100: unknown port"},
        {NULL, "nosuch", 0, "lookup nosuch: unknown port"},
    };
    struct etc etc;
    struct rvx_resolver *resolver;
    struct rvx_service_query query = {.size = 1};
    struct rvx_services *services;
    struct rvx_error err;
    uint16_t port;
    int failures = 0;

    (void)state;
    etc_init(&etc);
    etc_write(&etc, "services", services_text);
    resolver = etc_resolver(&etc);
    for (int warm = 0; warm < 2; warm++) {
        for (size_t i = 0; i < COUNT_OF(queries); i++)
            failures += check_query(resolver, &queries[i]);
        for (int i = 0; i <= RVX__STORE_SCANS_MAX; i++)
            assert_int_equal(rvx_lookup_port(resolver, "tcp", "http", NULL, &port, NULL), 0);
        assert_true(at_once(resolver));
    }
    assert_int_equal(failures, 0);

    /* Everything: the file's first, then the built-in ones, none of which the file has. */
    assert_int_equal(rvx_lookup_services(resolver, NULL, NULL, &services, &err), 0);
    assert_true(services->n > 100);
    assert_string_equal(services->v[0].name, "http");
    assert_string_equal(services->v[services->n - 1].source, "builtin");
    for (size_t i = 0; i < services->n; i++) {
        if (strcmp(services->v[i].source, "builtin") == 0)
            assert_true(strcmp(services->v[i].name, "domain") != 0);
    }
    rvx_services_free(services);
    assert_int_equal(rvx_lookup_services(resolver, &query, NULL, &services, &err), RVX_EOPTIONS);
    assert_null(services);
    rvx_services_free(NULL);
    rvx_resolver_free(resolver);
    etc_fini(&etc);
}

static void test_listing_orders(void **state)
{
    static const struct query_row libc_rows[] = {
        {"svc", NULL, 0, "svc 42/tcp (libc); svc 42/udp (libc)"},
        {"svc", "udp", 42, "svc 42/udp (libc)"},
        {"svc", "udp", 43, "lookup udp/svc: unknown port"},
        {"nosuch", NULL, 0, "lookup nosuch: unknown port"},
        {NULL, NULL, 42, "lookup 42: unknown port"},
        {"again", "tcp", 0, "lookup tcp/again: temporary failure in name resolution"},
    };
    static const struct query_row builtin_row = {"smtp", "tcp", 25, "smtp 25/tcp mail (builtin)"};
    static const struct query_row files_row = {"ssh", "tcp", 0, "lookup tcp/ssh: unknown port"};
    struct etc etc;
    struct rvx_resolver *resolver;
    int failures = 0;

    (void)state;
    etc_init(&etc);
    etc.base.libc = fakelibc_open();
    fakelibc_answer("svc", 0, 0, "42");
    fakelibc_answer("again", EAI_AGAIN, 0, "");
    etc_write(&etc, "services", services_text);
    etc.opts.service_order = "libc";
    resolver = etc_resolver(&etc);
    for (size_t i = 0; i < COUNT_OF(libc_rows); i++)
        failures += check_query(resolver, &libc_rows[i]);
    rvx_resolver_free(resolver);
    etc.opts.service_order = "builtin";
    resolver = etc_resolver(&etc);
    failures += check_query(resolver, &builtin_row);
    rvx_resolver_free(resolver);
    etc.opts.service_order = "files";
    resolver = etc_resolver(&etc);
    failures += check_query(resolver, &files_row);
    rvx_resolver_free(resolver);
    fakelibc_close();
    etc_fini(&etc);
    assert_int_equal(failures, 0);
}

/* Every allocation fails in its turn. */
static void test_no_memory(void **state)
{
    struct etc etc;
    struct rvx_resolver *resolver;
    struct rvx_service_query query = RVX_SERVICE_QUERY_INIT;
    struct rvx_services *services;
    unsigned n;

    (void)state;
    etc_init(&etc);
    etc_write(&etc, "services", services_text);
    query.name = "http";
    resolver = etc_resolver(&etc);
    for (n = 0;; n++) {
        struct rvx_error err;
        int rc;

        oom_fail_after(n);
        rc = rvx_lookup_services(resolver, &query, NULL, &services, &err);
        oom_off();
        rvx_services_free(services);
        if (!oom_failed())
            break;
        assert_int_equal(rc, -ENOMEM);
        assert_string_equal(rvx_error_text(&err), "lookup http: cannot allocate memory");
        assert_null(services);
    }
    assert_true(n >= 2);
    rvx_resolver_free(resolver);
    etc_fini(&etc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_listing),
        cmocka_unit_test(test_listing_orders),
        cmocka_unit_test(test_no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
