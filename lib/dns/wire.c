/* wire.c - names of types, classes and response codes
 *
 * The mnemonics of IANA's registries "Domain Name System (DNS) Parameters", without the experimental types nobody
 * published; numbers without a mnemonic are written as RFC 3597 section 5 has it.
 */
#include <config.h>

#include "dns/wire.h"

struct mnemonic {
    uint16_t number;
    const char *name;
};

static const struct mnemonic types[] = {
    {1, "A"},         {2, "NS"},       {3, "MD"},      {4, "MF"},      {5, "CNAME"},       {6, "SOA"},
    {7, "MB"},        {8, "MG"},       {9, "MR"},      {10, "NULL"},   {11, "WKS"},        {12, "PTR"},
    {13, "HINFO"},    {14, "MINFO"},   {15, "MX"},     {16, "TXT"},    {17, "RP"},         {18, "AFSDB"},
    {19, "X25"},      {20, "ISDN"},    {21, "RT"},     {22, "NSAP"},   {23, "NSAP-PTR"},   {24, "SIG"},
    {25, "KEY"},      {26, "PX"},      {27, "GPOS"},   {28, "AAAA"},   {29, "LOC"},        {30, "NXT"},
    {33, "SRV"},      {35, "NAPTR"},   {36, "KX"},     {37, "CERT"},   {38, "A6"},         {39, "DNAME"},
    {41, "OPT"},      {42, "APL"},     {43, "DS"},     {44, "SSHFP"},  {45, "IPSECKEY"},   {46, "RRSIG"},
    {47, "NSEC"},     {48, "DNSKEY"},  {49, "DHCID"},  {50, "NSEC3"},  {51, "NSEC3PARAM"}, {52, "TLSA"},
    {53, "SMIMEA"},   {55, "HIP"},     {58, "TALINK"}, {59, "CDS"},    {60, "CDNSKEY"},    {61, "OPENPGPKEY"},
    {62, "CSYNC"},    {63, "ZONEMD"},  {64, "SVCB"},   {65, "HTTPS"},  {99, "SPF"},        {104, "NID"},
    {105, "L32"},     {106, "L64"},    {107, "LP"},    {108, "EUI48"}, {109, "EUI64"},     {128, "NXNAME"},
    {249, "TKEY"},    {250, "TSIG"},   {251, "IXFR"},  {252, "AXFR"},  {253, "MAILB"},     {254, "MAILA"},
    {255, "ANY"},     {256, "URI"},    {257, "CAA"},   {258, "AVC"},   {259, "DOA"},       {260, "AMTRELAY"},
    {261, "RESINFO"}, {262, "WALLET"}, {32768, "TA"},  {32769, "DLV"},
};

static const struct mnemonic classes[] = {
    {RVX__DNS_CLASS_IN, "IN"},     {RVX__DNS_CLASS_CH, "CH"},   {RVX__DNS_CLASS_HS, "HS"},
    {RVX__DNS_CLASS_NONE, "NONE"}, {RVX__DNS_CLASS_ANY, "ANY"},
};

static const char *const rcodes[] = {
    "NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN",  "NOTIMP",  "REFUSED", "YXDOMAIN", "YXRRSET",
    "NXRRSET", "NOTAUTH", "NOTZONE",  "DSOTYPENI", NULL,      NULL,      NULL,       NULL,
    "BADVERS", "BADKEY",  "BADTIME",  "BADMODE",   "BADNAME", "BADALG",  "BADTRUNC", "BADCOOKIE",
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static void print_number(struct rvx__buf *buf, const struct mnemonic *table, size_t n, const char *prefix,
                         uint16_t number)
{
    size_t i;

    for (i = 0; i < n; i++) {
        if (table[i].number == number) {
            rvx__buf_add_text(buf, table[i].name);
            return;
        }
    }
    rvx__buf_add_text(buf, prefix);
    rvx__buf_add_dec(buf, number);
}

/* A mnemonic of the table, or the prefix and a number. */
static bool parse_number(struct rvx__view text, const struct mnemonic *table, size_t n, const char *prefix,
                         uint16_t *number)
{
    struct rvx__view digits = rvx__view_from(text, strlen(prefix));
    uint32_t value;
    size_t i;

    for (i = 0; i < n; i++) {
        if (rvx__view_is_fold(text, table[i].name)) {
            *number = table[i].number;
            return true;
        }
    }
    if (!rvx__view_is_fold(rvx__view_to(text, strlen(prefix)), prefix) ||
        !rvx__view_take_dec(&digits, UINT16_MAX, &value) || digits.len > 0)
        return false;
    *number = (uint16_t)value;
    return true;
}

const char *rvx__dns_rcode_text(unsigned rcode)
{
    return rcode < COUNT(rcodes) ? rcodes[rcode] : NULL;
}

void rvx__dns_rcode_print(struct rvx__buf *buf, unsigned rcode)
{
    const char *text = rvx__dns_rcode_text(rcode);

    rvx__buf_add_text(buf, text != NULL ? text : "RCODE");
    if (text == NULL)
        rvx__buf_add_dec(buf, rcode);
}

void rvx__dns_type_print(struct rvx__buf *buf, uint16_t type)
{
    print_number(buf, types, COUNT(types), "TYPE", type);
}

bool rvx__dns_type_parse(struct rvx__view text, uint16_t *type)
{
    return parse_number(text, types, COUNT(types), "TYPE", type);
}

void rvx__dns_class_print(struct rvx__buf *buf, uint16_t class_)
{
    print_number(buf, classes, COUNT(classes), "CLASS", class_);
}

bool rvx__dns_class_parse(struct rvx__view text, uint16_t *class_)
{
    return parse_number(text, classes, COUNT(classes), "CLASS", class_);
}
