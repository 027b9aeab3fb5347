/* test_netfd.c - turns, deadlines, cancelling and closing, on a pipe */
#include "support/test.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "loop/waiter.h"
#include "net/netfd.h"
#include "support/sockets.h"

/* A netfd over the reading end of a pipe. */
struct fixture {
    struct rvx__netfd netfd;
    int fds[2];
};

static int set_up(void **state)
{
    static struct fixture fixture;

    assert_int_equal(pipe(fixture.fds), 0);
    assert_int_equal(rvx__netfd_init(&fixture.netfd), 0);
    *state = &fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;

    rvx__netfd_fini(&fixture->netfd);
    close(fixture->fds[0]);
    close(fixture->fds[1]);
    return 0;
}

/* Enters, waits for the pipe, leaves. */
struct reading {
    struct fixture *fixture;
    const struct rvx_ctx *ctx;
    const struct rvx_waiter *waiter;
};

static int read_pipe(void *arg)
{
    struct reading *reading = arg;
    struct fixture *fixture = reading->fixture;
    struct pollfd fds[2] = {{.fd = fixture->fds[0], .events = POLLIN}};
    struct rvx__netfd_call call;
    int rc;

    rvx_waiter_swap(reading->waiter);
    rc = rvx__netfd_enter(&fixture->netfd, RVX__NETFD_READ, reading->ctx, &call);
    if (rc == 0)
        rc = rvx__netfd_wait(&fixture->netfd, &call, fds, 1);
    if (rc == 0 && fds[0].revents == 0)
        rc = 1;
    rvx__netfd_leave(&fixture->netfd, &call);
    return rc;
}

static int close_netfd(void *arg)
{
    struct fixture *fixture = arg;

    return rvx__netfd_close(&fixture->netfd);
}

static void test_enter(void **state)
{
    struct fixture *fixture = *state;
    struct rvx_cancel *fired, *quiet;
    const size_t size = sizeof(struct rvx_ctx);
    assert_int_equal(rvx_cancel_new(&fired), 0);
    assert_int_equal(rvx_cancel_new(&quiet), 0);
    rvx_cancel_fire(fired);
    const struct {
        const char *name;
        rvx_time deadline;
        struct rvx_ctx ctx;
        int want;
    } rows[] = {
        {"nothing", 0, {size, 0, NULL}, 0},
        {"for ever", RVX_FOREVER, {size, RVX_FOREVER, quiet}, 0},
        {"time left", rvx_after(SOON), {size, rvx_after(SOON), quiet}, 0},
        {"past", RVX_NOWAIT, {size, 0, NULL}, RVX_ETIMEOUT},
        {"long past", 1, {size, 0, NULL}, RVX_ETIMEOUT},
        {"the least time there is", INT64_MIN, {size, 0, NULL}, RVX_ETIMEOUT},
        {"just now", rvx_now(), {size, 0, NULL}, RVX_ETIMEOUT},
        {"past context", 0, {size, RVX_NOWAIT, NULL}, RVX_ETIMEOUT},
        {"past context, time left", rvx_after(SOON), {size, RVX_NOWAIT, NULL}, RVX_ETIMEOUT},
        {"past, context has time left", RVX_NOWAIT, {size, rvx_after(SOON), NULL}, RVX_ETIMEOUT},
        {"cancelled", 0, {size, 0, fired}, RVX_ECANCELED},
        {"cancelled and past", RVX_NOWAIT, {size, 0, fired}, RVX_ECANCELED},
        {"no size", 0, {0, 0, NULL}, RVX_EOPTIONS},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct rvx__netfd_call call;
        int rc;

        assert_int_equal(rvx__netfd_set_deadline(&fixture->netfd, RVX__NETFD_READ, rows[i].deadline), 0);
        rc = rvx__netfd_enter(&fixture->netfd, RVX__NETFD_READ, &rows[i].ctx, &call);
        rvx__netfd_leave(&fixture->netfd, &call);
        if (rc != rows[i].want)
            fail_msg("%s: %d where %d is wanted", rows[i].name, rc, rows[i].want);
    }
    rvx_cancel_free(fired);
    rvx_cancel_free(quiet);
}

/* A deadline is that of its side. */
static void test_sides(void **state)
{
    struct fixture *fixture = *state;
    struct rvx__netfd_call reader, writer, pin;

    assert_int_equal(rvx__netfd_set_deadline(&fixture->netfd, RVX__NETFD_READ, RVX_NOWAIT), 0);
    assert_int_equal(rvx__netfd_enter(&fixture->netfd, RVX__NETFD_READ, NULL, &reader), RVX_ETIMEOUT);
    assert_int_equal(rvx__netfd_enter(&fixture->netfd, RVX__NETFD_WRITE, NULL, &writer), 0);
    assert_int_equal(rvx__netfd_enter(&fixture->netfd, RVX__NETFD_PIN, NULL, &pin), 0);
    rvx__netfd_leave(&fixture->netfd, &pin);
    rvx__netfd_leave(&fixture->netfd, &writer);
    rvx__netfd_leave(&fixture->netfd, &reader);
}

struct queued {
    struct fixture *fixture;
    unsigned number;
    unsigned *log;
    atomic_uint *log_n;
};

static int take_turn(void *arg)
{
    struct queued *queued = arg;
    struct rvx__netfd_call call;
    int rc = rvx__netfd_enter(&queued->fixture->netfd, RVX__NETFD_WRITE, NULL, &call);

    queued->log[(*queued->log_n)++] = queued->number;
    rvx__netfd_leave(&queued->fixture->netfd, &call);
    return rc;
}

static void test_turns_go_in_order(void **state)
{
    struct fixture *fixture = *state;
    struct background backgrounds[6];
    struct queued queued[6];
    struct rvx__netfd_call call, reader;
    unsigned log[6];
    atomic_uint log_n = 0;

    assert_int_equal(rvx__netfd_enter(&fixture->netfd, RVX__NETFD_WRITE, NULL, &call), 0);
    for (unsigned i = 0; i < 6; i++) {
        queued[i] = (struct queued){fixture, i, log, &log_n};
        background_start(&backgrounds[i], take_turn, &queued[i]);
        await_parked(&fixture->netfd, i + 1);
    }
    assert_int_equal(log_n, 0);
    assert_int_equal(rvx__netfd_enter(&fixture->netfd, RVX__NETFD_READ, NULL, &reader), 0); /* another side */
    rvx__netfd_leave(&fixture->netfd, &reader);
    rvx__netfd_leave(&fixture->netfd, &call);
    for (unsigned i = 0; i < 6; i++)
        assert_int_equal(background_join(&backgrounds[i]), 0);
    for (unsigned i = 0; i < 6; i++)
        assert_int_equal(log[i], i);
}

/* What can happen to a call that waits for its turn, or for its descriptor. */
enum event { EVENT_PAST, EVENT_CANCEL, EVENT_CTX_PAST, EVENT_CLOSE };

static void end_wait(struct fixture *fixture, bool turn, enum event event, int want)
{
    struct rvx_ctx ctx = RVX_CTX_INIT;
    struct reading reading = {fixture, &ctx, NULL};
    struct background reader, closer;
    struct rvx__netfd_call call;

    assert_int_equal(rvx_cancel_new(&ctx.cancel), 0);
    ctx.deadline = event == EVENT_CTX_PAST ? rvx_after(RVX_MILLISECONDS(50)) : rvx_after(SOON);
    if (turn)
        assert_int_equal(rvx__netfd_enter(&fixture->netfd, RVX__NETFD_READ, NULL, &call), 0);
    background_start(&reader, read_pipe, &reading);
    if (event != EVENT_CTX_PAST)
        await_parked(&fixture->netfd, 1);
    if (event == EVENT_PAST)
        rvx__netfd_set_deadline(&fixture->netfd, RVX__NETFD_READ, RVX_NOWAIT);
    else if (event == EVENT_CANCEL)
        rvx_cancel_fire(ctx.cancel);
    else if (event == EVENT_CLOSE)
        background_start(&closer, close_netfd, fixture);
    assert_int_equal(background_join(&reader), want);
    if (turn)
        rvx__netfd_leave(&fixture->netfd, &call);
    if (event == EVENT_CLOSE)
        assert_int_equal(background_join(&closer), 0);
    rvx_cancel_free(ctx.cancel);
}

static void test_waits_end(void **state)
{
    static const struct {
        enum event event;
        int want;
    } rows[] = {
        {EVENT_CANCEL, RVX_ECANCELED},
        {EVENT_CTX_PAST, RVX_ETIMEOUT},
        {EVENT_PAST, RVX_ETIMEOUT},
        {EVENT_CLOSE, RVX_ECLOSED},
    };

    for (unsigned turn = 0; turn < 2; turn++) {
        for (size_t i = 0; i < COUNT_OF(rows); i++) {
            tear_down(state);
            set_up(state);
            end_wait(*state, turn != 0, rows[i].event, rows[i].want);
        }
    }
}

/* go-net.md 10.2.2: what a change of deadline does to a call that is blocked. Times in ms; 0: none; -1: past. */
static void test_deadline_changes(void **state)
{
    static const struct {
        int first, then;
        bool times_out;
    } rows[] = {
        {0, -1, true},   {0, 80, true},     {30000, -1, true}, {30000, 80, true}, {150, 30000, false},
        {150, 0, false}, {0, 30000, false}, {30000, 0, false}, {0, 0, false},     {30000, 30000, false},
    };

    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        tear_down(state);
        set_up(state);
        struct fixture *fixture = *state;
        struct reading reading = {fixture, NULL, NULL};
        struct rvx__netfd *netfd = &fixture->netfd;
        struct background reader;
        int ms[2] = {rows[i].first, rows[i].then};
        rvx_time deadlines[2];

        for (int k = 0; k < 2; k++)
            deadlines[k] = ms[k] == 0 ? 0 : ms[k] < 0 ? RVX_NOWAIT : RVX_MILLISECONDS(ms[k]);
        rvx__netfd_set_deadline(netfd, RVX__NETFD_READ, deadlines[0] > 0 ? rvx_after(deadlines[0]) : deadlines[0]);
        background_start(&reader, read_pipe, &reading);
        await_parked(netfd, 1);
        rvx__netfd_set_deadline(netfd, RVX__NETFD_READ, deadlines[1] > 0 ? rvx_after(deadlines[1]) : deadlines[1]);
        if (!rows[i].times_out) {
            sleep_ms(rows[i].first == 150 ? 300 : 20);
            await_parked(netfd, 1);
            assert_false(reader.done);
            assert_int_equal(write(fixture->fds[1], "x", 1), 1);
        }
        if (background_join(&reader) != (rows[i].times_out ? RVX_ETIMEOUT : 0))
            fail_msg("%d ms, then %d ms: %d", rows[i].first, rows[i].then, reader.result);
    }
}

/* A deadline that comes and goes many times while a call is blocked. */
static void test_deadline_storm(void **state)
{
    struct fixture *fixture = *state;
    struct reading reading = {fixture, NULL, NULL};
    struct background reader;

    background_start(&reader, read_pipe, &reading);
    await_parked(&fixture->netfd, 1);
    for (int i = 0; i < 2000; i++)
        rvx__netfd_set_deadline(&fixture->netfd, RVX__NETFD_READ, i % 2 == 0 ? rvx_after(SOON) : 0);
    assert_false(reader.done);
    rvx__netfd_set_deadline(&fixture->netfd, RVX__NETFD_READ, RVX_NOWAIT);
    assert_int_equal(background_join(&reader), RVX_ETIMEOUT);
}

static void await_closing(struct rvx__netfd *netfd)
{
    while (!rvx__netfd_closed(netfd))
        sleep_ms(1);
    sleep_ms(20);
}

static void test_close_waits_for_users(void **state)
{
    static const enum rvx__netfd_side sides[] = {RVX__NETFD_READ, RVX__NETFD_WRITE, RVX__NETFD_PIN};

    for (size_t i = 0; i < COUNT_OF(sides); i++) {
        tear_down(state);
        set_up(state);
        struct fixture *fixture = *state;
        struct rvx__netfd_call inside, late;
        struct background closer;

        assert_int_equal(rvx__netfd_enter(&fixture->netfd, sides[i], NULL, &inside), 0);
        background_start(&closer, close_netfd, fixture);
        await_closing(&fixture->netfd);
        assert_false(closer.done);
        assert_int_equal(rvx__netfd_check(&fixture->netfd, &inside), RVX_ECLOSED);
        assert_int_equal(rvx__netfd_enter(&fixture->netfd, sides[i], NULL, &late), RVX_ECLOSED);
        rvx__netfd_leave(&fixture->netfd, &late);
        assert_int_equal(rvx__netfd_close(&fixture->netfd), RVX_ECLOSED); /* the second does not wait */
        assert_false(closer.done);
        rvx__netfd_leave(&fixture->netfd, &inside);
        assert_int_equal(background_join(&closer), 0);
        assert_int_equal(rvx__netfd_set_deadline(&fixture->netfd, sides[i], 0), RVX_ECLOSED);
    }
}

struct pausing {
    struct fixture *fixture;
    rvx_time until;
};

static int pause_netfd(void *arg)
{
    struct pausing *pausing = arg;
    struct rvx__netfd_call call;
    int rc = rvx__netfd_enter(&pausing->fixture->netfd, RVX__NETFD_PIN, NULL, &call);

    if (rc == 0)
        rc = rvx__netfd_pause(&pausing->fixture->netfd, &call, pausing->until);
    rvx__netfd_leave(&pausing->fixture->netfd, &call);
    return rc;
}

static void test_pause(void **state)
{
    struct fixture *fixture = *state;
    struct rvx__netfd *netfd = &fixture->netfd;
    struct pausing for_ever = {fixture, RVX_FOREVER};
    rvx_time before = rvx_now();
    struct pausing shortly = {fixture, before + RVX_MILLISECONDS(30)};
    struct background background;
    struct rvx__netfd_call call;

    assert_int_equal(pause_netfd(&shortly), 0);
    assert_true(rvx_now() >= before + RVX_MILLISECONDS(30));

    background_start(&background, pause_netfd, &for_ever);
    await_parked(netfd, 1);
    rvx__netfd_set_deadline(netfd, RVX__NETFD_READ, RVX_NOWAIT); /* not its side */
    rvx__netfd_poke(netfd);
    assert_int_equal(background_join(&background), 0);

    /* A poke that comes before the pause is not lost, and counts once. */
    assert_int_equal(rvx__netfd_enter(netfd, RVX__NETFD_PIN, NULL, &call), 0);
    rvx__netfd_poke(netfd);
    rvx__netfd_poke(netfd);
    assert_int_equal(rvx__netfd_pause(netfd, &call, RVX_FOREVER), 0);
    before = rvx_now();
    assert_int_equal(rvx__netfd_pause(netfd, &call, before + RVX_MILLISECONDS(20)), 0);
    assert_true(rvx_now() >= before + RVX_MILLISECONDS(20));
    rvx__netfd_leave(netfd, &call);

    background_start(&background, pause_netfd, &for_ever);
    await_parked(netfd, 1);
    assert_int_equal(rvx__netfd_close(netfd), 0);
    assert_int_equal(background_join(&background), RVX_ECLOSED);
}

static struct rvx_cancel *signal_cancel;

static void fire(int number)
{
    (void)number;
    rvx_cancel_fire(signal_cancel);
}

static void test_cancel_in_a_signal_handler(void **state)
{
    struct fixture *fixture = *state;
    struct sigaction action = {.sa_handler = fire}, before;
    struct rvx_ctx ctx = RVX_CTX_INIT;
    struct reading reading = {fixture, &ctx, NULL};
    struct background reader;

    assert_int_equal(rvx_cancel_new(&signal_cancel), 0);
    ctx.cancel = signal_cancel;
    sigaction(SIGUSR1, &action, &before);
    background_start(&reader, read_pipe, &reading);
    await_parked(&fixture->netfd, 1);
    pthread_kill(reader.thread, SIGUSR1);
    assert_int_equal(background_join(&reader), RVX_ECANCELED);
    sigaction(SIGUSR1, &before, NULL);
    rvx_cancel_free(signal_cancel);
}

/* A signal whose handler does nothing ends no wait. */
static void ignore(int number)
{
    (void)number;
}

static void test_signals_do_not_end_waits(void **state)
{
    struct fixture *fixture = *state;
    struct sigaction action = {.sa_handler = ignore}, before;
    struct reading reading = {fixture, NULL, NULL};
    struct background reader;

    sigaction(SIGUSR1, &action, &before);
    background_start(&reader, read_pipe, &reading);
    for (int i = 0; i < 20; i++) {
        await_parked(&fixture->netfd, 1);
        pthread_kill(reader.thread, SIGUSR1);
        sleep_ms(1);
    }
    await_parked(&fixture->netfd, 1);
    assert_int_equal(write(fixture->fds[1], "x", 1), 1);
    assert_int_equal(background_join(&reader), 0);
    sigaction(SIGUSR1, &before, NULL);
}

/* A poke is for those who pause: who waits for data sleeps on. */
static void test_poke_leaves_waits_alone(void **state)
{
    struct fixture *fixture = *state;
    struct reading reading;
    struct background reader;
    struct toy toy;

    toy_init(&toy);
    reading = (struct reading){fixture, NULL, &toy.waiter};
    background_start(&reader, read_pipe, &reading);
    await_count(&toy.waits, 1);
    rvx__netfd_poke(&fixture->netfd);
    assert_int_equal(toy.wakes, 0);
    assert_int_equal(write(fixture->fds[1], "x", 1), 1);
    assert_int_equal(background_join(&reader), 0);
    assert_int_equal(toy.waits, 1);
}

/* Every wait there is goes through the thread's waiter: an installed one sees them all, and its wake() is what ends
 * them. */
static void test_waits_go_through_the_waiter(void **state)
{
    struct fixture *fixture = *state;
    struct rvx__netfd_call turn;
    struct reading reading;
    struct background reader;
    struct toy toy;

    toy_init(&toy);
    reading = (struct reading){fixture, NULL, &toy.waiter};
    assert_int_equal(rvx__netfd_enter(&fixture->netfd, RVX__NETFD_READ, NULL, &turn), 0);
    background_start(&reader, read_pipe, &reading);
    await_count(&toy.waits, 1); /* for its turn */
    assert_int_equal(toy.wakes, 0);
    rvx__netfd_leave(&fixture->netfd, &turn);
    assert_int_equal(toy.wakes, 1);
    await_count(&toy.waits, 2); /* for data */
    assert_int_equal(rvx__netfd_close(&fixture->netfd), 0);
    assert_int_equal(background_join(&reader), RVX_ECLOSED);
    assert_int_equal(toy.wakes, 2);
    assert_int_equal(toy.forgets, 1);
}

/* Stays inside until somebody waits for it to leave. */
static int overstay(void *arg)
{
    struct fixture *fixture = arg;
    struct rvx__netfd_call call;
    bool waited_for = false;
    int rc = rvx__netfd_enter(&fixture->netfd, RVX__NETFD_PIN, NULL, &call);

    while (!waited_for) {
        sleep_ms(1);
        pthread_mutex_lock(&fixture->netfd.mutex);
        waited_for = fixture->netfd.closer != NULL && fixture->netfd.closer->waiter != NULL;
        pthread_mutex_unlock(&fixture->netfd.mutex);
    }
    rvx__netfd_leave(&fixture->netfd, &call);
    return rc;
}

static void await_entered(struct rvx__netfd *netfd)
{
    bool empty = true;

    while (empty) {
        sleep_ms(1);
        pthread_mutex_lock(&netfd->mutex);
        empty = rvx__list_empty(&netfd->sides[RVX__NETFD_PIN].calls);
        pthread_mutex_unlock(&netfd->mutex);
    }
}

static void test_closer_waits_through_the_waiter(void **state)
{
    struct fixture *fixture = *state;
    struct background user;
    struct toy toy;

    toy_init(&toy);
    background_start(&user, overstay, fixture);
    await_entered(&fixture->netfd);
    rvx_waiter_swap(&toy.waiter);
    assert_int_equal(rvx__netfd_close(&fixture->netfd), 0);
    rvx_waiter_swap(NULL);
    assert_int_equal(background_join(&user), 0);
    assert_int_equal(toy.waits, 1);
    assert_int_equal(toy.wakes, 1);
}

/* Waiting that is impossible is an error of every call but close, which then does without. */
static void test_waiter_that_cannot_wait(void **state)
{
    struct fixture *fixture = *state;
    struct rvx__netfd_call turn, call;
    struct pollfd fds[2] = {{.fd = fixture->fds[0], .events = POLLIN}};
    struct background closer;
    struct toy toy;

    toy_init(&toy);
    toy.fail = -ENOMEM;
    rvx_waiter_swap(&toy.waiter);
    assert_int_equal(rvx__netfd_enter(&fixture->netfd, RVX__NETFD_READ, NULL, &turn), 0);
    assert_int_equal(rvx__netfd_enter(&fixture->netfd, RVX__NETFD_READ, NULL, &call), -ENOMEM);
    rvx__netfd_leave(&fixture->netfd, &call);
    assert_int_equal(rvx__netfd_wait(&fixture->netfd, &turn, fds, 1), -ENOMEM);
    assert_int_equal(rvx__netfd_pause(&fixture->netfd, &turn, RVX_FOREVER), -ENOMEM);
    rvx_waiter_swap(NULL);
    struct reading reading = {fixture, NULL, NULL};
    background_start(&closer, read_pipe, &reading);
    await_parked(&fixture->netfd, 1);
    rvx__netfd_leave(&fixture->netfd, &turn);
    rvx_waiter_swap(&toy.waiter);
    assert_int_equal(rvx__netfd_close(&fixture->netfd), 0);
    rvx_waiter_swap(NULL);
    assert_int_equal(background_join(&closer), RVX_ECLOSED);
}

/* Enters and waits until the netfd is closed, through timeouts. */
static int churn(void *arg)
{
    struct fixture *fixture = arg;
    int rc;

    do {
        struct reading reading = {fixture, NULL, NULL};

        rc = read_pipe(&reading);
    } while (rc == RVX_ETIMEOUT || rc == 0);
    return rc;
}

static void test_race(void **state)
{
    for (int round = 0; round < 20; round++) {
        tear_down(state);
        set_up(state);
        struct fixture *fixture = *state;
        struct background backgrounds[4];

        for (size_t i = 0; i < COUNT_OF(backgrounds); i++)
            background_start(&backgrounds[i], churn, fixture);
        for (int i = 0; i < 200; i++)
            rvx__netfd_set_deadline(&fixture->netfd, RVX__NETFD_READ, i % 3 == 0 ? RVX_NOWAIT : rvx_after(SOON));
        assert_int_equal(rvx__netfd_close(&fixture->netfd), 0);
        for (size_t i = 0; i < COUNT_OF(backgrounds); i++)
            assert_int_equal(background_join(&backgrounds[i]), RVX_ECLOSED);
    }
}

#define NETFD_TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        NETFD_TEST(test_enter),
        NETFD_TEST(test_sides),
        NETFD_TEST(test_turns_go_in_order),
        NETFD_TEST(test_waits_end),
        NETFD_TEST(test_deadline_changes),
        NETFD_TEST(test_deadline_storm),
        NETFD_TEST(test_close_waits_for_users),
        NETFD_TEST(test_pause),
        NETFD_TEST(test_poke_leaves_waits_alone),
        NETFD_TEST(test_cancel_in_a_signal_handler),
        NETFD_TEST(test_signals_do_not_end_waits),
        NETFD_TEST(test_waits_go_through_the_waiter),
        NETFD_TEST(test_closer_waits_through_the_waiter),
        NETFD_TEST(test_waiter_that_cannot_wait),
        NETFD_TEST(test_race),
    };

    return cmocka_run_group_tests_name("netfd", tests, NULL, NULL);
}
