/* test_loop_fd.c - loops and the rest of the program: posts from threads, one descriptor for other loops, forks */
#include "support/loop.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "loop/op.h"
#include "loop/watch.h"

/* --- posts -------------------------------------------------------------------------------------------------------- */

#define POSTERS 4
#define POSTS 10000

struct poster {
    struct rvx_loop *loop;
    pthread_t thread;
    int next; /* the number expected next */
    bool in_order;
};

struct post {
    struct poster *poster;
    int number;
};

static int posts_left;

static void receive(void *arg, int result)
{
    struct post *post = arg;

    if (result != 0 || post->number != post->poster->next++)
        post->poster->in_order = false;
    posts_left--;
    free(post);
}

static void *post_all(void *arg)
{
    struct poster *poster = arg;

    for (int i = 0; i < POSTS; i++) {
        struct post *post = malloc(sizeof *post);

        if (post == NULL)
            abort();
        *post = (struct post){poster, i};
        if (rvx_loop_post(poster->loop, receive, post) != 0)
            abort();
    }
    return NULL;
}

static void test_posts_from_threads(void **state)
{
    (void)state;
    for (size_t p = 0; p < 2; p++) {
        struct rvx_loop *loop = make_loop(pollers[p]);
        struct poster posters[POSTERS];

        posts_left = POSTERS * POSTS;
        for (int i = 0; i < POSTERS; i++) {
            posters[i] = (struct poster){.loop = loop, .in_order = true};
            assert_int_equal(pthread_create(&posters[i].thread, NULL, post_all, &posters[i]), 0);
        }
        while (posts_left > 0) {
            rvx_time limit = rvx_after(RVX_MILLISECONDS(EVENTUALLY_MS));

            assert_true(rvx_loop_turn(loop, limit) >= 0);
            assert_true(rvx_loop_now(loop) < limit);
        }
        for (int i = 0; i < POSTERS; i++) {
            pthread_join(posters[i].thread, NULL);
            assert_true(posters[i].in_order);
            assert_int_equal(posters[i].next, POSTS);
        }
        assert_int_equal(rvx_loop_dispatch(loop), 0);
        rvx_loop_free(loop);
    }
}

struct chain {
    struct rvx_loop *loop;
    int calls;
};

static void post_again(void *arg, int result)
{
    struct chain *chain = arg;

    (void)result;
    if (++chain->calls < 5)
        assert_int_equal(rvx_loop_post(chain->loop, post_again, chain), 0);
}

/* run() waits for posts that were made, also those made by posts, one turn each. */
static void test_run_hands_out_posts(void **state)
{
    struct chain chain = {.loop = make_loop(RVX_POLLER_DEFAULT)};

    (void)state;
    assert_int_equal(rvx_loop_run(chain.loop), 0);
    assert_int_equal(rvx_loop_post(chain.loop, post_again, &chain), 0);
    assert_int_equal(rvx_loop_run(chain.loop), 0);
    assert_int_equal(chain.calls, 5);
    rvx_loop_free(chain.loop);
}

/* --- inside another loop ------------------------------------------------------------------------------------------ */

static bool is_readable(int fd, int ms)
{
    struct pollfd entry = {fd, POLLIN, 0};
    int n;

    do {
        n = poll(&entry, 1, ms);
    } while (n < 0 && errno == EINTR);
    return n == 1;
}

/* Another loop, which knows one descriptor and one function: until `done`, or for ever, which fails. */
static void drive(struct rvx_loop *loop, const int *calls, int wanted)
{
    int fd = rvx_loop_fd(loop);

    while (*calls < wanted) {
        assert_true(is_readable(fd, EVENTUALLY_MS));
        assert_true(rvx_loop_dispatch(loop) >= 0);
    }
}

/* Nothing left to do: at most a few idle dispatches until the descriptor says so. */
static void assert_quiet(struct rvx_loop *loop)
{
    for (int i = 0; i < 3 && is_readable(rvx_loop_fd(loop), 0); i++)
        assert_int_equal(rvx_loop_dispatch(loop), 0);
    assert_false(is_readable(rvx_loop_fd(loop), 0));
}

static void ignore_op(struct rvx_op *op)
{
    (void)op; /* on the stack of its test, nothing to stop */
}

static const struct rvx__op_kind plain_kind = {.stop = ignore_op, .free = ignore_op};

static void test_loop_fd(void **state)
{
    struct rvx_loop *loop = make_loop(RVX_POLLER_DEFAULT);
    struct seen seen = {0, 0};
    struct rvx_op *op;
    int fd = rvx_loop_fd(loop);
    struct rvx_op plain;
    int fds[2];
    rvx_time when;

    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(rvx_loop_fd(loop), fd);
    assert_quiet(loop);
    make_pair(fds);

    /* a timer, one that is put off by cancelling it, one in the past */
    when = rvx_after(RVX_MILLISECONDS(10));
    assert_int_equal(rvx_timer_start(loop, when, see, &seen, NULL), 0);
    assert_int_equal(rvx_timer_start(loop, rvx_after(RVX_MILLISECONDS(2)), see, &seen, &op), 0);
    rvx_op_cancel(op);
    drive(loop, &seen.calls, 1);
    assert_true(rvx_now() >= when);
    assert_quiet(loop);
    assert_int_equal(rvx_timer_start(loop, RVX_NOWAIT, see, &seen, NULL), 0);
    drive(loop, &seen.calls, 2);
    assert_quiet(loop);

    /* a descriptor */
    assert_int_equal(rvx_wait_start(loop, fds[0], POLLIN, 0, see, &seen, NULL), 0);
    assert_quiet(loop);
    assert_int_equal(write(fds[1], "x", 1), 1);
    drive(loop, &seen.calls, 3);
    assert_quiet(loop); /* though it still is readable */

    /* a second wait on a descriptor that one waits for: what changes must reach the kernel at once */
    assert_int_equal(rvx_wait_start(loop, fds[1], POLLIN, 0, see, &seen, &op), 0);
    assert_int_equal(rvx_wait_start(loop, fds[1], POLLOUT, 0, see, &seen, NULL), 0);
    drive(loop, &seen.calls, 4);
    assert_quiet(loop);
    rvx_op_cancel(op);

    /* a post, and an operation that an engine ends outside any turn */
    assert_int_equal(rvx_loop_post(loop, see, &seen), 0);
    drive(loop, &seen.calls, 5);
    assert_quiet(loop);
    rvx__op_init(&plain, loop, &plain_kind, see, &seen);
    assert_quiet(loop);
    rvx__op_finish(&plain, 0);
    drive(loop, &seen.calls, 6);
    assert_quiet(loop);
    rvx__op_init(&plain, loop, &plain_kind, see, &seen); /* and once more */
    rvx__op_finish(&plain, 0);
    drive(loop, &seen.calls, 7);
    assert_quiet(loop);
    rvx_loop_free(loop);
    close_pair(fds);
}

static void *post_late(void *arg)
{
    struct poster *poster = arg;

    usleep(5000);
    post_all(poster);
    return NULL;
}

static void test_loop_fd_posts_from_thread(void **state)
{
    struct rvx_loop *loop = make_loop(RVX_POLLER_DEFAULT);
    struct poster poster = {.loop = loop, .in_order = true};
    int fd = rvx_loop_fd(loop);

    (void)state;
    posts_left = POSTS;
    assert_int_equal(pthread_create(&poster.thread, NULL, post_late, &poster), 0);
    while (posts_left > 0) {
        assert_true(is_readable(fd, EVENTUALLY_MS));
        assert_true(rvx_loop_dispatch(loop) >= 0);
    }
    pthread_join(poster.thread, NULL);
    assert_true(poster.in_order);
    assert_quiet(loop);
    rvx_loop_free(loop);
}

/* A callback that runs the outer loop until something else of this loop has ended: GLib calls it a nested main loop. */
struct nest {
    struct rvx_loop *loop;
    struct seen inner[3];
    int fds[2];
    int outer_calls;
};

static void run_nested(void *arg, int result)
{
    struct nest *nest = arg;
    int done = 0;

    (void)result;
    nest->outer_calls++;
    assert_int_equal(rvx_timer_start(nest->loop, rvx_after(RVX_MILLISECONDS(1)), see, &nest->inner[0], NULL), 0);
    assert_int_equal(rvx_wait_start(nest->loop, nest->fds[0], POLLOUT, 0, see, &nest->inner[1], NULL), 0);
    while (done < 3) {
        assert_true(is_readable(rvx_loop_fd(nest->loop), EVENTUALLY_MS));
        assert_true(rvx_loop_dispatch(nest->loop) >= 0);
        done = nest->inner[0].calls + nest->inner[1].calls + nest->inner[2].calls;
    }
}

/* Only what is in the queue behind it. */
static void run_nested_queue(void *arg, int result)
{
    struct nest *nest = arg;

    (void)result;
    nest->outer_calls++;
    drive(nest->loop, &nest->inner[2].calls, 1);
}

static void test_loop_fd_nested_queue(void **state)
{
    struct nest nest = {.loop = make_loop(RVX_POLLER_DEFAULT)};

    (void)state;
    assert_true(rvx_loop_fd(nest.loop) >= 0);
    assert_int_equal(rvx_loop_post(nest.loop, run_nested_queue, &nest), 0);
    assert_int_equal(rvx_loop_post(nest.loop, see, &nest.inner[2]), 0);
    drive(nest.loop, &nest.outer_calls, 1);
    assert_quiet(nest.loop);
    rvx_loop_free(nest.loop);
}

static void see_events(void *arg, unsigned events)
{
    see(arg, (int)events);
}

/* A persistent watch: what it wants next, set between dispatches. */
static void test_loop_fd_watch(void **state)
{
    struct rvx_loop *loop = make_loop(RVX_POLLER_DEFAULT);
    struct rvx__watch watch = {0};
    struct seen seen = {0, 0};
    int fds[2];

    (void)state;
    make_pair(fds);
    assert_true(rvx_loop_fd(loop) >= 0);
    assert_int_equal(rvx__watch_start(loop, &watch, fds[0], 0, see_events, &seen), 0);
    assert_quiet(loop);
    rvx__watch_set(&watch, POLLOUT);
    drive(loop, &seen.calls, 1);
    assert_int_equal(seen.result, POLLOUT);
    rvx__watch_set(&watch, POLLIN);
    assert_quiet(loop);
    rvx__watch_stop(&watch);
    rvx_loop_free(loop);
    close_pair(fds);
}

static void test_loop_fd_nested(void **state)
{
    struct nest nest = {.loop = make_loop(RVX_POLLER_DEFAULT)};

    (void)state;
    make_pair(nest.fds);
    assert_true(rvx_loop_fd(nest.loop) >= 0);
    assert_int_equal(rvx_loop_post(nest.loop, run_nested, &nest), 0);
    assert_int_equal(rvx_loop_post(nest.loop, see, &nest.inner[2]), 0); /* in the queue behind it */
    drive(nest.loop, &nest.outer_calls, 1);
    assert_quiet(nest.loop);
    rvx_loop_free(nest.loop);
    close_pair(nest.fds);
}

static void test_loop_fd_of_poll(void **state)
{
    struct rvx_loop *loop = make_loop(RVX_POLLER_POLL);

    (void)state;
    assert_int_equal(rvx_loop_fd(loop), -EOPNOTSUPP);
    rvx_loop_free(loop);
}

/* --- forks -------------------------------------------------------------------------------------------------------- */

/* Runs in the child: how many of its expectations failed. */
static int misuse(struct rvx_loop *loop, struct rvx_op *op, struct rvx__watch *watch, struct seen *seen)
{
    struct rvx_op *other;
    int wrong = 0;

    wrong += rvx_loop_turn(loop, RVX_NOWAIT) != RVX_EFORKED;
    wrong += rvx_loop_dispatch(loop) != RVX_EFORKED;
    wrong += rvx_loop_run(loop) != RVX_EFORKED;
    wrong += rvx_loop_post(loop, see, seen) != RVX_EFORKED;
    wrong += rvx_timer_start(loop, RVX_NOWAIT, see, seen, &other) != RVX_EFORKED || other != NULL;
    wrong += rvx_wait_start(loop, 0, POLLIN, 0, see, seen, &other) != RVX_EFORKED || other != NULL;
    wrong += rvx_loop_fd(loop) != RVX_EFORKED;
    wrong += rvx__loop_check(loop) != RVX_EFORKED;
    rvx__watch_set(watch, POLLOUT);
    rvx_op_cancel(op);
    rvx__watch_stop(watch);
    rvx_loop_free(loop);
    wrong += seen->calls != 0;
    return wrong;
}

static void test_fork(void **state)
{
    (void)state;
    for (int mode = 0; mode < 3; mode++) { /* poll, epoll, epoll watched by another loop */
        struct rvx_loop *loop = make_loop(mode == 0 ? RVX_POLLER_POLL : RVX_POLLER_EPOLL);
        struct seen seen = {0, 0}, watched = {0, 0};
        struct rvx__watch watch = {0};
        struct rvx_op *op;
        int fds[2], status;
        rvx_time limit;
        pid_t pid;

        make_pair(fds);
        if (mode == 2)
            assert_true(rvx_loop_fd(loop) >= 0);
        assert_int_equal(rvx_wait_start(loop, fds[0], POLLIN, 0, see, &seen, &op), 0);
        assert_int_equal(rvx__watch_start(loop, &watch, fds[1], POLLIN, see_events, &watched), 0);
        assert_int_equal(rvx_timer_start(loop, rvx_after(RVX_MILLISECONDS(50)), see, &seen, NULL), 0);
        assert_int_equal(rvx_loop_post(loop, see, &seen), 0);
        pid = fork();
        assert_true(pid >= 0);
        if (pid == 0)
            _exit(misuse(loop, op, &watch, &seen));
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 0);
        assert_int_equal(write(fds[1], "x", 1), 1); /* what the child ended or changed goes on here */
        assert_int_equal(rvx_loop_run(loop), 0);
        assert_int_equal(seen.calls, 3);
        assert_int_equal(write(fds[0], "x", 1), 1);
        limit = rvx_after(RVX_MILLISECONDS(EVENTUALLY_MS));
        while (watched.calls == 0 && rvx_loop_now(loop) < limit)
            assert_int_equal(rvx_loop_turn(loop, limit), 0);
        assert_int_equal(watched.result, POLLIN);
        rvx__watch_stop(&watch);
        rvx_loop_free(loop);
        close_pair(fds);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_posts_from_threads),
        cmocka_unit_test(test_run_hands_out_posts),
        cmocka_unit_test(test_loop_fd),
        cmocka_unit_test(test_loop_fd_posts_from_thread),
        cmocka_unit_test(test_loop_fd_nested),
        cmocka_unit_test(test_loop_fd_nested_queue),
        cmocka_unit_test(test_loop_fd_watch),
        cmocka_unit_test(test_loop_fd_of_poll),
        cmocka_unit_test(test_fork),
    };

    return cmocka_run_group_tests_name("loop_fd", tests, NULL, NULL);
}
