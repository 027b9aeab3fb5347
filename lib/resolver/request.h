/* request.h - one question to one backend */
#ifndef RVX_RESOLVER_REQUEST_H
#define RVX_RESOLVER_REQUEST_H

#include <stdbool.h>

#include <resolvx/backend.h>

#include "base/view.h"
#include "resolver/answer.h"
#include "resolver/failure.h"
#include "resolver/snapshot.h"

struct rvx__lookup_trace;

struct rvx_request {
    /* filled in by whoever asks */
    const char *name;
    union {
        const char *network;         /* hosts: "ip", "ip4", "ip6"; ports: "tcp", "udp", "ip" */
        const struct rvx_addr *addr; /* RVX_REQUEST_ADDR */
    };
    rvx_time deadline;
    struct rvx_loop *loop;                          /* NULL: on a worker, or not yet on one */
    struct rvx_resolver *resolver;                  /* borrowed */
    const struct rvx__snapshot *snapshot;           /* borrowed, or NULL */
    struct rvx__lookup_trace *trace;                /* NULL: nobody watches */
    void (*on_finish)(struct rvx_request *request); /* may be NULL */

    /* filled in by the backend's calls */
    void *state; /* the backend's own */
    struct rvx__answer answer;
    struct rvx__failure *failure; /* NULL: nothing is known but the code */
    int code;                     /* before it is finished: the first error of those calls */
    enum rvx_status status : 8;
    bool finished : 1;

    /* filled in by whoever asks; here, where it takes no room */
    bool hides_loop : 1; /* from the backend: it may not wait */
    enum rvx_request_kind kind : 8;
    uint16_t type; /* of records */
};

/* Makes a request ready to be asked once more: forgets what was answered. */
void rvx__request_reset(struct rvx_request *request);

/* Gives up what the request holds. */
void rvx__request_fini(struct rvx_request *request);

/* The code a status stands for. */
int rvx__status_code(enum rvx_request_kind kind, enum rvx_status status);

/* "SUCCESS", ... */
const char *rvx__status_text(enum rvx_status status);

/* Which addresses a request for a host wants: '4', '6', or '\0' for both. */
char rvx__request_family(const struct rvx_request *request);

/* The protocols to look for in turn: for "tcp" or "udp" that one, otherwise "tcp", then "udp".
 * i: from 0.  False: there is no i-th. */
bool rvx__protocol_at(const char *network, unsigned i, struct rvx__view *protocol);

#endif
