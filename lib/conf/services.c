/* services.c - services(5): service names to ports and back
 *
 * A line is "NAME PORT/PROTOCOL [ALIAS]...". Ports are 1 to 65535: libc takes what its types hold and Go any number
 * above 0, but nothing can listen on the others.
 *
 * parse_line() is the only reader of lines. The scan lets rvx__lines_seek() find the lines that hold the name
 * somewhere, which costs a few microseconds for all of a usual file, and parses only those. The table parses every line
 * and answers with one probe of a map, from a name or a port to the services that have it, in file order; one protocol
 * or two are all that a usual name has. A name that is in lower case already, as nearly all are, is its own key and is
 * not copied, neither out of the file nor out of a question.
 */
#include <config.h>

#include "conf/services.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"

#define NEEDLE_SIZE (sizeof "65535/" + RVX__SERVICE_PROTOCOL_MAX)

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
    char text[NEEDLE_SIZE];
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

/* A service under one of its keys. */
struct link {
    const struct rvx__service *service;
    struct link *next; /* the next one with this key */
    struct link *last; /* of the first link: where to append */
};

static bool has_upper(struct rvx__view word)
{
    bool upper = false;
    size_t i;

    for (i = 0; i < word.len; i++)
        upper |= rvx__to_lower(word.data[i]) != word.data[i];
    return upper;
}

/* Enters a service behind those that have the key already. The key is kept. */
static int enter_key(struct rvx__services *services, struct rvx__map *map, struct rvx__view key,
                     const struct rvx__service *service)
{
    struct link *first = rvx__map_get(map, key);
    struct link *link = rvx__arena_alloc(&services->arena, sizeof *link);

    if (link == NULL)
        return -ENOMEM;
    link->service = service;
    link->next = NULL;
    link->last = link;
    if (first == NULL)
        return rvx__map_put(map, key, link);
    first->last->next = link;
    first->last = link;
    return 0;
}

static int enter_name(struct rvx__services *services, struct rvx__view name, const struct rvx__service *service)
{
    struct rvx__buf buf;
    char *storage;

    if (has_upper(name)) {
        storage = rvx__arena_alloc(&services->arena, name.len + 1);
        if (storage == NULL)
            return -ENOMEM;
        rvx__buf_init(&buf, storage, name.len + 1);
        rvx__buf_add_lower(&buf, name);
        name = rvx__buf_view(&buf);
    }
    return enter_key(services, &services->by_name, name, service);
}

/* The key of a port: its two bytes, where they are. */
static struct rvx__view port_key(const uint16_t *port)
{
    return rvx__view_of(port, sizeof *port);
}

static int enter_service(struct rvx__services *services, const struct rvx__service *service)
{
    struct rvx__view aliases = service->aliases, alias;
    int rc = enter_name(services, service->name, service);

    while (rc == 0 && rvx__view_take_word(&aliases, &alias)) {
        if (alias.len <= RVX__SERVICE_NAME_MAX)
            rc = enter_name(services, alias, service);
        else
            rvx__remarks_add(&services->remarks, service->line, RVX__REMARK_BAD, alias);
    }
    return rc < 0 ? rc : enter_key(services, &services->by_port, port_key(&service->port), service);
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

static const struct rvx__service *find_protocol(const struct link *link, struct rvx__view protocol)
{
    while (link != NULL && protocol.len > 0 && !rvx__view_eq_fold(link->service->protocol, protocol))
        link = link->next;
    return link != NULL ? link->service : NULL;
}

const struct rvx__service *rvx__services_find(const struct rvx__services *services, struct rvx__view name,
                                              struct rvx__view protocol)
{
    char text[RVX__SERVICE_NAME_MAX + 1];
    struct rvx__buf buf;

    if (name.len > RVX__SERVICE_NAME_MAX)
        return NULL;
    if (has_upper(name)) {
        rvx__buf_init(&buf, text, sizeof text);
        rvx__buf_add_lower(&buf, name);
        name = rvx__buf_view(&buf);
    }
    return find_protocol(rvx__map_get(&services->by_name, name), protocol);
}

const struct rvx__service *rvx__services_find_port(const struct rvx__services *services, uint16_t port,
                                                   struct rvx__view protocol)
{
    return find_protocol(rvx__map_get(&services->by_port, port_key(&port)), protocol);
}
