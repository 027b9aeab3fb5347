/* output.c - the lines that many clients' threads print
 *
 * stdio is not used: its buffer would hold lines back, or tear them where it is full. A line is built, then written
 * with one write(2) under a lock. A log that nobody reads any more is no reason to let clients down, so a failing write
 * is remarked on standard error and that is all.
 */
#include <config.h>

#include "resolvx_listen/output.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "resolvx_listen/options.h"

#define TELL_EVERY RVX_SECONDS(10)
#define LOOK_MS 250  /* how often one who waits for a reader looks whether to stop */
#define LAST_MS 1000 /* how long a reader gets then */

void output_init(struct output *output, bool to_stderr, const struct rvx_cancel *stop)
{
    *output = (struct output) { .to_stderr = to_stderr, .stop = stop };
    pthread_mutex_init(&output->lock, NULL);
}

void output_fini(struct output *output)
{
    pthread_mutex_destroy(&output->lock);
}

/* Waits until a write of a line will not block: a reader that stopped reading shall not keep the program from ending.
 * Returns: 0, or -EAGAIN. */
static int wait_writable(const struct output *output, int fd)
{
    struct pollfd ready = { .fd = fd, .events = POLLOUT };
    bool stopped;

    do {
        stopped = rvx_cancel_fired(output->stop);
        if (poll(&ready, 1, !stopped ? LOOK_MS : output->broken ? 0 : LAST_MS) > 0)
            return 0;
    } while (!stopped);
    return -EAGAIN;
}

/* Returns 0, or -errno. */
static int write_all(const struct output *output, int fd, const char *data, size_t len)
{
    while (len > 0) {
        int code = wait_writable(output, fd);
        ssize_t n = code == 0 ? write(fd, data, len) : 0;

        if (code < 0)
            return code;
        if (n < 0 && errno != EINTR && errno != EAGAIN) /* somebody else may have made it non-blocking */
            return -errno;
        if (n > 0) {
            data += n;
            len -= (size_t)n;
        }
    }
    return 0;
}

static void print_line(struct output *output, int fd, const char *line, size_t len)
{
    int code;

    pthread_mutex_lock(&output->lock);
    code = write_all(output, fd, line, len);
    if (fd == STDOUT_FILENO && code < 0 && !output->broken)
        cli_error(&listen_program, "standard output: %s; serving goes on without it", rvx_strerror(code));
    if (fd == STDOUT_FILENO)
        output->broken = code < 0;
    pthread_mutex_unlock(&output->lock);
}

__attribute__((format(printf, 3, 0)))
static void format_line(struct output *output, int fd, const char *format, va_list args)
{
    char line[OUTPUT_LINE_SIZE];
    int n = vsnprintf(line, sizeof line - 1, format, args);
    size_t len = n < 0 ? 0 : strlen(line);

    line[len] = '\n';
    print_line(output, fd, line, len + 1);
}

void output_line(struct output *output, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    format_line(output, output->to_stderr ? STDERR_FILENO : STDOUT_FILENO, format, args);
    va_end(args);
}

void output_stdout_line(struct output *output, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    format_line(output, STDOUT_FILENO, format, args);
    va_end(args);
}

void output_accept_error(struct output *output, const struct rvx_error *err)
{
    struct rvx_error shown = *err;
    rvx_time now = rvx_now();
    unsigned long untold = 0;
    bool tell;

    pthread_mutex_lock(&output->lock);
    tell = output->told_at == 0 || now - output->told_at >= TELL_EVERY;
    if (tell) {
        untold = output->untold;
        output->untold = 0;
        output->told_at = now;
    } else {
        output->untold++;
    }
    pthread_mutex_unlock(&output->lock);
    if (tell && untold > 0)
        cli_error(&listen_program, "%s; serving goes on (%lu more since the last such line)", rvx_error_text(&shown),
                  untold);
    else if (tell)
        cli_error(&listen_program, "%s; serving goes on", rvx_error_text(&shown));
}
