/* host.c - host lookups: what needs no lookup at all, blocking ones, and those on a loop
 *
 * IP literals and the empty name are answered on the spot. Everything else is a lookup as in lookup.h, run through the
 * thread's waiter or as an operation, and its answer becomes the one allocation that the caller gets.
 *
 * A lookup on a loop that finds its answer without waiting, in the cache or the hosts file, never was an operation of
 * its own: the one that hands out the result lies inside of it, and goes with it.
 */
#include <config.h>

#include "resolver/host.h"

#include <errno.h>
#include <string.h>

#include "addr/network.h"
#include "base/error.h"
#include "base/mem.h"
#include "loop/op.h"
#include "resolver/lookup.h"

bool rvx__version_takes(unsigned version, const struct rvx_addr *addr)
{
    return version == 0 || (version == 4 ? addr->family == RVX_FAMILY_IPV4 : addr->family == RVX_FAMILY_IPV6);
}

/* "ip", "ip4", "ip6" and "": 0, 4, 6, 0; negative for others. */
static int parse_version(const char *network)
{
    struct rvx__view text = rvx__view_text(network);
    struct rvx__network parsed;

    if (text.len == 0 || rvx__view_is(text, "ip"))
        return 0;
    if (rvx__view_is(text, "ip4"))
        return 4;
    if (rvx__network_parse(text, &parsed) < 0 || parsed.kind != RVX__NETWORK_IP || parsed.protocol >= 0)
        return RVX_ENETUNKNOWN;
    return parsed.version;
}

static const char *network_of(unsigned version)
{
    if (version == 0)
        return "ip";
    return version == 4 ? "ip4" : "ip6";
}

/* Answers what needs no lookup. *known: it was answered, with an error perhaps. */
static int answer_known(unsigned version, const char *host, bool *known, struct rvx_addrs **addrs)
{
    struct rvx_addr literal;

    *known = true;
    if (host == NULL || host[0] == '\0')
        return RVX_ENOTFOUND;
    if (rvx_addr_parse(host, &literal) < 0) {
        *known = false;
        return 0;
    }
    rvx_addr_unmap(&literal);
    if (!rvx__version_takes(version, &literal))
        return RVX_EADDRNONE;
    return rvx__addrs_new(&literal, 1, "literal", addrs);
}

/* failure: may be NULL. */
static int report(struct rvx_error *err, int code, const char *host, const struct rvx__failure *failure)
{
    if (code == 0)
        return rvx__error_none(err);
    if (code == RVX_EADDRNONE)
        return rvx__error_addr(err, code, rvx__view_text(host));
    return rvx__failure_report(failure, err, code, rvx__view_text(host));
}

static int take_result(struct rvx__lookup *lookup, struct rvx_addrs **addrs)
{
    if (lookup->code < 0)
        return lookup->code;
    return rvx__answer_take_addrs(&lookup->answer, rvx__lookup_source(lookup), addrs);
}

static int find_on(struct rvx_resolver *resolver, unsigned version, const char *host, const struct rvx_ctx *ctx,
                   struct rvx_addrs **addrs, struct rvx_error *err)
{
    struct rvx__lookup lookup;
    int rc = rvx__lookup_init(&lookup, resolver, RVX_REQUEST_HOST, host, network_of(version), RVX_FOREVER);

    if (rc < 0)
        return report(err, rc, host, NULL);
    rc = rvx__lookup_wait(&lookup, ctx);
    if (rc == 0)
        rc = take_result(&lookup, addrs);
    rc = report(err, rc, host, lookup.failure);
    rvx__lookup_fini(&lookup);
    return rc;
}

int rvx__host_find(struct rvx_resolver *resolver, unsigned version, const char *host, const struct rvx_ctx *ctx,
                   struct rvx_addrs **addrs, struct rvx_error *err)
{
    struct rvx_resolver *own = NULL;
    bool known;
    int rc;

    *addrs = NULL;
    rc = answer_known(version, host, &known, addrs);
    if (known)
        return report(err, rc, host, NULL);
    if (resolver == NULL) {
        rc = rvx_resolver_new(NULL, &own, err);
        if (rc < 0)
            return rc;
    }
    rc = find_on(resolver != NULL ? resolver : own, version, host, ctx, addrs, err);
    rvx_resolver_free(own);
    return rc;
}

int rvx_lookup_host(struct rvx_resolver *resolver, const char *network, const char *host, const struct rvx_ctx *ctx,
                    struct rvx_addrs **addrs, struct rvx_error *err)
{
    int version = parse_version(network);

    *addrs = NULL;
    if (version < 0)
        return rvx__error_network(err, rvx__view_text(network));
    return rvx__host_find(resolver, (unsigned)version, host, ctx, addrs, err);
}

struct host_op {
    struct rvx_op op;
    struct rvx__lookup lookup;
    struct rvx_addrs *addrs;
    rvx_addrs_fn callback;
    char host[];
};

static struct host_op *owner_of(struct rvx_op *op)
{
    return RVX__OWNER(op, struct host_op, op);
}

static void stop_host(struct rvx_op *op)
{
    rvx__lookup_fini(&owner_of(op)->lookup);
}

static void free_host(struct rvx_op *op)
{
    struct host_op *host = owner_of(op);

    rvx__lookup_fini(&host->lookup);
    rvx_addrs_free(host->addrs);
    rvx__free(host);
}

static void deliver_host(struct rvx_op *op)
{
    struct host_op *host = owner_of(op);
    struct rvx_addrs *addrs = host->addrs;
    rvx_addrs_fn callback = host->callback;
    void *arg = op->arg;
    int result = op->result;
    struct rvx_error err;

    report(&err, result, host->host, host->lookup.failure);
    host->addrs = NULL;
    free_host(op);
    callback(arg, result, addrs, &err);
}

static const struct rvx__op_kind host_kind = {.stop = stop_host, .free = free_host, .deliver = deliver_host};

static void finish_host(struct rvx__lookup *lookup)
{
    struct host_op *host = RVX__OWNER(lookup, struct host_op, lookup);

    rvx__op_finish(&host->op, take_result(lookup, &host->addrs));
}

/* Hands out a result that was there at once, from inside of it. */
struct ready_op {
    struct rvx_op op;
    struct rvx_addrs *addrs;
    rvx_addrs_fn callback;
};

static struct ready_op *ready_of(struct rvx_op *op)
{
    return RVX__OWNER(op, struct ready_op, op);
}

static void stop_ready(struct rvx_op *op)
{
    (void)op;
}

static void free_ready(struct rvx_op *op)
{
    rvx_addrs_free(ready_of(op)->addrs);
}

static void deliver_ready(struct rvx_op *op)
{
    const struct ready_op ready = *ready_of(op);
    struct rvx_error err;

    rvx__error_none(&err);
    ready.callback(ready.op.arg, 0, ready.addrs, &err);
}

static const struct rvx__op_kind ready_kind = {.stop = stop_ready, .free = free_ready, .deliver = deliver_ready};

/* What the caller of a start function wants. */
struct start {
    struct rvx_loop *loop;
    const char *host;
    rvx_addrs_fn callback;
    void *arg;
    struct rvx_op **op; /* may be NULL */
};

static void hand_out_op(const struct start *start, struct rvx_op *op)
{
    if (start->op != NULL)
        *start->op = op;
}

/* Finishes a lookup that has its answer.  Returns: 0; -ENOMEM, RVX_ELIMIT, and nothing has happened. */
static int start_ready(const struct start *start, struct rvx__lookup *lookup)
{
    struct rvx_addrs *addrs;
    struct ready_op *ready;
    void *room;
    int rc = rvx__answer_take_addrs_with(&lookup->answer, rvx__lookup_source(lookup), sizeof *ready, &addrs, &room);

    if (rc < 0)
        return rc;
    ready = room;
    rvx__op_init(&ready->op, start->loop, &ready_kind, NULL, start->arg);
    ready->addrs = addrs;
    ready->callback = start->callback;
    rvx__op_finish(&ready->op, 0);
    hand_out_op(start, &ready->op);
    return 0;
}

/* A pending operation; NULL: out of memory. */
static struct host_op *new_op(const struct start *start)
{
    size_t size = strlen(start->host) + 1;
    struct host_op *host = rvx__calloc(1, sizeof *host + size);

    if (host == NULL)
        return NULL;
    memcpy(host->host, start->host, size);
    host->callback = start->callback;
    rvx__op_init(&host->op, start->loop, &host_kind, NULL, start->arg);
    return host;
}

/* Hands out a result, or an error, that took no lookup.  addrs: taken over; may be NULL. */
static int start_known(const struct start *start, int code, struct rvx_addrs *addrs)
{
    struct host_op *host = new_op(start);

    if (host == NULL) {
        rvx_addrs_free(addrs);
        return -ENOMEM;
    }
    host->addrs = addrs;
    rvx__op_finish(&host->op, code);
    hand_out_op(start, &host->op);
    return 0;
}

/* Goes on with a lookup that has to wait, or tells of its failure. It is taken over. */
static int start_waiting(const struct start *start, struct rvx__lookup *lookup)
{
    struct host_op *host = new_op(start);
    int rc = 0;

    if (host == NULL) {
        rvx__lookup_fini(lookup);
        return -ENOMEM;
    }
    host->lookup = *lookup;
    host->lookup.request.name = host->host;
    if (host->lookup.done)
        rvx__op_finish(&host->op, host->lookup.code);
    else
        rc = rvx__lookup_start(&host->lookup, start->loop, finish_host);
    if (rc < 0) {
        rvx__op_fini(&host->op);
        free_host(&host->op);
        return rc;
    }
    hand_out_op(start, &host->op);
    return 0;
}

static int start_lookup(const struct start *start, struct rvx_resolver *resolver, unsigned version, rvx_time deadline)
{
    struct rvx__lookup lookup;
    int rc = rvx__lookup_init(&lookup, resolver, RVX_REQUEST_HOST, start->host, network_of(version), deadline);

    if (rc == RVX_ENOBACKEND)
        return start_known(start, rc, NULL);
    if (rc < 0)
        return rc;
    if (rvx__lookup_try(&lookup) && lookup.code == 0)
        lookup.code = start_ready(start, &lookup);
    if (!lookup.done || lookup.code < 0)
        return start_waiting(start, &lookup);
    rvx__lookup_fini(&lookup);
    return 0;
}

int rvx_lookup_host_start(struct rvx_loop *loop, struct rvx_resolver *resolver, const char *network, const char *host,
                          rvx_time deadline, rvx_addrs_fn callback, void *arg, struct rvx_op **op)
{
    const struct start start = {loop, host != NULL ? host : "", callback, arg, op};
    int version = parse_version(network);
    int rc = rvx__loop_check(loop);
    struct rvx_addrs *addrs = NULL;
    bool known;

    if (op != NULL)
        *op = NULL;
    if (version < 0)
        return version;
    if (rc < 0)
        return rc;
    rc = answer_known((unsigned)version, start.host, &known, &addrs);
    if (known)
        return start_known(&start, rc, addrs);
    return start_lookup(&start, resolver, (unsigned)version, deadline != 0 ? deadline : RVX_FOREVER);
}
