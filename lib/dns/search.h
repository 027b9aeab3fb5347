/* search.h - the fully qualified names to try for a host, in their order
 *
 * resolv.conf's search, ndots and no-tld-query; go-net.md 3.2 and 4.6. An iterator: nothing is allocated, be it 32
 * domains or 1,000.
 */
#ifndef RVX_DNS_SEARCH_H
#define RVX_DNS_SEARCH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/view.h"
#include "dns/name.h"

struct rvx__search_opts {
    const char *const *domains; /* texts, with or without a dot at their end */
    size_t domains_n;
    unsigned ndots;
    bool no_tld_query; /* a single label is tried with the domains only, unless none of them fits */
};

struct rvx__search {
    struct rvx__view text; /* as typed; borrowed, like opts */
    const struct rvx__search_opts *opts;
    unsigned next;   /* inside: the domain to try next */
    bool bare_first; /* inside: the name as it is comes first, not last */
    bool bare_done;  /* inside */
    bool gave;       /* inside: a name with a domain was handed out */
};

/* False if the text is no host name at all; then there is nothing to ask for. */
bool rvx__search_init(struct rvx__search *search, struct rvx__view text, const struct rvx__search_opts *opts);

/* The next name; *name has len 0 when there are no more, and false is returned. Left out are names that are too long,
 * and those that no server may see (rvx__special_asks_dns()). */
bool rvx__search_next(struct rvx__search *search, struct rvx__name *name);

#endif
