/* gai.h - the parts of getaddrinfo() and getnameinfo(): what all of them know, and what the one asks of the others */
#ifndef RVX_RESOLVER_GAI_H
#define RVX_RESOLVER_GAI_H

#include <stddef.h>
#include <stdint.h>

#include <resolvx/netdb.h>
#include <resolvx/records.h>
#include <resolvx/resolver.h>

/* What <netdb.h> of glibc has beyond POSIX. */
#ifndef EAI_NODATA
#define EAI_NODATA EAI_NONAME
#endif
#ifndef EAI_ADDRFAMILY
#define EAI_ADDRFAMILY EAI_NONAME
#endif
#ifndef EAI_CANCELED
#define EAI_CANCELED EAI_AGAIN
#endif

/* The EAI_ code that stands for one of ours; sets errno if that is EAI_SYSTEM.
 * err: of the lookup; may be NULL. */
int rvx__gai_code(int code, const struct rvx_error *err);

/* A call of getaddrinfo(): its hints, as far as they matter. */
struct rvx__gai {
    struct rvx_resolver *resolver; /* not NULL; borrowed */
    const struct rvx_ctx *ctx;     /* may be NULL */
    int flags, family, socktype, protocol;
};

/* The sockets that a service is reached with. */
struct rvx__gai_socket {
    int socktype, protocol;
    uint16_t port; /* host order */
};

#define RVX__GAI_SOCKETS_MAX 8

struct rvx__gai_sockets {
    struct rvx__gai_socket v[RVX__GAI_SOCKETS_MAX];
    size_t n;
};

/* service: may be NULL.  Returns: 0 with at least one, or an EAI_ code. */
int rvx__gai_find_sockets(const struct rvx__gai *gai, const char *service, struct rvx__gai_sockets *sockets);

/* The addresses of a node. Does not move: `v` may point inside. */
struct rvx__gai_hosts {
    const struct rvx_addr *v;
    size_t n;
    uint32_t scope;        /* of an IPv6 literal; 0: none, or as the addresses say */
    const char *canonical; /* NULL: no node */
    struct rvx_addr own[2];
    struct rvx_addrs *found;
};

/* node: may be NULL; borrowed for the life of `hosts`.
 * Returns: 0 with at least one, or an EAI_ code.
 * Ownership: given up with rvx__gai_hosts_fini(), after a failure too. */
int rvx__gai_find_hosts(const struct rvx__gai *gai, const char *node, struct rvx__gai_hosts *hosts);
void rvx__gai_hosts_fini(struct rvx__gai_hosts *hosts);

#endif
