/* sockets.c - from the ADDRESSes typed to one listener
 *
 * Three kinds of ADDRESS: one to listen on, "fd:N" and "systemd[:NAME]". The last two would be host and port as well,
 * of hosts named "fd" and "systemd"; such hosts can be written with a trailing dot. Whatever the kind, the sockets end
 * in one listener, so one accept loop serves them all and one limit counts their clients.
 */
#include <config.h>

#include "resolvx_listen/sockets.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "text.h"

#define UNIX_PATH_MAX (sizeof((struct sockaddr_un *)NULL)->sun_path - 1)

/* What is wrong with the text itself will be wrong the next time too; a supervisor should not try again. */
static int status_of(int code)
{
    switch (code) {
    case RVX_ECANCELED:
        return 0;
    case RVX_ENETUNKNOWN:
    case RVX_EPORTINVALID:
    case RVX_EADDRINVALID:
    case RVX_EADDRTYPE:
    case RVX_EPORTMISSING:
    case RVX_EMANYCOLONS:
    case RVX_ENOBRACKET:
    case RVX_EBRACKETOPEN:
    case RVX_EBRACKETCLOSE:
    case RVX_ETOOLONG:
        return LISTEN_STATUS_USAGE;
    default:
        return CLI_STATUS_SYSTEM;
    }
}

/* The listener has a duplicate; this one would keep the socket listening after the listener's close. */
static void give_up_fd(int fd)
{
    close(fd);
    cli_hold_standard_fds();
}

enum kind {
    KIND_ADDRESS,
    KIND_FD,
    KIND_SYSTEMD
};

static enum kind kind_of(const char *address)
{
    if (strncmp(address, "fd:", 3) == 0)
        return KIND_FD;
    if (strcmp(address, "systemd") == 0 || strncmp(address, "systemd:", 8) == 0)
        return KIND_SYSTEMD;
    return KIND_ADDRESS;
}

/* The number in "fd:N"; -1 if it is none. */
static int fd_of(const char *address)
{
    long fd = -1;

    (void)cli_parse_number(address + 3, 0, INT_MAX, &fd);
    return (int)fd;
}

/* Looks for what no system needs to be asked about.  Returns: 0, or the exit status. */
static int check_address(const char *address)
{
    if (*address == '\0')
        return cli_usage_error(&listen_program, "ADDRESS is empty");
    if (kind_of(address) == KIND_FD && fd_of(address) < 0)
        return cli_usage_error(&listen_program, "%s: '%s' is not a descriptor", address, address + 3);
    return 0;
}

static int open_one(const struct listen_options *options, const char *address, const struct rvx_ctx *ctx,
                    struct rvx_listener **listener, struct rvx_error *err)
{
    struct rvx_listen_opts opts = RVX_LISTEN_OPTS_INIT;
    int code = 0;

    opts.all_addresses = options->all_addresses;
    switch (kind_of(address)) {
    case KIND_ADDRESS:
        code = rvx_listen(NULL, listen_networks[options->network], address, &opts, ctx, listener, err);
        break;
    case KIND_FD:
        code = rvx_listener_from_fd(fd_of(address), &opts, listener, err);
        if (code == 0)
            give_up_fd(fd_of(address));
        break;
    case KIND_SYSTEMD:
        code = rvx_listener_from_env(address[7] == ':' ? address + 8 : NULL, &opts, listener, err);
        break;
    }
    return code;
}

/* What the error itself leaves to be guessed: of a path too long the kernel says "invalid argument". */
static void give_hint(const struct listen_options *options, const char *address, int code)
{
    bool is_path = kind_of(address) == KIND_ADDRESS && listen_networks[options->network][0] == 'u';

    if (code == RVX_EPORTMISSING || code == RVX_EMANYCOLONS)
        cli_error(&listen_program, "an ADDRESS looks like localhost:8888, :8888 or [::1]:8888");
    else if (code == -EINVAL && is_path && strlen(address) > UNIX_PATH_MAX)
        cli_error(&listen_program, "the path of a socket has %zu bytes at most", UNIX_PATH_MAX);
}

/* Says why an address cannot be listened on; the library names it where it was an address. */
static void explain_failure(const struct listen_options *options, const char *address, int code, struct rvx_error *err)
{
    if (code == RVX_ECANCELED)
        return;
    if (kind_of(address) == KIND_ADDRESS)
        cli_error(&listen_program, "%s", rvx_error_text(err));
    else if (code == RVX_EADDRMISSING)
        cli_error(&listen_program, "%s: no such socket was passed (see LISTEN_FDS in sd_listen_fds(3))", address);
    else
        cli_error(&listen_program, "%s: %s", address, rvx_error_text(err));
    give_hint(options, address, code);
}

/* Opens one more and puts it to those that are open. Returns the exit status. */
static int add_socket(const struct listen_options *options, const char *address, const struct rvx_ctx *ctx,
                      struct rvx_listener **listener)
{
    struct rvx_listener *another;
    struct rvx_error err;
    int code;

    code = check_address(address);
    if (code != 0)
        return code;
    code = open_one(options, address, ctx, &another, &err);
    if (code < 0) {
        explain_failure(options, address, code, &err);
        return status_of(code);
    }
    if (!*listener) {
        *listener = another;
        return 0;
    }
    code = rvx_listener_merge(*listener, another);
    if (code < 0) {
        cli_error(&listen_program, "%s", rvx_strerror(code));
        rvx_listener_close(another);
        return CLI_STATUS_SYSTEM;
    }
    return 0;
}

int sockets_open(const struct listen_options *options, char **addresses, int addresses_n, const struct rvx_ctx *ctx,
                 struct rvx_listener **listener)
{
    int status = 0;

    *listener = NULL;
    for (int i = 0; i < addresses_n && status == 0 && !rvx_cancel_fired(ctx->cancel); i++)
        status = add_socket(options, addresses[i], ctx, listener);
    if (status != 0 || rvx_cancel_fired(ctx->cancel)) {
        rvx_listener_close(*listener);
        *listener = NULL;
    }
    return status;
}

static void announce_address(const struct rvx_addr *addr, struct output *output)
{
    char host[RVX_ADDR_STRLEN];
    char shown[TEXT_GROWTH * RVX_ADDR_STRLEN];

    rvx_addr_host_text(addr, host);
    text_visible(shown, sizeof shown, host, strlen(host), TEXT_DATA);
    if (addr->family == RVX_FAMILY_UNIX)
        output_line(output, "Listening on unix: %s", shown);
    else
        output_line(output, "Listening on host: %s, port: %u", shown, (unsigned)addr->port);
}

/* One line for the sockets of one port that follow each other, as those of --all-addresses. */
static void announce_port(const struct rvx_addr *addr, const struct rvx_addr *previous, struct output *output)
{
    char text[RVX_ADDR_STRLEN];

    if (addr->family == RVX_FAMILY_UNIX)
        output_stdout_line(output, "%s", rvx_addr_text(addr, text));
    else if (addr->port != previous->port)
        output_stdout_line(output, "%u", (unsigned)addr->port);
}

void sockets_announce(const struct rvx_listener *listener, const struct listen_options *options, struct output *output)
{
    size_t n = rvx_listener_addrs_n(listener);

    for (size_t i = 0; i < n && !options->quiet; i++)
        announce_address(rvx_listener_addr(listener, i), output);
    for (size_t i = 0; i < n && options->print_port; i++) /* before the first there is an address without a port */
        announce_port(rvx_listener_addr(listener, i), rvx_listener_addr(listener, i - 1), output);
}
