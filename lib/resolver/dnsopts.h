/* dnsopts.h - what a resolver's options and the environment say about DNS: checked and copied */
#ifndef RVX_RESOLVER_DNSOPTS_H
#define RVX_RESOLVER_DNSOPTS_H

#include <stdbool.h>

#include <resolvx/resolver.h>

#include "base/arena.h"
#include "conf/resolvconf.h"

#define RVX__DNS_PACKETS_DEFAULT 64
#define RVX__DNS_CACHE_DEFAULT ((size_t)4 << 20)

struct rvx__dnsopts {
    struct rvx_addr *servers;
    unsigned servers_n; /* 0: resolv.conf's */
    const char **search;
    size_t search_n;
    bool search_given;                 /* false: resolv.conf's */
    unsigned flags;                    /* enum rvx_dns_flags */
    unsigned ndots_plus_one, attempts; /* 0: resolv.conf's, likewise the next */
    rvx_time timeout;
    unsigned packets_max;
    size_t cache_max; /* 0: no cache */
    rvx_time stale_for;
    const char *environment; /* lines that stand behind those of resolv.conf; "" */
};

/* Takes over what the options say.  arena: where texts go.
 * Returns: 0; -ENOMEM; RVX_EOPTIONS, and err says which. */
int rvx__dnsopts_init(struct rvx__dnsopts *dns, const struct rvx_resolver_opts *opts, struct rvx__arena *arena,
                      struct rvx_error *err);

/* Makes lines of resolv.conf out of the variables RES_OPTIONS and LOCALDOMAIN; either may be NULL. What stands behind a
 * newline in them is left out.  Returns: 0; -ENOMEM. */
int rvx__dnsopts_set_environment(struct rvx__dnsopts *dns, struct rvx__arena *arena, const char *res_options,
                                 const char *localdomain);

#endif
