/* loops.h - private loops for blocking calls: a resolver keeps a few idle ones
 *
 * Each has its channel, so that what is known of the servers outlives a call. The waiting itself goes through
 * rvx__loop_wait().
 */
#ifndef RVX_RESOLVER_LOOPS_H
#define RVX_RESOLVER_LOOPS_H

#include <stdatomic.h>

#include <resolvx/loop.h>

struct rvx_resolver;

#define RVX__LOOPS_MAX 4 /* that are kept */

/* Zeroed storage is ready. */
struct rvx__loops {
    _Atomic(struct rvx_loop *) idle[RVX__LOOPS_MAX];
};

/* Frees the idle ones. */
void rvx__loops_fini(struct rvx__loops *loops);

/* A loop that nobody else uses until it is returned; one that was kept, or a new one. A forked child gets none of its
 * parent's.  Returns: 0, or as rvx_loop_new().  Thread: any. */
int rvx__resolver_borrow_loop(struct rvx_resolver *resolver, struct rvx_loop **loop);

/* Gives it back, with no operation pending on it. It is freed if enough are kept.  loop: may be NULL. */
void rvx__resolver_return_loop(struct rvx_resolver *resolver, struct rvx_loop *loop);

#endif
