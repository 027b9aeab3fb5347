/* wait.c - the two operations a loop has of its own: a timer, and a descriptor with a deadline
 *
 * Thin: an operation, with a watch that ends itself and a timer inside. Whichever comes first stops the other and ends
 * the operation.
 */
#include <config.h>

#include <errno.h>
#include <poll.h>

#include "base/mem.h"
#include "loop/private.h"

struct wait {
    struct rvx_op op;
    struct rvx__watch watch;
    struct rvx__timer timer;
};

static void stop_wait(struct rvx_op *op)
{
    struct wait *wait = RVX__OWNER(op, struct wait, op);

    rvx__watch_stop(&wait->watch);
    rvx__timer_stop(&wait->timer);
}

static void free_wait(struct rvx_op *op)
{
    rvx__free(RVX__OWNER(op, struct wait, op));
}

static const struct rvx__op_kind wait_kind = {.stop = stop_wait, .free = free_wait};

static void end_ready(void *arg, unsigned events)
{
    struct wait *wait = arg;

    rvx__timer_stop(&wait->timer);
    rvx__op_finish(&wait->op, (int)events);
}

static void end_late(void *arg)
{
    struct wait *wait = arg;

    rvx__watch_stop(&wait->watch);
    rvx__op_finish(&wait->op, RVX_ETIMEOUT);
}

static int start_watch(struct rvx_loop *loop, struct wait *wait, int fd, short events)
{
    if (events == 0 || (events & ~(POLLIN | POLLOUT)) != 0)
        return -EINVAL;
    return rvx__watch_start(loop, &wait->watch, fd, (unsigned)events | RVX__WATCH_ONCE, end_ready, wait);
}

int rvx_wait_start(struct rvx_loop *loop, int fd, short events, rvx_time deadline, rvx_op_fn callback, void *arg,
                   struct rvx_op **op)
{
    struct wait *wait = rvx__calloc(1, sizeof *wait);
    int result;

    if (op != NULL)
        *op = NULL;
    if (wait == NULL)
        return -ENOMEM;
    result = start_watch(loop, wait, fd, events);
    if (result == 0 && deadline != 0 && deadline != RVX_FOREVER)
        result = rvx__timer_start(loop, &wait->timer, deadline, end_late, wait);
    if (result < 0) {
        stop_wait(&wait->op);
        free_wait(&wait->op);
        return result;
    }
    rvx__op_init(&wait->op, loop, &wait_kind, callback, arg);
    if (op != NULL)
        *op = &wait->op;
    return 0;
}

struct alarm_clock {
    struct rvx_op op;
    struct rvx__timer timer;
};

static void stop_timer(struct rvx_op *op)
{
    rvx__timer_stop(&RVX__OWNER(op, struct alarm_clock, op)->timer);
}

static void free_timer(struct rvx_op *op)
{
    rvx__free(RVX__OWNER(op, struct alarm_clock, op));
}

static const struct rvx__op_kind timer_kind = {.stop = stop_timer, .free = free_timer};

static void ring(void *arg)
{
    struct alarm_clock *alarm_clock = arg;

    rvx__op_finish(&alarm_clock->op, 0);
}

int rvx_timer_start(struct rvx_loop *loop, rvx_time deadline, rvx_op_fn callback, void *arg, struct rvx_op **op)
{
    struct alarm_clock *alarm_clock = rvx__calloc(1, sizeof *alarm_clock);
    int result;

    if (op != NULL)
        *op = NULL;
    if (alarm_clock == NULL)
        return -ENOMEM;
    result = rvx__timer_start(loop, &alarm_clock->timer, deadline, ring, alarm_clock);
    if (result < 0) {
        free_timer(&alarm_clock->op);
        return result;
    }
    rvx__op_init(&alarm_clock->op, loop, &timer_kind, callback, arg);
    if (op != NULL)
        *op = &alarm_clock->op;
    return 0;
}
