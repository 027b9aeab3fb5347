/* dns_collect.h - from an answer in wire form to what a request is answered with */
#ifndef RVX_RESOLVER_DNS_COLLECT_H
#define RVX_RESOLVER_DNS_COLLECT_H

#include <stdbool.h>
#include <stdint.h>

#include <resolvx/backend.h>

#include "dns/host.h"
#include "resolver/dnsview.h"
#include "resolver/question.h"

/* What the answers that were used have in common, so far. */
struct rvx__dns_origin {
    uint8_t server; /* of the first one */
    bool known;     /* there was one; all of the following are false without */
    bool all_ad;    /* every one was validated, by a server that is trusted */
    bool all_cached;
    bool any_stale;
};

/* Adds the aliases that an answer passed, and limits the TTL by it. */
void rvx__dns_collect_chain(struct rvx_request *request, const struct rvx__question *question,
                            const struct rvx__outcome *outcome);

/* Adds the aliases that an answer without records passed, and where they lead as the canonical name.  False: the name
 * is no alias. */
bool rvx__dns_collect_alias(struct rvx_request *request, const struct rvx__question *question,
                            const struct rvx__outcome *outcome);

/* Adds the addresses, names or records of an answer, and the canonical name. */
void rvx__dns_collect_answer(struct rvx_request *request, const struct rvx__question *question,
                             const struct rvx__outcome *outcome);

/* Forgets the aliases of a name that led to nothing, as another name is tried. */
void rvx__dns_forget_chain(struct rvx_request *request);

void rvx__dns_note_origin(struct rvx__dns_origin *origin, const struct rvx__dns_view *view,
                          const struct rvx__outcome *outcome);
void rvx__dns_set_origin(struct rvx_request *request, const struct rvx__dns_view *view,
                         const struct rvx__dns_origin *origin);

/* Keeps what the error shall tell of an outcome.  attempts: packets of the lookup so far. */
void rvx__dns_set_failure(struct rvx_request *request, const struct rvx__dns_view *view,
                          const struct rvx__outcome *outcome, unsigned attempts);

#endif
