/* hosts.h - hosts(5): names to addresses and back
 *
 * Two ways to the same answers. A scan passes over the bytes once for one name or address and builds nothing else: for
 * a process that asks once. A table answers with one hash probe: for a process that stays.
 *
 * Names match with ASCII letters folded and with or without a trailing dot, on either side. Addresses come in file
 * order, families mixed, duplicates kept; v4-mapped IPv6 addresses are the IPv4 addresses they map, on either side.
 * Names are given as Go gives them: with a trailing dot if there is another dot in them, without one otherwise.
 */
#ifndef RVX_CONF_HOSTS_H
#define RVX_CONF_HOSTS_H

#include <stddef.h>
#include <stdint.h>

#include <resolvx/addr.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/view.h"
#include "conf/remarks.h"

struct rvx__hosts_addr {
    struct rvx__hosts_addr *next;
    const struct rvx_addr *addr; /* port 0; lines in a row may share it */
};

/* What a hosts file says about a name. */
struct rvx__hosts_forward {
    const char *canonical; /* lower case: the first name on the first line that holds the name asked for */
    uint32_t line;         /* that line */
    uint32_t n;
    struct rvx__hosts_addr *addrs; /* n of them */
    struct rvx__hosts_addr *last;
};

struct rvx__hosts_name {
    struct rvx__hosts_name *next;
    const char *name; /* in the case it is written */
};

/* What a hosts file says about an address. */
struct rvx__hosts_reverse {
    uint32_t line; /* the first one */
    uint32_t n;
    struct rvx__hosts_name *names; /* n of them, in file order */
    struct rvx__hosts_name *last;
};

/* Looks a name, or an address with its zone, up in the bytes of a hosts file.
 * arena: where the answer lives; nothing of `bytes` is needed afterwards.
 * Returns: 0; RVX_ENOTFOUND; -ENOMEM. *found is NULL unless 0. */
int rvx__hosts_scan_name(struct rvx__view bytes, struct rvx__view name, struct rvx__arena *arena,
                         const struct rvx__hosts_forward **found);
int rvx__hosts_scan_addr(struct rvx__view bytes, const struct rvx_addr *addr, struct rvx__arena *arena,
                         const struct rvx__hosts_reverse **found);

struct rvx__hosts {
    struct rvx__map by_name;     /* struct rvx__hosts_forward */
    struct rvx__map by_addr;     /* struct rvx__hosts_reverse */
    struct rvx__remarks remarks; /* lines that cannot be used */
    struct rvx__arena arena;     /* behind everything in the maps */
};

/* Builds the table; nothing of `bytes` is needed afterwards.
 * Returns: 0, or -ENOMEM with an empty table. */
int rvx__hosts_parse(struct rvx__hosts *hosts, struct rvx__view bytes, struct rvx__map_seed seed);

/* Frees what is inside; also after a failed parse, and twice. */
void rvx__hosts_fini(struct rvx__hosts *hosts);

/* The answers, owned by the table; NULL: not in the file. */
const struct rvx__hosts_forward *rvx__hosts_find_name(const struct rvx__hosts *hosts, struct rvx__view name);
const struct rvx__hosts_reverse *rvx__hosts_find_addr(const struct rvx__hosts *hosts, const struct rvx_addr *addr);

#endif
