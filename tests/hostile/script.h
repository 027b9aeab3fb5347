/* script.h - what a mode does with a query: things to send, and when */
#ifndef TESTS_HOSTILE_SCRIPT_H
#define TESTS_HOSTILE_SCRIPT_H

#include "hostile/message.h"

#define SCRIPT_STEPS_MAX 600

/* How long the good answer lets the bad one have its way. */
#define GOOD_DELAY_MS 150

enum step_kind {
    STEP_SEND,          /* a message: a datagram, or with its length in front on a stream */
    STEP_RAW,           /* bytes as they are, on a stream */
    STEP_OTHER_PORT,    /* a datagram from another port of the server's address */
    STEP_OTHER_ADDRESS, /* a datagram from another address, where there is one */
    STEP_CLOSE,         /* the stream ends */
    STEP_RESET          /* the stream is torn down */
};

struct step {
    enum step_kind kind;
    unsigned delay_ms; /* after the query */
    uint8_t *bytes;
    size_t len;
};

struct script {
    size_t n;
    struct step steps[SCRIPT_STEPS_MAX];
};

void script_init(struct script *script);
void script_fini(struct script *script);

/* Adds a step; bytes are copied. Out of memory, or of room, there is none. */
void script_bytes(struct script *script, enum step_kind kind, unsigned delay_ms, const void *bytes, size_t len);
void script_end(struct script *script, enum step_kind kind, unsigned delay_ms);
void script_send(struct script *script, unsigned delay_ms, const struct message *m);

/* The good answer, now or when the bad one has had its time. */
void script_good(struct script *script, const struct ask *ask);
void script_good_later(struct script *script, const struct ask *ask);

#endif
