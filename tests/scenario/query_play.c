/* query_play.c - the query machine's driver, and what can be expected of the machine */
#include <config.h>

#include "scenario/play.h"

#include <stdlib.h>
#include <string.h>

#include "dns/edns.h"
#include "dns/gate.h"

#define WAKES_MAX 1000

/* ---- the driver */

static void fill_dice(struct play *play)
{
    unsigned i;

    if (!rvx__dice_are_low(&play->dice) || play->dice_byte == -2)
        return;
    for (i = 0; i < RVX__DICE_SIZE; i++) {
        play->seed = play->seed * 6364136223846793005u + 1442695040888963407u;
        play->dice.bytes[i] = play->dice_byte >= 0 ? (uint8_t)play->dice_byte : (uint8_t)(play->seed >> 56);
    }
    rvx__dice_filled(&play->dice);
}

static struct rvx__query_env env_of(struct play *play)
{
    fill_dice(play);
    return (struct rvx__query_env){.now = play->now, .dice = &play->dice};
}

static void send_message(struct play *play, const struct rvx__query_action *action)
{
    struct sent *sent = &play->sent[play->sent_n];
    struct rvx__query_env env = env_of(play);

    if (play->sent_n == SENT_MAX || action->slot >= RVX__QUERY_SLOTS || play->owner[action->slot] >= 0) {
        play_fail(play, "a slot is used again without having been released, or too many messages");
        return;
    }
    *sent = (struct sent){
        .at = play->now,
        .slot = action->slot,
        .server = action->server,
        .transport = action->transport,
    };
    play->owner[action->slot] = (int)play->sent_n++;
    sent->len = rvx__query_write(&play->query, action->slot, &env, sent->bytes);
    if (sent->len == 0)
        rvx__query_failed(&play->query, action->slot, -1, &env);
}

static void release_slot(struct play *play, unsigned slot)
{
    if (slot >= RVX__QUERY_SLOTS || play->owner[slot] < 0) {
        play_fail(play, "a slot is released that holds nothing");
        return;
    }
    play->sent[play->owner[slot]].released = true;
    play->owner[slot] = -1;
}

static void note_done(struct play *play)
{
    unsigned i;

    if (play->done)
        play_fail(play, "done twice");
    play->done = true;
    play->done_at = play->now;
    for (i = 0; i < RVX__QUERY_SLOTS; i++) {
        if (play->owner[i] >= 0)
            play_fail(play, "done, and a slot was not released");
    }
}

void play_query_drain(struct play *play)
{
    struct rvx__query_action action;

    while (play->error[0] == '\0' && rvx__query_next(&play->query, &action)) {
        switch (action.kind) {
        case RVX__QUERY_SEND:
            send_message(play, &action);
            break;
        case RVX__QUERY_RELEASE:
            release_slot(play, action.slot);
            break;
        case RVX__QUERY_DONE:
            note_done(play);
            break;
        case RVX__QUERY_NONE:
            play_fail(play, "an action that is none");
            break;
        }
    }
    if (!play->done && play->query.wake <= play->now && play->error[0] == '\0')
        play_fail(play, "wants to be woken in the past");
}

static void start_query(struct play *play, const struct words *words)
{
    struct rvx__question question = {.class_ = RVX__DNS_CLASS_IN};
    struct rvx__query_env env = env_of(play);

    if (words->n != 3) {
        play_fail(play, "ask NAME TYPE");
        return;
    }
    play_name(play, words->at[1], &play->name);
    question.name = rvx__name_view(&play->name);
    question.type = play_type(play, words->at[2]);
    play->done = play->done_expected = false;
    play->sent_n = play->sent_expected = 0;
    rvx__query_start(&play->query, &play->opts, &question, &play->budget, play->first, &env);
    play_query_drain(play);
}

/* Time passes; the machine is woken exactly when it wants to be. */
static void pass_time(struct play *play, rvx_time until)
{
    unsigned wakes = 0;

    while (!play->is_host && play->query.wake <= until && play->error[0] == '\0') {
        struct rvx__query_env env;

        if (play->query.wake > play->now)
            play->now = play->query.wake;
        env = env_of(play);
        rvx__query_timeout(&play->query, &env);
        play_query_drain(play);
        if (++wakes > WAKES_MAX)
            play_fail(play, "it wakes and wakes");
    }
    if (until > play->now)
        play->now = until;
}

/* A timer that comes when it likes. */
static void fire_timer(struct play *play)
{
    struct rvx__query_env env = env_of(play);

    rvx__query_timeout(&play->query, &env);
    play_query_drain(play);
}

static void fail_slot(struct play *play, const struct words *words)
{
    struct sent *sent = words->n == 3 ? play_find_sent(play, words->at[1]) : NULL;
    struct rvx__query_env env = env_of(play);
    int code = words->n == 3 ? play_code(play, words->at[2]) : 0;

    if (sent == NULL) {
        play_fail(play, "fail MESSAGE CODE");
        return;
    }
    rvx__query_failed(&play->query, sent->slot, code, &env);
    play_query_drain(play);
}

/* ---- settings */

static void set_option(struct play *play, const char *word)
{
    struct rvx__query_opts *opts = &play->opts;
    const struct {
        const char *word;
        bool *flag;
    } flags[] = {
        {"tcp", &opts->tcp_only},       {"no-edns", &opts->no_edns},   {"no-0x20", &opts->no_case},
        {"no-cookies", &opts->no_cookies}, {"trust-ad", &opts->trust_ad}, {"do", &opts->dnssec_ok},
        {"cd", &opts->checking_disabled},
    };
    size_t i;

    for (i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        if (strcmp(flags[i].word, word) == 0) {
            *flags[i].flag = true;
            return;
        }
    }
    play_fail(play, "no such option: %s", word);
}

static void set_health(struct play *play, const struct words *words)
{
    struct rvx__health *health = &play->health[play_server(play, words->n > 1 ? words->at[1] : NULL)];

    if (play_is(words, 2, "srtt") && words->n == 4) {
        health->srtt = play_time(play, words->at[3]);
        health->samples = 10;
    } else if (play_is(words, 2, "failing")) {
        rvx__health_note_failure(health, play->now);
    } else if (play_is(words, 2, "distrusted")) {
        rvx__health_distrust(health, play->now);
    } else if (play_is(words, 2, "without-case")) {
        health->case_until = play->now + RVX_SECONDS(3600);
    } else if (play_is(words, 2, "without-edns")) {
        rvx__health_learn_edns(health, RVX__EDNS_NONE, play->now);
    } else {
        play_fail(play, "health SERVER srtt TIME | failing | distrusted | without-case | without-edns");
    }
}

static void set_dice(struct play *play, const char *word)
{
    play->dice_byte = word == NULL                  ? -1
                      : strcmp(word, "empty") == 0 ? -2
                                                    : (int)strtol(word, NULL, 16);
    play->dice.left = 0;
}

static bool set(struct play *play, const struct words *words)
{
    unsigned i;

    if (play_is(words, 0, "servers"))
        play->opts.servers_n = play_number(play, words->at[1]);
    else if (play_is(words, 0, "attempts"))
        play->opts.attempts = play_number(play, words->at[1]);
    else if (play_is(words, 0, "timeout"))
        play->opts.timeout = play_time(play, words->at[1]);
    else if (play_is(words, 0, "budget"))
        play->budget = play_number(play, words->at[1]);
    else if (play_is(words, 0, "first"))
        play->first = play_server(play, words->at[1]);
    else if (play_is(words, 0, "dice"))
        set_dice(play, words->n > 1 ? words->at[1] : NULL);
    else if (play_is(words, 0, "options"))
        for (i = 1; i < words->n; i++)
            set_option(play, words->at[i]);
    else
        return false;
    return true;
}

bool play_query_line(struct play *play, const struct words *words)
{
    if (words->n > 1 && set(play, words))
        return true;
    if (play_is(words, 0, "health"))
        set_health(play, words);
    else if (play_is(words, 0, "ask"))
        start_query(play, words);
    else if (play_is(words, 0, "reply"))
        play_reply(play, words);
    else if (play_is(words, 0, "fail"))
        fail_slot(play, words);
    else if (play_is(words, 0, "timer"))
        fire_timer(play);
    else if (play_is(words, 0, "after") && words->n == 2)
        pass_time(play, play->now + play_time(play, words->at[1]));
    else if (play_is(words, 0, "late") && words->n == 2)
        play->now += play_time(play, words->at[1]); /* and nobody wakes it */
    else
        return false;
    return true;
}

/* "a": the last message to that server. "a/2": its second. */
struct sent *play_find_sent(struct play *play, const char *word)
{
    unsigned nth = word[0] != '\0' && word[1] == '/' ? (unsigned)strtoul(word + 2, NULL, 10) : 0;
    struct sent *found = NULL;
    unsigned seen = 0, i;

    for (i = 0; i < play->sent_n; i++) {
        if (play->sent[i].server != (unsigned)(word[0] - 'a'))
            continue;
        seen++;
        if (nth == 0 || seen == nth)
            found = &play->sent[i];
    }
    if (found == NULL)
        play_fail(play, "no such message: %s", word);
    return found;
}
