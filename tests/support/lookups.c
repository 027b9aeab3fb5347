/* lookups.c - every kind of lookup by one call, blocking or on a loop, and what came of it as a line of text */
#include "support/test.h"

#include "support/lookups.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <resolvx/records.h>

#define TYPE 65280

const char *const lookup_names[LOOKUPS_N] = {"host", "addr", "cname", "ns", "txt", "mx", "srv", "https", "query"};

__attribute__((format(printf, 2, 3))) static void add(struct lookup_seen *seen, const char *format, ...)
{
    size_t len = strlen(seen->text);
    va_list args;

    va_start(args, format);
    vsnprintf(seen->text + len, sizeof seen->text - len, format, args);
    va_end(args);
}

static const char *comma(size_t i)
{
    return i > 0 ? ", " : "";
}

static void add_about(struct lookup_seen *seen, const struct rvx_about *about)
{
    add(seen, " (ttl %u", (unsigned)about->ttl);
    if (about->dropped > 0)
        add(seen, ", dropped %u", about->dropped);
    if (about->authentic)
        add(seen, ", authentic");
    if (about->cached)
        add(seen, ", cached");
    if (about->stale)
        add(seen, ", stale");
    for (size_t i = 0; i < about->chain_n; i++)
        add(seen, "%s%s", i == 0 ? ", by " : " ", about->chain[i]);
    add(seen, ")");
    snprintf(seen->server, sizeof seen->server, "%s", about->server != NULL ? about->server : "");
}

/* Notes how it ended; true with a result. */
static bool note(struct lookup_seen *seen, int result, const void *made, const struct rvx_error *err)
{
    seen->calls++;
    seen->result = result;
    seen->err = *err;
    seen->text[0] = '\0';
    assert_int_equal(err->code, result);
    assert_true((made != NULL) == (result == 0));
    if (result < 0)
        add(seen, "%s", rvx_strerror(result));
    return result == 0;
}

static void go_on(struct lookup_seen *seen)
{
    if (seen->then != NULL)
        seen->then(seen);
}

static void see_addrs(void *arg, int result, struct rvx_addrs *addrs, const struct rvx_error *err)
{
    struct lookup_seen *seen = arg;
    char text[RVX_ADDR_STRLEN];

    if (note(seen, result, addrs, err)) {
        for (size_t i = 0; i < addrs->n; i++)
            add(seen, "%s%s", comma(i), rvx_addr_host_text(&addrs->v[i], text));
        if (addrs->stale)
            add(seen, " (ttl %u%s, stale)", (unsigned)addrs->ttl, addrs->cached ? ", cached" : "");
    }
    rvx_addrs_free(addrs);
    go_on(seen);
}

static void see_names(void *arg, int result, struct rvx_names *names, const struct rvx_error *err)
{
    struct lookup_seen *seen = arg;

    if (note(seen, result, names, err)) {
        for (size_t i = 0; i < names->n; i++)
            add(seen, "%s%s", comma(i), names->v[i]);
        add_about(seen, &names->about);
    }
    rvx_names_free(names);
    go_on(seen);
}

static void see_txts(void *arg, int result, struct rvx_txts *txts, const struct rvx_error *err)
{
    struct lookup_seen *seen = arg;

    if (note(seen, result, txts, err)) {
        for (size_t i = 0; i < txts->n; i++)
            add(seen, "%s%s", comma(i), txts->v[i].text.data);
        add_about(seen, &txts->about);
    }
    rvx_txts_free(txts);
    go_on(seen);
}

static void see_mxs(void *arg, int result, struct rvx_mxs *mxs, const struct rvx_error *err)
{
    struct lookup_seen *seen = arg;

    if (note(seen, result, mxs, err)) {
        for (size_t i = 0; i < mxs->n; i++)
            add(seen, "%s%u %s", comma(i), mxs->v[i].preference, mxs->v[i].host);
        add_about(seen, &mxs->about);
    }
    rvx_mxs_free(mxs);
    go_on(seen);
}

static void see_srvs(void *arg, int result, struct rvx_srvs *srvs, const struct rvx_error *err)
{
    struct lookup_seen *seen = arg;

    if (note(seen, result, srvs, err)) {
        for (size_t i = 0; i < srvs->n; i++) {
            const struct rvx_srv *srv = &srvs->v[i];

            add(seen, "%s%u %u %s:%u", comma(i), srv->priority, srv->weight, srv->target, srv->port);
        }
        add_about(seen, &srvs->about);
    }
    rvx_srvs_free(srvs);
    go_on(seen);
}

static void see_https(void *arg, int result, struct rvx_https *https, const struct rvx_error *err)
{
    struct lookup_seen *seen = arg;

    if (note(seen, result, https, err)) {
        for (size_t i = 0; i < https->n; i++) {
            const struct rvx_endpoint *endpoint = &https->v[i];

            add(seen, "%s%u %s", comma(i), endpoint->priority, endpoint->target);
            for (size_t k = 0; k < endpoint->alpn_n; k++)
                add(seen, " %s", endpoint->alpn[k]);
        }
        add_about(seen, &https->about);
    }
    rvx_https_free(https);
    go_on(seen);
}

static void see_records(void *arg, int result, struct rvx_records *records, const struct rvx_error *err)
{
    struct lookup_seen *seen = arg;

    if (note(seen, result, records, err)) {
        for (size_t i = 0; i < records->n; i++)
            add(seen, "%s%s %s", comma(i), records->v[i].name, records->v[i].text);
        add_about(seen, &records->about);
    }
    rvx_records_free(records);
    go_on(seen);
}

/* Asks for what one of the see functions above takes, and hands it over. */
#define WAIT(type, see, call)      \
    do {                           \
        struct type *made;         \
        int rc = call;             \
                                   \
        see(seen, rc, made, &err); \
    } while (0)

int lookup_wait(enum lookup_kind kind, struct rvx_resolver *resolver, const char *name, const struct rvx_ctx *ctx,
                struct lookup_seen *seen)
{
    struct rvx_error err;

    switch (kind) {
    case LOOKUP_HOST:
        WAIT(rvx_addrs, see_addrs, rvx_lookup_host(resolver, "ip", name, ctx, &made, &err));
        break;
    case LOOKUP_ADDR:
        WAIT(rvx_names, see_names, rvx_lookup_addr(resolver, name, ctx, &made, &err));
        break;
    case LOOKUP_CNAME:
        WAIT(rvx_names, see_names, rvx_lookup_cname(resolver, name, ctx, &made, &err));
        break;
    case LOOKUP_NS:
        WAIT(rvx_names, see_names, rvx_lookup_ns(resolver, name, ctx, &made, &err));
        break;
    case LOOKUP_TXT:
        WAIT(rvx_txts, see_txts, rvx_lookup_txt(resolver, name, ctx, &made, &err));
        break;
    case LOOKUP_MX:
        WAIT(rvx_mxs, see_mxs, rvx_lookup_mx(resolver, name, ctx, &made, &err));
        break;
    case LOOKUP_SRV:
        WAIT(rvx_srvs, see_srvs, rvx_lookup_srv(resolver, "", "", name, ctx, &made, &err));
        break;
    case LOOKUP_HTTPS:
        WAIT(rvx_https, see_https, rvx_lookup_https(resolver, name, ctx, &made, &err));
        break;
    case LOOKUP_QUERY:
        WAIT(rvx_records, see_records, rvx_query(resolver, name, TYPE, ctx, &made, &err));
        break;
    case LOOKUPS_N:
        break;
    }
    return seen->result;
}

int lookup_start(enum lookup_kind kind, struct rvx_loop *loop, struct rvx_resolver *resolver, const char *name,
                 rvx_time deadline, struct lookup_seen *seen, struct rvx_op **op)
{
    switch (kind) {
    case LOOKUP_HOST:
        return rvx_lookup_host_start(loop, resolver, "ip", name, deadline, see_addrs, seen, op);
    case LOOKUP_ADDR:
        return rvx_lookup_addr_start(loop, resolver, name, deadline, see_names, seen, op);
    case LOOKUP_CNAME:
        return rvx_lookup_cname_start(loop, resolver, name, deadline, see_names, seen, op);
    case LOOKUP_NS:
        return rvx_lookup_ns_start(loop, resolver, name, deadline, see_names, seen, op);
    case LOOKUP_TXT:
        return rvx_lookup_txt_start(loop, resolver, name, deadline, see_txts, seen, op);
    case LOOKUP_MX:
        return rvx_lookup_mx_start(loop, resolver, name, deadline, see_mxs, seen, op);
    case LOOKUP_SRV:
        return rvx_lookup_srv_start(loop, resolver, "", "", name, deadline, see_srvs, seen, op);
    case LOOKUP_HTTPS:
        return rvx_lookup_https_start(loop, resolver, name, deadline, see_https, seen, op);
    case LOOKUP_QUERY:
        return rvx_query_start(loop, resolver, name, TYPE, deadline, see_records, seen, op);
    case LOOKUPS_N:
        break;
    }
    return RVX_EINTERNAL;
}
