/* modes_server.c - servers that are old, ill, or far away
 *
 * Nobody attacks here; the answer is to be had by asking again, otherwise, or over TCP. Where it is not, the client has
 * to say that it failed, and must not say that there is no such host.
 */
#include <config.h>

#include "hostile/modes.h"

#include <string.h>

static void answer_rcode(const struct ask *ask, struct script *script, unsigned rcode)
{
    struct message m;

    message_rcode(&m, ask, rcode);
    script_send(script, 0, &m);
}

static void answer_nxdomain(const struct ask *ask, struct script *script)
{
    struct message m;

    message_negative(&m, ask, RCODE_NXDOMAIN);
    script_send(script, 0, &m);
}

static void answer_nodata(const struct ask *ask, struct script *script)
{
    struct message m;

    message_negative(&m, ask, 0);
    script_send(script, 0, &m);
}

/* No answer and no SOA: RFC 2308 calls it NODATA type 3. */
static void answer_nodata_bare(const struct ask *ask, struct script *script)
{
    answer_rcode(ask, script, 0);
}

/* FORMERR in the way of servers from before EDNS: without OPT. */
static void answer_formerr_edns(const struct ask *ask, struct script *script)
{
    struct message m;

    if (!ask->edns) {
        script_good(script, ask);
        return;
    }
    message_reply(&m, ask, RCODE_FORMERR);
    script_send(script, 0, &m);
}

/* Likewise, with nothing but a header. */
static void answer_formerr_header(const struct ask *ask, struct script *script)
{
    struct message m;

    if (!ask->edns) {
        script_good(script, ask);
        return;
    }
    message_reply(&m, ask, RCODE_FORMERR);
    message_set_u16(&m, 4, 0);
    m.len = HEADER_LEN;
    script_send(script, 0, &m);
}

static void answer_badvers(const struct ask *ask, struct script *script)
{
    if (ask->edns)
        answer_rcode(ask, script, RCODE_BADVERS);
    else
        script_good(script, ask);
}

/* RFC 7873: no answer without the server's cookie; over TCP there is. */
static void answer_badcookie(const struct ask *ask, struct script *script)
{
    static const uint8_t server[8] = {1, 0, 0, 0, 83, 69, 82, 86};
    struct message m;
    uint8_t cookie[16] = {0};

    if (ask->tcp || ask->cookie_len == 0 || (ask->cookie_len == 16 && memcmp(ask->cookie + 8, server, 8) == 0)) {
        script_good(script, ask);
        return;
    }
    memcpy(cookie, ask->cookie, 8);
    memcpy(cookie + 8, server, 8);
    message_reply(&m, ask, FLAG_RA | (RCODE_BADCOOKIE & 0xf));
    message_add_opt_with(&m, RCODE_BADCOOKIE, 10, cookie, sizeof cookie);
    script_send(script, 0, &m);
}

/* OPT sent back just as it came. */
static void answer_opt_echoed(const struct ask *ask, struct script *script)
{
    struct message m;
    struct data rdata;

    data_good(&rdata, ask);
    message_reply(&m, ask, FLAG_RA);
    message_add(&m, SECTION_ANSWER, NULL, ask->type, &rdata);
    if (ask->edns) {
        message_put(&m, ask->bytes + ask->opt, ask->len - ask->opt);
        message_count(&m, SECTION_ADDITIONAL);
    }
    script_send(script, 0, &m);
}

static void answer_opt_unknown(const struct ask *ask, struct script *script)
{
    struct message m;
    struct data rdata;

    data_good(&rdata, ask);
    message_reply(&m, ask, FLAG_RA);
    message_add(&m, SECTION_ANSWER, NULL, ask->type, &rdata);
    if (ask->edns)
        message_add_opt_with(&m, 0, 65001, "nobody knows", 12);
    script_send(script, 0, &m);
}

static void answer_once(const struct ask *ask, struct script *script, unsigned rcode)
{
    if (ask_is_first(ask))
        answer_rcode(ask, script, rcode);
    else
        script_good(script, ask);
}

static void answer_servfail_once(const struct ask *ask, struct script *script)
{
    answer_once(ask, script, RCODE_SERVFAIL);
}

static void answer_refused_once(const struct ask *ask, struct script *script)
{
    answer_once(ask, script, RCODE_REFUSED);
}

static void answer_notimp_once(const struct ask *ask, struct script *script)
{
    answer_once(ask, script, RCODE_NOTIMP);
}

/* SERVFAIL with nothing but a header, as some old servers send it. */
static void answer_servfail_header(const struct ask *ask, struct script *script)
{
    struct message m;

    if (!ask_is_first(ask)) {
        script_good(script, ask);
        return;
    }
    message_reply(&m, ask, RCODE_SERVFAIL);
    message_set_u16(&m, 4, 0);
    m.len = HEADER_LEN;
    script_send(script, 0, &m);
}

/* A referral: neither an answer, nor an authority, nor recursion. */
static void answer_lame_once(const struct ask *ask, struct script *script)
{
    struct message m;

    if (!ask_is_first(ask)) {
        script_good(script, ask);
        return;
    }
    message_reply(&m, ask, 0);
    message_add_opt(&m, ask, 0);
    script_send(script, 0, &m);
}

static void answer_servfail(const struct ask *ask, struct script *script)
{
    answer_rcode(ask, script, RCODE_SERVFAIL);
}

static void answer_refused(const struct ask *ask, struct script *script)
{
    answer_rcode(ask, script, RCODE_REFUSED);
}

static void answer_notimp(const struct ask *ask, struct script *script)
{
    answer_rcode(ask, script, RCODE_NOTIMP);
}

static void answer_formerr(const struct ask *ask, struct script *script)
{
    answer_rcode(ask, script, RCODE_FORMERR);
}

/* One that only OPT has room for; without OPT, one of the last of the sixteen. */
static void answer_rcode_unknown(const struct ask *ask, struct script *script)
{
    answer_rcode(ask, script, ask->edns ? 3841 : 15);
}

/* The low four bits say NXDOMAIN, the extended ones that it is something else. */
static void answer_rcode_like_nxdomain(const struct ask *ask, struct script *script)
{
    answer_rcode(ask, script, ask->edns ? 0xf0 + RCODE_NXDOMAIN : 14);
}

static void answer_first_lost(const struct ask *ask, struct script *script)
{
    if (!ask_is_first(ask))
        script_good(script, ask);
}

static void answer_silent(const struct ask *ask, struct script *script)
{
    (void)ask;
    (void)script;
}

/* Over UDP the attacker's answer with TC set, which is not to be used. */
static void send_truncated(const struct ask *ask, struct script *script)
{
    struct message m;

    message_evil(&m, ask);
    m.bytes[2] |= FLAG_TC >> 8;
    script_send(script, 0, &m);
}

static void answer_truncated(const struct ask *ask, struct script *script)
{
    struct message m;

    message_reply(&m, ask, FLAG_RA | FLAG_TC);
    message_add_opt(&m, ask, 0);
    if (ask->tcp)
        script_good(script, ask);
    else
        script_send(script, 0, &m);
}

static void answer_truncated_partial(const struct ask *ask, struct script *script)
{
    if (ask->tcp)
        script_good(script, ask);
    else
        send_truncated(ask, script);
}

static void answer_truncated_dead(const struct ask *ask, struct script *script)
{
    if (ask->tcp)
        script_end(script, STEP_CLOSE, 0);
    else
        send_truncated(ask, script);
}

/* Far more than was asked for: the good record, and as many like it as 3.2 kB hold. Those differ in the last byte of an
 * address, or have a number in front of the name. */
static void answer_big(const struct ask *ask, struct script *script)
{
    struct message m;
    struct data rdata;

    data_good(&rdata, ask);
    message_reply(&m, ask, FLAG_RA);
    message_add(&m, SECTION_ANSWER, NULL, ask->type, &rdata);
    for (unsigned i = 1; m.len < 3200; i++) {
        data_good(&rdata, ask);
        if (ask->type == TYPE_PTR) {
            memmove(rdata.bytes + 4, rdata.bytes, rdata.len);
            memcpy(rdata.bytes, (const uint8_t[]){3, (uint8_t)('a' + i / 26), (uint8_t)('a' + i % 26), 'x'}, 4);
            rdata.len += 4;
        } else {
            rdata.bytes[rdata.len - 1] = (uint8_t)(0x35 + i);
        }
        message_add(&m, SECTION_ANSWER, NULL, ask->type, &rdata);
    }
    message_add_opt(&m, ask, 0);
    script_send(script, 0, &m);
}

const struct mode modes_server[] = {
    {"nxdomain", WANT_NEGATIVE, WANT_NEGATIVE, answer_nxdomain, "there is no such name"},
    {"nodata", WANT_NEGATIVE, WANT_NEGATIVE, answer_nodata, "there is no such record"},
    {"nodata-bare", WANT_NOTHING, WANT_NOTHING, answer_nodata_bare, "likewise, without SOA"},
    {"formerr-edns", WANT_GOOD, WANT_GOOD, answer_formerr_edns, "FORMERR to EDNS"},
    {"formerr-header", WANT_GOOD, WANT_GOOD, answer_formerr_header, "FORMERR to EDNS, a header alone"},
    {"badvers", WANT_GOOD, WANT_GOOD, answer_badvers, "BADVERS to EDNS"},
    {"badcookie", WANT_GOOD, WANT_GOOD, answer_badcookie, "BADCOOKIE until the server's cookie comes back"},
    {"opt-echoed", WANT_GOOD, WANT_GOOD, answer_opt_echoed, "OPT echoed"},
    {"opt-unknown", WANT_GOOD, WANT_GOOD, answer_opt_unknown, "an unknown EDNS option"},
    {"servfail-once", WANT_GOOD, WANT_GOOD, answer_servfail_once, "SERVFAIL once"},
    {"servfail-header", WANT_GOOD, WANT_GOOD, answer_servfail_header, "SERVFAIL once, a header alone"},
    {"refused-once", WANT_GOOD, WANT_GOOD, answer_refused_once, "REFUSED once"},
    {"notimp-once", WANT_GOOD, WANT_GOOD, answer_notimp_once, "NOTIMP once"},
    {"lame-once", WANT_GOOD, WANT_GOOD, answer_lame_once, "a lame referral once"},
    {"servfail", WANT_FAIL, WANT_FAIL, answer_servfail, "SERVFAIL for ever"},
    {"refused", WANT_FAIL, WANT_FAIL, answer_refused, "REFUSED for ever"},
    {"notimp", WANT_FAIL, WANT_FAIL, answer_notimp, "NOTIMP for ever"},
    {"formerr", WANT_FAIL, WANT_FAIL, answer_formerr, "FORMERR for ever, without EDNS too"},
    {"rcode-unknown", WANT_FAIL, WANT_FAIL, answer_rcode_unknown, "an rcode that nobody knows"},
    {"rcode-like-nxdomain", WANT_FAIL, WANT_FAIL, answer_rcode_like_nxdomain, "one that ends in NXDOMAIN's bits"},
    {"first-lost", WANT_GOOD, WANT_GOOD_OR_FAIL, answer_first_lost, "the first query is not answered"},
    {"silent", WANT_FAIL, WANT_FAIL, answer_silent, "no query is answered"},
    {"truncated", WANT_GOOD, WANT_GOOD, answer_truncated, "TC, good over TCP"},
    {"truncated-partial", WANT_GOOD, WANT_GOOD, answer_truncated_partial, "TC and a false record, good over TCP"},
    {"truncated-dead", WANT_FAIL, WANT_FAIL, answer_truncated_dead, "TC and a false record, TCP is dead"},
    {"big", WANT_GOOD, WANT_GOOD, answer_big, "3.2 kB in a datagram, unasked"},
    {NULL, WANT_GOOD, WANT_GOOD, NULL, NULL},
};
