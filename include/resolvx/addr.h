/* addr.h - addresses as values: parse, print, compare, and "host:port" texts
 *
 * A struct rvx_addr is an IPv4, IPv6 (with zone) or Unix-domain address with its port: a plain value, copied by
 * assignment, owning nothing. Ports are in host order everywhere. Texts follow Go's package net/netip: strict IPv4
 * (four decimal numbers, no leading zeros, no short forms), RFC 4291 IPv6 text in, RFC 5952 text out.
 */
#ifndef RESOLVX_ADDR_H
#define RESOLVX_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include <resolvx/err.h>
#include <resolvx/version.h>

#ifdef __cplusplus
extern "C" {
#endif

enum rvx_family {
    RVX_FAMILY_NONE = 0, /* no address; what zeroed storage holds */
    RVX_FAMILY_IPV4 = 4,
    RVX_FAMILY_IPV6 = 6,
    RVX_FAMILY_UNIX = 1
};

#define RVX_ZONE_SIZE 16  /* an interface's name (IF_NAMESIZE) with its NUL */
#define RVX_PATH_SIZE 108 /* sockaddr_un.sun_path */

/* Room for the longest text of an address with its NUL: rvx_addr_text() and rvx_addr_host_text() never need more. */
#define RVX_ADDR_STRLEN 120

/* An address. IPv4 in ip[0..3]; v4-mapped IPv6 addresses stay IPv6 values until rvx_addr_unmap().
 * A Unix path is `path_len` bytes without a NUL; its first byte is 0 for an abstract name; length 0 is an unnamed
 * one. */
struct rvx_addr {
    uint8_t family; /* enum rvx_family */
    uint8_t path_len;
    uint16_t port; /* host order; 0 for Unix addresses */
    char zone[RVX_ZONE_SIZE]; /* IPv6: interface name or number, NUL-terminated; empty: none */
    union {
        uint8_t ip[16]; /* network order */
        char path[RVX_PATH_SIZE];
    };
};

/* Parses an IP address literal: "192.0.2.1", "2001:db8::1", "fe80::1%eth0". No port, no brackets, no host names.
 * text: NUL-terminated, not NULL.  addr: not NULL; written on success only, port 0.
 * Returns: 0, or RVX_EADDRINVALID.
 * Thread: any.  Follows: RFC 4291 section 2.2, RFC 4007 section 11, Go netip.ParseAddr; zones are limited to 15
 * bytes. */
RVX_API int rvx_addr_parse(const char *text, struct rvx_addr *addr);

/* Parses an IP literal with a numeric port: "192.0.2.1:53", "[fe80::1%eth0]:53".
 * Returns: 0; RVX_EADDRINVALID, RVX_EPORTINVALID, or an rvx_split_hostport() code; `addr` is written on success only.
 * Thread: any. */
RVX_API int rvx_addr_parse_port(const char *text, struct rvx_addr *addr);

/* Prints an address with its port: "192.0.2.1:80", "[fe80::1%eth0]:80", "/run/x.sock", "@abstract"; "@" for an unnamed
 * Unix address and "" for none. v4-mapped addresses print as IPv4, as Go prints them.
 * buf: at least RVX_ADDR_STRLEN bytes.
 * Returns: buf, NUL-terminated.
 * Thread: any.  Follows: RFC 5952. */
RVX_API const char *rvx_addr_text(const struct rvx_addr *addr, char buf[RVX_ADDR_STRLEN]);

/* Prints an address without its port and without brackets: "192.0.2.1", "fe80::1%eth0". Otherwise as
 * rvx_addr_text(). */
RVX_API const char *rvx_addr_host_text(const struct rvx_addr *addr, char buf[RVX_ADDR_STRLEN]);

/* Converts a sockaddr_in, sockaddr_in6 or sockaddr_un. A scope id becomes the interface's name, or its number where the
 * interface is gone.
 * sa: not NULL.  len: as the kernel returned it; a Unix address shorter than its family field is unnamed.
 * Returns: 0; -EAFNOSUPPORT for another family; -EINVAL if `len` is too short for the family.
 * Thread: any. */
RVX_API int rvx_addr_from_sockaddr(const struct sockaddr *sa, socklen_t len, struct rvx_addr *addr);

/* Converts to what bind(2) and connect(2) take. A zone that is no interface's name gives its leading decimal number,
 * else 0.
 * sa, len: not NULL; *len is set to the used size.
 * Returns: 0; -EAFNOSUPPORT if the address is RVX_FAMILY_NONE.
 * Thread: any. */
RVX_API int rvx_addr_to_sockaddr(const struct rvx_addr *addr, struct sockaddr_storage *sa, socklen_t *len);

/* Are two addresses the same in family, bytes, zone and port (or path)?  Thread: any. */
RVX_API bool rvx_addr_equal(const struct rvx_addr *a, const struct rvx_addr *b);

/* Is it 0.0.0.0, :: or ::ffff:0.0.0.0?  Thread: any. */
RVX_API bool rvx_addr_is_unspecified(const struct rvx_addr *addr);

/* Is it in 127.0.0.0/8, v4-mapped or not, or ::1?  Thread: any. */
RVX_API bool rvx_addr_is_loopback(const struct rvx_addr *addr);

/* Is it an IPv4 address, v4-mapped ones included?  Thread: any. */
RVX_API bool rvx_addr_is_ipv4(const struct rvx_addr *addr);

/* Turns a v4-mapped IPv6 address into the IPv4 address it maps; leaves every other alone. The zone is dropped.
 * Thread: any. */
RVX_API void rvx_addr_unmap(struct rvx_addr *addr);

#define RVX_HOST_SIZE 320 /* room for a host text with its NUL: a 254-byte name, a path, or an address with a zone */
#define RVX_PORT_SIZE 64  /* room for a port text with its NUL: a number or a service name */

/* The two halves of "host:port". */
struct rvx_hostport {
    char host[RVX_HOST_SIZE]; /* brackets removed, zone kept; may be empty */
    char port[RVX_PORT_SIZE]; /* number or service name, not looked at; may be empty */
};

/* Splits "host:port", "[host]:port", ":port" or "host:". Follows Go's SplitHostPort, messages included; see
 * rvx_lookup_port() for what a port may be.
 * address: NUL-terminated, not NULL.  parts: not NULL; both empty on failure.  err: may be NULL.
 * Returns: 0; RVX_EPORTMISSING, RVX_EMANYCOLONS, RVX_ENOBRACKET, RVX_EBRACKETOPEN, RVX_EBRACKETCLOSE; RVX_ETOOLONG if a
 *          half does not fit.
 * Thread: any. */
RVX_API int rvx_split_hostport(const char *address, struct rvx_hostport *parts, struct rvx_error *err);

/* Joins a host and a port into "host:port", or "[host]:port" if the host holds a colon. Nothing is validated.
 * host, port: not NULL.  buf: room for `size` bytes with the NUL; may be NULL if `size` is 0.
 * Returns: the length without the NUL, or RVX_ETOOLONG with buf empty if it does not fit.
 * Thread: any. */
RVX_API int rvx_join_hostport(const char *host, const char *port, char *buf, size_t size);

#ifdef __cplusplus
}
#endif

#endif
