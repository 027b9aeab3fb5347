/* cache.h - answers that are still good
 *
 * Thread-safe, bounded in bytes; what was not used for the longest time goes first (RFC 2308, RFC 8767). An entry is
 * one allocation with the key, the times, what was found out about the answer, and the answer itself: a message that
 * passed the gate, cut after its answer section. A hit is read exactly as a reply is, and stays readable for as long as
 * it is held, whatever happens to the cache.
 *
 *     if (rvx__cache_get(cache, &key, now, &hit)) {
 *         ... hit.message, hit.finding ...
 *         rvx__cached_unref(hit.entry);
 *     }
 *
 * NULL is a cache that is off: nothing is ever in it.
 */
#ifndef RVX_RESOLVER_CACHE_H
#define RVX_RESOLVER_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <resolvx/time.h>

#include "base/map.h"
#include "base/rnd.h"
#include "base/view.h"
#include "dns/classify.h"
#include "dns/gate.h"
#include "dns/name.h"

#define RVX__CACHE_MAX_DEFAULT ((size_t)4 << 20)
#define RVX__CACHE_TTL_MAX 86400u        /* seconds an answer is kept at most */
#define RVX__CACHE_NEGATIVE_TTL_MAX 900u /* ... one that says that there is nothing */
#define RVX__CACHE_STALE_TTL 30u         /* what is told of an answer past its time (RFC 8767 section 4) */

struct rvx__cache;
struct rvx__cached;

enum rvx__key_flags { RVX__KEY_DO = 1 << 0, RVX__KEY_CD = 1 << 1 };

/* What was asked, and of whom. */
struct rvx__cache_key {
    struct rvx__view name; /* wire form, any case */
    uint64_t servers;      /* the set of servers: rvx__dns_view's id */
    uint16_t type, class_;
    uint8_t flags; /* enum rvx__key_flags: the answer differs by them */
};

/* A key as bytes, in lower case, and their hash. */
#define RVX__KEY_BYTES_MAX (RVX__NAME_MAX + 13)

struct rvx__cache_digest {
    uint64_t hash;
    size_t len;
    uint8_t bytes[RVX__KEY_BYTES_MAX];
};

void rvx__cache_digest(struct rvx__map_seed seed, const struct rvx__cache_key *key, struct rvx__cache_digest *digest);

/* An answer out of the cache. */
struct rvx__cache_hit {
    const struct rvx__cached *entry; /* a reference */
    struct rvx__message message;     /* borrows the entry's bytes; record TTLs are as they came */
    struct rvx__finding finding;     /* with the TTL that is left */
    uint32_t age;                    /* seconds since it came */
    uint8_t server;                  /* who gave it, of the key's set of servers */
    bool stale;
};

/* max_bytes: everything included; 0: the default.
 * stale_for: how long past its TTL an answer is kept for rvx__cache_get_stale(); 0: not.
 * Returns: 0; -ENOMEM; an error of `rnd`. */
int rvx__cache_new(size_t max_bytes, rvx_time stale_for, const struct rvx__rnd *rnd, struct rvx__cache **cache);
void rvx__cache_free(struct rvx__cache *cache); /* entries that are held stay until they are given up */

/* Looks an answer up that is still good.  now: of the clock that rvx__cache_put() was told of. */
bool rvx__cache_get(struct rvx__cache *cache, const struct rvx__cache_key *key, rvx_time now,
                    struct rvx__cache_hit *hit);

/* Looks an answer up that may be past its time: for when no server answers. Never one that there is nothing. */
bool rvx__cache_get_stale(struct rvx__cache *cache, const struct rvx__cache_key *key, rvx_time now,
                          struct rvx__cache_hit *hit);

/* Keeps an answer, if it may be kept, in the place of an older one. Without memory it is not kept. */
void rvx__cache_put(struct rvx__cache *cache, const struct rvx__cache_key *key, const struct rvx__message *message,
                    const struct rvx__finding *finding, uint8_t server, rvx_time now);

/* An entry of its own, in no cache: to hand an answer on as a hit.  NULL: out of memory. */
const struct rvx__cached *rvx__cached_new(const struct rvx__message *message, const struct rvx__finding *finding,
                                          uint8_t server, rvx_time now);
void rvx__cached_read(const struct rvx__cached *entry, rvx_time now,
                      struct rvx__cache_hit *hit); /* takes a reference */
const struct rvx__cached *rvx__cached_ref(const struct rvx__cached *entry);
void rvx__cached_unref(const struct rvx__cached *entry); /* may be NULL */

/* Forgets a name and all names below it; an empty view: everything. */
void rvx__cache_flush(struct rvx__cache *cache, struct rvx__view name);

struct rvx__cache_size {
    size_t bytes, entries;
};

void rvx__cache_size(struct rvx__cache *cache, struct rvx__cache_size *size);

#endif
