/* opts.h - options structs that can grow: size first, zero means default, unknown bytes must be zero
 *
 * Every public options struct begins with `size_t size`, which the caller sets to the sizeof of the header it was
 * compiled with. Older programs hand in shorter structs: what they lack is taken as zero. Newer ones hand in longer
 * structs: those are fine as long as what we do not know is zero, and are refused otherwise rather than half obeyed.
 */
#ifndef RVX_BASE_OPTS_H
#define RVX_BASE_OPTS_H

#include <stddef.h>

/* A `size` above this is not a struct but an uninitialised variable. */
#define RVX__OPTS_SIZE_MAX 4096

/* May `opts` be used by code that knows the first `known` bytes of it?  opts: NULL is fine.
 * Returns: 0; RVX_EOPTIONS if `size` is no size, or a byte past `known` is not zero. */
int rvx__opts_check(const void *opts, size_t known);

/* Checks `src` as above and copies it to `dst`, a struct of `known` bytes, with zeros for what `src` lacks or all of it
 * if it is NULL; dst's own size field becomes `known`. On failure `dst` holds the defaults.
 * Returns: as rvx__opts_check(). */
int rvx__opts_copy(void *dst, size_t known, const void *src);

#endif
