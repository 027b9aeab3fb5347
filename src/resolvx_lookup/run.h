/* run.h - looking names up, many at a time */
#ifndef RESOLVX_LOOKUP_RUN_H
#define RESOLVX_LOOKUP_RUN_H

#include <resolvx/err.h>
#include <resolvx/loop.h>
#include <resolvx/resolver.h>

#include "resolvx_lookup/input.h"
#include "resolvx_lookup/options.h"
#include "resolvx_lookup/progress.h"
#include "resolvx_lookup/show.h"

struct command;

/* All that a run of the program shares. */
struct run {
    const struct options *options;
    const struct command *command;
    unsigned type; /* query: the record type */
    struct rvx_loop *loop;
    struct rvx_resolver *resolver;
    struct input input;
    struct show show;
    struct progress progress;
    size_t active; /* lookups under way */
    int status;    /* of the worst lookup so far */
};

/* One name that is being looked up. */
struct job {
    struct run *run;
    char name[];
};

/* A command of the command line. */
struct command {
    const char *name;

    /* Starts looking job->name up; whatever comes of it, job_end() is called once: from the loop, or from here if the
     * library had the answer at once. Returns: 0, or the code of a start that failed; job_end() is not called then. */
    int (*start)(struct job *job);
};

/* The command of that name; NULL: none. */
const struct command *command_find(const char *name);

/* Begins and ends the output about a job; between them the answer is shown. err: NULL if it was found. */
void job_end(struct job *job, int code, const struct rvx_error *err);

/* Looks everything up.  Returns: the exit status. */
int run_all(struct run *run);

#endif
