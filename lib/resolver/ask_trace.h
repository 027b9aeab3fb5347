/* ask_trace.h - what an ask tells those who watch lookups; nothing if nobody does */
#ifndef RVX_RESOLVER_ASK_TRACE_H
#define RVX_RESOLVER_ASK_TRACE_H

#include "dns/query.h"
#include "resolver/channel.h"

/* A message goes out. */
void rvx__ask_trace_send(const struct rvx__ask *ask, const struct rvx__query_action *action);

/* One came in: it counts, or why it does not. */
void rvx__ask_trace_reply(const struct rvx__ask *ask, unsigned slot, const struct rvx__query_report *report,
                          rvx_time now);

/* A message came to the ask's socket whose id no query there ever had: a guess, or a very late one. */
void rvx__ask_trace_stranger(const struct rvx__ask *ask, unsigned server);

/* A socket, a connection or a try failed. */
void rvx__ask_trace_failure(const struct rvx__ask *ask, unsigned server, int code);

#endif
