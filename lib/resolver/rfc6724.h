/* rfc6724.h - the order in which to try addresses: RFC 6724 section 6, with gai.conf and resolv.conf's sortlist
 *
 * Pure: whoever calls has found out the source addresses (srcaddr.h).
 */
#ifndef RVX_RESOLVER_RFC6724_H
#define RVX_RESOLVER_RFC6724_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <resolvx/addr.h>

#include "conf/gaiconf.h"
#include "conf/prefix.h"

/* What puts one destination behind another, first things first. */
enum rvx__rule {
    RVX__RULE_NONE,       /* nothing: it is the first */
    RVX__RULE_UNUSABLE,   /* rule 1: it cannot be reached */
    RVX__RULE_SCOPE,      /* rule 2: its scope is not that of its source */
    RVX__RULE_DEPRECATED, /* rule 3: its source is deprecated */
    RVX__RULE_HOME,       /* rule 4: its source is no home address */
    RVX__RULE_LABEL,      /* rule 5: its label is not that of its source */
    RVX__RULE_PRECEDENCE, /* rule 6: its precedence is lower */
    RVX__RULE_NATIVE,     /* rule 7: it is reached through a tunnel */
    RVX__RULE_WIDER,      /* rule 8: its scope is wider */
    RVX__RULE_FAMILY,     /* what follows compares within a family, and IPv4 comes first */
    RVX__RULE_SORTLIST,   /* IPv4: later in the sortlist, or not in it */
    RVX__RULE_PREFIX,     /* rule 9, IPv6: it has less in common with its source */
    RVX__RULE_ORDER,      /* rule 10: it was behind it before */
    RVX__RULE_N
};

/* The address that this machine would send from. */
struct rvx__source {
    bool known;      /* false: could not be found out; nothing else counts then */
    bool fresh;      /* found out just now, not remembered */
    bool found;      /* false: the destination cannot be reached; nothing below counts then */
    bool deprecated; /* its preferred lifetime is over */
    bool home;       /* Mobile IPv6 */
    bool tunnel;     /* on an interface that carries one protocol inside the other */
    uint8_t family;  /* RVX_FAMILY_IPV4 or RVX_FAMILY_IPV6 */
    uint8_t network; /* IPv6: the bits of its network; 64 where that is not known */
    uint8_t ip[16];  /* IPv4 in the first 4 */
};

/* A destination: an IPv4 or IPv6 address, not v4-mapped. */
struct rvx__destination {
    struct rvx_addr addr;
    struct rvx__source source;
    enum rvx__rule rule;         /* set by sorting: what put it behind the one before */
    uint32_t ranks[RVX__RULE_N]; /* of sorting's own: smaller is better, by rule */
};

/* What the machine's administrator says. */
struct rvx__policy {
    const struct rvx__gaiconf *gaiconf;
    const struct rvx__prefix *sortlist; /* may be NULL if there is none */
    size_t sortlist_n;
};

/* Sorts `n` destinations, the best one first, and says of each why it is where it is. */
void rvx__rfc6724_sort(struct rvx__destination *v, size_t n, const struct rvx__policy *policy);

/* Puts IPv4 first, in the order of the sortlist, and leaves it at that: for when sources could not be found out. */
void rvx__rfc6724_sort_blind(struct rvx__destination *v, size_t n, const struct rvx__policy *policy);

/* "rule 6: lower precedence", ... */
const char *rvx__rule_text(enum rvx__rule rule);

#endif
