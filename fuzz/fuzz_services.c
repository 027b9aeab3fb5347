/* fuzz_services.c - services files
 *
 * Every service of the file is asked for by name, alias and port, with its protocol and with any, in the table and by a
 * scan: the answers have to be the same, and the first that fits. Every word of the file is asked of the built-in table
 * too.
 */
#include <config.h>

#include <stdint.h>
#include <stdlib.h>

#include "conf/services.h"
#include "conf/services_builtin.h"
#include "require.h"

#define QUERIES_MAX 64 /* each one is a pass over the file */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool same_service(const struct rvx__service *a, const struct rvx__service *b)
{
    return a->line == b->line && a->port == b->port && rvx__view_eq(a->name, b->name) &&
           rvx__view_eq(a->aliases, b->aliases) && rvx__view_eq(a->protocol, b->protocol);
}

/* The first service that fits, the slow way. */
static const struct rvx__service *search(const struct rvx__services *services, struct rvx__view name, uint16_t port,
                                         struct rvx__view protocol)
{
    size_t i;

    for (i = 0; i < services->n; i++) {
        const struct rvx__service *item = &services->items[i];

        if (port > 0 && item->port == port && (protocol.len == 0 || rvx__view_eq_fold(item->protocol, protocol)))
            return item;
        if (port == 0 && rvx__service_is(item, name, protocol))
            return item;
    }
    return NULL;
}

static void ask_name(const struct rvx__services *services, struct rvx__view bytes, struct rvx__view name,
                     struct rvx__view protocol)
{
    const struct rvx__service *found = rvx__services_find(services, name, protocol);
    struct rvx__service scanned;

    require(rvx__services_scan(bytes, name, protocol, &scanned) == (found != NULL));
    require(found == NULL || same_service(found, &scanned));
    require(found == search(services, name, 0, protocol));
}

static void ask_port(const struct rvx__services *services, struct rvx__view bytes, uint16_t port,
                     struct rvx__view protocol)
{
    const struct rvx__service *found = rvx__services_find_port(services, port, protocol);
    struct rvx__service scanned;

    require(found != NULL && rvx__services_scan_port(bytes, port, protocol, &scanned));
    require(same_service(found, &scanned) && found == search(services, found->name, port, protocol));
}

static void ask_builtin(struct rvx__view word, struct rvx__view protocol)
{
    struct rvx__service service, again;

    if (!rvx__services_builtin_find(word, protocol, &service))
        return;
    require(rvx__service_is(&service, word, protocol) && service.port > 0);
    require(rvx__services_builtin_find_port(service.port, service.protocol, &again) && again.port == service.port);
}

static void ask_service(const struct rvx__services *services, struct rvx__view bytes, const struct rvx__service *item)
{
    struct rvx__view aliases = item->aliases, alias, any = rvx__view_of(NULL, 0);

    require(item->port > 0 && item->line > 0 && item->name.len > 0 && item->protocol.len > 0);
    ask_name(services, bytes, item->name, item->protocol);
    ask_name(services, bytes, item->name, any);
    ask_port(services, bytes, item->port, item->protocol);
    ask_port(services, bytes, item->port, any);
    require(rvx__services_find(services, item->name, item->protocol) != NULL);
    if (rvx__view_take_word(&aliases, &alias))
        ask_name(services, bytes, alias, item->protocol);
}

static void ask_words(const struct rvx__services *services, struct rvx__view bytes)
{
    struct rvx__view rest = bytes, line, word, any = rvx__view_of(NULL, 0);
    unsigned queries = 0;

    while (queries < QUERIES_MAX && rvx__view_take_line(&rest, &line)) {
        while (queries < QUERIES_MAX && rvx__view_take_word(&line, &word)) {
            ask_name(services, bytes, word, any);
            ask_name(services, bytes, word, rvx__view_text("tcp"));
            ask_builtin(word, any);
            ask_builtin(word, rvx__view_text("udp"));
            queries++;
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rvx__view bytes = rvx__view_of(data, size);
    struct rvx__map_seed seed = {size, 2};
    struct rvx__services services;
    uint32_t line = 0;
    size_t i;

    require(rvx__services_parse(&services, bytes, seed) == 0);
    for (i = 0; i < services.n; i++) {
        require(services.items[i].line > line);
        line = services.items[i].line;
        if (i < QUERIES_MAX)
            ask_service(&services, bytes, &services.items[i]);
    }
    ask_words(&services, bytes);
    rvx__services_fini(&services);
    return 0;
}
