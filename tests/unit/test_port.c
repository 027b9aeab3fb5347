/* test_port.c - numeric ports, and the network names they belong to */
#include "support/test.h"

#include <string.h>

#include <resolvx/err.h>

#include "addr/network.h"
#include "addr/port.h"
#include "support/exact.h"

static const struct port_row {
    const char *service;
    enum rvx__port_kind kind;
    uint16_t port;
} port_rows[] = {
    {"", RVX__PORT_NUMBER, 0},
    {"0", RVX__PORT_NUMBER, 0},
    {"80", RVX__PORT_NUMBER, 80},
    {"65535", RVX__PORT_NUMBER, 65535},
    {"+80", RVX__PORT_NUMBER, 80},
    {"-0", RVX__PORT_NUMBER, 0},
    {"-00", RVX__PORT_NUMBER, 0},
    {"+0", RVX__PORT_NUMBER, 0},
    {"0080", RVX__PORT_NUMBER, 80},
    {"00000000000000000000000000000000000000000065535", RVX__PORT_NUMBER, 65535},
    {"65536", RVX__PORT_INVALID, 0},
    {"-1", RVX__PORT_INVALID, 0},
    {"-65536", RVX__PORT_INVALID, 0},
    {"123456789", RVX__PORT_INVALID, 0},
    {"0065536", RVX__PORT_INVALID, 0},
    /* what wraps round to a port in 32 or 64 bits */
    {"4294967296", RVX__PORT_INVALID, 0},
    {"4294967376", RVX__PORT_INVALID, 0},
    {"-4294967376", RVX__PORT_INVALID, 0},
    {"18446744073709551696", RVX__PORT_INVALID, 0},
    {"340282366920938463463374607431768211536", RVX__PORT_INVALID, 0},
    {"99999999999999999999999999999999999999999999999999999999999999999999999999999999", RVX__PORT_INVALID, 0},
    /* names */
    {"+", RVX__PORT_NAME, 0},
    {"-", RVX__PORT_NAME, 0},
    {"--1", RVX__PORT_NAME, 0},
    {"+-1", RVX__PORT_NAME, 0},
    {"1-", RVX__PORT_NAME, 0},
    {"http", RVX__PORT_NAME, 0},
    {"80x", RVX__PORT_NAME, 0},
    {"x80", RVX__PORT_NAME, 0},
    {"0x50", RVX__PORT_NAME, 0},
    {" 80", RVX__PORT_NAME, 0},
    {"80 ", RVX__PORT_NAME, 0},
    {"1_0", RVX__PORT_NAME, 0},
    {"8.0", RVX__PORT_NAME, 0},
    {"\xd9\xa8\xd9\xa0", RVX__PORT_NAME, 0}, /* Arabic-Indic digits */
    {"99999999999999999999x", RVX__PORT_NAME, 0},
};

static void test_port(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < COUNT_OF(port_rows); i++) {
        const struct port_row *row = &port_rows[i];
        struct exact input = exact_text(row->service);
        uint16_t port = 7;
        enum rvx__port_kind kind = rvx__port_parse(input.view, &port);

        if (kind != row->kind || port != row->port)
            fail_msg("\"%s\": got %d %u, want %d %u", row->service, kind, port, row->kind, row->port);
        exact_free(&input);
    }
}

static void test_nul(void **state)
{
    struct rvx__network network;
    uint16_t port = 7;

    (void)state;
    assert_int_equal(rvx__port_parse(rvx__view_of("80\0", 3), &port), RVX__PORT_NAME);
    assert_int_equal(port, 0);
    assert_int_equal(rvx__network_parse(rvx__view_of("tcp\0", 4), &network), RVX_ENETUNKNOWN);
    assert_int_equal(rvx__network_parse(rvx__view_of(NULL, 0), &network), RVX_ENETUNKNOWN);
}

static const struct network_row {
    const char *name;
    int rc;
    struct rvx__network want;
    const char *base;
} network_rows[] = {
    {"tcp", 0, {RVX__NETWORK_TCP, 0, -1}, "tcp"},
    {"tcp4", 0, {RVX__NETWORK_TCP, 4, -1}, "tcp"},
    {"tcp6", 0, {RVX__NETWORK_TCP, 6, -1}, "tcp"},
    {"udp", 0, {RVX__NETWORK_UDP, 0, -1}, "udp"},
    {"udp4", 0, {RVX__NETWORK_UDP, 4, -1}, "udp"},
    {"udp6", 0, {RVX__NETWORK_UDP, 6, -1}, "udp"},
    {"ip", 0, {RVX__NETWORK_IP, 0, -1}, "ip"},
    {"ip4", 0, {RVX__NETWORK_IP, 4, -1}, "ip"},
    {"ip6", 0, {RVX__NETWORK_IP, 6, -1}, "ip"},
    {"unix", 0, {RVX__NETWORK_UNIX, 0, -1}, "unix"},
    {"unixgram", 0, {RVX__NETWORK_UNIXGRAM, 0, -1}, "unixgram"},
    {"unixpacket", 0, {RVX__NETWORK_UNIXPACKET, 0, -1}, "unixpacket"},
    {"ip:icmp", 0, {RVX__NETWORK_IP, 0, 1}, "ip"},
    {"ip4:ICMP", 0, {RVX__NETWORK_IP, 4, 1}, "ip"},
    {"ip4:igmp", 0, {RVX__NETWORK_IP, 4, 2}, "ip"},
    {"ip:tcp", 0, {RVX__NETWORK_IP, 0, 6}, "ip"},
    {"ip:udp", 0, {RVX__NETWORK_IP, 0, 17}, "ip"},
    {"ip6:ipv6-icmp", 0, {RVX__NETWORK_IP, 6, 58}, "ip"},
    {"ip6:0", 0, {RVX__NETWORK_IP, 6, 0}, "ip"},
    {"ip6:255", 0, {RVX__NETWORK_IP, 6, 255}, "ip"},
    {"ip4:001", 0, {RVX__NETWORK_IP, 4, 1}, "ip"},
    {"ip4:256", RVX_EADDRINVALID, {0}, NULL},
    {"ip4:", RVX_EADDRINVALID, {0}, NULL},
    {"ip4:-1", RVX_EADDRINVALID, {0}, NULL},
    {"ip4:1x", RVX_EADDRINVALID, {0}, NULL},
    {"ip4:nosuch", RVX_EADDRINVALID, {0}, NULL},
    {"ip4:icmpx", RVX_EADDRINVALID, {0}, NULL},
    {"", RVX_ENETUNKNOWN, {0}, NULL},
    {"TCP", RVX_ENETUNKNOWN, {0}, NULL},
    {"tc", RVX_ENETUNKNOWN, {0}, NULL},
    {"tcp5", RVX_ENETUNKNOWN, {0}, NULL},
    {"tcp46", RVX_ENETUNKNOWN, {0}, NULL},
    {"tcp ", RVX_ENETUNKNOWN, {0}, NULL},
    {" tcp", RVX_ENETUNKNOWN, {0}, NULL},
    {"tcp:", RVX_ENETUNKNOWN, {0}, NULL},
    {"tcp:80", RVX_ENETUNKNOWN, {0}, NULL},
    {"udp4:udp", RVX_ENETUNKNOWN, {0}, NULL},
    {"unix4", RVX_ENETUNKNOWN, {0}, NULL},
    {"unix:", RVX_ENETUNKNOWN, {0}, NULL},
    {"unixgrams", RVX_ENETUNKNOWN, {0}, NULL},
    {"ipx", RVX_ENETUNKNOWN, {0}, NULL},
    {"ip5:icmp", RVX_ENETUNKNOWN, {0}, NULL},
    {":icmp", RVX_ENETUNKNOWN, {0}, NULL},
    {"ip4:icmp:", RVX_ENETUNKNOWN, {0}, NULL},
    {"ip4:a:b", RVX_ENETUNKNOWN, {0}, NULL},
    {"foo", RVX_ENETUNKNOWN, {0}, NULL},
};

static void test_network(void **state)
{
    size_t i;

    (void)state;
    for (i = 0; i < COUNT_OF(network_rows); i++) {
        const struct network_row *row = &network_rows[i];
        struct exact input = exact_text(row->name);
        struct rvx__network got = {RVX__NETWORK_UNIX, 9, 99};
        int rc = rvx__network_parse(input.view, &got);

        if (rc != row->rc)
            fail_msg("\"%s\": got %d, want %d", row->name, rc, row->rc);
        if (rc == 0 && (got.kind != row->want.kind || got.version != row->want.version ||
                        got.protocol != row->want.protocol || strcmp(rvx__network_base(&got), row->base) != 0))
            fail_msg("\"%s\": got %d %d %d %s", row->name, got.kind, got.version, got.protocol,
                     rvx__network_base(&got));
        if (rc < 0)
            assert_int_equal(got.protocol, 99); /* untouched */
        exact_free(&input);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_port),
        cmocka_unit_test(test_network),
        cmocka_unit_test(test_nul),
    };

    return cmocka_run_group_tests_name("port", tests, NULL, NULL);
}
