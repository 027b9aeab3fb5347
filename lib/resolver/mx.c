/* mx.c - mail exchangers, RFC 5321 section 5.1: by preference, those of equal preference in random order
 *
 * A single record with the root as its host says that the domain takes no mail (RFC 7505).
 */
#include <config.h>

#include "resolver/records.h"

#include "base/mem.h"
#include "dns/wire.h"
#include "resolver/result.h"

static void call_mxs(rvx__records_fn callback, void *arg, int result, void *made, const struct rvx_error *err)
{
    ((rvx_mxs_fn)callback)(arg, result, made, err);
}

/* Insertion: keeps the order of equal ones, which qsort(3) does not promise, and the lists are short. */
static void sort(struct rvx_mx *v, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        struct rvx_mx moved = v[i];
        size_t at = i;

        for (; at > 0 && v[at - 1].preference > moved.preference; at--)
            v[at] = v[at - 1];
        v[at] = moved;
    }
}

static bool is_null(const struct rvx__lookup *lookup)
{
    struct rvx__view data = rvx__result_data(lookup, 0);

    return rvx__answer_n(&lookup->answer) == 1 && data.len == 3 && rvx__wire_u8(data, 2) == 0;
}

static size_t fill(struct rvx__lookup *lookup, struct rvx__result *result, struct rvx_mx *v)
{
    size_t n = 0;

    for (size_t i = 0; v != NULL && i < rvx__answer_n(&lookup->answer); i++) {
        struct rvx__view data = rvx__result_data(lookup, i);
        struct rvx__name host;

        if (!rvx__result_read_host(data, 2, &host)) {
            result->about->dropped++;
            continue;
        }
        v[n].host = rvx__result_name(result, &host);
        v[n].preference = rvx__wire_u16(data, 0);
        v[n++].ttl = rvx__answer_record(&lookup->answer, i)->ttl;
    }
    return n;
}

static int make_mxs(struct rvx__lookup *lookup, void **made)
{
    size_t records_n = rvx__answer_n(&lookup->answer), n;
    struct rvx__result result;
    struct rvx_mxs *mxs;
    struct rvx_mx *v;
    int rc;

    if (is_null(lookup)) {
        rvx__result_explain(lookup, "null MX: takes no mail");
        return RVX_ENOTFOUND;
    }
    rc = rvx__result_init(&result, lookup, sizeof *mxs, records_n * (sizeof *v + 1) + 4 * rvx__result_bytes(lookup));
    if (rc < 0)
        return rc;
    v = rvx__result_take(&result, records_n * sizeof *v);
    n = fill(lookup, &result, v);
    rvx__result_shuffle(lookup, v, n, sizeof *v);
    sort(v, n);
    mxs = (struct rvx_mxs *)(void *)result.about;
    mxs->v = v;
    mxs->n = n;
    return rvx__result_done(&result, n, made);
}

static const struct rvx__records_kind kind = {RVX_REQUEST_RECORDS, make_mxs, call_mxs, false};

int rvx_lookup_mx(struct rvx_resolver *resolver, const char *name, const struct rvx_ctx *ctx,
                  struct rvx_mxs **mxs, struct rvx_error *err)
{
    const struct rvx__records_what what = {.kind = &kind, .name = name, .type = RVX__DNS_TYPE_MX};
    void *made;
    int rc = rvx__records_find(resolver, &what, ctx, &made, err);

    *mxs = made;
    return rc;
}

int rvx_lookup_mx_start(struct rvx_loop *loop, struct rvx_resolver *resolver, const char *name, rvx_time deadline,
                        rvx_mxs_fn callback, void *arg, struct rvx_op **op)
{
    const struct rvx__records_what what = {.kind = &kind, .name = name, .type = RVX__DNS_TYPE_MX};
    const struct rvx__records_start start = {deadline, (rvx__records_fn)callback, arg, op};

    return rvx__records_start(loop, resolver, &what, &start);
}

void rvx_mxs_free(struct rvx_mxs *mxs)
{
    rvx__free(mxs);
}
