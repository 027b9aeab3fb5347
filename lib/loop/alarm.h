/* alarm.h - a descriptor that becomes readable at a loop's next deadline */
#ifndef RVX_LOOP_ALARM_H
#define RVX_LOOP_ALARM_H

#include <resolvx/time.h>

struct rvx__alarm {
    int fd;         /* timerfd; -1: not open */
    rvx_time armed; /* when it becomes readable; RVX_FOREVER: never; 0: it has become so */
};

void rvx__alarm_init(struct rvx__alarm *alarm);
void rvx__alarm_fini(struct rvx__alarm *alarm);

/* 0, or -errno of timerfd_create(2). */
int rvx__alarm_open(struct rvx__alarm *alarm);

/* Has it become readable at `deadline`, or earlier; one that has become readable is so no longer, unless `deadline` is
 * past. */
void rvx__alarm_set(struct rvx__alarm *alarm, rvx_time deadline);

#endif
