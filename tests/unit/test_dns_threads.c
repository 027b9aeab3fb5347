/* test_dns_threads.c - one resolver and many threads: lookups that block, lookups on loops, and meanwhile other
 * configurations, cancelling, flushing, counting, and references given up while lookups wait
 *
 * Each lookup ends exactly once, with what its name may end with. Under ThreadSanitizer there is also nothing that two
 * threads touch at once.
 */
#include "support/test.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/dnsworld.h"
#include "support/lookups.h"

#define BLOCKERS 3
#define LOOPERS 2
#define WORKERS (BLOCKERS + LOOPERS)
#define GENERATIONS 4 /* resolvers, one after the other */
#define ROUNDS 300    /* of each thread */
#define BATCH 12      /* lookups at the same time on a loop */
#define SILENT_ROW 5

/* A lookup of a name that nobody answers for waits until its token is fired or its deadline has passed. */
static const struct row {
    enum lookup_kind kind;
    const char *name;
    bool waits;
    int result;
} rows[] = {
    {LOOKUP_HOST, "two.example", false, 0},   {LOOKUP_HOST, "alias.example", false, 0},
    {LOOKUP_HOST, "host", false, 0},          {LOOKUP_HOST, "nosuch.example.", false, RVX_ENOTFOUND},
    {LOOKUP_HOST, "large.example", false, 0}, {LOOKUP_HOST, "silent.example.", true, 0},
    {LOOKUP_MX, "one.example", false, 0},     {LOOKUP_TXT, "large.example", false, 0},
    {LOOKUP_ADDR, "192.0.2.1", false, 0},     {LOOKUP_CNAME, "alias.example", false, 0},
    {LOOKUP_TXT, "silent.example.", true, 0}, {LOOKUP_HOST, "short.example", false, 0}, /* never in the cache */
};

struct crowd {
    struct world w;
    struct rvx_resolver *resolver; /* the disturber's reference */
    char servers[2][80];           /* lines of resolv.conf */
    pthread_mutex_t mutex;
    struct rvx_cancel *waiting[BLOCKERS]; /* tokens of lookups that wait; under the mutex */
    atomic_uint busy;                     /* workers */
    atomic_uint lookups, fired, cancelled;
};

struct worker {
    struct crowd *crowd;
    struct rvx_resolver *resolver; /* a reference */
    unsigned number;
    unsigned seed;
};

static unsigned draw(struct worker *worker, unsigned below)
{
    worker->seed = worker->seed * 1103515245u + 12345u;
    return (worker->seed >> 16) % below;
}

static void check_end(const struct row *row, const struct lookup_seen *seen)
{
    bool good =
        row->waits ? seen->result == RVX_ECANCELED || seen->result == RVX_ETIMEOUT : seen->result == row->result;

    if (seen->calls != 1 || !good) {
        fprintf(stderr, "%s %s: %d times, %s\n", lookup_names[row->kind], row->name, seen->calls, seen->text);
        abort();
    }
}

static void set_waiting(struct worker *worker, struct rvx_cancel *cancel)
{
    pthread_mutex_lock(&worker->crowd->mutex);
    worker->crowd->waiting[worker->number] = cancel;
    pthread_mutex_unlock(&worker->crowd->mutex);
}

/* One that waits is ended by its deadline, or by the disturber. */
static void block(struct worker *worker, const struct row *row)
{
    struct rvx_ctx ctx = rvx_ctx_after(RVX_SECONDS(60));
    struct lookup_seen seen = {.calls = 0};

    if (row->waits && draw(worker, 4) == 0) {
        ctx.deadline = rvx_after(RVX_MILLISECONDS(1));
    } else if (row->waits) {
        if (rvx_cancel_new(&ctx.cancel) < 0)
            abort();
        set_waiting(worker, ctx.cancel);
    }
    lookup_wait(row->kind, worker->resolver, row->name, &ctx, &seen);
    check_end(row, &seen);
    set_waiting(worker, NULL);
    rvx_cancel_free(ctx.cancel);
}

static void *run_blocker(void *arg)
{
    struct worker *worker = arg;

    for (int i = 0; i < ROUNDS; i++) {
        block(worker, &rows[i == 0 ? SILENT_ROW : draw(worker, COUNT_OF(rows))]);
        worker->crowd->lookups++;
    }
    rvx_resolver_free(worker->resolver);
    worker->crowd->busy--;
    return NULL;
}

/* Many lookups on a loop; some are cancelled, and those that wait for ever have a deadline. With the last ones the
 * reference is given up while they wait. */
static void run_batch(struct worker *worker, struct rvx_loop *loop, bool last)
{
    const struct row *what[BATCH];
    struct lookup_seen seen[BATCH];
    struct rvx_op *ops[BATCH];

    for (int i = 0; i < BATCH; i++) {
        what[i] = &rows[draw(worker, COUNT_OF(rows))];
        seen[i] = (struct lookup_seen){.calls = 0};
        if (lookup_start(what[i]->kind, loop, worker->resolver, what[i]->name,
                         rvx_after(what[i]->waits ? RVX_MILLISECONDS(5) : RVX_SECONDS(60)), &seen[i], &ops[i]) < 0)
            abort();
        if (draw(worker, 4) == 0)
            rvx_loop_turn(loop, RVX_NOWAIT);
    }
    if (last)
        rvx_resolver_free(worker->resolver);
    for (int i = 0; i < BATCH; i += 3) {
        if (seen[i].calls > 0)
            continue;
        rvx_op_cancel(ops[i]);
        what[i] = NULL;
        worker->crowd->cancelled++;
    }
    rvx_loop_run(loop);
    for (int i = 0; i < BATCH; i++) {
        if (what[i] != NULL)
            check_end(what[i], &seen[i]);
        else if (seen[i].calls != 0)
            abort();
    }
}

static void *run_looper(void *arg)
{
    struct worker *worker = arg;
    struct rvx_loop *loop;

    for (int i = 0; i < ROUNDS / BATCH; i++) {
        if (rvx_loop_new(NULL, &loop, NULL) < 0)
            abort();
        run_batch(worker, loop, false);
        run_batch(worker, loop, i + 1 == ROUNDS / BATCH);
        rvx_loop_free(loop);
        worker->crowd->lookups += 2 * BATCH;
    }
    worker->crowd->busy--;
    return NULL;
}

static void end_waiting(struct crowd *crowd)
{
    pthread_mutex_lock(&crowd->mutex);
    for (int i = 0; i < BLOCKERS; i++) {
        if (crowd->waiting[i] == NULL)
            continue;
        rvx_cancel_fire(crowd->waiting[i]);
        crowd->waiting[i] = NULL;
        crowd->fired++;
    }
    pthread_mutex_unlock(&crowd->mutex);
}

/* Other servers and another search list. */
static void change_files(struct crowd *crowd, unsigned round)
{
    char text[512];

    snprintf(text, sizeof text, "%s%ssearch %ssearch.example\noptions timeout:20 attempts:1 %s\n",
             round % 3 != 0 ? crowd->servers[round % 2] : "", crowd->servers[1 - round % 2],
             round % 5 == 0 ? "other.example " : "", round % 7 == 0 ? "rotate" : "");
    etc_replace(&crowd->w.etc, "resolv.conf", text); /* a file without servers would be no mistake of the readers' */
    etc_pass(&crowd->w.etc, RVX_SECONDS(5));
}

static void disturb(struct crowd *crowd)
{
    static const char *const flushed[] = {NULL, "example", "two.example", "nosuch.example"};
    struct rvx_resolver_stats stats = RVX_RESOLVER_STATS_INIT;
    uint64_t last = 0, reloads = 0;

    for (unsigned round = 0; crowd->busy > 0; round++) {
        if (crowd->resolver != NULL) {
            rvx_resolver_stats(crowd->resolver, &stats);
            assert_true(stats.lookups >= last);
            last = stats.lookups;
            reloads = stats.reloads;
            rvx_resolver_flush(crowd->resolver, flushed[round % COUNT_OF(flushed)]);
        }
        change_files(crowd, round);
        if (reloads > 0 && crowd->lookups > WORKERS * ROUNDS / 2) {
            rvx_resolver_free(crowd->resolver); /* from now on only workers have some */
            crowd->resolver = NULL;
        }
        sched_yield();
        end_waiting(crowd);
    }
    rvx_resolver_free(crowd->resolver);
    assert_true(reloads > 0);
}

static void begin_crowd(struct crowd *crowd, int generation)
{
    struct etc *etc = &crowd->w.etc;

    begin_world(&crowd->w, 2);
    for (int i = 0; i < 2; i++) {
        struct rvx_addr addr = dnsserver_addr(crowd->w.servers[i]);
        char text[RVX_ADDR_STRLEN];

        snprintf(crowd->servers[i], sizeof crowd->servers[i], "nameserver %s\n", rvx_addr_text(&addr, text));
    }
    etc->opts.servers = NULL;
    etc->base.stat_only = generation % 2 == 0;
    crowd->resolver = NULL;
    change_files(crowd, 1);
    crowd->resolver = etc_resolver(etc);
    pthread_mutex_init(&crowd->mutex, NULL);
    memset(crowd->waiting, 0, sizeof crowd->waiting);
    crowd->lookups = crowd->fired = crowd->cancelled = 0;
    crowd->busy = WORKERS;
}

static void test_shared(void **state)
{
    struct worker workers[WORKERS];
    pthread_t threads[WORKERS];
    struct crowd crowd;

    (void)state;
    for (int generation = 0; generation < GENERATIONS; generation++) {
        begin_crowd(&crowd, generation);
        for (unsigned i = 0; i < WORKERS; i++) {
            workers[i] = (struct worker){&crowd, rvx_resolver_ref(crowd.resolver), i, i + 100u * (unsigned)generation};
            assert_int_equal(pthread_create(&threads[i], NULL, i < BLOCKERS ? run_blocker : run_looper, &workers[i]),
                             0);
        }
        disturb(&crowd);
        for (int i = 0; i < WORKERS; i++)
            pthread_join(threads[i], NULL);
        assert_true(crowd.fired > 0);
        assert_true(crowd.cancelled > 0);
        pthread_mutex_destroy(&crowd.mutex);
        end(&crowd.w);
    }
}

/* A lookup that blocks, of a name that nobody answers for. */
struct lonely {
    struct rvx_resolver *resolver;
    struct rvx_ctx ctx;
    enum lookup_kind kind;
    struct lookup_seen seen;
};

static void *run_lonely(void *arg)
{
    struct lonely *lonely = arg;

    lookup_wait(lonely->kind, lonely->resolver, "silent.example.", &lonely->ctx, &lonely->seen);
    return NULL;
}

/* The only reference is given up while a lookup waits: the lookup has one of its own, and frees the resolver. */
static void test_last_reference(void **state)
{
    static const enum lookup_kind kinds[] = {LOOKUP_HOST, LOOKUP_MX, LOOKUP_QUERY};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        struct lonely lonely = {.kind = kinds[i], .ctx = rvx_ctx_after(RVX_SECONDS(60))};
        pthread_t thread;
        struct world w;

        begin_world(&w, 1);
        w.etc.opts.timeout = RVX_SECONDS(60);
        lonely.resolver = etc_resolver(&w.etc);
        assert_int_equal(rvx_cancel_new(&lonely.ctx.cancel), 0);
        assert_int_equal(pthread_create(&thread, NULL, run_lonely, &lonely), 0);
        while (count_queries(&w) == 0)
            sched_yield();
        rvx_resolver_free(lonely.resolver);
        rvx_cancel_fire(lonely.ctx.cancel);
        pthread_join(thread, NULL);
        assert_int_equal(lonely.seen.calls, 1);
        assert_int_equal(lonely.seen.result, RVX_ECANCELED);
        rvx_cancel_free(lonely.ctx.cancel);
        end(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shared),
        cmocka_unit_test(test_last_reference),
    };

    return cmocka_run_group_tests_name("dns_threads", tests, NULL, NULL);
}
