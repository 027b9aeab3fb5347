/* ops.h - the system calls on sockets, as a table
 *
 * Everything above this folder reaches the kernel's sockets through a struct rvx__sockops, so that tests can make any
 * call fail, or be slow, or lie. Every slot is REQUIRED and returns what the system call returns on success and -errno
 * on failure; EINTR is retried inside where the call may be restarted (not poll, whose caller has a deadline).
 * Whoever uses sendmmsg and recvmmsg does without them where the kernel says -ENOSYS.
 */
#ifndef RVX_SOCK_OPS_H
#define RVX_SOCK_OPS_H

#include <poll.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>

struct rvx__sockops {
    int (*socket)(void *self, int family, int type, int protocol); /* adds SOCK_NONBLOCK | SOCK_CLOEXEC */
    int (*bind)(void *self, int fd, const struct sockaddr *sa, socklen_t len);
    int (*listen)(void *self, int fd, int backlog);
    int (*accept)(void *self, int fd, struct sockaddr *sa, socklen_t *len); /* accept4 with NONBLOCK | CLOEXEC */
    int (*connect)(void *self, int fd, const struct sockaddr *sa, socklen_t len);
    int (*getsockname)(void *self, int fd, struct sockaddr *sa, socklen_t *len);
    int (*getpeername)(void *self, int fd, struct sockaddr *sa, socklen_t *len);
    int (*getsockopt)(void *self, int fd, int level, int name, void *value, socklen_t *len);
    int (*setsockopt)(void *self, int fd, int level, int name, const void *value, socklen_t len);
    ssize_t (*recv)(void *self, int fd, void *data, size_t len, int flags);
    ssize_t (*send)(void *self, int fd, const void *data, size_t len, int flags); /* adds MSG_NOSIGNAL */
    ssize_t (*sendmsg)(void *self, int fd, const struct msghdr *msg, int flags);  /* adds MSG_NOSIGNAL */
    int (*sendmmsg)(void *self, int fd, struct mmsghdr *msgs, unsigned n, int flags); /* adds MSG_NOSIGNAL */
    int (*recvmmsg)(void *self, int fd, struct mmsghdr *msgs, unsigned n, int flags);
    int (*shutdown)(void *self, int fd, int how);
    int (*close)(void *self, int fd); /* the descriptor is gone whatever is returned */
    int (*dup)(void *self, int fd);   /* F_DUPFD_CLOEXEC */
    int (*unlink)(void *self, const char *path);
    void *self;
};

/* The kernel. */
extern const struct rvx__sockops rvx__sockops_system;

#endif
