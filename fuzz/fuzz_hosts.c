/* fuzz_hosts.c - hosts files
 *
 * Every word of the file is asked for, as a name and as an address, in the table and by a scan: the answers have to be
 * the same, and what the table knows forwards it knows backwards.
 */
#include <config.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <resolvx/err.h>

#include "addr/ip.h"
#include "conf/hosts.h"
#include "require.h"

#define ARENA_MAX ((size_t)1 << 26)
#define QUERIES_MAX 64 /* each one is a pass over the file */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_same_forward(const struct rvx__hosts_forward *a, const struct rvx__hosts_forward *b)
{
    const struct rvx__hosts_addr *i, *j;
    uint32_t n = 0;

    require((a == NULL) == (b == NULL));
    if (a == NULL)
        return;
    require(strcmp(a->canonical, b->canonical) == 0 && a->line == b->line && a->n == b->n && a->n > 0);
    for (i = a->addrs, j = b->addrs; i != NULL && j != NULL; i = i->next, j = j->next, n++)
        require(rvx_addr_equal(i->addr, j->addr));
    require(i == NULL && j == NULL && n == a->n);
}

static void check_same_reverse(const struct rvx__hosts_reverse *a, const struct rvx__hosts_reverse *b)
{
    const struct rvx__hosts_name *i, *j;
    uint32_t n = 0;

    require((a == NULL) == (b == NULL));
    if (a == NULL)
        return;
    require(a->line == b->line && a->n == b->n && a->n > 0);
    for (i = a->names, j = b->names; i != NULL && j != NULL; i = i->next, j = j->next, n++)
        require(strcmp(i->name, j->name) == 0);
    require(i == NULL && j == NULL && n == a->n);
}

static void ask_name(const struct rvx__hosts *hosts, struct rvx__view bytes, struct rvx__view name)
{
    const struct rvx__hosts_forward *scanned;
    struct rvx__arena arena;
    int rc;

    rvx__arena_init(&arena, ARENA_MAX);
    rc = rvx__hosts_scan_name(bytes, name, &arena, &scanned);
    require(rc == (scanned != NULL ? 0 : RVX_ENOTFOUND));
    check_same_forward(rvx__hosts_find_name(hosts, name), scanned);
    rvx__arena_fini(&arena);
}

static void ask_addr(const struct rvx__hosts *hosts, struct rvx__view bytes, struct rvx__view text)
{
    const struct rvx__hosts_reverse *scanned;
    struct rvx__arena arena;
    struct rvx_addr addr;
    int rc;

    if (!rvx__ip_parse(text, &addr))
        return;
    rvx__arena_init(&arena, ARENA_MAX);
    rc = rvx__hosts_scan_addr(bytes, &addr, &arena, &scanned);
    require(rc == (scanned != NULL ? 0 : RVX_ENOTFOUND));
    check_same_reverse(rvx__hosts_find_addr(hosts, &addr), scanned);
    rvx__arena_fini(&arena);
}

/* As many names lead to addresses as addresses to names, and each name's first address leads somewhere. */
static void check_table(const struct rvx__hosts *hosts)
{
    struct rvx__map_slot *slot;
    size_t at = 0, forward_n = 0, reverse_n = 0;

    while ((slot = rvx__map_next(&hosts->by_name, &at)) != NULL) {
        const struct rvx__hosts_forward *forward = slot->value;

        forward_n += forward->n;
        /* A key is without its trailing dot; one that still ends in a dot would lose that as well. */
        require(rvx__view_ends_fold(slot->key, ".") || rvx__hosts_find_name(hosts, slot->key) == forward);
        require(rvx__hosts_find_name(hosts, rvx__view_text(forward->canonical)) != NULL);
        require(rvx__hosts_find_addr(hosts, forward->addrs->addr) != NULL);
    }
    at = 0;
    while ((slot = rvx__map_next(&hosts->by_addr, &at)) != NULL) {
        const struct rvx__hosts_reverse *reverse = slot->value;

        reverse_n += reverse->n;
        require(rvx__hosts_find_name(hosts, rvx__view_text(reverse->names->name)) != NULL);
    }
    require(forward_n == reverse_n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rvx__view bytes = rvx__view_of(data, size), rest = bytes, line, word;
    struct rvx__map_seed seed = {size, 1};
    struct rvx__hosts hosts;
    unsigned queries = 0;

    require(rvx__hosts_parse(&hosts, bytes, seed) == 0);
    check_table(&hosts);
    while (queries < QUERIES_MAX && rvx__view_take_line(&rest, &line)) {
        while (queries < QUERIES_MAX && rvx__view_take_word(&line, &word)) {
            ask_name(&hosts, bytes, word);
            ask_addr(&hosts, bytes, word);
            queries++;
        }
    }
    rvx__hosts_fini(&hosts);
    return 0;
}
