/* special.h - names with rules of their own: RFC 6761, 6762, 7686, 8375 and 9476 */
#ifndef RVX_DNS_SPECIAL_H
#define RVX_DNS_SPECIAL_H

#include <stdbool.h>

#include "base/view.h"

enum rvx__special {
    RVX__SPECIAL_NONE,
    RVX__SPECIAL_LOCALHOST, /* loopback, and never asked for (RFC 6761 section 6.3) */
    RVX__SPECIAL_INVALID,   /* does not exist (RFC 6761 section 6.4) */
    RVX__SPECIAL_TEST,      /* to be asked for like any other (RFC 6761 section 6.2) */
    RVX__SPECIAL_LOCAL,     /* multicast DNS's (RFC 6762), but there are DNS servers that know such names */
    RVX__SPECIAL_ONION,     /* Tor's; must not leak into DNS (RFC 7686) */
    RVX__SPECIAL_ALT,       /* other name systems'; must not leak either (RFC 9476) */
    RVX__SPECIAL_HOME_ARPA  /* the home network's; asked for, but its DNSSEC proves nothing (RFC 8375) */
};

#define RVX__SPECIALS_N (RVX__SPECIAL_HOME_ARPA + 1)

/* Of a name in wire form: what its last labels say. */
enum rvx__special rvx__special_of_wire(struct rvx__view wire);

/* Of a host as typed, with or without a dot at its end. A single label without one is special only if it is
 * "localhost": any other may well be a host of a search domain, test.example.com. */
enum rvx__special rvx__special_of(struct rvx__view text);

/* May it be sent to DNS servers? What may not and is not localhost does not exist. */
bool rvx__special_asks_dns(enum rvx__special special);

/* "localhost", "onion" ...; "" for RVX__SPECIAL_NONE. */
const char *rvx__special_text(enum rvx__special special);

#endif
