/* shape.h - a query as bytes: made once for each shape, stamped for every question
 *
 * A shape is a whole query for "." IN A: header with flags, question, and OPT or nothing. Stamping copies it, with id,
 * name, type and class in their places, and a cookie in OPT. Whoever makes shapes uses a full encoder; stamping is
 * nothing but copying.
 */
#ifndef RVX_DNS_SHAPE_H
#define RVX_DNS_SHAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/view.h"
#include "dns/match.h"
#include "dns/wire.h"

#define RVX__SHAPE_MAX 64

struct rvx__shape {
    uint8_t bytes[RVX__SHAPE_MAX];
    size_t len;
    bool has_opt; /* OPT is the last record, right behind the question */
};

enum rvx__shape_flags {
    RVX__SHAPE_EDNS = 1 << 0,
    RVX__SHAPE_AD = 1 << 1,
    RVX__SHAPE_DO = 1 << 2,
    RVX__SHAPE_CD = 1 << 3,
    RVX__SHAPE_NO_RD = 1 << 4
};

#define RVX__SHAPES_N 32 /* every combination: an array indexed by the flags */

/* Is it what a shape has to be? For whoever makes one. */
bool rvx__shape_is_valid(const struct rvx__shape *shape);

/* Writes a query.
 * question->name: at most RVX__NAME_MAX bytes.  cookie: at most RVX__COOKIE_MAX bytes; empty for none, and left out
 * where the shape has no OPT.
 * Returns: its length, at most RVX__DNS_QUERY_MAX; 0 if the name, the cookie or the shape is not what it should be. */
size_t rvx__shape_stamp(const struct rvx__shape *shape, uint16_t id, const struct rvx__question *question,
                        struct rvx__view cookie, uint8_t bytes[RVX__DNS_QUERY_MAX]);

#endif
