/* trace.h - what lookups do, as a timeline that one can look at */
#ifndef RESOLVX_LOOKUP_TRACE_H
#define RESOLVX_LOOKUP_TRACE_H

#include <stdbool.h>
#include <stdio.h>

#include <resolvx/trace.h>

struct timeline;

/* Collects the events of every lookup; each is drawn once it is done.
 * out: where it is drawn.  colour: with escapes of ECMA-48.
 * Returns: NULL without memory. */
struct timeline *timeline_new(FILE *out, bool colour);

/* The hook for struct rvx_resolver_opts; arg is the timeline.  Thread: any. */
void timeline_note(void *arg, const struct rvx_trace_event *event);

void timeline_free(struct timeline *timeline); /* may be NULL; what never ended is drawn as far as it came */

/* Is a stream a terminal that wants colours?  Follows: no-color.org. */
bool colour_wanted(FILE *stream);

#endif
