/* options.h - a resolver's options: checked, copied, with their defaults filled in */
#ifndef RVX_RESOLVER_OPTIONS_H
#define RVX_RESOLVER_OPTIONS_H

#include <stdbool.h>

#include <resolvx/resolver.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/view.h"
#include "resolver/conffile.h"
#include "resolver/dnsopts.h"

#define RVX__ORDER_MAX 16       /* sources in an order */
#define RVX__SOURCE_NAME_MAX 31 /* bytes of a source's name */

/* Sources, in the order to ask them. */
struct rvx__order {
    const char *names[RVX__ORDER_MAX];
    unsigned n; /* 0: no order was given */
};

/* What the environment variable RESOLVX says. */
enum rvx__mode {
    RVX__MODE_OPEN, /* nothing: nsswitch.conf decides */
    RVX__MODE_LIBC, /* libc alone */
    RVX__MODE_DNS   /* nothing that only libc knows */
};

struct rvx__options {
    const char *path[RVX__CONF_N];
    struct rvx__order hosts;
    struct rvx__order services;
    enum rvx__mode mode;
    unsigned workers_max; /* within what open files allow */
    struct rvx__log log;
    struct rvx__dnsopts dns;
    bool hostaliases;       /* HOSTALIASES says something: only libc obeys it */
    const char *module_dir; /* NULL: no modules */
    rvx_trace_fn trace;     /* NULL: nobody watches */
    void *trace_arg;
    struct rvx__arena arena; /* behind all texts */
};

/* Takes over what the caller and the environment say.  opts: may be NULL.
 * Returns: 0; -ENOMEM; RVX_EOPTIONS; nothing is to be freed then. */
int rvx__options_init(struct rvx__options *options, const struct rvx_resolver_opts *opts, struct rvx_error *err);
void rvx__options_fini(struct rvx__options *options);

/* Is it a source's name: lower-case letters, digits, '-' and '_', not too long? */
bool rvx__source_name_ok(struct rvx__view name);

/* Reads the value of RESOLVX: "libc" or "dns", with "+1" or "+2" behind or, as in Go's variable, in front.  value: may
 * be NULL. False, and *mode the open one, if it is something else. */
bool rvx__mode_parse(const char *value, enum rvx__mode *mode);

#endif
