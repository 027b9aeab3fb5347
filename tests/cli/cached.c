/* cached.c - lookups that the cache answers, in bursts between two marks on standard output
 *
 *     cached SERVER ETC NAME      prints "begin" and "end" around each burst
 *
 * For cache_calls.sh, which counts the system calls between the marks. Fails if a lookup was not answered by the cache.
 */
#include <resolvx/records.h>
#include <resolvx/resolver.h>

#include <stdio.h>
#include <unistd.h>

#define BURSTS 20
#define LOOKUPS 50

static int look_up_host(struct rvx_resolver *resolver, const char *name, bool *cached)
{
    struct rvx_addrs *addrs;
    int rc = rvx_lookup_host(resolver, "ip", name, NULL, &addrs, NULL);

    *cached = rc == 0 && addrs->cached;
    rvx_addrs_free(addrs);
    return rc;
}

static int look_up_mx(struct rvx_resolver *resolver, const char *name, bool *cached)
{
    struct rvx_mxs *mxs;
    int rc = rvx_lookup_mx(resolver, name, NULL, &mxs, NULL);

    *cached = rc == 0 && mxs->about.cached;
    rvx_mxs_free(mxs);
    return rc;
}

static bool mark(const char *text, size_t len)
{
    return write(STDOUT_FILENO, text, len) == (ssize_t)len;
}

static bool run_burst(struct rvx_resolver *resolver, const char *name)
{
    bool all = true, cached;

    if (!mark("begin\n", 6))
        return false;
    for (int i = 0; i < LOOKUPS; i++) {
        all = look_up_host(resolver, name, &cached) == 0 && cached && all;
        all = look_up_mx(resolver, name, &cached) == 0 && cached && all;
    }
    return mark("end\n", 4) && all;
}

int main(int argc, char **argv)
{
    struct rvx_resolver_opts opts = RVX_RESOLVER_OPTS_INIT;
    struct rvx_resolver *resolver;
    bool cached, good;

    if (argc != 4)
        return 2;
    opts.servers = argv[1];
    opts.etc_dir = argv[2];
    opts.host_order = "dns";
    if (rvx_resolver_new(&opts, &resolver, NULL) < 0)
        return 2;
    good = look_up_host(resolver, argv[3], &cached) == 0 && look_up_mx(resolver, argv[3], &cached) == 0;
    for (int i = 0; i < BURSTS && good; i++)
        good = run_burst(resolver, argv[3]);
    rvx_resolver_free(resolver);
    return good ? 0 : 1;
}
