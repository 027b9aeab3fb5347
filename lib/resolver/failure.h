/* failure.h - why a source has no answer, in a little more than a code */
#ifndef RVX_RESOLVER_FAILURE_H
#define RVX_RESOLVER_FAILURE_H

#include <resolvx/backend.h>

#include "base/view.h"

/* One allocation; a copy of a struct rvx_failure. */
struct rvx__failure;

/* Copies one. NULL when out of memory: then the error says less. */
struct rvx__failure *rvx__failure_new(const struct rvx_failure *failure);
void rvx__failure_free(struct rvx__failure *failure); /* may be NULL */

/* Fills an error of the kind RVX_ERROR_LOOKUP.  err, failure: may be NULL.  Returns: code. */
int rvx__failure_report(const struct rvx__failure *failure, struct rvx_error *err, int code, struct rvx__view name);

#endif
