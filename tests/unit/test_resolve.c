/* test_resolve.c - address texts to addresses: order of lookups, families, wildcards, Unix names, exact errors */
#include "support/test.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "support/etc.h"
#include "support/oom.h"

struct row {
    const char *network;
    const char *address;
    int want;
    const char *text; /* addresses separated by blanks, or the error's text */
};

static const struct row rows[] = {
    /* tcp and udp */
    {"tcp", "192.0.2.7:80", 0, "192.0.2.7:80"},
    {"tcp", "192.0.2.7:http", 0, "192.0.2.7:80"},
    {"udp", "[2001:db8::7]:domain", 0, "[2001:db8::7]:53"},
    {"tcp6", "[fe80::1%eth9]:1", 0, "[fe80::1%eth9]:1"},
    {"tcp", "one.example:8080", 0, "192.0.2.1:8080 [2001:db8::1]:8080"},
    {"tcp4", "one.example:8080", 0, "192.0.2.1:8080"},
    {"udp6", "one.example:8080", 0, "[2001:db8::1]:8080"},
    {"tcp", "[one.example]:1", 0, "192.0.2.1:1 [2001:db8::1]:1"},
    {"tcp", "localhost:", 0, "127.0.0.1:0 [::1]:0"},
    {"tcp4", "localhost:ssh", 0, "127.0.0.1:22"},
    /* wildcards */
    {"tcp", "", 0, "none:0"},
    {"tcp", ":", 0, "none:0"},
    {"udp4", ":53", 0, "none:53"},
    {"tcp6", "[]:80", 0, "none:80"},
    {"tcp", NULL, 0, "none:0"},
    {"tcp", "0.0.0.0:80", 0, "0.0.0.0:80"},
    {"tcp", "[::]:80", 0, "[::]:80 0.0.0.0:80"},
    {"tcp", "[0::0]:80", 0, "[::]:80 0.0.0.0:80"},
    {"tcp4", "[::]:80", 0, "0.0.0.0:80"},
    {"tcp6", "[::]:80", 0, "[::]:80"},
    {"tcp6", "0.0.0.0:80", RVX_EADDRNONE, "address 0.0.0.0: no suitable address found"},
    {"tcp", "[::ffff:0.0.0.0]:80", 0, "0.0.0.0:80"},
    {"tcp6", "[::ffff:127.0.0.1]:1", RVX_EADDRNONE, "address ::ffff:127.0.0.1: no suitable address found"},
    {"tcp4", "[::1]:80", RVX_EADDRNONE, "address ::1: no suitable address found"},
    /* ip */
    {"ip", "192.0.2.7", 0, "192.0.2.7:0"},
    {"ip", "", 0, "none:0"},
    {"ip", "::", 0, "[::]:0 0.0.0.0:0"},
    {"ip4", "::", 0, "0.0.0.0:0"},
    {"ip4", "one.example", 0, "192.0.2.1:0"},
    {"ip6:icmp", "one.example", 0, "[2001:db8::1]:0"},
    {"ip", "192.0.2.7:80", RVX_ENOTFOUND, "lookup 192.0.2.7:80: no such host"},
    /* Unix */
    {"unix", "/run/x.sock", 0, "/run/x.sock"},
    {"unixgram", "x y", 0, "x y"},
    {"unixpacket", "@abstract", 0, "@abstract"},
    {"unix", "", 0, "@"},
    {"unix", "@", 0, "@"},
    /* the port comes first, and its errors are those of rvx_lookup_port() */
    {"tcp", "nosuch.host:nosuch", RVX_EPORTUNKNOWN, "lookup tcp/nosuch: unknown port"},
    {"udp4", "nosuch.host:nosuch", RVX_EPORTUNKNOWN, "lookup udp/nosuch: unknown port"},
    {"tcp", "nosuch.host:65536", RVX_EPORTINVALID, "address 65536: invalid port"},
    {"tcp", "nosuch.host:80", RVX_ENOTFOUND, "lookup nosuch.host: no such host"},
    {"tcp4", "v6only:80", RVX_ENOTFOUND, "lookup v6only: no such host"},
    /* texts that are no address */
    {"tcp", "localhost", RVX_EPORTMISSING, "address localhost: missing port in address"},
    {"tcp", "::1:80", RVX_EMANYCOLONS, "address ::1:80: too many colons in address"},
    {"tcp", "[::1:80", RVX_ENOBRACKET, "address [::1:80: missing ']' in address"},
    {"foo", "localhost:80", RVX_ENETUNKNOWN, "unknown network foo"},
    {"", "localhost:80", RVX_ENETUNKNOWN, "unknown network "},
    {NULL, "localhost:80", RVX_ENETUNKNOWN, "unknown network "},
    {"ip4:nosuch", "127.0.0.1", RVX_ENETUNKNOWN, "unknown network ip4:nosuch"},
};

static void print_addrs(const struct rvx_addrs *addrs, char *text, size_t size)
{
    size_t len = 0;

    for (size_t i = 0; i < addrs->n; i++) {
        char one[RVX_ADDR_STRLEN];

        if (addrs->v[i].family == RVX_FAMILY_NONE)
            snprintf(one, sizeof one, "none:%u", addrs->v[i].port);
        else
            rvx_addr_text(&addrs->v[i], one);
        len += (size_t)snprintf(text + len, size - len, "%s%s", i > 0 ? " " : "", one);
    }
}

static int resolve(struct rvx_resolver *resolver, const struct row *row, char text[512])
{
    struct rvx_addrs *addrs;
    struct rvx_error err;
    int rc = rvx_resolve(resolver, row->network, row->address, NULL, &addrs, &err);

    assert_int_equal(err.code, rc);
    assert_true((rc == 0) == (addrs != NULL));
    if (rc == 0)
        print_addrs(addrs, text, 512);
    else
        snprintf(text, 512, "%s", rvx_error_text(&err));
    rvx_addrs_free(addrs);
    return rc;
}

static struct rvx_resolver *set_up(struct etc *etc)
{
    etc_init(etc);
    etc_write(etc, "hosts", "192.0.2.1 one.example\n2001:db8::1 one.example\n2001:db8::6 v6only\n");
    etc_write(etc, "nsswitch.conf", "hosts: files\n");
    return etc_resolver(etc);
}

static void test_rows(void **state)
{
    struct etc etc;
    struct rvx_resolver *resolver = set_up(&etc);
    int failures = 0;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char got[512];
        int rc = resolve(resolver, &rows[i], got);

        if (rc != rows[i].want || strcmp(got, rows[i].text) != 0) {
            print_error("%s %s: got %d <%s> want %d <%s>\n", rows[i].network, rows[i].address, rc, got, rows[i].want,
                        rows[i].text);
            failures++;
        }
    }
    rvx_resolver_free(resolver);
    etc_fini(&etc);
    assert_int_equal(failures, 0);
}

/* A path has room for 107 bytes and a NUL, an abstract name for 107 behind its '@'. */
static void test_unix_lengths(void **state)
{
    static const struct {
        char first;
        size_t len;
        int want;
    } paths[] = {{'/', 107, 0}, {'/', 108, RVX_ETOOLONG}, {'@', 108, 0}, {'@', 109, RVX_ETOOLONG}};
    struct rvx_error err;

    (void)state;
    for (size_t i = 0; i < COUNT_OF(paths); i++) {
        char path[120] = "";
        struct rvx_addrs *addrs;

        memset(path, 'x', paths[i].len);
        path[0] = paths[i].first;
        assert_int_equal(rvx_resolve(NULL, "unix", path, NULL, &addrs, &err), paths[i].want);
        if (addrs != NULL) {
            assert_int_equal(addrs->v[0].path_len, paths[i].len);
            assert_int_equal(addrs->v[0].path[0], paths[i].first == '@' ? '\0' : '/');
        } else {
            assert_int_equal(err.kind, RVX_ERROR_ADDR);
        }
        rvx_addrs_free(addrs);
    }
}

/* Literals need no resolver, and so no file and no memory but the result's. */
static void test_literals_only(void **state)
{
    struct rvx_addrs *addrs;
    unsigned n;

    (void)state;
    for (n = 0;; n++) {
        int rc;

        oom_fail_after(n);
        rc = rvx_resolve(NULL, "tcp", "192.0.2.7:80", NULL, &addrs, NULL);
        oom_off();
        rvx_addrs_free(addrs);
        if (!oom_failed())
            break;
        assert_int_equal(rc, -ENOMEM);
    }
    assert_int_equal(n, 1);
}

/* Where memory is short, there is no answer, or the right one: a resolver can do without remembering routes. */
static void test_no_memory(void **state)
{
    struct etc etc;
    struct rvx_resolver *resolver = set_up(&etc);

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        for (unsigned n = 0;; n++) {
            char got[512];
            int rc;

            rvx__store_forget(&resolver->store);
            oom_fail_after(n);
            rc = resolve(resolver, &rows[i], got);
            oom_off();
            if (!oom_failed())
                break;
            if (rc == -ENOMEM)
                continue;
            assert_int_equal(rc, rows[i].want);
            assert_string_equal(got, rows[i].text);
        }
    }
    rvx_resolver_free(resolver);
    etc_fini(&etc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_unix_lengths),
        cmocka_unit_test(test_literals_only),
        cmocka_unit_test(test_no_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
