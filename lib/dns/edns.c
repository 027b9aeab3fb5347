/* edns.c - reading the options of OPT
 *
 * RFC 6891 section 6.1.2; the gate has seen to it that options do not run over. Of an option that is there twice the
 * first counts, as RFC 7873 section 5.2 has it for cookies.
 */
#include <config.h>

#include "dns/edns.h"

/* IANA, "Extended DNS Error Codes". */
static const char *const ede_texts[] = {
    "Other",
    "Unsupported DNSKEY Algorithm",
    "Unsupported DS Digest Type",
    "Stale Answer",
    "Forged Answer",
    "DNSSEC Indeterminate",
    "DNSSEC Bogus",
    "Signature Expired",
    "Signature Not Yet Valid",
    "DNSKEY Missing",
    "RRSIGs Missing",
    "No Zone Key Bit Set",
    "NSEC Missing",
    "Cached Error",
    "Not Ready",
    "Blocked",
    "Censored",
    "Filtered",
    "Prohibited",
    "Stale NXDOMAIN Answer",
    "Not Authoritative",
    "Not Supported",
    "No Reachable Authority",
    "Network Error",
    "Invalid Data",
    "Signature Expired before Valid",
    "Too Early",
    "Unsupported NSEC3 Iterations Value",
    "Unable to conform to policy",
    "Synthesized",
    "Invalid Query Type",
};

bool rvx__edns_next(struct rvx__view *options, uint16_t *code, struct rvx__view *value)
{
    size_t len = rvx__wire_u16(*options, 2);

    if (options->len < 4 + len)
        return false;
    *code = rvx__wire_u16(*options, 0);
    *value = rvx__wire_part(*options, 4, len);
    *options = rvx__view_from(*options, 4 + len);
    return true;
}

bool rvx__edns_find(const struct rvx__message *message, uint16_t code, struct rvx__view *value)
{
    struct rvx__view options = message->options;
    uint16_t found;

    while (rvx__edns_next(&options, &found, value)) {
        if (found == code)
            return true;
    }
    *value = rvx__view_of(NULL, 0);
    return false;
}

bool rvx__edns_cookie(const struct rvx__message *message, struct rvx__view *cookie)
{
    if (rvx__edns_find(message, RVX__EDNS_OPTION_COOKIE, cookie) && cookie->len >= RVX__COOKIE_MIN &&
        cookie->len <= RVX__COOKIE_MAX)
        return true;
    *cookie = rvx__view_of(NULL, 0);
    return false;
}

bool rvx__edns_cookie_is_bad(const struct rvx__message *message)
{
    struct rvx__view cookie;

    return rvx__edns_find(message, RVX__EDNS_OPTION_COOKIE, &cookie) && !rvx__edns_cookie(message, &cookie);
}

void rvx__edns_ede(const struct rvx__message *message, struct rvx__ede *ede)
{
    struct rvx__view value;

    *ede = (struct rvx__ede){.present = false};
    if (!rvx__edns_find(message, RVX__EDNS_OPTION_EDE, &value) || value.len < 2)
        return;
    ede->present = true;
    ede->code = rvx__wire_u16(value, 0);
    ede->text = rvx__view_from(value, 2);
}

const char *rvx__ede_text(unsigned code)
{
    return code < sizeof ede_texts / sizeof ede_texts[0] ? ede_texts[code] : NULL;
}
