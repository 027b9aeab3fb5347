/* lookup_poll.c - lookups from a poll(2) loop
 *
 * cc lookup_poll.c $(pkg-config --cflags --libs resolvx) -o lookup_poll
 */
#include "lookup.h"
#include <poll.h>

static void done(void *arg)
{
    *(int *)arg = 1;
}

int main(int argc, char **argv)
{
    int is_done = 0;
    struct lookup lookup = {.done = done, .arg = &is_done};
    struct pollfd fd = {.fd = lookup_start(&lookup, argc, argv), .events = POLLIN};

    while (!is_done && fd.fd >= 0 && poll(&fd, 1, -1) >= 0)
        rvx_loop_dispatch(lookup.loop);
    lookup_end(&lookup);
    return !is_done;
}
