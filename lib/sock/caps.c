/* caps.c - what this machine's sockets can do
 *
 * Model: the only honest answer to "is there IPv6 here?" is to bind a socket, as kernels are built, booted, contained
 * and configured without one family or the other in more ways than can be looked up. What is asked, and of which
 * addresses, follows Go (net/ipsock_posix.go, the comments on its three probes): bind only, so that no packet is sent
 * and no port stays taken.
 *
 * The backlog is net.core.somaxconn: the kernel caps listen(2) there anyway, and the constant in the C library's header
 * is that of the kernel it was built with.
 *
 * Not done: caching. The resolver keeps the answer with its configuration.
 */
#include <config.h>

#include "sock/caps.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <unistd.h>

#include "base/view.h"
#include "sock/sock.h"

static bool can_bind(const struct rvx__sockops *ops, const struct in6_addr *ip, int v6only)
{
    struct sockaddr_in6 sa = {.sin6_family = AF_INET6, .sin6_addr = *ip};
    int fd = ops->socket(ops->self, AF_INET6, SOCK_STREAM, IPPROTO_TCP);
    int result;

    if (fd < 0)
        return false;
    result = rvx__sock_set_int(ops, fd, IPPROTO_IPV6, IPV6_V6ONLY, v6only);
    if (result == 0)
        result = ops->bind(ops->self, fd, (const struct sockaddr *)&sa, sizeof sa);
    ops->close(ops->self, fd);
    return result == 0;
}

static bool can_make_ipv4(const struct rvx__sockops *ops)
{
    int fd = ops->socket(ops->self, AF_INET, SOCK_STREAM, IPPROTO_TCP);

    if (fd >= 0)
        ops->close(ops->self, fd);
    return fd >= 0;
}

struct rvx__caps rvx__caps_probe(const struct rvx__sockops *ops)
{
    static const struct in6_addr mapped_loopback = {.s6_addr = {[10] = 0xff, [11] = 0xff, [12] = 127, [15] = 1}};
    struct rvx__caps caps;

    caps.ipv4 = can_make_ipv4(ops);
    caps.ipv6 = can_bind(ops, &in6addr_loopback, 1);
    caps.mapped = can_bind(ops, &mapped_loopback, 0);
    return caps;
}

/* Reads the start of a file: the number of bytes, 0 if there are none or it cannot be read. */
static size_t read_start(const char *path, char *data, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n;

    if (fd < 0)
        return 0;
    do {
        n = read(fd, data, size);
    } while (n < 0 && errno == EINTR);
    close(fd);
    return n > 0 ? (size_t)n : 0;
}

int rvx__caps_backlog(const char *path)
{
    char data[64];
    struct rvx__view text = rvx__view_trim(rvx__view_of(data, read_start(path, data, sizeof data)));
    uint32_t number = 0;

    if (!rvx__view_take_dec(&text, INT_MAX, &number) || number == 0)
        return SOMAXCONN;
    return (int)number;
}
