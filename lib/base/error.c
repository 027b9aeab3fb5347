/* error.c - filling and printing a struct rvx_error
 *
 * An error is 2 KiB on somebody's stack, so filling touches only what it must: the codes, the pointers, and the first
 * byte of every text. Printing puts the parts together in the layouts of Go's package net (OpError around DNSError,
 * AddrError, ParseError or a system call's error) and makes control bytes visible, because names come from the network.
 */
#include <config.h>

#include "base/error.h"

#include <errno.h>
#include <stddef.h>

#include "base/buf.h"

/* Programs keep errors in their own storage, so the size is part of the ABI. */
_Static_assert(sizeof(void *) != 8 || sizeof(struct rvx_error) == 2048, "struct rvx_error is 2048 bytes on LP64");

int rvx__error_none(struct rvx_error *err)
{
    if (err != NULL)
        err->code = 0;
    return 0;
}

static void set_text(char *field, size_t size, struct rvx__view text)
{
    struct rvx__buf buf;

    rvx__buf_init(&buf, field, size);
    rvx__buf_add(&buf, text);
    rvx__buf_finish(&buf);
}

/* err: not NULL. */
static void set_error(struct rvx_error *err, int code, enum rvx_error_kind kind)
{
    err->code = code;
    err->kind = kind;
    err->op = NULL;
    err->syscall = NULL;
    err->what = NULL;
    err->net[0] = '\0';
    err->source[0] = '\0';
    err->addr[0] = '\0';
    err->name[0] = '\0';
    err->server[0] = '\0';
    err->text[0] = '\0';
    err->attempts = 0;
    err->rcode = 0;
    err->ede = 0;
    err->has_ede = false;
    err->nodata = false;
    err->ede_text[0] = '\0';
}

static int set_named(struct rvx_error *err, int code, enum rvx_error_kind kind, struct rvx__view name)
{
    if (err != NULL) {
        set_error(err, code, kind);
        set_text(err->name, sizeof err->name, name);
    }
    return code;
}

int rvx__error_plain(struct rvx_error *err, int code)
{
    if (err != NULL)
        set_error(err, code, RVX_ERROR_PLAIN);
    return code;
}

int rvx__error_syscall(struct rvx_error *err, int code, const char *syscall)
{
    if (err != NULL) {
        set_error(err, code, RVX_ERROR_SYSCALL);
        err->syscall = syscall;
    }
    return code;
}

int rvx__error_addr(struct rvx_error *err, int code, struct rvx__view address)
{
    return set_named(err, code, RVX_ERROR_ADDR, address);
}

int rvx__error_lookup(struct rvx_error *err, int code, struct rvx__view name, const char *server)
{
    set_named(err, code, RVX_ERROR_LOOKUP, name);
    if (err != NULL)
        set_text(err->server, sizeof err->server, rvx__view_text(server));
    return code;
}

int rvx__error_network(struct rvx_error *err, struct rvx__view network)
{
    return set_named(err, RVX_ENETUNKNOWN, RVX_ERROR_NETWORK, network);
}

int rvx__error_parse(struct rvx_error *err, int code, const char *what, struct rvx__view text)
{
    set_named(err, code, RVX_ERROR_PARSE, text);
    if (err != NULL)
        err->what = what;
    return code;
}

int rvx__error_option(struct rvx_error *err, const char *field, struct rvx__view value)
{
    set_named(err, RVX_EOPTIONS, RVX_ERROR_OPTIONS, value);
    if (err != NULL)
        err->what = field;
    return RVX_EOPTIONS;
}

int rvx__error_op(struct rvx_error *err, int code, const char *op, const char *net, const char *source,
                  const char *addr)
{
    if (err == NULL)
        return code;
    err->op = op;
    set_text(err->net, sizeof err->net, rvx__view_text(net));
    set_text(err->source, sizeof err->source, rvx__view_text(source));
    set_text(err->addr, sizeof err->addr, rvx__view_text(addr));
    return err->code;
}

int rvx__errno(void)
{
    return errno > 0 ? -errno : RVX_EINTERNAL;
}

/* LEAD and the field, or nothing if the field is empty. */
static void add_field(struct rvx__buf *buf, const char *lead, const char *field)
{
    if (field[0] == '\0')
        return;
    rvx__buf_add_text(buf, lead);
    rvx__buf_add_visible(buf, rvx__view_text(field));
}

static void add_op(struct rvx__buf *buf, const struct rvx_error *err)
{
    if (err->op == NULL)
        return;
    rvx__buf_add_text(buf, err->op);
    add_field(buf, " ", err->net);
    add_field(buf, " ", err->source);
    add_field(buf, err->source[0] != '\0' ? "->" : " ", err->addr);
    rvx__buf_add_text(buf, ": ");
}

static void add_cause(struct rvx__buf *buf, const struct rvx_error *err)
{
    rvx__buf_add_text(buf, rvx_strerror(err->code));
}

static void add_lookup(struct rvx__buf *buf, const struct rvx_error *err)
{
    rvx__buf_add_text(buf, "lookup ");
    add_field(buf, "", err->name);
    add_field(buf, " on ", err->server);
    rvx__buf_add_text(buf, ": ");
    add_cause(buf, err);
    add_field(buf, " (", err->ede_text);
    rvx__buf_add_text(buf, err->ede_text[0] != '\0' ? ")" : "");
}

static void add_error(struct rvx__buf *buf, const struct rvx_error *err)
{
    switch (err->kind) {
    case RVX_ERROR_PLAIN:
        add_cause(buf, err);
        break;
    case RVX_ERROR_SYSCALL:
        rvx__buf_add_text(buf, err->syscall);
        rvx__buf_add_text(buf, ": ");
        add_cause(buf, err);
        break;
    case RVX_ERROR_ADDR:
        add_field(buf, "address ", err->name);
        rvx__buf_add_text(buf, err->name[0] != '\0' ? ": " : "");
        add_cause(buf, err);
        break;
    case RVX_ERROR_LOOKUP:
        add_lookup(buf, err);
        break;
    case RVX_ERROR_NETWORK:
        rvx__buf_add_text(buf, "unknown network ");
        add_field(buf, "", err->name);
        break;
    case RVX_ERROR_PARSE:
        rvx__buf_add_text(buf, "invalid ");
        rvx__buf_add_text(buf, err->what);
        rvx__buf_add_text(buf, ": ");
        add_field(buf, "", err->name);
        break;
    case RVX_ERROR_OPTIONS:
        rvx__buf_add_text(buf, "invalid option ");
        rvx__buf_add_text(buf, err->what);
        add_field(buf, ": ", err->name);
        break;
    }
}

const char *rvx_error_text(struct rvx_error *err)
{
    struct rvx__buf buf;

    rvx__buf_init(&buf, err->text, sizeof err->text);
    if (err->code >= 0) {
        rvx__buf_add_text(&buf, rvx_strerror(0));
    } else {
        add_op(&buf, err);
        add_error(&buf, err);
    }
    rvx__buf_finish(&buf);
    return err->text;
}
