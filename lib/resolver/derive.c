/* derive.c - what a snapshot means: whom to ask for a host or a port, worked out once for all lookups that use it
 *
 * A plan takes longer to make than to carry out when the answer is at hand, and is the same for nearly all names. So
 * every snapshot carries the plans for names without rules of their own, with their backends found; lookups borrow
 * them. A backend that is registered later makes the store forget its snapshots. Only a name with rules of its own,
 * "localhost" for one, gets a plan for itself.
 */
#include <config.h>

#include <errno.h>

#include "base/mem.h"
#include "resolver/resolver.h"

static bool knows_host_source(const void *resolver, const char *name)
{
    return rvx__resolver_find_backend(resolver, name, RVX_BACKEND_HOST) != NULL;
}

static bool knows_port_source(const void *resolver, const char *name)
{
    return rvx__resolver_find_backend(resolver, name, RVX_BACKEND_PORT) != NULL;
}

static const struct rvx__nsswitch *find_nsswitch(const struct rvx__snapshot *snapshot)
{
    const struct rvx__conffile *file = snapshot != NULL ? snapshot->file[RVX__CONF_NSSWITCH] : NULL;

    return file != NULL && file->is_table ? &file->nsswitch : NULL;
}

static void find_backends(const struct rvx_resolver *resolver, struct rvx__plan *plan, unsigned caps)
{
    for (unsigned i = 0; i < plan->n; i++)
        plan->steps[i].by = rvx__resolver_find_backend(resolver, plan->steps[i].backend, caps);
}

/* The files that the plan for hosts stands on. */
static unsigned need_for_hosts(const struct rvx_resolver *resolver, const struct rvx__snapshot *snapshot)
{
    const struct rvx__nsswitch *nsswitch = find_nsswitch(snapshot);
    unsigned need = RVX__CONF_BIT(RVX__CONF_NSSWITCH);

    if (!rvx__plan_needs_nsswitch(&resolver->options.hosts, resolver->options.mode))
        return 0;
    if (resolver->options.mode == RVX__MODE_OPEN && knows_host_source(resolver, "dns"))
        need |= RVX__CONF_BIT(RVX__CONF_RESOLV);
    if (nsswitch != NULL && rvx__plan_wants_mdns(nsswitch))
        need |= RVX__CONF_BIT(RVX__CONF_MDNS_ALLOW);
    return need;
}

static void plan_hosts(const struct rvx_resolver *resolver, const struct rvx__snapshot *snapshot, struct rvx__view name,
                       struct rvx__plan *plan)
{
    const struct rvx__conffile *resolv = snapshot->file[RVX__CONF_RESOLV];
    const struct rvx__conffile *mdns_allow = snapshot->file[RVX__CONF_MDNS_ALLOW];
    const struct rvx__plan_input input = {
        .order = &resolver->options.hosts,
        .mode = resolver->options.mode,
        .nsswitch = find_nsswitch(snapshot),
        .resolv = resolv != NULL ? resolv->resolv : NULL,
        .resolv_error = resolv != NULL ? resolv->error : 0,
        .hostaliases = resolver->options.hostaliases,
        .mdns_allow = mdns_allow != NULL && mdns_allow->stamp.exists,
        .known = knows_host_source,
        .known_arg = resolver,
    };

    rvx__plan_hosts(plan, &input, name);
    find_backends(resolver, plan, RVX_BACKEND_HOST);
}

/* Do ports come from the services file and then from the built-in table, with nobody else in between? */
static bool is_plain(const struct rvx__plan *plan)
{
    static const struct rvx_backend_ops *const plain[] = {&rvx__be_files, &rvx__be_builtin};

    if (plan->n != 2)
        return false;
    for (unsigned i = 0; i < 2; i++) {
        const struct rvx__backend *backend = plan->steps[i].by;

        if (backend == NULL || backend->ops != plain[i])
            return false;
        if (plan->steps[i].action[RVX_STATUS_SUCCESS] != RVX__NSSWITCH_RETURN)
            return false;
    }
    return plan->steps[0].action[RVX_STATUS_NOTFOUND] == RVX__NSSWITCH_CONTINUE || plan->steps[1].fallback;
}

/* The files that the plan for ports stands on. */
static unsigned need_for_ports(const struct rvx_resolver *resolver, const struct rvx__snapshot *snapshot)
{
    const struct rvx__nsswitch *nsswitch = find_nsswitch(snapshot);

    if (!rvx__plan_needs_nsswitch(&resolver->options.services, resolver->options.mode))
        return 0;
    if (nsswitch != NULL && rvx__plan_wants_db(nsswitch))
        return RVX__CONF_BIT(RVX__CONF_NSSWITCH) | RVX__CONF_BIT(RVX__CONF_SERVICES_DB);
    return RVX__CONF_BIT(RVX__CONF_NSSWITCH);
}

static void plan_ports(const struct rvx_resolver *resolver, struct rvx__snapshot *snapshot)
{
    const struct rvx__conffile *db = snapshot->file[RVX__CONF_SERVICES_DB];
    const struct rvx__conffile *services = snapshot->file[RVX__CONF_SERVICES];
    unsigned need = need_for_ports(resolver, snapshot);
    const struct rvx__plan_input input = {
        .order = &resolver->options.services,
        .mode = resolver->options.mode,
        .nsswitch = find_nsswitch(snapshot),
        .services_db = db != NULL && db->stamp.exists,
        .known = knows_port_source,
        .known_arg = resolver,
    };

    rvx__plan_services(&snapshot->ports, &input);
    find_backends(resolver, &snapshot->ports, RVX_BACKEND_PORT);
    snapshot->ports_at_once = NULL;
    if (rvx__log_wants(&resolver->options.log, RVX_LOG_TRACE))
        return; /* the short cut says nothing on its way */
    if ((snapshot->have & need) == need && services != NULL && services->is_table && is_plain(&snapshot->ports))
        snapshot->ports_at_once = &services->services;
}

/* Works out how DNS is asked, if the files for it were read. Views of the same servers have the same id. */
static void derive_view(struct rvx_resolver *resolver, struct rvx__snapshot *snapshot, const struct rvx__snapshot *old)
{
    struct rvx__dns_view *view = &snapshot->dns_view;

    snapshot->dns = NULL;
    if ((snapshot->have & RVX__DNS_VIEW_NEEDS) != RVX__DNS_VIEW_NEEDS)
        return;
    rvx__dns_view_make(view, &resolver->options.dns, snapshot->file[RVX__CONF_RESOLV]->resolv,
                       snapshot->file[RVX__CONF_GAI]->gai);
    if (old != NULL && old->dns != NULL && rvx__dns_view_same_servers(view, old->dns))
        view->id = old->dns->id;
    else
        view->id = ++resolver->server_sets;
    snapshot->dns = view;
}

void rvx__derive(void *arg, struct rvx__snapshot *snapshot, const struct rvx__snapshot *old)
{
    struct rvx_resolver *resolver = arg;

    derive_view(resolver, snapshot, old);
    plan_hosts(resolver, snapshot, rvx__view_text("name"), &snapshot->hosts);
    plan_ports(resolver, snapshot);
}

static bool load_modules(struct rvx_resolver *resolver, const struct rvx__snapshot *snapshot)
{
    return rvx__modules_load(resolver, (struct rvx__snapshot *)(uintptr_t)snapshot); /* notes there that it was tried */
}

/* Takes a snapshot with all files that a plan needs; nsswitch.conf may say that it needs more. */
static int take_snapshot(struct rvx_resolver *resolver,
                         unsigned (*find_need)(const struct rvx_resolver *, const struct rvx__snapshot *),
                         const struct rvx__snapshot **snapshot)
{
    unsigned need = find_need(resolver, NULL);

    for (;;) {
        int rc = rvx__store_get(&resolver->store, need, snapshot);

        if (rc < 0)
            return rc;
        need = find_need(resolver, *snapshot);
        if (((*snapshot)->have & need) == need && load_modules(resolver, *snapshot))
            return 0;
        rvx__snapshot_unref(*snapshot);
        *snapshot = NULL;
    }
}

/* A plan for one name. */
static int make_own(struct rvx_resolver *resolver, struct rvx__view name, struct rvx__planned *planned)
{
    planned->own = rvx__malloc(sizeof *planned->own);
    if (planned->own == NULL)
        return -ENOMEM;
    plan_hosts(resolver, planned->snapshot, name, planned->own);
    planned->plan = planned->own;
    return 0;
}

int rvx__resolver_plan_host(struct rvx_resolver *resolver, struct rvx__view name, struct rvx__planned *planned)
{
    int rc;

    *planned = (struct rvx__planned){.plan = NULL};
    rc = take_snapshot(resolver, need_for_hosts, &planned->snapshot);
    if (rc < 0)
        return rc;
    planned->plan = &planned->snapshot->hosts;
    if (rvx__plan_is_for_all(name))
        return 0;
    rc = make_own(resolver, name, planned);
    if (rc < 0)
        rvx__planned_fini(planned);
    return rc;
}

int rvx__resolver_plan_one(struct rvx_resolver *resolver, const char *backend, unsigned caps,
                           struct rvx__planned *planned)
{
    *planned = (struct rvx__planned){.own = rvx__calloc(1, sizeof *planned->own)};
    if (planned->own == NULL)
        return -ENOMEM;
    planned->own->n = 1;
    planned->own->steps[0].backend = backend;
    planned->plan = planned->own;
    find_backends(resolver, planned->own, caps);
    return 0;
}

void rvx__planned_fini(struct rvx__planned *planned)
{
    rvx__snapshot_unref(planned->snapshot);
    rvx__free(planned->own);
    *planned = (struct rvx__planned){.plan = NULL};
}

int rvx__resolver_plan_port(struct rvx_resolver *resolver, const struct rvx__snapshot **snapshot)
{
    return take_snapshot(resolver, need_for_ports, snapshot);
}
