/* threads.c - threads that are all gone when they are said to be
 *
 * Detached threads are not an answer: they may still be on their way out, in our code and on their stack, after the
 * last of their work was seen to be done, which leak checkers report and dlclose(3) does not survive. Nor is a list
 * of threads to join later: their stacks would be kept until somebody comes by. So each thread, at its very end,
 * leaves its name and joins the one whose name it found there: there is never more than one dead thread around, and
 * joining the last joins all.
 */
#include <config.h>

#include "net/threads.h"

#include <errno.h>
#include <unistd.h>

#include "base/mem.h"

/* What a new thread is handed; it frees it. */
struct start {
    struct rvx__threads *threads;
    void (*run)(void *arg);
    void *arg;
};

int rvx__threads_init(struct rvx__threads *threads)
{
    int rc;

    threads->running = 0;
    threads->has_last = false;
    rc = pthread_mutex_init(&threads->mutex, NULL);
    if (rc != 0)
        return -rc;
    rc = pthread_cond_init(&threads->none, NULL);
    if (rc != 0)
        pthread_mutex_destroy(&threads->mutex);
    return -rc;
}

void rvx__threads_fini(struct rvx__threads *threads)
{
    pthread_mutex_lock(&threads->mutex);
    while (threads->running > 0)
        pthread_cond_wait(&threads->none, &threads->mutex);
    pthread_mutex_unlock(&threads->mutex);
    if (threads->has_last)
        pthread_join(threads->last, NULL);
    pthread_cond_destroy(&threads->none);
    pthread_mutex_destroy(&threads->mutex);
}

static void end_thread(struct rvx__threads *threads)
{
    pthread_t last;
    bool has_last;

    pthread_mutex_lock(&threads->mutex);
    last = threads->last;
    has_last = threads->has_last;
    threads->last = pthread_self();
    threads->has_last = true;
    if (--threads->running == 0)
        pthread_cond_signal(&threads->none);
    pthread_mutex_unlock(&threads->mutex);
    if (has_last)
        pthread_join(last, NULL);
}

static void *run_thread(void *arg)
{
    struct start start = *(struct start *)arg;

    rvx__free(arg);
    start.run(start.arg);
    end_thread(start.threads);
    return NULL;
}

static int create_thread(struct start *start, size_t stack_size)
{
    long least = sysconf(_SC_THREAD_STACK_MIN);
    pthread_attr_t attr;
    pthread_t thread;
    int rc;

    if (least > 0 && stack_size < (size_t)least)
        stack_size = (size_t)least;
    rc = pthread_attr_init(&attr);
    if (rc != 0)
        return -rc;
    rc = pthread_attr_setstacksize(&attr, stack_size);
    if (rc == 0)
        rc = pthread_create(&thread, &attr, run_thread, start);
    /* The program's thread-local storage alone may need more; the default leaves room for it. */
    if (rc == EINVAL)
        rc = pthread_create(&thread, NULL, run_thread, start);
    pthread_attr_destroy(&attr);
    return -rc;
}

int rvx__threads_start(struct rvx__threads *threads, void (*run)(void *arg), void *arg, size_t stack_size)
{
    struct start *start = rvx__malloc(sizeof *start);
    int rc;

    if (start == NULL)
        return -ENOMEM;
    *start = (struct start){threads, run, arg};
    pthread_mutex_lock(&threads->mutex);
    threads->running++;
    pthread_mutex_unlock(&threads->mutex);
    rc = create_thread(start, stack_size);
    if (rc == 0)
        return 0;
    pthread_mutex_lock(&threads->mutex);
    threads->running--;
    pthread_mutex_unlock(&threads->mutex);
    rvx__free(start);
    return rc;
}
