/* query_slots.c - the query machine's messages on their way
 *
 * What a message looks like is decided when its slot is opened, from what is known of the server then, and kept in the
 * slot: a reply is judged by what was sent, whatever has been learned meanwhile.
 */
#include <config.h>

#include "dns/query_private.h"

#include "dns/name.h"

#define ALL_SLOTS ((1u << RVX__QUERY_SLOTS) - 1)

static unsigned lowest_slot(unsigned slots)
{
    unsigned slot = 0;

    while ((slots & 1u << slot) == 0)
        slot++;
    return slot;
}

static unsigned oldest_slot(const struct rvx__query *query, unsigned slots)
{
    unsigned oldest = lowest_slot(slots), i;

    for (i = oldest + 1; i < RVX__QUERY_SLOTS; i++) {
        if ((slots & 1u << i) != 0 && query->slots[i].sent < query->slots[oldest].sent)
            oldest = i;
    }
    return oldest;
}

uint8_t rvx__query_slots_of(const struct rvx__query *query, unsigned server)
{
    unsigned busy = rvx__query_busy(query), slots = 0, i;

    for (i = 0; i < RVX__QUERY_SLOTS; i++) {
        if ((busy & 1u << i) != 0 && query->slots[i].server == server)
            slots |= 1u << i;
    }
    return (uint8_t)slots;
}

void rvx__query_close(struct rvx__query *query, uint8_t slots)
{
    unsigned keep = ~(unsigned)slots;

    query->release |= query->open & slots;
    query->open &= (uint8_t)keep;
    query->wanted &= (uint8_t)keep;
    query->current &= (uint8_t)keep;
    query->doubtful &= (uint8_t)keep;
    query->noted &= (uint8_t)keep;
}

/* A free slot, or the one that is most likely to be in vain. */
static unsigned take_slot(struct rvx__query *query)
{
    unsigned free_slots = ALL_SLOTS & ~(unsigned)rvx__query_busy(query);
    unsigned slot;

    if (free_slots != 0)
        return lowest_slot(free_slots);
    slot = oldest_slot(query, query->doubtful != 0 ? query->doubtful : ALL_SLOTS);
    rvx__query_close(query, rvx__query_bit(slot));
    return slot;
}

/* 0x20 protects against forged datagrams; cookies need a server that takes options. */
static uint8_t choose_flags(const struct rvx__query *query, const struct rvx__query_way *way, rvx_time now)
{
    uint8_t flags = way->flags;

    if (way->transport == RVX__TRANSPORT_UDP && !query->opts->no_case &&
        rvx__health_keeps_case(rvx__query_health(query, way->server), now))
        flags |= RVX__SLOT_CASE;
    if (way->edns == RVX__EDNS_FULL && !query->opts->no_cookies)
        flags |= RVX__SLOT_COOKIE;
    return flags;
}

bool rvx__query_open(struct rvx__query *query, const struct rvx__query_way *way, const struct rvx__query_env *env)
{
    struct rvx__query_slot *slot;
    unsigned i;

    if (*query->budget == 0)
        return false;
    --*query->budget;
    if (query->attempts < UINT8_MAX)
        query->attempts++;
    i = take_slot(query);
    slot = &query->slots[i];
    slot->server = (uint8_t)way->server;
    slot->transport = (uint8_t)way->transport;
    slot->edns = (uint8_t)way->edns;
    slot->flags = choose_flags(query, way, env->now);
    slot->case_bits = (slot->flags & RVX__SLOT_CASE) != 0 ? rvx__dice_u64(env->dice) : 0;
    slot->sent = env->now;
    slot->misses = 0;
    query->wanted |= rvx__query_bit(i);
    query->current |= rvx__query_bit(i);
    return true;
}

struct rvx__query_way rvx__query_way_to(const struct rvx__query *query, unsigned server, rvx_time now)
{
    const struct rvx__health *health = rvx__query_health(query, server);
    bool by_tcp = query->opts->tcp_only || now < health->tcp_until;

    return (struct rvx__query_way){
        .server = server,
        .transport = by_tcp ? RVX__TRANSPORT_TCP : RVX__TRANSPORT_UDP,
        .edns = query->opts->no_edns ? RVX__EDNS_NONE : rvx__health_edns(health, now),
    };
}

struct rvx__view rvx__query_sent_name(const struct rvx__query *query, const struct rvx__query_slot *slot,
                                      struct rvx__name *name)
{
    if ((slot->flags & RVX__SLOT_CASE) == 0)
        return query->name;
    rvx__name_mix_case(query->name, slot->case_bits, name);
    return rvx__name_view(name);
}

static const struct rvx__shape *choose_shape(const struct rvx__query *query, const struct rvx__query_slot *slot)
{
    const struct rvx__query_opts *opts = query->opts;
    unsigned flags = 0;

    if (slot->edns != RVX__EDNS_NONE)
        flags |= RVX__SHAPE_EDNS;
    if (opts->trust_ad)
        flags |= RVX__SHAPE_AD;
    if (opts->dnssec_ok)
        flags |= RVX__SHAPE_DO;
    if (opts->checking_disabled)
        flags |= RVX__SHAPE_CD;
    return &opts->shapes[flags];
}

size_t rvx__query_write(struct rvx__query *query, unsigned i, const struct rvx__query_env *env,
                        uint8_t bytes[RVX__DNS_QUERY_MAX])
{
    struct rvx__query_slot *slot = &query->slots[i];
    struct rvx__question question = {.type = query->type, .class_ = query->class_};
    struct rvx__view cookie = {NULL, 0};
    struct rvx__name name;

    slot->id = rvx__dice_u16(env->dice);
    if ((slot->flags & RVX__SLOT_COOKIE) != 0)
        cookie = rvx__health_cookie(rvx__query_health(query, slot->server), env->dice);
    if (env->dice->dry)
        return 0;
    question.name = rvx__query_sent_name(query, slot, &name);
    return rvx__shape_stamp(choose_shape(query, slot), slot->id, &question, cookie, bytes);
}
