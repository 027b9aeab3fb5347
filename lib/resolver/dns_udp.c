/* dns_udp.c - DNS messages over UDP
 *
 * Sockets are connected, so the kernel drops what comes from elsewhere, and have the ports that the kernel draws for
 * them. A socket takes at most 32 queries in its life, and none after it has once become idle: whoever would guess a
 * port has to do it anew for every lookup, or for every few dozen when there are many at a time. Ids are unique within
 * the life of a socket, so a late reply is never taken for another query's.
 *
 * Queries of one turn of the loop share a socket and go out together, with sendmmsg(2), before the loop waits; replies
 * come in with recvmmsg(2), as many as can be there. Messages are written when they are sent, into room that all
 * sockets share. Replies may have 65,535 bytes whatever was asked for: that much room lies ready for each message of a
 * batch, of which the kernel gives only the pages that are written to.
 *
 * What the kernel has no room to send counts as lost on the way, as it could have been: the machine repeats it. Every
 * other error of a socket, a port that nobody listens on for one (ICMP), is told to all queries on it at once.
 *
 * When descriptors run out, a socket that is idle but not yet closed is used again, within its 32 queries.
 *
 * Not done: more than one socket for the queries of one turn, UDP_SEGMENT, io_uring.
 */
#include <config.h>

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

#include "base/mem.h"
#include "dns/wire.h"
#include "loop/watch.h"
#include "resolver/ask_trace.h"
#include "resolver/upstream.h"

#define QUERIES_MAX 32   /* of a socket in its life */
#define SOCKETS_MAX 1024 /* of a channel */
#define SPARE_MAX 64     /* of a channel: memory of closed sockets */
#define RECEIVE_MAX 16   /* messages taken at once */
#define ROUNDS_MAX 4     /* times that in a row, before others get their turn */
#define STRANGERS_MAX 8  /* messages with ids of nobody, after which somebody is believed to be guessing */

/* Every message on its own pages, and not all at the same place of the processor's cache. */
#define RECEIVE_SIZE (RVX__DNS_MESSAGE_MAX + 1 + 320)

/* A query on a socket is in one place of three arrays from the beginning to the end. */
struct rvx__udp {
    struct rvx__link work; /* in channel->udp_work, or udp_spare once closed */
    struct rvx__server *server;
    struct rvx__watch watch;
    int fd;
    uint8_t taken;     /* queries so far */
    uint8_t sent;      /* of them, those that were sent: the first ones */
    uint8_t flying;    /* of them, those that wait for a reply */
    uint8_t strangers; /* messages with ids of nobody */
    uint16_t id[QUERIES_MAX];
    uint8_t slot[QUERIES_MAX];
    struct rvx__ask *ask[QUERIES_MAX]; /* NULL: released */
};

struct rvx__batch {
    struct mmsghdr out[QUERIES_MAX];
    struct iovec out_iov[QUERIES_MAX];
    struct mmsghdr in[RECEIVE_MAX];
    struct iovec in_iov[RECEIVE_MAX];
    bool no_mmsg; /* the kernel does not know the calls */
    uint8_t query[QUERIES_MAX][RVX__DNS_QUERY_MAX];
    uint8_t reply[RECEIVE_MAX][RECEIVE_SIZE];
};

int rvx__udp_init(struct rvx__channel *channel)
{
    struct rvx__batch *batch = rvx__malloc(sizeof *batch);

    if (batch == NULL)
        return -ENOMEM;
    for (int i = 0; i < QUERIES_MAX; i++) {
        batch->out_iov[i] = (struct iovec){.iov_base = batch->query[i]};
        batch->out[i] = (struct mmsghdr){.msg_hdr = {.msg_iov = &batch->out_iov[i], .msg_iovlen = 1}};
    }
    for (int i = 0; i < RECEIVE_MAX; i++) {
        batch->in_iov[i] = (struct iovec){.iov_base = batch->reply[i], .iov_len = RVX__DNS_MESSAGE_MAX};
        batch->in[i] = (struct mmsghdr){.msg_hdr = {.msg_iov = &batch->in_iov[i], .msg_iovlen = 1}};
    }
    batch->no_mmsg = false;
    channel->batch = batch;
    return 0;
}

void rvx__udp_fini(struct rvx__channel *channel)
{
    struct rvx__link *link;

    while ((link = rvx__list_take(&channel->udp_spare)) != NULL)
        rvx__free(RVX__OWNER(link, struct rvx__udp, work));
    rvx__free(channel->batch);
}

uint8_t *rvx__udp_scratch(const struct rvx__channel *channel, size_t *size)
{
    *size = sizeof channel->batch->reply;
    return channel->batch->reply[0];
}

static struct rvx__channel *channel_of(const struct rvx__udp *udp)
{
    return udp->server->upstream->channel;
}

/* Has rvx__udp_work() look at it. */
static void add_work(struct rvx__udp *udp)
{
    struct rvx__channel *channel = channel_of(udp);

    if (!rvx__link_in_list(&udp->work))
        rvx__list_append(&channel->udp_work, &udp->work);
    rvx__channel_touch(channel);
}

/* No further query goes out on it. */
static void retire(struct rvx__udp *udp)
{
    if (udp->server->udp == udp)
        udp->server->udp = NULL;
}

void rvx__udp_release(struct rvx__ask *ask, unsigned slot)
{
    struct rvx__udp *udp = ask->carrier[slot];

    udp->ask[ask->place[slot]] = NULL;
    ask->carrier[slot] = NULL;
    udp->flying--;
    if (udp->flying > 0)
        return;
    retire(udp);
    add_work(udp);
}

static void close_socket(struct rvx__udp *udp)
{
    struct rvx__channel *channel = channel_of(udp);
    const struct rvx__sockops *ops = channel->sockops;

    rvx__watch_stop(&udp->watch);
    if (rvx__channel_owns_sockets(channel))
        ops->close(ops->self, udp->fd);
    channel->udp_n--;
    if (channel->udp_spare_n >= SPARE_MAX) {
        rvx__free(udp);
        return;
    }
    channel->udp_spare_n++;
    rvx__list_append(&channel->udp_spare, &udp->work);
}

/* Tells every query on a socket that it failed. */
static void fail_all(struct rvx__udp *udp, int code)
{
    retire(udp);
    for (unsigned i = 0; i < udp->taken; i++) {
        if (udp->ask[i] != NULL)
            rvx__ask_failed(udp->ask[i], udp->slot[i], code);
    }
}

/* A message came whose id no query of this socket ever had. */
static void note_stranger(struct rvx__udp *udp)
{
    struct rvx__upstream *upstream = udp->server->upstream;
    struct rvx__channel *channel = upstream->channel;

    rvx__stats_add(&channel->resolver->stats, RVX__STAT_NEAR_MISSES, 1);
    for (unsigned i = 0; i < udp->sent; i++) {
        if (udp->ask[i] != NULL)
            rvx__ask_trace_stranger(udp->ask[i], (unsigned)(udp->server - upstream->servers));
    }
    if (++udp->strangers < STRANGERS_MAX)
        return;
    udp->strangers = 0;
    rvx__health_distrust(&upstream->health[udp->server - upstream->servers], rvx_loop_now(channel->loop));
}

static void hand_in(struct rvx__udp *udp, uint8_t *bytes, size_t len)
{
    struct rvx__query_bytes reply = {bytes, len};
    uint16_t id = rvx__wire_u16(rvx__view_of(bytes, len), RVX__DNS_ID_AT);

    for (unsigned i = 0; i < udp->sent && len >= RVX__DNS_HEADER_LEN; i++) {
        if (udp->id[i] != id)
            continue;
        if (udp->ask[i] != NULL)
            rvx__ask_reply(udp->ask[i], udp->slot[i], reply);
        return;
    }
    note_stranger(udp);
}

/* Takes what has come, as many messages as replies are still wanted. The number, or -errno. */
static int receive(struct rvx__udp *udp)
{
    struct rvx__channel *channel = channel_of(udp);
    const struct rvx__sockops *ops = channel->sockops;
    struct rvx__batch *batch = channel->batch;
    unsigned n = udp->flying < RECEIVE_MAX ? udp->flying : RECEIVE_MAX;
    ssize_t len;

    if (n > 1 && !batch->no_mmsg) {
        int received = ops->recvmmsg(ops->self, udp->fd, batch->in, n, 0);

        if (received != -ENOSYS)
            return received;
        batch->no_mmsg = true;
    }
    len = ops->recv(ops->self, udp->fd, batch->reply[0], RVX__DNS_MESSAGE_MAX, 0);
    if (len < 0)
        return (int)len;
    batch->in[0].msg_len = (unsigned)len;
    return 1;
}

static void read_socket(void *arg, unsigned events)
{
    struct rvx__udp *udp = arg;
    struct rvx__batch *batch = channel_of(udp)->batch;

    (void)events;
    for (int round = 0; round < ROUNDS_MAX && udp->flying > 0; round++) {
        int n = receive(udp);

        for (int i = 0; i < n; i++)
            hand_in(udp, batch->reply[i], batch->in[i].msg_len);
        if (n < 0 && n != -EAGAIN)
            fail_all(udp, n);
        if (n < RECEIVE_MAX)
            break;
    }
}

/* Memory for a socket; NULL: there is none. */
static struct rvx__udp *take_memory(struct rvx__channel *channel)
{
    struct rvx__link *link = rvx__list_take(&channel->udp_spare);

    if (link == NULL)
        return rvx__malloc(sizeof(struct rvx__udp));
    channel->udp_spare_n--;
    return RVX__OWNER(link, struct rvx__udp, work);
}

static int open_descriptor(const struct rvx__sockops *ops, const struct rvx_addr *addr)
{
    struct sockaddr_storage sa;
    socklen_t len;
    int rc = rvx_addr_to_sockaddr(addr, &sa, &len);
    int fd;

    if (rc < 0)
        return rc;
    fd = ops->socket(ops->self, sa.ss_family, SOCK_DGRAM, 0);
    if (fd < 0)
        return fd;
    rc = ops->connect(ops->self, fd, (const struct sockaddr *)&sa, len);
    if (rc == 0)
        return fd;
    ops->close(ops->self, fd);
    return rc;
}

/* Opens a socket for a server: server->udp. 0, or why not. */
static int open_socket(struct rvx__server *server)
{
    struct rvx__channel *channel = server->upstream->channel;
    const struct rvx__sockops *ops = channel->sockops;
    struct rvx__udp *udp;
    int fd, rc;

    if (channel->udp_n >= SOCKETS_MAX)
        return -EMFILE;
    udp = take_memory(channel);
    if (udp == NULL)
        return -ENOMEM;
    rc = fd = open_descriptor(ops, &server->addr);
    if (fd >= 0)
        rc = rvx__watch_start(channel->loop, &udp->watch, fd, POLLIN, read_socket, udp);
    if (rc < 0) {
        if (fd >= 0)
            ops->close(ops->self, fd);
        rvx__free(udp);
        return rc;
    }
    udp->work = (struct rvx__link){NULL, NULL};
    udp->server = server;
    udp->fd = fd;
    udp->taken = udp->sent = udp->flying = udp->strangers = 0;
    channel->udp_n++;
    server->udp = udp;
    return 0;
}

/* For when descriptors are short: takes back a socket of the server that waits to be closed. */
static int reopen_socket(struct rvx__server *server, int code)
{
    const struct rvx__channel *channel = server->upstream->channel;

    if (code != -EMFILE && code != -ENFILE)
        return code;
    for (struct rvx__link *link = channel->udp_work.next; link != &channel->udp_work; link = link->next) {
        struct rvx__udp *udp = RVX__OWNER(link, struct rvx__udp, work);

        if (udp->server == server && udp->taken < QUERIES_MAX) {
            server->udp = udp;
            return 0;
        }
    }
    return code;
}

int rvx__udp_carry(struct rvx__server *server, struct rvx__ask *ask, unsigned slot)
{
    struct rvx__udp *udp;
    unsigned place;
    int rc = 0;

    if (server->udp == NULL)
        rc = open_socket(server);
    if (rc < 0)
        rc = reopen_socket(server, rc);
    if (rc < 0)
        return rc;
    udp = server->udp;
    place = udp->taken++;
    udp->flying++;
    udp->ask[place] = ask;
    udp->slot[place] = (uint8_t)slot;
    ask->carrier[slot] = udp;
    ask->place[slot] = (uint8_t)place;
    if (udp->taken == QUERIES_MAX)
        retire(udp);
    add_work(udp);
    return 0;
}

static bool is_taken(const struct rvx__udp *udp, unsigned n, uint16_t id)
{
    for (unsigned i = 0; i < n; i++) {
        if (udp->id[i] == id)
            return true;
    }
    return false;
}

/* Writes the message of a place. Its length; 0: there were no random numbers to make it of. */
static size_t write_query(struct rvx__udp *udp, unsigned place, rvx_time now, uint8_t bytes[RVX__DNS_QUERY_MAX])
{
    struct rvx__query *query = &udp->ask[place]->query;
    unsigned slot = udp->slot[place];
    struct rvx__query_env env;
    size_t len;

    rvx__channel_env(channel_of(udp), now, &env); /* dice that run dry say so below */
    do {
        len = rvx__query_write(query, slot, &env, bytes);
    } while (len > 0 && is_taken(udp, place, query->slots[slot].id));
    udp->id[place] = query->slots[slot].id;
    return len;
}

/* Writes what was not sent yet. The number of messages. */
static unsigned write_queries(struct rvx__udp *udp)
{
    const struct rvx__clock *clock = channel_of(udp)->resolver->base->clock;
    struct rvx__batch *batch = channel_of(udp)->batch;
    rvx_time now = clock->now(clock->self);
    unsigned n = 0;

    for (; udp->sent < udp->taken; udp->sent++) {
        unsigned place = udp->sent;

        udp->id[place] = 0;
        if (udp->ask[place] == NULL)
            continue;
        batch->out_iov[n].iov_len = write_query(udp, place, now, batch->query[n]);
        if (batch->out_iov[n].iov_len > 0)
            n++;
        else
            rvx__ask_failed(udp->ask[place], udp->slot[place], -EIO);
    }
    return n;
}

static int send_one(const struct rvx__udp *udp, unsigned i)
{
    const struct rvx__channel *channel = channel_of(udp);
    const struct rvx__sockops *ops = channel->sockops;
    const struct iovec *iov = &channel->batch->out_iov[i];
    ssize_t sent = ops->send(ops->self, udp->fd, iov->iov_base, iov->iov_len, 0);

    return sent < 0 ? (int)sent : 1;
}

/* Sends messages from the one at `i` on. The number, or -errno of the first. */
static int send_some(const struct rvx__udp *udp, unsigned i, unsigned n)
{
    const struct rvx__channel *channel = channel_of(udp);
    const struct rvx__sockops *ops = channel->sockops;
    struct rvx__batch *batch = channel->batch;
    int sent;

    if (n == 1 || batch->no_mmsg)
        return send_one(udp, i);
    sent = ops->sendmmsg(ops->self, udp->fd, batch->out + i, n, 0);
    if (sent != -ENOSYS)
        return sent;
    batch->no_mmsg = true;
    return send_one(udp, i);
}

static bool is_loss(int code)
{
    return code == 0 || code == -EAGAIN || code == -ENOBUFS || code == -ENOMEM;
}

static void send_queries(struct rvx__udp *udp)
{
    unsigned n = udp->sent < udp->taken ? write_queries(udp) : 0, i = 0;
    int rc = 1;

    while (i < n && rc > 0) {
        rc = send_some(udp, i, n - i);
        i += rc > 0 ? (unsigned)rc : 0;
    }
    if (rc <= 0 && !is_loss(rc))
        fail_all(udp, rc);
}

void rvx__udp_work(struct rvx__channel *channel)
{
    struct rvx__link *link;

    while ((link = rvx__list_take(&channel->udp_work)) != NULL) {
        struct rvx__udp *udp = RVX__OWNER(link, struct rvx__udp, work);

        send_queries(udp);
        if (udp->flying > 0)
            continue;
        rvx__link_remove(&udp->work); /* its last query may have failed while it was sent */
        close_socket(udp);
    }
}
