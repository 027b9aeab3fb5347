/* test_snapshot.c - configuration files: read when needed, again when changed, kept while held, shared by threads */
#include "support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "resolver/snapshot.h"
#include "support/etc.h"
#include "support/oom.h"

#define HOSTS RVX__CONF_BIT(RVX__CONF_HOSTS)
#define SERVICES RVX__CONF_BIT(RVX__CONF_SERVICES)
#define NSSWITCH RVX__CONF_BIT(RVX__CONF_NSSWITCH)
#define DB RVX__CONF_BIT(RVX__CONF_SERVICES_DB)

struct fixture {
    struct etc etc;
    char log[4096];
    struct rvx_resolver *resolver;
    struct rvx__store *store;
};

static void keep_log(void *arg, enum rvx_log_level level, const char *text)
{
    struct fixture *f = arg;
    size_t len = strlen(f->log);

    snprintf(f->log + len, sizeof f->log - len, "%d %s\n", (int)level, text);
}

static void set_up(struct fixture *f)
{
    memset(f, 0, sizeof *f);
    etc_init(&f->etc);
    f->etc.opts.log = keep_log;
    f->etc.opts.log_arg = f;
    f->etc.opts.log_level = RVX_LOG_INFO;
    f->resolver = etc_resolver(&f->etc);
    f->store = &f->resolver->store;
}

static void tear_down(struct fixture *f)
{
    rvx_resolver_free(f->resolver);
    etc_fini(&f->etc);
}

static const struct rvx__snapshot *get(struct fixture *f, unsigned need)
{
    const struct rvx__snapshot *snapshot;

    assert_int_equal(rvx__store_get(f->store, need, &snapshot), 0);
    assert_int_equal(snapshot->have & need, need);
    return snapshot;
}

/* The port of "svc" in the newest services file; 0: not there; negative: why it cannot be read. */
static int port_in(const struct rvx__snapshot *snapshot)
{
    struct rvx__service service;
    int rc = rvx__conffile_find_service(snapshot->file[RVX__CONF_SERVICES], rvx__view_text("svc"),
                                        rvx__view_text("tcp"), &service);

    if (rc == RVX_EPORTUNKNOWN)
        return 0;
    return rc < 0 ? rc : service.port;
}

static int port_now(struct fixture *f)
{
    const struct rvx__snapshot *snapshot = get(f, SERVICES);
    int port = port_in(snapshot);

    rvx__snapshot_unref(snapshot);
    return port;
}

static int port_later(struct fixture *f)
{
    etc_pass(&f->etc, RVX_SECONDS(5));
    return port_now(f);
}

static void test_first_need(void **state)
{
    struct fixture f;
    const struct rvx__snapshot *snapshot;

    (void)state;
    set_up(&f);
    etc_write(&f.etc, "services", "svc 1/tcp\n");
    snapshot = get(&f, 0);
    assert_int_equal(snapshot->have, 0);
    rvx__snapshot_unref(snapshot);
    snapshot = get(&f, SERVICES);
    assert_int_equal(snapshot->have, SERVICES);
    assert_false(snapshot->file[RVX__CONF_SERVICES]->is_table);
    assert_int_equal(port_in(snapshot), 1);

    /* The older one stays as it was when more is read. */
    rvx__snapshot_unref(get(&f, NSSWITCH | DB));
    assert_int_equal(snapshot->have, SERVICES);
    assert_null(snapshot->file[RVX__CONF_NSSWITCH]);
    rvx__snapshot_unref(snapshot);
    snapshot = get(&f, 0);
    assert_int_equal(snapshot->have, SERVICES | NSSWITCH | DB);
    assert_true(snapshot->file[RVX__CONF_NSSWITCH]->is_table);
    assert_false(snapshot->file[RVX__CONF_SERVICES_DB]->stamp.exists);
    rvx__snapshot_unref(snapshot);
    tear_down(&f);
}

static void test_five_seconds(void **state)
{
    struct fixture f;
    const struct rvx__snapshot *held;

    (void)state;
    set_up(&f);
    etc_write(&f.etc, "services", "svc 1/tcp\n");
    held = get(&f, SERVICES);
    etc_write(&f.etc, "services", "svc 22/tcp\n");
    assert_int_equal(port_now(&f), 1);
    etc_pass(&f.etc, RVX_SECONDS(5) - 1);
    assert_int_equal(port_now(&f), 1);
    assert_false(rvx__store_is_due(f.store));
    etc_pass(&f.etc, 1);
    assert_true(rvx__store_is_due(f.store));
    assert_int_equal(port_now(&f), 22);
    assert_int_equal(port_in(held), 1);
    assert_non_null(strstr(f.log, "services: read again"));
    rvx__snapshot_unref(held);

    /* Nothing changed: nothing is read. */
    f.log[0] = '\0';
    assert_int_equal(port_later(&f), 22);
    assert_string_equal(f.log, "");
    tear_down(&f);
}

static void set_mtime(struct fixture *f, const char *name, time_t seconds)
{
    const struct timespec times[2] = {{.tv_sec = seconds}, {.tv_sec = seconds}};
    char path[128];

    assert_int_equal(utimensat(AT_FDCWD, etc_path(&f->etc, name, path), times, 0), 0);
}

static void test_ways_to_change(void **state)
{
    struct fixture f;
    char path[128], other[128];

    (void)state;
    set_up(&f);
    assert_int_equal(port_now(&f), 0); /* not there: empty */
    etc_write(&f.etc, "services", "svc 1/tcp\n");
    assert_int_equal(port_later(&f), 1);
    etc_replace(&f.etc, "services", "svc 2/tcp\n");
    assert_int_equal(port_later(&f), 2);
    etc_write(&f.etc, "services", "");
    assert_int_equal(port_later(&f), 0);
    etc_write(&f.etc, "services", "svc 3/tcp\n");
    assert_int_equal(port_later(&f), 3);

    /* The same mtime: first another size, then the same size too, which only ctime tells. */
    set_mtime(&f, "services", 1000000);
    assert_int_equal(port_later(&f), 3);
    etc_write(&f.etc, "services", "svc 44/tcp\n");
    set_mtime(&f, "services", 1000000);
    assert_int_equal(port_later(&f), 44);
    usleep(20000); /* ctime has the kernel's tick */
    etc_write(&f.etc, "services", "svc 55/tcp\n");
    set_mtime(&f, "services", 1000000);
    assert_int_equal(port_later(&f), 55);

    /* A symbolic link that is switched over. */
    etc_write(&f.etc, "a", "svc 6/tcp\n");
    etc_write(&f.etc, "b", "svc 7/tcp\n");
    etc_remove(&f.etc, "services");
    assert_int_equal(port_later(&f), 0);
    assert_int_equal(symlink("a", etc_path(&f.etc, "services", path)), 0);
    assert_int_equal(port_later(&f), 6);
    assert_int_equal(symlink("b", etc_path(&f.etc, "link", other)), 0);
    assert_int_equal(rename(other, path), 0);
    assert_int_equal(port_later(&f), 7);
    tear_down(&f);
}

static int count_lines(const char *text, const char *part)
{
    int n = 0;

    while ((text = strstr(text, part)) != NULL) {
        n++;
        text++;
    }
    return n;
}

/* A directory in the place of a file: unreadable for root too. */
static void test_unreadable(void **state)
{
    struct fixture f;
    char path[128];

    (void)state;
    set_up(&f);
    assert_int_equal(mkdir(etc_path(&f.etc, "services", path), 0700), 0);
    assert_int_equal(port_now(&f), -EISDIR);
    assert_int_equal(port_later(&f), -EISDIR);
    assert_int_equal(port_later(&f), -EISDIR);
    assert_int_equal(count_lines(f.log, "is a directory"), 1);
    rmdir(path);
    etc_write(&f.etc, "services", "svc 1/tcp\n");
    assert_int_equal(port_later(&f), 1);

    /* What there was is kept. */
    etc_remove(&f.etc, "services");
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(port_later(&f), 1);
    assert_int_equal(port_later(&f), 1);
    assert_int_equal(count_lines(f.log, "is a directory"), 2);
    rmdir(path);
    etc_write(&f.etc, "services", "svc 2/tcp\n");
    assert_int_equal(port_later(&f), 2);
    tear_down(&f);
}

static void test_odd_files(void **state)
{
    struct fixture f;
    char path[128];

    (void)state;
    set_up(&f);
    assert_int_equal(symlink("/dev/null", etc_path(&f.etc, "services", path)), 0);
    assert_int_equal(port_now(&f), 0);
    unlink(path);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(port_later(&f), 0); /* nobody writes: empty, and no waiting */
    unlink(path);
    etc_write(&f.etc, "services", "svc 1/tcp\n");
    assert_int_equal(truncate(path, (off_t)RVX__CONFFILE_MAX + 1), 0);
    assert_int_equal(port_later(&f), 0); /* too large: the empty one is kept */
    assert_non_null(strstr(f.log, "file too large"));
    tear_down(&f);
}

/* Without descriptors a file cannot be read, and is tried again at once when there are some. */
static void test_no_descriptors(void **state)
{
    struct fixture f;
    struct rlimit all, none;
    int port;

    (void)state;
    set_up(&f);
    etc_write(&f.etc, "services", "svc 1/tcp\n");
    getrlimit(RLIMIT_NOFILE, &all);
    none = all;
    none.rlim_cur = 0;
    setrlimit(RLIMIT_NOFILE, &none);
    port = port_now(&f);
    setrlimit(RLIMIT_NOFILE, &all);
    assert_int_equal(port, -EMFILE);
    assert_int_equal(port_now(&f), 1);
    etc_write(&f.etc, "services", "svc 22/tcp\n");
    etc_pass(&f.etc, RVX_SECONDS(5));
    setrlimit(RLIMIT_NOFILE, &none);
    port = port_now(&f);
    setrlimit(RLIMIT_NOFILE, &all);
    assert_int_equal(port, 1);
    assert_int_equal(port_now(&f), 22);
    tear_down(&f);
}

static bool is_table(struct fixture *f, enum rvx__conf conf)
{
    const struct rvx__snapshot *snapshot = get(f, RVX__CONF_BIT(conf));
    bool table = snapshot->file[conf]->is_table;

    rvx__snapshot_unref(snapshot);
    return table;
}

static void test_settle(void **state)
{
    struct fixture f;
    const struct rvx__snapshot *snapshot;

    (void)state;
    set_up(&f);
    etc_write(&f.etc, "services", "svc 1/tcp\nodd line\n");
    for (int i = 0; i < RVX__STORE_SCANS_MAX; i++) {
        rvx__store_settle(f.store, RVX__CONF_SERVICES);
        assert_false(is_table(&f, RVX__CONF_SERVICES));
        assert_int_equal(port_now(&f), 1);
    }
    assert_null(strstr(f.log, "services:2"));
    rvx__store_settle(f.store, RVX__CONF_SERVICES);
    assert_true(is_table(&f, RVX__CONF_SERVICES));
    assert_int_equal(port_now(&f), 1);
    assert_non_null(strstr(f.log, "services:2"));

    /* Once a table, it is one again after a change. */
    etc_write(&f.etc, "services", "svc 2/tcp\n");
    assert_int_equal(port_later(&f), 2);
    assert_true(is_table(&f, RVX__CONF_SERVICES));
    snapshot = get(&f, SERVICES | NSSWITCH);
    assert_ptr_equal(snapshot->ports_at_once, &snapshot->file[RVX__CONF_SERVICES]->services);
    rvx__snapshot_unref(snapshot);

    /* The short cut closes when nsswitch.conf puts something else in between. */
    etc_write(&f.etc, "nsswitch.conf", "services: nis files\n");
    etc_pass(&f.etc, RVX_SECONDS(5));
    snapshot = get(&f, SERVICES | NSSWITCH);
    assert_null(snapshot->ports_at_once);
    assert_int_equal(snapshot->ports.n, 3);
    rvx__snapshot_unref(snapshot);
    tear_down(&f);
}

static void test_forget(void **state)
{
    struct fixture f;
    const struct rvx__snapshot *snapshot;

    (void)state;
    set_up(&f);
    etc_write(&f.etc, "services", "svc 1/tcp\n");
    assert_int_equal(port_now(&f), 1);
    rvx__store_forget(f.store);
    snapshot = get(&f, 0);
    assert_int_equal(snapshot->have, 0);
    rvx__snapshot_unref(snapshot);
    assert_int_equal(port_now(&f), 1);
    tear_down(&f);
}

static void test_no_memory(void **state)
{
    struct fixture f;
    unsigned n;

    (void)state;
    set_up(&f);
    etc_write(&f.etc, "services", "svc 1/tcp\n");
    etc_write(&f.etc, "nsswitch.conf", "hosts: files dns\nservices: db files\n");
    for (n = 0;; n++) {
        const struct rvx__snapshot *snapshot;
        int rc;

        rvx__store_forget(f.store);
        oom_fail_after(n);
        rc = rvx__store_get(f.store, SERVICES | NSSWITCH | HOSTS, &snapshot);
        oom_off();
        if (!oom_failed()) {
            assert_int_equal(rc, 0);
            rvx__snapshot_unref(snapshot);
            break;
        }
        assert_int_equal(rc, -ENOMEM);
        assert_null(snapshot);
    }
    assert_true(n > 5);

    /* Reading again: the old contents are kept, and the next lookup tries again. */
    for (n = 0;; n++) {
        int port;

        etc_write(&f.etc, "services", n % 2 ? "svc 1/tcp\n" : "svc 22/tcp\n");
        etc_pass(&f.etc, RVX_SECONDS(5));
        oom_fail_after(n);
        port = port_now(&f);
        oom_off();
        if (!oom_failed())
            break;
        assert_int_equal(port, n % 2 ? 22 : 1);
        assert_int_equal(port_now(&f), n % 2 ? 1 : 22);
    }
    assert_true(n >= 2);
    tear_down(&f);
}

#define THREADS 8
#define ROUNDS 300

struct sharing {
    struct fixture *f;
    atomic_bool end;
    atomic_uint bad;
};

/* The file always has one and the same port twice. */
static void *look_up(void *arg)
{
    struct sharing *sharing = arg;

    while (!sharing->end) {
        const struct rvx__snapshot *snapshot;
        struct rvx__service tcp, udp;
        struct rvx__conffile *file;

        if (rvx__store_get(sharing->f->store, SERVICES | NSSWITCH, &snapshot) < 0) {
            sharing->bad++;
            continue;
        }
        file = snapshot->file[RVX__CONF_SERVICES];
        if (rvx__conffile_find_service(file, rvx__view_text("svc"), rvx__view_text("tcp"), &tcp) < 0 ||
            rvx__conffile_find_service(file, rvx__view_text("alias"), rvx__view_text("udp"), &udp) < 0 ||
            tcp.port != udp.port)
            sharing->bad++;
        rvx__snapshot_unref(snapshot);
        rvx__store_settle(sharing->f->store, RVX__CONF_SERVICES);
    }
    return NULL;
}

static void ignore_log(void *arg, enum rvx_log_level level, const char *text)
{
    (void)arg;
    (void)level;
    (void)text;
}

static void test_threads(void **state)
{
    struct fixture f;
    struct sharing sharing = {.f = &f};
    pthread_t threads[THREADS];

    (void)state;
    set_up(&f);
    f.resolver->options.log.write = ignore_log;
    etc_write(&f.etc, "services", "svc 1/tcp\nalias 1/udp\n");
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, look_up, &sharing), 0);
    for (int i = 1; i <= ROUNDS; i++) {
        char text[64];

        snprintf(text, sizeof text, "svc %d/tcp\nx %d/udp alias\n", i, i);
        etc_replace(&f.etc, "services", text);
        etc_pass(&f.etc, RVX_SECONDS(5));
        if (i % 50 == 0)
            rvx__store_forget(f.store);
    }
    sharing.end = true;
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(sharing.bad, 0);
    assert_int_equal(port_later(&f), ROUNDS);
    tear_down(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_first_need), cmocka_unit_test(test_five_seconds), cmocka_unit_test(test_ways_to_change),
        cmocka_unit_test(test_unreadable), cmocka_unit_test(test_odd_files),    cmocka_unit_test(test_no_descriptors),
        cmocka_unit_test(test_settle),     cmocka_unit_test(test_forget),       cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_threads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
