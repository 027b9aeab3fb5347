/* rnd.c - random bytes from the kernel
 *
 * getrandom(2) from the pool behind /dev/urandom: needs no descriptor, waits at boot until the pool is seeded, and
 * cannot run dry afterwards. It is called for every request; whoever needs many small numbers asks for a block of
 * bytes.
 */
#include <config.h>

#include "base/rnd.h"

#include <errno.h>
#include <sys/random.h>

#include "base/error.h"

static int fill_system(void *self, void *bytes, size_t len)
{
    char *at = bytes;

    (void)self;
    while (len > 0) {
        ssize_t n = getrandom(at, len, 0);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return rvx__errno();
        at += n;
        len -= (size_t)n;
    }
    return 0;
}

const struct rvx__rnd rvx__rnd_system = {fill_system, NULL};
