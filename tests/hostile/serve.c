/* serve.c - the server: one thread, poll(2), steps that wait for their time
 *
 * Model: a query, from wherever it came, becomes an ask; the mode makes a script of it; each step of the script goes
 * into one list in the order of time and is done when it is due. Bytes to send are few, so a stream that does not take
 * them at once is closed. Streams take the queries they get one after the other, without waiting for answers.
 *
 * Not done: anything about many clients; a resolver under test is one.
 */
#include <config.h>

#include "hostile/serve.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PORT_TRIES 64

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- steps ------------------------------------------------------------------------------------------------------- */

static void stream_close(struct stream *stream)
{
    if (stream->fd >= 0)
        close(stream->fd);
    stream->fd = -1;
    stream->generation++;
    stream->len = 0;
}

static void stream_send(struct stream *stream, const uint8_t *bytes, size_t len)
{
    if (send(stream->fd, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL) != (ssize_t)len)
        stream_close(stream);
}

static void do_stream_step(const struct pending *step)
{
    static const struct linger reset = {1, 0};
    struct stream *stream = step->stream;

    if (stream->generation != step->generation)
        return;
    if (step->kind == STEP_SEND || step->kind == STEP_RAW) {
        stream_send(stream, step->bytes, step->len);
        return;
    }
    if (step->kind == STEP_RESET)
        setsockopt(stream->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    stream_close(stream);
}

static void do_datagram_step(const struct server *server, const struct pending *step)
{
    int fd = server->udp;

    if (step->kind == STEP_OTHER_PORT)
        fd = server->other_port;
    else if (step->kind == STEP_OTHER_ADDRESS)
        fd = server->other_address;
    if (fd >= 0)
        sendto(fd, step->bytes, step->len, MSG_DONTWAIT, (const struct sockaddr *)&step->to, step->to_len);
}

static void do_due_steps(struct server *server)
{
    int64_t now = now_ms();

    while (server->pending != NULL && server->pending->due_ms <= now) {
        struct pending *step = server->pending;

        server->pending = step->next;
        if (step->stream != NULL)
            do_stream_step(step);
        else
            do_datagram_step(server, step);
        free(step);
    }
}

/* Behind those that are due at the same time. */
static void enqueue(struct server *server, struct pending *step)
{
    struct pending **at = &server->pending;

    while (*at != NULL && (*at)->due_ms <= step->due_ms)
        at = &(*at)->next;
    step->next = *at;
    *at = step;
}

/* A message on a stream has its length in front. */
static void enqueue_step(struct server *server, const struct step *step, const struct pending *from)
{
    size_t prefix = from->stream != NULL && step->kind == STEP_SEND ? 2 : 0;
    struct pending *pending = malloc(sizeof *pending + prefix + step->len);

    if (pending == NULL)
        return;
    *pending = *from;
    pending->kind = step->kind;
    pending->due_ms = now_ms() + step->delay_ms;
    pending->len = prefix + step->len;
    if (prefix > 0) {
        pending->bytes[0] = (uint8_t)(step->len >> 8);
        pending->bytes[1] = (uint8_t)step->len;
    }
    if (step->len > 0)
        memcpy(pending->bytes + prefix, step->bytes, step->len);
    enqueue(server, pending);
}

/* ---- queries ----------------------------------------------------------------------------------------------------- */

static void tell(const struct ask *ask, const struct mode *mode, size_t steps)
{
    printf("%s query %u, type %u: %s, %zu steps\n", ask->tcp ? "tcp" : "udp",
           ask->tcp ? ask->tcp_n + 1 : ask->udp_n + 1, ask->type, mode != NULL ? mode->name : "refused", steps);
}

/* Bytes of a query of which nothing else can be told: FORMERR with its id, if it is a query at all. */
static void script_formerr(struct script *script, const uint8_t *bytes, size_t len)
{
    uint8_t header[HEADER_LEN] = {0};

    if (len < HEADER_LEN || (bytes[2] & 0x80) != 0)
        return;
    memcpy(header, bytes, 2);
    header[2] = (uint8_t)(0x80 | (bytes[2] & 0x79));
    header[3] = RCODE_FORMERR;
    script_bytes(script, STEP_SEND, 0, header, sizeof header);
}

static void script_refused(struct script *script, const struct ask *ask)
{
    struct message m;

    message_rcode(&m, ask, RCODE_REFUSED);
    script_send(script, 0, &m);
}

static void take_query(struct server *server, const uint8_t *bytes, size_t len, const struct pending *from)
{
    struct script script;
    struct ask ask;
    const struct mode *mode = NULL;

    script_init(&script);
    if (!ask_parse(&ask, bytes, len, from->stream != NULL)) {
        script_formerr(&script, bytes, len);
    } else {
        memory_count(server->memory, &ask);
        mode = server->only != NULL ? server->only : mode_of(&ask);
        if (mode != NULL)
            mode->answer(&ask, &script);
        else
            script_refused(&script, &ask);
    }
    if (server->verbose && ask.question_len > 0)
        tell(&ask, mode, script.n);
    for (size_t i = 0; i < script.n; i++)
        enqueue_step(server, &script.steps[i], from);
    script_fini(&script);
}

static void read_datagrams(struct server *server)
{
    struct pending from = {.stream = NULL};
    uint8_t bytes[1024];

    for (;;) {
        ssize_t len;

        from.to_len = sizeof from.to;
        len = recvfrom(server->udp, bytes, sizeof bytes, MSG_DONTWAIT, (struct sockaddr *)&from.to, &from.to_len);
        if (len < 0)
            return;
        take_query(server, bytes, (size_t)len, &from);
    }
}

/* Takes the whole queries out of a stream's bytes; one that is longer than any query closes it. */
static void take_frames(struct server *server, struct stream *stream)
{
    struct pending from = {.stream = stream, .generation = stream->generation};

    while (stream->len >= 2) {
        size_t len = (size_t)stream->bytes[0] << 8 | stream->bytes[1];

        if (len + 2 > sizeof stream->bytes) {
            stream_close(stream);
            return;
        }
        if (stream->len < len + 2)
            return;
        take_query(server, stream->bytes + 2, len, &from);
        stream->len -= len + 2;
        memmove(stream->bytes, stream->bytes + len + 2, stream->len);
    }
}

static void read_stream(struct server *server, struct stream *stream)
{
    ssize_t len = recv(stream->fd, stream->bytes + stream->len, sizeof stream->bytes - stream->len, MSG_DONTWAIT);

    if (len == 0 || (len < 0 && errno != EAGAIN && errno != EINTR)) {
        stream_close(stream);
    } else if (len > 0) {
        stream->len += (size_t)len;
        take_frames(server, stream);
    }
}

static void accept_stream(struct server *server)
{
    int fd = accept(server->tcp, NULL, NULL);

    for (size_t i = 0; i < STREAMS_MAX && fd >= 0; i++) {
        if (server->streams[i].fd < 0) {
            server->streams[i].fd = fd;
            return;
        }
    }
    if (fd >= 0)
        close(fd);
}

/* ---- waiting ----------------------------------------------------------------------------------------------------- */

static int wait_ms(const struct server *server)
{
    int64_t ms;

    if (server->pending == NULL)
        return -1;
    ms = server->pending->due_ms - now_ms();
    return ms < 0 ? 0 : (int)ms;
}

int server_run(struct server *server, int stop_fd)
{
    struct pollfd fds[3 + STREAMS_MAX];

    for (;;) {
        fds[0] = (struct pollfd){.fd = server->udp, .events = POLLIN};
        fds[1] = (struct pollfd){.fd = server->tcp, .events = POLLIN};
        fds[2] = (struct pollfd){.fd = stop_fd, .events = POLLIN};
        for (size_t i = 0; i < STREAMS_MAX; i++)
            fds[3 + i] = (struct pollfd){.fd = server->streams[i].fd, .events = POLLIN};
        if (poll(fds, 3 + STREAMS_MAX, wait_ms(server)) < 0 && errno != EINTR)
            return -errno;
        if (fds[2].revents != 0)
            return 0;
        if (fds[0].revents != 0)
            read_datagrams(server);
        for (size_t i = 0; i < STREAMS_MAX; i++) {
            if (fds[3 + i].revents != 0 && server->streams[i].fd == fds[3 + i].fd)
                read_stream(server, &server->streams[i]);
        }
        if (fds[1].revents != 0)
            accept_stream(server);
        do_due_steps(server);
        fflush(stdout);
    }
}

/* ---- sockets ----------------------------------------------------------------------------------------------------- */

static int parse_address(const char *text, uint16_t port, struct sockaddr_storage *addr, socklen_t *len)
{
    struct sockaddr_in *v4 = (struct sockaddr_in *)addr;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)addr;

    memset(addr, 0, sizeof *addr);
    if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(port);
        *len = sizeof *v4;
        return 0;
    }
    if (inet_pton(AF_INET6, text, &v6->sin6_addr) != 1)
        return -EINVAL;
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(port);
    *len = sizeof *v6;
    return 0;
}

/* A bound socket, or -errno. */
static int open_socket(const char *address, uint16_t port, int type)
{
    static const int one = 1, much = 1 << 20;
    struct sockaddr_storage addr;
    socklen_t len;
    int fd, result = parse_address(address, port, &addr, &len);

    if (result < 0)
        return result;
    fd = socket(addr.ss_family, type | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -errno;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &much, sizeof much);
    if (type == SOCK_STREAM)
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fd, (const struct sockaddr *)&addr, len) < 0 || (type == SOCK_STREAM && listen(fd, 512) < 0)) {
        result = -errno;
        close(fd);
        return result;
    }
    return fd;
}

static uint16_t port_of(int fd)
{
    struct sockaddr_storage addr;
    socklen_t len = sizeof addr;

    if (getsockname(fd, (struct sockaddr *)&addr, &len) < 0)
        return 0;
    return addr.ss_family == AF_INET ? ntohs(((struct sockaddr_in *)&addr)->sin_port)
                                     : ntohs(((struct sockaddr_in6 *)&addr)->sin6_port);
}

/* UDP and TCP on the same port. */
static int open_pair(struct server *server, const char *address, uint16_t port)
{
    server->tcp = open_socket(address, port, SOCK_STREAM);
    if (server->tcp < 0)
        return server->tcp;
    server->port = port_of(server->tcp);
    server->udp = open_socket(address, server->port, SOCK_DGRAM);
    if (server->udp >= 0)
        return 0;
    close(server->tcp);
    server->tcp = -1;
    return server->udp;
}

int server_open(struct server *server, const char *address, uint16_t port)
{
    int result = -EADDRINUSE;

    server->udp = server->tcp = server->other_port = server->other_address = -1;
    server->pending = NULL;
    for (size_t i = 0; i < STREAMS_MAX; i++)
        server->streams[i] = (struct stream){.fd = -1};
    server->memory = memory_new();
    if (server->memory == NULL)
        return -ENOMEM;
    /* A port that the kernel chose for TCP may be taken for UDP. */
    for (int i = 0; i < PORT_TRIES && result == -EADDRINUSE; i++)
        result = open_pair(server, address, port);
    if (result < 0)
        return result;
    server->other_port = open_socket(address, 0, SOCK_DGRAM);
    if (strcmp(address, "127.0.0.1") == 0)
        server->other_address = open_socket("127.0.0.6", server->port, SOCK_DGRAM);
    return 0;
}

void server_close(struct server *server)
{
    const int fds[] = {server->udp, server->tcp, server->other_port, server->other_address};

    for (size_t i = 0; i < sizeof fds / sizeof fds[0]; i++) {
        if (fds[i] >= 0)
            close(fds[i]);
    }
    for (size_t i = 0; i < STREAMS_MAX; i++)
        stream_close(&server->streams[i]);
    while (server->pending != NULL) {
        struct pending *step = server->pending;

        server->pending = step->next;
        free(step);
    }
    memory_free(server->memory);
}
