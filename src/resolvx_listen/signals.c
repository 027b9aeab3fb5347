/* signals.c - SIGTERM and SIGINT end the serving
 *
 * A handler may do next to nothing (signal-safety(7)), but firing a cancel token is allowed, and that is all it takes:
 * rvx_serve() wakes up, stops listening and waits for its clients.
 */
#include <config.h>

#include "resolvx_listen/signals.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>

static struct rvx_cancel *volatile stop;

static void stop_serving(int signo)
{
    int saved = errno;

    (void)signo;
    signal(SIGTERM, SIG_DFL); /* the next one is for the impatient */
    signal(SIGINT, SIG_DFL);
    rvx_cancel_fire(stop);
    errno = saved;
}

void signals_catch(struct rvx_cancel *cancel)
{
    struct sigaction action = { .sa_handler = stop_serving, .sa_flags = SA_RESTART };

    stop = cancel;
    sigemptyset(&action.sa_mask);
    sigaddset(&action.sa_mask, SIGTERM);
    sigaddset(&action.sa_mask, SIGINT);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
}
