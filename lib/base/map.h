/* map.h - hash map from bytes to pointers
 *
 * Open addressing with a keyed hash (SipHash-1-3): whoever chooses the keys cannot choose the collisions. The seed
 * comes from the caller, so parsers stay pure. Keys are borrowed views and have to outlive their entry; values are the
 * caller's and never NULL.
 */
#ifndef RVX_BASE_MAP_H
#define RVX_BASE_MAP_H

#include <stddef.h>
#include <stdint.h>

#include "base/view.h"

struct rvx__map_seed {
    uint64_t k0, k1;
};

struct rvx__map_slot {
    struct rvx__view key;
    void *value; /* NULL: never used; a mark of map.c: deleted */
    uint32_t hash;
};

struct rvx__map {
    struct rvx__map_slot *slots;
    size_t n;    /* entries */
    size_t used; /* entries and tombstones */
    size_t cap;  /* slots, a power of two, or 0 */
    size_t max;  /* most entries */
    struct rvx__map_seed seed;
};

void rvx__map_init(struct rvx__map *map, struct rvx__map_seed seed, size_t max);
void rvx__map_fini(struct rvx__map *map); /* keys and values stay the caller's */

/* The value of `key`, or NULL. */
void *rvx__map_get(const struct rvx__map *map, struct rvx__view key);

/* Sets `key` to `value`; the old key stays if there is one. 0; -ENOMEM; RVX_ELIMIT when `max` entries are there. */
int rvx__map_put(struct rvx__map *map, struct rvx__view key, void *value);

/* Takes the entry out and returns its value, or NULL. */
void *rvx__map_del(struct rvx__map *map, struct rvx__view key);

/* Walks all entries in no particular order: start with *at = 0, ends with NULL. The map must not change meanwhile. */
struct rvx__map_slot *rvx__map_next(const struct rvx__map *map, size_t *at);

uint64_t rvx__siphash(struct rvx__map_seed seed, struct rvx__view bytes);

#endif
