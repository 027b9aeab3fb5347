/* input.h - the names to look up: the operands, or the lines of standard input */
#ifndef RESOLVX_LOOKUP_INPUT_H
#define RESOLVX_LOOKUP_INPUT_H

#include <stdbool.h>
#include <stddef.h>

struct input {
    char **operands;
    size_t operands_n;
    size_t next;   /* the operand to be taken */
    char *line;    /* buffer of getline(3) */
    size_t size;
    size_t lines;  /* read so far */
    bool reading;  /* standard input is what comes next */
    bool from_stdin;
    bool refused;  /* a line was no name, which has been told */
    int error;     /* errno of a failed read */
};

/* operands: borrowed; none means standard input, as does "-". */
void input_init(struct input *input, char **operands, size_t operands_n);

/* The next name, good until the next call; NULL at the end. Empty lines and those that begin with '#' are no names. */
const char *input_next(struct input *input);

/* How many names there are in all; 0: not known. */
size_t input_total(const struct input *input);

void input_fini(struct input *input);

#endif
