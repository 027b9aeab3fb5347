/* txt.c - TXT records: strings of up to 255 bytes each, in any bytes, RFC 1035 section 3.3.14
 *
 * What they mean together is up to who reads them: joined without anything in between, as SPF and DKIM want it, or one
 * by one.
 */
#include <config.h>

#include "resolver/records.h"

#include "base/mem.h"
#include "dns/wire.h"
#include "resolver/result.h"

static void call_txts(rvx__records_fn callback, void *arg, int result, void *made, const struct rvx_error *err)
{
    ((rvx_txts_fn)callback)(arg, result, made, err);
}

/* How many strings; 0 if they are not whole. */
static size_t count_strings(struct rvx__view data)
{
    struct rvx__view string;
    size_t n = 0;

    while (rvx__wire_take_string(&data, &string))
        n++;
    return data.len == 0 ? n : 0;
}

/* Copies the strings, and then all of them joined. */
static void fill_txt(struct rvx__result *result, struct rvx__view data, struct rvx_txt *txt)
{
    size_t n = count_strings(data), len = data.len - n, i = 0;
    struct rvx_bytes *strings = rvx__result_take(result, n * sizeof *strings);
    char *joined = rvx__result_take(result, len + 1);
    struct rvx__view string;

    if (strings == NULL || joined == NULL)
        return;
    txt->text = (struct rvx_bytes){joined, len};
    txt->strings = strings;
    txt->strings_n = n;
    for (; rvx__wire_take_string(&data, &string); i++) {
        strings[i] = (struct rvx_bytes){rvx__result_text(result, string), string.len};
        if (string.len > 0)
            memcpy(joined, string.data, string.len);
        joined += string.len;
    }
}

static size_t count_all(const struct rvx__lookup *lookup)
{
    size_t n = 0;

    for (size_t i = 0; i < rvx__answer_n(&lookup->answer); i++)
        n += count_strings(rvx__result_data(lookup, i));
    return n;
}

static int make_txts(struct rvx__lookup *lookup, void **made)
{
    size_t records_n = rvx__answer_n(&lookup->answer), n = 0;
    size_t per_record = sizeof(struct rvx_txt) + 4 * sizeof(void *);
    size_t room = records_n * per_record + count_all(lookup) * (sizeof(struct rvx_bytes) + 1);
    struct rvx__result result;
    struct rvx_txts *txts;
    struct rvx_txt *v;
    int rc = rvx__result_init(&result, lookup, sizeof *txts, room + 2 * rvx__result_bytes(lookup));

    if (rc < 0)
        return rc;
    v = rvx__result_take(&result, records_n * sizeof *v);
    for (size_t i = 0; v != NULL && i < records_n; i++) {
        struct rvx__view data = rvx__result_data(lookup, i);

        if (count_strings(data) == 0) {
            result.about->dropped++;
            continue;
        }
        v[n].ttl = rvx__answer_record(&lookup->answer, i)->ttl;
        fill_txt(&result, data, &v[n++]);
    }
    txts = (struct rvx_txts *)(void *)result.about;
    txts->v = v;
    txts->n = n;
    return rvx__result_done(&result, n, made);
}

static const struct rvx__records_kind kind = {RVX_REQUEST_RECORDS, make_txts, call_txts, false};

int rvx_lookup_txt(struct rvx_resolver *resolver, const char *name, const struct rvx_ctx *ctx,
                   struct rvx_txts **txts, struct rvx_error *err)
{
    const struct rvx__records_what what = {.kind = &kind, .name = name, .type = RVX__DNS_TYPE_TXT};
    void *made;
    int rc = rvx__records_find(resolver, &what, ctx, &made, err);

    *txts = made;
    return rc;
}

int rvx_lookup_txt_start(struct rvx_loop *loop, struct rvx_resolver *resolver, const char *name, rvx_time deadline,
                         rvx_txts_fn callback, void *arg, struct rvx_op **op)
{
    const struct rvx__records_what what = {.kind = &kind, .name = name, .type = RVX__DNS_TYPE_TXT};
    const struct rvx__records_start start = {deadline, (rvx__records_fn)callback, arg, op};

    return rvx__records_start(loop, resolver, &what, &start);
}

void rvx_txts_free(struct rvx_txts *txts)
{
    rvx__free(txts);
}
