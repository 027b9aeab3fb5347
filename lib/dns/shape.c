/* shape.c - stamping a query
 *
 * The shape's question is that of the root: one byte of name, type, class. The name takes that byte's place; what comes
 * behind the question, OPT or nothing, is copied after it.
 */
#include <config.h>

#include "dns/shape.h"

#include "dns/edns.h"
#include "dns/name.h"

#define QUESTION_END (RVX__DNS_HEADER_LEN + 1 + 4)
#define OPT_LEN (1 + RVX__DNS_RR_LEN) /* without options */
#define OPTION_LEN 4                  /* without its value */

bool rvx__shape_is_valid(const struct rvx__shape *shape)
{
    struct rvx__message message;

    return shape->len <= sizeof shape->bytes &&
           rvx__gate_check(rvx__view_of(shape->bytes, shape->len), &message) == RVX__GATE_OK &&
           message.end == shape->len && message.count[RVX__DNS_QUESTION] == 1 &&
           message.at[RVX__DNS_ADDITIONAL] == QUESTION_END && message.has_opt == shape->has_opt &&
           message.count[RVX__DNS_ADDITIONAL] == (shape->has_opt ? 1 : 0);
}

/* Adds the cookie at the end of the message, which is the end of OPT, and counts it in OPT's RDLENGTH. */
static size_t add_cookie(uint8_t *bytes, size_t len, size_t rdlength_at, struct rvx__view cookie)
{
    size_t rdlength = rvx__wire_u16(rvx__view_of(bytes, len), rdlength_at) + OPTION_LEN + cookie.len;

    rvx__wire_put_u16(bytes + rdlength_at, (uint16_t)rdlength);
    rvx__wire_put_u16(bytes + len, RVX__EDNS_OPTION_COOKIE);
    rvx__wire_put_u16(bytes + len + 2, (uint16_t)cookie.len);
    memcpy(bytes + len + OPTION_LEN, cookie.data, cookie.len);
    return len + OPTION_LEN + cookie.len;
}

size_t rvx__shape_stamp(const struct rvx__shape *shape, uint16_t id, const struct rvx__question *question,
                        struct rvx__view cookie, uint8_t bytes[RVX__DNS_QUERY_MAX])
{
    size_t at = RVX__DNS_HEADER_LEN + question->name.len, len;

    if (question->name.len < 1 || question->name.len > RVX__NAME_MAX || cookie.len > RVX__COOKIE_MAX ||
        shape->len > sizeof shape->bytes || shape->len < QUESTION_END + (shape->has_opt ? OPT_LEN : 0))
        return 0;
    memcpy(bytes, shape->bytes, RVX__DNS_HEADER_LEN);
    memcpy(bytes + RVX__DNS_HEADER_LEN, question->name.data, question->name.len);
    rvx__wire_put_u16(bytes + RVX__DNS_ID_AT, id);
    rvx__wire_put_u16(bytes + at, question->type);
    rvx__wire_put_u16(bytes + at + 2, question->class_);
    memcpy(bytes + at + 4, shape->bytes + QUESTION_END, shape->len - QUESTION_END);
    len = at + 4 + shape->len - QUESTION_END;
    return shape->has_opt && cookie.len > 0 ? add_cookie(bytes, len, at + 4 + OPT_LEN - 2, cookie) : len;
}
