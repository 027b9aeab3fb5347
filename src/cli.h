/* cli.h - what the programs share: options, messages, the end
 *
 * A program describes itself in one struct cli_program. Its option table is all there is about an option: parsing,
 * --help and the messages about what was typed come out of it. --help and --version are every program's.
 */
#ifndef CLI_H
#define CLI_H

#include <stddef.h>

#include <resolvx/time.h>

/* What an option leaves in the program's options struct. */
enum cli_kind {
    CLI_FLAG,     /* bool: true once it was given */
    CLI_TEXT,     /* const char *, never empty */
    CLI_NUMBER,   /* long, from `min` to `max` */
    CLI_DURATION, /* rvx_time: nanoseconds */
    CLI_CHOICE,   /* int: the index of the word in `words` */
    CLI_LIST      /* struct cli_list: every argument that was given */
};

#define CLI_LIST_MAX 16

struct cli_list {
    const char *v[CLI_LIST_MAX]; /* none is empty */
    size_t n;
};

struct cli_option {
    char letter;              /* '\0': it has a long form only */
    const char *name;         /* the long form, without its dashes */
    enum cli_kind kind;
    size_t offset;            /* of its value in the options struct */
    const char *arg;          /* what --help calls its argument; NULL for a flag */
    const char *help;         /* its text in --help, in one or more lines */
    const char *noun;         /* CLI_NUMBER: what it is, with its article: "a port" */
    long min;
    long max;
    const char *const *words; /* CLI_CHOICE: NULL-terminated */
};

struct cli_program {
    const char *name;     /* in front of every message */
    const char *synopsis; /* "Usage: NAME SYNOPSIS" */
    const char *summary;  /* --help: what the program does */
    const char *notes;    /* --help: what follows the options */
    const struct cli_option *options;
    size_t options_n;
    int usage_status; /* exit status for something typed wrong */
};

#define CLI_STATUS_SYSTEM 111 /* exit status for what the system refused */

/* Fills the places of standard input, output and error if they are closed, so that no other file or socket lands there;
 * reading and writing them still fails. To be called first. */
void cli_hold_standard_fds(void);

/* Parses the command line. Options and operands may be mixed; "--" ends the options. An argument such as "-1" is an
 * operand. --help and --version are answered here.
 * argv: the operands are moved to its front.  values: the options struct, holding the defaults.
 * Returns: the number of operands; -1 if the program has to end with *status. */
int cli_parse(const struct cli_program *program, int argc, char **argv, void *values, int *status);

/* Reads a number of decimal digits.  Returns: 0, or -1 if it is none or not in the range. */
int cli_parse_number(const char *text, long min, long max, long *number);

/* Reads a duration: a number with an optional fraction and one of the units ms, s, m, h; seconds without.
 * Returns: 0, or -1. */
int cli_parse_duration(const char *text, rvx_time *duration);

/* Says "PROGRAM: TEXT" on standard error, in one write; bytes that could upset a terminal are shown as \xNN. */
void cli_error(const struct cli_program *program, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* cli_error(), then where help is to be had.  Returns: the exit status for it. */
int cli_usage_error(const struct cli_program *program, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Closes standard output, which is the last chance to learn that not all of it was written.
 * Returns: status; or, if something is missing, CLI_STATUS_SYSTEM after saying so. A reader that has gone knows, and is
 *          not told. */
int cli_close_stdout(const struct cli_program *program, int status);

#endif
