/* failure.c - why a source has no answer, in a little more than a code
 *
 * Kept apart from the request, which would otherwise carry room for an error that most of them never have.
 */
#include <config.h>

#include "resolver/failure.h"

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"

struct rvx__failure {
    unsigned attempts;
    uint16_t rcode, ede;
    bool has_ede, nodata;
    char server[sizeof(((struct rvx_error *)NULL)->server)];
    char ede_text[sizeof(((struct rvx_error *)NULL)->ede_text)];
};

static void copy_text(char *to, size_t size, const char *text)
{
    struct rvx__buf buf;

    rvx__buf_init(&buf, to, size);
    rvx__buf_add_text(&buf, text != NULL ? text : "");
    rvx__buf_finish(&buf);
}

struct rvx__failure *rvx__failure_new(const struct rvx_failure *failure)
{
    struct rvx__failure *copy = rvx__malloc(sizeof *copy);

    if (copy == NULL)
        return NULL;
    copy->attempts = failure->attempts;
    copy->rcode = failure->rcode;
    copy->ede = failure->ede;
    copy->has_ede = failure->has_ede;
    copy->nodata = failure->nodata;
    copy_text(copy->server, sizeof copy->server, failure->server);
    copy_text(copy->ede_text, sizeof copy->ede_text, failure->ede_text);
    return copy;
}

void rvx__failure_free(struct rvx__failure *failure)
{
    rvx__free(failure);
}

int rvx__failure_report(const struct rvx__failure *failure, struct rvx_error *err, int code, struct rvx__view name)
{
    rvx__error_lookup(err, code, name, failure != NULL ? failure->server : NULL);
    if (err == NULL || failure == NULL)
        return code;
    err->attempts = failure->attempts;
    err->rcode = failure->rcode;
    err->ede = failure->ede;
    err->has_ede = failure->has_ede;
    err->nodata = failure->nodata && code == RVX_ENOTFOUND;
    copy_text(err->ede_text, sizeof err->ede_text, failure->ede_text);
    return code;
}
