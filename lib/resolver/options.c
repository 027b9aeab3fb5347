/* options.c - a resolver's options: checked, copied, with their defaults filled in
 *
 * An order is checked for its form only. Whether somebody answers to its names is seen when it is used, since a program
 * registers its backends after the resolver is made.
 *
 * The number of workers is bounded as in Go's cgo resolver: a thread inside libc may hold a socket, so 30 descriptors
 * are left to the rest of the program, and a program with hardly any keeps what it has.
 */
#include <config.h>

#include "resolver/options.h"

#include <errno.h>
#include <paths.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/resource.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/opts.h"

#ifndef _PATH_VARDB
#define _PATH_VARDB "/var/db"
#endif

#define ETC_DIR "/etc"
#define WORKERS_DEFAULT 16
#define WORKERS_MAX 500
#define FILES_RESERVED 30
#define ARENA_MAX ((size_t)1 << 20)

static const char *const file_names[RVX__CONF_N] = {
    [RVX__CONF_NSSWITCH] = "nsswitch.conf",  [RVX__CONF_HOSTS] = "hosts",        [RVX__CONF_SERVICES] = "services",
    [RVX__CONF_SERVICES_DB] = "services.db", [RVX__CONF_RESOLV] = "resolv.conf", [RVX__CONF_GAI] = "gai.conf",
    [RVX__CONF_MDNS_ALLOW] = "mdns.allow",
};

/* A path of an option, or the file's name in its directory; NULL when out of memory. */
static const char *make_path(struct rvx__arena *arena, const char *given, const char *dir, const char *name)
{
    size_t size = strlen(dir) + strlen(name) + 2;
    char *path;
    struct rvx__buf buf;

    if (given != NULL)
        return rvx__arena_text(arena, rvx__view_text(given));
    path = rvx__arena_alloc(arena, size);
    if (path == NULL)
        return NULL;
    rvx__buf_init(&buf, path, size);
    rvx__buf_add_text(&buf, dir);
    if (!rvx__view_ends_fold(rvx__buf_view(&buf), "/"))
        rvx__buf_add_byte(&buf, '/');
    rvx__buf_add_text(&buf, name);
    rvx__buf_finish(&buf);
    return path;
}

static int set_paths(struct rvx__options *options, const struct rvx_resolver_opts *opts)
{
    const char *etc = opts->etc_dir != NULL ? opts->etc_dir : ETC_DIR;
    const char *db = opts->db_dir != NULL ? opts->db_dir : _PATH_VARDB;
    const char *given[RVX__CONF_N] = {
        [RVX__CONF_NSSWITCH] = opts->nsswitch_path, [RVX__CONF_HOSTS] = opts->hosts_path,
        [RVX__CONF_SERVICES] = opts->services_path, [RVX__CONF_RESOLV] = opts->resolv_path,
        [RVX__CONF_GAI] = opts->gai_path,
    };

    for (int i = 0; i < RVX__CONF_N; i++) {
        const char *dir = i == RVX__CONF_SERVICES_DB ? db : etc;

        options->path[i] = make_path(&options->arena, given[i], dir, file_names[i]);
        if (options->path[i] == NULL)
            return -ENOMEM;
    }
    return 0;
}

bool rvx__source_name_ok(struct rvx__view name)
{
    if (name.len == 0 || name.len > RVX__SOURCE_NAME_MAX)
        return false;
    for (size_t i = 0; i < name.len; i++) {
        int byte = rvx__view_at(name, i);

        if (!(byte >= 'a' && byte <= 'z') && !rvx__is_digit(byte) && byte != '-' && byte != '_')
            return false;
    }
    return true;
}

static int set_order(struct rvx__options *options, struct rvx__order *order, const char *text)
{
    struct rvx__view rest = rvx__view_text(text);
    struct rvx__view name;
    bool more = text != NULL;

    while (more) {
        more = rvx__view_take_until(&rest, ',', &name);
        if (!more)
            name = rest;
        name = rvx__view_trim(name);
        if (!rvx__source_name_ok(name) || order->n == RVX__ORDER_MAX)
            return RVX_EOPTIONS;
        order->names[order->n] = rvx__arena_text(&options->arena, name);
        if (order->names[order->n] == NULL)
            return -ENOMEM;
        order->n++;
    }
    return 0;
}

static int set_orders(struct rvx__options *options, const struct rvx_resolver_opts *opts, struct rvx_error *err)
{
    int rc = set_order(options, &options->hosts, opts->host_order);

    if (rc == RVX_EOPTIONS)
        return rvx__error_option(err, "host_order", rvx__view_text(opts->host_order));
    if (rc == 0)
        rc = set_order(options, &options->services, opts->service_order);
    if (rc == RVX_EOPTIONS)
        return rvx__error_option(err, "service_order", rvx__view_text(opts->service_order));
    return rc < 0 ? rvx__error_plain(err, rc) : 0;
}

static bool is_trace(struct rvx__view text)
{
    return rvx__view_is(text, "1") || rvx__view_is(text, "2");
}

bool rvx__mode_parse(const char *value, enum rvx__mode *mode)
{
    struct rvx__view word = rvx__view_text(value);
    size_t plus = rvx__view_find(word, '+');

    *mode = RVX__MODE_OPEN;
    if (plus != RVX__NPOS) {
        struct rvx__view front = rvx__view_to(word, plus);
        struct rvx__view back = rvx__view_from(word, plus + 1);

        if (is_trace(back))
            word = front;
        else if (is_trace(front))
            word = back;
    }
    if (rvx__view_is(word, "libc"))
        *mode = RVX__MODE_LIBC;
    else if (rvx__view_is(word, "dns"))
        *mode = RVX__MODE_DNS;
    return *mode != RVX__MODE_OPEN || word.len == 0 || is_trace(word);
}

static void set_mode(struct rvx__options *options)
{
    const char *value = getenv("RESOLVX");

    if (value != NULL && !rvx__mode_parse(value, &options->mode))
        rvx__log(&options->log, RVX_LOG_WARNING, "RESOLVX: neither libc nor dns: %s", value);
}

/* What the environment says; the user of a set-uid program has no say in it. */
static int obey_environment(struct rvx__options *options)
{
    const char *aliases = getenv("HOSTALIASES");

    if (getauxval(AT_SECURE) != 0) {
        if (getenv("RESOLVX") != NULL)
            rvx__log(&options->log, RVX_LOG_INFO, "RESOLVX is ignored in a set-uid program");
        return 0;
    }
    set_mode(options);
    options->hostaliases = aliases != NULL && aliases[0] != '\0';
    return rvx__dnsopts_set_environment(&options->dns, &options->arena, getenv("RES_OPTIONS"), getenv("LOCALDOMAIN"));
}

static int set_module_dir(struct rvx__options *options, const char *dir)
{
    if (dir == NULL || getauxval(AT_SECURE) != 0)
        return 0;
    options->module_dir = rvx__arena_text(&options->arena, rvx__view_text(dir));
    return options->module_dir != NULL ? 0 : -ENOMEM;
}

/* All that is copied or read. */
static int fill_options(struct rvx__options *options, const struct rvx_resolver_opts *opts, struct rvx_error *err)
{
    int rc = set_orders(options, opts, err);

    if (rc == 0)
        rc = rvx__dnsopts_init(&options->dns, opts, &options->arena, err);
    if (rc < 0)
        return rc;
    rc = set_paths(options, opts);
    if (rc == 0)
        rc = set_module_dir(options, opts->module_dir);
    if (rc == 0)
        rc = obey_environment(options);
    return rc < 0 ? rvx__error_plain(err, rc) : 0;
}

static unsigned limit_workers(unsigned wanted)
{
    struct rlimit limit;
    rlim_t most = WORKERS_MAX;

    if (wanted == 0)
        wanted = WORKERS_DEFAULT;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur <= WORKERS_MAX)
        most = limit.rlim_cur > FILES_RESERVED ? limit.rlim_cur - FILES_RESERVED : limit.rlim_cur;
    if (most == 0)
        most = 1;
    return wanted < most ? wanted : (unsigned)most;
}

int rvx__options_init(struct rvx__options *options, const struct rvx_resolver_opts *opts, struct rvx_error *err)
{
    struct rvx_resolver_opts known;
    int rc;

    *options = (struct rvx__options){.mode = RVX__MODE_OPEN};
    rvx__arena_init(&options->arena, ARENA_MAX);
    if (rvx__opts_copy(&known, sizeof known, opts) < 0)
        return rvx__error_option(err, "size", rvx__view_text(NULL));
    options->log.write = known.log;
    options->log.arg = known.log_arg;
    options->log.level = known.log_level != RVX_LOG_NONE ? known.log_level : RVX_LOG_WARNING;
    options->trace = known.trace;
    options->trace_arg = known.trace_arg;
    options->workers_max = limit_workers(known.workers_max);
    rc = fill_options(options, &known, err);
    if (rc < 0)
        rvx__options_fini(options);
    return rc;
}

void rvx__options_fini(struct rvx__options *options)
{
    rvx__arena_fini(&options->arena);
}
