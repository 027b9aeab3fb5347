/* match.h - is this the reply to that query? Decided on the raw bytes, before anything is parsed
 *
 * Id, QR, opcode, exactly one question, and that one our own: type, class, and the name in the very case that was sent
 * (0x20), so that its letters are as many more bits to guess. Everything else is not a reply, whatever it holds:
 * the caller drops it, counts it by the reason, and goes on waiting.
 */
#ifndef RVX_DNS_MATCH_H
#define RVX_DNS_MATCH_H

#include <stdint.h>

#include "base/view.h"

struct rvx__question {
    struct rvx__view name; /* wire form, in the case that was sent */
    uint16_t type, class_;
};

enum rvx__match {
    RVX__MATCH_YES,
    RVX__MATCH_RCODE_ONLY, /* no question, but FORMERR, SERVFAIL, NOTIMP or REFUSED, as servers answer that could not
                              read the query: only its code may be believed */
    RVX__MATCH_CASE,       /* all is right but the case of the name's letters */
    RVX__MATCH_SHORT,
    RVX__MATCH_ID,
    RVX__MATCH_QR, /* a query */
    RVX__MATCH_OPCODE,
    RVX__MATCH_QDCOUNT,
    RVX__MATCH_NAME, /* a compressed one too */
    RVX__MATCH_TYPE,
    RVX__MATCH_CLASS
};

#define RVX__MATCHES_N (RVX__MATCH_CLASS + 1)

enum rvx__match rvx__match(struct rvx__view bytes, uint16_t id, const struct rvx__question *question);

const char *rvx__match_text(enum rvx__match match);

#endif
