/* alarm.c - a descriptor that becomes readable at a loop's next deadline
 *
 * A timerfd(2) with an absolute time on CLOCK_MONOTONIC. It is set only when the next deadline moved forward or when it
 * went off: one that went off too early, because its timer was stopped or put off, costs an idle dispatch, whereas
 * following every change would cost a system call for each. Setting it also makes it unreadable, so it is never read.
 */
#include <config.h>

#include "loop/alarm.h"

#include <sys/timerfd.h>
#include <unistd.h>

#include "base/error.h"

void rvx__alarm_init(struct rvx__alarm *alarm)
{
    alarm->fd = -1;
    alarm->armed = RVX_FOREVER;
}

void rvx__alarm_fini(struct rvx__alarm *alarm)
{
    if (alarm->fd >= 0)
        close(alarm->fd);
    rvx__alarm_init(alarm);
}

int rvx__alarm_open(struct rvx__alarm *alarm)
{
    alarm->fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    return alarm->fd >= 0 ? 0 : rvx__errno();
}

void rvx__alarm_set(struct rvx__alarm *alarm, rvx_time deadline)
{
    struct itimerspec spec = {0}; /* zero: never */

    if (alarm->armed != 0 && alarm->armed <= deadline)
        return;
    if (deadline != RVX_FOREVER) {
        rvx_time when = deadline > 0 ? deadline : 1;

        spec.it_value.tv_sec = (time_t)(when / RVX_SECONDS(1));
        spec.it_value.tv_nsec = (long)(when % RVX_SECONDS(1));
    }
    timerfd_settime(alarm->fd, TFD_TIMER_ABSTIME, &spec, NULL); /* fails only for times that are none */
    alarm->armed = deadline;
}
