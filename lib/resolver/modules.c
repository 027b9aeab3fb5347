/* modules.c - backends from shared objects, loaded when a source that nobody answers for is named
 *
 * The source "example" is looked for as resolvx_example.so in the directory of the option module_dir, and in no other
 * place; the environment has no say. Its symbol rvx_backend_module is a struct rvx_backend_ops of that name. The object
 * stays loaded: threads may be in it when the resolver ends.
 *
 * dlopen(3) may take its time and runs the module's constructors, so it is called by the lookup that first sees the
 * name, before a plan is made and with no lock of the store held; other lookups that see it too wait for that one.
 */
#include <config.h>

#include "resolver/modules.h"

#include <dlfcn.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "resolver/resolver.h"

struct rvx__module {
    struct rvx__module *next;
    char name[RVX__SOURCE_NAME_MAX + 1];
};

void rvx__modules_init(struct rvx__modules *modules)
{
    pthread_mutex_init(&modules->lock, NULL);
    modules->tried = NULL;
}

void rvx__modules_fini(struct rvx__modules *modules)
{
    while (modules->tried != NULL) {
        struct rvx__module *module = modules->tried;

        modules->tried = module->next;
        rvx__free(module);
    }
    pthread_mutex_destroy(&modules->lock);
}

/* Notes a name; false if it was noted before, or cannot be now. */
static bool note_name(struct rvx__modules *modules, struct rvx__view name)
{
    struct rvx__module *module;

    for (module = modules->tried; module != NULL; module = module->next) {
        if (rvx__view_is(name, module->name))
            return false;
    }
    module = rvx__calloc(1, sizeof *module);
    if (module == NULL)
        return false;
    memcpy(module->name, name.data, name.len);
    module->next = modules->tried;
    modules->tried = module;
    return true;
}

/* "DIR/resolvx_NAME.so": false if that is too long. */
static bool make_path(const char *dir, const char *name, char path[PATH_MAX])
{
    struct rvx__buf buf;

    rvx__buf_init(&buf, path, PATH_MAX);
    rvx__buf_add_text(&buf, dir);
    rvx__buf_add_text(&buf, "/resolvx_");
    rvx__buf_add_text(&buf, name);
    rvx__buf_add_text(&buf, ".so");
    return rvx__buf_finish(&buf) >= 0;
}

static bool register_module(struct rvx_resolver *resolver, const struct rvx_backend_ops *ops, const char *name,
                            const char *path)
{
    const struct rvx__log *log = &resolver->options.log;
    struct rvx_error err;

    if (ops == NULL || ops->abi != RVX_BACKEND_ABI || ops->name == NULL || strcmp(ops->name, name) != 0) {
        rvx__log(log, RVX_LOG_WARNING, "%s: no module for the source %s: rvx_backend_module is missing, or another's",
                 path, name);
        return false;
    }
    if (rvx_resolver_backend(resolver, ops, NULL, &err) < 0) {
        rvx__log(log, RVX_LOG_WARNING, "%s: %s", path, rvx_error_text(&err));
        return false;
    }
    rvx__log(log, RVX_LOG_INFO, "%s: loaded for the source %s", path, name);
    return true;
}

/* A module that is not there says nothing: libc may have it, or the lookup says so. */
static bool load_module(struct rvx_resolver *resolver, const char *name)
{
    char path[PATH_MAX];
    void *object;

    if (!make_path(resolver->options.module_dir, name, path) || access(path, F_OK) < 0)
        return false;
    object = dlopen(path, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (object == NULL) {
        const char *why = dlerror();

        rvx__log(&resolver->options.log, RVX_LOG_WARNING, "%s", why != NULL ? why : path); /* it names the path */
        return false;
    }
    return register_module(resolver, dlsym(object, "rvx_backend_module"), name, path);
}

static unsigned try_name(struct rvx_resolver *resolver, const char *name)
{
    const unsigned any = RVX_BACKEND_HOST | RVX_BACKEND_PORT | RVX_BACKEND_ADDR | RVX_BACKEND_RECORDS;

    /* A name of nsswitch.conf may be anything, also a path. */
    if (!rvx__source_name_ok(rvx__view_text(name)) || rvx__resolver_find_backend(resolver, name, any) != NULL)
        return 0;
    return note_name(&resolver->modules, rvx__view_text(name)) && load_module(resolver, name);
}

static unsigned try_order(struct rvx_resolver *resolver, const struct rvx__order *order)
{
    unsigned n = 0;

    for (unsigned i = 0; i < order->n; i++)
        n += try_name(resolver, order->names[i]);
    return n;
}

static unsigned try_line(struct rvx_resolver *resolver, const struct rvx__snapshot *snapshot, const char *database)
{
    const struct rvx__conffile *file = snapshot->file[RVX__CONF_NSSWITCH];
    const struct rvx__nsswitch_database *line = NULL;
    unsigned n = 0;

    if (file != NULL && file->is_table)
        line = rvx__nsswitch_find(&file->nsswitch, database);
    for (const struct rvx__nsswitch_source *source = line != NULL ? line->sources : NULL; source != NULL;
         source = source->next)
        n += try_name(resolver, source->name);
    return n;
}

static bool is_newest(struct rvx__store *store, const struct rvx__snapshot *snapshot)
{
    unsigned place;
    bool newest = rvx__store_enter(store, &place) == snapshot;

    rvx__store_leave(store, place);
    return newest;
}

bool rvx__modules_load(struct rvx_resolver *resolver, struct rvx__snapshot *snapshot)
{
    bool newest;
    unsigned n;

    if (resolver->options.module_dir == NULL || atomic_load(&snapshot->modules_tried))
        return true;
    pthread_mutex_lock(&resolver->modules.lock);
    n = try_order(resolver, &resolver->options.hosts) + try_order(resolver, &resolver->options.services) +
        try_line(resolver, snapshot, "hosts") + try_line(resolver, snapshot, "services");
    newest = n == 0 && is_newest(&resolver->store, snapshot);
    atomic_store(&snapshot->modules_tried, newest);
    pthread_mutex_unlock(&resolver->modules.lock);
    return newest;
}
