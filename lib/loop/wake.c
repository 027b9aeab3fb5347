/* wake.c - notes from other threads to a loop
 *
 * Model: a list under a mutex, and an eventfd(2) that the loop watches like any other descriptor. Only the sender that
 * finds the list empty writes to the eventfd, so that a thousand posts wake the loop once. The reader empties the
 * eventfd before it takes the list: a note that comes in between makes it readable again, which costs an idle turn,
 * whereas the other order could lose it.
 *
 * A mutex and not a lock-free stack: it keeps the order, lets a note be taken back, and is held for a few instructions.
 *
 * Not done: more than one reader.
 */
#include <config.h>

#include "loop/wake.h"

#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/error.h"

int rvx__wake_init(struct rvx__wake *wake)
{
    wake->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (wake->fd < 0)
        return rvx__errno();
    pthread_mutex_init(&wake->lock, NULL); /* cannot fail with default attributes */
    rvx__list_init(&wake->notes);
    rvx__list_init(&wake->taken);
    return 0;
}

void rvx__wake_fini(struct rvx__wake *wake)
{
    close(wake->fd);
    pthread_mutex_destroy(&wake->lock);
}

void rvx__wake_poke(struct rvx__wake *wake)
{
    uint64_t one = 1;
    ssize_t n = write(wake->fd, &one, sizeof one);

    (void)n; /* fails only when it is readable already, 2^64 - 1 times over */
}

void rvx__wake_send(struct rvx__wake *wake, struct rvx__note *note)
{
    bool first;

    pthread_mutex_lock(&wake->lock);
    first = rvx__list_empty(&wake->notes);
    rvx__list_append(&wake->notes, &note->link);
    if (first)
        rvx__wake_poke(wake);
    pthread_mutex_unlock(&wake->lock);
}

void rvx__wake_recall(struct rvx__wake *wake, struct rvx__note *note)
{
    pthread_mutex_lock(&wake->lock);
    rvx__link_remove(&note->link);
    pthread_mutex_unlock(&wake->lock);
}

void rvx__wake_drain(struct rvx__wake *wake, bool forked)
{
    struct rvx__link *link;

    if (!forked)
        pthread_mutex_lock(&wake->lock);
    else if (pthread_mutex_trylock(&wake->lock) != 0)
        return;
    rvx__list_move(&wake->taken, &wake->notes);
    pthread_mutex_unlock(&wake->lock);
    while ((link = rvx__list_take(&wake->taken)) != NULL) {
        struct rvx__note *note = RVX__OWNER(link, struct rvx__note, link);

        note->arrive(note);
    }
}

void rvx__wake_read(struct rvx__wake *wake)
{
    uint64_t count;
    ssize_t n = read(wake->fd, &count, sizeof count);

    (void)n; /* empty already: fine */
    rvx__wake_drain(wake, false);
}

bool rvx__wake_waiting(struct rvx__wake *wake)
{
    bool waiting;

    pthread_mutex_lock(&wake->lock);
    waiting = !rvx__list_empty(&wake->notes);
    pthread_mutex_unlock(&wake->lock);
    return waiting;
}
