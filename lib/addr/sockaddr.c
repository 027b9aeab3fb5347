/* sockaddr.c - addresses to and from what the kernel takes: ip(7), ipv6(7), unix(7)
 *
 * The only place where ports are in network order and zones are numbers. Structures are copied to and from the caller's
 * storage as bytes, so nothing depends on its alignment or its declared type. Zones are translated by asking the kernel
 * for its interfaces (if_nametoindex(3)), which costs system calls, but only addresses that have a zone pay for it.
 */
#include <config.h>

#include <resolvx/addr.h>

#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>

#include "base/buf.h"
#include "base/view.h"

#define PATH_OFFSET offsetof(struct sockaddr_un, sun_path)

_Static_assert(RVX_ZONE_SIZE >= IF_NAMESIZE, "an interface's name fits a zone");
_Static_assert(RVX_PATH_SIZE == sizeof(((struct sockaddr_un *)NULL)->sun_path), "a socket's path fits an address");

static void set_zone(char zone[RVX_ZONE_SIZE], uint32_t scope)
{
    struct rvx__buf buf;

    if (scope == 0 || if_indextoname(scope, zone) != NULL)
        return;
    rvx__buf_init(&buf, zone, RVX_ZONE_SIZE);
    rvx__buf_add_dec(&buf, scope);
    rvx__buf_finish(&buf);
}

static int from_inet(const struct sockaddr *sa, socklen_t len, struct rvx_addr *addr)
{
    struct sockaddr_in in;

    if (len < sizeof in)
        return -EINVAL;
    memcpy(&in, sa, sizeof in);
    addr->family = RVX_FAMILY_IPV4;
    addr->port = ntohs(in.sin_port);
    memcpy(addr->ip, &in.sin_addr, sizeof in.sin_addr);
    return 0;
}

static int from_inet6(const struct sockaddr *sa, socklen_t len, struct rvx_addr *addr)
{
    struct sockaddr_in6 in6;

    if (len < sizeof in6)
        return -EINVAL;
    memcpy(&in6, sa, sizeof in6);
    addr->family = RVX_FAMILY_IPV6;
    addr->port = ntohs(in6.sin6_port);
    memcpy(addr->ip, &in6.sin6_addr, sizeof in6.sin6_addr);
    set_zone(addr->zone, in6.sin6_scope_id);
    return 0;
}

/* A path ends at its NUL, which the kernel may or may not have counted, and which may lie just outside sun_path; an
 * abstract name is all bytes there are. */
static int from_unix(const struct sockaddr *sa, socklen_t len, struct rvx_addr *addr)
{
    const char *path = (const char *)sa + PATH_OFFSET;
    size_t path_len = len > PATH_OFFSET ? len - PATH_OFFSET : 0;

    if (path_len > RVX_PATH_SIZE)
        path_len = RVX_PATH_SIZE;
    if (path_len > 0 && path[0] != '\0')
        path_len = strnlen(path, path_len);
    addr->family = RVX_FAMILY_UNIX;
    addr->path_len = (uint8_t)path_len;
    memcpy(addr->path, path, path_len);
    return 0;
}

int rvx_addr_from_sockaddr(const struct sockaddr *sa, socklen_t len, struct rvx_addr *addr)
{
    sa_family_t family;

    memset(addr, 0, sizeof *addr);
    if (len < offsetof(struct sockaddr, sa_family) + sizeof family)
        return from_unix(sa, 0, addr);
    memcpy(&family, (const char *)sa + offsetof(struct sockaddr, sa_family), sizeof family);
    switch (family) {
    case AF_INET:
        return from_inet(sa, len, addr);
    case AF_INET6:
        return from_inet6(sa, len, addr);
    case AF_UNIX:
        return from_unix(sa, len, addr);
    default:
        return -EAFNOSUPPORT;
    }
}

static uint32_t find_scope(const char *zone)
{
    struct rvx__view rest = rvx__view_text(zone);
    uint32_t scope;

    if (rest.len == 0)
        return 0;
    scope = if_nametoindex(zone);
    if (scope == 0)
        rvx__view_take_dec(&rest, UINT32_MAX, &scope);
    return scope;
}

static socklen_t to_inet(const struct rvx_addr *addr, struct sockaddr_storage *sa)
{
    struct sockaddr_in in;

    memset(&in, 0, sizeof in);
    in.sin_family = AF_INET;
    in.sin_port = htons(addr->port);
    memcpy(&in.sin_addr, addr->ip, sizeof in.sin_addr);
    memcpy(sa, &in, sizeof in);
    return sizeof in;
}

static socklen_t to_inet6(const struct rvx_addr *addr, struct sockaddr_storage *sa)
{
    struct sockaddr_in6 in6;

    memset(&in6, 0, sizeof in6);
    in6.sin6_family = AF_INET6;
    in6.sin6_port = htons(addr->port);
    memcpy(&in6.sin6_addr, addr->ip, sizeof in6.sin6_addr);
    in6.sin6_scope_id = find_scope(addr->zone);
    memcpy(sa, &in6, sizeof in6);
    return sizeof in6;
}

/* An unnamed address is the family alone; a path has its NUL counted where it fits; an abstract name has none. */
static socklen_t to_unix(const struct rvx_addr *addr, struct sockaddr_storage *sa)
{
    struct sockaddr_un un;
    size_t len = addr->path_len < RVX_PATH_SIZE ? addr->path_len : RVX_PATH_SIZE;

    memset(&un, 0, sizeof un);
    un.sun_family = AF_UNIX;
    memcpy(un.sun_path, addr->path, len);
    memset(sa, 0, sizeof un + 1); /* a path that fills the structure has its NUL behind it, for those who print it */
    memcpy(sa, &un, sizeof un);
    if (len > 0 && len < RVX_PATH_SIZE && un.sun_path[0] != '\0')
        len++;
    return (socklen_t)(PATH_OFFSET + len);
}

int rvx_addr_to_sockaddr(const struct rvx_addr *addr, struct sockaddr_storage *sa, socklen_t *len)
{
    *len = 0;
    switch (addr->family) {
    case RVX_FAMILY_IPV4:
        *len = to_inet(addr, sa);
        return 0;
    case RVX_FAMILY_IPV6:
        *len = to_inet6(addr, sa);
        return 0;
    case RVX_FAMILY_UNIX:
        *len = to_unix(addr, sa);
        return 0;
    default:
        return -EAFNOSUPPORT;
    }
}
