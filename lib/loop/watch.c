/* watch.c - watches as engines see them: the loop's table, guarded against forks
 *
 * A forked child shares its parent's epoll instance. It can start nothing, and what it stops it stops in its own memory
 * only: the parent's registrations are not touched.
 */
#include <config.h>

#include "loop/watch.h"

#include "loop/private.h"

int rvx__watch_start(struct rvx_loop *loop, struct rvx__watch *watch, int fd, unsigned events, rvx__watch_fn callback,
                     void *arg)
{
    int result = rvx__loop_check(loop);

    if (result < 0)
        return result;
    *watch = (struct rvx__watch){.fd = fd, .events = events, .callback = callback, .arg = arg};
    result = rvx__watches_add(&loop->watches, watch);
    if (result < 0)
        return result;
    watch->loop = loop;
    rvx__loop_touch(loop);
    return 0;
}

void rvx__watch_set(struct rvx__watch *watch, unsigned events)
{
    if (watch->loop == NULL || watch->events == events)
        return;
    watch->events = events;
    rvx__watches_touch(&watch->loop->watches, watch);
    rvx__loop_touch(watch->loop);
}

void rvx__watch_stop(struct rvx__watch *watch)
{
    struct rvx_loop *loop = watch->loop;

    if (loop == NULL)
        return;
    rvx__watches_remove(&loop->watches, watch, rvx__loop_check(loop) == 0);
    rvx__loop_touch(loop);
}
