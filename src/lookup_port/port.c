/* port.c - the port of a service */
#include <config.h>

#include "lookup_port/lookup.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <resolvx/err.h>

int lookup_status(int code)
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

int lookup_port(struct lookup *lookup, const char *service)
{
    struct rvx_error err;
    const char *network;
    uint16_t port;
    int code = find_port(lookup, service, &network, &port, &err);

    if (lookup->options->explain && service[strspn(service, "+-0123456789")] == '\0')
        cli_error(&lookup_program, "'%s' is a number: no source is asked", service);
    if (code < 0)
        cli_error(&lookup_program, "%s", rvx_error_text(&err));
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
    return lookup_status(code);
}
