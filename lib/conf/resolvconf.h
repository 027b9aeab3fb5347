/* resolvconf.h - resolv.conf(5)
 *
 * Understands every directive and option of glibc, Go, OpenBSD and FreeBSD; whether an option has an effect is the
 * resolver's business. What is not understood never stops the parse: it is remarked and sets `unknown`.
 */
#ifndef RVX_CONF_RESOLVCONF_H
#define RVX_CONF_RESOLVCONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <resolvx/addr.h>

#include "base/arena.h"
#include "base/view.h"
#include "conf/prefix.h"
#include "conf/remarks.h"

#define RVX__RESOLVCONF_SERVERS_MAX 16
#define RVX__RESOLVCONF_SEARCH_MAX 1024
#define RVX__RESOLVCONF_SORTLIST_MAX 64
#define RVX__RESOLVCONF_LOOKUP_MAX 3

/* The options that are on or off. The names of the file are beside them. */
enum rvx__resolvconf_option {
    RVX__RESOLVCONF_ROTATE = 1 << 0,                /* rotate */
    RVX__RESOLVCONF_USE_TCP = 1 << 1,               /* use-vc, usevc, tcp */
    RVX__RESOLVCONF_SINGLE_REQUEST = 1 << 2,        /* single-request */
    RVX__RESOLVCONF_SINGLE_REQUEST_REOPEN = 1 << 3, /* single-request-reopen */
    RVX__RESOLVCONF_TRUST_AD = 1 << 4,              /* trust-ad */
    RVX__RESOLVCONF_NO_AAAA = 1 << 5,               /* no-aaaa */
    RVX__RESOLVCONF_NO_RELOAD = 1 << 6,             /* no-reload, reload-period:0 */
    RVX__RESOLVCONF_NO_TLD_QUERY = 1 << 7,          /* no-tld-query, no_tld_query */
    RVX__RESOLVCONF_EDNS0 = 1 << 8,                 /* edns0 */
    RVX__RESOLVCONF_STRICT_ERROR = 1 << 9,          /* strict-error */
    RVX__RESOLVCONF_DEBUG = 1 << 10,                /* debug */
    RVX__RESOLVCONF_NO_CHECK_NAMES = 1 << 11,       /* no-check-names */
    RVX__RESOLVCONF_INET6 = 1 << 12,                /* inet6 */
    RVX__RESOLVCONF_INSECURE1 = 1 << 13,            /* insecure1: take answers from another address than was asked */
    RVX__RESOLVCONF_INSECURE2 = 1 << 14,            /* insecure2: take answers to another question */
    RVX__RESOLVCONF_IP6_BYTESTRING = 1 << 15,       /* ip6-bytestring */
    RVX__RESOLVCONF_IP6_DOTINT = 1 << 16            /* ip6-dotint; no-ip6-dotint takes it back */
};

/* OpenBSD's `lookup`. */
enum rvx__resolvconf_lookup { RVX__RESOLVCONF_LOOKUP_FILE, RVX__RESOLVCONF_LOOKUP_BIND, RVX__RESOLVCONF_LOOKUP_YP };

struct rvx__resolvconf {
    /* nameserver, in file order, with their ports; 127.0.0.1:53 and [::1]:53 if the file names none */
    struct rvx_addr servers[RVX__RESOLVCONF_SERVERS_MAX];
    size_t servers_n;
    size_t servers_dropped; /* usable ones above the maximum */
    bool servers_given;     /* false: these are the defaults */

    /* search or domain, whichever comes last: names with their trailing dot. A bare "." is no name, but alone it says
     * that there shall be no search list, not even the default */
    const char *const *search;
    size_t search_n;
    bool search_given; /* false: the default, the domain part of the host's name if there is one */

    struct rvx__prefix sortlist[RVX__RESOLVCONF_SORTLIST_MAX];
    size_t sortlist_n;

    enum rvx__resolvconf_lookup lookup[RVX__RESOLVCONF_LOOKUP_MAX];
    size_t lookup_n;           /* 0: no `lookup` */
    enum rvx_family family[2]; /* OpenBSD's `family`: RVX_FAMILY_IPV4 and _IPV6 in the order wanted */
    size_t family_n;           /* 0: no `family` */

    uint32_t options;   /* of enum rvx__resolvconf_option */
    uint32_t ndots;     /* 0 to 15; 1 */
    uint32_t timeout_s; /* seconds for one try, 1 to 30; 5 */
    uint32_t attempts;  /* rounds over the servers, 1 to 5; 2 */

    bool unknown; /* there is a remark of kind UNKNOWN or BAD: another resolver may read this file otherwise */
    struct rvx__remarks remarks;
    struct rvx__arena arena; /* behind `search` */
};

/* Parses a resolv.conf; nothing of `bytes` is needed afterwards. A file that is missing is an empty one.
 * hostname: this host's name, for the default search list; empty for none.
 * Returns: 0, or -ENOMEM with *conf empty; only rvx__resolvconf_fini() has anything to free. */
int rvx__resolvconf_parse(struct rvx__resolvconf *conf, struct rvx__view bytes, struct rvx__view hostname);

/* Parses a server as `nameserver` takes it: "192.0.2.1", "2001:db8::1", either with a port as "192.0.2.1:5353" or
 * "[2001:db8::1]:5353"; port 53 without one. False if it is none. */
bool rvx__resolvconf_server(struct rvx__view text, struct rvx_addr *server);

/* Frees what is inside; also after a failed parse, and twice. */
void rvx__resolvconf_fini(struct rvx__resolvconf *conf);

#endif
