/* arena.h - many small pieces, one free
 *
 * Pieces are cut from blocks that double in size up to 64 KiB; nothing is freed before the whole arena is. The total
 * is capped at creation: past it, and when memory runs out, pieces are NULL.
 */
#ifndef RVX_BASE_ARENA_H
#define RVX_BASE_ARENA_H

#include <stddef.h>

#include "base/view.h"

struct rvx__arena_block;

struct rvx__arena {
    struct rvx__arena_block *head;
    size_t used;  /* bytes handed out, with padding */
    size_t total; /* bytes allocated */
    size_t max;   /* cap on `total` */
};

void rvx__arena_init(struct rvx__arena *arena, size_t max);
void rvx__arena_fini(struct rvx__arena *arena);

/* `size` bytes aligned for any type, not zeroed. */
void *rvx__arena_alloc(struct rvx__arena *arena, size_t size);

/* A zeroed array. */
void *rvx__arena_calloc(struct rvx__arena *arena, size_t n, size_t size);

/* A copy of a text with a NUL behind it; embedded NULs are copied too. */
char *rvx__arena_text(struct rvx__arena *arena, struct rvx__view text);

#endif
