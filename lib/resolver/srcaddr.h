/* srcaddr.h - the address that this machine would send from, for each of some destinations
 *
 * No packet is sent: a UDP socket is connected and asked for its name, as RFC 6724 section 7 suggests. That costs more
 * than a DNS query, so what comes out is remembered for all destinations that the kernel cannot treat differently,
 * until it says that routes, rules, addresses or links have changed. Hearing of that takes a descriptor and costs as
 * much as several questions; so who asks a few times only is told, and nothing is remembered or stays open.
 *
 * Thread: any. Fork: a child begins afresh.
 */
#ifndef RVX_RESOLVER_SRCADDR_H
#define RVX_RESOLVER_SRCADDR_H

#include <stdatomic.h>
#include <stddef.h>

#include "base/clock.h"
#include "resolver/rfc6724.h"
#include "sock/ops.h"

struct rvx__srcmemory;

#define RVX__SRCADDR_FEW 2 /* times to ask without remembering: not a resolver made for one call */

/* Sits inside its owner, the resolver. */
struct rvx__srcaddr {
    const struct rvx__sockops *ops;
    const struct rvx__clock *clock;
    atomic_uint finds;                       /* without a memory */
    _Atomic(struct rvx__srcmemory *) memory; /* NULL: nothing to remember so far */
};

/* ops, clock: borrowed. Nothing is opened yet. */
void rvx__srcaddr_init(struct rvx__srcaddr *srcaddr, const struct rvx__sockops *ops, const struct rvx__clock *clock);
void rvx__srcaddr_fini(struct rvx__srcaddr *srcaddr);

/* Sets v[i].source for each v[i].addr.
 * Returns: 0, or -EMFILE and the like if one could not be found out; it has source.known false then. */
int rvx__srcaddr_find(struct rvx__srcaddr *srcaddr, struct rvx__destination *v, size_t n);

#endif
