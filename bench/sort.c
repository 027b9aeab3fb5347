/* sort.c - an answer's addresses in order: RFC 6724 with routes that are remembered, and without
 *
 * usage: sort CASE ADDRESS...
 *
 * Cases: "kept", a resolver that has been asked before; "once", one that is made for each answer, as NULL stands for;
 * "watch", what the kernel is asked for when remembering begins, and what it takes to listen for its news. No packet is
 * sent.
 */
#include <config.h>

#include "bench.h"

#include <string.h>

#include <resolvx/addr.h>
#include <resolvx/resolver.h>

#include "resolver/resolver.h"
#include "resolver/sort.h"

#define ADDRS_MAX 64

struct job {
    struct rvx_addr v[ADDRS_MAX];
    size_t n;
    struct rvx_resolver *resolver;
};

static size_t sort_kept(const void *arg, size_t n)
{
    const struct job *job = arg;
    struct rvx_addr v[ADDRS_MAX];
    size_t bad = 0;

    for (size_t i = 0; i < n; i++) {
        memcpy(v, job->v, job->n * sizeof *v);
        bad += rvx__resolver_sort_by_files(job->resolver, 0, v, job->n) < 0;
    }
    return bad;
}

/* Making the resolver, and reading its files, is not what is measured. */
static size_t sort_once(const void *arg, size_t n)
{
    const struct job *job = arg;
    struct rvx__gaiconf gaiconf;
    const struct rvx__policy policy = { .gaiconf = &gaiconf };
    struct rvx_addr v[ADDRS_MAX];
    size_t bad = 0;

    rvx__gaiconf_parse(&gaiconf, rvx__view_text(""));
    for (size_t i = 0; i < n; i++) {
        atomic_store(&job->resolver->srcaddr.finds, 0);
        memcpy(v, job->v, job->n * sizeof *v);
        bad += rvx__resolver_sort(job->resolver, 0, &policy, v, job->n) < 0;
    }
    return bad;
}

/* A memory from its beginning to its end, with one answer. */
static size_t sort_watch(const void *arg, size_t n)
{
    const struct job *job = arg;
    struct rvx__srcaddr srcaddr;
    struct rvx__destination v[ADDRS_MAX];
    size_t bad = 0;

    for (size_t i = 0; i < n; i++) {
        rvx__srcaddr_init(&srcaddr, &rvx__sockops_system, &rvx__clock_system);
        atomic_store(&srcaddr.finds, RVX__SRCADDR_FEW);
        for (size_t k = 0; k < job->n; k++)
            v[k].addr = job->v[k];
        bad += rvx__srcaddr_find(&srcaddr, v, job->n) < 0;
        rvx__srcaddr_fini(&srcaddr);
    }
    return bad;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        bench_fn work;
    } cases[] = { { "kept", sort_kept }, { "once", sort_once }, { "watch", sort_watch } };
    struct job job = { .n = 0 };
    bool good = false;

    if (argc < 2 || argc - 2 > ADDRS_MAX || rvx_resolver_new(NULL, &job.resolver, NULL) < 0)
        return 2;
    for (; job.n < (size_t)argc - 2; job.n++) {
        if (rvx_addr_parse(argv[job.n + 2], &job.v[job.n]) < 0)
            return 2;
    }
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (strcmp(argv[1], cases[i].name) == 0)
            good = bench_run("sort", "resolvx", cases[i].name, cases[i].work, &job);
    }
    rvx_resolver_free(job.resolver);
    return good ? 0 : 1;
}
