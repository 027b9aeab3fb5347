/* dnsserver.c - a DNS server on the loopback, on a thread of its own, that answers as a test says
 *
 * One thread, poll(2) over the two sockets and the connections. A pipe ends it. The mock parses no more of a query than
 * its id, name and type, and believes that queries are well-formed, as the library under test made them.
 */
#include "support/test.h"

#include "support/dnsserver.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNS_MAX 256
#define HEADER_LEN 12

struct dnsserver_conn {
    int fd; /* -1: closed */
    size_t len;
    uint8_t bytes[65537];
};

struct dnsserver {
    dnsserver_fn handle;
    void *arg;
    int family;
    int udp, tcp;
    int stop[2]; /* a pipe */
    uint16_t port;
    pthread_t thread;
    atomic_uint queries, tcp_queries, conns;
    struct dnsserver_conn *conn[CONNS_MAX];
    struct dnsserver_query *all;
};

/* The loopback's address with a port.  Returns: its length. */
static socklen_t loopback(int family, uint16_t port, struct sockaddr_storage *sa)
{
    const struct sockaddr_in v4 = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const struct sockaddr_in6 v6 = {
        .sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    socklen_t len = family == AF_INET6 ? sizeof v6 : sizeof v4;

    memset(sa, 0, sizeof *sa);
    memcpy(sa, family == AF_INET6 ? (const void *)&v6 : (const void *)&v4, len);
    return len;
}

static struct rvx_addr addr_of(const struct sockaddr_storage *sa, socklen_t len)
{
    struct rvx_addr addr;

    assert_int_equal(rvx_addr_from_sockaddr((const struct sockaddr *)sa, len, &addr), 0);
    return addr;
}

/* Both sockets on one port: whatever TCP gets, unless somebody has it for UDP. */
static void open_sockets(struct dnsserver *server)
{
    for (int tries = 0; tries < 64; tries++) {
        struct sockaddr_storage sa;
        socklen_t len = loopback(server->family, 0, &sa);
        int big = 1 << 20;

        server->tcp = socket(server->family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        server->udp = socket(server->family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        assert_true(server->tcp >= 0 && server->udp >= 0);
        assert_int_equal(bind(server->tcp, (struct sockaddr *)&sa, len), 0);
        assert_int_equal(getsockname(server->tcp, (struct sockaddr *)&sa, &len), 0);
        setsockopt(server->udp, SOL_SOCKET, SO_RCVBUFFORCE, &big, sizeof big);
        setsockopt(server->udp, SOL_SOCKET, SO_RCVBUF, &big, sizeof big);
        if (bind(server->udp, (struct sockaddr *)&sa, len) == 0) {
            assert_int_equal(listen(server->tcp, 128), 0);
            server->port = addr_of(&sa, len).port;
            return;
        }
        close(server->tcp);
        close(server->udp);
    }
    fail_msg("no port that is free for both UDP and TCP");
}

/* The name and what follows it; the labels are joined by dots. */
static void read_question(struct dnsserver_query *query)
{
    size_t at = HEADER_LEN, n = 0;

    while (at < query->len && query->bytes[at] != 0) {
        size_t label = query->bytes[at++];

        if (n > 0)
            query->name[n++] = '.';
        memcpy(query->name + n, query->bytes + at, label);
        n += label;
        at += label;
    }
    query->name[n] = '\0';
    query->type = (uint16_t)(query->bytes[at + 1] << 8 | query->bytes[at + 2]);
}

static void handle_query(struct dnsserver *server, struct dnsserver_conn *conn, const struct sockaddr_storage *from,
                         socklen_t from_len, const uint8_t *bytes, size_t len)
{
    struct dnsserver_query *query = calloc(1, sizeof *query);

    if (query == NULL || len < HEADER_LEN + 5 || len > sizeof query->bytes)
        abort();
    query->server = server;
    query->conn = conn;
    query->from = *from;
    query->from_len = from_len;
    query->port = addr_of(from, from_len).port;
    query->id = (uint16_t)(bytes[0] << 8 | bytes[1]);
    query->len = len;
    memcpy(query->bytes, bytes, len);
    read_question(query);
    query->next = server->all;
    server->all = query;
    query->number = server->queries++;
    server->tcp_queries += conn != NULL;
    if (server->handle != NULL)
        server->handle(server->arg, query);
}

static void read_udp(struct dnsserver *server)
{
    uint8_t bytes[1024];
    struct sockaddr_storage from;
    socklen_t len = sizeof from;
    ssize_t n;

    while ((n = recvfrom(server->udp, bytes, sizeof bytes, 0, (struct sockaddr *)&from, &len)) >= 0)
        handle_query(server, NULL, &from, len, bytes, (size_t)n);
}

static void accept_conn(struct dnsserver *server)
{
    int fd = accept4(server->tcp, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK), one = 1;

    if (fd < 0)
        return;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (server->conns >= CONNS_MAX)
        abort();
    server->conn[server->conns] = calloc(1, sizeof *server->conn[0]);
    server->conn[server->conns]->fd = fd;
    server->conns++;
}

static void close_conn(struct dnsserver_conn *conn)
{
    if (conn->fd >= 0)
        close(conn->fd);
    conn->fd = -1;
}

static void read_conn(struct dnsserver *server, struct dnsserver_conn *conn)
{
    ssize_t n = recv(conn->fd, conn->bytes + conn->len, sizeof conn->bytes - conn->len, 0);
    struct sockaddr_storage from;
    socklen_t len = loopback(server->family, 0, &from);

    if (n <= 0) {
        if (n == 0 || errno != EAGAIN)
            close_conn(conn);
        return;
    }
    getpeername(conn->fd, (struct sockaddr *)&from, &len);
    conn->len += (size_t)n;
    while (conn->fd >= 0 && conn->len >= 2) {
        size_t size = (size_t)(conn->bytes[0] << 8 | conn->bytes[1]) + 2;

        if (conn->len < size)
            break;
        handle_query(server, conn, &from, len, conn->bytes + 2, size - 2);
        conn->len -= size;
        memmove(conn->bytes, conn->bytes + size, conn->len);
    }
}

static void *serve(void *arg)
{
    struct dnsserver *server = arg;
    struct pollfd fds[3 + CONNS_MAX];

    for (;;) {
        unsigned n = server->conns;

        fds[0] = (struct pollfd){.fd = server->stop[0], .events = POLLIN};
        fds[1] = (struct pollfd){.fd = server->udp, .events = POLLIN};
        fds[2] = (struct pollfd){.fd = server->tcp, .events = POLLIN};
        for (unsigned i = 0; i < n; i++)
            fds[3 + i] = (struct pollfd){.fd = server->conn[i]->fd, .events = POLLIN};
        if (poll(fds, 3 + n, -1) < 0 && errno != EINTR)
            abort();
        if (fds[0].revents != 0)
            return NULL;
        if (fds[1].revents != 0)
            read_udp(server);
        if (fds[2].revents != 0)
            accept_conn(server);
        for (unsigned i = 0; i < n; i++) {
            if (fds[3 + i].revents != 0 && server->conn[i]->fd >= 0)
                read_conn(server, server->conn[i]);
        }
    }
}

static struct dnsserver *start_server(int family, dnsserver_fn handle, void *arg)
{
    struct dnsserver *server = calloc(1, sizeof *server);

    assert_non_null(server);
    server->family = family;
    server->handle = handle;
    server->arg = arg;
    open_sockets(server);
    assert_int_equal(pipe(server->stop), 0);
    assert_int_equal(pthread_create(&server->thread, NULL, serve, server), 0);
    return server;
}

struct dnsserver *dnsserver_start(dnsserver_fn handle, void *arg)
{
    return start_server(AF_INET, handle, arg);
}

struct dnsserver *dnsserver_start_ipv6(dnsserver_fn handle, void *arg)
{
    return start_server(AF_INET6, handle, arg);
}

void dnsserver_stop(struct dnsserver *server)
{
    close(server->stop[1]); /* its other end is readable then */
    assert_int_equal(pthread_join(server->thread, NULL), 0);
    close(server->stop[0]);
    close(server->udp);
    close(server->tcp);
    for (unsigned i = 0; i < server->conns; i++) {
        close_conn(server->conn[i]);
        free(server->conn[i]);
    }
    while (server->all != NULL) {
        struct dnsserver_query *next = server->all->next;

        free(server->all);
        server->all = next;
    }
    free(server);
}

struct rvx_addr dnsserver_addr(const struct dnsserver *server)
{
    struct sockaddr_storage sa;
    socklen_t len = loopback(server->family, server->port, &sa);

    return addr_of(&sa, len);
}

unsigned dnsserver_queries(const struct dnsserver *server)
{
    return server->queries;
}

unsigned dnsserver_tcp_queries(const struct dnsserver *server)
{
    return server->tcp_queries;
}

unsigned dnsserver_conns(const struct dnsserver *server)
{
    return server->conns;
}

static size_t question_end(const struct dnsserver_query *query)
{
    size_t at = HEADER_LEN;

    while (query->bytes[at] != 0)
        at += query->bytes[at] + 1u;
    return at + 5;
}

size_t dnsserver_make(const struct dnsserver_query *query, unsigned flags, const char *addrs, uint8_t *bytes,
                      size_t size)
{
    static const uint8_t record[] = {0xc0, 0x0c, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4};
    size_t len = question_end(query);
    char text[256], *rest = text, *addr;

    if (len > size || strlen(addrs) >= sizeof text)
        abort();
    memcpy(bytes, query->bytes, len);
    memset(bytes + 6, 0, 6); /* counts of records */
    bytes[2] = (uint8_t)(0x80 | (bytes[2] & 1) | flags >> 8);
    bytes[3] = (uint8_t)(0x80 | flags);
    memcpy(text, addrs, strlen(addrs) + 1);
    while ((addr = strtok_r(rest, " ", &rest)) != NULL) {
        if (len + sizeof record + 4 > size)
            abort();
        memcpy(bytes + len, record, sizeof record);
        len += sizeof record;
        if (inet_pton(AF_INET, addr, bytes + len) != 1)
            abort();
        len += 4;
        bytes[7]++;
    }
    return len;
}

void dnsserver_answer(const struct dnsserver_query *query, unsigned flags, const char *addrs)
{
    uint8_t bytes[2048];

    dnsserver_send(query, bytes, dnsserver_make(query, flags, addrs, bytes, sizeof bytes));
}

static void send_udp(int fd, const struct dnsserver_query *query, const void *bytes, size_t len)
{
    ssize_t n = sendto(fd, bytes, len, MSG_NOSIGNAL, (const struct sockaddr *)&query->from, query->from_len);

    (void)n; /* the client may be gone */
}

void dnsserver_send(const struct dnsserver_query *query, const void *bytes, size_t len)
{
    uint8_t *framed;

    if (query->conn == NULL) {
        send_udp(query->server->udp, query, bytes, len);
        return;
    }
    framed = malloc(len + 2);
    if (framed == NULL)
        abort();
    framed[0] = (uint8_t)(len >> 8);
    framed[1] = (uint8_t)len;
    memcpy(framed + 2, bytes, len);
    dnsserver_send_raw(query, framed, len + 2);
    free(framed);
}

void dnsserver_send_raw(const struct dnsserver_query *query, const void *bytes, size_t len)
{
    const uint8_t *at = bytes;

    if (query->conn == NULL) {
        send_udp(query->server->udp, query, bytes, len);
        return;
    }
    while (len > 0 && query->conn->fd >= 0) {
        ssize_t n = send(query->conn->fd, at, len, MSG_NOSIGNAL);

        if (n < 0 && errno == EAGAIN) {
            struct pollfd fd = {.fd = query->conn->fd, .events = POLLOUT};

            poll(&fd, 1, 1000);
            continue;
        }
        if (n < 0)
            return; /* the client is gone */
        at += n;
        len -= (size_t)n;
    }
}

void dnsserver_send_elsewhere(const struct dnsserver_query *query, const void *bytes, size_t len)
{
    int fd = socket(query->server->family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (fd < 0)
        abort();
    send_udp(fd, query, bytes, len);
    close(fd);
}

void dnsserver_hang_up(const struct dnsserver_query *query, bool hard)
{
    struct linger linger = {1, 0};

    if (hard && query->conn->fd >= 0)
        setsockopt(query->conn->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    close_conn(query->conn);
}
