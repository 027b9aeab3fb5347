/* timers.h - the heap that a loop's timers are in */
#ifndef RVX_LOOP_TIMERS_H
#define RVX_LOOP_TIMERS_H

#include <stddef.h>
#include <stdint.h>

#include "base/list.h"
#include "loop/timer.h"

struct rvx__timers_entry {
    rvx_time deadline; /* beside the pointer, so that comparing touches no other memory */
    struct rvx__timer *timer;
};

struct rvx__timers {
    struct rvx__timers_entry *heap; /* from index 1 */
    size_t n;
    size_t out_n;            /* started, and not in the heap */
    size_t cap;              /* holds n + out_n, so that moving a timer cannot fail */
    uint32_t seq;            /* the last one given out */
    struct rvx__link due;    /* taken out of the heap, to be called back */
    struct rvx__link parked; /* those of RVX_FOREVER: nothing to sort, and nobody waits for them */
};

void rvx__timers_init(struct rvx__timers *timers);

/* Stops all timers. */
void rvx__timers_fini(struct rvx__timers *timers);

/* Puts a timer in, or moves one that is in. 0, or -ENOMEM for one that was not. */
int rvx__timers_put(struct rvx__timers *timers, struct rvx__timer *timer, rvx_time deadline);

/* Takes a timer out, wherever it is. */
void rvx__timers_remove(struct rvx__timers *timers, struct rvx__timer *timer);

/* The earliest deadline, or RVX_FOREVER. */
rvx_time rvx__timers_next(const struct rvx__timers *timers);

/* Makes every timer due whose deadline is `now` or before. */
void rvx__timers_expire(struct rvx__timers *timers, rvx_time now);

/* Takes out the first that is due, in the order of deadlines; NULL if there is none. */
struct rvx__timer *rvx__timers_take(struct rvx__timers *timers);

#endif
