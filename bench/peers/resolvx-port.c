/* resolvx-port - rvx_lookup_port() on one resolver, as a peer of a benchmark that brings its own bench.h and ports.h */
#include "bench.h"
#include "ports.h"

#include <resolvx/resolver.h>

static int port_is(struct rvx_resolver *resolver, const struct pcase *p)
{
    struct rvx_error err;
    uint16_t port;
    int result = rvx_lookup_port(resolver, p->proto, p->name, NULL, &port, &err);

    return p->port ? result == 0 && port == p->port : result == RVX_EPORTUNKNOWN;
}

int main(int argc, char **argv)
{
    struct rvx_resolver *resolver;

    b_args(argc, argv);
    ports_init();
    if (rvx_resolver_new(NULL, &resolver, NULL) < 0)
        return 1;
    for (int c = 0; c < 5; c++)
        B_LOOP("port", "resolvx", pcases[c].cas, O.n, { good = port_is(resolver, &pcases[c]); });
    rvx_resolver_free(resolver);
    return b_failed;
}
