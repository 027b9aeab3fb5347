/* map.c - hash map from bytes to pointers
 *
 * Linear probing over a power of two of slots, at most three quarters in use. A deleted entry leaves a tombstone unless
 * the slot behind it is free; tombstones count as used and vanish when the table is rebuilt, at the same size if it was
 * mostly they that filled it. The hash is SipHash-1-3 (Aumasson and Bernstein 2012, with one and three rounds),
 * little-endian on every machine; with a secret seed nobody outside can make names collide. Each slot keeps 32 bits of
 * it, so keys are compared almost only when they are equal, and rebuilding hashes nothing again.
 */
#include <config.h>

#include "base/map.h"

#include <errno.h>
#include <string.h>

#include <resolvx/err.h>

#include "base/mem.h"

#define CAP_MIN 8

/* What a deleted slot's value points to. */
static const char tombstone;

static void *tombstone_value(void)
{
    return (void *)(uintptr_t)&tombstone;
}

struct sip {
    uint64_t v0, v1, v2, v3;
};

static inline uint64_t rotate_left(uint64_t x, unsigned bits)
{
    return x << bits | x >> (64 - bits);
}

static inline void sip_round(struct sip *s)
{
    s->v0 += s->v1;
    s->v2 += s->v3;
    s->v1 = rotate_left(s->v1, 13) ^ s->v0;
    s->v3 = rotate_left(s->v3, 16) ^ s->v2;
    s->v0 = rotate_left(s->v0, 32);
    s->v2 += s->v1;
    s->v0 += s->v3;
    s->v1 = rotate_left(s->v1, 17) ^ s->v2;
    s->v3 = rotate_left(s->v3, 21) ^ s->v0;
    s->v2 = rotate_left(s->v2, 32);
}

static inline void sip_word(struct sip *s, uint64_t word)
{
    s->v3 ^= word;
    sip_round(s);
    s->v0 ^= word;
}

static inline uint64_t load_word(const char *bytes)
{
    uint64_t word;

    memcpy(&word, bytes, sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    word = __builtin_bswap64(word);
#endif
    return word;
}

static inline uint64_t load_half(const char *bytes)
{
    uint32_t half;

    memcpy(&half, bytes, sizeof half);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    half = __builtin_bswap32(half);
#endif
    return half;
}

static inline uint64_t load_byte(const char *bytes, size_t i)
{
    return (uint64_t)(unsigned char)bytes[i] << 8 * i;
}

/* The last 1 to 7 bytes, without a loop: loads overlap, and what they share they agree on. */
static inline uint64_t load_tail(const char *bytes, size_t n)
{
    if (n >= 4)
        return load_half(bytes) | load_half(bytes + n - 4) << 8 * (n - 4);
    return load_byte(bytes, 0) | load_byte(bytes, n / 2) | load_byte(bytes, n - 1);
}

uint64_t rvx__siphash(struct rvx__map_seed seed, struct rvx__view bytes)
{
    struct sip s = {
        seed.k0 ^ 0x736f6d6570736575, /* "somepseudorandomlygeneratedbytes" */
        seed.k1 ^ 0x646f72616e646f6d,
        seed.k0 ^ 0x6c7967656e657261,
        seed.k1 ^ 0x7465646279746573,
    };
    size_t whole = bytes.len & ~(size_t)7;
    uint64_t last = (uint64_t)bytes.len << 56;
    size_t i;

    for (i = 0; i < whole; i += 8)
        sip_word(&s, load_word(bytes.data + i));
    if (whole < bytes.len)
        last |= load_tail(bytes.data + whole, bytes.len - whole);
    sip_word(&s, last);
    s.v2 ^= 0xff;
    for (i = 0; i < 3; i++)
        sip_round(&s);
    return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

void rvx__map_init(struct rvx__map *map, struct rvx__map_seed seed, size_t max)
{
    map->slots = NULL;
    map->n = 0;
    map->used = 0;
    map->cap = 0;
    map->max = max;
    map->seed = seed;
}

void rvx__map_fini(struct rvx__map *map)
{
    rvx__free(map->slots);
    rvx__map_init(map, map->seed, map->max);
}

/* The slot that holds `key`, or NULL. */
static struct rvx__map_slot *find_slot(const struct rvx__map *map, struct rvx__view key, uint32_t hash)
{
    size_t mask = map->cap - 1;
    size_t i;

    if (map->n == 0)
        return NULL;
    for (i = hash & mask; map->slots[i].value != NULL; i = (i + 1) & mask) {
        struct rvx__map_slot *slot = &map->slots[i];

        if (slot->hash == hash && slot->value != tombstone_value() && rvx__view_eq(slot->key, key))
            return slot;
    }
    return NULL;
}

void *rvx__map_get(const struct rvx__map *map, struct rvx__view key)
{
    struct rvx__map_slot *slot = find_slot(map, key, (uint32_t)rvx__siphash(map->seed, key));

    return slot != NULL ? slot->value : NULL;
}

/* Enters a key that is not there; a slot is free. */
static void insert_slot(struct rvx__map *map, struct rvx__map_slot entry)
{
    size_t mask = map->cap - 1;
    size_t i = entry.hash & mask;

    while (map->slots[i].value != NULL && map->slots[i].value != tombstone_value())
        i = (i + 1) & mask;
    if (map->slots[i].value == NULL)
        map->used++;
    map->n++;
    map->slots[i] = entry;
}

/* Moves all entries to a new table in which one more fits. */
static int rebuild(struct rvx__map *map)
{
    struct rvx__map old = *map;
    size_t at = 0;
    struct rvx__map_slot *slot;

    map->cap = CAP_MIN;
    while (map->cap / 2 < old.n + 1)
        map->cap *= 2;
    map->slots = rvx__calloc(map->cap, sizeof *map->slots);
    if (map->slots == NULL) {
        *map = old;
        return -ENOMEM;
    }
    map->n = 0;
    map->used = 0;
    while ((slot = rvx__map_next(&old, &at)) != NULL)
        insert_slot(map, *slot);
    rvx__free(old.slots);
    return 0;
}

int rvx__map_put(struct rvx__map *map, struct rvx__view key, void *value)
{
    struct rvx__map_slot entry = {key, value, (uint32_t)rvx__siphash(map->seed, key)};
    struct rvx__map_slot *slot = find_slot(map, key, entry.hash);
    int rc;

    if (slot != NULL) {
        slot->value = value;
        return 0;
    }
    if (map->n >= map->max)
        return RVX_ELIMIT;
    if (map->used >= map->cap / 4 * 3) {
        rc = rebuild(map);
        if (rc < 0)
            return rc;
    }
    insert_slot(map, entry);
    return 0;
}

void *rvx__map_del(struct rvx__map *map, struct rvx__view key)
{
    struct rvx__map_slot *slot = find_slot(map, key, (uint32_t)rvx__siphash(map->seed, key));
    size_t next;
    void *value;

    if (slot == NULL)
        return NULL;
    value = slot->value;
    next = ((size_t)(slot - map->slots) + 1) & (map->cap - 1);
    slot->value = map->slots[next].value == NULL ? NULL : tombstone_value();
    if (slot->value == NULL)
        map->used--;
    map->n--;
    return value;
}

struct rvx__map_slot *rvx__map_next(const struct rvx__map *map, size_t *at)
{
    while (*at < map->cap) {
        struct rvx__map_slot *slot = &map->slots[(*at)++];

        if (slot->value != NULL && slot->value != tombstone_value())
            return slot;
    }
    return NULL;
}
