/* lookup_event.c - lookups from a libevent loop
 *
 * cc lookup_event.c $(pkg-config --cflags --libs resolvx libevent_core) -o lookup_event
 */
#include "lookup.h"
#include <event2/event.h>

static void dispatch(evutil_socket_t fd, short events, void *loop)
{
    (void)fd, (void)events;
    rvx_loop_dispatch(loop);
}

static void done(void *base)
{
    event_base_loopbreak(base);
}

int main(int argc, char **argv)
{
    struct event_base *base = event_base_new();
    struct lookup lookup = {.done = done, .arg = base};
    int fd = lookup_start(&lookup, argc, argv);
    struct event *watch = event_new(base, fd, EV_READ | EV_PERSIST, dispatch, lookup.loop);

    if (fd < 0 || watch == NULL || event_add(watch, NULL) < 0)
        return 1;
    event_base_dispatch(base);
    event_free(watch);
    event_base_free(base);
    lookup_end(&lookup);
    return 0;
}
