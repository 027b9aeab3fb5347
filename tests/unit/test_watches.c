/* test_watches.c - the table of watches: no more system calls than needed, changes while events are given out */
#include "support/test.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "loop/watches.h"

/* --- the table of watches over a poller that counts --------------------------------------------------------------- */

struct counter {
    int calls;
    int fd;
    unsigned before, after;
    int result; /* what set() answers */
};

static int set_counted(void *state, int fd, unsigned before, unsigned after)
{
    struct counter *counter = state;

    *counter = (struct counter){counter->calls + 1, fd, before, after, counter->result};
    return counter->result;
}

static const struct rvx__poller_ops counting_ops = {.syscall = "none", .set = set_counted};

struct table {
    struct counter counter;
    struct rvx__poller poller;
    struct rvx__watches watches;
};

static int set_up_table(void **state)
{
    struct table *t = calloc(1, sizeof *t);

    if (t == NULL)
        return -1;
    t->poller = (struct rvx__poller){&counting_ops, &t->counter};
    rvx__watches_init(&t->watches, &t->poller);
    *state = t;
    return 0;
}

static int tear_down_table(void **state)
{
    struct table *t = *state;

    rvx__watches_fini(&t->watches);
    free(t);
    return 0;
}

static void count_call(void *arg, unsigned events)
{
    *(unsigned *)arg += 0x10000 + events;
}

static void add_watch(struct table *t, struct rvx__watch *watch, unsigned events, unsigned *calls)
{
    *watch = (struct rvx__watch){.fd = 0, .events = events, .callback = count_call, .arg = calls};
    assert_int_equal(rvx__watches_add(&t->watches, watch), 0);
}

static void change(struct table *t, struct rvx__watch *watch, unsigned events)
{
    watch->events = events;
    rvx__watches_touch(&t->watches, watch);
}

#define assert_told(t, n, was, is)                                                                                     \
    do {                                                                                                               \
        assert_int_equal((t)->counter.calls, (n));                                                                     \
        assert_int_equal((t)->counter.before, (was));                                                                  \
        assert_int_equal((t)->counter.after, (is));                                                                    \
    } while (0)

static void test_changes_are_merged(void **state)
{
    struct table *t = *state;
    struct rvx__watch a, b;
    unsigned calls = 0;

    add_watch(t, &a, POLLIN, &calls);
    assert_told(t, 1, 0, POLLIN);
    change(t, &a, POLLIN | POLLOUT); /* back and forth between two waits: nothing to tell */
    change(t, &a, 0);
    change(t, &a, POLLIN);
    assert_int_equal(rvx__watches_flush(&t->watches), 0);
    assert_int_equal(t->counter.calls, 1);
    change(t, &a, POLLOUT);
    assert_int_equal(t->counter.calls, 1);
    assert_int_equal(rvx__watches_flush(&t->watches), 0);
    assert_told(t, 2, POLLIN, POLLOUT);
    add_watch(t, &b, POLLIN, &calls); /* a second watch of the descriptor waits for the flush */
    assert_int_equal(t->counter.calls, 2);
    assert_int_equal(rvx__watches_flush(&t->watches), 0);
    assert_told(t, 3, POLLOUT, POLLIN | POLLOUT);
    rvx__watches_remove(&t->watches, &a, true);
    assert_int_equal(t->counter.calls, 3);
    assert_int_equal(rvx__watches_flush(&t->watches), 0);
    assert_told(t, 4, POLLIN | POLLOUT, POLLIN);
    rvx__watches_remove(&t->watches, &b, true); /* the last one is told at once */
    assert_told(t, 5, POLLIN, 0);
    assert_int_equal(rvx__watches_flush(&t->watches), 0);
    assert_int_equal(t->counter.calls, 5);
    assert_int_equal(calls, 0);
}

static void test_silent(void **state)
{
    struct table *t = *state;
    struct rvx__watch a;
    unsigned calls = 0;
    struct rvx__ready hup = {0, POLLHUP};

    add_watch(t, &a, 0, &calls);
    assert_told(t, 1, 0, RVX__POLLER_ONCE);
    rvx__watches_deliver(&t->watches, &hup, 1);
    assert_int_equal(calls, 0); /* wants nothing, hears nothing */
    change(t, &a, POLLIN);
    assert_int_equal(rvx__watches_flush(&t->watches), 0);
    assert_told(t, 2, RVX__POLLER_ONCE, POLLIN);
    rvx__watches_deliver(&t->watches, &hup, 1);
    assert_int_equal(calls, 0x10000 + POLLHUP);
    rvx__watches_remove(&t->watches, &a, true);
    assert_told(t, 3, POLLIN, 0);
}

/* One event after the other on one descriptor: one call each. */
static void test_once_costs_one_call(void **state)
{
    struct table *t = *state;
    struct rvx__watch a;
    struct rvx__ready in = {0, POLLIN};

    for (int i = 0; i < 5; i++) {
        unsigned calls = 0;

        add_watch(t, &a, POLLIN | RVX__WATCH_ONCE, &calls);
        assert_told(t, i + 1, i == 0 ? 0 : RVX__POLLER_ONCE, POLLIN | RVX__POLLER_ONCE);
        assert_int_equal(rvx__watches_flush(&t->watches), 0);
        rvx__watches_deliver(&t->watches, &in, 1);
        assert_int_equal(calls, 0x10000 + POLLIN);
        assert_int_equal(rvx__watches_flush(&t->watches), 0);
        assert_int_equal(t->counter.calls, i + 1);
    }
}

static void test_once_with_others(void **state)
{
    struct table *t = *state;
    struct rvx__watch once, stays, other;
    unsigned once_calls = 0, stays_calls = 0, other_calls = 0;
    struct rvx__ready in = {0, POLLIN}, out = {0, POLLOUT};

    /* Two of the one kind: after the report of the first, the second is told anew. */
    add_watch(t, &once, POLLIN | RVX__WATCH_ONCE, &once_calls);
    add_watch(t, &other, POLLOUT | RVX__WATCH_ONCE, &other_calls);
    assert_int_equal(rvx__watches_flush(&t->watches), 0);
    assert_told(t, 2, POLLIN | RVX__POLLER_ONCE, POLLIN | POLLOUT | RVX__POLLER_ONCE);
    rvx__watches_deliver(&t->watches, &in, 1);
    assert_int_equal(once_calls, 0x10000 + POLLIN);
    assert_int_equal(other_calls, 0);
    assert_int_equal(rvx__watches_flush(&t->watches), 0);
    assert_told(t, 3, RVX__POLLER_ONCE, POLLOUT | RVX__POLLER_ONCE);
    rvx__watches_remove(&t->watches, &other, true);
    assert_told(t, 4, POLLOUT | RVX__POLLER_ONCE, 0);

    /* One of each kind: not silenced by the report. */
    once_calls = 0;
    add_watch(t, &stays, POLLIN, &stays_calls);
    add_watch(t, &once, POLLOUT | RVX__WATCH_ONCE, &once_calls);
    assert_int_equal(rvx__watches_flush(&t->watches), 0);
    assert_told(t, 6, POLLIN, POLLIN | POLLOUT);
    rvx__watches_remove(&t->watches, &stays, true);
    rvx__watches_deliver(&t->watches, &out, 1); /* before a flush: the poller still has both */
    assert_int_equal(once_calls, 0x10000 + POLLOUT);
    assert_told(t, 7, POLLIN | POLLOUT, 0); /* the last one is gone, and the descriptor not silent */
}

static void test_failure_of_set(void **state)
{
    struct table *t = *state;
    struct rvx__watch a, b;
    unsigned calls = 0;

    t->counter.result = -EPERM;
    a = (struct rvx__watch){.fd = 0, .events = POLLIN};
    assert_int_equal(rvx__watches_add(&t->watches, &a), -EPERM);
    t->counter.result = 0;
    add_watch(t, &b, POLLIN, &calls);
    assert_told(t, 2, 0, POLLIN);
    change(t, &b, POLLOUT);
    t->counter.result = -EBADF;
    assert_int_equal(rvx__watches_flush(&t->watches), -EBADF);
    assert_int_equal(rvx__watches_flush(&t->watches), -EBADF); /* not forgotten */
    t->counter.result = 0;
    assert_int_equal(rvx__watches_flush(&t->watches), 0);
    assert_told(t, 5, POLLIN, POLLOUT);
    a = (struct rvx__watch){.fd = -1, .events = POLLIN};
    assert_int_equal(rvx__watches_add(&t->watches, &a), -EBADF);
    a.fd = 1 << 30; /* no descriptor, and no table of that size */
    assert_int_equal(rvx__watches_add(&t->watches, &a), -EBADF);
    rvx__watches_remove(&t->watches, &b, true);
}

/* --- changes while events are given out --------------------------------------------------------------------------- */

struct actor {
    struct rvx__watch watch;
    struct table *t;
    struct actor *target;
    void (*act)(struct actor *self);
    int calls;
};

static void run_actor(void *arg, unsigned events)
{
    struct actor *self = arg;

    (void)events;
    self->calls++;
    if (self->act != NULL)
        self->act(self);
}

static void add_actor(struct table *t, struct actor *actor, int fd)
{
    actor->t = t;
    actor->watch = (struct rvx__watch){.fd = fd, .events = POLLIN, .callback = run_actor, .arg = actor};
    assert_int_equal(rvx__watches_add(&t->watches, &actor->watch), 0);
}

static void remove_self(struct actor *self)
{
    rvx__watches_remove(&self->t->watches, &self->watch, true);
}

static void remove_target(struct actor *self)
{
    rvx__watches_remove(&self->t->watches, &self->target->watch, true);
}

static void replace_target(struct actor *self)
{
    int fd = self->target->watch.fd;

    remove_target(self);
    add_actor(self->t, self->target, fd);
}

static void silence_target(struct actor *self)
{
    change(self->t, &self->target->watch, 0);
}

/* Three watches: x and y on one descriptor, z on another that is ready in the same batch. Started in the order z, y, x,
 * the last of a descriptor is called first: x, y, z. */
static void test_changes_during_delivery(void **state)
{
    enum { X, Y, Z };
    static const struct {
        const char *name;
        void (*act)(struct actor *self);
        int actor, target;
        int calls[3];
    } rows[] = {
        {"nothing", NULL, X, X, {1, 1, 1}},
        {"first stops itself", remove_self, X, X, {1, 1, 1}},
        {"second stops itself", remove_self, Y, Y, {1, 1, 1}},
        {"first stops second", remove_target, X, Y, {1, 0, 1}},
        {"second stops first", remove_target, Y, X, {1, 1, 1}},
        {"stops one of a later descriptor", remove_target, X, Z, {1, 1, 0}},
        {"stops and starts one of a later descriptor: not its event", replace_target, X, Z, {1, 1, 0}},
        {"stops and starts the next", replace_target, X, Y, {1, 0, 1}},
        {"stops and starts the one before", replace_target, Y, X, {1, 1, 1}},
        {"silences the next", silence_target, X, Y, {1, 0, 1}},
        {"silences a later one", silence_target, X, Z, {1, 1, 0}},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        static const struct rvx__ready ready[] = {{0, POLLIN}, {1, POLLIN}};
        struct actor actors[3];
        void *fresh = NULL;
        struct table *t;

        memset(actors, 0, sizeof actors);
        assert_int_equal(set_up_table(&fresh), 0);
        t = fresh;
        actors[rows[i].actor].act = rows[i].act;
        actors[rows[i].actor].target = &actors[rows[i].target];
        add_actor(t, &actors[Z], 1);
        add_actor(t, &actors[Y], 0);
        add_actor(t, &actors[X], 0);
        rvx__watches_deliver(&t->watches, ready, 2);
        for (int k = 0; k < 3; k++) {
            if (actors[k].calls != rows[i].calls[k])
                print_error("row %s: %c\n", rows[i].name, "xyz"[k]);
            assert_int_equal(actors[k].calls, rows[i].calls[k]);
        }
        actors[rows[i].actor].act = NULL;
        tear_down_table(&fresh);
    }
}

static void start_once(struct actor *self)
{
    int fd = self->target->watch.fd;

    remove_target(self);
    self->target->watch = (struct rvx__watch){
        .fd = fd, .events = POLLIN | RVX__WATCH_ONCE, .callback = run_actor, .arg = self->target};
    assert_int_equal(rvx__watches_add(&self->t->watches, &self->target->watch), 0);
}

/* A watch for one event, started while an event of an earlier one on its number is still in the batch: it does not get
 * that one, but the poller may have silenced the descriptor with it, and is told again. */
static void test_once_started_during_delivery(void **state)
{
    static const struct rvx__ready ready[] = {{0, POLLIN}, {1, POLLIN}};
    struct table *t = *state;
    struct actor x = {.act = start_once}, z = {0};

    x.target = &z;
    add_actor(t, &z, 1);
    add_actor(t, &x, 0);
    rvx__watches_deliver(&t->watches, ready, 2);
    assert_int_equal(z.calls, 0);
    assert_int_equal(rvx__watches_flush(&t->watches), 0);
    assert_int_equal(t->counter.fd, 1);
    assert_int_equal(t->counter.before, RVX__POLLER_ONCE);
    assert_int_equal(t->counter.after, POLLIN | RVX__POLLER_ONCE);
    x.act = NULL;
    rvx__watches_deliver(&t->watches, ready, 2);
    assert_int_equal(z.calls, 1);
    rvx__watches_remove(&t->watches, &x.watch, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_changes_are_merged, set_up_table, tear_down_table),
        cmocka_unit_test_setup_teardown(test_silent, set_up_table, tear_down_table),
        cmocka_unit_test_setup_teardown(test_once_costs_one_call, set_up_table, tear_down_table),
        cmocka_unit_test_setup_teardown(test_once_with_others, set_up_table, tear_down_table),
        cmocka_unit_test_setup_teardown(test_failure_of_set, set_up_table, tear_down_table),
        cmocka_unit_test(test_changes_during_delivery),
        cmocka_unit_test_setup_teardown(test_once_started_during_delivery, set_up_table, tear_down_table),
    };

    return cmocka_run_group_tests_name("watches", tests, NULL, NULL);
}
