/* getaddrinfo.c - getaddrinfo(3) over this library's lookups: POSIX.1-2017, RFC 3493 section 6.1, and glibc
 *
 * Model: check the hints, find the sockets (gai_sockets.c), find the addresses (gai_hosts.c), and lay out each address
 * with each socket in one block, which rvx_freeaddrinfo() frees. Errors come in glibc's order, which is that of the
 * steps.
 *
 * AI_ADDRCONFIG as in glibc: where only one family has an address that is no loopback one, only that family is wanted;
 * where neither has one, it says nothing. A family that was asked for by name and has none is EAI_NONAME.
 *
 * Deliberately not done: internationalised names. AI_IDN and AI_CANONIDN are accepted as glibc accepts them where
 * libidn2 is not installed: they matter only for names that are not ASCII, which are refused then.
 */
#include <config.h>

#include "resolver/gai.h"

#include <errno.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>

#include "base/mem.h"
#include "resolver/resolver.h"

#ifdef AI_IDN
#define FLAGS_IDN (AI_IDN | AI_CANONIDN)
#else
#define FLAGS_IDN 0
#endif

#define FLAGS_KNOWN \
    (AI_PASSIVE | AI_CANONNAME | AI_NUMERICHOST | AI_NUMERICSERV | AI_V4MAPPED | AI_ALL | AI_ADDRCONFIG | FLAGS_IDN)

/* An item of the list with its address. */
struct entry {
    struct addrinfo info;
    union {
        struct sockaddr sa;
        struct sockaddr_in in;
        struct sockaddr_in6 in6;
    } addr;
};

static int check_hints(const struct rvx__gai *gai, const char *node)
{
    if ((gai->flags & ~FLAGS_KNOWN) != 0)
        return EAI_BADFLAGS;
    if ((gai->flags & AI_CANONNAME) != 0 && node == NULL)
        return EAI_BADFLAGS;
    if (gai->family != AF_UNSPEC && gai->family != AF_INET && gai->family != AF_INET6)
        return EAI_FAMILY;
    return 0;
}

/* Is it of a family, and not the loopback's? */
static bool counts_for(const struct sockaddr *sa, int family)
{
    struct rvx_addr addr;
    socklen_t len = family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);

    return sa != NULL && sa->sa_family == family && rvx_addr_from_sockaddr(sa, len, &addr) == 0 &&
           !rvx_addr_is_loopback(&addr);
}

/* AI_ADDRCONFIG. Interfaces that cannot be listed are no reason to leave anything out. */
static int narrow_family(struct rvx__gai *gai)
{
    const struct rvx__machine *machine = gai->resolver->base->machine;
    bool has_v4 = false, has_v6 = false;
    struct ifaddrs *list;

    if ((gai->flags & AI_ADDRCONFIG) == 0 || machine->getifaddrs(&list) != 0)
        return 0;
    for (const struct ifaddrs *own = list; own != NULL; own = own->ifa_next) {
        has_v4 = has_v4 || counts_for(own->ifa_addr, AF_INET);
        has_v6 = has_v6 || counts_for(own->ifa_addr, AF_INET6);
    }
    machine->freeifaddrs(list);
    if ((gai->family == AF_INET && !has_v4) || (gai->family == AF_INET6 && !has_v6))
        return EAI_NONAME;
    if (gai->family == AF_UNSPEC && has_v4 != has_v6)
        gai->family = has_v4 ? AF_INET : AF_INET6;
    return 0;
}

static void map_v4(struct rvx_addr *addr)
{
    const struct rvx_addr v4 = *addr;

    *addr = (struct rvx_addr){.family = RVX_FAMILY_IPV6, .ip = {[10] = 0xff, [11] = 0xff}};
    memcpy(addr->ip + 12, v4.ip, 4);
}

static void fill_entry(struct entry *entry, const struct rvx__gai *gai, const struct rvx__gai_hosts *hosts, size_t i,
                       const struct rvx__gai_socket *sock)
{
    struct rvx_addr addr = hosts->v[i];
    struct sockaddr_storage sa;
    socklen_t len;

    if (gai->family == AF_INET6 && addr.family == RVX_FAMILY_IPV4)
        map_v4(&addr);
    addr.port = sock->port;
    rvx_addr_to_sockaddr(&addr, &sa, &len); /* an IP address is always one */
    memcpy(&entry->addr, &sa, len);
    if (entry->addr.sa.sa_family == AF_INET6 && hosts->scope != 0)
        entry->addr.in6.sin6_scope_id = hosts->scope;
    entry->info = (struct addrinfo){
        .ai_flags = gai->flags,
        .ai_family = entry->addr.sa.sa_family,
        .ai_socktype = sock->socktype,
        .ai_protocol = sock->protocol,
        .ai_addrlen = len,
        .ai_addr = &entry->addr.sa,
    };
}

/* Each address with each socket, and the canonical name behind them. */
static int make_list(const struct rvx__gai *gai, const struct rvx__gai_hosts *hosts,
                     const struct rvx__gai_sockets *sockets, struct addrinfo **res)
{
    size_t n = hosts->n * sockets->n;
    size_t name_size = (gai->flags & AI_CANONNAME) != 0 ? strlen(hosts->canonical) + 1 : 0;
    struct entry *entries = rvx__calloc(1, n * sizeof *entries + name_size);

    if (entries == NULL)
        return EAI_MEMORY;
    for (size_t i = 0; i < n; i++) {
        fill_entry(&entries[i], gai, hosts, i / sockets->n, &sockets->v[i % sockets->n]);
        entries[i].info.ai_next = i + 1 < n ? &entries[i + 1].info : NULL;
    }
    if (name_size > 0)
        entries[0].info.ai_canonname = memcpy(entries + n, hosts->canonical, name_size);
    *res = &entries[0].info;
    return 0;
}

static int find(struct rvx__gai *gai, const char *node, const char *service, struct addrinfo **res)
{
    struct rvx__gai_sockets sockets;
    struct rvx__gai_hosts hosts;
    int rc = narrow_family(gai);

    if (rc == 0)
        rc = rvx__gai_find_sockets(gai, service, &sockets);
    if (rc != 0)
        return rc;
    rc = rvx__gai_find_hosts(gai, node, &hosts);
    if (rc == 0)
        rc = make_list(gai, &hosts, &sockets, res);
    rvx__gai_hosts_fini(&hosts);
    return rc;
}

/* glibc takes "*" for NULL, of old. */
static const char *take_star(const char *text)
{
    return text != NULL && strcmp(text, "*") == 0 ? NULL : text;
}

int rvx_getaddrinfo_on(struct rvx_resolver *resolver, const struct rvx_ctx *ctx, const char *node, const char *service,
                       const struct addrinfo *hints, struct addrinfo **res)
{
    struct rvx__gai gai = {.resolver = resolver, .ctx = ctx, .flags = AI_V4MAPPED | AI_ADDRCONFIG};
    struct rvx_resolver *own = NULL;
    int rc;

    *res = NULL;
    node = take_star(node);
    service = take_star(service);
    if (node == NULL && service == NULL)
        return EAI_NONAME;
    if (hints != NULL) {
        gai.flags = hints->ai_flags;
        gai.family = hints->ai_family;
        gai.socktype = hints->ai_socktype;
        gai.protocol = hints->ai_protocol;
    }
    rc = check_hints(&gai, node);
    if (rc == 0 && resolver == NULL) {
        rc = rvx__gai_code(rvx_resolver_new(NULL, &own, NULL), NULL);
        gai.resolver = own;
    }
    if (rc == 0)
        rc = find(&gai, node, service, res);
    rvx_resolver_free(own);
    return rc;
}

int rvx_getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **res)
{
    return rvx_getaddrinfo_on(NULL, NULL, node, service, hints, res);
}

void rvx_freeaddrinfo(struct addrinfo *res)
{
    rvx__free(res); /* the first entry begins the block */
}
