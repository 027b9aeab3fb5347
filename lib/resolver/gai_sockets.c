/* gai_sockets.c - from a service and hints to socket types, protocols and ports: getaddrinfo(3)
 *
 * One table in glibc's order. Hints that leave socket type and protocol open mean those of its rows that are usual,
 * with a port number; with a service's name, all of its rows that have a service of that name.
 *
 * A port number is as rvx_lookup_port() takes it: out of range is an error. glibc takes it modulo 65536, and blanks in
 * front of it.
 */
#include <config.h>

#include "resolver/gai.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>

#include "addr/port.h"

struct kind {
    const char *protocol_name; /* NULL: has no services */
    int socktype, protocol;
    bool usual;        /* is meant where the hints leave it open */
    bool any_protocol; /* goes with all of them */
    bool has_network;  /* the name is one for rvx_lookup_port() */
};

static const struct kind kinds[] = {
    {"tcp", SOCK_STREAM, IPPROTO_TCP, .usual = true, .has_network = true},
    {"udp", SOCK_DGRAM, IPPROTO_UDP, .usual = true, .has_network = true},
    {"dccp", SOCK_DCCP, IPPROTO_DCCP, .usual = false},
    {"udplite", SOCK_DGRAM, IPPROTO_UDPLITE, .usual = false},
    {"sctp", SOCK_STREAM, IPPROTO_SCTP, .usual = false},
    {"sctp", SOCK_SEQPACKET, IPPROTO_SCTP, .usual = false},
    {NULL, SOCK_RAW, IPPROTO_IP, .usual = true, .any_protocol = true},
};

#define KINDS_N (sizeof kinds / sizeof kinds[0])

_Static_assert(KINDS_N <= RVX__GAI_SOCKETS_MAX, "each kind has room");

static bool is_open(const struct rvx__gai *gai)
{
    return gai->socktype == 0 && gai->protocol == 0;
}

static bool is_wanted(const struct rvx__gai *gai, const struct kind *kind)
{
    if (gai->socktype != 0 && gai->socktype != kind->socktype)
        return false;
    return gai->protocol == 0 || kind->any_protocol || gai->protocol == kind->protocol;
}

static const struct kind *find_first(const struct rvx__gai *gai)
{
    for (size_t i = 0; i < KINDS_N; i++) {
        if (is_wanted(gai, &kinds[i]))
            return &kinds[i];
    }
    return NULL;
}

static void add(const struct rvx__gai *gai, const struct kind *kind, uint16_t port, struct rvx__gai_sockets *sockets)
{
    sockets->v[sockets->n++] = (struct rvx__gai_socket){
        .socktype = kind->socktype,
        .protocol = kind->any_protocol ? gai->protocol : kind->protocol,
        .port = port,
    };
}

/* Ports of protocols that are no network's are listed, but cannot be looked up. Those of the built-in table do not
 * count: whoever leaves the protocol open should not have to cope with SCTP because of a table that nobody edited. */
static int find_listed(const struct rvx__gai *gai, const char *protocol, const char *service, uint16_t *port)
{
    const struct rvx_service_query query = {.size = sizeof query, .name = service, .protocol = protocol};
    struct rvx_services *services;
    int rc = rvx_lookup_services(gai->resolver, &query, gai->ctx, &services, NULL);

    if (rc == 0 && strcmp(services->v[0].source, "files") == 0)
        *port = services->v[0].port;
    else if (rc == 0)
        rc = RVX_EPORTUNKNOWN;
    rvx_services_free(services);
    return rc;
}

static int add_named(const struct rvx__gai *gai, const struct kind *kind, const char *service,
                     struct rvx__gai_sockets *sockets)
{
    uint16_t port = 0;
    int rc;

    if (kind->has_network)
        rc = rvx_lookup_port(gai->resolver, kind->protocol_name, service, gai->ctx, &port, NULL);
    else
        rc = find_listed(gai, kind->protocol_name, service, &port);
    if (rc == 0)
        add(gai, kind, port, sockets);
    return rc;
}

/* A name with hints that say nothing: all that have it. What fails for now does not hide those that were found. */
static int find_all_named(const struct rvx__gai *gai, const char *service, struct rvx__gai_sockets *sockets)
{
    int failure = RVX_EPORTUNKNOWN;

    for (size_t i = 0; i < KINDS_N; i++) {
        int rc;

        if (kinds[i].protocol_name == NULL)
            continue;
        rc = add_named(gai, &kinds[i], service, sockets);
        if (rc == -ENOMEM || rc == RVX_ECANCELED)
            return rvx__gai_code(rc, NULL);
        if (rc < 0 && !rvx_is_not_found(rc))
            failure = rc;
    }
    return sockets->n > 0 ? 0 : rvx__gai_code(failure, NULL);
}

static void add_numbered(const struct rvx__gai *gai, const struct kind *first, uint16_t port,
                         struct rvx__gai_sockets *sockets)
{
    if (!is_open(gai)) {
        add(gai, first, port, sockets);
        return;
    }
    for (size_t i = 0; i < KINDS_N; i++) {
        if (kinds[i].usual)
            add(gai, &kinds[i], port, sockets);
    }
}

static int find_named(const struct rvx__gai *gai, const struct kind *first, const char *service,
                      struct rvx__gai_sockets *sockets)
{
    if ((gai->flags & AI_NUMERICSERV) != 0)
        return EAI_NONAME;
    if (is_open(gai))
        return find_all_named(gai, service, sockets);
    return rvx__gai_code(add_named(gai, first, service, sockets), NULL);
}

int rvx__gai_find_sockets(const struct rvx__gai *gai, const char *service, struct rvx__gai_sockets *sockets)
{
    const struct kind *first = find_first(gai);
    struct rvx__view text = rvx__view_text(service);
    uint16_t port = 0;

    sockets->n = 0;
    if (first == NULL)
        return gai->socktype != 0 ? EAI_SOCKTYPE : EAI_SERVICE;
    if (text.len > 0 && first->protocol_name == NULL)
        return EAI_SERVICE;
    switch (rvx__port_parse(text, &port)) {
    case RVX__PORT_NUMBER:
        add_numbered(gai, first, port, sockets);
        return 0;
    case RVX__PORT_INVALID:
        return EAI_SERVICE;
    case RVX__PORT_NAME:
        return find_named(gai, first, service, sockets);
    }
    return EAI_FAIL;
}
