/* mem.c - every allocation of the library
 *
 * Thin names in front of malloc(3) and its kin, so that the linker can put the tests' own in front of them (--wrap).
 * The
 * one thing added is arithmetic: sizes of arrays are multiplied here, with a check, and nowhere else. A request for
 * nothing is made a request for one byte, so NULL always means that memory ran out.
 */
#include <config.h>

#include "base/mem.h"

#include <stdint.h>
#include <stdlib.h>

void *rvx__malloc(size_t size)
{
    return malloc(size > 0 ? size : 1);
}

void *rvx__calloc(size_t n, size_t size)
{
    if (n == 0 || size == 0)
        return calloc(1, 1);
    return calloc(n, size);
}

void *rvx__realloc(void *p, size_t n, size_t size)
{
    if (size > 0 && n > SIZE_MAX / size)
        return NULL;
    return realloc(p, n > 0 && size > 0 ? n * size : 1);
}

void rvx__free(void *p)
{
    free(p);
}
