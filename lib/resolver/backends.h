/* backends.h - the backends that every resolver has */
#ifndef RVX_RESOLVER_BACKENDS_H
#define RVX_RESOLVER_BACKENDS_H

#include <ifaddrs.h>
#include <netdb.h>

#include <resolvx/backend.h>

/* The hosts and services files. */
extern const struct rvx_backend_ops rvx__be_files;

/* The built-in table of services. */
extern const struct rvx_backend_ops rvx__be_builtin;

/* The loopback addresses, for the names that always have them (RFC 6761). */
extern const struct rvx_backend_ops rvx__be_localhost;

/* DNS servers. */
extern const struct rvx_backend_ops rvx__be_dns;

/* The C library. Its handle is a struct rvx__libc. */
extern const struct rvx_backend_ops rvx__be_libc;

/* This machine's own names, and the names of its addresses: host name, localhost, _gateway, _outbound. Its handle is a
 * struct rvx__machine. */
extern const struct rvx_backend_ops rvx__be_myhostname;

/* The calls of <netdb.h>, for tests to replace. */
struct rvx__libc {
    int (*getaddrinfo)(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **res);
    void (*freeaddrinfo)(struct addrinfo *res);
    int (*getnameinfo)(const struct sockaddr *sa, socklen_t len, char *host, socklen_t host_len, char *service,
                       socklen_t service_len, int flags);
};

extern const struct rvx__libc rvx__libc_system;

/* What there is to know about this machine, for tests to replace. */
struct rvx__machine {
    int (*hostname)(char *name, size_t size); /* as gethostname(2) */
    int (*getifaddrs)(struct ifaddrs **list);
    void (*freeifaddrs)(struct ifaddrs *list);
    const char *route_path;  /* /proc/net/route */
    const char *route6_path; /* /proc/net/ipv6_route */
};

extern const struct rvx__machine rvx__machine_system;

#endif
