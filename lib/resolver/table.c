/* table.c - hash table of nodes that sit inside their owners
 *
 * Model: chains in a power of two of buckets, doubled when there are more nodes than buckets. A table begins with one
 * bucket inside itself, and stays as it is when there is no memory to grow: then it is slow, but nothing fails. It
 * never shrinks; its users have bounds of their own.
 */
#include <config.h>

#include "resolver/table.h"

#include "base/mem.h"

#define BUCKETS_MIN 16

void rvx__table_init(struct rvx__table *table)
{
    *table = (struct rvx__table){.buckets = &table->one};
}

void rvx__table_fini(struct rvx__table *table)
{
    if (table->buckets != &table->one)
        rvx__free(table->buckets);
    rvx__table_init(table);
}

static struct rvx__table_node *find_hash(struct rvx__table_node *node, uint64_t hash)
{
    while (node != NULL && node->hash != hash)
        node = node->next;
    return node;
}

struct rvx__table_node *rvx__table_first(const struct rvx__table *table, uint64_t hash)
{
    return find_hash(table->buckets[hash & table->mask], hash);
}

struct rvx__table_node *rvx__table_next(const struct rvx__table_node *node)
{
    return find_hash(node->next, node->hash);
}

static void link_node(struct rvx__table *table, struct rvx__table_node *node)
{
    struct rvx__table_node **bucket = &table->buckets[node->hash & table->mask];

    node->next = *bucket;
    *bucket = node;
}

static void grow(struct rvx__table *table)
{
    struct rvx__table_node **old = table->buckets;
    size_t old_n = table->mask + 1;
    size_t n = old_n < BUCKETS_MIN ? BUCKETS_MIN : 2 * old_n;
    struct rvx__table_node **buckets = rvx__calloc(n, sizeof *buckets);

    if (buckets == NULL)
        return;
    table->buckets = buckets;
    table->mask = n - 1;
    for (size_t i = 0; i < old_n; i++) {
        struct rvx__table_node *node = old[i];

        while (node != NULL) {
            struct rvx__table_node *next = node->next;

            link_node(table, node);
            node = next;
        }
    }
    if (old != &table->one)
        rvx__free(old);
}

void rvx__table_put(struct rvx__table *table, struct rvx__table_node *node, uint64_t hash)
{
    if (table->n > table->mask)
        grow(table);
    node->hash = hash;
    link_node(table, node);
    table->n++;
}

void rvx__table_remove(struct rvx__table *table, struct rvx__table_node *node)
{
    struct rvx__table_node **link = &table->buckets[node->hash & table->mask];

    while (*link != node)
        link = &(*link)->next;
    *link = node->next;
    table->n--;
}

size_t rvx__table_bytes(const struct rvx__table *table)
{
    return table->buckets != &table->one ? (table->mask + 1) * sizeof(struct rvx__table_node *) : 0;
}
