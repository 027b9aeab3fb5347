/* reason.c - why a query came to nothing
 *
 * Of a query that nobody joined it is read where the query has it; only for those that wait for the query on other
 * loops it is copied, once, with a count of references.
 */
#include <config.h>

#include "resolver/reason.h"

#include <stdatomic.h>
#include <string.h>

#include "base/mem.h"

struct rvx__shared_reason {
    atomic_uint refs;
    struct rvx__reason reason; /* its text is the one below */
    char text[];
};

void rvx__reason_read(const struct rvx__ask *ask, struct rvx__reason *reason)
{
    const struct rvx__query *query = &ask->query;

    *reason = (struct rvx__reason){
        .server = query->server,
        .attempts = query->attempts,
        .rcode = query->rcode,
        .failure = query->failure,
        .verdict = query->verdict,
        .cause = query->cause,
    };
    if (ask->ede != NULL)
        reason->ede = (struct rvx__ede){true, ask->ede->code, rvx__view_of(ask->ede->text, ask->ede->len)};
}

struct rvx__shared_reason *rvx__shared_reason_new(const struct rvx__reason *reason)
{
    size_t len = reason->ede.present ? reason->ede.text.len : 0;
    struct rvx__shared_reason *shared = rvx__malloc(sizeof *shared + len);

    if (shared == NULL)
        return NULL;
    atomic_init(&shared->refs, 1);
    shared->reason = *reason;
    if (len > 0)
        memcpy(shared->text, reason->ede.text.data, len);
    shared->reason.ede.text = rvx__view_of(shared->text, len);
    return shared;
}

struct rvx__shared_reason *rvx__shared_reason_ref(struct rvx__shared_reason *shared)
{
    if (shared != NULL)
        atomic_fetch_add_explicit(&shared->refs, 1, memory_order_relaxed);
    return shared;
}

void rvx__shared_reason_unref(struct rvx__shared_reason *shared)
{
    if (shared != NULL && atomic_fetch_sub_explicit(&shared->refs, 1, memory_order_acq_rel) == 1)
        rvx__free(shared);
}

const struct rvx__reason *rvx__shared_reason_get(const struct rvx__shared_reason *shared)
{
    return shared != NULL ? &shared->reason : NULL;
}
