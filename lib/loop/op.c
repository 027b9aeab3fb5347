/* op.c - operations: pending, finished, handed out
 *
 * Model: an operation is in one of two lists of its loop, pending ones in no order, finished ones in the order in which
 * they finished, numbered. Handing out takes those whose number had been given out when it began; what callbacks add
 * waits for the next turn, so that a chain of operations that finish at once cannot keep descriptors from being looked
 * at.
 *
 * An operation is freed before its callback runs, and after the callback the only thing looked at is the frame on the
 * stack, which says whether there still is a loop. That is why everything is legal inside a callback, a nested turn of
 * the same loop included.
 */
#include <config.h>

#include "loop/op.h"

#include "loop/private.h"

void rvx__op_init(struct rvx_op *op, struct rvx_loop *loop, const struct rvx__op_kind *kind, rvx_op_fn callback,
                  void *arg)
{
    *op = (struct rvx_op){.loop = loop, .kind = kind, .callback = callback, .arg = arg};
    rvx__list_append(&loop->pending, &op->link);
}

void rvx__op_fini(struct rvx_op *op)
{
    rvx__link_remove(&op->link);
}

void rvx__op_finish(struct rvx_op *op, int result)
{
    struct rvx_loop *loop = op->loop;

    if (op->seq != 0)
        return;
    op->result = result;
    op->seq = ++loop->seq;
    rvx__link_remove(&op->link);
    rvx__list_append(&loop->queue, &op->link);
    rvx__loop_touch(loop);
}

void rvx_op_cancel(struct rvx_op *op)
{
    if (op == NULL)
        return;
    if (op->seq == 0)
        op->kind->stop(op);
    rvx__link_remove(&op->link);
    op->kind->free(op);
}

void rvx__ops_cancel(struct rvx_loop *loop)
{
    struct rvx__link *link;

    while ((link = rvx__list_first(&loop->pending)) != NULL || (link = rvx__list_first(&loop->queue)) != NULL)
        rvx_op_cancel(RVX__OWNER(link, struct rvx_op, link));
}

static void deliver(struct rvx_op *op)
{
    rvx_op_fn callback = op->callback;
    void *arg = op->arg;
    int result = op->result;

    if (op->kind->deliver != NULL) {
        op->kind->deliver(op);
        return;
    }
    op->kind->free(op);
    callback(arg, result);
}

int rvx__ops_deliver(struct rvx_loop *loop, const struct rvx__frame *frame)
{
    uint64_t last = loop->seq;
    int n = 0;

    while (!frame->gone) {
        struct rvx__link *link = rvx__list_first(&loop->queue);
        struct rvx_op *op = link != NULL ? RVX__OWNER(link, struct rvx_op, link) : NULL;

        if (op == NULL || op->seq > last)
            break;
        rvx__link_remove(&op->link);
        rvx__loop_show_queue(loop); /* the callback may run the loop that watches this one */
        n++;
        deliver(op);
    }
    return n;
}
