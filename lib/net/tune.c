/* tune.c - TCP_NODELAY and keep-alive, with Go's defaults (tcp(7): probes after 15 s of silence, every 15 s, 9 times)
 *
 * Applied to every accepted connection rather than left to inheritance from the listening socket, which Linux does and
 * POSIX does not promise.
 */
#include <config.h>

#include "net/tune.h"

#include <netinet/in.h>
#include <netinet/tcp.h>

#include "base/error.h"
#include "sock/sock.h"

#define DEFAULT_SECONDS 15
#define DEFAULT_COUNT 9
#define MAX_SECONDS 32767 /* MAX_TCP_KEEPIDLE and MAX_TCP_KEEPINTVL of Linux */
#define MAX_COUNT 127     /* MAX_TCP_KEEPCNT */

/* A duration in whole seconds, rounded up; false if the kernel would not take it. */
static bool read_seconds(rvx_time duration, int *seconds)
{
    if (duration < 0 || duration > RVX_SECONDS(MAX_SECONDS))
        return false;
    *seconds = duration == 0 ? DEFAULT_SECONDS : (int)((duration - 1) / RVX_SECONDS(1) + 1);
    return true;
}

int rvx__tune_init(struct rvx__tune *tune, const struct rvx_listen_opts *opts, struct rvx_error *err)
{
    struct rvx__view none = {NULL, 0};

    tune->nodelay = !opts->no_nodelay;
    tune->keepalive = !opts->no_keepalive;
    if (!read_seconds(opts->keepalive_idle, &tune->idle_s))
        return rvx__error_option(err, "keepalive_idle", none);
    if (!read_seconds(opts->keepalive_interval, &tune->interval_s))
        return rvx__error_option(err, "keepalive_interval", none);
    if (opts->keepalive_count > MAX_COUNT)
        return rvx__error_option(err, "keepalive_count", none);
    tune->count = opts->keepalive_count == 0 ? DEFAULT_COUNT : (int)opts->keepalive_count;
    return 0;
}

void rvx__tune_apply(const struct rvx__tune *tune, const struct rvx__sockops *ops, int fd)
{
    if (tune->nodelay)
        rvx__sock_set_int(ops, fd, IPPROTO_TCP, TCP_NODELAY, 1);
    if (!tune->keepalive)
        return;
    rvx__sock_set_int(ops, fd, SOL_SOCKET, SO_KEEPALIVE, 1);
    rvx__sock_set_int(ops, fd, IPPROTO_TCP, TCP_KEEPIDLE, tune->idle_s);
    rvx__sock_set_int(ops, fd, IPPROTO_TCP, TCP_KEEPINTVL, tune->interval_s);
    rvx__sock_set_int(ops, fd, IPPROTO_TCP, TCP_KEEPCNT, tune->count);
}
