/* query.h - one question, over servers and attempts, UDP and TCP, until it is answered
 *
 * A machine without input and output of its own. Events go in by function call; after each of them, the driver takes
 * actions out until there are none:
 *
 *     rvx__query_start()                                       with what is known of the servers
 *     rvx__query_reply()    a message came on a slot
 *     rvx__query_failed()   a slot's socket or connection failed, or could not be had
 *     rvx__query_timeout()  query->wake has come
 *
 *     while (rvx__query_next(&query, &action))
 *         SEND     rvx__query_write() makes the bytes; send them to action.server, by action.transport
 *         RELEASE  nothing is wanted from this slot any more
 *         DONE     query->code says how it went; the last action
 *
 * A slot is a message on its way: an id and letters' case of its own, one server, one transport. Every SEND of a slot
 * is followed by exactly one RELEASE of it, before it is used again and before DONE, also if the slot failed. Old slots
 * stay open as long as there is room: a late answer is an answer. What comes for slots that are released, and after
 * DONE, does no harm.
 *
 * Nothing is allocated, and a struct rvx__query may be moved between events, as nothing points into it.
 */
#ifndef RVX_DNS_QUERY_H
#define RVX_DNS_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <resolvx/time.h>

#include "base/view.h"
#include "dns/classify.h"
#include "dns/dice.h"
#include "dns/gate.h"
#include "dns/health.h"
#include "dns/match.h"
#include "dns/shape.h"

#define RVX__QUERY_SLOTS 3
#define RVX__QUERY_SERVERS_MAX 16

enum rvx__transport { RVX__TRANSPORT_UDP, RVX__TRANSPORT_TCP };

/* Of all queries of a channel; borrowed. */
struct rvx__query_opts {
    struct rvx__health *health;      /* of each server */
    const struct rvx__shape *shapes; /* RVX__SHAPES_N, indexed by their flags */
    unsigned servers_n;              /* 1 to RVX__QUERY_SERVERS_MAX */
    unsigned attempts;               /* rounds over the servers; 0 counts as 1 */
    rvx_time timeout;                /* for one server in one round; 0 or less: 5 s */
    bool tcp_only, no_edns, no_case, no_cookies, trust_ad, dnssec_ok, checking_disabled;
};

enum rvx__query_state {
    RVX__QUERY_ASKING,   /* one server was asked */
    RVX__QUERY_HEDGING,  /* it took long: a second packet is on its way as well */
    RVX__QUERY_ENDING,   /* done; slots are being released */
    RVX__QUERY_FINISHED  /* DONE was handed out */
};

/* Why a query failed, or what was wrong last. */
enum rvx__query_failure {
    RVX__QUERY_NO_FAILURE,
    RVX__QUERY_SILENCE,  /* no answer in time */
    RVX__QUERY_NETWORK,  /* `cause`: the server's network or host says no, or the connection broke */
    RVX__QUERY_RESOURCE, /* `cause`: descriptors, memory or buffers are short here */
    RVX__QUERY_BROKEN,   /* replies that are malformed, or forged */
    RVX__QUERY_VERDICT,  /* `verdict` and `rcode`: it answered, but with no answer */
    RVX__QUERY_BUDGET    /* the lookup has sent all the packets it may */
};

struct rvx__query_slot {
    uint64_t case_bits;
    rvx_time sent;
    uint16_t id;
    uint8_t server;
    uint8_t transport; /* enum rvx__transport */
    uint8_t flags;     /* inside */
    uint8_t edns;      /* enum rvx__edns_level */
    uint8_t misses;    /* near misses */
};

struct rvx__query {
    const struct rvx__query_opts *opts;
    unsigned *budget;      /* packets left for the whole lookup */
    struct rvx__view name; /* wire form; borrowed, as is the budget */
    rvx_time wake;         /* rvx__query_timeout() is due; RVX_FOREVER: never */
    rvx_time deadline;     /* inside: of the servers asked now */
    uint64_t order;        /* inside: the servers, four bits each, the first one lowest */
    struct rvx__query_slot slots[RVX__QUERY_SLOTS];
    uint16_t type, class_;
    uint16_t tcp_tried; /* inside: servers that were asked again by TCP, one bit each */
    uint8_t state;      /* enum rvx__query_state */
    uint8_t next;       /* inside: the next of servers x attempts */
    bool extended;      /* inside: the deadline was put off for TCP */

    /* Inside: sets of slots, one bit each. */
    uint8_t open;     /* on their way */
    uint8_t wanted;   /* to be handed out as SEND */
    uint8_t release;  /* to be handed out as RELEASE */
    uint8_t current;  /* of the servers asked now; the others are older */
    uint8_t doubtful; /* something bad came on them; something good still may */
    uint8_t noted;    /* their silence is in the server's record */

    /* The result, when DONE. */
    int code;         /* 0, and there are message and finding; RVX_EALIASLOOP, for good; else temporary: RVX_ETIMEOUT,
                         RVX_ETRYAGAIN, RVX_ELIMIT, or -errno that says what is short */
    int16_t cause;    /* of NETWORK and RESOURCE: what rvx__query_failed() was told */
    uint16_t rcode;   /* of VERDICT */
    uint8_t failure;  /* enum rvx__query_failure: the last, also if the code is 0 */
    uint8_t verdict;  /* enum rvx__verdict: of VERDICT, or of the answer */
    uint8_t server;   /* who answered; else who failed last */
    uint8_t attempts; /* packets sent, at most 255 */
};

struct rvx__query_env {
    rvx_time now;
    struct rvx__dice *dice; /* not low */
};

struct rvx__query_action {
    enum { RVX__QUERY_NONE, RVX__QUERY_SEND, RVX__QUERY_RELEASE, RVX__QUERY_DONE } kind;
    unsigned slot;   /* of SEND and RELEASE */
    unsigned server; /* of SEND, as the next */
    enum rvx__transport transport;
};

/* A message in the driver's own storage. */
struct rvx__query_bytes {
    uint8_t *data;
    size_t len;
};

/* What became of a message: for counters and traces. */
enum rvx__query_fate {
    RVX__QUERY_LATE,      /* came for a slot that waits for nothing; not looked at */
    RVX__QUERY_MISS,      /* dropped: see match */
    RVX__QUERY_MALFORMED, /* dropped: see fault */
    RVX__QUERY_COOKIE,    /* dropped: its cookie is missing, or not ours */
    RVX__QUERY_TAKEN      /* see verdict */
};

struct rvx__query_report {
    enum rvx__query_fate fate;
    enum rvx__match match;
    enum rvx__gate_fault fault;
    enum rvx__verdict verdict;
    bool has_message; /* *message is filled in: extended errors can be read from it */
};

/* Begins.
 * question: its name is borrowed until the query is DONE.
 * budget: packets that may still be sent, shared by all queries of a lookup; each SEND takes one.
 * first: the server to begin with: rotate's, or the one that gave the alias; servers that failed lately go behind. */
void rvx__query_start(struct rvx__query *query, const struct rvx__query_opts *opts,
                      const struct rvx__question *question, unsigned *budget, unsigned first,
                      const struct rvx__query_env *env);

/* Writes the message of a slot that is to be sent. Draws a new id each time: call again if the id is taken.
 * Returns its length; 0 if the dice ran out: that slot has failed. */
size_t rvx__query_write(struct rvx__query *query, unsigned slot, const struct rvx__query_env *env,
                        uint8_t bytes[RVX__DNS_QUERY_MAX]);

/* A datagram, or a message of a stream. If the query is DONE with code 0 by it, *message and *finding are the answer;
 * they borrow the bytes. Both are the driver's scratch otherwise.
 * reply: its bytes are written to: once it has matched, the letters of the question are those that were asked for. */
void rvx__query_reply(struct rvx__query *query, unsigned slot, struct rvx__query_bytes reply,
                      const struct rvx__query_env *env, struct rvx__message *message, struct rvx__finding *finding,
                      struct rvx__query_report *report);

/* A slot has failed: code is -ECONNREFUSED, RVX_ECLOSED for a stream that ended, -EMFILE ... */
void rvx__query_failed(struct rvx__query *query, unsigned slot, int code, const struct rvx__query_env *env);

/* Before query->wake it does nothing. */
void rvx__query_timeout(struct rvx__query *query, const struct rvx__query_env *env);

/* Takes the next action. False, and kind NONE: wait, or after DONE, nothing is left. */
bool rvx__query_next(struct rvx__query *query, struct rvx__query_action *action);

/* "asking", "no answer in time" ...: for traces and errors. */
const char *rvx__query_state_text(enum rvx__query_state state);
const char *rvx__query_failure_text(enum rvx__query_failure failure);
const char *rvx__query_fate_text(enum rvx__query_fate fate);

#endif
