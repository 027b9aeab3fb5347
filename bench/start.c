/* start.c - what running a whole program costs, from posix_spawn(3) to its end
 *
 * usage: start RUNS NAME PROGRAM [ARG]... [-- NAME PROGRAM [ARG]...]...
 *
 * The programs are run in turn, one run each, and every turn starts with another, so that whatever else the machine
 * does meets them all. Prints the median of each one's runs on the wall, and of the processor time they used. Standard
 * output goes to /dev/null; a run that does not exit with 0 is a bad one.
 */
#include <config.h>

#include "bench.h"

#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROGRAMS_MAX 16
#define RUNS_MAX 100000

struct program {
    const char *name;
    char **argv;
    double *wall_ns;
    double *cpu_ns;
    long rss_kb;
    size_t bad;
};

static double to_ns(struct timeval t)
{
    return (double)t.tv_sec * 1e9 + (double)t.tv_usec * 1e3;
}

static bool run_once(struct program *program, const posix_spawn_file_actions_t *actions, size_t run)
{
    struct rusage usage;
    uint64_t start = bench_now();
    pid_t pid;
    int status;

    if (posix_spawnp(&pid, program->argv[0], actions, NULL, program->argv, environ) != 0)
        return false;
    if (wait4(pid, &status, 0, &usage) != pid)
        return false;
    program->wall_ns[run] = (double)(bench_now() - start);
    program->cpu_ns[run] = to_ns(usage.ru_utime) + to_ns(usage.ru_stime);
    program->rss_kb = usage.ru_maxrss;
    program->bad += !WIFEXITED(status) || WEXITSTATUS(status) != 0;
    return true;
}

/* Cuts the command line into programs. Returns their number, 0 if it makes no sense. */
static size_t read_programs(char **argv, struct program *programs, size_t runs)
{
    size_t n = 0;

    while (*argv) {
        if (n == PROGRAMS_MAX || !argv[1])
            return 0;
        programs[n].name = argv[0];
        programs[n].argv = argv + 1;
        programs[n].wall_ns = calloc(runs, sizeof(double));
        programs[n].cpu_ns = calloc(runs, sizeof(double));
        if (!programs[n].wall_ns || !programs[n].cpu_ns)
            return 0;
        n++;
        while (*argv && strcmp(*argv, "--") != 0)
            argv++;
        if (*argv)
            *argv++ = NULL;
    }
    return n;
}

static void print_case(const struct program *program, const char *name, double *ns, size_t runs)
{
    printf("bench=start peer=%s case=%s n=%zu bad=%zu ns=%.0f rss_kb=%ld\n", program->name, name, runs, program->bad,
           bench_median(ns, runs), program->rss_kb);
}

int main(int argc, char **argv)
{
    struct program programs[PROGRAMS_MAX] = { { .name = NULL } };
    posix_spawn_file_actions_t actions;
    size_t runs = argc > 1 ? strtoul(argv[1], NULL, 10) : 0, n, i, run;
    bool good = true;

    if (runs == 0 || runs > RUNS_MAX || (n = read_programs(argv + 2, programs, runs)) == 0)
        return 2;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    for (run = 0; run < runs; run++)
        for (i = 0; i < n; i++)
            if (!run_once(&programs[(run + i) % n], &actions, run))
                return 1;
    for (i = 0; i < n; i++) {
        struct program *p = &programs[i];

        print_case(p, "wall", p->wall_ns, runs);
        print_case(p, "cpu", p->cpu_ns, runs);
        good &= p->bad == 0;
        free(p->wall_ns);
        free(p->cpu_ns);
    }
    posix_spawn_file_actions_destroy(&actions);
    return good ? 0 : 1;
}
