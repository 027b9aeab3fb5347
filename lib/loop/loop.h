/* loop.h - what the library's own engines may do with a loop beyond <resolvx/loop.h> */
#ifndef RVX_LOOP_LOOP_H
#define RVX_LOOP_LOOP_H

#include <resolvx/loop.h>

#include "base/clock.h"
#include "base/list.h"

/* rvx_loop_new() with a clock.  clock: borrowed for the loop's life. Turn such a loop with RVX_NOWAIT: real descriptors
 * do not wait by an invented time. */
int rvx__loop_new_with(const struct rvx_loop_opts *opts, const struct rvx__clock *clock, struct rvx_loop **loop,
                       struct rvx_error *err);

/* Somebody who keeps things on a loop, started watches and timers, beyond the life of single operations. */
struct rvx__guest {
    struct rvx__link link;
    void (*leave)(struct rvx__guest *guest); /* the loop is about to be freed, its operations are cancelled already */
};

/* Has guest->leave() called once, by rvx_loop_free(); there the guest stops its watches and timers. */
void rvx__loop_join(struct rvx_loop *loop, struct rvx__guest *guest);

/* Leaves before that. One that is no guest stays so. */
void rvx__loop_leave(struct rvx__guest *guest);

#endif
