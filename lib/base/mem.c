/* mem.c - every allocation of the library
 *
 * Thin names in front of malloc(3) and its kin, so that the linker can put the tests' own in front of them (--wrap).
 * What is added is arithmetic: sizes of arrays are multiplied here, with a check, and nowhere else. A request for
 * nothing is made a request for one byte, so NULL always means that memory ran out.
 *
 * glibc's calloc(3), up to 2.40, does not look into the thread's own free blocks, where malloc(3) finds one in a few
 * instructions; for blocks as small as those, clearing them costs less than that.
 */
#include <config.h>

#include "base/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define SMALL ((size_t)1032) /* the largest block that a thread keeps */

void *rvx__malloc(size_t size)
{
    return malloc(size > 0 ? size : 1);
}

/* Apart, or compilers make a calloc(3) of the two. */
__attribute__((noinline)) static void clear(void *p, size_t len)
{
    memset(p, 0, len);
}

void *rvx__calloc(size_t n, size_t size)
{
    void *p;

    if (n == 0 || size == 0)
        return calloc(1, 1);
    if (n > SMALL / size)
        return calloc(n, size);
    p = malloc(n * size);
    if (p != NULL)
        clear(p, n * size);
    return p;
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
