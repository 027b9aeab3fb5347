/* threads.c - threads that are all gone when they are said to be
 *
 * Detached threads are not an answer: they may still be on their way out, in our code and on their stack, after the
 * last of their work was seen to be done, which leak checkers report and dlclose(3) does not survive. Nor is a list
 * of threads to join later: their stacks would be kept until somebody comes by. So each thread, at its very end,
 * leaves its name and joins the one whose name it found there: there is never more than one dead thread around, and
 * joining the last joins all.
 *
 * Making a thread and its stack costs more than serving a short connection does. So a thread that has done its work
 * stays a while for more, if not too many do already; the one that came last goes first, as its stack is still warm.
 */
#include <config.h>

#include "net/threads.h"

#include <errno.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"

#define IDLE_MAX 16    /* threads that stay for more work */
#define IDLE_SECONDS 2 /* for so long */

/* What a new thread is handed; it frees it. */
struct start {
    struct rvx__threads *threads;
    void (*run)(void *arg);
    void *arg;
};

/* A thread without work, on its own stack. */
struct idle {
    struct rvx__link link; /* in none: it was given work, or left */
    pthread_cond_t given;
    void (*run)(void *arg); /* NULL: no work yet */
    void *arg;
};

int rvx__threads_init(struct rvx__threads *threads)
{
    int rc;

    threads->running = 0;
    threads->idle_n = 0;
    threads->ending = false;
    threads->has_last = false;
    rvx__list_init(&threads->idle);
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
    threads->ending = true;
    for (struct rvx__link *link = threads->idle.next; link != &threads->idle; link = link->next)
        pthread_cond_signal(&RVX__OWNER(link, struct idle, link)->given);
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

static int init_given(pthread_cond_t *given)
{
    pthread_condattr_t attr;
    int rc = pthread_condattr_init(&attr);

    if (rc != 0)
        return rc;
    rc = pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    if (rc == 0)
        rc = pthread_cond_init(given, &attr);
    pthread_condattr_destroy(&attr);
    return rc;
}

/* Waits in line, under the mutex, until there is work, the time is up, or all threads have to end. */
static void wait_idle(struct rvx__threads *threads, struct idle *idle)
{
    struct timespec until;
    int rc = 0;

    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += IDLE_SECONDS;
    rvx__list_append(&threads->idle, &idle->link);
    threads->idle_n++;
    while (idle->run == NULL && rc == 0 && !threads->ending)
        rc = pthread_cond_timedwait(&idle->given, &threads->mutex, &until);
    if (idle->run != NULL)
        return;
    rvx__link_remove(&idle->link);
    threads->idle_n--;
}

/* Stays for more work.  False: there is none, the thread ends. */
static bool take_more(struct start *start)
{
    struct rvx__threads *threads = start->threads;
    struct idle idle = {.run = NULL};

    if (init_given(&idle.given) != 0)
        return false;
    pthread_mutex_lock(&threads->mutex);
    if (threads->idle_n < IDLE_MAX)
        wait_idle(threads, &idle);
    pthread_mutex_unlock(&threads->mutex);
    pthread_cond_destroy(&idle.given);
    start->run = idle.run;
    start->arg = idle.arg;
    return idle.run != NULL;
}

static void *run_thread(void *arg)
{
    struct start start = *(struct start *)arg;

    rvx__free(arg);
    do {
        start.run(start.arg);
    } while (take_more(&start));
    end_thread(start.threads);
    return NULL;
}

/* Gives work to the thread that became idle last.  False: there is none. */
static bool give_work(struct rvx__threads *threads, void (*run)(void *arg), void *arg)
{
    struct idle *idle = NULL;

    pthread_mutex_lock(&threads->mutex);
    if (!rvx__list_empty(&threads->idle)) {
        idle = RVX__OWNER(threads->idle.prev, struct idle, link);
        rvx__link_remove(&idle->link);
        threads->idle_n--;
        idle->run = run;
        idle->arg = arg;
        pthread_cond_signal(&idle->given);
    }
    pthread_mutex_unlock(&threads->mutex);
    return idle != NULL;
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
    struct start *start;
    int rc;

    if (give_work(threads, run, arg))
        return 0;
    start = rvx__malloc(sizeof *start);
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
