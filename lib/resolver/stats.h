/* stats.h - what a resolver counts
 *
 *     rvx__stats_add(&resolver->stats, RVX__STAT_QUERIES, 1);
 *
 * The counters are independent of each other: a reader may see a reply counted before its query.
 */
#ifndef RVX_RESOLVER_STATS_H
#define RVX_RESOLVER_STATS_H

#include <stdatomic.h>
#include <stdint.h>

/* In the order of struct rvx_resolver_stats, whose fields say what each is. */
enum rvx__stat {
    RVX__STAT_LOOKUPS,
    RVX__STAT_QUERIES,
    RVX__STAT_REPLIES,
    RVX__STAT_TCP,
    RVX__STAT_RETRIES,
    RVX__STAT_TIMEOUTS,
    RVX__STAT_HEDGES,
    RVX__STAT_NEAR_MISSES,
    RVX__STAT_BROKEN,
    RVX__STAT_OFF_CHAIN,
    RVX__STAT_CACHE_HITS,
    RVX__STAT_CACHE_NEGATIVE_HITS,
    RVX__STAT_CACHE_STALE,
    RVX__STAT_CACHE_MISSES,
    RVX__STAT_MERGED,
    RVX__STAT_RELOADS
};

#define RVX__STATS_N 16

/* Zeroed storage is ready. */
struct rvx__stats {
    _Atomic uint64_t count[RVX__STATS_N];
};

static inline void rvx__stats_add(struct rvx__stats *stats, enum rvx__stat stat, uint64_t n)
{
    atomic_fetch_add_explicit(&stats->count[stat], n, memory_order_relaxed);
}

static inline uint64_t rvx__stats_read(const struct rvx__stats *stats, enum rvx__stat stat)
{
    return atomic_load_explicit(&stats->count[stat], memory_order_relaxed);
}

#endif
