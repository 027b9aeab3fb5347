/* list.c - the entries of a service or a port: --all and --reverse */
#include <config.h>

#include "lookup_port/lookup.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <resolvx/err.h>

#include "text.h"

#define NAME_COLUMNS 21

/* width: of the column it fills at least, on the left. */
static void print_visible(const char *text, int width)
{
    char shown[TEXT_GROWTH * 256];

    text_visible(shown, sizeof shown, text, strlen(text), TEXT_DATA);
    printf("%-*s", width, shown);
}

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

        cli_error(&lookup_program, "%s %u/%s: from %s", service->name, (unsigned)service->port, service->protocol,
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

static void print_json_answer(struct lookup *lookup, const struct rvx_service_query *query,
                              const struct rvx_services *services, const char *error)
{
    struct json *json = &lookup->json;

    json_open(json, NULL, '{');
    if (query->name)
        json_text(json, "service", query->name);
    else
        json_number(json, "port", query->port);
    if (error)
        json_text(json, "error", error);
    else
        print_json_services(json, services);
    json_close(json, '}');
}

static void print_answer(struct lookup *lookup, const struct rvx_service_query *query,
                         const struct rvx_services *services, const char *error)
{
    if (error)
        cli_error(&lookup_program, "%s", error);
    else if (lookup->options->explain)
        explain_services(services);
    if (lookup->options->json)
        print_json_answer(lookup, query, services, error);
    else if (!error && lookup->options->all)
        print_entries(services);
    else if (!error)
        print_names(services);
}

int lookup_by_name(struct lookup *lookup, const char *name)
{
    struct rvx_service_query query = RVX_SERVICE_QUERY_INIT;
    struct rvx_services *services;
    struct rvx_error err;
    int code;

    query.name = name;
    query.protocol = protocol_of(lookup->network);
    code = rvx_lookup_services(lookup->resolver, &query, NULL, &services, &err);
    print_answer(lookup, &query, services, code < 0 ? rvx_error_text(&err) : NULL);
    rvx_services_free(services);
    return lookup_status(code);
}

/* Nothing is ever registered on port 0, and in a query it stands for any. */
int lookup_by_port(struct lookup *lookup, long port)
{
    struct rvx_service_query query = RVX_SERVICE_QUERY_INIT;
    struct rvx_services *services = NULL;
    struct rvx_error err;
    char text[64];
    const char *error = NULL;
    int code = RVX_EPORTUNKNOWN;

    query.port = (uint16_t)port;
    query.protocol = protocol_of(lookup->network);
    if (port != 0)
        code = rvx_lookup_services(lookup->resolver, &query, NULL, &services, &err);
    if (code == RVX_EPORTUNKNOWN) { /* the library's text is about names */
        snprintf(text, sizeof text, "no %s%sservice is known on port %ld", query.protocol ? query.protocol : "",
                 query.protocol ? " " : "", port);
        error = text;
    } else if (code < 0) {
        error = rvx_error_text(&err);
    }
    print_answer(lookup, &query, services, error);
    rvx_services_free(services);
    return lookup_status(code);
}
