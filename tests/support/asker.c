/* asker.c - questions asked on a channel, and what came of them */
#include "support/asker.h"

#include <string.h>

#include "base/rnd.h"
#include "dns/classify.h"

void view_init(struct rvx__dns_view *view, const struct rvx_addr *servers, unsigned n)
{
    memset(view, 0, sizeof *view);
    memcpy(view->servers, servers, n * sizeof *servers);
    view->servers_n = n;
    view->attempts = 2;
    view->timeout = RVX_SECONDS(20);
    view->packets_max = 64;
    view->id = 1;
}

void stage_init(struct stage *stage, const struct rvx__resolver_base *base, const struct rvx_addr *server)
{
    memset(stage, 0, sizeof *stage);
    if (base == NULL)
        base = &rvx__resolver_base_system;
    assert_int_equal(rvx__resolver_new_on(base, NULL, &stage->resolver, NULL), 0);
    assert_int_equal(rvx_loop_new(NULL, &stage->loop, NULL), 0);
    assert_int_equal(rvx__channel_get(stage->resolver, stage->loop, &stage->channel), 0);
    view_init(&stage->view, server, 1);
}

void stage_fini(struct stage *stage)
{
    rvx_loop_free(stage->loop);
    rvx_resolver_free(stage->resolver);
}

static void note_done(struct rvx__ask *ask, const struct rvx__message *message, const struct rvx__finding *finding)
{
    struct asker *asker = RVX__OWNER(ask, struct asker, ask);
    const struct rvx__question question = {rvx__name_view(&asker->name), RVX__DNS_TYPE_A, RVX__DNS_CLASS_IN};
    struct rvx__rr rr;
    size_t at = 0;

    assert_true(asker->asking);
    assert_true((message != NULL) == (ask->query.code == 0));
    asker->asking = false;
    asker->done++;
    asker->code = ask->query.code;
    asker->addrs_n = 0;
    while (message != NULL && rvx__finding_next(message, &question, finding, &at, &rr)) {
        if (asker->addrs_n++ == 0)
            assert_true(rvx__rr_addr(message, &rr, &asker->addr));
    }
    if (asker->all_done != NULL)
        ++*asker->all_done;
    if (asker->then != NULL)
        asker->then(asker);
}

int asker_try(struct asker *asker, struct stage *stage, const char *name)
{
    struct rvx__question question = {.type = RVX__DNS_TYPE_A, .class_ = RVX__DNS_CLASS_IN};
    unsigned done = asker->done;
    int rc;

    assert_true(rvx__name_parse(rvx__view_text(name), &asker->name));
    question.name = rvx__name_view(&asker->name);
    asker->ask.on_done = note_done;
    asker->budget = 64;
    asker->asking = true;
    rc = rvx__ask_start(&asker->ask, stage->channel, &stage->view, &question, -1, &asker->budget);
    assert_int_equal(asker->done, done); /* not inside of it */
    asker->asking = rc == 0;
    return rc;
}

void asker_start(struct asker *asker, struct stage *stage, const char *name)
{
    assert_int_equal(asker_try(asker, stage, name), 0);
}

/* A question may end in the chores of a turn, before its wait; unlike an operation it does not keep it from waiting. */
void stage_wait(struct stage *stage, const unsigned *count, unsigned least)
{
    rvx_time deadline = rvx_after(RVX_SECONDS(60));

    while (*count < least) {
        assert_true(rvx_loop_turn(stage->loop, rvx_after(RVX_MILLISECONDS(20))) >= 0);
        assert_true(rvx_now() < deadline);
    }
}

void asker_wait(struct asker *asker, struct stage *stage)
{
    if (asker->asking)
        stage_wait(stage, &asker->done, asker->done + 1);
}

void asker_assert_addr(const struct asker *asker, const char *addr)
{
    char text[RVX_ADDR_STRLEN];

    assert_int_equal(asker->code, 0);
    assert_true(asker->addrs_n >= 1);
    assert_string_equal(rvx_addr_host_text(&asker->addr, text), addr);
}
