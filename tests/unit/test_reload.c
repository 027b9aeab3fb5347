/* test_reload.c - a configuration file that changes is heard of by inotify: each way of changing, and without it */
#include "support/test.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "resolver/resolver.h"
#include "support/etc.h"

/* Less than 5 seconds in all, so that stat(2) has no part in it. */
#define STEP RVX_MILLISECONDS(50)

struct fixture {
    struct etc etc;
    struct rvx_resolver *resolver;
};

static void set_up(struct fixture *f)
{
    memset(f, 0, sizeof *f);
    etc_init(&f->etc);
    f->etc.base.stat_only = false;
    f->resolver = etc_resolver(&f->etc);
}

static void tear_down(struct fixture *f)
{
    rvx_resolver_free(f->resolver);
    etc_fini(&f->etc);
}

/* The last byte of the server in the newest resolv.conf. */
static int server_now(struct fixture *f)
{
    const struct rvx__snapshot *snapshot;
    int server;

    assert_int_equal(rvx__store_get(&f->resolver->store, RVX__DNS_VIEW_NEEDS, &snapshot), 0);
    server = snapshot->dns->servers[0].ip[3];
    rvx__snapshot_unref(snapshot);
    return server;
}

static int server_later(struct fixture *f)
{
    etc_pass(&f->etc, STEP);
    return server_now(f);
}

/* Reads the file, which names server 1, and begins to watch it. */
static void begin(struct fixture *f)
{
    assert_int_equal(server_now(f), 1);
    assert_int_equal(server_later(f), 1);
    assert_true(atomic_load(&f->resolver->store.watch.on));
}

static uint64_t reloads(const struct fixture *f)
{
    struct rvx_resolver_stats stats = RVX_RESOLVER_STATS_INIT;

    assert_int_equal(rvx_resolver_stats(f->resolver, &stats), 0);
    return stats.reloads;
}

static void test_written(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f);
    etc_write(&f.etc, "resolv.conf", "nameserver 192.0.2.1\n");
    begin(&f);
    etc_write(&f.etc, "resolv.conf", "nameserver 192.0.2.2\n"); /* truncated and rewritten, of the same size */
    assert_int_equal(server_now(&f), 1);
    assert_int_equal(server_later(&f), 2);
    etc_replace(&f.etc, "resolv.conf", "nameserver 192.0.2.3\n");
    assert_int_equal(server_later(&f), 3);
    etc_replace(&f.etc, "resolv.conf", "nameserver 192.0.2.4\n");
    assert_int_equal(server_later(&f), 4);
    assert_int_equal(reloads(&f), 3);
    /* Others in the same directory, and nothing at all, are no reason to read. */
    etc_write(&f.etc, "other.conf", "x\n");
    assert_int_equal(server_later(&f), 4);
    assert_int_equal(server_later(&f), 4);
    assert_int_equal(reloads(&f), 3);
    tear_down(&f);
}

static void test_gone_and_back(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f);
    etc_write(&f.etc, "resolv.conf", "nameserver 192.0.2.1\n");
    begin(&f);
    etc_remove(&f.etc, "resolv.conf");
    assert_int_equal(server_later(&f), 1);
    assert_int_equal(reloads(&f), 1);
    etc_write(&f.etc, "resolv.conf", "nameserver 192.0.2.5\n");
    assert_int_equal(server_later(&f), 5);
    tear_down(&f);
}

/* A change between the first reading and the begin of the watching is found by looking. */
static void test_before_watching(void **state)
{
    struct fixture f;

    (void)state;
    set_up(&f);
    etc_write(&f.etc, "resolv.conf", "nameserver 192.0.2.1\n");
    assert_int_equal(server_now(&f), 1);
    assert_false(atomic_load(&f.resolver->store.watch.on));
    etc_replace(&f.etc, "resolv.conf", "nameserver 192.0.2.77\n");
    assert_int_equal(server_later(&f), 77);
    tear_down(&f);
}

/* etc/resolv.conf -> run/current/stub.conf, run/current -> one | two, as systemd and Kubernetes have it. */
static void test_links(void **state)
{
    struct fixture f;
    char one[128], two[128], current[128], next[128], stub[160], conf[128], run[128];
    FILE *file;

    (void)state;
    set_up(&f);
    assert_int_equal(mkdir(etc_path(&f.etc, "run", run), 0700), 0);
    assert_int_equal(mkdir(etc_path(&f.etc, "run/one", one), 0700), 0);
    assert_int_equal(mkdir(etc_path(&f.etc, "run/two", two), 0700), 0);
    etc_write(&f.etc, "run/one/stub.conf", "nameserver 192.0.2.1\n");
    etc_write(&f.etc, "run/two/stub.conf", "nameserver 192.0.2.2\n");
    assert_int_equal(symlink("one", etc_path(&f.etc, "run/current", current)), 0);
    snprintf(stub, sizeof stub, "%s/stub.conf", current);
    assert_int_equal(symlink("./run//current/../current/stub.conf", etc_path(&f.etc, "resolv.conf", conf)), 0);
    begin(&f);
    /* the directory's link is switched */
    assert_int_equal(symlink("two", etc_path(&f.etc, "run/next", next)), 0);
    assert_int_equal(rename(next, current), 0);
    assert_int_equal(server_later(&f), 2);
    /* the file behind the new way is rewritten, the one behind the old way does not matter */
    etc_write(&f.etc, "run/one/stub.conf", "nameserver 192.0.2.9\n");
    assert_int_equal(server_later(&f), 2);
    assert_int_equal(reloads(&f), 1);
    file = fopen(stub, "w");
    assert_non_null(file);
    fputs("nameserver 192.0.2.3\n", file);
    fclose(file);
    assert_int_equal(server_later(&f), 3);
    /* the file's link is switched, to an absolute path */
    assert_int_equal(unlink(conf), 0);
    snprintf(stub, sizeof stub, "%s/stub.conf", one);
    assert_int_equal(symlink(stub, conf), 0);
    assert_int_equal(server_later(&f), 9);
    unlink(conf);
    unlink(current);
    etc_remove(&f.etc, "run/one/stub.conf");
    etc_remove(&f.etc, "run/two/stub.conf");
    assert_int_equal(rmdir(one), 0);
    assert_int_equal(rmdir(two), 0);
    assert_int_equal(rmdir(run), 0);
    tear_down(&f);
}

/* A link into a directory that comes later: seen by inotify where the way ended, then where it leads. */
static void test_directory_comes(void **state)
{
    struct fixture f;
    char conf[128], run[128];

    (void)state;
    set_up(&f);
    assert_int_equal(symlink("run/stub.conf", etc_path(&f.etc, "resolv.conf", conf)), 0);
    begin(&f);
    assert_int_equal(mkdir(etc_path(&f.etc, "run", run), 0700), 0);
    assert_int_equal(server_later(&f), 1);
    etc_write(&f.etc, "run/stub.conf", "nameserver 192.0.2.8\n");
    assert_int_equal(server_later(&f), 8);
    unlink(conf);
    etc_remove(&f.etc, "run/stub.conf");
    assert_int_equal(rmdir(run), 0);
    tear_down(&f);
}

/* A link that leads to itself ends nowhere, soon. */
static void test_circle(void **state)
{
    struct fixture f;
    char conf[128];

    (void)state;
    set_up(&f);
    assert_int_equal(symlink("resolv.conf", etc_path(&f.etc, "resolv.conf", conf)), 0);
    assert_int_equal(server_now(&f), 1); /* the default, 127.0.0.1 */
    assert_int_equal(server_later(&f), 1);
    assert_int_equal(unlink(conf), 0);
    etc_write(&f.etc, "resolv.conf", "nameserver 192.0.2.6\n");
    assert_int_equal(server_later(&f), 6);
    tear_down(&f);
}

/* A forked child leaves its parent's events alone, and goes by stat(2). */
static void test_fork(void **state)
{
    struct fixture f;
    int status = -1;
    pid_t pid;

    (void)state;
    set_up(&f);
    etc_write(&f.etc, "resolv.conf", "nameserver 192.0.2.1\n");
    begin(&f);
    etc_replace(&f.etc, "resolv.conf", "nameserver 192.0.2.22\n");
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        int soon = server_later(&f);

        etc_pass(&f.etc, RVX_SECONDS(5));
        _exit(soon == 1 && server_now(&f) == 22 ? 0 : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
    assert_int_equal(server_later(&f), 22);
    tear_down(&f);
}

#define THREADS 4
#define ROUNDS 200

static atomic_bool stop;

/* Looks on; what it takes is a whole file, one of the two. */
static void *look_on(void *arg)
{
    struct fixture *f = arg;
    const struct rvx__snapshot *snapshot;
    uintptr_t odd = 0;

    while (!atomic_load(&stop)) {
        if (rvx__store_get(&f->resolver->store, RVX__DNS_VIEW_NEEDS, &snapshot) < 0) {
            odd++;
            continue;
        }
        odd += snapshot->dns->servers_n != 2 || snapshot->dns->servers[0].ip[3] + 1 != snapshot->dns->servers[1].ip[3];
        rvx__snapshot_unref(snapshot);
    }
    return (void *)odd;
}

static void test_threads(void **state)
{
    static const char *const texts[] = {"nameserver 192.0.2.1\nnameserver 192.0.2.2\n",
                                        "nameserver 192.0.2.11\nnameserver 192.0.2.12\n"};
    pthread_t threads[THREADS];
    struct fixture f;

    (void)state;
    set_up(&f);
    atomic_store(&stop, false);
    etc_write(&f.etc, "resolv.conf", texts[0]);
    begin(&f);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, look_on, &f), 0);
    for (int i = 1; i <= ROUNDS; i++) {
        etc_replace(&f.etc, "resolv.conf", texts[i % 2]);
        etc_pass(&f.etc, STEP);
    }
    atomic_store(&stop, true);
    for (int i = 0; i < THREADS; i++) {
        void *odd;

        assert_int_equal(pthread_join(threads[i], &odd), 0);
        assert_null(odd);
    }
    etc_replace(&f.etc, "resolv.conf", texts[1]);
    assert_int_equal(server_later(&f), 11);
    tear_down(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_written), cmocka_unit_test(test_gone_and_back),   cmocka_unit_test(test_before_watching),
        cmocka_unit_test(test_links),   cmocka_unit_test(test_directory_comes), cmocka_unit_test(test_circle),
        cmocka_unit_test(test_fork),    cmocka_unit_test(test_threads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
