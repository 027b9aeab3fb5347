/* reason.h - why a query came to nothing, in a little more than a code: for its lookup, and for those that joined it */
#ifndef RVX_RESOLVER_REASON_H
#define RVX_RESOLVER_REASON_H

#include <stdbool.h>
#include <stdint.h>

#include "dns/edns.h"
#include "resolver/channel.h"

struct rvx__reason {
    int server;          /* who failed last, of the view's servers */
    unsigned attempts;   /* packets that were sent */
    uint16_t rcode;      /* of the last reply; 0 without one */
    uint8_t failure;     /* what went wrong last: enum rvx__query_failure */
    uint8_t verdict;     /* of RVX__QUERY_VERDICT: enum rvx__verdict */
    int cause;           /* of RVX__QUERY_NETWORK: what the system said */
    struct rvx__ede ede; /* borrows its text */
};

/* Reads it off a query that failed.  The text is the ask's. */
void rvx__reason_read(const struct rvx__ask *ask, struct rvx__reason *reason);

/* A copy that threads may share: one allocation.  NULL: out of memory; then those who wait learn the code only. */
struct rvx__shared_reason;
struct rvx__shared_reason *rvx__shared_reason_new(const struct rvx__reason *reason);
struct rvx__shared_reason *rvx__shared_reason_ref(struct rvx__shared_reason *shared); /* may be NULL, as below */
void rvx__shared_reason_unref(struct rvx__shared_reason *shared);

/* What it holds; NULL for NULL. */
const struct rvx__reason *rvx__shared_reason_get(const struct rvx__shared_reason *shared);

#endif
