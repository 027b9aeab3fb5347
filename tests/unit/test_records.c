/* test_records.c - lookups of records: each kind, malformed data, both forms, cancel, memory
 *
 * A backend of the test's own named "dns" answers from a table, so no DNS is needed.
 */
#include "support/test.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include <resolvx/backend.h>

#include "support/describe.h"
#include "support/etc.h"
#include "support/loop.h"
#include "support/oom.h"

#define DATA(text) (const unsigned char *)(text), sizeof(text) - 1

struct row {
    const char *name;
    uint16_t type;
    const unsigned char *data;
    size_t len;
};

static const struct row zone[] = {
    {"mail.example", 15, DATA("\0\24\1b\7example\0")},
    {"mail.example", 15, DATA("\0\12\1a\7example\0")},
    {"mail.example", 15, DATA("\0\5\3a b\7example\0")}, /* no host */
    {"null.example", 15, DATA("\0\0\0")},
    {"bad.example", 15, DATA("\0\1\3a b\0")},
    {"bad.example", 15, DATA("\0\1\1a\0\0")}, /* a byte too many */
    {"bad.example", 2, DATA("\3a b\0")},
    {"bad.example", 16, DATA("\4cut")},
    {"bad.example", 33, DATA("\0\1\0\1\0\1\3a b\0")},
    {"zone.example", 2, DATA("\3ns1\7example\0")},
    {"zone.example", 2, DATA("\3ns2\7example\0")},
    {"text.example", 16, DATA("\5hello\6 world")},
    {"text.example", 16, DATA("\3a\0b\0")},
    {"text.example", 16, DATA("\5cut")},
    {"_ldap._tcp.example", 33, DATA("\0\2\0\0\0\1\1x\0")},
    {"_ldap._tcp.example", 33, DATA("\0\1\0\0\0\2\1y\0")},
    {"none.example", 33, DATA("\0\0\0\0\0\0\0")},
    {"web.example", 65, DATA("\0\2\0\0\1\0\3\2h2\0\3\0\2\40\373\0\4\0\4\300\0\2\1\375\350\0\1z")},
    {"web.example", 65, DATA("\0\1\3cdn\0")},
    {"alias.example", 65, DATA("\0\0\3cdn\0")},
    {"must.example", 65, DATA("\0\1\0\0\0\0\2\375\350\375\350\0\0")},
    {"order.example", 65, DATA("\0\1\0\0\3\0\2\0\1\0\1\0\3\2h2")},
    {"twice.example", 65, DATA("\0\1\0\0\3\0\2\0\1\0\3\0\2\0\1")},
    {"lacks.example", 65, DATA("\0\1\0\0\0\0\2\0\3")},
    {"alpn.example", 65, DATA("\0\1\0\0\2\0\0")},
    {"hint.example", 65, DATA("\0\1\0\0\4\0\3\1\2\3")},
    {"cut.example", 65, DATA("\0\1\0\0\5\0\4\1\2")},
    {"any.example", 65280, DATA("\1\2\3")},
    {"any.example", 1, DATA("\300\0\2\1")},
    {"broken.example", 1, DATA("\300\0\2")},
};

struct server {
    bool silent, at_once;
    unsigned started, answered, canceled;
};

static bool add_rows(struct rvx_request *request)
{
    bool found = false;

    for (size_t i = 0; i < COUNT_OF(zone); i++) {
        struct rvx_record record = {.name = zone[i].name, .type = zone[i].type, .class_ = 1, .ttl = 60 + (uint32_t)i};

        if (strcmp(zone[i].name, rvx_request_name(request)) != 0 || zone[i].type != rvx_request_type(request))
            continue;
        record.data = zone[i].data;
        record.data_len = zone[i].len;
        rvx_request_add_record(request, &record);
        found = true;
    }
    return found;
}

static void answer(struct rvx_request *request)
{
    struct rvx_failure failure = RVX_FAILURE_INIT;
    bool found = add_rows(request);

    if (rvx_request_kind(request) == RVX_REQUEST_ADDR) {
        if (strcmp(rvx_request_name(request), "192.0.2.99") != 0)
            rvx_request_add_name(request, "Host.Example.");
        rvx_request_add_name(request, "bad name");
        found = true;
    }
    failure.server = "192.0.2.53:53";
    failure.rcode = 3;
    failure.attempts = 2;
    if (!found)
        rvx_request_set_failure(request, &failure);
    else
        rvx_request_set_origin(request, "192.0.2.53:53", RVX_ORIGIN_AUTHENTIC);
    rvx_request_finish(request, found ? RVX_STATUS_SUCCESS : RVX_STATUS_NOTFOUND, 0);
}

static bool answer_server(void *backend, struct rvx_request *request)
{
    struct server *server = backend;

    assert_null(rvx_request_loop(request));
    if (!server->at_once)
        return false;
    server->answered++;
    answer(request);
    return true;
}

static void start_server(void *backend, struct rvx_request *request)
{
    struct server *server = backend;

    server->started++;
    assert_non_null(rvx_request_loop(request));
    if (!server->silent)
        answer(request);
}

static void cancel_server(void *backend, struct rvx_request *request)
{
    struct server *server = backend;

    (void)request;
    server->canceled++;
}

static const struct rvx_backend_ops ops = {
    .abi = RVX_BACKEND_ABI,
    .name = "dns",
    .caps = RVX_BACKEND_HOST | RVX_BACKEND_ADDR | RVX_BACKEND_RECORDS,
    .answer = answer_server,
    .start = start_server,
    .cancel = cancel_server,
};

static struct rvx_resolver *make_resolver(struct etc *etc, struct server *server)
{
    struct rvx_resolver *resolver;

    etc_init(etc);
    etc->opts.host_order = "files,dns";
    etc_write(etc, "hosts", "192.0.2.7 First.example second\n");
    resolver = etc_resolver(etc);
    assert_int_equal(rvx_resolver_backend(resolver, &ops, server, NULL), 0);
    return resolver;
}

static void test_mx(void **state)
{
    struct server server = {.at_once = true};
    struct etc etc;
    struct rvx_resolver *resolver = make_resolver(&etc, &server);
    struct rvx_error err;
    struct rvx_mxs *mxs;

    (void)state;
    assert_int_equal(rvx_lookup_mx(resolver, "mail.example", NULL, &mxs, &err), 0);
    assert_int_equal(mxs->n, 2);
    assert_string_equal(mxs->v[0].host, "a.example");
    assert_int_equal(mxs->v[0].preference, 10);
    assert_string_equal(mxs->v[1].host, "b.example");
    assert_int_equal(mxs->about.dropped, 1);
    assert_int_equal(mxs->about.ttl, 60);
    assert_true(mxs->about.authentic);
    assert_string_equal(mxs->about.source, "dns");
    assert_string_equal(mxs->about.server, "192.0.2.53:53");
    assert_string_equal(mxs->about.name, "mail.example");
    rvx_mxs_free(mxs);
    assert_int_equal(rvx_lookup_mx(resolver, "null.example", NULL, &mxs, &err), RVX_ENOTFOUND);
    assert_null(mxs);
    assert_string_equal(rvx_error_text(&err),
                        "lookup null.example on 192.0.2.53:53: no such host (null MX: takes no mail)");
    assert_int_equal(rvx_lookup_mx(resolver, "nowhere.example", NULL, &mxs, &err), RVX_ENOTFOUND);
    assert_string_equal(rvx_error_text(&err), "lookup nowhere.example on 192.0.2.53:53: no such host");
    assert_int_equal(err.rcode, 3);
    assert_int_equal(err.attempts, 2);
    assert_int_equal(rvx_lookup_mx(resolver, "", NULL, &mxs, &err), RVX_ENOTFOUND);
    assert_int_equal(server.started, 0); /* the answer slot was enough */
    rvx_resolver_free(resolver);
    etc_fini(&etc);
}

static void test_names(void **state)
{
    struct server server = {.at_once = false};
    struct etc etc;
    struct rvx_resolver *resolver = make_resolver(&etc, &server);
    struct rvx_error err;
    struct rvx_names *names;

    (void)state;
    assert_int_equal(rvx_lookup_addr(resolver, "::ffff:192.0.2.7", NULL, &names, &err), 0);
    assert_int_equal(names->n, 2);
    assert_string_equal(names->v[0], "First.example");
    assert_string_equal(names->v[1], "second");
    assert_string_equal(names->about.source, "files");
    rvx_names_free(names);
    assert_int_equal(rvx_lookup_addr(resolver, "192.0.2.8", NULL, &names, &err), 0);
    assert_int_equal(names->n, 1);
    assert_string_equal(names->v[0], "Host.Example");
    assert_int_equal(names->about.dropped, 1);
    rvx_names_free(names);
    assert_int_equal(rvx_lookup_addr(resolver, "a.example", NULL, &names, &err), RVX_EADDRINVALID);
    assert_int_equal(rvx_lookup_cname(resolver, "SECOND", NULL, &names, &err), 0);
    assert_string_equal(names->v[0], "first.example");
    rvx_names_free(names);
    assert_int_equal(rvx_lookup_ns(resolver, "zone.example", NULL, &names, &err), 0);
    assert_int_equal(names->n, 2);
    assert_string_equal(names->v[1], "ns2.example");
    rvx_names_free(names);
    rvx_resolver_free(resolver);
    etc_fini(&etc);
}

static void test_txt(void **state)
{
    struct server server = {.at_once = true};
    struct etc etc;
    struct rvx_resolver *resolver = make_resolver(&etc, &server);
    struct rvx_txts *txts;

    (void)state;
    assert_int_equal(rvx_lookup_txt(resolver, "text.example", NULL, &txts, NULL), 0);
    assert_int_equal(txts->n, 2);
    assert_string_equal(txts->v[0].text.data, "hello world");
    assert_int_equal(txts->v[0].strings_n, 2);
    assert_string_equal(txts->v[0].strings[1].data, " world");
    assert_int_equal(txts->v[1].text.len, 3);
    assert_memory_equal(txts->v[1].text.data, "a\0b", 4);
    assert_int_equal(txts->v[1].strings_n, 2);
    assert_int_equal(txts->v[1].strings[1].len, 0);
    assert_int_equal(txts->about.dropped, 1);
    rvx_txts_free(txts);
    rvx_resolver_free(resolver);
    etc_fini(&etc);
}

static void test_srv(void **state)
{
    struct server server = {.at_once = true};
    struct etc etc;
    struct rvx_resolver *resolver = make_resolver(&etc, &server);
    struct rvx_srvs *srvs;
    struct rvx_error err;

    (void)state;
    assert_int_equal(rvx_lookup_srv(resolver, "ldap", "tcp", "example", NULL, &srvs, NULL), 0);
    assert_int_equal(srvs->n, 2);
    assert_string_equal(srvs->v[0].target, "y");
    assert_int_equal(srvs->v[0].port, 2);
    assert_int_equal(srvs->v[1].priority, 2);
    rvx_srvs_free(srvs);
    assert_int_equal(rvx_lookup_srv(resolver, NULL, "", "none.example", NULL, &srvs, &err), RVX_ENOTFOUND);
    assert_string_equal(rvx_error_text(&err),
                        "lookup none.example on 192.0.2.53:53: no such host (decidedly not available)");
    rvx_resolver_free(resolver);
    etc_fini(&etc);
}

static void test_https(void **state)
{
    static const char *const malformed[] = {"order.example", "twice.example", "lacks.example",
                                            "alpn.example",  "hint.example",  "cut.example"};
    struct server server = {.at_once = true};
    struct etc etc;
    struct rvx_resolver *resolver = make_resolver(&etc, &server);
    struct rvx_https *https;
    const struct rvx_endpoint *endpoint;
    struct rvx_error err;

    (void)state;
    assert_int_equal(rvx_lookup_https(resolver, "web.example", NULL, &https, NULL), 0);
    assert_int_equal(https->n, 2);
    assert_string_equal(https->v[0].target, "cdn");
    endpoint = &https->v[1];
    assert_int_equal(endpoint->priority, 2);
    assert_string_equal(endpoint->target, "web.example");
    assert_int_equal(endpoint->port, 8443);
    assert_int_equal(endpoint->alpn_n, 1);
    assert_string_equal(endpoint->alpn[0], "h2");
    assert_int_equal(endpoint->hints_n, 1);
    assert_int_equal(endpoint->hints[0].ip[0], 192);
    assert_int_equal(endpoint->params_n, 4);
    assert_int_equal(endpoint->params[3].key, 65000);
    assert_memory_equal(endpoint->params[3].data, "z", 2);
    assert_true(endpoint->understood);
    rvx_https_free(https);
    assert_int_equal(rvx_lookup_https(resolver, "alias.example", NULL, &https, NULL), 0);
    assert_int_equal(https->v[0].priority, 0);
    rvx_https_free(https);
    assert_int_equal(rvx_lookup_https(resolver, "must.example", NULL, &https, NULL), 0);
    assert_false(https->v[0].understood);
    rvx_https_free(https);
    for (size_t i = 0; i < COUNT_OF(malformed); i++) {
        if (rvx_lookup_https(resolver, malformed[i], NULL, &https, &err) != RVX_ETRYAGAIN)
            fail_msg("%s: %s", malformed[i], rvx_error_text(&err));
        assert_null(https);
        assert_string_equal(err.ede_text, "malformed HTTPS record");
        assert_string_equal(err.server, "192.0.2.53:53");
    }
    rvx_resolver_free(resolver);
    etc_fini(&etc);
}

static int find_bad(struct rvx_resolver *resolver, uint16_t type, struct rvx_error *err)
{
    struct rvx_names *names = NULL;
    struct rvx_srvs *srvs = NULL;
    struct rvx_txts *txts = NULL;
    struct rvx_mxs *mxs = NULL;
    int rc = 0;

    if (type == 2)
        rc = rvx_lookup_ns(resolver, "bad.example", NULL, &names, err);
    else if (type == 12)
        rc = rvx_lookup_addr(resolver, "192.0.2.99", NULL, &names, err);
    else if (type == 15)
        rc = rvx_lookup_mx(resolver, "bad.example", NULL, &mxs, err);
    else if (type == 16)
        rc = rvx_lookup_txt(resolver, "bad.example", NULL, &txts, err);
    else
        rc = rvx_lookup_srv(resolver, "", "", "bad.example", NULL, &srvs, err);
    assert_true(names == NULL && srvs == NULL && txts == NULL && mxs == NULL);
    return rc;
}

/* An answer of which nothing can be used does not say that there is nothing. */
static void test_malformed(void **state)
{
    static const uint16_t types[] = {2, 12, 15, 16, 33};
    struct server server = {.at_once = true};
    struct etc etc;
    struct rvx_resolver *resolver = make_resolver(&etc, &server);

    (void)state;
    for (size_t i = 0; i < COUNT_OF(types); i++) {
        struct rvx_error err;
        int rc = find_bad(resolver, types[i], &err);

        if (rc != RVX_ETRYAGAIN || err.code != rc || !rvx_is_temporary(rc))
            fail_msg("type %u: %d", types[i], rc);
        assert_string_equal(err.ede_text, types[i] == 12 ? "malformed names" : "malformed records");
        assert_string_equal(err.server, "192.0.2.53:53");
        assert_false(err.nodata || err.has_ede);
        assert_non_null(strstr(rvx_error_text(&err), "temporary failure in name resolution (malformed "));
    }
    rvx_resolver_free(resolver);
    etc_fini(&etc);
}

static void test_query(void **state)
{
    static const unsigned bad[] = {0, 41, 249, 252, 255, 65536};
    struct server server = {.at_once = true};
    struct etc etc;
    struct rvx_resolver *resolver = make_resolver(&etc, &server);
    struct rvx_records *records;
    char text[RVX_TYPE_STRLEN];

    (void)state;
    assert_int_equal(rvx_query(resolver, "any.example", 65280, NULL, &records, NULL), 0);
    assert_int_equal(records->n, 1);
    assert_string_equal(records->v[0].text, "\\# 3 010203");
    assert_memory_equal(records->v[0].data, "\1\2\3", 3);
    assert_string_equal(records->v[0].name, "any.example");
    rvx_records_free(records);
    assert_int_equal(rvx_query(resolver, "any.example", 1, NULL, &records, NULL), 0);
    assert_string_equal(records->v[0].text, "192.0.2.1");
    rvx_records_free(records);
    assert_int_equal(rvx_query(resolver, "broken.example", 1, NULL, &records, NULL), 0);
    assert_string_equal(records->v[0].text, "\\# 3 c00002");
    rvx_records_free(records);
    assert_int_equal(rvx_query(resolver, "mail.example", 15, NULL, &records, NULL), 0);
    assert_string_equal(records->v[0].text, "20 b.example.");
    rvx_records_free(records);
    assert_int_equal(rvx_query(resolver, "web.example", 65, NULL, &records, NULL), 0);
    /* dig puts quotes around h2 and z; both forms are those of RFC 9460 section 2.1 */
    assert_string_equal(records->v[0].text, "2 . alpn=h2 port=8443 ipv4hint=192.0.2.1 key65000=z");
    assert_string_equal(records->v[1].text, "1 cdn.");
    rvx_records_free(records);
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        assert_int_equal(rvx_query(resolver, "any.example", bad[i], NULL, &records, NULL), RVX_EOPTIONS);
    assert_int_equal(rvx_type_parse("mx"), 15);
    assert_int_equal(rvx_type_parse("TYPE65280"), 65280);
    assert_int_equal(rvx_type_parse("nonsense"), 0);
    assert_string_equal(rvx_type_text(65, text), "HTTPS");
    assert_string_equal(rvx_type_text(65280, text), "TYPE65280");
    rvx_resolver_free(resolver);
    etc_fini(&etc);
}

struct got {
    int calls, result;
    size_t n;
    struct rvx_resolver *resolver; /* freed inside */
    struct rvx_loop *loop;         /* likewise */
    struct rvx_op *victim;         /* cancelled inside */
};

static void receive_mxs(void *arg, int result, struct rvx_mxs *mxs, const struct rvx_error *err)
{
    struct got *got = arg;

    assert_int_equal(err->code, result);
    got->calls++;
    got->result = result;
    got->n = mxs != NULL ? mxs->n : 0;
    rvx_mxs_free(mxs);
    rvx_op_cancel(got->victim);
    rvx_resolver_free(got->resolver);
    rvx_loop_free(got->loop);
}

/* Each way an operation ends, and in its callback all that can be ended there. */
static void test_start(void **state)
{
    static const struct {
        const char *what, *name;
        bool at_once, silent;
        int want;
    } rows[] = {
        {"found at once", "mail.example", true, false, 0},
        {"found", "mail.example", false, false, 0},
        {"not found", "nowhere.example", false, false, RVX_ENOTFOUND},
        {"no name", "", false, false, RVX_ENOTFOUND},
        {"timeout", "mail.example", false, true, RVX_ETIMEOUT},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        for (unsigned acts = 0; acts < 8; acts++) {
            struct server server = {.at_once = rows[i].at_once, .silent = rows[i].silent};
            struct got got = {.calls = 0}, other = {.calls = 0};
            struct etc etc;
            struct rvx_resolver *resolver = make_resolver(&etc, &server);
            struct rvx_loop *loop = make_loop(RVX_POLLER_EPOLL);

            assert_int_equal(rvx_lookup_mx_start(loop, resolver, rows[i].name, rvx_after(RVX_MILLISECONDS(5)),
                                                 receive_mxs, &got, NULL),
                             0);
            assert_int_equal(rvx_lookup_mx_start(loop, resolver, "mail.example", 0, receive_mxs, &other, &got.victim),
                             0);
            assert_int_equal(got.calls, 0);
            got.loop = (acts & 1) != 0 ? loop : NULL;
            got.resolver = (acts & 2) != 0 ? resolver : NULL;
            if ((acts & 4) == 0) {
                rvx_op_cancel(got.victim);
                got.victim = NULL;
            }
            while (got.calls == 0)
                assert_true(rvx_loop_turn(loop, rvx_after(RVX_SECONDS(20))) >= 0);
            if (got.result != rows[i].want)
                fail_msg("%s: %d", rows[i].what, got.result);
            assert_int_equal(got.n, rows[i].want == 0 ? 2 : 0);
            if (got.loop == NULL)
                rvx_loop_free(loop);
            if (got.resolver == NULL)
                rvx_resolver_free(resolver);
            assert_int_equal(got.calls, 1);
            assert_int_equal(other.calls, 0);
            etc_fini(&etc);
        }
    }
}

static void *fire(void *arg)
{
    rvx_cancel_fire(arg);
    return NULL;
}

static void test_cancel(void **state)
{
    struct server server = {.silent = true};
    struct etc etc;
    struct rvx_resolver *resolver = make_resolver(&etc, &server);
    struct rvx_ctx ctx = {.size = sizeof ctx};
    struct rvx_names *names;
    pthread_t thread;

    (void)state;
    assert_int_equal(rvx_cancel_new(&ctx.cancel), 0);
    assert_int_equal(pthread_create(&thread, NULL, fire, ctx.cancel), 0);
    assert_int_equal(rvx_lookup_ns(resolver, "zone.example", &ctx, &names, NULL), RVX_ECANCELED);
    assert_null(names);
    pthread_join(thread, NULL);
    assert_int_equal(server.canceled, server.started);
    rvx_cancel_free(ctx.cancel);
    rvx_resolver_free(resolver);
    etc_fini(&etc);
}

static int look_up(struct rvx_resolver *resolver, int kind)
{
    struct rvx_names *names = NULL;
    struct rvx_txts *txts = NULL;
    struct rvx_mxs *mxs = NULL;
    struct rvx_https *https = NULL;
    struct rvx_records *records = NULL;
    int rc = 0;

    switch (kind) {
    case 0:
        rc = rvx_lookup_addr(resolver, "192.0.2.8", NULL, &names, NULL);
        break;
    case 1:
        rc = rvx_lookup_txt(resolver, "text.example", NULL, &txts, NULL);
        break;
    case 2:
        rc = rvx_lookup_mx(resolver, "mail.example", NULL, &mxs, NULL);
        break;
    case 3:
        rc = rvx_lookup_https(resolver, "web.example", NULL, &https, NULL);
        break;
    case 4:
        rc = rvx_query(resolver, "any.example", 65280, NULL, &records, NULL);
        break;
    }
    rvx_names_free(names);
    rvx_txts_free(txts);
    rvx_mxs_free(mxs);
    rvx_https_free(https);
    rvx_records_free(records);
    return rc;
}

static void test_memory(void **state)
{
    struct server server = {.at_once = true};
    struct etc etc;
    struct rvx_resolver *resolver = make_resolver(&etc, &server);

    (void)state;
    assert_int_equal(look_up(resolver, 4), 0); /* libldns is loaded with the first */
    for (int kind = 0; kind < 5; kind++) {
        for (unsigned n = 0;; n++) {
            int rc;

            oom_fail_after(n);
            rc = look_up(resolver, kind);
            oom_off();
            if (!oom_failed())
                break;
            if (rc != -ENOMEM && rc != 0) /* a text can do without libldns */
                fail_msg("kind %d, allocation %u: %d", kind, n, rc);
        }
        assert_int_equal(look_up(resolver, kind), 0);
    }
    rvx_resolver_free(resolver);
    etc_fini(&etc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mx),        cmocka_unit_test(test_names),  cmocka_unit_test(test_txt),
        cmocka_unit_test(test_srv),       cmocka_unit_test(test_https),  cmocka_unit_test(test_query),
        cmocka_unit_test(test_start),     cmocka_unit_test(test_cancel), cmocka_unit_test(test_memory),
        cmocka_unit_test(test_malformed),
    };

    return cmocka_run_group_tests_name("records", tests, NULL, NULL);
}
