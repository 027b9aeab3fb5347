/* main.c - hostile-dns: a DNS server that answers wrongly, in a way that the name asked for chooses
 *
 * Follows README.md beside it.
 */
#include <config.h>

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hostile/serve.h"

enum { EXIT_USAGE = 2 };

static const char usage[] =
    "Usage: hostile-dns [--address ADDRESS] [--port PORT] [--mode NAME] [--verbose]\n"
    "       hostile-dns --list\n"
    "\n"
    "A DNS server for testing resolvers: answers wrongly over UDP and TCP, in the way that MODE says, to queries for\n"
    "MODE.hostile.test and the names below it, types A, AAAA and PTR. Prints its port and serves until it is killed.\n"
    "\n"
    "  --address ADDRESS  where to listen, default 127.0.0.1\n"
    "  --port PORT        default 0: any\n"
    "  --mode NAME        this mode whatever name is asked for\n"
    "  --verbose          a line for every query\n"
    "  --list             print number, name, what a client has to make of it over UDP and over TCP, and what it is\n";

static int list_modes(void)
{
    const struct mode *mode;

    for (size_t i = 0; (mode = mode_at(i)) != NULL; i++)
        printf("%zu\t%s\t%s\t%s\t%s\n", i, mode->name, want_text(mode->udp), want_text(mode->tcp), mode->about);
    return 0;
}

static int complain(const char *what, const char *value)
{
    fprintf(stderr, "hostile-dns: %s: %s\n%s", what, value, usage);
    return EXIT_USAGE;
}

static int serve(struct server *server, const char *address, uint16_t port)
{
    int result = server_open(server, address, port);

    if (result == 0) {
        printf("%u\n", (unsigned)server->port);
        fflush(stdout);
        result = server_run(server, -1);
    }
    fprintf(stderr, "hostile-dns: %s: %s\n", address, strerror(-result));
    server_close(server);
    return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"address", required_argument, NULL, 'a'},
        {"port", required_argument, NULL, 'p'},
        {"mode", required_argument, NULL, 'm'},
        {"verbose", no_argument, NULL, 'v'},
        {"list", no_argument, NULL, 'l'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    static struct server server;
    const char *address = "127.0.0.1";
    unsigned long port = 0;
    char *end;
    int c;

    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (c) {
        case 'a':
            address = optarg;
            break;
        case 'p':
            port = strtoul(optarg, &end, 10);
            if (*optarg == '\0' || *end != '\0' || port > 65535)
                return complain("no port", optarg);
            break;
        case 'm':
            server.only = mode_find(optarg, strlen(optarg));
            if (server.only == NULL)
                return complain("no such mode", optarg);
            break;
        case 'v':
            server.verbose = true;
            break;
        case 'l':
            return list_modes();
        case 'h':
            return fputs(usage, stdout) < 0;
        default:
            fputs(usage, stderr);
            return EXIT_USAGE;
        }
    }
    if (optind < argc)
        return complain("too many arguments", argv[optind]);
    return serve(&server, address, (uint16_t)port);
}
