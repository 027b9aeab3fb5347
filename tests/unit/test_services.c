/* test_services.c - services files: lines, aliases, protocols, both directions; table and scan give the same answers */
#include "support/test.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/services.h"
#include "support/describe.h"
#include "support/exact.h"
#include "support/oom.h"

static const struct rvx__map_seed seed = {3, 4};

/* "LINE:NAME PORT/PROTOCOL [ALIASES]" */
static const char *describe_service(struct description *description, const struct rvx__service *service)
{
    describe_start(description);
    if (service == NULL)
        return describe_end(description);
    rvx__buf_add_dec(&description->buf, service->line);
    rvx__buf_add_byte(&description->buf, ':');
    rvx__buf_add(&description->buf, service->name);
    describe_number(description, "", service->port);
    rvx__buf_add_byte(&description->buf, '/');
    rvx__buf_add(&description->buf, service->protocol);
    if (service->aliases.len > 0) {
        describe_word(description, "[");
        rvx__buf_add(&description->buf, service->aliases);
        rvx__buf_add_byte(&description->buf, ']');
    }
    return describe_end(description);
}

/* What a query says in both ways, which have to agree. */
static void ask_name(struct rvx__view bytes, struct rvx__view name, struct rvx__view protocol,
                     struct description *description)
{
    struct rvx__service service = {0}, untouched = {0};
    struct rvx__services services;
    struct description table;
    bool found = rvx__services_scan(bytes, name, protocol, &service);

    describe_service(description, found ? &service : NULL);
    if (!found)
        assert_memory_equal(&service, &untouched, sizeof service);
    assert_int_equal(rvx__services_parse(&services, bytes, seed), 0);
    describe_service(&table, rvx__services_find(&services, name, protocol));
    assert_row_text("table and scan", table.text, description->text);
    rvx__services_fini(&services);
}

static void ask_port(struct rvx__view bytes, uint16_t port, struct rvx__view protocol, struct description *description)
{
    struct rvx__service service = {0}, untouched = {0};
    struct rvx__services services;
    struct description table;
    bool found = rvx__services_scan_port(bytes, port, protocol, &service);

    describe_service(description, found ? &service : NULL);
    if (!found)
        assert_memory_equal(&service, &untouched, sizeof service);
    assert_int_equal(rvx__services_parse(&services, bytes, seed), 0);
    describe_service(&table, rvx__services_find_port(&services, port, protocol));
    assert_row_text("table and scan", table.text, description->text);
    rvx__services_fini(&services);
}

#define USUAL                                               \
    "# Network services\n"                                  \
    "tcpmux\t\t1/tcp\t\t\t# TCP port service multiplexer\n" \
    "domain\t\t53/tcp\n"                                    \
    "domain\t\t53/udp\n"                                    \
    "http\t\t80/tcp\t\twww www-http # comment alias\n"      \
    "amqp\t\t5672/sctp\n"                                   \
    "kerberos\t88/udp\tkrb5\n"                              \
    "Mixed\t\t100/TCP\tAlias\n"                             \
    "\n"                                                    \
    "last\t\t65535/tcp"

static const struct name_row {
    const char *name;
    const char *input;
    const char *service, *protocol;
    const char *want;
} name_rows[] = {
    {"a name", USUAL, "domain", "udp", "4:domain 53/udp"},
    {"any protocol is the first", USUAL, "domain", "", "3:domain 53/tcp"},
    {"an alias", USUAL, "www-http", "tcp", "5:http 80/tcp [www www-http]"},
    {"any protocol of an alias", USUAL, "krb5", "", "7:kerberos 88/udp [krb5]"},
    {"another protocol", USUAL, "amqp", "sctp", "6:amqp 5672/sctp"},
    {"not for that protocol", USUAL, "http", "udp", ""},
    {"unknown protocol", USUAL, "http", "dccp", ""},
    {"unknown name", USUAL, "nosuch", "tcp", ""},
    {"part of a name", USUAL, "htt", "tcp", ""},
    {"a name and more", USUAL, "https", "tcp", ""},
    {"case of the query", USUAL, "HTTP", "Tcp", "5:http 80/tcp [www www-http]"},
    {"case of the file", USUAL, "mixed", "tcp", "8:Mixed 100/TCP [Alias]"},
    {"case of both", USUAL, "ALIAS", "TCP", "8:Mixed 100/TCP [Alias]"},
    {"no newline at the end", USUAL, "last", "tcp", "10:last 65535/tcp"},
    {"a word of a comment", USUAL, "comment", "tcp", ""},
    {"a port is no name", USUAL, "53/tcp", "tcp", ""},
    {"empty", USUAL, "", "tcp", ""},
    {"empty, any protocol", USUAL, "", "", ""},
    {"name and protocol in one", USUAL, "http tcp", "", ""},
    {"a blank behind", USUAL, "http ", "tcp", ""},

    {"the first line counts", "a 1/tcp\na 2/tcp\n", "a", "tcp", "1:a 1/tcp"},
    {"an alias before a name", "b 1/tcp a\na 2/tcp\n", "a", "tcp", "1:b 1/tcp [a]"},
    {"CR LF", "a 1/tcp b\r\nc 2/tcp\r\n", "b", "tcp", "1:a 1/tcp [b]"},
    {"blanks in front", "  a 1/tcp\n", "a", "tcp", "1:a 1/tcp"},
    {"comment right behind", "a 1/tcp#b\n", "a", "tcp", "1:a 1/tcp"},
    {"leading zeros", "a 00080/tcp\n", "a", "tcp", "1:a 80/tcp"},
    {"slash in the protocol", "a 1/x/y\n", "a", "x/y", "1:a 1/x/y"},
    {"slash in the name", "a/b 1/tcp\na 2/b/tcp\n", "a", "b/tcp", "2:a 2/b/tcp"},
    {"name of a comment's line", "a # 1/tcp\n", "a", "tcp", ""},
    {"no port", "a\n", "a", "tcp", ""},
    {"port 0", "a 0/tcp\na 1/tcp\n", "a", "tcp", "2:a 1/tcp"},
    {"port too high", "a 65536/tcp\n", "a", "tcp", ""},
    {"port far too high", "a 4294967376/tcp\n", "a", "tcp", ""},
    {"negative port", "a -1/tcp\n", "a", "tcp", ""},
    {"no protocol", "a 1/\n", "a", "", ""},
    {"no slash", "a 1 tcp\n", "a", "tcp", ""},
    {"a blank before the slash", "a 1 /tcp\n", "a", "tcp", ""},
    {"hexadecimal", "a 0x50/tcp\n", "a", "tcp", ""},
    {"empty file", "", "a", "tcp", ""},
};

static void test_names(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < COUNT_OF(name_rows); i++) {
        const struct name_row *row = &name_rows[i];
        struct exact input = exact_text(row->input);
        struct exact service = exact_text(row->service), protocol = exact_text(row->protocol);
        struct description got;

        ask_name(input.view, service.view, protocol.view, &got);
        assert_row_text(row->name, got.text, row->want);
        exact_free(&input);
        exact_free(&service);
        exact_free(&protocol);
    }
}

static const struct port_row {
    const char *name;
    const char *input;
    uint16_t port;
    const char *protocol;
    const char *want;
} port_rows[] = {
    {"a port", USUAL, 53, "udp", "4:domain 53/udp"},
    {"any protocol is the first", USUAL, 53, "", "3:domain 53/tcp"},
    {"with aliases", USUAL, 80, "tcp", "5:http 80/tcp [www www-http]"},
    {"the highest", USUAL, 65535, "tcp", "10:last 65535/tcp"},
    {"case of the protocol", USUAL, 100, "tcp", "8:Mixed 100/TCP [Alias]"},
    {"not for that protocol", USUAL, 80, "udp", ""},
    {"unknown port", USUAL, 81, "tcp", ""},
    {"the end of another port", USUAL, 8, "udp", ""},
    {"port 0", USUAL, 0, "", ""},
    {"the first line counts", "a 1/tcp\nb 1/tcp\n", 1, "tcp", "1:a 1/tcp"},
    {"leading zeros", "a 0080/tcp\n", 80, "tcp", "1:a 80/tcp"},
    {"a name that looks like it", "80/tcp 81/tcp 80/tcp\n", 80, "tcp", ""},
    {"a longer protocol", "a 80/tcpx\nb 80/tcp\n", 80, "tcp", "2:b 80/tcp"},
};

static void test_ports(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < COUNT_OF(port_rows); i++) {
        const struct port_row *row = &port_rows[i];
        struct exact input = exact_text(row->input), protocol = exact_text(row->protocol);
        struct description got;

        ask_port(input.view, row->port, protocol.view, &got);
        assert_row_text(row->name, got.text, row->want);
        exact_free(&input);
        exact_free(&protocol);
    }
}

static void test_nul(void **state)
{
    static const char input[] = "a\0001/tcp\0b\0c\0\n\0d 2/tcp";
    struct exact exact = exact_bytes(input, sizeof input - 1);
    struct description got;

    (void)state;
    ask_name(exact.view, rvx__view_text("c"), rvx__view_text("tcp"), &got);
    assert_memory_equal(got.text, "1:a 1/tcp [b\0c]", 15);
    ask_name(exact.view, rvx__view_text("d"), rvx__view_text("tcp"), &got);
    assert_string_equal(got.text, "2:d 2/tcp");
    exact_free(&exact);
}

/* The limits of names, aliases and protocols, in table and scan alike. */
static void test_long_words(void **state)
{
    static const struct {
        size_t name_len, protocol_len, alias_len;
        bool name, alias; /* found? */
    } rows[] = {
        {255, 31, 255, true, true}, {256, 3, 1, false, false}, {1, 32, 1, false, false}, {1, 3, 256, true, false},
    };
    size_t i;

    (void)state;
    for (i = 0; i < COUNT_OF(rows); i++) {
        char name[257], protocol[40], alias[257], text[1024];
        struct description got;
        struct rvx__view bytes;

        memset(name, 'n', sizeof name);
        memset(protocol, 'p', sizeof protocol);
        memset(alias, 'a', sizeof alias);
        name[rows[i].name_len] = protocol[rows[i].protocol_len] = alias[rows[i].alias_len] = '\0';
        snprintf(text, sizeof text, "%s 1/%s %s\n", name, protocol, alias);
        bytes = rvx__view_text(text);
        ask_name(bytes, rvx__view_text(name), rvx__view_text(protocol), &got);
        assert_int_equal(got.text[0] != '\0', rows[i].name);
        ask_name(bytes, rvx__view_text(alias), rvx__view_text(""), &got);
        assert_int_equal(got.text[0] != '\0', rows[i].alias);
        ask_port(bytes, 1, rvx__view_text(protocol), &got);
        assert_int_equal(got.text[0] != '\0', rows[i].name);
    }
}

static void test_listing(void **state)
{
    static const char want[] = "2:tcpmux 1/tcp|3:domain 53/tcp|4:domain 53/udp|5:http 80/tcp [www www-http]|"
                               "6:amqp 5672/sctp|7:kerberos 88/udp [krb5]|8:Mixed 100/TCP [Alias]|10:last 65535/tcp|";
    char got[1024] = "", copy[1024] = "";
    struct exact input = exact_text(USUAL);
    struct rvx__services services;
    struct rvx__service service;
    struct rvx__lines lines;
    struct description one;
    size_t i;

    (void)state;
    rvx__lines_init(&lines, input.view, RVX__LINES_COMMENT_HASH);
    while (rvx__services_next(&lines, &service, NULL)) {
        strcat(got, describe_service(&one, &service));
        strcat(got, "|");
    }
    assert_string_equal(got, want);
    assert_int_equal(rvx__services_parse(&services, input.view, seed), 0);
    exact_free(&input);
    for (i = 0; i < services.n; i++) {
        strcat(copy, describe_service(&one, &services.items[i]));
        strcat(copy, "|");
    }
    assert_string_equal(copy, want);
    rvx__services_fini(&services);
    rvx__services_fini(&services);
}

static void test_remarks(void **state)
{
    static const char input[] = "a 1/tcp\nb\nc 0/tcp\nd 65536/tcp # x\ne 2/udp\nf tcp/3\n# g\n";
    static const char want[] = "!2:bad:b !3:bad:c 0/tcp !4:bad:d 65536/tcp !6:bad:f tcp/3";
    struct rvx__remarks remarks = {0};
    struct rvx__services services;
    struct rvx__service service;
    struct rvx__lines lines;
    struct description got;

    (void)state;
    rvx__lines_init(&lines, rvx__view_text(input), RVX__LINES_COMMENT_HASH);
    while (rvx__services_next(&lines, &service, &remarks))
        assert_true(service.line == 1 || service.line == 5);
    describe_start(&got);
    describe_remarks(&got, &remarks);
    assert_string_equal(describe_end(&got), want);
    assert_int_equal(rvx__services_parse(&services, rvx__view_text(input), seed), 0);
    assert_int_equal(services.n, 2);
    describe_start(&got);
    describe_remarks(&got, &services.remarks);
    assert_string_equal(describe_end(&got), want);
    rvx__services_fini(&services);
}

static unsigned next_random(unsigned *random)
{
    *random = *random * 1103515245 + 12345;
    return *random >> 16 & 0x7fff;
}

static size_t write_lines(char *text, size_t size, unsigned *random)
{
    static const char *const names[] = {"a", "b", "A", "ab", "ba", "a/b", "#", "80", "tcp"};
    static const char *const ports[] = {"1/tcp", "1/udp", "01/TCP", "80/tcp", "80/b/tcp",
                                         "0/tcp", "1",     "x",      "65536/tcp"};
    size_t len = 0;
    unsigned lines = next_random(random) % 10;

    while (lines-- > 0) {
        unsigned aliases = next_random(random) % 4;

        len += (size_t)snprintf(text + len, size - len, "%s %s", names[next_random(random) % COUNT_OF(names)],
                                ports[next_random(random) % COUNT_OF(ports)]);
        while (aliases-- > 0)
            len += (size_t)snprintf(text + len, size - len, " %s", names[next_random(random) % COUNT_OF(names)]);
        len += (size_t)snprintf(text + len, size - len, "\n");
    }
    return len;
}

/* Every name and port of generated files, with every protocol: ask_name() and ask_port() compare the two ways. */
static void test_ways_agree(void **state)
{
    static const char *const words[] = {"a", "B", "ab", "ba", "a/b", "80", "tcp", "1/tcp"};
    static const char *const protocols[] = {"tcp", "udp", "b/tcp", "TCP", ""};
    unsigned random = 11, round, i, j, found = 0;

    (void)state;
    for (round = 0; round < 300; round++) {
        char text[512];
        struct exact input = exact_bytes(text, write_lines(text, sizeof text, &random));
        struct description got;

        for (i = 0; i < COUNT_OF(words); i++) {
            for (j = 0; j < COUNT_OF(protocols); j++) {
                ask_name(input.view, rvx__view_text(words[i]), rvx__view_text(protocols[j]), &got);
                found += got.text[0] != '\0';
            }
        }
        for (j = 0; j < COUNT_OF(protocols); j++) {
            ask_port(input.view, 1, rvx__view_text(protocols[j]), &got);
            ask_port(input.view, 80, rvx__view_text(protocols[j]), &got);
        }
        exact_free(&input);
    }
    assert_true(found > 1000);
}

static void test_long_line(void **state)
{
    size_t len = 1 << 20, i;
    char *text = malloc(len);
    struct exact input;
    struct description got;
    struct rvx__service service;

    (void)state;
    assert_non_null(text);
    for (i = 0; i < len; i++)
        text[i] = i % 2 == 0 ? 'x' : ' ';
    memcpy(text, "a 1/tcp ", 8);
    memcpy(text + len - 10, "\nb 2/tcp c", 10);
    input = exact_bytes(text, len);
    ask_name(input.view, rvx__view_text("c"), rvx__view_text("tcp"), &got);
    assert_string_equal(got.text, "2:b 2/tcp [c]");
    assert_true(rvx__services_scan(input.view, rvx__view_text("X"), rvx__view_text("tcp"), &service));
    assert_int_equal(service.line, 1);
    exact_free(&input);
    free(text);
}

static void test_out_of_memory(void **state)
{
    char text[4096];
    size_t len = 0;
    unsigned n;

    (void)state;
    for (n = 0; n < 60; n++)
        len += (size_t)snprintf(text + len, sizeof text - len, "name%u %u/tcp alias%u\n", n, n + 1, n);
    for (n = 0;; n++) {
        struct rvx__services services;
        int rc;

        oom_fail_after(n);
        rc = rvx__services_parse(&services, rvx__view_of(text, len), seed);
        oom_off();
        if (!oom_failed()) {
            assert_int_equal(rc, 0);
            rvx__services_fini(&services);
            break;
        }
        assert_int_equal(rc, -ENOMEM);
        assert_int_equal(services.n, 0);
        assert_null(rvx__services_find(&services, rvx__view_text("name1"), rvx__view_text("tcp")));
        rvx__services_fini(&services);
    }
    assert_true(n > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_ports),
        cmocka_unit_test(test_nul),
        cmocka_unit_test(test_long_words),
        cmocka_unit_test(test_listing),
        cmocka_unit_test(test_remarks),
        cmocka_unit_test(test_ways_agree),
        cmocka_unit_test(test_long_line),
        cmocka_unit_test(test_out_of_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
