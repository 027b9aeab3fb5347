/* asker.h - questions asked on a channel, and what came of them */
#ifndef TESTS_SUPPORT_ASKER_H
#define TESTS_SUPPORT_ASKER_H

#include "support/test.h"

#include <resolvx/loop.h>
#include <resolvx/resolver.h>

#include "dns/name.h"
#include "resolver/channel.h"
#include "resolver/resolver.h"

/* A resolver, a loop and its channel, and a view to ask by. */
struct stage {
    struct rvx_resolver *resolver;
    struct rvx_loop *loop;
    struct rvx__channel *channel;
    struct rvx__dns_view view;
};

/* A view of servers, with a timeout long enough for a loaded machine. */
void view_init(struct rvx__dns_view *view, const struct rvx_addr *servers, unsigned n);

/* base: NULL for the system's. */
void stage_init(struct stage *stage, const struct rvx__resolver_base *base, const struct rvx_addr *server);
void stage_fini(struct stage *stage);

/* One question. Zeroed, or done, it can be asked. */
struct asker {
    struct rvx__ask ask;
    struct rvx__name name;
    unsigned budget;
    bool asking;
    unsigned done;         /* times that on_done was called */
    int code;
    unsigned addrs_n;      /* addresses in the answer */
    struct rvx_addr addr;  /* the first of them */
    unsigned *all_done;    /* counts all, if it is not NULL */
    void (*then)(struct asker *asker);
    void *arg;
};

/* Starts asking for the A records of a name, and must be able to. */
void asker_start(struct asker *asker, struct stage *stage, const char *name);

/* The same; returns what rvx__ask_start() does. */
int asker_try(struct asker *asker, struct stage *stage, const char *name);

/* Turns the loop until it is done, or until *count is at least `least`. */
void asker_wait(struct asker *asker, struct stage *stage);
void stage_wait(struct stage *stage, const unsigned *count, unsigned least);

/* Is that the answer? */
void asker_assert_addr(const struct asker *asker, const char *addr);

#endif
