/* timer.h - timers that sit inside their owners: what engines inside the library keep deadlines with
 *
 * Any number of idle timers costs nothing on a wake-up; starting, moving and stopping one is O(log n). Timers of the
 * same deadline run in the order they were started or moved in.
 *
 * The callback is the engine's, under the rules of watch.h. A timer is stopped when its callback runs; started again
 * with a deadline already past, it runs in the loop's next turn, not in this one.
 */
#ifndef RVX_LOOP_TIMER_H
#define RVX_LOOP_TIMER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <resolvx/loop.h>

#include "base/list.h"

typedef void (*rvx__timer_fn)(void *arg);

/* Zeroed before its first start. All fields are the loop's. */
struct rvx__timer {
    struct rvx_loop *loop;
    rvx__timer_fn callback;
    void *arg;
    rvx_time deadline;
    uint32_t seq;         /* order among equal deadlines; may run over */
    uint32_t at;          /* place in the heap, from 1; 0: not in it */
    struct rvx__link due; /* in the list of those about to be called */
};

/* Starts a timer, or moves one that is started and changes its callback.
 * deadline: absolute; RVX_FOREVER or 0: never, until it is moved.
 * Returns: 0; -ENOMEM, but not if it was started; RVX_EFORKED. */
int rvx__timer_start(struct rvx_loop *loop, struct rvx__timer *timer, rvx_time deadline, rvx__timer_fn callback,
                     void *arg);

/* Gives a started timer another deadline. Does nothing to a stopped one. */
void rvx__timer_move(struct rvx__timer *timer, rvx_time deadline);

/* Stops a timer; its callback will not run any more. A stopped one stays so. */
void rvx__timer_stop(struct rvx__timer *timer);

/* Is it started? */
bool rvx__timer_active(const struct rvx__timer *timer);

#endif
