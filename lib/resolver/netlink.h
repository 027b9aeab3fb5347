/* netlink.h - what the kernel says about its network: rtnetlink(7) */
#ifndef RVX_RESOLVER_NETLINK_H
#define RVX_RESOLVER_NETLINK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/view.h"
#include "sock/ops.h"

/* Opens a socket that hears of changes to links, addresses, routes, next hops and rules.
 * Returns: it, or -errno where there is no netlink, or none for us. */
int rvx__netlink_watch(const struct rvx__sockops *ops);

/* Takes what has come in on such a socket, without waiting.
 * Returns: 1: something has changed, or may have; 0: nothing; -errno: the socket is of no use any more. */
int rvx__netlink_changed(const struct rvx__sockops *ops, int fd);

/* A question: `header` is the structure that belongs to its type, a multiple of 4 bytes and 32 at most. */
struct rvx__netlink_question {
    uint16_t type;
    bool dump; /* everything there is, instead of one thing */
    const void *header;
    size_t header_len;
};

/* Takes one answer. body: the structure that belongs to its type, with attributes behind it.
 * Returns: false if that is enough. */
typedef bool (*rvx__netlink_fn)(void *arg, uint16_t type, struct rvx__view body);

/* Asks, and hands over the answers.
 * Returns: 0; -ENOMEM; -EINTR if things changed meanwhile and the answers do not go together; other -errno. */
int rvx__netlink_ask(const struct rvx__sockops *ops, const struct rvx__netlink_question *question, rvx__netlink_fn take,
                     void *arg);

/* Takes a structure from the front.  False, and *to untouched, if there is not so much. */
bool rvx__netlink_take(struct rvx__view *body, void *to, size_t len);

/* Takes an attribute.  False at the end. */
bool rvx__netlink_take_attr(struct rvx__view *attrs, uint16_t *type, struct rvx__view *value);

/* The number in an attribute; 0 if it is too short for one. */
uint32_t rvx__netlink_u32(struct rvx__view value);

#endif
