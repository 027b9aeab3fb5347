/* serve.h - the server: sockets, streams, and steps that wait for their time */
#ifndef TESTS_HOSTILE_SERVE_H
#define TESTS_HOSTILE_SERVE_H

#include <netinet/in.h>

#include "hostile/modes.h"

#define STREAMS_MAX 512

/* A stream, and how much of a query has come. */
struct stream {
    int fd; /* -1: free */
    unsigned generation;
    size_t len;
    uint8_t bytes[1024];
};

/* A step under way. */
struct pending {
    struct pending *next;
    int64_t due_ms;
    enum step_kind kind;
    struct sockaddr_storage to; /* of a datagram */
    socklen_t to_len;
    struct stream *stream; /* NULL: a datagram; of a stream that is another's by now nothing is sent */
    unsigned generation;
    size_t len;
    uint8_t bytes[];
};

struct server {
    const struct mode *only; /* NULL: the name asked for says */
    bool verbose;
    int udp;
    int tcp;
    int other_port;
    int other_address; /* -1: there is none */
    uint16_t port;
    struct memory *memory;
    struct pending *pending; /* in the order they are due */
    struct stream streams[STREAMS_MAX];
};

/* Opens the sockets: the same port for UDP and TCP, any if 0. Returns 0 or -errno. */
int server_open(struct server *server, const char *address, uint16_t port);
void server_close(struct server *server);

/* Serves until a descriptor becomes readable (-1: for ever). Returns 0 or -errno. */
int server_run(struct server *server, int stop_fd);

#endif
