/* post.c - calls from other threads
 *
 * A post is a note that becomes an operation when it arrives, finished from the start: so it takes its place in the
 * queue and goes away with the loop like all the others.
 */
#include <config.h>

#include <errno.h>

#include "base/mem.h"
#include "loop/private.h"

struct post {
    struct rvx_op op;
    struct rvx__note note;
};

static void stop_post(struct rvx_op *op)
{
    (void)op; /* finished as soon as it is an operation */
}

static void free_post(struct rvx_op *op)
{
    rvx__free(RVX__OWNER(op, struct post, op));
}

static const struct rvx__op_kind post_kind = {.stop = stop_post, .free = free_post};

static void receive_post(struct rvx__note *note)
{
    struct post *post = RVX__OWNER(note, struct post, note);

    rvx__op_init(&post->op, post->op.loop, &post_kind, post->op.callback, post->op.arg);
    rvx__op_finish(&post->op, 0);
}

int rvx_loop_post(struct rvx_loop *loop, rvx_op_fn callback, void *arg)
{
    int result = rvx__loop_check(loop);
    struct post *post;

    if (result < 0)
        return result;
    post = rvx__calloc(1, sizeof *post);
    if (post == NULL)
        return -ENOMEM;
    post->op.loop = loop;
    post->op.callback = callback;
    post->op.arg = arg;
    post->note.arrive = receive_post;
    rvx__wake_send(&loop->wake, &post->note);
    return 0;
}
