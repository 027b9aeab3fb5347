/* channel.c - a channel and its upstreams: making, finding, ending them
 *
 * Model: a channel has one upstream for the configuration in force, and may have older ones whose last queries are
 * still under way; those go when they have none left. What is known of the servers is handed on from one upstream to
 * the next if they are the same servers, and forgotten if not.
 *
 * The channel copies what it needs of a configuration, so it holds no snapshot, and outlives every one.
 */
#include <config.h>

#include "resolver/channel.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "loop/op.h"
#include "resolver/upstream.h"

_Static_assert(RVX__DNS_SERVERS_MAX <= RVX__QUERY_SERVERS_MAX, "a machine has room for every server of a view");

void rvx__channel_touch(struct rvx__channel *channel)
{
    rvx__loop_add_chore(channel->loop, &channel->chore);
}

bool rvx__channel_owns_sockets(const struct rvx__channel *channel)
{
    return rvx__loop_check(channel->loop) == 0;
}

/* A block at a time: a system call for each number would cost more than the rest of a query. */
static int fill_dice(struct rvx__channel *channel)
{
    const struct rvx__rnd *rnd = channel->resolver->base->rnd;
    int rc = rnd->fill(rnd->self, channel->dice.bytes, sizeof channel->dice.bytes);

    if (rc == 0)
        rvx__dice_filled(&channel->dice);
    return rc;
}

int rvx__channel_env(struct rvx__channel *channel, rvx_time now, struct rvx__query_env *env)
{
    const struct rvx__clock *clock = channel->resolver->base->clock;

    env->now = now != 0 ? now : clock->now(clock->self);
    env->dice = &channel->dice;
    return rvx__dice_are_low(&channel->dice) ? fill_dice(channel) : 0;
}

static struct rvx__upstream *current_upstream(const struct rvx__channel *channel)
{
    if (rvx__list_empty(&channel->upstreams))
        return NULL;
    return RVX__OWNER(channel->upstreams.prev, struct rvx__upstream, link);
}

static bool wants_ad(const struct rvx__dns_view *view)
{
    for (unsigned i = 0; i < view->servers_n; i++) {
        if (rvx__dns_view_trusts_ad(view, i))
            return true;
    }
    return false;
}

/* Is that how this view wants servers to be asked? */
static bool serves(const struct rvx__upstream *upstream, const struct rvx__dns_view *view)
{
    const struct rvx__query_opts *opts = &upstream->opts;

    return upstream->id == view->id && upstream->rotate == view->rotate && opts->servers_n == view->servers_n &&
           opts->attempts == view->attempts && opts->timeout == view->timeout && opts->tcp_only == view->tcp_only &&
           opts->no_edns == view->no_edns && opts->no_case == view->no_case && opts->no_cookies == view->no_cookies &&
           upstream->trust_ad == view->trust_ad;
}

static void free_upstream(struct rvx__upstream *upstream)
{
    for (unsigned i = 0; i < upstream->opts.servers_n; i++)
        rvx__tcp_end(&upstream->servers[i], RVX_ECANCELED);
    rvx__link_remove(&upstream->link);
    rvx__free(upstream);
}

static void fill_upstream(struct rvx__upstream *upstream, const struct rvx__channel *channel,
                          const struct rvx__dns_view *view)
{
    upstream->id = view->id;
    upstream->rotate = view->rotate;
    upstream->trust_ad = view->trust_ad;
    upstream->opts = (struct rvx__query_opts){
        .health = upstream->health,
        .shapes = rvx__codec_shapes(channel->codec),
        .servers_n = view->servers_n,
        .attempts = view->attempts,
        .timeout = view->timeout,
        .tcp_only = view->tcp_only,
        .no_edns = view->no_edns,
        .no_case = view->no_case,
        .no_cookies = view->no_cookies,
        .trust_ad = wants_ad(view),
    };
    for (unsigned i = 0; i < view->servers_n; i++)
        upstream->servers[i] = (struct rvx__server){.upstream = upstream, .addr = view->servers[i]};
}

struct rvx__upstream *rvx__channel_upstream(struct rvx__channel *channel, const struct rvx__dns_view *view)
{
    struct rvx__upstream *old = current_upstream(channel), *upstream;

    if (old != NULL && serves(old, view))
        return old;
    upstream = rvx__calloc(1, sizeof *upstream);
    if (upstream == NULL)
        return NULL;
    upstream->channel = channel;
    rvx__list_init(&upstream->asks);
    fill_upstream(upstream, channel, view);
    if (old != NULL && old->id == view->id)
        memcpy(upstream->health, old->health, sizeof upstream->health);
    rvx__list_append(&channel->upstreams, &upstream->link);
    rvx__channel_touch(channel); /* the old one may be idle */
    return upstream;
}

/* Frees the upstreams that are neither current nor needed. */
static void sweep(struct rvx__channel *channel)
{
    struct rvx__link *link = channel->upstreams.next;

    while (link != &channel->upstreams) {
        struct rvx__upstream *upstream = RVX__OWNER(link, struct rvx__upstream, link);

        link = link->next;
        if (upstream != current_upstream(channel) && rvx__list_empty(&upstream->asks))
            free_upstream(upstream);
    }
}

static void do_chore(struct rvx__chore *chore)
{
    struct rvx__channel *channel = RVX__OWNER(chore, struct rvx__channel, chore);

    rvx__udp_work(channel);
    rvx__tcp_work(channel);
    if (rvx__list_empty(&channel->udp_work)) /* no socket refers to a server any more that it does not serve */
        sweep(channel);
}

static void free_channel(struct rvx__channel *channel)
{
    rvx__loop_drop_chore(&channel->chore);
    rvx__udp_fini(channel);
    rvx__codec_unref(channel->codec);
    rvx__resolver_unref_weak(channel->resolver);
    rvx__free(channel);
}

/* The loop goes. Whoever still asks, and is no operation of the loop, hears of it. */
static void leave(struct rvx__guest *guest)
{
    struct rvx__channel *channel = RVX__OWNER(guest, struct rvx__channel, guest);
    struct rvx__link *link;

    channel->leaving = true;
    for (link = channel->upstreams.next; link != &channel->upstreams; link = link->next) {
        struct rvx__upstream *upstream = RVX__OWNER(link, struct rvx__upstream, link);
        struct rvx__link *ask;

        while ((ask = rvx__list_first(&upstream->asks)) != NULL)
            rvx__ask_abandon(RVX__OWNER(ask, struct rvx__ask, link), RVX_ECANCELED);
    }
    rvx__udp_work(channel); /* has nothing to send, and closes all */
    rvx__tcp_drop(channel);
    while ((link = rvx__list_first(&channel->upstreams)) != NULL)
        free_upstream(RVX__OWNER(link, struct rvx__upstream, link));
    free_channel(channel);
}

static int new_channel(struct rvx_resolver *resolver, struct rvx_loop *loop, struct rvx__channel **out)
{
    struct rvx__channel *channel = rvx__calloc(1, sizeof *channel);
    int rc;

    if (channel == NULL)
        return -ENOMEM;
    channel->loop = loop;
    channel->resolver = rvx__resolver_ref_weak(resolver);
    channel->sockops = resolver->base->sockops;
    channel->guest = (struct rvx__guest){.leave = leave, .host = resolver};
    channel->chore.run = do_chore;
    rvx__list_init(&channel->upstreams);
    rvx__list_init(&channel->udp_work);
    rvx__list_init(&channel->tcp_work);
    rvx__list_init(&channel->udp_spare);
    rc = rvx__resolver_codec(resolver, &channel->codec);
    if (rc == 0) {
        rvx__codec_ref(channel->codec);
        rc = rvx__udp_init(channel);
    }
    if (rc < 0) {
        free_channel(channel);
        return rc;
    }
    rvx__loop_join(loop, &channel->guest);
    *out = channel;
    return 0;
}

static struct rvx__channel *find_channel(const struct rvx_resolver *resolver, const struct rvx_loop *loop)
{
    struct rvx__guest *guest = rvx__loop_find_guest(loop, leave, resolver);

    return guest != NULL ? RVX__OWNER(guest, struct rvx__channel, guest) : NULL;
}

int rvx__channel_get(struct rvx_resolver *resolver, struct rvx_loop *loop, struct rvx__channel **channel)
{
    int rc = rvx__loop_check(loop);

    *channel = NULL;
    if (rc < 0)
        return rc;
    *channel = find_channel(resolver, loop);
    return *channel != NULL ? 0 : new_channel(resolver, loop, channel);
}

void rvx__channel_rest(const struct rvx_resolver *resolver, struct rvx_loop *loop)
{
    struct rvx__channel *channel = find_channel(resolver, loop);
    struct rvx__upstream *upstream;

    if (channel == NULL)
        return;
    rvx__loop_drop_chore(&channel->chore);
    do_chore(&channel->chore);
    upstream = current_upstream(channel);
    for (unsigned i = 0; upstream != NULL && i < upstream->opts.servers_n; i++)
        rvx__tcp_end(&upstream->servers[i], RVX_ECANCELED);
}
