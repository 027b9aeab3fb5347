/* table.h - hash table of nodes that sit inside their owners: putting one in cannot fail
 *
 * Whoever uses it hashes and compares; see rvx__siphash(). Nodes with the same hash are met one after the other:
 *
 *     for (node = rvx__table_first(table, hash); node != NULL; node = rvx__table_next(node))
 *         if (... this is the one ...)
 */
#ifndef RVX_RESOLVER_TABLE_H
#define RVX_RESOLVER_TABLE_H

#include <stddef.h>
#include <stdint.h>

struct rvx__table_node {
    struct rvx__table_node *next; /* in the same bucket */
    uint64_t hash;
};

struct rvx__table {
    struct rvx__table_node **buckets; /* `one` while there is no memory for more */
    struct rvx__table_node *one;
    size_t mask; /* buckets - 1 */
    size_t n;    /* nodes */
};

/* A table does not move once it is made. */
void rvx__table_init(struct rvx__table *table);
void rvx__table_fini(struct rvx__table *table); /* does not look at the nodes */

/* The nodes of one hash. */
struct rvx__table_node *rvx__table_first(const struct rvx__table *table, uint64_t hash);
struct rvx__table_node *rvx__table_next(const struct rvx__table_node *node);

/* Puts a node in; it grows if it can. */
void rvx__table_put(struct rvx__table *table, struct rvx__table_node *node, uint64_t hash);

/* Takes a node out that is in. */
void rvx__table_remove(struct rvx__table *table, struct rvx__table_node *node);

/* The memory that it has besides itself and the nodes. */
size_t rvx__table_bytes(const struct rvx__table *table);

#endif
