/* dnsview.h - how DNS is asked: servers, search list and options, from resolv.conf, gai.conf and the resolver's options
 *
 * Part of a snapshot: as immutable as that, and there as long as it.
 *
 *     rvx__store_get(store, RVX__DNS_VIEW_NEEDS, &snapshot)   then snapshot->dns
 */
#ifndef RVX_RESOLVER_DNSVIEW_H
#define RVX_RESOLVER_DNSVIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <resolvx/addr.h>

#include "conf/gaiconf.h"
#include "conf/prefix.h"
#include "conf/resolvconf.h"
#include "dns/host.h"
#include "resolver/conffile.h"
#include "resolver/dnsopts.h"

#define RVX__DNS_SERVERS_MAX RVX__RESOLVCONF_SERVERS_MAX

struct rvx__dns_view {
    struct rvx_addr servers[RVX__DNS_SERVERS_MAX]; /* with their ports; at least one; below, as texts for answers */
    char servers_text[RVX__DNS_SERVERS_MAX][RVX_ADDR_STRLEN];
    unsigned servers_n;
    struct rvx__host_opts host;
    size_t longest_domain; /* of the search list: bytes of text */
    unsigned attempts;    /* rounds over the servers */
    rvx_time timeout;     /* of one try */
    unsigned packets_max; /* of one lookup */
    bool rotate;
    bool tcp_only;
    bool no_aaaa;
    bool no_edns;
    bool no_case; /* no 0x20 */
    bool no_cookies;
    bool trust_ad;
    uint64_t id; /* of the servers and their order: differs whenever these do; part of the cache's key */
    const struct rvx__gaiconf *gaiconf;
    const struct rvx__prefix *sortlist;
    size_t sortlist_n;
};

#define RVX__DNS_VIEW_NEEDS (RVX__CONF_BIT(RVX__CONF_RESOLV) | RVX__CONF_BIT(RVX__CONF_GAI))

/* Makes a view of what the two files say and the options have to add; its id is 0. Everything is borrowed. Pure. */
void rvx__dns_view_make(struct rvx__dns_view *view, const struct rvx__dnsopts *opts,
                        const struct rvx__resolvconf *resolv, const struct rvx__gaiconf *gaiconf);

/* Have both the same servers in the same order? */
bool rvx__dns_view_same_servers(const struct rvx__dns_view *a, const struct rvx__dns_view *b);

/* Does the AD bit of that server's answers count? With trust-ad, and from a server on this machine. */
bool rvx__dns_view_trusts_ad(const struct rvx__dns_view *view, unsigned server);

#endif
