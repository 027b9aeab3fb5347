/* wire.h - the numbers of DNS, their names, and reading and writing them in network order
 *
 * RFC 1035 section 4.1, RFC 6895 and IANA's registries. A message is a struct rvx__view; positions in it are offsets.
 */
#ifndef RVX_DNS_WIRE_H
#define RVX_DNS_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/view.h"

#define RVX__DNS_HEADER_LEN 12
#define RVX__DNS_RR_LEN 10 /* of a record between its owner and its RDATA */
#define RVX__DNS_MESSAGE_MAX 65535
#define RVX__DNS_UDP_SIZE 1232 /* what we advertise */
#define RVX__DNS_QUERY_MAX 512 /* no query of ours is longer */

/* Those that the code knows by name; rvx__dns_type_parse() knows many more. */
enum rvx__dns_type {
    RVX__DNS_TYPE_A = 1,
    RVX__DNS_TYPE_NS = 2,
    RVX__DNS_TYPE_CNAME = 5,
    RVX__DNS_TYPE_SOA = 6,
    RVX__DNS_TYPE_PTR = 12,
    RVX__DNS_TYPE_MX = 15,
    RVX__DNS_TYPE_TXT = 16,
    RVX__DNS_TYPE_SIG = 24,
    RVX__DNS_TYPE_AAAA = 28,
    RVX__DNS_TYPE_SRV = 33,
    RVX__DNS_TYPE_NAPTR = 35,
    RVX__DNS_TYPE_DNAME = 39,
    RVX__DNS_TYPE_OPT = 41,
    RVX__DNS_TYPE_DS = 43,
    RVX__DNS_TYPE_RRSIG = 46,
    RVX__DNS_TYPE_NSEC = 47,
    RVX__DNS_TYPE_DNSKEY = 48,
    RVX__DNS_TYPE_SVCB = 64,
    RVX__DNS_TYPE_HTTPS = 65,
    RVX__DNS_TYPE_TSIG = 250,
    RVX__DNS_TYPE_ANY = 255,
    RVX__DNS_TYPE_URI = 256,
    RVX__DNS_TYPE_CAA = 257
};

enum rvx__dns_class {
    RVX__DNS_CLASS_IN = 1,
    RVX__DNS_CLASS_CH = 3,
    RVX__DNS_CLASS_HS = 4,
    RVX__DNS_CLASS_NONE = 254,
    RVX__DNS_CLASS_ANY = 255
};

/* The upper ones need the eight bits that OPT adds to the header's four. */
enum rvx__dns_rcode {
    RVX__DNS_RCODE_NOERROR = 0,
    RVX__DNS_RCODE_FORMERR = 1,
    RVX__DNS_RCODE_SERVFAIL = 2,
    RVX__DNS_RCODE_NXDOMAIN = 3,
    RVX__DNS_RCODE_NOTIMP = 4,
    RVX__DNS_RCODE_REFUSED = 5,
    RVX__DNS_RCODE_BADVERS = 16,
    RVX__DNS_RCODE_BADCOOKIE = 23
};

/* The second word of the header. */
#define RVX__DNS_FLAG_QR 0x8000
#define RVX__DNS_OPCODE_MASK 0x7800
#define RVX__DNS_FLAG_AA 0x0400
#define RVX__DNS_FLAG_TC 0x0200
#define RVX__DNS_FLAG_RD 0x0100
#define RVX__DNS_FLAG_RA 0x0080
#define RVX__DNS_FLAG_AD 0x0020
#define RVX__DNS_FLAG_CD 0x0010
#define RVX__DNS_RCODE_MASK 0x000f

/* The flags of OPT. */
#define RVX__EDNS_FLAG_DO 0x8000

/* Offsets of the header's words. */
#define RVX__DNS_ID_AT 0
#define RVX__DNS_FLAGS_AT 2
#define RVX__DNS_COUNTS_AT 4

/* The number at `at`; 0 if it is not all there. */
static inline uint8_t rvx__wire_u8(struct rvx__view bytes, size_t at)
{
    return at < bytes.len ? (uint8_t)bytes.data[at] : 0;
}

static inline uint16_t rvx__wire_u16(struct rvx__view bytes, size_t at)
{
    if (bytes.len < 2 || at > bytes.len - 2)
        return 0;
    return (uint16_t)((uint8_t)bytes.data[at] << 8 | (uint8_t)bytes.data[at + 1]);
}

static inline uint32_t rvx__wire_u32(struct rvx__view bytes, size_t at)
{
    if (bytes.len < 4 || at > bytes.len - 4)
        return 0;
    return (uint32_t)rvx__wire_u16(bytes, at) << 16 | rvx__wire_u16(bytes, at + 2);
}

/* `len` bytes from `at`; fewer, or none, where the message ends. */
static inline struct rvx__view rvx__wire_part(struct rvx__view bytes, size_t at, size_t len)
{
    return rvx__view_to(rvx__view_from(bytes, at), len);
}

/* Takes a character-string (RFC 1035 section 3.3). False at the end, and where it is cut off. */
static inline bool rvx__wire_take_string(struct rvx__view *data, struct rvx__view *string)
{
    size_t len = rvx__wire_u8(*data, 0);

    if (data->len < 1 + len)
        return false;
    *string = rvx__wire_part(*data, 1, len);
    *data = rvx__view_from(*data, 1 + len);
    return true;
}

static inline void rvx__wire_put_u16(uint8_t bytes[2], uint16_t number)
{
    bytes[0] = (uint8_t)(number >> 8);
    bytes[1] = (uint8_t)number;
}

static inline void rvx__buf_add_u16(struct rvx__buf *buf, uint16_t number)
{
    rvx__buf_add_byte(buf, (char)(number >> 8));
    rvx__buf_add_byte(buf, (char)(number & 0xff));
}

/* "NXDOMAIN"; NULL if the number has no name. */
const char *rvx__dns_rcode_text(unsigned rcode);

/* "NXDOMAIN", or "RCODE99". */
void rvx__dns_rcode_print(struct rvx__buf *buf, unsigned rcode);

/* "MX", or "TYPE65280" (RFC 3597). */
void rvx__dns_type_print(struct rvx__buf *buf, uint16_t type);

/* Both forms, in upper and lower case. False, and *type untouched, if it is none. */
bool rvx__dns_type_parse(struct rvx__view text, uint16_t *type);

/* "IN", "CH", "HS", "NONE", "ANY", or "CLASS32" (RFC 3597). */
void rvx__dns_class_print(struct rvx__buf *buf, uint16_t class_);
bool rvx__dns_class_parse(struct rvx__view text, uint16_t *class_);

#endif
