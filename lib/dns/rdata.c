/* rdata.c - is this the RDATA of its type?
 *
 * One short text per type says what it is made of, letter by letter as FIELDS explains; a type without a text is taken
 * as it is (RFC 3597). All fields have to be there and to end where the record ends. Of numbers only the shape is
 * checked, not whether the value means something. A name may be compressed in the types of RFC 1035 only: in all
 * others, as RFC 3597 section 4 has it and Go reads SRV, it may not.
 *
 * Two types are what ldns 1.8 takes them for, because it takes what is left over for the next record: SINK, which no
 * RFC defines, one byte; NSAP-PTR, a name that RFC 1706 gave up, a character-string. Not checked: A6, which was
 * withdrawn, and class-specific forms: the A record of CHAOS is a record of four bytes here.
 */
#include <config.h>

#include "dns/scan.h"

#include "dns/name.h"

/* FIELDS
 *   1 2 4 6 8 x  that many bytes; x is 16
 *   c n          a name that may be compressed; one that must not
 *   s o S T      a character-string; none or one; one or more; those of TXT
 *   t            a character-string that is not empty
 *   d            bytes behind a 16-bit length
 *   r R          the rest; the rest, at least one byte
 *   b B          a type bitmap; one that is not empty
 *   others       the form of one type, see check_field()
 */
static const char *const layouts[] = {
    [1] = "4",     [2] = "c",     [3] = "c",       [4] = "c",       [5] = "c",     [6] = "cc44444",
    [7] = "c",     [8] = "c",     [9] = "c",       [10] = "r",      [11] = "41r",  [12] = "c",
    [13] = "ss",   [14] = "cc",   [15] = "2c",     [16] = "T",      [17] = "nn",   [18] = "2n",
    [19] = "s",    [20] = "so",   [21] = "2n",     [22] = "r",      [23] = "s",    [24] = "2114442nR",
    [25] = "211r", [26] = "2nn",  [27] = "sss",    [28] = "x",      [29] = "L",    [30] = "nr",
    [33] = "222n", [34] = "1r",   [35] = "22sssn", [36] = "2n",     [37] = "221r", [39] = "n",
    [40] = "1",    [42] = "A",    [43] = "211R",   [44] = "11R",    [45] = "I",    [46] = "2114442nR",
    [47] = "nB",   [48] = "211R", [49] = "R",      [50] = "112stb", [51] = "112s", [52] = "111R",
    [53] = "111R", [55] = "H",    [56] = "S",      [57] = "211r",   [58] = "nn",   [59] = "211R",
    [60] = "211R", [61] = "R",    [62] = "42b",    [63] = "411R",   [64] = "2nP",  [65] = "2nP",
    [99] = "S",    [104] = "28",  [105] = "24",    [106] = "28",    [107] = "2n",  [108] = "6",
    [109] = "8",
};

/* Those with high numbers. */
static const struct high_layout {
    uint16_t type;
    const char *layout;
} high_layouts[] = {
    {249, "n4422dd"}, {256, "22R"}, {257, "1tr"}, {258, "S"}, {259, "441sr"},  {260, "M"},
    {261, "S"},       {262, "S"},   {263, "S"},   {264, "8"}, {32768, "211R"}, {32769, "211R"},
};

/* What ldns allocates for a field besides its bytes. */
#define FIELD_COST 64

static const char *find_layout(uint16_t type)
{
    size_t i;

    if (type < sizeof layouts / sizeof layouts[0])
        return layouts[type];
    for (i = 0; i < sizeof high_layouts / sizeof high_layouts[0]; i++) {
        if (high_layouts[i].type == type)
            return high_layouts[i].layout;
    }
    return NULL;
}

/* Fields of RDATA that is being checked. Every check_... returns where its field ends, or 0. */
struct fields {
    struct rvx__scan *scan;
    size_t end;   /* of the RDATA */
    size_t len;   /* of the RDATA */
    size_t start; /* of the RDATA */
    unsigned strings;
};

/* A field as ldns takes it: RDLENGTH bytes, however short it is. */
static void count_field(struct fields *fields)
{
    fields->scan->steps++;
    fields->scan->cost += FIELD_COST + fields->len;
}

static size_t check_bytes(struct fields *fields, size_t at, size_t len)
{
    count_field(fields);
    return fields->end - at >= len ? at + len : 0;
}

static size_t check_name(struct fields *fields, size_t at, bool compressed)
{
    at = rvx__scan_name(fields->scan, at, fields->end, compressed);
    fields->scan->cost += FIELD_COST + (at > 0 ? fields->scan->name_len : 0);
    return at <= fields->end ? at : 0;
}

static size_t check_string(struct fields *fields, size_t at, size_t least)
{
    size_t len = rvx__wire_u8(fields->scan->bytes, at);

    fields->strings++;
    return at < fields->end && len >= least ? check_bytes(fields, at, 1 + len) : 0;
}

/* One or more. */
static size_t check_strings(struct fields *fields, size_t at)
{
    do
        at = check_string(fields, at, 0);
    while (at > 0 && at < fields->end && fields->strings <= RVX__GATE_STRINGS_MAX);
    return at;
}

/* One or more, as many as one likes: no other type may have large data in many pieces, and needs ldns to be read. */
static size_t check_txt(struct fields *fields, size_t at)
{
    struct rvx__scan *scan = fields->scan;
    unsigned strings = 0;

    while (at > 0 && (strings == 0 || at < fields->end) && scan->txts <= RVX__GATE_TXT_STRINGS_MAX) {
        size_t len = rvx__wire_u8(scan->bytes, at);

        at = fields->end - at >= 1 + len ? at + 1 + len : 0;
        strings++;
        scan->txts++;
        scan->steps++;
    }
    scan->txt_cost += strings * (FIELD_COST + fields->len);
    scan->long_txt = scan->long_txt || strings > RVX__GATE_STRINGS_MAX;
    return at;
}

static size_t check_prefixed(struct fields *fields, size_t at)
{
    return fields->end - at >= 2 ? check_bytes(fields, at, (size_t)2 + rvx__wire_u16(fields->scan->bytes, at)) : 0;
}

static size_t check_rest(struct fields *fields, size_t at, size_t least)
{
    count_field(fields);
    return fields->end - at >= least ? fields->end : 0;
}

/* Windows in rising order, 1 to 32 bytes each (RFC 4034 section 4.1.2). */
static size_t check_bitmap(struct fields *fields, size_t at)
{
    struct rvx__view bytes = fields->scan->bytes;
    int last = -1;

    count_field(fields);
    while (at < fields->end) {
        int window = rvx__wire_u8(bytes, at);
        size_t len = rvx__wire_u8(bytes, at + 1);

        fields->scan->steps++;
        if (fields->end - at < 2 || window <= last || len < 1 || len > 32 || fields->end - at < 2 + len)
            return 0;
        last = window;
        at += 2 + len;
    }
    return at;
}

/* Version 0 has 16 bytes; others are unknown (RFC 1876 section 2). */
static size_t check_loc(struct fields *fields, size_t at)
{
    return check_rest(fields, at, 1) > 0 && (fields->len == 16 || rvx__wire_u8(fields->scan->bytes, at) != 0)
               ? fields->end
               : 0;
}

/* Items of a family, a prefix length, and as many bytes as the lower seven bits say (RFC 3123 section 4). */
static size_t check_apl(struct fields *fields, size_t at)
{
    count_field(fields);
    while (at < fields->end) {
        size_t len = rvx__wire_u8(fields->scan->bytes, at + 3) & 0x7f;

        fields->scan->steps++;
        if (fields->end - at < 4 + len)
            return 0;
        at += 4 + len;
    }
    return at;
}

/* A gateway or relay: nothing, IPv4, IPv6 or a name, by its kind (RFC 4025 section 2.1, RFC 8777 section 4). */
static size_t check_gateway(struct fields *fields, size_t at, unsigned kind)
{
    switch (kind) {
    case 0:
        return at;
    case 1:
        return check_bytes(fields, at, 4);
    case 2:
        return check_bytes(fields, at, 16);
    case 3:
        return check_name(fields, at, false);
    default:
        return 0;
    }
}

static size_t check_ipseckey(struct fields *fields, size_t at)
{
    if (fields->len < 3)
        return 0;
    count_field(fields);
    at = check_gateway(fields, at + 3, rvx__wire_u8(fields->scan->bytes, at + 1));
    return at > 0 ? check_rest(fields, at, 0) : 0;
}

static size_t check_amtrelay(struct fields *fields, size_t at)
{
    if (fields->len < 2)
        return 0;
    count_field(fields);
    return check_gateway(fields, at + 2, rvx__wire_u8(fields->scan->bytes, at + 1) & 0x7fU);
}

/* Lengths of tag and key in front of both, then names of servers (RFC 8005 section 5). */
static size_t check_hip(struct fields *fields, size_t at)
{
    size_t tag_len = rvx__wire_u8(fields->scan->bytes, at);
    size_t key_len = rvx__wire_u16(fields->scan->bytes, at + 2);

    if (fields->len < 4 || tag_len == 0 || key_len == 0)
        return 0;
    at = check_bytes(fields, at, 4 + tag_len + key_len);
    while (at > 0 && at < fields->end && fields->strings <= RVX__GATE_STRINGS_MAX) {
        fields->strings++;
        at = check_name(fields, at, false);
    }
    return at;
}

/* Keys of SvcParams, RFC 9460 section 14.3.2. */
enum svc_key { SVC_MANDATORY, SVC_ALPN, SVC_NO_DEFAULT_ALPN, SVC_PORT, SVC_IPV4HINT, SVC_ECH, SVC_IPV6HINT };

/* Strings that are not empty, at least one. */
static bool check_alpn(struct rvx__scan *scan, struct rvx__view value)
{
    bool any = value.len > 0;

    while (value.len > 0) {
        size_t len = rvx__wire_u8(value, 0);

        scan->steps++;
        if (len == 0 || value.len < 1 + len)
            return false;
        value = rvx__view_from(value, 1 + len);
    }
    return any;
}

/* Keys in rising order, itself not among them; each has to come later. Both lists rise, so one pass is enough. */
static bool check_mandatory(struct rvx__scan *scan, struct rvx__view keys, struct rvx__view params)
{
    int last = SVC_MANDATORY;

    if (keys.len == 0 || keys.len % 2 != 0)
        return false;
    for (; keys.len > 0; keys = rvx__view_from(keys, 2)) {
        int key = rvx__wire_u16(keys, 0);

        if (key <= last)
            return false;
        last = key;
        while (params.len >= 4 && rvx__wire_u16(params, 0) < key) {
            params = rvx__view_from(params, (size_t)4 + rvx__wire_u16(params, 2));
            scan->steps++;
        }
        if (params.len < 4 || rvx__wire_u16(params, 0) != key)
            return false;
    }
    return true;
}

static bool check_param(struct rvx__scan *scan, uint16_t key, struct rvx__view value, struct rvx__view later)
{
    switch (key) {
    case SVC_MANDATORY:
        return check_mandatory(scan, value, later);
    case SVC_ALPN:
        return check_alpn(scan, value);
    case SVC_NO_DEFAULT_ALPN:
        return value.len == 0;
    case SVC_PORT:
        return value.len == 2;
    case SVC_IPV4HINT:
        return value.len > 0 && value.len % 4 == 0;
    case SVC_ECH:
        return value.len > 0;
    case SVC_IPV6HINT:
        return value.len > 0 && value.len % 16 == 0;
    default:
        return true;
    }
}

/* Keys in rising order, each with its value behind a length (RFC 9460 section 2.2). The parameters of an alias, whose
 * priority is 0, are ignored, so what they say does not matter. */
static size_t check_params(struct fields *fields, size_t at)
{
    struct rvx__view params = rvx__wire_part(fields->scan->bytes, at, fields->end - at);
    bool alias = rvx__wire_u16(fields->scan->bytes, fields->start) == 0;
    int last = -1;

    count_field(fields);
    while (params.len > 0) {
        uint16_t key = rvx__wire_u16(params, 0);
        size_t len = rvx__wire_u16(params, 2);
        struct rvx__view value = rvx__wire_part(params, 4, len);

        fields->scan->steps++;
        if (params.len < 4 + len || key <= last)
            return 0;
        params = rvx__view_from(params, 4 + len);
        if (!alias && !check_param(fields->scan, key, value, params))
            return 0;
        last = key;
    }
    return fields->end;
}

static size_t check_field(struct fields *fields, char field, size_t at)
{
    switch (field) {
    case 'c':
    case 'n':
        return check_name(fields, at, field == 'c');
    case 's':
        return check_string(fields, at, 0);
    case 't':
        return check_string(fields, at, 1);
    case 'o':
        return at < fields->end ? check_string(fields, at, 0) : at;
    case 'S':
        return check_strings(fields, at);
    case 'T':
        return check_txt(fields, at);
    case 'd':
        return check_prefixed(fields, at);
    case 'r':
        return check_rest(fields, at, 0);
    case 'R':
        return check_rest(fields, at, 1);
    case 'b':
        return check_bitmap(fields, at);
    case 'B':
        return at < fields->end ? check_bitmap(fields, at) : 0;
    case 'x':
        return check_bytes(fields, at, 16);
    case 'L':
        return check_loc(fields, at);
    case 'A':
        return check_apl(fields, at);
    case 'I':
        return check_ipseckey(fields, at);
    case 'M':
        return check_amtrelay(fields, at);
    case 'H':
        return check_hip(fields, at);
    case 'P':
        return check_params(fields, at);
    default:
        return check_bytes(fields, at, (size_t)(field - '0'));
    }
}

enum rvx__gate_fault rvx__scan_rdata(struct rvx__scan *scan, uint16_t type, size_t at, size_t len)
{
    struct fields fields = {.scan = scan, .start = at, .end = at + len, .len = len};
    const char *layout = find_layout(type);

    for (layout = layout != NULL ? layout : "r"; *layout != '\0' && at > 0; layout++)
        at = check_field(&fields, *layout, at);
    if (fields.strings > RVX__GATE_STRINGS_MAX || scan->txts > RVX__GATE_TXT_STRINGS_MAX ||
        scan->cost > RVX__GATE_COST_MAX || scan->steps > RVX__GATE_STEPS_MAX)
        return RVX__GATE_LIMIT;
    return at == fields.end ? RVX__GATE_OK : RVX__GATE_RDATA;
}
