/* cache.c - answers that are still good
 *
 * Model: a few shards by the top bits of the key's hash, each with a lock, a table, and a list in the order of use.
 * Each has its part of the bytes; when it is over that, what was used least recently goes. Names are hashed with a
 * secret seed (SipHash), so nobody can pick names that meet in one chain or one shard.
 *
 * Entries never change and are counted, so a hit costs one short section under the lock and is read outside of it. An
 * answer is kept for the smallest TTL of its chain, at most a day (RFC 8767 section 4 allows a week); that there is
 * none is kept only with an SOA that says so, for the smaller of its TTL and its MINIMUM (RFC 2308 section 5), at most
 * 15 minutes. TTL 0 is not kept. A chain that ends without an answer is kept as the alias it is.
 *
 * Time comes from the caller, of a clock that stands still while the machine sleeps: an answer may then be kept for
 * longer than its TTL. A lock is waited for no longer than a second, which only happens to a child that was forked
 * while another thread of its parent held the lock; what it guards is then as good as empty.
 *
 * Not done: failures are not kept (RFC 9520 wants that of resolvers that serve others; here a question that failed is
 * asked again when the program asks again). Stale answers that say that there is nothing are not handed out: no
 * failure may turn into "no such host".
 */
#include <config.h>

#include "resolver/cache.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/list.h"
#include "base/mem.h"
#include "base/word.h"
#include "resolver/table.h"

#define SHARDS_MAX 16u
#define SHARD_BYTES_MIN ((size_t)128 * 1024) /* fewer shards rather than smaller ones */
#define LARGEST_PART 4                       /* no answer is kept that takes more than this part of a shard */
#define LOCK_SECONDS 1
#define BLOCK_OVERHEAD 16u /* what an allocation costs besides its size, roughly */
#define KEY_TAIL 13u       /* bytes behind the name in a key */
#define COUNTS_AT 8u       /* where the header counts authority and additional records (RFC 1035 section 4.1.1) */

_Static_assert(offsetof(struct rvx__name, wire) == 1, "a name is its length and its bytes");
_Static_assert(RVX__KEY_BYTES_MAX == RVX__NAME_MAX + KEY_TAIL, "a key is a name and its tail");

struct rvx__cached {
    struct rvx__table_node node;
    struct rvx__link used; /* in the shard's list */
    atomic_uint refs;
    rvx_time stored, expires;
    uint32_t ttl;
    size_t size; /* what it counts for */
    uint16_t key_len;
    uint16_t finding_len;
    uint8_t server;
    bool positive;
    struct rvx__message message; /* of the bytes below */
    uint8_t bytes[];             /* key, message, finding as pack_finding() writes it */
};

struct shard {
    pthread_mutex_t lock; /* over the rest */
    struct rvx__table table;
    struct rvx__link used; /* entries, the one not used for the longest time first */
    size_t bytes;          /* of the entries */
};

struct rvx__cache {
    struct rvx__map_seed seed;
    size_t shard_max; /* bytes */
    rvx_time stale_for;
    unsigned shards_n; /* a power of two */
    struct shard shards[];
};

/* Length bytes are below 64, so folding letters leaves them alone. */
void rvx__cache_digest(struct rvx__map_seed seed, const struct rvx__cache_key *key, struct rvx__cache_digest *digest)
{
    struct rvx__view name = rvx__view_to(key->name, RVX__NAME_MAX);
    uint8_t *bytes = digest->bytes;
    size_t len = name.len;

    rvx__word_lower(bytes, name.data, len);
    memcpy(bytes + len, &key->type, 2);
    memcpy(bytes + len + 2, &key->class_, 2);
    bytes[len + 4] = key->flags;
    memcpy(bytes + len + 5, &key->servers, 8);
    digest->len = len = len + KEY_TAIL;
    digest->hash = rvx__siphash(seed, rvx__view_of(bytes, len));
}

static unsigned choose_shards(size_t max_bytes)
{
    unsigned n = 1;

    while (n < SHARDS_MAX && max_bytes / (2 * n) >= SHARD_BYTES_MIN)
        n *= 2;
    return n;
}

int rvx__cache_new(size_t max_bytes, rvx_time stale_for, const struct rvx__rnd *rnd, struct rvx__cache **cache)
{
    unsigned n = choose_shards(max_bytes != 0 ? max_bytes : RVX__CACHE_MAX_DEFAULT);
    struct rvx__cache *new = rvx__calloc(1, sizeof *new + n * sizeof new->shards[0]);
    int rc;

    *cache = NULL;
    if (new == NULL)
        return -ENOMEM;
    rc = rnd->fill(rnd->self, &new->seed, sizeof new->seed);
    if (rc < 0) {
        rvx__free(new);
        return rc;
    }
    new->shard_max = (max_bytes != 0 ? max_bytes : RVX__CACHE_MAX_DEFAULT) / n;
    new->stale_for = stale_for;
    new->shards_n = n;
    for (unsigned i = 0; i < n; i++) {
        pthread_mutex_init(&new->shards[i].lock, NULL);
        rvx__table_init(&new->shards[i].table);
        rvx__list_init(&new->shards[i].used);
    }
    *cache = new;
    return 0;
}

static struct shard *find_shard(struct rvx__cache *cache, uint64_t hash)
{
    return &cache->shards[(hash >> 32) & (cache->shards_n - 1)];
}

static bool lock_shard(struct shard *shard)
{
    struct timespec until;

    if (pthread_mutex_trylock(&shard->lock) == 0)
        return true;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += LOCK_SECONDS;
    return pthread_mutex_timedlock(&shard->lock, &until) == 0;
}

static struct rvx__cached *entry_of(struct rvx__table_node *node)
{
    return RVX__OWNER(node, struct rvx__cached, node);
}

static struct rvx__cached *find_entry(const struct shard *shard, const struct rvx__cache_digest *digest)
{
    struct rvx__table_node *node = rvx__table_first(&shard->table, digest->hash);

    while (node != NULL &&
           (entry_of(node)->key_len != digest->len || memcmp(entry_of(node)->bytes, digest->bytes, digest->len) != 0))
        node = rvx__table_next(node);
    return node != NULL ? entry_of(node) : NULL;
}

static void drop_entry(struct shard *shard, struct rvx__cached *entry)
{
    rvx__table_remove(&shard->table, &entry->node);
    rvx__link_remove(&entry->used);
    shard->bytes -= entry->size;
    rvx__cached_unref(entry);
}

static void drop_all(struct shard *shard)
{
    struct rvx__link *link;

    while ((link = rvx__list_first(&shard->used)) != NULL)
        drop_entry(shard, RVX__OWNER(link, struct rvx__cached, used));
}

void rvx__cache_free(struct rvx__cache *cache)
{
    if (cache == NULL)
        return;
    for (unsigned i = 0; i < cache->shards_n; i++) {
        drop_all(&cache->shards[i]);
        rvx__table_fini(&cache->shards[i].table);
        pthread_mutex_destroy(&cache->shards[i].lock);
    }
    rvx__free(cache);
}

/* Is an entry of use at `now`, `late` past its time? One that says that there is nothing only in time. */
static bool is_usable(const struct rvx__cached *entry, rvx_time now, rvx_time late)
{
    return now < (entry->positive ? rvx__time_add(entry->expires, late) : entry->expires);
}

static void mark_used(struct shard *shard, struct rvx__cached *entry)
{
    rvx__link_remove(&entry->used);
    rvx__list_append(&shard->used, &entry->used);
}

/* An entry with a reference, or NULL; takes one out that is of no use to anybody. Under the lock. */
static const struct rvx__cached *take_entry(struct rvx__cache *cache, struct shard *shard,
                                            const struct rvx__cache_digest *digest, rvx_time now, rvx_time late)
{
    struct rvx__cached *entry = find_entry(shard, digest);

    if (entry == NULL)
        return NULL;
    if (is_usable(entry, now, late)) {
        mark_used(shard, entry);
        return rvx__cached_ref(entry);
    }
    if (!is_usable(entry, now, cache->stale_for))
        drop_entry(shard, entry);
    return NULL;
}

static bool get_entry(struct rvx__cache *cache, const struct rvx__cache_key *key, rvx_time now, rvx_time late,
                      struct rvx__cache_hit *hit)
{
    struct rvx__cache_digest digest;
    struct shard *shard;

    rvx__cache_digest(cache->seed, key, &digest);
    shard = find_shard(cache, digest.hash);
    if (!lock_shard(shard))
        return false;
    hit->entry = take_entry(cache, shard, &digest, now, late);
    pthread_mutex_unlock(&shard->lock);
    if (hit->entry == NULL)
        return false;
    rvx__cached_read(hit->entry, now, hit);
    return true;
}

bool rvx__cache_get(struct rvx__cache *cache, const struct rvx__cache_key *key, rvx_time now,
                    struct rvx__cache_hit *hit)
{
    return cache != NULL && get_entry(cache, key, now, 0, hit);
}

bool rvx__cache_get_stale(struct rvx__cache *cache, const struct rvx__cache_key *key, rvx_time now,
                          struct rvx__cache_hit *hit)
{
    return cache != NULL && cache->stale_for > 0 && get_entry(cache, key, now, cache->stale_for, hit);
}

/* How long an answer may be kept, in seconds; 0: not at all. */
static uint32_t choose_ttl(const struct rvx__finding *finding)
{
    uint32_t max = 0;

    if (!finding->cacheable)
        return 0;
    if (finding->verdict == RVX__VERDICT_ANSWER || finding->verdict == RVX__VERDICT_ALIAS)
        max = RVX__CACHE_TTL_MAX;
    else if (finding->verdict == RVX__VERDICT_NODATA || finding->verdict == RVX__VERDICT_NXDOMAIN)
        max = RVX__CACHE_NEGATIVE_TTL_MAX;
    return finding->ttl < max ? finding->ttl : max;
}

/* Copies a message up to the end of its answers, and describes the copy. */
static void cut_message(struct rvx__message *cut, const struct rvx__message *message, uint8_t *bytes)
{
    size_t len = message->at[RVX__DNS_AUTHORITY];

    memcpy(bytes, message->bytes.data, len);
    memset(bytes + COUNTS_AT, 0, 4);
    *cut = *message;
    cut->bytes = rvx__view_of(bytes, len);
    cut->end = len;
    for (int section = RVX__DNS_AUTHORITY; section <= RVX__DNS_ADDITIONAL; section++) {
        cut->count[section] = 0;
        cut->at[section] = len;
    }
    cut->has_opt = false;
    cut->options = rvx__view_of(NULL, 0);
}

/* A finding is mostly room for long chains and long names; only what is used of it is kept. */
static size_t head_len(const struct rvx__finding *finding)
{
    unsigned hops = finding->hops < RVX__CHAIN_MAX ? finding->hops : RVX__CHAIN_MAX;

    return offsetof(struct rvx__finding, chain) + hops * sizeof finding->chain[0];
}

static size_t packed_len(const struct rvx__finding *finding)
{
    return head_len(finding) + 1u + finding->target.len;
}

static void pack_finding(const struct rvx__finding *finding, uint8_t *bytes)
{
    size_t len = head_len(finding);

    memcpy(bytes, finding, len);
    memcpy(bytes + len, &finding->target, 1u + finding->target.len);
}

static void unpack_finding(const uint8_t *bytes, size_t len, struct rvx__finding *finding)
{
    size_t head;

    memcpy(finding, bytes, offsetof(struct rvx__finding, chain));
    head = head_len(finding);
    memcpy(finding->chain, bytes + offsetof(struct rvx__finding, chain), head - offsetof(struct rvx__finding, chain));
    memcpy(&finding->target, bytes + head, len - head);
}

static struct rvx__cached *make_entry(struct rvx__view key, const struct rvx__message *message,
                                      const struct rvx__finding *finding, uint8_t server, rvx_time now)
{
    size_t finding_len = packed_len(finding);
    size_t size = sizeof(struct rvx__cached) + key.len + message->at[RVX__DNS_AUTHORITY] + finding_len;
    struct rvx__cached *entry = rvx__malloc(size);

    if (entry == NULL)
        return NULL;
    memset(entry, 0, sizeof *entry);
    atomic_init(&entry->refs, 1);
    entry->stored = now;
    entry->ttl = choose_ttl(finding);
    entry->expires = rvx__time_add(now, RVX_SECONDS(entry->ttl));
    entry->size = size + BLOCK_OVERHEAD;
    entry->key_len = (uint16_t)key.len;
    entry->finding_len = (uint16_t)finding_len;
    entry->server = server;
    entry->positive = finding->verdict == RVX__VERDICT_ANSWER || finding->verdict == RVX__VERDICT_ALIAS;
    if (key.len > 0)
        memcpy(entry->bytes, key.data, key.len);
    cut_message(&entry->message, message, entry->bytes + key.len);
    pack_finding(finding, entry->bytes + key.len + entry->message.end);
    return entry;
}

static void shrink_to(struct shard *shard, size_t max)
{
    struct rvx__link *link;

    while (shard->bytes + rvx__table_bytes(&shard->table) > max && (link = rvx__list_first(&shard->used)) != NULL)
        drop_entry(shard, RVX__OWNER(link, struct rvx__cached, used));
}

void rvx__cache_put(struct rvx__cache *cache, const struct rvx__cache_key *key, const struct rvx__message *message,
                    const struct rvx__finding *finding, uint8_t server, rvx_time now)
{
    struct rvx__cache_digest digest;
    struct rvx__cached *entry = NULL, *old;
    struct shard *shard;

    if (cache == NULL)
        return;
    rvx__cache_digest(cache->seed, key, &digest);
    if (choose_ttl(finding) > 0 && message->at[RVX__DNS_AUTHORITY] <= cache->shard_max / LARGEST_PART)
        entry = make_entry(rvx__view_of(digest.bytes, digest.len), message, finding, server, now);
    shard = find_shard(cache, digest.hash);
    if (!lock_shard(shard)) {
        rvx__cached_unref(entry);
        return;
    }
    old = find_entry(shard, &digest);
    if (old != NULL)
        drop_entry(shard, old);
    if (entry != NULL) {
        rvx__table_put(&shard->table, &entry->node, digest.hash);
        rvx__list_append(&shard->used, &entry->used);
        shard->bytes += entry->size;
        shrink_to(shard, cache->shard_max);
    }
    pthread_mutex_unlock(&shard->lock);
}

const struct rvx__cached *rvx__cached_new(const struct rvx__message *message, const struct rvx__finding *finding,
                                          uint8_t server, rvx_time now)
{
    return make_entry(rvx__view_of(NULL, 0), message, finding, server, now);
}

void rvx__cached_read(const struct rvx__cached *entry, rvx_time now, struct rvx__cache_hit *hit)
{
    rvx_time age = now > entry->stored ? (now - entry->stored) / RVX_SECONDS(1) : 0;

    hit->entry = entry;
    hit->message = entry->message;
    unpack_finding(entry->bytes + entry->key_len + entry->message.end, entry->finding_len, &hit->finding);
    hit->age = age < UINT32_MAX ? (uint32_t)age : UINT32_MAX;
    hit->stale = entry->ttl > 0 && now >= entry->expires;
    if (hit->stale)
        hit->finding.ttl = RVX__CACHE_STALE_TTL;
    else
        hit->finding.ttl = hit->age < entry->ttl ? entry->ttl - hit->age : 0;
    hit->server = entry->server;
}

/* Entries are constant to all but the count. */
static struct rvx__cached *counted(const struct rvx__cached *entry)
{
    return (struct rvx__cached *)(uintptr_t)entry;
}

const struct rvx__cached *rvx__cached_ref(const struct rvx__cached *entry)
{
    atomic_fetch_add_explicit(&counted(entry)->refs, 1, memory_order_relaxed);
    return entry;
}

void rvx__cached_unref(const struct rvx__cached *entry)
{
    if (entry != NULL && atomic_fetch_sub_explicit(&counted(entry)->refs, 1, memory_order_acq_rel) == 1)
        rvx__free(counted(entry));
}

static void flush_shard(struct shard *shard, struct rvx__view name)
{
    struct rvx__link *link = shard->used.next;

    while (link != &shard->used) {
        struct rvx__cached *entry = RVX__OWNER(link, struct rvx__cached, used);

        link = link->next;
        if (rvx__name_is_below(rvx__view_of(entry->bytes, entry->key_len - KEY_TAIL), name))
            drop_entry(shard, entry);
    }
}

void rvx__cache_flush(struct rvx__cache *cache, struct rvx__view name)
{
    if (cache == NULL)
        return;
    for (unsigned i = 0; i < cache->shards_n; i++) {
        struct shard *shard = &cache->shards[i];

        if (!lock_shard(shard))
            continue;
        if (name.len == 0)
            drop_all(shard);
        else
            flush_shard(shard, name);
        pthread_mutex_unlock(&shard->lock);
    }
}

void rvx__cache_size(struct rvx__cache *cache, struct rvx__cache_size *size)
{
    *size = (struct rvx__cache_size){0};
    if (cache == NULL)
        return;
    for (unsigned i = 0; i < cache->shards_n; i++) {
        struct shard *shard = &cache->shards[i];

        if (!lock_shard(shard))
            continue;
        size->bytes += shard->bytes + rvx__table_bytes(&shard->table);
        size->entries += shard->table.n;
        pthread_mutex_unlock(&shard->lock);
    }
}
