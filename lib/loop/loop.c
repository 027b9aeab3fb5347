/* loop.c - the event loop: one turn, and who may ask for it
 *
 * A turn has two halves. First it gathers: does the chores that were left since the last turn, tells the poller what
 * changed, waits, and lets engines work on ready descriptors, due timers and notes from other threads, in this order;
 * engines end operations, which so enter the queue. Then it hands out: calls back the operations that are in the queue.
 * No engine is on the stack then, and nothing of the loop is looked at after a callback before its frame has said that
 * the loop is still there.
 *
 * Events come before timers, so that an answer that came in time counts even if the thread was late to look.
 *
 * The loop of another library watches rvx_loop_fd(): the epoll descriptor, which is readable while anything in its set
 * is. That set has the eventfd of wake.c, written to also when operations wait in the queue, and from the first call of
 * rvx_loop_fd() on the timer descriptor of alarm.c. For such a loop every change has to be told at once, except while
 * gathering, as the next thing to wait on the descriptor is not a turn. A loop nobody watches pays for none of that.
 *
 * Each call that starts or turns anything looks whose process this is (base/process.h): a forked child shares the
 * parent's epoll instance, eventfd and timerfd, and any use of them would be felt there.
 */
#include <config.h>

#include <errno.h>
#include <poll.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/opts.h"
#include "loop/private.h"

int rvx__loop_check(const struct rvx_loop *loop)
{
    return rvx__process_is_own(&loop->process) ? 0 : RVX_EFORKED;
}

static const struct rvx__poller_ops *choose_poller(enum rvx_poller poller)
{
    switch (poller) {
    case RVX_POLLER_DEFAULT:
    case RVX_POLLER_EPOLL:
        return &rvx__poller_epoll;
    case RVX_POLLER_POLL:
        return &rvx__poller_poll;
    }
    return NULL;
}

static void read_notes(void *arg, unsigned events)
{
    struct rvx_loop *loop = arg;

    (void)events;
    loop->poked = false;
    rvx__wake_read(&loop->wake);
}

static void init_lists(struct rvx_loop *loop)
{
    rvx__list_init(&loop->pending);
    rvx__list_init(&loop->queue);
    rvx__list_init(&loop->guests);
    rvx__list_init(&loop->chores);
    rvx__watches_init(&loop->watches, &loop->poller);
    rvx__timers_init(&loop->timers);
    rvx__alarm_init(&loop->alarm);
}

/* Makes what can fail. *syscall names what did, if it was a system call. */
static int open_loop(struct rvx_loop *loop, const char **syscall)
{
    int result;

    *syscall = loop->poller.ops->syscall;
    result = loop->poller.ops->init(&loop->poller.state);
    if (result < 0)
        return result;
    *syscall = "eventfd";
    result = rvx__wake_init(&loop->wake);
    if (result < 0)
        goto err1;
    *syscall = "epoll_ctl";
    result = rvx__watch_start(loop, &loop->wake_watch, loop->wake.fd, POLLIN, read_notes, loop);
    if (result == 0)
        return 0;

    rvx__wake_fini(&loop->wake);
err1:
    rvx__watches_fini(&loop->watches);
    loop->poller.ops->fini(loop->poller.state);
    return result;
}

int rvx__loop_new_with(const struct rvx_loop_opts *opts, const struct rvx__clock *clock, struct rvx_loop **out,
                       struct rvx_error *err)
{
    struct rvx_loop_opts local;
    const struct rvx__poller_ops *ops;
    const char *syscall;
    struct rvx_loop *loop;
    int result;

    *out = NULL;
    if (rvx__opts_copy(&local, sizeof local, opts) < 0)
        return rvx__error_option(err, "size", rvx__view_text(NULL));
    ops = choose_poller(local.poller);
    if (ops == NULL)
        return rvx__error_option(err, "poller", rvx__view_text(NULL));
    loop = rvx__calloc(1, sizeof *loop);
    if (loop == NULL)
        return rvx__error_plain(err, -ENOMEM);
    loop->clock = clock;
    loop->now = clock->now(clock->self);
    rvx__process_init(&loop->process);
    loop->poller.ops = ops;
    init_lists(loop);
    result = open_loop(loop, &syscall);
    if (result < 0) {
        rvx__process_fini(&loop->process);
        rvx__free(loop);
        return result == -ENOMEM ? rvx__error_plain(err, result) : rvx__error_syscall(err, result, syscall);
    }
    *out = loop;
    return rvx__error_none(err);
}

int rvx_loop_new(const struct rvx_loop_opts *opts, struct rvx_loop **loop, struct rvx_error *err)
{
    return rvx__loop_new_with(opts, &rvx__clock_system, loop, err);
}

void rvx__loop_join(struct rvx_loop *loop, struct rvx__guest *guest)
{
    rvx__list_append(&loop->guests, &guest->link);
}

void rvx__loop_leave(struct rvx__guest *guest)
{
    rvx__link_remove(&guest->link);
}

struct rvx__guest *rvx__loop_find_guest(const struct rvx_loop *loop, void (*leave)(struct rvx__guest *guest),
                                        const void *host)
{
    for (struct rvx__link *link = loop->guests.next; link != &loop->guests; link = link->next) {
        struct rvx__guest *guest = RVX__OWNER(link, struct rvx__guest, link);

        if (guest->leave == leave && guest->host == host)
            return guest;
    }
    return NULL;
}

void rvx__loop_add_chore(struct rvx_loop *loop, struct rvx__chore *chore)
{
    if (rvx__link_in_list(&chore->link))
        return;
    rvx__list_append(&loop->chores, &chore->link);
    rvx__loop_touch(loop);
}

void rvx__loop_drop_chore(struct rvx__chore *chore)
{
    rvx__link_remove(&chore->link);
}

void rvx__loop_send(struct rvx_loop *loop, struct rvx__note *note)
{
    rvx__wake_send(&loop->wake, note);
}

void rvx__loop_recall(struct rvx_loop *loop, struct rvx__note *note)
{
    rvx__wake_recall(&loop->wake, note);
}

void rvx_loop_free(struct rvx_loop *loop)
{
    struct rvx__link *link;

    if (loop == NULL)
        return;
    loop->gathering = true; /* nothing has to be told to anybody any more */
    for (struct rvx__frame *frame = loop->frame; frame != NULL; frame = frame->outer)
        frame->gone = true;
    rvx__wake_drain(&loop->wake, rvx__loop_check(loop) < 0); /* posts become operations */
    rvx__ops_cancel(loop);
    while ((link = rvx__list_take(&loop->guests)) != NULL) {
        struct rvx__guest *guest = RVX__OWNER(link, struct rvx__guest, link);

        guest->leave(guest);
    }
    rvx__timers_fini(&loop->timers);
    rvx__watches_fini(&loop->watches);
    rvx__alarm_fini(&loop->alarm);
    rvx__wake_fini(&loop->wake);
    loop->poller.ops->fini(loop->poller.state);
    rvx__process_fini(&loop->process);
    rvx__free(loop);
}

/* Makes the watched descriptor tell the truth about descriptors and timers. */
static void settle(struct rvx_loop *loop)
{
    if (loop->alarm.fd < 0)
        return;
    rvx__watches_flush(&loop->watches); /* what fails stays dirty and fails the next turn */
    rvx__alarm_set(&loop->alarm, rvx__timers_next(&loop->timers));
}

/* ... and about operations that wait to be handed out, and about chores. */
void rvx__loop_show_queue(struct rvx_loop *loop)
{
    if (loop->alarm.fd < 0 || loop->poked || (rvx__list_empty(&loop->queue) && rvx__list_empty(&loop->chores)))
        return;
    loop->poked = true;
    rvx__wake_poke(&loop->wake);
}

void rvx__loop_touch(struct rvx_loop *loop)
{
    if (loop->alarm.fd < 0 || loop->gathering || rvx__loop_check(loop) < 0)
        return;
    settle(loop);
    rvx__loop_show_queue(loop);
}

static void run_timers(struct rvx_loop *loop)
{
    struct rvx__timer *timer;

    rvx__timers_expire(&loop->timers, loop->now);
    while ((timer = rvx__timers_take(&loop->timers)) != NULL)
        timer->callback(timer->arg);
}

/* Does the chores that are there now; what they leave in their turn keeps the loop from waiting. */
static void run_chores(struct rvx_loop *loop)
{
    struct rvx__link chores, *link;

    if (rvx__list_empty(&loop->chores))
        return;
    rvx__list_init(&chores);
    rvx__list_move(&chores, &loop->chores);
    loop->gathering = true;
    while ((link = rvx__list_take(&chores)) != NULL) {
        struct rvx__chore *chore = RVX__OWNER(link, struct rvx__chore, link);

        chore->run(chore);
    }
    loop->gathering = false;
}

static int gather(struct rvx_loop *loop, rvx_time deadline)
{
    const struct rvx__clock *clock = loop->clock;
    const struct rvx__ready *ready;
    rvx_time limit;
    int result;

    run_chores(loop);
    limit = rvx__deadline_min(deadline, rvx__timers_next(&loop->timers));
    result = rvx__watches_flush(&loop->watches);
    if (result < 0)
        return result;
    if (!rvx__list_empty(&loop->queue) || !rvx__list_empty(&loop->chores))
        limit = RVX_NOWAIT;
    result = loop->poller.ops->wait(loop->poller.state, limit, clock->now(clock->self), &ready);
    if (result < 0)
        return result;
    loop->now = clock->now(clock->self);
    loop->gathering = true;
    rvx__watches_deliver(&loop->watches, ready, result);
    run_timers(loop);
    loop->gathering = false;
    return 0;
}

int rvx_loop_turn(struct rvx_loop *loop, rvx_time deadline)
{
    struct rvx__frame frame = {loop->frame, false};
    int result = rvx__loop_check(loop);

    if (result < 0)
        return result;
    result = gather(loop, deadline);
    if (result < 0)
        return result;
    if (loop->alarm.fd >= 0)
        run_chores(loop); /* who watches this loop need not come back for them */
    settle(loop);
    loop->frame = &frame;
    result = rvx__ops_deliver(loop, &frame);
    if (!frame.gone)
        loop->frame = frame.outer;
    return result;
}

int rvx_loop_dispatch(struct rvx_loop *loop)
{
    return rvx_loop_turn(loop, RVX_NOWAIT);
}

static bool has_work(struct rvx_loop *loop)
{
    return !rvx__list_empty(&loop->pending) || !rvx__list_empty(&loop->queue) || rvx__wake_waiting(&loop->wake);
}

int rvx_loop_run(struct rvx_loop *loop)
{
    struct rvx__frame frame = {loop->frame, false};
    int result = rvx__loop_check(loop);

    if (result < 0)
        return result;
    loop->frame = &frame;
    loop->stopped = false;
    while (!loop->stopped && has_work(loop)) {
        result = rvx_loop_turn(loop, RVX_FOREVER);
        if (frame.gone)
            return 0;
        if (result < 0)
            break;
    }
    loop->frame = frame.outer;
    return result < 0 ? result : 0;
}

void rvx_loop_stop(struct rvx_loop *loop)
{
    loop->stopped = true;
}

static void note_alarm(void *arg, unsigned events)
{
    struct rvx_loop *loop = arg;

    (void)events;
    loop->alarm.armed = 0;
}

int rvx_loop_fd(struct rvx_loop *loop)
{
    int result = rvx__loop_check(loop);

    if (result < 0)
        return result;
    if (loop->poller.ops->fd == NULL)
        return -EOPNOTSUPP;
    if (loop->alarm.fd >= 0)
        return loop->poller.ops->fd(loop->poller.state);
    result = rvx__alarm_open(&loop->alarm);
    if (result < 0)
        return result;
    result = rvx__watch_start(loop, &loop->alarm_watch, loop->alarm.fd, POLLIN, note_alarm, loop);
    if (result < 0) {
        rvx__alarm_fini(&loop->alarm);
        return result;
    }
    rvx__loop_touch(loop);
    return loop->poller.ops->fd(loop->poller.state);
}

rvx_time rvx_loop_now(const struct rvx_loop *loop)
{
    return loop->now;
}
