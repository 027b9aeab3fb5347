/* cell.h - something immutable that many threads read and one replaces now and then
 *
 * Readers never wait, and nobody waits for them: what was replaced is dropped once every reader that may still look at
 * it has been seen gone.
 *
 *     item = rvx__cell_enter(cell, &place);
 *     ... read it, or take a reference of one's own; short, and without waiting ...
 *     rvx__cell_leave(cell, place);
 */
#ifndef RVX_RESOLVER_CELL_H
#define RVX_RESOLVER_CELL_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

#define RVX__CELL_PLACES 16
#define RVX__CELL_CROWD (RVX__CELL_PLACES - 1) /* the place for all who find theirs taken; the others are for one */

/* The part of the item that the cell uses. */
struct rvx__cell_item {
    struct rvx__cell_item *next; /* among the replaced ones */
    unsigned waits_for;          /* bit i: a reader at place i may still look at it */
};

struct rvx__cell_place {
    atomic_uint readers;
    char pad[64 - sizeof(atomic_uint)]; /* a cache line to itself, or nearly */
};

struct rvx__cell {
    _Atomic(struct rvx__cell_item *) current;
    struct rvx__cell_item *replaced; /* belongs to the thread that replaces */
    void (*drop)(struct rvx__cell_item *item);
    struct rvx__cell_place places[RVX__CELL_PLACES];
};

/* drop: called once for every item, when nobody looks at it any more. */
void rvx__cell_init(struct rvx__cell *cell, void (*drop)(struct rvx__cell_item *item));

/* Drops everything. No reader is left. */
void rvx__cell_fini(struct rvx__cell *cell);

/* Threads differ in the address of their descriptor; multiplying spreads that over the top bits (Knuth 6.4). */
static inline unsigned rvx__cell_choose(void)
{
    uint64_t self = (uint64_t)(uintptr_t)pthread_self();

    return (unsigned)((self * UINT64_C(0x9e3779b97f4a7c15) >> 32) * RVX__CELL_CROWD >> 32);
}

/* Begins and ends looking at the current item; NULL if there is none yet.
 * Thread: any; sections nest, and may end on another thread. */
static inline struct rvx__cell_item *rvx__cell_enter(struct rvx__cell *cell, unsigned *place)
{
    *place = rvx__cell_choose();
    if (atomic_exchange(&cell->places[*place].readers, 1) != 0) {
        *place = RVX__CELL_CROWD;
        atomic_fetch_add(&cell->places[*place].readers, 1);
    }
    return atomic_load(&cell->current);
}

static inline void rvx__cell_leave(struct rvx__cell *cell, unsigned place)
{
    if (place == RVX__CELL_CROWD)
        atomic_fetch_sub_explicit(&cell->places[place].readers, 1, memory_order_release);
    else
        atomic_store_explicit(&cell->places[place].readers, 0, memory_order_release);
}

/* Makes `item` the current one, and drops what nobody looks at any more.
 * Thread: one at a time; outside of sections. */
void rvx__cell_replace(struct rvx__cell *cell, struct rvx__cell_item *item);

#endif
