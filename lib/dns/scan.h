/* scan.h - checking the names and the RDATA of a message that nobody trusts yet: the gate's tools */
#ifndef RVX_DNS_SCAN_H
#define RVX_DNS_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/view.h"
#include "dns/gate.h"

#define RVX__SCAN_HOPS_MAX 126 /* pointers in one name */

struct rvx__scan {
    struct rvx__view bytes;
    size_t hops_left; /* pointers that may still be followed in this message */
    size_t cost;      /* bytes that ldns would allocate for it so far, estimated from above */
    size_t txt_cost;  /* ... for TXT records */
    size_t name_len;  /* of the last name checked, without compression */
    size_t first_len; /* of the name at byte 12, once that was checked; 0 before */
    uint32_t steps;   /* labels, pointers and fields so far */
    unsigned txts;    /* strings of TXT records so far */
    bool long_txt;    /* one of them has more than ldns can count */
};

/* Checks the name at `at`, of which what is not behind a pointer ends by `end`.
 * Returns where it ends, or 0. */
size_t rvx__scan_name(struct rvx__scan *scan, size_t at, size_t end, bool compressed);

/* Checks `len` bytes of RDATA, all of them there.
 * Returns RVX__GATE_OK, RVX__GATE_RDATA or RVX__GATE_LIMIT. */
enum rvx__gate_fault rvx__scan_rdata(struct rvx__scan *scan, uint16_t type, size_t at, size_t len);

#endif
