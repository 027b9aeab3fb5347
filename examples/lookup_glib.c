/* lookup_glib.c - lookups from a GLib main loop
 *
 * cc lookup_glib.c $(pkg-config --cflags --libs resolvx glib-2.0) -o lookup_glib
 */
#include "lookup.h"
#include <glib-unix.h>

static gboolean dispatch(gint fd, GIOCondition condition, gpointer loop)
{
    (void)fd, (void)condition;
    rvx_loop_dispatch(loop);
    return G_SOURCE_CONTINUE;
}

static void done(void *main_loop)
{
    g_main_loop_quit(main_loop);
}

int main(int argc, char **argv)
{
    GMainLoop *main_loop = g_main_loop_new(NULL, FALSE);
    struct lookup lookup = {.done = done, .arg = main_loop};
    int fd = lookup_start(&lookup, argc, argv);

    if (fd < 0)
        return 1;
    g_unix_fd_add(fd, G_IO_IN, dispatch, lookup.loop);
    g_main_loop_run(main_loop);
    g_source_remove_by_user_data(lookup.loop);
    g_main_loop_unref(main_loop);
    lookup_end(&lookup);
    return 0;
}
