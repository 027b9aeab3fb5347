/* name.h - domain names: in wire form, as text, inside of messages
 *
 * A name in wire form is labels, each with its length in front, and the root label, a zero byte: at most 255 bytes and
 * no compression. Where it is only read it is a struct rvx__view of those bytes; where it is kept, a struct rvx__name.
 * Names are compared with ASCII letters folded and nothing else (RFC 4343).
 */
#ifndef RVX_DNS_NAME_H
#define RVX_DNS_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <resolvx/addr.h>

#include "base/view.h"

#define RVX__NAME_MAX 255
#define RVX__LABEL_MAX 63
#define RVX__NAME_TEXT_SIZE 1024 /* the longest name with every byte as \DDD, and the NUL */

struct rvx__name {
    uint8_t len; /* 0: none */
    uint8_t wire[RVX__NAME_MAX];
};

static inline struct rvx__view rvx__name_view(const struct rvx__name *name)
{
    return rvx__view_of(name->wire, name->len);
}

/* Keeps a name that is in wire form. False, and len 0, if it is not whole or too long. */
bool rvx__name_set(struct rvx__name *name, struct rvx__view wire);

/* Reads a text, RFC 1035 section 5.1: labels between dots, \. and \DDD for any byte; the trailing dot is optional.
 * False, and len 0, if it is no name: empty, an empty label, a label above 63 bytes, too long, half an escape. */
bool rvx__name_parse(struct rvx__view text, struct rvx__name *name);

/* May this text be looked up as a host? Letters, digits, hyphens (not at the ends of a label) and underscores, and not
 * digits alone; "." is one (go-net.md 3.2). The second: the same rule for a name that was received. */
bool rvx__name_is_host(struct rvx__view text);
bool rvx__name_wire_is_host(struct rvx__view wire);

/* Writes the text with its NUL: no dot at the end, "." for the root. What would be read as something else is written
 * as \. or \DDD. Returns its length. */
size_t rvx__name_text(struct rvx__view wire, char text[RVX__NAME_TEXT_SIZE]);

bool rvx__name_equal(struct rvx__view a, struct rvx__view b);

/* Is it the zone's own name, or a name inside of the zone? */
bool rvx__name_is_below(struct rvx__view name, struct rvx__view zone);

/* How many labels it has, without the root. */
unsigned rvx__name_labels(struct rvx__view wire);

void rvx__name_lower(struct rvx__name *name);

/* Copies a name. Of its bytes, those that are letters get the case that bit i % 64 says: 1 upper, 0 lower. */
void rvx__name_mix_case(struct rvx__view wire, uint64_t bits, struct rvx__name *mixed);

/* 1.2.0.192.in-addr.arpa, or the 32 nibbles under ip6.arpa; a v4-mapped address is asked for as IPv4. len 0 if the
 * address is neither. */
void rvx__name_reverse(const struct rvx_addr *addr, struct rvx__name *name);

/* The following read names in a message that passed the gate, where they may be compressed. Of other bytes they make
 * nothing useful but do no harm. */

/* Returns where the name at `at` ends: the bytes behind its root label or pointer. */
size_t rvx__name_skip(struct rvx__view message, size_t at);

/* Copies it without compression. Returns as rvx__name_skip(). */
size_t rvx__name_expand(struct rvx__view message, size_t at, struct rvx__name *name);

/* Where the name's first label really is: behind the pointers in front of it. Names with one origin are equal. */
size_t rvx__name_origin(struct rvx__view message, size_t at);

/* Compares it with a name in wire form, without copying. */
bool rvx__name_equal_at(struct rvx__view message, size_t at, struct rvx__view wire);

#endif
