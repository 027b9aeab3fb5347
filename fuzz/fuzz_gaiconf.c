/* fuzz_gaiconf.c - gai.conf
 *
 * Whatever the file: tables are sorted and within their bounds, the value of an address is that of its longest prefix,
 * and a file written from what was read is read as the same.
 */
#include <config.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "conf/gaiconf.h"
#include "require.h"

#define FILE_MAX ((size_t)1 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_table(const struct rvx__gaiconf_table *table, size_t defaults_n)
{
    size_t i;

    require(table->n <= RVX__GAICONF_RULES_MAX && table->n > 0);
    require(table->given || table->n == defaults_n);
    for (i = 0; i < table->n; i++) {
        const struct rvx__prefix *prefix = &table->rules[i].prefix;
        struct rvx_addr addr = {.family = RVX_FAMILY_IPV6};

        require(prefix->family == RVX_FAMILY_IPV6 && prefix->bits <= 128);
        require(i == 0 || prefix->bits <= table->rules[i - 1].prefix.bits);
        require(table->rules[i].value <= INT32_MAX);
        memcpy(addr.ip, prefix->ip, sizeof addr.ip);
        require(rvx__prefix_match(prefix, &addr));
    }
}

/* The value of the longest prefix that fits, whatever the order; of equals the first. */
static uint32_t search(const struct rvx__gaiconf_table *table, const struct rvx_addr *addr, uint32_t otherwise)
{
    int bits = -1;
    size_t i;

    for (i = 0; i < table->n; i++) {
        if ((int)table->rules[i].prefix.bits > bits && rvx__prefix_match(&table->rules[i].prefix, addr)) {
            bits = table->rules[i].prefix.bits;
            otherwise = table->rules[i].value;
        }
    }
    return otherwise;
}

static void check_values(const struct rvx__gaiconf *gaiconf, const struct rvx__gaiconf_table *table)
{
    size_t i;

    for (i = 0; i < table->n; i++) {
        struct rvx_addr addr = {.family = RVX_FAMILY_IPV6};

        memcpy(addr.ip, table->rules[i].prefix.ip, sizeof addr.ip);
        addr.ip[15] ^= (uint8_t)i;
        require(rvx__gaiconf_label(gaiconf, &addr) == search(&gaiconf->labels, &addr, 1));
        require(rvx__gaiconf_precedence(gaiconf, &addr) == search(&gaiconf->precedences, &addr, 40));
        rvx_addr_unmap(&addr);
        require(rvx__gaiconf_label(gaiconf, &addr) == search(&gaiconf->labels, &addr, 1));
        require(rvx__gaiconf_scope_v4(gaiconf, &addr) == search(&gaiconf->scopes_v4, &addr, 14));
    }
}

static void write_table(struct rvx__buf *buf, const char *word, const struct rvx__gaiconf_table *table)
{
    size_t i, j;

    for (i = 0; table->given && i < table->n; i++) {
        rvx__buf_add_text(buf, word);
        for (j = 0; j < 16; j += 2) {
            rvx__buf_add_text(buf, j > 0 ? ":" : " ");
            rvx__buf_add_hex(buf, (uint32_t)(table->rules[i].prefix.ip[j] << 8 | table->rules[i].prefix.ip[j + 1]));
        }
        rvx__buf_add_text(buf, "/");
        rvx__buf_add_dec(buf, table->rules[i].prefix.bits);
        rvx__buf_add_text(buf, " ");
        rvx__buf_add_dec(buf, table->rules[i].value);
        rvx__buf_add_text(buf, "\n");
    }
}

static void check_same(const struct rvx__gaiconf_table *a, const struct rvx__gaiconf_table *b)
{
    require(a->n == b->n && a->given == b->given);
    require(memcmp(a->rules, b->rules, a->n * sizeof a->rules[0]) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rvx__gaiconf gaiconf, again;
    struct rvx__buf buf;

    rvx__gaiconf_parse(&gaiconf, rvx__view_of(data, size));
    check_table(&gaiconf.labels, 9);
    check_table(&gaiconf.precedences, 9);
    check_table(&gaiconf.scopes_v4, 3);
    check_values(&gaiconf, &gaiconf.labels);
    check_values(&gaiconf, &gaiconf.scopes_v4);
    rvx__buf_init_heap(&buf, FILE_MAX);
    write_table(&buf, "label", &gaiconf.labels);
    write_table(&buf, "precedence", &gaiconf.precedences);
    write_table(&buf, "scopev4", &gaiconf.scopes_v4);
    rvx__buf_add_text(&buf, gaiconf.reload ? "reload yes\n" : "reload no\n");
    require(rvx__buf_finish(&buf) > 0);
    rvx__gaiconf_parse(&again, rvx__buf_view(&buf));
    require(again.remarks.total == 0 && again.reload == gaiconf.reload);
    check_same(&gaiconf.labels, &again.labels);
    check_same(&gaiconf.precedences, &again.precedences);
    check_same(&gaiconf.scopes_v4, &again.scopes_v4);
    rvx__buf_fini(&buf);
    return 0;
}
