/* srcaddr.c - the address that this machine would send from
 *
 * Finding out takes four system calls (7 us, more than a DNS query). Remembering takes three things: knowing for which
 * other destinations the answer is good (netmap.c), hearing of it when it is good no longer (netlink.c), and a table.
 *
 * The table is of a fixed size and holds one entry for each group of destinations that the kernel treats alike; some
 * machines have a handful of groups, some have a group for every destination. A new entry takes the place of the oldest
 * of its four neighbours.
 *
 * Times: the kernel's news are read at most every 10 ms. The map of groups is drawn when so many destinations were
 * asked for that it pays; before that, each is remembered by itself. Nothing is remembered longer than half a minute,
 * because of the few things that the kernel does not announce (gateways that stop answering, mainly); and where there
 * is no netlink, no longer than a second.
 *
 * A forked child shares its parent's netlink socket and would take the parent's news, and the lock may be held by a
 * thread that did not come along: the child makes a memory of its own. The old one stays in the list, untouched.
 *
 * Not done: several network namespaces in one process. What is remembered is of the one that asked first.
 */
#include <config.h>

#include "resolver/srcaddr.h"

#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <pthread.h>

#include "base/mem.h"
#include "base/process.h"
#include "resolver/netlink.h"
#include "resolver/netmap.h"
#include "resolver/ownaddrs.h"

#define LOOK_EVERY RVX_MILLISECONDS(10)
#define KEEP RVX_SECONDS(30)
#define KEEP_DEAF RVX_SECONDS(1) /* where the kernel's news cannot be had */

#define DRAW_AFTER 32      /* probes: about as dear as drawing a small map */
#define POINTS_PER_PROBE 8 /* and a large one costs that much more */

#define SETS 128 /* a power of two */
#define WAYS 4

#define PORT_DISCARD 9 /* any but 0, which some kernels refuse */
#define NETWORK_UNKNOWN 64

struct entry {
    struct rvx__ipkey key;
    uint32_t generation; /* 0: empty */
    uint8_t bits;
    struct rvx__source source;
};

struct set {
    struct entry entries[WAYS];
    unsigned next; /* to be replaced */
};

/* What one process remembers. */
struct rvx__srcmemory {
    struct rvx__srcmemory *older; /* of the process that this one was forked from */
    struct rvx__process process;  /* that it is of */
    pthread_mutex_t lock;         /* for all below */
    int fd;                       /* the kernel's news; negative: there are none */
    rvx_time look;                /* when to look for news */
    rvx_time expires;
    uint32_t generation; /* of what is remembered; grows when it is forgotten */
    unsigned probes;     /* in this generation */
    unsigned draw_after; /* that many */
    size_t draw_cost;    /* points of the last map; many if there was none */
    struct rvx__netmap map;
    struct rvx__ownaddrs own;
    struct set sets[SETS];
};

void rvx__srcaddr_init(struct rvx__srcaddr *srcaddr, const struct rvx__sockops *ops, const struct rvx__clock *clock)
{
    srcaddr->ops = ops;
    srcaddr->clock = clock;
    atomic_init(&srcaddr->finds, 0);
    atomic_init(&srcaddr->memory, NULL);
}

void rvx__srcaddr_fini(struct rvx__srcaddr *srcaddr)
{
    struct rvx__srcmemory *memory = atomic_load(&srcaddr->memory);

    while (memory != NULL) {
        struct rvx__srcmemory *older = memory->older;

        /* in a child, the number of a parent's may be another descriptor's by now */
        if (memory->fd >= 0 && rvx__process_is_own(&memory->process))
            srcaddr->ops->close(srcaddr->ops->self, memory->fd);
        rvx__process_fini(&memory->process);
        rvx__netmap_fini(&memory->map);
        rvx__ownaddrs_fini(&memory->own);
        rvx__free(memory);
        memory = older;
    }
    atomic_store(&srcaddr->memory, NULL);
}

/* Puts a new memory in the place of `older`, unless another thread is first.  Returns: the one there; NULL: no room. */
static struct rvx__srcmemory *add_memory(struct rvx__srcaddr *srcaddr, struct rvx__srcmemory *older)
{
    struct rvx__srcmemory *new = rvx__calloc(1, sizeof *new);
    struct rvx__srcmemory *there = older;

    if (new == NULL)
        return NULL;
    pthread_mutex_init(&new->lock, NULL); /* does not fail on Linux */
    rvx__process_init(&new->process);
    new->fd = -EBADF;
    new->older = older;
    if (atomic_compare_exchange_strong(&srcaddr->memory, &there, new))
        return new;
    rvx__process_fini(&new->process);
    pthread_mutex_destroy(&new->lock);
    rvx__free(new);
    return there;
}

/* This process's memory, locked; NULL if it has none. */
static struct rvx__srcmemory *lock_memory(struct rvx__srcaddr *srcaddr)
{
    struct rvx__srcmemory *memory = atomic_load_explicit(&srcaddr->memory, memory_order_acquire);

    if (memory == NULL && atomic_fetch_add_explicit(&srcaddr->finds, 1, memory_order_relaxed) < RVX__SRCADDR_FEW)
        return NULL;
    if (memory == NULL || !rvx__process_is_own(&memory->process))
        memory = add_memory(srcaddr, memory);
    if (memory != NULL)
        pthread_mutex_lock(&memory->lock);
    return memory;
}

static void forget(struct rvx__srcmemory *memory, rvx_time now)
{
    memory->generation++;
    if (memory->generation == 0)
        memory->generation = 1; /* an entry of four billion changes ago would have to last until now to matter */
    memory->probes = 0;
    memory->draw_after = DRAW_AFTER + (unsigned)memory->draw_cost / POINTS_PER_PROBE;
    memory->expires = now + (memory->fd >= 0 ? KEEP : KEEP_DEAF);
    rvx__netmap_fini(&memory->map);
    rvx__ownaddrs_fini(&memory->own);
}

/* Forgets what is good no longer. */
static void refresh(struct rvx__srcmemory *memory, const struct rvx__srcaddr *srcaddr, rvx_time now)
{
    int changed = 0;

    if (now < memory->look)
        return;
    memory->look = now + LOOK_EVERY;
    if (memory->fd >= 0)
        changed = rvx__netlink_changed(srcaddr->ops, memory->fd);
    if (changed < 0)
        memory->fd = changed; /* closed behind our back: not ours to close */
    if (changed == 0 && memory->generation != 0 && now < memory->expires)
        return;
    if (memory->fd < 0)
        memory->fd = rvx__netlink_watch(srcaddr->ops);
    forget(memory, now);
}

/* Link-local destinations depend on their zone, multicast and broadcast ones on yet more. */
static bool is_special(const struct rvx_addr *addr)
{
    if (addr->family == RVX_FAMILY_IPV4)
        return addr->ip[0] >= 224;
    return addr->zone[0] != '\0' || addr->ip[0] == 0xff || (addr->ip[0] == 0xfe && (addr->ip[1] & 0xc0) == 0x80);
}

static struct set *find_set(struct rvx__srcmemory *memory, struct rvx__ipkey key, unsigned bits)
{
    uint64_t hash = (key.hi ^ (key.lo + bits) * UINT64_C(0x9e3779b97f4a7c15)) * UINT64_C(0xff51afd7ed558ccd);

    return &memory->sets[hash >> 32 & (SETS - 1)];
}

/* Where a destination's group begins, and how many bits it shares. */
static struct rvx__ipkey find_group(const struct rvx__srcmemory *memory, const struct rvx_addr *addr, unsigned *bits)
{
    struct rvx__ipkey key = rvx__ipkey_of(addr);

    *bits = rvx__netmap_alike(&memory->map, key);
    return rvx__ipkey_cut(key, *bits);
}

static struct entry *find_entry(struct rvx__srcmemory *memory, struct set *set, struct rvx__ipkey key, unsigned bits)
{
    for (unsigned i = 0; i < WAYS; i++) {
        struct entry *entry = &set->entries[i];

        if (entry->generation == memory->generation && entry->bits == bits && entry->key.hi == key.hi &&
            entry->key.lo == key.lo)
            return entry;
    }
    return NULL;
}

static void recall(struct rvx__srcmemory *memory, struct rvx__destination *destination)
{
    const struct entry *entry;
    struct rvx__ipkey key;
    unsigned bits;

    if (is_special(&destination->addr))
        return;
    key = find_group(memory, &destination->addr, &bits);
    entry = find_entry(memory, find_set(memory, key, bits), key, bits);
    if (entry != NULL)
        destination->source = entry->source;
}

static void remember(struct rvx__srcmemory *memory, const struct rvx__destination *destination)
{
    struct entry *entry;
    struct rvx__ipkey key;
    struct set *set;
    unsigned bits;

    if (!destination->source.fresh || is_special(&destination->addr))
        return;
    key = find_group(memory, &destination->addr, &bits);
    set = find_set(memory, key, bits);
    entry = find_entry(memory, set, key, bits);
    if (entry == NULL)
        entry = &set->entries[set->next++ % WAYS];
    *entry = (struct entry){
        .key = key, .generation = memory->generation, .bits = (uint8_t)bits, .source = destination->source};
    entry->source.fresh = false;
}

/* Is it a failure that says nothing about the destination? */
static bool is_shortage(int code)
{
    return code == -EMFILE || code == -ENFILE || code == -ENOMEM || code == -ENOBUFS || code == -EAGAIN;
}

/* The local address of a socket that is connected to `addr`.  Returns: 0; -errno. */
static int ask_kernel(const struct rvx__sockops *ops, const struct rvx_addr *addr, struct rvx_addr *from)
{
    struct sockaddr_storage sa;
    struct rvx_addr to = *addr;
    socklen_t len;
    int fd, rc;

    to.port = PORT_DISCARD;
    rc = rvx_addr_to_sockaddr(&to, &sa, &len);
    if (rc < 0)
        return rc;
    fd = ops->socket(ops->self, sa.ss_family, SOCK_DGRAM, IPPROTO_UDP);
    if (fd < 0)
        return fd;
    rc = ops->connect(ops->self, fd, (const struct sockaddr *)&sa, len);
    len = sizeof sa;
    if (rc == 0)
        rc = ops->getsockname(ops->self, fd, (struct sockaddr *)&sa, &len);
    if (rc == 0)
        rc = rvx_addr_from_sockaddr((const struct sockaddr *)&sa, len, from);
    ops->close(ops->self, fd);
    return rc;
}

/* Returns: 0, also if there is no way there; -EMFILE and the like. */
static int probe(const struct rvx__sockops *ops, struct rvx__destination *destination)
{
    struct rvx__source *source = &destination->source;
    struct rvx_addr from;
    int rc = ask_kernel(ops, &destination->addr, &from);

    if (rc < 0 && is_shortage(rc))
        return rc;
    source->known = source->fresh = true;
    source->found = rc == 0;
    if (rc < 0)
        return 0;
    source->family = from.family;
    source->network = NETWORK_UNKNOWN;
    memcpy(source->ip, from.ip, sizeof source->ip);
    return 0;
}

/* Returns: how many have to be asked for. */
static size_t recall_all(struct rvx__srcmemory *memory, struct rvx__destination *v, size_t n)
{
    size_t missing = 0;

    for (size_t i = 0; i < n; i++) {
        recall(memory, &v[i]);
        missing += !v[i].source.known;
    }
    return missing;
}

static int probe_missing(const struct rvx__sockops *ops, struct rvx__destination *v, size_t n)
{
    int rc = 0;

    for (size_t i = 0; i < n && rc == 0; i++) {
        if (!v[i].source.known)
            rc = probe(ops, &v[i]);
    }
    return rc;
}

static bool is_loopback(const struct rvx__source *source)
{
    struct rvx_addr addr = {.family = source->family};

    memcpy(addr.ip, source->ip, sizeof addr.ip);
    return rvx_addr_is_loopback(&addr);
}

/* Draws the map, if that pays by now: once, whatever comes of it. */
static void draw_map(struct rvx__srcmemory *memory, const struct rvx__sockops *ops)
{
    if (memory->fd < 0 || memory->probes < memory->draw_after)
        return;
    memory->draw_after = UINT_MAX;
    memory->draw_cost = RVX__NETMAP_ROUTES_MAX * 8;
    if (rvx__netmap_draw(&memory->map, ops) == 0)
        memory->draw_cost = memory->map.points_n;
}

/* Keeps what was found out since `generation`, unless the kernel has changed its mind meanwhile. The lock is held while
 * it is asked for more, but that is no wait: the kernel answers at once, and is asked once after a change. */
static void remember_all(struct rvx__srcaddr *srcaddr, struct rvx__srcmemory *memory, struct rvx__destination *v,
                         size_t n, uint32_t generation)
{
    pthread_mutex_lock(&memory->lock);
    for (size_t i = 0; i < n; i++) {
        struct rvx__source *source = &v[i].source;

        memory->probes += source->fresh;
        if (source->fresh && source->found && memory->fd >= 0 && !is_loopback(source))
            rvx__ownaddrs_describe(&memory->own, srcaddr->ops, source);
    }
    if (memory->generation == generation) {
        draw_map(memory, srcaddr->ops);
        for (size_t i = 0; i < n; i++)
            remember(memory, &v[i]);
    }
    pthread_mutex_unlock(&memory->lock);
}

/* Does it matter what else the kernel knows of the sources? Not if there is but one, unless it is an IPv6 one for
 * several destinations, where the length of its network counts. */
static bool wants_description(const struct rvx__destination *v, size_t n)
{
    const struct rvx__source *first = NULL;

    for (size_t i = 0; i < n; i++) {
        const struct rvx__source *source = &v[i].source;

        if (!source->found)
            continue;
        if (first != NULL && (source->family == RVX_FAMILY_IPV6 || source->family != first->family ||
                              memcmp(source->ip, first->ip, sizeof first->ip) != 0))
            return true;
        first = source;
    }
    return false;
}

/* Finds out what is needed, and remembers nothing. */
static int find_once(const struct rvx__sockops *ops, struct rvx__destination *v, size_t n)
{
    struct rvx__ownaddrs own = {.known = false};
    int rc = probe_missing(ops, v, n);
    bool wanted = wants_description(v, n);

    for (size_t i = 0; i < n && wanted; i++) {
        if (v[i].source.found && !is_loopback(&v[i].source))
            rvx__ownaddrs_describe(&own, ops, &v[i].source);
    }
    rvx__ownaddrs_fini(&own);
    return rc;
}

int rvx__srcaddr_find(struct rvx__srcaddr *srcaddr, struct rvx__destination *v, size_t n)
{
    rvx_time now = srcaddr->clock->coarse(srcaddr->clock->self);
    struct rvx__srcmemory *memory = lock_memory(srcaddr);
    uint32_t generation;
    size_t missing;
    int rc;

    for (size_t i = 0; i < n; i++)
        v[i].source = (struct rvx__source){.known = false};
    if (memory == NULL)
        return find_once(srcaddr->ops, v, n);
    refresh(memory, srcaddr, now);
    generation = memory->generation;
    missing = recall_all(memory, v, n);
    pthread_mutex_unlock(&memory->lock);
    if (missing == 0)
        return 0;
    rc = probe_missing(srcaddr->ops, v, n);
    remember_all(srcaddr, memory, v, n, generation);
    return rc;
}
