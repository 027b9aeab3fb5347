/* time.h - points in time and durations
 *
 * Every time is an rvx_time: nanoseconds on CLOCK_MONOTONIC (clock_gettime(2)). Calls that wait take an *absolute*
 * deadline, never a timeout: a deadline can be handed through any number of calls and still means the same moment.
 *
 *     rvx_after(RVX_SECONDS(5))    five seconds from now
 *     RVX_FOREVER, or 0            no deadline
 *     RVX_NOWAIT                   already past: succeed at once or fail with RVX_ETIMEOUT
 *
 * A deadline that is exactly now counts as past. Durations are rvx_time too; they appear only in options structs, where
 * 0 means the default.
 */
#ifndef RESOLVX_TIME_H
#define RESOLVX_TIME_H

#include <stdint.h>

#include <resolvx/version.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef int64_t rvx_time;

#define RVX_FOREVER INT64_MAX
#define RVX_NOWAIT ((rvx_time)-1)

#define RVX_MICROSECONDS(n) ((rvx_time)(n) * 1000)
#define RVX_MILLISECONDS(n) ((rvx_time)(n) * 1000000)
#define RVX_SECONDS(n) ((rvx_time)(n) * 1000000000)

/* Tells the time: CLOCK_MONOTONIC in nanoseconds, always above 0.
 * Thread: any; async-signal-safe. */
RVX_API rvx_time rvx_now(void);

/* Makes a deadline `duration` nanoseconds from now.
 * Returns: the deadline; RVX_NOWAIT if `duration` is 0 or negative, RVX_FOREVER if the sum would not fit.
 * Thread: any; async-signal-safe. */
RVX_API rvx_time rvx_after(rvx_time duration);

#ifdef __cplusplus
}
#endif

#endif
