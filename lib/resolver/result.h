/* result.h - the one allocation that a result of records is handed out in
 *
 *     rvx__result_init(&result, lookup, sizeof *mxs, n * sizeof *v + texts)    begins with a struct rvx_about
 *     rvx__result_take(), _text(), _name()                                     cut pieces from it
 *     rvx__result_done(&result, n, items)                                      the block, or why there is none
 *
 * Errors stick: a piece that does not fit is NULL, and so is the end of it.
 */
#ifndef RVX_RESOLVER_RESULT_H
#define RVX_RESOLVER_RESULT_H

#include <resolvx/records.h>

#include "base/view.h"
#include "dns/name.h"
#include "resolver/lookup.h"

struct rvx__result {
    struct rvx_about *about; /* what the block begins with; NULL: out of memory */
    struct rvx__lookup *lookup;
    char *at, *end;
    bool failed;
};

/* head: size of the struct that the result is.  more: bytes for all else, an upper bound.  0 or -ENOMEM. */
int rvx__result_init(struct rvx__result *result, struct rvx__lookup *lookup, size_t head, size_t more);

/* A piece for pointers and numbers, zeroed. */
void *rvx__result_take(struct rvx__result *result, size_t size);

/* A copy with a NUL behind it; a name as text. */
const char *rvx__result_text(struct rvx__result *result, struct rvx__view text);
const char *rvx__result_name(struct rvx__result *result, const struct rvx__name *name);

/* 0, with the result; otherwise frees it, and RVX_EINTERNAL, or RVX_ETRYAGAIN if n is 0: there were records, none of
 * which can be used. */
int rvx__result_done(struct rvx__result *result, size_t n, void **made);

/* The data of record i. */
struct rvx__view rvx__result_data(const struct rvx__lookup *lookup, size_t i);

/* The sum of the lengths of all data. */
size_t rvx__result_bytes(const struct rvx__lookup *lookup);

/* Reads a name that fills data from `at` on. False if it does not, or is no host's name. */
bool rvx__result_read_host(struct rvx__view data, size_t at, struct rvx__name *name);

/* Says why there is no answer, in the error. */
void rvx__result_explain(struct rvx__lookup *lookup, const char *words);

/* A random number from 0 to below `n`, n at least 1; 0 if there is no randomness. */
uint32_t rvx__result_draw(const struct rvx__lookup *lookup, uint32_t n);

/* Puts n items of `size` bytes into random order. */
void rvx__result_shuffle(const struct rvx__lookup *lookup, void *v, size_t n, size_t size);

#endif
