/* test_timer.c - timers on an invented clock: order, changes from callbacks, and 2,000 of them against a plain list */
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

#include "loop/loop.h"
#include "loop/timer.h"

/* A clock that stands still until it is told. */
static rvx_time read_fake(void *self)
{
    const rvx_time *now = self;

    return *now;
}

struct fixture {
    rvx_time now;
    struct rvx__clock clock;
    struct rvx_loop *loop;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    if (f == NULL)
        return -1;
    f->now = 1000;
    f->clock = (struct rvx__clock){read_fake, read_fake, &f->now};
    *state = f;
    return rvx__loop_new_with(NULL, &f->clock, &f->loop, NULL);
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    rvx_loop_free(f->loop);
    free(f);
    return 0;
}

static void turn_at(struct fixture *f, rvx_time now)
{
    f->now = now;
    assert_true(rvx_loop_turn(f->loop, RVX_NOWAIT) >= 0);
    assert_int_equal(rvx_loop_now(f->loop), now);
}

/* What was called back, as a text of one letter per call. */
static char journal[64];

struct named {
    struct rvx__timer timer;
    char name;
    struct fixture *f;
    void (*then)(struct named *self); /* what its callback does besides */
    struct named *other;
};

static void ring(void *arg)
{
    struct named *self = arg;
    size_t len = strlen(journal);

    assert_true(len + 1 < sizeof journal);
    journal[len] = self->name;
    journal[len + 1] = '\0';
    assert_false(rvx__timer_active(&self->timer));
    if (self->then != NULL)
        self->then(self);
}

static void start_named(struct named *timer, struct fixture *f, char name, rvx_time deadline)
{
    timer->name = name;
    timer->f = f;
    assert_int_equal(rvx__timer_start(f->loop, &timer->timer, deadline, ring, timer), 0);
    assert_true(rvx__timer_active(&timer->timer));
}

static void test_order(void **state)
{
    static const struct {
        const char *name;
        rvx_time deadlines[6]; /* of a, b, ...; 0 ends */
        const char *want;      /* fired at 2000 */
    } rows[] = {
        {"one", {1500}, "a"},
        {"exactly now", {2000}, "a"},
        {"not yet", {2001}, ""},
        {"never", {RVX_FOREVER}, ""},
        {"in the past", {1}, "a"},
        {"no wait", {RVX_NOWAIT, 5}, "ab"},
        {"by deadline", {1900, 1300, 1800, 1100}, "dbca"},
        {"equal ones by start", {1500, 1500, 1500, 1500, 1500}, "abcde"},
        {"mixed", {1500, 1400, 1500, 1400, 3000, 1500}, "bdacf"},
    };

    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct named timers[6];

        memset(timers, 0, sizeof timers);
        journal[0] = '\0';
        f->now = 1000;
        for (size_t k = 0; k < 6 && rows[i].deadlines[k] != 0; k++)
            start_named(&timers[k], f, (char)('a' + k), rows[i].deadlines[k]);
        assert_string_equal(journal, "");
        turn_at(f, 2000);
        if (strcmp(journal, rows[i].want) != 0)
            print_error("row %s: %s\n", rows[i].name, journal);
        assert_string_equal(journal, rows[i].want);
        turn_at(f, 2000);
        assert_string_equal(journal, rows[i].want); /* once */
        for (size_t k = 0; k < 6; k++)
            rvx__timer_stop(&timers[k].timer);
    }
}

static void test_zero_is_never(void **state)
{
    struct fixture *f = *state;
    struct named a = {0};

    journal[0] = '\0';
    start_named(&a, f, 'a', 0);
    turn_at(f, RVX_FOREVER - 1);
    assert_string_equal(journal, "");
    rvx__timer_move(&a.timer, 5);
    turn_at(f, RVX_FOREVER - 1);
    assert_string_equal(journal, "a");
}

static void test_move_and_stop(void **state)
{
    struct fixture *f = *state;
    struct named t[5] = {0};

    journal[0] = '\0';
    for (int i = 0; i < 5; i++)
        start_named(&t[i], f, (char)('a' + i), 1500);
    rvx__timer_move(&t[0].timer, 1500); /* behind the others of its time */
    rvx__timer_move(&t[1].timer, 5000);
    rvx__timer_stop(&t[2].timer);
    rvx__timer_stop(&t[2].timer);
    rvx__timer_move(&t[2].timer, 1200); /* stopped: stays so */
    rvx__timer_move(&t[3].timer, 1100);
    assert_false(rvx__timer_active(&t[2].timer));
    turn_at(f, 2000);
    assert_string_equal(journal, "dea");
    start_named(&t[1], f, 'b', 2500); /* starting a started one moves it */
    turn_at(f, 3000);
    assert_string_equal(journal, "deab");
    turn_at(f, 9000);
    assert_string_equal(journal, "deab");
}

static void stop_other(struct named *self)
{
    rvx__timer_stop(&self->other->timer);
}

static void delay_other(struct named *self)
{
    rvx__timer_move(&self->other->timer, 4000);
}

static void hasten_other(struct named *self)
{
    rvx__timer_move(&self->other->timer, 500);
}

static void start_again(struct named *self)
{
    assert_int_equal(rvx__timer_start(self->f->loop, &self->timer, RVX_NOWAIT, ring, self), 0);
}

static void start_other_past(struct named *self)
{
    start_named(self->other, self->f, 'x', RVX_NOWAIT);
}

/* a's callback does something to b (or x), at 2000 and then 3000 and 5000. */
static void test_changes_from_callback(void **state)
{
    static const struct {
        const char *name;
        void (*then)(struct named *self);
        rvx_time other; /* deadline of b; 0: not started */
        const char *at_2000, *at_3000, *at_5000;
    } rows[] = {
        {"stop one that is due", stop_other, 1600, "a", "a", "a"},
        {"stop one that is not", stop_other, 2500, "a", "a", "a"},
        {"stop one that ran", stop_other, 1200, "ba", "ba", "ba"},
        {"put off one that is due", delay_other, 1600, "a", "a", "ab"},
        {"put off one that is not", delay_other, 2500, "a", "a", "ab"},
        {"hasten one that is due: next turn", hasten_other, 1600, "a", "ab", "ab"},
        {"hasten one that is not: next turn", hasten_other, 9000, "a", "ab", "ab"},
        {"start again in the past: once a turn", start_again, 0, "a", "aa", "aaa"},
        {"start another in the past: next turn", start_other_past, 0, "a", "ax", "ax"},
    };

    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct named a = {.then = rows[i].then}, b = {0};

        journal[0] = '\0';
        a.other = &b;
        f->now = 1000;
        start_named(&a, f, 'a', 1500);
        if (rows[i].other != 0)
            start_named(&b, f, 'b', rows[i].other);
        turn_at(f, 2000);
        if (strcmp(journal, rows[i].at_2000) != 0)
            print_error("row %s at 2000: %s\n", rows[i].name, journal);
        assert_string_equal(journal, rows[i].at_2000);
        turn_at(f, 3000);
        if (strcmp(journal, rows[i].at_3000) != 0)
            print_error("row %s at 3000: %s\n", rows[i].name, journal);
        assert_string_equal(journal, rows[i].at_3000);
        turn_at(f, 5000);
        if (strcmp(journal, rows[i].at_5000) != 0)
            print_error("row %s at 5000: %s\n", rows[i].name, journal);
        assert_string_equal(journal, rows[i].at_5000);
        rvx__timer_stop(&a.timer);
        rvx__timer_stop(&b.timer);
    }
}

/* --- 2,000 timers against a model that looks at all of them ------------------------------------------------------- */

#define CROWD 2000
#define STEPS 400

struct model {
    bool active;
    rvx_time deadline;
    unsigned long seq;
};

struct crowd {
    struct rvx__timer timers[CROWD];
    struct model model[CROWD];
    unsigned long seq;
    int fired[CROWD];
    int fired_n;
};

static struct crowd *crowd;

static void note_fired(void *arg)
{
    struct rvx__timer *timer = arg;

    crowd->fired[crowd->fired_n++] = (int)(timer - crowd->timers);
}

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static int by_time(const void *a, const void *b)
{
    const struct model *x = &crowd->model[*(const int *)a], *y = &crowd->model[*(const int *)b];

    if (x->deadline != y->deadline)
        return x->deadline < y->deadline ? -1 : 1;
    return x->seq < y->seq ? -1 : x->seq > y->seq;
}

static void change_one(struct fixture *f, int i, uint32_t what, rvx_time deadline)
{
    struct model *m = &crowd->model[i];

    if (what < 6) {
        assert_int_equal(rvx__timer_start(f->loop, &crowd->timers[i], deadline, note_fired, &crowd->timers[i]), 0);
        *m = (struct model){true, deadline, ++crowd->seq};
    } else if (what < 8) {
        rvx__timer_move(&crowd->timers[i], deadline);
        if (m->active)
            *m = (struct model){true, deadline, ++crowd->seq};
    } else {
        rvx__timer_stop(&crowd->timers[i]);
        m->active = false;
    }
}

static int expect_fired(rvx_time now, int *want)
{
    int n = 0;

    for (int i = 0; i < CROWD; i++) {
        if (crowd->model[i].active && crowd->model[i].deadline <= now)
            want[n++] = i;
    }
    qsort(want, (size_t)n, sizeof *want, by_time);
    return n;
}

static void test_crowd(void **state)
{
    struct fixture *f = *state;
    uint32_t seed = 20240229;
    int *want = calloc(CROWD, sizeof *want);
    long total = 0;

    crowd = calloc(1, sizeof *crowd);
    assert_non_null(crowd);
    assert_non_null(want);
    for (int step = 0; step < STEPS; step++) {
        int n;

        for (int k = 0; k < 60; k++) {
            int i = (int)(next_random(&seed) % CROWD);
            uint32_t what = next_random(&seed) % 10;

            change_one(f, i, what, f->now - 50 + (rvx_time)(next_random(&seed) % 2000));
        }
        f->now += (rvx_time)(next_random(&seed) % 40);
        crowd->fired_n = 0;
        n = expect_fired(f->now, want);
        turn_at(f, f->now);
        assert_int_equal(crowd->fired_n, n);
        assert_memory_equal(crowd->fired, want, (size_t)n * sizeof *want);
        for (int k = 0; k < n; k++)
            crowd->model[want[k]].active = false;
        for (int i = 0; i < CROWD; i++)
            assert_int_equal(rvx__timer_active(&crowd->timers[i]), crowd->model[i].active);
        total += n;
    }
    assert_true(total > 1000); /* the script does fire timers */
    for (int i = 0; i < CROWD; i++)
        rvx__timer_stop(&crowd->timers[i]);
    free(crowd);
    free(want);
}

/* Moving timers that are due puts them back where there is room for them, whatever was started in between. */
#define MANY 64

static struct rvx__timer many[2][MANY];

static void ignore_timer(void *arg)
{
    (void)arg;
}

static void start_and_move(void *arg)
{
    struct fixture *f = arg;

    for (int i = 0; i < MANY; i++)
        assert_int_equal(rvx__timer_start(f->loop, &many[1][i], 9000 + i, ignore_timer, NULL), 0);
    for (int i = 1; i < MANY; i++) {
        assert_true(rvx__timer_active(&many[0][i]));
        rvx__timer_move(&many[0][i], 9000 + i);
    }
}

static void test_room_for_due_ones(void **state)
{
    struct fixture *f = *state;

    for (int i = 0; i < MANY; i++)
        assert_int_equal(rvx__timer_start(f->loop, &many[0][i], 1500 + i, start_and_move, f), 0);
    turn_at(f, 2000);
    for (int i = 0; i < MANY; i++) {
        assert_int_equal(rvx__timer_active(&many[0][i]), i > 0);
        assert_true(rvx__timer_active(&many[1][i]));
        rvx__timer_stop(&many[0][i]);
        rvx__timer_stop(&many[1][i]);
    }
}

/* A loop that is freed stops the timers that are left, so that their owner may stop them later. */
static void test_stop_after_loop(void **state)
{
    struct fixture *f = *state;
    struct named a = {0}, b = {0};

    start_named(&a, f, 'a', 5000);
    start_named(&b, f, 'b', 6000);
    rvx_loop_free(f->loop);
    f->loop = NULL;
    assert_false(rvx__timer_active(&a.timer));
    rvx__timer_stop(&a.timer);
    rvx__timer_move(&b.timer, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_zero_is_never, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_move_and_stop, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_changes_from_callback, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_crowd, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_room_for_due_ones, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_stop_after_loop, set_up, tear_down),
    };

    return cmocka_run_group_tests_name("timer", tests, NULL, NULL);
}
