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
 * section 6.3), unless libc was asked for by name; a hosts file still has the first word.
 *
 * While there is no backend "dns", that source is one of libc's too.
 */
#include <config.h>

#include "resolver/plan.h"

struct builder {
    struct rvx__plan *plan;
    const struct rvx__plan_input *input;
    struct rvx__buf why;
};

static void begin_plan(struct builder *b, struct rvx__plan *plan, const struct rvx__plan_input *input)
{
    plan->n = 0;
    b->plan = plan;
    b->input = input;
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

/* Adds a source of nsswitch.conf. */
static void add_source(struct builder *b, const struct rvx__nsswitch_source *source, const char *backend)
{
    struct rvx__plan *plan = b->plan;
    struct rvx__plan_step *last = plan->n > 0 ? &plan->steps[plan->n - 1] : NULL;

    if (strcmp(backend, source->name) != 0) {
        add_note(b, source->name, " through ");
        rvx__buf_add_text(&b->why, backend);
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

static bool is_known(const struct builder *b, const char *name)
{
    return b->input->known(b->input->known_arg, name);
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

/* Who answers for a source of hosts; NULL: nobody, by the user's wish. */
static const char *choose_host_backend(const struct builder *b, const struct rvx__nsswitch_database *line,
                                       const char *source)
{
    if (is_known(b, source))
        return source;
    if (b->input->mode != RVX__MODE_DNS || strcmp(source, "dns") == 0)
        return "libc";
    if (has_source(line, "dns"))
        return NULL;
    return is_known(b, "dns") ? "dns" : "libc";
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
        add_step(b, is_known(b, "dns") ? "dns" : "libc", false);
        return;
    }
    for (const struct rvx__nsswitch_source *source = line->sources; source != NULL; source = source->next) {
        const char *backend = choose_host_backend(b, line, source->name);

        if (backend != NULL)
            add_source(b, source, backend);
        else
            add_note(b, source->name, " left out");
    }
}

bool rvx__name_is_localhost(struct rvx__view name)
{
    if (rvx__view_ends_fold(name, "."))
        name = rvx__view_to(name, name.len - 1);
    return rvx__view_is_fold(name, "localhost") || rvx__view_ends_fold(name, ".localhost");
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
    add_note(b, "localhost", " stays here");
}

void rvx__plan_hosts(struct rvx__plan *plan, const struct rvx__plan_input *input, struct rvx__view name)
{
    struct builder b;

    begin_plan(&b, plan, input);
    if (input->order->n > 0) {
        add_order(&b);
    } else if (input->mode == RVX__MODE_LIBC) {
        rvx__buf_add_text(&b.why, "RESOLVX=libc");
        add_step(&b, "libc", false);
    } else {
        add_host_line(&b);
        if (rvx__name_is_localhost(name))
            keep_local(&b);
    }
    if (input->order->n == 0 && rvx__name_is_localhost(name))
        add_fallback(&b, "localhost");
    end_plan(&b);
}

bool rvx__plan_is_for_all(struct rvx__view name)
{
    return !rvx__name_is_localhost(name);
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
