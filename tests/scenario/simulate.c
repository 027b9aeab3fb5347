/* simulate.c - a thousand random networks
 *
 * Servers that are dead, slow, lossy, refuse, truncate, forget, send junk, forgeries and duplicates in any order, with
 * and without TCP. In each of them every query ends, within the bounds that query.c tells, with no more packets than
 * the budget, with no address but the true one, and says that there is nothing only if a server said so. Networks
 * follow from their numbers: one that fails is played again by `simulate NUMBER`.
 */
#include <config.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <resolvx/err.h>

#include "dns/query.h"
#include "scenario/message.h"
#include "support/oom.h"

#define NETWORKS 1000
#define QUERIES 5
#define FLIGHT_MAX 512

enum habit { GOOD, NO_NAME, NO_DATA, FAILS, REFUSES, NO_EDNS, TRUNCATES, MALFORMED, LOWERS, HABITS_N };

struct server {
    enum habit habit;
    unsigned loss, junk, twice; /* percent */
    rvx_time delay, jitter;
    bool dead, refuses_udp, has_tcp;
};

/* Something on its way to the machine. */
struct flight {
    rvx_time at;
    unsigned slot, serial;
    int failure; /* 0: bytes */
    struct message message;
};

struct net {
    uint64_t seed;
    rvx_time now;
    struct server servers[RVX__QUERY_SERVERS_MAX];
    struct rvx__health health[RVX__QUERY_SERVERS_MAX];
    struct rvx__shape shapes[RVX__SHAPES_N];
    struct rvx__query_opts opts;
    struct rvx__dice dice;
    struct rvx__query query;
    unsigned serial_of[RVX__QUERY_SLOTS], serials, budget, packets;
    bool open[RVX__QUERY_SLOTS], done, said_nothing;
    struct flight flights[FLIGHT_MAX];
    unsigned flights_n;
    struct rvx__message message;
    struct rvx__finding finding;
    const char *fault;
};

static unsigned draw(struct net *net, unsigned below)
{
    net->seed = net->seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(net->seed >> 33) % below;
}

static struct rvx__query_env env_of(struct net *net)
{
    unsigned i;

    if (rvx__dice_are_low(&net->dice)) {
        for (i = 0; i < RVX__DICE_SIZE; i++)
            net->dice.bytes[i] = (uint8_t)draw(net, 256);
        rvx__dice_filled(&net->dice);
    }
    return (struct rvx__query_env){.now = net->now, .dice = &net->dice};
}

static void add_address(struct message *message, unsigned last)
{
    uint8_t ip[4] = {192, 0, 2, (uint8_t)last};

    message_add(message, MESSAGE_ANSWER, RVX__DNS_TYPE_A, 60, rvx__view_of(ip, sizeof ip));
}

static void lower_question(struct message *message)
{
    size_t i;

    for (i = RVX__DNS_HEADER_LEN; i < RVX__DNS_HEADER_LEN + message->question_len - 4; i++)
        message->bytes[i] = (uint8_t)rvx__to_lower((char)message->bytes[i]);
}

static void speak(struct net *net, const struct server *server, bool tcp, bool has_edns, struct message *message)
{
    switch (server->habit) {
    case NO_NAME:
    case NO_DATA:
        net->said_nothing = true;
        message_set_rcode(message, server->habit == NO_NAME ? RVX__DNS_RCODE_NXDOMAIN : RVX__DNS_RCODE_NOERROR);
        return;
    case FAILS:
        message_set_rcode(message, RVX__DNS_RCODE_SERVFAIL);
        return;
    case REFUSES:
        message_set_rcode(message, RVX__DNS_RCODE_REFUSED);
        return;
    case NO_EDNS:
        if (has_edns) {
            message_set_rcode(message, RVX__DNS_RCODE_FORMERR);
            return;
        }
        break;
    case TRUNCATES:
        if (!tcp) {
            add_address(message, 66);
            message_set_u16(message, 2, message_u16(message, 2) | RVX__DNS_FLAG_TC);
            return;
        }
        break;
    case MALFORMED:
        add_address(message, 66);
        message->len -= 2;
        return;
    case LOWERS:
        lower_question(message);
        break;
    case GOOD:
    case HABITS_N:
        break;
    }
    add_address(message, 1);
}

static struct flight *add_flight(struct net *net, unsigned slot, rvx_time delay)
{
    struct flight *flight = &net->flights[net->flights_n < FLIGHT_MAX ? net->flights_n++ : 0];

    flight->at = net->now + delay;
    flight->slot = slot;
    flight->serial = net->serial_of[slot];
    flight->failure = 0;
    return flight;
}

/* A forgery that knows all but the id, or nothing. */
static void add_forgery(struct net *net, unsigned slot, struct rvx__view query)
{
    struct flight *flight = add_flight(net, slot, RVX_MICROSECONDS(1 + draw(net, 5000)));

    message_reply(&flight->message, query);
    add_address(&flight->message, 66);
    if (draw(net, 2) == 0)
        flight->message.len = draw(net, 12);
    else
        message_set_u16(&flight->message, 0, message_u16(&flight->message, 0) ^ (1u + draw(net, 0xffff)));
}

static void answer(struct net *net, unsigned slot, const struct server *server, bool tcp, struct rvx__view query)
{
    bool has_edns = rvx__wire_u16(query, 10) > 0;
    rvx_time delay = server->delay + (rvx_time)draw(net, 1000) * server->jitter / 1000;
    unsigned n = !tcp && draw(net, 100) < server->twice ? 2 : 1;

    if (!tcp && draw(net, 100) < server->junk)
        add_forgery(net, slot, query);
    if (server->dead || (!tcp && draw(net, 100) < server->loss))
        return;
    if (tcp ? !server->has_tcp : server->refuses_udp) {
        add_flight(net, slot, delay)->failure = -ECONNREFUSED;
        return;
    }
    while (n-- > 0) {
        struct flight *flight = add_flight(net, slot, delay + n * server->jitter);

        message_reply(&flight->message, query);
        speak(net, server, tcp, has_edns, &flight->message);
    }
}

static void drain(struct net *net)
{
    struct rvx__query_action action;
    uint8_t bytes[RVX__DNS_QUERY_MAX];

    while (rvx__query_next(&net->query, &action)) {
        struct rvx__query_env env = env_of(net);

        if (action.kind == RVX__QUERY_DONE) {
            net->done = true;
        } else if (net->open[action.slot] == (action.kind == RVX__QUERY_SEND)) {
            net->fault = "a slot was sent or released twice";
        } else if (action.kind == RVX__QUERY_RELEASE) {
            net->open[action.slot] = false;
        } else {
            size_t len = rvx__query_write(&net->query, action.slot, &env, bytes);

            net->packets++;
            net->open[action.slot] = true;
            net->serial_of[action.slot] = ++net->serials;
            answer(net, action.slot, &net->servers[action.server], action.transport == RVX__TRANSPORT_TCP,
                   rvx__view_of(bytes, len));
        }
    }
}

static unsigned next_flight(const struct net *net)
{
    unsigned next = 0, i;

    for (i = 1; i < net->flights_n; i++) {
        if (net->flights[i].at < net->flights[next].at)
            next = i;
    }
    return next;
}

static void arrive(struct net *net, unsigned i)
{
    static struct flight flight;
    struct rvx__query_report report;
    struct rvx__query_env env;

    flight = net->flights[i];
    net->flights[i] = net->flights[--net->flights_n];
    net->now = flight.at;
    if (!net->open[flight.slot] || net->serial_of[flight.slot] != flight.serial)
        return;
    env = env_of(net);
    if (flight.failure != 0)
        rvx__query_failed(&net->query, flight.slot, flight.failure, &env);
    else
        rvx__query_reply(&net->query, flight.slot,
                         (struct rvx__query_bytes){flight.message.bytes, flight.message.len}, &env, &net->message,
                         &net->finding, &report);
    drain(net);
}

static void wake(struct net *net)
{
    struct rvx__query_env env;

    net->now = net->query.wake;
    env = env_of(net);
    rvx__query_timeout(&net->query, &env);
    drain(net);
}

static void make_net(struct net *net, unsigned number)
{
    unsigned i;

    memset(net, 0, sizeof *net);
    net->seed = number * 2654435761u + 1;
    net->now = RVX_SECONDS(1000);
    message_shapes(net->shapes);
    net->opts = (struct rvx__query_opts){
        .health = net->health,
        .shapes = net->shapes,
        .servers_n = 1 + draw(net, 4),
        .attempts = 1 + draw(net, 3),
        .timeout = RVX_MILLISECONDS(500 + draw(net, 5000)),
        .tcp_only = draw(net, 10) == 0,
        .no_edns = draw(net, 8) == 0,
        .no_case = draw(net, 4) == 0,
        .no_cookies = draw(net, 4) == 0,
    };
    for (i = 0; i < net->opts.servers_n; i++) {
        net->servers[i] = (struct server){
            .habit = draw(net, 2) == 0 ? GOOD : (enum habit)draw(net, HABITS_N),
            .loss = draw(net, 3) == 0 ? draw(net, 100) : 0,
            .junk = draw(net, 3) == 0 ? draw(net, 100) : 0,
            .twice = draw(net, 3) == 0 ? 50 : 0,
            .delay = RVX_MICROSECONDS(100 + draw(net, 200000)),
            .jitter = RVX_MICROSECONDS(draw(net, 500000)),
            .dead = draw(net, 5) == 0,
            .refuses_udp = draw(net, 10) == 0,
            .has_tcp = draw(net, 4) != 0,
        };
    }
}

static const char *judge(struct net *net, rvx_time began, unsigned budget)
{
    const struct rvx__query *query = &net->query;
    rvx_time bound = net->opts.timeout * (2 * net->opts.servers_n * net->opts.attempts + 1);
    bool nothing = net->finding.verdict == RVX__VERDICT_NXDOMAIN || net->finding.verdict == RVX__VERDICT_NODATA;

    if (net->fault != NULL)
        return net->fault;
    if (net->open[0] || net->open[1] || net->open[2])
        return "a slot was not released";
    if (net->now - began > bound)
        return "it took longer than it may";
    if (net->packets > budget)
        return "more packets than the budget";
    if (query->code == RVX_ENOTFOUND || (query->code == 0 && nothing && !net->said_nothing))
        return "nothing there, and nobody said so";
    if (query->code != 0 && !rvx_is_temporary(query->code))
        return "a failure that is not temporary";
    if (query->code == 0 && !nothing && net->finding.verdict != RVX__VERDICT_ANSWER)
        return "an answer that is none";
    if (query->code == 0 && !nothing && net->message.bytes.data[net->message.at[RVX__DNS_AUTHORITY] - 1] != 1)
        return "a forged address";
    return NULL;
}

/* Returns what was wrong; NULL: nothing. */
static const char *play_query(struct net *net, unsigned *answers)
{
    struct rvx__name name;
    struct rvx__question question = {.type = RVX__DNS_TYPE_A, .class_ = RVX__DNS_CLASS_IN};
    unsigned budget = 1 + draw(net, 64), steps = 0;
    rvx_time began = net->now;
    struct rvx__query_env env = env_of(net);

    rvx__name_parse(rvx__view_text("www.Simulated.example"), &name);
    question.name = rvx__name_view(&name);
    net->budget = budget;
    net->packets = net->flights_n = 0;
    net->done = net->said_nothing = false;
    rvx__query_start(&net->query, &net->opts, &question, &net->budget, draw(net, 16), &env);
    drain(net);
    while (!net->done && net->fault == NULL) {
        unsigned next = next_flight(net);

        if (++steps > 10000)
            return "it does not end";
        if (net->flights_n > 0 && net->flights[next].at <= net->query.wake)
            arrive(net, next);
        else if (net->query.wake == RVX_FOREVER)
            return "it waits for ever";
        else
            wake(net);
    }
    *answers += net->query.code == 0;
    return judge(net, began, budget);
}

int main(int argc, char **argv)
{
    static struct net net;
    unsigned first = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 0, bad = 0, answers = 0, i, j;
    unsigned last = argc > 1 ? first + 1 : NETWORKS;

    oom_fail_after((unsigned)-1);
    for (i = first; i < last; i++) {
        const char *fault = NULL;

        make_net(&net, i);
        for (j = 0; j < QUERIES && fault == NULL; j++)
            fault = play_query(&net, &answers);
        if (fault != NULL && bad++ < 20)
            printf("# network %u, query %u: %s\n", i, j, fault);
    }
    printf("%s 1 - %u networks, %u of %u queries answered\n", bad == 0 ? "ok" : "not ok", last - first, answers,
           (last - first) * QUERIES);
    printf("%s 2 - some were answered, some were not\n",
           argc > 1 || (answers > 0 && answers < NETWORKS * QUERIES) ? "ok" : "not ok");
    printf("%s 3 - nothing was allocated\n1..3\n", oom_count() == 0 ? "ok" : "not ok");
    return bad > 0 || oom_count() > 0;
}
