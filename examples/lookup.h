/* lookup.h - what the lookup_*.c examples share: two lookups at once, printed as they end
 *
 * Each of them is called as NAME NAME [ETC-FOLDER], the folder being read instead of /etc.
 */
#include <resolvx/resolvx.h>
#include <stdio.h>

struct lookup {
    struct rvx_loop *loop;
    struct rvx_resolver *resolver;
    int left;
    void (*done)(void *arg); /* both have ended; called from within rvx_loop_dispatch() */
    void *arg;
};

static void lookup_print(void *arg, int result, struct rvx_addrs *addrs, const struct rvx_error *err)
{
    struct lookup *lookup = arg;
    char text[RVX_ADDR_STRLEN];

    printf("%s\n", result < 0 ? rvx_strerror(err->code) : rvx_addr_host_text(&addrs->v[0], text));
    rvx_addrs_free(addrs);
    if (--lookup->left == 0)
        lookup->done(lookup->arg);
}

/* Starts both. Returns the descriptor to watch: whenever it is readable, call rvx_loop_dispatch(lookup->loop). */
static int lookup_start(struct lookup *lookup, int argc, char **argv)
{
    struct rvx_resolver_opts opts = {.size = sizeof opts, .etc_dir = argc > 3 ? argv[3] : NULL};

    if (argc < 3 || rvx_resolver_new(&opts, &lookup->resolver, NULL) < 0 || rvx_loop_new(NULL, &lookup->loop, NULL) < 0)
        return -1;
    for (int i = 1; i <= 2; i++) {
        if (rvx_lookup_host_start(lookup->loop, lookup->resolver, "ip", argv[i], RVX_FOREVER, lookup_print, lookup,
                                  NULL) == 0)
            lookup->left++;
    }
    return rvx_loop_fd(lookup->loop);
}

static void lookup_end(const struct lookup *lookup)
{
    rvx_loop_free(lookup->loop);
    rvx_resolver_free(lookup->resolver);
}
