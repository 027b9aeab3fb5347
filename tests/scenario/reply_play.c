/* reply_play.c - what servers say, and those who pretend to be servers
 *
 *     reply MESSAGE WORD...
 *
 * A reply is made from the query, word by word and in their order; README tells them all.
 */
#include <config.h>

#include "scenario/play.h"

#include <stdlib.h>
#include <string.h>

#include "dns/edns.h"
#include "dns/wire.h"

/* A reply in the making. */
struct making {
    struct play *play;
    struct message *message;
    struct rvx__view query;
    unsigned rcode;
    bool opt;
    uint8_t cookie[RVX__COOKIE_MAX];
    size_t cookie_len;
    size_t cut, trailing, first_record;
};

static void add_address(struct making *making, uint16_t type, const char *text)
{
    struct rvx_addr addr = {.family = RVX_FAMILY_NONE};

    if (text == NULL || rvx_addr_parse(text, &addr) < 0) {
        play_fail(making->play, "not an address: %s", text != NULL ? text : "nothing");
        return;
    }
    message_add(making->message, MESSAGE_ANSWER, type, 300,
                rvx__view_of(addr.ip, type == RVX__DNS_TYPE_A ? 4 : 16));
}

static void add_alias(struct making *making, const char *text)
{
    struct rvx__name target;

    play_name(making->play, text, &target);
    message_add(making->message, MESSAGE_ANSWER, RVX__DNS_TYPE_CNAME, 300, rvx__name_view(&target));
    making->message->owner = target;
}

static void add_ns(struct making *making, const char *text)
{
    struct rvx__name server;

    play_name(making->play, text, &server);
    message_add(making->message, MESSAGE_AUTHORITY, RVX__DNS_TYPE_NS, 300, rvx__name_view(&server));
}

static void add_soa(struct making *making, const char *text)
{
    struct rvx__name zone;

    play_name(making->play, text, &zone);
    message_add_soa(making->message, rvx__name_view(&zone), 60);
}

/* good: ours and a server's part. new: another server's part. wrong: not ours. client: ours alone. odd: of no length
 * that one may have. */
static void set_cookie(struct making *making, const char *word)
{
    struct rvx__view ours = rvx__view_to(message_cookie(making->query), RVX__COOKIE_CLIENT_LEN);

    memset(making->cookie, word[0], sizeof making->cookie);
    making->cookie_len = strcmp(word, "client") == 0 ? 8 : strcmp(word, "odd") == 0 ? 11 : 16;
    if (ours.len > 0 && strcmp(word, "wrong") != 0)
        memcpy(making->cookie, ours.data, ours.len);
    making->opt = true;
}

/* Words that say what the server means. Takes the word behind, too, if it needs one: returns how many it took. */
static unsigned take_content(struct making *making, const char *word, const char *next)
{
    static const struct {
        const char *word;
        unsigned rcode;
    } rcodes[] = {
        {"noerror", 0}, {"nodata", 0},  {"formerr", 1},  {"servfail", 2},   {"nxdomain", 3},
        {"notimp", 4},  {"refused", 5}, {"badvers", 16}, {"badcookie", 23},
    };
    size_t i;

    for (i = 0; i < sizeof rcodes / sizeof rcodes[0]; i++) {
        if (strcmp(rcodes[i].word, word) == 0) {
            making->rcode = rcodes[i].rcode;
            making->opt |= making->rcode > 15;
            return 1;
        }
    }
    if (strcmp(word, "rcode") == 0)
        making->rcode = play_number(making->play, next);
    else if (strcmp(word, "a") == 0)
        add_address(making, RVX__DNS_TYPE_A, next);
    else if (strcmp(word, "aaaa") == 0)
        add_address(making, RVX__DNS_TYPE_AAAA, next);
    else if (strcmp(word, "alias") == 0)
        add_alias(making, next);
    else if (strcmp(word, "of") == 0)
        play_name(making->play, next, &making->message->owner);
    else if (strcmp(word, "ns") == 0)
        add_ns(making, next);
    else if (strcmp(word, "soa") == 0)
        add_soa(making, next);
    else if (strcmp(word, "cookie") == 0)
        set_cookie(making, next != NULL ? next : "good");
    else if (strcmp(word, "cut") == 0)
        making->cut = play_number(making->play, next);
    else if (strcmp(word, "trailing") == 0)
        making->trailing = play_number(making->play, next);
    else
        return 0;
    return 2;
}

static void toggle_flag(struct making *making, unsigned bits)
{
    message_set_u16(making->message, RVX__DNS_FLAGS_AT, message_u16(making->message, RVX__DNS_FLAGS_AT) ^ bits);
}

static void fold_question(struct making *making)
{
    uint8_t *bytes = making->message->bytes + RVX__DNS_HEADER_LEN;
    size_t i;

    for (i = 0; i + 4 < making->message->question_len; i++)
        bytes[i] = (uint8_t)rvx__to_lower((char)bytes[i]);
}

/* Adds to the number at `at`. */
static void shift(struct making *making, size_t at, unsigned by)
{
    message_set_u16(making->message, at, message_u16(making->message, at) + by);
}

static void drop_question(struct making *making)
{
    struct message *message = making->message;
    size_t rest = message->len - RVX__DNS_HEADER_LEN - message->question_len;

    memmove(message->bytes + RVX__DNS_HEADER_LEN, message->bytes + RVX__DNS_HEADER_LEN + message->question_len, rest);
    message->len -= message->question_len;
    message_set_u16(message, RVX__DNS_COUNTS_AT, 0);
}

/* The length of the first record's data. */
static void break_rdlength(struct making *making, unsigned by)
{
    struct message *message = making->message;
    size_t name = rvx__name_skip(rvx__view_of(message->bytes, message->len), making->first_record);

    shift(making, name + 8, by);
}

/* Words that make it bad. */
static bool take_fault(struct making *making, const char *word)
{
    size_t question = RVX__DNS_HEADER_LEN, type = question + making->message->question_len - 4;

    if (strcmp(word, "lower") == 0)
        fold_question(making);
    else if (strcmp(word, "tc") == 0)
        toggle_flag(making, RVX__DNS_FLAG_TC);
    else if (strcmp(word, "not-recursive") == 0)
        toggle_flag(making, RVX__DNS_FLAG_RA);
    else if (strcmp(word, "is-query") == 0)
        toggle_flag(making, RVX__DNS_FLAG_QR);
    else if (strcmp(word, "notify") == 0)
        toggle_flag(making, 0x2000);
    else if (strcmp(word, "wrong-id") == 0)
        shift(making, RVX__DNS_ID_AT, 1);
    else if (strcmp(word, "wrong-type") == 0)
        shift(making, type, 1);
    else if (strcmp(word, "wrong-class") == 0)
        shift(making, type + 2, 2);
    else if (strcmp(word, "wrong-name") == 0)
        making->message->bytes[question + 1] ^= 0x03;
    else if (strcmp(word, "two-questions") == 0)
        shift(making, RVX__DNS_COUNTS_AT, 1);
    else if (strcmp(word, "many-records") == 0)
        message_set_u16(making->message, 6, 65535);
    else if (strcmp(word, "long-record") == 0)
        break_rdlength(making, 100);
    else if (strcmp(word, "short-record") == 0)
        break_rdlength(making, (unsigned)-1);
    else if (strcmp(word, "no-question") == 0)
        drop_question(making);
    else if (strcmp(word, "two-opts") == 0)
        message_add_opt(making->message, 0, rvx__view_of(NULL, 0));
    else if (strcmp(word, "no-opt") == 0)
        making->opt = false;
    else
        return false;
    return true;
}

static void deliver(struct play *play, unsigned slot, struct rvx__view bytes)
{
    struct rvx__query_env env = {.now = play->now, .dice = &play->dice};
    uint8_t *exact = malloc(bytes.len > 0 ? bytes.len : 1); /* where the sanitizer sees a byte read behind it */
    bool was_done;

    if (exact == NULL) {
        play_fail(play, "out of memory");
        return;
    }
    if (bytes.len > 0)
        memcpy(exact, bytes.data, bytes.len);
    rvx__query_reply(&play->query, slot, (struct rvx__query_bytes){exact, bytes.len}, &env, &play->message,
                     &play->finding, &play->report);
    free(exact);
    was_done = play->done;
    play_query_drain(play);
    if (!was_done && play->done && play->query.code == 0) {
        play->answer = play->reply;
        play->message.bytes = rvx__view_of(play->answer.bytes, play->message.bytes.len);
    }
}

static void read_words(struct making *making, const struct words *words)
{
    unsigned i, took;

    for (i = 2; i < words->n; i += took) {
        took = take_content(making, words->at[i], i + 1 < words->n ? words->at[i + 1] : NULL);
        if (took == 0 && !take_fault(making, words->at[i]))
            play_fail(making->play, "cannot be replied: %s", words->at[i]);
        if (took == 0)
            took = 1;
    }
    message_set_rcode(making->message, making->rcode);
}

static void finish_message(struct making *making)
{
    struct message *message = making->message;

    if (making->opt)
        message_add_opt(message, making->rcode, rvx__view_of(making->cookie, making->cookie_len));
    if (making->cut > 0)
        message->len -= making->cut < message->len ? making->cut : message->len;
    memset(message->bytes + message->len, 0xab, making->trailing);
    message->len += making->trailing;
}

static struct rvx__view junk_of(const struct words *words)
{
    static const uint8_t junk[64] = {0xde, 0xad, 0xbe};
    size_t len = words->n > 3 ? strtoul(words->at[3], NULL, 10) : 0;

    return rvx__view_of(junk, len < sizeof junk ? len : sizeof junk);
}

void play_reply(struct play *play, const struct words *words)
{
    struct sent *sent = words->n > 1 ? play_find_sent(play, words->at[1]) : NULL;
    struct making making = {.play = play, .message = &play->reply};

    if (sent == NULL)
        return;
    if (play_is(words, 2, "junk")) {
        deliver(play, sent->slot, junk_of(words));
        return;
    }
    making.query = rvx__view_of(sent->bytes, sent->len);
    message_reply(making.message, making.query);
    making.first_record = making.message->len;
    making.opt = message_u16(making.message, 10) > 0 || rvx__wire_u16(making.query, 10) > 0;
    read_words(&making, words);
    finish_message(&making);
    if (play->error[0] == '\0')
        deliver(play, sent->slot, rvx__view_of(play->reply.bytes, play->reply.len));
}
