/* classify.h - what a message that matched and passed the gate says about its question
 *
 * Follows the chain of CNAMEs from the question through the answer section, whatever the order of its records, to the
 * name at its end, and looks for records of the asked type there. Records of other owners, types and classes are
 * counted and otherwise as good as not there. The response code belongs to the end of the chain (RFC 2308 section 2.1).
 */
#ifndef RVX_DNS_CLASSIFY_H
#define RVX_DNS_CLASSIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <resolvx/addr.h>

#include "dns/gate.h"
#include "dns/match.h"
#include "dns/name.h"

#define RVX__CHAIN_MAX 64 /* CNAMEs in one message */

enum rvx__verdict {
    RVX__VERDICT_ANSWER, /* records of the asked type at the end of the chain */
    RVX__VERDICT_ALIAS,  /* a chain to a name of which nothing is said: ask for `target` */
    RVX__VERDICT_NODATA,
    RVX__VERDICT_NXDOMAIN,
    RVX__VERDICT_LAME,      /* a server that neither knows nor asks: go-net.md 5.3.3 */
    RVX__VERDICT_TRUNCATED, /* TC: nothing in it counts */
    RVX__VERDICT_SERVFAIL,
    RVX__VERDICT_REFUSED,
    RVX__VERDICT_FORMERR,
    RVX__VERDICT_NOTIMP,
    RVX__VERDICT_BADVERS,
    RVX__VERDICT_BADCOOKIE,
    RVX__VERDICT_RCODE, /* any other code */
    RVX__VERDICT_LOOP   /* the chain bites its tail, or is too long */
};

#define RVX__VERDICTS_N (RVX__VERDICT_LOOP + 1)

struct rvx__finding {
    enum rvx__verdict verdict;
    uint16_t rcode;
    uint32_t ttl;       /* seconds: the least of chain and records, or of chain, SOA and its MINIMUM */
    bool cacheable;     /* ANSWER and ALIAS; NODATA and NXDOMAIN with the SOA of a zone that the name is in */
    bool ad;            /* the bit; whether to trust it is not decided here */
    unsigned records;   /* the answer has */
    unsigned hops;      /* CNAMEs followed */
    unsigned off_chain; /* records of the answer section that did not count */
    size_t target_at;   /* inside: where `target` stands in the message */
    uint16_t chain[RVX__CHAIN_MAX]; /* inside: the CNAMEs followed, as positions in the message */
    struct rvx__name target;        /* the name at the end of the chain: the question's if there is no CNAME */
};

void rvx__classify(const struct rvx__message *message, const struct rvx__question *question,
                   struct rvx__finding *finding);

/* Walks the records that are the answer: *at is 0 to begin. False at the end, and for every other verdict. */
bool rvx__finding_next(const struct rvx__message *message, const struct rvx__question *question,
                       const struct rvx__finding *finding, size_t *at, struct rvx__rr *rr);

/* Walks the CNAMEs of the chain in its order: *hop is 0 to begin. False at the end. */
bool rvx__finding_next_alias(const struct rvx__message *message, const struct rvx__finding *finding, unsigned *hop,
                             struct rvx__rr *rr);

/* The address in an A or AAAA record of class IN, its port 0. False, and *addr untouched, for any other. */
bool rvx__rr_addr(const struct rvx__message *message, const struct rvx__rr *rr, struct rvx_addr *addr);

/* "answer", "no data" ...: for traces. */
const char *rvx__verdict_text(enum rvx__verdict verdict);

#endif
