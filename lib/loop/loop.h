/* loop.h - a loop with another clock, for tests and scenarios */
#ifndef RVX_LOOP_LOOP_H
#define RVX_LOOP_LOOP_H

#include <resolvx/loop.h>

#include "base/clock.h"

/* rvx_loop_new() with a clock.  clock: borrowed for the loop's life. Turn such a loop with RVX_NOWAIT: real descriptors do
 * not wait by an invented time. */
int rvx__loop_new_with(const struct rvx_loop_opts *opts, const struct rvx__clock *clock, struct rvx_loop **loop,
                       struct rvx_error *err);

#endif
