/* channel.h - DNS on one loop: what is known of the servers, sockets and connections to them, and the queries under way
 *
 *     rvx__channel_get(resolver, loop, &channel)       the one of that loop, made if need be
 *     ask.on_done = ...; rvx__ask_start(&ask, channel, ...)
 *     rvx__ask_stop(&ask)                              at any moment
 *
 * A channel is a guest of its loop and goes with it. It is used by the loop's thread only, so there is no lock in it.
 * It holds its resolver weakly: either may be freed first.
 */
#ifndef RVX_RESOLVER_CHANNEL_H
#define RVX_RESOLVER_CHANNEL_H

#include <stdint.h>

#include <resolvx/loop.h>

#include "base/list.h"
#include "dns/query.h"
#include "loop/timer.h"
#include "resolver/dnsview.h"

struct rvx_resolver;
struct rvx__channel;
struct rvx__upstream;
struct rvx__ask;

/* The channel of a resolver on a loop.
 * Returns: 0; -ENOMEM; RVX_EFORKED; RVX_EUNAVAIL: libldns cannot be loaded, as the log says; an error of the resolver's
 *          source of random numbers. */
int rvx__channel_get(struct rvx_resolver *resolver, struct rvx_loop *loop, struct rvx__channel **channel);

/* Closes what a channel keeps open for the next query, if there is one: the loop will not be turned for a while. */
void rvx__channel_rest(const struct rvx_resolver *resolver, struct rvx_loop *loop);

/* How a query went: ask->query says why there is no answer.
 * message, finding: the answer, borrowed for the call; NULL unless ask->query.code is 0.
 * The ask may be started again, or freed. Engine code, as in loop/watch.h: it must not run user code. */
typedef void (*rvx__ask_fn)(struct rvx__ask *ask, const struct rvx__message *message,
                            const struct rvx__finding *finding);

/* A query machine at work. Sits inside its owner and does not move. A zeroed one is stopped. */
struct rvx__ask {
    rvx__ask_fn on_done; /* set by the owner */
    uint64_t lookup;     /* set by the owner: whose trace events these are; 0: nobody's */
    struct rvx__query query;

    /* its own */
    struct rvx__timer timer;
    struct rvx__link link;               /* in upstream->asks; in no list: stopped */
    struct rvx__upstream *upstream;      /* the servers it asks */
    void *carrier[RVX__QUERY_SLOTS];     /* the socket or connection that a slot's message went by, or NULL */
    uint8_t transport[RVX__QUERY_SLOTS]; /* what that is: enum rvx__transport */
    uint8_t place[RVX__QUERY_SLOTS];     /* where it has the message */
    struct rvx__ask_ede *ede;            /* of the last failure that came with one, or NULL */
};

/* An extended error (RFC 8914). */
struct rvx__ask_ede {
    uint16_t code;
    size_t len;
    char text[]; /* as it came: any bytes */
};

/* Starts a query.
 * view: of whom to ask, and how; not kept. question: its name is borrowed until on_done, as is the budget.
 * server: the one to begin with; -1: whichever is next.
 * on_done is called exactly once, never before this returns, unless the ask is stopped first. If the loop is freed
 * meanwhile, query.code is RVX_ECANCELED then.
 * Returns: 0; -ENOMEM, RVX_EFORKED, an error of the source of random numbers, and then on_done is not called. */
int rvx__ask_start(struct rvx__ask *ask, struct rvx__channel *channel, const struct rvx__dns_view *view,
                   const struct rvx__question *question, int server, unsigned *budget);

/* Stops a query without on_done. A stopped one stays so. */
void rvx__ask_stop(struct rvx__ask *ask);

#endif
