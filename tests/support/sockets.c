/* sockets.c - peers on the loopback, calls that block on threads of their own, and a kernel that fails on demand */
#include "support/test.h"

#include "support/sockets.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "net/conn.h"
#include "net/listener.h"
#include "sock/caps.h"

/* The number of entries of a directory of /proc. */
static unsigned count_entries(const char *path)
{
    DIR *dir = opendir(path);
    unsigned n = 0;

    assert_non_null(dir);
    while (readdir(dir) != NULL)
        n++;
    closedir(dir);
    return n - 2; /* "." and ".." */
}

unsigned count_fds(void)
{
    return count_entries("/proc/self/fd") - 1; /* the directory itself */
}

unsigned count_threads(void)
{
    return count_entries("/proc/self/task");
}

unsigned long count_memory(void)
{
    FILE *stream = fopen("/proc/self/statm", "r");
    unsigned long pages = 0;

    assert_non_null(stream);
    assert_int_equal(fscanf(stream, "%lu", &pages), 1);
    fclose(stream);
    return pages * (unsigned long)sysconf(_SC_PAGESIZE);
}

bool have_ipv6(void)
{
    bool have = rvx__caps_probe(&rvx__sockops_system).ipv6;

    if (!have)
        print_message("# [::1] cannot be bound here: rows with IPv6 are left out\n");
    return have;
}

static bool matches(const char *text, const char *want)
{
    while (*want != '\0') {
        if (*want == '#' && isdigit((unsigned char)*text)) {
            while (isdigit((unsigned char)*text))
                text++;
            want++;
        } else if (*text++ != *want++) {
            return false;
        }
    }
    return *text == '\0';
}

void assert_error(struct rvx_error *err, const char *want)
{
    const char *text = rvx_error_text(err);

    if (!matches(text, want))
        fail_msg("\"%s\" where \"%s\" is wanted", text, want);
}

struct rvx_listener *must_listen(const char *network, const char *address)
{
    struct rvx_listener *listener;
    struct rvx_error err;

    if (rvx_listen(NULL, network, address, NULL, NULL, &listener, &err) < 0)
        fail_msg("%s", rvx_error_text(&err));
    return listener;
}

struct rvx_conn *must_accept(struct rvx_listener *listener)
{
    struct rvx_ctx ctx = rvx_ctx_after(SOON);
    struct rvx_conn *conn;
    struct rvx_error err;

    if (rvx_accept(listener, &ctx, &conn, &err) < 0)
        fail_msg("%s", rvx_error_text(&err));
    return conn;
}

int peer_connect(const struct rvx_addr *addr)
{
    struct sockaddr_storage sa;
    socklen_t len;
    int fd, rc;

    assert_int_equal(rvx_addr_to_sockaddr(addr, &sa, &len), 0);
    fd = socket(sa.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    rc = connect(fd, (struct sockaddr *)&sa, len) == 0 ? fd : -errno;
    if (rc < 0)
        close(fd);
    return rc;
}

struct pair pair_tcp(void)
{
    struct rvx_listener *listener = must_listen("tcp", "127.0.0.1:0");
    struct pair pair;

    pair.peer = peer_connect(rvx_listener_addr(listener, 0));
    assert_true(pair.peer >= 0);
    pair.conn = must_accept(listener);
    rvx_listener_close(listener);
    return pair;
}

struct pair pair_unix(void)
{
    struct rvx_error err;
    struct pair pair;
    int fds[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    pair.peer = fds[1];
    assert_int_equal(rvx_conn_from_fd(fds[0], &pair.conn, &err), 0);
    return pair;
}

void pair_free(struct pair *pair)
{
    rvx_close(pair->conn);
    close(pair->peer);
}

size_t fill_up(struct rvx_conn *conn)
{
    static const char block[65536];
    size_t total = 0, written;

    for (;;) {
        assert_int_equal(rvx_set_write_deadline(conn, rvx_after(RVX_MILLISECONDS(100))), 0);
        int rc = rvx_write(conn, block, sizeof block, &written, NULL);

        total += written;
        if (rc < 0) {
            assert_int_equal(rc, RVX_ETIMEOUT);
            break;
        }
    }
    assert_int_equal(rvx_set_write_deadline(conn, 0), 0);
    return total;
}

static void *run_background(void *arg)
{
    struct background *background = arg;

    background->result = background->call(background->arg);
    background->done = true;
    return NULL;
}

void background_start(struct background *background, int (*call)(void *arg), void *arg)
{
    background->call = call;
    background->arg = arg;
    background->done = false;
    assert_int_equal(pthread_create(&background->thread, NULL, run_background, background), 0);
}

int background_join(struct background *background)
{
    assert_int_equal(pthread_join(background->thread, NULL), 0);
    return background->result;
}

static unsigned count_parked(struct rvx__netfd *netfd)
{
    unsigned n = 0;

    pthread_mutex_lock(&netfd->mutex);
    for (unsigned i = 0; i < RVX__NETFD_SIDES; i++) {
        const struct rvx__link *calls = &netfd->sides[i].calls;

        for (struct rvx__link *link = calls->next; link != calls; link = link->next)
            n += RVX__OWNER(link, struct rvx__netfd_call, link)->waiter != NULL;
    }
    pthread_mutex_unlock(&netfd->mutex);
    return n;
}

void await_parked(struct rvx__netfd *netfd, unsigned n)
{
    rvx_time deadline = rvx_after(SOON);

    while (count_parked(netfd) != n) {
        assert_true(rvx_now() < deadline);
        sleep_ms(1);
    }
}

void await_flag(const atomic_bool *flag)
{
    rvx_time deadline = rvx_after(SOON);

    while (!*flag) {
        assert_true(rvx_now() < deadline);
        sleep_ms(1);
    }
}

void await_count(const atomic_uint *count, unsigned least)
{
    rvx_time deadline = rvx_after(SOON);

    while (*count < least) {
        assert_true(rvx_now() < deadline);
        sleep_ms(1);
    }
}

void place_init(struct place *place, const char *file, const char *text)
{
    FILE *stream;

    strcpy(place->dir, "net-XXXXXX");
    assert_non_null(mkdtemp(place->dir));
    snprintf(place->path, sizeof place->path, "%s/%s", place->dir, file);
    if (text == NULL)
        return;
    stream = fopen(place->path, "w");
    assert_non_null(stream);
    assert_true(fputs(text, stream) >= 0);
    assert_int_equal(fclose(stream), 0);
}

void place_fini(struct place *place)
{
    unlink(place->path);
    assert_int_equal(rmdir(place->dir), 0);
}

struct rvx_resolver *resolver_of_hosts(struct place *place, const char *hosts)
{
    struct rvx_resolver_opts opts = {.size = sizeof opts, .host_order = "files"};
    struct rvx_resolver *resolver;

    place_init(place, "hosts", hosts);
    opts.etc_dir = place->dir;
    assert_int_equal(rvx_resolver_new(&opts, &resolver, NULL), 0);
    return resolver;
}

void sleep_ms(unsigned ms)
{
    struct timespec time = {ms / 1000, (long)(ms % 1000) * 1000000};

    while (nanosleep(&time, &time) < 0 && errno == EINTR)
        continue;
}

void await_threads(unsigned n)
{
    rvx_time deadline = rvx_after(SOON);

    while (count_threads() > n) {
        assert_true(rvx_now() < deadline);
        sleep_ms(1);
    }
}

static int do_nothing(void *arg)
{
    (void)arg;
    return 0;
}

int start_a_thread(void **state)
{
    struct background background;

    (void)state;
    background_start(&background, do_nothing, NULL);
    return background_join(&background);
}

/* Shall this call fail?  name: what it is. */
static bool is_victim(struct faults *faults, const char *name)
{
    bool victim;

    pthread_mutex_lock(&faults->mutex);
    victim = faults->calls == faults->nth;
    faults->calls++;
    if (faults->script != NULL && strcmp(faults->script, name) == 0 && faults->codes_n > 0) {
        faults->codes_n--;
        faults->code = *faults->codes++;
        victim = faults->code != 0;
    }
    if (victim)
        faults->failed = name;
    pthread_mutex_unlock(&faults->mutex);
    return victim;
}

#define SYSTEM rvx__sockops_system

static int fault_socket(void *self, int family, int type, int protocol)
{
    struct faults *faults = self;

    return is_victim(faults, "socket") ? faults->code : SYSTEM.socket(NULL, family, type, protocol);
}

static int fault_bind(void *self, int fd, const struct sockaddr *sa, socklen_t len)
{
    struct faults *faults = self;

    return is_victim(faults, "bind") ? faults->code : SYSTEM.bind(NULL, fd, sa, len);
}

static int fault_listen(void *self, int fd, int backlog)
{
    struct faults *faults = self;

    faults->backlog = backlog;
    return is_victim(faults, "listen") ? faults->code : SYSTEM.listen(NULL, fd, backlog);
}

static int fault_accept(void *self, int fd, struct sockaddr *sa, socklen_t *len)
{
    struct faults *faults = self;

    faults->accepts++;
    return is_victim(faults, "accept4") ? faults->code : SYSTEM.accept(NULL, fd, sa, len);
}

static int fault_getsockname(void *self, int fd, struct sockaddr *sa, socklen_t *len)
{
    struct faults *faults = self;

    return is_victim(faults, "getsockname") ? faults->code : SYSTEM.getsockname(NULL, fd, sa, len);
}

static int fault_setsockopt(void *self, int fd, int level, int name, const void *value, socklen_t len)
{
    struct faults *faults = self;

    return is_victim(faults, "setsockopt") ? faults->code : SYSTEM.setsockopt(NULL, fd, level, name, value, len);
}

static ssize_t fault_recv(void *self, int fd, void *data, size_t len, int flags)
{
    struct faults *faults = self;

    return is_victim(faults, "read") ? faults->code : SYSTEM.recv(NULL, fd, data, len, flags);
}

static ssize_t fault_send(void *self, int fd, const void *data, size_t len, int flags)
{
    struct faults *faults = self;

    return is_victim(faults, "write") ? faults->code : SYSTEM.send(NULL, fd, data, len, flags);
}

static int fault_shutdown(void *self, int fd, int how)
{
    struct faults *faults = self;

    return is_victim(faults, "shutdown") ? faults->code : SYSTEM.shutdown(NULL, fd, how);
}

void faults_init(struct faults *faults)
{
    *faults = (struct faults){.ops = rvx__sockops_system, .nth = -1, .mutex = PTHREAD_MUTEX_INITIALIZER};
    faults->ops.socket = fault_socket;
    faults->ops.bind = fault_bind;
    faults->ops.listen = fault_listen;
    faults->ops.accept = fault_accept;
    faults->ops.getsockname = fault_getsockname;
    faults->ops.setsockopt = fault_setsockopt;
    faults->ops.recv = fault_recv;
    faults->ops.send = fault_send;
    faults->ops.shutdown = fault_shutdown;
    faults->ops.self = faults;
}

/* Polls in pieces of at most 2 ms and looks at the flag in between. */
static int toy_wait(void *self, struct pollfd *fds, unsigned n, rvx_time deadline)
{
    struct toy *toy = self;
    int ready = toy->fail;

    toy->waits++;
    while (ready == 0 && !atomic_exchange(&toy->woken, false) && rvx_now() < deadline) {
        ready = poll(fds, n, 2);
        if (ready < 0)
            ready = errno == EINTR ? 0 : -errno;
    }
    return ready;
}

static void *toy_current(void *self)
{
    return self;
}

static void toy_wake(void *self, void *who)
{
    struct toy *toy = self;

    (void)who;
    toy->wakes++;
    toy->woken = true;
}

static void toy_forget(void *self, int fd)
{
    struct toy *toy = self;

    (void)fd;
    toy->forgets++;
}

void toy_init(struct toy *toy)
{
    *toy = (struct toy){.waiter = {sizeof toy->waiter, toy, toy_wait, toy_current, toy_wake, toy_forget}};
}
