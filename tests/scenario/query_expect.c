/* query_expect.c - what can be expected of the query machine */
#include <config.h>

#include "scenario/play.h"

#include <stdio.h>
#include <string.h>

#include "dns/edns.h"
#include "dns/gate.h"

/* The rest of a word behind `key` and '='; NULL: it is another word. */
static const char *value_of(const char *word, const char *key)
{
    size_t len = strlen(key);

    return strncmp(word, key, len) == 0 && word[len] == '=' ? word + len + 1 : NULL;
}

/* ---- messages */

static void check_name(struct play *play, const struct rvx__message *message, const char *want)
{
    struct rvx__name name;
    char got[RVX__NAME_TEXT_SIZE];

    rvx__name_expand(message->bytes, RVX__DNS_HEADER_LEN, &name);
    rvx__name_text(rvx__name_view(&name), got);
    if (strcmp(got, want) != 0)
        play_fail(play, "the name is %s", got);
}

static bool is_mixed(const struct rvx__message *message)
{
    struct rvx__name name;
    bool upper = false, lower = false;
    unsigned i;

    rvx__name_expand(message->bytes, RVX__DNS_HEADER_LEN, &name);
    for (i = 0; i < name.len; i++) {
        lower |= name.wire[i] >= 'a' && name.wire[i] <= 'z';
        upper |= name.wire[i] >= 'A' && name.wire[i] <= 'Z';
    }
    return lower && upper;
}

static void check_flag(struct play *play, const char *word, bool is)
{
    if (!is)
        play_fail(play, "the message is not: %s", word);
}

static void check_sent_word(struct play *play, const struct rvx__message *message, const char *word)
{
    size_t cookie = message_cookie(message->bytes).len;
    const char *value;

    if (strcmp(word, "edns") == 0)
        check_flag(play, word, message->has_opt && message->udp_size == RVX__DNS_UDP_SIZE);
    else if (strcmp(word, "plain") == 0)
        check_flag(play, word, !message->has_opt);
    else if (strcmp(word, "mixed") == 0)
        check_flag(play, word, is_mixed(message));
    else if (strcmp(word, "unmixed") == 0)
        check_flag(play, word, !is_mixed(message));
    else if (strcmp(word, "ad") == 0)
        check_flag(play, word, (message->flags & RVX__DNS_FLAG_AD) != 0);
    else if (strcmp(word, "no-ad") == 0)
        check_flag(play, word, (message->flags & RVX__DNS_FLAG_AD) == 0);
    else if (strcmp(word, "cd") == 0)
        check_flag(play, word, (message->flags & RVX__DNS_FLAG_CD) != 0);
    else if (strcmp(word, "do") == 0)
        check_flag(play, word, (message->edns_flags & RVX__EDNS_FLAG_DO) != 0);
    else if ((value = value_of(word, "cookie")) != NULL)
        check_flag(play, word, cookie == play_number(play, value));
    else if ((value = value_of(word, "name")) != NULL)
        check_name(play, message, value);
    else
        play_fail(play, "cannot be expected of a message: %s", word);
}

static void check_sent_time(struct play *play, const struct sent *sent, const char *word)
{
    rvx_time want = play_time(play, word), got = sent->at - play->sent[0].at;

    if (got != want)
        play_fail(play, "sent at %.3f ms", (double)got / 1e6);
}

/* expect send SERVER udp|tcp [at TIME] WORD... */
static void expect_send(struct play *play, const struct words *words)
{
    struct sent *sent = &play->sent[play->sent_expected];
    struct rvx__message message;
    unsigned i;

    if (play->sent_expected == play->sent_n) {
        play_fail(play, "nothing was sent");
        return;
    }
    play->sent_expected++;
    if (sent->server != play_server(play, words->n > 2 ? words->at[2] : NULL))
        play_fail(play, "sent to %c", 'a' + (int)sent->server);
    if (!play_is(words, 3, sent->transport == RVX__TRANSPORT_TCP ? "tcp" : "udp"))
        play_fail(play, "sent by the other transport");
    if (sent->len == 0)
        return;
    if (rvx__gate_check(rvx__view_of(sent->bytes, sent->len), &message) != RVX__GATE_OK)
        play_fail(play, "the query is malformed");
    for (i = 4; i < words->n && play->error[0] == '\0'; i++) {
        if (play_is(words, i, "at") && i + 1 < words->n)
            check_sent_time(play, sent, words->at[++i]);
        else
            check_sent_word(play, &message, words->at[i]);
    }
}

/* ---- the end */

static const char *verdict_word(enum rvx__verdict verdict)
{
    static const char *const words[RVX__VERDICTS_N] = {
        "answer",  "alias",   "nodata", "nxdomain", "lame",      "truncated", "servfail",
        "refused", "formerr", "notimp", "badvers",  "badcookie", "rcode",     "loop",
    };

    return words[verdict];
}

static const char *failure_word(unsigned failure)
{
    static const char *const words[] = {"none", "silence", "network", "resource", "broken", "verdict", "budget"};

    return words[failure];
}

static void check_text(struct play *play, const char *what, const char *got, const char *want)
{
    if (strcmp(got, want) != 0)
        play_fail(play, "%s is %s", what, got);
}

static void check_number(struct play *play, const char *what, unsigned got, const char *want)
{
    if (got != play_number(play, want))
        play_fail(play, "%s is %u", what, got);
}

static void check_done_pair(struct play *play, const char *key, const char *value)
{
    const struct rvx__query *query = &play->query;

    if (strcmp(key, "by") == 0)
        check_text(play, "the server", (char[]){(char)('a' + query->server), '\0'}, value);
    else if (strcmp(key, "failure") == 0)
        check_text(play, "the failure", failure_word(query->failure), value);
    else if (strcmp(key, "verdict") == 0)
        check_text(play, "the verdict", verdict_word((enum rvx__verdict)query->verdict), value);
    else if (strcmp(key, "cause") == 0)
        check_text(play, "the cause", play_code_text(query->cause), value);
    else if (strcmp(key, "rcode") == 0)
        check_number(play, "the rcode", query->rcode, value);
    else if (strcmp(key, "attempts") == 0)
        check_number(play, "the number of attempts", query->attempts, value);
    else if (strcmp(key, "budget") == 0)
        check_number(play, "the budget", play->budget, value);
    else if (strcmp(key, "at") == 0 && play->done_at - play->sent[0].at != play_time(play, value))
        play_fail(play, "done at %.3f ms", (double)(play->done_at - play->sent[0].at) / 1e6);
    else if (strcmp(key, "at") != 0)
        play_fail(play, "cannot be expected of the end: %s", key);
}

/* expect done VERDICT|CODE [KEY VALUE]... */
static void expect_done(struct play *play, const struct words *words)
{
    const char *got = play->query.code == 0 ? verdict_word(play->finding.verdict) : play_code_text(play->query.code);
    unsigned i;

    if (!play->done) {
        play_fail(play, "not done");
        return;
    }
    play->done_expected = true;
    if (!play_is(words, 2, got))
        play_fail(play, "done with %s", got);
    for (i = 3; i + 1 < words->n; i += 2)
        check_done_pair(play, words->at[i], words->at[i + 1]);
}

/* ---- what it knows */

static const char *on_off(bool on)
{
    return on ? "on" : "off";
}

/* expect health SERVER WHAT VALUE */
static void expect_health(struct play *play, const struct words *words)
{
    static const char *const levels[] = {"full", "no-options", "none"};
    const struct rvx__health *health = &play->health[play_server(play, words->n > 2 ? words->at[2] : NULL)];
    const char *what = words->n == 5 ? words->at[3] : "", *want = words->n == 5 ? words->at[4] : "";

    if (strcmp(what, "silences") == 0)
        check_number(play, what, health->silences, want);
    else if (strcmp(what, "samples") == 0)
        check_number(play, what, health->samples, want);
    else if (strcmp(what, "misses") == 0)
        check_number(play, what, health->case_misses, want);
    else if (strcmp(what, "cookie") == 0)
        check_number(play, what, health->cookie_len, want);
    else if (strcmp(what, "case") == 0)
        check_text(play, what, on_off(rvx__health_keeps_case(health, play->now)), want);
    else if (strcmp(what, "tcp") == 0)
        check_text(play, what, on_off(play->now < health->tcp_until), want);
    else if (strcmp(what, "failing") == 0)
        check_text(play, what, on_off(rvx__health_is_failing(health, play->now)), want);
    else if (strcmp(what, "edns") == 0)
        check_text(play, what, levels[rvx__health_edns(health, play->now)], want);
    else if (strcmp(what, "srtt") == 0 && health->srtt != play_time(play, want))
        play_fail(play, "srtt is %.3f ms", (double)health->srtt / 1e6);
    else if (strcmp(what, "srtt") != 0)
        play_fail(play, "cannot be expected of a server: %s", what);
}

/* expect fate WORD [WHY...] */
static void expect_fate(struct play *play, const struct words *words)
{
    static const char *const fates[] = {"late", "miss", "malformed", "cookie", "taken"};
    const struct rvx__query_report *report = &play->report;
    const char *why = report->fate == RVX__QUERY_MISS        ? rvx__match_text(report->match)
                      : report->fate == RVX__QUERY_MALFORMED ? rvx__gate_fault_text(report->fault)
                      : report->fate == RVX__QUERY_TAKEN     ? rvx__verdict_text(report->verdict)
                                                             : "";
    char want[200] = "";
    unsigned i;

    for (i = 3; i < words->n; i++)
        snprintf(want + strlen(want), sizeof want - strlen(want), "%s%s", i > 3 ? " " : "", words->at[i]);
    if (!play_is(words, 2, fates[report->fate]) || (want[0] != '\0' && strcmp(want, why) != 0))
        play_fail(play, "its fate: %s, %s", fates[report->fate], why);
}

static unsigned count_open(const struct play *play)
{
    unsigned n = 0, i;

    for (i = 0; i < RVX__QUERY_SLOTS; i++)
        n += play->owner[i] >= 0;
    return n;
}

/* expect address IP: among those of the answer. expect no address: there is none at all. */
static bool has_address(const struct play *play, const char *text)
{
    struct rvx__question question = {rvx__name_view(&play->name), play->query.type, play->query.class_};
    struct rvx_addr want = {.family = RVX_FAMILY_NONE}, got;
    struct rvx__rr rr;
    size_t at = 0;

    if (play->query.code != 0 || rvx_addr_parse(text, &want) < 0)
        return false;
    while (rvx__finding_next(&play->message, &question, &play->finding, &at, &rr)) {
        if (rvx__rr_addr(&play->message, &rr, &got) && got.family == want.family &&
            memcmp(got.ip, want.ip, sizeof got.ip) == 0)
            return true;
    }
    return false;
}

bool play_query_expect(struct play *play, const struct words *words)
{
    if (play_is(words, 1, "send"))
        expect_send(play, words);
    else if (play_is(words, 1, "done"))
        expect_done(play, words);
    else if (play_is(words, 1, "health"))
        expect_health(play, words);
    else if (play_is(words, 1, "fate"))
        expect_fate(play, words);
    else if (play_is(words, 1, "open") && words->n == 3)
        check_number(play, "the number of open slots", count_open(play), words->at[2]);
    else if (play_is(words, 1, "address") && words->n == 3) {
        if (!has_address(play, words->at[2]))
            play_fail(play, "no such address in the answer");
    } else if (play_is(words, 1, "no-address") && words->n == 3) {
        if (has_address(play, words->at[2]))
            play_fail(play, "that address is in the answer");
    } else if (play_is(words, 1, "nothing")) {
        if (play->sent_expected < play->sent_n || (play->done && !play->done_expected))
            play_fail(play, "something happened: a message to %c, or the end",
                      'a' + (int)play->sent[play->sent_expected].server);
    } else {
        return false;
    }
    return true;
}
