/* threads.h - threads that are all gone when they are said to be */
#ifndef RVX_NET_THREADS_H
#define RVX_NET_THREADS_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/list.h"

struct rvx__threads {
    pthread_mutex_t mutex; /* over everything below */
    pthread_cond_t none;
    unsigned running; /* threads that have not come to their end */
    unsigned idle_n;
    struct rvx__link idle; /* threads that wait for more work, the latest last */
    bool ending;           /* they need not wait any more */
    bool has_last;
    pthread_t last; /* ended, waiting to be joined by the next to end */
};

/* 0 or -errno. */
int rvx__threads_init(struct rvx__threads *threads);

/* Waits for all threads. Call it when their work is done: it waits in pthread_join(3), not through a waiter. */
void rvx__threads_fini(struct rvx__threads *threads);

/* Runs run(arg) on a thread that has done its work, or else on a new one with a stack of at least `stack_size` bytes,
 * the same in all calls.
 * Returns: 0; -ENOMEM; -EAGAIN or another -errno of pthread_create(3). */
int rvx__threads_start(struct rvx__threads *threads, void (*run)(void *arg), void *arg, size_t stack_size);

#endif
