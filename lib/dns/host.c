/* host.c - names in turn, types side by side, aliases to their end
 *
 * go-net.md 3.6 and 4.6.4: each name of the search list is tried with all types; the first name that gives a record of
 * any type ends the walk. "No such name", "no data" and failures go on to the next name, unless the caller is strict
 * about failures. All types of a name are waited for: there are servers that say "no such name" of one type and have
 * the other (RFC 4074).
 *
 * If nothing was found, one failure stands for all. A temporary one says more than an alias loop, and that more than
 * that there is nothing, because nothing may be called missing that might be there; among equals, the one of the name
 * as typed counts, else the first.
 *
 * An alias whose end is not in the answer is followed with a question of its own, for each type by itself, at most
 * eight times. Circles over several messages are found by hashes of the names that were asked; whoever makes two names
 * of one hash breaks but his own chain.
 */
#include <config.h>

#include "dns/host.h"

#include <errno.h>

#include <resolvx/err.h>

enum phase { PHASE_LATER, PHASE_WANTED, PHASE_ASKED, PHASE_SETTLED };

static void set_state(struct rvx__host *host, enum rvx__host_state state)
{
    host->state = (uint8_t)state;
}

/* The name that is tried now. False if there are no more. */
static bool current_name(const struct rvx__host *host, struct rvx__name *name)
{
    struct rvx__search search = host->search;

    return host->wire ? rvx__name_set(name, search.text) : rvx__search_next(&search, name);
}

/* FNV-1a, over letters in lower case. */
static uint32_t hash_name(const struct rvx__name *name)
{
    uint32_t hash = 2166136261u;
    unsigned i;

    for (i = 0; i < name->len; i++)
        hash = (hash ^ (uint8_t)rvx__to_lower((char)name->wire[i])) * 16777619u;
    return hash;
}

/* ---- failures */

enum weight { WEIGHT_NONE, WEIGHT_ABSENT, WEIGHT_LOOP, WEIGHT_TEMPORARY };

static enum weight weigh(int code)
{
    switch (code) {
    case 0:
        return WEIGHT_NONE;
    case RVX_ENOTFOUND:
        return WEIGHT_ABSENT;
    case RVX_EALIASLOOP:
        return WEIGHT_LOOP;
    default:
        return WEIGHT_TEMPORARY;
    }
}

static bool is_as_typed(const struct rvx__host *host)
{
    struct rvx__name now, typed;

    return host->wire || (current_name(host, &now) && rvx__name_parse(host->search.text, &typed) &&
                          rvx__name_equal(rvx__name_view(&now), rvx__name_view(&typed)));
}

static enum rvx__host_use blame(struct rvx__host *host, int code)
{
    enum weight old = weigh(host->code), new = weigh(code);
    bool typed = is_as_typed(host);

    if (new < old || (new == old && (host->typed || !typed)))
        return RVX__HOST_IGNORE;
    host->code = code;
    host->typed = typed;
    return RVX__HOST_BLAME;
}

/* ---- the walk */

static void end(struct rvx__host *host, int code)
{
    unsigned i;

    for (i = 0; i < host->types_n; i++) {
        if (host->phases[i] == PHASE_ASKED)
            host->drop |= (uint8_t)(1u << i);
        host->phases[i] = PHASE_SETTLED;
    }
    host->code = code;
    set_state(host, RVX__HOST_ENDING);
}

/* There are no more names. */
static void end_walk(struct rvx__host *host)
{
    end(host, host->code != 0 ? host->code : RVX_ENOTFOUND);
}

static void begin_name(struct rvx__host *host)
{
    unsigned i;

    for (i = 0; i < host->types_n; i++) {
        host->phases[i] = i > 0 && host->opts->one_after_the_other ? PHASE_LATER : PHASE_WANTED;
        host->hops[i] = 0;
    }
}

static void leave_name(struct rvx__host *host)
{
    struct rvx__name name;

    if (host->found) {
        end(host, 0);
    } else if (host->wire || host->spent) {
        end_walk(host);
    } else {
        rvx__search_next(&host->search, &name);
        begin_name(host);
    }
}

/* Nothing more comes for this type and name. */
static void settle(struct rvx__host *host, unsigned i)
{
    unsigned other;

    host->phases[i] = PHASE_SETTLED;
    for (other = 0; other < host->types_n; other++) {
        if (host->phases[other] == PHASE_LATER)
            host->phases[other] = PHASE_WANTED;
        if (host->phases[other] != PHASE_SETTLED)
            return;
    }
    leave_name(host);
}

/* ---- answers */

static enum rvx__host_use take_failure(struct rvx__host *host, unsigned i, int code)
{
    enum rvx__host_use use;

    if (host->opts->strict && weigh(code) == WEIGHT_TEMPORARY) {
        host->phases[i] = PHASE_SETTLED;
        end(host, code);
        return RVX__HOST_BLAME;
    }
    use = blame(host, code);
    if (code == RVX_ELIMIT)
        host->spent = true;
    settle(host, i);
    return use;
}

static enum rvx__host_use take_answer(struct rvx__host *host, unsigned i)
{
    host->found = true;
    settle(host, i);
    return RVX__HOST_TAKE;
}

static bool is_circle(const struct rvx__host *host, unsigned i, uint32_t hash)
{
    unsigned hop;

    for (hop = 0; hop <= host->hops[i]; hop++) {
        if (host->trails[i]->seen[hop] == hash)
            return true;
    }
    return false;
}

static enum rvx__host_use take_alias(struct rvx__host *host, unsigned i, const struct rvx__name *target)
{
    struct rvx__host_trail *trail = host->trails[i];
    uint32_t hash = hash_name(target);
    struct rvx__name name;

    if (trail == NULL)
        return take_failure(host, i, -ENOMEM);
    if (host->hops[i] == 0)
        trail->seen[0] = current_name(host, &name) ? hash_name(&name) : 0;
    if (host->hops[i] == RVX__HOST_RESTARTS_MAX || is_circle(host, i, hash))
        return take_failure(host, i, RVX_EALIASLOOP);
    trail->seen[++host->hops[i]] = hash;
    rvx__name_set(&trail->target, rvx__name_view(target));
    host->phases[i] = PHASE_WANTED;
    return RVX__HOST_FOLLOW;
}

static enum rvx__host_use take_finding(struct rvx__host *host, unsigned i, const struct rvx__finding *finding)
{
    switch (finding->verdict) {
    case RVX__VERDICT_ANSWER:
        return take_answer(host, i);
    case RVX__VERDICT_ALIAS:
        return take_alias(host, i, &finding->target);
    case RVX__VERDICT_NODATA:
        host->nodata = true;
        return take_failure(host, i, RVX_ENOTFOUND);
    case RVX__VERDICT_NXDOMAIN:
        return take_failure(host, i, RVX_ENOTFOUND);
    case RVX__VERDICT_LOOP:
        return take_failure(host, i, RVX_EALIASLOOP);
    case RVX__VERDICT_LAME:
    case RVX__VERDICT_TRUNCATED:
    case RVX__VERDICT_SERVFAIL:
    case RVX__VERDICT_REFUSED:
    case RVX__VERDICT_FORMERR:
    case RVX__VERDICT_NOTIMP:
    case RVX__VERDICT_BADVERS:
    case RVX__VERDICT_BADCOOKIE:
    case RVX__VERDICT_RCODE:
        break;
    }
    return take_failure(host, i, RVX_ETRYAGAIN);
}

enum rvx__host_use rvx__host_answered(struct rvx__host *host, unsigned i, int code, const struct rvx__finding *finding)
{
    if (host->state != RVX__HOST_ASKING || i >= host->types_n || host->phases[i] != PHASE_ASKED)
        return RVX__HOST_IGNORE;
    if (code == 0)
        return take_finding(host, i, finding);
    /* That there is nothing takes a message that says so. */
    return take_failure(host, i, code == RVX_ENOTFOUND ? RVX_ETRYAGAIN : code);
}

/* ---- beginning */

static void init(struct rvx__host *host, const struct rvx__host_opts *opts, const uint16_t *types, unsigned types_n)
{
    unsigned i;

    *host = (struct rvx__host){.opts = opts};
    host->types_n = (uint8_t)(types_n < RVX__HOST_TYPES_MAX ? types_n : RVX__HOST_TYPES_MAX);
    for (i = 0; i < host->types_n; i++)
        host->types[i] = types[i];
    begin_name(host);
}

void rvx__host_start(struct rvx__host *host, const struct rvx__host_opts *opts, struct rvx__view text,
                     const uint16_t *types, unsigned types_n)
{
    init(host, opts, types, types_n);
    if (!rvx__search_init(&host->search, text, &opts->search))
        end_walk(host);
}

void rvx__host_start_name(struct rvx__host *host, const struct rvx__host_opts *opts, struct rvx__view wire,
                          const uint16_t *types, unsigned types_n)
{
    init(host, opts, types, types_n);
    host->search.text = wire;
    host->wire = true;
}

/* ---- actions */

/* The lowest of the types in this phase; types_n: none is. */
static unsigned find_phase(const struct rvx__host *host, enum phase phase)
{
    unsigned i = 0;

    while (i < host->types_n && host->phases[i] != (uint8_t)phase)
        i++;
    return i;
}

/* False if there is no name to ask for, which ends the walk. */
static bool hand_out_ask(struct rvx__host *host, unsigned i, struct rvx__host_action *action)
{
    bool restart = host->hops[i] > 0;

    if (restart)
        rvx__name_set(&action->name, rvx__name_view(&host->trails[i]->target));
    else if (!current_name(host, &action->name))
        return false;
    host->phases[i] = PHASE_ASKED;
    action->kind = RVX__HOST_ASK;
    action->i = i;
    action->restart = restart;
    action->question = (struct rvx__question){
        .name = rvx__name_view(&action->name),
        .type = host->types[i],
        .class_ = RVX__DNS_CLASS_IN,
    };
    return true;
}

static void hand_out_drop(struct rvx__host *host, struct rvx__host_action *action)
{
    action->kind = RVX__HOST_DROP;
    action->i = (host->drop & 1u) != 0 ? 0 : 1;
    host->drop &= (uint8_t)(host->drop - 1u);
}

bool rvx__host_next(struct rvx__host *host, struct rvx__host_action *action)
{
    unsigned i = find_phase(host, PHASE_WANTED);

    if (i < host->types_n && host->state == RVX__HOST_ASKING) {
        if (hand_out_ask(host, i, action))
            return true;
        end_walk(host);
    }
    if (host->drop != 0) {
        hand_out_drop(host, action);
        return true;
    }
    if (host->state == RVX__HOST_ENDING) {
        set_state(host, RVX__HOST_FINISHED);
        action->kind = RVX__HOST_DONE;
        return true;
    }
    action->kind = RVX__HOST_NONE;
    return false;
}
