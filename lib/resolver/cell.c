/* cell.c - something immutable that many threads read and one replaces now and then
 *
 * A reader takes one of a few places, chosen by its thread so that threads seldom meet, then loads the pointer. A
 * writer stores the new pointer, then looks at the places: a place that is empty at any moment after the store holds no
 * reader of the old item, for whoever comes later loads the new pointer. All of that is sequentially consistent, so
 * either the reader is seen, or the reader sees the new pointer.
 *
 * Taking a free place is one atomic exchange, and leaving it a plain store. A reader whose place is taken counts itself
 * in at the last place instead, which is for any number of readers. So it costs the same for any number of threads; a
 * mutex costs twice as much, makes threads queue, and may be left locked for ever in a forked child.
 *
 * Deliberately not done: waiting for readers. If a place is never seen empty, the item stays until the next
 * replacement, and in a forked child, where a thread that is not there never leaves its place, for ever.
 */
#include <config.h>

#include "resolver/cell.h"

#include <stddef.h>

#define ALL_PLACES ((1u << RVX__CELL_PLACES) - 1)
#define LOOKS_MAX 256

void rvx__cell_init(struct rvx__cell *cell, void (*drop)(struct rvx__cell_item *item))
{
    atomic_init(&cell->current, NULL);
    cell->replaced = NULL;
    cell->drop = drop;
    for (size_t i = 0; i < RVX__CELL_PLACES; i++)
        atomic_init(&cell->places[i].readers, 0);
}

/* Notes that the places outside `busy` were seen empty, and drops the items that wait for no other. */
static void drop_replaced(struct rvx__cell *cell, unsigned busy)
{
    struct rvx__cell_item **link = &cell->replaced;

    while (*link != NULL) {
        struct rvx__cell_item *item = *link;

        item->waits_for &= busy;
        if (item->waits_for == 0) {
            *link = item->next;
            cell->drop(item);
        } else {
            link = &item->next;
        }
    }
}

void rvx__cell_fini(struct rvx__cell *cell)
{
    struct rvx__cell_item *item = atomic_load(&cell->current);

    drop_replaced(cell, 0);
    if (item != NULL)
        cell->drop(item);
    atomic_init(&cell->current, NULL);
}

static unsigned find_busy(struct rvx__cell *cell)
{
    unsigned busy = 0;

    for (unsigned i = 0; i < RVX__CELL_PLACES; i++) {
        if (atomic_load(&cell->places[i].readers) > 0)
            busy |= 1u << i;
    }
    return busy;
}

void rvx__cell_replace(struct rvx__cell *cell, struct rvx__cell_item *item)
{
    struct rvx__cell_item *old = atomic_exchange(&cell->current, item);

    if (old != NULL) {
        old->waits_for = ALL_PLACES;
        old->next = cell->replaced;
        cell->replaced = old;
    }
    for (unsigned i = 0; i < LOOKS_MAX && cell->replaced != NULL; i++)
        drop_replaced(cell, find_busy(cell));
}
