/* run.c - plays the scenarios of this folder
 *
 *     run [FILE...]
 *
 * Without arguments, all *.scn beside this source. One line of TAP for each scenario; of one that fails, the line of
 * the file where it does, and why. tests/scenario/README tells the language.
 */
#include <config.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "scenario/play.h"
#include "support/oom.h"

#define LINE_MAX_LEN 1000
#define FILES_MAX 64

struct run {
    struct play play;
    char name[LINE_MAX_LEN];
    const char *file;
    unsigned line, failed_line;
    unsigned scenarios, failures;
    rvx_time spent; /* in playing */
};

static rvx_time clock_now(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return RVX_SECONDS(ts.tv_sec) + ts.tv_nsec;
}

static void end_scenario(struct run *run)
{
    const char *base = strrchr(run->file, '/');

    if (run->name[0] == '\0')
        return;
    if (run->play.error[0] == '\0') {
        play_end(&run->play);
        run->failed_line = run->line;
    }
    run->scenarios++;
    run->failures += run->play.error[0] != '\0';
    printf("%s %u - %s: %s\n", run->play.error[0] != '\0' ? "not ok" : "ok", run->scenarios,
           base != NULL ? base + 1 : run->file, run->name);
    if (run->play.error[0] != '\0')
        printf("# %s:%u: %s\n", run->file, run->failed_line, run->play.error);
    run->name[0] = '\0';
}

static void begin_scenario(struct run *run, const char *name)
{
    end_scenario(run);
    snprintf(run->name, sizeof run->name, "%s", name);
    play_init(&run->play);
}

static void split(char *line, struct words *words)
{
    char *word, *rest = NULL;

    words->n = 0;
    for (word = strtok_r(line, " \t\n", &rest); word != NULL; word = strtok_r(NULL, " \t\n", &rest)) {
        if (strcmp(word, "#") == 0 || words->n == WORDS_MAX)
            return;
        words->at[words->n++] = word;
    }
}

static void take_line(struct run *run, char *line)
{
    struct words words;
    rvx_time from;

    if (line[0] == '#')
        return;
    line[strcspn(line, "\n")] = '\0';
    if (strncmp(line, "scenario ", 9) == 0) {
        begin_scenario(run, line + 9);
        return;
    }
    split(line, &words);
    if (words.n == 0 || run->play.error[0] != '\0')
        return;
    from = clock_now();
    play_line(&run->play, &words);
    run->spent += clock_now() - from;
    run->failed_line = run->line;
}

static void play_file(struct run *run, const char *path)
{
    char line[LINE_MAX_LEN];
    FILE *file = fopen(path, "r");

    if (file == NULL) {
        perror(path);
        exit(99);
    }
    run->file = path;
    run->line = 0;
    while (fgets(line, sizeof line, file) != NULL) {
        run->line++;
        take_line(run, line);
    }
    end_scenario(run);
    fclose(file);
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void play_folder(struct run *run, const char *folder)
{
    char *paths[FILES_MAX];
    size_t n = 0, i;
    DIR *dir = opendir(folder);
    const struct dirent *entry;

    while (dir != NULL && n < FILES_MAX && (entry = readdir(dir)) != NULL) {
        size_t len = strlen(entry->d_name);

        if (len <= 4 || strcmp(entry->d_name + len - 4, ".scn") != 0)
            continue;
        paths[n] = malloc(strlen(folder) + len + 2);
        if (paths[n] != NULL)
            sprintf(paths[n++], "%s/%s", folder, entry->d_name);
    }
    if (dir != NULL)
        closedir(dir);
    qsort(paths, n, sizeof paths[0], compare);
    for (i = 0; i < n; i++) {
        play_file(run, paths[i]);
        free(paths[i]);
    }
}

int main(int argc, char **argv)
{
    static struct run run;
    const char *source = getenv("abs_top_srcdir");
    char folder[LINE_MAX_LEN];
    int i;

    oom_fail_after((unsigned)-1);
    for (i = 1; i < argc; i++)
        play_file(&run, argv[i]);
    if (argc <= 1) {
        snprintf(folder, sizeof folder, "%s/tests/scenario", source != NULL ? source : ".");
        play_folder(&run, folder);
    }
    printf("%s %u - nothing was allocated\n", oom_count() == 0 ? "ok" : "not ok", run.scenarios + 1);
    printf("1..%u\n", run.scenarios + 1);
    printf("# %u scenarios in %.1f ms\n", run.scenarios, (double)run.spent / 1e6);
    return run.failures > 0 || run.scenarios == 0 || oom_count() > 0;
}
