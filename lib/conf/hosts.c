/* hosts.c - hosts(5): names to addresses and back
 *
 * A line is an address and the names it has; the first one is canonical, the others are aliases. Lines with less than
 * that or with something else in front are skipped, as everywhere.
 *
 * The table and the scans answer with the same structs, put together by the same functions, so they cannot drift apart:
 * what differs is only how the lines of interest are found. In the table, answers hang in two maps: names by their text
 * in lower case without a trailing dot, addresses by family, bytes and zone. A list of blocked names (100,000 lines of
 * "0.0.0.0 NAME") is an ordinary hosts file here; lines in a row with the same address share it.
 *
 * Not done: names are not checked against what DNS allows, since a hosts file may say what DNS cannot; nothing is
 * sorted or made unique.
 */
#include <config.h>

#include "conf/hosts.h"

#include <errno.h>
#include <string.h>

#include <resolvx/err.h>

#include "addr/ip.h"
#include "base/buf.h"
#include "conf/lines.h"

#define NAME_MAX_LEN 255 /* without the trailing dot; longer than DNS allows, and than anybody asks for */
#define KEY_SIZE 40      /* family, 16 bytes, zone */

/* A file is limited by who reads it; 1 MiB of it becomes at most 64 MiB here. */
#define MEMORY_MAX ((size_t)1 << 30)

/* A text in the caller's storage: "name" in lower case, or an address's key. */
struct key {
    char bytes[NAME_MAX_LEN + 1];
    struct rvx__view view;
};

static struct rvx__view strip_dot(struct rvx__view name)
{
    return rvx__view_ends_fold(name, ".") ? rvx__view_to(name, name.len - 1) : name;
}

static bool is_name(struct rvx__view stripped)
{
    return stripped.len > 0 && stripped.len <= NAME_MAX_LEN;
}

static void make_name_key(struct rvx__view stripped, struct key *key)
{
    struct rvx__buf buf;

    rvx__buf_init(&buf, key->bytes, sizeof key->bytes);
    rvx__buf_add_lower(&buf, stripped);
    key->view = rvx__buf_view(&buf);
}

static void make_addr_key(const struct rvx_addr *addr, struct key *key)
{
    size_t len = addr->family == RVX_FAMILY_IPV4 ? 4 : 16;
    struct rvx__buf buf;

    rvx__buf_init(&buf, key->bytes, KEY_SIZE);
    rvx__buf_add_byte(&buf, (char)addr->family);
    rvx__buf_add(&buf, rvx__view_of(addr->ip, len));
    if (addr->family == RVX_FAMILY_IPV6)
        rvx__buf_add_text(&buf, addr->zone);
    key->view = rvx__buf_view(&buf);
}

/* The address and the names of a line. False if it has not both. */
static bool parse_line(struct rvx__view line, struct rvx_addr *addr, struct rvx__view *names)
{
    struct rvx__view word;

    if (!rvx__view_take_word(&line, &word) || !rvx__ip_parse(word, addr))
        return false;
    rvx_addr_unmap(addr);
    *names = line; /* which ends in a word, if anything is left */
    return names->len > 0;
}

/* Takes the next usable name, without its trailing dot. */
static bool take_name(struct rvx__view *names, struct rvx__view *name)
{
    while (rvx__view_take_word(names, name)) {
        *name = strip_dot(*name);
        if (is_name(*name))
            return true;
    }
    return false;
}

/* A name as it is given out: with a trailing dot if there is a dot in it. */
static char *store_name(struct rvx__arena *arena, struct rvx__view stripped, bool lower)
{
    char text[NAME_MAX_LEN + 2];
    struct rvx__buf buf;

    rvx__buf_init(&buf, text, sizeof text);
    if (lower)
        rvx__buf_add_lower(&buf, stripped);
    else
        rvx__buf_add(&buf, stripped);
    if (rvx__view_find(stripped, '.') != RVX__NPOS)
        rvx__buf_add_byte(&buf, '.');
    return rvx__arena_text(arena, rvx__buf_view(&buf));
}

/* An answer without addresses yet, for a name that is first met on a line with these names. */
static struct rvx__hosts_forward *new_forward(struct rvx__arena *arena, struct rvx__view names, uint32_t line)
{
    struct rvx__hosts_forward *forward = rvx__arena_calloc(arena, 1, sizeof *forward);
    struct rvx__view first;

    if (forward == NULL || !take_name(&names, &first))
        return NULL;
    forward->canonical = store_name(arena, first, true);
    forward->line = line;
    return forward->canonical != NULL ? forward : NULL;
}

static int append_addr(struct rvx__arena *arena, struct rvx__hosts_forward *forward, const struct rvx_addr *addr)
{
    struct rvx__hosts_addr *item = rvx__arena_calloc(arena, 1, sizeof *item);

    if (item == NULL)
        return -ENOMEM;
    item->addr = addr;
    if (forward->last != NULL)
        forward->last->next = item;
    else
        forward->addrs = item;
    forward->last = item;
    forward->n++;
    return 0;
}

static struct rvx__hosts_reverse *new_reverse(struct rvx__arena *arena, uint32_t line)
{
    struct rvx__hosts_reverse *reverse = rvx__arena_calloc(arena, 1, sizeof *reverse);

    if (reverse != NULL)
        reverse->line = line;
    return reverse;
}

static int append_name(struct rvx__arena *arena, struct rvx__hosts_reverse *reverse, struct rvx__view stripped)
{
    struct rvx__hosts_name *item = rvx__arena_calloc(arena, 1, sizeof *item);

    if (item == NULL)
        return -ENOMEM;
    item->name = store_name(arena, stripped, false);
    if (item->name == NULL)
        return -ENOMEM;
    if (reverse->last != NULL)
        reverse->last->next = item;
    else
        reverse->names = item;
    reverse->last = item;
    reverse->n++;
    return 0;
}

static const struct rvx_addr *store_addr(struct rvx__arena *arena, const struct rvx_addr *addr)
{
    struct rvx_addr *copy = rvx__arena_alloc(arena, sizeof *copy);

    if (copy != NULL)
        *copy = *addr;
    return copy;
}

/* Adds a line's address to the answer, once for each time the line holds the name. */
static int scan_line(struct rvx__arena *arena, const struct rvx__lines *lines, struct rvx__view line,
                     struct rvx__view name, struct rvx__hosts_forward **forward)
{
    struct rvx__view names, rest, word;
    const struct rvx_addr *stored = NULL;
    struct rvx_addr addr;

    if (!parse_line(line, &addr, &names))
        return 0;
    rest = names;
    while (take_name(&rest, &word)) {
        if (!rvx__view_eq_fold(word, name))
            continue;
        if (stored == NULL)
            stored = store_addr(arena, &addr);
        if (*forward == NULL)
            *forward = new_forward(arena, names, lines->number);
        if (stored == NULL || *forward == NULL || append_addr(arena, *forward, stored) < 0)
            return -ENOMEM;
    }
    return 0;
}

int rvx__hosts_scan_name(struct rvx__view bytes, struct rvx__view name, struct rvx__arena *arena,
                         const struct rvx__hosts_forward **found)
{
    struct rvx__hosts_forward *forward = NULL;
    struct rvx__lines lines;
    struct rvx__view line;

    *found = NULL;
    name = strip_dot(name);
    if (!is_name(name))
        return RVX_ENOTFOUND;
    rvx__lines_init(&lines, bytes, RVX__LINES_COMMENT_HASH);
    while (rvx__lines_seek(&lines, name, &line)) {
        if (scan_line(arena, &lines, line, name, &forward) < 0)
            return -ENOMEM;
    }
    *found = forward;
    return forward != NULL ? 0 : RVX_ENOTFOUND;
}

/* The address as the file's are kept: IPv4 where it is mapped, no port. */
static struct rvx_addr plain_addr(const struct rvx_addr *addr)
{
    struct rvx_addr plain = *addr;

    rvx_addr_unmap(&plain);
    plain.port = 0;
    return plain;
}

static int append_names(struct rvx__arena *arena, struct rvx__hosts_reverse *reverse, struct rvx__view names)
{
    struct rvx__view word;

    while (take_name(&names, &word)) {
        if (append_name(arena, reverse, word) < 0)
            return -ENOMEM;
    }
    return 0;
}

int rvx__hosts_scan_addr(struct rvx__view bytes, const struct rvx_addr *addr, struct rvx__arena *arena,
                         const struct rvx__hosts_reverse **found)
{
    struct rvx__hosts_reverse *reverse = NULL;
    struct rvx_addr wanted = plain_addr(addr), other;
    struct rvx__lines lines;
    struct rvx__view line, names, rest, word;

    *found = NULL;
    rvx__lines_init(&lines, bytes, RVX__LINES_COMMENT_HASH);
    while (rvx__lines_next(&lines, &line)) {
        if (!parse_line(line, &other, &names) || !rvx_addr_equal(&wanted, &other))
            continue;
        rest = names;
        if (!take_name(&rest, &word))
            continue;
        if (reverse == NULL)
            reverse = new_reverse(arena, lines.number);
        if (reverse == NULL || append_names(arena, reverse, names) < 0)
            return -ENOMEM;
    }
    *found = reverse;
    return reverse != NULL ? 0 : RVX_ENOTFOUND;
}

/* Puts an answer into a map under a key of its own. */
static int put_answer(struct rvx__map *map, struct rvx__arena *arena, const struct key *key, void *answer)
{
    const char *text = rvx__arena_text(arena, key->view);

    if (answer == NULL || text == NULL)
        return -ENOMEM;
    return rvx__map_put(map, rvx__view_of(text, key->view.len), answer);
}

static int enter_name(struct rvx__hosts *hosts, const struct rvx_addr *addr, struct rvx__view name,
                      struct rvx__view names, uint32_t line)
{
    struct rvx__hosts_forward *forward;
    struct key key;

    make_name_key(name, &key);
    forward = rvx__map_get(&hosts->by_name, key.view);
    if (forward == NULL) {
        forward = new_forward(&hosts->arena, names, line);
        if (put_answer(&hosts->by_name, &hosts->arena, &key, forward) < 0)
            return -ENOMEM;
    }
    return append_addr(&hosts->arena, forward, addr);
}

/* The answer for an address, made if it is new. */
static struct rvx__hosts_reverse *enter_addr(struct rvx__hosts *hosts, const struct rvx_addr *addr, uint32_t line)
{
    struct rvx__hosts_reverse *reverse;
    struct key key;

    make_addr_key(addr, &key);
    reverse = rvx__map_get(&hosts->by_addr, key.view);
    if (reverse == NULL) {
        reverse = new_reverse(&hosts->arena, line);
        if (put_answer(&hosts->by_addr, &hosts->arena, &key, reverse) < 0)
            return NULL;
    }
    return reverse;
}

/* The address of the line before and what belongs to it, for lines in a row that share it. */
struct previous {
    const struct rvx_addr *addr;
    struct rvx__hosts_reverse *reverse;
};

static int enter_line(struct rvx__hosts *hosts, const struct rvx_addr *addr, struct rvx__view names, uint32_t line,
                      struct previous *previous)
{
    struct rvx__view rest = names, word;

    if (previous->addr == NULL || !rvx_addr_equal(previous->addr, addr)) {
        previous->addr = store_addr(&hosts->arena, addr);
        if (previous->addr == NULL)
            return -ENOMEM;
        previous->reverse = enter_addr(hosts, addr, line);
        if (previous->reverse == NULL)
            return -ENOMEM;
    }
    while (take_name(&rest, &word)) {
        if (enter_name(hosts, previous->addr, word, names, line) < 0 ||
            append_name(&hosts->arena, previous->reverse, word) < 0)
            return -ENOMEM;
    }
    return 0;
}

/* Remarks names that are too long, or nothing but a dot. False if a line has no others. */
static bool check_names(struct rvx__hosts *hosts, struct rvx__view names, uint32_t line)
{
    struct rvx__view word;
    bool good = false;

    while (rvx__view_take_word(&names, &word)) {
        if (is_name(strip_dot(word)))
            good = true;
        else
            rvx__remarks_add(&hosts->remarks, line, RVX__REMARK_BAD, word);
    }
    return good;
}

static int enter_lines(struct rvx__hosts *hosts, struct rvx__view bytes)
{
    struct previous previous = {0};
    struct rvx__lines lines;
    struct rvx__view line, names;
    struct rvx_addr addr;

    rvx__lines_init(&lines, bytes, RVX__LINES_COMMENT_HASH);
    while (rvx__lines_next(&lines, &line)) {
        if (!parse_line(line, &addr, &names))
            rvx__remarks_add(&hosts->remarks, lines.number, RVX__REMARK_BAD, line);
        else if (check_names(hosts, names, lines.number) &&
                 enter_line(hosts, &addr, names, lines.number, &previous) < 0)
            return -ENOMEM;
    }
    return 0;
}

int rvx__hosts_parse(struct rvx__hosts *hosts, struct rvx__view bytes, struct rvx__map_seed seed)
{
    int rc;

    memset(hosts, 0, sizeof *hosts);
    rvx__map_init(&hosts->by_name, seed, bytes.len);
    rvx__map_init(&hosts->by_addr, seed, bytes.len);
    rvx__arena_init(&hosts->arena, MEMORY_MAX);
    rc = enter_lines(hosts, bytes);
    if (rc < 0)
        rvx__hosts_fini(hosts);
    return rc;
}

void rvx__hosts_fini(struct rvx__hosts *hosts)
{
    rvx__map_fini(&hosts->by_name);
    rvx__map_fini(&hosts->by_addr);
    rvx__arena_fini(&hosts->arena);
    memset(hosts, 0, sizeof *hosts);
}

const struct rvx__hosts_forward *rvx__hosts_find_name(const struct rvx__hosts *hosts, struct rvx__view name)
{
    struct key key;

    name = strip_dot(name);
    if (!is_name(name))
        return NULL;
    make_name_key(name, &key);
    return rvx__map_get(&hosts->by_name, key.view);
}

const struct rvx__hosts_reverse *rvx__hosts_find_addr(const struct rvx__hosts *hosts, const struct rvx_addr *addr)
{
    struct rvx_addr plain = plain_addr(addr);
    struct key key;

    make_addr_key(&plain, &key);
    return rvx__map_get(&hosts->by_addr, key.view);
}
