/* listen.c - rvx_listen(): from an address text to listening sockets
 *
 * Follows Go's net.Listen in what it listens on: of a host's addresses the first IPv4 one, else the first; for "no
 * address" in any spelling and the network "tcp" a single IPv6 socket that serves both families where the machine can
 * do that. Unlike Go, errors and the control hook then see the address really bound, "[::]:80", and all_addresses
 * makes one socket for each address, with one port for all.
 *
 * With all_addresses and port 0 the kernel chooses the first socket's port and the others have to get the same. It may
 * be taken there; then everything is closed and tried again with another port.
 */
#include <config.h>

#include "net/listen.h"

#include <errno.h>
#include <string.h>

#include "addr/network.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/opts.h"
#include "loop/waiter.h"
#include "net/bind.h"
#include "net/listener.h"
#include "net/unix.h"
#include "resolver/resolver.h"

#define SOMAXCONN_PATH "/proc/sys/net/core/somaxconn"
#define PORT_TRIES 16 /* ports the kernel may choose before all_addresses gives up */

/* Everything one rvx_listen() knows. */
struct job {
    const struct rvx__listen_call *call;
    struct rvx__network network;
    struct rvx_listen_opts opts;
    struct rvx__caps caps;
    struct rvx__bind bind;
    struct rvx__bind_place *places;
    size_t places_n;
};

/* The name of a network that can be listened on; NULL for the others. */
static const char *listen_name(const struct rvx__network *network)
{
    switch (network->kind) {
    case RVX__NETWORK_TCP:
        return network->version == 0 ? "tcp" : network->version == 4 ? "tcp4" : "tcp6";
    case RVX__NETWORK_UNIX:
        return "unix";
    case RVX__NETWORK_UNIXPACKET:
        return "unixpacket";
    case RVX__NETWORK_UDP:
    case RVX__NETWORK_IP:
    case RVX__NETWORK_UNIXGRAM:
        break;
    }
    return NULL;
}

static int check_network(struct job *job, struct rvx_error *err)
{
    struct rvx__view network = rvx__view_text(job->call->network);
    struct rvx__view address = rvx__view_text(job->call->address);

    if (rvx__network_parse(network, &job->network) < 0) {
        rvx__error_network(err, network);
        return rvx__error_op(err, RVX_ENETUNKNOWN, "listen", job->call->network, NULL, NULL);
    }
    job->bind.network = listen_name(&job->network);
    if (job->bind.network == NULL) {
        rvx__error_addr(err, RVX_EADDRTYPE, address);
        return rvx__error_op(err, RVX_EADDRTYPE, "listen", job->call->network, NULL, job->call->address);
    }
    job->bind.type = job->network.kind == RVX__NETWORK_UNIXPACKET ? SOCK_SEQPACKET : SOCK_STREAM;
    return 0;
}

static int check_options(struct job *job, struct rvx_error *err)
{
    struct rvx__view none = rvx__view_text("");

    if (rvx__opts_copy(&job->opts, sizeof job->opts, job->call->opts) < 0)
        return rvx__error_option(err, "listen_opts", none);
    if (rvx__ctx_check(job->call->ctx) < 0)
        return rvx__error_option(err, "ctx", none);
    if (job->opts.backlog < 0)
        return rvx__error_option(err, "backlog", none);
    job->bind.opts = &job->opts;
    job->bind.backlog = job->opts.backlog > 0 ? job->opts.backlog : rvx__caps_backlog(SOMAXCONN_PATH);
    return rvx__tune_init(&job->bind.tune, &job->opts, err);
}

/* Is it the address of every interface, of the machine's families? */
static bool is_wildcard(const struct rvx_addr *addr)
{
    return addr->family == RVX_FAMILY_NONE || rvx_addr_is_unspecified(addr);
}

/* The wildcard address of a family. */
static struct rvx_addr make_wildcard(enum rvx_family family, uint16_t port)
{
    return (struct rvx_addr){.family = (uint8_t)family, .port = port};
}

/* Decides what to bind for an address. Lookups give no v4-mapped ones: what is IPv4 is an IPv4 address. */
static struct rvx__bind_place choose_place(const struct job *job, const struct rvx_addr *addr)
{
    struct rvx__bind_place place = {.addr = *addr, .only_v6 = true};
    bool either = job->network.version == 0;

    if (is_wildcard(addr) && either && (job->caps.mapped || !job->caps.ipv4)) {
        place.addr = make_wildcard(RVX_FAMILY_IPV6, addr->port);
        place.only_v6 = false;
    } else if (addr->family == RVX_FAMILY_NONE) {
        place.addr = make_wildcard(job->network.version == 6 ? RVX_FAMILY_IPV6 : RVX_FAMILY_IPV4, addr->port);
    }
    return place;
}

static void add_place(struct job *job, const struct rvx_addr *addr)
{
    struct rvx__bind_place place = choose_place(job, addr);

    for (size_t i = 0; i < job->places_n; i++) {
        if (rvx_addr_equal(&job->places[i].addr, &place.addr))
            return;
    }
    job->places[job->places_n++] = place;
}

/* The one of several addresses that a listener gets when it gets one: Go's choice. */
static const struct rvx_addr *choose_addr(const struct rvx_addrs *addrs)
{
    for (size_t i = 0; i < addrs->n; i++) {
        if (rvx_addr_is_ipv4(&addrs->v[i]))
            return &addrs->v[i];
    }
    return &addrs->v[0];
}

/* Leaves out an address whose family this machine has not: a host's AAAA record is no reason not to serve IPv4. */
static bool can_bind(const struct job *job, const struct rvx_addr *addr)
{
    if (addr->family == RVX_FAMILY_NONE)
        return true;
    return rvx_addr_is_ipv4(addr) ? job->caps.ipv4 : job->caps.ipv6;
}

static void add_places(struct job *job, const struct rvx_addrs *addrs)
{
    const struct rvx_addr *first = choose_addr(addrs);
    struct rvx_addr v6 = make_wildcard(RVX_FAMILY_IPV6, first->port);
    struct rvx_addr v4 = make_wildcard(RVX_FAMILY_IPV4, first->port);

    if (!job->opts.all_addresses) {
        add_place(job, first);
        return;
    }
    for (size_t i = 0; i < addrs->n; i++) {
        if (can_bind(job, &addrs->v[i]))
            add_place(job, &addrs->v[i]);
    }
    /* Every address of the machine takes two sockets where one cannot serve both families. */
    if (first->family == RVX_FAMILY_NONE && job->network.version == 0 && job->caps.ipv6) {
        add_place(job, &v6);
        add_place(job, &v4);
    }
    if (job->places_n == 0)
        add_place(job, first);
}

static int tell_plain(const struct job *job, int code, struct rvx_error *err)
{
    rvx__error_plain(err, code);
    return rvx__error_op(err, code, "listen", job->bind.network, NULL, NULL);
}

static int plan_tcp(struct job *job, const struct rvx__listen_env *env, struct rvx_error *err)
{
    const struct rvx__listen_call *call = job->call;
    struct rvx_addrs *addrs;
    int rc;

    rc = rvx_resolve(call->resolver, call->network, call->address, call->ctx, &addrs, err);
    if (rc < 0)
        return rvx__error_op(err, rc, "listen", call->network, NULL, NULL);
    if (env->caps != NULL)
        job->caps = *env->caps;
    else if (job->opts.all_addresses || is_wildcard(choose_addr(addrs)))
        job->caps = rvx__caps_probe(env->ops);
    job->places = rvx__calloc(addrs->n + 2, sizeof *job->places);
    if (job->places != NULL)
        add_places(job, addrs);
    else
        rc = tell_plain(job, -ENOMEM, err);
    rvx_addrs_free(addrs);
    return rc;
}

static int plan_unix(struct job *job, struct rvx_error *err)
{
    struct rvx_addr addr;
    int rc = rvx__unix_addr(rvx__view_text(job->call->address), &addr);

    if (rc < 0) {
        rvx__error_syscall(err, rc, "bind");
        return rvx__error_op(err, rc, "listen", job->bind.network, NULL, job->call->address);
    }
    job->places = rvx__calloc(1, sizeof *job->places);
    if (job->places == NULL)
        return tell_plain(job, -ENOMEM, err);
    job->places[job->places_n++].addr = addr;
    return 0;
}

/* Binds all places once. *again: the port that the kernel chose for the first is taken for another. */
static int bind_places(const struct job *job, struct rvx_listener *listener, bool *again, struct rvx_error *err)
{
    uint16_t port = job->places[0].addr.port;
    int rc = 0;

    for (size_t i = 0; i < job->places_n && rc == 0; i++) {
        struct rvx__bind_place place = job->places[i];

        if (i > 0)
            place.addr.port = listener->sockets[0]->addr.port;
        rc = rvx__bind_socket(&job->bind, &place, listener, err);
        *again = rc == -EADDRINUSE && port == 0 && i > 0;
    }
    return rc;
}

static int make_listener(const struct job *job, struct rvx_listener **out, struct rvx_error *err)
{
    struct rvx_listener *listener = rvx__listener_new(job->bind.ops, job->bind.network);
    bool again = true;
    int rc = 0;

    if (listener == NULL)
        return tell_plain(job, -ENOMEM, err);
    for (unsigned i = 0; i < PORT_TRIES && again; i++) {
        rvx__listener_clear(listener);
        rc = bind_places(job, listener, &again, err);
    }
    if (rc == 0)
        *out = listener;
    else
        rvx_listener_close(listener);
    return rc;
}

int rvx__listen(const struct rvx__listen_env *env, const struct rvx__listen_call *call, struct rvx_listener **listener,
                struct rvx_error *err)
{
    struct job job = {.call = call, .bind = {.ops = env->ops}};
    int rc;

    *listener = NULL;
    rc = check_network(&job, err);
    if (rc == 0)
        rc = check_options(&job, err);
    if (rc == 0)
        rc = job.network.kind == RVX__NETWORK_TCP ? plan_tcp(&job, env, err) : plan_unix(&job, err);
    if (rc == 0)
        rc = make_listener(&job, listener, err);
    rvx__free(job.places);
    return rc == 0 ? rvx__error_none(err) : rc;
}

int rvx_listen(struct rvx_resolver *resolver, const char *network, const char *address,
               const struct rvx_listen_opts *opts, const struct rvx_ctx *ctx, struct rvx_listener **listener,
               struct rvx_error *err)
{
    const struct rvx__resolver_base *base = resolver == NULL ? &rvx__resolver_base_system : resolver->base;
    struct rvx__listen_env env = {.ops = base->sockops};
    struct rvx__listen_call call = {resolver, network, address, opts, ctx};

    return rvx__listen(&env, &call, listener, err);
}
