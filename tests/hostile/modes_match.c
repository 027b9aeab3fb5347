/* modes_match.c - messages that are not the answer to the query, though they look like it; then the good answer
 *
 * What an attacker can send who does not see the query, or what strays: RFC 5452 section 9, RFC 9267. Each message
 * would give the attacker's data if only the one thing were not looked at. The good answer comes 150 ms later, for
 * every attempt: a client that drops what is not its answer and goes on waiting has it then.
 */
#include <config.h>

#include "hostile/modes.h"

#include <string.h>

/* Sends the message at once and the good answer later. */
static void bad_then_good(struct script *script, const struct ask *ask, const struct message *m)
{
    script_send(script, 0, m);
    script_good_later(script, ask);
}

static void answer_good(const struct ask *ask, struct script *script)
{
    script_good(script, ask);
}

static void answer_junk(const struct ask *ask, struct script *script)
{
    script_bytes(script, STEP_SEND, 0, "\x66\x06\x66", 3);
    script_good_later(script, ask);
}

static void answer_empty(const struct ask *ask, struct script *script)
{
    script_bytes(script, STEP_SEND, 0, NULL, 0);
    script_good_later(script, ask);
}

/* Eleven bytes of a header, which say "no such host". */
static void answer_short_header(const struct ask *ask, struct script *script)
{
    struct message m;

    message_rcode(&m, ask, RCODE_NXDOMAIN);
    m.len = HEADER_LEN - 1;
    bad_then_good(script, ask, &m);
}

static void answer_wrong_id(const struct ask *ask, struct script *script)
{
    struct message m;

    message_evil(&m, ask);
    m.bytes[1] ^= 1;
    bad_then_good(script, ask, &m);
}

static void answer_wrong_id_nxdomain(const struct ask *ask, struct script *script)
{
    struct message m;

    message_negative(&m, ask, RCODE_NXDOMAIN);
    m.bytes[0] ^= 0x80;
    bad_then_good(script, ask, &m);
}

/* The last letter of the first label is another one. */
static void answer_wrong_name(const struct ask *ask, struct script *script)
{
    struct message m;

    message_evil(&m, ask);
    m.bytes[HEADER_LEN + m.bytes[HEADER_LEN]] ^= 3;
    bad_then_good(script, ask, &m);
}

static void answer_wrong_type(const struct ask *ask, struct script *script)
{
    struct message m;

    message_evil(&m, ask);
    message_set_u16(&m, HEADER_LEN + ask->name_len, TYPE_TXT);
    bad_then_good(script, ask, &m);
}

static void answer_wrong_class(const struct ask *ask, struct script *script)
{
    struct message m;

    message_evil(&m, ask);
    message_set_u16(&m, HEADER_LEN + ask->name_len + 2, CLASS_CH);
    bad_then_good(script, ask, &m);
}

/* A reply without its question; the record has its name in full. */
static void begin_without_question(struct message *m, const struct ask *ask, unsigned flags)
{
    message_reply(m, ask, FLAG_RA | flags);
    message_set_u16(m, 4, 0);
    m->len = HEADER_LEN;
}

static void answer_no_question(const struct ask *ask, struct script *script)
{
    struct message m;
    struct data owner = {.len = ask->name_len}, rdata;

    memcpy(owner.bytes, ask->name, ask->name_len);
    data_evil(&rdata, ask);
    begin_without_question(&m, ask, 0);
    message_add(&m, SECTION_ANSWER, &owner, ask->type, &rdata);
    message_add_opt(&m, ask, 0);
    bad_then_good(script, ask, &m);
}

static void answer_no_question_nxdomain(const struct ask *ask, struct script *script)
{
    struct message m;

    begin_without_question(&m, ask, RCODE_NXDOMAIN);
    bad_then_good(script, ask, &m);
}

static void answer_two_questions(const struct ask *ask, struct script *script)
{
    struct message m;
    struct data rdata;

    data_evil(&rdata, ask);
    message_reply(&m, ask, FLAG_RA);
    message_put(&m, ask->bytes + HEADER_LEN, ask->question_len);
    message_set_u16(&m, 4, 2);
    message_add(&m, SECTION_ANSWER, NULL, ask->type, &rdata);
    message_add_opt(&m, ask, 0);
    bad_then_good(script, ask, &m);
}

static void answer_echo(const struct ask *ask, struct script *script)
{
    script_bytes(script, STEP_SEND, 0, ask->bytes, ask->len);
    script_good_later(script, ask);
}

static void answer_query_bit(const struct ask *ask, struct script *script)
{
    struct message m;

    message_evil(&m, ask);
    m.bytes[2] &= 0x7f;
    bad_then_good(script, ask, &m);
}

static void answer_query_bit_nxdomain(const struct ask *ask, struct script *script)
{
    struct message m;

    message_negative(&m, ask, RCODE_NXDOMAIN);
    m.bytes[2] &= 0x7f;
    bad_then_good(script, ask, &m);
}

static void answer_notify(const struct ask *ask, struct script *script)
{
    struct message m;

    message_evil(&m, ask);
    m.bytes[2] |= 4 << 3;
    bad_then_good(script, ask, &m);
}

/* On a stream there is no other sender. */
static void answer_from(const struct ask *ask, struct script *script, enum step_kind kind)
{
    struct message m;

    message_evil(&m, ask);
    if (!ask->tcp)
        script_bytes(script, kind, 0, m.bytes, m.len);
    script_good_later(script, ask);
}

static void answer_other_port(const struct ask *ask, struct script *script)
{
    answer_from(ask, script, STEP_OTHER_PORT);
}

static void answer_other_address(const struct ask *ask, struct script *script)
{
    answer_from(ask, script, STEP_OTHER_ADDRESS);
}

/* Turns the case of every letter of the question. */
static void turn_case(struct message *m, const struct ask *ask)
{
    for (size_t i = HEADER_LEN; i < HEADER_LEN + ask->name_len; i++) {
        uint8_t c = m->bytes[i] | 32;

        if (c >= 'a' && c <= 'z')
            m->bytes[i] ^= 32;
    }
}

static bool has_mixed_case(const struct ask *ask)
{
    for (size_t i = 0; i < ask->name_len; i++) {
        if (ask->name[i] >= 'A' && ask->name[i] <= 'Z')
            return true;
    }
    return false;
}

/* A client that does not mix cases cannot tell, and is spared. */
static void answer_case_turned(const struct ask *ask, struct script *script)
{
    struct message m;

    message_evil(&m, ask);
    turn_case(&m, ask);
    if (has_mixed_case(ask))
        script_send(script, 0, &m);
    script_good_later(script, ask);
}

/* Some servers, and some boxes on the way, write names in lower case; over TCP too. */
static void answer_case_folded(const struct ask *ask, struct script *script)
{
    struct message m;

    message_good(&m, ask);
    for (size_t i = HEADER_LEN; i < HEADER_LEN + ask->name_len; i++) {
        if (m.bytes[i] >= 'A' && m.bytes[i] <= 'Z')
            m.bytes[i] |= 32;
    }
    script_send(script, 0, &m);
}

/* RFC 7873: an answer with another client's cookie is to be thrown away. */
static void answer_wrong_cookie(const struct ask *ask, struct script *script)
{
    struct message m;
    struct data rdata;
    uint8_t cookie[16] = {0};

    memcpy(cookie, ask->cookie, 8);
    cookie[3] ^= 0x40;
    data_evil(&rdata, ask);
    message_reply(&m, ask, FLAG_RA);
    message_add(&m, SECTION_ANSWER, NULL, ask->type, &rdata);
    message_add_opt_with(&m, 0, 10, cookie, sizeof cookie);
    if (ask->cookie_len > 0)
        script_send(script, 0, &m);
    script_good_later(script, ask);
}

const struct mode modes_match[] = {
    {"good", WANT_GOOD, WANT_GOOD, answer_good, "nothing is wrong"},
    {"junk", WANT_GOOD, WANT_GOOD, answer_junk, "three bytes, then good"},
    {"empty", WANT_GOOD, WANT_GOOD, answer_empty, "no byte at all, then good"},
    {"short-header", WANT_GOOD, WANT_GOOD, answer_short_header, "11 bytes of a header, then good"},
    {"wrong-id", WANT_GOOD, WANT_GOOD, answer_wrong_id, "another id, then good"},
    {"wrong-id-nxdomain", WANT_GOOD, WANT_GOOD, answer_wrong_id_nxdomain, "NXDOMAIN with another id, then good"},
    {"wrong-name", WANT_GOOD, WANT_GOOD, answer_wrong_name, "another name asked, then good"},
    {"wrong-type", WANT_GOOD, WANT_GOOD, answer_wrong_type, "another type asked, then good"},
    {"wrong-class", WANT_GOOD, WANT_GOOD, answer_wrong_class, "another class asked, then good"},
    {"no-question", WANT_GOOD, WANT_GOOD, answer_no_question, "an answer without a question, then good"},
    {"no-question-nxdomain", WANT_GOOD, WANT_GOOD, answer_no_question_nxdomain,
     "NXDOMAIN without a question, then good"},
    {"two-questions", WANT_GOOD, WANT_GOOD, answer_two_questions, "the question twice, then good"},
    {"echo", WANT_GOOD, WANT_GOOD, answer_echo, "the query itself, then good"},
    {"query-bit", WANT_GOOD, WANT_GOOD, answer_query_bit, "an answer that says it is a query, then good"},
    {"query-bit-nxdomain", WANT_GOOD, WANT_GOOD, answer_query_bit_nxdomain,
     "NXDOMAIN that says it is a query, then good"},
    {"notify", WANT_GOOD, WANT_GOOD, answer_notify, "an answer with opcode NOTIFY, then good"},
    {"other-port", WANT_GOOD, WANT_GOOD, answer_other_port, "from another port of the server, then good"},
    {"other-address", WANT_GOOD, WANT_GOOD, answer_other_address, "from another address, then good"},
    {"case-turned", WANT_GOOD, WANT_GOOD, answer_case_turned, "upper case for lower and back (0x20), then good"},
    {"case-folded", WANT_GOOD, WANT_GOOD, answer_case_folded, "good, but the question is in lower case"},
    {"wrong-cookie", WANT_GOOD, WANT_GOOD, answer_wrong_cookie, "another client's cookie, then good"},
    {NULL, WANT_GOOD, WANT_GOOD, NULL, NULL},
};
