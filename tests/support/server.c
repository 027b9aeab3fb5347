/* server.c - rvx_serve() on a thread of its own, two handlers, and clients for them */
#include "support/test.h"

#include "support/server.h"

#include <string.h>
#include <unistd.h>

static int run_server(void *arg)
{
    struct server *server = arg;

    rvx_waiter_swap(server->waiter);
    return rvx_serve(server->listener, server->handler, server, &server->opts, &server->ctx, &server->err);
}

static void note_failure(void *arg, const struct rvx_error *err)
{
    struct server *server = arg;

    server->failure = err->code;
    server->failures++;
}

void server_init_on(struct server *server, rvx_handler_fn handler, struct rvx_listener *listener)
{
    memset(server, 0, sizeof *server);
    server->listener = listener;
    server->addr = *rvx_listener_addr(listener, 0);
    server->opts = (struct rvx_serve_opts)RVX_SERVE_OPTS_INIT;
    server->opts.failed = note_failure;
    server->ctx = (struct rvx_ctx)RVX_CTX_INIT;
    assert_int_equal(rvx_cancel_new(&server->ctx.cancel), 0);
    server->handler = handler;
}

void server_init(struct server *server, rvx_handler_fn handler)
{
    server_init_on(server, handler, must_listen("tcp", "127.0.0.1:0"));
}

void server_start(struct server *server)
{
    rvx_listener_ref(server->listener);
    background_start(&server->background, run_server, server);
}

void server_join(struct server *server, int want)
{
    int rc = background_join(&server->background);

    if (rc != want)
        fail_msg("rvx_serve: %d where %d is wanted", rc, want);
    assert_int_equal(server->err.code, want);
    assert_int_equal(server->started, server->ended);
    assert_int_equal(rvx_listener_close(server->listener), RVX_ECLOSED);
    rvx_cancel_free(server->ctx.cancel);
}

void answer(void *arg, struct rvx_conn *conn)
{
    struct server *server = arg;
    char byte = 0;
    int rc;

    server->started++;
    if (++server->inside > server->inside_max)
        server->inside_max = server->inside;
    rc = (int)rvx_read(conn, &byte, 1, NULL);
    server->result = rc;
    byte++;
    if (rc == 1)
        rvx_write(conn, &byte, 1, NULL, NULL);
    server->inside--;
    server->ended++;
}

void linger(void *arg, struct rvx_conn *conn)
{
    struct server *server = arg;

    server->started++;
    while (!server->go_on)
        sleep_ms(1);
    server->result = rvx_write(conn, "z", 1, NULL, NULL);
    server->ended++;
}

int connect_to(const struct server *server)
{
    int peer = peer_connect(&server->addr);

    assert_true(peer >= 0);
    return peer;
}

void ask(int peer)
{
    char byte = 0;

    assert_int_equal(write(peer, "a", 1), 1);
    assert_int_equal(read(peer, &byte, 1), 1);
    assert_int_equal(byte, 'b');
    assert_int_equal(read(peer, &byte, 1), 0);
    close(peer);
}
