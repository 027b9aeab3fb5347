/* resolver.h - from names to addresses and ports
 *
 * A resolver holds what lookups share: where the configuration files are, what was read from them, which backends
 * answer in which order. It is thread-safe and reference-counted; make one and use it everywhere. NULL in its place is
 * allowed in every call and means a resolver with default options made for that call alone: right for a program that
 * looks up one thing, wasteful for one that looks up many.
 *
 * Configuration is read when it is first needed, kept as an immutable snapshot, and read again when it changes: a
 * lookup hears of that through inotify(7) within 50 ms, and where that does not see it, by a look every 5 seconds. A
 * lookup uses the snapshot it started with and never waits for a reload.
 */
#ifndef RESOLVX_RESOLVER_H
#define RESOLVX_RESOLVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <resolvx/addr.h>
#include <resolvx/err.h>
#include <resolvx/log.h>
#include <resolvx/loop.h>
#include <resolvx/trace.h>
#include <resolvx/version.h>
#include <resolvx/wait.h>

#ifdef __cplusplus
extern "C" {
#endif

struct rvx_resolver;

/* How DNS is asked, where it is not as resolv.conf says. */
enum rvx_dns_flags {
    RVX_DNS_TCP = 1u << 0,            /* over TCP only */
    RVX_DNS_NO_EDNS = 1u << 1,        /* without EDNS */
    RVX_DNS_NO_0X20 = 1u << 2,        /* without random case in names */
    RVX_DNS_NO_COOKIES = 1u << 3,     /* without DNS cookies */
    RVX_DNS_TRUST_AD = 1u << 4,       /* every server is trusted to have validated what it says it has */
    RVX_DNS_ROTATE = 1u << 5,         /* begin with another server each time */
    RVX_DNS_SINGLE_REQUEST = 1u << 6, /* ask for IPv6 addresses after those of IPv4, not at the same time */
    RVX_DNS_NO_AAAA = 1u << 7,        /* never ask for IPv6 addresses */
    RVX_DNS_STRICT = 1u << 8          /* fail for now if one of several questions of a lookup did */
};

#define RVX_CACHE_OFF ((size_t)-1)

/* Options; zero means default everywhere. All texts are copied. */
struct rvx_resolver_opts {
    size_t size; /* sizeof(struct rvx_resolver_opts) */

    const char *etc_dir;       /* where the files below are looked for; default "/etc" */
    const char *hosts_path;    /* default: "hosts" in etc_dir; likewise the others */
    const char *services_path; /* "services" */
    const char *nsswitch_path; /* "nsswitch.conf" */
    const char *db_dir;        /* where libc looks for the tables of the source "db"; default: _PATH_VARDB */

    /* Sources in the order they are asked, separated by commas, instead of what nsswitch.conf says. The next one is
     * asked whenever one has no answer.
     * Hosts: files, dns, libc, myhostname, localhost, and backends of the program's own (see backend.h).
     * Services: files, builtin, libc, and likewise. */
    const char *host_order;
    const char *service_order;

    rvx_log_fn log; /* default: nowhere */
    void *log_arg;
    enum rvx_log_level log_level; /* default RVX_LOG_WARNING when `log` is set */

    /* Threads for backends that block; created only when needed. Default 16; never more than open files (RLIMIT_NOFILE)
     * leave room for, each being a possible query of libc's. */
    unsigned workers_max;

    rvx_trace_fn trace; /* told of everything a lookup does; default: nobody */
    void *trace_arg;

    const char *resolv_path; /* "resolv.conf" in etc_dir */
    const char *gai_path;    /* "gai.conf" in etc_dir */

    /* The following stand in the place of what resolv.conf and the environment variables RES_OPTIONS and LOCALDOMAIN
     * say; 0 and NULL leave it to them. */
    const char *servers;     /* at most 16: "192.0.2.1,[2001:db8::1]:5353" */
    const char *search;      /* domains, "a.example,b.example"; "." for none */
    unsigned dns_flags;      /* enum rvx_dns_flags; these add to resolv.conf's */
    unsigned ndots_plus_one; /* 1 to 16: dots (and one) from which on a name is tried as it is first */
    unsigned attempts;       /* rounds over the servers, at most 100 */
    rvx_time timeout;        /* how long a server has for its answer in the first round, at most RVX_SECONDS(300) */

    unsigned packets_max; /* queries that one lookup may send; default 64 */
    size_t cache_max;     /* memory for answers, in bytes; default 4 MiB; RVX_CACHE_OFF for none */
    rvx_time stale_for;   /* how long past its time an answer may be used if no server answers (RFC 8767); default 0 */

    /* A directory of modules: a source in an order or in nsswitch.conf that nobody answers for is looked for as
     * resolvx_NAME.so there, see backend.h. Ignored in set-uid programs. Default: none is looked for. */
    const char *module_dir;
};

#define RVX_RESOLVER_OPTS_INIT { .size = sizeof(struct rvx_resolver_opts) }

/* Makes a resolver. No file is read yet.
 * The environment variable RESOLVX chooses the sources where the options leave them open: "libc" sends every lookup to
 * the C library; "dns" keeps every lookup inside this library. "+1" or "+2" behind either is reserved for tracing. The
 * variable is ignored in set-uid programs, as are RES_OPTIONS and LOCALDOMAIN, which add to resolv.conf as
 * resolv.conf(5) says.
 * opts: may be NULL.  resolver: not NULL; set to NULL on failure.  err: may be NULL.
 * Returns: 0; -ENOMEM; RVX_EOPTIONS for options of a newer header, for an order that is no list of names, and for
 *          values out of their range. That a name in an order is unknown shows at the first lookup, as backends may be
 *          registered until then.
 * Ownership: one reference, given up with rvx_resolver_free(). */
RVX_API int rvx_resolver_new(const struct rvx_resolver_opts *opts, struct rvx_resolver **resolver,
                             struct rvx_error *err);

/* Takes one more reference.  resolver: may be NULL.  Returns: resolver.  Thread: any. */
RVX_API struct rvx_resolver *rvx_resolver_ref(struct rvx_resolver *resolver);

/* Gives a reference up; the last one frees the resolver. Lookups that still run on it go on undisturbed.
 * resolver: may be NULL.  Thread: any.  Callback: allowed inside any. */
RVX_API void rvx_resolver_free(struct rvx_resolver *resolver);

/* What a resolver has done since it was made. */
struct rvx_resolver_stats {
    size_t size; /* sizeof(struct rvx_resolver_stats) */

    uint64_t lookups;             /* lookups begun, of any kind */
    uint64_t queries;             /* DNS messages sent, over UDP and TCP */
    uint64_t replies;             /* DNS messages that were accepted as answers */
    uint64_t tcp;                 /* of the queries, those over TCP */
    uint64_t retries;             /* of the queries, those that repeat a question */
    uint64_t timeouts;            /* tries that nobody answered in time */
    uint64_t hedges;              /* of the retries, those sent while the first try could still be answered */
    uint64_t near_misses;         /* messages that looked like an answer and were none: id, name or port was wrong */
    uint64_t broken;              /* messages that matched and were malformed */
    uint64_t off_chain;           /* records left out because they do not belong to the question */
    uint64_t cache_hits;          /* questions answered by the cache */
    uint64_t cache_negative_hits; /* ... with "there is none" */
    uint64_t cache_stale;         /* ... with an answer past its time, as no server gave a newer one */
    uint64_t cache_misses;        /* questions the cache could not answer */
    uint64_t merged;              /* questions that waited for the same one asked by another lookup */
    uint64_t reloads;             /* configuration files read again because they changed */
    uint64_t cache_bytes;         /* memory of the cache now */
    uint64_t cache_entries;       /* answers in it now */
};

#define RVX_RESOLVER_STATS_INIT { .size = sizeof(struct rvx_resolver_stats) }

/* Reads the counters. They are read one by one while lookups may run.
 * resolver: not NULL.  stats: not NULL, with `size` set.
 * Returns: 0; RVX_EOPTIONS for a `size` that is none.
 * Thread: any. */
RVX_API int rvx_resolver_stats(struct rvx_resolver *resolver, struct rvx_resolver_stats *stats);

/* Forgets DNS answers: those about a name and about all names below it.
 * name: NULL for everything. What is no domain name has no answers.
 * Thread: any. Lookups that are under way may still bring an older answer. */
RVX_API void rvx_resolver_flush(struct rvx_resolver *resolver, const char *name);

/* Finds the port of a service.
 * resolver: may be NULL.
 * network: "tcp", "tcp4", "tcp6", "udp", "udp4", "udp6"; "ip" or "" for any, tcp before udp.
 * service: a number from 0 to 65535, one sign in front allowed; a service name in any case; empty for port 0. With a
 *          number or the empty text the network is not looked at, as in Go.
 * ctx: may be NULL; for a name only: its deadline matters when the C library is asked.
 * port: not NULL; host order; 0 on failure.
 * Returns: 0; RVX_EPORTINVALID; RVX_EPORTUNKNOWN; RVX_ENETUNKNOWN; RVX_ETRYAGAIN, -EMFILE and the like if a source
 *          failed and no other has the name; RVX_ENOBACKEND; RVX_ETIMEOUT; RVX_ECANCELED; -ENOMEM.
 * Order: numbers, then the sources of the services line in nsswitch.conf, by default the services file; the C library
 *        is asked for sources that are not known here. The services file and the built-in table are the fall-back of
 *        every such order. The first line of a file wins.
 * Thread: any.  Follows: services(5), Go net.Resolver.LookupPort. */
RVX_API int rvx_lookup_port(struct rvx_resolver *resolver, const char *network, const char *service,
                            const struct rvx_ctx *ctx, uint16_t *port, struct rvx_error *err);

/* One service, as a line of services(5). */
struct rvx_service {
    const char *name; /* the official name, as written */
    const char *protocol;
    const char *const *aliases; /* NULL-terminated */
    size_t aliases_n;
    uint16_t port;
    const char *source; /* "files", "builtin" or "libc" */
};

struct rvx_services {
    size_t n;
    const struct rvx_service *v;
};

/* What rvx_lookup_services() looks for; every field that is set has to match. */
struct rvx_service_query {
    size_t size;          /* sizeof(struct rvx_service_query) */
    const char *name;     /* official name or alias, any case; NULL: any */
    const char *protocol; /* NULL: any */
    uint16_t port;        /* 0: any */
};

#define RVX_SERVICE_QUERY_INIT { .size = sizeof(struct rvx_service_query) }

/* Lists services: all protocols of a name, all names of a port, or everything. The services file comes first, in its
 * order; the built-in table adds what the file has not. Only these two are listed, each if rvx_lookup_port() would ask
 * it; the C library is asked for a single name where it is in the order, and then for "tcp" and "udp" unless the query
 * says.
 * query: not NULL.  services: not NULL; set to NULL on failure.
 * Returns: 0; RVX_EPORTUNKNOWN if nothing matches; -ENOMEM; RVX_EOPTIONS.
 * Ownership: one allocation, freed with rvx_services_free().
 * Thread: any. */
RVX_API int rvx_lookup_services(struct rvx_resolver *resolver, const struct rvx_service_query *query,
                                const struct rvx_ctx *ctx, struct rvx_services **services, struct rvx_error *err);

RVX_API void rvx_services_free(struct rvx_services *services);

/* Addresses, as a lookup found them. */
struct rvx_addrs {
    size_t n;
    struct rvx_addr *v;    /* in the order to try them */
    const char *canonical; /* the canonical name, without a trailing dot; NULL: not known */
    const char *source;    /* the backend that answered: "files", "libc", ...; "literal" for an IP literal */
    const char *const *chain; /* the names passed on the way, from the one asked for to the last alias */
    size_t chain_n;
    const char *server; /* who answered, "192.0.2.1:53"; NULL: not known */
    uint32_t ttl;       /* seconds the answer stays good; 0 from sources that do not say */
    bool authentic;     /* validated (DNSSEC), by a server that is trusted */
    bool cached;        /* remembered from an earlier lookup */
    bool stale;         /* ... although its time was over, as nobody could be asked */
};

/* Finds the addresses of a host. "localhost" and the names below it are the loopback addresses where no source knows
 * better (RFC 6761), unless opts->host_order was given: then only its sources count.
 * Order: RFC 6724, with the tables of gai.conf and the sortlist of resolv.conf, by the routes that this machine has;
 *        what the source "libc" answered stays in its order. A resolver that is used more than twice for names of
 *        several addresses keeps a descriptor, to hear of changed routes.
 * network: "ip", "ip4" or "ip6"; "" as "ip".
 * host: an IP literal, or a name; a trailing dot marks it absolute.
 * addrs: not NULL; set to NULL on failure. Their ports are 0, v4-mapped addresses are IPv4 addresses, none is there
 * twice.
 * Returns: 0 with at least one address; RVX_ENOTFOUND; RVX_ETRYAGAIN or RVX_EUNAVAIL (temporary); RVX_EADDRNONE for a
 *          literal of the other family; RVX_ENETUNKNOWN; RVX_ENOBACKEND; RVX_ETIMEOUT; RVX_ECANCELED; -ENOMEM.
 * Ownership: one allocation, freed with rvx_addrs_free().
 * Thread: any; waits through the thread's waiter. */
RVX_API int rvx_lookup_host(struct rvx_resolver *resolver, const char *network, const char *host,
                            const struct rvx_ctx *ctx, struct rvx_addrs **addrs, struct rvx_error *err);

/* Receives the end of a started lookup. addrs: the result, to be freed by the receiver, or NULL; err: what went wrong,
 * valid during the call only. */
typedef void (*rvx_addrs_fn)(void *arg, int result, struct rvx_addrs *addrs, const struct rvx_error *err);

/* rvx_lookup_host() on a loop.
 * loop: the caller's; outlives the operation.  resolver: not NULL here.  deadline: 0 or RVX_FOREVER for none.
 * op: may be NULL; otherwise the handle for rvx_op_cancel().
 * Returns: 0, or -ENOMEM, RVX_ENETUNKNOWN, RVX_EFORKED and then no callback. */
RVX_API int rvx_lookup_host_start(struct rvx_loop *loop, struct rvx_resolver *resolver, const char *network,
                                  const char *host, rvx_time deadline, rvx_addrs_fn callback, void *arg,
                                  struct rvx_op **op);

RVX_API void rvx_addrs_free(struct rvx_addrs *addrs);

/* Turns an address text into the addresses it stands for: splits host and port, looks up the port, then the host, and
 * keeps what the network allows.
 * network: "tcp", "tcp4", "tcp6", "udp", ...; "unix", "unixgram", "unixpacket"; "ip", "ip4", "ip6" (no port).
 * address: "host:port" or "" (wildcard, port 0) for tcp and udp; a path or "@abstract" for the Unix networks.
 * Returns: as rvx_split_hostport(), rvx_lookup_port() and rvx_lookup_host(); RVX_EADDRNONE if the network allows none.
 *          An empty host gives the one address RVX_FAMILY_NONE with the port: the wildcard.
 * Ownership: freed with rvx_addrs_free().
 * Thread: any; waits through the thread's waiter. */
RVX_API int rvx_resolve(struct rvx_resolver *resolver, const char *network, const char *address,
                        const struct rvx_ctx *ctx, struct rvx_addrs **addrs, struct rvx_error *err);

#ifdef __cplusplus
}
#endif

#endif
