/* sock.h - making sockets: the sequences that everything above shares */
#ifndef RVX_SOCK_SOCK_H
#define RVX_SOCK_SOCK_H

#include <stdbool.h>

#include <resolvx/addr.h>

#include "sock/ops.h"

/* Sets one int option: 0 or -errno. */
int rvx__sock_set_int(const struct rvx__sockops *ops, int fd, int level, int name, int value);

/* Reads one int option: 0 or -errno. */
int rvx__sock_get_int(const struct rvx__sockops *ops, int fd, int level, int name, int *value);

/* The local or remote address of a socket: 0 or -errno; `addr` is RVX_FAMILY_NONE on failure. v4-mapped addresses are
 * unmapped, so an IPv4 client of a dual-stack listener shows as IPv4. */
int rvx__sock_local(const struct rvx__sockops *ops, int fd, struct rvx_addr *addr);
int rvx__sock_remote(const struct rvx__sockops *ops, int fd, struct rvx_addr *addr);

#endif
