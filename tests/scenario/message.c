/* message.c - writing DNS messages the plain way: no compression, no checks */
#include <config.h>

#include "scenario/message.h"

#include <string.h>

#include "dns/edns.h"
#include "dns/gate.h"
#include "dns/wire.h"

static void add_bytes(struct message *message, const void *bytes, size_t len)
{
    if (len > 0 && message->len + len <= sizeof message->bytes) {
        memcpy(message->bytes + message->len, bytes, len);
        message->len += len;
    }
}

static void add_u16(struct message *message, unsigned number)
{
    uint8_t bytes[2];

    rvx__wire_put_u16(bytes, (uint16_t)number);
    add_bytes(message, bytes, sizeof bytes);
}

static void make_shape(struct rvx__shape *shape, unsigned flags)
{
    static const uint8_t question[] = {0, 0, RVX__DNS_TYPE_A, 0, RVX__DNS_CLASS_IN};
    struct message message = {.len = 0};

    add_u16(&message, 0);
    add_u16(&message, ((flags & RVX__SHAPE_NO_RD) == 0 ? RVX__DNS_FLAG_RD : 0u) |
                          ((flags & RVX__SHAPE_AD) != 0 ? RVX__DNS_FLAG_AD : 0u) |
                          ((flags & RVX__SHAPE_CD) != 0 ? RVX__DNS_FLAG_CD : 0u));
    add_u16(&message, 1);
    add_bytes(&message, "\0\0\0\0\0", 6);
    add_bytes(&message, question, sizeof question);
    shape->has_opt = (flags & RVX__SHAPE_EDNS) != 0;
    if (shape->has_opt) {
        message_add_opt(&message, 0, rvx__view_of(NULL, 0));
        if ((flags & RVX__SHAPE_DO) != 0)
            message.bytes[message.len - 4] |= RVX__EDNS_FLAG_DO >> 8;
    }
    memcpy(shape->bytes, message.bytes, message.len);
    shape->len = message.len;
}

void message_shapes(struct rvx__shape shapes[RVX__SHAPES_N])
{
    unsigned flags;

    for (flags = 0; flags < RVX__SHAPES_N; flags++)
        make_shape(&shapes[flags], flags);
}

void message_reply(struct message *message, struct rvx__view query)
{
    size_t end = rvx__name_skip(query, RVX__DNS_HEADER_LEN) + 4;

    message->len = 0;
    add_bytes(message, query.data, end < query.len ? end : query.len);
    message->question_len = message->len - RVX__DNS_HEADER_LEN;
    message_set_u16(message, RVX__DNS_FLAGS_AT,
                    message_u16(message, RVX__DNS_FLAGS_AT) | RVX__DNS_FLAG_QR | RVX__DNS_FLAG_RA);
    memset(message->bytes + 6, 0, 6);
    rvx__name_expand(query, RVX__DNS_HEADER_LEN, &message->owner);
}

uint16_t message_u16(const struct message *message, size_t at)
{
    return rvx__wire_u16(rvx__view_of(message->bytes, message->len), at);
}

void message_set_u16(struct message *message, size_t at, unsigned number)
{
    rvx__wire_put_u16(message->bytes + at, (uint16_t)number);
}

void message_set_rcode(struct message *message, unsigned rcode)
{
    unsigned flags = message_u16(message, RVX__DNS_FLAGS_AT);

    message_set_u16(message, RVX__DNS_FLAGS_AT, (flags & ~(unsigned)RVX__DNS_RCODE_MASK) | (rcode & 15));
}

static void count_record(struct message *message, enum message_section section)
{
    size_t at = 6 + 2 * (size_t)section;

    message_set_u16(message, at, message_u16(message, at) + 1u);
}

void message_add(struct message *message, enum message_section section, uint16_t type, uint32_t ttl,
                 struct rvx__view rdata)
{
    add_bytes(message, message->owner.wire, message->owner.len);
    add_u16(message, type);
    add_u16(message, RVX__DNS_CLASS_IN);
    add_u16(message, ttl >> 16);
    add_u16(message, ttl & 0xffff);
    add_u16(message, (unsigned)rdata.len);
    add_bytes(message, rdata.data, rdata.len);
    count_record(message, section);
}

void message_add_soa(struct message *message, struct rvx__view zone, uint32_t minimum)
{
    uint8_t rdata[22] = {0}; /* two roots, five numbers */
    struct rvx__name owner = message->owner;

    rvx__wire_put_u16(rdata + 20, (uint16_t)minimum);
    rvx__name_set(&message->owner, zone);
    message_add(message, MESSAGE_AUTHORITY, RVX__DNS_TYPE_SOA, 3600, rvx__view_of(rdata, sizeof rdata));
    message->owner = owner;
}

void message_add_opt(struct message *message, unsigned rcode, struct rvx__view cookie)
{
    add_bytes(message, "", 1);
    add_u16(message, RVX__DNS_TYPE_OPT);
    add_u16(message, RVX__DNS_UDP_SIZE);
    add_u16(message, (rcode >> 4) << 8);
    add_u16(message, 0);
    add_u16(message, cookie.len > 0 ? (unsigned)cookie.len + 4 : 0);
    if (cookie.len > 0) {
        add_u16(message, RVX__EDNS_OPTION_COOKIE);
        add_u16(message, (unsigned)cookie.len);
        add_bytes(message, cookie.data, cookie.len);
    }
    count_record(message, MESSAGE_ADDITIONAL);
}

struct rvx__view message_cookie(struct rvx__view query)
{
    struct rvx__message message;
    struct rvx__view cookie = {NULL, 0};

    if (rvx__gate_check(query, &message) == RVX__GATE_OK)
        rvx__edns_find(&message, RVX__EDNS_OPTION_COOKIE, &cookie);
    return cookie;
}
