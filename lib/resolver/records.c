/* records.c - lookups of records: blocking and on a loop, whatever the result looks like
 *
 * A kind (names.c, txt.c, mx.c, ...) knows how to make its result from what a lookup gathered; all else is here. As
 * with hosts, an operation is one allocation and its result is another.
 */
#include <config.h>

#include "resolver/records.h"

#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "loop/op.h"
#include "resolver/failure.h"

static int report(struct rvx_error *err, int code, const char *name, const struct rvx__failure *failure)
{
    if (code == 0)
        return rvx__error_none(err);
    if (code == RVX_EADDRINVALID)
        return rvx__error_addr(err, code, rvx__view_text(name));
    return rvx__failure_report(failure, err, code, rvx__view_text(name));
}

/* Is it something to look up?  addr: set for an address. */
static int check(const struct rvx__records_what *what, struct rvx_addr *addr)
{
    if (what->kind->request != RVX_REQUEST_ADDR)
        return what->name != NULL && what->name[0] != '\0' ? 0 : RVX_ENOTFOUND;
    if (what->name == NULL || rvx_addr_parse(what->name, addr) < 0)
        return RVX_EADDRINVALID;
    rvx_addr_unmap(addr);
    return 0;
}

/* name, addr: borrowed by the lookup. */
static int init_lookup(struct rvx__lookup *lookup, struct rvx_resolver *resolver, const struct rvx__records_what *what,
                       const char *name, const struct rvx_addr *addr, rvx_time deadline)
{
    if (what->kind->request == RVX_REQUEST_ADDR)
        return rvx__lookup_init_addr(lookup, resolver, name, addr, deadline);
    if (what->kind->request == RVX_REQUEST_HOST)
        return rvx__lookup_init(lookup, resolver, RVX_REQUEST_HOST, name, "ip", deadline);
    return rvx__lookup_init_records(lookup, resolver, name, (uint16_t)what->type, deadline);
}

/* Makes the result of a lookup that ended with `rc`. */
static int conclude(const struct rvx__records_kind *kind, struct rvx__lookup *lookup, int rc, void **made)
{
    const struct rvx__answer_block *block = lookup->answer.block;

    if (rc == RVX_ENOTFOUND && kind->name_is_enough && block != NULL && block->canonical != 0)
        rc = 0;
    return rc == 0 ? kind->make(lookup, made) : rc;
}

static int find_on(struct rvx_resolver *resolver, const struct rvx__records_what *what, const struct rvx_addr *addr,
                   const struct rvx_ctx *ctx, void **made, struct rvx_error *err)
{
    struct rvx__lookup lookup;
    int rc = init_lookup(&lookup, resolver, what, what->name, addr, RVX_FOREVER);

    if (rc < 0)
        return report(err, rc, what->name, NULL);
    rc = conclude(what->kind, &lookup, rvx__lookup_wait(&lookup, ctx), made);
    rc = report(err, rc, what->name, lookup.failure);
    rvx__lookup_fini(&lookup);
    return rc;
}

int rvx__records_find(struct rvx_resolver *resolver, const struct rvx__records_what *what, const struct rvx_ctx *ctx,
                      void **made, struct rvx_error *err)
{
    struct rvx_resolver *own = NULL;
    struct rvx_addr addr;
    int rc = check(what, &addr);

    *made = NULL;
    if (rc < 0)
        return report(err, rc, what->name, NULL);
    if (resolver == NULL) {
        rc = rvx_resolver_new(NULL, &own, err);
        if (rc < 0)
            return rc;
    }
    rc = find_on(resolver != NULL ? resolver : own, what, &addr, ctx, made, err);
    rvx_resolver_free(own);
    return rc;
}

struct records_op {
    struct rvx_op op;
    struct rvx__lookup lookup;
    const struct rvx__records_kind *kind;
    rvx__records_fn callback;
    void *made;
    struct rvx_addr *addr; /* behind the name; NULL unless an address is looked up */
    char name[];
};

static struct records_op *owner_of(struct rvx_op *op)
{
    return RVX__OWNER(op, struct records_op, op);
}

static void stop_records(struct rvx_op *op)
{
    rvx__lookup_fini(&owner_of(op)->lookup);
}

static void free_records(struct rvx_op *op)
{
    struct records_op *records = owner_of(op);

    rvx__lookup_fini(&records->lookup);
    rvx__free(records->made);
    rvx__free(records);
}

static void deliver_records(struct rvx_op *op)
{
    struct records_op *records = owner_of(op);
    const struct rvx__records_kind *kind = records->kind;
    rvx__records_fn callback = records->callback;
    void *made = records->made, *arg = op->arg;
    int result = op->result;
    struct rvx_error err;

    report(&err, result, records->name, records->lookup.failure);
    records->made = NULL;
    free_records(op);
    kind->call(callback, arg, result, made, &err);
}

static const struct rvx__op_kind records_kind = {
    .stop = stop_records,
    .free = free_records,
    .deliver = deliver_records,
};

static void finish_records(struct rvx__lookup *lookup)
{
    struct records_op *records = RVX__OWNER(lookup, struct records_op, lookup);

    rvx__op_finish(&records->op, conclude(records->kind, lookup, lookup->code, &records->made));
}

/* One allocation with the name and, aligned behind it, the address. */
static struct records_op *new_records(const struct rvx__records_what *what, const struct rvx_addr *addr)
{
    const size_t align = sizeof(void *);
    size_t name_size = what->name != NULL ? strlen(what->name) + 1 : 1;
    size_t padded = (name_size + align - 1) / align * align;
    bool has_addr = what->kind->request == RVX_REQUEST_ADDR;
    struct records_op *new = rvx__calloc(1, sizeof *new + padded + (has_addr ? sizeof *addr : 0));

    if (new == NULL)
        return NULL;
    new->kind = what->kind;
    if (what->name != NULL)
        memcpy(new->name, what->name, name_size);
    if (has_addr) {
        new->addr = (struct rvx_addr *)(void *)(new->name + padded);
        *new->addr = *addr;
    }
    return new;
}

/* Begins the lookup of an operation that is pending, or ends it: 0, or why the start fails. */
static int begin(struct records_op *records, struct rvx_resolver *resolver, const struct rvx__records_what *what,
                 rvx_time deadline, int known)
{
    int rc = known;

    if (rc == 0)
        rc = init_lookup(&records->lookup, resolver, what, records->name, records->addr, deadline);
    if (known < 0 || rc == RVX_ENOBACKEND) {
        rvx__op_finish(&records->op, rc);
        return 0;
    }
    return rc < 0 ? rc : rvx__lookup_start(&records->lookup, records->op.loop, finish_records);
}

int rvx__records_start(struct rvx_loop *loop, struct rvx_resolver *resolver, const struct rvx__records_what *what,
                       const struct rvx__records_start *start)
{
    struct rvx_addr addr = {.family = RVX_FAMILY_NONE};
    int known = check(what, &addr), rc = rvx__loop_check(loop);
    struct records_op *new;

    if (start->op != NULL)
        *start->op = NULL;
    if (rc < 0)
        return rc;
    new = new_records(what, &addr);
    if (new == NULL)
        return -ENOMEM;
    new->callback = start->callback;
    rvx__op_init(&new->op, loop, &records_kind, NULL, start->arg);
    rc = begin(new, resolver, what, start->deadline != 0 ? start->deadline : RVX_FOREVER, known);
    if (rc < 0) {
        rvx__op_fini(&new->op);
        free_records(&new->op);
        return rc;
    }
    if (start->op != NULL)
        *start->op = &new->op;
    return 0;
}
