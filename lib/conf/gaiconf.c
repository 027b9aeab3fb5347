/* gaiconf.c - gai.conf(5): the policy table of RFC 6724
 *
 * "label PREFIX NUMBER", "precedence PREFIX NUMBER", "scopev4 PREFIX NUMBER", "reload yes|no", as glibc reads them: one
 * line of a kind replaces all defaults of its kind, and an address that no rule fits is treated as by glibc's implied
 * last rule (label 1, precedence 40, scope 14). Two liberties: IPv4 prefixes are taken by all three and stand for their
 * v4-mapped form, and a netmask may be written for them. The defaults are RFC 6724's, not glibc's, whose labels for
 * 2001::/32 and fc00::/7 are its own and whose precedences are still those of RFC 3484.
 */
#include <config.h>

#include "conf/gaiconf.h"

#include <string.h>

#include "conf/lines.h"

#define VALUE_MAX INT32_MAX
#define SCOPE_MAX 15 /* four bits in an IPv6 multicast address, where the numbers come from */
#define MAPPED_BITS 96

#define LABEL_DEFAULT 1
#define PRECEDENCE_DEFAULT 40
#define SCOPE_DEFAULT 14

/* RFC 6724 section 2.1. */
static const struct policy {
    const char *prefix;
    uint32_t precedence, label;
} policies[] = {
    {"::1/128", 50, 0},  {"::/0", 40, 1}, {"::ffff:0:0/96", 35, 4}, {"2002::/16", 30, 2}, {"2001::/32", 5, 5},
    {"fc00::/7", 3, 13}, {"::/96", 1, 3}, {"fec0::/10", 1, 11},     {"3ffe::/16", 1, 12},
};

/* RFC 6724 section 3.2. */
static const struct scope {
    const char *prefix;
    uint32_t scope;
} scopes[] = {
    {"169.254.0.0/16", 2},
    {"127.0.0.0/8", 2},
    {"0.0.0.0/0", 14},
};

/* Puts a rule behind those with as long a prefix. False if there is no room. */
static bool insert_rule(struct rvx__gaiconf_table *table, const struct rvx__prefix *prefix, uint32_t value)
{
    size_t at = table->n;

    if (table->n == RVX__GAICONF_RULES_MAX)
        return false;
    for (; at > 0 && table->rules[at - 1].prefix.bits < prefix->bits; at--)
        table->rules[at] = table->rules[at - 1];
    table->rules[at].prefix = *prefix;
    table->rules[at].value = value;
    table->n++;
    return true;
}

static bool parse_prefix(struct rvx__view text, struct rvx__prefix *prefix)
{
    if (!rvx__prefix_parse(text, prefix))
        return false;
    rvx__prefix_map(prefix);
    return true;
}

static void insert_default(struct rvx__gaiconf_table *table, const char *text, uint32_t value)
{
    struct rvx__prefix prefix;

    if (parse_prefix(rvx__view_text(text), &prefix))
        insert_rule(table, &prefix, value);
}

static void fill_defaults(struct rvx__gaiconf *gaiconf)
{
    size_t i;

    for (i = 0; i < sizeof policies / sizeof policies[0]; i++) {
        if (!gaiconf->labels.given)
            insert_default(&gaiconf->labels, policies[i].prefix, policies[i].label);
        if (!gaiconf->precedences.given)
            insert_default(&gaiconf->precedences, policies[i].prefix, policies[i].precedence);
    }
    for (i = 0; i < sizeof scopes / sizeof scopes[0]; i++) {
        if (!gaiconf->scopes_v4.given)
            insert_default(&gaiconf->scopes_v4, scopes[i].prefix, scopes[i].scope);
    }
}

static bool is_mapped(const struct rvx__prefix *prefix)
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

    return prefix->bits >= MAPPED_BITS && memcmp(prefix->ip, mapped, sizeof mapped) == 0;
}

struct parser {
    struct rvx__gaiconf *gaiconf;
    uint32_t line;
};

static void remark(struct parser *parser, enum rvx__remark_kind kind, struct rvx__view text)
{
    rvx__remarks_add(&parser->gaiconf->remarks, parser->line, kind, text);
}

static void read_rule(struct parser *parser, struct rvx__gaiconf_table *table, struct rvx__view rest)
{
    bool scope = table == &parser->gaiconf->scopes_v4;
    struct rvx__view text, number;
    struct rvx__prefix prefix;
    uint32_t value;

    rvx__view_take_word(&rest, &text);
    rvx__view_take_word(&rest, &number);
    if (!parse_prefix(text, &prefix) || (scope && !is_mapped(&prefix)))
        remark(parser, RVX__REMARK_BAD, text);
    else if (!rvx__view_take_dec(&number, scope ? SCOPE_MAX : VALUE_MAX, &value) || number.len > 0)
        remark(parser, RVX__REMARK_BAD, number);
    else if (insert_rule(table, &prefix, value))
        table->given = true;
    else
        remark(parser, RVX__REMARK_EXCESS, text);
}

static void read_reload(struct parser *parser, struct rvx__view rest)
{
    struct rvx__view word;

    rvx__view_take_word(&rest, &word);
    if (rvx__view_is_fold(word, "yes"))
        parser->gaiconf->reload = true;
    else if (rvx__view_is_fold(word, "no"))
        parser->gaiconf->reload = false;
    else
        remark(parser, RVX__REMARK_BAD, word);
}

static void read_line(struct parser *parser, struct rvx__view line)
{
    struct rvx__view word;

    rvx__view_take_word(&line, &word);
    if (rvx__view_is(word, "label"))
        read_rule(parser, &parser->gaiconf->labels, line);
    else if (rvx__view_is(word, "precedence"))
        read_rule(parser, &parser->gaiconf->precedences, line);
    else if (rvx__view_is(word, "scopev4"))
        read_rule(parser, &parser->gaiconf->scopes_v4, line);
    else if (rvx__view_is(word, "reload"))
        read_reload(parser, line);
    else
        remark(parser, RVX__REMARK_UNKNOWN, word);
}

void rvx__gaiconf_parse(struct rvx__gaiconf *gaiconf, struct rvx__view bytes)
{
    struct parser parser = {.gaiconf = gaiconf};
    struct rvx__lines lines;
    struct rvx__view line;

    memset(gaiconf, 0, sizeof *gaiconf);
    rvx__lines_init(&lines, bytes, RVX__LINES_COMMENT_HASH);
    while (rvx__lines_next(&lines, &line)) {
        parser.line = lines.number;
        read_line(&parser, line);
    }
    fill_defaults(gaiconf);
}

/* The value of the first rule that fits, which has the longest prefix. */
static uint32_t find_value(const struct rvx__gaiconf_table *table, const struct rvx_addr *addr, uint32_t otherwise)
{
    size_t i;

    for (i = 0; i < table->n; i++) {
        if (rvx__prefix_match(&table->rules[i].prefix, addr))
            return table->rules[i].value;
    }
    return otherwise;
}

uint32_t rvx__gaiconf_label(const struct rvx__gaiconf *gaiconf, const struct rvx_addr *addr)
{
    return find_value(&gaiconf->labels, addr, LABEL_DEFAULT);
}

uint32_t rvx__gaiconf_precedence(const struct rvx__gaiconf *gaiconf, const struct rvx_addr *addr)
{
    return find_value(&gaiconf->precedences, addr, PRECEDENCE_DEFAULT);
}

uint32_t rvx__gaiconf_scope_v4(const struct rvx__gaiconf *gaiconf, const struct rvx_addr *addr)
{
    return find_value(&gaiconf->scopes_v4, addr, SCOPE_DEFAULT);
}
