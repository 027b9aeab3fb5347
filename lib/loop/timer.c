/* timer.c - timers as engines see them: the loop's heap
 *
 * Nothing here makes a system call: the loop reads the earliest deadline when it waits. Only a loop that another one
 * watches has to tell its timer descriptor, which rvx__loop_touch() does.
 */
#include <config.h>

#include "loop/timer.h"

#include "loop/private.h"

static rvx_time normalise(rvx_time deadline)
{
    return deadline != 0 ? deadline : RVX_FOREVER;
}

int rvx__timer_start(struct rvx_loop *loop, struct rvx__timer *timer, rvx_time deadline, rvx__timer_fn callback,
                     void *arg)
{
    int result = rvx__loop_check(loop);

    if (result == 0)
        result = rvx__timers_put(&loop->timers, timer, normalise(deadline));
    if (result < 0)
        return result;
    timer->loop = loop;
    timer->callback = callback;
    timer->arg = arg;
    rvx__loop_touch(loop);
    return 0;
}

void rvx__timer_move(struct rvx__timer *timer, rvx_time deadline)
{
    if (!rvx__timer_active(timer))
        return;
    rvx__timers_put(&timer->loop->timers, timer, normalise(deadline)); /* has room for what is started */
    rvx__loop_touch(timer->loop);
}

void rvx__timer_stop(struct rvx__timer *timer)
{
    if (rvx__timer_active(timer))
        rvx__timers_remove(&timer->loop->timers, timer);
}

bool rvx__timer_active(const struct rvx__timer *timer)
{
    return timer->at != 0 || rvx__link_in_list(&timer->due);
}
