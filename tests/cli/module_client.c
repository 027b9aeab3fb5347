/* module_client.c - asks a source that is not of the library: module_client MODULE SOURCE NAME...
 *
 * Loads the module, registers its source, looks the names up one after the other, and prints what it said.
 *
 * cc module_client.c $(pkg-config --cflags --libs resolvx) -o module_client
 */
#include <dlfcn.h>
#include <stdio.h>

#include <resolvx/backend.h>
#include <resolvx/resolvx.h>

/* Adds the module's source to the resolver. It stays loaded: the resolver calls it until it is freed. */
static int add_module(struct rvx_resolver *resolver, const char *path, struct rvx_error *err)
{
    void *module = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    const struct rvx_backend_ops *ops = module != NULL ? dlsym(module, "rvx_backend_module") : NULL;

    if (ops == NULL) {
        printf("%s\n", dlerror());
        return -1;
    }
    return rvx_resolver_backend(resolver, ops, NULL, err);
}

static void look_up(struct rvx_resolver *resolver, const char *name)
{
    struct rvx_addrs *addrs;
    struct rvx_error err;
    char text[RVX_ADDR_STRLEN];

    if (rvx_lookup_host(resolver, "ip", name, NULL, &addrs, &err) < 0) {
        printf("%s\n", rvx_error_text(&err));
        return;
    }
    for (size_t i = 0; i < addrs->n; i++)
        printf("%s from %s\n", rvx_addr_host_text(&addrs->v[i], text), addrs->source);
    rvx_addrs_free(addrs);
}

int main(int argc, char **argv)
{
    struct rvx_resolver_opts opts = RVX_RESOLVER_OPTS_INIT;
    struct rvx_resolver *resolver;
    struct rvx_error err;

    if (argc < 3)
        return 2;
    opts.host_order = argv[2];
    if (rvx_resolver_new(&opts, &resolver, &err) < 0)
        return 1;
    if (add_module(resolver, argv[1], &err) < 0) {
        printf("the module was refused\n");
        rvx_resolver_free(resolver);
        return 1;
    }
    for (int i = 3; i < argc; i++)
        look_up(resolver, argv[i]);
    rvx_resolver_free(resolver);
    return 0;
}
