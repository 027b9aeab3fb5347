/* mem.h - every allocation of the library
 *
 * Four functions, called by everything in lib/ and replaced by the tests through the linker (--wrap), which is how the
 * n-th allocation is made to fail without a hook in the product.
 */
#ifndef RVX_BASE_MEM_H
#define RVX_BASE_MEM_H

#include <stddef.h>

/* malloc(3), but never for 0 bytes: size 0 gives 1 byte. NULL when out of memory. */
void *rvx__malloc(size_t size);

/* calloc(3): zeroed room for `n` items; NULL when out of memory or when n * size does not fit. */
void *rvx__calloc(size_t n, size_t size);

/* realloc(3) to `n` items; NULL when out of memory or when n * size does not fit, `p` is then untouched. */
void *rvx__realloc(void *p, size_t n, size_t size);

/* free(3). */
void rvx__free(void *p);

#endif
