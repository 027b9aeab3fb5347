/* progress.c - how far a long run is, on a terminal */
#include <config.h>

#include "resolvx_lookup/progress.h"

#include <stdio.h>
#include <unistd.h>

#define SILENT RVX_MILLISECONDS(500) /* a short run needs no progress */
#define INTERVAL RVX_MILLISECONDS(100)

void progress_init(struct progress *progress, size_t total)
{
    rvx_time now = rvx_now();

    *progress = (struct progress){ .wanted = isatty(STDERR_FILENO) != 0, .began = now, .next = now + SILENT,
                                   .total = total };
}

static void draw(struct progress *progress, rvx_time now)
{
    double seconds = (double)(now - progress->began) / 1e9;
    char total[32] = "";

    if (progress->total > 0)
        snprintf(total, sizeof total, " of %zu", progress->total);
    fprintf(stderr, "\r%zu%s looked up, %zu without an answer, %.0f a second\033[K", progress->done, total,
            progress->failed, (double)progress->done / seconds);
    progress->shown = true;
}

void progress_step(struct progress *progress, bool failed)
{
    rvx_time now;

    progress->done++;
    progress->failed += failed;
    if (!progress->wanted)
        return;
    now = rvx_now();
    if (now < progress->next)
        return;
    progress->next = now + INTERVAL;
    draw(progress, now);
}

void progress_clear(struct progress *progress)
{
    if (progress->shown)
        fputs("\r\033[K", stderr);
    progress->shown = false;
}
