/* test_services_builtin.c - the built-in table: what has to be in it, and that every entry can be found */
#include "support/test.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/services.h"
#include "conf/services_builtin.h"
#include "support/exact.h"

static const struct want_row {
    const char *name, *protocol;
    uint16_t port; /* 0: not in the table */
} want_rows[] = {
    /* what Go has built in */
    {"ftp", "tcp", 21},
    {"ftps", "tcp", 990},
    {"gopher", "tcp", 70},
    {"http", "tcp", 80},
    {"https", "tcp", 443},
    {"imap2", "tcp", 143},
    {"imap3", "tcp", 220},
    {"imaps", "tcp", 993},
    {"pop3", "tcp", 110},
    {"pop3s", "tcp", 995},
    {"smtp", "tcp", 25},
    {"submissions", "tcp", 465},
    {"ssh", "tcp", 22},
    {"telnet", "tcp", 23},
    {"domain", "udp", 53},
    /* what its test looks up in a services file */
    {"echo", "tcp", 7},
    {"discard", "tcp", 9},
    {"systat", "tcp", 11},
    {"daytime", "tcp", 13},
    {"chargen", "tcp", 19},
    {"ftp-data", "tcp", 20},
    {"time", "tcp", 37},
    {"domain", "tcp", 53},
    {"finger", "tcp", 79},
    {"echo", "udp", 7},
    {"tftp", "udp", 69},
    {"bootpc", "udp", 68},
    {"bootps", "udp", 67},
    {"ntp", "udp", 123},
    {"snmp", "udp", 161},
    {"syslog", "udp", 514},
    {"nfs", "udp", 2049},
    /* aliases, case, other protocols, any protocol */
    {"www", "tcp", 80},
    {"mail", "tcp", 25},
    {"postgres", "tcp", 5432},
    {"HTTP", "TCP", 80},
    {"Z39.50", "tcp", 210},
    {"amqp", "sctp", 5672},
    {"domain", "", 53},
    {"syslog", "", 514},
    {"m2ua", "", 2904},
    {"domain-s", "", 853},
    /* not there */
    {"http", "udp", 0},
    {"http", "dccp", 0},
    {"http", "tc", 0},
    {"syslog", "tcp", 0},
    {"nosuch", "tcp", 0},
    {"nosuch", "", 0},
    {"htt", "tcp", 0},
    {"httpx", "tcp", 0},
    {"http www", "tcp", 0},
    {"sink null", "tcp", 0},
    {"", "tcp", 0},
    {"", "", 0},
    {"@ttp", "tcp", 0},
};

static void test_wanted(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < COUNT_OF(want_rows); i++) {
        const struct want_row *row = &want_rows[i];
        struct exact name = exact_text(row->name), protocol = exact_text(row->protocol);
        struct rvx__service service = {0}, untouched = {0};
        bool found = rvx__services_builtin_find(name.view, protocol.view, &service);

        if (found != (row->port > 0) || service.port != row->port)
            fail_msg("%s/%s: got %u, wanted %u", row->name, row->protocol, service.port, row->port);
        if (!found)
            assert_memory_equal(&service, &untouched, sizeof service);
        else
            assert_true(rvx__service_is(&service, name.view, protocol.view));
        exact_free(&name);
        exact_free(&protocol);
    }
}

static bool same_service(const struct rvx__service *a, const struct rvx__service *b)
{
    return a->port == b->port && rvx__view_eq(a->name, b->name) && rvx__view_eq(a->protocol, b->protocol) &&
           rvx__view_eq(a->aliases, b->aliases) && a->line == b->line;
}

static void check_word(struct rvx__view word, const struct rvx__service *service)
{
    struct rvx__service found = {0};

    if (!rvx__services_builtin_find(word, service->protocol, &found) || !same_service(&found, service))
        fail_msg("%.*s/%.*s: not found, or another", (int)word.len, word.data, (int)service->protocol.len,
                 service->protocol.data);
}

/* Every name and alias leads to its entry, every port to the first with it; the order is that of the ports. */
static void test_everything(void **state)
{
    struct rvx__service service, found;
    unsigned last_port = 1, names = 0;
    size_t i;

    (void)state;
    for (i = 0; rvx__services_builtin_at(i, &service); i++) {
        struct rvx__view aliases = service.aliases, alias;

        assert_true(service.port >= last_port);
        last_port = service.port;
        assert_int_equal(service.line, 0);
        check_word(service.name, &service);
        names++;
        while (rvx__view_take_word(&aliases, &alias)) {
            check_word(alias, &service);
            names++;
        }
        assert_true(rvx__services_builtin_find_port(service.port, service.protocol, &found));
        assert_int_equal(found.port, service.port);
        assert_true(rvx__view_eq(found.protocol, service.protocol));
    }
    assert_true(i > 450);
    assert_true(names > 600);
    assert_false(rvx__services_builtin_at(i, &service));
    assert_false(rvx__services_builtin_at((size_t)-1, &service));
}

static void test_ports(void **state)
{
    struct rvx__view none = rvx__view_text(""), tcp = rvx__view_text("tcp"), udp = rvx__view_text("UDP");
    struct rvx__service service;

    (void)state;
    assert_true(rvx__services_builtin_find_port(80, tcp, &service));
    assert_true(rvx__view_is(service.name, "http"));
    assert_true(rvx__services_builtin_find_port(514, udp, &service));
    assert_true(rvx__view_is(service.name, "syslog"));
    assert_true(rvx__services_builtin_find_port(514, none, &service));
    assert_true(rvx__view_is(service.name, "shell"));
    assert_true(rvx__services_builtin_find_port(1, none, &service));
    assert_true(rvx__view_is(service.name, "tcpmux"));
    assert_false(rvx__services_builtin_find_port(80, udp, &service));
    assert_false(rvx__services_builtin_find_port(0, none, &service));
    assert_false(rvx__services_builtin_find_port(65535, none, &service));
}

/* The data file itself, read by the parser: both must say the same, in the same order. */
static void test_source(void **state)
{
    static char text[65536];
    char path[4096];
    struct rvx__service service, builtin;
    struct rvx__remarks remarks = {0};
    struct rvx__lines lines;
    FILE *file;
    size_t len, i;

    (void)state;
    snprintf(path, sizeof path, "%s/data/services", getenv("abs_top_srcdir") != NULL ? getenv("abs_top_srcdir") : "..");
    file = fopen(path, "r");
    if (file == NULL)
        fail_msg("%s: cannot be opened", path);
    len = fread(text, 1, sizeof text, file);
    fclose(file);
    assert_true(len < sizeof text);
    rvx__lines_init(&lines, rvx__view_of(text, len), RVX__LINES_COMMENT_HASH);
    for (i = 0; rvx__services_next(&lines, &service, &remarks); i++) {
        assert_true(rvx__services_builtin_at(i, &builtin));
        service.line = 0;
        if (!same_service(&service, &builtin))
            fail_msg("entry %zu: %.*s", i, (int)builtin.name.len, builtin.name.data);
    }
    assert_int_equal(remarks.total, 0);
    assert_false(rvx__services_builtin_at(i, &builtin));
}

/* Compares with this machine's services file, if it has one. Differences are told, not judged: the file is the
 * administrator's. */
static void test_machine(void **state)
{
    static char text[1 << 20];
    FILE *file = fopen("/etc/services", "r");
    struct rvx__service service, found;
    unsigned agree = 0, differ = 0;
    struct rvx__view bytes;
    size_t i;

    (void)state;
    if (file == NULL)
        return;
    bytes = rvx__view_of(text, fread(text, 1, sizeof text, file));
    fclose(file);
    for (i = 0; rvx__services_builtin_at(i, &service); i++) {
        if (!rvx__services_scan(bytes, service.name, service.protocol, &found))
            continue;
        if (found.port == service.port) {
            agree++;
        } else {
            differ++;
            print_message("# %.*s/%.*s: %u here, %u in /etc/services\n", (int)service.name.len, service.name.data,
                          (int)service.protocol.len, service.protocol.data, service.port, found.port);
        }
    }
    print_message("# /etc/services: %u entries agree, %u differ\n", agree, differ);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wanted),
        cmocka_unit_test(test_everything),
        cmocka_unit_test(test_ports),
        cmocka_unit_test(test_source),
        cmocka_unit_test(test_machine),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
