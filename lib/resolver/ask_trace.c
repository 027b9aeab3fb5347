/* ask_trace.c - asks made visible
 *
 * The texts are made only if somebody watches the lookup, and never after the resolver has ended.
 */
#include <config.h>

#include "resolver/ask_trace.h"

#include "dns/name.h"
#include "resolver/trace.h"
#include "resolver/upstream.h"

static bool is_watched(const struct rvx__ask *ask)
{
    const struct rvx_resolver *resolver = ask->upstream->channel->resolver;

    return ask->lookup != 0 && atomic_load_explicit(&resolver->refs, memory_order_relaxed) > 0 &&
           rvx__trace_wanted(resolver);
}

static void tell(const struct rvx__ask *ask, unsigned server, struct rvx_trace_event *event)
{
    char name[RVX__NAME_TEXT_SIZE], addr[RVX_ADDR_STRLEN];

    rvx__name_text(ask->query.name, name);
    rvx_addr_text(&ask->upstream->servers[server].addr, addr);
    event->server = addr;
    event->name = name;
    event->type = ask->query.type;
    rvx__trace(ask->upstream->channel->resolver, ask->lookup, event);
}

void rvx__ask_trace_send(const struct rvx__ask *ask, const struct rvx__query_action *action)
{
    struct rvx_trace_event event = {
        .kind = RVX_TRACE_SEND,
        .text = action->transport == RVX__TRANSPORT_UDP ? "udp" : "tcp",
        .number = ask->query.attempts,
    };

    if (is_watched(ask))
        tell(ask, action->server, &event);
}

static const char *why_dropped(const struct rvx__query_report *report)
{
    switch (report->fate) {
    case RVX__QUERY_MISS:
        return rvx__match_text(report->match);
    case RVX__QUERY_MALFORMED:
        return rvx__gate_fault_text(report->fault);
    case RVX__QUERY_LATE:
    case RVX__QUERY_COOKIE:
    case RVX__QUERY_TAKEN:
        break;
    }
    return rvx__query_fate_text(report->fate);
}

void rvx__ask_trace_reply(const struct rvx__ask *ask, unsigned slot, const struct rvx__query_report *report,
                          rvx_time now)
{
    const struct rvx__query_slot *sent = &ask->query.slots[slot];
    struct rvx_trace_event event = {.kind = RVX_TRACE_REPLY};

    if (!is_watched(ask))
        return;
    if (report->fate == RVX__QUERY_TAKEN) {
        event.text = rvx__verdict_text(report->verdict);
        event.number = now > sent->sent ? (uint64_t)(now - sent->sent) / 1000 : 0;
    } else {
        event.kind = RVX_TRACE_DROP;
        event.text = why_dropped(report);
    }
    tell(ask, sent->server, &event);
}

void rvx__ask_trace_stranger(const struct rvx__ask *ask, unsigned server)
{
    struct rvx_trace_event event = {.kind = RVX_TRACE_DROP, .text = rvx__match_text(RVX__MATCH_ID)};

    if (is_watched(ask))
        tell(ask, server, &event);
}

void rvx__ask_trace_failure(const struct rvx__ask *ask, unsigned server, int code)
{
    struct rvx_trace_event event = {.kind = RVX_TRACE_FAIL, .code = code};

    if (is_watched(ask))
        tell(ask, server, &event);
}
