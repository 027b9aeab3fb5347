/* private.h - what a loop is made of; for lib/loop/ only */
#ifndef RVX_LOOP_PRIVATE_H
#define RVX_LOOP_PRIVATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/list.h"
#include "base/process.h"
#include "loop/alarm.h"
#include "loop/loop.h"
#include "loop/op.h"
#include "loop/poller.h"
#include "loop/timers.h"
#include "loop/wake.h"
#include "loop/watches.h"

/* A turn that is being run, on its stack: how it learns that a callback freed the loop. */
struct rvx__frame {
    struct rvx__frame *outer;
    bool gone;
};

struct rvx_loop {
    const struct rvx__clock *clock;
    rvx_time now; /* when the current turn began */
    struct rvx__process process; /* that made it */
    struct rvx__poller poller;
    struct rvx__watches watches;
    struct rvx__timers timers;
    struct rvx__wake wake;
    struct rvx__watch wake_watch;
    struct rvx__alarm alarm; /* open once another loop watches this one */
    struct rvx__watch alarm_watch;
    struct rvx__link pending; /* operations */
    struct rvx__link queue;   /* operations that finished, oldest first */
    struct rvx__link guests;
    struct rvx__link chores;
    uint64_t seq;             /* of the last one in the queue */
    struct rvx__frame *frame; /* innermost turn being run, or NULL */
    bool gathering;           /* engines are at work: changes are told when they are done */
    bool poked;               /* the eventfd was made readable because of the queue or of chores */
    bool stopped;
};

/* Something changed that may have to show on the descriptor that another loop watches. */
void rvx__loop_touch(struct rvx_loop *loop);

/* Makes that descriptor readable if operations wait to be handed out, or chores to be done. */
void rvx__loop_show_queue(struct rvx_loop *loop);

/* Calls back the operations that are in the queue now, until one of them frees the loop: the number called. */
int rvx__ops_deliver(struct rvx_loop *loop, const struct rvx__frame *frame);

/* Cancels every operation. */
void rvx__ops_cancel(struct rvx_loop *loop);

#endif
