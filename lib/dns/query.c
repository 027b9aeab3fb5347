/* query.c - whom to ask, when to ask somebody else, and when to give up
 *
 * The places are servers x attempts in the order a b a b (go-net.md 5.4), servers that failed lately behind the others.
 * A turn begins with the server of the next place. If that is slow, one second packet goes out, to the server of the
 * place after; if there is only one server, to that one again, as packets get lost. Whoever answers first is right.
 * The turn ends when its deadline passes, or at once when everybody asked in it has failed; then comes the next one.
 * What was sent in earlier turns still counts when its answer comes. After the last place, as long as somebody has been
 * asked for less than resolv.conf's timeout, we wait.
 *
 * A datagram that is bad in spite of matching, or only nearly matching, does not end anything: the good answer may be
 * behind it (stub-resolvers.md 4.3). The slot is in doubt then, stays open, and the server is asked by TCP as well.
 * When all that is still open is in doubt, the turn is cut short.
 *
 * A whole query takes at most servers x attempts turns, each of them at most twice the timeout, once for UDP and once
 * for TCP, and the timeout again at the end.
 */
#include <config.h>

#include "dns/query_private.h"

#include <errno.h>

#include <resolvx/err.h>

#define TIMEOUT_DEFAULT RVX_SECONDS(5)
#define ATTEMPTS_MAX 15
#define NO_PLACE UINT8_MAX

/* How long to go on listening when only slots in doubt are left. */
#define GRACE RVX_MILLISECONDS(500)

static void set_state(struct rvx__query *query, enum rvx__query_state state)
{
    query->state = (uint8_t)state;
}

static rvx_time timeout_of(const struct rvx__query *query)
{
    return query->opts->timeout > 0 ? query->opts->timeout : TIMEOUT_DEFAULT;
}

static bool has_place(const struct rvx__query *query)
{
    unsigned attempts = query->opts->attempts;

    if (attempts == 0)
        attempts = 1;
    return query->next < query->opts->servers_n * (attempts < ATTEMPTS_MAX ? attempts : ATTEMPTS_MAX);
}

/* The server of a place. */
static unsigned server_at(const struct rvx__query *query, unsigned place)
{
    if (query->opts->servers_n == 1)
        return 0;
    return query->order >> 4 * (place % query->opts->servers_n) & 0xf;
}

/* Those in order first that do not fail, then the others. */
static uint64_t order_servers(const struct rvx__query_opts *opts, unsigned first, rvx_time now)
{
    uint64_t order = 0;
    unsigned n = 0, pass, i;

    for (pass = 0; pass < 2; pass++) {
        for (i = 0; i < opts->servers_n; i++) {
            unsigned server = (first + i) % opts->servers_n;

            if (rvx__health_is_failing(&opts->health[server], now) == (pass == 1))
                order |= (uint64_t)server << 4 * n++;
        }
    }
    rvx__health_take_probe(&opts->health[order & 0xf], now);
    return order;
}

/* ---- ending */

void rvx__query_blame(struct rvx__query *query, enum rvx__query_failure failure, unsigned server)
{
    query->failure = (uint8_t)failure;
    query->server = (uint8_t)server;
}

static bool is_overtaken(const struct rvx__query *query, const struct rvx__query_slot *slot, rvx_time now)
{
    return slot->transport == RVX__TRANSPORT_UDP && slot->server != query->server &&
           now - slot->sent > rvx__health_hedge_delay(rvx__query_health(query, slot->server));
}

/* Somebody answered. The others that had time to, and did not, shall not be asked first for ever. */
static void note_overtaken(struct rvx__query *query, rvx_time now)
{
    unsigned silent = query->open & ~(unsigned)query->noted & ~(unsigned)query->doubtful, i;

    for (i = 0; i < RVX__QUERY_SLOTS; i++) {
        if ((silent & 1u << i) != 0 && is_overtaken(query, &query->slots[i], now))
            rvx__health_note_overtaken(rvx__query_health(query, query->slots[i].server), now);
    }
}

void rvx__query_finish(struct rvx__query *query, int code, const struct rvx__query_env *env)
{
    if (code == 0)
        note_overtaken(query, env->now);
    rvx__query_close(query, rvx__query_busy(query));
    query->code = code;
    query->wake = RVX_FOREVER;
    set_state(query, RVX__QUERY_ENDING);
}

/* Whatever happened, it is no proof that there is nothing: never "not found". */
static int failure_code(const struct rvx__query *query)
{
    switch ((enum rvx__query_failure)query->failure) {
    case RVX__QUERY_SILENCE:
        return RVX_ETIMEOUT;
    case RVX__QUERY_RESOURCE:
        return rvx_is_temporary(query->cause) ? query->cause : RVX_ETRYAGAIN;
    case RVX__QUERY_BUDGET:
        return RVX_ELIMIT;
    case RVX__QUERY_NO_FAILURE:
    case RVX__QUERY_NETWORK:
    case RVX__QUERY_BROKEN:
    case RVX__QUERY_VERDICT:
        break;
    }
    return RVX_ETRYAGAIN;
}

/* When the last packet that is still open was sent. */
static rvx_time last_sent(const struct rvx__query *query)
{
    unsigned busy = rvx__query_busy(query), i;
    rvx_time last = RVX_NOWAIT;

    for (i = 0; i < RVX__QUERY_SLOTS; i++) {
        if ((busy & 1u << i) != 0 && query->slots[i].sent > last)
            last = query->slots[i].sent;
    }
    return last;
}

/* Nobody is left to ask. */
static void wait_to_the_end(struct rvx__query *query, const struct rvx__query_env *env)
{
    rvx_time end = query->doubtful == rvx__query_busy(query) ? query->deadline : last_sent(query) + timeout_of(query);

    if (rvx__query_busy(query) == 0 || end <= env->now) {
        rvx__query_finish(query, failure_code(query), env);
        return;
    }
    query->deadline = query->wake = end;
    set_state(query, RVX__QUERY_HEDGING);
}

/* ---- turns */

/* A second packet in a turn: not where there is one connection to one server, which TCP looks after. */
static bool can_hedge(const struct rvx__query *query, enum rvx__transport transport)
{
    return query->opts->servers_n > 1 || transport == RVX__TRANSPORT_UDP;
}

/* How long a server asked now has until another is asked, too. TCP begins with a handshake. */
static rvx_time hedge_delay(const struct rvx__query *query, const struct rvx__query_way *way)
{
    return rvx__health_hedge_delay(rvx__query_health(query, way->server)) *
           (way->transport == RVX__TRANSPORT_TCP ? 2 : 1);
}

static void set_hedge(struct rvx__query *query, const struct rvx__query_way *way, rvx_time now)
{
    rvx_time at = now + hedge_delay(query, way);

    query->wake = query->deadline;
    if (at >= query->deadline || !can_hedge(query, way->transport)) {
        set_state(query, RVX__QUERY_HEDGING);
        return;
    }
    query->wake = at;
    set_state(query, RVX__QUERY_ASKING);
}

static struct rvx__query_way way_to_place(struct rvx__query *query, unsigned place, rvx_time now)
{
    unsigned server = server_at(query, place);

    query->tcp_tried &= (uint16_t)~(1u << server);
    return rvx__query_way_to(query, server, now);
}

static void end_budget(struct rvx__query *query, const struct rvx__query_env *env)
{
    query->next = NO_PLACE;
    rvx__query_blame(query, RVX__QUERY_BUDGET, query->server);
    wait_to_the_end(query, env);
}

static void begin_turn(struct rvx__query *query, const struct rvx__query_env *env)
{
    unsigned round = query->opts->servers_n == 1 ? query->next : query->next / query->opts->servers_n;
    struct rvx__query_way way = way_to_place(query, query->next++, env->now);

    query->current = 0;
    query->extended = false;
    if (!rvx__query_open(query, &way, env)) {
        end_budget(query, env);
        return;
    }
    query->deadline =
        env->now + rvx__health_timeout(rvx__query_health(query, way.server), timeout_of(query), round);
    set_hedge(query, &way, env->now);
}

/* The first server of the turn is slow. */
static void hedge(struct rvx__query *query, const struct rvx__query_env *env)
{
    bool same = query->opts->servers_n == 1 || !has_place(query);
    struct rvx__query_way way = way_to_place(query, same ? query->next - 1u : query->next, env->now);

    set_state(query, RVX__QUERY_HEDGING);
    query->wake = query->deadline;
    if (same && way.transport == RVX__TRANSPORT_TCP)
        return;
    if (!rvx__query_open(query, &way, env))
        return;
    if (!same)
        query->next++;
}

void rvx__query_extend(struct rvx__query *query, unsigned server, const struct rvx__query_env *env)
{
    struct rvx__query_way way = {.server = server, .transport = RVX__TRANSPORT_TCP};

    if (query->extended)
        return;
    query->extended = true;
    query->deadline = env->now + timeout_of(query);
    if (query->state == RVX__QUERY_ASKING)
        set_hedge(query, &way, env->now);
    else
        query->wake = query->deadline;
}

void rvx__query_move_on(struct rvx__query *query, bool was_current, const struct rvx__query_env *env)
{
    uint8_t busy = rvx__query_busy(query);

    if (!was_current && (busy & query->current) != 0)
        return;
    if (has_place(query) && rvx__query_slots_of(query, server_at(query, query->next)) == 0) {
        begin_turn(query, env);
    } else if (busy == 0) {
        rvx__query_finish(query, failure_code(query), env);
    } else if (busy == query->doubtful && query->deadline > env->now + GRACE) {
        query->deadline = env->now + GRACE;
        if (query->wake > query->deadline)
            query->wake = query->deadline;
    }
}

/* Nobody answered in time: that is on record for those who sent nothing, and why the query fails if it does. */
static void note_silence(struct rvx__query *query, rvx_time now)
{
    unsigned silent = query->open & ~(unsigned)query->noted & ~(unsigned)query->doubtful, i;
    rvx_time last = RVX_NOWAIT;

    for (i = 0; i < RVX__QUERY_SLOTS; i++) {
        const struct rvx__query_slot *slot = &query->slots[i];

        if ((silent & 1u << i) == 0)
            continue;
        rvx__health_note_failure(rvx__query_health(query, slot->server), now);
        if (slot->sent < last)
            continue;
        last = slot->sent;
        if (query->failure != RVX__QUERY_BUDGET)
            rvx__query_blame(query, RVX__QUERY_SILENCE, slot->server);
    }
    query->noted |= (uint8_t)silent;
}

/* ---- events */

void rvx__query_start(struct rvx__query *query, const struct rvx__query_opts *opts,
                      const struct rvx__question *question, unsigned *budget, unsigned first,
                      const struct rvx__query_env *env)
{
    *query = (struct rvx__query){
        .opts = opts,
        .budget = budget,
        .name = question->name,
        .type = question->type,
        .class_ = question->class_,
    };
    if (opts->servers_n > 1)
        query->order = order_servers(opts, first % opts->servers_n, env->now);
    begin_turn(query, env);
}

void rvx__query_timeout(struct rvx__query *query, const struct rvx__query_env *env)
{
    if (env->now < query->wake)
        return;
    if (query->state == RVX__QUERY_ASKING && env->now < query->deadline) {
        hedge(query, env);
        return;
    }
    note_silence(query, env->now);
    if (has_place(query))
        begin_turn(query, env);
    else
        wait_to_the_end(query, env);
}

/* Is it we who cannot, whomever we ask? EADDRNOTAVAIL does not say so: where IPv6 is switched off, every connect() to
 * an IPv6 server ends with it; and TCP runs out of ports for one server at a time. UDP does with EAGAIN. */
static bool is_shortage(int code)
{
    switch (code) {
    case -EMFILE:
    case -ENFILE:
    case -ENOMEM:
    case -ENOBUFS:
    case -EADDRINUSE:
    case -EAGAIN:
        return true;
    default:
        return false;
    }
}

/* TCP was preferred, and is not served. False if that is not how it was. */
static bool go_back_to_udp(struct rvx__query *query, const struct rvx__query_slot *slot,
                           const struct rvx__query_env *env)
{
    struct rvx__query_way way = rvx__query_way_to(query, slot->server, env->now);

    if (slot->transport != RVX__TRANSPORT_TCP || way.transport != RVX__TRANSPORT_UDP ||
        (query->tcp_tried & 1u << slot->server) != 0)
        return false;
    query->tcp_tried |= (uint16_t)(1u << slot->server);
    return rvx__query_open(query, &way, env);
}

static void note_network(struct rvx__query *query, const struct rvx__query_slot *slot, rvx_time now)
{
    struct rvx__health *health = rvx__query_health(query, slot->server);

    if (slot->transport == RVX__TRANSPORT_TCP)
        rvx__health_note_no_tcp(health);
    if (slot->transport == RVX__TRANSPORT_UDP || query->opts->tcp_only)
        rvx__health_note_failure(health, now);
}

void rvx__query_failed(struct rvx__query *query, unsigned i, int code, const struct rvx__query_env *env)
{
    struct rvx__query_slot old;
    bool was_current;

    if (i >= RVX__QUERY_SLOTS || (query->open & 1u << i) == 0)
        return;
    old = query->slots[i];
    was_current = (query->current & 1u << i) != 0;
    rvx__query_close(query, rvx__query_bit(i));
    query->cause = (int16_t)code;
    rvx__query_blame(query, is_shortage(code) ? RVX__QUERY_RESOURCE : RVX__QUERY_NETWORK, old.server);
    if (is_shortage(code)) {
        if (rvx__query_busy(query) == 0)
            rvx__query_finish(query, failure_code(query), env);
        return;
    }
    note_network(query, &old, env->now);
    if (!go_back_to_udp(query, &old, env))
        rvx__query_move_on(query, was_current, env);
}

/* ---- actions */

static void hand_out_send(struct rvx__query *query, struct rvx__query_action *action)
{
    unsigned i = 0;

    while ((query->wanted & 1u << i) == 0)
        i++;
    query->wanted &= (uint8_t)~(1u << i);
    query->open |= rvx__query_bit(i);
    action->kind = RVX__QUERY_SEND;
    action->slot = i;
    action->server = query->slots[i].server;
    action->transport = (enum rvx__transport)query->slots[i].transport;
}

static void hand_out_release(struct rvx__query *query, struct rvx__query_action *action)
{
    unsigned i = 0;

    while ((query->release & 1u << i) == 0)
        i++;
    query->release &= (uint8_t)~(1u << i);
    action->kind = RVX__QUERY_RELEASE;
    action->slot = i;
}

bool rvx__query_next(struct rvx__query *query, struct rvx__query_action *action)
{
    if (query->release != 0) {
        hand_out_release(query, action);
    } else if (query->state == RVX__QUERY_ENDING) {
        set_state(query, RVX__QUERY_FINISHED);
        action->kind = RVX__QUERY_DONE;
    } else if (query->wanted != 0) {
        hand_out_send(query, action);
    } else {
        action->kind = RVX__QUERY_NONE;
        return false;
    }
    return true;
}

/* ---- texts */

const char *rvx__query_state_text(enum rvx__query_state state)
{
    static const char *const texts[] = {
        [RVX__QUERY_ASKING] = "asking",
        [RVX__QUERY_HEDGING] = "asking twice",
        [RVX__QUERY_ENDING] = "ending",
        [RVX__QUERY_FINISHED] = "finished",
    };

    return (unsigned)state <= RVX__QUERY_FINISHED ? texts[state] : "unknown";
}

const char *rvx__query_failure_text(enum rvx__query_failure failure)
{
    static const char *const texts[] = {
        [RVX__QUERY_NO_FAILURE] = "no failure",
        [RVX__QUERY_SILENCE] = "no answer in time",
        [RVX__QUERY_NETWORK] = "network failure",
        [RVX__QUERY_RESOURCE] = "resources are short",
        [RVX__QUERY_BROKEN] = "malformed or forged reply",
        [RVX__QUERY_VERDICT] = "server misbehaving",
        [RVX__QUERY_BUDGET] = "too many packets",
    };

    return (unsigned)failure <= RVX__QUERY_BUDGET ? texts[failure] : "unknown";
}
