/* addr.c - addresses as values: texts, comparison, and what kind of address it is
 *
 * The public face of ip.c and hostport.c, plus the questions programs ask. A v4-mapped IPv6 address is answered for as
 * the IPv4 address it maps: it prints as one, and is loopback or unspecified where that one is. Only rvx_addr_equal()
 * tells the two apart, since a socket does.
 */
#include <config.h>

#include <resolvx/addr.h>

#include <string.h>

#include "addr/hostport.h"
#include "addr/ip.h"
#include "base/buf.h"
#include "base/view.h"

int rvx_addr_parse(const char *text, struct rvx_addr *addr)
{
    return rvx__ip_parse(rvx__view_text(text), addr) ? 0 : RVX_EADDRINVALID;
}

int rvx_addr_parse_port(const char *text, struct rvx_addr *addr)
{
    struct rvx__view whole = rvx__view_text(text);
    struct rvx__view host, port;
    struct rvx_addr out;
    uint32_t number;
    int rc = rvx__hostport_split(whole, &host, &port);

    if (rc < 0)
        return rc;
    /* Brackets are for IPv6 only. */
    if (!rvx__ip_parse(host, &out) || (out.family == RVX_FAMILY_IPV4 && rvx__view_at(whole, 0) == '['))
        return RVX_EADDRINVALID;
    if (!rvx__view_take_dec(&port, UINT16_MAX, &number) || port.len > 0)
        return RVX_EPORTINVALID;
    out.port = (uint16_t)number;
    *addr = out;
    return 0;
}

static struct rvx__view path_view(const struct rvx_addr *addr)
{
    return rvx__view_to(rvx__view_of(addr->path, RVX_PATH_SIZE), addr->path_len);
}

/* NULs, the one in front of an abstract name and any inside it, show as '@'. */
static void print_path(struct rvx__buf *buf, const struct rvx_addr *addr)
{
    struct rvx__view rest = path_view(addr);
    char byte;

    if (rest.len == 0)
        rvx__buf_add_byte(buf, '@');
    while (rvx__view_take_byte(&rest, &byte))
        rvx__buf_add_byte(buf, byte != '\0' ? byte : '@');
}

const char *rvx_addr_host_text(const struct rvx_addr *addr, char buf[RVX_ADDR_STRLEN])
{
    struct rvx__buf out;

    rvx__buf_init(&out, buf, RVX_ADDR_STRLEN);
    if (addr->family == RVX_FAMILY_UNIX)
        print_path(&out, addr);
    else
        rvx__ip_print(&out, addr);
    rvx__buf_finish(&out);
    return buf;
}

const char *rvx_addr_text(const struct rvx_addr *addr, char buf[RVX_ADDR_STRLEN])
{
    bool brackets = !rvx_addr_is_ipv4(addr);
    struct rvx__buf out;

    if (addr->family != RVX_FAMILY_IPV4 && addr->family != RVX_FAMILY_IPV6)
        return rvx_addr_host_text(addr, buf);
    rvx__buf_init(&out, buf, RVX_ADDR_STRLEN);
    rvx__buf_add_text(&out, brackets ? "[" : "");
    rvx__ip_print(&out, addr);
    rvx__buf_add_text(&out, brackets ? "]:" : ":");
    rvx__buf_add_dec(&out, addr->port);
    rvx__buf_finish(&out);
    return buf;
}

bool rvx_addr_equal(const struct rvx_addr *a, const struct rvx_addr *b)
{
    if (a->family != b->family)
        return false;
    switch (a->family) {
    case RVX_FAMILY_IPV4:
        return a->port == b->port && memcmp(a->ip, b->ip, 4) == 0;
    case RVX_FAMILY_IPV6:
        return a->port == b->port && memcmp(a->ip, b->ip, 16) == 0 && strncmp(a->zone, b->zone, RVX_ZONE_SIZE) == 0;
    case RVX_FAMILY_UNIX:
        return rvx__view_eq(path_view(a), path_view(b));
    default:
        return true;
    }
}

void rvx_addr_unmap(struct rvx_addr *addr)
{
    if (!rvx__ip_is_mapped(addr))
        return;
    addr->family = RVX_FAMILY_IPV4;
    memset(addr->zone, 0, sizeof addr->zone);
    memmove(addr->ip, addr->ip + 12, 4);
    memset(addr->ip + 4, 0, 12);
}

bool rvx_addr_is_ipv4(const struct rvx_addr *addr)
{
    return addr->family == RVX_FAMILY_IPV4 || rvx__ip_is_mapped(addr);
}

bool rvx_addr_is_unspecified(const struct rvx_addr *addr)
{
    static const uint8_t zeros[16];

    if (rvx__ip_is_mapped(addr))
        return memcmp(addr->ip + 12, zeros, 4) == 0;
    if (addr->family == RVX_FAMILY_IPV4)
        return memcmp(addr->ip, zeros, 4) == 0;
    return addr->family == RVX_FAMILY_IPV6 && memcmp(addr->ip, zeros, 16) == 0;
}

bool rvx_addr_is_loopback(const struct rvx_addr *addr)
{
    static const uint8_t one[16] = {[15] = 1};

    if (rvx__ip_is_mapped(addr))
        return addr->ip[12] == 127;
    if (addr->family == RVX_FAMILY_IPV4)
        return addr->ip[0] == 127;
    return addr->family == RVX_FAMILY_IPV6 && memcmp(addr->ip, one, 16) == 0;
}
