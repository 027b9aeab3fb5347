/* ports.c - from service names to ports
 *
 * A number is a port, whatever the network and the resolver. A name is a lookup as in lookup.h, with one short cut: on
 * a resolver that has made a table of its services file, and whose plan is that table and then the built-in one, an
 * answer is two or three probes and no lock, no allocation, no system call.
 *
 * Errors have the texts of the newest Go: "address 65536: invalid port", "address foo: unknown network", "lookup
 * tcp/nosuch: unknown port".
 */
#include <config.h>

#include <resolvx/resolver.h>

#include <string.h>

#include "addr/port.h"
#include "base/buf.h"
#include "base/error.h"
#include "conf/services_builtin.h"
#include "loop/waiter.h"
#include "resolver/lookup.h"

/* What a network's ports are looked for under. */
struct protocol {
    const char *name; /* as in errors and requests */
    unsigned n;
    struct rvx__view tries[2]; /* n of them, in this order */
};

static const struct protocol tcp = {"tcp", 1, {{"tcp", 3}}};
static const struct protocol udp = {"udp", 1, {{"udp", 3}}};
static const struct protocol either = {"ip", 2, {{"tcp", 3}, {"udp", 3}}};

/* NULL: no such network. */
static const struct protocol *find_protocol(const char *network)
{
    static const struct {
        const char *network;
        const struct protocol *protocol;
    } table[] = {
        {"tcp", &tcp},  {"udp", &udp},  {"tcp4", &tcp},  {"tcp6", &tcp},
        {"udp4", &udp}, {"udp6", &udp}, {"ip", &either}, {"", &either},
    };

    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (strcmp(network, table[i].network) == 0)
            return table[i].protocol;
    }
    return NULL;
}

static int report(struct rvx_error *err, int code, const struct protocol *protocol, struct rvx__view service)
{
    char name[RVX_ERROR_NAME_SIZE];
    struct rvx__buf buf;

    if (code == 0)
        return rvx__error_none(err);
    if (err == NULL)
        return code;
    rvx__buf_init(&buf, name, sizeof name);
    rvx__buf_add_text(&buf, protocol->name);
    rvx__buf_add_byte(&buf, '/');
    rvx__buf_add(&buf, service);
    rvx__buf_finish(&buf);
    return rvx__error_lookup(err, code, rvx__buf_view(&buf), NULL);
}

static bool find_in_table(const struct rvx__services *table, struct rvx__view service, const struct protocol *protocol,
                          uint16_t *port)
{
    const struct rvx__service *found = NULL;

    for (unsigned i = 0; found == NULL && i < protocol->n; i++)
        found = rvx__services_find(table, service, protocol->tries[i]);
    if (found != NULL)
        *port = found->port;
    return found != NULL;
}

static bool find_in_builtin(struct rvx__view service, const struct protocol *protocol, uint16_t *port)
{
    struct rvx__service found;

    for (unsigned i = 0; i < protocol->n; i++) {
        if (rvx__services_builtin_find(service, protocol->tries[i], &found)) {
            *port = found.port;
            return true;
        }
    }
    return false;
}

/* Does the context end a lookup before it begins, or is it no context? */
static bool is_over(const struct rvx_ctx *ctx)
{
    return ctx != NULL && (rvx__ctx_check(ctx) < 0 || rvx_cancel_fired(ctx->cancel));
}

/* The short cut. *taken: it was open, and the result is what a lookup would have given. */
static int find_at_once(struct rvx_resolver *resolver, const struct protocol *protocol, struct rvx__view service,
                        uint16_t *port, bool *taken)
{
    const struct rvx__snapshot *snapshot;
    const struct rvx__services *table;
    bool found = false;
    unsigned place;

    *taken = false;
    if (rvx__store_is_due(&resolver->store))
        return 0;
    snapshot = rvx__store_enter(&resolver->store, &place);
    table = snapshot != NULL ? snapshot->ports_at_once : NULL;
    if (table != NULL) {
        *taken = true;
        found = find_in_table(table, service, protocol, port);
    }
    rvx__store_leave(&resolver->store, place);
    if (*taken && !found)
        found = find_in_builtin(service, protocol, port);
    return found || !*taken ? 0 : RVX_EPORTUNKNOWN;
}

static int find_by_lookup(struct rvx_resolver *resolver, const struct protocol *protocol, const char *service,
                          const struct rvx_ctx *ctx, uint16_t *port)
{
    struct rvx__lookup lookup;
    int rc = rvx__lookup_init(&lookup, resolver, RVX_REQUEST_PORT, service, protocol->name, RVX_FOREVER);

    if (rc < 0)
        return rc;
    rc = rvx__lookup_wait(&lookup, ctx);
    if (rc == 0)
        *port = rvx__answer_port(&lookup.answer);
    rvx__lookup_fini(&lookup);
    return rc;
}

/* Looks up a name; service is NUL-terminated here. */
static int find_name(struct rvx_resolver *resolver, const struct protocol *protocol, struct rvx__view service,
                     const struct rvx_ctx *ctx, uint16_t *port, struct rvx_error *err)
{
    struct rvx_resolver *own = NULL;
    bool taken;
    int rc;

    if (resolver != NULL) {
        taken = false;
        rc = is_over(ctx) ? 0 : find_at_once(resolver, protocol, service, port, &taken);
        if (taken)
            return report(err, rc, protocol, service);
    } else {
        rc = rvx_resolver_new(NULL, &own, err);
        if (rc < 0)
            return rc;
        resolver = own;
    }
    rc = find_by_lookup(resolver, protocol, service.data, ctx, port);
    rvx_resolver_free(own);
    return report(err, rc, protocol, service);
}

int rvx_lookup_port(struct rvx_resolver *resolver, const char *network, const char *service, const struct rvx_ctx *ctx,
                    uint16_t *port, struct rvx_error *err)
{
    struct rvx__view text = rvx__view_text(service);
    const struct protocol *protocol;

    *port = 0;
    switch (rvx__port_parse(text, port)) {
    case RVX__PORT_NUMBER:
        return rvx__error_none(err);
    case RVX__PORT_INVALID:
        return rvx__error_addr(err, RVX_EPORTINVALID, text);
    case RVX__PORT_NAME:
        break;
    }
    protocol = find_protocol(network != NULL ? network : "");
    if (protocol == NULL)
        return rvx__error_addr(err, RVX_ENETUNKNOWN, rvx__view_text(network));
    return find_name(resolver, protocol, text, ctx, port, err);
}
