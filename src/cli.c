/* cli.c - what the programs share: options, messages, the end
 *
 * The parser follows the conventions of GNU programs: long options with "=ARG" or the next argument, clustered letters,
 * operands anywhere. What it leaves out on purpose are abbreviated long options: a script that uses one breaks on the
 * day another option starts with the same letters. It is written out, rather than done with getopt_long(3), because
 * the message about a mistake needs to know what exactly was typed.
 */
#include <config.h>

#include "cli.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <resolvx/err.h>
#include <resolvx/version.h>

#include "text.h"

#define MESSAGE_SIZE 2048
#define HELP_COLUMN 26

struct parser {
    const struct cli_program *program;
    char **argv;
    int argc;
    int next; /* the argument to be looked at */
    void *values;
    int status;
};

/* A letter or a name that is no option of the program's own. */
static const struct cli_option help_option = { .letter = 'h', .name = "help", .help = "print this and exit" };
static const struct cli_option version_option = { .letter = 'V', .name = "version",
                                                  .help = "print the version and exit" };

/* --- messages --- */

__attribute__((format(printf, 2, 0)))
static void say(const struct cli_program *program, const char *format, va_list args)
{
    char text[MESSAGE_SIZE];
    char line[4 * MESSAGE_SIZE + 64];
    size_t len;
    int n;

    n = snprintf(line, sizeof line, "%s: ", program->name);
    len = n > 0 ? (size_t)n : 0;
    if (vsnprintf(text, sizeof text, format, args) < 0)
        return;
    len += text_visible(line + len, sizeof line - len - 1, text, strlen(text), TEXT_MESSAGE);
    line[len++] = '\n';
    if (write(STDERR_FILENO, line, len) < 0)
        return; /* there is nowhere left to complain */
}

void cli_error(const struct cli_program *program, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say(program, format, args);
    va_end(args);
}

int cli_usage_error(const struct cli_program *program, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    say(program, format, args);
    va_end(args);
    cli_error(program, "see '%s --help'", program->name);
    return program->usage_status;
}

/* --- standard descriptors --- */

void cli_hold_standard_fds(void)
{
    /* The wrong way round, so that using a descriptor the caller had closed fails as it would have. open(2) takes the
     * lowest free number, which is the one in question. */
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
            (void)!open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

int cli_close_stdout(const struct cli_program *program, int status)
{
    bool failed = ferror(stdout) != 0;
    int cause = EIO;

    if (fclose(stdout) != 0) {
        failed = true;
        cause = errno;
    }
    if (!failed)
        return status;
    if (cause != EPIPE)
        cli_error(program, "standard output: %s", rvx_strerror(-cause));
    return CLI_STATUS_SYSTEM;
}

/* --- help --- */

static void print_option(const struct cli_option *option)
{
    char head[64];
    const char *text = option->help;
    size_t len;

    snprintf(head, sizeof head, "  %c%c%c --%s%s%s", option->letter ? '-' : ' ', option->letter ? option->letter : ' ',
             option->letter ? ',' : ' ', option->name, option->arg ? "=" : "", option->arg ? option->arg : "");
    printf("%-*s ", HELP_COLUMN - 1, head);
    while (text[len = strcspn(text, "\n")] != '\0') {
        printf("%.*s\n%*s", (int)len, text, HELP_COLUMN, "");
        text += len + 1;
    }
    printf("%s\n", text);
}

static void print_help(const struct cli_program *program)
{
    printf("Usage: %s %s\n%s\n\n", program->name, program->synopsis, program->summary);
    for (size_t i = 0; i < program->options_n; i++)
        print_option(&program->options[i]);
    print_option(&help_option);
    print_option(&version_option);
    printf("\n%s\n", program->notes);
}

static void print_version(const struct cli_program *program)
{
    printf("%s (libresolvx) %s\n", program->name, rvx_version());
}

/* --- values --- */

static int digit_of(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : -1;
}

int cli_parse_number(const char *text, long min, long max, long *number)
{
    long value = 0;

    if (*text == '\0')
        return -1;
    for (; *text != '\0'; text++) {
        int digit = digit_of(*text);

        if (digit < 0 || value > (max - digit) / 10)
            return -1;
        value = value * 10 + digit;
    }
    if (value < min)
        return -1;
    *number = value;
    return 0;
}

static rvx_time unit_of(const char *text)
{
    static const struct {
        const char *name;
        rvx_time ns;
    } units[] = {
        { "", RVX_SECONDS(1) },  { "ms", RVX_MILLISECONDS(1) },
        { "s", RVX_SECONDS(1) }, { "m", RVX_SECONDS(60) },
        { "h", RVX_SECONDS(3600) },
    };

    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (strcmp(text, units[i].name) == 0)
            return units[i].ns;
    return 0;
}

int cli_parse_duration(const char *text, rvx_time *duration)
{
    size_t whole = strspn(text, "0123456789");
    const char *fraction = text + whole + (text[whole] == '.');
    size_t fraction_len = text[whole] == '.' ? strspn(fraction, "0123456789") : 0;
    rvx_time unit = unit_of(fraction + fraction_len);
    rvx_time value = 0;

    /* Above 9 digits even of hours there is no moment that a clock of nanoseconds could tell. */
    if (unit == 0 || whole + fraction_len == 0 || whole > 9)
        return -1;
    for (size_t i = 0; i < whole; i++)
        value = value * 10 + digit_of(text[i]);
    if (value > INT64_MAX / unit - 1)
        return -1;
    value *= unit;
    for (size_t i = 0; i < fraction_len && unit > 1; i++) {
        unit /= 10;
        value += unit * digit_of(fraction[i]);
    }
    if (value == 0 && text[strspn(text, "0.")] >= '1' && text[strspn(text, "0.")] <= '9')
        value = 1; /* 0 may stand for "never", which so short a time must not turn into */
    *duration = value;
    return 0;
}

/* --- parsing --- */

static int refuse_choice(const struct cli_program *program, const struct cli_option *option, const char *text)
{
    char words[256] = "";
    size_t len = 0;

    for (size_t i = 0; option->words[i] && len < sizeof words; i++)
        len += (size_t)snprintf(words + len, sizeof words - len, "%s%s", i > 0 ? ", " : "", option->words[i]);
    return cli_usage_error(program, "--%s: '%s' is not one of %s", option->name, text, words);
}

static int append_value(const struct cli_program *program, const struct cli_option *option, const char *text,
                        struct cli_list *list)
{
    if (*text == '\0')
        return cli_usage_error(program, "--%s: its %s is empty", option->name, option->arg);
    if (list->n == CLI_LIST_MAX)
        return cli_usage_error(program, "--%s: given more than %d times", option->name, CLI_LIST_MAX);
    list->v[list->n++] = text;
    return 0;
}

/* Stores an argument. Returns 0, or the exit status after a complaint. */
static int store_value(const struct cli_program *program, const struct cli_option *option, const char *text,
                       void *values)
{
    char *at = (char *)values + option->offset;

    switch (option->kind) {
    case CLI_FLAG:
        *(bool *)(void *)at = true;
        return 0;
    case CLI_TEXT:
        if (*text == '\0')
            return cli_usage_error(program, "--%s: its %s is empty", option->name, option->arg);
        *(const char **)(void *)at = text;
        return 0;
    case CLI_NUMBER:
        if (cli_parse_number(text, option->min, option->max, (long *)(void *)at) == 0)
            return 0;
        return cli_usage_error(program, "--%s: '%s' is not %s (%ld to %ld)", option->name, text, option->noun,
                               option->min, option->max);
    case CLI_DURATION:
        if (cli_parse_duration(text, (rvx_time *)(void *)at) == 0)
            return 0;
        return cli_usage_error(program, "--%s: '%s' is not a duration (such as 5s, 250ms or 1m)", option->name, text);
    case CLI_CHOICE:
        for (int i = 0; option->words[i]; i++)
            if (strcmp(option->words[i], text) == 0) {
                *(int *)(void *)at = i;
                return 0;
            }
        return refuse_choice(program, option, text);
    case CLI_LIST:
        return append_value(program, option, text, (struct cli_list *)(void *)at);
    }
    return 0;
}

/* Finds an option by its letter, or by the name of `len` bytes if the letter is '\0'. */
static const struct cli_option *find_option(const struct cli_program *program, char letter, const char *name,
                                            size_t len)
{
    for (size_t i = 0; i < program->options_n + 2; i++) {
        const struct cli_option *option = i < program->options_n ? &program->options[i]
                                          : i == program->options_n ? &help_option
                                                                    : &version_option;

        if (letter ? option->letter == letter : strncmp(option->name, name, len) == 0 && option->name[len] == '\0')
            return option;
    }
    return NULL;
}

/* Does what an option says. text: the argument joined to it, or NULL.  Returns: may parsing go on? */
static bool take_option(struct parser *parser, const struct cli_option *option, const char *text)
{
    if (option == &help_option || option == &version_option) {
        (option == &help_option ? print_help : print_version)(parser->program);
        parser->status = cli_close_stdout(parser->program, 0);
        return false;
    }
    if (option->kind != CLI_FLAG && !text) {
        if (parser->next == parser->argc) {
            parser->status = cli_usage_error(parser->program, "--%s: its %s is missing", option->name, option->arg);
            return false;
        }
        text = parser->argv[parser->next++];
    }
    parser->status = store_value(parser->program, option, text, parser->values);
    return parser->status == 0;
}

static bool parse_long(struct parser *parser, const char *name)
{
    size_t len = strcspn(name, "=");
    const struct cli_option *option = find_option(parser->program, '\0', name, len);

    if (!option) {
        parser->status = cli_usage_error(parser->program, "unknown option '--%.*s'", (int)len, name);
        return false;
    }
    if (name[len] == '=' && !option->arg) {
        parser->status = cli_usage_error(parser->program, "--%s takes no argument", option->name);
        return false;
    }
    return take_option(parser, option, name[len] == '=' ? name + len + 1 : NULL);
}

static bool parse_letters(struct parser *parser, const char *letters)
{
    for (; *letters != '\0'; letters++) {
        const struct cli_option *option = find_option(parser->program, *letters, NULL, 0);
        bool joined;

        if (!option) {
            parser->status = cli_usage_error(parser->program, "unknown option '-%c'", *letters);
            return false;
        }
        joined = option->arg && letters[1] != '\0';
        if (!take_option(parser, option, joined ? letters + 1 : NULL))
            return false;
        if (joined)
            break;
    }
    return true;
}

int cli_parse(const struct cli_program *program, int argc, char **argv, void *values, int *status)
{
    struct parser parser = { .program = program, .argv = argv, .argc = argc, .next = 1, .values = values };
    int operands_n = 0;
    bool options = true;

    while (parser.next < argc) {
        char *arg = argv[parser.next++];
        bool go_on = true;

        if (!options || arg[0] != '-' || arg[1] == '\0' || digit_of(arg[1]) >= 0)
            argv[operands_n++] = arg;
        else if (arg[1] != '-')
            go_on = parse_letters(&parser, arg + 1);
        else if (arg[2] != '\0')
            go_on = parse_long(&parser, arg + 2);
        else
            options = false;
        if (!go_on) {
            *status = parser.status;
            return -1;
        }
    }
    return operands_n;
}
