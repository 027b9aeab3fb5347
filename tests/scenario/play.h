/* play.h - a scenario that is being played: the machines, and all that surrounds them, made of paper
 *
 * A line of a scenario is handed to the function of its first word. It does something, or expects something; what is
 * wrong it says with play_fail(), and the rest of the scenario is passed over.
 */
#ifndef TESTS_SCENARIO_PLAY_H
#define TESTS_SCENARIO_PLAY_H

#include <stdbool.h>
#include <stddef.h>

#include <resolvx/time.h>

#include "dns/host.h"
#include "dns/query.h"
#include "scenario/message.h"

#define WORDS_MAX 24
#define SENT_MAX 256
#define ASKED_MAX 256
#define DOMAINS_MAX 32

/* A message the machine sent. */
struct sent {
    rvx_time at;
    unsigned slot, server;
    enum rvx__transport transport;
    uint8_t bytes[RVX__DNS_QUERY_MAX];
    size_t len;
    bool released;
};

/* A question, or the dropping of one. */
struct asked {
    unsigned i;
    bool drop, restart;
    struct rvx__name name;
};

struct play {
    char error[400]; /* empty: all is well */
    bool is_host;    /* the host machine plays, otherwise the query machine */
    rvx_time now;    /* since the beginning of the scenario */
    bool done, done_expected;
    rvx_time done_at;

    /* the query machine and its surroundings */
    struct rvx__query query;
    struct rvx__query_opts opts;
    struct rvx__health health[RVX__QUERY_SERVERS_MAX];
    struct rvx__shape shapes[RVX__SHAPES_N];
    struct rvx__dice dice;
    int dice_byte; /* what the dice are filled with; -1: varied bytes; -2: nothing */
    uint64_t seed;
    unsigned budget, first;
    struct rvx__name name;
    struct sent sent[SENT_MAX];
    unsigned sent_n, sent_expected;
    int owner[RVX__QUERY_SLOTS]; /* the message in a slot, or -1 */
    struct rvx__message message;
    struct rvx__finding finding;
    struct rvx__query_report report;
    struct message reply, answer; /* the last reply; the one that ended the query */

    /* the host machine and its surroundings */
    struct rvx__host host;
    struct rvx__host_opts host_opts;
    struct rvx__host_trail trails[RVX__HOST_TYPES_MAX];
    struct rvx__host_action host_action;
    const char *domains[DOMAINS_MAX];
    char texts[DOMAINS_MAX + 1][RVX__NAME_TEXT_SIZE];
    struct asked asked[ASKED_MAX];
    unsigned asked_n, asked_expected;
    enum rvx__host_use use;
};

/* The words of a line. */
struct words {
    unsigned n;
    char *at[WORDS_MAX];
};

void play_fail(struct play *play, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Begins and ends a scenario. */
void play_init(struct play *play);
void play_end(struct play *play);

/* One line. */
void play_line(struct play *play, const struct words *words);

/* Of the query machine: query_play.c and reply_play.c. Each tells whether the line was for it. */
bool play_query_line(struct play *play, const struct words *words);
bool play_query_expect(struct play *play, const struct words *words);
void play_query_drain(struct play *play);
void play_reply(struct play *play, const struct words *words);
struct sent *play_find_sent(struct play *play, const char *word);

/* Of the host machine: host_play.c. */
bool play_host_line(struct play *play, const struct words *words);
bool play_host_expect(struct play *play, const struct words *words);

/* Reading words; what cannot be read fails the scenario. */
rvx_time play_time(struct play *play, const char *word);
unsigned play_number(struct play *play, const char *word);
unsigned play_server(struct play *play, const char *word);
uint16_t play_type(struct play *play, const char *word);
void play_name(struct play *play, const char *word, struct rvx__name *name);
int play_code(struct play *play, const char *word);
const char *play_code_text(int code);
bool play_is(const struct words *words, unsigned i, const char *text);

#endif
