/* backend.h - sources of answers that plug into a resolver
 *
 * A backend answers requests: "the addresses of this host". Each request is answered once, with one of four statuses,
 * those of nsswitch.conf(5), so that "[NOTFOUND=return]" means the same for a built-in, a plug-in and a module of the C
 * library. The built-in backends "files", "builtin", "libc" and "localhost" are written against this header and nothing
 * more.
 *
 *     static void start(void *backend, struct rvx_request *request)
 *     {
 *         ... rvx_request_add_addr(request, &addr) ...
 *         rvx_request_finish(request, RVX_STATUS_SUCCESS, 0);
 *     }
 *
 *     static const struct rvx_backend_ops ops = {
 *         .abi = RVX_BACKEND_ABI, .name = "example", .caps = RVX_BACKEND_HOST, .start = start,
 *     };
 *
 *     rvx_resolver_backend(resolver, &ops, NULL, &err);       and then "example" in an order
 */
#ifndef RESOLVX_BACKEND_H
#define RESOLVX_BACKEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <resolvx/addr.h>
#include <resolvx/err.h>
#include <resolvx/loop.h>
#include <resolvx/records.h>
#include <resolvx/resolver.h>
#include <resolvx/version.h>

#ifdef __cplusplus
extern "C" {
#endif

#define RVX_BACKEND_ABI 1u

/* How a request ended; nsswitch.conf(5). */
enum rvx_status {
    RVX_STATUS_SUCCESS = 0, /* answered */
    RVX_STATUS_NOTFOUND,    /* the source works and has no such entry */
    RVX_STATUS_UNAVAIL,     /* the source is not there, or not set up */
    RVX_STATUS_TRYAGAIN     /* the source is busy or failed for now */
};

/* What a backend can do. */
enum rvx_backend_caps {
    RVX_BACKEND_HOST = 1u << 0,    /* answers RVX_REQUEST_HOST */
    RVX_BACKEND_PORT = 1u << 1,    /* answers RVX_REQUEST_PORT */
    RVX_BACKEND_ADDR = 1u << 2,    /* answers RVX_REQUEST_ADDR */
    RVX_BACKEND_RECORDS = 1u << 3, /* answers RVX_REQUEST_RECORDS */
    RVX_BACKEND_BLOCKS = 1u << 8,  /* start() may block: it is called on a worker thread, finishes before returning */
    RVX_BACKEND_AT_ONCE = 1u << 9  /* start() never waits and finishes before it returns: no loop is made for it */
};

enum rvx_request_kind {
    RVX_REQUEST_HOST,   /* name -> addresses */
    RVX_REQUEST_PORT,   /* service name and network -> port */
    RVX_REQUEST_ADDR,   /* address -> names */
    RVX_REQUEST_RECORDS /* name and type -> DNS records */
};

/* Where an answer comes from. */
enum rvx_origin {
    RVX_ORIGIN_AUTHENTIC = 1u << 0, /* validated (DNSSEC), by somebody who is trusted */
    RVX_ORIGIN_CACHED = 1u << 1,    /* remembered from an earlier question */
    RVX_ORIGIN_STALE = 1u << 2      /* its time was over: nobody could be asked */
};

/* Why there is no answer, for the error that the user gets. Zero means not known everywhere. */
struct rvx_failure {
    size_t size;          /* sizeof(struct rvx_failure) */
    const char *server;   /* who said so, or who was asked last: "192.0.2.1:53" */
    unsigned attempts;    /* how often servers were asked */
    uint16_t rcode;       /* DNS response code */
    bool nodata;          /* the name exists, but not with what was asked for */
    bool has_ede;         /* there is an extended error (RFC 8914): */
    uint16_t ede;         /* its code */
    const char *ede_text; /* its words */
};

#define RVX_FAILURE_INIT { .size = sizeof(struct rvx_failure) }

struct rvx_request;

/* A backend. Static and constant; the resolver borrows it for its life.
 *
 * A backend without RVX_BACKEND_BLOCKS is called on the thread that runs the lookup: it never blocks, and finishes the
 * request inside start() or later on that thread, from an operation on rvx_request_loop(). */
struct rvx_backend_ops {
    unsigned abi;     /* RVX_BACKEND_ABI */
    const char *name; /* REQUIRED: the word in an order; lower-case letters, digits, '-' and '_' */
    unsigned caps;    /* enum rvx_backend_caps */

    /* Optional. Called once, when the backend is registered. arg: as given to rvx_resolver_backend(). backend: receives
     * the handle for the other slots; `arg` itself when this slot is NULL. Returns 0, or a code that refuses
     * registration. */
    int (*open)(void *arg, void **backend, struct rvx_error *err);

    /* Optional, for backends that may finish later. Answers without waiting if it can, from a cache say, and finishes
     * the request. False: it could not, added nothing, and start() is called then. There is no loop yet, and for a
     * blocking lookup that is answered here none is made. */
    bool (*answer)(void *backend, struct rvx_request *request);

    /* REQUIRED. Begins answering. The request is valid until it is finished or cancelled. */
    void (*start)(void *backend, struct rvx_request *request);

    /* Optional; REQUIRED for backends that finish later. The request is no longer wanted: stop its operations and
     * forget it; it must not be finished. Not called with RVX_BACKEND_BLOCKS: a late answer is dropped by the
     * resolver. */
    void (*cancel)(void *backend, struct rvx_request *request);

    /* Optional. The resolver is gone and no request is left. Called once, on any thread. */
    void (*close)(void *backend);
};

/* Registers a backend under its name; a later one with the same name replaces the earlier for later lookups. That
 * includes the built-in names.
 * resolver, ops: not NULL.  arg: handed to ops->open().
 * Returns: 0; RVX_EOPTIONS for another ABI, a missing slot or a bad name; -ENOMEM; what ops->open() returned.
 * Thread: any; best before the first lookup. */
RVX_API int rvx_resolver_backend(struct rvx_resolver *resolver, const struct rvx_backend_ops *ops, void *arg,
                                 struct rvx_error *err);

/* Modules. With the option module_dir of a resolver, a source that nobody answers for is looked for as
 * DIR/resolvx_NAME.so. That shared object defines
 *
 *     const struct rvx_backend_ops rvx_backend_module = { .abi = RVX_BACKEND_ABI, .name = "NAME", ... };
 *
 * whose open() gets NULL for its `arg`. It is loaded by the first lookup that sees the name, and stays loaded. */

/* What is asked. Texts are valid as long as the request. Thread: where start() runs. */
RVX_API enum rvx_request_kind rvx_request_kind(const struct rvx_request *request);
RVX_API const char *rvx_request_name(const struct rvx_request *request);    /* what is looked up, as it was typed */
RVX_API const char *rvx_request_network(const struct rvx_request *request); /* "ip", "ip4", "ip6"; "tcp", "udp", "ip" */
RVX_API unsigned rvx_request_type(const struct rvx_request *request);       /* of records; 0 for other requests */
RVX_API rvx_time rvx_request_deadline(const struct rvx_request *request);   /* absolute; RVX_FOREVER: none */

/* The address whose names are wanted, never v4-mapped; NULL for other requests. */
RVX_API const struct rvx_addr *rvx_request_addr(const struct rvx_request *request);

/* A pointer of the backend's own that goes with the request, NULL at first: what cancel() needs to find its work. */
RVX_API void rvx_request_set_state(struct rvx_request *request, void *state);
RVX_API void *rvx_request_state(const struct rvx_request *request);

/* The loop that the lookup runs on, to start operations on; NULL for a backend that blocks or finishes at once. */
RVX_API struct rvx_loop *rvx_request_loop(const struct rvx_request *request);

/* Answers from the hosts file of the request's snapshot, or the services file: adds what is found.
 * Returns: the status to finish with; nothing is finished yet. */
RVX_API enum rvx_status rvx_request_answer_files(struct rvx_request *request);

/* Likewise from the built-in table of services; a host is never there. */
RVX_API enum rvx_status rvx_request_answer_builtin(struct rvx_request *request);

/* What the built-in backend "dns" is made of, for one that puts something around it: the three slots answer, start and
 * cancel for a host, an address or records. They finish the request, and use its state (rvx_request_state()).
 * rvx_request_answer_dns: from the cache. False: it does not have all of the answer; rvx_request_start_dns() is next.
 * rvx_request_start_dns: asks servers, on rvx_request_loop(); finishes with UNAVAIL where that is NULL.
 * rvx_request_cancel_dns: stops that. */
RVX_API bool rvx_request_answer_dns(struct rvx_request *request);
RVX_API void rvx_request_start_dns(struct rvx_request *request);
RVX_API void rvx_request_cancel_dns(struct rvx_request *request);

/* Adds an address to the answer; families that the request did not ask for are ignored, and so are addresses that are
 * there already. The port does not matter, and a v4-mapped address is the IPv4 address it maps.
 * Returns: 0; -ENOMEM or RVX_ELIMIT, which rvx_request_finish() then reports by itself. */
RVX_API int rvx_request_add_addr(struct rvx_request *request, const struct rvx_addr *addr);

/* Adds a name to the answer of a RVX_REQUEST_ADDR: copied, without a trailing dot. What is no host name is left out and
 * counted; what is there already is left out.
 * Returns: 0; -ENOMEM or RVX_ELIMIT, reported as above. */
RVX_API int rvx_request_add_name(struct rvx_request *request, const char *name);

/* Adds a record to the answer of a RVX_REQUEST_RECORDS: copied; record->text is not looked at. Its TTL counts as with
 * rvx_request_set_ttl().
 * Returns: 0; -ENOMEM or RVX_ELIMIT, reported as above. */
RVX_API int rvx_request_add_record(struct rvx_request *request, const struct rvx_record *record);

/* Adds a name that the answer passed on its way from the name asked for (CNAME), in this order.
 * Returns: 0; -ENOMEM or RVX_ELIMIT, reported as above. */
RVX_API int rvx_request_add_alias(struct rvx_request *request, const char *name);

/* Says how many seconds the answer stays good; of several calls the smallest counts. */
RVX_API void rvx_request_set_ttl(struct rvx_request *request, uint32_t seconds);

/* Says where the answer comes from.  server: copied; may be NULL.  flags: enum rvx_origin.
 * Returns: 0 or -ENOMEM, reported as above. */
RVX_API int rvx_request_set_origin(struct rvx_request *request, const char *server, unsigned flags);

/* Says why there is no answer. Texts are copied, cut where they are too long. Counts if the request is then finished
 * without success. */
RVX_API void rvx_request_set_failure(struct rvx_request *request, const struct rvx_failure *failure);

/* Sets the canonical name: copied, without a trailing dot; NULL leaves it unknown.
 * Returns: 0 or -ENOMEM, reported as above. */
RVX_API int rvx_request_set_canonical(struct rvx_request *request, const char *name);

/* Sets the port of a RVX_REQUEST_PORT answer; ignored for other requests. */
RVX_API void rvx_request_set_port(struct rvx_request *request, uint16_t port);

/* Ends the request; it must not be touched afterwards. A SUCCESS without any answer is a NOTFOUND,
 * or a TRYAGAIN if names were left out.
 * code: for other statuses, what the user shall be told should no other source answer: RVX_ENOTFOUND, RVX_ETRYAGAIN,
 *       -EMFILE, ...; 0 for the status's own. */
RVX_API void rvx_request_finish(struct rvx_request *request, enum rvx_status status, int code);

#ifdef __cplusplus
}
#endif

#endif
