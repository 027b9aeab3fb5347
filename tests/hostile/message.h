/* message.h - building messages, right ones and wrong ones
 *
 *     struct message m;
 *
 *     message_reply(&m, ask, FLAG_RA);            header and question
 *     message_add(&m, SECTION_ANSWER, OWNER_ASKED, ask->type, record_good(ask));
 *     message_add_opt(&m, ask);
 *
 * A message is plain bytes: a mode that wants wrong ones changes them afterwards.
 */
#ifndef TESTS_HOSTILE_MESSAGE_H
#define TESTS_HOSTILE_MESSAGE_H

#include "hostile/ask.h"

#define MESSAGE_MAX 65535

/* What the right answers say, and what the attacker would have the client believe. */
#define GOOD_A "192.0.2.53"
#define GOOD_AAAA "2001:db8::53"
#define GOOD_NAME "right.hostile.test"
#define EVIL_A "6.6.6.6"
#define EVIL_AAAA "2001:db8:6::6"
#define EVIL_NAME "evil.hostile.test"
#define ZONE "hostile.test"

struct message {
    size_t len;
    uint8_t bytes[MESSAGE_MAX];
};

/* Record data, or a name in wire form. */
struct data {
    size_t len;
    uint8_t bytes[NAME_MAX_LEN];
};

enum section { SECTION_ANSWER = 1, SECTION_AUTHORITY, SECTION_ADDITIONAL };

/* Raw bytes; what does not fit is left out. */
void message_u16(struct message *m, unsigned value);
void message_put(struct message *m, const void *bytes, size_t len);
void message_set_u16(struct message *m, size_t at, unsigned value);

/* Begins a reply: the query's id, QR and RD and these flags (rcode included), and its question. */
void message_reply(struct message *m, const struct ask *ask, unsigned flags);

/* Adds one to the count of a section. */
void message_count(struct message *m, enum section section);

/* A record of class IN and TTL 60. owner: in wire form; NULL: a pointer to the question's name. */
void message_add(struct message *m, enum section section, const struct data *owner, unsigned type,
                 const struct data *rdata);

/* OPT, if the query had one: 1232 bytes, version 0, the extended bits of rcode, and no options or one. */
void message_add_opt(struct message *m, const struct ask *ask, unsigned rcode);
void message_add_opt_with(struct message *m, unsigned rcode, unsigned option, const void *value, size_t len);

/* A wire name of a text: "a.b"; labels may hold any byte but the dot. Too long a text gives the root. */
void data_name(struct data *data, const char *text);

/* The asked name with a label put in front: "label.asked". */
void data_below(struct data *data, const char *label, const struct ask *ask);

/* What a record of the asked type holds: the good one, the attacker's; for any other type nothing. */
void data_good(struct data *data, const struct ask *ask);
void data_evil(struct data *data, const struct ask *ask);

/* Whole replies: the good answer, or "no such data" for types that there is none of; the attacker's answer, which would
 * be right but for its data; an rcode alone; no such name, and no such data, with SOA (RFC 2308). */
void message_good(struct message *m, const struct ask *ask);
void message_evil(struct message *m, const struct ask *ask);
void message_rcode(struct message *m, const struct ask *ask, unsigned rcode);
void message_negative(struct message *m, const struct ask *ask, unsigned rcode);

#endif
