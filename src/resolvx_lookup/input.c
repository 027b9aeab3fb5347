/* input.c - the names to look up: the operands, or the lines of standard input */
#include <config.h>

#include "resolvx_lookup/input.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#include "resolvx_lookup/options.h"

#define BLANKS " \t\r\n"

void input_init(struct input *input, char **operands, size_t operands_n)
{
    *input = (struct input){ .operands = operands, .operands_n = operands_n };
    input->reading = operands_n == 0;
    for (size_t i = 0; i < operands_n; i++)
        if (strcmp(operands[i], "-") == 0)
            input->from_stdin = true;
    input->from_stdin |= input->reading;
}

/* Cuts blanks off both ends. */
static char *trim(char *line)
{
    size_t len;

    line += strspn(line, BLANKS);
    len = strlen(line);
    while (len > 0 && strchr(BLANKS, line[len - 1]) != NULL)
        len--;
    line[len] = '\0';
    return line;
}

/* What stands in front of a zero byte would be looked up as if it were the whole line. */
static void refuse_line(struct input *input)
{
    cli_error(&resolvx_program, "standard input, line %zu: a zero byte is in no name; left out", input->lines);
    input->refused = true;
}

static const char *read_name(struct input *input)
{
    ssize_t len;

    errno = 0;
    while ((len = getline(&input->line, &input->size, stdin)) >= 0) {
        char *name;

        input->lines++;
        if (memchr(input->line, '\0', (size_t)len) != NULL) {
            refuse_line(input);
            continue;
        }
        name = trim(input->line);
        if (*name != '\0' && *name != '#')
            return name;
    }
    if (ferror(stdin))
        input->error = errno != 0 ? errno : EIO;
    input->reading = false;
    return NULL;
}

const char *input_next(struct input *input)
{
    for (;;) {
        const char *name = input->reading ? read_name(input) : NULL;

        if (name != NULL)
            return name;
        if (input->next == input->operands_n)
            return NULL;
        name = input->operands[input->next++];
        if (strcmp(name, "-") != 0)
            return name;
        input->reading = true;
    }
}

size_t input_total(const struct input *input)
{
    return input->from_stdin ? 0 : input->operands_n;
}

void input_fini(struct input *input)
{
    free(input->line);
}
