/* resolvconf.c - resolv.conf(5)
 *
 * The file is read as the union of what its readers understand: glibc 2.41 (res_init), Go, OpenBSD (asr), FreeBSD.
 * Where they differ the more useful reading is taken:
 *
 * - Comments start with '#' or ';' wherever a word may start. In glibc and Go that is the first column only, and
 *   "search a # b" searches "#" and "b".
 * - Numbers are read as Go reads them, leading digits only, and then held within a range. The upper ends are glibc's
 *   (timeout 30, attempts 5), which Go lacks: the file is written for all programs of a machine and tried with glibc,
 *   and "timeout:3600" was never meant. A caller who wants to wait longer says so with his options, not with this file.
 * - `nameserver` takes a port, as "192.0.2.1:5353" or "[fe80::1%eth0]:5353" (OpenBSD has the second form).
 * - "search ." alone is how systemd-resolved writes that nothing is to be searched: no default takes its place.
 * - An empty `search` takes back an earlier one, as in Go; glibc ignores the line.
 *
 * The environment (LOCALDOMAIN, RES_OPTIONS, HOSTALIASES) is not looked at: the parser is pure.
 */
#include <config.h>

#include "conf/resolvconf.h"

#include <errno.h>
#include <string.h>

#include "addr/hostport.h"
#include "addr/ip.h"
#include "base/buf.h"
#include "conf/lines.h"

#define DNS_PORT 53
#define DOMAIN_MAX 254     /* bytes of a name with its trailing dot */
#define MEMORY_MAX 1048576 /* the longest search list takes less than 300 KiB */

/* The numbers of `options`: default and range. */
#define NDOTS_DEFAULT 1
#define NDOTS_MAX 15
#define TIMEOUT_DEFAULT 5
#define TIMEOUT_MAX 30
#define ATTEMPTS_DEFAULT 2
#define ATTEMPTS_MAX 5
#define RELOAD_PERIOD_MAX 86400

struct parser {
    struct rvx__resolvconf *conf;
    uint32_t line;
    struct rvx__view search; /* what follows the last `search` or `domain` */
    uint32_t search_line;
};

static void remark(struct parser *parser, enum rvx__remark_kind kind, struct rvx__view text)
{
    rvx__remarks_add(&parser->conf->remarks, parser->line, kind, text);
    if (kind == RVX__REMARK_UNKNOWN || kind == RVX__REMARK_BAD)
        parser->conf->unknown = true;
}

/* "192.0.2.1:5353" or "[fe80::1%eth0]:5353" */
static bool parse_server_port(struct rvx__view text, struct rvx_addr *server)
{
    struct rvx__view host, port;
    uint32_t number;

    if (rvx__hostport_split(text, &host, &port) < 0 || !rvx__ip_parse(host, server))
        return false;
    if (!rvx__view_take_dec(&port, UINT16_MAX, &number) || port.len > 0 || number == 0)
        return false;
    server->port = (uint16_t)number;
    return true;
}

bool rvx__resolvconf_server(struct rvx__view text, struct rvx_addr *server)
{
    if (rvx__ip_parse(text, server))
        server->port = DNS_PORT;
    else if (!parse_server_port(text, server))
        return false;
    /* A socket for the mapped form would need a dual-stack IPv6 socket. */
    rvx_addr_unmap(server);
    return true;
}

static void read_nameserver(struct parser *parser, struct rvx__view rest)
{
    struct rvx__resolvconf *conf = parser->conf;
    struct rvx__view word;
    struct rvx_addr server;

    if (!rvx__view_take_word(&rest, &word)) {
        remark(parser, RVX__REMARK_BAD, rvx__view_text("nameserver"));
    } else if (!rvx__resolvconf_server(word, &server)) {
        remark(parser, RVX__REMARK_BAD, word);
    } else if (conf->servers_n == RVX__RESOLVCONF_SERVERS_MAX) {
        conf->servers_dropped++;
        remark(parser, RVX__REMARK_EXCESS, word);
    } else {
        conf->servers[conf->servers_n++] = server;
        conf->servers_given = true;
    }
    /* A second address on the line is ignored by everybody, and by mistake there. */
    if (rvx__view_take_word(&rest, &word))
        remark(parser, RVX__REMARK_EXCESS, word);
}

/* The last one counts, so nothing is taken apart before the end. */
static void read_search(struct parser *parser, struct rvx__view rest)
{
    parser->search = rest;
    parser->search_line = parser->line;
}

static void read_domain(struct parser *parser, struct rvx__view rest)
{
    struct rvx__view word, more;

    rvx__view_take_word(&rest, &word);
    read_search(parser, word);
    if (rvx__view_take_word(&rest, &more))
        remark(parser, RVX__REMARK_EXCESS, more);
}

static void read_sortlist(struct parser *parser, struct rvx__view rest)
{
    struct rvx__resolvconf *conf = parser->conf;
    struct rvx__view word;
    struct rvx__prefix prefix;

    while (rvx__view_take_word(&rest, &word)) {
        if (!rvx__prefix_parse_natural(word, &prefix))
            remark(parser, RVX__REMARK_BAD, word);
        else if (conf->sortlist_n == RVX__RESOLVCONF_SORTLIST_MAX)
            remark(parser, RVX__REMARK_EXCESS, word);
        else
            conf->sortlist[conf->sortlist_n++] = prefix;
    }
}

static bool has_lookup(const struct rvx__resolvconf *conf, enum rvx__resolvconf_lookup lookup)
{
    size_t i;

    for (i = 0; i < conf->lookup_n; i++) {
        if (conf->lookup[i] == lookup)
            return true;
    }
    return false;
}

static void read_lookup(struct parser *parser, struct rvx__view rest)
{
    static const char *const names[RVX__RESOLVCONF_LOOKUP_MAX] = {
        [RVX__RESOLVCONF_LOOKUP_FILE] = "file",
        [RVX__RESOLVCONF_LOOKUP_BIND] = "bind",
        [RVX__RESOLVCONF_LOOKUP_YP] = "yp",
    };
    struct rvx__resolvconf *conf = parser->conf;
    struct rvx__view word;

    conf->lookup_n = 0;
    while (rvx__view_take_word(&rest, &word)) {
        unsigned i = 0;

        while (i < RVX__RESOLVCONF_LOOKUP_MAX && !rvx__view_is(word, names[i]))
            i++;
        if (i == RVX__RESOLVCONF_LOOKUP_MAX)
            remark(parser, RVX__REMARK_UNKNOWN, word);
        else if (has_lookup(conf, (enum rvx__resolvconf_lookup)i))
            remark(parser, RVX__REMARK_EXCESS, word);
        else
            conf->lookup[conf->lookup_n++] = (enum rvx__resolvconf_lookup)i;
    }
}

static void read_family(struct parser *parser, struct rvx__view rest)
{
    struct rvx__resolvconf *conf = parser->conf;
    struct rvx__view word;

    conf->family_n = 0;
    while (rvx__view_take_word(&rest, &word)) {
        bool inet6 = rvx__view_is(word, "inet6");
        enum rvx_family family = inet6 ? RVX_FAMILY_IPV6 : RVX_FAMILY_IPV4;

        if (!inet6 && !rvx__view_is(word, "inet4"))
            remark(parser, RVX__REMARK_UNKNOWN, word);
        else if (conf->family_n == 2 || (conf->family_n == 1 && conf->family[0] == family))
            remark(parser, RVX__REMARK_EXCESS, word);
        else
            conf->family[conf->family_n++] = family;
    }
}

/* Reads the number of an option: leading digits only, 0 if there are none, held within its range. */
static uint32_t read_number(struct parser *parser, struct rvx__view word, struct rvx__view value, uint32_t min,
                            uint32_t max)
{
    bool negative = rvx__view_at(value, 0) == '-';
    uint32_t number = 0;

    if (negative)
        value = rvx__view_from(value, 1);
    if (!rvx__is_digit(rvx__view_at(value, 0))) {
        remark(parser, RVX__REMARK_BAD, word);
        return min;
    }
    if (!rvx__view_take_dec(&value, max, &number)) {
        remark(parser, RVX__REMARK_RANGE, word);
        return negative ? min : max;
    }
    if (value.len > 0)
        remark(parser, RVX__REMARK_BAD, word);
    else if (number < min || (negative && number > 0))
        remark(parser, RVX__REMARK_RANGE, word);
    return negative || number < min ? min : number;
}

/* "name:number". False if the name is none of those that take a number. */
static bool read_numeric_option(struct parser *parser, struct rvx__view word)
{
    struct rvx__resolvconf *conf = parser->conf;
    struct rvx__view value = word, name;

    if (!rvx__view_take_until(&value, ':', &name))
        return false;
    if (rvx__view_is(name, "ndots"))
        conf->ndots = read_number(parser, word, value, 0, NDOTS_MAX);
    else if (rvx__view_is(name, "timeout"))
        conf->timeout_s = read_number(parser, word, value, 1, TIMEOUT_MAX);
    else if (rvx__view_is(name, "attempts"))
        conf->attempts = read_number(parser, word, value, 1, ATTEMPTS_MAX);
    else if (rvx__view_is(name, "reload-period")) {
        if (read_number(parser, word, value, 0, RELOAD_PERIOD_MAX) == 0)
            conf->options |= RVX__RESOLVCONF_NO_RELOAD;
    } else {
        return false;
    }
    return true;
}

struct flag {
    const char *name;
    uint32_t set, clear;
};

static const struct flag flags[] = {
    {"debug", RVX__RESOLVCONF_DEBUG, 0},
    {"edns0", RVX__RESOLVCONF_EDNS0, 0},
    {"inet6", RVX__RESOLVCONF_INET6, 0},
    {"insecure1", RVX__RESOLVCONF_INSECURE1, 0},
    {"insecure2", RVX__RESOLVCONF_INSECURE2, 0},
    {"ip6-bytestring", RVX__RESOLVCONF_IP6_BYTESTRING, 0},
    {"ip6-dotint", RVX__RESOLVCONF_IP6_DOTINT, 0},
    {"no-aaaa", RVX__RESOLVCONF_NO_AAAA, 0},
    {"no-check-names", RVX__RESOLVCONF_NO_CHECK_NAMES, 0},
    {"no-ip6-dotint", 0, RVX__RESOLVCONF_IP6_DOTINT},
    {"no-reload", RVX__RESOLVCONF_NO_RELOAD, 0},
    {"no-tld-query", RVX__RESOLVCONF_NO_TLD_QUERY, 0},
    {"no_tld_query", RVX__RESOLVCONF_NO_TLD_QUERY, 0},
    {"rotate", RVX__RESOLVCONF_ROTATE, 0},
    {"single-request", RVX__RESOLVCONF_SINGLE_REQUEST, 0},
    {"single-request-reopen", RVX__RESOLVCONF_SINGLE_REQUEST_REOPEN, 0},
    {"strict-error", RVX__RESOLVCONF_STRICT_ERROR, 0},
    {"tcp", RVX__RESOLVCONF_USE_TCP, 0},
    {"trust-ad", RVX__RESOLVCONF_TRUST_AD, 0},
    {"use-vc", RVX__RESOLVCONF_USE_TCP, 0},
    {"usevc", RVX__RESOLVCONF_USE_TCP, 0},
};

static bool read_flag(struct rvx__resolvconf *conf, struct rvx__view word)
{
    size_t i;

    for (i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        if (rvx__view_is(word, flags[i].name)) {
            conf->options = (conf->options & ~flags[i].clear) | flags[i].set;
            return true;
        }
    }
    return false;
}

static void read_options(struct parser *parser, struct rvx__view rest)
{
    struct rvx__view word;

    while (rvx__view_take_word(&rest, &word)) {
        if (!read_flag(parser->conf, word) && !read_numeric_option(parser, word))
            remark(parser, RVX__REMARK_UNKNOWN, word);
    }
}

struct directive {
    const char *name;
    void (*read)(struct parser *parser, struct rvx__view rest);
};

static const struct directive directives[] = {
    {"nameserver", read_nameserver}, {"search", read_search}, {"options", read_options}, {"domain", read_domain},
    {"sortlist", read_sortlist},     {"lookup", read_lookup}, {"family", read_family},
};

static void read_line(struct parser *parser, struct rvx__view line)
{
    struct rvx__view word;
    size_t i;

    rvx__view_take_word(&line, &word);
    for (i = 0; i < sizeof directives / sizeof directives[0]; i++) {
        if (rvx__view_is(word, directives[i].name)) {
            directives[i].read(parser, line);
            return;
        }
    }
    remark(parser, RVX__REMARK_UNKNOWN, word);
}

/* Could it be put behind a name? Which letters are allowed is decided when names are made of it. */
static bool is_domain(struct rvx__view domain)
{
    struct rvx__view label;

    if (domain.len == 0 || domain.len > DOMAIN_MAX || (domain.len == DOMAIN_MAX && !rvx__view_ends_fold(domain, ".")))
        return false;
    while (rvx__view_take_until(&domain, '.', &label)) {
        if (label.len == 0)
            return false;
    }
    return true;
}

/* Stores a domain with its trailing dot. */
static int add_domain(struct rvx__resolvconf *conf, const char **search, struct rvx__view domain)
{
    char text[DOMAIN_MAX + 1];
    struct rvx__buf buf;

    rvx__buf_init(&buf, text, sizeof text);
    rvx__buf_add(&buf, domain);
    if (!rvx__view_ends_fold(domain, "."))
        rvx__buf_add_byte(&buf, '.');
    search[conf->search_n] = rvx__arena_text(&conf->arena, rvx__buf_view(&buf));
    if (search[conf->search_n] == NULL)
        return -ENOMEM;
    conf->search_n++;
    return 0;
}

static size_t count_words(struct rvx__view text)
{
    struct rvx__view word;
    size_t n = 0;

    while (rvx__view_take_word(&text, &word))
        n++;
    return n;
}

/* Takes the last `search` or `domain` apart. */
static int fill_search(struct parser *parser)
{
    struct rvx__resolvconf *conf = parser->conf;
    size_t n = count_words(parser->search);
    const char **search;
    struct rvx__view word;

    conf->search_given = n > 0;
    if (n == 0)
        return 0;
    if (n > RVX__RESOLVCONF_SEARCH_MAX)
        n = RVX__RESOLVCONF_SEARCH_MAX;
    search = rvx__arena_calloc(&conf->arena, n, sizeof *search);
    if (search == NULL)
        return -ENOMEM;
    conf->search = search;
    parser->line = parser->search_line;
    while (rvx__view_take_word(&parser->search, &word)) {
        if (rvx__view_is(word, "."))
            continue;
        if (!is_domain(word))
            remark(parser, RVX__REMARK_BAD, word);
        else if (conf->search_n == RVX__RESOLVCONF_SEARCH_MAX)
            remark(parser, RVX__REMARK_EXCESS, word);
        else if (add_domain(conf, search, word) < 0)
            return -ENOMEM;
    }
    return 0;
}

/* The default search list: what is behind the first dot of the host's name. */
static int default_search(struct rvx__resolvconf *conf, struct rvx__view hostname)
{
    struct rvx__view label;
    const char **search;

    if (!rvx__view_take_until(&hostname, '.', &label) || !is_domain(hostname))
        return 0;
    search = rvx__arena_calloc(&conf->arena, 1, sizeof *search);
    if (search == NULL)
        return -ENOMEM;
    conf->search = search;
    return add_domain(conf, search, hostname);
}

static void default_servers(struct rvx__resolvconf *conf)
{
    rvx__ip_parse(rvx__view_text("127.0.0.1"), &conf->servers[0]);
    rvx__ip_parse(rvx__view_text("::1"), &conf->servers[1]);
    conf->servers_n = 2;
    conf->servers[0].port = conf->servers[1].port = DNS_PORT;
}

static void init_conf(struct rvx__resolvconf *conf)
{
    memset(conf, 0, sizeof *conf);
    rvx__arena_init(&conf->arena, MEMORY_MAX);
    conf->ndots = NDOTS_DEFAULT;
    conf->timeout_s = TIMEOUT_DEFAULT;
    conf->attempts = ATTEMPTS_DEFAULT;
}

int rvx__resolvconf_parse(struct rvx__resolvconf *conf, struct rvx__view bytes, struct rvx__view hostname)
{
    struct parser parser = {.conf = conf};
    struct rvx__lines lines;
    struct rvx__view line;
    int rc;

    init_conf(conf);
    rvx__lines_init(&lines, bytes, RVX__LINES_COMMENT_WORD);
    while (rvx__lines_next(&lines, &line)) {
        parser.line = lines.number;
        read_line(&parser, line);
    }
    if (conf->servers_n == 0)
        default_servers(conf);
    rc = fill_search(&parser);
    if (rc == 0 && !conf->search_given)
        rc = default_search(conf, hostname);
    if (rc < 0)
        rvx__resolvconf_fini(conf);
    return rc;
}

void rvx__resolvconf_fini(struct rvx__resolvconf *conf)
{
    rvx__arena_fini(&conf->arena);
    memset(conf, 0, sizeof *conf);
}
