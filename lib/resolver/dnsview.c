/* dnsview.c - how DNS is asked: servers, search list and options, from resolv.conf, gai.conf and the resolver's options
 *
 * What the options say takes the place of what the file says; switches add up. Options of resolv.conf that are
 * understood and have no effect here, on purpose: edns0, which is how we ask in any case; debug; no-check-names, for
 * names are always checked; inet6, ip6-bytestring and ip6-dotint, which nobody obeys any more; insecure1 and insecure2.
 */
#include <config.h>

#include "resolver/dnsview.h"

#include <string.h>

static void set_servers(struct rvx__dns_view *view, const struct rvx__dnsopts *opts,
                        const struct rvx__resolvconf *resolv)
{
    const struct rvx_addr *servers = opts->servers_n > 0 ? opts->servers : resolv->servers;

    view->servers_n = opts->servers_n > 0 ? opts->servers_n : (unsigned)resolv->servers_n;
    for (unsigned i = 0; i < view->servers_n; i++) {
        view->servers[i] = servers[i];
        rvx_addr_text(&servers[i], view->servers_text[i]);
    }
}

static void set_search(struct rvx__dns_view *view, const struct rvx__dnsopts *opts,
                       const struct rvx__resolvconf *resolv)
{
    view->host.search = (struct rvx__search_opts){
        .domains = opts->search_given ? opts->search : resolv->search,
        .domains_n = opts->search_given ? opts->search_n : resolv->search_n,
        .ndots = opts->ndots_plus_one > 0 ? opts->ndots_plus_one - 1 : resolv->ndots,
        .no_tld_query = (resolv->options & RVX__RESOLVCONF_NO_TLD_QUERY) != 0,
    };
    for (size_t i = 0; i < view->host.search.domains_n; i++) {
        size_t len = strlen(view->host.search.domains[i]);

        if (len > view->longest_domain)
            view->longest_domain = len;
    }
}

static void set_switches(struct rvx__dns_view *view, unsigned flags, uint32_t options)
{
    const uint32_t single = RVX__RESOLVCONF_SINGLE_REQUEST | RVX__RESOLVCONF_SINGLE_REQUEST_REOPEN;

    view->rotate = (flags & RVX_DNS_ROTATE) != 0 || (options & RVX__RESOLVCONF_ROTATE) != 0;
    view->tcp_only = (flags & RVX_DNS_TCP) != 0 || (options & RVX__RESOLVCONF_USE_TCP) != 0;
    view->host.one_after_the_other = (flags & RVX_DNS_SINGLE_REQUEST) != 0 || (options & single) != 0;
    view->no_aaaa = (flags & RVX_DNS_NO_AAAA) != 0 || (options & RVX__RESOLVCONF_NO_AAAA) != 0;
    view->host.strict = (flags & RVX_DNS_STRICT) != 0 || (options & RVX__RESOLVCONF_STRICT_ERROR) != 0;
    view->trust_ad = (flags & RVX_DNS_TRUST_AD) != 0 || (options & RVX__RESOLVCONF_TRUST_AD) != 0;
    view->no_edns = (flags & RVX_DNS_NO_EDNS) != 0;
    view->no_case = (flags & RVX_DNS_NO_0X20) != 0;
    view->no_cookies = (flags & RVX_DNS_NO_COOKIES) != 0;
}

void rvx__dns_view_make(struct rvx__dns_view *view, const struct rvx__dnsopts *opts,
                        const struct rvx__resolvconf *resolv, const struct rvx__gaiconf *gaiconf)
{
    memset(view, 0, sizeof *view);
    set_servers(view, opts, resolv);
    set_search(view, opts, resolv);
    set_switches(view, opts->flags, resolv->options);
    view->attempts = opts->attempts > 0 ? opts->attempts : resolv->attempts;
    view->timeout = opts->timeout > 0 ? opts->timeout : RVX_SECONDS(resolv->timeout_s);
    view->packets_max = opts->packets_max;
    view->gaiconf = gaiconf;
    view->sortlist = resolv->sortlist;
    view->sortlist_n = resolv->sortlist_n;
}

bool rvx__dns_view_same_servers(const struct rvx__dns_view *a, const struct rvx__dns_view *b)
{
    if (a->servers_n != b->servers_n)
        return false;
    for (unsigned i = 0; i < a->servers_n; i++) {
        if (!rvx_addr_equal(&a->servers[i], &b->servers[i]))
            return false;
    }
    return true;
}

static bool is_loopback(const struct rvx_addr *addr)
{
    static const uint8_t v6[16] = {[15] = 1};

    if (addr->family == RVX_FAMILY_IPV4)
        return addr->ip[0] == 127;
    return addr->family == RVX_FAMILY_IPV6 && memcmp(addr->ip, v6, sizeof v6) == 0;
}

bool rvx__dns_view_trusts_ad(const struct rvx__dns_view *view, unsigned server)
{
    return server < view->servers_n && (view->trust_ad || is_loopback(&view->servers[server]));
}
