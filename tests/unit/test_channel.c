/* test_channel.c - questions over UDP to a server on the loopback */
#include "support/asker.h"
#include "support/dnsserver.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "resolver/codec.h"
#include "resolver/loops.h"

/* 192.0.2.N for a name that begins with the number N. */
static void answer_number(void *arg, struct dnsserver_query *query)
{
    char addr[32];

    (void)arg;
    snprintf(addr, sizeof addr, "192.0.2.%d", atoi(query->name + 1) % 256);
    dnsserver_answer(query, 0, addr);
}

struct scene {
    struct dnsserver *server;
    struct stage stage;
};

static void scene_init(struct scene *scene, dnsserver_fn handle, void *arg)
{
    struct rvx_addr addr;

    scene->server = dnsserver_start(handle, arg);
    addr = dnsserver_addr(scene->server);
    stage_init(&scene->stage, NULL, &addr);
}

static void scene_fini(struct scene *scene)
{
    stage_fini(&scene->stage);
    dnsserver_stop(scene->server);
}

static void test_an_answer(void **state)
{
    struct asker asker = {.done = 0};
    struct scene scene;

    (void)state;
    scene_init(&scene, answer_number, NULL);
    for (unsigned i = 0; i < 5; i++) {
        asker_start(&asker, &scene.stage, "h7.bench.test");
        asker_wait(&asker, &scene.stage);
        asker_assert_addr(&asker, "192.0.2.7");
    }
    assert_int_equal(asker.done, 5);
    assert_int_equal(dnsserver_queries(scene.server), 5);
    assert_int_equal(rvx__stats_read(&scene.stage.resolver->stats, RVX__STAT_QUERIES), 5);
    assert_int_equal(rvx__stats_read(&scene.stage.resolver->stats, RVX__STAT_REPLIES), 5);
    scene_fini(&scene);
}

static void test_one_channel_for_a_loop_and_a_resolver(void **state)
{
    struct rvx__channel *again, *other;
    struct rvx_loop *loop;
    struct scene scene;

    (void)state;
    scene_init(&scene, answer_number, NULL);
    assert_int_equal(rvx__channel_get(scene.stage.resolver, scene.stage.loop, &again), 0);
    assert_ptr_equal(again, scene.stage.channel);
    assert_int_equal(rvx_loop_new(NULL, &loop, NULL), 0);
    assert_int_equal(rvx__channel_get(scene.stage.resolver, loop, &other), 0);
    assert_ptr_not_equal(other, scene.stage.channel);
    rvx_loop_free(loop);
    scene_fini(&scene);
}

#define MANY 1000

static void test_a_thousand_at_once(void **state)
{
    struct asker *askers = calloc(MANY, sizeof *askers);
    unsigned done = 0;
    struct scene scene;

    (void)state;
    assert_non_null(askers);
    scene_init(&scene, answer_number, NULL);
    for (unsigned i = 0; i < MANY; i++) {
        char name[32];

        snprintf(name, sizeof name, "h%u.bench.test", i);
        askers[i].all_done = &done;
        asker_start(&askers[i], &scene.stage, name);
    }
    stage_wait(&scene.stage, &done, MANY);
    for (unsigned i = 0; i < MANY; i++) {
        char addr[32];

        snprintf(addr, sizeof addr, "192.0.2.%u", i % 256);
        assert_int_equal(askers[i].done, 1);
        asker_assert_addr(&askers[i], addr);
    }
    scene_fini(&scene);
    free(askers);
}

/* A chain: every answer starts the next question from inside on_done. */
static void ask_next(struct asker *asker)
{
    if (asker->done < 2000)
        asker_start(asker, asker->arg, "h3.bench.test");
}

static void test_questions_from_inside_of_answers(void **state)
{
    struct asker askers[8] = {{.done = 0}};
    unsigned done = 0;
    struct scene scene;

    (void)state;
    scene_init(&scene, answer_number, NULL);
    for (size_t i = 0; i < COUNT_OF(askers); i++) {
        askers[i].all_done = &done;
        askers[i].then = ask_next;
        askers[i].arg = &scene.stage;
        asker_start(&askers[i], &scene.stage, "h3.bench.test");
    }
    stage_wait(&scene.stage, &done, 2000 * COUNT_OF(askers));
    scene_fini(&scene);
}

/* An answer of 60,000 bytes: more than was asked for, and more than any fixed room for one message. */
static void answer_large(void *arg, struct dnsserver_query *query)
{
    uint8_t *bytes = calloc(1, 60000);
    size_t len = dnsserver_make(query, 0, "192.0.2.200", bytes, 60000);
    static const uint8_t filler[] = {0xc0, 0x0c, 0, 16, 0, 1, 0, 0, 0, 60}; /* a TXT record */
    unsigned extra = 0;

    (void)arg;
    while (len + 12 + 1000 <= 60000) { /* strings of 249 bytes */
        memcpy(bytes + len, filler, sizeof filler);
        len += sizeof filler;
        bytes[len++] = 1000 >> 8;
        bytes[len++] = 1000 & 0xff;
        for (int i = 0; i < 4; i++)
            bytes[len + (size_t)i * 250] = 249;
        len += 1000;
        extra++;
    }
    bytes[11] = (uint8_t)extra; /* in the additional section */
    dnsserver_send(query, bytes, len);
    free(bytes);
}

static void test_large_datagrams(void **state)
{
    struct asker askers[4] = {{.done = 0}};
    unsigned done = 0;
    struct scene scene;

    (void)state;
    scene_init(&scene, answer_large, NULL);
    for (size_t i = 0; i < COUNT_OF(askers); i++) {
        askers[i].all_done = &done;
        asker_start(&askers[i], &scene.stage, "large.test");
    }
    stage_wait(&scene.stage, &done, COUNT_OF(askers));
    for (size_t i = 0; i < COUNT_OF(askers); i++)
        asker_assert_addr(&askers[i], "192.0.2.200");
    assert_int_equal(dnsserver_tcp_queries(scene.server), 0);
    scene_fini(&scene);
}

/* Sends all kinds of things before the answer. */
static void answer_after_junk(void *arg, struct dnsserver_query *query)
{
    uint8_t bytes[512];
    size_t len = dnsserver_make(query, 0, "203.0.113.66", bytes, sizeof bytes);

    (void)arg;
    dnsserver_send(query, "", 0);
    dnsserver_send(query, "abc", 3);
    dnsserver_send_elsewhere(query, bytes, len);
    bytes[0] ^= 0x5a;
    dnsserver_send(query, bytes, len); /* another id */
    bytes[0] ^= 0x5a;
    bytes[14] ^= 1;
    dnsserver_send(query, bytes, len); /* another name */
    dnsserver_answer(query, 0, "192.0.2.5");
}

static void test_what_is_no_answer_is_dropped(void **state)
{
    struct asker asker = {.done = 0};
    struct scene scene;

    (void)state;
    scene_init(&scene, answer_after_junk, NULL);
    asker_start(&asker, &scene.stage, "h5.bench.test");
    asker_wait(&asker, &scene.stage);
    asker_assert_addr(&asker, "192.0.2.5");
    assert_int_equal(dnsserver_queries(scene.server), 1);
    assert_true(rvx__stats_read(&scene.stage.resolver->stats, RVX__STAT_NEAR_MISSES) >= 3);
    scene_fini(&scene);
}

/* Nobody listens there: the server's sockets are closed before. */
static void test_a_refused_port(void **state)
{
    struct dnsserver *server = dnsserver_start(NULL, NULL);
    struct rvx_addr addr = dnsserver_addr(server);
    struct asker askers[3] = {{.done = 0}};
    unsigned done = 0;
    struct stage stage;
    rvx_time start;

    (void)state;
    dnsserver_stop(server);
    stage_init(&stage, NULL, &addr);
    start = rvx_now();
    for (size_t i = 0; i < COUNT_OF(askers); i++) {
        askers[i].all_done = &done;
        asker_start(&askers[i], &stage, "h1.bench.test");
    }
    stage_wait(&stage, &done, COUNT_OF(askers));
    for (size_t i = 0; i < COUNT_OF(askers); i++)
        assert_true(rvx_is_temporary(askers[i].code));
    assert_int_equal(askers[0].ask.query.cause, -ECONNREFUSED);
    assert_true(rvx_now() - start < RVX_SECONDS(20)); /* and not by running out of time */
    stage_fini(&stage);
}

/* Of two servers, one is not there: the other one answers. */
static void test_a_second_server(void **state)
{
    struct dnsserver *gone = dnsserver_start(NULL, NULL), *server = dnsserver_start(answer_number, NULL);
    struct rvx_addr addrs[2] = {dnsserver_addr(gone), dnsserver_addr(server)};
    struct asker asker = {.done = 0};
    struct stage stage;

    (void)state;
    dnsserver_stop(gone);
    stage_init(&stage, NULL, &addrs[0]);
    view_init(&stage.view, addrs, 2);
    asker_start(&asker, &stage, "h9.bench.test");
    asker_wait(&asker, &stage);
    asker_assert_addr(&asker, "192.0.2.9");
    assert_int_equal(asker.ask.query.server, 1);
    stage_fini(&stage);
    dnsserver_stop(server);
}

/* The configuration changes while a question is under way: that one ends as it began. */
static void answer_held_back(void *arg, struct dnsserver_query *query)
{
    struct dnsserver_query **held = arg;

    if (*held == NULL) {
        *held = query;
        return;
    }
    dnsserver_answer(*held, 0, "192.0.2.1");
    dnsserver_answer(query, 0, "192.0.2.2");
}

static void test_another_configuration(void **state)
{
    struct dnsserver_query *held = NULL;
    struct asker old = {.done = 0}, new = {.done = 0};
    struct scene scene;

    (void)state;
    scene_init(&scene, answer_held_back, &held);
    asker_start(&old, &scene.stage, "old.test");
    while (dnsserver_queries(scene.server) == 0)
        assert_true(rvx_loop_turn(scene.stage.loop, rvx_after(RVX_MILLISECONDS(10))) >= 0);
    scene.stage.view.id++;
    asker_start(&new, &scene.stage, "new.test");
    asker_wait(&new, &scene.stage);
    asker_wait(&old, &scene.stage);
    asker_assert_addr(&old, "192.0.2.1");
    asker_assert_addr(&new, "192.0.2.2");
    asker_start(&new, &scene.stage, "new.test");
    asker_wait(&new, &scene.stage);
    scene_fini(&scene);
}

static void test_a_watched_loop(void **state)
{
    struct asker asker = {.done = 0};
    struct scene scene;
    int fd;

    (void)state;
    scene_init(&scene, answer_number, NULL);
    fd = rvx_loop_fd(scene.stage.loop);
    assert_true(fd >= 0);
    for (int i = 0; i < 3; i++) {
        asker_start(&asker, &scene.stage, "h4.bench.test");
        while (asker.asking) {
            struct pollfd pfd = {.fd = fd, .events = POLLIN};

            assert_int_equal(poll(&pfd, 1, 20000), 1);
            assert_true(rvx_loop_dispatch(scene.stage.loop) >= 0);
        }
        asker_assert_addr(&asker, "192.0.2.4");
    }
    scene_fini(&scene);
}

static void test_borrowed_loops(void **state)
{
    struct rvx_loop *loops[RVX__LOOPS_MAX + 2], *again;
    struct rvx_resolver *resolver;

    (void)state;
    assert_int_equal(rvx_resolver_new(NULL, &resolver, NULL), 0);
    for (size_t i = 0; i < COUNT_OF(loops); i++) {
        struct rvx__channel *channel;

        assert_int_equal(rvx__resolver_borrow_loop(resolver, &loops[i]), 0);
        assert_int_equal(rvx__channel_get(resolver, loops[i], &channel), 0);
        for (size_t j = 0; j < i; j++)
            assert_ptr_not_equal(loops[i], loops[j]);
    }
    for (size_t i = 0; i < COUNT_OF(loops); i++)
        rvx__resolver_return_loop(resolver, loops[i]);
    assert_int_equal(rvx__resolver_borrow_loop(resolver, &again), 0);
    assert_ptr_equal(again, loops[0]);
    rvx__resolver_return_loop(resolver, again);
    rvx__resolver_return_loop(resolver, NULL);
    rvx_resolver_free(resolver);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_answer),
        cmocka_unit_test(test_one_channel_for_a_loop_and_a_resolver),
        cmocka_unit_test(test_a_thousand_at_once),
        cmocka_unit_test(test_questions_from_inside_of_answers),
        cmocka_unit_test(test_large_datagrams),
        cmocka_unit_test(test_what_is_no_answer_is_dropped),
        cmocka_unit_test(test_a_refused_port),
        cmocka_unit_test(test_a_second_server),
        cmocka_unit_test(test_another_configuration),
        cmocka_unit_test(test_a_watched_loop),
        cmocka_unit_test(test_borrowed_loops),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
