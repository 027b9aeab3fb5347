/* resolvx-dns.c - lookups by libresolvx on one loop, for the bench program of the peers
 *
 * mode a     rvx_lookup_host_start(), network "ip4"
 * mode pair  network "ip": A and AAAA, in the order of RFC 6724
 * Everything as a program would have it: random ports and ids, 0x20, cookies, every answer checked. The cache is off,
 * as it is for the peers.
 * BENCH_VARIANTS: plain cached
 * -v cached  the cache on: with a small -k most lookups are hits
 */
#include "bench.h"

#include <resolvx/resolvx.h>

static struct rvx_loop *loop;
static struct rvx_resolver *resolver;
static const char *network;
static int pair;
static int active;

static void begin(void);

static int is_good(const struct rvx_addrs *addrs, int i)
{
    int good4 = 0;
    int good6 = 0;

    for (size_t k = 0; addrs != NULL && k < addrs->n; k++) {
        if (addrs->v[k].family == RVX_FAMILY_IPV4)
            good4 = b_is_a(addrs->v[k].ip, i);
        else
            good6 = b_is_aaaa(addrs->v[k].ip, i);
    }
    return pair ? good4 && good6 : good4;
}

static void finish(void *arg, int result, struct rvx_addrs *addrs, const struct rvx_error *err)
{
    int k = (int)(intptr_t)arg;

    (void)err;
    b_done(k, result == 0 && is_good(addrs, b_index(k)));
    rvx_addrs_free(addrs);
    if (R.started < O.n)
        begin();
    if (R.done >= O.n)
        rvx_loop_stop(loop);
}

static void begin(void)
{
    char name[32];
    int k = R.started++;

    b_name(name, 'h', b_index(k));
    memcpy(name + B_NAMELEN, ".", 2);
    b_start(k);
    if (rvx_lookup_host_start(loop, resolver, network, name, RVX_FOREVER, finish, (void *)(intptr_t)k, NULL) < 0)
        b_die("rvx_lookup_host_start");
}

int main(int argc, char **argv)
{
    struct rvx_resolver_opts opts = RVX_RESOLVER_OPTS_INIT;
    char server[64];
    char peer[64];

    b_args(argc, argv);
    pair = !strcmp(O.mode, "pair");
    network = pair ? "ip" : "ip4";
    b_prepare();
    snprintf(server, sizeof server, "%s:%d", O.addr, O.port);
    opts.etc_dir = "/nonexistent";
    opts.servers = server;
    opts.host_order = "dns";
    opts.timeout = RVX_SECONDS(2);
    opts.cache_max = strcmp(O.variant, "cached") != 0 ? RVX_CACHE_OFF : 0;
    if (rvx_resolver_new(&opts, &resolver, NULL) < 0 || rvx_loop_new(NULL, &loop, NULL) < 0)
        b_die("setting up");
    b_begin();
    while (R.done < O.n) {
        int allowed = b_allowed();

        while (active < allowed && active < O.conc && R.started < O.n) {
            active++;
            begin();
        }
        rvx_loop_turn(loop, active < O.conc && R.started < O.n ? rvx_after(RVX_MILLISECONDS(1)) : RVX_FOREVER);
    }
    b_end();
    snprintf(peer, sizeof peer, "resolvx%s%s", *O.variant ? "-" : "", O.variant);
    b_report("dns", peer);
    rvx_loop_free(loop);
    rvx_resolver_free(resolver);
    return 0;
}
