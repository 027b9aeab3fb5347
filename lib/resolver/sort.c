/* sort.c - a lookup's addresses in the order to try them
 *
 * Glue: the addresses become destinations, srcaddr.c finds their sources, rfc6724.c orders them. Where sources cannot
 * be found out, for want of a descriptor perhaps, the order is that of an answer without them: IPv4 first.
 */
#include <config.h>

#include "resolver/sort.h"

#include <errno.h>

#include "base/mem.h"
#include "resolver/dnsview.h"
#include "resolver/trace.h"

#define DESTINATIONS_INLINE 8 /* more than these need an allocation */

static void sort_destinations(struct rvx_resolver *resolver, const struct rvx__policy *policy,
                              struct rvx__destination *v, size_t n)
{
    if (rvx__srcaddr_find(&resolver->srcaddr, v, n) == 0)
        rvx__rfc6724_sort(v, n, policy);
    else
        rvx__rfc6724_sort_blind(v, n, policy);
}

static void tell_place(const struct rvx_resolver *resolver, uint64_t lookup, const struct rvx_addr *addr, size_t place,
                       enum rvx__rule rule)
{
    char text[RVX_ADDR_STRLEN];

    if (!rvx__trace_wanted(resolver))
        return;
    rvx__trace(resolver, lookup,
               &(struct rvx_trace_event){.kind = RVX_TRACE_ADDRESS,
                                         .text = rvx_addr_host_text(addr, text),
                                         .detail = rvx__rule_text(rule),
                                         .number = place});
}

int rvx__resolver_sort(struct rvx_resolver *resolver, uint64_t lookup, const struct rvx__policy *policy,
                       struct rvx_addr *v, size_t n)
{
    struct rvx__destination few[DESTINATIONS_INLINE];
    struct rvx__destination *destinations = few;
    size_t i;

    if (n < 2) {
        if (n > 0)
            tell_place(resolver, lookup, v, 0, RVX__RULE_NONE);
        return 0;
    }
    if (n > DESTINATIONS_INLINE)
        destinations = rvx__calloc(n, sizeof *destinations);
    if (destinations == NULL)
        return -ENOMEM;
    for (i = 0; i < n; i++)
        destinations[i].addr = v[i];
    sort_destinations(resolver, policy, destinations, n);
    for (i = 0; i < n; i++) {
        v[i] = destinations[i].addr;
        tell_place(resolver, lookup, &v[i], i, destinations[i].rule);
    }
    if (destinations != few)
        rvx__free(destinations);
    return 0;
}

int rvx__resolver_sort_by_files(struct rvx_resolver *resolver, uint64_t lookup, struct rvx_addr *v, size_t n)
{
    const struct rvx__snapshot *snapshot;
    struct rvx__policy policy = {.gaiconf = NULL};
    int rc;

    if (n < 2)
        return rvx__resolver_sort(resolver, lookup, &policy, v, n);
    rc = rvx__store_get(&resolver->store, RVX__DNS_VIEW_NEEDS, &snapshot);
    if (rc < 0)
        return rc;
    policy.gaiconf = snapshot->dns->gaiconf;
    policy.sortlist = snapshot->dns->sortlist;
    policy.sortlist_n = snapshot->dns->sortlist_n;
    rc = rvx__resolver_sort(resolver, lookup, &policy, v, n);
    rvx__snapshot_unref(snapshot);
    return rc;
}
