/* modes.h - the ways to answer: one good, all others wrong in one thing each */
#ifndef TESTS_HOSTILE_MODES_H
#define TESTS_HOSTILE_MODES_H

#include "hostile/script.h"

/* What a client has to make of a mode. Never allowed: an attacker's address or name, and "no such host" but where it is
 * said. */
enum want {
    WANT_GOOD,         /* the good answer, and nothing beside it */
    WANT_GOOD_OR_FAIL, /* that, or a temporary failure */
    WANT_FAIL,         /* a failure that is not "no such host": there is no good answer to be had */
    WANT_NEGATIVE,     /* "no such host", truly */
    WANT_NOTHING       /* nothing usable came: "no such host" or a failure */
};

struct mode {
    const char *name;
    enum want udp; /* for a client that asks over UDP, and over TCP where it finds reason to */
    enum want tcp; /* for a client that asks over TCP only */
    void (*answer)(const struct ask *ask, struct script *script);
    const char *about;
};

/* The tables, by what is wrong. */
extern const struct mode modes_match[], modes_format[], modes_chain[], modes_server[], modes_stream[];

/* The mode of this number, from 0; NULL beyond the last. */
const struct mode *mode_at(size_t number);
const struct mode *mode_find(const char *name, size_t len);

/* The mode that a name asks for: MODE.hostile.test and all below it; the reverse names of 198.18.NUMBER.0/24 and of
 * 2001:2:0:NUMBER::/64, the number in hexadecimal there. NULL: none. */
const struct mode *mode_of(const struct ask *ask);

const char *want_text(enum want want);

#endif
