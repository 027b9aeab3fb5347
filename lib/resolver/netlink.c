/* netlink.c - what the kernel says about its network: rtnetlink(7)
 *
 * Two kinds of sockets. One hears of changes for as long as somebody wants to know; what has changed is of no interest
 * here, so its messages are counted and not read. Questions have a socket of their own each, so that answers and news
 * do not mix, and closing it is all it takes to leave the rest of a long answer.
 *
 * The kernel answers within the call that asks: nothing here waits. Only it, and programs with CAP_NET_ADMIN, can send
 * to these sockets, so senders are not checked; lengths are all the same.
 */
#include <config.h>

#include "resolver/netlink.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>

#include "base/mem.h"

#define HEADER_MAX 32
#define ANSWER_SIZE 32768 /* the kernel makes no longer messages of its own accord; a shorter buffer loses the rest */
#define NEWS_MAX 256      /* messages taken at a time; who gets more news than that has to start afresh anyway */
#define SEQUENCE 1        /* one question for each socket */

#define GROUP(group) (1u << ((group)-1))

static const uint32_t groups = GROUP(RTNLGRP_LINK) | GROUP(RTNLGRP_IPV4_IFADDR) | GROUP(RTNLGRP_IPV4_ROUTE) |
                               GROUP(RTNLGRP_IPV4_RULE) | GROUP(RTNLGRP_IPV6_IFADDR) | GROUP(RTNLGRP_IPV6_ROUTE) |
                               GROUP(RTNLGRP_IPV6_RULE) | GROUP(RTNLGRP_NEXTHOP);

int rvx__netlink_watch(const struct rvx__sockops *ops)
{
    const struct sockaddr_nl sa = {.nl_family = AF_NETLINK, .nl_groups = groups};
    int fd = ops->socket(ops->self, AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
    int rc;

    if (fd < 0)
        return fd;
    rc = ops->bind(ops->self, fd, (const struct sockaddr *)&sa, sizeof sa);
    if (rc == 0)
        return fd;
    ops->close(ops->self, fd);
    return rc;
}

/* More than there was room for comes as ENOBUFS, once. */
int rvx__netlink_changed(const struct rvx__sockops *ops, int fd)
{
    char start[sizeof(struct nlmsghdr)];
    int changed = 0;
    unsigned n;

    for (n = 0; n < NEWS_MAX; n++) {
        ssize_t rc = ops->recv(ops->self, fd, start, sizeof start, MSG_DONTWAIT);

        if (rc == -EAGAIN)
            break;
        if (rc <= 0 && rc != -ENOBUFS)
            return rc < 0 ? (int)rc : -EBADF; /* netlink knows no end: it is another kind of socket */
        changed = 1;
    }
    return changed;
}

bool rvx__netlink_take(struct rvx__view *body, void *to, size_t len)
{
    if (body->len < len)
        return false;
    memcpy(to, body->data, len);
    *body = rvx__view_from(*body, NLMSG_ALIGN(len));
    return true;
}

bool rvx__netlink_take_attr(struct rvx__view *attrs, uint16_t *type, struct rvx__view *value)
{
    struct rvx__view rest = *attrs;
    struct rtattr attr;

    if (!rvx__netlink_take(&rest, &attr, sizeof attr) || attr.rta_len < sizeof attr || attr.rta_len > attrs->len)
        return false;
    *type = attr.rta_type & (uint16_t)NLA_TYPE_MASK;
    *value = rvx__view_to(rest, attr.rta_len - sizeof attr);
    *attrs = rvx__view_from(*attrs, RTA_ALIGN(attr.rta_len));
    return true;
}

uint32_t rvx__netlink_u32(struct rvx__view value)
{
    uint32_t number = 0;

    rvx__netlink_take(&value, &number, sizeof number);
    return number;
}

static int send_question(const struct rvx__sockops *ops, int fd, const struct rvx__netlink_question *question)
{
    struct {
        struct nlmsghdr head;
        char header[HEADER_MAX];
    } message = {.head = {
                     .nlmsg_len = (uint32_t)NLMSG_LENGTH(question->header_len),
                     .nlmsg_type = question->type,
                     .nlmsg_flags = (uint16_t)(NLM_F_REQUEST | (question->dump ? NLM_F_DUMP : 0)),
                     .nlmsg_seq = SEQUENCE,
                 }};
    ssize_t rc;

    memcpy(message.header, question->header, question->header_len);
    rc = ops->send(ops->self, fd, &message, message.head.nlmsg_len, 0);
    return rc < 0 ? (int)rc : 0;
}

static int read_error(struct rvx__view body)
{
    struct nlmsgerr error;

    if (!rvx__netlink_take(&body, &error, sizeof error))
        return -EBADMSG;
    return error.error < 0 ? error.error : 0;
}

/* Reads the messages of one datagram.  Returns: 1: more will come; 0: that was all; -errno. */
static int read_datagram(struct rvx__view datagram, rvx__netlink_fn take, void *arg)
{
    bool more = false;

    while (datagram.len > 0) {
        struct rvx__view body = datagram;
        struct nlmsghdr head;

        if (!rvx__netlink_take(&body, &head, sizeof head) || head.nlmsg_len < sizeof head ||
            head.nlmsg_len > datagram.len)
            return -EBADMSG;
        body = rvx__view_to(body, head.nlmsg_len - sizeof head);
        datagram = rvx__view_from(datagram, NLMSG_ALIGN(head.nlmsg_len));
        if (head.nlmsg_seq != SEQUENCE)
            continue;
        if ((head.nlmsg_flags & NLM_F_DUMP_INTR) != 0)
            return -EINTR;
        if (head.nlmsg_type == NLMSG_DONE)
            return 0;
        if (head.nlmsg_type == NLMSG_ERROR)
            return read_error(body);
        if (head.nlmsg_type >= NLMSG_MIN_TYPE && !take(arg, head.nlmsg_type, body))
            return 0;
        more = (head.nlmsg_flags & NLM_F_MULTI) != 0;
    }
    return more;
}

static int read_answers(const struct rvx__sockops *ops, int fd, char *buffer, rvx__netlink_fn take, void *arg)
{
    int rc;

    do {
        ssize_t n = ops->recv(ops->self, fd, buffer, ANSWER_SIZE, MSG_DONTWAIT | MSG_TRUNC);

        if (n < 0)
            return (int)n;
        if (n == 0 || n > ANSWER_SIZE)
            return -EBADMSG;
        rc = read_datagram(rvx__view_of(buffer, (size_t)n), take, arg);
    } while (rc > 0);
    return rc;
}

int rvx__netlink_ask(const struct rvx__sockops *ops, const struct rvx__netlink_question *question, rvx__netlink_fn take,
                     void *arg)
{
    char *buffer = rvx__malloc(ANSWER_SIZE);
    int fd = -1;
    int rc = -ENOMEM;

    if (buffer == NULL)
        goto out;
    rc = fd = ops->socket(ops->self, AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
    if (rc < 0)
        goto out;
    rc = send_question(ops, fd, question);
    if (rc == 0)
        rc = read_answers(ops, fd, buffer, take, arg);
out:
    if (fd >= 0)
        ops->close(ops->self, fd);
    rvx__free(buffer);
    return rc;
}
