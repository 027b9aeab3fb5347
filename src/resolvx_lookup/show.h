/* show.h - printing what was found: readable, short, or as JSON */
#ifndef RESOLVX_LOOKUP_SHOW_H
#define RESOLVX_LOOKUP_SHOW_H

#include <stdbool.h>
#include <stdint.h>

#include <resolvx/err.h>
#include <resolvx/records.h>
#include <resolvx/resolver.h>

#include "json.h"

enum show_style {
    SHOW_READABLE, /* the name, what was found below it, and what is known about that */
    SHOW_SHORT,    /* what was found, nothing else */
    SHOW_JSON      /* an object a line */
};

struct show {
    enum show_style style;
    const char *command;
    struct json json;
};

/* name: as typed. Text from elsewhere is made visible. */
void show_addrs(struct show *show, const char *name, const struct rvx_addrs *addrs);
void show_names(struct show *show, const char *name, const struct rvx_names *names);
void show_txts(struct show *show, const char *name, const struct rvx_txts *txts);
void show_mxs(struct show *show, const char *name, const struct rvx_mxs *mxs);
void show_srvs(struct show *show, const char *name, const struct rvx_srvs *srvs);
void show_https(struct show *show, const char *name, const struct rvx_https *https);
void show_records(struct show *show, const char *name, const struct rvx_records *records);
void show_port(struct show *show, const char *name, const char *network, uint16_t port);

/* Says what went wrong on standard error, and, as JSON, on standard output too. */
void show_error(struct show *show, const char *name, int code, const struct rvx_error *err);

#endif
