/* test_channel_tcp.c - questions over TCP to a server on the loopback */
#include "support/asker.h"
#include "support/dnsserver.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ASKERS 6

/* What a server does, and what it keeps back. */
struct play {
    struct dnsserver_query *held[ASKERS];
    unsigned held_n;
};

struct scene {
    struct dnsserver *server;
    struct stage stage;
    struct play play;
    struct asker askers[ASKERS];
    unsigned done;
};

static void scene_init(struct scene *scene, dnsserver_fn handle, bool tcp_only)
{
    struct rvx_addr addr;

    memset(scene, 0, sizeof *scene);
    scene->server = dnsserver_start(handle, &scene->play);
    addr = dnsserver_addr(scene->server);
    stage_init(&scene->stage, NULL, &addr);
    scene->stage.view.tcp_only = tcp_only;
}

static void scene_fini(struct scene *scene)
{
    stage_fini(&scene->stage);
    dnsserver_stop(scene->server);
}

/* Asks n questions at once and waits for all. */
static void ask_all(struct scene *scene, unsigned n)
{
    scene->done = 0;
    for (unsigned i = 0; i < n; i++) {
        scene->askers[i].all_done = &scene->done;
        asker_start(&scene->askers[i], &scene->stage, "h1.bench.test");
    }
    stage_wait(&scene->stage, &scene->done, n);
}

static void assert_all(const struct scene *scene, unsigned n, const char *addr)
{
    for (unsigned i = 0; i < n; i++)
        asker_assert_addr(&scene->askers[i], addr);
}

static void truncate_udp(void *arg, struct dnsserver_query *query)
{
    (void)arg;
    if (query->conn == NULL)
        dnsserver_answer(query, 0x0200, "203.0.113.66");
    else
        dnsserver_answer(query, 0, "192.0.2.1");
}

static void test_a_truncated_answer_is_asked_for_again(void **state)
{
    struct scene scene;

    (void)state;
    scene_init(&scene, truncate_udp, false);
    for (int i = 0; i < 3; i++) {
        ask_all(&scene, 1);
        assert_all(&scene, 1, "192.0.2.1");
    }
    assert_int_equal(dnsserver_queries(scene.server), 6);
    assert_int_equal(dnsserver_tcp_queries(scene.server), 3);
    assert_int_equal(dnsserver_conns(scene.server), 1); /* kept */
    assert_int_equal(rvx__stats_read(&scene.stage.resolver->stats, RVX__STAT_TCP), 3);
    scene_fini(&scene);
}

/* Waits for all, and answers the last one first; each has an address of its own. */
static void answer_backwards(void *arg, struct dnsserver_query *query)
{
    struct play *play = arg;

    play->held[play->held_n++] = query;
    while (play->held_n == ASKERS || (play->held_n > 0 && query->number >= ASKERS)) {
        unsigned i = play->held_n;

        for (; i > 0; i--)
            dnsserver_answer(play->held[i - 1], 0, "192.0.2.1");
        play->held_n = 0;
    }
}

static void test_answers_come_in_any_order(void **state)
{
    struct scene scene;

    (void)state;
    scene_init(&scene, answer_backwards, true);
    ask_all(&scene, ASKERS);
    assert_all(&scene, ASKERS, "192.0.2.1");
    assert_int_equal(dnsserver_conns(scene.server), 1);
    assert_int_equal(dnsserver_queries(scene.server), ASKERS);
    scene_fini(&scene);
}

static void answer_in_bytes(void *arg, struct dnsserver_query *query)
{
    uint8_t bytes[512];
    size_t len = dnsserver_make(query, 0, "192.0.2.1", bytes + 2, sizeof bytes - 2);

    (void)arg;
    bytes[0] = (uint8_t)(len >> 8);
    bytes[1] = (uint8_t)len;
    for (size_t i = 0; i < len + 2; i++) {
        dnsserver_send_raw(query, bytes + i, 1);
        usleep(200);
    }
}

/* Two answers in one piece, the second one cut; then the rest. */
static void answer_in_odd_pieces(void *arg, struct dnsserver_query *query)
{
    struct play *play = arg;
    uint8_t bytes[1024];
    size_t len = 0;

    play->held[play->held_n++] = query;
    if (play->held_n < 2)
        return;
    for (unsigned i = 0; i < 2; i++) {
        size_t n = dnsserver_make(play->held[i], 0, "192.0.2.1", bytes + len + 2, sizeof bytes - len - 2);

        bytes[len] = (uint8_t)(n >> 8);
        bytes[len + 1] = (uint8_t)n;
        len += n + 2;
    }
    dnsserver_send_raw(query, bytes, len - 20);
    usleep(5000);
    dnsserver_send_raw(query, bytes + len - 20, 20);
    play->held_n = 0;
}

static void test_answers_in_pieces(void **state)
{
    static const dnsserver_fn handlers[] = {answer_in_bytes, answer_in_odd_pieces};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(handlers); i++) {
        struct scene scene;

        scene_init(&scene, handlers[i], true);
        ask_all(&scene, 2);
        assert_all(&scene, 2, "192.0.2.1");
        assert_int_equal(dnsserver_queries(scene.server), 2);
        scene_fini(&scene);
    }
}

/* Things that are no answer. */
static void send_empty(const struct dnsserver_query *query)
{
    dnsserver_send_raw(query, "\0\0", 2);
}

static void send_short(const struct dnsserver_query *query)
{
    dnsserver_send_raw(query, "\0\4abcd", 6);
}

static void send_stranger(const struct dnsserver_query *query)
{
    uint8_t bytes[512];
    size_t len = dnsserver_make(query, 0, "203.0.113.66", bytes, sizeof bytes);

    bytes[0] ^= 0x5a;
    dnsserver_send(query, bytes, len);
}

static void (*const strays[])(const struct dnsserver_query *query) = {send_empty, send_short, send_stranger};

static void stray_then_answer(void *arg, struct dnsserver_query *query)
{
    void (*const *stray)(const struct dnsserver_query *) = arg;

    (*stray)(query);
    dnsserver_answer(query, 0, "192.0.2.1");
}

/* One of them costs nothing: the answer behind it is taken, on the same connection. */
static void test_strays_are_dropped(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(strays); i++) {
        void (*stray)(const struct dnsserver_query *) = strays[i];
        struct asker asker = {.done = 0};
        struct dnsserver *server = dnsserver_start(stray_then_answer, &stray);
        struct rvx_addr addr = dnsserver_addr(server);
        struct stage stage;

        stage_init(&stage, NULL, &addr);
        stage.view.tcp_only = true;
        asker_start(&asker, &stage, "h1.bench.test");
        asker_wait(&asker, &stage);
        asker_assert_addr(&asker, "192.0.2.1");
        assert_int_equal(dnsserver_queries(server), 1);
        stage_fini(&stage);
        dnsserver_stop(server);
    }
}

/* A connection on which nothing else comes ends, as one does that the server closes. */
static void send_many_strays(const struct dnsserver_query *query)
{
    for (size_t i = 0; i < 9; i++)
        strays[i % COUNT_OF(strays)](query);
}

static void close_at_once(const struct dnsserver_query *query)
{
    dnsserver_hang_up(query, false);
}

static void reset_in_a_message(const struct dnsserver_query *query)
{
    dnsserver_send_raw(query, "\0\100abcdefgh", 10);
    usleep(2000);
    dnsserver_hang_up(query, true);
}

static void (*const endings[])(const struct dnsserver_query *query) = {
    send_many_strays, close_at_once, reset_in_a_message,
};

struct ending {
    void (*end)(const struct dnsserver_query *query);
    unsigned times; /* that it does so, before it answers */
};

static void end_or_answer(void *arg, struct dnsserver_query *query)
{
    const struct ending *ending = arg;

    if (query->number < ending->times)
        ending->end(query);
    else
        dnsserver_answer(query, 0, "192.0.2.1");
}

static void test_connections_that_end(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(endings); i++) {
        for (unsigned times = 1; times < 100; times += 98) {
            struct ending ending = {endings[i], times};
            struct asker asker = {.done = 0};
            struct rvx_addr addr;
            struct stage stage;
            struct dnsserver *server = dnsserver_start(end_or_answer, &ending);

            addr = dnsserver_addr(server);
            stage_init(&stage, NULL, &addr);
            stage.view.tcp_only = true;
            asker_start(&asker, &stage, "h1.bench.test");
            asker_wait(&asker, &stage);
            if (times == 1)
                asker_assert_addr(&asker, "192.0.2.1");
            else
                assert_true(rvx_is_temporary(asker.code));
            assert_true(dnsserver_queries(server) <= 4);
            stage_fini(&stage);
            dnsserver_stop(server);
        }
    }
}

/* Closes every connection right after an answer, as servers do that do not wait. */
static void answer_and_close(void *arg, struct dnsserver_query *query)
{
    (void)arg;
    dnsserver_answer(query, 0, "192.0.2.1");
    dnsserver_hang_up(query, false);
}

/* The second question may meet the end of the first one's connection: that costs it nothing. */
static void test_a_kept_connection_that_ends_is_made_again(void **state)
{
    struct scene scene;

    (void)state;
    scene_init(&scene, answer_and_close, true);
    for (unsigned i = 1; i <= 20; i++) {
        ask_all(&scene, 1);
        assert_all(&scene, 1, "192.0.2.1");
        assert_int_equal(scene.askers[0].ask.query.attempts, 1);
    }
    assert_int_equal(dnsserver_conns(scene.server), 20);
    scene_fini(&scene);
}

/* Of several questions on it, each connection answers one. */
static void test_connections_that_answer_once(void **state)
{
    struct scene scene;

    (void)state;
    scene_init(&scene, answer_and_close, true);
    ask_all(&scene, ASKERS);
    assert_all(&scene, ASKERS, "192.0.2.1");
    scene_fini(&scene);
}

static void test_stopped_questions_leave_the_connection_usable(void **state)
{
    struct scene scene;

    (void)state;
    scene_init(&scene, answer_backwards, true);
    for (unsigned i = 0; i < ASKERS - 1; i++)
        asker_start(&scene.askers[i], &scene.stage, "h1.bench.test");
    while (dnsserver_queries(scene.server) < ASKERS - 1)
        assert_true(rvx_loop_turn(scene.stage.loop, rvx_after(RVX_MILLISECONDS(5))) >= 0);
    for (unsigned i = 0; i < ASKERS - 1; i++) {
        rvx__ask_stop(&scene.askers[i].ask);
        scene.askers[i].asking = false;
    }
    for (int round = 0; round < 3; round++) { /* late answers to what was stopped come first */
        ask_all(&scene, 1);
        assert_all(&scene, 1, "192.0.2.1");
    }
    assert_int_equal(scene.askers[1].done, 0);
    assert_int_equal(dnsserver_conns(scene.server), 1);
    scene_fini(&scene);
}

/* Answers the first question on its first connection and nothing more there, as behind a firewall that has forgotten
 * the connection; all on others. */
static void forget_first(void *arg, struct dnsserver_query *query)
{
    struct play *play = arg;

    if (query->number == 0)
        play->held[0] = query;
    if (query->number == 0 || query->conn != play->held[0]->conn)
        dnsserver_answer(query, 0, "192.0.2.1");
}

/* The second try of a question finds a connection of its own, and so do those who come behind it. */
static void test_a_dead_connection_is_not_used_for_ever(void **state)
{
    struct scene scene;

    (void)state;
    scene_init(&scene, forget_first, true);
    scene.stage.view.timeout = RVX_SECONDS(1);
    ask_all(&scene, 1);
    assert_all(&scene, 1, "192.0.2.1");
    ask_all(&scene, 3);
    assert_all(&scene, 3, "192.0.2.1");
    assert_int_equal(dnsserver_conns(scene.server), 2);
    ask_all(&scene, ASKERS);
    assert_all(&scene, ASKERS, "192.0.2.1");
    assert_int_equal(scene.askers[0].ask.query.attempts, 1);
    assert_int_equal(dnsserver_conns(scene.server), 2);
    scene_fini(&scene);
}

/* The loop goes while a question is on an old connection and on a new one. */
static void test_the_loop_goes_with_two_connections(void **state)
{
    struct asker asker = {.done = 0};
    struct dnsserver *server = dnsserver_start(NULL, NULL);
    struct rvx_addr addr = dnsserver_addr(server);
    struct stage stage;

    (void)state;
    stage_init(&stage, NULL, &addr);
    stage.view.tcp_only = true;
    stage.view.timeout = RVX_MILLISECONDS(50);
    stage.view.attempts = 8;
    asker_start(&asker, &stage, "h1.bench.test");
    while (dnsserver_conns(server) < 2 && !asker.done)
        assert_true(rvx_loop_turn(stage.loop, rvx_after(RVX_MILLISECONDS(5))) >= 0);
    stage_fini(&stage);
    assert_int_equal(asker.code, RVX_ECANCELED);
    dnsserver_stop(server);
}

/* Sends a stray behind every answer. */
static void answer_with_stray(void *arg, struct dnsserver_query *query)
{
    (void)arg;
    dnsserver_answer(query, 0, "192.0.2.1");
    send_stranger(query);
}

/* An answer that was waited for does not make up for a stray. */
static void test_strays_add_up_over_answers(void **state)
{
    struct scene scene;

    (void)state;
    scene_init(&scene, answer_with_stray, true);
    for (unsigned i = 0; i < 12; i++) {
        ask_all(&scene, 1);
        assert_all(&scene, 1, "192.0.2.1");
    }
    assert_true(dnsserver_conns(scene.server) > 1);
    scene_fini(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_truncated_answer_is_asked_for_again),
        cmocka_unit_test(test_a_dead_connection_is_not_used_for_ever),
        cmocka_unit_test(test_the_loop_goes_with_two_connections),
        cmocka_unit_test(test_strays_add_up_over_answers),
        cmocka_unit_test(test_answers_come_in_any_order),
        cmocka_unit_test(test_answers_in_pieces),
        cmocka_unit_test(test_strays_are_dropped),
        cmocka_unit_test(test_connections_that_end),
        cmocka_unit_test(test_a_kept_connection_that_ends_is_made_again),
        cmocka_unit_test(test_connections_that_answer_once),
        cmocka_unit_test(test_stopped_questions_leave_the_connection_usable),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
