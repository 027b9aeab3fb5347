/* test_poller.c - pollers, each for itself and under one script: both report the same */
#include "support/loop.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/time.h>

#include "loop/poller.h"
#include "loop/watch.h"

static const struct rvx__poller_ops *const poller_ops[] = {&rvx__poller_epoll, &rvx__poller_poll};
static const char *const poller_names[] = {"epoll", "poll"};

static void put(int fd)
{
    assert_int_equal(write(fd, "x", 1), 1);
}

static void drain(int fd)
{
    char data[256];

    while (read(fd, data, sizeof data) > 0)
        continue;
}

/* --- the pollers themselves --------------------------------------------------------------------------------------- */

struct bare {
    const struct rvx__poller_ops *ops;
    void *state;
};

static struct bare make_bare(size_t i)
{
    struct bare bare = {poller_ops[i], NULL};

    assert_int_equal(bare.ops->init(&bare.state), 0);
    return bare;
}

/* The events reported for `fd` without waiting; 0: none. */
static unsigned report(struct bare bare, int fd)
{
    const struct rvx__ready *ready;
    int n = bare.ops->wait(bare.state, RVX_NOWAIT, rvx_now(), &ready);
    unsigned events = 0;

    assert_true(n >= 0);
    for (int i = 0; i < n; i++) {
        if (ready[i].fd == fd)
            events |= ready[i].events;
    }
    return events;
}

static void test_levels(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct bare bare = make_bare(i);
        int fds[2];

        print_message("# %s\n", poller_names[i]);
        make_pair(fds);
        assert_int_equal(bare.ops->set(bare.state, fds[0], 0, POLLIN), 0);
        assert_int_equal(report(bare, fds[0]), 0);
        put(fds[1]);
        assert_int_equal(report(bare, fds[0]), POLLIN);
        assert_int_equal(report(bare, fds[0]), POLLIN); /* still: level-triggered */
        assert_int_equal(bare.ops->set(bare.state, fds[0], POLLIN, POLLIN | POLLOUT), 0);
        assert_int_equal(report(bare, fds[0]), POLLIN | POLLOUT);
        drain(fds[0]);
        assert_int_equal(report(bare, fds[0]), POLLOUT);
        assert_int_equal(bare.ops->set(bare.state, fds[0], POLLIN | POLLOUT, 0), 0);
        assert_int_equal(report(bare, fds[0]), 0);
        assert_int_equal(bare.ops->set(bare.state, fds[0], 0, POLLIN), 0);
        close(fds[1]);
        assert_int_equal(report(bare, fds[0]), POLLIN | POLLHUP);
        close(fds[0]);
        bare.ops->fini(bare.state);
    }
}

static void test_once(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct bare bare = make_bare(i);
        int fds[2];

        print_message("# %s\n", poller_names[i]);
        make_pair(fds);
        put(fds[1]);
        assert_int_equal(bare.ops->set(bare.state, fds[0], 0, POLLIN | RVX__POLLER_ONCE), 0);
        assert_int_equal(report(bare, fds[0]), POLLIN);
        assert_int_equal(report(bare, fds[0]), 0);
        assert_int_equal(bare.ops->set(bare.state, fds[0], RVX__POLLER_ONCE, POLLIN | RVX__POLLER_ONCE), 0);
        assert_int_equal(report(bare, fds[0]), POLLIN);
        assert_int_equal(bare.ops->set(bare.state, fds[0], RVX__POLLER_ONCE, POLLIN), 0);
        assert_int_equal(report(bare, fds[0]), POLLIN);
        assert_int_equal(report(bare, fds[0]), POLLIN);
        assert_int_equal(bare.ops->set(bare.state, fds[0], POLLIN, RVX__POLLER_ONCE), 0); /* silent */
        assert_int_equal(report(bare, fds[0]) & POLLIN, 0);
        close(fds[1]);
        report(bare, fds[0]); /* may say once that it hung up */
        assert_int_equal(report(bare, fds[0]), 0);
        close(fds[0]);
        bare.ops->fini(bare.state);
    }
}

/* Closed while silent, and its number given to another file: the next set is about that one. */
static void test_reused_number(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct bare bare = make_bare(i);
        int fds[2], others[2], keep;

        print_message("# %s\n", poller_names[i]);
        make_pair(fds);
        put(fds[1]);
        assert_int_equal(bare.ops->set(bare.state, fds[0], 0, POLLIN | RVX__POLLER_ONCE), 0);
        assert_int_equal(report(bare, fds[0]), POLLIN);
        keep = dup(fds[0]); /* keeps the file, so the kernel keeps the registration */
        make_pair(others);
        assert_int_equal(dup2(others[0], fds[0]), fds[0]);
        assert_int_equal(bare.ops->set(bare.state, fds[0], RVX__POLLER_ONCE, POLLIN | RVX__POLLER_ONCE), 0);
        assert_int_equal(report(bare, fds[0]), 0); /* the old file is readable, the new one is not */
        put(others[1]);
        assert_int_equal(report(bare, fds[0]), POLLIN);
        close(keep);
        close(fds[0]);
        close(fds[1]);
        close(others[0]);
        close(others[1]);
        bare.ops->fini(bare.state);
    }
}

static void test_refused(void **state)
{
    char path[] = "/tmp/test_poller.XXXXXX";
    int file = mkstemp(path);
    int directory = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int closed = fcntl(file, F_DUPFD_CLOEXEC, 500); /* no number that a poller's own descriptor gets */

    (void)state;
    assert_true(file >= 0 && directory >= 0 && closed >= 0);
    close(closed);
    for (size_t i = 0; i < 2; i++) {
        struct bare bare = make_bare(i);

        print_message("# %s\n", poller_names[i]);
        assert_int_equal(bare.ops->set(bare.state, file, 0, POLLIN), -EPERM);
        assert_int_equal(bare.ops->set(bare.state, directory, 0, POLLIN), -EPERM);
        assert_int_equal(bare.ops->set(bare.state, closed, 0, POLLIN), -EBADF);
        assert_int_equal(bare.ops->set(bare.state, file, 0, POLLIN | RVX__POLLER_ONCE), -EPERM);
        assert_int_equal(report(bare, file), 0);
        bare.ops->fini(bare.state);
    }
    unlink(path);
    close(file);
    close(directory);
}

/* A wait is never over before its deadline. How long after it is, is the machine's affair. */
static void test_deadline(void **state)
{
    static const rvx_time durations[] = {RVX_MICROSECONDS(1), RVX_MICROSECONDS(300), RVX_MILLISECONDS(3),
                                         RVX_MICROSECONDS(10700)};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct bare bare = make_bare(i);

        for (size_t k = 0; k < COUNT_OF(durations); k++) {
            const struct rvx__ready *ready;
            rvx_time start = rvx_now();

            assert_int_equal(bare.ops->wait(bare.state, start + durations[k], start, &ready), 0);
            assert_true(rvx_now() >= start + durations[k]);
        }
        bare.ops->fini(bare.state);
    }
}

static void ignore_signal(int number)
{
    (void)number;
}

static void test_signal_ends_wait(void **state)
{
    struct sigaction action = {.sa_handler = ignore_signal}, before;
    struct itimerval interval = {{0, 20000}, {0, 20000}};
    static const struct itimerval never = {{0, 0}, {0, 0}};

    (void)state;
    assert_int_equal(sigaction(SIGALRM, &action, &before), 0);
    for (size_t i = 0; i < 2; i++) {
        struct bare bare = make_bare(i);
        const struct rvx__ready *ready;

        assert_int_equal(setitimer(ITIMER_REAL, &interval, NULL), 0);
        assert_int_equal(bare.ops->wait(bare.state, RVX_FOREVER, rvx_now(), &ready), 0);
        assert_int_equal(bare.ops->wait(bare.state, rvx_after(RVX_SECONDS(60)), rvx_now(), &ready), 0);
        assert_int_equal(setitimer(ITIMER_REAL, &never, NULL), 0);
        bare.ops->fini(bare.state);
    }
    sigaction(SIGALRM, &before, NULL);
}

/* More descriptors ready than one wait reports: several waits report all of them, none twice before all were seen. */
static void test_many_ready(void **state)
{
    enum { PAIRS = 200 };
    static int fds[PAIRS][2];

    (void)state;
    for (int k = 0; k < PAIRS; k++)
        make_pair(fds[k]);
    for (size_t i = 0; i < 2; i++) {
        struct bare bare = make_bare(i);
        int seen = 0;

        for (int k = 0; k < PAIRS; k++)
            assert_int_equal(bare.ops->set(bare.state, fds[k][0], 0, POLLOUT | RVX__POLLER_ONCE), 0);
        for (int wait = 0; wait < 10 && seen < PAIRS; wait++) {
            const struct rvx__ready *ready;
            int n = bare.ops->wait(bare.state, RVX_NOWAIT, rvx_now(), &ready);

            assert_true(n > 0);
            seen += n;
        }
        assert_int_equal(seen, PAIRS);
        bare.ops->fini(bare.state);
    }
    for (int k = 0; k < PAIRS; k++) {
        close(fds[k][0]);
        close(fds[k][1]);
    }
}

/* --- one script, two pollers -------------------------------------------------------------------------------------- */

#define ENDS 200 /* descriptors, every two a pair */
#define SCRIPT_STEPS 1500
#define RECORD_MAX 1000000

struct script {
    struct rvx_loop *loop;
    int fds[ENDS];
    struct rvx__watch watches[ENDS][2]; /* two watches on every end */
    struct rvx_op *ops[ENDS];
    uint32_t seed;
    uint32_t *record;
    size_t record_n;
    size_t turn_start;
};

static struct script *script;

static uint32_t pick(uint32_t n)
{
    script->seed = script->seed * 1664525u + 1013904223u;
    return (script->seed >> 8) % n;
}

static void write_down(uint32_t what)
{
    assert_true(script->record_n < RECORD_MAX);
    script->record[script->record_n++] = what;
}

/* who: end and which of its watches; 2 is its one-shot operation. */
static void write_event(uint32_t end, uint32_t which, unsigned events)
{
    write_down(end << 16 | which << 14 | (events & 0x3fff));
}

static void on_event(void *arg, unsigned events)
{
    struct rvx__watch *watch = arg;
    size_t index = (size_t)(watch - script->watches[0]);

    write_event((uint32_t)(index / 2), (uint32_t)(index % 2), events);
}

static void on_result(void *arg, int result)
{
    struct rvx_op **op = arg;

    *op = NULL;
    write_event((uint32_t)(op - script->ops), 2, (unsigned)result);
}

static void act(uint32_t end)
{
    static const unsigned interests[] = {0, POLLIN, POLLOUT, POLLIN | POLLOUT};
    int fd = script->fds[end];
    struct rvx__watch *watch = &script->watches[end][pick(2)];

    switch (pick(10)) {
    case 0:
    case 1: {
        ssize_t n = write(fd, "xyzzy", 5);

        write_down((uint32_t)n);
        break;
    }
    case 2:
        drain(fd);
        break;
    case 3:
    case 4:
        rvx__watch_stop(watch);
        assert_int_equal(rvx__watch_start(script->loop, watch, fd, interests[pick(4)], on_event, watch), 0);
        break;
    case 5:
    case 6:
        rvx__watch_set(watch, interests[pick(4)]);
        break;
    case 7:
        rvx__watch_stop(watch);
        break;
    case 8:
        if (script->ops[end] == NULL)
            assert_int_equal(rvx_wait_start(script->loop, fd, (short)interests[1 + pick(3)], 0, on_result,
                                            &script->ops[end], &script->ops[end]), 0);
        break;
    case 9:
        rvx_op_cancel(script->ops[end]);
        script->ops[end] = NULL;
        break;
    }
}

static void stop_end(uint32_t end)
{
    rvx__watch_stop(&script->watches[end][0]);
    rvx__watch_stop(&script->watches[end][1]);
    rvx_op_cancel(script->ops[end]);
    script->ops[end] = NULL;
}

static int by_value(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return x < y ? -1 : x > y;
}

/* The order of descriptors within a turn is the poller's; which events come in which turn is not. */
static void turn_sorted(void)
{
    size_t start = script->record_n;
    int idle;

    for (idle = 0; idle < 3; idle++) /* one wait may report only a part: several belong to one step */
        assert_true(rvx_loop_turn(script->loop, RVX_NOWAIT) >= 0);
    qsort(script->record + start, script->record_n - start, sizeof *script->record, by_value);
    for (size_t from = start + 1, to = start + 1; from <= script->record_n; from++) {
        if (from == script->record_n)
            script->record_n = script->record_n > start ? to : start;
        else if (script->record[from] != script->record[to - 1])
            script->record[to++] = script->record[from];
    }
    write_down(0xffffffff);
}

/* A pair is closed and another one made, which gets the same numbers or others. */
static void replace_pair(uint32_t end)
{
    uint32_t first = end & ~1u;
    bool half = pick(2) == 0; /* one end closes first, and a turn later the other */

    stop_end(first);
    close(script->fds[first]);
    if (half)
        turn_sorted();
    stop_end(first + 1);
    close(script->fds[first + 1]);
    make_pair(&script->fds[first]);
}

static void run_script(enum rvx_poller poller, struct script *s)
{
    struct rvx_loop_opts opts = {sizeof opts, poller};

    script = s;
    s->seed = 7071;
    s->record = calloc(RECORD_MAX, sizeof *s->record);
    assert_non_null(s->record);
    assert_int_equal(rvx_loop_new(&opts, &s->loop, NULL), 0);
    for (uint32_t i = 0; i < ENDS; i += 2)
        make_pair(&s->fds[i]);
    for (int step = 0; step < SCRIPT_STEPS; step++) {
        for (uint32_t k = pick(12); k > 0; k--)
            act(pick(ENDS));
        if (pick(20) == 0)
            replace_pair(pick(ENDS));
        turn_sorted();
    }
    for (uint32_t i = 0; i < ENDS; i++) {
        stop_end(i);
        close(s->fds[i]);
    }
    rvx_loop_free(s->loop);
}

static void test_same_events(void **state)
{
    struct script *a = calloc(1, sizeof *a), *b = calloc(1, sizeof *b);

    (void)state;
    assert_non_null(a);
    assert_non_null(b);
    run_script(RVX_POLLER_EPOLL, a);
    run_script(RVX_POLLER_POLL, b);
    print_message("# %zu entries\n", a->record_n);
    assert_int_equal(a->record_n, b->record_n);
    assert_memory_equal(a->record, b->record, a->record_n * sizeof *a->record);
    assert_true(a->record_n > (size_t)SCRIPT_STEPS * 10);
    free(a->record);
    free(b->record);
    free(a);
    free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_levels),
        cmocka_unit_test(test_once),
        cmocka_unit_test(test_reused_number),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_deadline),
        cmocka_unit_test(test_signal_ends_wait),
        cmocka_unit_test(test_many_ready),
        cmocka_unit_test(test_same_events),
    };

    return cmocka_run_group_tests_name("poller", tests, NULL, NULL);
}
