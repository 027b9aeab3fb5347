/* flight.h - identical questions that are under way at the same time are asked once
 *
 * A table for all loops of a resolver. Who comes first leads: it asks. Who comes while it does follows: it waits for
 * the leader's answer. A leader that goes without an answer leaves its place to a follower. A follower is told on its
 * own loop, whichever thread the leader runs on, by a note that sits inside of it; so telling cannot fail, and one that
 * is gone is not told.
 *
 * In a child of the process that made the table nothing is merged: the leaders it knows may be on threads that are not
 * there.
 */
#ifndef RVX_RESOLVER_FLIGHT_H
#define RVX_RESOLVER_FLIGHT_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include <resolvx/loop.h>

#include "base/list.h"
#include "base/map.h"
#include "base/process.h"
#include "base/rnd.h"
#include "loop/wake.h"
#include "resolver/cache.h"
#include "resolver/reason.h"
#include "resolver/table.h"

struct rvx__flights {
    pthread_mutex_t lock; /* over the table and all that is in it */
    struct rvx__table leaders;
    struct rvx__map_seed seed;
    struct rvx__process process; /* that made it */
};

enum rvx__flight_role {
    RVX__FLIGHT_NONE,     /* in no flight, or alone */
    RVX__FLIGHT_LEADS,    /* asks */
    RVX__FLIGHT_FOLLOWS,  /* waits */
    RVX__FLIGHT_TOLD,     /* waited; a note with the outcome is under way */
    RVX__FLIGHT_PROMOTED, /* waited, and leads now; a note that says so is under way */
    RVX__FLIGHT_LANDED    /* led, and has its answer; those who follow are about to be told */
};

/* One who takes part; zeroed before it joins. All fields are the table's. */
struct rvx__flight {
    struct rvx__table_node node; /* while it leads */
    struct rvx__link followers;  /* likewise */
    struct rvx__note note;       /* its link: among the followers of its leader, until the note is sent */
    struct rvx__flights *flights; /* NULL: takes no part, or not any more */
    struct rvx_loop *loop;
    const struct rvx__cache_key *key; /* borrowed, while it leads or follows */
    enum rvx__flight_role role;
    int code;                                 /* the outcome: 0 with an entry, or why there is none */
    const struct rvx__cached *entry;          /* a reference */
    struct rvx__shared_reason *reason;        /* ... of a failure: more about it, or NULL */
    void (*told)(struct rvx__flight *flight); /* on its loop: it leads now, or the outcome is there */
};

/* Returns: 0; an error of `rnd`. */
int rvx__flights_init(struct rvx__flights *flights, const struct rvx__rnd *rnd);
void rvx__flights_fini(struct rvx__flights *flights); /* nobody takes part any more */

/* Takes part in the flight of a question.
 * key: borrowed until it lands or leaves, or is told.  loop: its own.
 * recheck: asked, under the table's lock, before a new flight begins: has it been answered meanwhile?
 * told: for one who follows.
 * Returns: LEADS or FOLLOWS; NONE: `recheck` said so, or nothing is merged here, and it is by itself. */
enum rvx__flight_role rvx__flight_join(struct rvx__flights *flights, struct rvx__flight *flight,
                                       const struct rvx__cache_key *key, struct rvx_loop *loop,
                                       bool (*recheck)(struct rvx__flight *flight),
                                       void (*told)(struct rvx__flight *flight));

/* Ends the flight of one who leads and has its answer, in the cache too if it may be kept: from now on nobody joins.
 * Returns: whether anybody follows, and has to be told. */
bool rvx__flight_land(struct rvx__flight *flight);

/* Tells those who follow, after rvx__flight_land().
 * entry: NULL if code is not 0.  reason: more about that code, or NULL. Both are borrowed. */
void rvx__flight_tell(struct rvx__flight *flight, int code, const struct rvx__cached *entry,
                      struct rvx__shared_reason *reason);

/* Leaves, in whatever role: on its loop's thread. A leader's place is taken by a follower. */
void rvx__flight_leave(struct rvx__flight *flight);

#endif
