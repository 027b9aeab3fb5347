/* watches.c - the table of watches by descriptor
 *
 * Model: a slot per descriptor, in an array that grows with the largest one seen (never by RLIMIT_NOFILE, which may be
 * a thousand million). A slot has its watches and what the poller knows: nothing; some events; or RVX__POLLER_ONCE
 * alone, silent. Slots whose watches changed form a chain that the flush before each wait works off.
 *
 * Watches that all want one event only are registered to report once. After the report the descriptor is silent for the
 * poller and stays registered, though it may have no watch any more and be closed by whoever waited for it: the next
 * watch on that number is one call that also finds out whether it is still the same file (see poll_epoll.c). A wait
 * after a wait thus costs one system call instead of two, and none is made behind the back of the descriptor's owner.
 *
 * Watches come and go while events are given out. The cursor moves on when its watch is stopped; a watch started
 * meanwhile, perhaps on a number that an event of an earlier owner is still in the batch for, gets nothing from it.
 */
#include <config.h>

#include "loop/watches.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>

#include "base/error.h"
#include "base/mem.h"

#define CLEAN (-1)
#define SLOTS_MIN 64

_Static_assert(RVX__WATCH_ONCE == RVX__POLLER_ONCE, "a watch that ends itself is reported once");

void rvx__watches_init(struct rvx__watches *watches, struct rvx__poller *poller)
{
    *watches = (struct rvx__watches){.poller = poller, .dirty = CLEAN};
}

static void unlink_watch(struct rvx__watches *watches, struct rvx__watch *watch)
{
    if (watches->cursor == watch)
        watches->cursor = watch->next;
    if (watch->prev != NULL)
        watch->prev->next = watch->next;
    else
        watches->slots[watch->fd].first = watch->next;
    if (watch->next != NULL)
        watch->next->prev = watch->prev;
    watch->prev = watch->next = NULL;
    watch->loop = NULL;
}

void rvx__watches_fini(struct rvx__watches *watches)
{
    for (size_t fd = 0; fd < watches->n; fd++) {
        while (watches->slots[fd].first != NULL)
            unlink_watch(watches, watches->slots[fd].first);
    }
    rvx__free(watches->slots);
    rvx__watches_init(watches, watches->poller);
}

static int grow(struct rvx__watches *watches, int fd)
{
    size_t wanted = (size_t)fd + (size_t)fd / 2 + SLOTS_MIN;
    struct rvx__slot *slots;

    if ((size_t)fd < watches->n)
        return 0;
    if (fcntl(fd, F_GETFD) < 0) /* before a wild number becomes a wild allocation */
        return rvx__errno();
    slots = rvx__realloc(watches->slots, wanted, sizeof *slots);
    if (slots == NULL)
        return -ENOMEM;
    for (size_t i = watches->n; i < wanted; i++)
        slots[i] = (struct rvx__slot){NULL, 0, false, CLEAN};
    watches->slots = slots;
    watches->n = wanted;
    return 0;
}

/* What the watches of a slot want together; if that is nothing, to be silent. */
static unsigned wanted_events(const struct rvx__slot *slot)
{
    unsigned events = 0;
    bool once = true;

    for (const struct rvx__watch *watch = slot->first; watch != NULL; watch = watch->next) {
        unsigned wanted = watch->events & ~RVX__WATCH_ONCE;

        events |= wanted;
        if (wanted != 0 && (watch->events & RVX__WATCH_ONCE) == 0)
            once = false;
    }
    return once ? events | RVX__POLLER_ONCE : events;
}

static void mark_dirty(struct rvx__watches *watches, int fd)
{
    struct rvx__slot *slot = &watches->slots[fd];

    if (slot->dirty)
        return;
    slot->dirty = true;
    slot->next_dirty = watches->dirty;
    watches->dirty = fd;
}

static int tell(struct rvx__watches *watches, int fd, unsigned events)
{
    struct rvx__poller *poller = watches->poller;
    struct rvx__slot *slot = &watches->slots[fd];
    int result = poller->ops->set(poller->state, fd, slot->armed, events);

    if (result == 0)
        slot->armed = (uint16_t)events;
    return result;
}

int rvx__watches_add(struct rvx__watches *watches, struct rvx__watch *watch)
{
    struct rvx__slot *slot;
    int result;

    if (watch->fd < 0)
        return -EBADF;
    result = grow(watches, watch->fd);
    if (result < 0)
        return result;
    slot = &watches->slots[watch->fd];
    watch->batch = watches->batch;
    watch->prev = NULL;
    watch->next = slot->first;
    if (slot->first != NULL) {
        slot->first->prev = watch;
        slot->first = watch;
        mark_dirty(watches, watch->fd);
        return 0;
    }
    slot->first = watch;
    result = tell(watches, watch->fd, wanted_events(slot));
    if (result < 0)
        slot->first = NULL;
    return result;
}

void rvx__watches_touch(struct rvx__watches *watches, const struct rvx__watch *watch)
{
    mark_dirty(watches, watch->fd);
}

/* The descriptor's last watch is gone. The poller has to forget it at once, as it may be closed next. */
static void forget(struct rvx__watches *watches, int fd)
{
    if (watches->slots[fd].armed == 0)
        return;
    tell(watches, fd, 0); /* what fails to be forgotten is not known there any more */
    watches->slots[fd].armed = 0;
}

void rvx__watches_remove(struct rvx__watches *watches, struct rvx__watch *watch, bool tell_poller)
{
    int fd = watch->fd;

    unlink_watch(watches, watch);
    if (watches->slots[fd].first != NULL)
        mark_dirty(watches, fd);
    else if (tell_poller)
        forget(watches, fd);
}

int rvx__watches_flush(struct rvx__watches *watches)
{
    while (watches->dirty != CLEAN) {
        int fd = watches->dirty;
        struct rvx__slot *slot = &watches->slots[fd];
        unsigned wanted = wanted_events(slot);
        int result = 0;

        if (slot->first != NULL && wanted != slot->armed)
            result = tell(watches, fd, wanted);
        if (result < 0)
            return result;
        slot->dirty = false;
        watches->dirty = slot->next_dirty;
    }
    return 0;
}

/* A watch that ends itself does so. If it was the last one, a descriptor that is silent already may stay registered. */
static void end_watch(struct rvx__watches *watches, struct rvx__watch *watch)
{
    int fd = watch->fd;

    unlink_watch(watches, watch);
    if (watches->slots[fd].first != NULL)
        mark_dirty(watches, fd);
    else if (watches->slots[fd].armed != RVX__POLLER_ONCE)
        forget(watches, fd);
}

static void call_back(struct rvx__watches *watches, struct rvx__watch *watch, unsigned events)
{
    unsigned wanted = watch->events & ~RVX__WATCH_ONCE;
    unsigned hits = events & (wanted | POLLERR | POLLHUP | POLLNVAL);

    if (wanted == 0 || hits == 0 || watch->batch == watches->batch)
        return;
    if ((watch->events & RVX__WATCH_ONCE) != 0)
        end_watch(watches, watch);
    watch->callback(watch->arg, hits);
}

static void deliver(struct rvx__watches *watches, int fd, unsigned events)
{
    struct rvx__slot *slot = &watches->slots[fd];

    if ((slot->armed & RVX__POLLER_ONCE) != 0) {
        slot->armed = RVX__POLLER_ONCE;
        mark_dirty(watches, fd);
    }
    watches->cursor = slot->first;
    while (watches->cursor != NULL) {
        struct rvx__watch *watch = watches->cursor;

        watches->cursor = watch->next;
        call_back(watches, watch, events);
    }
}

void rvx__watches_deliver(struct rvx__watches *watches, const struct rvx__ready *ready, int n)
{
    watches->batch++;
    for (int i = 0; i < n; i++)
        deliver(watches, ready[i].fd, ready[i].events);
}
