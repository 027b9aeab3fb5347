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

/* What a resolver keeps of questions: answers, and those under way. Made with the first question. */
struct rvx__questions {
    struct rvx__cache *cache; /* NULL: off */
    struct rvx__flights flights;
};

/* Returns: 0; -ENOMEM; an error of the source of random numbers.  Thread: any. */
int rvx__resolver_questions(struct rvx_resolver *resolver, struct rvx__questions **questions);
void rvx__questions_free(struct rvx__questions *questions); /* may be NULL */

/* NULL while there is none. */
struct rvx__cache *rvx__resolver_cache(struct rvx_resolver *resolver);

/* Whom to ask, and for whom: the same for all questions of a lookup, and borrowed by them. */
struct rvx__asker {
    struct rvx_resolver *resolver;
    const struct rvx__dns_view *view;
    struct rvx_loop *loop;
    struct rvx__channel *channel;
    unsigned budget; /* packets that may still be sent */
    unsigned joined; /* packets of others' queries that were joined, and failed */
    uint64_t lookup; /* for traces */
};

/* How a question was answered. */
struct rvx__outcome {
    int code;                           /* 0, or why there is no answer */
    const struct rvx__message *message; /* NULL without an answer; these two are borrowed for the call */
    const struct rvx__finding *finding;
    const struct rvx__ask *ask;         /* the query that was made for it, or NULL */
    const struct rvx__reason *reason;   /* why somebody else's query failed, or NULL */
    int server;                 /* who answered, or failed last, of the view's servers; -1: not known */
    uint32_t age;               /* seconds since the answer came */
    bool cached, stale;
};

struct rvx__asked;

/* Engine code, as in loop/watch.h: it must not run user code. What it is told of may be freed inside of it. */
typedef void (*rvx__asked_fn)(struct rvx__asked *asked, const struct rvx__outcome *outcome);

/* A question at work. Sits inside its owner and does not move. A zeroed one is stopped. */
struct rvx__asked {
    rvx__asked_fn on_done; /* set by the owner */

    /* its own */
    struct rvx__asker *asker;
    struct rvx__cache_key key; /* the question */
    int16_t first;             /* the server to begin with, or -1 */
    bool running;
    struct rvx__ask ask;
    struct rvx__flight flight;
};

/* Looks a question up in the cache; counts nothing and tells no trace.
 * hit: to be given up with rvx__cached_unref(hit->entry).
 * Thread: any; without a system call. */
bool rvx__question_cached(struct rvx_resolver *resolver, const struct rvx__dns_view *view,
                          const struct rvx__question *question, struct rvx__cache_hit *hit);

/* Makes an outcome of it. */
void rvx__question_of_hit(const struct rvx__cache_hit *hit, struct rvx__outcome *outcome);

/* Does it say that there is nothing? */
bool rvx__question_is_negative(const struct rvx__cache_hit *hit);

/* Finds an answer.
 * asker, the question's name: borrowed until it is done.  server: the one to begin with; -1: whichever is next.
 * on_done is called once, before this returns if the cache has the answer.
 * Returns: 0; -ENOMEM, RVX_EFORKED and the like, then on_done is not called. */
int rvx__asked_start(struct rvx__asked *asked, struct rvx__asker *asker, const struct rvx__question *question,
                     int server);

/* Stops one without on_done. A stopped one stays so. */
void rvx__asked_stop(struct rvx__asked *asked);

#endif
