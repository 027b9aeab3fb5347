/* epoll_server.c - the least a server can cost: one thread, level-triggered epoll(7), nothing in between
 *
 * usage: epoll_server ack|echo
 *
 * Says what the article's server says and listens on a port the kernel chooses. ack reads up to 1024 bytes, prints
 * them, answers, closes; echo sends everything back until the end of the stream.
 */
#include <config.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define EVENTS_MAX 64

static int listen_anywhere(void)
{
    struct sockaddr_in addr = { .sin_family = AF_INET };
    socklen_t len = sizeof addr;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || bind(fd, (struct sockaddr *)&addr, len) < 0 || listen(fd, SOMAXCONN) < 0 ||
        getsockname(fd, (struct sockaddr *)&addr, &len) < 0)
        return -1;
    printf("Listening on host: 127.0.0.1, port: %u\n", ntohs(addr.sin_port));
    fflush(stdout);
    return fd;
}

static void accept_all(int epoll, int listener)
{
    struct epoll_event event = { .events = EPOLLIN };
    int one = 1;

    while ((event.data.fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
        setsockopt(event.data.fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        if (epoll_ctl(epoll, EPOLL_CTL_ADD, event.data.fd, &event) < 0)
            close(event.data.fd);
    }
}

static void serve_ready(int fd, bool echo)
{
    static const char reply[] = "Message received.\n";
    char data[1024];
    ssize_t n = recv(fd, data, sizeof data, 0);

    if (n > 0 && echo && send(fd, data, (size_t)n, MSG_NOSIGNAL) == n)
        return;
    if (n > 0 && !echo) {
        dprintf(STDOUT_FILENO, "Message received: %.*s\n", (int)n, data);
        send(fd, reply, sizeof reply - 1, MSG_NOSIGNAL);
    }
    close(fd);
}

int main(int argc, char **argv)
{
    bool echo = argc > 1 && strcmp(argv[1], "echo") == 0;
    struct epoll_event events[EVENTS_MAX], event = { .events = EPOLLIN };
    int listener = listen_anywhere(), epoll = epoll_create1(EPOLL_CLOEXEC), n, i;

    event.data.fd = listener;
    if (listener < 0 || epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event) < 0)
        return 1;
    while ((n = epoll_wait(epoll, events, EVENTS_MAX, -1)) >= 0)
        for (i = 0; i < n; i++) {
            if (events[i].data.fd == listener)
                accept_all(epoll, listener);
            else
                serve_ready(events[i].data.fd, echo);
        }
    return 1;
}
