/* test_flight.c - merged questions: who leads, who follows, who is told what, on one loop and on many threads */
#include "support/test.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <resolvx/err.h>

#include "resolver/flight.h"
#include "support/loop.h"

#define NAME "\003www\007example"

static int fill(void *self, void *bytes, size_t len)
{
    (void)self;
    memset(bytes, 0x33, len);
    return 0;
}

static const struct rvx__rnd rnd = {.fill = fill};

/* One who takes part, and what it was told. */
struct part {
    struct rvx__flight flight;
    struct rvx__cache_key key;
    int told;     /* how often */
    int promoted; /* ... that it leads */
    int code;
    bool has_entry;
    bool answered; /* what recheck says */
};

static void note_told(struct rvx__flight *flight)
{
    struct part *part = RVX__OWNER(flight, struct part, flight);

    part->told++;
    if (flight->role == RVX__FLIGHT_LEADS) {
        part->promoted++;
        return;
    }
    part->code = flight->code;
    part->has_entry = flight->entry != NULL;
}

static bool recheck(struct rvx__flight *flight)
{
    return RVX__OWNER(flight, struct part, flight)->answered;
}

static enum rvx__flight_role join(struct rvx__flights *flights, struct part *part, const char *name,
                                  struct rvx_loop *loop)
{
    part->key = (struct rvx__cache_key){.name = rvx__view_of(name, strlen(name) + 1), .type = 1, .class_ = 1};
    return rvx__flight_join(flights, &part->flight, &part->key, loop, recheck, note_told);
}

static enum rvx__flight_role join_key(struct rvx__flights *flights, struct part *part, struct rvx__cache_key key,
                                      struct rvx_loop *loop)
{
    part->key = key;
    return rvx__flight_join(flights, &part->flight, &part->key, loop, recheck, note_told);
}

static const struct rvx__cached *make_entry(void)
{
    static const uint8_t bytes[16] = {0};
    struct rvx__message message = {.bytes = rvx__view_of(bytes, 12), .at = {12, 12, 12, 12}, .end = 12};
    struct rvx__finding finding = {.verdict = RVX__VERDICT_ANSWER};
    const struct rvx__cached *entry = rvx__cached_new(&message, &finding, 0, 0);

    assert_non_null(entry);
    return entry;
}

static void turn(struct rvx_loop *loop)
{
    assert_int_equal(rvx_loop_turn(loop, RVX_NOWAIT), 0);
}

struct setup {
    struct rvx__flights flights;
    struct rvx_loop *loop;
    struct part parts[8];
};

static void begin(struct setup *s)
{
    memset(s, 0, sizeof *s);
    assert_int_equal(rvx__flights_init(&s->flights, &rnd), 0);
    s->loop = make_loop(RVX_POLLER_EPOLL);
}

static void end(struct setup *s)
{
    for (size_t i = 0; i < COUNT_OF(s->parts); i++)
        rvx__flight_leave(&s->parts[i].flight);
    assert_int_equal(s->flights.leaders.n, 0);
    rvx__flights_fini(&s->flights);
    rvx_loop_free(s->loop);
}

static void test_keys(void **state)
{
    struct rvx__cache_key key = {.name = rvx__view_of("\003WWW\007example", 13), .type = 1, .class_ = 1};
    struct setup s;

    (void)state;
    begin(&s);
    assert_int_equal(join(&s.flights, &s.parts[0], NAME, s.loop), RVX__FLIGHT_LEADS);
    assert_int_equal(join_key(&s.flights, &s.parts[1], key, s.loop), RVX__FLIGHT_FOLLOWS);
    key.type = 28;
    assert_int_equal(join_key(&s.flights, &s.parts[2], key, s.loop), RVX__FLIGHT_LEADS);
    key.servers = 1;
    assert_int_equal(join_key(&s.flights, &s.parts[3], key, s.loop), RVX__FLIGHT_LEADS);
    key.flags = RVX__KEY_CD;
    assert_int_equal(join_key(&s.flights, &s.parts[4], key, s.loop), RVX__FLIGHT_LEADS);
    assert_int_equal(join(&s.flights, &s.parts[5], "\003www\006exampl", s.loop), RVX__FLIGHT_LEADS);
    s.parts[6].answered = true;
    assert_int_equal(join(&s.flights, &s.parts[6], "\001x", s.loop), RVX__FLIGHT_NONE);
    s.parts[7].answered = true; /* not asked of one who follows */
    assert_int_equal(join(&s.flights, &s.parts[7], NAME, s.loop), RVX__FLIGHT_FOLLOWS);
    end(&s);
}

static void test_land(void **state)
{
    const struct rvx__cached *entry = make_entry();
    struct setup s;

    (void)state;
    begin(&s);
    assert_int_equal(join(&s.flights, &s.parts[0], NAME, s.loop), RVX__FLIGHT_LEADS);
    assert_false(rvx__flight_land(&s.parts[0].flight));
    rvx__flight_tell(&s.parts[0].flight, 0, entry, NULL);

    for (int i = 0; i < 4; i++)
        assert_int_equal(join(&s.flights, &s.parts[i], NAME, s.loop), i == 0 ? RVX__FLIGHT_LEADS : RVX__FLIGHT_FOLLOWS);
    rvx__flight_leave(&s.parts[2].flight);
    assert_true(rvx__flight_land(&s.parts[0].flight));
    rvx__flight_leave(&s.parts[3].flight);                                            /* between landing and telling */
    assert_int_equal(join(&s.flights, &s.parts[4], NAME, s.loop), RVX__FLIGHT_LEADS); /* too late for the first */
    rvx__flight_tell(&s.parts[0].flight, 0, entry, NULL);
    assert_int_equal(s.parts[1].told, 0); /* not inside of the leader's call */
    turn(s.loop);
    for (int i = 0; i < 5; i++)
        assert_int_equal(s.parts[i].told, i == 1);
    assert_true(s.parts[1].has_entry);
    rvx__cached_unref(entry);
    end(&s);
}

static void test_failure(void **state)
{
    struct setup s;

    (void)state;
    begin(&s);
    join(&s.flights, &s.parts[0], NAME, s.loop);
    join(&s.flights, &s.parts[1], NAME, s.loop);
    assert_true(rvx__flight_land(&s.parts[0].flight));
    rvx__flight_tell(&s.parts[0].flight, RVX_ETRYAGAIN, NULL, NULL);
    turn(s.loop);
    assert_int_equal(s.parts[1].told, 1);
    assert_int_equal(s.parts[1].code, RVX_ETRYAGAIN);
    assert_false(s.parts[1].has_entry);
    end(&s);
}

/* A leader that leaves is followed by who came first; with the notes of the heirs taken back on the way. */
static void test_heirs(void **state)
{
    struct setup s;

    (void)state;
    begin(&s);
    for (int i = 0; i < 5; i++)
        join(&s.flights, &s.parts[i], NAME, s.loop);
    rvx__flight_leave(&s.parts[0].flight);
    assert_int_equal(s.parts[1].flight.role, RVX__FLIGHT_PROMOTED);
    assert_int_equal(join(&s.flights, &s.parts[5], NAME, s.loop), RVX__FLIGHT_FOLLOWS); /* of the heir already */
    rvx__flight_leave(&s.parts[1].flight);                                              /* before its note arrives */
    turn(s.loop);
    assert_int_equal(s.parts[1].told, 0);
    assert_int_equal(s.parts[2].promoted, 1);
    rvx__flight_leave(&s.parts[2].flight);
    turn(s.loop);
    assert_int_equal(s.parts[3].promoted, 1);
    assert_true(rvx__flight_land(&s.parts[3].flight));
    rvx__flight_tell(&s.parts[3].flight, -EIO, NULL, NULL);
    turn(s.loop);
    assert_int_equal(s.parts[4].told, 1);
    assert_int_equal(s.parts[4].code, -EIO);
    assert_int_equal(s.parts[5].told, 1);
    end(&s);
}

/* What was sent to one who leaves, or whose loop is freed, is taken back with its reference. */
static void test_gone(void **state)
{
    const struct rvx__cached *entry = make_entry();
    struct rvx_loop *other = make_loop(RVX_POLLER_POLL);
    struct setup s;

    (void)state;
    begin(&s);
    join(&s.flights, &s.parts[0], NAME, s.loop);
    join(&s.flights, &s.parts[1], NAME, s.loop);
    join(&s.flights, &s.parts[2], NAME, other);
    assert_true(rvx__flight_land(&s.parts[0].flight));
    rvx__flight_tell(&s.parts[0].flight, 0, entry, NULL);
    rvx__flight_leave(&s.parts[1].flight);
    rvx__flight_leave(&s.parts[2].flight);
    rvx_loop_free(other);
    turn(s.loop);
    assert_int_equal(s.parts[1].told, 0);
    assert_int_equal(s.parts[2].told, 0);
    rvx__cached_unref(entry);
    end(&s);
}

/* In a child there is nobody to follow. */
static void test_fork(void **state)
{
    struct setup s;
    pid_t pid;
    int status;

    (void)state;
    begin(&s);
    join(&s.flights, &s.parts[0], NAME, s.loop);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        bool ok = join(&s.flights, &s.parts[1], NAME, s.loop) == RVX__FLIGHT_NONE;

        ok = ok && !rvx__flight_land(&s.parts[1].flight);
        rvx__flight_leave(&s.parts[1].flight);
        rvx__flight_leave(&s.parts[0].flight);
        _exit(ok ? 0 : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    end(&s);
}

#define THREADS 8
#define ROUNDS 2000

struct crowd {
    struct rvx__flights flights;
    const struct rvx__cached *entry;
    atomic_uint led, told, left, bad;
};

/* Waits until it leads or knows the outcome. */
static void wait_told(struct part *part, struct rvx_loop *loop)
{
    while (part->told == 0)
        rvx_loop_turn(loop, rvx_after(RVX_SECONDS(20)));
}

static void take_part(struct crowd *crowd, struct rvx_loop *loop, unsigned choice)
{
    static const char *const names[] = {"\001a", "\001b", "\001c"};
    struct part part = {0};
    enum rvx__flight_role role = join(&crowd->flights, &part, names[choice % COUNT_OF(names)], loop);

    if (choice / 3 % 5 == 0) {
        rvx__flight_leave(&part.flight);
        atomic_fetch_add(&crowd->left, 1);
        return;
    }
    if (role == RVX__FLIGHT_FOLLOWS) {
        wait_told(&part, loop);
        role = part.promoted ? RVX__FLIGHT_LEADS : RVX__FLIGHT_NONE;
        if (!part.promoted && !part.has_entry)
            atomic_fetch_add(&crowd->bad, 1);
        atomic_fetch_add(&crowd->told, 1);
    }
    if (role == RVX__FLIGHT_LEADS) {
        rvx_loop_turn(loop, choice % 16 == 0 ? rvx_after(RVX_SECONDS(1) / 10000) : RVX_NOWAIT); /* others come */
        if (rvx__flight_land(&part.flight))
            rvx__flight_tell(&part.flight, 0, crowd->entry, NULL);
        atomic_fetch_add(&crowd->led, 1);
    }
    rvx__flight_leave(&part.flight);
}

static void *run_thread(void *arg)
{
    struct crowd *crowd = arg;
    struct rvx_loop *loop = make_loop(RVX_POLLER_EPOLL);
    unsigned choice = (unsigned)(uintptr_t)&loop >> 4;

    for (int i = 0; i < ROUNDS; i++) {
        choice = choice * 1103515245u + 12345u;
        take_part(crowd, loop, choice >> 16);
        if (i % 100 == 99) {
            rvx_loop_free(loop);
            loop = make_loop(RVX_POLLER_EPOLL);
        }
    }
    rvx_loop_free(loop);
    return NULL;
}

static void test_threads(void **state)
{
    struct crowd crowd = {.entry = make_entry()};
    pthread_t threads[THREADS];

    (void)state;
    assert_int_equal(rvx__flights_init(&crowd.flights, &rnd), 0);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, run_thread, &crowd), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(atomic_load(&crowd.bad), 0);
    assert_true(atomic_load(&crowd.led) > 0);
    assert_int_equal(crowd.flights.leaders.n, 0);
    rvx__flights_fini(&crowd.flights);
    rvx__cached_unref(crowd.entry);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys),    cmocka_unit_test(test_land), cmocka_unit_test(test_failure),
        cmocka_unit_test(test_heirs),   cmocka_unit_test(test_gone), cmocka_unit_test(test_fork),
        cmocka_unit_test(test_threads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
