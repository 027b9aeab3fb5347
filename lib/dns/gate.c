/* gate.c - the walk over a message: header, question, records, OPT
 *
 * The message format of RFC 1035 section 4.1 with OPT of RFC 6891 section 6.1.2; what the walk holds it to, and why,
 * is in gate.h. The order of the checks is that of the bytes, so nothing is looked at twice, except names that
 * pointers lead to.
 *
 * Deliberately not done: nothing is kept of the records. Who wants them walks the sections again, which is cheaper than
 * remembering them somewhere.
 */
#include <config.h>

#include "dns/gate.h"

#include "dns/name.h"
#include "dns/scan.h"

/* The shortest record: the root's, without RDATA. */
#define RECORD_MIN (1 + RVX__DNS_RR_LEN)

/* What ldns allocates for a record besides its name and its fields, and for a message besides its records. */
#define RECORD_COST 192
#define MESSAGE_COST 4096

/* Reads what stands between the owner, which ends at `at`, and the RDATA. False if it is not all there. */
static inline bool read_record(struct rvx__view bytes, size_t owner, size_t at, struct rvx__rr *rr)
{
    struct rvx__view fixed = rvx__wire_part(bytes, at, RVX__DNS_RR_LEN);
    uint32_t ttl;

    if (fixed.len < RVX__DNS_RR_LEN)
        return false;
    ttl = rvx__wire_u32(fixed, 4);
    rr->owner = owner;
    rr->type = rvx__wire_u16(fixed, 0);
    rr->class_ = rvx__wire_u16(fixed, 2);
    rr->ttl = ttl <= INT32_MAX ? ttl : 0;
    rr->rdata_len = rvx__wire_u16(fixed, 8);
    rr->rdata = at + RVX__DNS_RR_LEN;
    return true;
}

/* The options fill OPT's RDATA (RFC 6891 section 6.1.2). */
static bool check_options(struct rvx__scan *scan, struct rvx__view options)
{
    while (options.len > 0) {
        size_t len = rvx__wire_u16(options, 2);

        scan->steps++;
        if (options.len < 4 + len)
            return false;
        options = rvx__view_from(options, 4 + len);
    }
    return true;
}

/* OPT's class and TTL hold other things than those. */
static enum rvx__gate_fault take_opt(struct rvx__scan *scan, struct rvx__message *message, const struct rvx__rr *rr,
                                     enum rvx__dns_section section)
{
    struct rvx__view options = rvx__wire_part(scan->bytes, rr->rdata, rr->rdata_len);
    uint32_t extra = rvx__wire_u32(scan->bytes, rr->rdata - 6);

    if (message->has_opt || section != RVX__DNS_ADDITIONAL || rvx__wire_u8(scan->bytes, rr->owner) != 0 ||
        !check_options(scan, options))
        return RVX__GATE_OPT;
    message->has_opt = true;
    message->udp_size = rr->class_;
    message->rcode |= (uint16_t)(extra >> 24 << 4);
    message->edns_version = (uint8_t)(extra >> 16);
    message->edns_flags = (uint16_t)extra;
    message->options = options;
    return RVX__GATE_OK;
}

/* Nobody shares a key with us: TSIG (RFC 8945) and SIG(0) (RFC 2931) come from somebody with other plans. */
static bool is_signature(const struct rvx__scan *scan, const struct rvx__rr *rr)
{
    return rr->type == RVX__DNS_TYPE_TSIG ||
           (rr->type == RVX__DNS_TYPE_SIG && rvx__wire_u16(scan->bytes, rr->rdata) == 0);
}

static enum rvx__gate_fault check_record(struct rvx__scan *scan, struct rvx__message *message, size_t *at,
                                         enum rvx__dns_section section)
{
    size_t owner_end = rvx__scan_name(scan, *at, scan->bytes.len, true);
    struct rvx__rr rr;

    if (owner_end == 0)
        return RVX__GATE_NAME;
    if (!read_record(scan->bytes, *at, owner_end, &rr) || scan->bytes.len - rr.rdata < rr.rdata_len)
        return RVX__GATE_SHORT;
    scan->cost += RECORD_COST + scan->name_len;
    *at = rr.rdata + rr.rdata_len;
    if (is_signature(scan, &rr))
        return RVX__GATE_TSIG;
    if (rr.type == RVX__DNS_TYPE_OPT)
        return take_opt(scan, message, &rr, section);
    return rvx__scan_rdata(scan, rr.type, rr.rdata, rr.rdata_len);
}

static enum rvx__gate_fault check_header(struct rvx__view bytes, struct rvx__message *message)
{
    size_t i, records = 0;

    if (bytes.len < RVX__DNS_HEADER_LEN)
        return RVX__GATE_SHORT;
    message->id = rvx__wire_u16(bytes, RVX__DNS_ID_AT);
    message->flags = rvx__wire_u16(bytes, RVX__DNS_FLAGS_AT);
    message->rcode = message->flags & RVX__DNS_RCODE_MASK;
    for (i = 0; i < 4; i++) {
        message->count[i] = rvx__wire_u16(bytes, RVX__DNS_COUNTS_AT + 2 * i);
        records += i > 0 ? message->count[i] : 0;
    }
    if (message->count[RVX__DNS_QUESTION] > 1 || records * RECORD_MIN > bytes.len - RVX__DNS_HEADER_LEN)
        return RVX__GATE_COUNTS;
    return records > RVX__GATE_RECORDS_MAX ? RVX__GATE_LIMIT : RVX__GATE_OK;
}

static enum rvx__gate_fault check_question(struct rvx__scan *scan, size_t *at)
{
    size_t end = rvx__scan_name(scan, *at, scan->bytes.len, false);

    if (end == 0)
        return RVX__GATE_NAME;
    if (scan->bytes.len - end < 4)
        return RVX__GATE_SHORT;
    scan->first_len = scan->name_len;
    *at = end + 4;
    return RVX__GATE_OK;
}

static enum rvx__gate_fault check_section(struct rvx__scan *scan, struct rvx__message *message,
                                          enum rvx__dns_section section, size_t *at)
{
    enum rvx__gate_fault fault = RVX__GATE_OK;
    unsigned i;

    message->at[section] = *at;
    for (i = 0; fault == RVX__GATE_OK && i < message->count[section]; i++)
        fault = section == RVX__DNS_QUESTION ? check_question(scan, at) : check_record(scan, message, at, section);
    return fault;
}

enum rvx__gate_fault rvx__gate_check(struct rvx__view bytes, struct rvx__message *message)
{
    struct rvx__scan scan = {.bytes = bytes, .hops_left = bytes.len, .cost = MESSAGE_COST};
    struct rvx__message found = {.bytes = bytes};
    enum rvx__gate_fault fault;
    size_t at = RVX__DNS_HEADER_LEN;
    enum rvx__dns_section section;

    fault = bytes.len <= RVX__DNS_MESSAGE_MAX ? check_header(bytes, &found) : RVX__GATE_LIMIT;
    for (section = RVX__DNS_QUESTION; fault == RVX__GATE_OK && section <= RVX__DNS_ADDITIONAL; section++)
        fault = check_section(&scan, &found, section, &at);
    message->steps = scan.steps;
    if (fault != RVX__GATE_OK)
        return fault;
    found.bytes = rvx__view_to(bytes, at);
    found.end = at;
    found.steps = scan.steps;
    found.ours_only = scan.long_txt || scan.cost + scan.txt_cost > RVX__GATE_COST_MAX;
    *message = found;
    return RVX__GATE_OK;
}

const char *rvx__gate_fault_text(enum rvx__gate_fault fault)
{
    switch (fault) {
    case RVX__GATE_OK:
        return "well-formed";
    case RVX__GATE_SHORT:
        return "cut short";
    case RVX__GATE_COUNTS:
        return "impossible counts";
    case RVX__GATE_NAME:
        return "malformed name";
    case RVX__GATE_RDATA:
        return "malformed record";
    case RVX__GATE_OPT:
        return "malformed OPT";
    case RVX__GATE_TSIG:
        return "unexpected signature";
    case RVX__GATE_LIMIT:
        return "too costly";
    }
    return "unknown fault";
}

/* Owners are pointers, nearly all of them. */
static inline size_t skip_owner(struct rvx__view bytes, size_t at)
{
    return rvx__wire_u8(bytes, at) > RVX__LABEL_MAX ? at + 2 : rvx__name_skip(bytes, at);
}

bool rvx__message_next(const struct rvx__message *message, enum rvx__dns_section section, size_t *at,
                       struct rvx__rr *rr)
{
    size_t end = section < RVX__DNS_ADDITIONAL ? message->at[section + 1] : message->end;

    if (section == RVX__DNS_QUESTION)
        return false;
    if (*at == 0)
        *at = message->at[section];
    if (*at >= end)
        return false;
    if (!read_record(message->bytes, *at, skip_owner(message->bytes, *at), rr))
        return false;
    *at = rr->rdata + rr->rdata_len;
    return true;
}
