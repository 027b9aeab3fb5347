/* listen.c - a TCP server: prints what a client says, thanks it, hangs up
 *
 * cc listen.c $(pkg-config --cflags --libs resolvx) -o listen
 */
#include <resolvx/resolvx.h>
#include <stdio.h>

/* Has a thread to itself for each client; rvx_serve() closes the connection afterwards. */
static void handle(void *arg, struct rvx_conn *conn)
{
    char buf[1024];
    struct rvx_error err;
    ssize_t len = rvx_read(conn, buf, sizeof buf, &err);

    (void)arg;
    if (len < 0) {
        printf("Error reading: %s\n", rvx_error_text(&err));
        return;
    }
    printf("Message received: %.*s\n", (int)len, buf);
    rvx_write(conn, "Message received.\n", 18, NULL, NULL);
}

int main(int argc, char **argv)
{
    const char *address = argc > 1 ? argv[1] : "localhost:8888";
    struct rvx_listener *listener;
    struct rvx_error err;
    char host[RVX_ADDR_STRLEN];

    setvbuf(stdout, NULL, _IOLBF, 0); /* lines show at once, in a pipe too */
    if (rvx_listen(NULL, "tcp", address, NULL, NULL, &listener, &err) < 0) {
        fprintf(stderr, "%s\n", rvx_error_text(&err));
        return 1;
    }
    const struct rvx_addr *addr = rvx_listener_addr(listener, 0);
    printf("Listening on host: %s, port: %u\n", rvx_addr_host_text(addr, host), addr->port);
    return rvx_serve(listener, handle, NULL, NULL, NULL, &err) < 0;
}
