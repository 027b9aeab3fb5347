/* plan.h - the decision whom to ask for a host or a service, in which order, and what to do with each answer
 *
 * Pure: from options, nsswitch.conf as parsed, and the name, to a list of steps. Whoever walks the list obeys this
 * rule: a step is taken unless an earlier one said "return"; a fall-back is taken whenever there is no answer yet.
 */
#ifndef RVX_RESOLVER_PLAN_H
#define RVX_RESOLVER_PLAN_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/view.h"
#include "conf/nsswitch.h"
#include "conf/resolvconf.h"
#include "resolver/options.h"

struct rvx__backend;

struct rvx__plan_step {
    const char *backend;           /* who is asked: a name that input.known() knows, or one of an order */
    const struct rvx__backend *by; /* who that is; filled in by the resolver, NULL: nobody */
    bool fallback;       /* not in the order that was asked for: taken in any case if there is no answer yet */
    enum rvx__nsswitch_action action[RVX__NSSWITCH_STATUS_N]; /* what to do next, by enum rvx_status */
};

#define RVX__PLAN_MAX (RVX__ORDER_MAX + 3)
#define RVX__PLAN_WHY_SIZE 256

/* The texts that steps point to belong to the input. */
struct rvx__plan {
    struct rvx__plan_step steps[RVX__PLAN_MAX];
    unsigned n;
    char why[RVX__PLAN_WHY_SIZE]; /* in words, for a trace */
};

struct rvx__plan_input {
    const struct rvx__order *order; /* that of the options */
    enum rvx__mode mode;
    const struct rvx__nsswitch *nsswitch; /* NULL: not needed or cannot be read; a missing file is an empty one */
    const struct rvx__resolvconf *resolv; /* hosts: NULL: not needed */
    int resolv_error;                     /* ... and why it could not be read; 0 for a missing file */
    bool hostaliases;                     /* hosts: HOSTALIASES says something */
    bool mdns_allow;                      /* hosts: nss-mdns may answer for any name */
    bool services_db;                     /* services: libc's table for the source "db" is there */
    bool (*known)(const void *arg, const char *name); /* is there a backend of this name for what is looked up? */
    const void *known_arg;
};

/* Does the decision need nsswitch.conf at all? */
bool rvx__plan_needs_nsswitch(const struct rvx__order *order, enum rvx__mode mode);

/* Whom to ask for the addresses of `name`. */
void rvx__plan_hosts(struct rvx__plan *plan, const struct rvx__plan_input *input, struct rvx__view name);

/* Is the plan for this host the one for all hosts, whatever the input? False if the name has rules of its own. */
bool rvx__plan_is_for_all(struct rvx__view name);

/* Whom to ask for a port. */
void rvx__plan_services(struct rvx__plan *plan, const struct rvx__plan_input *input);

/* Does the services line name the source "db", and the hosts line one of multicast DNS's? */
bool rvx__plan_wants_db(const struct rvx__nsswitch *nsswitch);
bool rvx__plan_wants_mdns(const struct rvx__nsswitch *nsswitch);

/* Prints the steps: "files [NOTFOUND=return] libc". */
void rvx__plan_print(struct rvx__buf *buf, const struct rvx__plan *plan);

#endif
