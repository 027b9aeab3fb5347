/* output.h - the lines that many clients' threads print */
#ifndef RESOLVX_LISTEN_OUTPUT_H
#define RESOLVX_LISTEN_OUTPUT_H

#include <pthread.h>
#include <stdbool.h>

#include <resolvx/err.h>
#include <resolvx/time.h>
#include <resolvx/wait.h>

#define OUTPUT_LINE_SIZE 4352 /* a message of 1024 bytes, each shown in four, and what stands around it */

struct output {
    pthread_mutex_t lock;          /* one line at a time */
    const struct rvx_cancel *stop; /* once fired, nobody waits long for a reader */
    bool to_stderr;                /* where lines go, if not to standard output */
    bool broken;                   /* standard output failed, and that was said */
    rvx_time told_at;              /* when the last accept error was told */
    unsigned long untold;          /* how many there were since */
};

void output_init(struct output *output, bool to_stderr, const struct rvx_cancel *stop);
void output_fini(struct output *output);

/* Prints a line: whole, at once, and never mixed with another. If standard output does not take it, that is said once,
 * and again only if it had worked meanwhile; the caller goes on.  Thread: any. */
void output_line(struct output *output, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* output_line(), but always to standard output. */
void output_stdout_line(struct output *output, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Tells of an error that serving goes on after; at most one line every ten seconds.  Thread: any. */
void output_accept_error(struct output *output, const struct rvx_error *err);

#endif
