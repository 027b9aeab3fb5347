/* test_channel_ports.c - what an attacker has to guess: ports and ids over 10,000 queries
 *
 * Chi-square tests with 64 classes: 63 degrees of freedom, of which a random source exceeds 120 once in 50,000 times.
 */
#include "support/asker.h"
#include "support/dnsserver.h"

#include <stdlib.h>
#include <string.h>

#define QUERIES 10000
#define AT_ONCE 200
#define CLASSES 64
#define CRITICAL 120.0

struct log {
    uint16_t port[QUERIES], id[QUERIES];
};

static void note(void *arg, struct dnsserver_query *query)
{
    struct log *log = arg;

    if (query->number < QUERIES) {
        log->port[query->number] = query->port;
        log->id[query->number] = query->id;
    }
    dnsserver_answer(query, 0, "192.0.2.1");
}

struct run {
    struct stage *stage;
    unsigned started, done;
};

static void ask_next(struct asker *asker)
{
    struct run *run = asker->arg;

    run->done++;
    if (run->started < QUERIES) {
        run->started++;
        asker_start(asker, run->stage, "h1.bench.test");
    }
}

#define FDS_MAX 1024

/* What each socket sent in its life. */
struct tally {
    struct rvx__sockops ops;
    unsigned sockets;
    unsigned most; /* of one socket */
    unsigned sent[FDS_MAX];
};

static int count_socket(void *self, int family, int type, int protocol)
{
    struct tally *tally = self;
    int fd = rvx__sockops_system.socket(NULL, family, type, protocol);

    assert_true(fd >= 0 && fd < FDS_MAX);
    tally->sockets++;
    tally->sent[fd] = 0;
    return fd;
}

static void count_sent(struct tally *tally, int fd, unsigned n)
{
    tally->sent[fd] += n;
    if (tally->sent[fd] > tally->most)
        tally->most = tally->sent[fd];
}

static ssize_t count_send(void *self, int fd, const void *data, size_t len, int flags)
{
    count_sent(self, fd, 1);
    return rvx__sockops_system.send(NULL, fd, data, len, flags);
}

static int count_sendmmsg(void *self, int fd, struct mmsghdr *msgs, unsigned n, int flags)
{
    int sent = rvx__sockops_system.sendmmsg(NULL, fd, msgs, n, flags);

    count_sent(self, fd, sent > 0 ? (unsigned)sent : 0);
    return sent;
}

static double chi_square(const unsigned counts[CLASSES], unsigned n)
{
    double expected = (double)n / CLASSES, sum = 0;

    for (unsigned i = 0; i < CLASSES; i++)
        sum += ((double)counts[i] - expected) * ((double)counts[i] - expected) / expected;
    return sum;
}

static void run_queries(struct log *log, struct tally *tally, unsigned at_once)
{
    struct rvx__resolver_base base = rvx__resolver_base_system;
    struct asker *askers = calloc(at_once, sizeof *askers);
    struct run run = {.done = 0};
    struct dnsserver *server;
    struct rvx_addr addr;
    struct stage stage;

    assert_non_null(askers);
    memset(log, 0, sizeof *log); /* from the start on it is the server's */
    server = dnsserver_start(note, log);
    addr = dnsserver_addr(server);
    *tally = (struct tally){.ops = rvx__sockops_system};
    tally->ops.socket = count_socket;
    tally->ops.send = count_send;
    tally->ops.sendmmsg = count_sendmmsg;
    tally->ops.self = tally;
    base.sockops = &tally->ops;
    stage_init(&stage, &base, &addr);
    run.stage = &stage;
    for (unsigned i = 0; i < at_once; i++) {
        askers[i].then = ask_next;
        askers[i].arg = &run;
        run.started++;
        asker_start(&askers[i], &stage, "h1.bench.test");
    }
    stage_wait(&stage, &run.done, QUERIES);
    stage_fini(&stage);
    assert_true(dnsserver_queries(server) >= QUERIES);
    dnsserver_stop(server);
    free(askers);
}

static void test_many_at_once(void **state)
{
    struct log *log = malloc(sizeof *log);
    unsigned ids[CLASSES] = {0};
    struct tally tally;

    (void)state;
    assert_non_null(log);
    run_queries(log, &tally, AT_ONCE);
    assert_true(tally.sockets >= QUERIES / 32);
    assert_int_equal(tally.most, 32);
    for (unsigned i = 0; i < QUERIES; i++)
        ids[log->id[i] % CLASSES]++;
    assert_true(chi_square(ids, QUERIES) < CRITICAL);
    memset(ids, 0, sizeof ids);
    for (unsigned i = 0; i < QUERIES; i++)
        ids[log->id[i] / 1024]++;
    assert_true(chi_square(ids, QUERIES) < CRITICAL);
    free(log);
}

/* One at a time: each has a socket of its own, and the kernel's choice of ports is spread evenly over its range. */
static void test_one_at_a_time(void **state)
{
    struct log *log = malloc(sizeof *log);
    unsigned counts[CLASSES] = {0}, low = 65535, high = 0;
    struct tally tally;

    (void)state;
    assert_non_null(log);
    run_queries(log, &tally, 1);
    assert_true(tally.sockets >= QUERIES);
    assert_int_equal(tally.most, 1);
    for (unsigned i = 0; i < QUERIES; i++) {
        low = log->port[i] < low ? log->port[i] : low;
        high = log->port[i] > high ? log->port[i] : high;
    }
    assert_true(high - low > 10000);
    for (unsigned i = 0; i < QUERIES; i++)
        counts[(log->port[i] - low) * CLASSES / (high - low + 1)]++;
    assert_true(chi_square(counts, QUERIES) < CRITICAL);
    free(log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_many_at_once),
        cmocka_unit_test(test_one_at_a_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
