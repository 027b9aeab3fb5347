/* idtable.c - the queries on their way over one connection, by id
 *
 * Open addressing with linear probing, at most half full. Ids are random, so they are their own hash. What is taken out
 * leaves no mark: entries behind it move up.
 */
#include <config.h>

#include "resolver/idtable.h"

#include <errno.h>
#include <resolvx/err.h>

#include "base/mem.h"

#define CAP_MIN 16

void rvx__idtable_fini(struct rvx__idtable *table)
{
    rvx__free(table->entries);
    *table = (struct rvx__idtable){NULL, 0, 0};
}

/* The place of an id, or the free one where it would go. */
static size_t find_place(const struct rvx__idtable *table, uint16_t id)
{
    size_t mask = table->cap - 1, at = id & mask;

    while (table->entries[at].ask != NULL && table->entries[at].id != id)
        at = (at + 1) & mask;
    return at;
}

const struct rvx__idtable_entry *rvx__idtable_find(const struct rvx__idtable *table, uint16_t id)
{
    const struct rvx__idtable_entry *entry;

    if (table->n == 0)
        return NULL;
    entry = &table->entries[find_place(table, id)];
    return entry->ask != NULL ? entry : NULL;
}

static int grow(struct rvx__idtable *table)
{
    struct rvx__idtable larger = {.cap = table->cap > 0 ? table->cap * 2 : CAP_MIN, .n = table->n};

    larger.entries = rvx__calloc(larger.cap, sizeof *larger.entries);
    if (larger.entries == NULL)
        return -ENOMEM;
    for (size_t i = 0; i < table->cap; i++) {
        if (table->entries[i].ask != NULL)
            larger.entries[find_place(&larger, table->entries[i].id)] = table->entries[i];
    }
    rvx__free(table->entries);
    *table = larger;
    return 0;
}

int rvx__idtable_put(struct rvx__idtable *table, const struct rvx__idtable_entry *entry)
{
    int rc = 0;

    if (table->n >= RVX__IDTABLE_MAX)
        return RVX_ELIMIT;
    if (table->n * 2 >= table->cap)
        rc = grow(table);
    if (rc < 0)
        return rc;
    table->entries[find_place(table, entry->id)] = *entry;
    table->n++;
    return 0;
}

void rvx__idtable_remove(struct rvx__idtable *table, uint16_t id)
{
    size_t mask = table->cap - 1, hole, at;

    if (rvx__idtable_find(table, id) == NULL)
        return;
    hole = find_place(table, id);
    for (at = (hole + 1) & mask; table->entries[at].ask != NULL; at = (at + 1) & mask) {
        size_t home = table->entries[at].id & mask;

        if (((at - home) & mask) < ((at - hole) & mask))
            continue; /* would be before its home there */
        table->entries[hole] = table->entries[at];
        hole = at;
    }
    table->entries[hole].ask = NULL;
    table->n--;
}

const struct rvx__idtable_entry *rvx__idtable_any(const struct rvx__idtable *table)
{
    for (size_t i = 0; table->n > 0 && i < table->cap; i++) {
        if (table->entries[i].ask != NULL)
            return &table->entries[i];
    }
    return NULL;
}
