/* trace.h - what a lookup does, event by event
 *
 * A resolver that was given a trace callback tells it of everything a lookup decides, sends, receives and drops. The
 * numbers of a lookup (`lookup`) tell apart the ones that run at the same time; they are unique within a resolver.
 * Without a callback nothing is built and nothing is told: not being watched costs one comparison.
 */
#ifndef RESOLVX_TRACE_H
#define RESOLVX_TRACE_H

#include <stdint.h>

#include <resolvx/time.h>
#include <resolvx/version.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What happened. The fields that an event of a kind fills in stand beside it; all others are 0 and NULL. */
enum rvx_trace_kind {
    RVX_TRACE_START = 1, /* a lookup begins: name; text: what is wanted, "host ip", "records MX" */
    RVX_TRACE_ORDER,     /* text: whom to ask, "files, dns"; detail: why */
    RVX_TRACE_SOURCE,    /* text: the source that is asked */
    RVX_TRACE_STATUS,    /* text: that source; detail: its status; code: what the status carries */
    RVX_TRACE_CANDIDATE, /* name: a fully qualified name is tried */
    RVX_TRACE_CACHE,     /* name, type; text: "hit", "negative hit", "stale", "miss"; number: age in seconds */
    RVX_TRACE_JOIN,      /* name, type: waits for the answer to the same question that somebody else asked */
    RVX_TRACE_SEND,      /* name, type, server; text: "udp" or "tcp"; number: which packet of the lookup, from 1 */
    RVX_TRACE_REPLY,     /* name, type, server; text: what the reply says; number: round trip in microseconds */
    RVX_TRACE_DROP,      /* server; text: why a message did not count */
    RVX_TRACE_FAIL,      /* server, code: a socket or a connection failed, or a try timed out */
    RVX_TRACE_ADDRESS, /* text: an address of the answer; detail: the rule that placed it; number: its place, from 0 */
    RVX_TRACE_DONE     /* code; text: the source that answered; number: microseconds since START */
};

/* One event. What it points to is valid during the call only. */
struct rvx_trace_event {
    uint64_t lookup; /* which lookup, from 1 */
    rvx_time at;     /* when; rvx_now() */
    enum rvx_trace_kind kind;
    int code;           /* 0 or a negative error code */
    unsigned type;      /* a DNS record type */
    uint64_t number;    /* what it counts depends on the kind */
    const char *name;   /* a host, a service, a domain name */
    const char *server; /* "192.0.2.1:53" */
    const char *text;
    const char *detail;
};

/* Receives an event. New kinds and new fields at the end may come with a newer library.
 * Thread: called on whichever thread does the work, with no lock held; it must not call back into the library. */
typedef void (*rvx_trace_fn)(void *arg, const struct rvx_trace_event *event);

/* The name of a kind in small letters, "start", "order", ...; "unknown" for others. */
RVX_API const char *rvx_trace_kind_text(enum rvx_trace_kind kind);

#ifdef __cplusplus
}
#endif

#endif
