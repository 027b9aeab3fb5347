/* health.c - round trips, failures, abilities and cookies of one server
 *
 * Round trips are averaged as TCP does it (RFC 6298), from UDP alone: a round trip over TCP has the handshake in it. No
 * sample is ambiguous, as each packet has an id of its own.
 *
 * A server that fails is asked after the others, and first again every ten seconds, by one query; hedging makes that
 * cheap. So does a server that others overtake twice in a row: a dead one would otherwise never be found out, because
 * with hedging nobody waits for it to the end.
 *
 * Abilities are learned when doing without is what helped, and believed for an hour. Cookies are RFC 7873's; where that
 * lets a client wait for a server that lost its cookies, this one asks over TCP at once, takes the answer there for the
 * truth, and learns no cookie from this server for ten seconds. That bounds what it costs to talk to a farm of which
 * some members have cookies and others have not.
 */
#include <config.h>

#include "dns/health.h"

#include <string.h>

#define HEDGE_MIN RVX_MILLISECONDS(50)
#define HEDGE_COLD RVX_MILLISECONDS(300)
#define HEDGE_MAX RVX_SECONDS(1)

/* Of a fast server's hedge delay, before it is given up. */
#define TIMEOUT_FACTOR 8
#define TIMEOUT_MIN RVX_SECONDS(1)

#define SILENCES_FAILING 2
#define SILENCES_MAX 1000
#define PROBE_AFTER RVX_SECONDS(10)
#define DISTRUST_FOR RVX_SECONDS(60)
#define ABILITY_FOR RVX_SECONDS(3600)
#define CASE_MISSES_MAX 3
#define COOKIE_WINDOW RVX_SECONDS(10)

rvx_time rvx__health_hedge_delay(const struct rvx__health *health)
{
    rvx_time delay;

    if (health->samples == 0)
        return HEDGE_COLD;
    delay = 2 * health->srtt + 4 * health->rttvar;
    if (delay < HEDGE_MIN)
        return HEDGE_MIN;
    return delay < HEDGE_MAX ? delay : HEDGE_MAX;
}

rvx_time rvx__health_timeout(const struct rvx__health *health, rvx_time configured, unsigned round)
{
    rvx_time timeout;

    if (health->samples == 0)
        return configured;
    timeout = TIMEOUT_FACTOR * rvx__health_hedge_delay(health);
    if (timeout < TIMEOUT_MIN)
        timeout = TIMEOUT_MIN;
    for (; round > 0 && timeout < configured; round--)
        timeout *= 2;
    return timeout < configured ? timeout : configured;
}

bool rvx__health_is_failing(const struct rvx__health *health, rvx_time now)
{
    return health->silences >= SILENCES_FAILING && now < health->probe_at;
}

void rvx__health_take_probe(struct rvx__health *health, rvx_time now)
{
    if (health->silences >= SILENCES_FAILING)
        health->probe_at = now + PROBE_AFTER;
}

static void add_sample(struct rvx__health *health, rvx_time rtt)
{
    rvx_time off = rtt > health->srtt ? rtt - health->srtt : health->srtt - rtt;

    if (health->samples == 0) {
        health->srtt = rtt;
        health->rttvar = rtt / 2;
    } else {
        health->rttvar += (off - health->rttvar) / 4;
        health->srtt += (rtt - health->srtt) / 8;
    }
    if (health->samples < UINT32_MAX)
        health->samples++;
}

void rvx__health_note_reply(struct rvx__health *health, rvx_time rtt)
{
    health->silences = 0;
    if (rtt > 0)
        add_sample(health, rtt);
}

static void add_silences(struct rvx__health *health, unsigned n, rvx_time now)
{
    if (health->silences < SILENCES_MAX)
        health->silences += n;
    health->probe_at = now + PROBE_AFTER;
}

void rvx__health_note_failure(struct rvx__health *health, rvx_time now)
{
    add_silences(health, 2, now);
}

void rvx__health_note_overtaken(struct rvx__health *health, rvx_time now)
{
    add_silences(health, 1, now);
}

void rvx__health_distrust(struct rvx__health *health, rvx_time now)
{
    health->tcp_until = now + DISTRUST_FOR;
}

void rvx__health_note_no_tcp(struct rvx__health *health)
{
    health->tcp_until = 0;
}

bool rvx__health_keeps_case(const struct rvx__health *health, rvx_time now)
{
    return now >= health->case_until;
}

void rvx__health_note_case(struct rvx__health *health, bool kept, rvx_time now)
{
    if (kept) {
        health->case_misses = 0;
        return;
    }
    if (++health->case_misses < CASE_MISSES_MAX)
        return;
    health->case_misses = 0;
    health->case_until = now + ABILITY_FOR;
}

enum rvx__edns_level rvx__health_edns(const struct rvx__health *health, rvx_time now)
{
    return now < health->edns_until ? (enum rvx__edns_level)health->edns : RVX__EDNS_FULL;
}

void rvx__health_learn_edns(struct rvx__health *health, enum rvx__edns_level level, rvx_time now)
{
    health->edns = (uint8_t)level;
    health->edns_until = now + ABILITY_FOR;
}

struct rvx__view rvx__health_cookie(struct rvx__health *health, struct rvx__dice *dice)
{
    if (health->cookie_len == 0) {
        uint64_t client = rvx__dice_u64(dice);

        memcpy(health->cookie, &client, RVX__COOKIE_CLIENT_LEN);
        health->cookie_len = RVX__COOKIE_CLIENT_LEN;
    }
    return rvx__view_of(health->cookie, health->cookie_len);
}

bool rvx__health_learn_cookie(struct rvx__health *health, struct rvx__view cookie, rvx_time now)
{
    struct rvx__view client = rvx__view_of(health->cookie, RVX__COOKIE_CLIENT_LEN);

    if (health->cookie_len == 0 || cookie.len > RVX__COOKIE_MAX ||
        !rvx__view_eq(rvx__view_to(cookie, RVX__COOKIE_CLIENT_LEN), client))
        return false;
    if (now >= health->cookie_until) {
        memcpy(health->cookie, cookie.data, cookie.len);
        health->cookie_len = (uint8_t)cookie.len;
    }
    return true;
}

bool rvx__health_wants_cookie(const struct rvx__health *health)
{
    return health->cookie_len > RVX__COOKIE_CLIENT_LEN;
}

void rvx__health_forget_cookie(struct rvx__health *health, rvx_time now)
{
    health->cookie_len = RVX__COOKIE_CLIENT_LEN;
    health->cookie_until = now + COOKIE_WINDOW;
}
