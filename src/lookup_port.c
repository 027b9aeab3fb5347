/* lookup_port.c - lookup-port(1): the port of a service, for scripts
 *
 * One resolver, one call of the library per SERVICE, and a line for what it says. Starting costs more than looking up:
 * no locale is set up, and the program is linked with the library's archive, which saves the dynamic linker's work.
 */
#include <config.h>

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <resolvx/err.h>
#include <resolvx/log.h>
#include <resolvx/resolver.h>

#include "cli.h"
#include "json.h"
#include "text.h"

enum status {
    STATUS_FOUND = 0,
    STATUS_UNKNOWN = 1, /* no such port or network */
    STATUS_USAGE = 2
};

struct options {
    bool all;
    bool explain;
    bool json;
    long reverse;         /* -1: not asked for */
    int backend;          /* -1: what the system is set up for */
    const char *services; /* NULL: the system's */
};

static const char *const backends[] = { "files", "builtin", "libc", NULL };

static const struct cli_option option_table[] = {
    { .letter = 'a', .name = "all", .kind = CLI_FLAG, .offset = offsetof(struct options, all),
      .help = "print every protocol of a service, with its aliases,\nas a line of services(5)" },
    { .letter = 'r', .name = "reverse", .kind = CLI_NUMBER, .offset = offsetof(struct options, reverse), .arg = "PORT",
      .help = "print the names of the services on PORT; further\noperands are more ports", .noun = "a port", .min = 0,
      .max = UINT16_MAX },
    { .letter = 'j', .name = "json", .kind = CLI_FLAG, .offset = offsetof(struct options, json),
      .help = "print a JSON object a line" },
    { .name = "services", .kind = CLI_TEXT, .offset = offsetof(struct options, services), .arg = "FILE",
      .help = "read FILE instead of /etc/services" },
    { .name = "backend", .kind = CLI_CHOICE, .offset = offsetof(struct options, backend), .arg = "WHICH",
      .help = "ask nothing but the services file (files), the\ntable built in (builtin) or the C library (libc)",
      .words = backends },
    { .name = "explain", .kind = CLI_FLAG, .offset = offsetof(struct options, explain),
      .help = "say on standard error who was asked and what came\nof it" },
};

static const struct cli_program program = {
    .name = "lookup-port",
    .synopsis = "[OPTION]... [NETWORK] SERVICE...\n"
                "       lookup-port [OPTION]... -r PORT [NETWORK] [PORT]...",
    .summary = "Print the port number of each SERVICE, one a line.",
    .notes = "NETWORK is one of tcp, tcp4, tcp6, udp, udp4, udp6 and ip; the first operand is\n"
             "taken for one if it is such a word and another operand follows. Without it, tcp\n"
             "is asked first, then udp.\n\n"
             "Exit status: 0 found, 1 unknown port or network, 2 usage, 111 system error.",
    .options = option_table,
    .options_n = sizeof option_table / sizeof option_table[0],
    .usage_status = STATUS_USAGE,
};

/* What the lookups of one command line share. */
struct lookup {
    const struct options *options;
    struct rvx_resolver *resolver;
    const char *network; /* NULL: tcp, then udp */
    struct json json;
};

#define NAME_COLUMNS 21

static int status_of(int code)
{
    switch (code) {
    case RVX_EPORTUNKNOWN:
    case RVX_EPORTINVALID:
    case RVX_ENETUNKNOWN:
        return STATUS_UNKNOWN;
    default:
        return code < 0 ? CLI_STATUS_SYSTEM : STATUS_FOUND;
    }
}

static int worse(int a, int b)
{
    return a > b ? a : b;
}

/* width: of the column it fills at least, on the left. */
static void print_visible(const char *text, int width)
{
    char shown[TEXT_GROWTH * 256];

    text_visible(shown, sizeof shown, text, strlen(text), TEXT_DATA);
    printf("%-*s", width, shown);
}

/* --- one port --- */

static int find_port(const struct lookup *lookup, const char *service, const char **network, uint16_t *port,
                     struct rvx_error *err)
{
    struct rvx_error udp_err;
    int code;

    *network = lookup->network ? lookup->network : "tcp";
    code = rvx_lookup_port(lookup->resolver, *network, service, NULL, port, err);
    if (code != RVX_EPORTUNKNOWN || lookup->network)
        return code;
    code = rvx_lookup_port(lookup->resolver, "udp", service, NULL, port, &udp_err);
    if (code == 0)
        *network = "udp";
    else if (code != RVX_EPORTUNKNOWN)
        *err = udp_err;
    return code;
}

static int look_up_port(struct lookup *lookup, const char *service)
{
    struct rvx_error err;
    const char *network;
    uint16_t port;
    int code = find_port(lookup, service, &network, &port, &err);

    if (lookup->options->explain && service[strspn(service, "+-0123456789")] == '\0')
        cli_error(&program, "'%s' is a number: no source is asked", service);
    if (code < 0)
        cli_error(&program, "%s", rvx_error_text(&err));
    if (lookup->options->json) {
        json_open(&lookup->json, NULL, '{');
        json_text(&lookup->json, "service", service);
        json_text(&lookup->json, "network", network);
        if (code < 0)
            json_text(&lookup->json, "error", rvx_error_text(&err));
        else
            json_number(&lookup->json, "port", port);
        json_close(&lookup->json, '}');
    } else if (code == 0) {
        printf("%u\n", (unsigned)port);
    }
    return status_of(code);
}

/* --- lists of services: --all and --reverse --- */

static void print_json_services(struct json *json, const struct rvx_services *services)
{
    json_open(json, "services", '[');
    for (size_t i = 0; i < services->n; i++) {
        const struct rvx_service *service = &services->v[i];

        json_open(json, NULL, '{');
        json_text(json, "name", service->name);
        json_number(json, "port", service->port);
        json_text(json, "protocol", service->protocol);
        json_open(json, "aliases", '[');
        for (size_t k = 0; k < service->aliases_n; k++)
            json_text(json, NULL, service->aliases[k]);
        json_close(json, ']');
        json_text(json, "source", service->source);
        json_close(json, '}');
    }
    json_close(json, ']');
}

/* As getent(1) prints it. */
static void print_entry(const struct rvx_service *service)
{
    print_visible(service->name, NAME_COLUMNS);
    printf(" %u/", (unsigned)service->port);
    print_visible(service->protocol, 0);
    for (size_t i = 0; i < service->aliases_n; i++) {
        putchar(' ');
        print_visible(service->aliases[i], 0);
    }
    putchar('\n');
}

static void print_entries(const struct rvx_services *services)
{
    for (size_t i = 0; i < services->n; i++)
        print_entry(&services->v[i]);
}

/* Listing takes everything a source has, so where it came from is all there is to explain. */
static void explain_services(const struct rvx_services *services)
{
    for (size_t i = 0; i < services->n; i++) {
        const struct rvx_service *service = &services->v[i];

        cli_error(&program, "%s %u/%s: from %s", service->name, (unsigned)service->port, service->protocol,
                  service->source);
    }
}

/* Each official name once: "domain" is a service of both protocols. */
static void print_names(const struct rvx_services *services)
{
    for (size_t i = 0; i < services->n; i++) {
        size_t k = 0;

        while (k < i && strcmp(services->v[k].name, services->v[i].name) != 0)
            k++;
        if (k == i) {
            print_visible(services->v[i].name, 0);
            putchar('\n');
        }
    }
}

/* The protocol column of services(5) that a network looks at; NULL: any. */
static const char *protocol_of(const char *network)
{
    if (!network || strcmp(network, "ip") == 0)
        return NULL;
    return network[0] == 't' ? "tcp" : "udp";
}

/* Lists what matches a service name, or a port if `service` is NULL. */
static int list_services(struct lookup *lookup, const char *service, long port)
{
    struct rvx_service_query query = RVX_SERVICE_QUERY_INIT;
    struct rvx_services *services = NULL;
    struct rvx_error err;
    int code;

    query.name = service;
    query.port = (uint16_t)port;
    query.protocol = protocol_of(lookup->network);
    code = rvx_lookup_services(lookup->resolver, &query, NULL, &services, &err);
    if (code < 0)
        cli_error(&program, "%s", rvx_error_text(&err));
    else if (lookup->options->explain)
        explain_services(services);
    if (lookup->options->json) {
        json_open(&lookup->json, NULL, '{');
        if (service)
            json_text(&lookup->json, "service", service);
        else
            json_number(&lookup->json, "port", port);
        if (code < 0)
            json_text(&lookup->json, "error", rvx_error_text(&err));
        else
            print_json_services(&lookup->json, services);
        json_close(&lookup->json, '}');
    } else if (code == 0) {
        (lookup->options->all ? print_entries : print_names)(services);
    }
    rvx_services_free(services);
    return status_of(code);
}

/* Nothing is ever registered on port 0, and in a query it stands for any. */
static int list_port(struct lookup *lookup, long port)
{
    if (port != 0)
        return list_services(lookup, NULL, port);
    cli_error(&program, "port 0 belongs to no service");
    return STATUS_UNKNOWN;
}

/* --- the command line --- */

static bool is_network(const char *text)
{
    static const char *const networks[] = { "tcp", "tcp4", "tcp6", "udp", "udp4", "udp6", "ip" };

    for (size_t i = 0; i < sizeof networks / sizeof networks[0]; i++)
        if (strcmp(text, networks[i]) == 0)
            return true;
    return false;
}

static int look_up(struct lookup *lookup, const char *operand)
{
    long port;

    if (lookup->options->all && cli_parse_number(operand, 0, UINT16_MAX, &port) == 0)
        return list_port(lookup, port);
    if (lookup->options->all)
        return list_services(lookup, operand, 0);
    return look_up_port(lookup, operand);
}

/* What may have been meant by an operand that is no service. */
static void give_hint(const char *operand, int position, int operands_n)
{
    if (is_network(operand) && operands_n == 1)
        cli_error(&program, "a service has to follow the network '%s'", operand);
    else if (is_network(operand))
        cli_error(&program, "the network '%s' goes in front of the services", operand);
    else if (position == 0 && operands_n > 1)
        cli_error(&program, "nor is '%s' a network; those are tcp, tcp4, tcp6, udp, udp4, udp6 and ip", operand);
}

static int run_forward(struct lookup *lookup, char **operands, int operands_n)
{
    int worst = STATUS_FOUND;

    for (int i = 0; i < operands_n; i++) {
        int status = look_up(lookup, operands[i]);

        worst = worse(worst, status);
        if (status == STATUS_UNKNOWN && !lookup->network)
            give_hint(operands[i], i, operands_n);
    }
    return worst;
}

static int run_reverse(struct lookup *lookup, char **operands, int operands_n)
{
    int status = STATUS_FOUND;
    long port;

    for (int i = 0; i < operands_n; i++)
        if (cli_parse_number(operands[i], 0, UINT16_MAX, &port) < 0)
            return cli_usage_error(&program, "--reverse: '%s' is not a port (0 to 65535)", operands[i]);
    status = list_port(lookup, lookup->options->reverse);
    for (int i = 0; i < operands_n; i++) {
        (void)cli_parse_number(operands[i], 0, UINT16_MAX, &port);
        status = worse(status, list_port(lookup, port));
    }
    return status;
}

/* A missing /etc/services is not worth a word, but a file that was asked for by name is. */
static int check_services_file(const char *path)
{
    struct stat info;
    int code = stat(path, &info) < 0 || access(path, R_OK) < 0 ? errno : S_ISDIR(info.st_mode) ? EISDIR : 0;

    if (code == 0)
        return STATUS_FOUND;
    cli_error(&program, "--services: %s: %s", path, rvx_strerror(-code));
    return CLI_STATUS_SYSTEM;
}

static void explain(void *arg, enum rvx_log_level level, const char *text)
{
    (void)arg;
    (void)level;
    cli_error(&program, "%s", text);
}

static int open_resolver(struct lookup *lookup)
{
    const struct options *options = lookup->options;
    struct rvx_resolver_opts opts = RVX_RESOLVER_OPTS_INIT;
    struct rvx_error err;

    opts.services_path = options->services;
    if (options->backend >= 0)
        opts.service_order = backends[options->backend];
    else if (options->services)
        opts.service_order = "files,builtin"; /* the file was named in order to be read */
    if (options->explain) {
        opts.log = explain;
        opts.log_level = RVX_LOG_TRACE;
    }
    if (rvx_resolver_new(&opts, &lookup->resolver, &err) == 0)
        return STATUS_FOUND;
    cli_error(&program, "%s", rvx_error_text(&err));
    return CLI_STATUS_SYSTEM;
}

static int check_options(const struct options *options, int operands_n)
{
    if (options->services && options->backend > 0)
        return cli_usage_error(&program, "--services: --backend=%s reads no file", backends[options->backend]);
    if (operands_n == 0 && options->reverse < 0)
        return cli_usage_error(&program, "SERVICE is missing");
    return options->services ? check_services_file(options->services) : STATUS_FOUND;
}

int main(int argc, char **argv)
{
    struct options options = { .reverse = -1, .backend = -1 };
    struct lookup lookup = { .options = &options, .json = { .out = stdout } };
    int status;
    int operands_n;

    cli_hold_standard_fds();
    operands_n = cli_parse(&program, argc, argv, &options, &status);
    if (operands_n < 0)
        return status;
    if (operands_n > (options.reverse < 0) && is_network(argv[0])) {
        lookup.network = *argv++;
        operands_n--;
    }
    status = check_options(&options, operands_n);
    if (status == 0)
        status = open_resolver(&lookup);
    if (status == 0)
        status = (options.reverse < 0 ? run_forward : run_reverse)(&lookup, argv, operands_n);
    rvx_resolver_free(lookup.resolver);
    return cli_close_stdout(&program, status);
}
