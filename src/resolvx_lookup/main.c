/* main.c - resolvx(1): look names up, many at a time, and see how
 *
 * The command line becomes a resolver, a loop and a command; run.c does the rest. `explain` is any command with the
 * trace drawn on standard output, next to its answer.
 */
#include <config.h>

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <resolvx/resolvx.h>

#include "resolvx_lookup/options.h"
#include "resolvx_lookup/run.h"
#include "resolvx_lookup/trace.h"

#define SERVERS_SIZE 2048

/* What the command line says besides its options. */
struct order {
    const struct command *command;
    unsigned type; /* query */
    bool explain;
    char **names;
    int names_n;
};

static int parse_type(struct order *order)
{
    if (order->names_n == 0)
        return cli_usage_error(&resolvx_program, "query: TYPE is missing");
    order->type = rvx_type_parse(order->names[0]);
    if (order->type == 0)
        return cli_usage_error(&resolvx_program, "query: '%s' is not a record type (such as CAA or TYPE65280)",
                               order->names[0]);
    order->names++;
    order->names_n--;
    return 0;
}

static int parse_order(struct order *order, char **operands, int operands_n)
{
    if (operands_n == 0)
        return cli_usage_error(&resolvx_program, "COMMAND is missing");
    order->explain = strcmp(operands[0], "explain") == 0;
    order->names = operands + order->explain;
    order->names_n = operands_n - order->explain;
    order->command = order->names_n > 0 ? command_find(order->names[0]) : NULL;
    if (order->command != NULL && (!order->explain || order->names_n > 1)) {
        order->names++;
        order->names_n--;
    } else if (order->explain) {
        order->command = command_find("host");
    } else {
        return cli_usage_error(&resolvx_program, "unknown command '%s'", operands[0]);
    }
    return strcmp(order->command->name, "query") == 0 ? parse_type(order) : 0;
}

static int refuse_server(const char *text)
{
    return cli_usage_error(&resolvx_program, "--server: '%s' is no address of a server", text);
}

/* Turns HOST[:PORT] into addresses; a name is looked up as the system is set up. */
static int add_server(char *servers, const char *text)
{
    struct rvx_addr literal;
    struct rvx_addrs *addrs = NULL;
    struct rvx_error err;
    char with_port[512];
    char printed[RVX_ADDR_STRLEN];
    size_t len = strlen(servers);

    if (rvx_addr_parse(text, &literal) == 0) {
        literal.port = 53;
        rvx_addr_text(&literal, with_port);
    } else if (snprintf(with_port, sizeof with_port, strrchr(text, ':') != NULL ? "%s" : "%s:53", text) >=
               (int)sizeof with_port) {
        return refuse_server(text);
    }
    if (rvx_resolve(NULL, "udp", with_port, NULL, &addrs, &err) < 0) {
        cli_error(&resolvx_program, "--server: %s", rvx_error_text(&err));
        return rvx_is_temporary(err.code) ? STATUS_TEMPORARY : STATUS_USAGE;
    }
    for (size_t i = 0; i < addrs->n && addrs->v[i].family != RVX_FAMILY_NONE && addrs->v[i].port != 0; i++)
        len += (size_t)snprintf(servers + len, SERVERS_SIZE - len, "%s%s", len > 0 ? "," : "",
                                rvx_addr_text(&addrs->v[i], printed));
    rvx_addrs_free(addrs);
    return len == 0 || len >= SERVERS_SIZE ? refuse_server(text) : 0;
}

static int check_dir(const char *option, const char *path)
{
    struct stat info;

    if (path == NULL || (stat(path, &info) == 0 && S_ISDIR(info.st_mode)))
        return 0;
    cli_error(&resolvx_program, "--%s: %s: not a directory", option, path);
    return STATUS_USAGE;
}

static void tell_remark(void *arg, enum rvx_log_level level, const char *text)
{
    (void)arg;
    (void)level;
    cli_error(&resolvx_program, "%s", text);
}

/* The library's word for an option is not what was typed. */
static int refuse_options(const struct options *options, struct rvx_error *err)
{
    if (err->code == RVX_EOPTIONS && err->what != NULL && strcmp(err->what, "host_order") == 0)
        return cli_usage_error(&resolvx_program, "--order: '%s' is no list of sources (such as files,dns)",
                               options->order);
    cli_error(&resolvx_program, "%s", rvx_error_text(err));
    return err->code == RVX_EOPTIONS ? STATUS_USAGE : CLI_STATUS_SYSTEM;
}

static int open_resolver(const struct options *options, struct timeline *timeline, struct rvx_resolver **resolver)
{
    struct rvx_resolver_opts opts = RVX_RESOLVER_OPTS_INIT;
    char servers[SERVERS_SIZE] = "";
    struct rvx_error err;

    for (size_t i = 0; i < options->servers.n; i++) {
        int status = add_server(servers, options->servers.v[i]);

        if (status != 0)
            return status;
    }
    opts.servers = servers[0] != '\0' ? servers : NULL;
    opts.etc_dir = options->etc;
    opts.host_order = options->order;
    opts.module_dir = options->modules;
    opts.dns_flags = options->tcp ? RVX_DNS_TCP : 0;
    opts.cache_max = options->no_cache ? RVX_CACHE_OFF : 0;
    opts.log = tell_remark;
    opts.trace = timeline != NULL ? timeline_note : NULL;
    opts.trace_arg = timeline;
    if (rvx_resolver_new(&opts, resolver, &err) == 0)
        return 0;
    return refuse_options(options, &err);
}

static enum show_style style_of(const struct options *options)
{
    if (options->json)
        return SHOW_JSON;
    return options->brief ? SHOW_SHORT : SHOW_READABLE;
}

static int execute(const struct options *options, const struct order *order, struct timeline *timeline)
{
    struct run run = { .options = options, .command = order->command, .type = order->type };
    struct rvx_error err;
    int status = open_resolver(options, timeline, &run.resolver);

    if (status != 0)
        return status;
    run.show = (struct show){ .style = style_of(options), .command = order->command->name, .json = { .out = stdout } };
    input_init(&run.input, order->names, (size_t)order->names_n);
    if (rvx_loop_new(NULL, &run.loop, &err) < 0) {
        cli_error(&resolvx_program, "%s", rvx_error_text(&err));
        status = CLI_STATUS_SYSTEM;
    } else {
        status = run_all(&run);
    }
    rvx_loop_free(run.loop);
    rvx_resolver_free(run.resolver);
    input_fini(&run.input);
    return status;
}

int main(int argc, char **argv)
{
    struct options options = OPTIONS_INIT;
    struct order order = { 0 };
    struct timeline *timeline = NULL;
    FILE *out;
    int operands_n;
    int status;

    cli_hold_standard_fds();
    operands_n = cli_parse(&resolvx_program, argc, argv, &options, &status);
    if (operands_n < 0)
        return status;
    if (options.json && options.brief)
        return cli_usage_error(&resolvx_program, "--json and --short exclude each other");
    status = parse_order(&order, argv, operands_n);
    if (status == 0)
        status = check_dir("etc", options.etc);
    if (status == 0)
        status = check_dir("modules", options.modules);
    if (status != 0)
        return status;
    out = order.explain && !options.json ? stdout : stderr;
    if (options.trace || order.explain)
        timeline = timeline_new(out, colour_wanted(out));
    status = execute(&options, &order, timeline);
    timeline_free(timeline);
    return cli_close_stdout(&resolvx_program, status);
}
