/* trace.c - what lookups do, as a timeline that one can look at
 *
 *     host ip4 www.example.org  (ms)
 *           0.0    order     files, dns (nsswitch.conf line 12)
 *           0.0    ask       files
 *           0.0    files     NOTFOUND
 *           0.0    ask       dns
 *           0.1    try       www.example.org
 *           0.1    A         www.example.org, cache: miss
 *           0.1  → A         192.0.2.53:53 udp
 *          12.4  ← A         192.0.2.53:53 answer            ━━━━━━━━━━━━·
 *          12.4    dns       SUCCESS
 *          12.5    address   192.0.2.80, first
 *          12.5    done      found by dns after 12.5 ms
 *
 * Events of concurrent lookups come mixed and on any thread, so each lookup's are copied into a list of its own, and
 * drawn in one go when it is done. The bar of an answer spans the time from its query to it, on the scale of the whole
 * lookup. Texts come from elsewhere and are made visible before they reach the terminal.
 */
#include <config.h>

#include "resolvx_lookup/trace.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <resolvx/err.h>
#include <resolvx/records.h>

#include "text.h"

#define BAR_COLUMNS 24
#define TEXT_COLUMNS 44

/* A copy of an event. The texts are in one allocation with it. */
struct note {
    struct note *next;
    struct rvx_trace_event event;
    rvx_time since; /* REPLY and FAIL: when the query was sent; 0: not known */
    char texts[];
};

/* The notes of one lookup. */
struct strand {
    struct strand *next;
    uint64_t lookup;
    struct note *first;
    struct note **last;
};

struct timeline {
    pthread_mutex_t lock;
    FILE *out;
    bool colour;
    struct strand *strands;
};

bool colour_wanted(FILE *stream)
{
    const char *no_color = getenv("NO_COLOR");
    const char *term = getenv("TERM");

    return isatty(fileno(stream)) && (no_color == NULL || *no_color == '\0') &&
           (term == NULL || strcmp(term, "dumb") != 0);
}

/* --- collecting --- */

static size_t size_of(const char *text)
{
    return text != NULL ? strlen(text) + 1 : 0;
}

static const char *copy_text(char **to, const char *text)
{
    char *copy = *to;

    if (text == NULL)
        return NULL;
    memcpy(copy, text, strlen(text) + 1);
    *to += strlen(text) + 1;
    return copy;
}

static struct note *copy_event(const struct rvx_trace_event *event)
{
    size_t size = size_of(event->name) + size_of(event->server) + size_of(event->text) + size_of(event->detail);
    struct note *note = malloc(sizeof *note + size);
    char *to;

    if (note == NULL)
        return NULL;
    to = note->texts;
    note->next = NULL;
    note->since = 0;
    note->event = *event;
    note->event.name = copy_text(&to, event->name);
    note->event.server = copy_text(&to, event->server);
    note->event.text = copy_text(&to, event->text);
    note->event.detail = copy_text(&to, event->detail);
    return note;
}

static struct strand **find_strand(struct timeline *timeline, uint64_t lookup)
{
    struct strand **at = &timeline->strands;

    while (*at != NULL && (*at)->lookup != lookup)
        at = &(*at)->next;
    return at;
}

static struct strand **get_strand(struct timeline *timeline, uint64_t lookup)
{
    struct strand **at = find_strand(timeline, lookup);

    if (*at != NULL)
        return at;
    *at = calloc(1, sizeof **at);
    if (*at != NULL) {
        (*at)->lookup = lookup;
        (*at)->last = &(*at)->first;
    }
    return at;
}

static bool same_text(const char *a, const char *b)
{
    return a != NULL && b != NULL && strcmp(a, b) == 0;
}

/* When the query was sent that this event ends. */
static rvx_time find_send(const struct strand *strand, const struct rvx_trace_event *event)
{
    rvx_time since = 0;

    for (const struct note *note = strand->first; note != NULL; note = note->next)
        if (note->event.kind == RVX_TRACE_SEND && note->event.type == event->type &&
            same_text(note->event.server, event->server))
            since = note->event.at;
    return since;
}

static void append_note(struct strand *strand, const struct rvx_trace_event *event)
{
    struct note *note = copy_event(event);

    if (note == NULL)
        return;
    if (event->kind == RVX_TRACE_REPLY || event->kind == RVX_TRACE_FAIL)
        note->since = find_send(strand, event);
    *strand->last = note;
    strand->last = &note->next;
}

static void free_strand(struct strand *strand)
{
    while (strand->first != NULL) {
        struct note *note = strand->first;

        strand->first = note->next;
        free(note);
    }
    free(strand);
}

/* --- drawing --- */

struct pen {
    FILE *out;
    bool colour;
    rvx_time start;
    rvx_time span;
};

enum ink { INK_PLAIN, INK_DIM, INK_BOLD, INK_GREEN, INK_YELLOW, INK_RED, INK_CYAN };

static void set_ink(const struct pen *pen, enum ink ink)
{
    static const char *const codes[] = {
        [INK_PLAIN] = "0", [INK_DIM] = "2", [INK_BOLD] = "1", [INK_GREEN] = "32",
        [INK_YELLOW] = "33", [INK_RED] = "31", [INK_CYAN] = "36",
    };

    if (pen->colour)
        fprintf(pen->out, "\033[%sm", codes[ink]);
}

static enum ink ink_of(const struct rvx_trace_event *event)
{
    switch (event->kind) {
    case RVX_TRACE_START:
        return INK_BOLD;
    case RVX_TRACE_ORDER:
    case RVX_TRACE_SOURCE:
    case RVX_TRACE_CANDIDATE:
        return INK_DIM;
    case RVX_TRACE_CACHE:
    case RVX_TRACE_JOIN:
    case RVX_TRACE_SEND:
        return INK_CYAN;
    case RVX_TRACE_REPLY:
    case RVX_TRACE_ADDRESS:
        return INK_GREEN;
    case RVX_TRACE_DROP:
        return INK_YELLOW;
    case RVX_TRACE_FAIL:
        return INK_RED;
    case RVX_TRACE_STATUS:
        return event->code < 0 ? INK_YELLOW : INK_GREEN;
    case RVX_TRACE_DONE:
        return event->code < 0 ? INK_RED : INK_BOLD;
    }
    return INK_PLAIN;
}

static const char *arrow_of(enum rvx_trace_kind kind)
{
    if (kind == RVX_TRACE_SEND)
        return "→";
    if (kind == RVX_TRACE_REPLY)
        return "←";
    return kind == RVX_TRACE_DROP || kind == RVX_TRACE_FAIL ? "✗" : " ";
}

/* The word in front: what kind of thing happened. */
static void name_event(const struct rvx_trace_event *event, char word[32])
{
    static const char *const words[] = {
        [RVX_TRACE_ORDER] = "order", [RVX_TRACE_SOURCE] = "ask",     [RVX_TRACE_CANDIDATE] = "try",
        [RVX_TRACE_CACHE] = "cache", [RVX_TRACE_JOIN] = "join",      [RVX_TRACE_DROP] = "drop",
        [RVX_TRACE_FAIL] = "fail",   [RVX_TRACE_ADDRESS] = "address", [RVX_TRACE_DONE] = "done",
    };
    char type[RVX_TYPE_STRLEN];

    if (event->kind == RVX_TRACE_STATUS)
        snprintf(word, 32, "%.31s", event->text != NULL ? event->text : "");
    else if (event->type != 0 && event->kind != RVX_TRACE_ADDRESS)
        snprintf(word, 32, "%.31s", rvx_type_text(event->type, type));
    else
        snprintf(word, 32, "%s", words[event->kind] != NULL ? words[event->kind] : "");
}

/* Adds text from elsewhere, with what goes in front of it. */
static void add_text(char *line, size_t size, const char *before, const char *text)
{
    char shown[1024];
    size_t len = strlen(line);

    if (text == NULL || *text == '\0')
        return;
    text_visible(shown, sizeof shown, text, strlen(text), TEXT_MESSAGE);
    snprintf(line + len, size - len, "%s%s", len > 0 ? before : "", shown);
}

__attribute__((format(printf, 3, 4)))
static void add_format(char *line, size_t size, const char *format, ...)
{
    size_t len = strlen(line);
    va_list args;

    va_start(args, format);
    vsnprintf(line + len, size - len, format, args);
    va_end(args);
}

/* The rest of the line. */
static void describe_event(const struct rvx_trace_event *event, char *line, size_t size)
{
    line[0] = '\0';
    switch (event->kind) {
    case RVX_TRACE_STATUS:
        add_text(line, size, "", event->detail);
        break;
    case RVX_TRACE_ORDER:
        add_text(line, size, "", event->text);
        add_text(line, size, " (", event->detail);
        add_text(line, size, "", event->detail != NULL ? ")" : NULL);
        break;
    case RVX_TRACE_CANDIDATE:
        add_text(line, size, "", event->name);
        break;
    case RVX_TRACE_JOIN:
        add_text(line, size, "", event->name);
        add_text(line, size, " ", "is just being asked for: waiting");
        break;
    case RVX_TRACE_CACHE:
        add_text(line, size, "", event->name);
        add_text(line, size, ", cache: ", event->text);
        if (event->text != NULL && strcmp(event->text, "miss") != 0)
            add_format(line, size, ", %.0f s old", (double)event->number);
        break;
    case RVX_TRACE_DONE:
        add_text(line, size, "", event->code < 0 ? rvx_strerror(event->code) : "found");
        add_text(line, size, " by ", event->text);
        add_format(line, size, " after %.1f ms", (double)event->number / 1000);
        break;
    case RVX_TRACE_DROP:
        add_text(line, size, "", event->server);
        add_text(line, size, " dropped: ", event->text);
        break;
    case RVX_TRACE_FAIL:
        add_text(line, size, "", event->server);
        add_text(line, size, " ", event->text);
        if (event->code < 0)
            add_text(line, size, ": ", rvx_strerror(event->code));
        break;
    case RVX_TRACE_START:
    case RVX_TRACE_SOURCE:
    case RVX_TRACE_SEND:
    case RVX_TRACE_REPLY:
    case RVX_TRACE_ADDRESS:
        add_text(line, size, "", event->server);
        add_text(line, size, " ", event->text);
        add_text(line, size, ", ", event->detail);
        break;
    }
}

static int column_of(const struct pen *pen, rvx_time at)
{
    return pen->span > 0 ? (int)((at - pen->start) * BAR_COLUMNS / pen->span) : 0;
}

/* A bar from the query to its end, at its place in the lookup's time. */
static void draw_bar(const struct pen *pen, rvx_time from, rvx_time to)
{
    int first = column_of(pen, from);
    int last = column_of(pen, to);

    fputs("  ", pen->out);
    for (int i = 0; i < first; i++)
        fputs("·", pen->out);
    for (int i = first; i <= last; i++)
        fputs("━", pen->out);
    for (int i = last + 1; i <= BAR_COLUMNS; i++)
        fputs("·", pen->out);
}

static void draw_note(const struct pen *pen, const struct note *note)
{
    const struct rvx_trace_event *event = &note->event;
    char line[2048];
    char word[32];

    name_event(event, word);
    describe_event(event, line, sizeof line);
    set_ink(pen, INK_DIM);
    fprintf(pen->out, "%9.1f  ", (double)(event->at - pen->start) / 1e6);
    set_ink(pen, INK_PLAIN);
    set_ink(pen, ink_of(event));
    fprintf(pen->out, "%s %-9s ", arrow_of(event->kind), word);
    if (note->since != 0) {
        fprintf(pen->out, "%-*s", TEXT_COLUMNS, line);
        draw_bar(pen, note->since, event->at);
    } else {
        fputs(line, pen->out);
    }
    set_ink(pen, INK_PLAIN);
    putc('\n', pen->out);
}

static void draw_head(const struct pen *pen, const struct rvx_trace_event *event)
{
    char line[1024] = "";

    add_text(line, sizeof line, "", event->text);
    add_text(line, sizeof line, " ", event->name);
    set_ink(pen, INK_BOLD);
    fprintf(pen->out, "%s", line);
    set_ink(pen, INK_PLAIN);
    fputs("  (ms)\n", pen->out);
}

static void draw_strand(const struct timeline *timeline, const struct strand *strand)
{
    struct pen pen = { .out = timeline->out, .colour = timeline->colour };
    const struct note *note = strand->first;

    if (note == NULL)
        return;
    pen.start = note->event.at;
    for (const struct note *at = note; at != NULL; at = at->next)
        pen.span = at->event.at - pen.start;
    for (; note != NULL; note = note->next) {
        if (note->event.kind == RVX_TRACE_START)
            draw_head(&pen, &note->event);
        else
            draw_note(&pen, note);
    }
    fflush(timeline->out);
}

/* --- */

struct timeline *timeline_new(FILE *out, bool colour)
{
    struct timeline *timeline = calloc(1, sizeof *timeline);

    if (timeline == NULL)
        return NULL;
    pthread_mutex_init(&timeline->lock, NULL);
    timeline->out = out;
    timeline->colour = colour;
    return timeline;
}

/* Draws a lookup that is through, and forgets it. */
static void end_strand(struct timeline *timeline, struct strand **at)
{
    struct strand *strand = *at;

    draw_strand(timeline, strand);
    *at = strand->next;
    free_strand(strand);
}

void timeline_note(void *arg, const struct rvx_trace_event *event)
{
    struct timeline *timeline = arg;
    struct strand **at;

    pthread_mutex_lock(&timeline->lock);
    at = get_strand(timeline, event->lookup);
    if (*at != NULL) {
        append_note(*at, event);
        if (event->kind == RVX_TRACE_DONE)
            end_strand(timeline, at);
    }
    pthread_mutex_unlock(&timeline->lock);
}

void timeline_free(struct timeline *timeline)
{
    if (timeline == NULL)
        return;
    while (timeline->strands != NULL)
        end_strand(timeline, &timeline->strands);
    pthread_mutex_destroy(&timeline->lock);
    free(timeline);
}
