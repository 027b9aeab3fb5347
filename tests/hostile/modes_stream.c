/* modes_stream.c - what a stream does to messages (RFC 7766)
 *
 * Over UDP every one of these says TC, so that the client comes over TCP.
 */
#include <config.h>

#include "hostile/modes.h"

#include <string.h>

static bool sent_to_tcp(const struct ask *ask, struct script *script)
{
    struct message m;

    if (ask->tcp)
        return false;
    message_reply(&m, ask, FLAG_RA | FLAG_TC);
    message_add_opt(&m, ask, 0);
    script_send(script, 0, &m);
    return true;
}

/* The good answer as it goes over a stream. */
static void frame_good(struct message *framed, const struct ask *ask)
{
    struct message m;

    message_good(&m, ask);
    framed->len = 0;
    message_u16(framed, (unsigned)m.len);
    message_put(framed, m.bytes, m.len);
}

static void answer_length_0(const struct ask *ask, struct script *script)
{
    if (sent_to_tcp(ask, script))
        return;
    script_bytes(script, STEP_RAW, 0, "\0\0\0\0", 4);
    script_good_later(script, ask);
}

static void answer_byte_by_byte(const struct ask *ask, struct script *script)
{
    struct message framed;

    if (sent_to_tcp(ask, script))
        return;
    frame_good(&framed, ask);
    for (size_t i = 0; i < framed.len; i++)
        script_bytes(script, STEP_RAW, (unsigned)i * 2, framed.bytes + i, 1);
}

/* The length in two packets, then the rest. */
static void answer_length_split(const struct ask *ask, struct script *script)
{
    struct message framed;

    if (sent_to_tcp(ask, script))
        return;
    frame_good(&framed, ask);
    script_bytes(script, STEP_RAW, 0, framed.bytes, 1);
    script_bytes(script, STEP_RAW, 40, framed.bytes + 1, framed.len - 1);
}

/* Somebody else's answer and the good one in one write. */
static void answer_two_in_one(const struct ask *ask, struct script *script)
{
    struct message framed, evil, both;

    if (sent_to_tcp(ask, script))
        return;
    message_evil(&evil, ask);
    evil.bytes[0] ^= 0x80;
    frame_good(&framed, ask);
    both.len = 0;
    message_u16(&both, (unsigned)evil.len);
    message_put(&both, evil.bytes, evil.len);
    message_put(&both, framed.bytes, framed.len);
    script_bytes(script, STEP_RAW, 0, both.bytes, both.len);
}

/* The good answer, and the attacker's in its place right behind it. */
static void answer_twice(const struct ask *ask, struct script *script)
{
    struct message framed, evil;

    if (sent_to_tcp(ask, script))
        return;
    message_evil(&evil, ask);
    frame_good(&framed, ask);
    message_u16(&framed, (unsigned)evil.len);
    message_put(&framed, evil.bytes, evil.len);
    script_bytes(script, STEP_RAW, 0, framed.bytes, framed.len);
}

/* The first stream breaks after `len` bytes of the answer, in this way; the next is well. */
static void break_once(const struct ask *ask, struct script *script, size_t len, enum step_kind how)
{
    struct message framed;

    if (sent_to_tcp(ask, script))
        return;
    if (ask->tcp_n > 0) {
        script_good(script, ask);
        return;
    }
    frame_good(&framed, ask);
    if (len > 0)
        script_bytes(script, STEP_RAW, 0, framed.bytes, len < framed.len ? len : framed.len - 1);
    script_end(script, how, 10);
}

static void answer_close(const struct ask *ask, struct script *script)
{
    break_once(ask, script, 0, STEP_CLOSE);
}

static void answer_reset(const struct ask *ask, struct script *script)
{
    break_once(ask, script, 0, STEP_RESET);
}

static void answer_close_in_length(const struct ask *ask, struct script *script)
{
    break_once(ask, script, 1, STEP_CLOSE);
}

static void answer_close_in_message(const struct ask *ask, struct script *script)
{
    break_once(ask, script, 30, STEP_CLOSE);
}

/* A length of 65,535 before the good answer: the rest never comes. */
static void answer_length_65535(const struct ask *ask, struct script *script)
{
    struct message framed;

    if (sent_to_tcp(ask, script))
        return;
    if (ask->tcp_n > 0) {
        script_good(script, ask);
        return;
    }
    frame_good(&framed, ask);
    message_set_u16(&framed, 0, 0xffff);
    script_bytes(script, STEP_RAW, 0, framed.bytes, framed.len);
    script_end(script, STEP_CLOSE, GOOD_DELAY_MS);
}

/* TC over TCP makes no sense: the answer is whole. */
static void answer_truncated_stream(const struct ask *ask, struct script *script)
{
    struct message m;

    if (sent_to_tcp(ask, script))
        return;
    message_good(&m, ask);
    m.bytes[2] |= FLAG_TC >> 8;
    script_send(script, 0, &m);
}

const struct mode modes_stream[] = {
    {"tcp-length-0", WANT_GOOD, WANT_GOOD, answer_length_0, "two messages of no bytes, then good"},
    {"tcp-byte-by-byte", WANT_GOOD, WANT_GOOD, answer_byte_by_byte, "good, a byte every 2 ms"},
    {"tcp-length-split", WANT_GOOD, WANT_GOOD, answer_length_split, "good, the length in two pieces"},
    {"tcp-two-in-one", WANT_GOOD, WANT_GOOD, answer_two_in_one, "another id and good in one write"},
    {"tcp-twice", WANT_GOOD, WANT_GOOD, answer_twice, "good, then a false answer in the same write"},
    {"tcp-close", WANT_GOOD, WANT_GOOD, answer_close, "closed without an answer once"},
    {"tcp-reset", WANT_GOOD, WANT_GOOD, answer_reset, "reset without an answer once"},
    {"tcp-close-in-length", WANT_GOOD, WANT_GOOD, answer_close_in_length, "closed after one byte once"},
    {"tcp-close-in-message", WANT_GOOD, WANT_GOOD, answer_close_in_message, "closed inside of the answer once"},
    {"tcp-length-65535", WANT_GOOD, WANT_GOOD, answer_length_65535, "a length that is never reached, closed, once"},
    {"tcp-truncated", WANT_GOOD_OR_FAIL, WANT_GOOD_OR_FAIL, answer_truncated_stream, "good, but TC over TCP"},
    {NULL, WANT_GOOD, WANT_GOOD, NULL, NULL},
};
