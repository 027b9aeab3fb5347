/* loops.c - private loops for blocking calls
 *
 * A few places that loops are taken from and put into by exchange, without a lock: which loop a call gets does not
 * matter. A forked child finds its parent's loops there; they cannot be used in it and are freed when they are met.
 */
#include <config.h>

#include "resolver/loops.h"

#include <stddef.h>

#include "loop/op.h"
#include "resolver/channel.h"
#include "resolver/resolver.h"

void rvx__loops_fini(struct rvx__loops *loops)
{
    for (int i = 0; i < RVX__LOOPS_MAX; i++)
        rvx_loop_free(atomic_exchange(&loops->idle[i], NULL));
}

int rvx__resolver_borrow_loop(struct rvx_resolver *resolver, struct rvx_loop **out)
{
    for (int i = 0; i < RVX__LOOPS_MAX; i++) {
        struct rvx_loop *loop = atomic_exchange(&resolver->loops.idle[i], NULL);

        if (loop != NULL && rvx__loop_check(loop) == 0) {
            *out = loop;
            return 0;
        }
        rvx_loop_free(loop);
    }
    return rvx_loop_new(NULL, out, NULL);
}

void rvx__resolver_return_loop(struct rvx_resolver *resolver, struct rvx_loop *loop)
{
    if (loop == NULL)
        return;
    rvx__channel_rest(resolver, loop);
    for (int i = 0; i < RVX__LOOPS_MAX && rvx__loop_check(loop) == 0; i++) {
        struct rvx_loop *none = NULL;

        if (atomic_compare_exchange_strong(&resolver->loops.idle[i], &none, loop))
            return;
    }
    rvx_loop_free(loop);
}
