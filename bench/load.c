/* load.c - load for TCP servers, and what each connection or message costs them
 *
 * usage: load ack|echo N NAME PROGRAM [ARG]...
 *
 *     ack    N times: connect, send 16 bytes, read "Message received.\n" and the end of the stream
 *     echo   64 connections exchange N messages of 64 bytes, one after the other on each
 *
 * Starts the server, reads its port from its first line of output ("..., port: 41234"), and loads it from one thread on
 * epoll, 64 connections at a time. The figure that counts is the server's own processor time, from its process clock
 * between first and last connection: the load costs about as much as the server, so connections per second say as much
 * about it as about the server. With two processors or more each side has one of its own. The server dies with the
 * load.
 */
#include <config.h>

#include "bench.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define CONNS 64
#define ECHO_SIZE 64
#define EVENTS_MAX 64
#define SECONDS_MAX 120

static const char hello[16] = "how's it going?\n";
static const char reply[] = "Message received.\n";

struct conn {
    int fd;
    size_t got;
    bool sent;
    char data[ECHO_SIZE];
};

struct load {
    bool echo;
    size_t n;
    size_t started;
    size_t done;
    size_t bad;
    struct sockaddr_in server;
    int epoll;
    struct conn conns[CONNS];
};

static int fail(const char *what)
{
    fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
    return 1;
}

static void pin_to(size_t cpu)
{
    cpu_set_t set;

    if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
        return;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    sched_setaffinity(0, sizeof set, &set);
}

/* Runs the server with its output in a file without a name. Returns its pid. */
static pid_t start_server(char **argv, int output)
{
    pid_t pid = fork();

    if (pid != 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    pin_to(1);
    dup2(output, STDOUT_FILENO);
    execvp(argv[0], argv);
    _exit(127);
}

/* Waits up to 10 s for the first line. Returns the port behind its last blank, or 0. */
static uint16_t read_port(int output)
{
    const struct timespec pause = { 0, 5000000 };
    char line[256];
    char *end;
    ssize_t n;
    int i;

    for (i = 0; i < 2000; i++) {
        n = pread(output, line, sizeof line - 1, 0);
        line[n > 0 ? n : 0] = 0;
        if ((end = strchr(line, '\n')) != NULL) {
            *end = 0;
            end = strrchr(line, ' ');
            return end ? (uint16_t)strtoul(end, NULL, 10) : 0;
        }
        nanosleep(&pause, NULL);
    }
    return 0;
}

/* Clients come from 127.0.1.1 to 127.0.1.16, so that no address runs out of ports. */
static bool open_conn(struct load *load, struct conn *conn)
{
    struct sockaddr_in from = { .sin_family = AF_INET };
    struct epoll_event event = { .events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = conn };
    int one = 1;

    conn->got = 0;
    conn->sent = false;
    from.sin_addr.s_addr = htonl(0x7f000101u + (uint32_t)(load->started++ % 16));
    conn->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (conn->fd < 0)
        return false;
    setsockopt(conn->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof one);
    if (bind(conn->fd, (struct sockaddr *)&from, sizeof from) < 0)
        return false;
    if (connect(conn->fd, (struct sockaddr *)&load->server, sizeof load->server) < 0 && errno != EINPROGRESS)
        return false;
    return epoll_ctl(load->epoll, EPOLL_CTL_ADD, conn->fd, &event) == 0;
}

/* Ends an ack connection and begins the next. */
static bool finish_ack(struct load *load, struct conn *conn, bool good)
{
    close(conn->fd);
    conn->fd = -1;
    load->done++;
    load->bad += !good;
    return load->started == load->n || open_conn(load, conn);
}

static bool step_ack(struct load *load, struct conn *conn, uint32_t events)
{
    ssize_t n;

    if (!conn->sent && events & EPOLLOUT) {
        if (send(conn->fd, hello, sizeof hello, MSG_NOSIGNAL) != sizeof hello)
            return finish_ack(load, conn, false);
        conn->sent = true;
    }
    while ((n = recv(conn->fd, conn->data + conn->got, sizeof conn->data - conn->got, 0)) > 0)
        conn->got += (size_t)n;
    if (n < 0 && errno == EAGAIN)
        return true;
    return finish_ack(load, conn, n == 0 && conn->got == sizeof reply - 1 && memcmp(conn->data, reply, conn->got) == 0);
}

static bool send_echo(struct load *load, struct conn *conn)
{
    memset(conn->data, 'a' + (int)(load->started % 26), ECHO_SIZE);
    load->started++;
    conn->got = 0;
    conn->sent = true;
    return send(conn->fd, conn->data, ECHO_SIZE, MSG_NOSIGNAL) == ECHO_SIZE;
}

static bool step_echo(struct load *load, struct conn *conn, uint32_t events)
{
    char data[ECHO_SIZE];
    ssize_t n;

    if (!conn->sent)
        return !(events & EPOLLOUT) || load->started >= load->n || send_echo(load, conn);
    while ((n = recv(conn->fd, data, ECHO_SIZE - conn->got, 0)) > 0) {
        load->bad += memcmp(data, conn->data, (size_t)n) != 0;
        conn->got += (size_t)n;
        if (conn->got < ECHO_SIZE)
            continue;
        load->done++;
        return load->started >= load->n || send_echo(load, conn);
    }
    return n < 0 && errno == EAGAIN;
}

static bool open_conns(struct load *load)
{
    size_t i;

    load->epoll = epoll_create1(EPOLL_CLOEXEC);
    for (i = 0; i < CONNS && i < load->n; i++)
        if (!open_conn(load, &load->conns[i]))
            return false;
    if (load->echo)
        load->started = 0;
    return true;
}

static bool run_load(struct load *load)
{
    struct epoll_event events[EVENTS_MAX];
    int n, i;

    if (!open_conns(load))
        return false;
    while (load->done < load->n) {
        n = epoll_wait(load->epoll, events, EVENTS_MAX, 5000);
        if (n <= 0)
            return false;
        for (i = 0; i < n; i++)
            if (!(load->echo ? step_echo : step_ack)(load, events[i].data.ptr, events[i].events))
                return false;
    }
    return true;
}

/* Processor time of another process in nanoseconds. */
static double read_cpu_ns(pid_t pid)
{
    struct timespec t = { 0, 0 };
    clockid_t clock;

    if (clock_getcpuclockid(pid, &clock) == 0)
        clock_gettime(clock, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static int measure(struct load *load, const char *mode, const char *peer, pid_t server)
{
    double cpu = read_cpu_ns(server), took;
    uint64_t start = bench_now();

    if (!run_load(load))
        return fail("no progress");
    took = (double)(bench_now() - start);
    cpu = read_cpu_ns(server) - cpu;
    printf("bench=%s peer=%s case=%s n=%zu bad=%zu ns=%.0f rate=%.0f\n", mode, peer,
           load->echo ? "message" : "connection", load->n, load->bad, cpu / (double)load->n,
           (double)load->n * 1e9 / took);
    return load->bad ? 1 : 0;
}

int main(int argc, char **argv)
{
    struct load load = { .echo = argc > 1 && strcmp(argv[1], "echo") == 0 };
    FILE *output = tmpfile();
    pid_t server;
    uint16_t port;
    int result;

    if (argc < 5 || !output || (load.n = strtoul(argv[2], NULL, 10)) == 0)
        return 2;
    alarm(SECONDS_MAX);
    server = start_server(argv + 4, fileno(output));
    if (server < 0)
        return fail("fork");
    pin_to(0);
    load.server.sin_family = AF_INET;
    load.server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    port = read_port(fileno(output));
    load.server.sin_port = htons(port);
    result = port ? measure(&load, argv[1], argv[3], server) : fail("the server names no port");
    kill(server, SIGKILL);
    waitpid(server, NULL, 0);
    fclose(output);
    return result;
}
