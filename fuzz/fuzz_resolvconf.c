/* fuzz_resolvconf.c - resolv.conf
 *
 * Whatever the file: counts and numbers stay within their bounds, names are absolute, `unknown` says what the remarks
 * say, and a file written from what was read is read as the same.
 */
#include <config.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "conf/resolvconf.h"
#include "require.h"

#define FILE_MAX ((size_t)1 << 20)
#define HOSTNAME "host.example.org"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct {
    uint32_t flag;
    const char *name;
} flags[] = {
    {RVX__RESOLVCONF_ROTATE, "rotate"},
    {RVX__RESOLVCONF_USE_TCP, "use-vc"},
    {RVX__RESOLVCONF_SINGLE_REQUEST, "single-request"},
    {RVX__RESOLVCONF_SINGLE_REQUEST_REOPEN, "single-request-reopen"},
    {RVX__RESOLVCONF_TRUST_AD, "trust-ad"},
    {RVX__RESOLVCONF_NO_AAAA, "no-aaaa"},
    {RVX__RESOLVCONF_NO_RELOAD, "no-reload"},
    {RVX__RESOLVCONF_NO_TLD_QUERY, "no-tld-query"},
    {RVX__RESOLVCONF_EDNS0, "edns0"},
    {RVX__RESOLVCONF_STRICT_ERROR, "strict-error"},
    {RVX__RESOLVCONF_DEBUG, "debug"},
    {RVX__RESOLVCONF_NO_CHECK_NAMES, "no-check-names"},
    {RVX__RESOLVCONF_INET6, "inet6"},
    {RVX__RESOLVCONF_INSECURE1, "insecure1"},
    {RVX__RESOLVCONF_INSECURE2, "insecure2"},
    {RVX__RESOLVCONF_IP6_BYTESTRING, "ip6-bytestring"},
    {RVX__RESOLVCONF_IP6_DOTINT, "ip6-dotint"},
};

static void check_remarks(const struct rvx__resolvconf *conf)
{
    const struct rvx__remarks *remarks = &conf->remarks;
    bool unknown = false;
    uint32_t i, line = 0;

    require(remarks->n <= RVX__REMARKS_MAX && remarks->n <= remarks->total);
    require(remarks->n == RVX__REMARKS_MAX || remarks->n == remarks->total);
    for (i = 0; i < remarks->n; i++) {
        const struct rvx__remark *remark = &remarks->items[i];

        require(remark->line > 0);
        line = remark->line > line ? remark->line : line;
        require(memchr(remark->text, '\0', sizeof remark->text) != NULL);
        unknown = unknown || remark->kind == RVX__REMARK_UNKNOWN || remark->kind == RVX__REMARK_BAD;
    }
    require(conf->unknown || !unknown);
    require(unknown || !conf->unknown || remarks->total > remarks->n);
}

static void check_bounds(const struct rvx__resolvconf *conf)
{
    size_t i;

    require(conf->servers_n > 0 && conf->servers_n <= RVX__RESOLVCONF_SERVERS_MAX);
    require(conf->servers_dropped == 0 || conf->servers_n == RVX__RESOLVCONF_SERVERS_MAX);
    for (i = 0; i < conf->servers_n; i++) {
        require(conf->servers[i].family == RVX_FAMILY_IPV4 || conf->servers[i].family == RVX_FAMILY_IPV6);
        require(conf->servers[i].port > 0);
    }
    require(conf->search_n <= RVX__RESOLVCONF_SEARCH_MAX);
    for (i = 0; i < conf->search_n; i++) {
        size_t len = strlen(conf->search[i]);

        require(len >= 2 && len <= 254 && conf->search[i][len - 1] == '.');
        require(conf->search[i][0] != '.' && strstr(conf->search[i], "..") == NULL);
    }
    require(conf->sortlist_n <= RVX__RESOLVCONF_SORTLIST_MAX);
    for (i = 0; i < conf->sortlist_n; i++)
        require(conf->sortlist[i].bits <= (conf->sortlist[i].family == RVX_FAMILY_IPV4 ? 32 : 128));
    require(conf->lookup_n <= RVX__RESOLVCONF_LOOKUP_MAX && conf->family_n <= 2);
    require(conf->ndots <= 15 && conf->timeout_s >= 1 && conf->timeout_s <= 30);
    require(conf->attempts >= 1 && conf->attempts <= 5 && conf->options < UINT32_C(1) << 17);
}

static void add_option(struct rvx__buf *buf, const char *name, uint32_t number)
{
    rvx__buf_add_text(buf, " ");
    rvx__buf_add_text(buf, name);
    rvx__buf_add_dec(buf, number);
}

static void write_servers(struct rvx__buf *buf, const struct rvx__resolvconf *conf)
{
    char text[RVX_ADDR_STRLEN];
    size_t i;

    for (i = 0; conf->servers_given && i < conf->servers_n; i++) {
        const struct rvx_addr *server = &conf->servers[i];

        rvx__buf_add_text(buf, "nameserver ");
        rvx__buf_add_text(buf, server->port == 53 ? rvx_addr_host_text(server, text) : rvx_addr_text(server, text));
        rvx__buf_add_text(buf, "\n");
    }
}

static void write_lists(struct rvx__buf *buf, const struct rvx__resolvconf *conf)
{
    static const char *const lookups[] = {" file", " bind", " yp"};
    char text[RVX_ADDR_STRLEN];
    size_t i;

    rvx__buf_add_text(buf, conf->search_given ? "search ." : "search");
    for (i = 0; conf->search_given && i < conf->search_n; i++) {
        rvx__buf_add_text(buf, " ");
        rvx__buf_add_text(buf, conf->search[i]);
    }
    rvx__buf_add_text(buf, "\nsortlist");
    for (i = 0; i < conf->sortlist_n; i++) {
        struct rvx_addr addr = {.family = conf->sortlist[i].family};

        memcpy(addr.ip, conf->sortlist[i].ip, sizeof addr.ip);
        rvx__buf_add_text(buf, " ");
        /* A v4-mapped address prints as IPv4, and is then another prefix. */
        rvx__buf_add_text(buf, rvx_addr_is_ipv4(&addr) && addr.family == RVX_FAMILY_IPV6 ? "::ffff:" : "");
        rvx__buf_add_text(buf, rvx_addr_host_text(&addr, text));
        rvx__buf_add_text(buf, "/");
        rvx__buf_add_dec(buf, conf->sortlist[i].bits);
    }
    rvx__buf_add_text(buf, "\nlookup");
    for (i = 0; i < conf->lookup_n; i++)
        rvx__buf_add_text(buf, lookups[conf->lookup[i]]);
    rvx__buf_add_text(buf, "\nfamily");
    for (i = 0; i < conf->family_n; i++)
        rvx__buf_add_text(buf, conf->family[i] == RVX_FAMILY_IPV4 ? " inet4" : " inet6");
}

static void write_conf(struct rvx__buf *buf, const struct rvx__resolvconf *conf)
{
    size_t i;

    write_servers(buf, conf);
    write_lists(buf, conf);
    rvx__buf_add_text(buf, "\noptions");
    add_option(buf, "ndots:", conf->ndots);
    add_option(buf, "timeout:", conf->timeout_s);
    add_option(buf, "attempts:", conf->attempts);
    for (i = 0; i < sizeof flags / sizeof flags[0]; i++) {
        rvx__buf_add_text(buf, (conf->options & flags[i].flag) != 0 ? " " : "");
        rvx__buf_add_text(buf, (conf->options & flags[i].flag) != 0 ? flags[i].name : "");
    }
}

static void check_same(const struct rvx__resolvconf *a, const struct rvx__resolvconf *b)
{
    size_t i;

    require(a->servers_n == b->servers_n && a->servers_given == b->servers_given);
    for (i = 0; i < a->servers_n; i++)
        require(rvx_addr_equal(&a->servers[i], &b->servers[i]));
    require(a->search_n == b->search_n && a->search_given == b->search_given);
    for (i = 0; i < a->search_n; i++)
        require(strcmp(a->search[i], b->search[i]) == 0);
    require(a->sortlist_n == b->sortlist_n);
    require(memcmp(a->sortlist, b->sortlist, a->sortlist_n * sizeof a->sortlist[0]) == 0);
    require(a->lookup_n == b->lookup_n && memcmp(a->lookup, b->lookup, a->lookup_n * sizeof a->lookup[0]) == 0);
    require(a->family_n == b->family_n && memcmp(a->family, b->family, a->family_n * sizeof a->family[0]) == 0);
    require(a->options == b->options && a->ndots == b->ndots);
    require(a->timeout_s == b->timeout_s && a->attempts == b->attempts);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rvx__view hostname = rvx__view_text(HOSTNAME);
    struct rvx__resolvconf conf, again;
    struct rvx__buf buf;

    require(rvx__resolvconf_parse(&conf, rvx__view_of(data, size), hostname) == 0);
    check_remarks(&conf);
    check_bounds(&conf);
    rvx__buf_init_heap(&buf, FILE_MAX);
    write_conf(&buf, &conf);
    require(rvx__buf_finish(&buf) > 0);
    require(rvx__resolvconf_parse(&again, rvx__buf_view(&buf), hostname) == 0);
    require(again.remarks.total == 0 && !again.unknown);
    check_same(&conf, &again);
    rvx__resolvconf_fini(&conf);
    rvx__resolvconf_fini(&again);
    rvx__buf_fini(&buf);
    return 0;
}
