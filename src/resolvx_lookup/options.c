/* options.c - what the command line of resolvx says */
#include <config.h>

#include "resolvx_lookup/options.h"

#include <stddef.h>

const char *const networks[] = { "ip", "ip4", "ip6", NULL };

#define CONCURRENCY_MAX 100000

static const struct cli_option option_table[] = {
    { .letter = 'j', .name = "json", .kind = CLI_FLAG, .offset = offsetof(struct options, json),
      .help = "print one JSON object a line for each name" },
    { .letter = 's', .name = "short", .kind = CLI_FLAG, .offset = offsetof(struct options, brief),
      .help = "print the bare answers, one a line" },
    { .letter = 'n', .name = "network", .kind = CLI_CHOICE, .offset = offsetof(struct options, network), .arg = "NET",
      .help = "host: addresses of IPv4 only (ip4), of IPv6 only\n(ip6) or of both (ip, the default)",
      .words = networks },
    { .letter = 'S', .name = "server", .kind = CLI_LIST, .offset = offsetof(struct options, servers),
      .arg = "HOST[:PORT]",
      .help = "ask this DNS server instead of those of\nresolv.conf; may be given several times" },
    { .letter = 'e', .name = "etc", .kind = CLI_TEXT, .offset = offsetof(struct options, etc), .arg = "DIR",
      .help = "read resolv.conf, hosts, services, nsswitch.conf\nand gai.conf from DIR instead of /etc" },
    { .letter = 'o', .name = "order", .kind = CLI_TEXT, .offset = offsetof(struct options, order), .arg = "SOURCES",
      .help = "ask these sources in this order, such as files,dns,\ninstead of what nsswitch.conf says" },
    { .name = "modules", .kind = CLI_TEXT, .offset = offsetof(struct options, modules), .arg = "DIR",
      .help = "load sources that nobody knows as modules from DIR" },
    { .name = "tcp", .kind = CLI_FLAG, .offset = offsetof(struct options, tcp),
      .help = "ask DNS servers over TCP only" },
    { .letter = 't', .name = "timeout", .kind = CLI_DURATION, .offset = offsetof(struct options, timeout),
      .arg = "DURATION", .help = "give up a lookup after this, such as 5s or 250ms" },
    { .letter = 'c', .name = "concurrency", .kind = CLI_NUMBER, .offset = offsetof(struct options, concurrency),
      .arg = "N", .help = "look so many names up at the same time (64)", .noun = "a number of lookups", .min = 1,
      .max = CONCURRENCY_MAX },
    { .name = "no-cache", .kind = CLI_FLAG, .offset = offsetof(struct options, no_cache),
      .help = "ask anew for a name that was asked for before" },
    { .letter = 'T', .name = "trace", .kind = CLI_FLAG, .offset = offsetof(struct options, trace),
      .help = "draw a timeline of each lookup on standard error" },
};

const struct cli_program resolvx_program = {
    .name = "resolvx",
    .synopsis = "[OPTION]... COMMAND [ARG]...",
    .summary = "Look names up: hosts, addresses, services and DNS records.\n\n"
               "  host NAME...         addresses of a host, in the order to try them\n"
               "  addr ADDRESS...      names of an address\n"
               "  cname NAME...        canonical name\n"
               "  mx NAME...           mail exchangers, best first\n"
               "  ns NAME...           name servers\n"
               "  srv NAME...          servers of a service such as _imap._tcp.example.org\n"
               "  txt NAME...          texts\n"
               "  https NAME...        HTTPS service bindings\n"
               "  port SERVICE...      port of a service, such as https or domain/udp\n"
               "  query TYPE NAME...   any DNS records, such as CAA or TYPE65280\n"
               "  explain [COMMAND] ARG...\n"
               "                       look up, and tell whom was asked, why, and what came of it\n\n"
               "Without an ARG, or for '-', names are read from standard input, one a line.",
    .notes = "Exit status: 0 found, 1 not found, 2 usage, 3 temporary failure, 111 system error.\n"
             "With several names it is that of the worst, a temporary failure being the worst.",
    .options = option_table,
    .options_n = sizeof option_table / sizeof option_table[0],
    .usage_status = STATUS_USAGE,
};
