/* main.c - lookup-port(1): the port of a service, for scripts
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

#include "lookup_port/lookup.h"
#include "lookup_port/options.h"

static int worse(int a, int b)
{
    return a > b ? a : b;
}

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
    long port = 0; /* which the empty text stands for */

    if (!lookup->options->all)
        return lookup_port(lookup, operand);
    if (*operand == '\0' || cli_parse_number(operand, 0, UINT16_MAX, &port) == 0)
        return lookup_by_port(lookup, port);
    return lookup_by_name(lookup, operand);
}

/* What may have been meant by an operand that is no service. */
static void give_hint(const char *operand, int position, int operands_n)
{
    if (is_network(operand) && operands_n == 1)
        cli_error(&lookup_program, "a service has to follow the network '%s'", operand);
    else if (is_network(operand))
        cli_error(&lookup_program, "the network '%s' goes in front of the services", operand);
    else if (position == 0 && operands_n > 1)
        cli_error(&lookup_program, "nor is '%s' a network; those are tcp, tcp4, tcp6, udp, udp4, udp6 and ip", operand);
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
            return cli_usage_error(&lookup_program, "--reverse: '%s' is not a port (0 to 65535)", operands[i]);
    status = lookup_by_port(lookup, lookup->options->reverse);
    for (int i = 0; i < operands_n; i++) {
        (void)cli_parse_number(operands[i], 0, UINT16_MAX, &port);
        status = worse(status, lookup_by_port(lookup, port));
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
    cli_error(&lookup_program, "--services: %s: %s", path, rvx_strerror(-code));
    return CLI_STATUS_SYSTEM;
}

static void explain(void *arg, enum rvx_log_level level, const char *text)
{
    (void)arg;
    (void)level;
    cli_error(&lookup_program, "%s", text);
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
    cli_error(&lookup_program, "%s", rvx_error_text(&err));
    return CLI_STATUS_SYSTEM;
}

static int check_options(const struct options *options, int operands_n)
{
    if (options->services && options->backend > BACKEND_FILES)
        return cli_usage_error(&lookup_program, "--services: --backend=%s reads no file", backends[options->backend]);
    if (options->reverse >= 0 && options->backend == BACKEND_LIBC)
        return cli_usage_error(&lookup_program, "--reverse: the C library is only asked for names");
    if (operands_n == 0 && options->reverse < 0)
        return cli_usage_error(&lookup_program, "SERVICE is missing");
    return options->services ? check_services_file(options->services) : STATUS_FOUND;
}

int main(int argc, char **argv)
{
    struct options options = OPTIONS_INIT;
    struct lookup lookup = { .options = &options, .json = { .out = stdout } };
    int status;
    int operands_n;

    cli_hold_standard_fds();
    operands_n = cli_parse(&lookup_program, argc, argv, &options, &status);
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
    return cli_close_stdout(&lookup_program, status);
}
