/* check.c - what we make of pseudo-random addresses, for Go to judge
 *
 * Prints one line for each text: the kind of text, the text in hexadecimal, and what we make of it, apart by tabs. The
 * same lines on every machine.
 */
#include <config.h>

#include <stdio.h>
#include <string.h>

#include <resolvx/addr.h>

#include "addr/ip.h"
#include "addr/port.h"
#include "support/addrgen.h"

#define CASES 4000

static void print_case(const char *kind, const char *text)
{
    size_t i;

    printf("%s\t", kind);
    for (i = 0; text[i] != '\0'; i++)
        printf("%02x", (unsigned)(unsigned char)text[i]);
    printf("\t");
}

static void print_ip(const char *text)
{
    char printed[RVX_ADDR_STRLEN];
    struct rvx_addr addr;

    print_case("ip", text);
    if (rvx_addr_parse(text, &addr) < 0)
        printf("none\n");
    else
        printf("%s\n", rvx_addr_host_text(&addr, printed));
}

static void print_addrport(const char *text)
{
    char printed[RVX_ADDR_STRLEN];
    struct rvx_addr addr;

    print_case("addrport", text);
    if (rvx_addr_parse_port(text, &addr) < 0)
        printf("none\n");
    else
        printf("%s\n", rvx_addr_text(&addr, printed));
}

static void print_hostport(const char *text)
{
    struct rvx_hostport parts;
    struct rvx_error err;

    print_case("hostport", text);
    if (rvx_split_hostport(text, &parts, &err) < 0)
        printf("%s\n", rvx_error_text(&err));
    else
        printf("<%s> <%s>\n", parts.host, parts.port);
}

static void print_join(const char *host, const char *port)
{
    char text[2 * ADDRGEN_SIZE], joined[2 * ADDRGEN_SIZE];

    snprintf(text, sizeof text, "%s\n%s", host, port);
    print_case("join", text);
    if (rvx_join_hostport(host, port, joined, sizeof joined) < 0)
        printf("none\n");
    else
        printf("%s\n", joined);
}

static void print_port(const char *text)
{
    uint16_t port;

    print_case("port", text);
    switch (rvx__port_parse(rvx__view_text(text), &port)) {
    case RVX__PORT_NUMBER:
        printf("%u\n", port);
        break;
    case RVX__PORT_INVALID:
        printf("invalid\n");
        break;
    case RVX__PORT_NAME:
        printf("name\n");
        break;
    }
}

int main(void)
{
    uint32_t seed = 1;
    unsigned i;

    for (i = 0; i < CASES; i++) {
        char ip[ADDRGEN_SIZE], hostport[ADDRGEN_SIZE], port[ADDRGEN_SIZE];

        addrgen_ip(&seed, ip);
        addrgen_hostport(&seed, hostport);
        addrgen_port(&seed, port);
        print_ip(ip);
        print_addrport(hostport);
        print_hostport(hostport);
        print_join(ip, port);
        print_port(port);
    }
    /* What wraps round in 32 bits there. */
    print_port("4294967376");
    print_port("-4294967376");
    print_port("+");
    print_port("-");
    return 0;
}
