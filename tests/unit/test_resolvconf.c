/* test_resolvconf.c - resolv.conf: directives, options, ranges, comments, defaults, remarks, memory running out */
#include "support/test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/resolvconf.h"
#include "support/describe.h"
#include "support/exact.h"
#include "support/oom.h"

#define HOSTNAME "host.domain.local"
#define DEFAULT_SERVERS "(127.0.0.1:53 [::1]:53)"
#define DEFAULT_SEARCH "(domain.local.)"
#define DEFAULTS DEFAULT_SERVERS " " DEFAULT_SEARCH

static const char *const option_names[] = {
    "rotate",         "use-vc",       "single-request", "single-request-reopen", "trust-ad",  "no-aaaa",
    "no-reload",      "no-tld-query", "edns0",          "strict-error",          "debug",     "no-check-names",
    "inet6",          "insecure1",    "insecure2",      "ip6-bytestring",        "ip6-dotint",
};

static void describe_servers(struct description *description, const struct rvx__resolvconf *conf)
{
    size_t i;

    describe_word(description, conf->servers_given ? "[" : "(");
    for (i = 0; i < conf->servers_n; i++) {
        char text[RVX_ADDR_STRLEN];

        rvx__buf_add_text(&description->buf, i > 0 ? " " : "");
        rvx__buf_add_text(&description->buf, rvx_addr_text(&conf->servers[i], text));
        /* A v4-mapped address would print as the IPv4 address it must have become. */
        if (conf->servers[i].family == RVX_FAMILY_IPV6 && rvx_addr_is_ipv4(&conf->servers[i]))
            rvx__buf_add_text(&description->buf, "(mapped)");
    }
    rvx__buf_add_text(&description->buf, conf->servers_given ? "]" : ")");
    if (conf->servers_dropped > 0)
        describe_number(description, "dropped:", conf->servers_dropped);
}

static void describe_search(struct description *description, const struct rvx__resolvconf *conf)
{
    size_t i;

    describe_word(description, conf->search_given ? "[" : "(");
    for (i = 0; i < conf->search_n; i++) {
        rvx__buf_add_text(&description->buf, i > 0 ? " " : "");
        rvx__buf_add_text(&description->buf, conf->search[i]);
    }
    rvx__buf_add_text(&description->buf, conf->search_given ? "]" : ")");
}

static void describe_lists(struct description *description, const struct rvx__resolvconf *conf)
{
    static const char *const lookups[] = {"file", "bind", "yp"};
    size_t i;

    for (i = 0; i < conf->sortlist_n; i++) {
        struct rvx_addr addr = {.family = conf->sortlist[i].family};
        char text[RVX_ADDR_STRLEN];

        memcpy(addr.ip, conf->sortlist[i].ip, sizeof addr.ip);
        describe_word(description, "sort:");
        rvx__buf_add_text(&description->buf, rvx_addr_host_text(&addr, text));
        rvx__buf_add_byte(&description->buf, '/');
        rvx__buf_add_dec(&description->buf, conf->sortlist[i].bits);
    }
    for (i = 0; i < conf->lookup_n; i++) {
        describe_word(description, "lookup:");
        rvx__buf_add_text(&description->buf, lookups[conf->lookup[i]]);
    }
    for (i = 0; i < conf->family_n; i++)
        describe_number(description, "inet", conf->family[i]);
}

/* Servers and search list, given ones in brackets and defaults in parentheses, then what is not as by default. */
static const char *describe_conf(struct description *description, const struct rvx__resolvconf *conf)
{
    size_t i;

    describe_start(description);
    describe_servers(description, conf);
    describe_search(description, conf);
    describe_lists(description, conf);
    if (conf->ndots != 1)
        describe_number(description, "ndots:", conf->ndots);
    if (conf->timeout_s != 5)
        describe_number(description, "timeout:", conf->timeout_s);
    if (conf->attempts != 2)
        describe_number(description, "attempts:", conf->attempts);
    for (i = 0; i < COUNT_OF(option_names); i++) {
        if ((conf->options & 1u << i) != 0)
            describe_word(description, option_names[i]);
    }
    if (conf->unknown)
        describe_word(description, "unknown");
    describe_remarks(description, &conf->remarks);
    return describe_end(description);
}

struct row {
    const char *name;
    const char *input;
    const char *want;
};

static void check_text(const char *name, struct rvx__view bytes, const char *hostname, const char *want)
{
    struct exact input = exact_bytes(bytes.data, bytes.len);
    struct rvx__resolvconf conf;
    struct description got;

    assert_int_equal(rvx__resolvconf_parse(&conf, input.view, rvx__view_text(hostname)), 0);
    exact_free(&input);
    assert_row_text(name, describe_conf(&got, &conf), want);
    rvx__resolvconf_fini(&conf);
    rvx__resolvconf_fini(&conf);
}

static void check_rows(const struct row *rows, size_t n)
{
    size_t i;

    for (i = 0; i < n; i++)
        check_text(rows[i].name, rvx__view_text(rows[i].input), HOSTNAME, rows[i].want);
}

/* Whole files as systems write them. */
static const struct row file_rows[] = {
    {"no file", "", DEFAULTS},
    {"only a comment", "# nothing here\n", DEFAULTS},
    {"the usual",
     "# made by something\n"
     "domain corp.example\n"
     "nameserver 192.0.2.53\n"
     "nameserver 2001:db8::53\n"
     "nameserver fe80::53%eth0\n"
     "options ndots:5 timeout:10 attempts:3 rotate\n"
     "options attempts 3\n",
     "[192.0.2.53:53 [2001:db8::53]:53 [fe80::53%eth0]:53] [corp.example.] ndots:5 timeout:10 attempts:3 rotate unknown"
     " !7:unknown:attempts !7:unknown:3"},
    {"systemd-resolved",
     "nameserver 127.0.0.53\noptions edns0 trust-ad\nsearch .\n",
     "[127.0.0.53:53] [] trust-ad edns0"},
    {"Kubernetes",
     "search default.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n",
     "[10.96.0.10:53] [default.svc.cluster.local. svc.cluster.local. cluster.local.] ndots:5"},
    {"OpenBSD",
     "search corp.example\nnameserver 192.0.2.1\nnameserver [2001:db8::1]:5353\nlookup file bind\nfamily inet6 inet4\n",
     "[192.0.2.1:53 [2001:db8::1]:5353] [corp.example.] lookup:file lookup:bind inet6 inet4"},
};

static void test_files(void **state)
{
    (void)state;
    check_rows(file_rows, COUNT_OF(file_rows));
}

static const struct row syntax_rows[] = {
    {"no newline at the end", "nameserver 192.0.2.1", "[192.0.2.1:53] " DEFAULT_SEARCH},
    {"CR LF", "nameserver 192.0.2.1\r\nsearch a b\r\noptions rotate\r\n", "[192.0.2.1:53] [a. b.] rotate"},
    {"tabs", "nameserver\t192.0.2.1\t\nsearch\ta\tb\n", "[192.0.2.1:53] [a. b.]"},
    {"blanks in front", "  nameserver 192.0.2.1\n\tsearch a\n", "[192.0.2.1:53] [a.]"},
    {"comments in the first column", "#nameserver 192.0.2.1\n;nameserver 192.0.2.1\n", DEFAULTS},
    {"comments further in", "  # nameserver 192.0.2.1\n\t; nameserver 192.0.2.1\n", DEFAULTS},
    {"comments behind a value",
     "nameserver 192.0.2.1 # one\nsearch a b ; two\noptions rotate #three\nsortlist 10.0.0.0 # four\n",
     "[192.0.2.1:53] [a. b.] sort:10.0.0.0/8 rotate"},
    {"no comment inside a word", "nameserver 192.0.2.1#53\n",
     DEFAULTS " unknown !1:bad:192.0.2.1#53"},
    {"unknown directives", "port 53\nnameserver 192.0.2.1\nfoo\n\nbar baz\n",
     "[192.0.2.1:53] " DEFAULT_SEARCH " unknown !1:unknown:port !3:unknown:foo !5:unknown:bar"},
    {"directives are case-sensitive", "Nameserver 192.0.2.1\n", DEFAULTS " unknown !1:unknown:Nameserver"},
    {"a directive is a word", "nameserverx 192.0.2.1\nsearchlist a\n",
     DEFAULTS " unknown !1:unknown:nameserverx !2:unknown:searchlist"},
    {"control bytes are shown", "f\033oo\n", DEFAULTS " unknown !1:unknown:f\\x1boo"},
    {"byte order mark", "\xef\xbb\xbfnameserver 192.0.2.1\n", "[192.0.2.1:53] " DEFAULT_SEARCH},
};

static void test_syntax(void **state)
{
    static const char with_nul[] = "nameserver\0" "192.0.2.1\0\nsearch a\0b\n\0options rotate\0\0\n\0";

    (void)state;
    check_rows(syntax_rows, COUNT_OF(syntax_rows));
    check_text("NUL is a blank", rvx__view_of(with_nul, sizeof with_nul), HOSTNAME, "[192.0.2.1:53] [a. b.] rotate");
}

static const struct row server_rows[] = {
    {"port 53 by default", "nameserver 2001:db8::1\n", "[[2001:db8::1]:53] " DEFAULT_SEARCH},
    {"IPv4 with port", "nameserver 192.0.2.1:5353\n", "[192.0.2.1:5353] " DEFAULT_SEARCH},
    {"IPv6 with port", "nameserver [2001:db8::1]:5353\n", "[[2001:db8::1]:5353] " DEFAULT_SEARCH},
    {"zone and port", "nameserver [fe80::1%eth0]:65535\n", "[[fe80::1%eth0]:65535] " DEFAULT_SEARCH},
    {"v4-mapped", "nameserver ::ffff:192.0.2.1\n", "[192.0.2.1:53] " DEFAULT_SEARCH},
    {"duplicates stay", "nameserver 192.0.2.1\nnameserver 192.0.2.1\n", "[192.0.2.1:53 192.0.2.1:53] " DEFAULT_SEARCH},
    {"no address", "nameserver\nnameserver 192.0.2.1\n",
     "[192.0.2.1:53] " DEFAULT_SEARCH " unknown !1:bad:nameserver"},
    {"a name", "nameserver ns.example\n", DEFAULTS " unknown !1:bad:ns.example"},
    {"leading zero", "nameserver 192.0.2.01\n", DEFAULTS " unknown !1:bad:192.0.2.01"},
    {"short form", "nameserver 127.1\n", DEFAULTS " unknown !1:bad:127.1"},
    {"brackets without port", "nameserver [2001:db8::1]\n", DEFAULTS " unknown !1:bad:[2001:db8::1]"},
    {"port 0", "nameserver 192.0.2.1:0\n", DEFAULTS " unknown !1:bad:192.0.2.1:0"},
    {"port too high", "nameserver 192.0.2.1:65536\n", DEFAULTS " unknown !1:bad:192.0.2.1:65536"},
    {"port wraps round", "nameserver 192.0.2.1:4294967349\n", DEFAULTS " unknown !1:bad:192.0.2.1:4294967349"},
    {"port missing", "nameserver 192.0.2.1:\n", DEFAULTS " unknown !1:bad:192.0.2.1:"},
    {"port by name", "nameserver 192.0.2.1:domain\n", DEFAULTS " unknown !1:bad:192.0.2.1:domain"},
    {"port with a sign", "nameserver 192.0.2.1:+53\n", DEFAULTS " unknown !1:bad:192.0.2.1:+53"},
    {"bad one among good ones", "nameserver 192.0.2.1\nnameserver x\nnameserver 192.0.2.2\n",
     "[192.0.2.1:53 192.0.2.2:53] " DEFAULT_SEARCH " unknown !2:bad:x"},
    {"two on a line", "nameserver 192.0.2.1 192.0.2.2\n",
     "[192.0.2.1:53] " DEFAULT_SEARCH " !1:excess:192.0.2.2"},
};

static void test_servers(void **state)
{
    (void)state;
    check_rows(server_rows, COUNT_OF(server_rows));
}

static void test_many_servers(void **state)
{
    char text[20 * 32];
    struct rvx__resolvconf conf;
    struct exact input;
    size_t len = 0;
    unsigned i;

    (void)state;
    for (i = 0; i < 20; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "nameserver 192.0.2.%u\n", i);
    input = exact_bytes(text, len);
    assert_int_equal(rvx__resolvconf_parse(&conf, input.view, rvx__view_text("")), 0);
    assert_int_equal(conf.servers_n, 16);
    assert_int_equal(conf.servers_dropped, 4);
    assert_int_equal(conf.servers[15].ip[3], 15);
    assert_false(conf.unknown);
    assert_int_equal(conf.remarks.n, 4);
    assert_int_equal(conf.remarks.items[0].line, 17);
    assert_int_equal(conf.remarks.items[0].kind, RVX__REMARK_EXCESS);
    assert_string_equal(conf.remarks.items[3].text, "192.0.2.19");
    rvx__resolvconf_fini(&conf);
    exact_free(&input);
}

static const struct row search_rows[] = {
    {"trailing dots", "search a. b c.d.\n", DEFAULT_SERVERS " [a. b. c.d.]"},
    {"search after domain", "domain d.example\nsearch a b\n", DEFAULT_SERVERS " [a. b.]"},
    {"domain after search", "search a b\ndomain d.example\n", DEFAULT_SERVERS " [d.example.]"},
    {"the last search", "search a b\nsearch c\n", DEFAULT_SERVERS " [c.]"},
    {"domain takes one", "domain a b\n", DEFAULT_SERVERS " [a.] !1:excess:b"},
    {"bare dots are no names", "search . a .\n", DEFAULT_SERVERS " [a.]"},
    {"a bare dot alone: nothing is searched", "search .\n", DEFAULT_SERVERS " []"},
    {"domain with a bare dot", "domain .\n", DEFAULT_SERVERS " []"},
    {"empty search takes back", "search a\nsearch\n", DEFAULTS},
    {"empty domain takes back", "search a\ndomain\n", DEFAULTS},
    {"empty labels", "search a..b .c ok d..\n",
     DEFAULT_SERVERS " [ok.] unknown !1:bad:a..b !1:bad:.c !1:bad:d.."},
    {"odd letters stay", "search _tcp.a b\xc3\xa9\n", DEFAULT_SERVERS " [_tcp.a. b\xc3\xa9.]"},
    {"remarks know their line", "\nsearch a..b\n# c\n", DEFAULT_SERVERS " [] unknown !2:bad:a..b"},
};

static void test_search(void **state)
{
    (void)state;
    check_rows(search_rows, COUNT_OF(search_rows));
}

/* A name of `len` bytes in labels of one letter and its dot. */
static void make_name(char *name, size_t len)
{
    size_t i;

    for (i = 0; i < len; i++)
        name[i] = i % 2 == 0 ? 'a' : '.';
}

static void test_search_lengths(void **state)
{
    static const struct {
        size_t len;
        size_t want;
    } rows[] = {{253, 254}, {254, 254}, {255, 0}, {256, 0}};
    size_t i;

    (void)state;
    for (i = 0; i < COUNT_OF(rows); i++) {
        char line[300] = "search ";
        struct rvx__resolvconf conf;
        struct exact input;

        make_name(line + 7, rows[i].len);
        input = exact_bytes(line, 7 + rows[i].len);
        assert_int_equal(rvx__resolvconf_parse(&conf, input.view, rvx__view_text("")), 0);
        assert_int_equal(conf.search_n, rows[i].want > 0);
        assert_int_equal(conf.unknown, rows[i].want == 0);
        if (rows[i].want > 0)
            assert_int_equal(strlen(conf.search[0]), rows[i].want);
        rvx__resolvconf_fini(&conf);
        exact_free(&input);
    }
}

/* `n` domains d0, d1, ... on one line; returns how many are kept. */
static size_t count_domains(unsigned n, struct rvx__remarks *remarks)
{
    size_t size = 8 + n * 8, len, kept;
    char *text = malloc(size), last[16];
    struct rvx__resolvconf conf;
    unsigned i;

    assert_non_null(text);
    len = (size_t)snprintf(text, size, "search");
    for (i = 0; i < n; i++)
        len += (size_t)snprintf(text + len, size - len, " d%u", i);
    assert_int_equal(rvx__resolvconf_parse(&conf, rvx__view_of(text, len), rvx__view_text("")), 0);
    kept = conf.search_n;
    snprintf(last, sizeof last, "d%u.", (unsigned)kept - 1);
    assert_string_equal(conf.search[kept - 1], last);
    *remarks = conf.remarks;
    rvx__resolvconf_fini(&conf);
    free(text);
    return kept;
}

static void test_many_domains(void **state)
{
    struct rvx__remarks remarks;

    (void)state;
    assert_int_equal(count_domains(40, &remarks), 40);
    assert_int_equal(remarks.total, 0);
    assert_int_equal(count_domains(1024, &remarks), 1024);
    assert_int_equal(remarks.total, 0);
    assert_int_equal(count_domains(1030, &remarks), 1024);
    assert_int_equal(remarks.total, 6);
    assert_int_equal(remarks.items[0].kind, RVX__REMARK_EXCESS);
    assert_string_equal(remarks.items[0].text, "d1024");
}

static const struct default_row {
    const char *hostname;
    const char *want;
} default_rows[] = {
    {"host.domain.local", DEFAULTS},
    {"host.domain.local.", DEFAULTS},
    {"host", DEFAULT_SERVERS " ()"},
    {"host.", DEFAULT_SERVERS " ()"},
    {"host..", DEFAULT_SERVERS " ()"},
    {"", DEFAULT_SERVERS " ()"},
    {".", DEFAULT_SERVERS " ()"},
    {".local", DEFAULT_SERVERS " (local.)"},
    {"host.a..b", DEFAULT_SERVERS " ()"},
};

static void test_default_search(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < COUNT_OF(default_rows); i++)
        check_text(default_rows[i].hostname, rvx__view_text(""), default_rows[i].hostname, default_rows[i].want);
}

static const struct row option_rows[] = {
    {"ndots", "options ndots:3\n", DEFAULTS " ndots:3"},
    {"ndots 0", "options ndots:0\n", DEFAULTS " ndots:0"},
    {"ndots 15", "options ndots:15\n", DEFAULTS " ndots:15"},
    {"ndots above its range", "options ndots:16\n", DEFAULTS " ndots:15 !1:range:ndots:16"},
    {"ndots far above its range", "options ndots:99999999999999999999\n",
     DEFAULTS " ndots:15 !1:range:ndots:99999999999999999999"},
    {"ndots below its range", "options ndots:-1\n", DEFAULTS " ndots:0 !1:range:ndots:-1"},
    {"ndots far below its range", "options ndots:-99999999999999999999\n",
     DEFAULTS " ndots:0 !1:range:ndots:-99999999999999999999"},
    {"minus nothing", "options ndots:-0\n", DEFAULTS " ndots:0"},
    {"no number", "options ndots:word\n", DEFAULTS " ndots:0 unknown !1:bad:ndots:word"},
    {"no value", "options ndots:\n", DEFAULTS " ndots:0 unknown !1:bad:ndots:"},
    {"a lone sign", "options ndots:-\n", DEFAULTS " ndots:0 unknown !1:bad:ndots:-"},
    {"leading digits count", "options ndots:5x\n", DEFAULTS " ndots:5 unknown !1:bad:ndots:5x"},
    {"a word without its value", "options ndots\n", DEFAULTS " unknown !1:unknown:ndots"},
    {"timeout", "options timeout:30\n", DEFAULTS " timeout:30"},
    {"timeout above its range", "options timeout:31\n", DEFAULTS " timeout:30 !1:range:timeout:31"},
    {"timeout below its range", "options timeout:0\n", DEFAULTS " timeout:1 !1:range:timeout:0"},
    {"timeout of no number", "options timeout:x\n", DEFAULTS " timeout:1 unknown !1:bad:timeout:x"},
    {"attempts", "options attempts:5\n", DEFAULTS " attempts:5"},
    {"attempts above their range", "options attempts:6\n", DEFAULTS " attempts:5 !1:range:attempts:6"},
    {"attempts below their range", "options attempts:-3\n", DEFAULTS " attempts:1 !1:range:attempts:-3"},
    {"the last one counts", "options ndots:3 ndots:2\noptions ndots:4\n", DEFAULTS " ndots:4"},
    {"reload-period", "options reload-period:5\n", DEFAULTS},
    {"reload-period 0", "options reload-period:0\n", DEFAULTS " no-reload"},
    {"ip6-dotint", "options ip6-dotint\n", DEFAULTS " ip6-dotint"},
    {"no-ip6-dotint", "options ip6-dotint no-ip6-dotint\n", DEFAULTS},
    {"several lines", "options rotate\noptions edns0\n", DEFAULTS " rotate edns0"},
    {"no options", "options\n", DEFAULTS},
    {"flags take no value", "options rotate:1\n", DEFAULTS " unknown !1:unknown:rotate:1"},
    {"flags are not prefixes", "options rotatex edns\n", DEFAULTS " unknown !1:unknown:rotatex !1:unknown:edns"},
    {"case", "options Rotate\n", DEFAULTS " unknown !1:unknown:Rotate"},
    {"a name with a number that takes none", "options foo:1\n", DEFAULTS " unknown !1:unknown:foo:1"},
    {"sequential", "options single-request\n", DEFAULTS " single-request"},
    {"sequential, new socket", "options single-request-reopen\n", DEFAULTS " single-request-reopen"},
    {"TCP in glibc", "options use-vc\n", DEFAULTS " use-vc"},
    {"TCP in FreeBSD", "options usevc\n", DEFAULTS " use-vc"},
    {"TCP in OpenBSD", "options tcp\n", DEFAULTS " use-vc"},
    {"everything glibc has",
     "options debug no-check-names inet6 ip6-bytestring edns0 no-tld-query no-reload trust-ad no-aaaa strict-error\n",
     DEFAULTS " trust-ad no-aaaa no-reload no-tld-query edns0 strict-error debug no-check-names inet6 ip6-bytestring"},
    {"BSD", "options insecure1 insecure2 no_tld_query\n", DEFAULTS " no-tld-query insecure1 insecure2"},
};

static void test_options(void **state)
{
    (void)state;
    check_rows(option_rows, COUNT_OF(option_rows));
}

static const struct row list_rows[] = {
    {"sortlist", "sortlist 130.155.160.0/255.255.240.0 130.155.0.0\n",
     DEFAULTS " sort:130.155.160.0/20 sort:130.155.0.0/16"},
    {"sortlist with lengths", "sortlist 10.1.2.3/12 2001:db8::/32\n",
     DEFAULTS " sort:10.0.0.0/12 sort:2001:db8::/32"},
    {"sortlists add up", "sortlist 10.0.0.0\nsortlist 192.0.2.0\n", DEFAULTS " sort:10.0.0.0/8 sort:192.0.2.0/24"},
    {"sortlist with odd words", "sortlist x 10.0.0.0 1.2.3.4/255.0.255.0\n",
     DEFAULTS " sort:10.0.0.0/8 unknown !1:bad:x !1:bad:1.2.3.4/255.0.255.0"},
    {"lookup", "lookup bind file yp\n", DEFAULTS " lookup:bind lookup:file lookup:yp"},
    {"the last lookup", "lookup bind\nlookup file\n", DEFAULTS " lookup:file"},
    {"lookup twice", "lookup file file\n", DEFAULTS " lookup:file !1:excess:file"},
    {"lookup of something else", "lookup file dns\n", DEFAULTS " lookup:file unknown !1:unknown:dns"},
    {"family", "family inet4\n", DEFAULTS " inet4"},
    {"the last family", "family inet4\nfamily inet6 inet4\n", DEFAULTS " inet6 inet4"},
    {"family twice", "family inet6 inet6 inet4 inet4\n", DEFAULTS " inet6 inet4 !1:excess:inet6 !1:excess:inet4"},
    {"family of something else", "family inet\n", DEFAULTS " unknown !1:unknown:inet"},
};

static void test_lists(void **state)
{
    (void)state;
    check_rows(list_rows, COUNT_OF(list_rows));
}

static void test_long_sortlist(void **state)
{
    char text[70 * 16];
    struct rvx__resolvconf conf;
    size_t len = (size_t)snprintf(text, sizeof text, "sortlist");
    unsigned i;

    (void)state;
    for (i = 0; i < 66; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, " 10.%u.0.0/16", i);
    assert_int_equal(rvx__resolvconf_parse(&conf, rvx__view_of(text, len), rvx__view_text("")), 0);
    assert_int_equal(conf.sortlist_n, 64);
    assert_int_equal(conf.sortlist[63].ip[1], 63);
    assert_int_equal(conf.remarks.total, 2);
    assert_false(conf.unknown);
    rvx__resolvconf_fini(&conf);
}

/* One line of 1 MiB, of one word and of many. */
static void test_long_line(void **state)
{
    size_t len = 1 << 20, i;
    char *text = malloc(len);
    struct rvx__resolvconf conf;
    struct exact input;

    (void)state;
    assert_non_null(text);
    memset(text, 'a', len);
    memcpy(text, "search ", 7);
    memcpy(text + len - 21, "\nnameserver 192.0.2.1", 21);
    input = exact_bytes(text, len);
    assert_int_equal(rvx__resolvconf_parse(&conf, input.view, rvx__view_text("")), 0);
    assert_int_equal(conf.servers_n, 1);
    assert_int_equal(conf.search_n, 0);
    assert_int_equal(conf.remarks.n, 1);
    rvx__resolvconf_fini(&conf);
    exact_free(&input);

    for (i = 7; i < len - 21; i += 2)
        text[i] = ' ';
    input = exact_bytes(text, len);
    assert_int_equal(rvx__resolvconf_parse(&conf, input.view, rvx__view_text("")), 0);
    assert_int_equal(conf.servers_n, 1);
    assert_int_equal(conf.search_n, 1024);
    rvx__resolvconf_fini(&conf);
    exact_free(&input);
    free(text);
}

/* Lets every allocation of a parse fail in its turn; returns how many there are. */
static unsigned fail_each(const char *text)
{
    unsigned n;

    for (n = 0;; n++) {
        struct rvx__resolvconf conf;
        int rc;

        oom_fail_after(n);
        rc = rvx__resolvconf_parse(&conf, rvx__view_text(text), rvx__view_text(HOSTNAME));
        oom_off();
        assert_int_equal(rc, oom_failed() ? -ENOMEM : 0);
        assert_int_equal(conf.servers_n > 0, rc == 0);
        assert_int_equal(conf.search != NULL, rc == 0);
        rvx__resolvconf_fini(&conf);
        if (!oom_failed())
            return n;
    }
}

static void test_out_of_memory(void **state)
{
    char text[800] = "search ";
    size_t i;

    (void)state;
    assert_int_equal(fail_each("options rotate\n"), 1);
    assert_int_equal(fail_each("search a.example b.example\nnameserver 192.0.2.1\n"), 1);
    /* Three names that do not fit into one block of the arena. */
    for (i = 7; i < sizeof text - 1; i++)
        text[i] = i % 250 == 0 ? ' ' : 'a';
    assert_true(fail_each(text) > 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_syntax),
        cmocka_unit_test(test_servers),
        cmocka_unit_test(test_many_servers),
        cmocka_unit_test(test_search),
        cmocka_unit_test(test_search_lengths),
        cmocka_unit_test(test_many_domains),
        cmocka_unit_test(test_default_search),
        cmocka_unit_test(test_options),
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_long_sortlist),
        cmocka_unit_test(test_long_line),
        cmocka_unit_test(test_out_of_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
