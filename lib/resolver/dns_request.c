/* dns_request.c - a request answered by DNS: the machine of dns/host.h, and questions to answer what it asks
 *
 * Model: the machine says which questions it wants answered, one or two at a time, and what each answer is good for;
 * question.h finds the answers. What is found goes into the request at once, so it is there when one family has come
 * and the other one has not.
 *
 * One allocation, made for the request, holds it all, and no more than it needs: ten thousand lookups may wait. All
 * types of a name are asked before the next name is tried, so they share the room for it, which is as long as the
 * longest name that there is to try. Only who follows an alias gets room of his own.
 *
 * An answer may be there before the call that asks for it returns, out of the cache. So actions are first all taken
 * from the machine, and noted; questions that are noted are then asked one by one, in a loop and not by recursion,
 * however long the search list is.
 *
 * rvx_request_answer_dns() runs the same machine with nothing but the cache, on the stack: no loop, no channel, no
 * allocation but what the answer takes, and an alias that leads out of it.
 */
#include <config.h>

#include <errno.h>
#include <string.h>

#include "base/mem.h"
#include "dns/wire.h"
#include "resolver/dns_collect.h"
#include "resolver/lookup_trace.h"
#include "resolver/question.h"
#include "resolver/request.h"
#include "resolver/resolver.h"
#include "resolver/trace.h"

#define REVERSE_MAX 74 /* 32 nibbles, ip6, arpa and the root */

/* One of the questions that are asked at the same time: one for each type. */
struct leg {
    uint16_t type;
    bool wanted;    /* the machine wants it asked */
    bool restart;   /* for the target of an alias, which is in the machine's trail */
    int16_t server; /* who gave the last answer, or -1 */
    struct rvx__asked asked;
};

/* The names of an alias that leads to no address, until something better is found: they are what rvx_lookup_cname() is
 * after. */
struct alias {
    struct rvx__answer answer; /* of an earlier name of the search list; that of the current one is in the request */
    uint32_t ttl;
    struct rvx__dns_origin origin;
};

struct work {
    struct rvx_request *request;
    const struct rvx__snapshot *snapshot; /* a reference: the asker's view is its */
    struct rvx__asker asker;
    struct rvx__host host;
    struct alias alias;
    struct rvx__dns_origin origin;
    bool done;    /* the machine says so */
    bool driving; /* legs are being asked, further up the stack */
    bool at_once; /* from the cache or not at all */
    uint16_t hits, negative_hits; /* of at_once */
    uint8_t legs_n;
    uint8_t name_len;
    struct leg *legs;
    char *name; /* the name that is tried, in wire form */
};

/* What there is to ask for a request; 0: nothing. */
static unsigned choose_types(const struct rvx_request *request, const struct rvx__dns_view *view, uint16_t types[2])
{
    unsigned n = 0;

    if (request->kind == RVX_REQUEST_ADDR) {
        types[n++] = RVX__DNS_TYPE_PTR;
    } else if (request->kind == RVX_REQUEST_RECORDS) {
        types[n++] = request->type;
    } else if (request->kind == RVX_REQUEST_HOST) {
        char family = rvx__request_family(request);

        if (family != '6')
            types[n++] = RVX__DNS_TYPE_A;
        if (family != '4' && !view->no_aaaa)
            types[n++] = RVX__DNS_TYPE_AAAA;
    }
    return n;
}

/* The request's snapshot, or a newer one if it is too old to have a view.  Returns: 0; -ENOMEM. */
static int find_snapshot(const struct rvx_request *request, const struct rvx__snapshot **snapshot)
{
    if (request->snapshot != NULL && request->snapshot->dns != NULL) {
        *snapshot = rvx__snapshot_ref(request->snapshot);
        return 0;
    }
    return rvx__store_get(&request->resolver->store, RVX__DNS_VIEW_NEEDS, snapshot);
}

/* Takes over the reference to the snapshot.  legs, name: room. */
static void init_work(struct work *work, struct rvx_request *request, const struct rvx__snapshot *snapshot,
                      struct leg *legs, char *name)
{
    const struct rvx__dns_view *view = snapshot->dns;

    work->request = request;
    work->snapshot = snapshot;
    work->asker = (struct rvx__asker){
        .resolver = request->resolver,
        .view = view,
        .loop = request->loop,
        .budget = view->packets_max,
        .lookup = request->trace != NULL ? request->trace->id : 0,
    };
    work->origin = (struct rvx__dns_origin){.known = false};
    work->alias = (struct alias){.ttl = UINT32_MAX};
    work->done = work->driving = work->at_once = false;
    work->hits = work->negative_hits = 0;
    work->legs = legs;
    work->legs_n = 0;
    work->name = name;
    work->name_len = 0;
}

static void set_name(struct work *work, const struct rvx__name *name)
{
    memcpy(work->name, name->wire, name->len);
    work->name_len = name->len;
}

/* Is just one name asked for, which need not be a host's? Records may be those of any name. */
static bool find_typed_name(const struct rvx_request *request, struct rvx__name *name)
{
    struct rvx__view text = rvx__view_text(request->name);

    if (request->kind == RVX_REQUEST_HOST)
        return false;
    if (request->kind == RVX_REQUEST_ADDR) {
        rvx__name_reverse(request->addr, name);
        return true;
    }
    return !rvx__name_is_host(text) && rvx__name_parse(text, name);
}

/* Begins with just one name. */
static void start_with(struct work *work, const struct rvx__name *name, const uint16_t *types, unsigned n)
{
    set_name(work, name);
    rvx__host_start_name(&work->host, &work->asker.view->host, rvx__view_of(work->name, name->len), types, n);
}

/* Begins. False: there is nothing to ask for. */
static bool start_machine(struct work *work)
{
    const struct rvx_request *request = work->request;
    uint16_t types[RVX__HOST_TYPES_MAX];
    unsigned n = choose_types(request, work->asker.view, types);
    struct rvx__name name;

    work->legs_n = (uint8_t)n;
    if (n == 0)
        return false;
    for (unsigned i = 0; i < n; i++) {
        work->legs[i].type = types[i];
        work->legs[i].wanted = false;
        work->legs[i].server = -1;
    }
    if (find_typed_name(request, &name))
        start_with(work, &name, types, n);
    else
        rvx__host_start(&work->host, &work->asker.view->host, rvx__view_text(request->name), types, n);
    return true;
}

static unsigned index_of(const struct work *work, const struct leg *leg)
{
    return (unsigned)(leg - work->legs);
}

static struct rvx__question question_of(const struct work *work, const struct leg *leg)
{
    const struct rvx__host_trail *trail = work->host.trails[index_of(work, leg)];

    return (struct rvx__question){
        .name = leg->restart ? rvx__name_view(&trail->target) : rvx__view_of(work->name, work->name_len),
        .type = leg->type,
        .class_ = RVX__DNS_CLASS_IN,
    };
}

static void trace_candidate(const struct work *work, const struct leg *leg)
{
    char name[RVX__NAME_TEXT_SIZE];

    if (leg != &work->legs[0] || !rvx__trace_wanted(work->asker.resolver))
        return;
    rvx__name_text(rvx__view_of(work->name, work->name_len), name);
    rvx__trace(work->asker.resolver, work->asker.lookup,
               &(struct rvx_trace_event){.kind = RVX_TRACE_CANDIDATE, .name = name});
}

/* Puts what is known of a name that led to no address out of the way of the next one. */
static void shelve_alias(struct work *work)
{
    struct rvx__answer *answer = &work->request->answer;

    if (work->alias.answer.block == NULL && answer->block != NULL && answer->block->canonical != 0) {
        work->alias.answer = *answer;
        *answer = (struct rvx__answer){.block = NULL};
    }
    rvx__dns_forget_chain(work->request);
}

/* A name without what was asked for: is it an alias, of something that there is? */
static void note_alias(struct work *work, const struct rvx__question *question, const struct rvx__outcome *outcome)
{
    if (outcome->finding == NULL || outcome->finding->verdict != RVX__VERDICT_NODATA)
        return;
    if (work->request->kind != RVX_REQUEST_HOST || work->host.found || work->alias.answer.block != NULL)
        return;
    if (!rvx__dns_collect_alias(work->request, question, outcome))
        return;
    rvx__dns_note_origin(&work->alias.origin, work->asker.view, outcome);
    if (outcome->finding->ttl < work->alias.ttl)
        work->alias.ttl = outcome->finding->ttl;
}

/* Tells of the alias in an answer that is none. */
static void tell_alias(struct work *work)
{
    struct rvx_request *request = work->request;

    if (work->alias.answer.block != NULL) {
        rvx__answer_fini(&request->answer);
        request->answer = work->alias.answer;
        work->alias.answer = (struct rvx__answer){.block = NULL};
    }
    if (!work->alias.origin.known)
        return;
    rvx_request_set_ttl(request, work->alias.ttl);
    rvx__dns_set_origin(request, work->asker.view, &work->alias.origin);
}

static void note_leg(struct work *work, const struct rvx__host_action *action)
{
    struct leg *leg = &work->legs[action->i];

    leg->wanted = true;
    leg->restart = action->restart;
    if (action->restart)
        return;
    set_name(work, &action->name);
    if (!work->host.found)
        shelve_alias(work);
    trace_candidate(work, leg);
}

/* Takes all that the machine has to say now. */
static void take_actions(struct work *work)
{
    struct rvx__host_action action;

    while (rvx__host_next(&work->host, &action)) {
        switch (action.kind) {
        case RVX__HOST_NONE:
            break;
        case RVX__HOST_ASK:
            note_leg(work, &action);
            break;
        case RVX__HOST_DROP:
            work->legs[action.i].wanted = false;
            if (!work->at_once)
                rvx__asked_stop(&work->legs[action.i].asked);
            break;
        case RVX__HOST_DONE:
            work->done = true;
            break;
        }
    }
}

/* Brings room along for an alias that has to be followed; without memory it is not. */
static void prepare_trail(struct work *work, unsigned i, const struct rvx__outcome *outcome)
{
    bool is_alias = outcome->finding != NULL && outcome->finding->verdict == RVX__VERDICT_ALIAS;

    if (is_alias && work->host.trails[i] == NULL)
        work->host.trails[i] = rvx__malloc(sizeof *work->host.trails[i]);
}

/* How often servers were asked. */
static unsigned count_packets(const struct work *work)
{
    return work->asker.view->packets_max - work->asker.budget + work->asker.joined;
}

/* Hands the outcome of a leg's question to the machine, and takes of it what it is good for. */
static void settle_leg(struct work *work, struct leg *leg, const struct rvx__outcome *outcome)
{
    unsigned i = index_of(work, leg);
    struct rvx__question question = question_of(work, leg);
    enum rvx__host_use use;
    struct rvx__name name;

    if (leg->restart && rvx__name_set(&name, question.name)) /* the machine may put another one in its place */
        question.name = rvx__name_view(&name);
    prepare_trail(work, i, outcome);
    use = rvx__host_answered(&work->host, i, outcome->code, outcome->finding);
    leg->server = (int16_t)outcome->server;
    if (use == RVX__HOST_IGNORE || use == RVX__HOST_BLAME)
        note_alias(work, &question, outcome);
    switch (use) {
    case RVX__HOST_IGNORE:
        break;
    case RVX__HOST_TAKE:
    case RVX__HOST_FOLLOW:
        rvx__dns_note_origin(&work->origin, work->asker.view, outcome);
        rvx__dns_collect_chain(work->request, &question, outcome);
        if (use == RVX__HOST_TAKE)
            rvx__dns_collect_answer(work->request, &question, outcome);
        break;
    case RVX__HOST_BLAME:
        rvx__dns_set_failure(work->request, work->asker.view, outcome, count_packets(work));
        break;
    }
    take_actions(work);
}

static struct leg *find_wanted(struct work *work)
{
    for (unsigned i = 0; i < work->legs_n; i++) {
        if (work->legs[i].wanted)
            return &work->legs[i];
    }
    return NULL;
}

static enum rvx_status status_of(int code)
{
    if (code == 0)
        return RVX_STATUS_SUCCESS;
    if (code == RVX_ENOTFOUND)
        return RVX_STATUS_NOTFOUND;
    return code == RVX_EALIASLOOP ? RVX_STATUS_UNAVAIL : RVX_STATUS_TRYAGAIN;
}

/* Gives up what it holds. */
static void release_work(struct work *work)
{
    for (unsigned i = 0; i < work->legs_n; i++)
        rvx__free(work->host.trails[i]);
    rvx__answer_fini(&work->alias.answer);
    rvx__snapshot_unref(work->snapshot);
}

/* Stops what runs, and frees. */
static void free_work(struct work *work)
{
    for (unsigned i = 0; i < work->legs_n; i++)
        rvx__asked_stop(&work->legs[i].asked);
    rvx_request_set_state(work->request, NULL);
    release_work(work);
    rvx__free(work);
}

/* Puts into the request what goes for all of the answer. */
static void round_off(struct work *work)
{
    if (work->host.code == 0)
        rvx__dns_set_origin(work->request, work->asker.view, &work->origin);
    else if (work->host.code == RVX_ENOTFOUND)
        tell_alias(work);
}

static void finish_work(struct work *work)
{
    struct rvx_request *request = work->request;
    int code = work->host.code;

    round_off(work);
    free_work(work);
    rvx_request_finish(request, status_of(code), code);
}

static void drive(struct work *work);

static void receive_outcome(struct rvx__asked *asked, const struct rvx__outcome *outcome)
{
    struct leg *leg = RVX__OWNER(asked, struct leg, asked);
    struct rvx__asker *asker = asked->asker;
    struct work *work = RVX__OWNER(asker, struct work, asker);

    settle_leg(work, leg, outcome);
    if (!work->driving)
        drive(work);
}

static void ask_leg(struct work *work, struct leg *leg)
{
    const struct rvx__question question = question_of(work, leg);
    int rc = rvx__asked_start(&leg->asked, &work->asker, &question, leg->restart ? leg->server : -1);

    if (rc < 0)
        settle_leg(work, leg, &(struct rvx__outcome){.code = rc, .server = -1});
}

/* Asks what is wanted, until there is nothing to do but wait, or all is done. */
static void drive(struct work *work)
{
    struct leg *leg;

    work->driving = true;
    while (!work->done && (leg = find_wanted(work)) != NULL) {
        leg->wanted = false;
        ask_leg(work, leg);
    }
    work->driving = false;
    if (work->done)
        finish_work(work);
}

/* The longest name in wire form that is to be tried: a text has a byte less, and so has a domain behind it. */
static size_t room_for_name(const struct rvx_request *request, const struct rvx__dns_view *view)
{
    size_t room;

    if (request->kind == RVX_REQUEST_ADDR)
        return REVERSE_MAX;
    room = strlen(request->name) + view->longest_domain + 3;
    return room < RVX__NAME_MAX ? room : RVX__NAME_MAX;
}

/* Makes what the request is answered with.  Returns: 0; -ENOMEM; as rvx__channel_get(). */
static int make_work(struct rvx_request *request, struct work **work)
{
    const struct rvx__snapshot *snapshot;
    uint16_t types[RVX__HOST_TYPES_MAX];
    struct leg *legs;
    struct work *new;
    unsigned n;
    int rc = find_snapshot(request, &snapshot);

    if (rc < 0)
        return rc;
    n = choose_types(request, snapshot->dns, types);
    new = rvx__calloc(1, sizeof *new + n * sizeof *legs + room_for_name(request, snapshot->dns));
    if (new == NULL) {
        rvx__snapshot_unref(snapshot);
        return -ENOMEM;
    }
    legs = (struct leg *)(void *)(new + 1);
    init_work(new, request, snapshot, legs, (char *)(legs + n));
    rc = rvx__channel_get(request->resolver, request->loop, &new->asker.channel);
    if (rc < 0) {
        free_work(new);
        return rc;
    }
    *work = new;
    return 0;
}

/* Will it be the same the next time? Without libldns; and for a backend that has no loop to wait on. */
static bool is_lasting(int code)
{
    return code == RVX_EUNAVAIL || code == RVX_EINTERNAL;
}

void rvx_request_start_dns(struct rvx_request *request)
{
    struct work *work;
    int rc = rvx_request_loop(request) != NULL ? make_work(request, &work) : RVX_EINTERNAL;

    if (rc < 0) {
        rvx_request_finish(request, is_lasting(rc) ? RVX_STATUS_UNAVAIL : RVX_STATUS_TRYAGAIN, rc);
        return;
    }
    if (!start_machine(work)) {
        free_work(work);
        rvx_request_finish(request, RVX_STATUS_NOTFOUND, 0);
        return;
    }
    rvx_request_set_state(request, work);
    for (unsigned i = 0; i < work->legs_n; i++)
        work->legs[i].asked.on_done = receive_outcome;
    take_actions(work);
    drive(work);
}

/* Keeps what can be said of a question that had no answer in time. */
static void note_unanswered(struct work *work)
{
    struct rvx__outcome outcome = {.server = work->asker.view->servers_n == 1 ? 0 : -1}; /* of those who joined */
    bool waits = false;

    for (unsigned i = 0; i < work->legs_n && outcome.ask == NULL; i++) {
        const struct rvx__asked *asked = &work->legs[i].asked;

        waits = waits || asked->running;
        if (asked->running && rvx__link_in_list(&asked->ask.link) && asked->ask.query.attempts > 0)
            outcome = (struct rvx__outcome){.ask = &asked->ask, .server = asked->ask.query.server};
    }
    if (waits)
        rvx__dns_set_failure(work->request, work->asker.view, &outcome, count_packets(work));
}

void rvx_request_cancel_dns(struct rvx_request *request)
{
    struct work *work = rvx_request_state(request);

    if (work == NULL)
        return;
    note_unanswered(work);
    free_work(work);
}

/* Answers a leg's question from the cache. False: it has no answer. */
static bool ask_cache(struct work *work, struct leg *leg)
{
    const struct rvx__question question = question_of(work, leg);
    struct rvx__outcome outcome;
    struct rvx__cache_hit hit;

    if (!rvx__question_cached(work->asker.resolver, work->asker.view, &question, &hit))
        return false;
    rvx__question_of_hit(&hit, &outcome);
    work->hits++;
    if (rvx__question_is_negative(&hit))
        work->negative_hits++;
    settle_leg(work, leg, &outcome);
    rvx__cached_unref(hit.entry);
    return true;
}

static bool run_on_cache(struct work *work)
{
    struct leg *leg;

    if (!start_machine(work))
        return false;
    take_actions(work);
    while (!work->done && (leg = find_wanted(work)) != NULL) {
        leg->wanted = false;
        if (!ask_cache(work, leg))
            return false;
    }
    rvx__stats_add(&work->asker.resolver->stats, RVX__STAT_CACHE_HITS, work->hits);
    if (work->negative_hits > 0)
        rvx__stats_add(&work->asker.resolver->stats, RVX__STAT_CACHE_NEGATIVE_HITS, work->negative_hits);
    return true;
}

bool rvx_request_answer_dns(struct rvx_request *request)
{
    const struct rvx__snapshot *snapshot;
    struct leg legs[RVX__HOST_TYPES_MAX];
    char name[RVX__NAME_MAX];
    struct work work;
    bool answered;

    if (rvx__resolver_cache(request->resolver) == NULL)
        return false;
    if (rvx__trace_wanted(request->resolver) || find_snapshot(request, &snapshot) < 0)
        return false; /* a trace tells of every question once: rvx_request_start_dns() does */
    init_work(&work, request, snapshot, legs, name);
    work.at_once = true;
    answered = run_on_cache(&work);
    if (answered)
        round_off(&work);
    release_work(&work);
    if (answered)
        rvx_request_finish(request, status_of(work.host.code), work.host.code);
    else
        rvx__request_reset(request);
    return answered;
}
