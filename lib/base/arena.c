/* arena.c - many small pieces, one free
 *
 * Blocks hang in a list, newest first, and pieces are cut from the first one. A block is twice as large as the one
 * before it, from 512 bytes up to 64 KiB; a piece larger than that gets a block of its own, put behind the first so
 * that the room left there stays in use. Near the cap a block shrinks to what is still allowed, so that nearly all of
 * the cap can be used.
 */
#include <config.h>

#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <string.h>

#include "base/mem.h"

#define BLOCK_MIN 512
#define BLOCK_MAX 65536

struct rvx__arena_block {
    struct rvx__arena_block *next;
    size_t size; /* of `bytes` */
    size_t used;
    alignas(max_align_t) char bytes[];
};

void rvx__arena_init(struct rvx__arena *arena, size_t max)
{
    arena->head = NULL;
    arena->used = 0;
    arena->total = 0;
    arena->max = max < PTRDIFF_MAX ? max : PTRDIFF_MAX; /* nothing larger can be allocated anyway */
}

void rvx__arena_fini(struct rvx__arena *arena)
{
    while (arena->head != NULL) {
        struct rvx__arena_block *next = arena->head->next;

        rvx__free(arena->head);
        arena->head = next;
    }
    arena->used = 0;
    arena->total = 0;
}

/* A block's size with its header: at least `need`, at most what the cap allows; 0 if that is too little. */
static size_t choose_size(const struct rvx__arena *arena, size_t need)
{
    size_t left = arena->max - arena->total;
    size_t size = BLOCK_MIN;

    if (need > left)
        return 0;
    if (arena->head != NULL)
        size = 2 * (sizeof *arena->head + arena->head->size);
    if (size > BLOCK_MAX)
        size = BLOCK_MAX;
    if (size > left)
        size = left;
    return size > need ? size : need;
}

static struct rvx__arena_block *add_block(struct rvx__arena *arena, size_t piece)
{
    struct rvx__arena_block *block;
    size_t size;

    if (piece > SIZE_MAX - sizeof *block)
        return NULL;
    size = choose_size(arena, sizeof *block + piece);
    if (size == 0)
        return NULL;
    block = rvx__malloc(size);
    if (block == NULL)
        return NULL;
    block->size = size - sizeof *block;
    block->used = 0;
    arena->total += size;
    if (arena->head != NULL && size > BLOCK_MAX) {
        block->next = arena->head->next;
        arena->head->next = block;
    } else {
        block->next = arena->head;
        arena->head = block;
    }
    return block;
}

void *rvx__arena_alloc(struct rvx__arena *arena, size_t size)
{
    const size_t align = alignof(max_align_t);
    struct rvx__arena_block *block = arena->head;
    size_t padded;
    char *piece;

    if (size > SIZE_MAX - align)
        return NULL;
    padded = size > 0 ? (size + align - 1) / align * align : align;
    if (block == NULL || padded > block->size - block->used)
        block = add_block(arena, padded);
    if (block == NULL)
        return NULL;
    piece = block->bytes + block->used;
    block->used += padded;
    arena->used += padded;
    return piece;
}

void *rvx__arena_calloc(struct rvx__arena *arena, size_t n, size_t size)
{
    void *piece;

    if (size > 0 && n > SIZE_MAX / size)
        return NULL;
    piece = rvx__arena_alloc(arena, n * size);
    if (piece != NULL)
        memset(piece, 0, n * size);
    return piece;
}

char *rvx__arena_text(struct rvx__arena *arena, struct rvx__view text)
{
    char *copy;

    if (text.len == SIZE_MAX)
        return NULL;
    copy = rvx__arena_alloc(arena, text.len + 1);
    if (copy == NULL)
        return NULL;
    if (text.len > 0)
        memcpy(copy, text.data, text.len);
    copy[text.len] = '\0';
    return copy;
}
