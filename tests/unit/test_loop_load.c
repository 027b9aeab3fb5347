/* test_loop_load.c - loops under load: both pollers tell the same story, and idle operations cost a wake-up nothing
 *
 * The story is a script of random steps from a seed: timers and descriptors start, stop, become ready and come again.
 * Time is the loop's own, but no deadline of the script lies between now and far away, so that what is due does not
 * depend on how fast the machine is. What a wake-up costs is counted, not timed: system calls, and entries
 * of the timers' heap that changed.
 */
#include "support/loop.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/timerfd.h>

#include "loop/private.h"

/* ---- counting ---------------------------------------------------------------------------------------------------- */

static unsigned long syscalls_n;

int __real_epoll_ctl(int epfd, int op, int fd, struct epoll_event *event);
int __wrap_epoll_ctl(int epfd, int op, int fd, struct epoll_event *event);
int __real_epoll_wait(int epfd, struct epoll_event *events, int n, int timeout);
int __wrap_epoll_wait(int epfd, struct epoll_event *events, int n, int timeout);
long __real_syscall(long number, long a, long b, long c, long d, long e, long f);
long __wrap_syscall(long number, long a, long b, long c, long d, long e, long f);
int __real_timerfd_settime(int fd, int flags, const struct itimerspec *value, struct itimerspec *old);
int __wrap_timerfd_settime(int fd, int flags, const struct itimerspec *value, struct itimerspec *old);

int __wrap_epoll_ctl(int epfd, int op, int fd, struct epoll_event *event)
{
    syscalls_n++;
    return __real_epoll_ctl(epfd, op, fd, event);
}

int __wrap_epoll_wait(int epfd, struct epoll_event *events, int n, int timeout)
{
    syscalls_n++;
    return __real_epoll_wait(epfd, events, n, timeout);
}

/* epoll_pwait2(2), which has no wrapper in older C libraries. */
long __wrap_syscall(long number, long a, long b, long c, long d, long e, long f)
{
    syscalls_n++;
    return __real_syscall(number, a, b, c, d, e, f);
}

int __wrap_timerfd_settime(int fd, int flags, const struct itimerspec *value, struct itimerspec *old)
{
    syscalls_n++;
    return __real_timerfd_settime(fd, flags, value, old);
}

/* ---- the same story ---------------------------------------------------------------------------------------------- */

#define TIMERS_N 10000
#define PAIRS_N 500 /* two descriptors each */
#define ROUNDS 60
#define STEPS_A_ROUND 400

struct story;

/* An operation of the story. A timer is far away or due; a descriptor is ready or not. */
struct thing {
    struct story *story;
    unsigned id;
    struct rvx_op *op; /* NULL: not started */
    int fd;            /* -1: a timer */
    int peer;
    bool full; /* a byte is there to be read */
};

struct story {
    struct rvx_loop *loop;
    struct thing things[TIMERS_N + 2 * PAIRS_N];
    uint64_t seed;
    unsigned *batch; /* what called back in this round */
    size_t batch_n;
    unsigned *events; /* of all rounds */
    size_t events_n;
};

#define THINGS_N (TIMERS_N + 2 * PAIRS_N)
#define EVENTS_MAX (THINGS_N + ROUNDS * STEPS_A_ROUND * 2)

static unsigned draw(struct story *story, unsigned below)
{
    story->seed = story->seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(story->seed >> 33) % below;
}

static void note(void *arg, int result)
{
    struct thing *thing = arg;
    char byte;

    assert_int_equal(result, thing->fd < 0 ? 0 : POLLIN);
    thing->op = NULL;
    if (thing->fd >= 0) {
        assert_int_equal(read(thing->fd, &byte, 1), 1);
        thing->full = false;
    }
    assert_true(thing->story->batch_n < THINGS_N);
    thing->story->batch[thing->story->batch_n++] = thing->id;
}

static void start_thing(struct thing *thing, rvx_time deadline)
{
    struct rvx_loop *loop = thing->story->loop;

    if (thing->fd < 0)
        assert_int_equal(rvx_timer_start(loop, deadline, note, thing, &thing->op), 0);
    else
        assert_int_equal(rvx_wait_start(loop, thing->fd, POLLIN, RVX_FOREVER, note, thing, &thing->op), 0);
}

/* Deadlines of the past, in an order of their own, are due in the next turn; others in an hour. */
static void take_step(struct story *story)
{
    struct thing *thing =
        &story->things[draw(story, 3) == 0 ? TIMERS_N + draw(story, 2 * PAIRS_N) : draw(story, TIMERS_N)];
    unsigned what = draw(story, 4);
    rvx_time deadline = what == 1 ? (rvx_time)1 + draw(story, 1000) : rvx_after(RVX_SECONDS(3600 + draw(story, 1000)));

    if (what == 0) {
        rvx_op_cancel(thing->op);
        thing->op = NULL;
    } else if (what == 3 && thing->fd >= 0 && !thing->full) {
        assert_int_equal(write(thing->peer, "x", 1), 1);
        thing->full = true;
    } else {
        rvx_op_cancel(thing->op);
        thing->op = NULL;
        start_thing(thing, deadline);
    }
}

static int compare(const void *a, const void *b)
{
    unsigned x = *(const unsigned *)a, y = *(const unsigned *)b;

    return (x > y) - (x < y);
}

/* Timers call back in the order of deadlines, which is compared as it is. In which order descriptors that are ready at
 * the same time come is the kernel's business: those of a round are sorted, behind the timers. */
static void end_round(struct story *story)
{
    size_t from = story->events_n;

    for (size_t i = 0; i < story->batch_n; i++) {
        if (story->batch[i] < TIMERS_N)
            story->events[story->events_n++] = story->batch[i];
    }
    from = story->events_n;
    for (size_t i = 0; i < story->batch_n; i++) {
        if (story->batch[i] >= TIMERS_N)
            story->events[story->events_n++] = story->batch[i];
    }
    qsort(story->events + from, story->events_n - from, sizeof *story->events, compare);
    story->batch_n = 0;
}

static void begin_story(struct story *story, enum rvx_poller poller, uint64_t seed)
{
    memset(story, 0, sizeof *story);
    story->loop = make_loop(poller);
    story->seed = seed;
    story->batch = calloc(THINGS_N, sizeof *story->batch);
    story->events = calloc(EVENTS_MAX, sizeof *story->events);
    assert_true(story->batch != NULL && story->events != NULL);
    for (unsigned i = 0; i < THINGS_N; i++)
        story->things[i] = (struct thing){.story = story, .id = i, .fd = -1, .peer = -1};
    for (unsigned i = TIMERS_N; i < THINGS_N; i += 2) {
        int fds[2];

        make_pair(fds);
        story->things[i].fd = story->things[i + 1].peer = fds[0];
        story->things[i].peer = story->things[i + 1].fd = fds[1];
    }
    for (unsigned i = 0; i < THINGS_N; i++)
        start_thing(&story->things[i], rvx_after(RVX_SECONDS(3600 + i)));
}

static void end_story(struct story *story)
{
    rvx_loop_free(story->loop);
    for (unsigned i = TIMERS_N; i < THINGS_N; i += 2)
        close_pair((int[]){story->things[i].fd, story->things[i].peer});
    free(story->batch);
}

static void tell_story(struct story *story, enum rvx_poller poller, uint64_t seed)
{
    begin_story(story, poller, seed);
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < STEPS_A_ROUND; i++)
            take_step(story);
        while (rvx_loop_turn(story->loop, RVX_NOWAIT) > 0)
            continue;
        end_round(story);
    }
    end_story(story);
}

static void test_same_story(void **state)
{
    static struct story stories[2];

    (void)state;
    for (uint64_t seed = 1; seed <= 3; seed++) {
        tell_story(&stories[0], RVX_POLLER_EPOLL, seed);
        tell_story(&stories[1], RVX_POLLER_POLL, seed);
        assert_true(stories[0].events_n > ROUNDS * STEPS_A_ROUND / 8);
        assert_int_equal(stories[0].events_n, stories[1].events_n);
        assert_memory_equal(stories[0].events, stories[1].events, stories[0].events_n * sizeof(unsigned));
        free(stories[0].events);
        free(stories[1].events);
    }
}

/* ---- what a wake-up costs ---------------------------------------------------------------------------------------- */

struct cost {
    unsigned long syscalls;
    size_t moved; /* entries of the heap */
};

/* Waits for a descriptor, without or with a deadline, makes it ready and turns the loop once: the cost of one wake-up,
 * from starting the operation to its callback. */
static struct cost measure(struct rvx_loop *loop, const int fds[2], rvx_time deadline)
{
    struct rvx__timers_entry *before = NULL;
    size_t n = loop->timers.n;
    struct cost cost = {0, 0};
    struct seen seen = {0, 0};
    unsigned long calls;
    char byte;

    before = malloc((n + 1) * sizeof *before);
    assert_non_null(before);
    memcpy(before, loop->timers.heap, (n + 1) * sizeof *before);
    calls = syscalls_n;
    assert_int_equal(rvx_wait_start(loop, fds[0], POLLIN, deadline, see, &seen, NULL), 0);
    assert_int_equal(write(fds[1], "x", 1), 1);
    assert_int_equal(rvx_loop_turn(loop, RVX_FOREVER), 1);
    cost.syscalls = syscalls_n - calls;
    assert_int_equal(seen.calls, 1);
    assert_int_equal(read(fds[0], &byte, 1), 1);
    assert_int_equal(loop->timers.n, n);
    for (size_t i = 1; i <= n; i++)
        cost.moved += before[i].timer != loop->timers.heap[i].timer;
    free(before);
    return cost;
}

/* A loop with so many timers and waits that nothing happens to, and its usual wake-up after the first few. */
static void measure_with(size_t idle_n, struct cost *plain, struct cost *timed)
{
    struct rvx_loop *loop = make_loop(RVX_POLLER_EPOLL);
    struct seen seen = {0, 0};
    int fds[2], idle[2];

    make_pair(fds);
    make_pair(idle);
    for (size_t i = 0; i < idle_n; i++) {
        assert_int_equal(rvx_timer_start(loop, rvx_after(RVX_SECONDS(3600 + (rvx_time)i)), see, &seen, NULL), 0);
        assert_int_equal(rvx_wait_start(loop, idle[0], POLLIN, RVX_FOREVER, see, &seen, NULL), 0);
    }
    for (int i = 0; i < 3; i++)
        *plain = measure(loop, fds, RVX_FOREVER);
    for (int i = 0; i < 3; i++)
        *timed = measure(loop, fds, rvx_after(RVX_SECONDS(60)));
    assert_int_equal(seen.calls, 0);
    rvx_loop_free(loop);
    close_pair(fds);
    close_pair(idle);
}

static void test_cost_of_a_wake_up(void **state)
{
    struct cost few[2], many[2];

    (void)state;
    measure_with(10, &few[0], &few[1]);
    measure_with(10000, &many[0], &many[1]);
    assert_true(few[0].syscalls >= 1); /* they are counted */
    for (int i = 0; i < 2; i++) {
        assert_int_equal(many[i].syscalls, few[i].syscalls);
        /* A deadline goes up one path of the heap and leaves by one: of seven levels with 10,000. */
        assert_true(many[i].moved <= (i == 0 ? 0 : 14));
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_story),
        cmocka_unit_test(test_cost_of_a_wake_up),
    };
    struct rlimit files;

    /* 1,000 descriptors and those of the test. */
    if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < 1200) {
        files.rlim_cur = files.rlim_max < 1200 ? files.rlim_max : 1200;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    return cmocka_run_group_tests_name("loop_load", tests, NULL, NULL);
}
