/* services.c - listing services: by name, by port, or all of them
 *
 * The services file comes first, then what the built-in table adds: services whose official name the file does not have
 * for that protocol, nor the name that was asked for. So a listing never contradicts rvx_lookup_port().
 *
 * The C library can only be asked for one name and protocol at a time, through the same backend as for ports. That is
 * done where it is in the order and the tables have nothing; it tells the port and neither official name nor aliases.
 */
#include <config.h>

#include <resolvx/resolver.h>

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/opts.h"
#include "conf/services_builtin.h"
#include "resolver/lookup.h"

struct match {
    struct rvx__service service; /* views into a snapshot, the built-in table, or the query */
    const char *source;
};

struct listing {
    struct rvx_service_query query;
    struct rvx__view name;
    struct rvx__view protocol;
    struct match *matches;
    size_t n;
    size_t cap;
};

static int add_match(struct listing *listing, const struct rvx__service *service, const char *source)
{
    if (listing->n == listing->cap) {
        size_t cap = listing->cap == 0 ? 16 : 2 * listing->cap;
        struct match *more = rvx__realloc(listing->matches, cap, sizeof *more);

        if (more == NULL)
            return -ENOMEM;
        listing->matches = more;
        listing->cap = cap;
    }
    listing->matches[listing->n++] = (struct match){.service = *service, .source = source};
    return 0;
}

static bool is_match(const struct listing *listing, const struct rvx__service *service)
{
    if (listing->query.port != 0 && service->port != listing->query.port)
        return false;
    if (listing->name.len > 0)
        return rvx__service_is(service, listing->name, listing->protocol);
    return listing->protocol.len == 0 || rvx__view_eq_fold(service->protocol, listing->protocol);
}

/* The services of a file, table or bytes. */
struct walk {
    const struct rvx__conffile *file;
    struct rvx__lines lines;
    size_t i;
};

static void begin_walk(struct walk *walk, const struct rvx__conffile *file)
{
    walk->file = file;
    walk->i = 0;
    rvx__lines_init(&walk->lines, rvx__view_of(file->bytes, file->bytes_len), RVX__LINES_COMMENT_HASH);
}

static bool next_service(struct walk *walk, struct rvx__service *service)
{
    const struct rvx__conffile *file = walk->file;

    if (!file->is_table)
        return rvx__services_next(&walk->lines, service, NULL);
    if (walk->i == file->services.n)
        return false;
    *service = file->services.items[walk->i++];
    return true;
}

static int list_file(struct listing *listing, const struct rvx__conffile *file)
{
    struct rvx__service service;
    struct walk walk;
    int rc = 0;

    begin_walk(&walk, file);
    while (rc == 0 && next_service(&walk, &service)) {
        if (is_match(listing, &service))
            rc = add_match(listing, &service, "files");
    }
    return rc;
}

/* Does the file have a service of this name and protocol? file: may be NULL. */
static bool file_has(struct rvx__conffile *file, struct rvx__view name, struct rvx__view protocol)
{
    struct rvx__service found;

    return file != NULL && rvx__conffile_find_service(file, name, protocol, &found) == 0;
}

static int list_builtin(struct listing *listing, struct rvx__conffile *file)
{
    struct rvx__service service;
    int rc = 0;

    for (size_t i = 0; rc == 0 && rvx__services_builtin_at(i, &service); i++) {
        if (!is_match(listing, &service) || file_has(file, service.name, service.protocol))
            continue;
        if (listing->name.len > 0 && file_has(file, listing->name, service.protocol))
            continue;
        rc = add_match(listing, &service, "builtin");
    }
    return rc;
}

/* Asks libc for the name and one protocol. */
static int list_libc_one(struct listing *listing, struct rvx_resolver *resolver, const char *protocol,
                         const struct rvx_ctx *ctx)
{
    struct rvx__service service = {.name = listing->name, .protocol = rvx__view_text(protocol)};
    struct rvx__lookup lookup;
    int rc = rvx__lookup_init_with(&lookup, resolver, RVX_REQUEST_PORT, listing->query.name, protocol, "libc");

    if (rc < 0)
        return rc;
    rc = rvx__lookup_wait(&lookup, ctx);
    service.port = rvx__answer_port(&lookup.answer);
    rvx__lookup_fini(&lookup);
    if (rvx_is_not_found(rc))
        return 0;
    if (rc < 0 || !is_match(listing, &service))
        return rc;
    return add_match(listing, &service, "libc");
}

static int list_libc(struct listing *listing, struct rvx_resolver *resolver, const struct rvx_ctx *ctx)
{
    static const char *const protocols[] = {"tcp", "udp"};
    int rc = 0;

    for (int i = 0; rc == 0 && i < 2; i++) {
        if (listing->protocol.len == 0 || rvx__view_is_fold(listing->protocol, protocols[i]))
            rc = list_libc_one(listing, resolver, protocols[i], ctx);
    }
    return rc;
}

static bool plan_has(const struct rvx__plan *plan, const char *backend)
{
    for (unsigned i = 0; i < plan->n; i++) {
        if (strcmp(plan->steps[i].backend, backend) == 0)
            return true;
    }
    return false;
}

/* Takes a snapshot with a plan and, if the plan is for it, with the services file. */
static int take_snapshot(struct rvx_resolver *resolver, const struct rvx__snapshot **snapshot)
{
    int rc = rvx__resolver_plan_port(resolver, snapshot);
    unsigned need;

    if (rc < 0 || !plan_has(&(*snapshot)->ports, "files"))
        return rc;
    need = (*snapshot)->have | RVX__CONF_BIT(RVX__CONF_SERVICES);
    rvx__snapshot_unref(*snapshot);
    return rvx__store_get(&resolver->store, need, snapshot);
}

static int collect_matches(struct listing *listing, struct rvx_resolver *resolver, const struct rvx__snapshot *snapshot,
                           const struct rvx_ctx *ctx)
{
    const struct rvx__plan *plan = &snapshot->ports;
    struct rvx__conffile *file = plan_has(plan, "files") ? snapshot->file[RVX__CONF_SERVICES] : NULL;
    int rc = 0;

    if (file != NULL)
        rc = rvx_is_temporary(file->error) ? file->error : list_file(listing, file);
    if (rc == 0 && plan_has(plan, "builtin"))
        rc = list_builtin(listing, file);
    if (rc == 0 && listing->n == 0 && listing->name.len > 0 && plan_has(plan, "libc"))
        rc = list_libc(listing, resolver, ctx);
    return rc < 0 || listing->n > 0 ? rc : RVX_EPORTUNKNOWN;
}

static size_t count_aliases(struct rvx__view aliases)
{
    struct rvx__view word;
    size_t n = 0;

    while (rvx__view_take_word(&aliases, &word))
        n++;
    return n;
}

/* Where the parts of the one allocation go next. */
struct space {
    const char **aliases;
    char *texts;
};

/* Room for a service's part beyond its struct. */
static void measure_service(const struct rvx__service *service, size_t *aliases_n, size_t *texts_size)
{
    *aliases_n += count_aliases(service->aliases) + 1;
    *texts_size += service->name.len + 1 + service->protocol.len + 1 + service->aliases.len + 1;
}

static const char *put_text(struct space *space, struct rvx__view text)
{
    char *copy = space->texts;

    if (text.len > 0)
        memcpy(copy, text.data, text.len);
    copy[text.len] = '\0';
    space->texts += text.len + 1;
    return copy;
}

static void put_service(struct space *space, const struct match *match, struct rvx_service *service)
{
    struct rvx__view aliases = match->service.aliases;
    struct rvx__view word;

    service->name = put_text(space, match->service.name);
    service->protocol = put_text(space, match->service.protocol);
    service->port = match->service.port;
    service->source = match->source;
    service->aliases = space->aliases;
    service->aliases_n = 0;
    while (rvx__view_take_word(&aliases, &word)) {
        *space->aliases++ = put_text(space, word);
        service->aliases_n++;
    }
    *space->aliases++ = NULL;
}

static int make_result(const struct listing *listing, struct rvx_services **services)
{
    size_t aliases_n = 0, texts_size = 0;
    struct rvx_services *new;
    struct rvx_service *v;
    struct space space;

    for (size_t i = 0; i < listing->n; i++)
        measure_service(&listing->matches[i].service, &aliases_n, &texts_size);
    new = rvx__malloc(sizeof *new + listing->n * sizeof *v + aliases_n * sizeof *space.aliases + texts_size);
    if (new == NULL)
        return -ENOMEM;
    v = (struct rvx_service *)(void *)(new + 1);
    space.aliases = (const char **)(void *)(v + listing->n);
    space.texts = (char *)(space.aliases + aliases_n);
    for (size_t i = 0; i < listing->n; i++)
        put_service(&space, &listing->matches[i], &v[i]);
    new->n = listing->n;
    new->v = v;
    *services = new;
    return 0;
}

static int report(struct rvx_error *err, int code, const struct listing *listing)
{
    char name[RVX_ERROR_NAME_SIZE];
    struct rvx__buf buf;

    if (code == 0)
        return rvx__error_none(err);
    rvx__buf_init(&buf, name, sizeof name);
    rvx__buf_add(&buf, listing->protocol);
    if (listing->protocol.len > 0 && (listing->name.len > 0 || listing->query.port != 0))
        rvx__buf_add_byte(&buf, '/');
    rvx__buf_add(&buf, listing->name);
    if (listing->name.len == 0 && listing->query.port != 0)
        rvx__buf_add_dec(&buf, listing->query.port);
    rvx__buf_finish(&buf);
    return rvx__error_lookup(err, code, rvx__view_text(name), NULL);
}

static int list_on(struct listing *listing, struct rvx_resolver *resolver, const struct rvx_ctx *ctx,
                   struct rvx_services **services)
{
    const struct rvx__snapshot *snapshot;
    int rc = take_snapshot(resolver, &snapshot);

    if (rc < 0)
        return rc;
    rc = collect_matches(listing, resolver, snapshot, ctx);
    if (rc == 0)
        rc = make_result(listing, services);
    rvx__free(listing->matches);
    rvx__snapshot_unref(snapshot);
    return rc;
}

int rvx_lookup_services(struct rvx_resolver *resolver, const struct rvx_service_query *query, const struct rvx_ctx *ctx,
                        struct rvx_services **services, struct rvx_error *err)
{
    struct listing listing = {.matches = NULL};
    struct rvx_resolver *own = NULL;
    int rc;

    *services = NULL;
    if (rvx__opts_copy(&listing.query, sizeof listing.query, query) < 0)
        return rvx__error_option(err, "size", rvx__view_text(NULL));
    listing.name = rvx__view_text(listing.query.name);
    listing.protocol = rvx__view_text(listing.query.protocol);
    if (resolver == NULL) {
        rc = rvx_resolver_new(NULL, &own, err);
        if (rc < 0)
            return rc;
    }
    rc = list_on(&listing, resolver != NULL ? resolver : own, ctx, services);
    rvx_resolver_free(own);
    return report(err, rc, &listing);
}

void rvx_services_free(struct rvx_services *services)
{
    rvx__free(services);
}
