/* test_sock.c - the table of socket calls on the real kernel, addresses of sockets, capabilities, backlog */
#include "support/test.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "sock/caps.h"
#include "sock/sock.h"

static const struct rvx__sockops *const ops = &rvx__sockops_system;

/* The linker puts this in the place of accept4(2). */
static int accept4_error;
int __real_accept4(int fd, struct sockaddr *sa, socklen_t *len, int flags);
int __wrap_accept4(int fd, struct sockaddr *sa, socklen_t *len, int flags);

int __wrap_accept4(int fd, struct sockaddr *sa, socklen_t *len, int flags)
{
    if (accept4_error == 0)
        return __real_accept4(fd, sa, len, flags);
    errno = accept4_error;
    return -1;
}

static void assert_flags(int fd)
{
    assert_true(fd >= 0);
    assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    assert_int_equal(fcntl(fd, F_GETFL) & O_NONBLOCK, O_NONBLOCK);
}

static int make_listener(struct sockaddr_in *sa)
{
    socklen_t len = sizeof *sa;
    int fd = ops->socket(ops->self, AF_INET, SOCK_STREAM, 0);

    assert_flags(fd);
    *sa = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    assert_int_equal(ops->bind(ops->self, fd, (const struct sockaddr *)sa, sizeof *sa), 0);
    assert_int_equal(ops->listen(ops->self, fd, 5), 0);
    assert_int_equal(ops->getsockname(ops->self, fd, (struct sockaddr *)sa, &len), 0);
    assert_int_not_equal(sa->sin_port, 0);
    return fd;
}

static void wait_for(int fd, short events)
{
    struct pollfd entry = {fd, events, 0};

    assert_int_equal(poll(&entry, 1, 20000), 1);
}

/* A connection over loopback; both ends non-blocking. */
static void make_connection(int listener, const struct sockaddr_in *sa, int *client, int *server)
{
    struct sockaddr_storage peer;
    socklen_t len = sizeof peer;
    int result;

    *client = ops->socket(ops->self, AF_INET, SOCK_STREAM, 0);
    result = ops->connect(ops->self, *client, (const struct sockaddr *)sa, sizeof *sa);
    assert_true(result == 0 || result == -EINPROGRESS);
    wait_for(listener, POLLIN);
    *server = ops->accept(ops->self, listener, (struct sockaddr *)&peer, &len);
    assert_flags(*server);
    assert_int_equal(peer.ss_family, AF_INET);
    wait_for(*client, POLLOUT);
}

static void test_connection(void **state)
{
    char data[16];
    struct sockaddr_in sa;
    int listener = make_listener(&sa), client, server, copy;
    struct iovec iov[2] = {{(void *)(uintptr_t)"wor", 3}, {(void *)(uintptr_t)"ld", 2}};
    struct msghdr msg = {.msg_iov = iov, .msg_iovlen = 2};

    (void)state;
    assert_int_equal(ops->accept(ops->self, listener, NULL, NULL), -EAGAIN);
    make_connection(listener, &sa, &client, &server);
    assert_int_equal(ops->recv(ops->self, server, data, sizeof data, 0), -EAGAIN);
    assert_int_equal(ops->send(ops->self, client, "hello ", 6, 0), 6);
    assert_int_equal(ops->sendmsg(ops->self, client, &msg, 0), 5);
    wait_for(server, POLLIN);
    assert_int_equal(ops->recv(ops->self, server, data, sizeof data, 0), 11);
    assert_memory_equal(data, "hello world", 11);

    copy = ops->dup(ops->self, server);
    assert_flags(copy);
    assert_int_equal(ops->close(ops->self, copy), 0);
    assert_int_equal(ops->close(ops->self, copy), -EBADF);
    assert_int_equal(ops->dup(ops->self, copy), -EBADF);

    assert_int_equal(ops->shutdown(ops->self, client, SHUT_WR), 0);
    wait_for(server, POLLIN);
    assert_int_equal(ops->recv(ops->self, server, data, sizeof data, 0), 0);

    /* a peer that is gone is an error, not a signal, which would end this program */
    assert_int_equal(ops->close(ops->self, server), 0);
    for (int i = 0; i < 2; i++) {
        ops->send(ops->self, client, "x", 1, 0);
        usleep(1000);
    }
    assert_int_equal(ops->send(ops->self, client, "x", 1, 0), -EPIPE);
    assert_int_equal(ops->sendmsg(ops->self, client, &msg, 0), -EPIPE);
    assert_int_equal(ops->close(ops->self, client), 0);
    assert_int_equal(ops->close(ops->self, listener), 0);
}

static void test_several_datagrams(void **state)
{
    char data[3][8];
    struct iovec out[2] = {{(void *)(uintptr_t)"one", 3}, {(void *)(uintptr_t)"three", 5}}, in[3];
    struct mmsghdr outs[2] = {{.msg_hdr = {.msg_iov = &out[0], .msg_iovlen = 1}},
                              {.msg_hdr = {.msg_iov = &out[1], .msg_iovlen = 1}}};
    struct mmsghdr ins[3] = {{.msg_len = 0}};
    int fds[2];

    (void)state;
    for (int i = 0; i < 3; i++) {
        in[i] = (struct iovec){data[i], sizeof data[i]};
        ins[i].msg_hdr = (struct msghdr){.msg_iov = &in[i], .msg_iovlen = 1};
    }
    assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), 0);
    assert_int_equal(ops->recvmmsg(ops->self, fds[1], ins, 3, 0), -EAGAIN);
    assert_int_equal(ops->sendmmsg(ops->self, fds[0], outs, 2, 0), 2);
    assert_int_equal(ops->recvmmsg(ops->self, fds[1], ins, 3, 0), 2);
    assert_int_equal(ins[0].msg_len, 3);
    assert_int_equal(ins[1].msg_len, 5);
    assert_memory_equal(data[1], "three", 5);

    /* a peer that is gone is an error, not a signal */
    assert_int_equal(ops->close(ops->self, fds[1]), 0);
    assert_int_equal(ops->sendmmsg(ops->self, fds[0], outs, 2, 0), -ECONNREFUSED);
    assert_int_equal(ops->close(ops->self, fds[0]), 0);
    assert_int_equal(ops->recvmmsg(ops->self, fds[0], ins, 3, 0), -EBADF);
}

static void test_accept_falls_back(void **state)
{
    struct sockaddr_in sa;
    int listener = make_listener(&sa), client, server;

    (void)state;
    accept4_error = ENOSYS;
    assert_int_equal(ops->accept(ops->self, listener, NULL, NULL), -EAGAIN);
    make_connection(listener, &sa, &client, &server); /* checks the flags */
    accept4_error = EMFILE;
    assert_int_equal(ops->accept(ops->self, listener, NULL, NULL), -EMFILE);
    accept4_error = 0;
    ops->close(ops->self, client);
    ops->close(ops->self, server);
    ops->close(ops->self, listener);
}

static void test_errors(void **state)
{
    struct sockaddr_in sa;
    struct sockaddr_storage storage;
    socklen_t len = sizeof storage;
    int listener = make_listener(&sa), fd, value;

    (void)state;
    fd = ops->socket(ops->self, AF_INET, SOCK_STREAM, 0);
    assert_int_equal(ops->socket(ops->self, AF_INET, 77, 0), -EINVAL);
    assert_int_equal(ops->bind(ops->self, fd, (const struct sockaddr *)&sa, sizeof sa), -EADDRINUSE);
    assert_int_equal(ops->getpeername(ops->self, fd, (struct sockaddr *)&storage, &len), -ENOTCONN);
    assert_int_equal(ops->shutdown(ops->self, fd, SHUT_WR), -ENOTCONN);
    assert_int_equal(ops->listen(ops->self, 0x7fffffff, 1), -EBADF);
    assert_int_equal(ops->getsockname(ops->self, 0x7fffffff, (struct sockaddr *)&storage, &len), -EBADF);
    assert_int_equal(ops->connect(ops->self, 0x7fffffff, (const struct sockaddr *)&sa, sizeof sa), -EBADF);
    assert_int_equal(rvx__sock_set_int(ops, fd, SOL_SOCKET, 0x7fff, 1), -ENOPROTOOPT);
    value = 5;
    assert_int_equal(rvx__sock_get_int(ops, fd, SOL_SOCKET, 0x7fff, &value), -ENOPROTOOPT);
    assert_int_equal(value, 0);
    assert_int_equal(rvx__sock_set_int(ops, fd, SOL_SOCKET, SO_KEEPALIVE, 1), 0);
    assert_int_equal(rvx__sock_get_int(ops, fd, SOL_SOCKET, SO_KEEPALIVE, &value), 0);
    assert_int_equal(value, 1);
    assert_int_equal(rvx__sock_get_int(ops, fd, SOL_SOCKET, SO_TYPE, &value), 0);
    assert_int_equal(value, SOCK_STREAM);
    ops->close(ops->self, fd);
    ops->close(ops->self, listener);
}

/* A signal comes while recv() and accept() sleep, on blocking sockets; they go on, and get what its handler sent. */
static int handler_fd;
static struct sockaddr_un handler_address;
static int handler_calls;

static void send_from_handler(int number)
{
    (void)number;
    if (++handler_calls == 3 && handler_fd >= 0)
        handler_calls += write(handler_fd, "x", 1) == 1 ? 0 : 100;
    if (handler_calls == 3 && handler_fd < 0) {
        handler_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (connect(handler_fd, (const struct sockaddr *)&handler_address, sizeof handler_address) != 0)
            handler_calls += 100;
    }
}

static void set_interval(int microseconds)
{
    struct itimerval interval = {{0, microseconds}, {0, microseconds}};

    assert_int_equal(setitimer(ITIMER_REAL, &interval, NULL), 0);
}

static void test_interrupted(void **state)
{
    struct sigaction action = {.sa_handler = send_from_handler}, before;
    int fds[2], listener, server;
    char data[4];

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    assert_int_equal(sigaction(SIGALRM, &action, &before), 0);
    handler_calls = 0;
    handler_fd = fds[1];
    set_interval(3000);
    assert_int_equal(ops->recv(ops->self, fds[0], data, sizeof data, 0), 1);
    set_interval(0);
    assert_true(handler_calls >= 3 && handler_calls < 100);

    for (int fall_back = 0; fall_back < 2; fall_back++) {
        listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        handler_address = (struct sockaddr_un){.sun_family = AF_UNIX};
        snprintf(handler_address.sun_path, sizeof handler_address.sun_path, "/tmp/test_sock.%d", (int)getpid());
        assert_int_equal(ops->bind(ops->self, listener, (const struct sockaddr *)&handler_address,
                                   sizeof handler_address), 0);
        assert_int_equal(ops->listen(ops->self, listener, 1), 0);
        handler_calls = 0;
        handler_fd = -1;
        accept4_error = fall_back ? ENOSYS : 0;
        set_interval(3000);
        server = ops->accept(ops->self, listener, NULL, NULL);
        set_interval(0);
        accept4_error = 0;
        assert_true(handler_calls >= 3 && handler_calls < 100);
        assert_flags(server);
        assert_int_equal(ops->unlink(ops->self, handler_address.sun_path), 0);
        assert_int_equal(ops->unlink(ops->self, handler_address.sun_path), -ENOENT);
        close(handler_fd);
        close(server);
        close(listener);
    }
    sigaction(SIGALRM, &before, NULL);
    close(fds[0]);
    close(fds[1]);
}

/* --- addresses ---------------------------------------------------------------------------------------------------- */

static void test_addresses(void **state)
{
    char text[RVX_ADDR_STRLEN], want[RVX_ADDR_STRLEN];
    struct sockaddr_in sa;
    int listener = make_listener(&sa), client, server;
    struct rvx_addr a, b;

    (void)state;
    make_connection(listener, &sa, &client, &server);
    assert_int_equal(rvx__sock_local(ops, listener, &a), 0);
    snprintf(want, sizeof want, "127.0.0.1:%d", ntohs(sa.sin_port));
    assert_string_equal(rvx_addr_text(&a, text), want);
    assert_int_equal(rvx__sock_remote(ops, client, &b), 0);
    assert_true(rvx_addr_equal(&a, &b));
    assert_int_equal(rvx__sock_local(ops, client, &a), 0);
    assert_int_equal(rvx__sock_remote(ops, server, &b), 0);
    assert_true(rvx_addr_equal(&a, &b));
    memset(&a, 0xff, sizeof a);
    assert_int_equal(rvx__sock_remote(ops, listener, &a), -ENOTCONN);
    assert_int_equal(a.family, RVX_FAMILY_NONE);
    ops->close(ops->self, client);
    ops->close(ops->self, server);
    ops->close(ops->self, listener);
    memset(&a, 0xff, sizeof a);
    assert_int_equal(rvx__sock_local(ops, listener, &a), -EBADF);
    assert_int_equal(a.family, RVX_FAMILY_NONE);
}

/* A kernel that answers with a v4-mapped address, and one that answers with a family we do not know. */
static int name_mapped(void *self, int fd, struct sockaddr *sa, socklen_t *len)
{
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(80)};
    static const unsigned char ip[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 1};

    (void)self;
    (void)fd;
    memcpy(&in6.sin6_addr, ip, sizeof ip);
    memcpy(sa, &in6, sizeof in6);
    *len = sizeof in6;
    return 0;
}

static int name_strange(void *self, int fd, struct sockaddr *sa, socklen_t *len)
{
    (void)self;
    (void)fd;
    sa->sa_family = AF_APPLETALK;
    *len = sizeof *sa;
    return 0;
}

static void test_strange_addresses(void **state)
{
    struct rvx__sockops fake = rvx__sockops_system;
    char text[RVX_ADDR_STRLEN];
    struct rvx_addr addr;

    (void)state;
    fake.getsockname = name_mapped;
    assert_int_equal(rvx__sock_local(&fake, 0, &addr), 0);
    assert_int_equal(addr.family, RVX_FAMILY_IPV4);
    assert_string_equal(rvx_addr_text(&addr, text), "192.0.2.1:80");
    fake.getpeername = name_strange;
    assert_int_equal(rvx__sock_remote(&fake, 0, &addr), -EAFNOSUPPORT);
    assert_int_equal(addr.family, RVX_FAMILY_NONE);
}

/* --- capabilities ------------------------------------------------------------------------------------------------- */

/* A machine: what its sockets can do. */
struct machine {
    bool no_ipv4, no_ipv6, no_v6only_option, no_loopback6, no_mapped;
    int open; /* sockets */
    int v6only;
};

static int machine_socket(void *self, int family, int type, int protocol)
{
    struct machine *m = self;

    (void)protocol;
    assert_int_equal(type, SOCK_STREAM);
    if (family == AF_INET ? m->no_ipv4 : m->no_ipv6)
        return -EAFNOSUPPORT;
    m->open++;
    m->v6only = -1;
    return family;
}

static int machine_setsockopt(void *self, int fd, int level, int name, const void *value, socklen_t len)
{
    struct machine *m = self;

    assert_int_equal(fd, AF_INET6);
    assert_int_equal(level, IPPROTO_IPV6);
    assert_int_equal(name, IPV6_V6ONLY);
    assert_int_equal(len, sizeof(int));
    if (m->no_v6only_option)
        return -ENOPROTOOPT;
    memcpy(&m->v6only, value, sizeof(int));
    return 0;
}

static int machine_bind(void *self, int fd, const struct sockaddr *sa, socklen_t len)
{
    struct machine *m = self;
    struct sockaddr_in6 in6;

    assert_int_equal(fd, AF_INET6);
    assert_int_equal(len, sizeof in6);
    memcpy(&in6, sa, sizeof in6);
    assert_int_equal(in6.sin6_family, AF_INET6);
    assert_int_equal(in6.sin6_port, 0);
    if (IN6_IS_ADDR_LOOPBACK(&in6.sin6_addr)) {
        assert_int_equal(m->v6only, 1);
        return m->no_loopback6 ? -EADDRNOTAVAIL : 0;
    }
    assert_true(IN6_IS_ADDR_V4MAPPED(&in6.sin6_addr));
    assert_int_equal(in6.sin6_addr.s6_addr[12], 127);
    assert_int_equal(in6.sin6_addr.s6_addr[15], 1);
    assert_int_equal(m->v6only, 0);
    return m->no_mapped ? -EINVAL : 0;
}

static int machine_close(void *self, int fd)
{
    struct machine *m = self;

    (void)fd;
    m->open--;
    return 0;
}

static void test_caps(void **state)
{
    static const struct {
        const char *name;
        struct machine machine;
        struct rvx__caps want;
    } rows[] = {
        {"all", {0}, {true, true, true}},
        {"no IPv6 in the kernel", {.no_ipv6 = true}, {true, false, false}},
        {"no IPv4 in the kernel", {.no_ipv4 = true, .no_mapped = true}, {false, true, false}},
        {"IPv6 without its loopback address", {.no_loopback6 = true}, {true, false, true}},
        {"no v4-mapped addresses, as on OpenBSD", {.no_mapped = true}, {true, true, false}},
        {"V6ONLY cannot be set", {.no_v6only_option = true}, {true, false, false}},
        {"nothing", {.no_ipv4 = true, .no_ipv6 = true}, {false, false, false}},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct machine machine = rows[i].machine;
        struct rvx__sockops fake = {
            .socket = machine_socket,
            .setsockopt = machine_setsockopt,
            .bind = machine_bind,
            .close = machine_close,
            .self = &machine,
        };
        struct rvx__caps caps = rvx__caps_probe(&fake);

        if (caps.ipv4 != rows[i].want.ipv4 || caps.ipv6 != rows[i].want.ipv6 || caps.mapped != rows[i].want.mapped)
            print_error("row %s\n", rows[i].name);
        assert_int_equal(caps.ipv4, rows[i].want.ipv4);
        assert_int_equal(caps.ipv6, rows[i].want.ipv6);
        assert_int_equal(caps.mapped, rows[i].want.mapped);
        assert_int_equal(machine.open, 0);
    }
}

static void test_caps_here(void **state)
{
    struct rvx__caps caps = rvx__caps_probe(ops);
    int next = dup(0);

    (void)state;
    print_message("# ipv4 %d ipv6 %d mapped %d\n", caps.ipv4, caps.ipv6, caps.mapped);
    assert_true(caps.ipv4); /* the other tests above use it */
    close(next);
    rvx__caps_probe(ops);
    assert_int_equal(dup(0), next); /* nothing left open */
    close(next);
}

/* --- backlog ------------------------------------------------------------------------------------------------------ */

static void test_backlog(void **state)
{
    static const struct {
        const char *name;
        const char *text;
        int want;
    } rows[] = {
        {"as the kernel writes it", "4096\n", 4096},
        {"another", "128\n", 128},
        {"no newline", "65535", 65535},
        {"blanks", "  \t512 \n", 512},
        {"more behind it", "300 400\n", 300},
        {"largest", "2147483647\n", 2147483647},
        {"zero", "0\n", SOMAXCONN},
        {"too large", "2147483648\n", SOMAXCONN},
        {"huge", "99999999999999999999999999999999\n", SOMAXCONN},
        {"negative", "-1\n", SOMAXCONN},
        {"garbage", "many\n", SOMAXCONN},
        {"empty", "", SOMAXCONN},
        {"blank", "\n", SOMAXCONN},
    };
    char path[] = "/tmp/test_sock.XXXXXX";
    int fd = mkstemp(path);

    (void)state;
    assert_true(fd >= 0);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        int backlog;

        assert_int_equal(ftruncate(fd, 0), 0);
        assert_int_equal(pwrite(fd, rows[i].text, strlen(rows[i].text), 0), strlen(rows[i].text));
        backlog = rvx__caps_backlog(path);
        if (backlog != rows[i].want)
            print_error("row %s: %d\n", rows[i].name, backlog);
        assert_int_equal(backlog, rows[i].want);
    }
    unlink(path);
    assert_int_equal(rvx__caps_backlog(path), SOMAXCONN);
    assert_int_equal(rvx__caps_backlog("/"), SOMAXCONN); /* a directory opens, but does not read */
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_connection),
        cmocka_unit_test(test_several_datagrams),
        cmocka_unit_test(test_accept_falls_back),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_interrupted),
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_strange_addresses),
        cmocka_unit_test(test_caps),
        cmocka_unit_test(test_caps_here),
        cmocka_unit_test(test_backlog),
    };

    return cmocka_run_group_tests_name("sock", tests, NULL, NULL);
}
