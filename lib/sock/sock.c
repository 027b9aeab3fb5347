/* sock.c - short sequences of socket calls that everything above shares
 *
 * Model: an operation table, a descriptor, a value. Policy, such as which options a listener sets and in which order,
 * is not here but with those who make listeners and connections.
 */
#include <config.h>

#include "sock/sock.h"

int rvx__sock_set_int(const struct rvx__sockops *ops, int fd, int level, int name, int value)
{
    return ops->setsockopt(ops->self, fd, level, name, &value, sizeof value);
}

int rvx__sock_get_int(const struct rvx__sockops *ops, int fd, int level, int name, int *value)
{
    socklen_t len = sizeof *value;

    *value = 0;
    return ops->getsockopt(ops->self, fd, level, name, value, &len);
}

typedef int (*name_fn)(void *self, int fd, struct sockaddr *sa, socklen_t *len);

static int get_name(const struct rvx__sockops *ops, name_fn get, int fd, struct rvx_addr *addr)
{
    struct sockaddr_storage storage = {0};
    socklen_t len = sizeof storage;
    int result;

    *addr = (struct rvx_addr){0};
    result = get(ops->self, fd, (struct sockaddr *)&storage, &len);
    if (result == 0)
        result = rvx_addr_from_sockaddr((const struct sockaddr *)&storage, len, addr);
    if (result == 0)
        rvx_addr_unmap(addr);
    else
        *addr = (struct rvx_addr){0};
    return result;
}

int rvx__sock_local(const struct rvx__sockops *ops, int fd, struct rvx_addr *addr)
{
    return get_name(ops, ops->getsockname, fd, addr);
}

int rvx__sock_remote(const struct rvx__sockops *ops, int fd, struct rvx_addr *addr)
{
    return get_name(ops, ops->getpeername, fd, addr);
}
