/* fuzz_addr.c - texts of addresses: IP literals, "host:port", networks, ports, and what is shown to people
 *
 * The same bytes go through every parser of the folder addr. What must hold is checked: a parser that says no has
 * written nothing, what is printed parses to what it was printed from, inet_pton(3) agrees, and halves that were joined
 * come apart again.
 */
#include <config.h>

#include <arpa/inet.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <resolvx/addr.h>

#include "addr/hostport.h"
#include "addr/ip.h"
#include "addr/network.h"
#include "addr/port.h"
#include "base/buf.h"
#include "base/view.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

/* The text behind the library's back: NUL-terminated, or NULL if it holds a NUL or is too long to matter. */
static const char *as_text(struct rvx__view view, char text[512])
{
    if (view.len >= 512 || rvx__view_find(view, '\0') != RVX__NPOS)
        return NULL;
    if (view.len > 0)
        memcpy(text, view.data, view.len);
    text[view.len] = '\0';
    return text;
}

static void check_libc(const char *text, bool ok, const struct rvx_addr *addr)
{
    int family = strchr(text, ':') != NULL ? AF_INET6 : AF_INET;
    size_t len = family == AF_INET ? 4 : 16;
    uint8_t want[16];

    if (strchr(text, '%') != NULL)
        return;
    require(ok == (inet_pton(family, text, want) == 1));
    require(!ok || memcmp(addr->ip, want, len) == 0);
}

static void check_texts(struct rvx_addr addr, uint16_t port)
{
    struct rvx_addr again;
    char text[RVX_ADDR_STRLEN];

    rvx_addr_unmap(&addr);
    require(rvx_addr_parse(rvx_addr_host_text(&addr, text), &again) == 0);
    require(rvx_addr_equal(&addr, &again));
    /* A zone may hold anything, brackets too, as in Go; "host:port" cannot show such a one. */
    if (strpbrk(addr.zone, "[]") != NULL)
        return;
    addr.port = port;
    require(rvx_addr_parse_port(rvx_addr_text(&addr, text), &again) == 0);
    require(rvx_addr_equal(&addr, &again));
}

static void check_sockaddr(const struct rvx_addr *addr)
{
    struct sockaddr_storage sa;
    struct rvx_addr again;
    socklen_t len;

    if (addr->zone[0] != '\0')
        return; /* asks the kernel for its interfaces */
    require(rvx_addr_to_sockaddr(addr, &sa, &len) == 0);
    require(rvx_addr_from_sockaddr((const struct sockaddr *)&sa, len, &again) == 0);
    require(rvx_addr_equal(addr, &again));
}

static void fuzz_ip(struct rvx__view input)
{
    struct rvx_addr before, addr;
    uint8_t ip[16];
    char text[512];
    bool ok;

    memset(&before, 'x', sizeof before);
    addr = before;
    ok = rvx__ip_parse(input, &addr);
    if (as_text(input, text) != NULL)
        check_libc(text, ok, &addr);
    if (!ok) {
        require(memcmp(&addr, &before, sizeof addr) == 0);
        require(!rvx__ip_parse_v4(input, ip) && !rvx__ip_parse_v6(input, ip));
        return;
    }
    require(addr.port == 0 && addr.path_len == 0 && memchr(addr.zone, '\0', sizeof addr.zone) != NULL);
    require(rvx__ip_parse_v4(input, ip) == (addr.family == RVX_FAMILY_IPV4));
    require(rvx__ip_parse_v6(input, ip) == (addr.family == RVX_FAMILY_IPV6 && addr.zone[0] == '\0'));
    check_texts(addr, (uint16_t)(input.len * 4099));
    check_sockaddr(&addr);
}

static void fuzz_hostport(struct rvx__view input)
{
    struct rvx__view host, port;
    struct rvx_hostport parts, again;
    struct rvx_error err;
    char text[512], joined[512];
    int rc = rvx__hostport_split(input, &host, &port);

    require(rc == 0 || (host.len == 0 && port.len == 0));
    require(rc < 0 || host.len + port.len + 1 == input.len || host.len + port.len + 3 == input.len);
    if (as_text(input, text) == NULL)
        return;
    if (rvx_split_hostport(text, &parts, &err) < 0) {
        require(err.code == (rc < 0 ? rc : RVX_ETOOLONG));
        require(strlen(rvx_error_text(&err)) > 0);
        return;
    }
    require(rc == 0 && rvx__view_is(host, parts.host) && rvx__view_is(port, parts.port));
    require(rvx_join_hostport(parts.host, parts.port, joined, sizeof joined) > 0);
    require(rvx_split_hostport(joined, &again, NULL) == 0);
    require(strcmp(parts.host, again.host) == 0 && strcmp(parts.port, again.port) == 0);
}

static void fuzz_network(struct rvx__view input)
{
    struct rvx__network network = {RVX__NETWORK_TCP, 9, 999};
    int rc = rvx__network_parse(input, &network);

    if (rc < 0) {
        require(rc == RVX_ENETUNKNOWN || rc == RVX_EADDRINVALID);
        require(network.protocol == 999);
        return;
    }
    require(rvx__view_starts(input, rvx__network_base(&network)));
    require(network.version == 0 || network.version == 4 || network.version == 6);
    require(network.protocol >= -1 && network.protocol <= 255);
    require(network.kind == RVX__NETWORK_IP || network.protocol == -1);
}

static void fuzz_port(struct rvx__view input)
{
    int sign = rvx__view_at(input, 0);
    struct rvx__view digits = sign == '+' || sign == '-' ? rvx__view_from(input, 1) : input;
    uint16_t port, again;
    enum rvx__port_kind kind = rvx__port_parse(input, &port);
    bool numeric = digits.len > 0 || input.len == 0;
    char text[RVX_PORT_SIZE];
    struct rvx__buf buf;
    size_t i;

    for (i = 0; i < digits.len; i++)
        numeric = numeric && rvx__is_digit(rvx__view_at(digits, i));
    require(numeric == (kind != RVX__PORT_NAME));
    require(kind == RVX__PORT_NUMBER || port == 0);
    rvx__buf_init(&buf, text, sizeof text);
    rvx__buf_add_dec(&buf, port);
    require(rvx__buf_finish(&buf) > 0);
    require(rvx__port_parse(rvx__buf_view(&buf), &again) == RVX__PORT_NUMBER && again == port);
}

static void fuzz_visible(struct rvx__view input)
{
    struct rvx__buf buf;
    size_t i;

    rvx__buf_init_heap(&buf, 1 << 20);
    rvx__buf_add_visible(&buf, input);
    require(rvx__buf_finish(&buf) >= 0);
    for (i = 0; i < buf.len; i++)
        require(!rvx__is_control((unsigned char)buf.data[i]));
    rvx__buf_fini(&buf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rvx__view input = rvx__view_of(data, size);

    fuzz_ip(input);
    fuzz_hostport(input);
    fuzz_network(input);
    fuzz_port(input);
    if (size < 100000)
        fuzz_visible(input);
    return 0;
}
