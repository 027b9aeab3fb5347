/* health.h - what is remembered of a server from one query to the next
 *
 * Round trips and failures, which decide when to ask another server and which server is asked first; what it cannot do
 * (EDNS, 0x20), until when that is believed; its cookie (RFC 7873). Pure: time and random numbers come in. Used by one
 * thread, that of the channel it belongs to.
 */
#ifndef RVX_DNS_HEALTH_H
#define RVX_DNS_HEALTH_H

#include <stdbool.h>
#include <stdint.h>

#include <resolvx/time.h>

#include "base/view.h"
#include "dns/dice.h"
#include "dns/edns.h"

/* How much of EDNS a server takes, best first. */
enum rvx__edns_level { RVX__EDNS_FULL, RVX__EDNS_NO_OPTIONS, RVX__EDNS_NONE };

/* All zero for a server of which nothing is known. Times of 0: never. */
struct rvx__health {
    rvx_time srtt, rttvar; /* as TCP's (RFC 6298); of UDP only */
    uint32_t samples;
    uint32_t silences;     /* in a row; 2 for a failure, 1 for an answer that another server gave sooner */
    rvx_time probe_at;     /* one that fails is asked first again then */
    rvx_time tcp_until;    /* forged replies were seen: ask by TCP */
    rvx_time case_until;   /* the case of names is not kept: ask without 0x20 */
    rvx_time edns_until;   /* how long `edns` is believed */
    rvx_time cookie_until; /* its cookies come and go: none is learned before */
    uint8_t edns;          /* enum rvx__edns_level */
    uint8_t case_misses;   /* in a row */
    uint8_t cookie_len;    /* 0: none yet; 8: ours alone; above: with the server's part */
    uint8_t cookie[RVX__COOKIE_MAX];
};

/* After which silence another packet is sent, to another server if there is one. Known servers: twice the usual round
 * trip and four times its variation, at least 50 ms; unknown ones: 300 ms. */
rvx_time rvx__health_hedge_delay(const struct rvx__health *health);

/* How long to wait for it at most.  configured: resolv.conf's timeout, never exceeded.  round: 0 for the first. Servers
 * that usually answer fast are given up sooner in the first rounds. */
rvx_time rvx__health_timeout(const struct rvx__health *health, rvx_time configured, unsigned round);

/* Did it fail lately, so that others are asked before? From time to time it did not: the query that puts it first then
 * takes the probe, and for all others it fails on. */
bool rvx__health_is_failing(const struct rvx__health *health, rvx_time now);
void rvx__health_take_probe(struct rvx__health *health, rvx_time now);

/* It answered; rtt: 0 if that tells nothing about it. It did not, or refused a connection. Another was faster. */
void rvx__health_note_reply(struct rvx__health *health, rvx_time rtt);
void rvx__health_note_failure(struct rvx__health *health, rvx_time now);
void rvx__health_note_overtaken(struct rvx__health *health, rvx_time now);

/* Replies that look forged came from its address: a minute of TCP. Also for the driver, which sees those that belong to
 * no query. TCP does not work: UDP again. */
void rvx__health_distrust(struct rvx__health *health, rvx_time now);
void rvx__health_note_no_tcp(struct rvx__health *health);

/* 0x20: is it used? A reply was right but for the case; it was right. */
bool rvx__health_keeps_case(const struct rvx__health *health, rvx_time now);
void rvx__health_note_case(struct rvx__health *health, bool kept, rvx_time now);

/* EDNS: the level to ask with; a query worked only with this level. */
enum rvx__edns_level rvx__health_edns(const struct rvx__health *health, rvx_time now);
void rvx__health_learn_edns(struct rvx__health *health, enum rvx__edns_level level, rvx_time now);

/* Cookies: the one to send, ours being drawn when it is first wanted. One that came: false if it does not answer ours.
 * Does a reply have to have one? It has none, over TCP, where replies are not forged. */
struct rvx__view rvx__health_cookie(struct rvx__health *health, struct rvx__dice *dice);
bool rvx__health_learn_cookie(struct rvx__health *health, struct rvx__view cookie, rvx_time now);
bool rvx__health_wants_cookie(const struct rvx__health *health);
void rvx__health_forget_cookie(struct rvx__health *health, rvx_time now);

#endif
