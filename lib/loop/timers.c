/* timers.c - the heap that a loop's timers are in
 *
 * Model: a heap of four children per node, shallower than a binary one and with the children of a node in one cache
 * line; places count from 1 so that a zeroed timer is in no heap. Equal deadlines are told apart by a sequence number,
 * which makes the order of calls the order of starts.
 *
 * Expiry has two steps. First all timers that are due leave the heap for a list, then they are called back one by one.
 * A callback may so start, move and stop any timer, due ones included, and one that it starts in the past waits for the
 * next turn instead of keeping this one busy for ever.
 *
 * A timer without a deadline is started all the same, so that giving it one later cannot fail. It is parked beside the
 * heap: of the two that every lookup has, most of the time one has no deadline.
 *
 * Not done: a wheel; shrinking the heap; merging timers that are close to each other.
 */
#include <config.h>

#include "loop/timers.h"

#include <errno.h>
#include <stdbool.h>

#include "base/mem.h"

#define CHILDREN 4
#define CAP_MIN 16

void rvx__timers_init(struct rvx__timers *timers)
{
    *timers = (struct rvx__timers){0};
    rvx__list_init(&timers->due);
    rvx__list_init(&timers->parked);
}

void rvx__timers_fini(struct rvx__timers *timers)
{
    while (timers->n > 0)
        rvx__timers_remove(timers, timers->heap[timers->n].timer);
    rvx__list_move(&timers->due, &timers->parked);
    while (rvx__timers_take(timers) != NULL)
        continue;
    rvx__free(timers->heap);
    rvx__timers_init(timers);
}

static bool is_before(struct rvx__timers_entry a, struct rvx__timers_entry b)
{
    if (a.deadline != b.deadline)
        return a.deadline < b.deadline;
    return (int32_t)(a.timer->seq - b.timer->seq) < 0;
}

static void place(struct rvx__timers *timers, size_t at, struct rvx__timers_entry entry)
{
    timers->heap[at] = entry;
    entry.timer->at = (uint32_t)at;
}

/* Puts `entry` at the free place `at` or above it. */
static void sift_up(struct rvx__timers *timers, size_t at, struct rvx__timers_entry entry)
{
    while (at > 1) {
        size_t parent = (at - 2) / CHILDREN + 1;

        if (!is_before(entry, timers->heap[parent]))
            break;
        place(timers, at, timers->heap[parent]);
        at = parent;
    }
    place(timers, at, entry);
}

/* The earliest child of `at`, or 0 if it has none. */
static size_t first_child(const struct rvx__timers *timers, size_t at)
{
    size_t first = (at - 1) * CHILDREN + 2;
    size_t end = first + CHILDREN;
    size_t best = first;

    if (first > timers->n)
        return 0;
    for (size_t child = first + 1; child < end && child <= timers->n; child++) {
        if (is_before(timers->heap[child], timers->heap[best]))
            best = child;
    }
    return best;
}

/* Puts `entry` at the free place `at` or below it. */
static void sift_down(struct rvx__timers *timers, size_t at, struct rvx__timers_entry entry)
{
    for (;;) {
        size_t child = first_child(timers, at);

        if (child == 0 || !is_before(timers->heap[child], entry))
            break;
        place(timers, at, timers->heap[child]);
        at = child;
    }
    place(timers, at, entry);
}

/* Puts `entry` at the free place `at`, or where it belongs instead. */
static void sift(struct rvx__timers *timers, size_t at, struct rvx__timers_entry entry)
{
    if (at > 1 && is_before(entry, timers->heap[(at - 2) / CHILDREN + 1]))
        sift_up(timers, at, entry);
    else
        sift_down(timers, at, entry);
}

static void remove_from_heap(struct rvx__timers *timers, struct rvx__timer *timer)
{
    size_t at = timer->at;
    struct rvx__timers_entry last = timers->heap[timers->n];

    timers->n--;
    timer->at = 0;
    if (last.timer != timer)
        sift(timers, at, last);
}

static int reserve(struct rvx__timers *timers)
{
    size_t cap = timers->cap == 0 ? CAP_MIN : timers->cap * 2;
    struct rvx__timers_entry *heap;

    if (timers->n + timers->out_n < timers->cap)
        return 0;
    heap = rvx__realloc(timers->heap, cap + 1, sizeof *heap);
    if (heap == NULL)
        return -ENOMEM;
    timers->heap = heap;
    timers->cap = cap;
    return 0;
}

int rvx__timers_put(struct rvx__timers *timers, struct rvx__timer *timer, rvx_time deadline)
{
    struct rvx__timers_entry entry = {deadline, timer};
    int result;

    if (!rvx__timer_active(timer)) {
        result = reserve(timers);
        if (result < 0)
            return result;
    }
    timer->deadline = deadline;
    timer->seq = ++timers->seq;
    if (deadline == RVX_FOREVER) {
        rvx__timers_remove(timers, timer);
        rvx__list_append(&timers->parked, &timer->due);
        timers->out_n++;
        return 0;
    }
    if (timer->at != 0) {
        sift(timers, timer->at, entry);
        return 0;
    }
    rvx__timers_remove(timers, timer);
    timers->n++;
    sift_up(timers, timers->n, entry);
    return 0;
}

void rvx__timers_remove(struct rvx__timers *timers, struct rvx__timer *timer)
{
    if (timer->at != 0) {
        remove_from_heap(timers, timer);
    } else if (rvx__link_in_list(&timer->due)) {
        rvx__link_remove(&timer->due);
        timers->out_n--;
    }
}

rvx_time rvx__timers_next(const struct rvx__timers *timers)
{
    return timers->n > 0 ? timers->heap[1].deadline : RVX_FOREVER;
}

void rvx__timers_expire(struct rvx__timers *timers, rvx_time now)
{
    while (timers->n > 0 && timers->heap[1].deadline <= now) {
        struct rvx__timer *timer = timers->heap[1].timer;

        remove_from_heap(timers, timer);
        rvx__list_append(&timers->due, &timer->due);
        timers->out_n++;
    }
}

struct rvx__timer *rvx__timers_take(struct rvx__timers *timers)
{
    struct rvx__link *link = rvx__list_first(&timers->due);
    struct rvx__timer *timer;

    if (link == NULL)
        return NULL;
    timer = RVX__OWNER(link, struct rvx__timer, due);
    rvx__timers_remove(timers, timer);
    return timer;
}
