/* port.c - service names to ports, warm: rvx_lookup_port() on one resolver, and getservbyname_r(3)
 *
 * usage: port resolvx|getservbyname_r [NAME PORT]
 *
 * NAME and PORT are the last tcp line of the services file. glibc reads the file at every call; it takes no numbers, so
 * the last case is ours and Go's only.
 */
#include <config.h>

#include "bench.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <string.h>

#include <resolvx/resolver.h>

struct question {
    struct rvx_resolver *resolver;
    const char *name;
    const char *protocol;
    uint16_t want; /* 0: there is no such service */
};

static size_t ask_resolvx(const void *arg, size_t n)
{
    const struct question *q = arg;
    struct rvx_error err;
    size_t bad = 0, i;
    uint16_t port;

    for (i = 0; i < n; i++) {
        int result = rvx_lookup_port(q->resolver, q->protocol, q->name, NULL, &port, &err);

        bad += port != q->want || result != (q->want ? 0 : RVX_EPORTUNKNOWN);
    }
    return bad;
}

static size_t ask_libc(const void *arg, size_t n)
{
    const struct question *q = arg;
    struct servent entry, *found;
    char buf[4096];
    size_t bad = 0, i;

    for (i = 0; i < n; i++) {
        getservbyname_r(q->name, q->protocol, &entry, buf, sizeof buf, &found);
        bad += q->want ? !found || ntohs((uint16_t)found->s_port) != q->want : found != NULL;
    }
    return bad;
}

int main(int argc, char **argv)
{
    const char *peer = argc > 1 ? argv[1] : "resolvx";
    bool ours = strcmp(peer, "resolvx") == 0, good = true;
    bench_fn work = ours ? ask_resolvx : ask_libc;
    struct question q = { .resolver = NULL };

    if (ours && rvx_resolver_new(NULL, &q.resolver, NULL) < 0)
        return 1;
    q.name = "http", q.protocol = "tcp", q.want = 80;
    good &= bench_run("port", peer, "tcp-http", work, &q);
    q.name = "domain", q.protocol = "udp", q.want = 53;
    good &= bench_run("port", peer, "udp-domain", work, &q);
    if (argc > 3) {
        q.name = argv[2], q.protocol = "tcp", q.want = (uint16_t)strtoul(argv[3], NULL, 10);
        good &= bench_run("port", peer, "last-entry", work, &q);
    }
    q.name = "no-such-service", q.protocol = "tcp", q.want = 0;
    good &= bench_run("port", peer, "miss", work, &q);
    if (ours) {
        q.name = "8080", q.protocol = "tcp", q.want = 8080;
        good &= bench_run("port", peer, "number", work, &q);
    }
    rvx_resolver_free(q.resolver);
    return good ? 0 : 1;
}
