/* request.c - one question to one backend: everything that backend.h offers to those who answer
 *
 * Answers are collected under their first error, so a backend need not check what its calls return: a lack of memory
 * becomes the outcome of the request when it is finished. What was not asked for is left out here, in one place, for
 * all backends: addresses of the other family, v4-mapped forms, ports.
 */
#include <config.h>

#include "resolver/request.h"

#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "base/mem.h"
#include "conf/services_builtin.h"
#include "dns/name.h"
#include "resolver/resolver.h"

#define HOST_ARENA_MAX ((size_t)1 << 20)

void rvx__request_reset(struct rvx_request *request)
{
    rvx__answer_fini(&request->answer);
    rvx__failure_free(request->failure);
    request->failure = NULL;
    request->state = NULL;
    request->finished = false;
    request->status = RVX_STATUS_UNAVAIL;
    request->code = 0;
}

void rvx__request_fini(struct rvx_request *request)
{
    rvx__answer_fini(&request->answer);
    rvx__failure_free(request->failure);
    request->failure = NULL;
    rvx__free(request->trace);
    request->trace = NULL;
}

int rvx__status_code(enum rvx_request_kind kind, enum rvx_status status)
{
    switch (status) {
    case RVX_STATUS_SUCCESS:
        return 0;
    case RVX_STATUS_NOTFOUND:
        return kind == RVX_REQUEST_PORT ? RVX_EPORTUNKNOWN : RVX_ENOTFOUND;
    case RVX_STATUS_UNAVAIL:
        return RVX_EUNAVAIL;
    case RVX_STATUS_TRYAGAIN:
        return RVX_ETRYAGAIN;
    }
    return RVX_EINTERNAL;
}

const char *rvx__status_text(enum rvx_status status)
{
    switch (status) {
    case RVX_STATUS_SUCCESS:
        return "SUCCESS";
    case RVX_STATUS_NOTFOUND:
        return "NOTFOUND";
    case RVX_STATUS_UNAVAIL:
        return "UNAVAIL";
    case RVX_STATUS_TRYAGAIN:
        return "TRYAGAIN";
    }
    return "?";
}

bool rvx__protocol_at(const char *network, unsigned i, struct rvx__view *protocol)
{
    static const char *const both[] = {"tcp", "udp"};

    *protocol = rvx__view_text(network);
    if (rvx__view_is(*protocol, "tcp") || rvx__view_is(*protocol, "udp"))
        return i == 0;
    if (i < 2)
        *protocol = rvx__view_text(both[i]);
    return i < 2;
}

enum rvx_request_kind rvx_request_kind(const struct rvx_request *request)
{
    return request->kind;
}

const char *rvx_request_name(const struct rvx_request *request)
{
    return request->name;
}

const char *rvx_request_network(const struct rvx_request *request)
{
    bool has_network = request->kind == RVX_REQUEST_HOST || request->kind == RVX_REQUEST_PORT;

    return has_network ? request->network : "ip";
}

unsigned rvx_request_type(const struct rvx_request *request)
{
    return request->kind == RVX_REQUEST_RECORDS ? request->type : 0;
}

const struct rvx_addr *rvx_request_addr(const struct rvx_request *request)
{
    return request->kind == RVX_REQUEST_ADDR ? request->addr : NULL;
}

void rvx_request_set_state(struct rvx_request *request, void *state)
{
    request->state = state;
}

void *rvx_request_state(const struct rvx_request *request)
{
    return request->state;
}

rvx_time rvx_request_deadline(const struct rvx_request *request)
{
    return request->deadline;
}

struct rvx_loop *rvx_request_loop(const struct rvx_request *request)
{
    return request->hides_loop ? NULL : request->loop;
}

static int note_error(struct rvx_request *request, int error)
{
    if (error < 0 && request->code == 0)
        request->code = error;
    return error;
}

char rvx__request_family(const struct rvx_request *request)
{
    struct rvx__view network = rvx__view_text(request->network); /* "ip", "ip4" or "ip6" */

    return network.len == 3 ? network.data[2] : '\0';
}

static bool is_wanted(const struct rvx_request *request, const struct rvx_addr *addr)
{
    if (request->kind != RVX_REQUEST_HOST)
        return false;
    if (addr->family == RVX_FAMILY_IPV4)
        return rvx__request_family(request) != '6';
    return addr->family == RVX_FAMILY_IPV6 && rvx__request_family(request) != '4';
}

int rvx_request_add_addr(struct rvx_request *request, const struct rvx_addr *addr)
{
    struct rvx_addr own = *addr;

    rvx_addr_unmap(&own);
    own.port = 0;
    if (!is_wanted(request, &own))
        return 0;
    return note_error(request, rvx__answer_add(&request->answer, &own));
}

int rvx_request_add_name(struct rvx_request *request, const char *name)
{
    if (request->kind != RVX_REQUEST_ADDR)
        return 0;
    if (!rvx__name_is_host(rvx__view_text(name)))
        return note_error(request, rvx__answer_note_dropped(&request->answer));
    return note_error(request, rvx__answer_add_name(&request->answer, rvx__view_text(name)));
}

int rvx_request_add_record(struct rvx_request *request, const struct rvx_record *record)
{
    if (request->kind != RVX_REQUEST_RECORDS)
        return 0;
    return note_error(request, rvx__answer_add_record(&request->answer, record));
}

int rvx_request_add_alias(struct rvx_request *request, const char *name)
{
    return note_error(request, rvx__answer_add_alias(&request->answer, rvx__view_text(name)));
}

void rvx_request_set_ttl(struct rvx_request *request, uint32_t seconds)
{
    note_error(request, rvx__answer_limit_ttl(&request->answer, seconds));
}

int rvx_request_set_origin(struct rvx_request *request, const char *server, unsigned flags)
{
    int rc = rvx__answer_set_flags(&request->answer, flags);

    if (rc == 0 && server != NULL)
        rc = rvx__answer_set_server(&request->answer, rvx__view_text(server));
    return note_error(request, rc);
}

void rvx_request_set_failure(struct rvx_request *request, const struct rvx_failure *failure)
{
    rvx__failure_free(request->failure);
    request->failure = rvx__failure_new(failure);
}

int rvx_request_set_canonical(struct rvx_request *request, const char *name)
{
    if (name == NULL)
        return 0;
    return note_error(request, rvx__answer_set_canonical(&request->answer, rvx__view_text(name)));
}

void rvx_request_set_port(struct rvx_request *request, uint16_t port)
{
    if (request->kind != RVX_REQUEST_PORT)
        return;
    note_error(request, rvx__answer_set_port(&request->answer, port));
}

/* What a success without an answer is: nothing, but for names that were left out. These are no proof of that. */
static enum rvx_status judge_empty(struct rvx_request *request)
{
    const struct rvx__answer_block *block = request->answer.block;
    struct rvx_failure failure = RVX_FAILURE_INIT;

    if (block == NULL || block->dropped == 0)
        return RVX_STATUS_NOTFOUND;
    failure.server = rvx__answer_text(&request->answer, block->server);
    failure.ede_text = "malformed names";
    rvx_request_set_failure(request, &failure);
    return RVX_STATUS_TRYAGAIN;
}

void rvx_request_finish(struct rvx_request *request, enum rvx_status status, int code)
{
    if (request->finished)
        return;
    if (request->code < 0) {
        status = RVX_STATUS_TRYAGAIN;
        code = request->code;
    } else if (status == RVX_STATUS_SUCCESS && rvx__answer_is_empty(&request->answer)) {
        status = judge_empty(request);
        code = 0;
    }
    request->status = status;
    request->code = code < 0 && status != RVX_STATUS_SUCCESS ? code : rvx__status_code(request->kind, status);
    request->finished = true;
    if (request->on_finish != NULL)
        request->on_finish(request);
}

/* A file, and the snapshot that it belongs to, with a reference: the request's own may be too old to have it.
 * 0 or -ENOMEM. */
static int find_file(const struct rvx_request *request, enum rvx__conf conf, const struct rvx__snapshot **snapshot)
{
    if (request->snapshot != NULL && request->snapshot->file[conf] != NULL) {
        *snapshot = rvx__snapshot_ref(request->snapshot);
        return 0;
    }
    return rvx__store_get(&request->resolver->store, RVX__CONF_BIT(conf), snapshot);
}

/* The status for what a file said. What passes by itself is kept to be told. */
static enum rvx_status answer_with(struct rvx_request *request, int rc)
{
    if (rc == 0)
        return rvx__answer_is_empty(&request->answer) ? RVX_STATUS_NOTFOUND : RVX_STATUS_SUCCESS;
    if (rvx_is_not_found(rc))
        return RVX_STATUS_NOTFOUND;
    if (!rvx_is_temporary(rc))
        return RVX_STATUS_UNAVAIL;
    note_error(request, rc);
    return RVX_STATUS_TRYAGAIN;
}

static int answer_host(struct rvx_request *request, struct rvx__conffile *file)
{
    const struct rvx__hosts_forward *found;
    struct rvx__arena arena;
    int rc;

    rvx__arena_init(&arena, HOST_ARENA_MAX);
    rc = rvx__conffile_find_host(file, rvx__view_text(request->name), &arena, &found);
    if (rc == 0) {
        for (const struct rvx__hosts_addr *addr = found->addrs; addr != NULL; addr = addr->next)
            rvx_request_add_addr(request, addr->addr);
        if (!rvx__answer_is_empty(&request->answer))
            rvx_request_set_canonical(request, found->canonical);
    }
    rvx__arena_fini(&arena);
    return rc;
}

static int answer_addr(struct rvx_request *request, struct rvx__conffile *file)
{
    const struct rvx__hosts_reverse *found;
    struct rvx__arena arena;
    int rc;

    rvx__arena_init(&arena, HOST_ARENA_MAX);
    rc = rvx__conffile_find_addr(file, request->addr, &arena, &found);
    if (rc == 0) {
        for (const struct rvx__hosts_name *name = found->names; name != NULL; name = name->next)
            rvx_request_add_name(request, name->name);
    }
    rvx__arena_fini(&arena);
    return rc;
}

static int answer_port(struct rvx_request *request, struct rvx__conffile *file)
{
    struct rvx__service service;
    struct rvx__view protocol;
    int rc = RVX_EPORTUNKNOWN;

    for (unsigned i = 0; rc == RVX_EPORTUNKNOWN && rvx__protocol_at(request->network, i, &protocol); i++)
        rc = rvx__conffile_find_service(file, rvx__view_text(request->name), protocol, &service);
    if (rc == 0)
        rvx_request_set_port(request, service.port);
    return rc;
}

static int answer_from(struct rvx_request *request, struct rvx__conffile *file)
{
    switch (request->kind) {
    case RVX_REQUEST_HOST:
        return answer_host(request, file);
    case RVX_REQUEST_PORT:
        return answer_port(request, file);
    case RVX_REQUEST_ADDR:
        return answer_addr(request, file);
    case RVX_REQUEST_RECORDS:
        return RVX_ENOTFOUND;
    }
    return RVX_EINTERNAL;
}

enum rvx_status rvx_request_answer_files(struct rvx_request *request)
{
    enum rvx__conf conf = request->kind == RVX_REQUEST_PORT ? RVX__CONF_SERVICES : RVX__CONF_HOSTS;
    const struct rvx__snapshot *snapshot;
    int rc = find_file(request, conf, &snapshot);

    if (rc == 0) {
        rc = answer_from(request, snapshot->file[conf]);
        rvx__snapshot_unref(snapshot);
    }
    rvx__store_settle(&request->resolver->store, conf);
    return answer_with(request, rc);
}

enum rvx_status rvx_request_answer_builtin(struct rvx_request *request)
{
    struct rvx__service service;
    struct rvx__view protocol;

    if (request->kind != RVX_REQUEST_PORT)
        return RVX_STATUS_NOTFOUND;
    for (unsigned i = 0; rvx__protocol_at(request->network, i, &protocol); i++) {
        if (rvx__services_builtin_find(rvx__view_text(request->name), protocol, &service)) {
            rvx_request_set_port(request, service.port);
            return RVX_STATUS_SUCCESS;
        }
    }
    return RVX_STATUS_NOTFOUND;
}
