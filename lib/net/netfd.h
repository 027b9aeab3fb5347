/* netfd.h - what listeners and connections share: who is inside, whose turn it is, until when, and how it ends
 *
 * A netfd guards descriptors; it does not hold them. Every call that uses one of them enters first and leaves last,
 * and is represented by a node on its own stack:
 *
 *     rc = rvx__netfd_enter(netfd, RVX__NETFD_READ, ctx, &call);
 *     while (rc == 0 && (n = recv(...)) == -EAGAIN)
 *         rc = rvx__netfd_wait(netfd, &call, fds, 1);
 *     ... tell the error while the handle is still pinned ...
 *     rvx__netfd_leave(netfd, &call);
 *
 * Calls of one side take turns, in the order they came, so that whole writes (and reads, and accepts) never mix and a
 * connection wakes one of a hundred accepting threads. Waiting for a turn and waiting for the descriptor end alike:
 * by the deadline of the side, by the context, or because the netfd was closed. As long as a call is inside, close()
 * waits: neither the descriptor's number nor the memory of its handle can be reused under a running call.
 */
#ifndef RVX_NET_NETFD_H
#define RVX_NET_NETFD_H

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include <resolvx/time.h>
#include <resolvx/wait.h>

#include "base/list.h"

enum rvx__netfd_side {
    RVX__NETFD_READ,  /* and accept: one at a time */
    RVX__NETFD_WRITE, /* one at a time */
    RVX__NETFD_PIN    /* any number: no turn to wait for, no deadline of the side */
};

#define RVX__NETFD_SIDES 3

/* One call, from enter to leave. Private to netfd.c. */
struct rvx__netfd_call {
    struct rvx__link link; /* in the queue of its side; in none: outside */
    enum rvx__netfd_side side;
    bool pausing;
    unsigned pokes; /* how many of the netfd's this call has seen */
    struct rvx_ctx ctx;
    const struct rvx_waiter *waiter; /* not NULL: parked, and `who` is to be woken */
    void *who;
};

struct rvx__netfd {
    pthread_mutex_t mutex; /* over everything below; never held while waiting */
    atomic_bool closed;    /* written under the mutex */
    unsigned pokes;
    struct rvx__netfd_call *closer; /* waits for everybody to leave */
    struct {
        struct rvx__link calls; /* in the order they came; the first has the turn */
        rvx_time deadline;      /* 0 or RVX_FOREVER: none */
    } sides[RVX__NETFD_SIDES];
};

/* 0 or -errno. */
int rvx__netfd_init(struct rvx__netfd *netfd);
void rvx__netfd_fini(struct rvx__netfd *netfd);

/* Pins the netfd and waits for the call's turn.
 * ctx: may be NULL.
 * Returns: 0; RVX_ECLOSED, RVX_ETIMEOUT (also when data is ready), RVX_ECANCELED, RVX_EOPTIONS; -errno if waiting is
 *          impossible. After a failure too, rvx__netfd_leave() is due. */
int rvx__netfd_enter(struct rvx__netfd *netfd, enum rvx__netfd_side side, const struct rvx_ctx *ctx,
                     struct rvx__netfd_call *call);

/* Ends the call and hands its turn on. Nothing of the netfd may be touched afterwards. */
void rvx__netfd_leave(struct rvx__netfd *netfd, struct rvx__netfd_call *call);

/* May the call go on?  Returns: as rvx__netfd_enter(). */
int rvx__netfd_check(struct rvx__netfd *netfd, struct rvx__netfd_call *call);

/* Waits until one of `n` descriptors is ready.
 * fds: n entries, filled in, and room for one more.
 * Returns: 0, with at least one `revents` set; otherwise as rvx__netfd_enter(). */
int rvx__netfd_wait(struct rvx__netfd *netfd, struct rvx__netfd_call *call, struct pollfd *fds, unsigned n);

/* Waits until the time `until`, or until a poke that this call has not seen yet.
 * Returns: 0; otherwise as rvx__netfd_enter(). */
int rvx__netfd_pause(struct rvx__netfd *netfd, struct rvx__netfd_call *call, rvx_time until);

/* Ends every pause; it costs little when there is none, for nobody else is woken. */
void rvx__netfd_poke(struct rvx__netfd *netfd);

/* Sets the deadline of a side; calls inside notice.  Returns: 0 or RVX_ECLOSED. */
int rvx__netfd_set_deadline(struct rvx__netfd *netfd, enum rvx__netfd_side side, rvx_time deadline);

/* Lets nobody in any more, wakes everybody inside, and waits until they have left: then the descriptors are the
 * caller's alone.
 * Returns: 0; RVX_ECLOSED if it was closed before. */
int rvx__netfd_close(struct rvx__netfd *netfd);

bool rvx__netfd_closed(const struct rvx__netfd *netfd);

#endif
