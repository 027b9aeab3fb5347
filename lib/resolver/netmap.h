/* netmap.h - which destinations does the kernel treat alike?
 *
 * A map of everything in the kernel's tables that a choice of route and source address can depend on, reduced to points
 * on a line of 128-bit numbers. It is as good as the moment it was drawn; whoever has it listens for changes.
 */
#ifndef RVX_RESOLVER_NETMAP_H
#define RVX_RESOLVER_NETMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <resolvx/addr.h>

#include "sock/ops.h"

#define RVX__NETMAP_ROUTES_MAX 4096
#define RVX__NETMAP_DOUBTS_MAX 64

/* An IPv6 address, or an IPv4 one in its v4-mapped form, as a number. */
struct rvx__ipkey {
    uint64_t hi, lo;
};

/* Something in a table: the addresses whose first `bits` bits are those of `key`. */
struct rvx__netmap_prefix {
    struct rvx__ipkey key; /* the other bits are 0 */
    uint32_t table, priority;
    uint8_t bits;
    bool doubtful; /* destinations in it may be treated differently */
};

/* Zeroed storage is an empty map. */
struct rvx__netmap {
    bool drawn; /* `points` and `doubts` are everything; without that no two destinations are known to be alike */
    struct rvx__ipkey *points; /* ascending */
    size_t points_n;
    struct rvx__netmap_prefix doubts[RVX__NETMAP_DOUBTS_MAX];
    size_t doubts_n;
};

void rvx__netmap_fini(struct rvx__netmap *map); /* leaves it empty */

/* Finds out what `points` and `doubts` say.  Returns: 0; RVX_ELIMIT if it is too much; -ENOMEM; other -errno. */
int rvx__netmap_draw(struct rvx__netmap *map, const struct rvx__sockops *ops);

struct rvx__ipkey rvx__ipkey_of(const struct rvx_addr *addr);

/* The first `bits` bits. */
struct rvx__ipkey rvx__ipkey_cut(struct rvx__ipkey key, unsigned bits);

/* All destinations that share the first so many bits with this one are treated like it; 128: it alone. */
unsigned rvx__netmap_alike(const struct rvx__netmap *map, struct rvx__ipkey key);

#endif
