/* wake.h - notes from other threads to a loop */
#ifndef RVX_LOOP_WAKE_H
#define RVX_LOOP_WAKE_H

#include <pthread.h>
#include <stdbool.h>

#include "base/list.h"

/* Sits inside its sender's memory; zeroed before it is sent, and again free to be sent when its function runs. */
struct rvx__note {
    struct rvx__link link;
    void (*arrive)(struct rvx__note *note); /* runs on the loop's thread; an engine's function, see watch.h */
};

struct rvx__wake {
    int fd; /* eventfd, readable while notes wait */
    pthread_mutex_t lock;
    struct rvx__link notes; /* under the lock */
    struct rvx__link taken; /* being read by the loop's thread */
};

/* 0, or -errno of eventfd(2). */
int rvx__wake_init(struct rvx__wake *wake);

/* Closes; does not look at the notes. */
void rvx__wake_fini(struct rvx__wake *wake);

/* Sends a note.  Thread: any. */
void rvx__wake_send(struct rvx__wake *wake, struct rvx__note *note);

/* Makes the descriptor readable without a note.  Thread: any. */
void rvx__wake_poke(struct rvx__wake *wake);

/* Takes back a note that was sent and has not arrived.  Thread: the loop's. */
void rvx__wake_recall(struct rvx__wake *wake, struct rvx__note *note);

/* Lets the notes arrive that were sent so far, in order; the descriptor is no longer readable.  Thread: the loop's. */
void rvx__wake_read(struct rvx__wake *wake);

/* Lets the notes arrive without looking at the descriptor, which a child shares with its parent.
 * forked: in a child, where the notes stay if the lock is held by a thread that did not come along. */
void rvx__wake_drain(struct rvx__wake *wake, bool forked);

/* Do notes wait?  Thread: any. */
bool rvx__wake_waiting(struct rvx__wake *wake);

#endif
