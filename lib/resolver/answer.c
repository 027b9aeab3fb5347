/* answer.c - what sources have answered so far, and the one allocation it is handed out in
 *
 * An address that is there already is not added again: hosts files and name services repeat themselves, and nobody
 * wants to dial, or to listen on, one address twice. Comparing each with each is cheap for as many as are kept at all.
 */
#include <config.h>

#include "resolver/answer.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"

#define ADDRS_MIN 8

void rvx__answer_fini(struct rvx__answer *answer)
{
    rvx__free(answer->addrs);
    rvx__free(answer->canonical);
    *answer = (struct rvx__answer){.addrs = NULL};
}

bool rvx__answer_is_empty(const struct rvx__answer *answer)
{
    return answer->n == 0 && !answer->has_port;
}

static bool has_addr(const struct rvx__answer *answer, const struct rvx_addr *addr)
{
    for (size_t i = 0; i < answer->n; i++) {
        if (rvx_addr_equal(&answer->addrs[i], addr))
            return true;
    }
    return false;
}

int rvx__answer_add(struct rvx__answer *answer, const struct rvx_addr *addr)
{
    if (has_addr(answer, addr))
        return 0;
    if (answer->n == RVX__ANSWER_ADDRS_MAX)
        return RVX_ELIMIT;
    if (answer->n == answer->cap) {
        size_t cap = answer->cap == 0 ? ADDRS_MIN : 2 * answer->cap;
        struct rvx_addr *more = rvx__realloc(answer->addrs, cap, sizeof *more);

        if (more == NULL)
            return -ENOMEM;
        answer->addrs = more;
        answer->cap = cap;
    }
    answer->addrs[answer->n++] = *addr;
    return 0;
}

int rvx__answer_set_canonical(struct rvx__answer *answer, struct rvx__view name)
{
    char *copy;

    if (name.len > 1 && rvx__view_at(name, name.len - 1) == '.')
        name = rvx__view_to(name, name.len - 1);
    copy = rvx__malloc(name.len + 1);
    if (copy == NULL)
        return -ENOMEM;
    if (name.len > 0)
        memcpy(copy, name.data, name.len);
    copy[name.len] = '\0';
    rvx__free(answer->canonical);
    answer->canonical = copy;
    return 0;
}

int rvx__answer_merge(struct rvx__answer *answer, struct rvx__answer *from)
{
    int rc = 0;

    if (rvx__answer_is_empty(answer)) {
        rvx__answer_fini(answer);
        *answer = *from;
        *from = (struct rvx__answer){.addrs = NULL};
        return 0;
    }
    for (size_t i = 0; i < from->n && rc == 0; i++)
        rc = rvx__answer_add(answer, &from->addrs[i]);
    rvx__answer_fini(from);
    return rc;
}

static char *append_text(char **end, const char *text)
{
    char *copy = *end;
    size_t size;

    if (text == NULL)
        return NULL;
    size = strlen(text) + 1;
    memcpy(copy, text, size);
    *end += size;
    return copy;
}

int rvx__addrs_new(const struct rvx_addr *v, size_t n, const char *canonical, const char *source,
                   struct rvx_addrs **addrs)
{
    size_t texts = strlen(source) + 1 + (canonical != NULL ? strlen(canonical) + 1 : 0);
    struct rvx_addrs *new = rvx__malloc(sizeof *new + n * sizeof *v + texts);
    char *end;

    *addrs = NULL;
    if (new == NULL)
        return -ENOMEM;
    new->n = n;
    new->v = (struct rvx_addr *)(void *)(new + 1);
    memcpy(new->v, v, n * sizeof *v);
    end = (char *)(new->v + n);
    new->canonical = append_text(&end, canonical);
    new->source = append_text(&end, source);
    *addrs = new;
    return 0;
}

void rvx_addrs_free(struct rvx_addrs *addrs)
{
    rvx__free(addrs);
}
