/* dns_collect.c - from an answer in wire form to what a request is answered with
 *
 * Only records that the machines found to belong to the question are looked at. Names that come out of a message may
 * hold any byte: what is handed out as a host name is checked by the calls of backend.h, and what has a byte in it that
 * a host name cannot have arrives there escaped, so it fails that check. Record data is handed out with its names
 * uncompressed; only in the types of RFC 1035 may they be compressed (RFC 3597 section 4), and the gate sees to that.
 *
 * A name as the first of a chain is told as it was asked for.
 */
#include <config.h>

#include "resolver/dns_collect.h"

#include <string.h>

#include "dns/edns.h"
#include "dns/wire.h"
#include "resolver/reason.h"
#include "resolver/request.h"

/* The longest data: two names and the numbers of an SOA, or data as it stands. */
#define NAMES_DATA_MAX (2 * RVX__NAME_MAX + 20)
#define EDE_TEXT_SIZE 128

static bool is_in_chain(const struct rvx_request *request, const char *name)
{
    const struct rvx__answer_block *block = request->answer.block;

    for (unsigned i = 0; block != NULL && i < block->chain_n; i++) {
        const char *other = rvx__answer_text(&request->answer, block->chain[i]);

        if (rvx__view_eq_fold(rvx__view_text(other), rvx__view_text(name)))
            return true;
    }
    return false;
}

static void add_chain(struct rvx_request *request, const struct rvx__question *question,
                      const struct rvx__outcome *outcome)
{
    struct rvx__rr rr;
    unsigned hop = 0;
    bool first = true;

    while (rvx__finding_next_alias(outcome->message, outcome->finding, &hop, &rr)) {
        char text[RVX__NAME_TEXT_SIZE];
        struct rvx__name owner;

        rvx__name_expand(outcome->message->bytes, rr.owner, &owner);
        rvx__name_text(first ? question->name : rvx__name_view(&owner), text);
        if (!is_in_chain(request, text)) /* A and AAAA pass the same names */
            rvx_request_add_alias(request, text);
        first = false;
    }
}

void rvx__dns_collect_chain(struct rvx_request *request, const struct rvx__question *question,
                            const struct rvx__outcome *outcome)
{
    rvx_request_set_ttl(request, outcome->finding->ttl);
    add_chain(request, question, outcome);
}

/* The name at the end of the chain. */
static void print_target(const struct rvx__question *question, const struct rvx__finding *finding,
                         char text[RVX__NAME_TEXT_SIZE])
{
    rvx__name_text(finding->hops > 0 ? rvx__name_view(&finding->target) : question->name, text);
}

bool rvx__dns_collect_alias(struct rvx_request *request, const struct rvx__question *question,
                            const struct rvx__outcome *outcome)
{
    char canonical[RVX__NAME_TEXT_SIZE];

    add_chain(request, question, outcome);
    if (request->answer.block == NULL || request->answer.block->chain_n == 0)
        return false;
    print_target(question, outcome->finding, canonical);
    if (request->answer.block->canonical == 0)
        rvx_request_set_canonical(request, canonical);
    return true;
}

void rvx__dns_forget_chain(struct rvx_request *request)
{
    if (rvx__answer_is_empty(&request->answer))
        rvx__answer_fini(&request->answer);
}

static void add_addr(struct rvx_request *request, const struct rvx__message *message, const struct rvx__rr *rr)
{
    struct rvx_addr addr;

    if (rvx__rr_addr(message, rr, &addr))
        rvx_request_add_addr(request, &addr);
}

static void add_name(struct rvx_request *request, const struct rvx__message *message, const struct rvx__rr *rr)
{
    char text[RVX__NAME_TEXT_SIZE];
    struct rvx__name name;

    if (rr->type != RVX__DNS_TYPE_PTR)
        return;
    rvx__name_expand(message->bytes, rr->rdata, &name);
    rvx__name_text(rvx__name_view(&name), text);
    rvx_request_add_name(request, text);
}

/* How many bytes, and then names, the data of a type begins with; false: no name in it can be compressed. */
static bool has_names(uint16_t type, size_t *bytes, unsigned *names)
{
    *bytes = type == RVX__DNS_TYPE_MX ? 2 : 0;
    *names = 1;
    switch (type) {
    case RVX__DNS_TYPE_NS:
    case 3: /* MD, MF, MB, MG, MR: RFC 1035 section 3.3 */
    case 4:
    case RVX__DNS_TYPE_CNAME:
    case 7:
    case 8:
    case 9:
    case RVX__DNS_TYPE_PTR:
    case RVX__DNS_TYPE_MX:
        return true;
    case RVX__DNS_TYPE_SOA:
    case 14: /* MINFO */
        *names = 2;
        return true;
    default:
        return false;
    }
}

/* The data of a record without compression: in `room`, or where it stands. */
static struct rvx__view expand_data(const struct rvx__message *message, const struct rvx__rr *rr,
                                    char room[NAMES_DATA_MAX + 1])
{
    struct rvx__view data = rvx__wire_part(message->bytes, rr->rdata, rr->rdata_len);
    size_t at = rr->rdata, bytes;
    struct rvx__buf buf;
    unsigned names;

    if (!has_names(rr->type, &bytes, &names))
        return data;
    rvx__buf_init(&buf, room, NAMES_DATA_MAX + 1);
    rvx__buf_add(&buf, rvx__view_to(data, bytes));
    at += bytes;
    while (names-- > 0) {
        struct rvx__name name;

        at = rvx__name_expand(message->bytes, at, &name);
        rvx__buf_add(&buf, rvx__name_view(&name));
    }
    rvx__buf_add(&buf, rvx__view_from(data, at - rr->rdata));
    return rvx__buf_view(&buf);
}

/* What is left of it. */
static uint32_t ttl_of(const struct rvx__outcome *outcome, const struct rvx__rr *rr)
{
    if (outcome->stale)
        return outcome->finding->ttl;
    return rr->ttl > outcome->age ? rr->ttl - outcome->age : 0;
}

static void add_record(struct rvx_request *request, const struct rvx__outcome *outcome, const struct rvx__rr *rr,
                       const char *owner)
{
    char room[NAMES_DATA_MAX + 1];
    struct rvx__view data = expand_data(outcome->message, rr, room);
    const struct rvx_record record = {
        .name = owner,
        .type = rr->type,
        .class_ = rr->class_,
        .ttl = ttl_of(outcome, rr),
        .data = (const unsigned char *)data.data,
        .data_len = data.len,
    };

    rvx_request_add_record(request, &record);
}

void rvx__dns_collect_answer(struct rvx_request *request, const struct rvx__question *question,
                             const struct rvx__outcome *outcome)
{
    const struct rvx__finding *finding = outcome->finding;
    char canonical[RVX__NAME_TEXT_SIZE];
    struct rvx__rr rr;
    size_t at = 0;

    print_target(question, finding, canonical);
    while (rvx__finding_next(outcome->message, question, finding, &at, &rr)) {
        switch (request->kind) {
        case RVX_REQUEST_HOST:
            add_addr(request, outcome->message, &rr);
            break;
        case RVX_REQUEST_ADDR:
            add_name(request, outcome->message, &rr);
            break;
        case RVX_REQUEST_RECORDS:
            add_record(request, outcome, &rr, canonical);
            break;
        case RVX_REQUEST_PORT:
            break;
        }
    }
    if (request->answer.block != NULL && request->answer.block->canonical == 0)
        rvx_request_set_canonical(request, canonical);
}

void rvx__dns_note_origin(struct rvx__dns_origin *origin, const struct rvx__dns_view *view,
                          const struct rvx__outcome *outcome)
{
    bool ad = outcome->finding->ad && outcome->server >= 0 && rvx__dns_view_trusts_ad(view, (unsigned)outcome->server);

    if (!origin->known) {
        origin->known = origin->all_ad = origin->all_cached = true;
        origin->server = (uint8_t)outcome->server;
    }
    origin->all_ad = origin->all_ad && ad;
    origin->all_cached = origin->all_cached && outcome->cached;
    origin->any_stale = origin->any_stale || outcome->stale;
}

/* "192.0.2.1:53"; NULL if it is not known. */
static const char *server_text(const struct rvx__dns_view *view, int server)
{
    return server >= 0 && (unsigned)server < view->servers_n ? view->servers_text[server] : NULL;
}

void rvx__dns_set_origin(struct rvx_request *request, const struct rvx__dns_view *view,
                         const struct rvx__dns_origin *origin)
{
    unsigned flags = 0;

    if (!origin->known)
        return;
    if (origin->all_ad && !origin->any_stale)
        flags |= RVX_ORIGIN_AUTHENTIC;
    if (origin->all_cached || origin->any_stale)
        flags |= RVX_ORIGIN_CACHED;
    if (origin->any_stale)
        flags |= RVX_ORIGIN_STALE;
    rvx_request_set_origin(request, server_text(view, origin->server), flags);
}

/* What a server said last: in an answer it is in the message, and otherwise with the query, of whomever that was. */
static void find_reason(const struct rvx__outcome *outcome, struct rvx__reason *reason)
{
    *reason = (struct rvx__reason){.server = outcome->server};
    if (outcome->finding != NULL) {
        reason->rcode = outcome->finding->rcode;
        rvx__edns_ede(outcome->message, &reason->ede);
    } else if (outcome->ask != NULL) {
        rvx__reason_read(outcome->ask, reason);
    } else if (outcome->reason != NULL) {
        *reason = *outcome->reason;
    }
}

static const char *verdict_words(const struct rvx__reason *reason)
{
    switch (reason->verdict) {
    case RVX__VERDICT_LAME:
        return "lame server";
    case RVX__VERDICT_TRUNCATED:
        return "truncated answer";
    default:
        return rvx__dns_rcode_text(reason->rcode);
    }
}

/* What the server's own words would say, had it any; NULL: nothing beyond the code. */
static const char *failure_words(const struct rvx__reason *reason)
{
    switch (reason->failure) {
    case RVX__QUERY_BROKEN:
        return "malformed answer";
    case RVX__QUERY_NETWORK:
        return rvx_strerror(reason->cause);
    case RVX__QUERY_VERDICT:
        return verdict_words(reason);
    default:
        return NULL;
    }
}

void rvx__dns_set_failure(struct rvx_request *request, const struct rvx__dns_view *view,
                          const struct rvx__outcome *outcome, unsigned attempts)
{
    struct rvx_failure failure = RVX_FAILURE_INIT;
    char words[EDE_TEXT_SIZE];
    struct rvx__reason reason;
    struct rvx__buf buf;

    failure.server = server_text(view, outcome->server);
    failure.attempts = attempts;
    failure.nodata = outcome->finding != NULL && outcome->finding->verdict == RVX__VERDICT_NODATA;
    find_reason(outcome, &reason);
    failure.rcode = reason.rcode;
    failure.ede_text = failure_words(&reason);
    if (reason.ede.present) {
        rvx__buf_init(&buf, words, sizeof words);
        rvx__buf_add_visible(&buf, reason.ede.text);
        rvx__buf_finish(&buf);
        failure.has_ede = true;
        failure.ede = reason.ede.code;
        failure.ede_text = words;
    }
    rvx_request_set_failure(request, &failure);
}
