/* test_hostport.c - "host:port" taken apart and put together, with the complaint each fault gets */
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <resolvx/addr.h>

#include "addr/hostport.h"
#include "support/addrgen.h"
#include "support/exact.h"

static const struct split_row {
    const char *address, *host, *port;
    int rc;
} split_rows[] = {
    {"localhost:80", "localhost", "80", 0},
    {"localhost:http", "localhost", "http", 0},
    {"192.0.2.1:0", "192.0.2.1", "0", 0},
    {"[::1]:80", "::1", "80", 0},
    {"[fe80::1%eth0]:53", "fe80::1%eth0", "53", 0},
    {"[localhost]:80", "localhost", "80", 0},
    {"[1.2.3.4]:0", "1.2.3.4", "0", 0},
    {"[]:80", "", "80", 0},
    {"[::]:", "::", "", 0},
    {":80", "", "80", 0},
    {"host:", "host", "", 0},
    {":", "", "", 0},
    {" : ", " ", " ", 0},
    {"fe80%1:x", "fe80%1", "x", 0},
    {"", "", "", RVX_EPORTMISSING},
    {"localhost", "", "", RVX_EPORTMISSING},
    {"[::1]", "", "", RVX_EPORTMISSING},
    {"[::1]80", "", "", RVX_EPORTMISSING},
    {"[[::1]]:80", "", "", RVX_EPORTMISSING},
    {"[a]b:80", "", "", RVX_EPORTMISSING},
    {"[a]]:80", "", "", RVX_EPORTMISSING},
    {"::1", "", "", RVX_EMANYCOLONS},
    {"::1:80", "", "", RVX_EMANYCOLONS},
    {"::", "", "", RVX_EMANYCOLONS},
    {"[::1]:80:90", "", "", RVX_EMANYCOLONS},
    {"[a]::80", "", "", RVX_EMANYCOLONS},
    {"a:b]:80", "", "", RVX_EMANYCOLONS}, /* before the bracket is seen */
    {"[::1:80", "", "", RVX_ENOBRACKET},
    {"[:", "", "", RVX_ENOBRACKET},
    {"[", "", "", RVX_EPORTMISSING},
    {"a[b:80", "", "", RVX_EBRACKETOPEN},
    {"a:[", "", "", RVX_EBRACKETOPEN},
    {"[a[b]:80", "", "", RVX_EBRACKETOPEN},
    {"[a]:8[0", "", "", RVX_EBRACKETOPEN},
    {"a]b[:80", "", "", RVX_EBRACKETOPEN}, /* '[' is complained of first, wherever it is */
    {"[a]:]80[", "", "", RVX_EBRACKETOPEN},
    {"a]:80", "", "", RVX_EBRACKETCLOSE},
    {"a:80]", "", "", RVX_EBRACKETCLOSE},
    {"[::1]:80]", "", "", RVX_EBRACKETCLOSE},
    {"]:", "", "", RVX_EBRACKETCLOSE},
};

static void test_split_views(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < COUNT_OF(split_rows); i++) {
        const struct split_row *row = &split_rows[i];
        struct exact input = exact_text(row->address);
        struct rvx__view host, port;
        int rc = rvx__hostport_split(input.view, &host, &port);

        if (rc != row->rc || !rvx__view_is(host, row->host) || !rvx__view_is(port, row->port))
            fail_msg("\"%s\": got %d \"%.*s\" \"%.*s\"", row->address, rc, (int)host.len, rc == 0 ? host.data : "",
                     (int)port.len, rc == 0 ? port.data : "");
        exact_free(&input);
    }
}

static void test_split(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < COUNT_OF(split_rows); i++) {
        const struct split_row *row = &split_rows[i];
        struct rvx_hostport parts;
        struct rvx_error err;
        char want[128];

        memset(&parts, 'x', sizeof parts);
        err.code = 1;
        assert_int_equal(rvx_split_hostport(row->address, &parts, &err), row->rc);
        assert_string_equal(parts.host, row->host);
        assert_string_equal(parts.port, row->port);
        assert_int_equal(err.code, row->rc);
        if (row->rc < 0) {
            snprintf(want, sizeof want, "%s%s%s%s", row->address[0] != '\0' ? "address " : "", row->address,
                     row->address[0] != '\0' ? ": " : "", rvx_strerror(row->rc));
            assert_string_equal(rvx_error_text(&err), want);
        }
        assert_int_equal(rvx_split_hostport(row->address, &parts, NULL), row->rc);
    }
}

/* A host and a port of the most bytes there is room for, and of one more. */
static void test_split_too_long(void **state)
{
    static const struct {
        size_t host_len, port_len;
        int rc;
    } rows[] = {
        {RVX_HOST_SIZE - 1, RVX_PORT_SIZE - 1, 0},
        {RVX_HOST_SIZE, 0, RVX_ETOOLONG},
        {0, RVX_PORT_SIZE, RVX_ETOOLONG},
        {1000, 1000, RVX_ETOOLONG},
    };
    size_t i;

    (void)state;
    for (i = 0; i < COUNT_OF(rows); i++) {
        char text[2100];
        struct rvx_hostport *parts = malloc(sizeof *parts);

        assert_non_null(parts);
        memset(text, 'h', rows[i].host_len);
        text[rows[i].host_len] = ':';
        memset(text + rows[i].host_len + 1, 'p', rows[i].port_len);
        text[rows[i].host_len + 1 + rows[i].port_len] = '\0';
        assert_int_equal(rvx_split_hostport(text, parts, NULL), rows[i].rc);
        assert_int_equal(strlen(parts->host), rows[i].rc == 0 ? rows[i].host_len : 0);
        assert_int_equal(strlen(parts->port), rows[i].rc == 0 ? rows[i].port_len : 0);
        free(parts);
    }
}

static const struct join_row {
    const char *host, *port, *want;
} join_rows[] = {
    {"localhost", "80", "localhost:80"},
    {"127.0.0.1", "http", "127.0.0.1:http"},
    {"::1", "80", "[::1]:80"},
    {"fe80::1%eth0", "80", "[fe80::1%eth0]:80"},
    {"a%b", "80", "a%b:80"},
    {"[::1]", "80", "[[::1]]:80"},
    {"[a]", "80", "[a]:80"},
    {"", "", ":"},
    {"", "a:b", ":a:b"},
};

/* In a buffer of every size up to the one needed. */
static void test_join(void **state)
{
    size_t i, size;

    (void)state;
    for (i = 0; i < COUNT_OF(join_rows); i++) {
        const struct join_row *row = &join_rows[i];
        size_t len = strlen(row->want);

        for (size = 0; size <= len + 1; size++) {
            char *buf = malloc(size > 0 ? size : 1);
            int rc;

            assert_non_null(buf);
            rc = rvx_join_hostport(row->host, row->port, size > 0 ? buf : NULL, size);
            assert_int_equal(rc, size > len ? (int)len : RVX_ETOOLONG);
            if (size > 0)
                assert_string_equal(buf, size > len ? row->want : "");
            free(buf);
        }
    }
}

/* Whatever was split and joined again splits into the same halves. */
static void test_round_trip(void **state)
{
    uint32_t seed = 11;
    unsigned i, valid = 0;

    (void)state;
    for (i = 0; i < 20000; i++) {
        char text[ADDRGEN_SIZE], joined[ADDRGEN_SIZE + 2];
        struct rvx_hostport parts, again;

        addrgen_hostport(&seed, text);
        if (rvx_split_hostport(text, &parts, NULL) < 0)
            continue;
        valid++;
        assert_true(rvx_join_hostport(parts.host, parts.port, joined, sizeof joined) > 0);
        assert_int_equal(rvx_split_hostport(joined, &again, NULL), 0);
        assert_string_equal(again.host, parts.host);
        assert_string_equal(again.port, parts.port);
    }
    assert_in_range(valid, 5000, 19000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_split_views),    cmocka_unit_test(test_split), cmocka_unit_test(test_split_too_long),
        cmocka_unit_test(test_join),           cmocka_unit_test(test_round_trip),
    };

    return cmocka_run_group_tests_name("hostport", tests, NULL, NULL);
}
