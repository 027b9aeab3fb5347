/* clock.c - the monotonic clock, and sums with deadlines
 *
 * clock_gettime(2) of CLOCK_MONOTONIC through the vDSO, no system call. Sums saturate: a deadline too far away to be
 * told becomes RVX_FOREVER instead of a moment in the past. A clock that cannot be read does not exist on Linux, so
 * reading has no error.
 */
#include <config.h>

#include "base/clock.h"

#include <stddef.h>
#include <time.h>

#define NS_PER_MS 1000000
#define MS_PER_DAY (24 * 60 * 60 * 1000)

static rvx_time read_clock(clockid_t id)
{
    struct timespec ts = {0, 0};
    rvx_time now;

    clock_gettime(id, &ts);
    now = (rvx_time)ts.tv_sec * 1000000000 + ts.tv_nsec;
    return now > 0 ? now : 1; /* 0 would mean "no deadline" */
}

static rvx_time now_system(void *self)
{
    (void)self;
    return read_clock(CLOCK_MONOTONIC);
}

static rvx_time coarse_system(void *self)
{
    (void)self;
#ifdef CLOCK_MONOTONIC_COARSE
    return read_clock(CLOCK_MONOTONIC_COARSE);
#else
    return read_clock(CLOCK_MONOTONIC);
#endif
}

const struct rvx__clock rvx__clock_system = {now_system, coarse_system, NULL};

rvx_time rvx_now(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

rvx_time rvx_after(rvx_time duration)
{
    return duration > 0 ? rvx__time_add(rvx_now(), duration) : RVX_NOWAIT;
}

rvx_time rvx__time_add(rvx_time time, rvx_time duration)
{
    if (duration > 0 && time > INT64_MAX - duration)
        return INT64_MAX;
    if (duration < 0 && time < INT64_MIN - duration)
        return INT64_MIN;
    return time + duration;
}

rvx_time rvx__deadline_min(rvx_time a, rvx_time b)
{
    if (a == 0)
        a = RVX_FOREVER;
    if (b == 0)
        b = RVX_FOREVER;
    return a < b ? a : b;
}

int rvx__deadline_ms(rvx_time deadline, rvx_time now)
{
    rvx_time left, ms;

    if (deadline == 0 || deadline == RVX_FOREVER)
        return -1;
    if (deadline <= now)
        return 0;
    left = now >= 0 ? deadline - now : rvx__time_add(deadline, -(now + 1));
    ms = left / NS_PER_MS + (left % NS_PER_MS != 0);
    return ms < MS_PER_DAY ? (int)ms : MS_PER_DAY;
}
