/* trace.c - telling who watches what a lookup does
 *
 * An event is a struct on the stack of whoever has something to tell; it is stamped here and handed to the program's
 * callback. There is no queue and no text, so the order of the calls is the order of what happened on one thread.
 */
#include <config.h>

#include "resolver/trace.h"

static const char *const kind_texts[] = {
    [RVX_TRACE_START] = "start",   [RVX_TRACE_ORDER] = "order",         [RVX_TRACE_SOURCE] = "source",
    [RVX_TRACE_STATUS] = "status", [RVX_TRACE_CANDIDATE] = "candidate", [RVX_TRACE_CACHE] = "cache",
    [RVX_TRACE_JOIN] = "join",     [RVX_TRACE_SEND] = "send",           [RVX_TRACE_REPLY] = "reply",
    [RVX_TRACE_DROP] = "drop",     [RVX_TRACE_FAIL] = "fail",           [RVX_TRACE_ADDRESS] = "address",
    [RVX_TRACE_DONE] = "done",
};

const char *rvx_trace_kind_text(enum rvx_trace_kind kind)
{
    size_t i = (size_t)kind;

    if (i >= sizeof kind_texts / sizeof kind_texts[0] || kind_texts[i] == NULL)
        return "unknown";
    return kind_texts[i];
}

void rvx__trace(const struct rvx_resolver *resolver, uint64_t lookup, const struct rvx_trace_event *event)
{
    const struct rvx__clock *clock = resolver->base->clock;
    struct rvx_trace_event stamped = *event;

    if (!rvx__trace_wanted(resolver))
        return;
    stamped.lookup = lookup;
    stamped.at = clock->now(clock->self);
    resolver->options.trace(resolver->options.trace_arg, &stamped);
}
