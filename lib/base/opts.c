/* opts.c - options structs that can grow
 *
 * The caller's `size` tells how many bytes may be read; our own sizeof tells how many of them we understand. The bytes
 * in between the two are options of a later version: zero means that their default is wanted, which is what we do
 * anyway, everything else is refused.
 *
 * Not done: telling padding from options. A struct that grew into what was padding before would break this; members are
 * therefore laid out without any.
 */
#include <config.h>

#include "base/opts.h"

#include <stdbool.h>
#include <string.h>

#include <resolvx/err.h>

static size_t read_size(const void *opts)
{
    size_t size;

    memcpy(&size, opts, sizeof size);
    return size;
}

static bool is_zero(const unsigned char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (bytes[i] != 0)
            return false;
    }
    return true;
}

int rvx__opts_check(const void *opts, size_t known)
{
    size_t size;

    if (opts == NULL)
        return 0;
    size = read_size(opts);
    if (size < sizeof size || size > RVX__OPTS_SIZE_MAX)
        return RVX_EOPTIONS;
    if (size > known && !is_zero((const unsigned char *)opts + known, size - known))
        return RVX_EOPTIONS;
    return 0;
}

int rvx__opts_copy(void *dst, size_t known, const void *src)
{
    int result = rvx__opts_check(src, known);

    memset(dst, 0, known);
    if (src != NULL && result == 0) {
        size_t size = read_size(src);

        memcpy(dst, src, size < known ? size : known);
    }
    memcpy(dst, &known, sizeof known);
    return result;
}
