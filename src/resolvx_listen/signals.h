/* signals.h - SIGTERM and SIGINT end the serving */
#ifndef RESOLVX_LISTEN_SIGNALS_H
#define RESOLVX_LISTEN_SIGNALS_H

#include <resolvx/wait.h>

/* Makes the first SIGTERM or SIGINT fire `cancel`, and the second end the process as it always does. SIGPIPE is
 * ignored: standard output may be a pipe whose reader goes. */
void signals_catch(struct rvx_cancel *cancel);

#endif
