/* ask.c - runs a query machine: does what it says, tells it what happened
 *
 * Model: every event, a message, a failure, the timer, is one call into the machine (dns/query.h), followed by its
 * actions until there are none. SEND and RELEASE go to the transports; DONE ends the ask. A machine that is done while
 * it starts, because there is no descriptor say, has its end told by the timer, so that on_done never runs inside
 * rvx__ask_start().
 *
 * An ask has no memory of its own beyond itself, but for an extended error that a server sent; starting one allocates
 * nothing once the loop's heap of timers and the sockets have their size.
 */
#include <config.h>

#include "resolver/channel.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "dns/edns.h"
#include "resolver/ask_trace.h"
#include "resolver/upstream.h"

#define AT_ONCE 1 /* a deadline that has passed */
#define EDE_TEXT_MAX 128

static struct rvx__stats *stats_of(const struct rvx__ask *ask)
{
    return &ask->upstream->channel->resolver->stats;
}

static void count_send(const struct rvx__ask *ask, enum rvx__transport transport)
{
    struct rvx__stats *stats = stats_of(ask);

    rvx__stats_add(stats, RVX__STAT_QUERIES, 1);
    if (transport == RVX__TRANSPORT_TCP)
        rvx__stats_add(stats, RVX__STAT_TCP, 1);
    if (ask->query.attempts > 1)
        rvx__stats_add(stats, RVX__STAT_RETRIES, 1);
    if (ask->query.state == RVX__QUERY_HEDGING)
        rvx__stats_add(stats, RVX__STAT_HEDGES, 1);
}

static void count_reply(const struct rvx__ask *ask, const struct rvx__query_report *report)
{
    struct rvx__stats *stats = stats_of(ask);

    switch (report->fate) {
    case RVX__QUERY_TAKEN:
        rvx__stats_add(stats, RVX__STAT_REPLIES, 1);
        break;
    case RVX__QUERY_MISS:
    case RVX__QUERY_COOKIE:
        rvx__stats_add(stats, RVX__STAT_NEAR_MISSES, 1);
        break;
    case RVX__QUERY_MALFORMED:
        rvx__stats_add(stats, RVX__STAT_BROKEN, 1);
        break;
    case RVX__QUERY_LATE:
        break;
    }
}

static void release(struct rvx__ask *ask, unsigned slot)
{
    if (ask->carrier[slot] == NULL)
        return;
    if (ask->transport[slot] == RVX__TRANSPORT_UDP)
        rvx__udp_release(ask, slot);
    else
        rvx__tcp_release(ask, slot);
}

static void send_slot(struct rvx__ask *ask, const struct rvx__query_action *action)
{
    struct rvx__server *server = &ask->upstream->servers[action->server];
    struct rvx__query_env env;
    int rc;

    ask->transport[action->slot] = (uint8_t)action->transport;
    if (action->transport == RVX__TRANSPORT_UDP)
        rc = rvx__udp_carry(server, ask, action->slot);
    else
        rc = rvx__tcp_carry(server, ask, action->slot);
    if (rc == 0) {
        count_send(ask, action->transport);
        rvx__ask_trace_send(ask, action);
        return;
    }
    rvx__ask_trace_failure(ask, action->server, rc);
    rvx__channel_env(server->upstream->channel, 0, &env); /* dice that run dry say so to the machine */
    rvx__query_failed(&ask->query, action->slot, rc, &env);
}

/* Does what the machine says.  Returns: is it done? */
static bool take_actions(struct rvx__ask *ask)
{
    struct rvx__query_action action;

    while (rvx__query_next(&ask->query, &action)) {
        switch (action.kind) {
        case RVX__QUERY_SEND:
            send_slot(ask, &action);
            break;
        case RVX__QUERY_RELEASE:
            release(ask, action.slot);
            break;
        case RVX__QUERY_DONE:
            return true;
        case RVX__QUERY_NONE:
            break;
        }
    }
    if (ask->timer.deadline != ask->query.wake)
        rvx__timer_move(&ask->timer, ask->query.wake);
    return false;
}

/* Takes an ask that has no carrier any more out of everything. */
static void detach(struct rvx__ask *ask)
{
    struct rvx__upstream *upstream = ask->upstream;

    rvx__timer_stop(&ask->timer);
    rvx__link_remove(&ask->link);
    if (rvx__list_empty(&upstream->asks) && upstream->link.next != &upstream->channel->upstreams)
        rvx__channel_touch(upstream->channel); /* it was the last of an old configuration */
}

static void finish(struct rvx__ask *ask, const struct rvx__message *message, const struct rvx__finding *finding)
{
    bool found = ask->query.code == 0 && message != NULL;
    struct rvx__ask_ede *ede = ask->ede;

    if (found && finding->off_chain > 0)
        rvx__stats_add(stats_of(ask), RVX__STAT_OFF_CHAIN, finding->off_chain);
    detach(ask);
    ask->on_done(ask, found ? message : NULL, found ? finding : NULL);
    rvx__free(ede); /* the ask is not to be touched any more */
}

static void advance(struct rvx__ask *ask, const struct rvx__message *message, const struct rvx__finding *finding)
{
    if (take_actions(ask))
        finish(ask, message, finding);
}

/* Keeps why a server says that it has no answer, if it does. Without memory the error will say less. */
static void note_ede(struct rvx__ask *ask, const struct rvx__query_report *report, const struct rvx__message *message)
{
    struct rvx__ask_ede *new;
    struct rvx__ede ede;

    if (!report->has_message || report->verdict <= RVX__VERDICT_NXDOMAIN)
        return;
    rvx__edns_ede(message, &ede);
    if (!ede.present)
        return;
    ede.text = rvx__view_to(ede.text, ede.text.len < EDE_TEXT_MAX ? ede.text.len : EDE_TEXT_MAX);
    new = rvx__malloc(sizeof *new + ede.text.len);
    if (new == NULL)
        return;
    new->code = ede.code;
    new->len = ede.text.len;
    if (new->len > 0)
        memcpy(new->text, ede.text.data, new->len);
    rvx__free(ask->ede);
    ask->ede = new;
}

void rvx__ask_reply(struct rvx__ask *ask, unsigned slot, struct rvx__query_bytes bytes)
{
    struct rvx__channel *channel = ask->upstream->channel;
    struct rvx__query_report report;
    struct rvx__finding finding;
    struct rvx__message message;
    struct rvx__query_env env;

    rvx__channel_env(channel, rvx_loop_now(channel->loop), &env);
    rvx__query_reply(&ask->query, slot, bytes, &env, &message, &finding, &report);
    count_reply(ask, &report);
    note_ede(ask, &report, &message);
    rvx__ask_trace_reply(ask, slot, &report, env.now);
    advance(ask, &message, &finding);
}

void rvx__ask_failed(struct rvx__ask *ask, unsigned slot, int code)
{
    struct rvx__query_env env;

    rvx__channel_env(ask->upstream->channel, 0, &env);
    rvx__ask_trace_failure(ask, ask->query.slots[slot].server, code);
    rvx__query_failed(&ask->query, slot, code, &env);
    advance(ask, NULL, NULL);
}

static void run_out(void *arg)
{
    struct rvx__ask *ask = arg;
    struct rvx__channel *channel = ask->upstream->channel;
    bool hedging = ask->query.state == RVX__QUERY_HEDGING;
    struct rvx__query_env env;

    if (ask->query.state == RVX__QUERY_FINISHED) {
        finish(ask, NULL, NULL);
        return;
    }
    if (rvx__timer_start(channel->loop, &ask->timer, RVX_FOREVER, run_out, ask) < 0) { /* has the room it had */
        rvx__ask_abandon(ask, RVX_EINTERNAL);
        return;
    }
    rvx__channel_env(channel, rvx_loop_now(channel->loop), &env);
    rvx__query_timeout(&ask->query, &env);
    if (hedging || ask->query.state != RVX__QUERY_HEDGING) {
        rvx__stats_add(stats_of(ask), RVX__STAT_TIMEOUTS, 1);
        rvx__ask_trace_failure(ask, ask->query.server, RVX_ETIMEOUT);
    }
    advance(ask, NULL, NULL);
}

static unsigned first_server(struct rvx__upstream *upstream, int server)
{
    unsigned n = upstream->opts.servers_n;

    if (server >= 0)
        return (unsigned)server % n;
    return upstream->rotate ? upstream->next++ % n : 0;
}

int rvx__ask_start(struct rvx__ask *ask, struct rvx__channel *channel, const struct rvx__dns_view *view,
                   const struct rvx__question *question, int server, unsigned *budget)
{
    struct rvx__upstream *upstream = rvx__channel_upstream(channel, view);
    struct rvx__query_env env;
    int rc;

    if (channel->leaving)
        return RVX_ECANCELED;
    if (upstream == NULL)
        return -ENOMEM;
    rc = rvx__channel_env(channel, 0, &env);
    if (rc < 0)
        return rc;
    rvx__query_start(&ask->query, &upstream->opts, question, budget, first_server(upstream, server), &env);
    rc = rvx__timer_start(channel->loop, &ask->timer, ask->query.wake, run_out, ask);
    if (rc < 0)
        return rc;
    ask->upstream = upstream;
    ask->ede = NULL;
    for (unsigned i = 0; i < RVX__QUERY_SLOTS; i++)
        ask->carrier[i] = NULL;
    rvx__list_append(&upstream->asks, &ask->link);
    if (take_actions(ask))
        rvx__timer_move(&ask->timer, AT_ONCE);
    return 0;
}

void rvx__ask_stop(struct rvx__ask *ask)
{
    if (!rvx__link_in_list(&ask->link))
        return;
    for (unsigned i = 0; i < RVX__QUERY_SLOTS; i++)
        release(ask, i);
    detach(ask);
    rvx__free(ask->ede);
    ask->ede = NULL;
}

void rvx__ask_abandon(struct rvx__ask *ask, int code)
{
    rvx__ask_stop(ask);
    ask->query.code = code;
    ask->on_done(ask, NULL, NULL);
}
