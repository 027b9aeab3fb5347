/* records.h - DNS records: names of addresses, aliases, name servers, texts, mail, services, HTTPS, and any other type
 *
 * Every lookup comes in two forms. The blocking one waits through the thread's waiter, until the context ends it; any
 * thread. The other, _start, runs on the caller's loop and hands its result to a callback.
 *
 *     struct rvx_mxs *mxs;
 *
 *     if (rvx_lookup_mx(resolver, "example.com", NULL, &mxs, &err) == 0) {
 *         for (size_t i = 0; i < mxs->n; i++)
 *             printf("%u %s\n", mxs->v[i].preference, mxs->v[i].host);
 *         rvx_mxs_free(mxs);
 *     }
 *
 * What all of them have in common:
 * resolver: may be NULL in the blocking calls.  ctx, err: may be NULL.  The result is set to NULL on failure.
 * loop: the caller's; outlives the operation.  deadline: 0 or RVX_FOREVER for none.  op: may be NULL; otherwise the
 * handle for rvx_op_cancel().
 * Returns: 0 with at least one item; RVX_ENOTFOUND, err->nodata telling a name without such records from no name;
 *          RVX_ETRYAGAIN, RVX_EUNAVAIL (temporary), the first also for an answer of which nothing can be used, with
 *          the reason in err->ede_text: what is malformed is no proof that there is nothing; RVX_EALIASLOOP;
 *          RVX_ENOBACKEND; RVX_ETIMEOUT; RVX_ECANCELED; -ENOMEM. A start function returns 0, or -ENOMEM, RVX_EFORKED
 *          and then there is no callback.
 * Ownership: a result is one allocation, freed with its own function, which accepts NULL; the callback receives it to
 *            be freed there. All in it lives as long as it does.
 * Records are asked of the source "dns", or of those sources of the host order that have records. Names in answers are
 * without a trailing dot, but "." for the root; records with names that are no host names are left out and counted.
 */
#ifndef RESOLVX_RECORDS_H
#define RESOLVX_RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <resolvx/addr.h>
#include <resolvx/err.h>
#include <resolvx/loop.h>
#include <resolvx/version.h>
#include <resolvx/wait.h>

#ifdef __cplusplus
extern "C" {
#endif

struct rvx_resolver;

/* What is known about a result as a whole. */
struct rvx_about {
    const char *name;         /* whose records these are: the last name of a chain of aliases */
    const char *source;       /* the backend that answered: "dns", "files", ... */
    const char *server;       /* who answered, "192.0.2.1:53"; NULL: not known */
    const char *const *chain; /* the names passed on the way, from the one asked for to the last alias */
    size_t chain_n;
    uint32_t ttl;     /* seconds the answer stays good; 0 from sources that do not say */
    unsigned dropped; /* items left out because a name in them is no host name, or they are malformed */
    bool authentic;   /* validated (DNSSEC), by a server that is trusted */
    bool cached;      /* remembered from an earlier lookup */
    bool stale;       /* ... although its time was over, as nobody could be asked */
};

struct rvx_names {
    struct rvx_about about;
    size_t n;
    const char *const *v;
};

typedef void (*rvx_names_fn)(void *arg, int result, struct rvx_names *names, const struct rvx_error *err);

RVX_API void rvx_names_free(struct rvx_names *names);

/* Finds the names of an address: in the hosts file, by DNS (PTR), from the C library, in the order for hosts.
 * addr: an IP literal; a v4-mapped one is the IPv4 address it maps.
 * Returns: as above; RVX_EADDRINVALID for another text. */
RVX_API int rvx_lookup_addr(struct rvx_resolver *resolver, const char *addr, const struct rvx_ctx *ctx,
                            struct rvx_names **names, struct rvx_error *err);
RVX_API int rvx_lookup_addr_start(struct rvx_loop *loop, struct rvx_resolver *resolver, const char *addr,
                                  rvx_time deadline, rvx_names_fn callback, void *arg, struct rvx_op **op);

/* Finds the canonical name of a host, as Go's LookupCNAME: one name. An alias (CNAME) has one in any case, another name
 * if it has addresses. The hosts file knows one too: the first on the line. */
RVX_API int rvx_lookup_cname(struct rvx_resolver *resolver, const char *host, const struct rvx_ctx *ctx,
                             struct rvx_names **names, struct rvx_error *err);
RVX_API int rvx_lookup_cname_start(struct rvx_loop *loop, struct rvx_resolver *resolver, const char *host,
                                   rvx_time deadline, rvx_names_fn callback, void *arg, struct rvx_op **op);

/* Finds the name servers of a zone, in the order received. */
RVX_API int rvx_lookup_ns(struct rvx_resolver *resolver, const char *name, const struct rvx_ctx *ctx,
                          struct rvx_names **names, struct rvx_error *err);
RVX_API int rvx_lookup_ns_start(struct rvx_loop *loop, struct rvx_resolver *resolver, const char *name,
                                rvx_time deadline, rvx_names_fn callback, void *arg, struct rvx_op **op);

/* Bytes with a NUL behind them, which may have NULs among them. */
struct rvx_bytes {
    const char *data;
    size_t len;
};

/* A TXT record. */
struct rvx_txt {
    struct rvx_bytes text;           /* its strings, joined */
    const struct rvx_bytes *strings; /* the single ones */
    size_t strings_n;
    uint32_t ttl;
};

struct rvx_txts {
    struct rvx_about about;
    size_t n;
    const struct rvx_txt *v;
};

typedef void (*rvx_txts_fn)(void *arg, int result, struct rvx_txts *txts, const struct rvx_error *err);

RVX_API void rvx_txts_free(struct rvx_txts *txts);

/* Finds the texts of a name, in the order received. */
RVX_API int rvx_lookup_txt(struct rvx_resolver *resolver, const char *name, const struct rvx_ctx *ctx,
                           struct rvx_txts **txts, struct rvx_error *err);
RVX_API int rvx_lookup_txt_start(struct rvx_loop *loop, struct rvx_resolver *resolver, const char *name,
                                 rvx_time deadline, rvx_txts_fn callback, void *arg, struct rvx_op **op);

/* A mail exchanger. */
struct rvx_mx {
    const char *host;
    uint16_t preference; /* the smaller, the better */
    uint32_t ttl;
};

struct rvx_mxs {
    struct rvx_about about;
    size_t n;
    const struct rvx_mx *v; /* by preference, equal ones in random order */
};

typedef void (*rvx_mxs_fn)(void *arg, int result, struct rvx_mxs *mxs, const struct rvx_error *err);

RVX_API void rvx_mxs_free(struct rvx_mxs *mxs);

/* Finds the mail exchangers of a domain. One that says that it takes no mail (RFC 7505) has none: RVX_ENOTFOUND. */
RVX_API int rvx_lookup_mx(struct rvx_resolver *resolver, const char *name, const struct rvx_ctx *ctx,
                          struct rvx_mxs **mxs, struct rvx_error *err);
RVX_API int rvx_lookup_mx_start(struct rvx_loop *loop, struct rvx_resolver *resolver, const char *name,
                                rvx_time deadline, rvx_mxs_fn callback, void *arg, struct rvx_op **op);

/* Where a service is. */
struct rvx_srv {
    const char *target;
    uint16_t port;
    uint16_t priority; /* the smaller, the better */
    uint16_t weight;   /* of those of one priority, how often it is to be chosen */
    uint32_t ttl;
};

struct rvx_srvs {
    struct rvx_about about;
    size_t n;
    const struct rvx_srv *v; /* in the order to try them, RFC 2782: by priority, drawn by weight */
};

typedef void (*rvx_srvs_fn)(void *arg, int result, struct rvx_srvs *srvs, const struct rvx_error *err);

RVX_API void rvx_srvs_free(struct rvx_srvs *srvs);

/* Finds the places of a service: "_SERVICE._PROTO.NAME".
 * service, proto: "ldap" and "tcp", say; both NULL or empty: `name` is taken as it is.
 * One that says that it is decidedly not available, by the target ".", has none: RVX_ENOTFOUND. */
RVX_API int rvx_lookup_srv(struct rvx_resolver *resolver, const char *service, const char *proto, const char *name,
                           const struct rvx_ctx *ctx, struct rvx_srvs **srvs, struct rvx_error *err);
RVX_API int rvx_lookup_srv_start(struct rvx_loop *loop, struct rvx_resolver *resolver, const char *service,
                                 const char *proto, const char *name, rvx_time deadline, rvx_srvs_fn callback,
                                 void *arg, struct rvx_op **op);

/* A parameter of an endpoint, as received. */
struct rvx_param {
    uint16_t key;
    const unsigned char *data;
    size_t data_len;
};

/* A way to reach an HTTPS service (RFC 9460). */
struct rvx_endpoint {
    uint16_t priority;  /* the smaller, the better; 0: an alias, look for the service at `target` */
    uint16_t port;      /* 0: not said */
    const char *target; /* "." for an alias: there is no service; otherwise the host */
    uint32_t ttl;
    bool no_default_alpn;
    bool understood;         /* all that is mandatory has a field here */
    const char *const *alpn; /* protocols, "h2", ... */
    size_t alpn_n;
    const struct rvx_addr *hints; /* addresses of the target: the IPv4 ones first */
    size_t hints_n;
    const unsigned char *ech; /* for encrypted client hello; NULL: none */
    size_t ech_len;
    const struct rvx_param *params; /* all of them, by key */
    size_t params_n;
};

struct rvx_https {
    struct rvx_about about;
    size_t n;
    const struct rvx_endpoint *v; /* by priority, equal ones in random order */
};

typedef void (*rvx_https_fn)(void *arg, int result, struct rvx_https *https, const struct rvx_error *err);

RVX_API void rvx_https_free(struct rvx_https *https);

/* Finds the endpoints of an HTTPS service. If one of the records is malformed, none counts: RVX_ETRYAGAIN. */
RVX_API int rvx_lookup_https(struct rvx_resolver *resolver, const char *name, const struct rvx_ctx *ctx,
                             struct rvx_https **https, struct rvx_error *err);
RVX_API int rvx_lookup_https_start(struct rvx_loop *loop, struct rvx_resolver *resolver, const char *name,
                                   rvx_time deadline, rvx_https_fn callback, void *arg, struct rvx_op **op);

/* A record as it stands in an answer. Names inside its data are uncompressed, so it can be read by itself. */
struct rvx_record {
    const char *name;          /* whose it is, without a trailing dot; "." for the root */
    uint16_t type;             /* 1 for A, 15 for MX, ... */
    uint16_t class_;           /* 1: IN */
    uint32_t ttl;              /* seconds it stays good */
    const unsigned char *data; /* RDATA in wire form, data_len bytes */
    size_t data_len;
    const char *text; /* the data in words, as in a zone file */
};

struct rvx_records {
    struct rvx_about about;
    size_t n;
    const struct rvx_record *v; /* in the order received */
};

typedef void (*rvx_records_fn)(void *arg, int result, struct rvx_records *records, const struct rvx_error *err);

RVX_API void rvx_records_free(struct rvx_records *records);

/* Finds the records of any type, of class IN.
 * type: 1 to 65535, but none of those that are no data: 41 (OPT) and 249 to 255.
 * Returns: as above; RVX_EOPTIONS for another type. */
RVX_API int rvx_query(struct rvx_resolver *resolver, const char *name, unsigned type, const struct rvx_ctx *ctx,
                      struct rvx_records **records, struct rvx_error *err);
RVX_API int rvx_query_start(struct rvx_loop *loop, struct rvx_resolver *resolver, const char *name, unsigned type,
                            rvx_time deadline, rvx_records_fn callback, void *arg, struct rvx_op **op);

#define RVX_TYPE_STRLEN 16 /* of the longest name of a type, with its NUL */

/* The number of a type: "MX", "TYPE65280" (RFC 3597), in any case. 0 if it is none. */
RVX_API unsigned rvx_type_parse(const char *text);

/* The name of a type, or "TYPE" and its number.  Returns: buf. */
RVX_API const char *rvx_type_text(unsigned type, char buf[RVX_TYPE_STRLEN]);

#ifdef __cplusplus
}
#endif

#endif
