/* special.c - the registry of special-use domain names, as far as a stub resolver is told to do something about them
 *
 * Left out of it: example, example.com and their like, which RFC 6761 section 6.5 wants resolved like any name, the
 * reverse zones of private addresses, which the resolver's servers know (RFC 6303), and names of single protocols
 * (resolver.arpa, ipv4only.arpa).
 */
#include <config.h>

#include "dns/special.h"

#include "dns/name.h"
#include "dns/wire.h"

/* As text and in wire form, whose root label is the NUL that C adds. */
#define ZONE(text, wire)         \
    {                            \
        text, wire, sizeof(wire) \
    }

static const struct zone {
    const char *text, *wire;
    size_t len;
} zones[RVX__SPECIALS_N] = {
    [RVX__SPECIAL_NONE] = {"", "", 0},
    [RVX__SPECIAL_LOCALHOST] = ZONE("localhost", "\11localhost"),
    [RVX__SPECIAL_INVALID] = ZONE("invalid", "\7invalid"),
    [RVX__SPECIAL_TEST] = ZONE("test", "\4test"),
    [RVX__SPECIAL_LOCAL] = ZONE("local", "\5local"),
    [RVX__SPECIAL_ONION] = ZONE("onion", "\5onion"),
    [RVX__SPECIAL_ALT] = ZONE("alt", "\3alt"),
    [RVX__SPECIAL_HOME_ARPA] = ZONE("home.arpa", "\4home\4arpa"),
};

static bool is_zone(struct rvx__view wire, const struct zone *zone)
{
    return wire.len == zone->len && rvx__name_equal(wire, rvx__view_of(zone->wire, zone->len));
}

/* Every candidate of every lookup comes here: the name's labels are walked once, and of its last one and last two most
 * have another length than any zone. */
enum rvx__special rvx__special_of_wire(struct rvx__view wire)
{
    struct rvx__view one = wire, two = wire;
    enum rvx__special special;
    size_t len;

    while ((len = rvx__wire_u8(wire, 0)) > 0) {
        two = one;
        one = wire;
        wire = rvx__view_from(wire, 1 + len);
    }
    for (special = RVX__SPECIAL_LOCALHOST; special < RVX__SPECIALS_N; special++) {
        if (is_zone(one, &zones[special]) || is_zone(two, &zones[special]))
            return special;
    }
    return RVX__SPECIAL_NONE;
}

/* The same of a text that has no escapes. Nobody has looked yet whether it is a name. */
static enum rvx__special find_in_text(struct rvx__view text)
{
    enum rvx__special special;

    if (rvx__view_at(text, text.len - 1) == '.')
        text.len--;
    for (special = RVX__SPECIAL_LOCALHOST; special < RVX__SPECIALS_N; special++) {
        size_t len = zones[special].len - 2; /* of the text: without the first length and the root */

        if (text.len < len || (text.data[text.len - 1] | 0x20) != zones[special].text[len - 1])
            continue;
        if (text.len > len && text.data[text.len - len - 1] != '.')
            continue;
        if (rvx__view_eq_fold(rvx__view_from(text, text.len - len), rvx__view_of(zones[special].text, len)))
            return special;
    }
    return RVX__SPECIAL_NONE;
}

enum rvx__special rvx__special_of(struct rvx__view text)
{
    bool plain = rvx__view_find(text, '\\') == RVX__NPOS;
    enum rvx__special special = plain ? find_in_text(text) : RVX__SPECIAL_NONE;
    struct rvx__name name;

    if (plain && special == RVX__SPECIAL_NONE)
        return RVX__SPECIAL_NONE;
    /* Names that are asked for like any other are looked at when they are. */
    if (!plain || special != RVX__SPECIAL_TEST) {
        if (!rvx__name_parse(text, &name))
            return RVX__SPECIAL_NONE;
        special = rvx__special_of_wire(rvx__name_view(&name));
    }
    if (special != RVX__SPECIAL_LOCALHOST && rvx__view_find(text, '.') == RVX__NPOS)
        return RVX__SPECIAL_NONE;
    return special;
}

bool rvx__special_asks_dns(enum rvx__special special)
{
    switch (special) {
    case RVX__SPECIAL_LOCALHOST:
    case RVX__SPECIAL_INVALID:
    case RVX__SPECIAL_ONION:
    case RVX__SPECIAL_ALT:
        return false;
    case RVX__SPECIAL_NONE:
    case RVX__SPECIAL_TEST:
    case RVX__SPECIAL_LOCAL:
    case RVX__SPECIAL_HOME_ARPA:
        break;
    }
    return true;
}

const char *rvx__special_text(enum rvx__special special)
{
    return (unsigned)special < RVX__SPECIALS_N ? zones[special].text : "";
}
