/* question.c - one question answered: from the cache, by joining a query that is under way, or by a query of its own
 *
 * Model: cache, then flight, then ask. Whoever leads a flight asks, puts the answer into the cache, and only then ends
 * the flight; and a new flight begins only after one more look into the cache under the table's lock. So a question
 * either finds the answer, or joins those who wait for it: among any number of threads it is asked once.
 *
 * All who wait get what the leader got, a failure too. Only what is the leader's own affair is not theirs: if it is
 * cancelled, or has used up the packets that its lookup may send, the next one asks.
 *
 * A reply repeats the question in the letters' case that was sent, which is random (0x20), and names in it point
 * there. They get the letters back that were asked for, before anybody reads the answer.
 *
 * RFC 8767: an answer past its time is used when the servers have failed, not before.
 */
#include <config.h>

#include "resolver/question.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "resolver/resolver.h"
#include "resolver/trace.h"

static int make_questions(struct rvx_resolver *resolver, struct rvx__questions *questions)
{
    const struct rvx__dnsopts *opts = &resolver->options.dns;
    const struct rvx__rnd *rnd = resolver->base->rnd;
    int rc = 0;

    if (opts->cache_max > 0)
        rc = rvx__cache_new(opts->cache_max, opts->stale_for, rnd, &questions->cache);
    if (rc < 0)
        return rc;
    rc = rvx__flights_init(&questions->flights, rnd);
    if (rc < 0)
        rvx__cache_free(questions->cache);
    return rc;
}

int rvx__resolver_questions(struct rvx_resolver *resolver, struct rvx__questions **questions)
{
    struct rvx__questions *new, *old = NULL;
    int rc;

    *questions = atomic_load_explicit(&resolver->questions, memory_order_acquire);
    if (*questions != NULL)
        return 0;
    new = rvx__calloc(1, sizeof *new);
    if (new == NULL)
        return -ENOMEM;
    rc = make_questions(resolver, new);
    if (rc < 0) {
        rvx__free(new);
        return rc;
    }
    *questions = new;
    if (!atomic_compare_exchange_strong(&resolver->questions, &old, new)) {
        rvx__questions_free(new);
        *questions = old;
    }
    return 0;
}

void rvx__questions_free(struct rvx__questions *questions)
{
    if (questions == NULL)
        return;
    rvx__flights_fini(&questions->flights);
    rvx__cache_free(questions->cache);
    rvx__free(questions);
}

struct rvx__cache *rvx__resolver_cache(struct rvx_resolver *resolver)
{
    struct rvx__questions *questions = atomic_load_explicit(&resolver->questions, memory_order_acquire);

    return questions != NULL ? questions->cache : NULL;
}

/* The clock of the cache: it lags a little, and costs next to nothing. */
static rvx_time read_clock(const struct rvx_resolver *resolver)
{
    const struct rvx__clock *clock = resolver->base->clock;

    return clock->coarse(clock->self);
}

static struct rvx__cache_key key_of(const struct rvx__dns_view *view, const struct rvx__question *question)
{
    return (struct rvx__cache_key){
        .name = question->name, .servers = view->id, .type = question->type, .class_ = question->class_};
}

bool rvx__question_cached(struct rvx_resolver *resolver, const struct rvx__dns_view *view,
                          const struct rvx__question *question, struct rvx__cache_hit *hit)
{
    struct rvx__cache *cache = rvx__resolver_cache(resolver);
    const struct rvx__cache_key key = key_of(view, question);

    return cache != NULL && rvx__cache_get(cache, &key, read_clock(resolver), hit);
}

bool rvx__question_is_negative(const struct rvx__cache_hit *hit)
{
    return hit->finding.verdict == RVX__VERDICT_NODATA || hit->finding.verdict == RVX__VERDICT_NXDOMAIN;
}

void rvx__question_of_hit(const struct rvx__cache_hit *hit, struct rvx__outcome *outcome)
{
    *outcome = (struct rvx__outcome){
        .message = &hit->message,
        .finding = &hit->finding,
        .server = hit->server,
        .age = hit->age,
        .cached = true,
        .stale = hit->stale,
    };
}

static void count_hit(struct rvx_resolver *resolver, const struct rvx__cache_hit *hit)
{
    rvx__stats_add(&resolver->stats, hit->stale ? RVX__STAT_CACHE_STALE : RVX__STAT_CACHE_HITS, 1);
    if (rvx__question_is_negative(hit))
        rvx__stats_add(&resolver->stats, RVX__STAT_CACHE_NEGATIVE_HITS, 1);
}

static const char *hit_text(const struct rvx__cache_hit *hit)
{
    if (hit->stale)
        return "stale";
    return rvx__question_is_negative(hit) ? "negative hit" : "hit";
}

static void trace(const struct rvx__asked *asked, enum rvx_trace_kind kind, const char *text, uint64_t number)
{
    const struct rvx__asker *asker = asked->asker;
    char name[RVX__NAME_TEXT_SIZE];

    if (!rvx__trace_wanted(asker->resolver))
        return;
    rvx__name_text(asked->key.name, name);
    rvx__trace(asker->resolver, asker->lookup,
               &(struct rvx_trace_event){
                   .kind = kind, .type = asked->key.type, .name = name, .text = text, .number = number});
}

static void end_asked(struct rvx__asked *asked, const struct rvx__outcome *outcome)
{
    asked->running = false;
    asked->on_done(asked, outcome);
}

static void end_with_hit(struct rvx__asked *asked, const struct rvx__cache_hit *hit)
{
    const struct rvx__cached *entry = hit->entry;
    struct rvx__outcome outcome;

    count_hit(asked->asker->resolver, hit);
    trace(asked, RVX_TRACE_CACHE, hit_text(hit), hit->age);
    rvx__question_of_hit(hit, &outcome);
    end_asked(asked, &outcome);
    rvx__cached_unref(entry);
}

static void end_with_code(struct rvx__asked *asked, int code)
{
    end_asked(asked, &(struct rvx__outcome){.code = code, .server = -1});
}

static void restore_case(const struct rvx__message *message, const struct rvx__cache_key *key)
{
    /* The channel's buffer, in which nobody else is interested any more. */
    uint8_t *bytes = (uint8_t *)(uintptr_t)message->bytes.data;

    if (message->count[RVX__DNS_QUESTION] == 1)
        memcpy(bytes + message->at[RVX__DNS_QUESTION], key->name.data, key->name.len);
}

/* Ends a flight with an answer, which is in the cache already. */
static void land_with_answer(struct rvx__asked *asked, const struct rvx__message *message,
                             const struct rvx__finding *finding)
{
    const struct rvx__cached *entry;

    if (!rvx__flight_land(&asked->flight))
        return;
    entry = rvx__cached_new(message, finding, asked->ask.query.server, read_clock(asked->asker->resolver));
    rvx__flight_tell(&asked->flight, entry != NULL ? 0 : -ENOMEM, entry, NULL);
    rvx__cached_unref(entry);
}

static void end_with_answer(struct rvx__asked *asked, const struct rvx__message *message,
                            const struct rvx__finding *finding)
{
    struct rvx_resolver *resolver = asked->asker->resolver;
    struct rvx__cache *cache = rvx__resolver_cache(resolver);

    restore_case(message, &asked->key);
    if (cache != NULL)
        rvx__cache_put(cache, &asked->key, message, finding, asked->ask.query.server, read_clock(resolver));
    land_with_answer(asked, message, finding);
    end_asked(asked,
              &(struct rvx__outcome){
                  .message = message, .finding = finding, .ask = &asked->ask, .server = asked->ask.query.server});
}

/* Ends a flight without an answer: all who wait learn what this one has learnt. */
static void land_with_failure(struct rvx__asked *asked)
{
    struct rvx__shared_reason *shared;
    struct rvx__reason reason;

    if (!rvx__flight_land(&asked->flight))
        return;
    rvx__reason_read(&asked->ask, &reason);
    shared = rvx__shared_reason_new(&reason);
    rvx__flight_tell(&asked->flight, asked->ask.query.code, NULL, shared);
    rvx__shared_reason_unref(shared);
}

/* May an answer past its time stand in for this failure? */
static bool is_for_stale(int code)
{
    return code != -ENOMEM && code != RVX_ECANCELED && code != RVX_EALIASLOOP;
}

static void end_with_failure(struct rvx__asked *asked)
{
    struct rvx_resolver *resolver = asked->asker->resolver;
    const struct rvx__query *query = &asked->ask.query;
    struct rvx__cache_hit hit;

    if (is_for_stale(query->code) &&
        rvx__cache_get_stale(rvx__resolver_cache(resolver), &asked->key, read_clock(resolver), &hit)) {
        if (rvx__flight_land(&asked->flight))
            rvx__flight_tell(&asked->flight, 0, hit.entry, NULL);
        end_with_hit(asked, &hit);
        return;
    }
    if (query->failure == RVX__QUERY_BUDGET)
        rvx__flight_leave(&asked->flight);
    else
        land_with_failure(asked);
    end_asked(asked, &(struct rvx__outcome){.code = query->code, .ask = &asked->ask, .server = query->server});
}

static void finish_ask(struct rvx__ask *ask, const struct rvx__message *message, const struct rvx__finding *finding)
{
    struct rvx__asked *asked = RVX__OWNER(ask, struct rvx__asked, ask);

    if (message != NULL)
        end_with_answer(asked, message, finding);
    else
        end_with_failure(asked);
}

static int begin_ask(struct rvx__asked *asked)
{
    struct rvx__asker *asker = asked->asker;
    const struct rvx__question question = {asked->key.name, asked->key.type, asked->key.class_};
    int rc;

    asked->ask.on_done = finish_ask;
    asked->ask.lookup = asker->lookup;
    rc = rvx__ask_start(&asked->ask, asker->channel, asker->view, &question, asked->first, &asker->budget);
    if (rc < 0)
        rvx__flight_leave(&asked->flight);
    return rc;
}

/* Somebody else's query failed. */
static void end_with_told_failure(struct rvx__asked *asked)
{
    struct rvx__shared_reason *shared = asked->flight.reason;
    const struct rvx__reason *reason = rvx__shared_reason_get(shared);

    asked->flight.reason = NULL;
    asked->asker->joined += reason != NULL ? reason->attempts : 0;
    end_asked(asked, &(struct rvx__outcome){.code = asked->flight.code,
                                            .reason = reason,
                                            .server = reason != NULL ? reason->server : -1});
    rvx__shared_reason_unref(shared);
}

/* The outcome of somebody else's query is here, or it is upon this one to ask. */
static void receive_told(struct rvx__flight *flight)
{
    struct rvx__asked *asked = RVX__OWNER(flight, struct rvx__asked, flight);
    const struct rvx__cached *entry = flight->entry;
    struct rvx_resolver *resolver = asked->asker->resolver;
    struct rvx__cache_hit hit;
    int rc;

    if (flight->role == RVX__FLIGHT_LEADS) {
        rc = begin_ask(asked);
        if (rc < 0)
            end_with_code(asked, rc);
        return;
    }
    flight->entry = NULL;
    if (entry == NULL) {
        end_with_told_failure(asked);
        return;
    }
    rvx__cached_read(entry, read_clock(resolver), &hit);
    end_asked(asked, &(struct rvx__outcome){.message = &hit.message,
                                            .finding = &hit.finding,
                                            .server = hit.server,
                                            .age = hit.age,
                                            .stale = hit.stale});
    rvx__cached_unref(entry);
}

static bool find_cached(const struct rvx__asked *asked, struct rvx__cache_hit *hit)
{
    struct rvx_resolver *resolver = asked->asker->resolver;
    struct rvx__cache *cache = rvx__resolver_cache(resolver);

    return cache != NULL && rvx__cache_get(cache, &asked->key, read_clock(resolver), hit);
}

/* Has the cache got the answer since it was asked first? */
static bool recheck_cache(struct rvx__flight *flight)
{
    struct rvx__asked *asked = RVX__OWNER(flight, struct rvx__asked, flight);
    struct rvx__cache_hit hit;

    if (!find_cached(asked, &hit))
        return false;
    flight->entry = hit.entry;
    return true;
}

/* Not in the cache: joins, or asks. */
static int join_or_ask(struct rvx__asked *asked, struct rvx__questions *questions)
{
    struct rvx__asker *asker = asked->asker;
    enum rvx__flight_role role =
        rvx__flight_join(&questions->flights, &asked->flight, &asked->key, asker->loop, recheck_cache, receive_told);
    struct rvx__cache_hit hit;

    if (role == RVX__FLIGHT_NONE && asked->flight.entry != NULL) {
        rvx__cached_read(asked->flight.entry, read_clock(asker->resolver), &hit);
        asked->flight.entry = NULL;
        end_with_hit(asked, &hit);
        return 0;
    }
    if (rvx__resolver_cache(asker->resolver) != NULL)
        rvx__stats_add(&asker->resolver->stats, RVX__STAT_CACHE_MISSES, 1);
    trace(asked, RVX_TRACE_CACHE, "miss", 0);
    if (role != RVX__FLIGHT_FOLLOWS)
        return begin_ask(asked);
    rvx__stats_add(&asker->resolver->stats, RVX__STAT_MERGED, 1);
    trace(asked, RVX_TRACE_JOIN, NULL, 0);
    return 0;
}

int rvx__asked_start(struct rvx__asked *asked, struct rvx__asker *asker, const struct rvx__question *question,
                     int server)
{
    struct rvx__questions *questions;
    struct rvx__cache_hit hit;
    int rc;

    asked->asker = asker;
    asked->key = key_of(asker->view, question);
    asked->first = (int16_t)server;
    asked->running = true;
    if (find_cached(asked, &hit)) {
        end_with_hit(asked, &hit);
        return 0;
    }
    rc = rvx__resolver_questions(asker->resolver, &questions);
    if (rc == 0)
        rc = join_or_ask(asked, questions);
    if (rc < 0)
        asked->running = false;
    return rc;
}

void rvx__asked_stop(struct rvx__asked *asked)
{
    if (!asked->running)
        return;
    asked->running = false;
    rvx__ask_stop(&asked->ask);
    rvx__flight_leave(&asked->flight);
}

void rvx_resolver_flush(struct rvx_resolver *resolver, const char *name)
{
    struct rvx__name parsed = {.len = 0};

    if (name == NULL || rvx__name_parse(rvx__view_text(name), &parsed))
        rvx__cache_flush(rvx__resolver_cache(resolver), rvx__name_view(&parsed));
}
