/* watches.h - the table of watches by descriptor, between the engines and the poller
 *
 * What the poller was told is compared with what the watches of a descriptor want together, once per wait, so that
 * wanting POLLOUT and no longer wanting it between two waits costs nothing. Only two changes go through at once: the
 * first watch of a descriptor, so that its caller hears what is wrong with it, and the last, as it may be closed next.
 */
#ifndef RVX_LOOP_WATCHES_H
#define RVX_LOOP_WATCHES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "loop/poller.h"
#include "loop/watch.h"

struct rvx__slot {
    struct rvx__watch *first;
    uint16_t armed;  /* what the poller was told; 0: nothing */
    bool dirty;      /* in the chain of slots that may have to be told */
    int32_t next_dirty; /* descriptor, or -1 */
};

struct rvx__watches {
    struct rvx__poller *poller;
    struct rvx__slot *slots; /* by descriptor */
    size_t n;
    int dirty;                 /* first of the chain, or -1 */
    uint64_t batch;            /* number of the batch of events given out last */
    struct rvx__watch *cursor; /* the one to be looked at next while events are given out */
};

/* poller: borrowed. */
void rvx__watches_init(struct rvx__watches *watches, struct rvx__poller *poller);

/* Stops all watches without telling the poller. */
void rvx__watches_fini(struct rvx__watches *watches);

/* Adds a watch whose `fd` and `events` are set. 0, or as rvx__watch_start(). */
int rvx__watches_add(struct rvx__watches *watches, struct rvx__watch *watch);

/* Notes that the events of a watch changed. */
void rvx__watches_touch(struct rvx__watches *watches, const struct rvx__watch *watch);

/* Takes a watch out.  tell: the poller too, at once, if it was the descriptor's last. */
void rvx__watches_remove(struct rvx__watches *watches, struct rvx__watch *watch, bool tell);

/* Tells the poller what changed: 0, or what it said. Fails only for descriptors closed too early; tries again next
 * time. */
int rvx__watches_flush(struct rvx__watches *watches);

/* Calls back the watches of what is ready. */
void rvx__watches_deliver(struct rvx__watches *watches, const struct rvx__ready *ready, int n);

#endif
