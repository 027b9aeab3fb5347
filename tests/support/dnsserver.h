/* dnsserver.h - a DNS server on the loopback, on a thread of its own, that answers as a test says
 *
 *     static void handle(void *arg, struct dnsserver_query *query)
 *     {
 *         dnsserver_answer(query, 0, "192.0.2.1");
 *     }
 *
 *     struct dnsserver *server = dnsserver_start(handle, NULL);
 *     ... dnsserver_addr(server), an address with a port ...
 *     dnsserver_stop(server);
 *
 * UDP and TCP have the same port, which the kernel chooses. A handler that does nothing drops the query. Answers may be
 * kept back and sent later, in any order, from the handler's later calls; a query is good until the server stops.
 */
#ifndef TESTS_SUPPORT_DNSSERVER_H
#define TESTS_SUPPORT_DNSSERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include <resolvx/addr.h>

#define DNSSERVER_NAME_SIZE 256

struct dnsserver;
struct dnsserver_conn;

/* A query that came. */
struct dnsserver_query {
    struct dnsserver *server;
    struct dnsserver_conn *conn; /* NULL: UDP */
    unsigned number;             /* the how manieth of this server, from 0 */
    uint16_t port;               /* the client's */
    uint16_t id, type;
    char name[DNSSERVER_NAME_SIZE]; /* labels joined by dots, in the case that came, no dot at the end */
    size_t len;
    uint8_t bytes[512];

    /* inside */
    struct dnsserver_query *next;
    struct sockaddr_storage from; /* the client */
    socklen_t from_len;
};

/* Thread: the server's. The query is not freed after the call. */
typedef void (*dnsserver_fn)(void *arg, struct dnsserver_query *query);

/* The test fails if there is no server to be had.  handle: may be NULL, as if it did nothing. */
struct dnsserver *dnsserver_start(dnsserver_fn handle, void *arg);
void dnsserver_stop(struct dnsserver *server);

/* The same at [::1] and nowhere else. */
struct dnsserver *dnsserver_start_ipv6(dnsserver_fn handle, void *arg);

/* Where it is. */
struct rvx_addr dnsserver_addr(const struct dnsserver *server);

/* How many queries came, and of them by TCP; how many connections were made. */
unsigned dnsserver_queries(const struct dnsserver *server);
unsigned dnsserver_tcp_queries(const struct dnsserver *server);
unsigned dnsserver_conns(const struct dnsserver *server);

/* For handlers. Makes an answer: header, question, and an A record for each address of a list like "192.0.2.1
 * 192.0.2.2", which may be empty.  flags: or'ed into the second word of the header, an rcode or TC.
 * Returns: its length. */
size_t dnsserver_make(const struct dnsserver_query *query, unsigned flags, const char *addrs, uint8_t *bytes,
                      size_t size);

/* Makes an answer and sends it. */
void dnsserver_answer(const struct dnsserver_query *query, unsigned flags, const char *addrs);

/* Sends a message: over TCP with its length in front. */
void dnsserver_send(const struct dnsserver_query *query, const void *bytes, size_t len);

/* Sends bytes as they are: over TCP without a length in front. */
void dnsserver_send_raw(const struct dnsserver_query *query, const void *bytes, size_t len);

/* Sends a message from another port than the one that was asked. UDP only. */
void dnsserver_send_elsewhere(const struct dnsserver_query *query, const void *bytes, size_t len);

/* Closes the connection of a query that came by TCP, with a reset if it is `hard`. */
void dnsserver_hang_up(const struct dnsserver_query *query, bool hard);

#endif
