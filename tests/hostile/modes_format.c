/* modes_format.c - messages that match the query and are broken, or hold what does not belong there
 *
 * RFC 9267 tells how parsers fail on such. Over UDP the broken answer is always sent; a client that comes back over TCP
 * gets the good one, one that only speaks TCP gets the broken one there. "Then good" means 150 ms later, as everywhere.
 */
#include <config.h>

#include "hostile/modes.h"

#include <string.h>

enum { HEADER_ANCOUNT = 6, RR_CLASS = 4, RR_TTL = 6, RR_RDLENGTH = 10, RR_RDATA = 12 };

/* Where the first record begins; its owner is a pointer. */
static size_t first_record(const struct ask *ask)
{
    return HEADER_LEN + ask->question_len;
}

static void send_broken(const struct ask *ask, struct script *script, const struct message *m, bool then_good)
{
    if (ask_fell_back(ask)) {
        script_good(script, ask);
        return;
    }
    script_send(script, 0, m);
    if (then_good)
        script_good_later(script, ask);
}

/* The record claims 40 bytes more than the message has. */
static void answer_rdlength_overrun(const struct ask *ask, struct script *script)
{
    struct message m;
    struct data rdata;

    data_evil(&rdata, ask);
    message_reply(&m, ask, FLAG_RA);
    message_add(&m, SECTION_ANSWER, NULL, ask->type, &rdata);
    message_set_u16(&m, first_record(ask) + RR_RDLENGTH, (unsigned)rdata.len + 40);
    send_broken(ask, script, &m, true);
}

static void answer_count_65535(const struct ask *ask, struct script *script)
{
    struct message m;

    message_evil(&m, ask);
    message_set_u16(&m, HEADER_ANCOUNT, 0xffff);
    send_broken(ask, script, &m, true);
}

static void answer_pointer_to_itself(const struct ask *ask, struct script *script)
{
    struct message m;

    message_evil(&m, ask);
    message_set_u16(&m, first_record(ask), 0xc000u | (unsigned)first_record(ask));
    send_broken(ask, script, &m, true);
}

/* The owner is a pointer forward, to a copy of the name behind the last record. */
static void answer_pointer_forward(const struct ask *ask, struct script *script)
{
    struct message m;

    message_evil(&m, ask);
    message_set_u16(&m, first_record(ask), 0xc000u | (unsigned)m.len);
    message_put(&m, ask->name, ask->name_len);
    send_broken(ask, script, &m, true);
}

static void answer_cut_short(const struct ask *ask, struct script *script)
{
    struct message m;
    struct data rdata;

    data_evil(&rdata, ask);
    message_reply(&m, ask, FLAG_RA);
    message_add(&m, SECTION_ANSWER, NULL, ask->type, &rdata);
    message_add(&m, SECTION_ANSWER, NULL, ask->type, &rdata);
    m.len -= 5;
    send_broken(ask, script, &m, true);
}

/* The record's data is good, and longer than it may be: the surplus is a whole record of the attacker's. */
static void answer_hidden_record(const struct ask *ask, struct script *script)
{
    struct message m;
    struct data evil, good;

    data_evil(&evil, ask);
    data_good(&good, ask);
    message_reply(&m, ask, FLAG_RA);
    message_add(&m, SECTION_ANSWER, NULL, ask->type, &good);
    message_add(&m, SECTION_ANSWER, NULL, ask->type, &evil);
    message_set_u16(&m, HEADER_ANCOUNT, 1);
    message_set_u16(&m, first_record(ask) + RR_RDLENGTH, (unsigned)(good.len + RR_RDATA + evil.len));
    message_add_opt(&m, ask, 0);
    send_broken(ask, script, &m, false);
}

static void answer_rdlength_0(const struct ask *ask, struct script *script)
{
    struct message m;
    struct data none = {.len = 0};

    message_reply(&m, ask, FLAG_RA);
    message_add(&m, SECTION_ANSWER, NULL, ask->type, &none);
    message_add_opt(&m, ask, 0);
    send_broken(ask, script, &m, false);
}

/* One byte of the data is missing. */
static void answer_rdlength_short(const struct ask *ask, struct script *script)
{
    struct message m;
    struct data rdata;

    data_evil(&rdata, ask);
    rdata.len -= rdata.len > 0;
    message_reply(&m, ask, FLAG_RA);
    message_add(&m, SECTION_ANSWER, NULL, ask->type, &rdata);
    message_add_opt(&m, ask, 0);
    send_broken(ask, script, &m, false);
}

static void answer_two_opt(const struct ask *ask, struct script *script)
{
    struct message m;

    message_good(&m, ask);
    message_add_opt_with(&m, 0, 0, NULL, 0);
    message_add_opt_with(&m, 0, 0, NULL, 0);
    send_broken(ask, script, &m, false);
}

static void answer_opt_in_answer(const struct ask *ask, struct script *script)
{
    struct message m;

    message_good(&m, ask);
    if (ask->edns) {
        message_set_u16(&m, HEADER_ANCOUNT, 2);
        message_set_u16(&m, 10, 0);
    }
    send_broken(ask, script, &m, false);
}

/* RFC 8945: signed with a key that nobody agreed on. */
static void answer_tsig(const struct ask *ask, struct script *script)
{
    struct message m;
    struct data owner, rdata = {.len = 0};
    static const uint8_t rest[] = {0, 0, 0, 0, 0, 0, 1, 44, 0, 0, 0, 0, 0, 0, 0, 0};

    data_name(&owner, "key");
    data_name(&rdata, "hmac-sha256");
    memcpy(rdata.bytes + rdata.len, rest, sizeof rest);
    rdata.len += sizeof rest;
    message_good(&m, ask);
    message_add(&m, SECTION_ADDITIONAL, &owner, TYPE_TSIG, &rdata);
    send_broken(ask, script, &m, false);
}

static void answer_trailing_bytes(const struct ask *ask, struct script *script)
{
    struct message m;

    message_good(&m, ask);
    message_put(&m, "twenty bytes behind.", 20);
    script_send(script, 0, &m);
}

/* RFC 2181 section 8: a TTL with its top bit set is 0. */
static void answer_ttl_negative(const struct ask *ask, struct script *script)
{
    struct message m;

    message_good(&m, ask);
    m.bytes[first_record(ask) + RR_TTL] |= 0x80;
    script_send(script, 0, &m);
}

static void answer_class_ch(const struct ask *ask, struct script *script)
{
    struct message m;

    message_evil(&m, ask);
    message_set_u16(&m, first_record(ask) + RR_CLASS, CLASS_CH);
    script_send(script, 0, &m);
}

/* A record of another type beside the good one: the attacker's address in the other family. */
static void answer_other_type(const struct ask *ask, struct script *script)
{
    struct message m;
    struct ask other = *ask;
    struct data rdata;

    other.type = ask->type == TYPE_A ? TYPE_AAAA : TYPE_A;
    data_evil(&rdata, &other);
    message_reply(&m, ask, FLAG_RA);
    message_add(&m, SECTION_ANSWER, NULL, other.type, &rdata);
    data_good(&rdata, ask);
    message_add(&m, SECTION_ANSWER, NULL, ask->type, &rdata);
    message_add_opt(&m, ask, 0);
    script_send(script, 0, &m);
}

/* TXT of very many empty strings: some parsers allocate for each of them what could hold all. */
static void answer_many_strings(const struct ask *ask, struct script *script)
{
    static const uint8_t zeros[60000];
    struct message m;

    if (!ask->tcp) {
        message_reply(&m, ask, FLAG_RA | FLAG_TC);
        script_send(script, 0, &m);
        return;
    }
    message_good(&m, ask);
    message_u16(&m, 0xc00c);
    message_u16(&m, TYPE_TXT);
    message_u16(&m, CLASS_IN);
    message_put(&m, zeros, 4);
    message_u16(&m, sizeof zeros);
    message_put(&m, zeros, sizeof zeros);
    message_count(&m, SECTION_ADDITIONAL);
    script_send(script, 0, &m);
}

/* Names that are chains of thousands of pointers: each is read in time that grows with the chain. */
static void answer_many_pointers(const struct ask *ask, struct script *script)
{
    struct message m;
    struct data rdata;
    unsigned last = HEADER_LEN;

    message_reply(&m, ask, FLAG_RA | (ask->tcp ? 0 : FLAG_TC));
    if (ask->tcp) {
        message_u16(&m, 0xc00c);
        message_u16(&m, TYPE_TXT);
        message_u16(&m, CLASS_IN);
        message_u16(&m, 0);
        message_u16(&m, 0);
        message_u16(&m, 16000);
        for (unsigned i = 0; i < 8000; i++) {
            unsigned here = (unsigned)m.len;

            message_u16(&m, 0xc000u | last);
            if (here < 0x3fff)
                last = here;
        }
        message_count(&m, SECTION_ANSWER);
        data_evil(&rdata, ask);
        for (unsigned i = 0; i < 1500; i++) {
            struct data owner = {.len = 2, .bytes = {(uint8_t)(0xc0u | last >> 8), (uint8_t)last}};

            message_add(&m, SECTION_ANSWER, &owner, ask->type, &rdata);
        }
    }
    script_send(script, 0, &m);
}

const struct mode modes_format[] = {
    {"rdlength-overrun", WANT_GOOD, WANT_GOOD, answer_rdlength_overrun, "a record longer than the message, then good"},
    {"count-65535", WANT_GOOD, WANT_GOOD, answer_count_65535, "a count of 65,535 answers, then good"},
    {"pointer-to-itself", WANT_GOOD, WANT_GOOD, answer_pointer_to_itself, "an owner that points at itself, then good"},
    {"pointer-forward", WANT_GOOD, WANT_GOOD, answer_pointer_forward, "an owner that points forward, then good"},
    {"cut-short", WANT_GOOD, WANT_GOOD, answer_cut_short, "the last 5 bytes are missing, then good"},
    {"hidden-record", WANT_GOOD, WANT_FAIL, answer_hidden_record, "an RDLENGTH that hides another record"},
    {"rdlength-0", WANT_GOOD, WANT_FAIL, answer_rdlength_0, "a record without data"},
    {"rdlength-short", WANT_GOOD, WANT_FAIL, answer_rdlength_short, "data a byte too short"},
    {"two-opt", WANT_GOOD, WANT_GOOD_OR_FAIL, answer_two_opt, "two OPT records"},
    {"opt-in-answer", WANT_GOOD, WANT_GOOD_OR_FAIL, answer_opt_in_answer, "OPT in the answer section"},
    {"tsig", WANT_GOOD, WANT_GOOD_OR_FAIL, answer_tsig, "a TSIG that nobody asked for"},
    {"trailing-bytes", WANT_GOOD, WANT_GOOD, answer_trailing_bytes, "20 bytes behind the message"},
    {"ttl-negative", WANT_GOOD, WANT_GOOD, answer_ttl_negative, "a TTL with its top bit set"},
    {"class-ch", WANT_NOTHING, WANT_NOTHING, answer_class_ch, "a record of class CH"},
    {"other-type", WANT_GOOD, WANT_GOOD, answer_other_type, "a record of another type beside the good one"},
    {"many-strings", WANT_GOOD_OR_FAIL, WANT_GOOD_OR_FAIL, answer_many_strings, "60,000 empty strings, over TCP"},
    {"many-pointers", WANT_FAIL, WANT_FAIL, answer_many_pointers, "owners of thousands of pointers, over TCP"},
    {NULL, WANT_GOOD, WANT_GOOD, NULL, NULL},
};
