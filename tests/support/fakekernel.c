/* fakekernel.c - a kernel made of tables, as far as source addresses are concerned */
#include "support/test.h"

#include "support/fakekernel.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/if_arp.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>

#include "addr/ip.h"

enum { FD_PROBE = 1000, FD_WATCH, FD_QUESTION };

struct rvx_addr addr_of(const char *text)
{
    struct rvx_addr addr;

    assert_int_equal(rvx_addr_parse(text, &addr), 0);
    return addr;
}

/* The kernel's decision. */

static const struct route *find_route(const struct kernel *kernel, const struct rvx_addr *to)
{
    const struct route *best = NULL;

    for (size_t i = 0; i < kernel->routes_n; i++) {
        const struct route *route = &kernel->routes[i];

        if (route->to.family == to->family && rvx__prefix_match(&route->to, to) &&
            (best == NULL || route->to.bits > best->to.bits))
            best = route;
    }
    return best;
}

static unsigned hash_of(const struct rvx_addr *addr)
{
    unsigned hash = 0;

    for (size_t i = 0; i < 16; i++)
        hash = hash * 31 + addr->ip[i];
    return hash >> 3;
}

/* Among the machine's addresses of that family: the preferred one, the hash's, or the one with most in common. */
const struct own *choose(const struct kernel *kernel, const struct rvx_addr *to)
{
    const struct route *route = find_route(kernel, to);
    const struct own *best = NULL, *mine[KERNEL_OWN_MAX];
    unsigned n = 0, common, most = 0;

    if (route == NULL || route->unreachable)
        return NULL;
    for (size_t i = 0; i < kernel->own_n; i++) {
        if (kernel->own[i].addr.family != to->family)
            continue;
        mine[n++] = &kernel->own[i];
        if (route->from.family != 0 && rvx__prefix_match(&route->from, &kernel->own[i].addr))
            return &kernel->own[i];
        common = rvx__ip_common_bits(to->ip, kernel->own[i].addr.ip, to->family == RVX_FAMILY_IPV6 ? 128 : 0);
        if (best == NULL || common > most) {
            best = &kernel->own[i];
            most = common;
        }
    }
    return route->several && n > 0 ? mine[hash_of(to) % n] : best;
}

/* Netlink messages. */

struct message {
    char bytes[1024];
    size_t len;
};

static void put(struct message *message, const void *bytes, size_t len)
{
    assert_true(message->len + len + 3 < sizeof message->bytes);
    memcpy(message->bytes + message->len, bytes, len);
    message->len = (message->len + len + 3) & ~(size_t)3;
}

static void put_attr(struct message *message, unsigned short type, const void *bytes, size_t len)
{
    const struct rtattr attr = {.rta_len = (unsigned short)(sizeof attr + len), .rta_type = type};

    put(message, &attr, sizeof attr);
    put(message, bytes, len);
}

static int family_of(uint8_t family)
{
    return family == RVX_FAMILY_IPV4 ? AF_INET : AF_INET6;
}

size_t size_of(uint8_t family)
{
    return family == RVX_FAMILY_IPV4 ? 4 : 16;
}

static void put_route(struct message *message, const struct route *route)
{
    const struct rtmsg header = {.rtm_family = (unsigned char)family_of(route->to.family),
                                 .rtm_dst_len = route->to.bits,
                                 .rtm_table = RT_TABLE_MAIN,
                                 .rtm_type = route->unreachable ? RTN_UNREACHABLE : RTN_UNICAST};
    const uint32_t table = RT_TABLE_MAIN;

    put(message, &header, sizeof header);
    put_attr(message, RTA_TABLE, &table, sizeof table);
    if (route->to.bits > 0)
        put_attr(message, RTA_DST, route->to.ip, size_of(route->to.family));
    if (route->several)
        put_attr(message, RTA_MULTIPATH, "\0\0\0\0\0\0\0", 8);
}

static void put_own(struct message *message, const struct own *own, uint32_t link)
{
    const struct ifaddrmsg header = {
        .ifa_family = (uint8_t)family_of(own->addr.family), .ifa_prefixlen = own->bits, .ifa_index = link};

    put(message, &header, sizeof header);
    put_attr(message, IFA_ADDRESS, own->addr.ip, size_of(own->addr.family));
    put_attr(message, IFA_FLAGS, &own->flags, sizeof own->flags);
}

static bool make_answer(struct kernel *kernel, struct message *message, uint16_t *type)
{
    size_t at = kernel->at++;
    struct route local = {.several = false};

    switch (kernel->type) {
    case RTM_GETROUTE:
        *type = RTM_NEWROUTE;
        if (at < kernel->routes_n) {
            put_route(message, &kernel->routes[at]);
        } else if (at < kernel->routes_n + kernel->own_n) {
            const struct own *own = &kernel->own[at - kernel->routes_n];

            local.to =
                (struct rvx__prefix){.family = own->addr.family, .bits = (uint8_t)(8 * size_of(own->addr.family))};
            memcpy(local.to.ip, own->addr.ip, 16);
            put_route(message, &local);
        }
        return at < kernel->routes_n + kernel->own_n;
    case RTM_GETADDR:
        *type = RTM_NEWADDR;
        if (at < kernel->own_n)
            put_own(message, &kernel->own[at], (uint32_t)at + 1);
        return at < kernel->own_n;
    case RTM_GETLINK:
        *type = RTM_NEWLINK;
        put(message,
            &(struct ifinfomsg){.ifi_index = (int)kernel->wanted,
                                .ifi_type = kernel->own[kernel->wanted - 1].link_type},
            sizeof(struct ifinfomsg));
        return true;
    default:
        return false;
    }
}

static ssize_t answer(struct kernel *kernel, char *data, size_t size)
{
    size_t len = 0;

    while (kernel->type != 0 && len + 2048 < size) {
        struct message message = {.len = sizeof(struct nlmsghdr)};
        struct nlmsghdr head = {.nlmsg_seq = 1, .nlmsg_flags = NLM_F_MULTI};
        int zero = 0;

        if (kernel->type == RTM_GETLINK)
            head.nlmsg_flags = 0;
        if (!make_answer(kernel, &message, &head.nlmsg_type)) {
            head.nlmsg_type = NLMSG_DONE;
            put(&message, &zero, sizeof zero);
        }
        if (head.nlmsg_type == NLMSG_DONE || kernel->type == RTM_GETLINK)
            kernel->type = 0;
        head.nlmsg_len = (uint32_t)message.len;
        memcpy(message.bytes, &head, sizeof head);
        memcpy(data + len, message.bytes, message.len);
        len += message.len;
    }
    if (len == 0)
        return -EAGAIN;
    return (ssize_t)(kernel->cut > 0 && kernel->cut < len ? kernel->cut : len);
}

/* Its system calls. */

static int fake_socket(void *self, int family, int type, int protocol)
{
    struct kernel *kernel = self;

    (void)type;
    (void)protocol;
    if (kernel->no_sockets != 0)
        return kernel->no_sockets;
    kernel->opened++;
    return family == AF_NETLINK ? FD_QUESTION : FD_PROBE; /* a bind makes it the one for changes */
}

static int fake_bind(void *self, int fd, const struct sockaddr *sa, socklen_t len)
{
    struct kernel *kernel = self;

    assert_int_equal(fd, FD_QUESTION);
    assert_int_equal(len, sizeof(struct sockaddr_nl));
    assert_int_not_equal(((const struct sockaddr_nl *)(const void *)sa)->nl_groups, 0);
    return kernel->no_watch;
}

static int fake_connect(void *self, int fd, const struct sockaddr *sa, socklen_t len)
{
    struct kernel *kernel = self;

    assert_int_equal(fd, FD_PROBE);
    assert_int_equal(rvx_addr_from_sockaddr(sa, len, &kernel->to), 0);
    assert_int_not_equal(kernel->to.port, 0);
    kernel->probes++;
    return choose(kernel, &kernel->to) != NULL ? 0 : -ENETUNREACH;
}

static int fake_getsockname(void *self, int fd, struct sockaddr *sa, socklen_t *len)
{
    struct kernel *kernel = self;
    struct sockaddr_storage from;

    assert_int_equal(fd, FD_PROBE);
    assert_int_equal(rvx_addr_to_sockaddr(&choose(kernel, &kernel->to)->addr, &from, len), 0);
    memcpy(sa, &from, *len);
    return 0;
}

static ssize_t fake_send(void *self, int fd, const void *data, size_t len, int flags)
{
    struct kernel *kernel = self;
    struct nlmsghdr head;
    struct ifinfomsg info;

    (void)flags;
    assert_int_equal(fd, FD_QUESTION);
    if (kernel->no_questions != 0)
        return kernel->no_questions;
    memcpy(&head, data, sizeof head);
    assert_int_equal(head.nlmsg_len, len);
    if (head.nlmsg_type == RTM_GETLINK) {
        memcpy(&info, (const char *)data + sizeof head, sizeof info);
        kernel->wanted = (uint32_t)info.ifi_index;
    }
    kernel->type = head.nlmsg_type;
    kernel->at = 0;
    kernel->questions++;
    return (ssize_t)len;
}

/* The two kinds of netlink sockets have one number here; who reads less than a header's worth wants news. */
static ssize_t fake_recv(void *self, int fd, void *data, size_t len, int flags)
{
    struct kernel *kernel = self;

    (void)flags;
    assert_int_equal(fd, FD_QUESTION);
    if (len > sizeof(struct nlmsghdr))
        return answer(kernel, data, len);
    if (kernel->overrun) {
        kernel->overrun = false;
        return -ENOBUFS;
    }
    if (kernel->news == 0)
        return -EAGAIN;
    kernel->news--;
    memset(data, 0, len);
    return (ssize_t)len;
}

static int fake_close(void *self, int fd)
{
    struct kernel *kernel = self;

    assert_true(fd >= FD_PROBE);
    kernel->closed++;
    return 0;
}

static rvx_time fake_now(void *self)
{
    return ((struct kernel *)self)->now;
}

struct kernel *make_kernel(void)
{
    struct kernel *kernel = calloc(1, sizeof *kernel);

    assert_non_null(kernel);
    kernel->ops = (struct rvx__sockops){
        .socket = fake_socket,
        .bind = fake_bind,
        .connect = fake_connect,
        .getsockname = fake_getsockname,
        .send = fake_send,
        .recv = fake_recv,
        .close = fake_close,
        .self = kernel,
    };
    kernel->clock = (struct rvx__clock){.now = fake_now, .coarse = fake_now, .self = kernel};
    kernel->now = RVX_SECONDS(100);
    return kernel;
}

struct route *add_route(struct kernel *kernel, const char *to)
{
    struct route *route = &kernel->routes[kernel->routes_n++];

    assert_true(kernel->routes_n <= KERNEL_ROUTES_MAX);
    memset(route, 0, sizeof *route);
    assert_true(rvx__prefix_parse(rvx__view_text(to), &route->to));
    return route;
}

void add_route_from(struct kernel *kernel, const char *to, const char *from)
{
    assert_true(rvx__prefix_parse(rvx__view_text(from), &add_route(kernel, to)->from));
}

struct own *add_own(struct kernel *kernel, const char *addr, uint8_t bits)
{
    struct own *own = &kernel->own[kernel->own_n++];

    *own = (struct own){.addr = addr_of(addr), .bits = bits, .link_type = ARPHRD_ETHER};
    return own;
}

struct kernel *make_usual_kernel(void)
{
    struct kernel *kernel = make_kernel();

    add_own(kernel, "192.0.2.9", 24);
    add_own(kernel, "10.8.0.2", 16);
    add_own(kernel, "2001:db8:1::9", 64);
    add_own(kernel, "2001:db8:8000::9", 64);
    add_own(kernel, "fd00::9", 64);
    add_route_from(kernel, "0.0.0.0/0", "192.0.2.9");
    add_route_from(kernel, "192.0.2.0/24", "192.0.2.9");
    add_route_from(kernel, "10.0.0.0/8", "10.8.0.2");
    add_route(kernel, "10.66.0.0/16")->unreachable = true;
    add_route_from(kernel, "172.16.0.0/12", "10.8.0.2");
    add_route(kernel, "::/0");
    add_route(kernel, "2001:db8:1::/64");
    add_route(kernel, "fd00::/8");
    add_route_from(kernel, "2001:db8:77::/48", "fd00::9");
    return kernel;
}
