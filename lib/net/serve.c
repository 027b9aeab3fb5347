/* serve.c - rvx_serve(): an accept loop with a bound, a back-off and an orderly end
 *
 * One task for each connection: the connection, and the handler that runs for it on a thread it has to itself, or
 * wherever opts->executor runs things. The loop waits for room before it accepts, so clients over the limit wait in the
 * kernel's queue and not in ours. All its waiting is done inside the listener's netfd, which a finishing task pokes:
 * closing the listener, the context and a free place all end the same wait.
 *
 * At the end the listener is closed first. Then tasks get their time; those that still run get their connections closed
 * under them, which ends every call they are blocked in. What a handler does besides cannot be ended by
 * anybody: rvx_serve() waits for it.
 */
#include <config.h>

#include <errno.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/list.h"
#include "base/mem.h"
#include "base/opts.h"
#include "net/accept.h"
#include "net/conn.h"
#include "net/listener.h"
#include "net/threads.h"

#define DEFAULT_MAX_CONNS 1000
#define DEFAULT_DRAIN RVX_SECONDS(30)
#define DEFAULT_STACK_SIZE ((size_t)128 * 1024)

#define PAUSE_FIRST RVX_MILLISECONDS(5)
#define PAUSE_LAST RVX_MILLISECONDS(640)

struct serve {
    struct rvx_listener *listener;
    rvx_handler_fn handler;
    void *arg;
    const struct rvx_ctx *ctx;
    struct rvx_serve_opts opts;
    struct rvx__threads threads;
    struct rvx_executor executor;
    struct rvx__netfd gate; /* guards no descriptor: what the end waits in, when the listener is closed */
    pthread_mutex_t mutex;  /* over the rest; taken before the mutex of a netfd */
    struct rvx__link tasks; /* whose connections may be closed */
    unsigned running;       /* tasks that may still touch this */
};

/* One connection and its handler. */
struct task {
    struct rvx__link link;
    struct serve *serve;
    struct rvx_conn *conn;
};

static void add_task(struct serve *serve, struct task *task)
{
    pthread_mutex_lock(&serve->mutex);
    rvx__list_append(&serve->tasks, &task->link);
    serve->running++;
    pthread_mutex_unlock(&serve->mutex);
}

/* From here on nobody closes the task's connection but the task. */
static void unlist_task(struct serve *serve, struct task *task)
{
    pthread_mutex_lock(&serve->mutex);
    rvx__link_remove(&task->link);
    pthread_mutex_unlock(&serve->mutex);
}

/* The last thing a task does: once the mutex is unlocked, `serve` may be gone. The poke ends a wait for room and, as a
 * descriptor is free now, a back-off of rvx_accept(); an accept that waits for a client is not disturbed. */
static void end_task(struct serve *serve)
{
    pthread_mutex_lock(&serve->mutex);
    serve->running--;
    rvx__netfd_poke(&serve->listener->netfd);
    rvx__netfd_poke(&serve->gate);
    pthread_mutex_unlock(&serve->mutex);
}

static void run_task(void *arg)
{
    struct task *task = arg;
    struct serve *serve = task->serve;

    serve->handler(serve->arg, task->conn);
    unlist_task(serve, task);
    rvx_close(task->conn);
    rvx__free(task);
    end_task(serve);
}

static unsigned count_running(struct serve *serve)
{
    unsigned running;

    pthread_mutex_lock(&serve->mutex);
    running = serve->running;
    pthread_mutex_unlock(&serve->mutex);
    return running;
}

/* Waits until there is room for one more. A task that ends between the counting and the pause has poked already. */
static int wait_room(struct serve *serve)
{
    struct rvx__netfd *netfd = &serve->listener->netfd;
    struct rvx__netfd_call call;
    int rc;

    if (count_running(serve) < serve->opts.max_conns)
        return 0;
    rc = rvx__netfd_enter(netfd, RVX__NETFD_PIN, serve->ctx, &call);
    while (rc == 0 && count_running(serve) >= serve->opts.max_conns)
        rc = rvx__netfd_pause(netfd, &call, RVX_FOREVER);
    rvx__netfd_leave(netfd, &call);
    return rc;
}

/* Waits until `until` or the end of a task. */
static int pause_serving(struct serve *serve, rvx_time until)
{
    struct rvx__netfd *netfd = &serve->listener->netfd;
    struct rvx__netfd_call call;
    int rc = rvx__netfd_enter(netfd, RVX__NETFD_PIN, serve->ctx, &call);

    if (rc == 0)
        rc = rvx__netfd_pause(netfd, &call, until);
    rvx__netfd_leave(netfd, &call);
    return rc;
}

static int start_task(struct serve *serve, struct rvx_conn *conn)
{
    struct task *task = rvx__calloc(1, sizeof *task);
    int rc;

    if (task == NULL)
        return -ENOMEM;
    task->serve = serve;
    task->conn = conn;
    add_task(serve, task);
    rc = serve->executor.start(serve->executor.self, run_task, task, serve->opts.stack_size);
    if (rc == 0)
        return 0;
    unlist_task(serve, task);
    rvx__free(task);
    end_task(serve);
    return rc;
}

static void report(struct serve *serve, int code, const char *what)
{
    const struct rvx__listener_socket *socket = serve->listener->sockets[0];
    char addr[RVX_ADDR_STRLEN];
    struct rvx_error err;

    if (serve->opts.failed == NULL)
        return;
    rvx__error_syscall(&err, code, what);
    rvx__error_op(&err, code, "serve", socket->network, NULL, rvx_addr_text(&socket->addr, addr));
    serve->opts.failed(serve->arg, &err);
}

/* Starts a task, as often as it takes: that there is no thread to be had passes. */
static int insist_task(struct serve *serve, struct rvx_conn *conn)
{
    rvx_time pause = PAUSE_FIRST;
    int rc, code;

    code = start_task(serve, conn);
    if (code < 0)
        report(serve, code, "thread");
    while (code < 0) {
        rc = pause_serving(serve, rvx_after(pause));
        if (rc < 0)
            return rc;
        pause = 2 * pause < PAUSE_LAST ? 2 * pause : PAUSE_LAST;
        code = start_task(serve, conn);
    }
    return 0;
}

/* Serves one connection.  Returns: 0, or why serving ends. */
static int serve_next(struct serve *serve, struct rvx_error *err)
{
    struct rvx__accept_hook hook = {serve->opts.failed, serve->arg};
    struct rvx_conn *conn;
    int rc;

    rc = wait_room(serve);
    if (rc < 0)
        return rvx__listener_tell(serve->listener, NULL, "poll", rc, err);
    rc = rvx__accept(serve->listener, serve->ctx, &hook, &conn, err);
    if (rc < 0)
        return rc;
    if (serve->opts.timeout > 0)
        rvx_set_deadline(conn, rvx_after(serve->opts.timeout));
    rc = insist_task(serve, conn);
    if (rc < 0)
        rvx_close(conn);
    return rc < 0 ? rvx__listener_tell(serve->listener, NULL, "poll", rc, err) : 0;
}

/* Waits for the tasks that run.  Returns: 0, or RVX_ETIMEOUT at `until`. */
static int wait_tasks(struct serve *serve, rvx_time until)
{
    struct rvx_ctx ctx = {sizeof ctx, until, NULL};
    struct rvx__netfd_call call;
    int rc;

    rc = rvx__netfd_enter(&serve->gate, RVX__NETFD_PIN, &ctx, &call);
    while (rc == 0 && count_running(serve) > 0)
        rc = rvx__netfd_pause(&serve->gate, &call, until);
    rvx__netfd_leave(&serve->gate, &call);
    return count_running(serve) == 0 ? 0 : rc;
}

/* A reference to the connection of a task that runs, each only once; NULL when there is no more. */
static struct rvx_conn *take_conn(struct serve *serve)
{
    struct rvx_conn *conn = NULL;
    struct rvx__link *link;

    pthread_mutex_lock(&serve->mutex);
    link = rvx__list_take(&serve->tasks);
    if (link != NULL)
        conn = rvx_conn_ref(RVX__OWNER(link, struct task, link)->conn);
    pthread_mutex_unlock(&serve->mutex);
    return conn;
}

/* Ends everything that runs.  Returns: 0, or RVX_ETIMEOUT if connections had to be closed. */
static int drain_tasks(struct serve *serve)
{
    rvx_time drain = serve->opts.drain;
    struct rvx_conn *conn;
    int rc = wait_tasks(serve, drain > 0 ? rvx_after(drain) : RVX_NOWAIT);

    while ((conn = take_conn(serve)) != NULL)
        rvx_close(conn);
    while (count_running(serve) > 0)
        wait_tasks(serve, RVX_FOREVER);
    return rc < 0 ? RVX_ETIMEOUT : 0;
}

static int start_thread(void *self, void (*run)(void *arg), void *arg, size_t stack_size)
{
    return rvx__threads_start(self, run, arg, stack_size);
}

static int check_options(struct serve *serve, const struct rvx_serve_opts *opts, struct rvx_error *err)
{
    struct rvx_serve_opts *local = &serve->opts;

    if (rvx__opts_copy(local, sizeof *local, opts) < 0)
        return rvx__error_option(err, "serve_opts", rvx__view_text(""));
    if (local->timeout < 0)
        return rvx__error_option(err, "timeout", rvx__view_text(""));
    if (local->max_conns == 0)
        local->max_conns = DEFAULT_MAX_CONNS;
    if (local->drain == 0)
        local->drain = DEFAULT_DRAIN;
    if (local->stack_size == 0)
        local->stack_size = DEFAULT_STACK_SIZE;
    serve->executor = (struct rvx_executor){sizeof serve->executor, &serve->threads, start_thread};
    if (local->executor != NULL && rvx__opts_copy(&serve->executor, sizeof serve->executor, local->executor) < 0)
        return rvx__error_option(err, "executor", rvx__view_text(""));
    return 0;
}

/* Did serving end because it was asked to? */
static bool is_wanted_end(int code)
{
    return code == RVX_ECANCELED || code == RVX_ETIMEOUT || code == RVX_ECLOSED;
}

/* The listener's reference is given up in here. */
static int run_serve(struct serve *serve, struct rvx_error *err)
{
    int rc, drained;

    do {
        rc = serve_next(serve, err);
    } while (rc == 0);
    rvx_listener_close(rvx_listener_ref(serve->listener));
    drained = drain_tasks(serve);
    rvx_listener_close(serve->listener);
    if (!is_wanted_end(rc))
        return rc;
    return drained < 0 ? rvx__error_plain(err, drained) : rvx__error_none(err);
}

/* Returns: 0 or -errno; then nothing is left to undo. */
static int init_serve(struct serve *serve)
{
    int rc;

    rvx__list_init(&serve->tasks);
    rc = rvx__threads_init(&serve->threads);
    if (rc < 0)
        return rc;
    rc = rvx__netfd_init(&serve->gate);
    if (rc < 0)
        goto err1;
    rc = -pthread_mutex_init(&serve->mutex, NULL);
    if (rc == 0)
        return 0;
    rvx__netfd_fini(&serve->gate);
err1:
    rvx__threads_fini(&serve->threads);
    return rc;
}

static void fini_serve(struct serve *serve)
{
    rvx__threads_fini(&serve->threads);
    pthread_mutex_destroy(&serve->mutex);
    rvx__netfd_fini(&serve->gate);
}

int rvx_serve(struct rvx_listener *listener, rvx_handler_fn handler, void *arg, const struct rvx_serve_opts *opts,
              const struct rvx_ctx *ctx, struct rvx_error *err)
{
    struct serve serve = {.listener = listener, .handler = handler, .arg = arg, .ctx = ctx};
    int rc = check_options(&serve, opts, err);

    if (rc == 0) {
        rc = init_serve(&serve);
        rvx__error_plain(err, rc);
    }
    if (rc < 0) {
        rvx_listener_close(listener);
        return rc;
    }
    rc = run_serve(&serve, err);
    fini_serve(&serve);
    return rc;
}
