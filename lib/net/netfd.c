/* netfd.c - pinning, turns, deadlines and closing
 *
 * The model is that of poll.FD in Go, built from one mutex and stack nodes. Calls of a side form a queue whose first
 * member has the turn. A call that has to wait notes its thread's waiter and "who" in its node, which is what
 * "parked" means, and waits without the mutex. Whoever changes something a parked call may depend on (a deadline, the
 * turn, the end) wakes it under the mutex, and the call looks at everything again: there is one list of reasons to
 * stop, check_call(), and it is asked before every system call and after every wake. Wakes are sticky by the waiter's
 * contract, so the gap between unlocking and waiting is harmless, and so is a wake too many.
 *
 * wake() is called with the mutex held. That is what keeps the woken side's stack node, and the closer's handle, alive
 * during the call; a waiter's wake() must therefore not call back into the library.
 *
 * Not done: reader/writer starvation policies, and lock-free fast paths. Two uncontended mutex pairs cost some 30 ns
 * beside a system call.
 */
#include <config.h>

#include "net/netfd.h"

#include <sched.h>

#include "base/clock.h"
#include "loop/waiter.h"

int rvx__netfd_init(struct rvx__netfd *netfd)
{
    *netfd = (struct rvx__netfd){.pokes = 0};
    for (unsigned i = 0; i < RVX__NETFD_SIDES; i++)
        rvx__list_init(&netfd->sides[i].calls);
    return -pthread_mutex_init(&netfd->mutex, NULL);
}

void rvx__netfd_fini(struct rvx__netfd *netfd)
{
    pthread_mutex_destroy(&netfd->mutex);
}

static bool time_passed(rvx_time deadline)
{
    return deadline != RVX_FOREVER && deadline <= rvx_now();
}

static rvx_time call_deadline(const struct rvx__netfd *netfd, const struct rvx__netfd_call *call)
{
    return rvx__deadline_min(netfd->sides[call->side].deadline, call->ctx.deadline);
}

/* Why a call must not go on; 0 if it may. */
static int check_call(const struct rvx__netfd *netfd, const struct rvx__netfd_call *call)
{
    if (netfd->closed)
        return RVX_ECLOSED;
    if (rvx_cancel_fired(call->ctx.cancel))
        return RVX_ECANCELED;
    return time_passed(call_deadline(netfd, call)) ? RVX_ETIMEOUT : 0;
}

/* The call that has the turn of a side, or NULL. */
static struct rvx__netfd_call *first_call(const struct rvx__netfd *netfd, unsigned side)
{
    struct rvx__link *link = rvx__list_first(&netfd->sides[side].calls);

    return link == NULL ? NULL : RVX__OWNER(link, struct rvx__netfd_call, link);
}

static bool has_turn(const struct rvx__netfd *netfd, const struct rvx__netfd_call *call)
{
    return call->side == RVX__NETFD_PIN || first_call(netfd, call->side) == call;
}

static void wake_call(const struct rvx__netfd_call *call)
{
    if (call != NULL && call->waiter != NULL)
        call->waiter->wake(call->waiter->self, call->who);
}

/* Wakes the calls of a side: all of them, or those that pause. */
static void wake_side(const struct rvx__netfd *netfd, unsigned side, bool pausing_only)
{
    const struct rvx__link *calls = &netfd->sides[side].calls;

    for (struct rvx__link *link = calls->next; link != calls; link = link->next) {
        const struct rvx__netfd_call *call = RVX__OWNER(link, struct rvx__netfd_call, link);

        if (call->pausing || !pausing_only)
            wake_call(call);
    }
}

static void wake_all(const struct rvx__netfd *netfd, bool pausing_only)
{
    for (unsigned i = 0; i < RVX__NETFD_SIDES; i++)
        wake_side(netfd, i, pausing_only);
}

/* Waits once, without the mutex: for a descriptor, the cancel token, a deadline, a wake, or for no reason at all.
 * fds: room for n + 1.  Returns: how many of the first n are ready, or -errno. */
static int park_call(struct rvx__netfd *netfd, struct rvx__netfd_call *call, struct pollfd *fds, unsigned n,
                     rvx_time until)
{
    const struct rvx_waiter *waiter = rvx__waiter_get();
    rvx_time deadline = rvx__deadline_min(call_deadline(netfd, call), until);
    unsigned all = n;
    int ready;

    if (call->ctx.cancel != NULL)
        fds[all++] = (struct pollfd){.fd = rvx__cancel_fd(call->ctx.cancel), .events = POLLIN};
    call->who = waiter->current(waiter->self);
    call->waiter = waiter;
    pthread_mutex_unlock(&netfd->mutex);
    ready = waiter->wait(waiter->self, fds, all, deadline);
    pthread_mutex_lock(&netfd->mutex);
    call->waiter = NULL;
    if (ready > 0 && all > n && fds[n].revents != 0)
        ready--;
    return ready;
}

static bool is_empty(const struct rvx__netfd *netfd)
{
    for (unsigned i = 0; i < RVX__NETFD_SIDES; i++) {
        if (first_call(netfd, i) != NULL)
            return false;
    }
    return true;
}

int rvx__netfd_enter(struct rvx__netfd *netfd, enum rvx__netfd_side side, const struct rvx_ctx *ctx,
                     struct rvx__netfd_call *call)
{
    struct pollfd room[1];
    int rc;

    *call = (struct rvx__netfd_call){.side = side};
    rc = rvx__ctx_copy(&call->ctx, ctx);
    if (rc < 0)
        return rc;
    pthread_mutex_lock(&netfd->mutex);
    call->pokes = netfd->pokes;
    if (!netfd->closed)
        rvx__list_append(&netfd->sides[side].calls, &call->link);
    while ((rc = check_call(netfd, call)) == 0 && !has_turn(netfd, call)) {
        rc = park_call(netfd, call, room, 0, RVX_FOREVER);
        if (rc < 0)
            break;
    }
    pthread_mutex_unlock(&netfd->mutex);
    return rc;
}

void rvx__netfd_leave(struct rvx__netfd *netfd, struct rvx__netfd_call *call)
{
    pthread_mutex_lock(&netfd->mutex);
    if (rvx__link_in_list(&call->link)) {
        rvx__link_remove(&call->link);
        if (call->side != RVX__NETFD_PIN)
            wake_call(first_call(netfd, call->side));
        if (is_empty(netfd))
            wake_call(netfd->closer);
    }
    pthread_mutex_unlock(&netfd->mutex);
}

int rvx__netfd_check(struct rvx__netfd *netfd, struct rvx__netfd_call *call)
{
    int rc;

    pthread_mutex_lock(&netfd->mutex);
    rc = check_call(netfd, call);
    pthread_mutex_unlock(&netfd->mutex);
    return rc;
}

int rvx__netfd_wait(struct rvx__netfd *netfd, struct rvx__netfd_call *call, struct pollfd *fds, unsigned n)
{
    int rc;

    pthread_mutex_lock(&netfd->mutex);
    do {
        rc = check_call(netfd, call);
        if (rc == 0)
            rc = park_call(netfd, call, fds, n, RVX_FOREVER);
    } while (rc == 0);
    pthread_mutex_unlock(&netfd->mutex);

    /* The closer forgets on its own thread; this one may have another waiter. */
    for (unsigned i = 0; rc == RVX_ECLOSED && i < n; i++)
        rvx__waiter_forget(fds[i].fd);
    return rc < 0 ? rc : 0;
}

int rvx__netfd_pause(struct rvx__netfd *netfd, struct rvx__netfd_call *call, rvx_time until)
{
    struct pollfd room[1];
    int rc;

    pthread_mutex_lock(&netfd->mutex);
    call->pausing = true;
    while ((rc = check_call(netfd, call)) == 0 && call->pokes == netfd->pokes && !time_passed(until)) {
        rc = park_call(netfd, call, room, 0, until);
        if (rc < 0)
            break;
    }
    call->pausing = false;
    call->pokes = netfd->pokes;
    pthread_mutex_unlock(&netfd->mutex);
    return rc;
}

void rvx__netfd_poke(struct rvx__netfd *netfd)
{
    pthread_mutex_lock(&netfd->mutex);
    netfd->pokes++;
    wake_all(netfd, true);
    pthread_mutex_unlock(&netfd->mutex);
}

int rvx__netfd_set_deadline(struct rvx__netfd *netfd, enum rvx__netfd_side side, rvx_time deadline)
{
    int rc = RVX_ECLOSED;

    pthread_mutex_lock(&netfd->mutex);
    if (!netfd->closed) {
        netfd->sides[side].deadline = deadline;
        wake_side(netfd, side, false);
        rc = 0;
    }
    pthread_mutex_unlock(&netfd->mutex);
    return rc;
}

int rvx__netfd_close(struct rvx__netfd *netfd)
{
    struct rvx__netfd_call call = {.side = RVX__NETFD_PIN, .ctx = {.deadline = RVX_FOREVER}};
    struct pollfd room[1];
    int rc = RVX_ECLOSED;

    pthread_mutex_lock(&netfd->mutex);
    if (!netfd->closed) {
        netfd->closed = true;
        netfd->closer = &call;
        wake_all(netfd, false);
        while (!is_empty(netfd)) {
            /* A wait that cannot wait must not keep close() from doing its job. */
            if (park_call(netfd, &call, room, 0, RVX_FOREVER) < 0)
                sched_yield();
        }
        netfd->closer = NULL;
        rc = 0;
    }
    pthread_mutex_unlock(&netfd->mutex);
    return rc;
}

bool rvx__netfd_closed(const struct rvx__netfd *netfd)
{
    return netfd->closed;
}
