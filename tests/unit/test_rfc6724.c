/* test_rfc6724.c - each rule by itself, rules against each other, gai.conf, sortlist, and large answers */
#include "support/test.h"

#include <stdlib.h>
#include <string.h>

#include "addr/ip.h"
#include "conf/resolvconf.h"
#include "resolver/rfc6724.h"
#include "support/describe.h"

/* A destination is DESTINATION<SOURCE, SOURCE being empty for none, with "/BITS" and flags behind it if need be:
 * D deprecated, H home, T tunnel. A result is DESTINATION=RULE. */
static const struct row {
    const char *name, *gaiconf, *sortlist, *in, *want;
} rows[] = {
    {"nothing", "", "", "", ""},
    {"one", "", "", "192.0.2.1<192.0.2.9", "192.0.2.1=0"},

    {"1: no source is last", "", "", "2001:db8::1< 192.0.2.1<192.0.2.9", "192.0.2.1=0 2001:db8::1=1"},
    {"1: before scope", "", "", "192.0.2.1< 2001:db8::1<fe80::1", "2001:db8::1=0 192.0.2.1=1"},
    {"1: none has a source, precedence", "", "", "192.0.2.1< 2001:db8::1<", "2001:db8::1=0 192.0.2.1=6"},
    {"1: none has a source, scope", "", "", "2001:db8::1< fec0::1<", "2001:db8::1=0 fec0::1=6"},
    {"1: none has a source, order", "", "", "192.0.2.2< 192.0.2.1<", "192.0.2.2=0 192.0.2.1=10"},

    {"2: global from link-local", "", "", "2001:db8::1<fe80::2 192.0.2.1<192.0.2.9", "192.0.2.1=0 2001:db8::1=2"},
    {"2: IPv4 link-local source", "", "", "192.0.2.1<169.254.1.1 2001:db8::1<2001:db8::2", "2001:db8::1=0 192.0.2.1=2"},
    {"2: loopback to loopback", "", "", "127.0.0.1<192.0.2.9 ::1<::1", "::1=0 127.0.0.1=2"},
    {"2: before deprecated", "", "", "2001:db8::1<2001:db8::2D 2001:db8::3<fe80::1", "2001:db8::1=0 2001:db8::3=2"},
    {"2: multicast has its scope inside", "", "", "ff0e::1<fe80::1 ff02::1<fe80::1", "ff02::1=0 ff0e::1=2"},
    {"2: site-local", "", "", "fec0::1<2001:db8::2 fec0::2<fec0::9", "fec0::2=0 fec0::1=2"},

    {"3: deprecated", "", "", "2001:db8::1<2001:db8::2D 192.0.2.1<192.0.2.9", "192.0.2.1=0 2001:db8::1=3"},
    {"3: both deprecated", "", "", "192.0.2.1<192.0.2.9D 2001:db8::1<2001:db8::2D", "2001:db8::1=0 192.0.2.1=6"},
    {"3: before home", "", "", "2001:db8::1<2001:db8::2DH 2001:db8::3<2001:db8::4", "2001:db8::3=0 2001:db8::1=3"},

    {"4: home", "", "", "2001:db8::1<2001:db8::2 2001:db8::3<2001:db8::4H", "2001:db8::3=0 2001:db8::1=4"},
    {"4: before label", "", "", "2001:db8::1<2001:db8::2 2002::1<2001:db8::4H", "2002::1=0 2001:db8::1=4"},

    {"5: 6to4 from native", "", "", "2002:c000:201::1<2001:db8::2 192.0.2.1<192.0.2.9",
     "192.0.2.1=0 2002:c000:201::1=5"},
    {"5: native from ULA", "", "", "2001:db8::1<fd00::2 192.0.2.1<192.0.2.9", "192.0.2.1=0 2001:db8::1=5"},
    {"5: Teredo from native", "", "", "2001::1<2001:db8::2 192.0.2.1<192.0.2.9", "192.0.2.1=0 2001::1=5"},
    {"5: ULA from ULA", "", "", "192.0.2.1<192.0.2.9 fd00::1<fd00::2", "192.0.2.1=0 fd00::1=6"},
    {"5: a label of gai.conf's", "label ::/0 1\nlabel 2001:db8:1::/48 7\n", "",
     "2001:db8:1::1<2001:db8::9 2001:db8::1<2001:db8::9", "2001:db8::1=0 2001:db8:1::1=5"},
    {"5: one label replaces all", "label ::/0 1\n", "", "2002:c000:201::1<2001:db8::2 192.0.2.1<192.0.2.9",
     "192.0.2.1=0 2002:c000:201::1=6"},

    {"6: IPv6 before IPv4", "", "", "192.0.2.1<192.0.2.9 2001:db8::1<2001:db8::2", "2001:db8::1=0 192.0.2.1=6"},
    {"6: IPv4 before ULA", "", "", "fd00::1<fd00::2 192.0.2.1<192.0.2.9", "192.0.2.1=0 fd00::1=6"},
    {"6: 6to4 from 6to4", "", "", "2002:c000:201::1<2002:c000:202::1 2001:db8::1<2001:db8::2",
     "2001:db8::1=0 2002:c000:201::1=6"},
    {"6: loopback first", "", "", "127.0.0.1<127.0.0.1 ::1<::1", "::1=0 127.0.0.1=6"},
    {"6: IPv4 first by gai.conf", "precedence ::ffff:0:0/96 100\n", "", "2001:db8::1<2001:db8::2 192.0.2.1<192.0.2.9",
     "192.0.2.1=0 2001:db8::1=6"},
    {"6: a single net by gai.conf", "precedence ::/0 40\nprecedence 2001:db8:5::/48 45\n", "",
     "2001:db8::1<2001:db8::2 2001:db8:5::1<2001:db8::2", "2001:db8:5::1=0 2001:db8::1=6"},
    {"6: IPv4 written as IPv4", "precedence 192.0.2.0/24 100\n", "",
     "2001:db8::1<2001:db8::2 198.51.100.1<192.0.2.9 192.0.2.1<192.0.2.9", "192.0.2.1=0 198.51.100.1=6 2001:db8::1=11"},

    {"7: tunnel", "", "", "2001:db8::1<2001:db8::2T 2001:db8::3<2001:db8::4", "2001:db8::3=0 2001:db8::1=7"},
    {"7: behind precedence", "", "", "192.0.2.1<192.0.2.9 2001:db8::1<2001:db8::2T", "2001:db8::1=0 192.0.2.1=6"},

    {"8: link-local before global", "", "", "2001:db8::1<2001:db8::2 fe80::1<fe80::2", "fe80::1=0 2001:db8::1=8"},
    {"8: before prefix", "", "", "2001:db8::1<2001:db8::1 fe80::1<fe80:0:1::2", "fe80::1=0 2001:db8::1=8"},
    {"8: a scope of gai.conf's", "scopev4 ::ffff:10.0.0.0/104 5\n", "", "192.0.2.1<192.0.2.9 10.0.0.1<10.0.0.2",
     "10.0.0.1=0 192.0.2.1=8"},
    {"2: a scope of gai.conf's", "scopev4 ::ffff:10.0.0.0/104 5\n", "", "192.0.2.1<10.0.0.2 10.0.0.1<10.0.0.2",
     "10.0.0.1=0 192.0.2.1=2"},

    {"9: more in common", "", "", "2001:db8:f::1<2001:db8::2 2001:db8:1::1<2001:db8::2",
     "2001:db8:1::1=0 2001:db8:f::1=9"},
    {"9: not behind the source's network", "", "", "2001:db8::f000<2001:db8::2 2001:db8::3<2001:db8::2",
     "2001:db8::f000=0 2001:db8::3=10"},
    {"9: a smaller network", "", "", "2001:db8:0:1::1<2001:db8::2/48 2001:db8::1<2001:db8::2/48",
     "2001:db8:0:1::1=0 2001:db8::1=10"},
    {"9: a larger one", "", "", "2001:db8::f000<2001:db8::2/120 2001:db8::3<2001:db8::2/120",
     "2001:db8::3=0 2001:db8::f000=9"},
    {"9: not for IPv4", "", "", "198.51.100.1<192.0.2.9 192.0.2.1<192.0.2.9", "198.51.100.1=0 192.0.2.1=10"},

    {"10: as it was", "", "", "192.0.2.3<192.0.2.9 192.0.2.1<192.0.2.9 192.0.2.2<192.0.2.9",
     "192.0.2.3=0 192.0.2.1=10 192.0.2.2=10"},
    {"families in an order, whichever came first", "precedence ::/0 40\n", "",
     "2001:db8:1::1<2001:db8::1 192.0.2.1<192.0.2.9 2001:db8::2<2001:db8::1",
     "192.0.2.1=0 2001:db8::2=11 2001:db8:1::1=9"},

    {"sortlist", "", "10.0.0.0/8 192.0.2.0/24", "198.51.100.1<192.0.2.9 192.0.2.1<192.0.2.9 10.0.0.1<192.0.2.9",
     "10.0.0.1=0 192.0.2.1=12 198.51.100.1=12"},
    {"sortlist, order within", "", "192.0.2.0/24", "192.0.2.5<192.0.2.9 198.51.100.1<192.0.2.9 192.0.2.1<192.0.2.9",
     "192.0.2.5=0 192.0.2.1=10 198.51.100.1=12"},
    {"sortlist behind rule 1", "", "192.0.2.0/24", "192.0.2.1< 198.51.100.1<198.51.100.9",
     "198.51.100.1=0 192.0.2.1=1"},
    {"sortlist and IPv6", "", "192.0.2.0/24", "198.51.100.1<192.0.2.9 192.0.2.1<192.0.2.9 2001:db8::1<2001:db8::2",
     "2001:db8::1=0 192.0.2.1=6 198.51.100.1=12"},
};

static void read_source(struct rvx__view text, struct rvx__source *source)
{
    struct rvx__view ip = text, flags = {NULL, 0};
    struct rvx_addr addr;
    uint32_t bits = 64;

    source->known = true;
    source->network = 64;
    if (text.len == 0)
        return;
    while (ip.len > 0 && strchr("DHT", ip.data[ip.len - 1]) != NULL) {
        ip.len--;
        flags = rvx__view_from(text, ip.len);
    }
    text = ip;
    if (rvx__view_take_until(&text, '/', &ip))
        assert_true(rvx__view_take_dec(&text, 128, &bits));
    else
        ip = text;
    assert_true(rvx__ip_parse(ip, &addr));
    source->found = true;
    source->network = (uint8_t)bits;
    source->family = addr.family;
    memcpy(source->ip, addr.ip, sizeof source->ip);
    source->deprecated = rvx__view_find(flags, 'D') != RVX__NPOS;
    source->home = rvx__view_find(flags, 'H') != RVX__NPOS;
    source->tunnel = rvx__view_find(flags, 'T') != RVX__NPOS;
}

static size_t read_destinations(const char *text, struct rvx__destination *v)
{
    struct rvx__view rest = rvx__view_text(text), word, addr;
    size_t n = 0;

    while (rvx__view_take_word(&rest, &word)) {
        memset(&v[n], 0, sizeof v[n]);
        assert_true(rvx__view_take_until(&word, '<', &addr));
        assert_true(rvx__ip_parse(addr, &v[n].addr));
        read_source(word, &v[n++].source);
    }
    return n;
}

static void read_sortlist(const char *text, struct rvx__resolvconf *conf)
{
    char line[256] = "sortlist ";

    strncat(line, text, sizeof line - 10);
    assert_int_equal(rvx__resolvconf_parse(conf, rvx__view_text(line), rvx__view_text("")), 0);
}

static void describe(const struct rvx__destination *v, size_t n, struct description *description)
{
    describe_start(description);
    for (size_t i = 0; i < n; i++) {
        describe_addr(description, &v[i].addr);
        rvx__buf_add_byte(&description->buf, '=');
        rvx__buf_add_dec(&description->buf, v[i].rule == RVX__RULE_ORDER      ? 10
                                            : v[i].rule == RVX__RULE_PREFIX   ? 9
                                            : v[i].rule == RVX__RULE_FAMILY   ? 11
                                            : v[i].rule == RVX__RULE_SORTLIST ? 12
                                                                              : v[i].rule);
    }
}

static void check_row(const struct row *row, bool blind, const char *want)
{
    struct rvx__destination v[16];
    struct description got;
    struct rvx__gaiconf gaiconf;
    struct rvx__resolvconf conf;
    struct rvx__policy policy = {.gaiconf = &gaiconf};
    size_t n = read_destinations(row->in, v);

    rvx__gaiconf_parse(&gaiconf, rvx__view_text(row->gaiconf));
    read_sortlist(row->sortlist, &conf);
    policy.sortlist = conf.sortlist;
    policy.sortlist_n = conf.sortlist_n;
    if (blind)
        rvx__rfc6724_sort_blind(v, n, &policy);
    else
        rvx__rfc6724_sort(v, n, &policy);
    describe(v, n, &got);
    assert_row_text(row->name, describe_end(&got), want);
    rvx__resolvconf_fini(&conf);
}

static void test_rules(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        check_row(&rows[i], false, rows[i].want);
}

static void test_blind(void **state)
{
    static const struct row blind = {"blind", "", "10.0.0.0/8", "2001:db8::1< 192.0.2.1<192.0.2.9 10.0.0.1< ::1<::1",
                                     "10.0.0.1=0 192.0.2.1=12 2001:db8::1=11 ::1=10"};

    (void)state;
    check_row(&blind, true, blind.want);
}

/* Sorting is deterministic, total and stable: whatever order the families come in, the result is the same, and equal
 * ones stay as they were. */
static void test_large(void **state)
{
    enum { N = 1024 };
    struct rvx__destination *v = calloc(N, sizeof *v);
    struct rvx__gaiconf gaiconf;
    const struct rvx__policy policy = {.gaiconf = &gaiconf};
    unsigned last = 0;

    (void)state;
    assert_non_null(v);
    rvx__gaiconf_parse(&gaiconf, rvx__view_text("precedence ::/0 40\n"));
    for (unsigned i = 0; i < N; i++) {
        v[i].addr.family = i % 3 == 0 ? RVX_FAMILY_IPV6 : RVX_FAMILY_IPV4;
        v[i].addr.ip[0] = 0x20;
        v[i].addr.port = (uint16_t)i;
        v[i].source = (struct rvx__source){.known = true, .found = true, .family = v[i].addr.family, .network = 64};
        v[i].source.ip[0] = 0x20;
    }
    rvx__rfc6724_sort(v, N, &policy);
    for (unsigned i = 0; i < N; i++) {
        assert_int_equal(v[i].addr.family, i < N - (N + 2) / 3 ? RVX_FAMILY_IPV4 : RVX_FAMILY_IPV6);
        if (i > 0 && v[i].addr.family == v[i - 1].addr.family)
            assert_true(v[i].addr.port > last);
        last = v[i].addr.port;
    }
    free(v);
}

static void test_texts(void **state)
{
    (void)state;
    for (unsigned i = RVX__RULE_NONE; i < RVX__RULE_N; i++)
        assert_string_not_equal(rvx__rule_text((enum rvx__rule)i), "?");
    assert_string_equal(rvx__rule_text(RVX__RULE_PREFIX), "rule 9: less in common with its source");
    assert_string_equal(rvx__rule_text(RVX__RULE_N), "?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rules),
        cmocka_unit_test(test_blind),
        cmocka_unit_test(test_large),
        cmocka_unit_test(test_texts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
