/* nsswitch.h - nsswitch.conf(5): which sources to ask, in which order, and what to do with each outcome
 *
 * A line that cannot be understood spoils its own database only; Go gives up the whole file, libc the line.
 */
#ifndef RVX_CONF_NSSWITCH_H
#define RVX_CONF_NSSWITCH_H

#include <stdbool.h>
#include <stdint.h>

#include <resolvx/backend.h>

#include "base/arena.h"
#include "base/view.h"
#include "conf/remarks.h"

#define RVX__NSSWITCH_STATUS_N (RVX_STATUS_TRYAGAIN + 1)

/* What to do once a source has answered with a status. */
enum rvx__nsswitch_action {
    RVX__NSSWITCH_RETURN,   /* stop here with what there is */
    RVX__NSSWITCH_CONTINUE, /* ask the next source */
    RVX__NSSWITCH_MERGE     /* ask the next source and put both answers together */
};

/* One source of a database with what its criteria come to. */
struct rvx__nsswitch_source {
    struct rvx__nsswitch_source *next;
    const char *name;                                         /* as written */
    enum rvx__nsswitch_action action[RVX__NSSWITCH_STATUS_N]; /* by enum rvx_status */
    /* The criteria, if any, say nothing but the defaults, except that the last may be "=return" for any status: what Go
     * calls standard criteria. */
    bool standard;
};

struct rvx__nsswitch_database {
    struct rvx__nsswitch_database *next;
    const char *name;  /* "hosts", "services", ...; case as written */
    uint32_t line;     /* the first line that names it */
    uint32_t bad_line; /* the first line with a syntax error, 0: none; the sources before the error are there */
    uint32_t sources_n;
    struct rvx__nsswitch_source *sources; /* in the order to ask; lines of one database add up */
    struct rvx__nsswitch_source *last;
};

struct rvx__nsswitch {
    struct rvx__nsswitch_database *databases; /* in file order */
    struct rvx__nsswitch_database *last;
    uint32_t databases_n;
    struct rvx__remarks remarks;
    struct rvx__arena arena; /* behind everything above */
};

#define RVX__NSSWITCH_DATABASES_MAX 64
#define RVX__NSSWITCH_SOURCES_MAX 64 /* of one database */

/* Parses a nsswitch.conf; nothing of `bytes` is needed afterwards.
 * Returns: 0, or -ENOMEM with *nsswitch empty. */
int rvx__nsswitch_parse(struct rvx__nsswitch *nsswitch, struct rvx__view bytes);

/* Frees what is inside; also after a failed parse, and twice. */
void rvx__nsswitch_fini(struct rvx__nsswitch *nsswitch);

/* The database of that name, or NULL. */
const struct rvx__nsswitch_database *rvx__nsswitch_find(const struct rvx__nsswitch *nsswitch, const char *database);

#endif
