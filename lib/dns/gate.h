/* gate.h - the one door for messages: what fails here is not looked at again, and never reaches ldns
 *
 * One walk over the bytes, without an allocation, in work bounded by the message's length. It holds a message to:
 *
 *   - the counts of the header fit into the bytes that are there; at most one question
 *   - names: no label above 63 bytes, no name above 255; pointers go strictly backwards: what they lead to begins and
 *     ends below the name, or the part of it, that they stand in, and not in the header; at most 126 for one name, and
 *     all together at most as many as the message has bytes; in RDATA only in the types of RFC 1035 (RFC 3597)
 *   - RDATA of every type that an RFC defines is well-formed and ends exactly where its length says
 *   - at most one OPT, in the additional section, owned by the root, its options not running over
 *   - no TSIG and no SIG(0): we never sign, so nobody has reason to sign to us
 *   - the walk has an end, RVX__GATE_STEPS_MAX, that no message of 64 KB needs to reach
 *   - what parsing by ldns 1.8 would allocate is below 1 MiB: it takes RDLENGTH bytes for every field of a record
 *   - but large sets of TXT, which need no ldns to be read, pass with a mark that keeps them from it, `ours_only`
 *
 * Bytes behind the last record are ignored, and so are bits without a meaning.
 */
#ifndef RVX_DNS_GATE_H
#define RVX_DNS_GATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/view.h"
#include "dns/wire.h"

#define RVX__GATE_RECORDS_MAX 4000
#define RVX__GATE_STRINGS_MAX 255            /* in one record; ldns counts fields in eight bits */
#define RVX__GATE_TXT_STRINGS_MAX 8000       /* in all TXT records together */
#define RVX__GATE_COST_MAX ((size_t)1 << 20) /* bytes that ldns would allocate, estimated from above */
#define RVX__GATE_STEPS_MAX 400000           /* labels, pointers, fields and options looked at */

enum rvx__gate_fault {
    RVX__GATE_OK = 0,
    RVX__GATE_SHORT,  /* ends before it should */
    RVX__GATE_COUNTS, /* more records than the bytes can hold, or two questions */
    RVX__GATE_NAME,
    RVX__GATE_RDATA,
    RVX__GATE_OPT,
    RVX__GATE_TSIG,
    RVX__GATE_LIMIT /* well-formed, but nothing we want to work on */
};

enum rvx__dns_section { RVX__DNS_QUESTION, RVX__DNS_ANSWER, RVX__DNS_AUTHORITY, RVX__DNS_ADDITIONAL };

/* A message that passed. Borrows the bytes. */
struct rvx__message {
    struct rvx__view bytes; /* without what stands behind the last record */
    uint16_t id, flags;
    uint16_t rcode;    /* with the upper bits of OPT */
    uint16_t count[4]; /* of questions and of records, by section */
    size_t at[4];      /* where each section begins */
    size_t end;        /* where the last one ends: bytes.len */
    bool ours_only; /* not for ldns: it would cost too much there, or be read wrongly */
    bool has_opt;
    uint8_t edns_version;
    uint16_t udp_size, edns_flags;
    struct rvx__view options; /* of OPT */
    uint32_t steps;           /* the work of the gate */
};

/* A record, by offsets into the message. */
struct rvx__rr {
    size_t owner, rdata;
    uint32_t ttl; /* seconds; with the top bit set it is 0 (RFC 2181 section 8) */
    uint16_t type, class_, rdata_len;
};

/* Checks a message. Returns what is wrong with it; of *message only steps is filled in unless that is
 * RVX__GATE_OK. */
enum rvx__gate_fault rvx__gate_check(struct rvx__view bytes, struct rvx__message *message);

const char *rvx__gate_fault_text(enum rvx__gate_fault fault);

/* Walks the records of a section, OPT among them: *at is 0 to begin. False at the end, and for the question section. */
bool rvx__message_next(const struct rvx__message *message, enum rvx__dns_section section, size_t *at,
                       struct rvx__rr *rr);

#endif
