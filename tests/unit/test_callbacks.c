/* test_callbacks.c - everything is legal inside a callback: each act in the callback of each kind of operation */
#include "support/loop.h"

#include <poll.h>

enum kind { KIND_TIMER, KIND_READY, KIND_LATE, KIND_POST, KIND_N };
static const char *const kind_names[] = {"timer", "ready", "late", "post"};

enum act {
    ACT_NOTHING,
    ACT_CANCEL_FINISHED, /* another one, whose callback would be next */
    ACT_CANCEL_PENDING,
    ACT_START_SAME, /* again: its callback must not run in this turn */
    ACT_TURN,       /* of the same loop, from the inside */
    ACT_RUN,
    ACT_FREE,
    ACT_TURN_THEN_FREE,
    ACT_FREE_INSIDE_TURN, /* the inner turn's callback frees the loop */
    ACT_POST,
    ACT_N
};
static const char *const act_names[] = {"nothing", "cancel finished",  "cancel pending", "start the same",
                                        "turn",    "run",              "free",           "turn, then free",
                                        "free inside turn", "post"};

struct stage {
    struct rvx_loop *loop;
    enum kind kind;
    enum act act;
    int fds[2];
    struct rvx_op *victim;  /* finished together with the actor, queued behind it */
    struct rvx_op *pending; /* not going to end */
    int actor_calls, victim_calls, pending_calls, extra_calls;
    bool inside;
    bool freed;
};

static void count_extra(void *arg, int result)
{
    struct stage *s = arg;

    (void)result;
    s->extra_calls++;
}

static void free_stage_loop(void *arg, int result)
{
    struct stage *s = arg;

    (void)result;
    s->extra_calls++;
    rvx_loop_free(s->loop);
    s->freed = true;
}

static void start_kind(struct stage *s, rvx_op_fn callback, struct rvx_op **op)
{
    struct rvx_op *dummy;
    int result = -1;

    if (op == NULL)
        op = &dummy;
    switch (s->kind) {
    case KIND_TIMER:
        result = rvx_timer_start(s->loop, RVX_NOWAIT, callback, s, op);
        break;
    case KIND_READY:
        result = rvx_wait_start(s->loop, s->fds[0], POLLOUT, 0, callback, s, op);
        break;
    case KIND_LATE:
        result = rvx_wait_start(s->loop, s->fds[0], POLLIN, RVX_NOWAIT, callback, s, op);
        break;
    case KIND_POST:
        result = rvx_loop_post(s->loop, callback, s);
        *op = NULL;
        break;
    case KIND_N:
        break;
    }
    assert_int_equal(result, 0);
}

static void victim_ends(void *arg, int result)
{
    struct stage *s = arg;

    (void)result;
    s->victim_calls++;
    s->victim = NULL;
}

static void pending_ends(void *arg, int result)
{
    struct stage *s = arg;

    (void)result;
    s->pending_calls++;
}

static void run_inside(struct stage *s)
{
    assert_int_equal(rvx_timer_start(s->loop, RVX_NOWAIT, count_extra, s, NULL), 0);
    rvx_op_cancel(s->pending);
    s->pending = NULL;
    assert_int_equal(rvx_loop_run(s->loop), 0);
    assert_int_equal(s->extra_calls, 1);
}

static void actor_ends(void *arg, int result)
{
    struct stage *s = arg;

    (void)result;
    s->actor_calls++;
    switch (s->act) {
    case ACT_NOTHING:
    case ACT_N:
        break;
    case ACT_CANCEL_FINISHED:
        rvx_op_cancel(s->victim);
        break;
    case ACT_CANCEL_PENDING:
        rvx_op_cancel(s->pending);
        break;
    case ACT_START_SAME:
        start_kind(s, count_extra, NULL);
        assert_int_equal(s->extra_calls, 0);
        break;
    case ACT_TURN:
        assert_true(rvx_loop_turn(s->loop, RVX_NOWAIT) >= 0);
        break;
    case ACT_RUN:
        run_inside(s);
        break;
    case ACT_TURN_THEN_FREE:
        assert_true(rvx_loop_turn(s->loop, RVX_NOWAIT) >= 0);
        free_stage_loop(s, 0);
        break;
    case ACT_FREE:
        free_stage_loop(s, 0);
        break;
    case ACT_FREE_INSIDE_TURN:
        start_kind(s, free_stage_loop, NULL);
        for (int i = 0; i < 3 && !s->freed; i++) /* a wait on a descriptor others wait for may take a second one */
            assert_true(rvx_loop_turn(s->loop, RVX_NOWAIT) >= 0);
        assert_true(s->freed);
        break;
    case ACT_POST:
        assert_int_equal(rvx_loop_post(s->loop, count_extra, s), 0);
        assert_int_equal(s->extra_calls, 0);
        break;
    }
}

static void check_stage(const struct stage *s)
{
    bool frees = s->act == ACT_FREE;
    bool wants_extra = s->act == ACT_START_SAME || s->act == ACT_POST || s->act == ACT_RUN || s->freed;

    assert_int_equal(s->actor_calls, 1);
    assert_int_equal(s->victim_calls, frees || s->act == ACT_CANCEL_FINISHED ? s->kind == KIND_POST && !frees : 1);
    assert_int_equal(s->pending_calls, 0);
    assert_int_equal(s->extra_calls, wants_extra);
}

static void play(enum rvx_poller poller, enum kind kind, enum act act, bool by_run)
{
    struct stage s = {.kind = kind, .act = act};
    int result = 0;

    s.loop = make_loop(poller);
    make_pair(s.fds);
    assert_int_equal(rvx_timer_start(s.loop, RVX_FOREVER, pending_ends, &s, &s.pending), 0);
    /* Both end in one turn. Watches of one descriptor are called last first, so that the victim has to be started first
     * for it to be queued behind the actor. */
    if (kind == KIND_READY) {
        start_kind(&s, victim_ends, &s.victim);
        start_kind(&s, actor_ends, NULL);
    } else {
        start_kind(&s, actor_ends, NULL);
        start_kind(&s, victim_ends, &s.victim);
    }
    assert_int_equal(s.actor_calls + s.victim_calls, 0); /* not inside the starting call */
    if (by_run && (act == ACT_CANCEL_PENDING || act == ACT_FREE || act == ACT_RUN))
        assert_int_equal(rvx_loop_run(s.loop), 0);
    else
        for (int i = 0; i < 6 && !s.freed && result >= 0; i++)
            result = rvx_loop_turn(s.loop, RVX_NOWAIT);
    assert_true(result >= 0);
    check_stage(&s);
    if (!s.freed)
        rvx_loop_free(s.loop);
    check_stage(&s);
    close_pair(s.fds);
}

static void test_callback_matrix(void **state)
{
    (void)state;
    for (size_t p = 0; p < 2; p++) {
        for (int kind = 0; kind < KIND_N; kind++) {
            for (int act = 0; act < ACT_N; act++) {
                print_message("# poller %zu: in the callback of a %s: %s\n", p, kind_names[kind], act_names[act]);
                play(pollers[p], (enum kind)kind, (enum act)act, false);
                play(pollers[p], (enum kind)kind, (enum act)act, true);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_callback_matrix),
    };

    return cmocka_run_group_tests_name("callbacks", tests, NULL, NULL);
}
