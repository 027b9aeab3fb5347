/* dns_tcp.c - DNS messages over TCP (RFC 7766)
 *
 * One connection for each server, opened with the first query, shared by all, and kept for a few seconds after the last
 * reply. Queries do not wait for each other's replies, which come in any order and are told apart by their ids; those
 * of one turn of the loop go out in one segment. A message has its length in front of it, in two bytes (RFC 1035
 * section 4.2.2); it may come in pieces, or together with others.
 *
 * What cannot be a reply, being shorter than a header or of an id that nobody waits for, is dropped, and the wait goes
 * on; a connection on which it comes again and again is closed. The queries on a connection that ends are told; but if
 * it has worked before, a server that just then had enough of waiting is the usual reason, and its queries go to a new
 * connection without any noise. That one has to work before the same is done again.
 *
 * Time limits are the machine's: it releases what takes too long, and a connection that is not there yet, and that
 * nobody waits for any more, is closed. A question that is asked again while its first query is still on the connection
 * goes to a new one: TCP has repeated the bytes meanwhile, so the connection is as good as dead, as when a firewall has
 * forgotten it. No further query goes out on the old one, but an answer that comes on it is an answer.
 *
 * Not done: TCP Fast Open, EDNS keep-alive (RFC 7828), TLS.
 */
#include <config.h>

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "base/mem.h"
#include "dns/wire.h"
#include "loop/timer.h"
#include "loop/watch.h"
#include "resolver/idtable.h"
#include "resolver/upstream.h"
#include "sock/sock.h"

#define PREFIX_LEN 2
#define OUT_MIN 2048
#define OUT_MAX ((size_t)1 << 20) /* bytes that wait to be sent */
#define KEEP RVX_SECONDS(5)       /* without a query */
#define STRAYS_MAX 8              /* messages that are nobody's */

struct rvx__tcp {
    struct rvx__link work; /* in channel->tcp_work */
    struct rvx__server *server;
    struct rvx__watch watch;
    struct rvx__timer timer; /* started while no query is under way */
    int fd;
    bool connecting;
    bool worked;             /* replies came on it */
    struct rvx__idtable flying;
    size_t given_up;         /* queries whose replies nobody waits for */
    unsigned strays;         /* messages that were nobody's */
    uint8_t *out;
    size_t out_at, out_len, out_cap;
    uint8_t *in;             /* a message of which a part is there */
    size_t in_len, in_cap;
};

static struct rvx__channel *channel_of(const struct rvx__tcp *tcp)
{
    return tcp->server->upstream->channel;
}

static void add_work(struct rvx__tcp *tcp)
{
    struct rvx__channel *channel = channel_of(tcp);

    if (!rvx__link_in_list(&tcp->work))
        rvx__list_append(&channel->tcp_work, &tcp->work);
    rvx__channel_touch(channel);
}

/* No further query goes out on it. */
static void retire(struct rvx__tcp *tcp)
{
    if (tcp->server->tcp == tcp)
        tcp->server->tcp = NULL;
}

static bool is_retired(const struct rvx__tcp *tcp)
{
    return tcp->server->tcp != tcp;
}

static void close_connection(struct rvx__tcp *tcp)
{
    const struct rvx__channel *channel = channel_of(tcp);
    const struct rvx__sockops *ops = channel->sockops;

    retire(tcp);
    rvx__link_remove(&tcp->work);
    rvx__timer_stop(&tcp->timer);
    rvx__watch_stop(&tcp->watch);
    if (rvx__channel_owns_sockets(channel))
        ops->close(ops->self, tcp->fd);
    rvx__idtable_fini(&tcp->flying);
    rvx__free(tcp->out);
    rvx__free(tcp->in);
    rvx__free(tcp);
}

/* Takes a query off a connection, whatever becomes of it.  Returns: was there one? */
static bool take_query(struct rvx__tcp *tcp, struct rvx__idtable_entry *entry)
{
    const struct rvx__idtable_entry *any = rvx__idtable_any(&tcp->flying);

    if (any == NULL)
        return false;
    *entry = *any;
    rvx__idtable_remove(&tcp->flying, entry->id);
    entry->ask->carrier[entry->slot] = NULL;
    return true;
}

/* The connection is gone. Its queries are told, or tried on a new one. */
static void end_connection(struct rvx__tcp *tcp, int code, bool again)
{
    struct rvx__server *server = tcp->server;
    struct rvx__idtable_entry entry;

    retire(tcp);
    while (take_query(tcp, &entry)) {
        int rc = again ? rvx__tcp_carry(server, entry.ask, entry.slot) : code;

        if (rc < 0)
            rvx__ask_failed(entry.ask, entry.slot, rc);
    }
    close_connection(tcp);
}

void rvx__tcp_end(struct rvx__server *server, int code)
{
    if (server->tcp != NULL)
        end_connection(server->tcp, code, false);
}

void rvx__tcp_release(struct rvx__ask *ask, unsigned slot)
{
    struct rvx__tcp *tcp = ask->carrier[slot];

    ask->carrier[slot] = NULL;
    rvx__idtable_remove(&tcp->flying, ask->query.slots[slot].id);
    tcp->given_up++;
    if (tcp->flying.n == 0)
        add_work(tcp);
}

/* A message came that is nobody's: false if it is one too many. */
static bool drop_stray(struct rvx__tcp *tcp)
{
    return ++tcp->strays <= STRAYS_MAX;
}

/* The message of an id came: false if the connection is not worth keeping. */
static bool hand_in(struct rvx__tcp *tcp, struct rvx__query_bytes bytes)
{
    uint16_t id = rvx__wire_u16(rvx__view_of(bytes.data, bytes.len), RVX__DNS_ID_AT);
    const struct rvx__idtable_entry *found = rvx__idtable_find(&tcp->flying, id);
    struct rvx__idtable_entry entry;

    if (found == NULL) {
        if (tcp->given_up == 0)
            return drop_stray(tcp);
        tcp->given_up--;
        return true;
    }
    entry = *found;
    tcp->worked = true;
    rvx__ask_reply(entry.ask, entry.slot, bytes);
    if (rvx__idtable_find(&tcp->flying, id) == NULL)
        tcp->given_up--; /* it was released because it has its reply */
    return true;
}

/* The length of the message whose prefix is at the front, with the prefix; 0: not there yet. */
static size_t message_size(const uint8_t *bytes, size_t len)
{
    struct rvx__view view = {(const char *)bytes, len};

    return len < PREFIX_LEN ? 0 : (size_t)rvx__wire_u16(view, 0) + PREFIX_LEN;
}

/* Hands in the message at the front. False if the connection is not worth keeping. */
static bool take_message(struct rvx__tcp *tcp, uint8_t *bytes, size_t size)
{
    struct rvx__query_bytes message = {bytes + PREFIX_LEN, size - PREFIX_LEN};

    return message.len >= RVX__DNS_HEADER_LEN ? hand_in(tcp, message) : drop_stray(tcp);
}

/* Room for a message, or for the part of it that is there. 0, or -ENOMEM. */
static int make_room(struct rvx__tcp *tcp, size_t size)
{
    uint8_t *in;

    if (size <= tcp->in_cap)
        return 0;
    in = rvx__realloc(tcp->in, size, 1);
    if (in == NULL)
        return -ENOMEM;
    tcp->in = in;
    tcp->in_cap = size;
    return 0;
}

/* Keeps the beginning of a message. 0, or -ENOMEM. */
static int keep_part(struct rvx__tcp *tcp, const uint8_t *bytes, size_t len)
{
    int rc = make_room(tcp, len);

    if (rc < 0)
        return rc;
    if (len > 0)
        memcpy(tcp->in, bytes, len);
    tcp->in_len = len;
    return 0;
}

/* Takes messages out of what was read into the scratch room. 0, or why the connection has to end. */
static int split_messages(struct rvx__tcp *tcp, uint8_t *bytes, size_t len)
{
    size_t size;

    while ((size = message_size(bytes, len)) != 0 && size <= len) {
        if (!take_message(tcp, bytes, size))
            return -EBADMSG;
        bytes += size;
        len -= size;
    }
    return keep_part(tcp, bytes, len);
}

/* Reads on in a message of which a part is there. 1, or 0 or less for what recv() says, or why the connection has to
 * end. */
static int read_rest(struct rvx__tcp *tcp)
{
    const struct rvx__sockops *ops = channel_of(tcp)->sockops;
    size_t size = message_size(tcp->in, tcp->in_len);
    size_t wanted = size != 0 ? size : PREFIX_LEN;
    int rc = make_room(tcp, wanted);
    ssize_t n;

    if (rc < 0)
        return rc;
    n = ops->recv(ops->self, tcp->fd, tcp->in + tcp->in_len, wanted - tcp->in_len, 0);
    if (n <= 0)
        return (int)n;
    tcp->in_len += (size_t)n;
    if (size == 0 || tcp->in_len < size)
        return 1;
    tcp->in_len = 0;
    return take_message(tcp, tcp->in, size) ? 1 : -EBADMSG;
}

/* As read_rest(), for when no part of a message is there. */
static int read_messages(struct rvx__tcp *tcp)
{
    const struct rvx__channel *channel = channel_of(tcp);
    const struct rvx__sockops *ops = channel->sockops;
    size_t size;
    uint8_t *scratch = rvx__udp_scratch(channel, &size);
    ssize_t n = ops->recv(ops->self, tcp->fd, scratch, size, 0);
    int rc;

    if (n <= 0)
        return (int)n;
    rc = split_messages(tcp, scratch, (size_t)n);
    return rc < 0 ? rc : 1;
}

/* Sends what is to be sent, as far as there is room. 0, or -errno. */
static int flush(struct rvx__tcp *tcp)
{
    const struct rvx__sockops *ops = channel_of(tcp)->sockops;
    ssize_t n = 0;

    while (tcp->out_at < tcp->out_len && n >= 0) {
        n = ops->send(ops->self, tcp->fd, tcp->out + tcp->out_at, tcp->out_len - tcp->out_at, 0);
        tcp->out_at += n > 0 ? (size_t)n : 0;
    }
    if (tcp->out_at == tcp->out_len)
        tcp->out_at = tcp->out_len = 0;
    rvx__watch_set(&tcp->watch, tcp->out_len > 0 ? POLLIN | POLLOUT : POLLIN);
    return n < 0 && n != -EAGAIN ? (int)n : 0;
}

/* The connection is there, or failed to be. 0, or -errno. */
static int note_connected(struct rvx__tcp *tcp)
{
    const struct rvx__sockops *ops = channel_of(tcp)->sockops;
    int error = 0, rc = rvx__sock_get_int(ops, tcp->fd, SOL_SOCKET, SO_ERROR, &error);

    if (rc == 0 && error != 0)
        rc = -error;
    if (rc == 0)
        tcp->connecting = false;
    return rc;
}

/* Does what the events call for. 0, or why the connection has to end: RVX_ECLOSED, -errno. */
static int serve(struct rvx__tcp *tcp, unsigned events)
{
    int rc = 0;

    if (tcp->connecting)
        rc = note_connected(tcp);
    if (rc == 0 && (events & POLLOUT) != 0)
        rc = flush(tcp);
    if (rc < 0 || (events & (POLLIN | POLLHUP | POLLERR)) == 0)
        return rc;
    rc = tcp->in_len > 0 ? read_rest(tcp) : read_messages(tcp);
    if (rc == 0)
        return RVX_ECLOSED;
    return rc > 0 || rc == -EAGAIN ? 0 : rc;
}

static void serve_events(void *arg, unsigned events)
{
    struct rvx__tcp *tcp = arg;
    int rc = serve(tcp, events);

    if (rc < 0)
        end_connection(tcp, rc, tcp->worked && rc != -EBADMSG && rc != -ENOMEM);
}

static void end_idle(void *arg)
{
    close_connection(arg);
}

static int open_stream(const struct rvx__sockops *ops, const struct rvx_addr *addr)
{
    struct sockaddr_storage sa;
    socklen_t len;
    int rc = rvx_addr_to_sockaddr(addr, &sa, &len);
    int fd;

    if (rc < 0)
        return rc;
    fd = ops->socket(ops->self, sa.ss_family, SOCK_STREAM, 0);
    if (fd < 0)
        return fd;
    rvx__sock_set_int(ops, fd, IPPROTO_TCP, TCP_NODELAY, 1); /* without it, it is slower, but works */
    rc = ops->connect(ops->self, fd, (const struct sockaddr *)&sa, len);
    if (rc == 0 || rc == -EINPROGRESS)
        return fd;
    ops->close(ops->self, fd);
    return rc;
}

/* Opens a connection: server->tcp. 0, or why not. */
static int open_connection(struct rvx__server *server)
{
    struct rvx__channel *channel = server->upstream->channel;
    const struct rvx__sockops *ops = channel->sockops;
    struct rvx__tcp *tcp = rvx__calloc(1, sizeof *tcp);
    int fd, rc;

    if (tcp == NULL)
        return -ENOMEM;
    rc = fd = open_stream(ops, &server->addr);
    if (fd >= 0)
        rc = rvx__watch_start(channel->loop, &tcp->watch, fd, POLLOUT, serve_events, tcp);
    if (rc < 0) {
        if (fd >= 0)
            ops->close(ops->self, fd);
        rvx__free(tcp);
        return rc;
    }
    tcp->server = server;
    tcp->fd = fd;
    tcp->connecting = true;
    server->tcp = tcp;
    return 0;
}

/* Room for one more query behind those that wait. 0; -ENOMEM; RVX_ELIMIT. */
static int grow_out(struct rvx__tcp *tcp)
{
    size_t cap = tcp->out_cap > 0 ? tcp->out_cap * 2 : OUT_MIN;
    uint8_t *out;

    if (tcp->out_cap - tcp->out_len >= PREFIX_LEN + RVX__DNS_QUERY_MAX)
        return 0;
    if (cap > OUT_MAX)
        return RVX_ELIMIT;
    out = rvx__realloc(tcp->out, cap, 1);
    if (out == NULL)
        return -ENOMEM;
    tcp->out = out;
    tcp->out_cap = cap;
    return 0;
}

/* Puts a query behind those that wait. 0, or why not. */
static int add_query(struct rvx__tcp *tcp, struct rvx__ask *ask, unsigned slot)
{
    const struct rvx__query_slot *sent = &ask->query.slots[slot];
    struct rvx__query_env env;
    uint8_t *out;
    size_t len;
    int rc = grow_out(tcp);

    if (rc < 0)
        return rc;
    out = tcp->out + tcp->out_len;
    do {
        rvx__channel_env(channel_of(tcp), 0, &env); /* dice that run dry say so below */
        len = rvx__query_write(&ask->query, slot, &env, out + PREFIX_LEN);
    } while (len > 0 && rvx__idtable_find(&tcp->flying, sent->id) != NULL);
    if (len == 0)
        return -EIO;
    rc = rvx__idtable_put(&tcp->flying, &(struct rvx__idtable_entry){ask, sent->id, (uint8_t)slot});
    if (rc < 0)
        return rc;
    rvx__wire_put_u16(out, (uint16_t)len);
    tcp->out_len += PREFIX_LEN + len;
    return 0;
}

static bool carries(const struct rvx__tcp *tcp, const struct rvx__ask *ask)
{
    for (unsigned i = 0; i < RVX__QUERY_SLOTS; i++) {
        if (ask->carrier[i] == tcp)
            return true;
    }
    return false;
}

int rvx__tcp_carry(struct rvx__server *server, struct rvx__ask *ask, unsigned slot)
{
    int rc = 0;

    if (server->tcp != NULL && carries(server->tcp, ask))
        retire(server->tcp);
    if (server->tcp == NULL)
        rc = open_connection(server);
    if (rc < 0)
        return rc;
    add_work(server->tcp);
    rc = add_query(server->tcp, ask, slot);
    if (rc < 0)
        return rc;
    rvx__timer_stop(&server->tcp->timer);
    ask->carrier[slot] = server->tcp;
    return 0;
}

/* Nobody waits for anything on it: it is kept for a while if it is there and can be watched over. */
static void keep_idle(struct rvx__tcp *tcp)
{
    struct rvx_loop *loop = channel_of(tcp)->loop;
    rvx_time until = rvx__time_add(rvx_loop_now(loop), KEEP);

    if (tcp->connecting || is_retired(tcp) || rvx__timer_start(loop, &tcp->timer, until, end_idle, tcp) < 0)
        close_connection(tcp);
}

static void do_work(struct rvx__tcp *tcp)
{
    int rc = tcp->connecting ? 0 : flush(tcp);

    if (rc < 0)
        end_connection(tcp, rc, tcp->worked);
    else if (tcp->flying.n == 0)
        keep_idle(tcp);
}

void rvx__tcp_work(struct rvx__channel *channel)
{
    struct rvx__link *link;

    while ((link = rvx__list_take(&channel->tcp_work)) != NULL)
        do_work(RVX__OWNER(link, struct rvx__tcp, work));
}

void rvx__tcp_drop(struct rvx__channel *channel)
{
    struct rvx__link *link;

    while ((link = rvx__list_take(&channel->tcp_work)) != NULL)
        close_connection(RVX__OWNER(link, struct rvx__tcp, work));
}
