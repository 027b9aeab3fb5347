/* progress.h - how far a long run is, on a terminal */
#ifndef RESOLVX_LOOKUP_PROGRESS_H
#define RESOLVX_LOOKUP_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

#include <resolvx/time.h>

struct progress {
    bool shown; /* there is a line on the terminal that has to go before anything else is printed */
    bool wanted;
    rvx_time began;
    rvx_time next; /* when the line may be drawn again */
    size_t total;  /* 0: not known */
    size_t done;
    size_t failed;
};

/* Shows nothing unless standard error is a terminal. */
void progress_init(struct progress *progress, size_t total);

/* One more is done. Draws now and then. */
void progress_step(struct progress *progress, bool failed);

/* Takes the line away, so that something can be printed. */
void progress_clear(struct progress *progress);

#endif
