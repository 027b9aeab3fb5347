/* message.h - replies made from queries, good and bad ones, and shapes without a library */
#ifndef TESTS_SCENARIO_MESSAGE_H
#define TESTS_SCENARIO_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/view.h"
#include "dns/name.h"
#include "dns/shape.h"

#define MESSAGE_SIZE 4096

enum message_section { MESSAGE_ANSWER, MESSAGE_AUTHORITY, MESSAGE_ADDITIONAL };

struct message {
    uint8_t bytes[MESSAGE_SIZE];
    size_t len;
    size_t question_len; /* of the question: name, type, class */
    struct rvx__name owner; /* of the records that are added */
};

/* The shapes of all flags, as the library's are. */
void message_shapes(struct rvx__shape shapes[RVX__SHAPES_N]);

/* Begins a reply: header and question of the query, QR and RA set. */
void message_reply(struct message *message, struct rvx__view query);

/* In the header. */
uint16_t message_u16(const struct message *message, size_t at);
void message_set_u16(struct message *message, size_t at, unsigned number);
void message_set_rcode(struct message *message, unsigned rcode); /* its lower four bits */

/* Adds a record of class IN owned by message->owner. */
void message_add(struct message *message, enum message_section section, uint16_t type, uint32_t ttl,
                 struct rvx__view rdata);
void message_add_soa(struct message *message, struct rvx__view zone, uint32_t minimum);

/* Adds OPT, with a cookie unless that is empty. */
void message_add_opt(struct message *message, unsigned rcode, struct rvx__view cookie);

/* The cookie of a query: empty for none. */
struct rvx__view message_cookie(struct rvx__view query);

#endif
