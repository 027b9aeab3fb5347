/* dnsopts.c - what a resolver's options and the environment say about DNS: checked and copied
 *
 * The environment becomes lines that are read behind those of resolv.conf: there a later `search` takes the place of an
 * earlier one, and options add up, which is just what resolv.conf(5) says about the two variables. An empty LOCALDOMAIN
 * is "search .": nothing is searched.
 */
#include <config.h>

#include "resolver/dnsopts.h"

#include <errno.h>

#include "base/buf.h"
#include "base/error.h"

#define NDOTS_MAX 15
#define ATTEMPTS_MAX 100
#define TIMEOUT_MAX RVX_SECONDS(300)
#define PACKETS_MAX 100000
#define SEARCH_MAX 1024
#define FLAGS_ALL (((unsigned)RVX_DNS_STRICT << 1) - 1)

/* The next item of a list with commas; false if there is none left. *more: another one follows. */
static bool take_item(struct rvx__view *rest, bool *more, struct rvx__view *item)
{
    if (!*more)
        return false;
    *more = rvx__view_take_until(rest, ',', item);
    if (!*more)
        *item = *rest;
    *item = rvx__view_trim(*item);
    return true;
}

static size_t count_items(struct rvx__view list)
{
    size_t n = 0;
    bool more = true;
    struct rvx__view item;

    while (take_item(&list, &more, &item))
        n++;
    return n;
}

static int set_servers(struct rvx__dnsopts *dns, struct rvx__view list, struct rvx__arena *arena)
{
    size_t n = count_items(list);
    struct rvx__view item;
    bool more = true;

    if (n > RVX__RESOLVCONF_SERVERS_MAX)
        return RVX_EOPTIONS;
    dns->servers = rvx__arena_calloc(arena, n, sizeof *dns->servers);
    if (dns->servers == NULL)
        return -ENOMEM;
    while (take_item(&list, &more, &item)) {
        if (!rvx__resolvconf_server(item, &dns->servers[dns->servers_n++]))
            return RVX_EOPTIONS;
    }
    return 0;
}

/* Could it be a domain? Whether a name fits with it is seen when it is tried. */
static bool is_domain(struct rvx__view text)
{
    if (text.len == 0 || text.len > 254)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (rvx__view_at(text, i) <= ' ')
            return false;
    }
    return true;
}

static int set_search(struct rvx__dnsopts *dns, struct rvx__view list, struct rvx__arena *arena)
{
    size_t n = count_items(list);
    struct rvx__view item;
    bool more = true;

    dns->search_given = true;
    if (rvx__view_is(rvx__view_trim(list), "."))
        return 0;
    if (n > SEARCH_MAX)
        return RVX_EOPTIONS;
    dns->search = rvx__arena_calloc(arena, n, sizeof *dns->search);
    if (dns->search == NULL)
        return -ENOMEM;
    while (take_item(&list, &more, &item)) {
        if (!is_domain(item) || rvx__view_is(item, "."))
            return RVX_EOPTIONS;
        dns->search[dns->search_n] = rvx__arena_text(arena, item);
        if (dns->search[dns->search_n++] == NULL)
            return -ENOMEM;
    }
    return 0;
}

/* The name of a number that is out of its range, or NULL. */
static const char *find_bad_number(const struct rvx_resolver_opts *opts)
{
    if ((opts->dns_flags & ~FLAGS_ALL) != 0)
        return "dns_flags";
    if (opts->ndots_plus_one > NDOTS_MAX + 1)
        return "ndots_plus_one";
    if (opts->attempts > ATTEMPTS_MAX)
        return "attempts";
    if (opts->timeout < 0 || opts->timeout > TIMEOUT_MAX)
        return "timeout";
    if (opts->packets_max > PACKETS_MAX)
        return "packets_max";
    return opts->stale_for < 0 ? "stale_for" : NULL;
}

static void set_numbers(struct rvx__dnsopts *dns, const struct rvx_resolver_opts *opts)
{
    dns->flags = opts->dns_flags;
    dns->ndots_plus_one = opts->ndots_plus_one;
    dns->attempts = opts->attempts;
    dns->timeout = opts->timeout;
    dns->packets_max = opts->packets_max != 0 ? opts->packets_max : RVX__DNS_PACKETS_DEFAULT;
    dns->cache_max = opts->cache_max != 0 ? opts->cache_max : RVX__DNS_CACHE_DEFAULT;
    if (opts->cache_max == RVX_CACHE_OFF)
        dns->cache_max = 0;
    dns->stale_for = opts->stale_for;
}

int rvx__dnsopts_init(struct rvx__dnsopts *dns, const struct rvx_resolver_opts *opts, struct rvx__arena *arena,
                      struct rvx_error *err)
{
    const char *bad = find_bad_number(opts);
    int rc = 0;

    *dns = (struct rvx__dnsopts){.environment = ""};
    if (bad != NULL)
        return rvx__error_option(err, bad, rvx__view_text(NULL));
    set_numbers(dns, opts);
    if (opts->servers != NULL)
        rc = set_servers(dns, rvx__view_text(opts->servers), arena);
    if (rc == RVX_EOPTIONS)
        return rvx__error_option(err, "servers", rvx__view_text(opts->servers));
    if (rc == 0 && opts->search != NULL)
        rc = set_search(dns, rvx__view_text(opts->search), arena);
    if (rc == RVX_EOPTIONS)
        return rvx__error_option(err, "search", rvx__view_text(opts->search));
    return rc < 0 ? rvx__error_plain(err, rc) : 0;
}

/* "DIRECTIVE VALUE", the value up to a newline. */
static void add_line(struct rvx__buf *buf, const char *directive, const char *value)
{
    struct rvx__view rest = rvx__view_text(value);
    struct rvx__view line;

    if (value == NULL)
        return;
    if (!rvx__view_take_until(&rest, '\n', &line))
        line = rest;
    if (rvx__view_trim(line).len == 0)
        line = rvx__view_text(".");
    rvx__buf_add_text(buf, directive);
    rvx__buf_add(buf, line);
    rvx__buf_add_byte(buf, '\n');
}

int rvx__dnsopts_set_environment(struct rvx__dnsopts *dns, struct rvx__arena *arena, const char *res_options,
                                 const char *localdomain)
{
    size_t size = 64 + rvx__view_text(res_options).len + rvx__view_text(localdomain).len;
    char *lines;
    struct rvx__buf buf;

    if (res_options != NULL && rvx__view_trim(rvx__view_text(res_options)).len == 0)
        res_options = NULL;
    if (res_options == NULL && localdomain == NULL)
        return 0;
    lines = rvx__arena_alloc(arena, size);
    if (lines == NULL)
        return -ENOMEM;
    rvx__buf_init(&buf, lines, size);
    add_line(&buf, "options ", res_options);
    add_line(&buf, "search ", localdomain);
    rvx__buf_finish(&buf);
    dns->environment = lines;
    return 0;
}
