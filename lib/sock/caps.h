/* caps.h - what this machine's sockets can do, found out by trying */
#ifndef RVX_SOCK_CAPS_H
#define RVX_SOCK_CAPS_H

#include <stdbool.h>

#include "sock/ops.h"

struct rvx__caps {
    bool ipv4;   /* an AF_INET stream socket can be made */
    bool ipv6;   /* [::1]:0 can be bound with V6ONLY on */
    bool mapped; /* [::ffff:127.0.0.1]:0 can be bound with V6ONLY off: one socket can serve both families */
};

/* Tries all three: a few system calls, no traffic. */
struct rvx__caps rvx__caps_probe(const struct rvx__sockops *ops);

/* The largest useful backlog: the first number in `path` (/proc/sys/net/core/somaxconn), SOMAXCONN if that cannot be
 * read, is not a number or is 0. */
int rvx__caps_backlog(const char *path);

#endif
