/* main.c - resolvx-listen(8): listens, serves clients, ends when told to
 *
 * The server of the article this library starts from, fit to be left running: rvx_serve() accepts, survives what accept
 * can fail with, limits and drains; this program adds the command line, the lines it prints and the signals.
 */
#include <config.h>

#include <sys/resource.h>

#include <resolvx/net.h>

#include "resolvx_listen/handlers.h"
#include "resolvx_listen/options.h"
#include "resolvx_listen/output.h"
#include "resolvx_listen/signals.h"
#include "resolvx_listen/sockets.h"

#define DEFAULT_ADDRESS "localhost:8888"
#define SPARE_DESCRIPTORS 64 /* besides one for each client */

static void serving_failed(void *arg, const struct rvx_error *err)
{
    const struct service *service = arg;

    output_accept_error(service->output, err);
}

/* Lets the process have a descriptor for each of --max-conns clients, as far as it may. */
static void raise_descriptor_limit(long max_conns)
{
    struct rlimit limit;
    rlim_t wanted = (rlim_t)max_conns + SPARE_DESCRIPTORS;

    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= wanted)
        return;
    limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
    setrlimit(RLIMIT_NOFILE, &limit);
}

/* Serves until the context ends it. Returns the exit status. */
static int serve(struct rvx_listener *listener, const struct listen_options *options, struct output *output,
                 const struct rvx_ctx *ctx)
{
    struct rvx_serve_opts opts = RVX_SERVE_OPTS_INIT;
    struct service service = { .output = output, .timeout = options->timeout, .quiet = options->quiet };
    struct rvx_error err;
    int code;

    opts.max_conns = (unsigned)options->max_conns;
    opts.drain = options->drain > 0 ? options->drain : -1;
    opts.failed = serving_failed;
    code = rvx_serve(listener, handler_functions[options->handler], &service, &opts, ctx, &err);
    if (code == RVX_ETIMEOUT) {
        cli_error(&listen_program, "the time to drain is over, clients still being served were cut off");
        return 0;
    }
    if (code < 0) {
        cli_error(&listen_program, "%s", rvx_error_text(&err));
        return CLI_STATUS_SYSTEM;
    }
    return 0;
}

static int run(const struct listen_options *options, char **addresses, int addresses_n)
{
    struct rvx_ctx ctx = RVX_CTX_INIT;
    struct rvx_listener *listener;
    struct output output;
    int status;
    int code = rvx_cancel_new(&ctx.cancel);

    if (code < 0) {
        cli_error(&listen_program, "%s", rvx_strerror(code));
        return CLI_STATUS_SYSTEM;
    }
    signals_catch(ctx.cancel);
    raise_descriptor_limit(options->max_conns);
    output_init(&output, options->print_port, ctx.cancel);
    status = sockets_open(options, addresses, addresses_n, &ctx, &listener);
    if (listener) {
        sockets_announce(listener, options, &output);
        status = serve(listener, options, &output, &ctx);
    }
    output_fini(&output);
    return status; /* the token is left to the signal handler */
}

int main(int argc, char **argv)
{
    struct listen_options options = LISTEN_OPTIONS_INIT;
    char default_address[] = DEFAULT_ADDRESS;
    char *default_addresses[] = { default_address };
    int status;
    int addresses_n;

    cli_hold_standard_fds();
    addresses_n = cli_parse(&listen_program, argc, argv, &options, &status);
    if (addresses_n < 0)
        return status;
    if (addresses_n > 0)
        return run(&options, argv, addresses_n);
    if (listen_networks[options.network][0] == 'u')
        return cli_usage_error(&listen_program, "--network=%s needs an ADDRESS: a path, or @NAME",
                               listen_networks[options.network]);
    return run(&options, default_addresses, 1);
}
