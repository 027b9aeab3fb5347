/* result.c - the one allocation that a result of records is handed out in
 *
 * Its size is an upper bound worked out from the lengths of the data, so that it is made once and never moves: names
 * are at most four times as long as text as they are in wire form.
 */
#include <config.h>

#include "resolver/result.h"

#include <errno.h>
#include <string.h>

#include "base/mem.h"

#define ALIGN sizeof(void *)

/* Bytes that the texts of struct rvx_about take. */
static size_t count_about(const struct rvx__lookup *lookup)
{
    const struct rvx__answer_block *block = lookup->answer.block;
    size_t size = 3 * ALIGN + strlen(lookup->request.name) + strlen(rvx__lookup_source(lookup)) + 2;

    return size + block->chain_n * sizeof(char *) + block->texts;
}

static const char *copy_place(struct rvx__result *result, const struct rvx__lookup *lookup, uint32_t place)
{
    const char *text = rvx__answer_text(&lookup->answer, place);

    return text != NULL ? rvx__result_text(result, rvx__view_text(text)) : NULL;
}

static void describe(struct rvx__result *result, const struct rvx__lookup *lookup)
{
    const struct rvx__answer_block *block = lookup->answer.block;
    struct rvx_about *about = result->about;
    const char **chain = rvx__result_take(result, block->chain_n * sizeof *chain);

    for (unsigned i = 0; chain != NULL && i < block->chain_n; i++)
        chain[i] = copy_place(result, lookup, block->chain[i]);
    about->chain = chain;
    about->chain_n = block->chain_n;
    about->source = rvx__result_text(result, rvx__view_text(rvx__lookup_source(lookup)));
    about->server = copy_place(result, lookup, block->server);
    about->name = copy_place(result, lookup, block->canonical);
    if (about->name == NULL)
        about->name = rvx__result_text(result, rvx__view_text(lookup->request.name));
    about->ttl = block->ttl;
    about->dropped = block->dropped;
    about->authentic = (block->flags & RVX_ORIGIN_AUTHENTIC) != 0;
    about->cached = (block->flags & RVX_ORIGIN_CACHED) != 0;
    about->stale = (block->flags & RVX_ORIGIN_STALE) != 0;
}

int rvx__result_init(struct rvx__result *result, struct rvx__lookup *lookup, size_t head, size_t more)
{
    size_t size = head + more + count_about(lookup);
    char *block = rvx__calloc(1, size);

    *result = (struct rvx__result){.about = (struct rvx_about *)(void *)block, .lookup = lookup};
    if (block == NULL)
        return -ENOMEM;
    result->at = block + head;
    result->end = block + size;
    describe(result, lookup);
    return 0;
}

static char *cut(struct rvx__result *result, size_t size)
{
    char *piece = result->at;

    if (size > (size_t)(result->end - result->at)) {
        result->failed = true;
        return NULL;
    }
    result->at += size;
    return piece;
}

void *rvx__result_take(struct rvx__result *result, size_t size)
{
    size_t over = (uintptr_t)result->at % ALIGN;

    if (over != 0 && cut(result, ALIGN - over) == NULL)
        return NULL;
    return cut(result, size);
}

const char *rvx__result_text(struct rvx__result *result, struct rvx__view text)
{
    char *copy = cut(result, text.len + 1);

    if (copy != NULL && text.len > 0)
        memcpy(copy, text.data, text.len);
    return copy;
}

const char *rvx__result_name(struct rvx__result *result, const struct rvx__name *name)
{
    char text[RVX__NAME_TEXT_SIZE];
    size_t len = rvx__name_text(rvx__name_view(name), text);

    return rvx__result_text(result, rvx__view_of(text, len));
}

int rvx__result_done(struct rvx__result *result, size_t n, void **made)
{
    *made = NULL;
    if (!result->failed && n > 0) {
        *made = result->about;
        return 0;
    }
    rvx__free(result->about);
    if (result->failed)
        return RVX_EINTERNAL;
    rvx__result_explain(result->lookup, "malformed records");
    return RVX_ETRYAGAIN;
}

struct rvx__view rvx__result_data(const struct rvx__lookup *lookup, size_t i)
{
    const struct rvx__answer_record *record = rvx__answer_record(&lookup->answer, i);

    return rvx__view_of(rvx__answer_text(&lookup->answer, record->data), record->data_len);
}

size_t rvx__result_bytes(const struct rvx__lookup *lookup)
{
    size_t bytes = 0;

    for (size_t i = 0; i < rvx__answer_n(&lookup->answer); i++)
        bytes += rvx__result_data(lookup, i).len;
    return bytes;
}

bool rvx__result_read_host(struct rvx__view data, size_t at, struct rvx__name *name)
{
    struct rvx__view wire = rvx__view_from(data, at);

    return rvx__name_set(name, wire) && name->len == wire.len && rvx__name_wire_is_host(wire);
}

void rvx__result_explain(struct rvx__lookup *lookup, const char *words)
{
    const char *server = rvx__answer_text(&lookup->answer, lookup->answer.block->server);
    const struct rvx_failure failure = {.size = sizeof failure, .server = server, .ede_text = words};

    rvx__failure_free(lookup->failure);
    lookup->failure = rvx__failure_new(&failure);
}

uint32_t rvx__result_draw(const struct rvx__lookup *lookup, uint32_t n)
{
    const struct rvx__rnd *rnd = lookup->request.resolver->base->rnd;
    uint32_t bits;

    if (rnd->fill(rnd->self, &bits, sizeof bits) < 0)
        return 0;
    return (uint32_t)((uint64_t)bits * n >> 32);
}

static void swap(char *a, char *b, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        char byte = a[i];

        a[i] = b[i];
        b[i] = byte;
    }
}

void rvx__result_shuffle(const struct rvx__lookup *lookup, void *v, size_t n, size_t size)
{
    char *bytes = v;

    for (size_t i = n; i > 1; i--)
        swap(bytes + (i - 1) * size, bytes + rvx__result_draw(lookup, (uint32_t)i) * size, size);
}
