/* options.c - what the command line of resolvx-listen says */
#include <config.h>

#include "resolvx_listen/options.h"

#include <stddef.h>

#include "resolvx_listen/handlers.h"

const char *const listen_networks[] = { "tcp", "tcp4", "tcp6", "unix", "unixpacket", NULL };

static const struct cli_option option_table[] = {
    { .name = "network", .kind = CLI_CHOICE, .offset = offsetof(struct listen_options, network), .arg = "NETWORK",
      .help = "tcp (default), tcp4, tcp6, unix or unixpacket", .words = listen_networks },
    { .name = "handler", .kind = CLI_CHOICE, .offset = offsetof(struct listen_options, handler), .arg = "WHICH",
      .help = "what clients get: ack prints one message and\nacknowledges it (default), echo sends back all that\n"
              "comes, discard swallows it",
      .words = handler_names },
    { .name = "all-addresses", .kind = CLI_FLAG, .offset = offsetof(struct listen_options, all_addresses),
      .help = "listen on every address of a host, not only on the\nfirst IPv4 one" },
    { .name = "print-port", .kind = CLI_FLAG, .offset = offsetof(struct listen_options, print_port),
      .help = "print nothing but the port on standard output, as\nsoon as clients can connect; the other lines go to\n"
              "standard error" },
    { .name = "max-conns", .kind = CLI_NUMBER, .offset = offsetof(struct listen_options, max_conns), .arg = "N",
      .help = "serve at most N clients at once, more wait (1000)", .noun = "a number of clients", .min = 1,
      .max = 100000 },
    { .name = "timeout", .kind = CLI_DURATION, .offset = offsetof(struct listen_options, timeout), .arg = "DURATION",
      .help = "give up on a client that is silent for so long\n(60s); 0: never" },
    { .name = "drain", .kind = CLI_DURATION, .offset = offsetof(struct listen_options, drain), .arg = "DURATION",
      .help = "how long the last clients may take once it is told\nto end (10s)" },
    { .letter = 'q', .name = "quiet", .kind = CLI_FLAG, .offset = offsetof(struct listen_options, quiet),
      .help = "print no messages and not where it listens" },
};

const struct cli_program listen_program = {
    .name = "resolvx-listen",
    .synopsis = "[OPTION]... [ADDRESS]...",
    .summary = "Listen on each ADDRESS (localhost:8888) and serve the clients that come.",
    .notes = "ADDRESS is HOST:PORT, where HOST may be empty for every address of this machine\n"
             "and PORT may be a service name, or 0 for any that is free; a path or @NAME with\n"
             "--network=unix; fd:N for a listening socket that is open already; systemd or\n"
             "systemd:NAME for those a service manager passed. A DURATION is a number with\n"
             "ms, s, m or h behind it.\n\n"
             "SIGTERM and SIGINT end it: newcomers are refused, clients being served may\n"
             "finish. A second signal ends it at once.\n\n"
             "Exit status: 0 told to end, 100 wrong usage, 111 system error.",
    .options = option_table,
    .options_n = sizeof option_table / sizeof option_table[0],
    .usage_status = LISTEN_STATUS_USAGE,
};
