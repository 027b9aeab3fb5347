/* test_callbacks_lookup.c - everything is legal inside a callback: each kind of operation, times each way it ends,
 * times each act in the callback that ends it. Every callback runs once, or never if its operation was cancelled. */
#include "support/test.h"

#include <poll.h>
#include <string.h>

#include "support/dnsserver.h"
#include "support/dnszone.h"
#include "support/etc.h"
#include "support/lookups.h"
#include "support/loop.h"

/* Behind the lookups. */
enum { KIND_TIMER = LOOKUPS_N, KIND_WAIT, KIND_POST, KINDS_N };

enum end { END_FOUND, END_NOT_FOUND, END_FAILED, END_DEADLINE, END_CANCELED, END_LOOP_FREED, ENDS_N };

enum act { ACT_NOTHING, ACT_CANCEL, ACT_FREE_RESOLVER, ACT_FREE_LOOP, ACT_START, ACT_FLUSH, ACT_STATS, ACTS_N };

static const struct dnszone_row zone[] = {
    {"found.example", 1, 60, "192.0.2.1"},
    {"found.example", 2, 60, "ns.example"},
    {"found.example", 15, 60, "10 mx.example"},
    {"found.example", 16, 60, "text"},
    {"found.example", 33, 60, "\\# 0001 0000 1F90 0161 00"},
    {"found.example", 65, 60, "\\# 0001 00 0001 0003 02 6832"},
    {"found.example", 65280, 60, "\\# 01"},
    {"1.2.0.192.in-addr.arpa", 12, 60, "found.example"},
};

static void handle(void *arg, struct dnsserver_query *query)
{
    (void)arg;
    if (strncasecmp(query->name, "silent.", 7) == 0 || strncmp(query->name, "4.2.", 4) == 0)
        return;
    if (strncasecmp(query->name, "fail.", 5) == 0 || strncmp(query->name, "3.2.", 4) == 0)
        dnsserver_answer(query, 2, "");
    else
        dnszone_answer(query, zone, COUNT_OF(zone), 0);
}

struct stage {
    struct rvx_loop *loop; /* NULL: freed */
    struct rvx_resolver *resolver;
    int fds[2];
    enum act act;
    struct rvx_op *actor, *pending, *finished; /* NULL: gone */
    struct lookup_seen seen;                   /* the actor's */
    struct lookup_seen never;                  /* those of the next two */
    struct lookup_seen other;
    int started, ended; /* inside the callback */
    int acted;
};

static const char *name_of(int kind, enum end end)
{
    static const char *const names[][2] = {
        [END_FOUND] = {"found.example.", "192.0.2.1"},     [END_NOT_FOUND] = {"nosuch.example.", "192.0.2.2"},
        [END_FAILED] = {"fail.example.", "192.0.2.3"},     [END_DEADLINE] = {"silent.example.", "192.0.2.4"},
        [END_CANCELED] = {"silent.example.", "192.0.2.4"}, [END_LOOP_FREED] = {"silent.example.", "192.0.2.4"},
    };

    return names[end][kind == LOOKUP_ADDR];
}

static void count_end(void *arg, int result)
{
    struct stage *s = arg;

    (void)result;
    s->ended++;
}

static void count_lookup(struct lookup_seen *seen)
{
    count_end(seen->arg, seen->result);
}

/* New lookups and other operations, each of them once. */
static void start_all(struct stage *s, struct lookup_seen more[LOOKUPS_N])
{
    for (int kind = 0; kind < LOOKUPS_N; kind++) {
        more[kind] = (struct lookup_seen){.then = count_lookup, .arg = s};
        assert_int_equal(
            lookup_start((enum lookup_kind)kind, s->loop, s->resolver, name_of(kind, END_FOUND), 0, &more[kind], NULL),
            0);
    }
    assert_int_equal(rvx_timer_start(s->loop, RVX_NOWAIT, count_end, s, NULL), 0);
    assert_int_equal(rvx_wait_start(s->loop, s->fds[0], POLLOUT, 0, count_end, s, NULL), 0);
    assert_int_equal(rvx_loop_post(s->loop, count_end, s), 0);
    s->started += KINDS_N;
    assert_int_equal(s->ended, 0); /* none inside the starting call */
}

static void free_loop(struct stage *s)
{
    rvx_loop_free(s->loop);
    s->loop = NULL;
    s->pending = s->finished = s->actor = NULL;
}

static struct lookup_seen more[LOOKUPS_N]; /* what start_all() started on the stage at work */

static void act(struct stage *s)
{
    struct rvx_resolver_stats stats = RVX_RESOLVER_STATS_INIT;

    s->acted++;
    switch (s->act) {
    case ACT_NOTHING:
    case ACTS_N:
        break;
    case ACT_CANCEL:
        if (s->other.calls == 0)
            rvx_op_cancel(s->finished);
        s->finished = NULL;
        break;
    case ACT_FREE_RESOLVER:
        rvx_resolver_free(s->resolver);
        s->resolver = NULL;
        break;
    case ACT_FREE_LOOP:
        free_loop(s);
        break;
    case ACT_START:
        start_all(s, more);
        break;
    case ACT_FLUSH:
        rvx_resolver_flush(s->resolver, NULL);
        break;
    case ACT_STATS:
        assert_int_equal(rvx_resolver_stats(s->resolver, &stats), 0);
        assert_true(stats.lookups > 0);
        break;
    }
    rvx_op_cancel(s->pending); /* it would never end */
    s->pending = NULL;
}

static void end_lookup(struct lookup_seen *seen)
{
    struct stage *s = seen->arg;

    s->actor = NULL;
    act(s);
}

static void end_other(void *arg, int result)
{
    struct stage *s = arg;

    s->seen.calls++;
    s->seen.result = result;
    s->actor = NULL;
    act(s);
}

static void cancel_actor(void *arg, int result)
{
    struct stage *s = arg;

    (void)result;
    rvx_op_cancel(s->actor);
    s->actor = NULL;
    act(s);
}

static void act_and_free(void *arg, int result)
{
    struct stage *s = arg;

    (void)result;
    act(s);
    free_loop(s);
}

/* What the end's own operation is, for kinds that ask nobody: a wait that would last for ever, or not. */
static int start_other(struct stage *s, int kind, enum end end, rvx_time deadline)
{
    bool ends = end < END_CANCELED;

    if (kind == KIND_TIMER)
        return rvx_timer_start(s->loop, ends ? RVX_NOWAIT : 0, end_other, s, &s->actor);
    if (kind == KIND_WAIT)
        return rvx_wait_start(s->loop, s->fds[0], end < END_DEADLINE ? POLLOUT : POLLIN, deadline, end_other, s,
                              &s->actor);
    return rvx_loop_post(s->loop, end_other, s);
}

static void start_actor(struct stage *s, int kind, enum end end)
{
    rvx_time deadline = end == END_DEADLINE ? rvx_after(RVX_MILLISECONDS(1)) : 0;
    int rc;

    s->seen = (struct lookup_seen){.then = end_lookup, .arg = s};
    if (kind < LOOKUPS_N)
        rc = lookup_start((enum lookup_kind)kind, s->loop, s->resolver, name_of(kind, end), deadline, &s->seen,
                          &s->actor);
    else
        rc = start_other(s, kind, end, deadline);
    assert_int_equal(rc, 0);
    if (end == END_CANCELED)
        assert_int_equal(rvx_timer_start(s->loop, RVX_NOWAIT, cancel_actor, s, NULL), 0);
    else if (end == END_LOOP_FREED)
        assert_int_equal(rvx_timer_start(s->loop, RVX_NOWAIT, act_and_free, s, NULL), 0);
    assert_int_equal(s->seen.calls + s->acted, 0);
}

static void check_stage(const struct stage *s, int kind, enum end end, bool freed)
{
    static const int results[] = {0, RVX_ENOTFOUND, RVX_ETRYAGAIN, RVX_ETIMEOUT};
    int calls = end < END_CANCELED;

    if (s->seen.calls != calls || s->acted != 1 || s->never.calls != 0 || s->ended != (freed ? 0 : s->started))
        fail_msg("kind %d, end %d, act %d: %d calls, %d ended of %d", kind, (int)end, (int)s->act, s->seen.calls,
                 s->ended, s->started);
    if (kind < LOOKUPS_N && calls > 0)
        assert_int_equal(s->seen.result, results[end]);
    assert_true(s->other.calls <= 1);
    if (!freed && s->act != ACT_CANCEL)
        assert_int_equal(s->other.calls, 1);
}

static void play(struct etc *etc, int kind, enum end end, enum act what)
{
    struct stage s = {.act = what, .resolver = etc_resolver(etc)};
    bool freed;

    s.loop = make_loop(kind % 2 == 0 ? RVX_POLLER_EPOLL : RVX_POLLER_POLL);
    make_pair(s.fds);
    assert_int_equal(lookup_start(LOOKUP_TXT, s.loop, s.resolver, "silent.example.", 0, &s.never, &s.pending), 0);
    start_actor(&s, kind, end);
    assert_int_equal(lookup_start(LOOKUP_NS, s.loop, s.resolver, "found.example.", 0, &s.other, &s.finished), 0);
    while (s.loop != NULL && s.acted == 0)
        assert_true(rvx_loop_turn(s.loop, rvx_after(RVX_SECONDS(20))) >= 0);
    freed = s.loop == NULL;
    if (!freed)
        assert_int_equal(rvx_loop_run(s.loop), 0);
    check_stage(&s, kind, end, freed);
    rvx_loop_free(s.loop);
    rvx_resolver_free(s.resolver);
    check_stage(&s, kind, end, freed);
    close_pair(s.fds);
}

static void test_matrix(void **state)
{
    struct dnsserver *server = dnsserver_start(handle, NULL);
    struct rvx_addr addr = dnsserver_addr(server);
    char text[RVX_ADDR_STRLEN];
    struct etc etc;

    (void)state;
    etc_init(&etc);
    etc_write(&etc, "resolv.conf", "options timeout:20 attempts:1\n");
    etc.base.clock = rvx__resolver_base_system.clock;
    etc.opts.servers = rvx_addr_text(&addr, text);
    etc.opts.search = ".";
    etc.opts.host_order = "dns";
    for (int kind = 0; kind < KINDS_N; kind++) {
        for (int end = 0; end < ENDS_N; end++) {
            if (kind == KIND_POST && end >= END_CANCELED)
                continue; /* there is no way to cancel one, and it is always there at once */
            for (int what = 0; what < ACTS_N; what++)
                play(&etc, kind, (enum end)end, (enum act)what);
        }
    }
    dnsserver_stop(server);
    etc_fini(&etc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_matrix),
    };

    return cmocka_run_group_tests_name("callbacks_lookup", tests, NULL, NULL);
}
