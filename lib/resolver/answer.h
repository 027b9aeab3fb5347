/* answer.h - what sources have answered so far, and the one allocation it is handed out in */
#ifndef RVX_RESOLVER_ANSWER_H
#define RVX_RESOLVER_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <resolvx/resolver.h>

#include "base/view.h"

#define RVX__ANSWER_ADDRS_MAX 1024

/* Zeroed storage is an empty answer. */
struct rvx__answer {
    struct rvx_addr *addrs;
    size_t n;
    size_t cap;
    char *canonical; /* NULL: not known */
    uint16_t port;
    bool has_port;
};

void rvx__answer_fini(struct rvx__answer *answer); /* leaves it empty */

/* Is there nothing in it that somebody asked for? */
bool rvx__answer_is_empty(const struct rvx__answer *answer);

/* Adds an address, unless it is there already.  Returns: 0; -ENOMEM; RVX_ELIMIT. */
int rvx__answer_add(struct rvx__answer *answer, const struct rvx_addr *addr);

/* Sets the canonical name, without a trailing dot.  Returns: 0; -ENOMEM. */
int rvx__answer_set_canonical(struct rvx__answer *answer, struct rvx__view name);

/* Puts what `from` has behind what `answer` has, and empties `from`.  Returns: as rvx__answer_add(). */
int rvx__answer_merge(struct rvx__answer *answer, struct rvx__answer *from);

/* Makes a result.  canonical: may be NULL.  Returns: 0; -ENOMEM. */
int rvx__addrs_new(const struct rvx_addr *v, size_t n, const char *canonical, const char *source,
                   struct rvx_addrs **addrs);

#endif
