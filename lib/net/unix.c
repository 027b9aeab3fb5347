/* unix.c - Unix-domain addresses (unix(7)) and the files they leave behind
 *
 * A path takes at most 107 bytes, one less than fits, so that it always has its NUL; an abstract name takes all 108,
 * the first of which is NUL and shows as '@'.
 *
 * Binding makes a file that outlives the socket. We remove ours when we close, before we close, so that nobody finds
 * a file without a server behind it. Unlike Go we look first whether it still is ours: when a new server has put its
 * socket in the place of the old one, the old one leaves it alone. What can change between looking and removing,
 * changes; there is no system call that does both. A file left by a server that died is not removed: that is for the
 * program to decide.
 */
#include <config.h>

#include "net/unix.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

int rvx__unix_addr(struct rvx__view path, struct rvx_addr *addr)
{
    bool abstract = rvx__view_at(path, 0) == '@';

    memset(addr, 0, sizeof *addr);
    if (path.len >= RVX_PATH_SIZE + (abstract ? 1u : 0u))
        return -EINVAL;
    addr->family = RVX_FAMILY_UNIX;
    addr->path_len = (uint8_t)path.len;
    if (path.len > 0)
        memcpy(addr->path, path.data, path.len);
    if (abstract)
        addr->path[0] = '\0';
    return 0;
}

/* The path of a socket that has a file; NULL for an unnamed or abstract one. */
static const char *file_path(const struct rvx_addr *addr, char path[RVX_PATH_SIZE + 1])
{
    if (addr->family != RVX_FAMILY_UNIX || addr->path_len == 0 || addr->path[0] == '\0')
        return NULL;
    memcpy(path, addr->path, addr->path_len);
    path[addr->path_len] = '\0';
    return path;
}

void rvx__unix_own(struct rvx__listener_socket *socket)
{
    char buf[RVX_PATH_SIZE + 1];
    const char *path = file_path(&socket->addr, buf);
    struct stat st;

    if (path == NULL || lstat(path, &st) < 0)
        return;
    socket->owns_file = true;
    socket->dev = st.st_dev;
    socket->ino = st.st_ino;
}

void rvx__unix_remove(struct rvx__listener_socket *socket, const struct rvx__sockops *ops)
{
    char buf[RVX_PATH_SIZE + 1];
    const char *path = file_path(&socket->addr, buf);
    struct stat st;

    if (!socket->owns_file || path == NULL)
        return;
    socket->owns_file = false;
    if (lstat(path, &st) == 0 && st.st_dev == socket->dev && st.st_ino == socket->ino)
        ops->unlink(ops->self, path);
}
