/* test_backend.c - backends of a program's own: registration, ways to finish, actions, cancel, deadlines, threads */
#include "support/test.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <resolvx/backend.h>

#include "loop/waiter.h"
#include "support/etc.h"
#include "support/fakelibc.h"
#include "support/oom.h"

/* A backend that does as its script says. */
struct actor {
    enum rvx_status status;
    int code;
    const char *addrs; /* separated by blanks; NULL: none */
    uint16_t port;
    rvx_time delay; /* finishes this much later; 0: inside start() */
    bool silent;    /* never finishes */
    struct rvx_request *request;
    struct rvx_op *timer;
    unsigned started, canceled, opened, closed;
    int refuse; /* what open() returns */
    char asked[64];
};

static void finish_actor(struct actor *actor, struct rvx_request *request)
{
    char copy[128], *rest = copy, *word;
    struct rvx_addr addr;

    snprintf(copy, sizeof copy, "%s", actor->addrs != NULL ? actor->addrs : "");
    while ((word = strsep(&rest, " ")) != NULL) {
        if (rvx_addr_parse(word, &addr) == 0)
            rvx_request_add_addr(request, &addr);
    }
    if (actor->port != 0)
        rvx_request_set_port(request, actor->port);
    if (actor->addrs != NULL)
        rvx_request_set_canonical(request, "real.name.");
    rvx_request_finish(request, actor->status, actor->code);
}

static void finish_later(void *arg, int result)
{
    struct actor *actor = arg;

    (void)result;
    actor->timer = NULL;
    finish_actor(actor, actor->request);
}

static void start_actor(void *backend, struct rvx_request *request)
{
    struct actor *actor = backend;

    actor->started++;
    actor->request = request;
    snprintf(actor->asked, sizeof actor->asked, "%s %s %d", rvx_request_name(request), rvx_request_network(request),
             (int)rvx_request_kind(request));
    if (actor->silent)
        return;
    if (actor->delay == 0)
        finish_actor(actor, request);
    else
        assert_int_equal(
            rvx_timer_start(rvx_request_loop(request), rvx_after(actor->delay), finish_later, actor, &actor->timer), 0);
}

static void cancel_actor(void *backend, struct rvx_request *request)
{
    struct actor *actor = backend;

    assert_ptr_equal(actor->request, request);
    rvx_op_cancel(actor->timer);
    actor->timer = NULL;
    actor->canceled++;
}

static int open_actor(void *arg, void **backend, struct rvx_error *err)
{
    struct actor *actor = arg;

    (void)err;
    actor->opened++;
    *backend = actor;
    return actor->refuse;
}

static void close_actor(void *backend)
{
    struct actor *actor = backend;

    actor->closed++;
}

#define ACTOR_OPS(text, more)                                                                       \
    {                                                                                               \
        .abi = RVX_BACKEND_ABI, .name = text, .caps = RVX_BACKEND_HOST | RVX_BACKEND_PORT | (more), \
        .open = open_actor, .start = start_actor, .cancel = cancel_actor, .close = close_actor,     \
    }

static const struct rvx_backend_ops one = ACTOR_OPS("one", 0);
static const struct rvx_backend_ops two = ACTOR_OPS("two", 0);
static const struct rvx_backend_ops three = ACTOR_OPS("three", 0);
static const struct rvx_backend_ops blocking = ACTOR_OPS("blocking", RVX_BACKEND_BLOCKS);
static const struct rvx_backend_ops quick = ACTOR_OPS("quick", RVX_BACKEND_AT_ONCE);

/* "192.0.2.1 2001:db8::1 from SOURCE", or the error's text. */
static const char *look_up(struct rvx_resolver *resolver, const char *network, const char *host,
                           const struct rvx_ctx *ctx)
{
    static char text[512];
    struct rvx_addrs *addrs;
    struct rvx_error err;
    size_t len = 0;
    int rc = rvx_lookup_host(resolver, network, host, ctx, &addrs, &err);

    if (rc < 0) {
        assert_null(addrs);
        assert_int_equal(err.code, rc);
        snprintf(text, sizeof text, "%s", rvx_error_text(&err));
        return text;
    }
    for (size_t i = 0; i < addrs->n; i++) {
        char one_text[RVX_ADDR_STRLEN];

        assert_int_equal(addrs->v[i].port, 0);
        len += (size_t)snprintf(text + len, sizeof text - len, "%s ", rvx_addr_host_text(&addrs->v[i], one_text));
    }
    snprintf(text + len, sizeof text - len, "from %s", addrs->source);
    rvx_addrs_free(addrs);
    return text;
}

static void test_registration(void **state)
{
    static const struct {
        const char *what;
        struct rvx_backend_ops ops;
    } bad[] = {
        {"abi", {.abi = 2, .name = "x", .caps = RVX_BACKEND_HOST, .start = start_actor, .cancel = cancel_actor}},
        {"name", {.abi = 1, .caps = RVX_BACKEND_HOST, .start = start_actor, .cancel = cancel_actor}},
        {"name", {.abi = 1, .name = "", .caps = RVX_BACKEND_HOST, .start = start_actor, .cancel = cancel_actor}},
        {"name", {.abi = 1, .name = "A", .caps = RVX_BACKEND_HOST, .start = start_actor, .cancel = cancel_actor}},
        {"name", {.abi = 1, .name = "a b", .caps = RVX_BACKEND_HOST, .start = start_actor, .cancel = cancel_actor}},
        {"caps", {.abi = 1, .name = "x", .start = start_actor, .cancel = cancel_actor}},
        {"caps",
         {.abi = 1, .name = "x", .caps = RVX_BACKEND_HOST | 1u << 20, .start = start_actor, .cancel = cancel_actor}},
        {"caps",
         {.abi = 1,
          .name = "x",
          .caps = RVX_BACKEND_HOST | RVX_BACKEND_BLOCKS | RVX_BACKEND_AT_ONCE,
          .start = start_actor}},
        {"start", {.abi = 1, .name = "x", .caps = RVX_BACKEND_HOST, .cancel = cancel_actor}},
        {"cancel", {.abi = 1, .name = "x", .caps = RVX_BACKEND_HOST, .start = start_actor}},
    };
    struct etc etc;
    struct rvx_resolver *resolver;
    struct actor actor = {.refuse = -EPERM}, other = {.status = RVX_STATUS_SUCCESS, .addrs = "192.0.2.2"};
    struct rvx_error err;

    (void)state;
    etc_init(&etc);
    etc.opts.host_order = "one";
    resolver = etc_resolver(&etc);
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        assert_int_equal(rvx_resolver_backend(resolver, &bad[i].ops, &actor, &err), RVX_EOPTIONS);
        assert_string_equal(err.what, bad[i].what);
    }
    assert_string_equal(look_up(resolver, "ip", "h", NULL), "lookup h: unknown backend");

    /* One that refuses to open is not registered; a second one of its name replaces the first. */
    assert_int_equal(rvx_resolver_backend(resolver, &one, &actor, &err), -EPERM);
    assert_string_equal(rvx_error_text(&err), "operation not permitted");
    assert_string_equal(look_up(resolver, "ip", "h", NULL), "lookup h: unknown backend");
    actor = (struct actor){.status = RVX_STATUS_SUCCESS, .addrs = "192.0.2.1"};
    assert_int_equal(rvx_resolver_backend(resolver, &one, &actor, NULL), 0);
    assert_string_equal(look_up(resolver, "ip", "h", NULL), "192.0.2.1 from one");
    assert_int_equal(rvx_resolver_backend(resolver, &one, &other, NULL), 0);
    assert_string_equal(look_up(resolver, "ip", "h", NULL), "192.0.2.2 from one");
    assert_int_equal(actor.started, 1);
    assert_int_equal(actor.closed, 0);
    rvx_resolver_free(resolver);
    assert_int_equal(actor.closed, 1);
    assert_int_equal(other.closed, 1);
    etc_fini(&etc);
}

/* A program's "files" takes the place of ours. */
static void test_replacing_builtin(void **state)
{
    static const struct rvx_backend_ops files = ACTOR_OPS("files", RVX_BACKEND_AT_ONCE);
    struct etc etc;
    struct rvx_resolver *resolver;
    struct actor actor = {.status = RVX_STATUS_SUCCESS, .addrs = "192.0.2.9", .port = 99};
    uint16_t port;

    (void)state;
    etc_init(&etc);
    etc_write(&etc, "services", "svc 1/tcp\n");
    etc_write(&etc, "hosts", "192.0.2.1 h\n");
    etc_write(&etc, "nsswitch.conf", "hosts: files\n");
    resolver = etc_resolver(&etc);
    for (int i = 0; i < 20; i++)
        assert_int_equal(rvx_lookup_port(resolver, "tcp", "svc", NULL, &port, NULL), 0);
    assert_int_equal(port, 1);
    assert_string_equal(look_up(resolver, "ip", "h", NULL), "192.0.2.1 from files");
    assert_int_equal(rvx_resolver_backend(resolver, &files, &actor, NULL), 0);
    for (int i = 0; i < 20; i++)
        assert_int_equal(rvx_lookup_port(resolver, "tcp", "svc", NULL, &port, NULL), 0);
    assert_int_equal(port, 99);
    assert_int_equal(actor.started, 20);
    assert_string_equal(actor.asked, "svc tcp 1");
    assert_string_equal(look_up(resolver, "ip6", "h", NULL), "lookup h: no such host");
    assert_string_equal(actor.asked, "h ip6 0");
    rvx_resolver_free(resolver);
    etc_fini(&etc);
}

struct play {
    const char *nsswitch;
    struct actor one, two, three;
    const char *want;
    const char *asked; /* digits of those that were started */
};

static int run_play(struct play play, rvx_time delay)
{
    struct etc etc;
    struct rvx_resolver *resolver;
    char asked[8];
    const char *got;
    int failures = 0;

    etc_init(&etc);
    etc_write(&etc, "nsswitch.conf", play.nsswitch);
    resolver = etc_resolver(&etc);
    play.one.delay = play.two.delay = play.three.delay = delay;
    assert_int_equal(rvx_resolver_backend(resolver, &one, &play.one, NULL), 0);
    assert_int_equal(rvx_resolver_backend(resolver, &two, &play.two, NULL), 0);
    assert_int_equal(rvx_resolver_backend(resolver, &three, &play.three, NULL), 0);
    got = look_up(resolver, "ip", "h", NULL);
    snprintf(asked, sizeof asked, "%s%s%s", play.one.started ? "1" : "", play.two.started ? "2" : "",
             play.three.started ? "3" : "");
    if (strcmp(got, play.want) != 0 || strcmp(asked, play.asked) != 0) {
        print_error("%s: got <%s> %s want <%s> %s\n", play.nsswitch, got, asked, play.want, play.asked);
        failures++;
    }
    rvx_resolver_free(resolver);
    etc_fini(&etc);
    return failures;
}

/* clang-format off */
#define FOUND(text) {.status = RVX_STATUS_SUCCESS, .addrs = text}
#define NOTFOUND {.status = RVX_STATUS_NOTFOUND}
#define UNAVAIL {.status = RVX_STATUS_UNAVAIL}
#define TRYAGAIN {.status = RVX_STATUS_TRYAGAIN}
/* clang-format on */

/* Each play with backends that finish at once, and with ones that take a while. */
static void test_actions(void **state)
{
    static const struct play plays[] = {
        {"hosts: one two three\n", FOUND("192.0.2.1"), NOTFOUND, NOTFOUND, "192.0.2.1 from one", "1"},
        {"hosts: one two three\n", NOTFOUND, UNAVAIL, FOUND("192.0.2.3"), "192.0.2.3 from three", "123"},
        {"hosts: one two three\n", TRYAGAIN, FOUND("192.0.2.2"), NOTFOUND, "192.0.2.2 from two", "12"},
        {"hosts: one [NOTFOUND=return] two three\n", NOTFOUND, FOUND("192.0.2.2"), NOTFOUND, "lookup h: no such host",
         "1"},
        {"hosts: one [NOTFOUND=return] two three\n", UNAVAIL, FOUND("192.0.2.2"), NOTFOUND, "192.0.2.2 from two", "12"},
        {"hosts: one [!UNAVAIL=return] two\n", TRYAGAIN, FOUND("192.0.2.2"), NOTFOUND,
         "lookup h: temporary failure in name resolution", "1"},
        {"hosts: one [UNAVAIL=return] two\n", UNAVAIL, FOUND("192.0.2.2"), NOTFOUND, "lookup h: no source could answer",
         "1"},
        {"hosts: one [SUCCESS=continue] two\n", FOUND("192.0.2.1"), NOTFOUND, NOTFOUND, "lookup h: no such host", "12"},
        {"hosts: one [SUCCESS=continue] two\n", FOUND("192.0.2.1"), FOUND("192.0.2.2"), NOTFOUND, "192.0.2.2 from two",
         "12"},
        {"hosts: one [SUCCESS=merge] two\n", FOUND("192.0.2.1"), FOUND("192.0.2.2 192.0.2.1"), NOTFOUND,
         "192.0.2.1 192.0.2.2 from one", "12"},
        {"hosts: one [SUCCESS=merge] two\n", FOUND("192.0.2.1"), TRYAGAIN, NOTFOUND, "192.0.2.1 from one", "12"},
        {"hosts: one [SUCCESS=merge] two\n", NOTFOUND, FOUND("192.0.2.2"), NOTFOUND, "192.0.2.2 from two", "12"},
        /* which failure is told */
        {"hosts: one two three\n", NOTFOUND, TRYAGAIN, NOTFOUND, "lookup h: temporary failure in name resolution",
         "123"},
        {"hosts: one two three\n", UNAVAIL, UNAVAIL, NOTFOUND, "lookup h: no such host", "123"},
        {"hosts: one two three\n", NOTFOUND, NOTFOUND, UNAVAIL, "lookup h: no source could answer", "123"},
        {"hosts: one two three\n", UNAVAIL, UNAVAIL, UNAVAIL, "lookup h: no source could answer", "123"},
        {"hosts: one two\n",
         {.status = RVX_STATUS_TRYAGAIN, .code = -EMFILE},
         TRYAGAIN,
         NOTFOUND,
         "lookup h: too many open files",
         "12"},
        {"hosts: one two\n",
         {.status = RVX_STATUS_TRYAGAIN, .code = -ENOMEM},
         FOUND("192.0.2.2"),
         NOTFOUND,
         "lookup h: cannot allocate memory",
         "1"},
        {"hosts: one [SUCCESS=merge] two three\n",
         FOUND("192.0.2.1"),
         {.status = RVX_STATUS_TRYAGAIN, .code = -ENOMEM},
         NOTFOUND,
         "lookup h: cannot allocate memory",
         "12"},
        {"hosts: one\n",
         {.status = RVX_STATUS_NOTFOUND, .code = -EACCES},
         NOTFOUND,
         NOTFOUND,
         "lookup h: permission denied",
         "1"},
        /* an answer that is none: no address at all, or with another status */
        {"hosts: one two\n", {.status = RVX_STATUS_SUCCESS}, FOUND("192.0.2.2"), NOTFOUND, "192.0.2.2 from two", "12"},
        {"hosts: one two\n",
         {.status = RVX_STATUS_NOTFOUND, .addrs = "192.0.2.1"},
         NOTFOUND,
         NOTFOUND,
         "lookup h: no such host",
         "12"},
        {"hosts: one [NOTFOUND=return] two\n",
         {.status = RVX_STATUS_SUCCESS},
         FOUND("192.0.2.2"),
         NOTFOUND,
         "lookup h: no such host",
         "1"},
    };
    int failures = 0;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(plays); i++) {
        failures += run_play(plays[i], 0);
        failures += run_play(plays[i], RVX_MILLISECONDS(1));
    }
    assert_int_equal(failures, 0);
}

static void test_families(void **state)
{
    struct etc etc;
    struct rvx_resolver *resolver;
    struct actor actor = FOUND("192.0.2.1 ::ffff:192.0.2.2 2001:db8::1 192.0.2.1 fe80::1%lo");

    (void)state;
    etc_init(&etc);
    etc.opts.host_order = "one";
    resolver = etc_resolver(&etc);
    assert_int_equal(rvx_resolver_backend(resolver, &one, &actor, NULL), 0);
    assert_string_equal(look_up(resolver, "ip", "h", NULL), "192.0.2.1 192.0.2.2 2001:db8::1 fe80::1%lo from one");
    assert_string_equal(look_up(resolver, "", "h", NULL), "192.0.2.1 192.0.2.2 2001:db8::1 fe80::1%lo from one");
    assert_string_equal(actor.asked, "h ip 0");
    assert_string_equal(look_up(resolver, "ip4", "h", NULL), "192.0.2.1 192.0.2.2 from one");
    assert_string_equal(look_up(resolver, "ip6", "h", NULL), "2001:db8::1 fe80::1%lo from one");
    rvx_resolver_free(resolver);
    etc_fini(&etc);
}

static void test_deadline_and_cancel(void **state)
{
    struct etc etc;
    struct rvx_resolver *resolver;
    struct actor actor = {.silent = true};
    struct rvx_ctx ctx = RVX_CTX_INIT;

    (void)state;
    etc_init(&etc);
    etc.opts.host_order = "one";
    resolver = etc_resolver(&etc);
    assert_int_equal(rvx_resolver_backend(resolver, &one, &actor, NULL), 0);
    ctx.deadline = rvx_after(RVX_MILLISECONDS(5));
    assert_string_equal(look_up(resolver, "ip", "h", &ctx), "lookup h: i/o timeout");
    assert_int_equal(actor.canceled, 1);
    ctx.deadline = RVX_NOWAIT;
    assert_string_equal(look_up(resolver, "ip", "h", &ctx), "lookup h: i/o timeout");
    ctx.deadline = 0;
    assert_int_equal(rvx_cancel_new(&ctx.cancel), 0);
    rvx_cancel_fire(ctx.cancel);
    assert_string_equal(look_up(resolver, "ip", "h", &ctx), "lookup h: operation was canceled");
    assert_int_equal(actor.started, actor.canceled);
    rvx_cancel_free(ctx.cancel);

    /* What needs no waiting is found with a deadline that is past, too. */
    actor = (struct actor)FOUND("192.0.2.1");
    ctx = (struct rvx_ctx)RVX_CTX_INIT;
    ctx.deadline = RVX_NOWAIT;
    assert_string_equal(look_up(resolver, "ip", "h", &ctx), "192.0.2.1 from one");
    rvx_resolver_free(resolver);
    etc_fini(&etc);
}

/* Promises that are not kept: a backend that blocks or finishes at once has to finish inside start(). */
static void test_broken_promises(void **state)
{
    struct etc etc;
    struct rvx_resolver *resolver;
    struct actor actor = {.silent = true};

    (void)state;
    etc_init(&etc);
    etc.opts.host_order = "quick,blocking";
    resolver = etc_resolver(&etc);
    assert_int_equal(rvx_resolver_backend(resolver, &quick, &actor, NULL), 0);
    assert_int_equal(rvx_resolver_backend(resolver, &blocking, &actor, NULL), 0);
    assert_string_equal(look_up(resolver, "ip", "h", NULL), "lookup h: internal error");
    assert_int_equal(actor.started, 2);
    rvx_resolver_free(resolver);
    etc_fini(&etc);
}

static void start_own_loop(void *backend, struct rvx_request *request)
{
    struct actor *actor = backend;
    struct rvx_addr addr;
    enum rvx_status status = rvx_request_answer_files(request);

    assert_null(rvx_request_loop(request));
    if (status == RVX_STATUS_SUCCESS) {
        rvx_addr_parse("192.0.2.77", &addr);
        rvx_request_add_addr(request, &addr);
    }
    snprintf(actor->asked, sizeof actor->asked, "%d", (int)rvx_request_answer_builtin(request));
    rvx_request_finish(request, status, 0);
    rvx_request_finish(request, RVX_STATUS_UNAVAIL, 0); /* once is enough: nothing */
}

/* A backend on a worker may use the hosts file of the lookup. */
static void test_files_on_worker(void **state)
{
    static const struct rvx_backend_ops ops = {
        .abi = RVX_BACKEND_ABI,
        .name = "mixed",
        .caps = RVX_BACKEND_HOST | RVX_BACKEND_BLOCKS,
        .start = start_own_loop,
    };
    struct etc etc;
    struct rvx_resolver *resolver;
    struct actor actor = {.silent = false};

    (void)state;
    etc_init(&etc);
    etc_write(&etc, "hosts", "192.0.2.1 h\n");
    etc.opts.host_order = "mixed";
    resolver = etc_resolver(&etc);
    assert_int_equal(rvx_resolver_backend(resolver, &ops, &actor, NULL), 0);
    assert_string_equal(look_up(resolver, "ip", "h", NULL), "192.0.2.1 192.0.2.77 from mixed");
    assert_string_equal(actor.asked, "1");
    assert_string_equal(look_up(resolver, "ip", "x", NULL), "lookup x: no such host");
    rvx_resolver_free(resolver);
    etc_fini(&etc);
}

/* Workers are as many as the options say, and no more. */
struct crowd {
    struct rvx_resolver *resolver;
    pthread_t threads[6];
    atomic_uint found;
};

static void *look_up_slow(void *arg)
{
    struct crowd *crowd = arg;
    struct rvx_addrs *addrs;

    if (rvx_lookup_host(crowd->resolver, "ip", "slow", NULL, &addrs, NULL) == 0)
        crowd->found++;
    rvx_addrs_free(addrs);
    return NULL;
}

static void test_workers_max(void **state)
{
    struct etc etc;
    struct crowd crowd = {.found = 0};

    (void)state;
    etc_init(&etc);
    etc_write(&etc, "nsswitch.conf", "hosts: files libc\n");
    etc.base.libc = fakelibc_open();
    fakelibc_answer("slow", 0, 0, "192.0.2.1");
    etc.opts.host_order = "libc";
    etc.opts.workers_max = 2;
    crowd.resolver = etc_resolver(&etc);
    assert_int_equal(crowd.resolver->options.workers_max, 2);
    fakelibc_hang();
    for (size_t i = 0; i < COUNT_OF(crowd.threads); i++)
        assert_int_equal(pthread_create(&crowd.threads[i], NULL, look_up_slow, &crowd), 0);
    fakelibc_wait_hanging(1);
    usleep(20000);
    assert_true(fakelibc_calls() <= 2);
    fakelibc_let_go();
    for (size_t i = 0; i < COUNT_OF(crowd.threads); i++)
        pthread_join(crowd.threads[i], NULL);
    assert_int_equal(crowd.found, COUNT_OF(crowd.threads));
    assert_int_equal(fakelibc_calls(), COUNT_OF(crowd.threads));
    rvx_resolver_free(crowd.resolver);
    fakelibc_close();
    etc_fini(&etc);
}

static void test_ports(void **state)
{
    struct etc etc;
    struct rvx_resolver *resolver;
    struct actor actor = {.status = RVX_STATUS_SUCCESS, .port = 4242, .delay = RVX_MILLISECONDS(1)};
    uint16_t port;

    (void)state;
    etc_init(&etc);
    etc_write(&etc, "nsswitch.conf", "services: one files\n");
    resolver = etc_resolver(&etc);
    assert_int_equal(rvx_resolver_backend(resolver, &one, &actor, NULL), 0);
    for (int i = 0; i < 20; i++) {
        assert_int_equal(rvx_lookup_port(resolver, "udp6", "SSH", NULL, &port, NULL), 0);
        assert_int_equal(port, 4242);
    }
    assert_string_equal(actor.asked, "SSH udp 1");
    actor.status = RVX_STATUS_UNAVAIL;
    assert_int_equal(rvx_lookup_port(resolver, "tcp", "ssh", NULL, &port, NULL), 0);
    assert_int_equal(port, 22);
    actor.port = 0;
    actor.status = RVX_STATUS_SUCCESS;
    assert_int_equal(rvx_lookup_port(resolver, "tcp", "nosuch", NULL, &port, NULL), RVX_EPORTUNKNOWN);
    rvx_resolver_free(resolver);
    etc_fini(&etc);
}

static void test_no_memory(void **state)
{
    struct etc etc;
    struct rvx_resolver *resolver;
    struct actor actor = FOUND("192.0.2.1");
    unsigned n;

    (void)state;
    etc_init(&etc);
    for (n = 0;; n++) {
        int rc;

        resolver = etc_resolver(&etc);
        memset(&actor, 0, sizeof actor);
        oom_fail_after(n);
        rc = rvx_resolver_backend(resolver, &one, &actor, NULL);
        oom_off();
        rvx_resolver_free(resolver);
        assert_int_equal(actor.opened, actor.closed);
        if (!oom_failed())
            break;
        assert_int_equal(rc, -ENOMEM);
    }
    etc_fini(&etc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_registration),
        cmocka_unit_test(test_replacing_builtin),
        cmocka_unit_test(test_actions),
        cmocka_unit_test(test_families),
        cmocka_unit_test(test_deadline_and_cancel),
        cmocka_unit_test(test_broken_promises),
        cmocka_unit_test(test_files_on_worker),
        cmocka_unit_test(test_workers_max),
        cmocka_unit_test(test_ports),
        cmocka_unit_test(test_no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
