/* plan.c - the decision whom to ask for a host or a service, in which order, and what to do with each answer
 *
 * From the strongest to the weakest say: an order among the options, the environment variable RESOLVX, nsswitch.conf,
 * and the default "files, dns" or "files". A source in nsswitch.conf that no backend answers for is one of libc's
 * modules, and libc is asked in its place. That asks it for its whole line, there being no call for one module alone,
 * so neighbours that both need libc become one step, with what is to be done after the last of them. Words in the
 * options are taken as they are: there, a name that nobody answers for is a mistake.
 *
 * Ports never depend on nsswitch.conf being there and sensible: the services file and the built-in table are asked in
 * the end whatever it says, as in Go. That "services: files sss" first asks the file here, and not libc, is
 * nsswitch.conf's own order; Go would ask libc.
 *
 * Names at and below "localhost" are answered here and not sent to anybody who could ask a name server (RFC 6761
 * section 6.3), unless libc was asked for by name; a hosts file still has the first word. Names under invalid, onion
 * and alt are not sent there either, and so do not exist unless a file has them.
 *
 * The source "dns" is asked here, unless the configuration says something about it that only libc may understand:
 * HOSTALIASES, a line of resolv.conf that nobody knows, a resolv.conf that cannot be read. Then libc is asked in its
 * place, as in Go, which falls back on libc as a whole; here sources beside it keep their place and their actions.
 * LOCALDOMAIN and RES_OPTIONS send Go to libc too; here they are obeyed. Multicast DNS is libc's: it is asked for names
 * below "local", or for all if /etc/mdns.allow is there, and otherwise passed over together with its actions.
 */
#include <config.h>

#include "resolver/plan.h"

#include <errno.h>

#include "dns/special.h"

struct builder {
    struct rvx__plan *plan;
    const struct rvx__plan_input *input;
    struct rvx__buf why;
    struct rvx__view name;     /* hosts: the one to look up */
    enum rvx__special special; /* ... and whether it has rules of its own */
};

static void begin_plan(struct builder *b, struct rvx__plan *plan, const struct rvx__plan_input *input)
{
    plan->n = 0;
    b->plan = plan;
    b->input = input;
    b->name = rvx__view_text(NULL);
    b->special = RVX__SPECIAL_NONE;
    rvx__buf_init(&b->why, plan->why, sizeof plan->why);
}

static void end_plan(struct builder *b)
{
    rvx__buf_finish(&b->why);
}

/* "; SOURCE what became of it" */
static void add_note(struct builder *b, const char *source, const char *what)
{
    rvx__buf_add_text(&b->why, "; ");
    rvx__buf_add_text(&b->why, source);
    rvx__buf_add_text(&b->why, what);
}

/* Is it a host only libc may know what to do with, as in Go? */
static bool is_odd(struct rvx__view name)
{
    return rvx__view_find(name, '\\') != RVX__NPOS || rvx__view_find(name, '%') != RVX__NPOS;
}

static void set_default_actions(struct rvx__plan_step *step)
{
    for (int i = 0; i < RVX__NSSWITCH_STATUS_N; i++)
        step->action[i] = RVX__NSSWITCH_CONTINUE;
    step->action[RVX_STATUS_SUCCESS] = RVX__NSSWITCH_RETURN;
}

static void add_step(struct builder *b, const char *backend, bool fallback)
{
    struct rvx__plan_step *step;

    if (b->plan->n == RVX__PLAN_MAX) {
        add_note(b, backend, " left out, too many sources");
        return;
    }
    step = &b->plan->steps[b->plan->n++];
    step->backend = backend;
    step->by = NULL;
    step->fallback = fallback;
    set_default_actions(step);
}

static bool has_step(const struct rvx__plan *plan, const char *backend)
{
    for (unsigned i = 0; i < plan->n; i++) {
        if (strcmp(plan->steps[i].backend, backend) == 0)
            return true;
    }
    return false;
}

/* Adds a fall-back, unless it is asked already. */
static void add_fallback(struct builder *b, const char *backend)
{
    if (!has_step(b->plan, backend))
        add_step(b, backend, true);
}

static bool is_known(const struct builder *b, const char *name)
{
    return b->input->known(b->input->known_arg, name);
}

/* Why libc has to answer for "dns"; NULL: it has not. */
static const char *find_dns_obstacle(const struct builder *b)
{
    const struct rvx__plan_input *input = b->input;

    if (!is_known(b, "dns"))
        return "";
    if (input->mode == RVX__MODE_DNS)
        return NULL;
    if (input->hostaliases)
        return ", HOSTALIASES is set";
    /* Without leave to read it there is nothing to be found in it, for libc as for us. */
    if (input->resolv_error < 0 && input->resolv_error != -EACCES)
        return ", resolv.conf cannot be read";
    if (input->resolv != NULL && input->resolv->unknown)
        return ", resolv.conf says what is not known here";
    if (is_odd(b->name))
        return ", the name is no domain name";
    return NULL;
}

/* Adds a source of nsswitch.conf. */
static void add_source(struct builder *b, const struct rvx__nsswitch_source *source, const char *backend)
{
    struct rvx__plan *plan = b->plan;
    struct rvx__plan_step *last = plan->n > 0 ? &plan->steps[plan->n - 1] : NULL;

    if (strcmp(backend, source->name) != 0) {
        const char *obstacle = strcmp(source->name, "dns") == 0 ? find_dns_obstacle(b) : NULL;

        add_note(b, source->name, " through ");
        rvx__buf_add_text(&b->why, backend);
        rvx__buf_add_text(&b->why, obstacle != NULL ? obstacle : "");
    }
    if (last == NULL || strcmp(backend, "libc") != 0 || strcmp(last->backend, "libc") != 0) {
        /* Room is left for the fall-backs. */
        if (plan->n == RVX__ORDER_MAX) {
            add_note(b, source->name, " left out, too many sources");
            return;
        }
        add_step(b, backend, false);
        last = &plan->steps[plan->n - 1];
    }
    memcpy(last->action, source->action, sizeof last->action);
}

static void add_order(struct builder *b)
{
    const struct rvx__order *order = b->input->order;

    rvx__buf_add_text(&b->why, "order of the options");
    for (unsigned i = 0; i < order->n; i++)
        add_step(b, order->names[i], false);
}

/* The line for a database, and why as far as it decides; NULL: no line that says anything. */
static const struct rvx__nsswitch_database *find_line(struct builder *b, const char *name)
{
    const struct rvx__nsswitch *nsswitch = b->input->nsswitch;
    const struct rvx__nsswitch_database *line = nsswitch != NULL ? rvx__nsswitch_find(nsswitch, name) : NULL;

    if (nsswitch == NULL) {
        rvx__buf_add_text(&b->why, "nsswitch.conf cannot be read");
        return NULL;
    }
    if (line == NULL || (line->sources_n == 0 && line->bad_line == 0)) {
        rvx__buf_add_text(&b->why, "default, nsswitch.conf says nothing");
        return NULL;
    }
    rvx__buf_add_text(&b->why, "nsswitch.conf line ");
    rvx__buf_add_dec(&b->why, line->bad_line != 0 ? line->bad_line : line->line);
    if (line->bad_line != 0)
        rvx__buf_add_text(&b->why, " cannot be understood");
    return line;
}

static bool has_source(const struct rvx__nsswitch_database *line, const char *name)
{
    for (const struct rvx__nsswitch_source *source = line->sources; source != NULL; source = source->next) {
        if (strcmp(source->name, name) == 0)
            return true;
    }
    return false;
}

static bool is_mdns(const char *source)
{
    return rvx__view_starts(rvx__view_text(source), "mdns");
}

/* Who answers for a source of hosts; NULL: nobody, and *why_not says why. */
static const char *choose_host_backend(const struct builder *b, const struct rvx__nsswitch_database *line,
                                       const char *source, const char **why_not)
{
    *why_not = " left out";
    if (strcmp(source, "dns") == 0)
        return find_dns_obstacle(b) == NULL ? "dns" : "libc";
    if (is_known(b, source))
        return source;
    if (b->input->mode == RVX__MODE_DNS) {
        if (has_source(line, "dns"))
            return NULL;
        return is_known(b, "dns") ? "dns" : "libc";
    }
    *why_not = " left out, it is for names below local";
    if (is_mdns(source) && b->special != RVX__SPECIAL_LOCAL && !b->input->mdns_allow)
        return NULL;
    return "libc";
}

/* The source "dns" where no line names it. */
static void add_dns(struct builder *b)
{
    const char *obstacle = find_dns_obstacle(b);

    if (obstacle != NULL) {
        add_note(b, "dns", " through libc");
        rvx__buf_add_text(&b->why, obstacle);
    }
    add_step(b, obstacle != NULL ? "libc" : "dns", false);
}

static void add_host_line(struct builder *b)
{
    const struct rvx__nsswitch_database *line = find_line(b, "hosts");

    bool is_bad = b->input->nsswitch == NULL || (line != NULL && line->bad_line != 0);

    if (is_bad && b->input->mode != RVX__MODE_DNS) {
        add_step(b, "libc", false);
        add_fallback(b, "files");
        return;
    }
    if (is_bad || line == NULL) {
        add_step(b, "files", false);
        add_dns(b);
        return;
    }
    for (const struct rvx__nsswitch_source *source = line->sources; source != NULL; source = source->next) {
        const char *why_not;
        const char *backend = choose_host_backend(b, line, source->name, &why_not);

        if (backend != NULL)
            add_source(b, source, backend);
        else
            add_note(b, source->name, why_not);
    }
}

/* Answers a name here instead of by libc or by name servers. */
static void keep_local(struct builder *b)
{
    struct rvx__plan *plan = b->plan;
    unsigned n = 0;

    for (unsigned i = 0; i < plan->n; i++) {
        const char *backend = plan->steps[i].backend;

        if (strcmp(backend, "libc") != 0 && strcmp(backend, "dns") != 0)
            plan->steps[n++] = plan->steps[i];
    }
    plan->n = n;
    add_note(b, rvx__special_text(b->special), " stays here");
}

void rvx__plan_hosts(struct rvx__plan *plan, const struct rvx__plan_input *input, struct rvx__view name)
{
    struct builder b;

    begin_plan(&b, plan, input);
    b.name = name;
    b.special = rvx__special_of(name);
    if (input->order->n > 0) {
        add_order(&b);
    } else if (input->mode == RVX__MODE_LIBC) {
        rvx__buf_add_text(&b.why, "RESOLVX=libc");
        add_step(&b, "libc", false);
    } else {
        add_host_line(&b);
        if (!rvx__special_asks_dns(b.special))
            keep_local(&b);
    }
    if (input->order->n == 0 && b.special == RVX__SPECIAL_LOCALHOST)
        add_fallback(&b, "localhost");
    end_plan(&b);
}

bool rvx__plan_is_for_all(struct rvx__view name)
{
    enum rvx__special special = rvx__special_of(name);

    return rvx__special_asks_dns(special) && special != RVX__SPECIAL_LOCAL && !is_odd(name);
}

/* Who answers for a source of services; NULL: nobody, and *why_not says why. */
static const char *choose_service_backend(const struct builder *b, const char *source, const char **why_not)
{
    if (is_known(b, source))
        return source;
    if (strcmp(source, "db") == 0 && !b->input->services_db) {
        *why_not = " left out, there is no services.db";
        return NULL;
    }
    if (b->input->mode == RVX__MODE_DNS) {
        *why_not = " left out, RESOLVX=dns";
        return NULL;
    }
    return "libc";
}

static void add_service_line(struct builder *b)
{
    const struct rvx__nsswitch_database *line = find_line(b, "services");

    if (line == NULL || line->bad_line != 0) {
        add_step(b, "files", false);
        return;
    }
    for (const struct rvx__nsswitch_source *source = line->sources; source != NULL; source = source->next) {
        const char *why_not = NULL;
        const char *backend = choose_service_backend(b, source->name, &why_not);

        if (backend != NULL)
            add_source(b, source, backend);
        else
            add_note(b, source->name, why_not);
    }
}

void rvx__plan_services(struct rvx__plan *plan, const struct rvx__plan_input *input)
{
    struct builder b;

    begin_plan(&b, plan, input);
    if (input->order->n > 0) {
        add_order(&b);
    } else {
        if (input->mode == RVX__MODE_LIBC) {
            rvx__buf_add_text(&b.why, "RESOLVX=libc");
            add_step(&b, "libc", false);
        } else {
            add_service_line(&b);
        }
        add_fallback(&b, "files");
        add_fallback(&b, "builtin");
    }
    end_plan(&b);
}

bool rvx__plan_needs_nsswitch(const struct rvx__order *order, enum rvx__mode mode)
{
    return order->n == 0 && mode != RVX__MODE_LIBC;
}

bool rvx__plan_wants_db(const struct rvx__nsswitch *nsswitch)
{
    const struct rvx__nsswitch_database *line = rvx__nsswitch_find(nsswitch, "services");

    return line != NULL && has_source(line, "db");
}

bool rvx__plan_wants_mdns(const struct rvx__nsswitch *nsswitch)
{
    const struct rvx__nsswitch_database *line = rvx__nsswitch_find(nsswitch, "hosts");

    for (const struct rvx__nsswitch_source *source = line != NULL ? line->sources : NULL; source != NULL;
         source = source->next) {
        if (is_mdns(source->name))
            return true;
    }
    return false;
}

static void print_actions(struct rvx__buf *buf, const struct rvx__plan_step *step)
{
    static const char *const statuses[] = {"SUCCESS", "NOTFOUND", "UNAVAIL", "TRYAGAIN"};
    static const char *const actions[] = {"return", "continue", "merge"};
    struct rvx__plan_step standard;

    set_default_actions(&standard);
    for (int i = 0; i < RVX__NSSWITCH_STATUS_N; i++) {
        if (step->action[i] == standard.action[i])
            continue;
        rvx__buf_add_text(buf, " [");
        rvx__buf_add_text(buf, statuses[i]);
        rvx__buf_add_byte(buf, '=');
        rvx__buf_add_text(buf, actions[step->action[i]]);
        rvx__buf_add_byte(buf, ']');
    }
}

void rvx__plan_print(struct rvx__buf *buf, const struct rvx__plan *plan)
{
    for (unsigned i = 0; i < plan->n; i++) {
        if (i > 0)
            rvx__buf_add_text(buf, ", ");
        rvx__buf_add_text(buf, plan->steps[i].backend);
        print_actions(buf, &plan->steps[i]);
    }
}
