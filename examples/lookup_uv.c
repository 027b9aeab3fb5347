/* lookup_uv.c - lookups from a libuv loop
 *
 * cc lookup_uv.c $(pkg-config --cflags --libs resolvx libuv) -o lookup_uv
 */
#include "lookup.h"
#include <uv.h>

static void dispatch(uv_poll_t *watch, int status, int events)
{
    (void)status, (void)events;
    rvx_loop_dispatch(watch->data);
}

static void done(void *watch)
{
    uv_poll_stop(watch); /* nothing is left to wait for: uv_run() returns */
}

int main(int argc, char **argv)
{
    uv_poll_t watch;
    struct lookup lookup = {.done = done, .arg = &watch};

    if (uv_poll_init(uv_default_loop(), &watch, lookup_start(&lookup, argc, argv)) < 0)
        return 1;
    watch.data = lookup.loop;
    uv_poll_start(&watch, UV_READABLE, dispatch);
    uv_run(uv_default_loop(), UV_RUN_DEFAULT);
    lookup_end(&lookup);
    return 0;
}
