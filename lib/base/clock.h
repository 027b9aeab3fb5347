/* clock.h - the monotonic clock behind an interface that tests can replace */
#ifndef RVX_BASE_CLOCK_H
#define RVX_BASE_CLOCK_H

#include <resolvx/time.h>

struct rvx__clock {
    rvx_time (*now)(void *self);    /* exact */
    rvx_time (*coarse)(void *self); /* may lag a few milliseconds, costs a few nanoseconds */
    void *self;
};

/* CLOCK_MONOTONIC and CLOCK_MONOTONIC_COARSE. */
extern const struct rvx__clock rvx__clock_system;

/* The sum of a time and a duration, held within the range of rvx_time. */
rvx_time rvx__time_add(rvx_time time, rvx_time duration);

/* The earlier of two deadlines, 0 and RVX_FOREVER both meaning none; the result is never 0. */
rvx_time rvx__deadline_min(rvx_time a, rvx_time b);

/* What is left until `deadline` in milliseconds for poll(2), rounded up: -1 for none, at most 24 hours. */
int rvx__deadline_ms(rvx_time deadline, rvx_time now);

#endif
