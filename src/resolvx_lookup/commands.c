/* commands.c - the commands of the command line: what each asks the library for */
#include <config.h>

#include "resolvx_lookup/run.h"

#include <stdint.h>
#include <string.h>

#include <resolvx/records.h>

static rvx_time deadline_of(const struct job *job)
{
    rvx_time timeout = job->run->options->timeout;

    return timeout > 0 ? rvx_after(timeout) : RVX_FOREVER;
}

static struct show *show_of(const struct job *job)
{
    progress_clear(&job->run->progress);
    return &job->run->show;
}

static void end_host(void *arg, int result, struct rvx_addrs *addrs, const struct rvx_error *err)
{
    struct job *job = arg;

    if (result == 0)
        show_addrs(show_of(job), job->name, addrs);
    rvx_addrs_free(addrs);
    job_end(job, result, err);
}

static int start_host(struct job *job)
{
    return rvx_lookup_host_start(job->run->loop, job->run->resolver, networks[job->run->options->network], job->name,
                                 deadline_of(job), end_host, job, NULL);
}

static void end_names(void *arg, int result, struct rvx_names *names, const struct rvx_error *err)
{
    struct job *job = arg;

    if (result == 0)
        show_names(show_of(job), job->name, names);
    rvx_names_free(names);
    job_end(job, result, err);
}

static int start_addr(struct job *job)
{
    return rvx_lookup_addr_start(job->run->loop, job->run->resolver, job->name, deadline_of(job), end_names, job,
                                 NULL);
}

static int start_cname(struct job *job)
{
    return rvx_lookup_cname_start(job->run->loop, job->run->resolver, job->name, deadline_of(job), end_names, job,
                                  NULL);
}

static int start_ns(struct job *job)
{
    return rvx_lookup_ns_start(job->run->loop, job->run->resolver, job->name, deadline_of(job), end_names, job, NULL);
}

static void end_mx(void *arg, int result, struct rvx_mxs *mxs, const struct rvx_error *err)
{
    struct job *job = arg;

    if (result == 0)
        show_mxs(show_of(job), job->name, mxs);
    rvx_mxs_free(mxs);
    job_end(job, result, err);
}

static int start_mx(struct job *job)
{
    return rvx_lookup_mx_start(job->run->loop, job->run->resolver, job->name, deadline_of(job), end_mx, job, NULL);
}

static void end_srv(void *arg, int result, struct rvx_srvs *srvs, const struct rvx_error *err)
{
    struct job *job = arg;

    if (result == 0)
        show_srvs(show_of(job), job->name, srvs);
    rvx_srvs_free(srvs);
    job_end(job, result, err);
}

static int start_srv(struct job *job)
{
    return rvx_lookup_srv_start(job->run->loop, job->run->resolver, NULL, NULL, job->name, deadline_of(job), end_srv,
                                job, NULL);
}

static void end_txt(void *arg, int result, struct rvx_txts *txts, const struct rvx_error *err)
{
    struct job *job = arg;

    if (result == 0)
        show_txts(show_of(job), job->name, txts);
    rvx_txts_free(txts);
    job_end(job, result, err);
}

static int start_txt(struct job *job)
{
    return rvx_lookup_txt_start(job->run->loop, job->run->resolver, job->name, deadline_of(job), end_txt, job, NULL);
}

static void end_https(void *arg, int result, struct rvx_https *https, const struct rvx_error *err)
{
    struct job *job = arg;

    if (result == 0)
        show_https(show_of(job), job->name, https);
    rvx_https_free(https);
    job_end(job, result, err);
}

static int start_https(struct job *job)
{
    return rvx_lookup_https_start(job->run->loop, job->run->resolver, job->name, deadline_of(job), end_https, job,
                                  NULL);
}

static void end_query(void *arg, int result, struct rvx_records *records, const struct rvx_error *err)
{
    struct job *job = arg;

    if (result == 0)
        show_records(show_of(job), job->name, records);
    rvx_records_free(records);
    job_end(job, result, err);
}

static int start_query(struct job *job)
{
    return rvx_query_start(job->run->loop, job->run->resolver, job->name, job->run->type, deadline_of(job), end_query,
                           job, NULL);
}

/* SERVICE or SERVICE/NETWORK; without a network TCP is asked first, then UDP. Ports need no waiting but for libc, so
 * there is no asynchronous form. */
static int start_port(struct job *job)
{
    struct rvx_ctx ctx = RVX_CTX_INIT;
    char *slash = strrchr(job->name, '/');
    const char *network = slash != NULL ? slash + 1 : "tcp";
    struct rvx_error err;
    uint16_t port;
    int rc;

    ctx.deadline = deadline_of(job);
    if (slash != NULL)
        *slash = '\0';
    rc = rvx_lookup_port(job->run->resolver, network, job->name, &ctx, &port, &err);
    if (rc == RVX_EPORTUNKNOWN && slash == NULL) {
        rc = rvx_lookup_port(job->run->resolver, "udp", job->name, &ctx, &port, &err);
        network = "udp";
    }
    if (rc == 0)
        show_port(show_of(job), job->name, network, port);
    job_end(job, rc, &err);
    return 0;
}

static const struct command commands[] = {
    { "host", start_host }, { "addr", start_addr },   { "cname", start_cname }, { "mx", start_mx },
    { "ns", start_ns },     { "srv", start_srv },     { "txt", start_txt },     { "https", start_https },
    { "port", start_port }, { "query", start_query },
};

const struct command *command_find(const char *name)
{
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}
