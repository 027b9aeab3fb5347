/* module_client.c - asks a source that is not of the library: module_client MODULE-FOLDER SOURCE NAME...
 *
 * Has the library load the source's module, looks the names up one after the other, and prints what it said.
 *
 * cc module_client.c $(pkg-config --cflags --libs resolvx) -o module_client
 */
#include <stdio.h>

#include <resolvx/resolvx.h>

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
    opts.module_dir = argv[1];
    opts.host_order = argv[2];
    if (rvx_resolver_new(&opts, &resolver, &err) < 0)
        return 1;
    for (int i = 3; i < argc; i++)
        look_up(resolver, argv[i]);
    rvx_resolver_free(resolver);
    return 0;
}
