/* netdb.h - getaddrinfo(3) and getnameinfo(3) of this library: drop-in replacements for those of libc
 *
 *     #include <resolvx/netdb.h>
 *
 *     const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
 *     struct addrinfo *list;
 *     int rc = rvx_getaddrinfo("www.example.com", "https", &hints, &list);
 *
 *     if (rc != 0)
 *         fprintf(stderr, "%s\n", gai_strerror(rc));
 *
 * The types, flags and error codes are those of <netdb.h>, and so are the meanings: POSIX.1-2017, RFC 3493, and where
 * these leave it open, glibc. The manual page lists what differs. Where a program calls these very often, it makes one
 * resolver and calls the functions that take it.
 */
#ifndef RESOLVX_NETDB_H
#define RESOLVX_NETDB_H

#include <netdb.h>
#include <sys/socket.h>

#include <resolvx/version.h>
#include <resolvx/wait.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Not declared by <netdb.h> for programs that ask for ISO C alone. */
struct addrinfo;

struct rvx_resolver;

/* getaddrinfo(3): finds the socket addresses for a host and a service. Makes a resolver with default options for this
 * call, as rvx_lookup_host() does with NULL.
 * node: a name, an IP literal (with scope, and in all forms of inet_aton(3)), or NULL: the loopback, or with
 *       AI_PASSIVE the wildcard addresses.
 * service: a name, a number, or NULL: port 0. Not both may be NULL.
 * hints: may be NULL: any family, all socket types, AI_V4MAPPED | AI_ADDRCONFIG.
 * res: not NULL; set to NULL on failure.
 * Returns: 0 or an EAI_ code; with EAI_SYSTEM, errno says what failed.
 * Ownership: *res is one allocation, freed as a whole, from its first item, with rvx_freeaddrinfo().
 * Thread: any; waits through the thread's waiter. */
RVX_API int rvx_getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                            struct addrinfo **res);

/* The same on a resolver and with a context. A deadline that passes is EAI_AGAIN, a fired cancel token EAI_CANCELED.
 * resolver: may be NULL.  ctx: may be NULL. */
RVX_API int rvx_getaddrinfo_on(struct rvx_resolver *resolver, const struct rvx_ctx *ctx, const char *node,
                               const char *service, const struct addrinfo *hints, struct addrinfo **res);

/* Frees what the above gave, and nothing that libc's getaddrinfo() gave.  res: the first item, or NULL. */
RVX_API void rvx_freeaddrinfo(struct addrinfo *res);

/* getnameinfo(3): finds the names of a socket address's host and service.
 * host, serv: buffers of so many bytes; NULL or 0 for what is not wanted. Written on success only.
 * flags: NI_NUMERICHOST, NI_NUMERICSERV, NI_NAMEREQD, NI_DGRAM, NI_NOFQDN; NI_IDN is accepted and changes nothing.
 * Returns: 0 or an EAI_ code; EAI_OVERFLOW if a buffer is too small.
 * Thread: any; waits through the thread's waiter. */
RVX_API int rvx_getnameinfo(const struct sockaddr *sa, socklen_t salen, char *host, socklen_t hostlen, char *serv,
                            socklen_t servlen, int flags);

/* Where names go. */
struct rvx_nameinfo {
    char *host; /* host_size bytes; NULL: not wanted */
    socklen_t host_size;
    char *service; /* service_size bytes; NULL: not wanted */
    socklen_t service_size;
};

/* The same on a resolver and with a context.
 * resolver: may be NULL.  ctx: may be NULL.  info: not NULL; its buffers are written. */
RVX_API int rvx_getnameinfo_on(struct rvx_resolver *resolver, const struct rvx_ctx *ctx, const struct sockaddr *sa,
                               socklen_t salen, const struct rvx_nameinfo *info, int flags);

#ifdef __cplusplus
}
#endif

#endif
