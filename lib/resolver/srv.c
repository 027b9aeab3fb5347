/* srv.c - where services are, RFC 2782: by priority, and within one priority drawn by weight
 *
 * Drawing as the RFC says: those of weight 0 first, running sums, a number from 0 to the sum, and the first whose
 * running sum reaches it; then once more among the others. Go never draws one of weight 0 before others have gone; the
 * RFC gives it a very small chance, and so do we.
 */
#include <config.h>

#include "resolver/records.h"

#include "base/buf.h"
#include "base/mem.h"
#include "dns/wire.h"
#include "resolver/result.h"

static void call_srvs(rvx__records_fn callback, void *arg, int result, void *made, const struct rvx_error *err)
{
    ((rvx_srvs_fn)callback)(arg, result, made, err);
}

static bool is_behind(const struct rvx_srv *a, const struct rvx_srv *b)
{
    if (a->priority != b->priority)
        return a->priority > b->priority;
    return a->weight != 0 && b->weight == 0;
}

/* By priority, weight 0 first; otherwise as received. */
static void sort(struct rvx_srv *v, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        struct rvx_srv moved = v[i];
        size_t at = i;

        for (; at > 0 && is_behind(&v[at - 1], &moved); at--)
            v[at] = v[at - 1];
        v[at] = moved;
    }
}

/* Moves a drawn one of n records of one priority to the front. */
static void draw_first(const struct rvx__lookup *lookup, struct rvx_srv *v, size_t n)
{
    uint32_t sum = 0, running = 0, number;
    size_t chosen = 0;
    struct rvx_srv first;

    for (size_t i = 0; i < n; i++)
        sum += v[i].weight;
    number = rvx__result_draw(lookup, sum + 1);
    while (chosen < n - 1 && (running += v[chosen].weight) < number)
        chosen++;
    first = v[chosen];
    memmove(v + 1, v, chosen * sizeof *v);
    v[0] = first;
}

static void draw_order(const struct rvx__lookup *lookup, struct rvx_srv *v, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        size_t same = 1;

        while (i + same < n && v[i + same].priority == v[i].priority)
            same++;
        draw_first(lookup, v + i, same);
    }
}

static bool is_refusal(const struct rvx__lookup *lookup)
{
    struct rvx__view data = rvx__result_data(lookup, 0);

    return rvx__answer_n(&lookup->answer) == 1 && data.len == 7 && rvx__wire_u8(data, 6) == 0;
}

static size_t fill(struct rvx__lookup *lookup, struct rvx__result *result, struct rvx_srv *v)
{
    size_t n = 0;

    for (size_t i = 0; v != NULL && i < rvx__answer_n(&lookup->answer); i++) {
        struct rvx__view data = rvx__result_data(lookup, i);
        struct rvx__name target;

        if (!rvx__result_read_host(data, 6, &target)) {
            result->about->dropped++;
            continue;
        }
        v[n].target = rvx__result_name(result, &target);
        v[n].priority = rvx__wire_u16(data, 0);
        v[n].weight = rvx__wire_u16(data, 2);
        v[n].port = rvx__wire_u16(data, 4);
        v[n++].ttl = rvx__answer_record(&lookup->answer, i)->ttl;
    }
    return n;
}

static int make_srvs(struct rvx__lookup *lookup, void **made)
{
    size_t records_n = rvx__answer_n(&lookup->answer), n;
    struct rvx__result result;
    struct rvx_srvs *srvs;
    struct rvx_srv *v;
    int rc;

    if (is_refusal(lookup)) {
        rvx__result_explain(lookup, "decidedly not available");
        return RVX_ENOTFOUND;
    }
    rc = rvx__result_init(&result, lookup, sizeof *srvs, records_n * (sizeof *v + 1) + 4 * rvx__result_bytes(lookup));
    if (rc < 0)
        return rc;
    v = rvx__result_take(&result, records_n * sizeof *v);
    n = fill(lookup, &result, v);
    sort(v, n);
    draw_order(lookup, v, n);
    srvs = (struct rvx_srvs *)(void *)result.about;
    srvs->v = v;
    srvs->n = n;
    return rvx__result_done(&result, n, made);
}

static const struct rvx__records_kind kind = {RVX_REQUEST_RECORDS, make_srvs, call_srvs, false};

/* "_SERVICE._PROTO.NAME", or NAME. What is too long for a name does not exist. */
static const char *make_name(char text[RVX__NAME_TEXT_SIZE], const char *service, const char *proto, const char *name)
{
    bool plain = (service == NULL || service[0] == '\0') && (proto == NULL || proto[0] == '\0');
    struct rvx__buf buf;

    if (plain || name == NULL)
        return name;
    rvx__buf_init(&buf, text, RVX__NAME_TEXT_SIZE);
    rvx__buf_add_text(&buf, "_");
    rvx__buf_add_text(&buf, service != NULL ? service : "");
    rvx__buf_add_text(&buf, "._");
    rvx__buf_add_text(&buf, proto != NULL ? proto : "");
    rvx__buf_add_text(&buf, ".");
    rvx__buf_add_text(&buf, name);
    return rvx__buf_finish(&buf) >= 0 ? text : "";
}

int rvx_lookup_srv(struct rvx_resolver *resolver, const char *service, const char *proto, const char *name,
                   const struct rvx_ctx *ctx, struct rvx_srvs **srvs, struct rvx_error *err)
{
    char text[RVX__NAME_TEXT_SIZE];
    const struct rvx__records_what what = {
        .kind = &kind,
        .name = make_name(text, service, proto, name),
        .type = RVX__DNS_TYPE_SRV,
    };
    void *made;
    int rc = rvx__records_find(resolver, &what, ctx, &made, err);

    *srvs = made;
    return rc;
}

int rvx_lookup_srv_start(struct rvx_loop *loop, struct rvx_resolver *resolver, const char *service, const char *proto,
                         const char *name, rvx_time deadline, rvx_srvs_fn callback, void *arg, struct rvx_op **op)
{
    char text[RVX__NAME_TEXT_SIZE];
    const struct rvx__records_what what = {
        .kind = &kind,
        .name = make_name(text, service, proto, name),
        .type = RVX__DNS_TYPE_SRV,
    };
    const struct rvx__records_start start = {deadline, (rvx__records_fn)callback, arg, op};

    return rvx__records_start(loop, resolver, &what, &start);
}

void rvx_srvs_free(struct rvx_srvs *srvs)
{
    rvx__free(srvs);
}
