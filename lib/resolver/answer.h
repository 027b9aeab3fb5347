/* answer.h - what sources have answered so far, and the one allocation it is handed out in
 *
 * An answer is a handful of items of one kind, addresses or names or records, and what is known about them as a whole.
 * It all lies in one block: the items behind its head, growing upwards, their texts and bytes from its end downwards.
 * A text's place is its distance from the end, which stays what it is when the block grows; 0 is no text.
 */
#ifndef RVX_RESOLVER_ANSWER_H
#define RVX_RESOLVER_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <resolvx/records.h>
#include <resolvx/resolver.h>

#include "base/view.h"

#define RVX__ANSWER_ADDRS_MAX 1024
#define RVX__ANSWER_NAMES_MAX 1024
#define RVX__ANSWER_RECORDS_MAX 8192
#define RVX__ANSWER_CHAIN_MAX 64
#define RVX__ANSWER_BYTES_MAX ((size_t)2 << 20)

/* A record. */
struct rvx__answer_record {
    uint32_t name, data; /* places */
    uint32_t data_len;
    uint32_t ttl;
    uint16_t type, class_;
};

/* The head of the block. */
struct rvx__answer_block {
    size_t size; /* of all of it */
    size_t n;
    size_t texts; /* bytes used at the end */
    unsigned item_size;
    unsigned dropped; /* names and records left out because a name in them is not what it should be */
    uint32_t canonical, server; /* places */
    uint32_t chain[RVX__ANSWER_CHAIN_MAX];
    unsigned chain_n;
    unsigned flags; /* enum rvx_origin */
    uint32_t ttl;
    bool has_ttl, has_port;
    uint16_t port;
};

/* Zeroed storage is an empty answer. */
struct rvx__answer {
    struct rvx__answer_block *block; /* NULL: nothing */
};

void rvx__answer_fini(struct rvx__answer *answer); /* leaves it empty */

/* Is there nothing in it that somebody asked for? */
bool rvx__answer_is_empty(const struct rvx__answer *answer);

/* The port; 0: none. */
uint16_t rvx__answer_port(const struct rvx__answer *answer);

/* How many addresses, names or records there are. */
size_t rvx__answer_n(const struct rvx__answer *answer);

/* Adds an address, or a name without its trailing dot, unless it is there already; or a record. An answer has items of
 * one kind only.
 * Returns: 0; -ENOMEM; RVX_ELIMIT. */
int rvx__answer_add(struct rvx__answer *answer, const struct rvx_addr *addr);
int rvx__answer_add_name(struct rvx__answer *answer, struct rvx__view name);
int rvx__answer_add_record(struct rvx__answer *answer, const struct rvx_record *record);

int rvx__answer_set_port(struct rvx__answer *answer, uint16_t port);

/* Set what is known about all of it. Names lose their trailing dot.  Returns: 0; -ENOMEM; RVX_ELIMIT. */
int rvx__answer_set_canonical(struct rvx__answer *answer, struct rvx__view name);
int rvx__answer_set_server(struct rvx__answer *answer, struct rvx__view server);
int rvx__answer_set_flags(struct rvx__answer *answer, unsigned flags);
int rvx__answer_add_alias(struct rvx__answer *answer, struct rvx__view name);
int rvx__answer_limit_ttl(struct rvx__answer *answer, uint32_t seconds);
int rvx__answer_note_dropped(struct rvx__answer *answer);

/* Puts the items of `from` behind those of `answer`, and empties `from`. What is known of all of it stays that of the
 * first, but for the TTL, which is the smaller.  Returns: as rvx__answer_add(). */
int rvx__answer_merge(struct rvx__answer *answer, struct rvx__answer *from);

/* The addresses, which may be put in another order; NULL if there are none. */
struct rvx_addr *rvx__answer_addrs(struct rvx__answer *answer);

/* The text at a place; NULL for 0. */
const char *rvx__answer_text(const struct rvx__answer *answer, uint32_t place);

/* The i-th name or record. */
const char *rvx__answer_name(const struct rvx__answer *answer, size_t i);
const struct rvx__answer_record *rvx__answer_record(const struct rvx__answer *answer, size_t i);

/* Makes the answer itself the result, and leaves it empty.  source: copied.
 * Returns: 0; -ENOMEM or RVX_ELIMIT with the answer as it was. */
int rvx__answer_take_addrs(struct rvx__answer *answer, const char *source, struct rvx_addrs **addrs);

/* The same with room for `size` bytes of the caller's inside of the result, as aligned as pointers are. */
int rvx__answer_take_addrs_with(struct rvx__answer *answer, const char *source, size_t size, struct rvx_addrs **addrs,
                                void **room);

/* Makes a result of addresses that need no lookup.  Returns: 0; -ENOMEM. */
int rvx__addrs_new(const struct rvx_addr *v, size_t n, const char *source, struct rvx_addrs **addrs);

#endif
