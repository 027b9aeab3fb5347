/* idtable.h - the queries on their way over one connection, by id */
#ifndef RVX_RESOLVER_IDTABLE_H
#define RVX_RESOLVER_IDTABLE_H

#include <stddef.h>
#include <stdint.h>

struct rvx__ask;

struct rvx__idtable_entry {
    struct rvx__ask *ask; /* NULL: free */
    uint16_t id;
    uint8_t slot;
};

/* Zeroed storage is an empty table. */
struct rvx__idtable {
    struct rvx__idtable_entry *entries;
    size_t cap; /* a power of two, or 0 */
    size_t n;
};

#define RVX__IDTABLE_MAX 16384 /* queries: random ids stay easy to find */

void rvx__idtable_fini(struct rvx__idtable *table);

/* The entry of an id, until the table changes; NULL: it has none. */
const struct rvx__idtable_entry *rvx__idtable_find(const struct rvx__idtable *table, uint16_t id);

/* Puts in an entry with an id that is not there. 0; -ENOMEM; RVX_ELIMIT. */
int rvx__idtable_put(struct rvx__idtable *table, const struct rvx__idtable_entry *entry);

/* Takes out the entry of an id, if there is one. */
void rvx__idtable_remove(struct rvx__idtable *table, uint16_t id);

/* Some entry; NULL: the table is empty. */
const struct rvx__idtable_entry *rvx__idtable_any(const struct rvx__idtable *table);

#endif
