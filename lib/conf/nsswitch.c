/* nsswitch.c - nsswitch.conf(5): which sources to ask, in which order, and what to do with each outcome
 *
 * "DATABASE: SOURCE [CRITERION CRITERION...] SOURCE ...", a criterion being "[!]STATUS=ACTION" in any case. The syntax
 * is glibc's with its liberties (blanks around "=", "[" right behind a source); unlike in Go, sources may be separated
 * by tabs, and one bad line does not spoil the file. Lines of the same database add up, as in Go.
 *
 * Criteria are carried out here: each source comes with the action for each of the four statuses. Whether they were
 * "standard" in Go's sense is kept, because a choice of resolver depends on it. A status or action that nobody knows is
 * remarked and has no effect, and makes the source non-standard.
 */
#include <config.h>

#include "conf/nsswitch.h"

#include <errno.h>
#include <string.h>

#include "conf/lines.h"

#define MEMORY_MAX 16777216

static const char *const statuses[RVX__NSSWITCH_STATUS_N] = {
    [RVX_STATUS_SUCCESS] = "success",
    [RVX_STATUS_NOTFOUND] = "notfound",
    [RVX_STATUS_UNAVAIL] = "unavail",
    [RVX_STATUS_TRYAGAIN] = "tryagain",
};

static const char *const actions[] = {
    [RVX__NSSWITCH_RETURN] = "return",
    [RVX__NSSWITCH_CONTINUE] = "continue",
    [RVX__NSSWITCH_MERGE] = "merge",
};

#define ACTIONS_N (sizeof actions / sizeof actions[0])

struct parser {
    struct rvx__nsswitch *nsswitch;
    struct rvx__nsswitch_database *database;
    struct rvx__nsswitch_source *source; /* the one criteria belong to; NULL: none yet on this line, or not kept */
    bool skipped;                        /* the last source was one too many: its criteria go with it */
    bool last_only;                      /* the criterion before is standard only as long as no other follows it */
    uint32_t line;
};

struct criterion {
    bool negate;
    struct rvx__view status;
    struct rvx__view action;
};

static void remark(struct parser *parser, enum rvx__remark_kind kind, struct rvx__view text)
{
    rvx__remarks_add(&parser->nsswitch->remarks, parser->line, kind, text);
}

static int default_action(size_t status)
{
    return status == RVX_STATUS_SUCCESS ? RVX__NSSWITCH_RETURN : RVX__NSSWITCH_CONTINUE;
}

/* The position of a word in a list; `n`: it is not there. */
static size_t find_word(struct rvx__view word, const char *const *words, size_t n)
{
    size_t i = 0;

    while (i < n && !rvx__view_is_fold(word, words[i]))
        i++;
    return i;
}

static void skip_blanks(struct rvx__view *text)
{
    while (rvx__is_blank(rvx__view_at(*text, 0)))
        *text = rvx__view_from(*text, 1);
}

/* Takes what comes before a blank or `end`. */
static struct rvx__view take_token(struct rvx__view *text, char end)
{
    struct rvx__view token;
    size_t len = 0;

    while (len < text->len && rvx__view_at(*text, len) != end && !rvx__is_blank(rvx__view_at(*text, len)))
        len++;
    token = rvx__view_to(*text, len);
    *text = rvx__view_from(*text, len);
    return token;
}

/* Takes "[!]STATUS=ACTION". False if that is not what is there. */
static bool take_criterion(struct rvx__view *text, struct criterion *criterion)
{
    criterion->negate = rvx__view_at(*text, 0) == '!';
    if (criterion->negate)
        *text = rvx__view_from(*text, 1);
    criterion->status = take_token(text, '=');
    skip_blanks(text);
    if (criterion->status.len == 0 || rvx__view_at(*text, 0) != '=')
        return false;
    *text = rvx__view_from(*text, 1);
    skip_blanks(text);
    criterion->action = take_token(text, '\0');
    return criterion->action.len > 0;
}

/* Does the criterion leave everything as it is by default, or "=return" where nothing follows? */
static void judge_criterion(struct parser *parser, bool negate, size_t status, size_t action)
{
    bool is_default = !negate && (int)action == default_action(status);
    bool is_return = !negate && action == RVX__NSSWITCH_RETURN;

    if (parser->last_only || !(is_default || is_return))
        parser->source->standard = false;
    parser->last_only = is_return && !is_default;
}

static void apply_criterion(struct parser *parser, const struct criterion *criterion)
{
    size_t status = find_word(criterion->status, statuses, RVX__NSSWITCH_STATUS_N);
    size_t action = find_word(criterion->action, actions, ACTIONS_N);
    size_t i;

    if (status == RVX__NSSWITCH_STATUS_N || action == ACTIONS_N) {
        remark(parser, RVX__REMARK_UNKNOWN, status == RVX__NSSWITCH_STATUS_N ? criterion->status : criterion->action);
        parser->source->standard = false;
        return;
    }
    for (i = 0; i < RVX__NSSWITCH_STATUS_N; i++) {
        if ((i == status) != criterion->negate)
            parser->source->action[i] = (enum rvx__nsswitch_action)action;
    }
    judge_criterion(parser, criterion->negate, status, action);
}

/* Takes "[...]". False on a syntax error; what comes before it in the brackets has its effect. */
static bool take_criteria(struct parser *parser, struct rvx__view *rest)
{
    struct rvx__view inside;
    struct criterion criterion;

    *rest = rvx__view_from(*rest, 1);
    if (!rvx__view_take_until(rest, ']', &inside) || (parser->source == NULL && !parser->skipped))
        return false;
    for (;;) {
        skip_blanks(&inside);
        if (inside.len == 0)
            return true;
        if (!take_criterion(&inside, &criterion))
            return false;
        if (parser->source != NULL)
            apply_criterion(parser, &criterion);
    }
}

static int add_source(struct parser *parser, struct rvx__view name)
{
    struct rvx__nsswitch_database *database = parser->database;
    struct rvx__arena *arena = &parser->nsswitch->arena;
    struct rvx__nsswitch_source *source;
    size_t i;

    parser->source = NULL;
    parser->last_only = false;
    parser->skipped = database->sources_n == RVX__NSSWITCH_SOURCES_MAX;
    if (parser->skipped) {
        remark(parser, RVX__REMARK_EXCESS, name);
        return 0;
    }
    source = rvx__arena_calloc(arena, 1, sizeof *source);
    if (source == NULL)
        return -ENOMEM;
    source->name = rvx__arena_text(arena, name);
    if (source->name == NULL)
        return -ENOMEM;
    source->standard = true;
    for (i = 0; i < RVX__NSSWITCH_STATUS_N; i++)
        source->action[i] = (enum rvx__nsswitch_action)default_action(i);
    if (database->last != NULL)
        database->last->next = source;
    else
        database->sources = source;
    database->last = source;
    database->sources_n++;
    parser->source = source;
    return 0;
}

/* Reads the sources of a line up to its end or a syntax error. */
static int read_sources(struct parser *parser, struct rvx__view rest)
{
    parser->source = NULL;
    parser->skipped = false;
    for (;;) {
        struct rvx__view here;

        skip_blanks(&rest);
        here = rest;
        if (rest.len == 0)
            return 0;
        if (rvx__view_at(rest, 0) != '[') {
            if (add_source(parser, take_token(&rest, '[')) < 0)
                return -ENOMEM;
        } else if (!take_criteria(parser, &rest)) {
            remark(parser, RVX__REMARK_BAD, here);
            if (parser->database->bad_line == 0)
                parser->database->bad_line = parser->line;
            return 0;
        }
    }
}

static struct rvx__nsswitch_database *find_database(const struct rvx__nsswitch *nsswitch, struct rvx__view name)
{
    struct rvx__nsswitch_database *database = nsswitch->databases;

    while (database != NULL && !rvx__view_is(name, database->name))
        database = database->next;
    return database;
}

static struct rvx__nsswitch_database *add_database(struct parser *parser, struct rvx__view name)
{
    struct rvx__nsswitch *nsswitch = parser->nsswitch;
    struct rvx__nsswitch_database *database = rvx__arena_calloc(&nsswitch->arena, 1, sizeof *database);

    if (database == NULL)
        return NULL;
    database->name = rvx__arena_text(&nsswitch->arena, name);
    if (database->name == NULL)
        return NULL;
    database->line = parser->line;
    if (nsswitch->last != NULL)
        nsswitch->last->next = database;
    else
        nsswitch->databases = database;
    nsswitch->last = database;
    nsswitch->databases_n++;
    return database;
}

static int read_line(struct parser *parser, struct rvx__view line)
{
    struct rvx__view rest = line, name;
    bool good = rvx__view_take_until(&rest, ':', &name);

    name = rvx__view_trim(name);
    /* Text of this library ends at a NUL; in a name that can only be damage. */
    if (!good || name.len == 0 || rvx__view_find(name, '\0') != RVX__NPOS) {
        remark(parser, RVX__REMARK_BAD, line);
        return 0;
    }
    parser->database = find_database(parser->nsswitch, name);
    if (parser->database == NULL) {
        if (parser->nsswitch->databases_n == RVX__NSSWITCH_DATABASES_MAX) {
            remark(parser, RVX__REMARK_EXCESS, name);
            return 0;
        }
        parser->database = add_database(parser, name);
        if (parser->database == NULL)
            return -ENOMEM;
    }
    return read_sources(parser, rest);
}

int rvx__nsswitch_parse(struct rvx__nsswitch *nsswitch, struct rvx__view bytes)
{
    struct parser parser = {.nsswitch = nsswitch};
    struct rvx__lines lines;
    struct rvx__view line;
    int rc = 0;

    memset(nsswitch, 0, sizeof *nsswitch);
    rvx__arena_init(&nsswitch->arena, MEMORY_MAX);
    rvx__lines_init(&lines, bytes, RVX__LINES_COMMENT_HASH);
    while (rc == 0 && rvx__lines_next(&lines, &line)) {
        parser.line = lines.number;
        rc = read_line(&parser, line);
    }
    if (rc < 0)
        rvx__nsswitch_fini(nsswitch);
    return rc;
}

void rvx__nsswitch_fini(struct rvx__nsswitch *nsswitch)
{
    rvx__arena_fini(&nsswitch->arena);
    memset(nsswitch, 0, sizeof *nsswitch);
}

const struct rvx__nsswitch_database *rvx__nsswitch_find(const struct rvx__nsswitch *nsswitch, const char *database)
{
    return find_database(nsswitch, rvx__view_text(database));
}
