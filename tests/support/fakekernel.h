/* fakekernel.h - a kernel made of tables, as far as source addresses are concerned
 *
 * A list of routes, a list of addresses and a rule of choice; it answers connect(2) and getsockname(2) by them, and
 * netlink's questions. Every address is a route to itself, as in the table "local".
 */
#ifndef TESTS_SUPPORT_FAKEKERNEL_H
#define TESTS_SUPPORT_FAKEKERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <resolvx/addr.h>

#include "base/clock.h"
#include "conf/prefix.h"
#include "sock/ops.h"

#define KERNEL_ROUTES_MAX 6000
#define KERNEL_OWN_MAX 16

struct route {
    struct rvx__prefix to;
    struct rvx__prefix from; /* a preferred source, if its family is set */
    bool several;            /* the source depends on a hash of the destination */
    bool unreachable;
};

struct own {
    struct rvx_addr addr;
    uint8_t bits;
    uint32_t flags;
    unsigned short link_type;
};

struct kernel {
    struct rvx__sockops ops;
    struct rvx__clock clock;
    rvx_time now;
    struct route routes[KERNEL_ROUTES_MAX];
    size_t routes_n;
    struct own own[KERNEL_OWN_MAX];
    size_t own_n;

    struct rvx_addr to;                     /* what the socket is connected to */
    unsigned news;                          /* messages that wait in the socket for changes */
    bool overrun;                           /* ... and more than fitted */
    int no_sockets, no_watch, no_questions; /* error codes, or 0 */
    size_t cut;                             /* the next answers end after so many bytes; 0: whole */

    unsigned probes, questions, opened, closed;
    int type; /* of the question under way; 0: answered */
    uint32_t wanted;
    size_t at;
};

struct rvx_addr addr_of(const char *text);

/* One that knows nothing, and a laptop with a VPN, two IPv6 networks and a route that nobody can use. Freed with
 * free(3). */
struct kernel *make_kernel(void);
struct kernel *make_usual_kernel(void);

struct route *add_route(struct kernel *kernel, const char *to);
void add_route_from(struct kernel *kernel, const char *to, const char *from);
struct own *add_own(struct kernel *kernel, const char *addr, uint8_t bits);

/* The bytes of an address of that family. */
size_t size_of(uint8_t family);

/* Its decision: the address to send from, or NULL. */
const struct own *choose(const struct kernel *kernel, const struct rvx_addr *to);

#endif
