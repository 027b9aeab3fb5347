/* edns.h - options of OPT: cookies (RFC 7873, RFC 9018) and extended errors (RFC 8914) */
#ifndef RVX_DNS_EDNS_H
#define RVX_DNS_EDNS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/view.h"
#include "dns/gate.h"

#define RVX__COOKIE_CLIENT_LEN 8
#define RVX__COOKIE_MIN 16 /* of a server: client part and 8 to 32 bytes */
#define RVX__COOKIE_MAX 40

enum rvx__edns_option { RVX__EDNS_OPTION_NSID = 3, RVX__EDNS_OPTION_COOKIE = 10, RVX__EDNS_OPTION_EDE = 15 };

struct rvx__ede {
    bool present;
    uint16_t code;
    struct rvx__view text; /* UTF-8, they say; borrows the message */
};

/* Takes the next option off *options, which begins as message->options. False at the end. */
bool rvx__edns_next(struct rvx__view *options, uint16_t *code, struct rvx__view *value);

/* The first option with this code. */
bool rvx__edns_find(const struct rvx__message *message, uint16_t code, struct rvx__view *value);

/* The cookie, both parts. False, and *cookie empty, if there is none or it has no length that a server's may have;
 * rvx__edns_cookie_is_bad() tells the second. */
bool rvx__edns_cookie(const struct rvx__message *message, struct rvx__view *cookie);
bool rvx__edns_cookie_is_bad(const struct rvx__message *message);

/* The first extended error. */
void rvx__edns_ede(const struct rvx__message *message, struct rvx__ede *ede);

/* "Stale Answer" ...; NULL: IANA knows no such code. */
const char *rvx__ede_text(unsigned code);

#endif
