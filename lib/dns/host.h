/* host.h - one lookup: the names to try, one or two types of each, aliases followed, errors weighed
 *
 * A machine as query.h's; its network is whoever answers single questions: cache, joined queries, a query of its own.
 *
 *     rvx__host_start()
 *     rvx__host_answered()   question i was answered, or failed; tells what the answer is good for
 *
 *     while (rvx__host_next(&host, &action))
 *         ASK    find the answer to action.question for i
 *         DROP   the answer to i is not wanted any more
 *         DONE   host->code says how it went; the last action
 *
 * Records are usable as soon as rvx__host_answered() says TAKE, before DONE: one family need not wait for the other.
 * With opts->strict they must wait: a temporary failure of the other type takes them back.
 *
 * No name is kept in here, to keep it small: a question's name is in the action, and the driver keeps what it needs.
 * Nor is there room for what only a few lookups do: an alias that leads out of its answer is followed in a trail, which
 * the driver brings along.
 */
#ifndef RVX_DNS_HOST_H
#define RVX_DNS_HOST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/view.h"
#include "dns/classify.h"
#include "dns/match.h"
#include "dns/name.h"
#include "dns/search.h"

#define RVX__HOST_TYPES_MAX 2
#define RVX__HOST_RESTARTS_MAX 8

/* Borrowed until DONE. */
struct rvx__host_opts {
    struct rvx__search_opts search;
    bool one_after_the_other; /* single-request: the second type is asked when the first is settled */
    bool strict;              /* strict-error: a temporary failure ends the lookup, whatever else was found */
};

/* Aliases that are followed, for one of the types; need not be zeroed. */
struct rvx__host_trail {
    uint32_t seen[RVX__HOST_RESTARTS_MAX + 1]; /* hashes of the names asked */
    struct rvx__name target;                   /* the name to ask for next, or that is asked for */
};

enum rvx__host_state {
    RVX__HOST_ASKING,
    RVX__HOST_ENDING,
    RVX__HOST_FINISHED /* DONE was handed out */
};

struct rvx__host {
    const struct rvx__host_opts *opts;
    struct rvx__search search; /* inside: gives the current name next */

    /* Set by the driver, at the latest before it tells of an alias; borrowed. NULL: it cannot be followed (-ENOMEM). */
    struct rvx__host_trail *trails[RVX__HOST_TYPES_MAX];

    uint16_t types[RVX__HOST_TYPES_MAX];
    uint8_t types_n;
    uint8_t hops[RVX__HOST_TYPES_MAX];   /* inside: restarts */
    uint8_t phases[RVX__HOST_TYPES_MAX]; /* inside */
    uint8_t drop;                        /* inside: bits of questions to hand out as DROP */
    uint8_t state;                       /* enum rvx__host_state */
    bool wire;                           /* inside: `search.text` is a name in wire form */
    bool spent;                          /* inside: no packets are left for further names */
    bool typed;                          /* inside: `code` is of the name as typed */

    /* The result, when DONE. */
    int code;    /* 0: all that was TAKEn. RVX_ENOTFOUND. RVX_EALIASLOOP. Else as told by a driver: temporary */
    bool found;  /* something was TAKEn, also before DONE */
    bool nodata; /* of RVX_ENOTFOUND: a name exists, but has no record of these types */
};

struct rvx__host_action {
    enum { RVX__HOST_NONE, RVX__HOST_ASK, RVX__HOST_DROP, RVX__HOST_DONE } kind;
    unsigned i;                    /* of ASK and DROP: which of the types */
    bool restart;                  /* of ASK: the name is the target of an alias; ask the server that gave it first */
    struct rvx__question question; /* of ASK; its name lies in `name` below, so copy it before the action goes */
    struct rvx__name name;
};

/* What an answer is good for. */
enum rvx__host_use {
    RVX__HOST_IGNORE,
    RVX__HOST_TAKE,   /* its records and aliases are part of the result */
    RVX__HOST_FOLLOW, /* its aliases are, if in the end something is found for them */
    RVX__HOST_BLAME   /* if the lookup fails, it is with this: keep what the error shall tell */
};

/* Begins a lookup of a name as typed, over the search list.
 * text: borrowed until DONE.  types: one or two. */
void rvx__host_start(struct rvx__host *host, const struct rvx__host_opts *opts, struct rvx__view text,
                     const uint16_t *types, unsigned types_n);

/* Begins a lookup of just one name: in wire form, and borrowed until DONE. Any bytes may be in it. */
void rvx__host_start_name(struct rvx__host *host, const struct rvx__host_opts *opts, struct rvx__view wire,
                          const uint16_t *types, unsigned types_n);

/* Question i was answered.  code: 0 and a finding, or why there is none.
 * finding: borrowed for the call. */
enum rvx__host_use rvx__host_answered(struct rvx__host *host, unsigned i, int code,
                                      const struct rvx__finding *finding);

/* Takes the next action. False, and kind NONE: wait, or after DONE, nothing is left. */
bool rvx__host_next(struct rvx__host *host, struct rvx__host_action *action);

#endif
