/* test_waiter.c - contexts, and the default waiter: descriptors, deadlines, wakes, threads, forks */
#include "support/loop.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>

#include "loop/waiter.h"

static int count_fds(void)
{
    DIR *dir = opendir("/proc/self/fd");
    int n = 0;

    assert_non_null(dir);
    while (readdir(dir) != NULL)
        n++;
    closedir(dir);
    return n;
}

/* --- contexts ----------------------------------------------------------------------------------------------------- */

static void test_contexts(void **state)
{
    struct {
        struct rvx_ctx ctx;
        char tail[8];
    } newer = {.ctx = {sizeof newer, 5, NULL}};
    struct rvx_ctx ctx = RVX_CTX_INIT, local;

    (void)state;
    assert_int_equal(rvx__ctx_check(NULL), 0);
    assert_int_equal(rvx__ctx_check(&ctx), 0);
    assert_int_equal(rvx__ctx_copy(&local, NULL), 0);
    assert_true(local.deadline == RVX_FOREVER);
    assert_null(local.cancel);
    assert_int_equal(rvx__ctx_copy(&local, &ctx), 0);
    assert_true(local.deadline == RVX_FOREVER); /* 0 means so */
    ctx.deadline = 77;
    assert_int_equal(rvx__ctx_copy(&local, &ctx), 0);
    assert_int_equal(local.deadline, 77);
    ctx.size = offsetof(struct rvx_ctx, deadline); /* nothing of it is set */
    assert_int_equal(rvx__ctx_copy(&local, &ctx), 0);
    assert_true(local.deadline == RVX_FOREVER);
    ctx.size = 0;
    assert_int_equal(rvx__ctx_check(&ctx), RVX_EOPTIONS);
    assert_int_equal(rvx__ctx_copy(&local, &ctx), RVX_EOPTIONS);
    assert_true(local.deadline == RVX_FOREVER);
    assert_int_equal(rvx__ctx_copy(&local, &newer.ctx), 0);
    assert_int_equal(local.deadline, 5);
    newer.tail[7] = 1;
    assert_int_equal(rvx__ctx_check(&newer.ctx), RVX_EOPTIONS);

    local = rvx_ctx_after(RVX_SECONDS(100));
    assert_int_equal(local.size, sizeof local);
    assert_true(local.deadline > rvx_now());
    assert_null(local.cancel);
}

/* --- the default waiter ------------------------------------------------------------------------------------------- */

static void test_default_wait(void **state)
{
    const struct rvx_waiter *waiter = rvx__waiter_get();
    struct pollfd entries[20];
    int fds[2];
    rvx_time until;

    (void)state;
    assert_true(rvx__waiter_is_default(waiter));
    make_pair(fds);
    for (unsigned n = 1; n <= 20; n += 19) { /* few and many */
        for (unsigned i = 0; i < n; i++)
            entries[i] = (struct pollfd){fds[0], POLLIN, 0};
        entries[n - 1].events = POLLIN | POLLOUT;
        for (int named = 0; named < 2; named++) { /* before and after it has been given a name */
            assert_int_equal(waiter->wait(waiter->self, entries, n, RVX_FOREVER), 1);
            assert_int_equal(entries[n - 1].revents, POLLOUT);
            if (n > 1)
                assert_int_equal(entries[0].revents, 0);
            assert_non_null(waiter->current(waiter->self));
        }
    }
    entries[0] = (struct pollfd){fds[0], POLLIN, 0};
    assert_int_equal(waiter->wait(waiter->self, entries, 1, RVX_NOWAIT), 0);
    until = rvx_after(RVX_MICROSECONDS(1300));
    while (rvx_now() < until) /* it may return for no reason, but not for ever */
        assert_int_equal(waiter->wait(waiter->self, entries, 1, until), 0);
    assert_int_equal(waiter->wait(waiter->self, NULL, 0, rvx_after(RVX_MICROSECONDS(10))), 0);
    assert_int_equal(write(fds[1], "x", 1), 1);
    assert_int_equal(waiter->wait(waiter->self, entries, 1, RVX_NOWAIT), 1);
    assert_int_equal(entries[0].revents, POLLIN);
    close_pair(fds);
}

struct sleeper {
    pthread_t thread;
    pthread_mutex_t lock;
    const struct rvx_waiter *waiter;
    void *who;
    bool told;
    int waits;
};

/* Waits, as a blocked call does, until somebody says that it is over. */
static void *sleep_until_told(void *arg)
{
    struct sleeper *sleeper = arg;
    const struct rvx_waiter *waiter = rvx__waiter_get();
    void *who = waiter->current(waiter->self);
    bool told;

    do {
        pthread_mutex_lock(&sleeper->lock);
        sleeper->waiter = waiter;
        sleeper->who = who;
        told = sleeper->told;
        pthread_mutex_unlock(&sleeper->lock);
        if (!told)
            waiter->wait(waiter->self, NULL, 0, RVX_FOREVER);
        sleeper->waits++;
    } while (!told);
    pthread_mutex_lock(&sleeper->lock);
    sleeper->who = NULL;
    pthread_mutex_unlock(&sleeper->lock);
    return NULL;
}

/* Says so, at whatever moment the other thread is in. */
static void tell(struct sleeper *sleeper)
{
    pthread_mutex_lock(&sleeper->lock);
    sleeper->told = true;
    if (sleeper->who != NULL)
        sleeper->waiter->wake(sleeper->waiter->self, sleeper->who);
    pthread_mutex_unlock(&sleeper->lock);
}

static void run_sleepers(int rounds)
{
    for (int i = 0; i < rounds; i++) {
        struct sleeper sleeper = {.lock = PTHREAD_MUTEX_INITIALIZER};

        assert_int_equal(pthread_create(&sleeper.thread, NULL, sleep_until_told, &sleeper), 0);
        for (int k = 0; k < i % 40; k++)
            sched_yield();
        if (i % 10 == 0)
            usleep(1000);
        tell(&sleeper);
        pthread_join(sleeper.thread, NULL);
        assert_true(sleeper.waits >= 1);
    }
}

static void test_wake_from_thread(void **state)
{
    int before = count_fds();

    (void)state;
    run_sleepers(400);
    assert_int_equal(count_fds(), before); /* every thread closed its eventfd */
}

static void test_wake_is_sticky(void **state)
{
    const struct rvx_waiter *waiter = rvx__waiter_get();
    void *who = waiter->current(waiter->self);
    struct pollfd entry;
    int fds[2];

    (void)state;
    assert_ptr_equal(waiter->current(waiter->self), who);
    waiter->wake(waiter->self, who);
    assert_int_equal(waiter->wait(waiter->self, NULL, 0, RVX_FOREVER), 0);
    waiter->wake(waiter->self, who);
    waiter->wake(waiter->self, who);
    make_pair(fds);
    assert_int_equal(write(fds[1], "x", 1), 1);
    entry = (struct pollfd){fds[0], POLLIN, 0};
    assert_int_equal(waiter->wait(waiter->self, &entry, 1, RVX_FOREVER), 1); /* both: the descriptor is reported */
    entry = (struct pollfd){fds[1], POLLIN, 0};
    assert_int_equal(waiter->wait(waiter->self, &entry, 1, rvx_after(RVX_MILLISECONDS(2))), 0); /* used up */
    assert_int_equal(entry.revents, 0);
    close_pair(fds);
}

/* Without room for an eventfd. In a child, as this thread has one already. */
static void *wait_without_eventfd(void *arg)
{
    const struct rvx_waiter *waiter = rvx__waiter_get();
    void *who = waiter->current(waiter->self);
    struct pollfd entry = {*(int *)arg, POLLIN | POLLOUT, 0};
    rvx_time until = rvx_after(RVX_MILLISECONDS(50));

    if (who == NULL || waiter->wait(waiter->self, &entry, 1, RVX_FOREVER) != 1 || entry.revents != POLLOUT)
        return arg;
    while (rvx_now() < until) {
        if (waiter->wait(waiter->self, NULL, 0, until) != 0)
            return arg;
    }
    waiter->wake(waiter->self, who);
    return waiter->wait(waiter->self, NULL, 0, RVX_FOREVER) == 0 ? NULL : arg;
}

static void test_no_descriptors(void **state)
{
    struct rlimit before, none;
    pthread_t thread;
    void *failed;
    int fds[2];
    int next;

    (void)state;
    make_pair(fds);
    next = dup(0);
    close(next);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = before;
    none.rlim_cur = (rlim_t)next;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    assert_int_equal(pthread_create(&thread, NULL, wait_without_eventfd, &fds[0]), 0);
    pthread_join(thread, &failed);
    run_sleepers(3);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_null(failed);
    close_pair(fds);
}

static volatile sig_atomic_t signals;

static void count_signal(int number)
{
    (void)number;
    signals++;
}

/* A signal ends a wait that nothing else would end: no deadline is RVX_FOREVER or 0. */
static void test_signal_is_no_error(void **state)
{
    static const struct itimerval soon = {{0, 10000}, {0, 10000}}, never = {{0, 0}, {0, 0}};
    const struct rvx_waiter *waiter = rvx__waiter_get();
    struct sigaction action = {.sa_handler = count_signal}, before;

    (void)state;
    assert_int_equal(sigaction(SIGALRM, &action, &before), 0);
    for (int i = 0; i < 2; i++) {
        int result;

        signals = 0;
        assert_int_equal(setitimer(ITIMER_REAL, &soon, NULL), 0);
        result = waiter->wait(waiter->self, NULL, 0, i == 0 ? RVX_FOREVER : 0);
        assert_int_equal(setitimer(ITIMER_REAL, &never, NULL), 0);
        assert_int_equal(result, 0);
        assert_true(signals >= 1);
    }
    sigaction(SIGALRM, &before, NULL);
}

/* A child's wakes are its own: they neither reach its parent's thread nor take that one's away. */
static void test_fork(void **state)
{
    const struct rvx_waiter *waiter = rvx__waiter_get();
    void *who = waiter->current(waiter->self);
    int status;
    pid_t pid;

    (void)state;
    waiter->wake(waiter->self, who);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        void *own = waiter->current(waiter->self);

        waiter->wait(waiter->self, NULL, 0, rvx_after(RVX_MILLISECONDS(1)));
        waiter->wake(waiter->self, own);
        _exit(waiter->wait(waiter->self, NULL, 0, RVX_FOREVER));
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_int_equal(waiter->wait(waiter->self, NULL, 0, RVX_FOREVER), 0); /* would hang if the child had taken it */
    assert_int_equal(waiter->wait(waiter->self, NULL, 0, rvx_after(RVX_MILLISECONDS(1))), 0);
}

/* A child that has closed everything may have opened something else under the number of its parent's eventfd. */
static void test_fork_reuses_numbers(void **state)
{
    const struct rvx_waiter *waiter = rvx__waiter_get();
    int status;
    pid_t pid;

    (void)state;
    waiter->current(waiter->self);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        int own = open("/dev/null", O_WRONLY), changed = 0;
        struct stat null, now;

        fstat(own, &null);
        for (int fd = 3; fd < 64; fd++)
            dup2(own, fd);
        waiter->current(waiter->self);
        for (int fd = 3; fd < 64; fd++)
            changed += fstat(fd, &now) < 0 || now.st_rdev != null.st_rdev;
        _exit(changed);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_contexts),
        cmocka_unit_test(test_default_wait),
        cmocka_unit_test(test_wake_from_thread),
        cmocka_unit_test(test_wake_is_sticky),
        cmocka_unit_test(test_no_descriptors),
        cmocka_unit_test(test_signal_is_no_error),
        cmocka_unit_test(test_fork),
        cmocka_unit_test(test_fork_reuses_numbers),
    };

    return cmocka_run_group_tests_name("waiter", tests, NULL, NULL);
}
