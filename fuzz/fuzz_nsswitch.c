/* fuzz_nsswitch.c - nsswitch.conf
 *
 * Whatever the file: counts are right and within their bounds, names are usable texts, databases are there once, and a
 * file written from what was read, with every action spelled out, is read as the same.
 */
#include <config.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "conf/nsswitch.h"
#include "require.h"

#define FILE_MAX ((size_t)1 << 22)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool has_default_actions(const struct rvx__nsswitch_source *source)
{
    size_t i;

    for (i = 0; i < RVX__NSSWITCH_STATUS_N; i++) {
        if (source->action[i] != (i == RVX_STATUS_SUCCESS ? RVX__NSSWITCH_RETURN : RVX__NSSWITCH_CONTINUE))
            return false;
    }
    return true;
}

static void check_source(const struct rvx__nsswitch_source *source)
{
    unsigned returns = 0;
    size_t i;

    require(source->name[0] != '\0' && strpbrk(source->name, "[# \t\r\n\v\f") == NULL);
    if (!source->standard)
        return;
    /* Standard criteria leave success alone and let at most one of the others return. */
    require(source->action[RVX_STATUS_SUCCESS] == RVX__NSSWITCH_RETURN);
    for (i = RVX_STATUS_NOTFOUND; i < RVX__NSSWITCH_STATUS_N; i++) {
        require(source->action[i] != RVX__NSSWITCH_MERGE);
        returns += source->action[i] == RVX__NSSWITCH_RETURN;
    }
    require(returns <= 1);
}

static void check_nsswitch(const struct rvx__nsswitch *nsswitch)
{
    const struct rvx__nsswitch_database *database;
    const struct rvx__nsswitch_source *source;
    uint32_t databases_n = 0;

    for (database = nsswitch->databases; database != NULL; database = database->next) {
        uint32_t sources_n = 0;

        require(rvx__nsswitch_find(nsswitch, database->name) == database);
        require(strpbrk(database->name, ":#\n") == NULL && database->name[0] != '\0');
        require(database->line > 0 && (database->bad_line == 0 || database->bad_line >= database->line));
        for (source = database->sources; source != NULL; source = source->next) {
            check_source(source);
            sources_n++;
        }
        require(sources_n == database->sources_n && sources_n <= RVX__NSSWITCH_SOURCES_MAX);
        databases_n++;
    }
    require(databases_n == nsswitch->databases_n && databases_n <= RVX__NSSWITCH_DATABASES_MAX);
}

static void write_source(struct rvx__buf *buf, const struct rvx__nsswitch_source *source)
{
    static const char *const statuses[] = {" success=", " notfound=", " unavail=", " tryagain="};
    static const char *const actions[] = {"return", "continue", "merge"};
    size_t i;

    rvx__buf_add_text(buf, " ");
    rvx__buf_add_text(buf, source->name);
    if (has_default_actions(source))
        return;
    rvx__buf_add_text(buf, " [");
    for (i = 0; i < RVX__NSSWITCH_STATUS_N; i++) {
        rvx__buf_add_text(buf, statuses[i]);
        rvx__buf_add_text(buf, actions[source->action[i]]);
    }
    rvx__buf_add_text(buf, "]");
}

static void write_nsswitch(struct rvx__buf *buf, const struct rvx__nsswitch *nsswitch)
{
    const struct rvx__nsswitch_database *database;
    const struct rvx__nsswitch_source *source;

    for (database = nsswitch->databases; database != NULL; database = database->next) {
        /* An empty line in front: a name may start with the bytes of a byte order mark. */
        rvx__buf_add_text(buf, "\n");
        rvx__buf_add_text(buf, database->name);
        rvx__buf_add_text(buf, ":");
        for (source = database->sources; source != NULL; source = source->next)
            write_source(buf, source);
    }
}

static void check_same(const struct rvx__nsswitch *a, const struct rvx__nsswitch *b)
{
    const struct rvx__nsswitch_database *x = a->databases, *y = b->databases;

    require(a->databases_n == b->databases_n);
    for (; x != NULL; x = x->next, y = y->next) {
        const struct rvx__nsswitch_source *s = x->sources, *t = y->sources;

        require(strcmp(x->name, y->name) == 0 && x->sources_n == y->sources_n && y->bad_line == 0);
        for (; s != NULL; s = s->next, t = t->next) {
            require(strcmp(s->name, t->name) == 0);
            require(memcmp(s->action, t->action, sizeof s->action) == 0);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rvx__nsswitch nsswitch, again;
    struct rvx__buf buf;

    require(rvx__nsswitch_parse(&nsswitch, rvx__view_of(data, size)) == 0);
    check_nsswitch(&nsswitch);
    rvx__buf_init_heap(&buf, FILE_MAX);
    write_nsswitch(&buf, &nsswitch);
    require(rvx__buf_finish(&buf) >= 0);
    require(rvx__nsswitch_parse(&again, rvx__buf_view(&buf)) == 0);
    require(again.remarks.total == 0);
    check_same(&nsswitch, &again);
    rvx__nsswitch_fini(&nsswitch);
    rvx__nsswitch_fini(&again);
    rvx__buf_fini(&buf);
    return 0;
}
