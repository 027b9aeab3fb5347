/* query_private.h - what the parts of the query machine have in common: query.c, query_slots.c, query_reply.c */
#ifndef RVX_DNS_QUERY_PRIVATE_H
#define RVX_DNS_QUERY_PRIVATE_H

#include "dns/query.h"

enum rvx__slot_flags {
    RVX__SLOT_CASE = 1 << 0,     /* sent with 0x20 */
    RVX__SLOT_COOKIE = 1 << 1,   /* sent with a cookie */
    RVX__SLOT_REBAKED = 1 << 2,  /* ... because another one was refused */
};

/* How a message is sent. */
struct rvx__query_way {
    unsigned server;
    enum rvx__transport transport;
    enum rvx__edns_level edns;
    uint8_t flags; /* RVX__SLOT_REBAKED or 0 */
};

static inline struct rvx__health *rvx__query_health(const struct rvx__query *query, unsigned server)
{
    return &query->opts->health[server];
}

/* The slots in use. */
static inline uint8_t rvx__query_busy(const struct rvx__query *query)
{
    return query->open | query->wanted;
}

static inline uint8_t rvx__query_bit(unsigned slot)
{
    return (uint8_t)(1u << slot);
}

/* ---- query_slots.c */

/* The slots in use that wait for this server. */
uint8_t rvx__query_slots_of(const struct rvx__query *query, unsigned server);

/* Opens a slot, at the expense of the oldest if need be. False: the budget is used up. */
bool rvx__query_open(struct rvx__query *query, const struct rvx__query_way *way, const struct rvx__query_env *env);
void rvx__query_close(struct rvx__query *query, uint8_t slots);

/* How a server is asked first. */
struct rvx__query_way rvx__query_way_to(const struct rvx__query *query, unsigned server, rvx_time now);

/* The name as it was sent on a slot: query->name, or in `name` with the case of its letters mixed. */
struct rvx__view rvx__query_sent_name(const struct rvx__query *query, const struct rvx__query_slot *slot,
                                      struct rvx__name *name);

/* ---- query.c */

/* Keeps what was wrong last. */
void rvx__query_blame(struct rvx__query *query, enum rvx__query_failure failure, unsigned server);

/* Some slots were closed, or came into doubt: asks the next server if there is nobody left to wait for. */
void rvx__query_move_on(struct rvx__query *query, bool was_current, const struct rvx__query_env *env);

/* Puts the deadline off, once for the servers asked now, for a second try by TCP. */
void rvx__query_extend(struct rvx__query *query, unsigned server, const struct rvx__query_env *env);

void rvx__query_finish(struct rvx__query *query, int code, const struct rvx__query_env *env);

#endif
