/* ask.h - a query as it came in, and what is remembered of the name it asks for */
#ifndef TESTS_HOSTILE_ASK_H
#define TESTS_HOSTILE_ASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HEADER_LEN 12
#define NAME_MAX_LEN 255
#define COOKIE_MAX_LEN 40

enum {
    TYPE_A = 1,
    TYPE_CNAME = 5,
    TYPE_SOA = 6,
    TYPE_PTR = 12,
    TYPE_TXT = 16,
    TYPE_AAAA = 28,
    TYPE_OPT = 41,
    TYPE_TSIG = 250
};
enum { CLASS_IN = 1, CLASS_CH = 3 };
enum { FLAG_QR = 0x8000, FLAG_AA = 0x0400, FLAG_TC = 0x0200, FLAG_RD = 0x0100, FLAG_RA = 0x0080 };
enum {
    RCODE_FORMERR = 1,
    RCODE_SERVFAIL,
    RCODE_NXDOMAIN,
    RCODE_NOTIMP,
    RCODE_REFUSED,
    RCODE_BADVERS = 16,
    RCODE_BADCOOKIE = 23
};

struct ask {
    const uint8_t *bytes; /* the whole query, borrowed */
    size_t len;
    uint16_t id;
    uint16_t flags;
    uint8_t name[NAME_MAX_LEN]; /* wire form, in the case that was sent */
    size_t name_len;
    size_t question_len; /* name, type and class */
    uint16_t type;
    bool tcp;

    bool edns;
    size_t opt; /* where OPT begins; it is the query's last record or the rest is not looked at */
    uint8_t cookie[COOKIE_MAX_LEN];
    size_t cookie_len; /* 0: no cookie, or a malformed one */

    unsigned udp_n; /* queries for this name and type before this one, over UDP ... */
    unsigned tcp_n; /* ... and over TCP */
};

/* Takes a query apart. false: it has no single question of class IN, or is cut short. */
bool ask_parse(struct ask *ask, const uint8_t *bytes, size_t len, bool tcp);

/* Is this the first query for its name and type, over whichever transport? */
bool ask_is_first(const struct ask *ask);

/* Did the client come here over TCP because of what it got over UDP? */
bool ask_fell_back(const struct ask *ask);

/* The last label, the one before and so on; NULL beyond the first. *len gets its length. */
const uint8_t *ask_label(const struct ask *ask, unsigned from_end, size_t *len);

/* How often names were asked for. Holds the latest few thousand; older ones start anew. */
struct memory;

struct memory *memory_new(void);
void memory_free(struct memory *memory);

/* Fills in ask->udp_n and ask->tcp_n, and counts this one. */
void memory_count(struct memory *memory, struct ask *ask);

#endif
