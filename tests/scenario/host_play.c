/* host_play.c - the host machine's driver, and what can be expected of the machine */
#include <config.h>

#include "scenario/play.h"

#include <stdio.h>
#include <string.h>

#include <resolvx/err.h>

/* ---- the driver */

static void drain(struct play *play)
{
    struct rvx__host_action *action = &play->host_action;

    while (play->error[0] == '\0' && rvx__host_next(&play->host, action)) {
        struct asked *asked = &play->asked[play->asked_n];

        if (action->kind == RVX__HOST_DONE) {
            if (play->done)
                play_fail(play, "done twice");
            play->done = true;
            continue;
        }
        if (play->asked_n == ASKED_MAX) {
            play_fail(play, "too many questions");
            return;
        }
        *asked = (struct asked){.i = action->i, .drop = action->kind == RVX__HOST_DROP};
        if (!asked->drop) {
            asked->restart = action->restart;
            rvx__name_set(&asked->name, action->question.name);
        }
        play->asked_n++;
    }
}

static unsigned read_types(struct play *play, const struct words *words, uint16_t types[RVX__HOST_TYPES_MAX])
{
    unsigned n = 0;

    while (n < RVX__HOST_TYPES_MAX && 2 + n < words->n) {
        types[n] = play_type(play, words->at[2 + n]);
        n++;
    }
    return n;
}

/* host NAME TYPE [TYPE]. name NAME TYPE [TYPE]: only this one. */
static void start_host(struct play *play, const struct words *words)
{
    char *text = play->texts[DOMAINS_MAX];
    uint16_t types[RVX__HOST_TYPES_MAX];
    unsigned n = read_types(play, words, types);

    play->is_host = true;
    play->done = play->done_expected = false;
    play->asked_n = play->asked_expected = 0;
    snprintf(text, sizeof play->texts[0], "%s", words->at[1]);
    if (play_is(words, 0, "host")) {
        rvx__host_start(&play->host, &play->host_opts, rvx__view_text(text), types, n);
    } else {
        play_name(play, text, &play->name);
        rvx__host_start_name(&play->host, &play->host_opts, rvx__name_view(&play->name), types, n);
    }
    for (unsigned i = 0; i < RVX__HOST_TYPES_MAX; i++)
        play->host.trails[i] = &play->trails[i];
    drain(play);
}

static void set_search(struct play *play, const struct words *words)
{
    unsigned i;

    for (i = 1; i < words->n; i++) {
        snprintf(play->texts[i - 1], sizeof play->texts[0], "%s", words->at[i]);
        play->domains[i - 1] = play->texts[i - 1];
    }
    play->host_opts.search.domains_n = words->n - 1;
}

/* Which of the types. */
static unsigned find_type(struct play *play, const char *word)
{
    uint16_t type = play_type(play, word);
    unsigned i = 0;

    while (i < play->host.types_n && play->host.types[i] != type)
        i++;
    return i;
}

static const struct {
    const char *word;
    enum rvx__verdict verdict;
} verdicts[] = {
    {"answer", RVX__VERDICT_ANSWER},     {"alias", RVX__VERDICT_ALIAS},       {"nodata", RVX__VERDICT_NODATA},
    {"nxdomain", RVX__VERDICT_NXDOMAIN}, {"circle", RVX__VERDICT_LOOP},       {"servfail", RVX__VERDICT_SERVFAIL},
    {"refused", RVX__VERDICT_REFUSED},   {"lame", RVX__VERDICT_LAME},
};

static bool read_finding(struct play *play, const struct words *words)
{
    size_t i;

    for (i = 0; i < sizeof verdicts / sizeof verdicts[0]; i++) {
        if (!play_is(words, 2, verdicts[i].word))
            continue;
        play->finding = (struct rvx__finding){.verdict = verdicts[i].verdict};
        if (play->finding.verdict == RVX__VERDICT_ALIAS)
            play_name(play, words->n > 3 ? words->at[3] : "", &play->finding.target);
        return true;
    }
    return false;
}

/* answer TYPE VERDICT, answer TYPE alias NAME, answer TYPE CODE */
static void answer(struct play *play, const struct words *words)
{
    unsigned i;
    int code = 0;

    if (words->n < 3) {
        play_fail(play, "answer TYPE VERDICT|CODE");
        return;
    }
    i = find_type(play, words->at[1]);
    if (!read_finding(play, words))
        code = play_code(play, words->at[2]);
    play->use = rvx__host_answered(&play->host, i, code, &play->finding);
    drain(play);
}

bool play_host_line(struct play *play, const struct words *words)
{
    if (play_is(words, 0, "search"))
        set_search(play, words);
    else if (play_is(words, 0, "ndots") && words->n == 2)
        play->host_opts.search.ndots = play_number(play, words->at[1]);
    else if (play_is(words, 0, "no-tld-query"))
        play->host_opts.search.no_tld_query = true;
    else if (play_is(words, 0, "single-request"))
        play->host_opts.one_after_the_other = true;
    else if (play_is(words, 0, "strict"))
        play->host_opts.strict = true;
    else if ((play_is(words, 0, "host") || play_is(words, 0, "name")) && words->n > 2)
        start_host(play, words);
    else if (play_is(words, 0, "answer"))
        answer(play, words);
    else
        return false;
    return true;
}

/* ---- expectations */

/* expect ask TYPE NAME [restart], expect drop TYPE */
static void expect_question(struct play *play, const struct words *words)
{
    const struct asked *asked = &play->asked[play->asked_expected];
    bool drop = play_is(words, 1, "drop");
    char name[RVX__NAME_TEXT_SIZE];

    if (play->asked_expected == play->asked_n) {
        play_fail(play, "nothing was asked or dropped");
        return;
    }
    play->asked_expected++;
    rvx__name_text(rvx__name_view(&asked->name), name);
    if (asked->drop != drop)
        play_fail(play, "a question is %s", asked->drop ? "dropped" : "asked");
    else if (words->n < 3 || find_type(play, words->at[2]) != asked->i)
        play_fail(play, "it is of type %u", play->host.types[asked->i]);
    else if (!drop && !play_is(words, 3, name))
        play_fail(play, "asked for %s", name);
    else if (!drop && asked->restart != play_is(words, 4, "restart"))
        play_fail(play, "it is %sa restart", asked->restart ? "" : "not ");
}

static void expect_use(struct play *play, const struct words *words)
{
    static const char *const uses[] = {"ignore", "take", "follow", "blame"};

    if (!play_is(words, 2, uses[play->use]))
        play_fail(play, "its use: %s", uses[play->use]);
}

/* expect done CODE [nodata] [found] */
static void expect_end(struct play *play, const struct words *words)
{
    bool nodata = false, found = false;
    unsigned i;

    if (!play->done) {
        play_fail(play, "not done");
        return;
    }
    play->done_expected = true;
    for (i = 3; i < words->n; i++) {
        nodata |= play_is(words, i, "nodata");
        found |= play_is(words, i, "found");
    }
    if (!play_is(words, 2, play_code_text(play->host.code)))
        play_fail(play, "done with %s", play_code_text(play->host.code));
    else if (nodata != (play->host.code == RVX_ENOTFOUND && play->host.nodata))
        play_fail(play, "nodata is %d", play->host.nodata);
    else if (found != play->host.found)
        play_fail(play, "found is %d", play->host.found);
}

bool play_host_expect(struct play *play, const struct words *words)
{
    if (play_is(words, 1, "ask") || play_is(words, 1, "drop"))
        expect_question(play, words);
    else if (play_is(words, 1, "use"))
        expect_use(play, words);
    else if (play_is(words, 1, "done"))
        expect_end(play, words);
    else if (play_is(words, 1, "nothing")) {
        if (play->asked_expected < play->asked_n || (play->done && !play->done_expected))
            play_fail(play, "something happened");
    } else {
        return false;
    }
    return true;
}
