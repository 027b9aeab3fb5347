/* query_reply.c - what a message means for the query machine
 *
 * In the order of doubt: does it match what was sent (match.h); is it well-formed (gate.h); does it bear our cookie
 * (RFC 7873); what does it say (classify.h). What fails the first three is dropped, and the wait goes on, with TCP at
 * hand; of the last, answers end the query and everything else is the server's failure.
 *
 * By TCP, where nobody forges, a missing cookie is the server's business, the case of the name is as it was asked, and
 * the TC bit means nothing.
 */
#include <config.h>

#include "dns/query_private.h"

#include <resolvx/err.h>

#include "dns/edns.h"
#include "dns/name.h"
#include "dns/wire.h"

/* So many near misses on one slot are an attack, or a server in disorder. */
#define MISSES_MAX 3

/* A message being judged, and where it came in. */
struct reply {
    struct rvx__query *query;
    const struct rvx__query_env *env;
    struct rvx__view bytes;
    uint8_t *data; /* the same */
    struct rvx__message *message;
    struct rvx__finding *finding;
    struct rvx__query_report *report;
    unsigned i;                 /* its slot */
    struct rvx__query_slot slot; /* as it was when the message came */
    bool was_current;
};

static struct rvx__health *health_of(const struct reply *reply)
{
    return rvx__query_health(reply->query, reply->slot.server);
}

static bool is_udp(const struct reply *reply)
{
    return reply->slot.transport == RVX__TRANSPORT_UDP;
}

/* ---- what is done about it */

static void close_slot(struct reply *reply)
{
    rvx__query_close(reply->query, rvx__query_bit(reply->i));
}

/* Asks the same server by TCP, once in a turn. False if that is no way out. */
static bool retry_by_tcp(struct reply *reply)
{
    struct rvx__query *query = reply->query;
    uint16_t bit = (uint16_t)(1u << reply->slot.server);
    struct rvx__query_way way = {
        .server = reply->slot.server,
        .transport = RVX__TRANSPORT_TCP,
        .edns = (enum rvx__edns_level)reply->slot.edns,
    };

    if (!is_udp(reply) || (query->tcp_tried & bit) != 0)
        return false;
    query->tcp_tried |= bit;
    if (!rvx__query_open(query, &way, reply->env))
        return false;
    rvx__query_extend(query, way.server, reply->env);
    return true;
}

/* Nothing more is to be had from this slot; perhaps from another one of the same server. */
static void move_on(struct reply *reply)
{
    struct rvx__query *query = reply->query;

    if ((rvx__query_slots_of(query, reply->slot.server) & ~(unsigned)query->doubtful) == 0)
        rvx__query_move_on(query, reply->was_current, reply->env);
}

static void doubt(struct reply *reply)
{
    rvx__query_blame(reply->query, RVX__QUERY_BROKEN, reply->slot.server);
    reply->query->doubtful |= rvx__query_bit(reply->i);
    if (!retry_by_tcp(reply))
        move_on(reply);
}

static void blame_verdict(struct reply *reply, enum rvx__verdict verdict, uint16_t rcode)
{
    rvx__query_blame(reply->query, RVX__QUERY_VERDICT, reply->slot.server);
    reply->query->verdict = (uint8_t)verdict;
    reply->query->rcode = rcode;
}

/* The server has said all it has to say to this question. */
static void leave_server(struct reply *reply)
{
    struct rvx__query *query = reply->query;
    uint8_t slots = rvx__query_slots_of(query, reply->slot.server);
    bool was_current = reply->was_current || (query->current & slots) != 0;

    rvx__query_close(query, slots);
    rvx__query_move_on(query, was_current, reply->env);
}

/* Asks the same server the same way, but for what it did not like. */
static void resend(struct reply *reply, enum rvx__edns_level edns, uint8_t flags)
{
    struct rvx__query_way way = {
        .server = reply->slot.server,
        .transport = (enum rvx__transport)reply->slot.transport,
        .edns = edns,
        .flags = flags,
    };

    close_slot(reply);
    if (!rvx__query_open(reply->query, &way, reply->env))
        rvx__query_move_on(reply->query, reply->was_current, reply->env);
}

/* ---- dropped */

static void count_miss(struct reply *reply)
{
    if (++reply->query->slots[reply->i].misses < MISSES_MAX)
        return;
    if (is_udp(reply))
        rvx__health_distrust(health_of(reply), reply->env->now);
    doubt(reply);
}

static void drop_miss(struct reply *reply, enum rvx__match match)
{
    reply->report->fate = RVX__QUERY_MISS;
    if (match != RVX__MATCH_SHORT)
        count_miss(reply);
}

static void drop_case(struct reply *reply)
{
    reply->report->fate = RVX__QUERY_MISS;
    rvx__health_note_case(health_of(reply), false, reply->env->now);
    doubt(reply);
}

static void drop_malformed(struct reply *reply)
{
    reply->report->fate = RVX__QUERY_MALFORMED;
    doubt(reply);
}

/* ---- verdicts */

static void finish(struct reply *reply, int code)
{
    struct rvx__query *query = reply->query;

    query->server = reply->slot.server;
    query->verdict = (uint8_t)reply->finding->verdict;
    query->rcode = reply->finding->rcode;
    rvx__query_finish(query, code, reply->env);
}

static void take_truncated(struct reply *reply)
{
    close_slot(reply);
    if (!retry_by_tcp(reply))
        move_on(reply);
}

/* The server does not know EDNS, or options, or this version of it (RFC 6891 sections 6.1.3 and 7). One that answers
 * with OPT knows at least what it is. */
static void take_edns_refusal(struct reply *reply, bool has_opt)
{
    if (reply->slot.edns == RVX__EDNS_NONE)
        leave_server(reply);
    else if (reply->slot.edns == RVX__EDNS_FULL && has_opt)
        resend(reply, RVX__EDNS_NO_OPTIONS, 0);
    else
        resend(reply, RVX__EDNS_NONE, 0);
}

/* RFC 7873 section 5.3: once more with the cookie that came along, then by TCP. */
static void take_bad_cookie(struct reply *reply)
{
    if ((reply->slot.flags & RVX__SLOT_COOKIE) == 0) {
        leave_server(reply);
    } else if ((reply->slot.flags & RVX__SLOT_REBAKED) == 0) {
        resend(reply, (enum rvx__edns_level)reply->slot.edns, RVX__SLOT_REBAKED);
    } else {
        close_slot(reply);
        if (!retry_by_tcp(reply))
            leave_server(reply);
    }
}

static void take_verdict(struct reply *reply, enum rvx__verdict verdict, bool has_opt)
{
    switch (verdict) {
    case RVX__VERDICT_ANSWER:
    case RVX__VERDICT_ALIAS:
    case RVX__VERDICT_NODATA:
    case RVX__VERDICT_NXDOMAIN:
        finish(reply, 0);
        break;
    case RVX__VERDICT_LOOP:
        finish(reply, RVX_EALIASLOOP);
        break;
    case RVX__VERDICT_TRUNCATED:
        take_truncated(reply);
        break;
    case RVX__VERDICT_FORMERR:
    case RVX__VERDICT_NOTIMP:
    case RVX__VERDICT_BADVERS:
        take_edns_refusal(reply, has_opt);
        break;
    case RVX__VERDICT_BADCOOKIE:
        take_bad_cookie(reply);
        break;
    case RVX__VERDICT_LAME:
    case RVX__VERDICT_SERVFAIL:
    case RVX__VERDICT_REFUSED:
    case RVX__VERDICT_RCODE:
        leave_server(reply);
        break;
    }
}

/* The server is alive, and perhaps something has been learned about it. */
static void note_reply(struct reply *reply, enum rvx__verdict verdict)
{
    struct rvx__health *health = health_of(reply);
    rvx_time rtt = reply->env->now - reply->slot.sent;

    rvx__health_note_reply(health, !is_udp(reply) ? 0 : rtt > 0 ? rtt : 1);
    if ((reply->slot.flags & RVX__SLOT_CASE) != 0)
        rvx__health_note_case(health, true, reply->env->now);
    if (verdict == RVX__VERDICT_FORMERR || verdict == RVX__VERDICT_NOTIMP || verdict == RVX__VERDICT_BADVERS)
        return;
    if (!reply->query->opts->no_edns && reply->slot.edns > rvx__health_edns(health, reply->env->now))
        rvx__health_learn_edns(health, (enum rvx__edns_level)reply->slot.edns, reply->env->now);
}

static void take(struct reply *reply, enum rvx__verdict verdict, uint16_t rcode, bool has_opt)
{
    reply->report->fate = RVX__QUERY_TAKEN;
    reply->report->verdict = verdict;
    note_reply(reply, verdict);
    if (verdict > RVX__VERDICT_NXDOMAIN)
        blame_verdict(reply, verdict, rcode);
    take_verdict(reply, verdict, has_opt);
}

/* ---- what it is */

enum cookie_sign { COOKIE_FINE, COOKIE_MISSING, COOKIE_FORGED };

/* Servers that send an OPT back as it came return our half of the cookie, which is as good as none. */
static bool is_echo(const struct reply *reply)
{
    struct rvx__view cookie;

    rvx__edns_find(reply->message, RVX__EDNS_OPTION_COOKIE, &cookie);
    return cookie.len == RVX__COOKIE_CLIENT_LEN &&
           rvx__view_eq(cookie, rvx__view_of(health_of(reply)->cookie, RVX__COOKIE_CLIENT_LEN));
}

static enum cookie_sign check_cookie(const struct reply *reply)
{
    struct rvx__health *health = health_of(reply);
    struct rvx__view cookie;

    if ((reply->slot.flags & RVX__SLOT_COOKIE) == 0)
        return COOKIE_FINE;
    if (rvx__edns_cookie(reply->message, &cookie))
        return rvx__health_learn_cookie(health, cookie, reply->env->now) ? COOKIE_FINE : COOKIE_FORGED;
    if (rvx__edns_cookie_is_bad(reply->message) && !is_echo(reply))
        return COOKIE_FORGED;
    if (!rvx__health_wants_cookie(health))
        return COOKIE_FINE;
    if (is_udp(reply))
        return COOKIE_MISSING;
    rvx__health_forget_cookie(health, reply->env->now);
    return COOKIE_FINE;
}

static void drop_cookie(struct reply *reply, enum cookie_sign sign)
{
    reply->report->fate = RVX__QUERY_COOKIE;
    if (sign == COOKIE_MISSING)
        doubt(reply);
    else
        count_miss(reply);
}

static void judge_message(struct reply *reply, const struct rvx__question *question)
{
    enum cookie_sign sign;

    reply->report->fault = rvx__gate_check(reply->bytes, reply->message);
    if (reply->report->fault != RVX__GATE_OK) {
        drop_malformed(reply);
        return;
    }
    sign = check_cookie(reply);
    if (sign != COOKIE_FINE) {
        drop_cookie(reply, sign);
        return;
    }
    if (!is_udp(reply))
        reply->message->flags &= (uint16_t)~RVX__DNS_FLAG_TC;
    rvx__classify(reply->message, question, reply->finding);
    reply->report->has_message = true;
    take(reply, reply->finding->verdict, reply->finding->rcode, reply->message->has_opt);
}

static enum rvx__verdict verdict_of_rcode(unsigned rcode)
{
    switch (rcode) {
    case RVX__DNS_RCODE_FORMERR:
        return RVX__VERDICT_FORMERR;
    case RVX__DNS_RCODE_SERVFAIL:
        return RVX__VERDICT_SERVFAIL;
    case RVX__DNS_RCODE_NOTIMP:
        return RVX__VERDICT_NOTIMP;
    case RVX__DNS_RCODE_REFUSED:
        return RVX__VERDICT_REFUSED;
    default:
        return RVX__VERDICT_RCODE;
    }
}

/* A header alone. Only that the server cannot is believed of it, and not if the server has cookies to show. */
static void judge_rcode(struct reply *reply)
{
    uint16_t rcode = rvx__wire_u16(reply->bytes, RVX__DNS_FLAGS_AT) & RVX__DNS_RCODE_MASK;

    if (is_udp(reply) && (reply->slot.flags & RVX__SLOT_COOKIE) != 0 && rvx__health_wants_cookie(health_of(reply)))
        drop_cookie(reply, COOKIE_MISSING);
    else
        take(reply, verdict_of_rcode(rcode), rcode, false);
}

static bool is_truncated(const struct reply *reply)
{
    return is_udp(reply) && (rvx__wire_u16(reply->bytes, RVX__DNS_FLAGS_AT) & RVX__DNS_FLAG_TC) != 0;
}

/* 0x20 has done its duty. Names in the records may point into the question, and the letters drawn at random shall not
 * reach anybody by that way. */
static const struct rvx__question *restore_letters(struct reply *reply, struct rvx__question *question)
{
    if ((reply->slot.flags & RVX__SLOT_CASE) != 0)
        memcpy(reply->data + RVX__DNS_HEADER_LEN, reply->query->name.data, reply->query->name.len);
    question->name = reply->query->name;
    return question;
}

static void judge(struct reply *reply)
{
    struct rvx__query *query = reply->query;
    struct rvx__question question = {.type = query->type, .class_ = query->class_};
    struct rvx__name name;
    enum rvx__match match;

    question.name = rvx__query_sent_name(query, &reply->slot, &name);
    match = rvx__match(reply->bytes, reply->slot.id, &question);
    if (match == RVX__MATCH_CASE && (reply->slot.flags & RVX__SLOT_CASE) == 0)
        match = RVX__MATCH_YES;
    reply->report->match = match;
    if (match == RVX__MATCH_CASE)
        drop_case(reply);
    else if (match == RVX__MATCH_RCODE_ONLY)
        judge_rcode(reply);
    else if (match != RVX__MATCH_YES)
        drop_miss(reply, match);
    else if (is_truncated(reply))
        take(reply, RVX__VERDICT_TRUNCATED, RVX__DNS_RCODE_NOERROR, false);
    else
        judge_message(reply, restore_letters(reply, &question));
}

void rvx__query_reply(struct rvx__query *query, unsigned i, struct rvx__query_bytes bytes,
                      const struct rvx__query_env *env, struct rvx__message *message, struct rvx__finding *finding,
                      struct rvx__query_report *report)
{
    struct reply reply = {
        .query = query,
        .env = env,
        .bytes = rvx__view_of(bytes.data, bytes.len),
        .data = bytes.data,
        .message = message,
        .finding = finding,
        .report = report,
        .i = i,
    };

    *report = (struct rvx__query_report){.fate = RVX__QUERY_LATE};
    if (i >= RVX__QUERY_SLOTS || (query->open & 1u << i) == 0)
        return;
    reply.slot = query->slots[i];
    reply.was_current = (query->current & 1u << i) != 0;
    judge(&reply);
}

const char *rvx__query_fate_text(enum rvx__query_fate fate)
{
    static const char *const texts[] = {
        [RVX__QUERY_LATE] = "too late",
        [RVX__QUERY_MISS] = "no match",
        [RVX__QUERY_MALFORMED] = "malformed",
        [RVX__QUERY_COOKIE] = "cookie",
        [RVX__QUERY_TAKEN] = "taken",
    };

    return (unsigned)fate <= RVX__QUERY_TAKEN ? texts[fate] : "unknown";
}
