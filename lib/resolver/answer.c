/* answer.c - what sources have answered so far, and the one allocation it is handed out in
 *
 * An address or name that is there already is not added again: hosts files and name services repeat themselves, and
 * nobody wants to dial, or to listen on, one address twice. Comparing each with each is cheap for as many as are kept
 * at all.
 *
 * The block that addresses were gathered in becomes the result: its head makes way for the public one, which is why
 * the items begin behind the larger of the two. A lookup so costs one allocation for all that was found.
 */
#include <config.h>

#include "resolver/answer.h"

#include <errno.h>
#include <string.h>

#include <resolvx/backend.h>

#include "base/mem.h"

#define ALIGN sizeof(void *)
#define ROUND_UP(size) (((size) + ALIGN - 1) / ALIGN * ALIGN)
#define LARGER(a, b) ((a) > (b) ? (a) : (b))

/* Where the items begin. */
#define HEAD ROUND_UP(LARGER(sizeof(struct rvx__answer_block), sizeof(struct rvx_addrs)))

/* Room to begin with: a few items and texts. */
#define FIRST_SIZE 640

_Static_assert(sizeof(struct rvx_addr) % ALIGN == 0, "pointers can stand behind addresses");

static char *items_of(const struct rvx__answer_block *block)
{
    return (char *)(uintptr_t)block + HEAD;
}

static char *end_of(const struct rvx__answer_block *block)
{
    return (char *)(uintptr_t)block + block->size;
}

void rvx__answer_fini(struct rvx__answer *answer)
{
    rvx__free(answer->block);
    *answer = (struct rvx__answer){.block = NULL};
}

bool rvx__answer_is_empty(const struct rvx__answer *answer)
{
    return answer->block == NULL || (answer->block->n == 0 && !answer->block->has_port);
}

uint16_t rvx__answer_port(const struct rvx__answer *answer)
{
    return answer->block != NULL ? answer->block->port : 0;
}

size_t rvx__answer_n(const struct rvx__answer *answer)
{
    return answer->block != NULL ? answer->block->n : 0;
}

/* Makes the block larger, or makes one. */
static int grow(struct rvx__answer *answer, size_t more)
{
    struct rvx__answer_block *block = answer->block;
    size_t items = block != NULL ? block->n * block->item_size : 0;
    size_t texts = block != NULL ? block->texts : 0;
    size_t need = HEAD + items + more + texts;
    size_t old_size = block != NULL ? block->size : 0;
    size_t size = old_size == 0 ? FIRST_SIZE : old_size;

    if (more > RVX__ANSWER_BYTES_MAX || need > RVX__ANSWER_BYTES_MAX)
        return RVX_ELIMIT;
    while (size < need)
        size *= 2;
    block = rvx__realloc(block, size, 1);
    if (block == NULL)
        return -ENOMEM;
    if (old_size == 0)
        *block = (struct rvx__answer_block){.n = 0};
    answer->block = block;
    memmove((char *)block + size - texts, (char *)block + old_size - texts, texts);
    block->size = size;
    return 0;
}

/* Makes room for `more` bytes between items and texts.  Returns: 0; -ENOMEM; RVX_ELIMIT. */
static inline int make_room(struct rvx__answer *answer, size_t more)
{
    const struct rvx__answer_block *block = answer->block;

    if (block != NULL && HEAD + block->n * block->item_size + more + block->texts <= block->size)
        return 0;
    return grow(answer, more);
}

/* Copies bytes and a NUL. */
static int add_text(struct rvx__answer *answer, struct rvx__view text, uint32_t *place)
{
    int rc = make_room(answer, text.len + 1);
    char *copy;

    if (rc < 0)
        return rc;
    answer->block->texts += text.len + 1;
    *place = (uint32_t)answer->block->texts;
    copy = end_of(answer->block) - *place;
    if (text.len > 0)
        memcpy(copy, text.data, text.len);
    copy[text.len] = '\0';
    return 0;
}

static int add_item(struct rvx__answer *answer, const void *item, unsigned size, size_t max)
{
    int rc;

    if (rvx__answer_n(answer) == max)
        return RVX_ELIMIT;
    rc = make_room(answer, size);
    if (rc < 0)
        return rc;
    answer->block->item_size = size;
    memcpy(items_of(answer->block) + answer->block->n++ * size, item, size);
    return 0;
}

const char *rvx__answer_text(const struct rvx__answer *answer, uint32_t place)
{
    return place != 0 ? end_of(answer->block) - place : NULL;
}

struct rvx_addr *rvx__answer_addrs(struct rvx__answer *answer)
{
    return rvx__answer_n(answer) > 0 ? (struct rvx_addr *)(void *)items_of(answer->block) : NULL;
}

static const struct rvx_addr *addr_at(const struct rvx__answer *answer, size_t i)
{
    return (const struct rvx_addr *)(void *)items_of(answer->block) + i;
}

const char *rvx__answer_name(const struct rvx__answer *answer, size_t i)
{
    const uint32_t *places = (const uint32_t *)(void *)items_of(answer->block);

    return rvx__answer_text(answer, places[i]);
}

const struct rvx__answer_record *rvx__answer_record(const struct rvx__answer *answer, size_t i)
{
    return (const struct rvx__answer_record *)(void *)items_of(answer->block) + i;
}

static struct rvx__view without_dot(struct rvx__view name)
{
    return name.len > 1 && rvx__view_at(name, name.len - 1) == '.' ? rvx__view_to(name, name.len - 1) : name;
}

int rvx__answer_add(struct rvx__answer *answer, const struct rvx_addr *addr)
{
    for (size_t i = 0; i < rvx__answer_n(answer); i++) {
        if (rvx_addr_equal(addr_at(answer, i), addr))
            return 0;
    }
    return add_item(answer, addr, sizeof *addr, RVX__ANSWER_ADDRS_MAX);
}

int rvx__answer_add_name(struct rvx__answer *answer, struct rvx__view name)
{
    uint32_t place;
    int rc;

    name = without_dot(name);
    for (size_t i = 0; i < rvx__answer_n(answer); i++) {
        if (rvx__view_eq_fold(rvx__view_text(rvx__answer_name(answer, i)), name))
            return 0;
    }
    if (rvx__answer_n(answer) == RVX__ANSWER_NAMES_MAX)
        return RVX_ELIMIT;
    rc = add_text(answer, name, &place);
    return rc < 0 ? rc : add_item(answer, &place, sizeof place, RVX__ANSWER_NAMES_MAX);
}

/* Adds an owner's name: records of a set share it. */
static int add_owner(struct rvx__answer *answer, struct rvx__view name, uint32_t *place)
{
    size_t n = rvx__answer_n(answer);

    name = without_dot(name);
    if (n > 0) {
        *place = rvx__answer_record(answer, n - 1)->name;
        if (rvx__view_eq(rvx__view_text(rvx__answer_text(answer, *place)), name))
            return 0;
    }
    return add_text(answer, name, place);
}

int rvx__answer_add_record(struct rvx__answer *answer, const struct rvx_record *record)
{
    struct rvx__answer_record item = {
        .data_len = (uint32_t)record->data_len,
        .ttl = record->ttl,
        .type = record->type,
        .class_ = record->class_,
    };
    int rc = record->data_len <= UINT16_MAX ? 0 : RVX_ELIMIT;

    if (rc == 0)
        rc = add_owner(answer, rvx__view_text(record->name), &item.name);
    if (rc == 0)
        rc = add_text(answer, rvx__view_of(record->data, record->data_len), &item.data);
    if (rc == 0)
        rc = add_item(answer, &item, sizeof item, RVX__ANSWER_RECORDS_MAX);
    return rc < 0 ? rc : rvx__answer_limit_ttl(answer, record->ttl);
}

int rvx__answer_set_canonical(struct rvx__answer *answer, struct rvx__view name)
{
    uint32_t place;
    int rc = add_text(answer, without_dot(name), &place);

    if (rc == 0)
        answer->block->canonical = place;
    return rc;
}

int rvx__answer_set_server(struct rvx__answer *answer, struct rvx__view server)
{
    uint32_t place;
    int rc = add_text(answer, server, &place);

    if (rc == 0)
        answer->block->server = place;
    return rc;
}

int rvx__answer_set_flags(struct rvx__answer *answer, unsigned flags)
{
    int rc = make_room(answer, 0);

    if (rc == 0)
        answer->block->flags = flags;
    return rc;
}

int rvx__answer_add_alias(struct rvx__answer *answer, struct rvx__view name)
{
    uint32_t place;
    int rc = add_text(answer, without_dot(name), &place);

    if (rc < 0)
        return rc;
    if (answer->block->chain_n == RVX__ANSWER_CHAIN_MAX)
        return RVX_ELIMIT;
    answer->block->chain[answer->block->chain_n++] = place;
    return 0;
}

int rvx__answer_set_port(struct rvx__answer *answer, uint16_t port)
{
    int rc = make_room(answer, 0);

    if (rc < 0)
        return rc;
    answer->block->port = port;
    answer->block->has_port = true;
    return 0;
}

int rvx__answer_limit_ttl(struct rvx__answer *answer, uint32_t seconds)
{
    int rc = make_room(answer, 0);

    if (rc < 0)
        return rc;
    if (!answer->block->has_ttl || seconds < answer->block->ttl)
        answer->block->ttl = seconds;
    answer->block->has_ttl = true;
    return 0;
}

int rvx__answer_note_dropped(struct rvx__answer *answer)
{
    int rc = make_room(answer, 0);

    if (rc == 0)
        answer->block->dropped++;
    return rc;
}

static int add_record_from(struct rvx__answer *answer, const struct rvx__answer *from, size_t i)
{
    const struct rvx__answer_record *item = rvx__answer_record(from, i);
    const struct rvx_record record = {
        .name = rvx__answer_text(from, item->name),
        .type = item->type,
        .class_ = item->class_,
        .ttl = item->ttl,
        .data = (const unsigned char *)rvx__answer_text(from, item->data),
        .data_len = item->data_len,
    };

    return rvx__answer_add_record(answer, &record);
}

/* Adds the i-th item of another answer of the same kind. */
static int add_from(struct rvx__answer *answer, const struct rvx__answer *from, size_t i)
{
    if (from->block->item_size == sizeof(struct rvx_addr))
        return rvx__answer_add(answer, addr_at(from, i));
    if (from->block->item_size == sizeof(uint32_t))
        return rvx__answer_add_name(answer, rvx__view_text(rvx__answer_name(from, i)));
    return add_record_from(answer, from, i);
}

int rvx__answer_merge(struct rvx__answer *answer, struct rvx__answer *from)
{
    int rc = 0;

    if (rvx__answer_is_empty(answer)) {
        rvx__answer_fini(answer);
        *answer = *from;
        *from = (struct rvx__answer){.block = NULL};
        return 0;
    }
    for (size_t i = 0; i < rvx__answer_n(from) && rc == 0; i++)
        rc = add_from(answer, from, i);
    if (rc == 0 && from->block != NULL && from->block->has_ttl)
        rc = rvx__answer_limit_ttl(answer, from->block->ttl);
    rvx__answer_fini(from);
    return rc;
}

/* Writes the public head in the place of ours; nothing can fail any more. */
static struct rvx_addrs *publish(struct rvx__answer *answer, uint32_t source)
{
    const struct rvx__answer_block block = *answer->block;
    struct rvx_addrs *addrs = (struct rvx_addrs *)(void *)answer->block;
    char *end = end_of(answer->block);
    struct rvx_addr *v = (struct rvx_addr *)(void *)items_of(answer->block);
    const char **chain = (const char **)(void *)(v + block.n);

    for (unsigned i = 0; i < block.chain_n; i++)
        chain[i] = end - block.chain[i];
    *addrs = (struct rvx_addrs){
        .n = block.n,
        .v = v,
        .canonical = block.canonical != 0 ? end - block.canonical : NULL,
        .source = end - source,
        .chain = chain,
        .chain_n = block.chain_n,
        .server = block.server != 0 ? end - block.server : NULL,
        .ttl = block.ttl,
        .authentic = (block.flags & RVX_ORIGIN_AUTHENTIC) != 0,
        .cached = (block.flags & RVX_ORIGIN_CACHED) != 0,
        .stale = (block.flags & RVX_ORIGIN_STALE) != 0,
    };
    return addrs;
}

/* Makes room at the end for what is no text. The block's size is a multiple of ALIGN. */
static int add_room(struct rvx__answer *answer, size_t size, uint32_t *place)
{
    int rc = make_room(answer, size + ALIGN);

    if (rc < 0)
        return rc;
    answer->block->texts = ROUND_UP(answer->block->texts + size);
    *place = (uint32_t)answer->block->texts;
    return 0;
}

int rvx__answer_take_addrs_with(struct rvx__answer *answer, const char *source, size_t size, struct rvx_addrs **addrs,
                                void **room)
{
    uint32_t source_at, room_at = 0;
    int rc = add_text(answer, rvx__view_text(source), &source_at);

    *addrs = NULL;
    *room = NULL;
    if (rc == 0)
        rc = add_room(answer, size, &room_at);
    if (rc == 0)
        rc = make_room(answer, answer->block->chain_n * sizeof(char *));
    if (rc < 0)
        return rc;
    *room = end_of(answer->block) - room_at;
    *addrs = publish(answer, source_at);
    *answer = (struct rvx__answer){.block = NULL};
    return 0;
}

int rvx__answer_take_addrs(struct rvx__answer *answer, const char *source, struct rvx_addrs **addrs)
{
    void *none;

    return rvx__answer_take_addrs_with(answer, source, 0, addrs, &none);
}

int rvx__addrs_new(const struct rvx_addr *v, size_t n, const char *source, struct rvx_addrs **addrs)
{
    struct rvx__answer answer = {.block = NULL};
    int rc = 0;

    *addrs = NULL;
    for (size_t i = 0; i < n && rc == 0; i++)
        rc = rvx__answer_add(&answer, &v[i]);
    if (rc == 0)
        rc = rvx__answer_take_addrs(&answer, source, addrs);
    rvx__answer_fini(&answer);
    return rc;
}

void rvx_addrs_free(struct rvx_addrs *addrs)
{
    rvx__free(addrs);
}
