/* fuzz_reply.c - whole replies: match, gate, classify, and ldns behind the gate
 *
 * The question is fixed: www.example.com A IN, id 0x1234; header and question of the input are made to fit, or most
 * inputs would end there. What passes the gate ldns reads too, in bounded memory, and finds the same addresses in the
 * answer section as we do. The walk over the chain ends, and gives what it counted.
 */
#include <config.h>

#include <ldns/ldns.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "dns/classify.h"
#include "dns/edns.h"
#include "require.h"

#define ADDRS_MAX RVX__GATE_RECORDS_MAX

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint8_t question_wire[] = "\3www\7example\3com\0\0\1\0\1";

/* The addresses in the answer section, whoever owns them; ldns's list has the same records in the same order. */
static void compare_addrs(const struct rvx__message *message, ldns_rr_list *answer)
{
    struct rvx_addr addr;
    struct rvx__rr rr;
    size_t at = 0, i = 0;

    require(ldns_rr_list_rr_count(answer) == message->count[RVX__DNS_ANSWER]);
    while (rvx__message_next(message, RVX__DNS_ANSWER, &at, &rr)) {
        const ldns_rr *theirs = ldns_rr_list_rr(answer, i++);

        require((uint16_t)ldns_rr_get_type(theirs) == rr.type && (uint16_t)ldns_rr_get_class(theirs) == rr.class_);
        if (!rvx__rr_addr(message, &rr, &addr))
            continue;
        require(ldns_rr_rd_count(theirs) == 1 && ldns_rdf_size(ldns_rr_rdf(theirs, 0)) == rr.rdata_len);
        require(memcmp(ldns_rdf_data(ldns_rr_rdf(theirs, 0)), addr.ip, rr.rdata_len) == 0);
    }
    require(i == message->count[RVX__DNS_ANSWER]);
}

static void check_ldns(const struct rvx__message *message)
{
    ldns_pkt *packet = NULL;

    if (message->ours_only)
        return;
    require(ldns_wire2pkt(&packet, (const uint8_t *)message->bytes.data, message->bytes.len) == LDNS_STATUS_OK);
    require(ldns_pkt_id(packet) == message->id && ldns_pkt_edns(packet) == message->has_opt);
    compare_addrs(message, ldns_pkt_answer(packet));
    ldns_pkt_free(packet);
}

static void check_finding(const struct rvx__message *message, const struct rvx__question *question)
{
    struct rvx__finding finding;
    struct rvx__rr rr;
    unsigned hop = 0, n = 0;
    size_t at = 0;

    rvx__classify(message, question, &finding);
    require(finding.target.len > 0 && finding.hops <= RVX__CHAIN_MAX && finding.ttl <= INT32_MAX);
    while (rvx__finding_next(message, question, &finding, &at, &rr)) {
        require(rr.type == question->type && rr.class_ == question->class_ && finding.ttl <= rr.ttl);
        n++;
    }
    require(finding.verdict != RVX__VERDICT_ANSWER || (n > 0 && n == finding.records));
    require(finding.verdict == RVX__VERDICT_ANSWER || n == 0);
    n = 0;
    while (rvx__finding_next_alias(message, &finding, &hop, &rr)) {
        require(rr.type == RVX__DNS_TYPE_CNAME);
        n++;
    }
    require(n == finding.hops);
}

static void check_reply(struct rvx__view bytes)
{
    struct rvx__question question = {rvx__view_of(question_wire, 17), RVX__DNS_TYPE_A, RVX__DNS_CLASS_IN};
    enum rvx__match match = rvx__match(bytes, 0x1234, &question);
    struct rvx__message message;
    struct rvx__ede ede;

    if (rvx__gate_check(bytes, &message) != RVX__GATE_OK)
        return;
    require(message.end <= bytes.len && message.steps <= RVX__GATE_STEPS_MAX + bytes.len);
    check_ldns(&message);
    rvx__edns_ede(&message, &ede);
    rvx__edns_cookie_is_bad(&message);
    if (match == RVX__MATCH_YES || match == RVX__MATCH_RCODE_ONLY)
        check_finding(&message, &question);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *copy;

    if (size > RVX__DNS_MESSAGE_MAX)
        return 0;
    check_reply(rvx__view_of(data, size));
    if (size < RVX__DNS_HEADER_LEN + sizeof question_wire - 1)
        return 0;
    copy = malloc(size);
    require(copy != NULL);
    memcpy(copy, data, size);
    rvx__wire_put_u16(copy, 0x1234);
    copy[2] = (uint8_t)((copy[2] & 0x07) | 0x80);
    rvx__wire_put_u16(copy + RVX__DNS_COUNTS_AT, 1);
    memcpy(copy + RVX__DNS_HEADER_LEN, question_wire, sizeof question_wire - 1);
    check_reply(rvx__view_of(copy, size));
    free(copy);
    return 0;
}
