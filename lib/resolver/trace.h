/* trace.h - telling who watches what a lookup does
 *
 *     if (rvx__trace_wanted(resolver)) {
 *         ... make the texts ...
 *         rvx__trace(resolver, lookup_id, &(struct rvx_trace_event){.kind = RVX_TRACE_CANDIDATE, .name = text});
 *     }
 */
#ifndef RVX_RESOLVER_TRACE_H
#define RVX_RESOLVER_TRACE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <resolvx/trace.h>

#include "resolver/resolver.h"

/* Does anybody watch? Ask before making texts. */
static inline bool rvx__trace_wanted(const struct rvx_resolver *resolver)
{
    return resolver->options.trace != NULL;
}

/* A number for a lookup that begins; 0 if nobody watches. */
static inline uint64_t rvx__trace_new_id(struct rvx_resolver *resolver)
{
    if (!rvx__trace_wanted(resolver))
        return 0;
    return atomic_fetch_add_explicit(&resolver->trace_ids, 1, memory_order_relaxed) + 1;
}

/* Tells an event, with its `lookup` and `at` filled in; nothing if nobody watches.
 * Callback: runs the program's trace callback; hold no lock. */
void rvx__trace(const struct rvx_resolver *resolver, uint64_t lookup, const struct rvx_trace_event *event);

#endif
