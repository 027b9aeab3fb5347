/* be_myhostname.c - the backend that knows this machine's own names, as systemd's nss-myhostname(8) does
 *
 *     the host's name             the addresses of its interfaces; 127.0.0.2 and ::1 if there are none
 *     localhost and below, localhost.localdomain and below    the loopback addresses
 *     _gateway                    the gateways of the default routes, best metric first
 *     _outbound                   the addresses of the interfaces those routes lead out of
 *
 * and the other way, by address:
 *
 *     127.0.0.1, ::1              localhost, and of ::1 then the host's name
 *     127.0.0.2, an address of an interface                   the host's name
 *     a gateway of a default route                            _gateway
 *
 * Everything is asked of the kernel anew: it takes some microseconds, and no answer is ever old. Routes are read from
 * /proc/net; one that is not there has no routes. Families that were not asked for are left out by the request.
 *
 * Deliberately not done: for _outbound, finding the very address that packets would leave with. Where an interface has
 * several, they all come. And for 127.0.0.1 the host's name: that machine calls it localhost, whatever its own name.
 */
#include <config.h>

#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/view.h"
#include "resolver/backends.h"

#define HOSTNAME_SIZE 256
#define ROUTES_SIZE 65536 /* of a table of routes; default routes stand in front of it */
#define GATEWAYS_MAX 16

#define ROUTE_UP 0x1u
#define ROUTE_GATEWAY 0x2u
#define ROUTE_REJECT 0x200u

const struct rvx__machine rvx__machine_system = {
    .hostname = gethostname,
    .getifaddrs = getifaddrs,
    .freeifaddrs = freeifaddrs,
    .route_path = "/proc/net/route",
    .route6_path = "/proc/net/ipv6_route",
};

/* A default route. */
struct gateway {
    struct rvx_addr addr;
    uint32_t metric;
    char interface[RVX_ZONE_SIZE];
};

/* The best ones, in order. */
struct gateways {
    struct gateway v[GATEWAYS_MAX];
    unsigned n;
};

static void add_text(struct rvx_request *request, const char *text)
{
    struct rvx_addr addr;

    if (rvx_addr_parse(text, &addr) == 0)
        rvx_request_add_addr(request, &addr);
}

/* The address of an interface that is up.  interface: NULL for any but the loopback.  False: it has none such. */
static bool read_interface(const struct ifaddrs *it, const char *interface, struct rvx_addr *addr)
{
    socklen_t len = 0;

    if (it->ifa_addr == NULL || (it->ifa_flags & IFF_UP) == 0)
        return false;
    if (interface != NULL ? strcmp(it->ifa_name, interface) != 0 : (it->ifa_flags & IFF_LOOPBACK) != 0)
        return false;
    if (it->ifa_addr->sa_family == AF_INET)
        len = sizeof(struct sockaddr_in);
    else if (it->ifa_addr->sa_family == AF_INET6)
        len = sizeof(struct sockaddr_in6);
    return len > 0 && rvx_addr_from_sockaddr(it->ifa_addr, len, addr) == 0;
}

/* Are they the same? Of a link-local address without a zone nobody has said on which link it is. */
static bool is_same_host(const struct rvx_addr *own, const struct rvx_addr *asked)
{
    if (own->family != asked->family || memcmp(own->ip, asked->ip, sizeof own->ip) != 0)
        return false;
    return asked->zone[0] == '\0' || own->zone[0] == '\0' || strcmp(own->zone, asked->zone) == 0;
}

/* Returns how many there are of either family, asked for or not; negative: -errno. */
static int add_interfaces(struct rvx_request *request, const struct rvx__machine *machine, const char *interface)
{
    struct ifaddrs *list;
    int n = 0;

    if (machine->getifaddrs(&list) < 0)
        return errno != 0 ? -errno : -ENOMEM;
    for (const struct ifaddrs *it = list; it != NULL; it = it->ifa_next) {
        struct rvx_addr addr;

        if (read_interface(it, interface, &addr))
            rvx_request_add_addr(request, &addr);
        n += it->ifa_addr != NULL && (it->ifa_flags & IFF_LOOPBACK) == 0 && it->ifa_addr->sa_family != AF_PACKET;
    }
    machine->freeifaddrs(list);
    return n;
}

static enum rvx_status answer_hostname(struct rvx_request *request, const struct rvx__machine *machine,
                                       const char *hostname)
{
    int n = add_interfaces(request, machine, NULL);

    if (n <= 0) {
        add_text(request, "127.0.0.2");
        add_text(request, "::1");
    }
    rvx_request_set_canonical(request, hostname);
    return RVX_STATUS_SUCCESS;
}

static enum rvx_status answer_localhost(struct rvx_request *request)
{
    add_text(request, "::1");
    add_text(request, "127.0.0.1");
    rvx_request_set_canonical(request, "localhost");
    return RVX_STATUS_SUCCESS;
}

/* Reads what there is of a file; no bytes if it is not there. */
static struct rvx__view read_file(const char *path, char *bytes)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    size_t len = 0;

    if (fd < 0)
        return rvx__view_of(bytes, 0);
    while (len < ROUTES_SIZE) {
        ssize_t n = read(fd, bytes + len, ROUTES_SIZE - len);

        if (n == 0 || (n < 0 && errno != EINTR))
            break;
        if (n > 0)
            len += (size_t)n;
    }
    close(fd);
    return rvx__view_of(bytes, len);
}

/* Reads a number of up to 8 hexadecimal digits. */
static bool parse_hex(struct rvx__view text, uint32_t *number)
{
    *number = 0;
    if (text.len == 0 || text.len > 8)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        int digit = rvx__hex_value(rvx__view_at(text, i));

        if (digit < 0)
            return false;
        *number = *number << 4 | (uint32_t)digit;
    }
    return true;
}

/* Reads 32 hexadecimal digits. */
static bool parse_v6(struct rvx__view text, struct rvx_addr *addr)
{
    *addr = (struct rvx_addr){.family = RVX_FAMILY_IPV6};
    if (text.len != 32)
        return false;
    for (size_t i = 0; i < 16; i++) {
        uint32_t byte;

        if (!parse_hex(rvx__view_to(rvx__view_from(text, 2 * i), 2), &byte))
            return false;
        addr->ip[i] = (uint8_t)byte;
    }
    return true;
}

/* Puts a route in its place among those with a better metric and those that came before it. */
static void insert_gateway(struct gateways *gateways, const struct gateway *gateway)
{
    unsigned at = gateways->n;

    while (at > 0 && gateways->v[at - 1].metric > gateway->metric)
        at--;
    if (at == GATEWAYS_MAX)
        return;
    if (gateways->n < GATEWAYS_MAX)
        gateways->n++;
    memmove(&gateways->v[at + 1], &gateways->v[at], (gateways->n - at - 1) * sizeof gateways->v[0]);
    gateways->v[at] = *gateway;
}

static bool set_interface(struct gateway *gateway, struct rvx__view name)
{
    if (name.len == 0 || name.len >= sizeof gateway->interface)
        return false;
    memcpy(gateway->interface, name.data, name.len);
    gateway->interface[name.len] = '\0';
    return true;
}

static bool is_default(uint32_t flags)
{
    return (flags & (ROUTE_UP | ROUTE_GATEWAY | ROUTE_REJECT)) == (ROUTE_UP | ROUTE_GATEWAY);
}

/* A line of /proc/net/route: interface, destination, gateway, flags, two counts, metric, mask, ... where addresses are
 * numbers in the machine's byte order. */
static void read_route(struct gateways *gateways, struct rvx__view line)
{
    struct gateway gateway = {.addr = {.family = RVX_FAMILY_IPV4}};
    struct rvx__view word[8];
    uint32_t to, via, flags, mask;

    for (int i = 0; i < 8; i++) {
        if (!rvx__view_take_word(&line, &word[i]))
            return;
    }
    if (!parse_hex(word[1], &to) || !parse_hex(word[2], &via) || !parse_hex(word[3], &flags) ||
        !rvx__view_take_dec(&word[6], UINT32_MAX, &gateway.metric) || !parse_hex(word[7], &mask))
        return;
    if (to != 0 || mask != 0 || !is_default(flags) || !set_interface(&gateway, word[0]))
        return;
    memcpy(gateway.addr.ip, &via, sizeof via);
    insert_gateway(gateways, &gateway);
}

/* A line of /proc/net/ipv6_route: destination, its length, source, its length, gateway, metric, two counts, flags,
 * interface. */
static void read_route6(struct gateways *gateways, struct rvx__view line)
{
    struct gateway gateway;
    struct rvx__view word[10];
    uint32_t to_len, from_len, flags;

    for (int i = 0; i < 10; i++) {
        if (!rvx__view_take_word(&line, &word[i]))
            return;
    }
    if (!parse_hex(word[1], &to_len) || !parse_hex(word[3], &from_len) || !parse_v6(word[4], &gateway.addr) ||
        !parse_hex(word[5], &gateway.metric) || !parse_hex(word[8], &flags))
        return;
    if (to_len != 0 || from_len != 0 || !is_default(flags) || !set_interface(&gateway, word[9]))
        return;
    if (gateway.addr.ip[0] == 0xfe && (gateway.addr.ip[1] & 0xc0) == 0x80)
        memcpy(gateway.addr.zone, gateway.interface, sizeof gateway.addr.zone);
    insert_gateway(gateways, &gateway);
}

static int find_gateways(struct gateways *gateways, const struct rvx__machine *machine)
{
    char *bytes = rvx__malloc(ROUTES_SIZE);
    struct rvx__view rest, line;

    gateways->n = 0;
    if (bytes == NULL)
        return -ENOMEM;
    rest = read_file(machine->route_path, bytes);
    while (rvx__view_take_line(&rest, &line))
        read_route(gateways, line);
    rest = read_file(machine->route6_path, bytes);
    while (rvx__view_take_line(&rest, &line))
        read_route6(gateways, line);
    rvx__free(bytes);
    return 0;
}

static enum rvx_status answer_routes(struct rvx_request *request, const struct rvx__machine *machine, bool outbound)
{
    struct gateways gateways;
    int rc = find_gateways(&gateways, machine);

    for (unsigned i = 0; i < gateways.n && rc >= 0; i++) {
        if (outbound)
            rc = add_interfaces(request, machine, gateways.v[i].interface);
        else
            rc = rvx_request_add_addr(request, &gateways.v[i].addr);
    }
    if (rc < 0)
        return RVX_STATUS_TRYAGAIN;
    rvx_request_set_canonical(request, rvx_request_name(request));
    return gateways.n > 0 ? RVX_STATUS_SUCCESS : RVX_STATUS_NOTFOUND;
}

static bool is_at_or_below(struct rvx__view name, const char *dotted)
{
    return rvx__view_is_fold(name, dotted + 1) || rvx__view_ends_fold(name, dotted);
}

static bool read_hostname(const struct rvx__machine *machine, char hostname[HOSTNAME_SIZE])
{
    bool ok = machine->hostname(hostname, HOSTNAME_SIZE) >= 0;

    hostname[HOSTNAME_SIZE - 1] = '\0';
    return ok;
}

static enum rvx_status answer_name(struct rvx_request *request, const struct rvx__machine *machine)
{
    struct rvx__view name = rvx__view_text(rvx_request_name(request));
    char hostname[HOSTNAME_SIZE];

    if (rvx__view_ends_fold(name, "."))
        name = rvx__view_to(name, name.len - 1);
    if (is_at_or_below(name, ".localhost") || is_at_or_below(name, ".localhost.localdomain"))
        return answer_localhost(request);
    if (rvx__view_is_fold(name, "_gateway"))
        return answer_routes(request, machine, false);
    if (rvx__view_is_fold(name, "_outbound"))
        return answer_routes(request, machine, true);
    if (!read_hostname(machine, hostname))
        return RVX_STATUS_UNAVAIL;
    if (name.len == 0 || !rvx__view_is_fold(name, hostname))
        return RVX_STATUS_NOTFOUND;
    return answer_hostname(request, machine, hostname);
}

static bool is_text(const struct rvx_addr *addr, const char *text)
{
    struct rvx_addr other;

    return rvx_addr_parse(text, &other) == 0 && rvx_addr_equal(&other, addr);
}

/* Is it one of an interface that is up, but the loopback?  Returns: 1 or 0; -errno. */
static int is_own(const struct rvx_addr *addr, const struct rvx__machine *machine)
{
    struct ifaddrs *list;
    int found = 0;

    if (machine->getifaddrs(&list) < 0)
        return errno != 0 ? -errno : -ENOMEM;
    for (const struct ifaddrs *it = list; it != NULL && !found; it = it->ifa_next) {
        struct rvx_addr own;

        found = read_interface(it, NULL, &own) && is_same_host(&own, addr);
    }
    machine->freeifaddrs(list);
    return found;
}

/* Returns: 1 or 0; -ENOMEM. */
static int is_gateway(const struct rvx_addr *addr, const struct rvx__machine *machine)
{
    struct gateways gateways;
    int rc = find_gateways(&gateways, machine);

    if (rc < 0)
        return rc;
    for (unsigned i = 0; i < gateways.n; i++) {
        if (is_same_host(&gateways.v[i].addr, addr))
            return 1;
    }
    return 0;
}

static enum rvx_status add_hostname(struct rvx_request *request, const struct rvx__machine *machine)
{
    char hostname[HOSTNAME_SIZE];

    if (!read_hostname(machine, hostname))
        return RVX_STATUS_UNAVAIL;
    rvx_request_add_name(request, hostname);
    return RVX_STATUS_SUCCESS;
}

static enum rvx_status answer_addr(struct rvx_request *request, const struct rvx__machine *machine)
{
    const struct rvx_addr *addr = rvx_request_addr(request);
    int rc;

    if (is_text(addr, "127.0.0.1") || is_text(addr, "::1")) {
        rvx_request_add_name(request, "localhost");
        if (addr->family == RVX_FAMILY_IPV6)
            add_hostname(request, machine);
        return RVX_STATUS_SUCCESS;
    }
    rc = is_text(addr, "127.0.0.2") ? 1 : is_own(addr, machine);
    if (rc > 0)
        return add_hostname(request, machine);
    if (rc == 0)
        rc = is_gateway(addr, machine);
    if (rc > 0)
        rvx_request_add_name(request, "_gateway");
    if (rc < 0)
        return RVX_STATUS_TRYAGAIN;
    return rc > 0 ? RVX_STATUS_SUCCESS : RVX_STATUS_NOTFOUND;
}

static void start(void *backend, struct rvx_request *request)
{
    bool by_addr = rvx_request_kind(request) == RVX_REQUEST_ADDR;

    rvx_request_finish(request, by_addr ? answer_addr(request, backend) : answer_name(request, backend), 0);
}

const struct rvx_backend_ops rvx__be_myhostname = {
    .abi = RVX_BACKEND_ABI,
    .name = "myhostname",
    .caps = RVX_BACKEND_HOST | RVX_BACKEND_ADDR | RVX_BACKEND_AT_ONCE,
    .start = start,
};
