/* test_channel_faults.c - questions when things are short, stop, or go away */
#include "support/asker.h"
#include "support/dnsserver.h"
#include "support/oom.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void answer(void *arg, struct dnsserver_query *query)
{
    (void)arg;
    dnsserver_answer(query, 0, "192.0.2.1");
}

static void truncate_udp(void *arg, struct dnsserver_query *query)
{
    (void)arg;
    dnsserver_answer(query, query->conn == NULL ? 0x0200 : 0, "192.0.2.1");
}

/* The system's calls, counted; the one with the number `nth` fails. */
struct trouble {
    struct rvx__sockops ops;
    int nth, code, calls;
    int sockets, sockets_max; /* open now, and how many there may be */
    bool no_mmsg;
    struct rvx__resolver_base base;
};

static const struct rvx__sockops *const kernel = &rvx__sockops_system;

static int strike(struct trouble *trouble)
{
    return trouble->calls++ == trouble->nth ? trouble->code : 0;
}

static int try_socket(void *self, int family, int type, int protocol)
{
    struct trouble *trouble = self;
    int rc = strike(trouble);

    if (rc == 0 && trouble->sockets_max > 0 && trouble->sockets >= trouble->sockets_max)
        rc = -EMFILE;
    if (rc == 0)
        rc = kernel->socket(NULL, family, type, protocol);
    trouble->sockets += rc >= 0;
    return rc;
}

static int try_close(void *self, int fd)
{
    ((struct trouble *)self)->sockets--;
    return kernel->close(NULL, fd);
}

static int try_connect(void *self, int fd, const struct sockaddr *sa, socklen_t len)
{
    int rc = strike(self);

    return rc < 0 ? rc : kernel->connect(NULL, fd, sa, len);
}

static ssize_t try_send(void *self, int fd, const void *data, size_t len, int flags)
{
    int rc = strike(self);

    return rc < 0 ? rc : kernel->send(NULL, fd, data, len, flags);
}

static ssize_t try_recv(void *self, int fd, void *data, size_t len, int flags)
{
    int rc = strike(self);

    return rc < 0 ? rc : kernel->recv(NULL, fd, data, len, flags);
}

static int try_sendmmsg(void *self, int fd, struct mmsghdr *msgs, unsigned n, int flags)
{
    int rc = ((struct trouble *)self)->no_mmsg ? -ENOSYS : strike(self);

    return rc < 0 ? rc : kernel->sendmmsg(NULL, fd, msgs, n > 3 ? 3 : n, flags); /* never more than three */
}

static int try_recvmmsg(void *self, int fd, struct mmsghdr *msgs, unsigned n, int flags)
{
    int rc = ((struct trouble *)self)->no_mmsg ? -ENOSYS : strike(self);

    return rc < 0 ? rc : kernel->recvmmsg(NULL, fd, msgs, n, flags);
}

static void trouble_init(struct trouble *trouble)
{
    *trouble = (struct trouble){.ops = rvx__sockops_system, .nth = -1, .base = rvx__resolver_base_system};
    trouble->ops.socket = try_socket;
    trouble->ops.close = try_close;
    trouble->ops.connect = try_connect;
    trouble->ops.send = try_send;
    trouble->ops.recv = try_recv;
    trouble->ops.sendmmsg = try_sendmmsg;
    trouble->ops.recvmmsg = try_recvmmsg;
    trouble->ops.self = trouble;
    trouble->base.sockops = &trouble->ops;
}

#define SOME 40

/* Asks many at once; how many got an answer, the others having failed as temporary. */
static unsigned ask_some(struct stage *stage)
{
    struct asker *askers = calloc(SOME, sizeof *askers);
    unsigned done = 0, good = 0;

    assert_non_null(askers);
    for (unsigned i = 0; i < SOME; i++) {
        askers[i].all_done = &done;
        asker_start(&askers[i], stage, "h1.bench.test");
    }
    stage_wait(stage, &done, SOME);
    for (unsigned i = 0; i < SOME; i++) {
        assert_int_equal(askers[i].done, 1);
        if (askers[i].code == 0)
            good++;
        else
            assert_true(rvx_is_temporary(askers[i].code));
    }
    free(askers);
    return good;
}

static void test_without_mmsg(void **state)
{
    struct dnsserver *server = dnsserver_start(answer, NULL);
    struct rvx_addr addr = dnsserver_addr(server);

    (void)state;
    for (int round = 0; round < 2; round++) {
        struct trouble trouble;
        struct stage stage;

        trouble_init(&trouble);
        trouble.no_mmsg = round == 0;
        stage_init(&stage, &trouble.base, &addr);
        assert_int_equal(ask_some(&stage), SOME);
        assert_int_equal(ask_some(&stage), SOME);
        stage_fini(&stage);
        assert_int_equal(trouble.sockets, 0);
    }
    dnsserver_stop(server);
}

/* Every call fails once, in its turn, in several ways. Nothing hangs, leaks, or is answered wrongly. */
static void test_every_call_fails(void **state)
{
    static const int codes[] = {-EMFILE, -ENOBUFS, -EPERM, -ECONNREFUSED, -ENETUNREACH};
    static const dnsserver_fn handlers[] = {answer, truncate_udp};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(codes) * COUNT_OF(handlers); i++) {
        struct dnsserver *server = dnsserver_start(handlers[i % 2], NULL);
        struct rvx_addr addr = dnsserver_addr(server);
        struct trouble trouble;
        int nth = 0;

        do {
            struct asker askers[3] = {{.done = 0}};
            struct stage stage;
            unsigned done = 0;

            trouble_init(&trouble);
            trouble.nth = nth++;
            trouble.code = codes[i / 2];
            stage_init(&stage, &trouble.base, &addr);
            for (size_t j = 0; j < COUNT_OF(askers); j++) {
                askers[j].all_done = &done;
                asker_start(&askers[j], &stage, "h1.bench.test");
            }
            stage_wait(&stage, &done, COUNT_OF(askers));
            for (size_t j = 0; j < COUNT_OF(askers); j++)
                assert_true(askers[j].code == 0 || rvx_is_temporary(askers[j].code));
            stage_fini(&stage);
            assert_int_equal(trouble.sockets, 0);
        } while (trouble.calls > trouble.nth);
        assert_true(nth > 4);
        dnsserver_stop(server);
    }
}

/* One descriptor is there: 32 of the questions go through it, the others fail as temporary, and later all is well. */
static void test_short_of_descriptors(void **state)
{
    struct dnsserver *server = dnsserver_start(answer, NULL);
    struct rvx_addr addr = dnsserver_addr(server);
    struct trouble trouble;
    struct stage stage;

    (void)state;
    trouble_init(&trouble);
    stage_init(&stage, &trouble.base, &addr);
    trouble.sockets_max = 1;
    assert_int_equal(ask_some(&stage), 32);
    trouble.sockets_max = 0;
    assert_int_equal(ask_some(&stage), SOME);
    stage_fini(&stage);
    dnsserver_stop(server);
}

static void start_again(struct asker *asker)
{
    if (asker->done < 3)
        assert_int_equal(asker_try(asker, asker->arg, "h1.bench.test"), 0);
}

/* A question started from inside the end of the last one uses that one's socket while there is no other. */
static void test_the_last_descriptor_is_used_again(void **state)
{
    struct dnsserver *server = dnsserver_start(answer, NULL);
    struct rvx_addr addr = dnsserver_addr(server);
    struct asker asker = {.then = start_again};
    struct trouble trouble;
    struct stage stage;

    (void)state;
    trouble_init(&trouble);
    stage_init(&stage, &trouble.base, &addr);
    trouble.sockets_max = 1;
    asker.arg = &stage;
    asker_start(&asker, &stage, "h1.bench.test");
    stage_wait(&stage, &asker.done, 3);
    asker_assert_addr(&asker, "192.0.2.1");
    stage_fini(&stage);
    dnsserver_stop(server);
}

static void test_every_allocation_fails(void **state)
{
    static const dnsserver_fn handlers[] = {answer, truncate_udp};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(handlers); i++) {
        struct dnsserver *server = dnsserver_start(handlers[i], NULL);
        struct rvx_addr addr = dnsserver_addr(server);
        unsigned n = 0;

        do {
            struct stage stage = {.loop = NULL};
            struct asker asker = {.done = 0};
            int rc;

            view_init(&stage.view, &addr, 1);
            assert_int_equal(rvx_resolver_new(NULL, &stage.resolver, NULL), 0);
            assert_int_equal(rvx_loop_new(NULL, &stage.loop, NULL), 0);
            oom_fail_after(n++);
            rc = rvx__channel_get(stage.resolver, stage.loop, &stage.channel);
            if (rc == 0)
                rc = asker_try(&asker, &stage, "h1.bench.test");
            if (rc == 0)
                asker_wait(&asker, &stage);
            oom_off();
            if (rc < 0)
                assert_int_equal(rc, -ENOMEM);
            else
                assert_true(asker.code == 0 || rvx_is_temporary(asker.code));
            stage_fini(&stage);
        } while (oom_failed());
        assert_true(n > 4);
        dnsserver_stop(server);
    }
}

/* Stops questions after so many turns, the others go on. */
static void test_stopping_at_every_moment(void **state)
{
    static const dnsserver_fn handlers[] = {answer, truncate_udp, NULL};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(handlers); i++) {
        struct dnsserver *server = dnsserver_start(handlers[i], NULL);
        struct rvx_addr addr = dnsserver_addr(server);

        for (int turns = 0; turns < 8; turns++) {
            struct asker askers[4] = {{.done = 0}};
            struct stage stage;

            stage_init(&stage, NULL, &addr);
            for (size_t j = 0; j < COUNT_OF(askers); j++)
                asker_start(&askers[j], &stage, "h1.bench.test");
            for (int t = 0; t < turns; t++)
                assert_true(rvx_loop_turn(stage.loop, rvx_after(RVX_MILLISECONDS(2))) >= 0);
            for (size_t j = 0; j < 3; j++) {
                rvx__ask_stop(&askers[j].ask);
                rvx__ask_stop(&askers[j].ask);
                askers[j].asking = false;
            }
            if (handlers[i] != NULL) {
                asker_wait(&askers[3], &stage);
                asker_assert_addr(&askers[3], "192.0.2.1");
            }
            if (turns == 0)
                assert_int_equal(askers[0].done, 0);
            stage_fini(&stage);
            assert_int_equal(askers[3].done, 1);
        }
        dnsserver_stop(server);
    }
}

static void stop_other(struct asker *asker)
{
    struct asker *other = asker->arg;

    rvx__ask_stop(&other->ask);
    other->asking = false;
}

/* Two questions, each of which stops the other one from inside its end. */
static void test_stopping_inside_of_an_answer(void **state)
{
    struct dnsserver *server = dnsserver_start(answer, NULL);
    struct rvx_addr addr = dnsserver_addr(server);
    struct asker askers[2] = {{.then = stop_other}, {.then = stop_other}};
    struct stage stage;
    unsigned done = 0;

    (void)state;
    stage_init(&stage, NULL, &addr);
    for (size_t i = 0; i < 2; i++) {
        askers[i].arg = &askers[1 - i];
        askers[i].all_done = &done;
        asker_start(&askers[i], &stage, "h1.bench.test");
    }
    stage_wait(&stage, &done, 1);
    for (int i = 0; i < 5; i++)
        assert_true(rvx_loop_turn(stage.loop, rvx_after(RVX_MILLISECONDS(2))) >= 0);
    assert_int_equal(done, 1);
    stage_fini(&stage);
    dnsserver_stop(server);
}

static void test_the_loop_goes_first(void **state)
{
    struct dnsserver *server = dnsserver_start(NULL, NULL);
    struct rvx_addr addr = dnsserver_addr(server);
    struct asker askers[50] = {{.done = 0}};
    struct stage stage;

    (void)state;
    for (int tcp = 0; tcp < 2; tcp++) {
        stage_init(&stage, NULL, &addr);
        stage.view.tcp_only = tcp == 1;
        for (size_t i = 0; i < COUNT_OF(askers); i++) {
            askers[i].done = 0;
            asker_start(&askers[i], &stage, "h1.bench.test");
            if (i == 40)
                assert_true(rvx_loop_turn(stage.loop, RVX_NOWAIT) >= 0);
        }
        rvx_loop_free(stage.loop);
        for (size_t i = 0; i < COUNT_OF(askers); i++) {
            assert_int_equal(askers[i].done, 1);
            assert_int_equal(askers[i].code, RVX_ECANCELED);
        }
        rvx_resolver_free(stage.resolver);
    }
    dnsserver_stop(server);
}

static void test_the_resolver_goes_first(void **state)
{
    struct dnsserver *server = dnsserver_start(answer, NULL);
    struct rvx_addr addr = dnsserver_addr(server);
    struct asker asker = {.done = 0};
    struct stage stage;

    (void)state;
    stage_init(&stage, NULL, &addr);
    asker_start(&asker, &stage, "h1.bench.test");
    rvx_resolver_free(stage.resolver);
    asker_wait(&asker, &stage);
    asker_assert_addr(&asker, "192.0.2.1");
    rvx_loop_free(stage.loop);
    dnsserver_stop(server);
}

/* A child can start nothing on its parent's channel, and does not disturb it. */
static void test_a_forked_child(void **state)
{
    /* Static, so that a leak checker still reaches all of it when the child ends. */
    static struct dnsserver *server;
    static struct asker asker, other;
    static struct stage stage;
    struct rvx_addr addr;
    int status;
    pid_t pid;

    (void)state;
    server = dnsserver_start(answer, NULL);
    addr = dnsserver_addr(server);
    stage_init(&stage, NULL, &addr);
    asker_start(&asker, &stage, "h1.bench.test");
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct rvx__channel *channel;
        int rc = asker_try(&other, &stage, "h1.bench.test");

        if (rc == RVX_EFORKED)
            rc = rvx__channel_get(stage.resolver, stage.loop, &channel);
        rvx_loop_free(stage.loop);
        _exit(rc == RVX_EFORKED && asker.done == 1 && asker.code == RVX_ECANCELED ? 0 : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    asker_wait(&asker, &stage);
    asker_assert_addr(&asker, "192.0.2.1");
    stage_fini(&stage);
    dnsserver_stop(server);
}

static int fail_to_fill(void *self, void *bytes, size_t len)
{
    (void)self;
    (void)bytes;
    (void)len;
    return -EIO;
}

/* Without random numbers nothing is sent. */
static void test_no_random_numbers(void **state)
{
    static const struct rvx__rnd broken = {fail_to_fill, NULL};
    struct dnsserver *server = dnsserver_start(answer, NULL);
    struct rvx__resolver_base base = rvx__resolver_base_system;
    struct rvx_addr addr = dnsserver_addr(server);
    struct asker asker = {.done = 0};
    struct stage stage;

    (void)state;
    stage_init(&stage, &base, &addr);
    base.rnd = &broken;
    assert_int_equal(asker_try(&asker, &stage, "h1.bench.test"), -EIO);
    assert_int_equal(dnsserver_queries(server), 0);
    base.rnd = &rvx__rnd_system;
    stage_fini(&stage);
    dnsserver_stop(server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_without_mmsg),
        cmocka_unit_test(test_every_call_fails),
        cmocka_unit_test(test_short_of_descriptors),
        cmocka_unit_test(test_the_last_descriptor_is_used_again),
        cmocka_unit_test(test_every_allocation_fails),
        cmocka_unit_test(test_stopping_at_every_moment),
        cmocka_unit_test(test_stopping_inside_of_an_answer),
        cmocka_unit_test(test_the_loop_goes_first),
        cmocka_unit_test(test_the_resolver_goes_first),
        cmocka_unit_test(test_a_forked_child),
        cmocka_unit_test(test_no_random_numbers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
