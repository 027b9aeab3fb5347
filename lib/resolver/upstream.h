/* upstream.h - what a channel is made of; for channel.c, ask.c, dns_udp.c and dns_tcp.c only
 *
 *     channel     one per resolver and loop
 *       upstream  the servers of one configuration, what is known of them, and the queries that they are asked
 *         server  its sockets (dns_udp.c) and its connection (dns_tcp.c)
 *
 * A message on its way is carried by a socket or a connection, which know its query, the ask; ask->carrier[slot] knows
 * them. What a turn of the loop wants to send waits in the channel's two lists of work until the chore before the
 * loop's next wait. Sockets and connections are closed there only, so whoever is in the middle of reading one finds it
 * again after having handed out an answer.
 */
#ifndef RVX_RESOLVER_UPSTREAM_H
#define RVX_RESOLVER_UPSTREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <resolvx/addr.h>

#include "base/list.h"
#include "dns/dice.h"
#include "dns/health.h"
#include "dns/query.h"
#include "loop/loop.h"
#include "resolver/channel.h"
#include "resolver/codec.h"
#include "resolver/resolver.h"

struct rvx__udp;
struct rvx__tcp;
struct rvx__batch;

struct rvx__server {
    struct rvx__upstream *upstream;
    struct rvx_addr addr;
    struct rvx__udp *udp; /* the socket that takes queries, or NULL */
    struct rvx__tcp *tcp; /* the connection that does, or NULL */
};

struct rvx__upstream {
    struct rvx__link link; /* in channel->upstreams */
    struct rvx__channel *channel;
    struct rvx__link asks;
    struct rvx__query_opts opts;
    uint64_t id;   /* of the set of servers */
    bool rotate;
    bool trust_ad;
    unsigned next; /* the server whose turn it is then */
    struct rvx__health health[RVX__QUERY_SERVERS_MAX];
    struct rvx__server servers[RVX__QUERY_SERVERS_MAX];
};

struct rvx__channel {
    struct rvx__guest guest;
    struct rvx__chore chore;
    struct rvx_loop *loop;
    struct rvx_resolver *resolver; /* weakly */
    const struct rvx__sockops *sockops;
    struct rvx__codec *codec;
    struct rvx__link upstreams; /* the current one is the last */
    struct rvx__link udp_work;  /* sockets with something to send, and such that are to be closed */
    struct rvx__link tcp_work;  /* connections likewise */
    struct rvx__link udp_spare; /* closed: their memory is used again */
    unsigned udp_n, udp_spare_n;
    struct rvx__batch *batch;   /* messages on their way to and from the kernel */
    bool leaving;
    struct rvx__dice dice;
};

/* Makes `env` for a call into a machine, with dice that are not low.  now: the loop's, or 0 to read the clock.
 * Returns: 0, or the error of the source of random numbers; the dice may be used even so, and run dry. */
int rvx__channel_env(struct rvx__channel *channel, rvx_time now, struct rvx__query_env *env);

/* The upstream for a view, the current one from then on.  NULL: out of memory. */
struct rvx__upstream *rvx__channel_upstream(struct rvx__channel *channel, const struct rvx__dns_view *view);

/* The channel's chore is to be done: there is work in one of the lists, or an upstream may have to go. */
void rvx__channel_touch(struct rvx__channel *channel);

/* Is this loop still this process's? Elsewhere the descriptors belong to the parent. */
bool rvx__channel_owns_sockets(const struct rvx__channel *channel);

/* A message came, or the carrier failed. The machine's actions follow, and maybe on_done. */
void rvx__ask_reply(struct rvx__ask *ask, unsigned slot, struct rvx__query_bytes bytes);
void rvx__ask_failed(struct rvx__ask *ask, unsigned slot, int code);

/* Ends an ask with a code that no machine gave. */
void rvx__ask_abandon(struct rvx__ask *ask, int code);

/* Carries a message that is to be sent. 0, or why not. */
int rvx__udp_carry(struct rvx__server *server, struct rvx__ask *ask, unsigned slot);
int rvx__tcp_carry(struct rvx__server *server, struct rvx__ask *ask, unsigned slot);

/* Nothing is wanted any more from a message that is carried. */
void rvx__udp_release(struct rvx__ask *ask, unsigned slot);
void rvx__tcp_release(struct rvx__ask *ask, unsigned slot);

/* Sends what is to be sent and closes what is to be closed. */
void rvx__udp_work(struct rvx__channel *channel);
void rvx__tcp_work(struct rvx__channel *channel);

/* Ends the connection to a server, if there is one, with its queries. */
void rvx__tcp_end(struct rvx__server *server, int code);

/* Closes the connections that there is work with, and sends nothing: no query is under way any more. */
void rvx__tcp_drop(struct rvx__channel *channel);

/* The memory behind rvx__udp_work(): made with the channel. */
int rvx__udp_init(struct rvx__channel *channel);
void rvx__udp_fini(struct rvx__channel *channel); /* no socket is open */

/* Room for reading a stream: until the next read. */
uint8_t *rvx__udp_scratch(const struct rvx__channel *channel, size_t *size);

#endif
