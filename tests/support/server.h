/* server.h - rvx_serve() on a thread of its own, two handlers, and clients for them */
#ifndef TESTS_SUPPORT_SERVER_H
#define TESTS_SUPPORT_SERVER_H

#include <stdatomic.h>
#include <stdbool.h>

#include <resolvx/net.h>

#include "support/sockets.h"

/* A server on a thread of its own. */
struct server {
    struct rvx_listener *listener; /* a reference for the test, besides the one rvx_serve() gives up */
    struct rvx_addr addr;
    struct rvx_serve_opts opts;
    struct rvx_ctx ctx;
    rvx_handler_fn handler;
    const struct rvx_waiter *waiter;
    struct rvx_error err;
    struct background background;

    /* what handlers do and see */
    atomic_uint started;
    atomic_uint ended;
    atomic_uint inside;
    atomic_uint inside_max;
    atomic_int result; /* of the last read */
    atomic_uint failures;
    atomic_int failure; /* the last one */
    atomic_bool go_on;
};

void server_init(struct server *server, rvx_handler_fn handler);
void server_init_on(struct server *server, rvx_handler_fn handler, struct rvx_listener *listener);
void server_start(struct server *server);

/* Waits for the end and checks what every end has in common. */
void server_join(struct server *server, int want);

/* A handler: reads one byte and answers with the next. */
void answer(void *arg, struct rvx_conn *conn);

/* A handler: goes on until the test says so. */
void linger(void *arg, struct rvx_conn *conn);

/* A client of the server. */
int connect_to(const struct server *server);

/* Has a client of answer() get its answer, and closes it. */
void ask(int peer);

#endif
