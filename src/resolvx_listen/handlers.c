/* handlers.c - what a client gets: an acknowledgement, its own bytes, or nothing
 *
 * "ack" is the server of the article this library starts from: it reads once, up to 1024 bytes, and takes what came for
 * a message. Each handler waits for a client's next bytes no longer than the timeout; rvx_serve() closes the connection
 * when it returns.
 */
#include <config.h>

#include "resolvx_listen/handlers.h"

#include <string.h>

#include <resolvx/err.h>

#include "resolvx_listen/options.h"
#include "text.h"

#define MESSAGE_SIZE 1024
#define CHUNK_SIZE 16384

/* How much of a long message's rest is taken in, and for how long. */
#define REST_SIZE (1024 * 1024)
#define REST_TIME RVX_SECONDS(1)

static void restart_timeout(const struct service *service, struct rvx_conn *conn)
{
    if (service->timeout > 0)
        rvx_set_deadline(conn, rvx_after(service->timeout));
}

/* Connections that were closed because the drain ran out need no line each. */
static void report(int code, struct rvx_error *err)
{
    if (code != RVX_ECLOSED)
        cli_error(&listen_program, "%s", rvx_error_text(err));
}

/* Closing while bytes of the client are unread resets the connection, and the answer may be lost on its way. So a
 * message too long for one read is taken in to its end, within limits, before the close. */
static void take_rest(struct rvx_conn *conn)
{
    char data[CHUNK_SIZE];
    size_t taken = 0;
    ssize_t n = 1;

    if (rvx_close_write(conn, NULL) < 0)
        return;
    rvx_set_read_deadline(conn, rvx_after(REST_TIME));
    while (taken < REST_SIZE && n > 0) {
        n = rvx_read(conn, data, sizeof data, NULL);
        taken += n > 0 ? (size_t)n : 0;
    }
}

static void acknowledge(void *arg, struct rvx_conn *conn)
{
    static const char answer[] = "Message received.\n";
    const struct service *service = arg;
    char message[MESSAGE_SIZE];
    char shown[TEXT_GROWTH * MESSAGE_SIZE + 1];
    struct rvx_error err;
    ssize_t n;
    int code;

    restart_timeout(service, conn);
    n = rvx_read(conn, message, sizeof message, &err);
    if (n < 0)
        report((int)n, &err);
    if (n <= 0)
        return; /* 0: came and went without a word */
    text_visible(shown, sizeof shown, message, (size_t)n, TEXT_DATA);
    if (!service->quiet)
        output_line(service->output, "Message received: %s", shown);
    code = rvx_write(conn, answer, strlen(answer), NULL, &err);
    if (code < 0)
        report(code, &err);
    else if (n == MESSAGE_SIZE)
        take_rest(conn);
}

/* Reads until the client is done, with or without sending it all back. */
static void absorb(const struct service *service, struct rvx_conn *conn, bool echo)
{
    char data[CHUNK_SIZE];
    struct rvx_error err;
    ssize_t n;
    int code = 0;

    do {
        restart_timeout(service, conn);
        n = rvx_read(conn, data, sizeof data, &err);
        if (n > 0 && echo)
            code = rvx_write(conn, data, (size_t)n, NULL, &err);
    } while (n > 0 && code == 0);
    if (n < 0 || code < 0)
        report(n < 0 ? (int)n : code, &err);
}

static void echo_back(void *arg, struct rvx_conn *conn)
{
    absorb(arg, conn, true);
}

static void discard(void *arg, struct rvx_conn *conn)
{
    absorb(arg, conn, false);
}

const char *const handler_names[] = { "ack", "echo", "discard", NULL };

const rvx_handler_fn handler_functions[] = { acknowledge, echo_back, discard };
