/* options.c - what the command line of lookup-port says */
#include <config.h>

#include "lookup_port/options.h"

#include <stddef.h>
#include <stdint.h>

const char *const backends[] = { "files", "builtin", "libc", NULL };

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

const struct cli_program lookup_program = {
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
