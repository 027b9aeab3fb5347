/* cancel.c - tokens that cancel blocking calls from elsewhere
 *
 * Model: a flag for those who ask, and an eventfd(2) for those who wait: written once, never read, readable for ever.
 * Any number of waits can have it in their set, and none takes the news from another. Firing is an atomic exchange and
 * a write(2), both allowed in a signal handler, with errno left as it was.
 *
 * The eventfd is shared with forked children, the flag is not. Whoever waits takes the descriptor's word, so a token
 * that one process fires ends the waits of both.
 *
 * Not done: unfiring; a reason.
 */
#include <config.h>

#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/error.h"
#include "base/mem.h"
#include "loop/waiter.h"

_Static_assert(ATOMIC_BOOL_LOCK_FREE == 2, "a lock would not be async-signal-safe");

struct rvx_cancel {
    atomic_bool fired;
    int fd;
};

int rvx_cancel_new(struct rvx_cancel **out)
{
    struct rvx_cancel *cancel = rvx__calloc(1, sizeof *cancel);
    int result;

    *out = NULL;
    if (cancel == NULL)
        return -ENOMEM;
    atomic_init(&cancel->fired, false);
    cancel->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (cancel->fd >= 0) {
        *out = cancel;
        return 0;
    }
    result = rvx__errno();
    rvx__free(cancel);
    return result;
}

void rvx_cancel_fire(struct rvx_cancel *cancel)
{
    int saved = errno;
    uint64_t one = 1;

    if (!atomic_exchange(&cancel->fired, true)) {
        ssize_t n = write(cancel->fd, &one, sizeof one);

        (void)n; /* the first write to a counter of 64 bits has room */
    }
    errno = saved;
}

bool rvx_cancel_fired(const struct rvx_cancel *cancel)
{
    return cancel != NULL && atomic_load(&cancel->fired);
}

void rvx_cancel_free(struct rvx_cancel *cancel)
{
    if (cancel == NULL)
        return;
    close(cancel->fd);
    rvx__free(cancel);
}

int rvx__cancel_fd(const struct rvx_cancel *cancel)
{
    return cancel != NULL ? cancel->fd : -1;
}
