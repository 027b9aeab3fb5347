/* loop.h - what the library's own engines may do with a loop beyond <resolvx/loop.h> */
#ifndef RVX_LOOP_LOOP_H
#define RVX_LOOP_LOOP_H

#include <resolvx/loop.h>

#include "base/clock.h"
#include "base/list.h"
#include "loop/wake.h"

/* rvx_loop_new() with a clock.  clock: borrowed for the loop's life. Turn such a loop with RVX_NOWAIT: real descriptors
 * do not wait by an invented time. */
int rvx__loop_new_with(const struct rvx_loop_opts *opts, const struct rvx__clock *clock, struct rvx_loop **loop,
                       struct rvx_error *err);

/* Somebody who keeps things on a loop, started watches and timers, beyond the life of single operations. */
struct rvx__guest {
    struct rvx__link link;
    const void *host; /* whose guest it is on this loop, for rvx__loop_find_guest(); may be NULL */
    void (*leave)(struct rvx__guest *guest); /* the loop is about to be freed, its operations are cancelled already */
};

/* Has guest->leave() called once, by rvx_loop_free(); there the guest stops its watches and timers. */
void rvx__loop_join(struct rvx_loop *loop, struct rvx__guest *guest);

/* Leaves before that. One that is no guest stays so. */
void rvx__loop_leave(struct rvx__guest *guest);

/* The guest with that leave() and that host, or NULL. Takes as long as there are guests. */
struct rvx__guest *rvx__loop_find_guest(const struct rvx_loop *loop, void (*leave)(struct rvx__guest *guest),
                                        const void *host);

/* Something to be done once, before the loop waits the next time: what a turn has collected goes out together. Engine
 * code, as in watch.h; whoever has chores on a loop is its guest, and drops them when it leaves. */
struct rvx__chore {
    struct rvx__link link;
    void (*run)(struct rvx__chore *chore);
};

/* Has chore->run() called once. One that waits for that already stays where it is.  Thread: the loop's. */
void rvx__loop_add_chore(struct rvx_loop *loop, struct rvx__chore *chore);

/* Takes it back. One that does not wait stays so. */
void rvx__loop_drop_chore(struct rvx__chore *chore);

/* Sends a note that arrives on the loop's thread, in one of its next turns or when the loop is freed. The sender's
 * business: a lock that keeps the loop from being freed meanwhile.  Thread: any. */
void rvx__loop_send(struct rvx_loop *loop, struct rvx__note *note);

/* Takes back a note that was sent and has not arrived.  Thread: the loop's. */
void rvx__loop_recall(struct rvx_loop *loop, struct rvx__note *note);

#endif
