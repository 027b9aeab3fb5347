/* play.c - the lines that both machines share, and reading of words */
#include <config.h>

#include "scenario/play.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <resolvx/err.h>

#include "dns/wire.h"

void play_fail(struct play *play, const char *format, ...)
{
    va_list args;

    if (play->error[0] != '\0')
        return;
    va_start(args, format);
    vsnprintf(play->error, sizeof play->error, format, args);
    va_end(args);
}

bool play_is(const struct words *words, unsigned i, const char *text)
{
    return i < words->n && strcmp(words->at[i], text) == 0;
}

/* ---- words */

unsigned play_number(struct play *play, const char *word)
{
    char *end;
    unsigned long number = word != NULL ? strtoul(word, &end, 10) : 0;

    if (word == NULL || end == word || *end != '\0' || number > 1000000)
        play_fail(play, "not a number: %s", word != NULL ? word : "nothing");
    return (unsigned)number;
}

rvx_time play_time(struct play *play, const char *word)
{
    static const struct {
        const char *unit;
        rvx_time value;
    } units[] = {{"us", 1000}, {"ms", 1000000}, {"s", 1000000000}};
    char *unit;
    double number = strtod(word != NULL ? word : "", &unit);
    size_t i;

    for (i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strcmp(unit, units[i].unit) == 0)
            return (rvx_time)(number * (double)units[i].value + 0.5);
    }
    play_fail(play, "not a time: %s", word != NULL ? word : "nothing");
    return 0;
}

unsigned play_server(struct play *play, const char *word)
{
    if (word != NULL && word[0] >= 'a' && word[0] < 'a' + RVX__QUERY_SERVERS_MAX && word[1] == '\0')
        return (unsigned)(word[0] - 'a');
    play_fail(play, "not a server: %s", word != NULL ? word : "nothing");
    return 0;
}

uint16_t play_type(struct play *play, const char *word)
{
    uint16_t type = 0;

    if (!rvx__dns_type_parse(rvx__view_text(word), &type))
        play_fail(play, "not a type: %s", word != NULL ? word : "nothing");
    return type;
}

void play_name(struct play *play, const char *word, struct rvx__name *name)
{
    if (!rvx__name_parse(rvx__view_text(word), name))
        play_fail(play, "not a name: %s", word != NULL ? word : "nothing");
}

static const struct {
    const char *word;
    int code;
} codes[] = {
    {"ok", 0},
    {"timeout", RVX_ETIMEOUT},
    {"tryagain", RVX_ETRYAGAIN},
    {"notfound", RVX_ENOTFOUND},
    {"loop", RVX_EALIASLOOP},
    {"limit", RVX_ELIMIT},
    {"closed", RVX_ECLOSED},
    {"emfile", -EMFILE},
    {"enfile", -ENFILE},
    {"enomem", -ENOMEM},
    {"enobufs", -ENOBUFS},
    {"eaddrinuse", -EADDRINUSE},
    {"eaddrnotavail", -EADDRNOTAVAIL},
    {"econnrefused", -ECONNREFUSED},
    {"econnreset", -ECONNRESET},
    {"enetunreach", -ENETUNREACH},
    {"ehostunreach", -EHOSTUNREACH},
    {"etimedout", -ETIMEDOUT},
    {"eperm", -EPERM},
};

int play_code(struct play *play, const char *word)
{
    size_t i;

    for (i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        if (word != NULL && strcmp(codes[i].word, word) == 0)
            return codes[i].code;
    }
    play_fail(play, "not a code: %s", word != NULL ? word : "nothing");
    return 0;
}

const char *play_code_text(int code)
{
    size_t i;

    for (i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        if (codes[i].code == code)
            return codes[i].word;
    }
    return "unknown code";
}

/* ---- a scenario */

/* Early enough for all durations, and late enough that a time of 0 is in the past. */
#define BEGINNING RVX_SECONDS(100000)

void play_init(struct play *play)
{
    unsigned i;

    memset(play, 0, sizeof *play);
    message_shapes(play->shapes);
    play->now = BEGINNING;
    play->dice_byte = -1;
    play->seed = 1;
    play->budget = 64;
    play->opts = (struct rvx__query_opts){
        .health = play->health,
        .shapes = play->shapes,
        .servers_n = 1,
        .attempts = 2,
        .timeout = RVX_SECONDS(5),
    };
    play->host_opts.search = (struct rvx__search_opts){.domains = play->domains, .ndots = 1};
    play->query.wake = RVX_FOREVER;
    for (i = 0; i < RVX__QUERY_SLOTS; i++)
        play->owner[i] = -1;
}

/* Whatever the machines do is to be expected, before anything else happens. */
static void check_expected(struct play *play)
{
    const struct sent *sent = &play->sent[play->sent_expected];

    if (play->sent_expected < play->sent_n)
        play_fail(play, "unexpected: a message to %c by %s at %.3f ms", 'a' + (int)sent->server,
                  sent->transport == RVX__TRANSPORT_TCP ? "tcp" : "udp", (double)(sent->at - BEGINNING) / 1e6);
    if (play->asked_expected < play->asked_n)
        play_fail(play, "unexpected: a question is %s",
                  play->asked[play->asked_expected].drop ? "dropped" : "asked");
    if (play->done && !play->done_expected)
        play_fail(play, "unexpected: done, with %s",
                  play_code_text(play->is_host ? play->host.code : play->query.code));
}

void play_end(struct play *play)
{
    check_expected(play);
    if (!play->done_expected)
        play_fail(play, "the scenario ends before the lookup");
}

static void expect(struct play *play, const struct words *words)
{
    if (!(play->is_host ? play_host_expect(play, words) : play_query_expect(play, words)))
        play_fail(play, "nothing that can be expected");
}

void play_line(struct play *play, const struct words *words)
{
    if (play_is(words, 0, "expect") && words->n > 1) {
        expect(play, words);
        return;
    }
    check_expected(play);
    if (play->error[0] == '\0' && !play_query_line(play, words) && !play_host_line(play, words))
        play_fail(play, "no such line");
}
