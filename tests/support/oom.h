/* oom.h - allocations that fail when a test wants it
 *
 * A program linked with oom.c and $(UNIT_WRAP) has these in front of rvx__malloc(), rvx__calloc() and rvx__realloc().
 * The
 * usual loop lets each allocation of an operation fail in its turn, until one run needs none that failed:
 *
 *     for (n = 0;; n++) {
 *         oom_fail_after(n);
 *         rc = operation();
 *         oom_off();
 *         if (!oom_failed())
 *             break;
 *         assert_int_equal(rc, -ENOMEM);
 *     }
 *
 * In tests/unit/local.mk:
 *
 *     %C%_test_map_SOURCES = %D%/test_map.c tests/support/oom.c tests/support/oom.h
 *     %C%_test_map_LDFLAGS = $(AM_LDFLAGS) $(UNIT_WRAP)
 */
#ifndef TESTS_SUPPORT_OOM_H
#define TESTS_SUPPORT_OOM_H

#include <stdbool.h>

/* Lets the next `n` allocations succeed and the one behind them fail; those that follow succeed again. Starts the
 * counts. */
void oom_fail_after(unsigned n);

/* The same, but those that follow fail too, until oom_off(). */
void oom_fail_from(unsigned n);

/* No allocation fails any more; the counts stay. */
void oom_off(void);

/* How many allocations were asked for since oom_fail_after(), and whether one was refused. */
unsigned oom_count(void);
bool oom_failed(void);

#endif
