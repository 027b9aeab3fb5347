/* run.c - looking names up, many at a time
 *
 * One loop, and as many lookups on it as --concurrency allows; each that ends makes room for the next name. Answers are
 * printed as they come.
 */
#include <config.h>

#include "resolvx_lookup/run.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Not found is bad, a temporary failure is worse: it may change, so whoever scripts this wants to know. */
static int status_of(int code)
{
    if (code == 0)
        return STATUS_FOUND;
    if (rvx_is_temporary(code) || code == RVX_ECANCELED)
        return STATUS_TEMPORARY;
    if (code == RVX_ENOBACKEND) /* which --order named: that says nothing about the name */
        return STATUS_USAGE;
    return STATUS_NOT_FOUND;
}

static void end_job(struct job *job, int code)
{
    struct run *run = job->run;
    int status = status_of(code);

    if (status > run->status)
        run->status = status;
    run->active--;
    progress_step(&run->progress, status != STATUS_FOUND);
    free(job);
}

void job_end(struct job *job, int code, const struct rvx_error *err)
{
    if (code < 0)
        show_error(&job->run->show, job->name, code, err);
    end_job(job, code);
}

static int start_job(struct run *run, const char *name)
{
    size_t size = strlen(name) + 1;
    struct job *job = malloc(sizeof *job + size);
    struct rvx_error err;
    int rc;

    if (job == NULL)
        return -ENOMEM;
    job->run = run;
    memcpy(job->name, name, size);
    run->active++;
    rc = run->command->start(job);
    if (rc == 0)
        return 0;
    memset(&err, 0, sizeof err);
    err.code = rc;
    job_end(job, rc, &err);
    return 0;
}

/* Starts lookups while there is room and there are names. False: there are no more. */
static bool fill(struct run *run)
{
    while (run->active < (size_t)run->options->concurrency) {
        const char *name = input_next(&run->input);

        if (name == NULL)
            return false;
        if (start_job(run, name) < 0) {
            cli_error(&resolvx_program, "%s", rvx_strerror(-ENOMEM));
            run->status = CLI_STATUS_SYSTEM;
            return false;
        }
    }
    return true;
}

int run_all(struct run *run)
{
    bool more = true;

    progress_init(&run->progress, input_total(&run->input));
    while (more || run->active > 0) {
        int rc;

        more = more && fill(run);
        if (run->active == 0)
            continue;
        rc = rvx_loop_turn(run->loop, RVX_FOREVER);
        if (rc < 0) {
            cli_error(&resolvx_program, "%s", rvx_strerror(rc));
            return CLI_STATUS_SYSTEM;
        }
    }
    progress_clear(&run->progress);
    if (run->input.refused && run->status < STATUS_USAGE)
        run->status = STATUS_USAGE;
    if (run->input.error != 0) {
        cli_error(&resolvx_program, "standard input: %s", rvx_strerror(-run->input.error));
        return CLI_STATUS_SYSTEM;
    }
    return run->status;
}
