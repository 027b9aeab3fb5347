/* test_dlclose.c - a program may give the library up while threads that have waited in it still live
 *
 * A thread that waited in a blocking call owns an eventfd, which a destructor of the library closes when the thread
 * ends: code that has to be there, even after dlclose(3).
 */
#include <config.h>

#include <dlfcn.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "support/test.h"

#include <resolvx/net.h>

struct calls {
    int (*listen)(struct rvx_resolver *resolver, const char *network, const char *address,
                  const struct rvx_listen_opts *opts, const struct rvx_ctx *ctx, struct rvx_listener **listener,
                  struct rvx_error *err);
    int (*accept)(struct rvx_listener *listener, const struct rvx_ctx *ctx, struct rvx_conn **conn,
                  struct rvx_error *err);
    int (*close)(struct rvx_listener *listener);
    rvx_time (*after)(rvx_time duration);
    sem_t waited, closed;
    int result; /* of the accept */
};

static void path_of_library(char *path, size_t size)
{
    const char *top = getenv("abs_top_builddir");

    snprintf(path, size, "%s/.libs/libresolvx.so", top != NULL ? top : ".");
}

static void *wait_then_end(void *arg)
{
    struct calls *calls = arg;
    struct rvx_ctx ctx = RVX_CTX_INIT;
    struct rvx_listener *listener;
    struct rvx_conn *conn;

    calls->result = calls->listen(NULL, "tcp", "127.0.0.1:0", NULL, NULL, &listener, NULL);
    if (calls->result == 0) {
        ctx.deadline = calls->after(RVX_MILLISECONDS(20));
        calls->result = calls->accept(listener, &ctx, &conn, NULL);
        calls->close(listener);
    }
    sem_post(&calls->waited);
    sem_wait(&calls->closed);
    return NULL;
}

/* ISO C has no conversion from void * to a function pointer; POSIX says that it can be done this way. */
static void find(void *library, const char *name, void *function)
{
    *(void **)function = dlsym(library, name);
    assert_non_null(*(void **)function);
}

static void test_thread_ends_after_dlclose(void **state)
{
    struct calls calls = {.result = -1};
    char path[4096];
    pthread_t thread;
    void *library;

    (void)state;
    path_of_library(path, sizeof path);
    library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    assert_non_null(library);
    find(library, "rvx_listen", &calls.listen);
    find(library, "rvx_accept", &calls.accept);
    find(library, "rvx_listener_close", &calls.close);
    find(library, "rvx_after", &calls.after);
    sem_init(&calls.waited, 0, 0);
    sem_init(&calls.closed, 0, 0);
    assert_int_equal(pthread_create(&thread, NULL, wait_then_end, &calls), 0);
    sem_wait(&calls.waited);
    assert_int_equal(dlclose(library), 0);
    sem_post(&calls.closed);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(calls.result, RVX_ETIMEOUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_thread_ends_after_dlclose)};
    char path[4096];

    path_of_library(path, sizeof path);
    if (access(path, R_OK) != 0) {
        puts("1..0 # SKIP there is no shared library");
        return 0;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
