/* services.c - services(5): service names to ports and back
 *
 * A line is "NAME PORT/PROTOCOL [ALIAS]...". Ports are 1 to 65535: libc takes what its types hold and Go any number
 * above 0, but nothing can listen on the others.
 *
 * parse_line() is the only reader of lines. The scan lets rvx__lines_seek() find the lines that hold the name
 * somewhere, which costs a few microseconds for all of a usual file, and parses only those. The table parses every line
 * and answers with one probe of a map, where names are entered with each protocol and, for "any protocol", with none.
 * The parts of a key are joined by a blank, which no part of a line can hold.
 */
#include <config.h>

#include "conf/services.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"

#define KEY_SIZE (RVX__SERVICE_NAME_MAX + 1 + RVX__SERVICE_PROTOCOL_MAX + 1)
#define PORT_TEXT_SIZE 6 /* "65535" */

/* A file is limited by who reads it; 1 MiB of it becomes at most 64 MiB here. */
#define MEMORY_MAX ((size_t)1 << 30)

/* "80/tcp" */
static bool parse_port(struct rvx__view word, struct rvx__service *service)
{
    uint32_t port;

    if (!rvx__view_take_dec(&word, UINT16_MAX, &port) || port == 0 || rvx__view_at(word, 0) != '/')
        return false;
    service->port = (uint16_t)port;
    service->protocol = rvx__view_from(word, 1);
    return service->protocol.len > 0 && service->protocol.len <= RVX__SERVICE_PROTOCOL_MAX;
}

static bool parse_line(struct rvx__view line, struct rvx__service *service)
{
    struct rvx__view word;

    if (!rvx__view_take_word(&line, &service->name) || service->name.len > RVX__SERVICE_NAME_MAX)
        return false;
    if (!rvx__view_take_word(&line, &word) || !parse_port(word, service))
        return false;
    service->aliases = rvx__view_trim(line);
    return true;
}

bool rvx__service_is(const struct rvx__service *service, struct rvx__view name, struct rvx__view protocol)
{
    struct rvx__view aliases = service->aliases, alias;

    if (name.len > RVX__SERVICE_NAME_MAX)
        return false;
    if (protocol.len > 0 && !rvx__view_eq_fold(service->protocol, protocol))
        return false;
    if (rvx__view_eq_fold(service->name, name))
        return true;
    while (rvx__view_take_word(&aliases, &alias)) {
        if (rvx__view_eq_fold(alias, name))
            return true;
    }
    return false;
}

static bool has_port(const struct rvx__service *service, uint16_t port, struct rvx__view protocol)
{
    return service->port == port && (protocol.len == 0 || rvx__view_eq_fold(service->protocol, protocol));
}

bool rvx__services_next(struct rvx__lines *lines, struct rvx__service *service, struct rvx__remarks *remarks)
{
    struct rvx__view line;

    while (rvx__lines_next(lines, &line)) {
        if (parse_line(line, service)) {
            service->line = lines->number;
            return true;
        }
        if (remarks != NULL)
            rvx__remarks_add(remarks, lines->number, RVX__REMARK_BAD, line);
    }
    return false;
}

bool rvx__services_scan(struct rvx__view bytes, struct rvx__view name, struct rvx__view protocol,
                        struct rvx__service *service)
{
    struct rvx__service candidate;
    struct rvx__lines lines;
    struct rvx__view line;

    rvx__lines_init(&lines, bytes, RVX__LINES_COMMENT_HASH);
    while (rvx__lines_seek(&lines, name, &line)) {
        if (!parse_line(line, &candidate) || !rvx__service_is(&candidate, name, protocol))
            continue;
        candidate.line = lines.number;
        *service = candidate;
        return true;
    }
    return false;
}

/* "80/" and the protocol; a line that fits holds it, perhaps behind zeros. */
static void make_port_needle(struct rvx__buf *buf, uint16_t port, struct rvx__view protocol)
{
    rvx__buf_add_dec(buf, port);
    rvx__buf_add_byte(buf, '/');
    rvx__buf_add(buf, protocol);
}

bool rvx__services_scan_port(struct rvx__view bytes, uint16_t port, struct rvx__view protocol,
                             struct rvx__service *service)
{
    char text[KEY_SIZE];
    struct rvx__service candidate;
    struct rvx__lines lines;
    struct rvx__view line;
    struct rvx__buf needle;

    rvx__buf_init(&needle, text, sizeof text);
    make_port_needle(&needle, port, rvx__view_to(protocol, RVX__SERVICE_PROTOCOL_MAX));
    rvx__lines_init(&lines, bytes, RVX__LINES_COMMENT_HASH);
    while (rvx__lines_seek(&lines, rvx__buf_view(&needle), &line)) {
        if (!parse_line(line, &candidate) || !has_port(&candidate, port, protocol))
            continue;
        candidate.line = lines.number;
        *service = candidate;
        return true;
    }
    return false;
}

/* Enters a service under a key, unless an earlier line is there. */
static int put_first(struct rvx__map *map, struct rvx__view key, struct rvx__service *service)
{
    return rvx__map_get(map, key) != NULL ? 0 : rvx__map_put(map, key, service);
}

/* Enters a service under "WORD PROTOCOL" and "WORD ". */
static int enter_word(struct rvx__services *services, struct rvx__map *map, struct rvx__view word,
                      struct rvx__service *service)
{
    size_t len = word.len + 1 + service->protocol.len;
    char *storage = rvx__arena_alloc(&services->arena, len + 1);
    struct rvx__buf buf;
    int rc;

    if (storage == NULL)
        return -ENOMEM;
    rvx__buf_init(&buf, storage, len + 1);
    rvx__buf_add_lower(&buf, word);
    rvx__buf_add_byte(&buf, ' ');
    rvx__buf_add_lower(&buf, service->protocol);
    rc = put_first(map, rvx__buf_view(&buf), service);
    if (rc == 0)
        rc = put_first(map, rvx__view_to(rvx__buf_view(&buf), word.len + 1), service);
    return rc;
}

static int enter_port(struct rvx__services *services, struct rvx__service *service)
{
    char text[PORT_TEXT_SIZE];
    struct rvx__buf buf;

    rvx__buf_init(&buf, text, sizeof text);
    rvx__buf_add_dec(&buf, service->port);
    return enter_word(services, &services->by_port, rvx__buf_view(&buf), service);
}

static int enter_service(struct rvx__services *services, struct rvx__service *service)
{
    struct rvx__view aliases = service->aliases, alias;
    int rc = enter_word(services, &services->by_name, service->name, service);

    while (rc == 0 && rvx__view_take_word(&aliases, &alias)) {
        if (alias.len <= RVX__SERVICE_NAME_MAX)
            rc = enter_word(services, &services->by_name, alias, service);
        else
            rvx__remarks_add(&services->remarks, service->line, RVX__REMARK_BAD, alias);
    }
    return rc < 0 ? rc : enter_port(services, service);
}

static size_t count_services(struct rvx__view bytes)
{
    struct rvx__service service;
    struct rvx__lines lines;
    size_t n = 0;

    rvx__lines_init(&lines, bytes, RVX__LINES_COMMENT_HASH);
    while (rvx__services_next(&lines, &service, NULL))
        n++;
    return n;
}

static int enter_services(struct rvx__services *services, struct rvx__view bytes)
{
    const char *text = rvx__arena_text(&services->arena, bytes);
    struct rvx__service service;
    struct rvx__lines lines;
    int rc = 0;

    services->items = rvx__arena_calloc(&services->arena, count_services(bytes), sizeof *services->items);
    if (text == NULL || services->items == NULL)
        return -ENOMEM;
    rvx__lines_init(&lines, rvx__view_of(text, bytes.len), RVX__LINES_COMMENT_HASH);
    while (rc == 0 && rvx__services_next(&lines, &service, &services->remarks)) {
        services->items[services->n] = service;
        rc = enter_service(services, &services->items[services->n++]);
    }
    return rc;
}

int rvx__services_parse(struct rvx__services *services, struct rvx__view bytes, struct rvx__map_seed seed)
{
    int rc;

    memset(services, 0, sizeof *services);
    rvx__map_init(&services->by_name, seed, 2 * bytes.len);
    rvx__map_init(&services->by_port, seed, 2 * bytes.len);
    rvx__arena_init(&services->arena, MEMORY_MAX);
    rc = enter_services(services, bytes);
    if (rc < 0)
        rvx__services_fini(services);
    return rc;
}

void rvx__services_fini(struct rvx__services *services)
{
    rvx__map_fini(&services->by_name);
    rvx__map_fini(&services->by_port);
    rvx__arena_fini(&services->arena);
    memset(services, 0, sizeof *services);
}

/* Builds the key that enter_word() made; false if it is too long for one. */
static bool make_key(struct rvx__buf *buf, struct rvx__view word, struct rvx__view protocol)
{
    if (word.len > RVX__SERVICE_NAME_MAX || protocol.len > RVX__SERVICE_PROTOCOL_MAX)
        return false;
    rvx__buf_add_lower(buf, word);
    rvx__buf_add_byte(buf, ' ');
    rvx__buf_add_lower(buf, protocol);
    return true;
}

const struct rvx__service *rvx__services_find(const struct rvx__services *services, struct rvx__view name,
                                              struct rvx__view protocol)
{
    char text[KEY_SIZE];
    struct rvx__buf buf;

    rvx__buf_init(&buf, text, sizeof text);
    return make_key(&buf, name, protocol) ? rvx__map_get(&services->by_name, rvx__buf_view(&buf)) : NULL;
}

const struct rvx__service *rvx__services_find_port(const struct rvx__services *services, uint16_t port,
                                                   struct rvx__view protocol)
{
    char text[KEY_SIZE], digits[PORT_TEXT_SIZE];
    struct rvx__buf buf, number;

    rvx__buf_init(&number, digits, sizeof digits);
    rvx__buf_add_dec(&number, port);
    rvx__buf_init(&buf, text, sizeof text);
    if (!make_key(&buf, rvx__buf_view(&number), protocol))
        return NULL;
    return rvx__map_get(&services->by_port, rvx__buf_view(&buf));
}
