/* match.c - comparing a reply's header and question with the query's
 *
 * RFC 5452 section 9 is the list of what has to agree. The question is compared byte by byte with the one that was
 * sent, so nothing has to be parsed: a name that is compressed, longer or shorter is another name.
 */
#include <config.h>

#include "dns/match.h"

#include "dns/name.h"
#include "dns/wire.h"

/* What a server may answer that could not read the question. */
static bool is_helpless(uint16_t flags)
{
    unsigned rcode = flags & RVX__DNS_RCODE_MASK;

    return rcode == RVX__DNS_RCODE_FORMERR || rcode == RVX__DNS_RCODE_SERVFAIL || rcode == RVX__DNS_RCODE_NOTIMP ||
           rcode == RVX__DNS_RCODE_REFUSED;
}

static enum rvx__match match_question(struct rvx__view bytes, const struct rvx__question *question)
{
    size_t end = RVX__DNS_HEADER_LEN + question->name.len;
    struct rvx__view name = rvx__wire_part(bytes, RVX__DNS_HEADER_LEN, question->name.len);

    if (bytes.len < end + 4)
        return RVX__MATCH_SHORT;
    if (!rvx__name_equal(name, question->name))
        return RVX__MATCH_NAME;
    if (rvx__wire_u16(bytes, end) != question->type)
        return RVX__MATCH_TYPE;
    if (rvx__wire_u16(bytes, end + 2) != question->class_)
        return RVX__MATCH_CLASS;
    return rvx__view_eq(name, question->name) ? RVX__MATCH_YES : RVX__MATCH_CASE;
}

enum rvx__match rvx__match(struct rvx__view bytes, uint16_t id, const struct rvx__question *question)
{
    uint16_t flags = rvx__wire_u16(bytes, RVX__DNS_FLAGS_AT);
    uint16_t questions = rvx__wire_u16(bytes, RVX__DNS_COUNTS_AT);

    if (bytes.len < RVX__DNS_HEADER_LEN)
        return RVX__MATCH_SHORT;
    if (rvx__wire_u16(bytes, RVX__DNS_ID_AT) != id)
        return RVX__MATCH_ID;
    if ((flags & RVX__DNS_FLAG_QR) == 0)
        return RVX__MATCH_QR;
    if ((flags & RVX__DNS_OPCODE_MASK) != 0)
        return RVX__MATCH_OPCODE;
    if (questions == 0 && is_helpless(flags))
        return RVX__MATCH_RCODE_ONLY;
    if (questions != 1)
        return RVX__MATCH_QDCOUNT;
    return match_question(bytes, question);
}

const char *rvx__match_text(enum rvx__match match)
{
    switch (match) {
    case RVX__MATCH_YES:
        return "match";
    case RVX__MATCH_RCODE_ONLY:
        return "response code only";
    case RVX__MATCH_CASE:
        return "case of the name";
    case RVX__MATCH_SHORT:
        return "too short";
    case RVX__MATCH_ID:
        return "id";
    case RVX__MATCH_QR:
        return "not a response";
    case RVX__MATCH_OPCODE:
        return "opcode";
    case RVX__MATCH_QDCOUNT:
        return "number of questions";
    case RVX__MATCH_NAME:
        return "name";
    case RVX__MATCH_TYPE:
        return "type";
    case RVX__MATCH_CLASS:
        return "class";
    }
    return "unknown";
}
