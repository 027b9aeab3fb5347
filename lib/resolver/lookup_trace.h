/* lookup_trace.h - what a lookup tells those who watch: the log, and the trace callback */
#ifndef RVX_RESOLVER_LOOKUP_TRACE_H
#define RVX_RESOLVER_LOOKUP_TRACE_H

#include "resolver/request.h"
#include "resolver/resolver.h"

/* Which lookup it is, for the trace; kept only for those that are watched. */
struct rvx__lookup_trace {
    uint64_t id;
    rvx_time started;
};

/* A lookup begins: its plan is made.  request->trace is set, if anybody watches. */
void rvx__lookup_trace_start(struct rvx_request *request, const struct rvx__plan *plan);

/* A source is asked. */
void rvx__lookup_trace_source(const struct rvx_request *request, const char *source);

/* The source has finished its request. */
void rvx__lookup_trace_status(const struct rvx_request *request, const char *source);

/* The lookup is over.  source: who answered, or NULL. */
void rvx__lookup_trace_done(const struct rvx_request *request, int code, const char *source);

#endif
