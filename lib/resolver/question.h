/* question.h - one question answered: from the cache, by joining a query that is under way, or by a query of its own
 *
 *     rvx__question_cached()    at once and without a loop, or not at all
 *     rvx__asked_start()        on a channel's loop, until on_done is called
 *     rvx__asked_stop()         without it
 */
#ifndef RVX_RESOLVER_QUESTION_H
#define RVX_RESOLVER_QUESTION_H

#include <stdbool.h>
#include <stdint.h>

#include "dns/match.h"
#include "resolver/cache.h"
#include "resolver/channel.h"
#include "resolver/dnsview.h"
#include "resolver/flight.h"

struct rvx_resolver;

/* How a question was answered. */
struct rvx__outcome {
    int code;                           /* 0, or why there is no answer: temporary */
    const struct rvx__message *message; /* NULL without one; these two are borrowed for the call */
    const struct rvx__finding *finding;
    uint8_t server;    /* who answered, or failed last, of the view's servers */
    unsigned attempts; /* packets sent for it */
    uint32_t age;      /* seconds the answer was in the cache */
    bool cached, stale, joined;
};

/* A question at work. Sits inside its owner and does not move. */
struct rvx__asked {
    void (*on_done)(struct rvx__asked *asked, const struct rvx__outcome *outcome); /* set by the owner */

    /* its own */
    struct rvx__ask ask;
    struct rvx__flight flight;
    struct rvx_resolver *resolver;
    struct rvx__channel *channel;
    const struct rvx__dns_view *view;
    struct rvx__question question;
    unsigned *budget;
};

/* Looks a question up in the cache.  hit: to be given up with rvx__cached_unref(hit->entry).
 * Thread: any; without a system call. */
bool rvx__question_cached(struct rvx_resolver *resolver, const struct rvx__dns_view *view,
                          const struct rvx__question *question, struct rvx__cache_hit *hit);

/* Finds an answer. A zeroed struct rvx__asked with on_done set, or one that is done, is ready for it.
 * resolver, channel, view, the question's name, budget: borrowed until it is done.
 * on_done may be called before this returns: when the cache has the answer, or the query fails at once.
 * Returns: 0; -ENOMEM, RVX_EFORKED and the like, then on_done is not called. */
int rvx__asked_start(struct rvx__asked *asked, struct rvx_resolver *resolver, struct rvx__channel *channel,
                     const struct rvx__dns_view *view, const struct rvx__question *question, unsigned *budget);

/* Stops one that runs; for others nothing. */
void rvx__asked_stop(struct rvx__asked *asked);

#endif
