/* names.c - lookups whose result is names: of an address, of an alias, of name servers
 *
 * The canonical name is found as a by-product of the addresses, as Go's LookupCNAME does: a name without addresses has
 * none, unless it is an alias. Where a source does not tell it, the name asked for is the canonical one.
 */
#include <config.h>

#include "resolver/records.h"

#include "base/mem.h"
#include "dns/wire.h"
#include "resolver/result.h"

static void call_names(rvx__records_fn callback, void *arg, int result, void *made, const struct rvx_error *err)
{
    ((rvx_names_fn)callback)(arg, result, made, err);
}

/* A result with room for n names in `bytes` bytes of wire form or text. */
static int init_names(struct rvx__result *result, struct rvx__lookup *lookup, size_t n, size_t bytes,
                      const char ***v)
{
    int rc = rvx__result_init(result, lookup, sizeof(struct rvx_names), n * (sizeof **v + 1) + 4 * bytes);

    *v = rc == 0 ? rvx__result_take(result, n * sizeof **v) : NULL;
    return rc;
}

static int done_names(struct rvx__result *result, const char *const *v, size_t n, void **made)
{
    struct rvx_names *names = (struct rvx_names *)(void *)result->about;

    names->v = v;
    names->n = n;
    return rvx__result_done(result, n, made);
}

static int make_addr(struct rvx__lookup *lookup, void **made)
{
    size_t n = rvx__answer_n(&lookup->answer);
    struct rvx__result result;
    const char **v;
    int rc = init_names(&result, lookup, n, 0, &v); /* the texts are counted already */

    if (rc < 0)
        return rc;
    for (size_t i = 0; v != NULL && i < n; i++)
        v[i] = rvx__result_text(&result, rvx__view_text(rvx__answer_name(&lookup->answer, i)));
    return done_names(&result, v, n, made);
}

static int make_cname(struct rvx__lookup *lookup, void **made)
{
    struct rvx__result result;
    const char **v;
    int rc = init_names(&result, lookup, 1, 0, &v);

    if (rc < 0)
        return rc;
    if (v != NULL)
        v[0] = result.about->name;
    return done_names(&result, v, 1, made);
}

static int make_ns(struct rvx__lookup *lookup, void **made)
{
    size_t records_n = rvx__answer_n(&lookup->answer), n = 0;
    struct rvx__result result;
    const char **v;
    int rc = init_names(&result, lookup, records_n, rvx__result_bytes(lookup), &v);

    if (rc < 0)
        return rc;
    for (size_t i = 0; v != NULL && i < records_n; i++) {
        struct rvx__name name;

        if (rvx__result_read_host(rvx__result_data(lookup, i), 0, &name))
            v[n++] = rvx__result_name(&result, &name);
        else
            result.about->dropped++;
    }
    return done_names(&result, v, n, made);
}

static const struct rvx__records_kind addr_kind = {RVX_REQUEST_ADDR, make_addr, call_names, false};
static const struct rvx__records_kind cname_kind = {RVX_REQUEST_HOST, make_cname, call_names, true};
static const struct rvx__records_kind ns_kind = {RVX_REQUEST_RECORDS, make_ns, call_names, false};

int rvx_lookup_addr(struct rvx_resolver *resolver, const char *addr, const struct rvx_ctx *ctx,
                    struct rvx_names **names, struct rvx_error *err)
{
    const struct rvx__records_what what = {.kind = &addr_kind, .name = addr};
    void *made;
    int rc = rvx__records_find(resolver, &what, ctx, &made, err);

    *names = made;
    return rc;
}

int rvx_lookup_addr_start(struct rvx_loop *loop, struct rvx_resolver *resolver, const char *addr, rvx_time deadline,
                          rvx_names_fn callback, void *arg, struct rvx_op **op)
{
    const struct rvx__records_what what = {.kind = &addr_kind, .name = addr};
    const struct rvx__records_start start = {deadline, (rvx__records_fn)callback, arg, op};

    return rvx__records_start(loop, resolver, &what, &start);
}

int rvx_lookup_cname(struct rvx_resolver *resolver, const char *host, const struct rvx_ctx *ctx,
                     struct rvx_names **names, struct rvx_error *err)
{
    const struct rvx__records_what what = {.kind = &cname_kind, .name = host};
    void *made;
    int rc = rvx__records_find(resolver, &what, ctx, &made, err);

    *names = made;
    return rc;
}

int rvx_lookup_cname_start(struct rvx_loop *loop, struct rvx_resolver *resolver, const char *host, rvx_time deadline,
                           rvx_names_fn callback, void *arg, struct rvx_op **op)
{
    const struct rvx__records_what what = {.kind = &cname_kind, .name = host};
    const struct rvx__records_start start = {deadline, (rvx__records_fn)callback, arg, op};

    return rvx__records_start(loop, resolver, &what, &start);
}

int rvx_lookup_ns(struct rvx_resolver *resolver, const char *name, const struct rvx_ctx *ctx,
                  struct rvx_names **names, struct rvx_error *err)
{
    const struct rvx__records_what what = {.kind = &ns_kind, .name = name, .type = RVX__DNS_TYPE_NS};
    void *made;
    int rc = rvx__records_find(resolver, &what, ctx, &made, err);

    *names = made;
    return rc;
}

int rvx_lookup_ns_start(struct rvx_loop *loop, struct rvx_resolver *resolver, const char *name, rvx_time deadline,
                        rvx_names_fn callback, void *arg, struct rvx_op **op)
{
    const struct rvx__records_what what = {.kind = &ns_kind, .name = name, .type = RVX__DNS_TYPE_NS};
    const struct rvx__records_start start = {deadline, (rvx__records_fn)callback, arg, op};

    return rvx__records_start(loop, resolver, &what, &start);
}

void rvx_names_free(struct rvx_names *names)
{
    rvx__free(names);
}
