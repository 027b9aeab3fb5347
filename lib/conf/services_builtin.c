/* services_builtin.c - the well-known services, for systems without a services file
 *
 * The table is made from data/services by data/services.awk when the project is built. It is data without pointers, so
 * a process that never asks for a service pays nothing for it: no relocations, no set-up, pages shared with everybody.
 *
 * Every name and alias is found, with its protocol, through a perfect hash: one pass over the name gives its bucket,
 * the bucket's displacement gives its slot, and the slot holds the only word that can be the one asked for. The hash is
 * computed as the generator does it (see there), over bytes with bit 0x20 set, so that both cases of a letter fall
 * together; whether the word is the same is then decided properly.
 */
#include <config.h>

#include "conf/services_builtin.h"

/* One service: where in `texts` its name stands, followed by blanks and aliases. */
struct entry {
    uint16_t at;
    uint16_t port;
    uint8_t len; /* with the aliases */
    uint8_t name_len;
    uint8_t protocol;
};

/* One word in the hash; `len` 0: none. */
struct slot {
    uint16_t at;
    uint16_t entry;
    uint8_t len;
};

#include "conf/services_table.h"

static struct rvx__view text_at(size_t at, size_t len)
{
    return rvx__view_of(texts + at, len);
}

static void fill_service(size_t i, struct rvx__service *service)
{
    const struct entry *entry = &entries[i];
    struct rvx__view text = text_at(entry->at, entry->len);

    service->name = rvx__view_to(text, entry->name_len);
    service->aliases = rvx__view_from(text, entry->name_len + (size_t)1);
    service->protocol = rvx__view_text(protocols[entry->protocol]);
    service->port = entry->port;
    service->line = 0;
}

static unsigned hash_name(struct rvx__view name)
{
    unsigned hash = 0;
    size_t i;

    for (i = 0; i < name.len; i++)
        hash = hash * MULTIPLIER + ((unsigned)rvx__view_at(name, i) | 0x20);
    return hash;
}

/* The entry of a word for a protocol; ENTRIES_N: there is none. */
static size_t find_entry(struct rvx__view name, unsigned hash, unsigned protocol)
{
    unsigned mixed = (hash * MULTIPLIER + protocol) & 0xffffff;
    const struct slot *slot = &slots[((mixed >> 8) + displacements[mixed % BUCKETS]) % SLOTS];

    if (slot->len == 0 || entries[slot->entry].protocol != protocol)
        return ENTRIES_N;
    return rvx__view_eq_fold(text_at(slot->at, slot->len), name) ? slot->entry : ENTRIES_N;
}

bool rvx__services_builtin_find(struct rvx__view name, struct rvx__view protocol, struct rvx__service *service)
{
    unsigned hash = hash_name(name);
    size_t first = ENTRIES_N;
    unsigned i;

    for (i = 0; i < PROTOCOLS_N; i++) {
        size_t entry;

        if (protocol.len > 0 && !rvx__view_is_fold(protocol, protocols[i]))
            continue;
        entry = find_entry(name, hash, i);
        if (entry < first)
            first = entry;
        if (protocol.len > 0)
            break;
    }
    if (first == ENTRIES_N)
        return false;
    fill_service(first, service);
    return true;
}

/* The first entry with this port or a higher one. */
static size_t find_port(uint16_t port)
{
    size_t low = 0, high = ENTRIES_N;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (entries[middle].port < port)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool rvx__services_builtin_find_port(uint16_t port, struct rvx__view protocol, struct rvx__service *service)
{
    size_t i = find_port(port);

    for (; i < ENTRIES_N && entries[i].port == port; i++) {
        if (protocol.len == 0 || rvx__view_is_fold(protocol, protocols[entries[i].protocol])) {
            fill_service(i, service);
            return true;
        }
    }
    return false;
}

bool rvx__services_builtin_at(size_t i, struct rvx__service *service)
{
    if (i >= ENTRIES_N)
        return false;
    fill_service(i, service);
    return true;
}
