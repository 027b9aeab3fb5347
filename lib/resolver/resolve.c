/* resolve.c - from "network, address" to the addresses it stands for, as Go's internetAddrList
 *
 * The port comes before the host: it is the cheaper of the two, and a mistyped port is told without asking anybody for
 * the host. A host given as "::" alone also stands for 0.0.0.0, the second choice where IPv6 is half set up.
 *
 * Unlike in Go, "tcp4" and "tcp6" are part of the question and not only a sieve behind it: a name that the hosts file
 * knows by its IPv6 address alone is then looked for elsewhere.
 */
#include <config.h>

#include <resolvx/resolver.h>

#include <errno.h>
#include <string.h>

#include "addr/hostport.h"
#include "addr/network.h"
#include "base/error.h"
#include "resolver/answer.h"
#include "resolver/host.h"

/* A path, or an abstract name behind '@'; empty: unnamed. */
static int resolve_unix(const char *address, struct rvx_addrs **addrs, struct rvx_error *err)
{
    struct rvx__view text = rvx__view_text(address);
    bool is_abstract = rvx__view_at(text, 0) == '@';
    struct rvx_addr addr = {.family = RVX_FAMILY_UNIX};
    int rc;

    /* A path keeps one byte for its NUL; an abstract name ends where its length says. */
    if (text.len > (is_abstract ? RVX_PATH_SIZE : RVX_PATH_SIZE - 1))
        return rvx__error_addr(err, RVX_ETOOLONG, text);
    if (text.len > 0)
        memcpy(addr.path, text.data, text.len);
    if (is_abstract)
        addr.path[0] = '\0';
    addr.path_len = (uint8_t)text.len;
    rc = rvx__addrs_new(&addr, 1, "literal", addrs);
    return rc < 0 ? rvx__error_plain(err, rc) : rvx__error_none(err);
}

/* The one address that stands for any, and the second one that "::" stands for. */
static int resolve_wildcard(const char *host, unsigned version, struct rvx_addrs **addrs, struct rvx_error *err)
{
    struct rvx_addr v[2] = {{.family = RVX_FAMILY_NONE}};
    size_t from = 0, to = 1;
    int rc;

    if (host[0] != '\0') {
        v[0].family = RVX_FAMILY_IPV6;
        v[1].family = RVX_FAMILY_IPV4;
        from = version == 4 ? 1 : 0;
        to = version == 6 ? 1 : 2;
    }
    rc = rvx__addrs_new(v + from, to - from, "literal", addrs);
    return rc < 0 ? rvx__error_plain(err, rc) : rvx__error_none(err);
}

static bool is_wildcard(const char *host)
{
    struct rvx_addr literal;

    if (host[0] == '\0')
        return true;
    return rvx_addr_parse(host, &literal) == 0 && literal.family == RVX_FAMILY_IPV6 && literal.zone[0] == '\0' &&
           !rvx_addr_is_ipv4(&literal) && rvx_addr_is_unspecified(&literal);
}

static int resolve_host(struct rvx_resolver *resolver, unsigned version, const char *host, const struct rvx_ctx *ctx,
                        struct rvx_addrs **addrs, struct rvx_error *err)
{
    if (is_wildcard(host))
        return resolve_wildcard(host, version, addrs, err);
    return rvx__host_find(resolver, version, host, ctx, addrs, err);
}

static int resolve_hostport(struct rvx_resolver *resolver, const struct rvx__network *network, const char *address,
                            const struct rvx_ctx *ctx, struct rvx_addrs **addrs, struct rvx_error *err)
{
    struct rvx_hostport parts = {.host = "", .port = ""};
    uint16_t port;
    int rc;

    if (address[0] != '\0') {
        rc = rvx_split_hostport(address, &parts, err);
        if (rc < 0)
            return rc;
    }
    rc = rvx_lookup_port(resolver, rvx__network_base(network), parts.port, ctx, &port, err);
    if (rc < 0)
        return rc;
    rc = resolve_host(resolver, network->version, parts.host, ctx, addrs, err);
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < (*addrs)->n; i++)
        (*addrs)->v[i].port = port;
    return 0;
}

int rvx_resolve(struct rvx_resolver *resolver, const char *network, const char *address, const struct rvx_ctx *ctx,
                struct rvx_addrs **addrs, struct rvx_error *err)
{
    struct rvx__view name = rvx__view_text(network);
    struct rvx__network parsed;
    int rc = rvx__network_parse(name, &parsed);

    *addrs = NULL;
    if (address == NULL)
        address = "";
    if (rc < 0)
        return rvx__error_network(err, name);
    switch (parsed.kind) {
    case RVX__NETWORK_TCP:
    case RVX__NETWORK_UDP:
        return resolve_hostport(resolver, &parsed, address, ctx, addrs, err);
    case RVX__NETWORK_IP:
        return resolve_host(resolver, parsed.version, address, ctx, addrs, err);
    case RVX__NETWORK_UNIX:
    case RVX__NETWORK_UNIXGRAM:
    case RVX__NETWORK_UNIXPACKET:
        return resolve_unix(address, addrs, err);
    }
    return rvx__error_plain(err, RVX_EINTERNAL);
}
