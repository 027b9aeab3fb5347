/* client.c - the other end of the command-line tests
 *
 *     client ADDRESS               sends standard input, prints the answer, until both ends are done, as nc should
 *     client -q ADDRESS            sends nothing and waits for the server to hang up
 *     client -c N ADDRESS          connects N times; at the end of standard input sends a message on each; prints how
 *                                  many were acknowledged
 *     client -l COMMAND [ARG]...   runs COMMAND with a listening socket as descriptor 3, announced as systemd does
 *
 * ADDRESS is a numeric HOST:PORT, a PATH with a slash in it, or @NAME. Written on plain sockets: a test of a library
 * should not trust that library. Whatever happens, it is over after 20 seconds.
 */
#include <config.h>

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define LIFETIME_SECONDS 20
#define PASSED_FD 3 /* sd_listen_fds(3) */

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "client: %s: %s\n", what, strerror(errno));
    exit(1);
}

static int connect_unix(const char *path)
{
    struct sockaddr_un sun = { .sun_family = AF_UNIX };
    size_t len = strlen(path);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0 || len >= sizeof sun.sun_path)
        die(path);
    memcpy(sun.sun_path, path, len);
    if (path[0] == '@')
        sun.sun_path[0] = '\0';
    len += offsetof(struct sockaddr_un, sun_path) + (path[0] != '@');
    if (connect(fd, (const struct sockaddr *)&sun, (socklen_t)len) < 0)
        die(path);
    return fd;
}

static int connect_tcp(const char *address)
{
    struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM };
    struct addrinfo *found;
    char host[64];
    const char *colon = strrchr(address, ':');
    const char *start = address + (*address == '[');
    size_t len = colon ? (size_t)(colon - start) - (*address == '[') : 0;
    int fd;

    if (!colon || len >= sizeof host)
        die(address);
    memcpy(host, start, len);
    host[len] = '\0';
    if (getaddrinfo(host, colon + 1, &hints, &found) != 0)
        die(address);
    fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, found->ai_addr, found->ai_addrlen) < 0)
        die(address);
    freeaddrinfo(found);
    return fd;
}

static int connect_to(const char *address)
{
    return strchr(address, '/') || address[0] == '@' ? connect_unix(address) : connect_tcp(address);
}

/* Moves what is there. Returns false at the end of the stream. */
static bool move(int from, int to)
{
    char data[4096];
    ssize_t n = read(from, data, sizeof data);

    if (n < 0)
        die("read");
    for (ssize_t done = 0; done < n;) {
        ssize_t sent = write(to, data + done, (size_t)(n - done));

        if (sent < 0)
            die("write");
        done += sent;
    }
    return n > 0;
}

static int talk(int fd, bool listen_only)
{
    struct pollfd fds[] = {
        { .fd = fd, .events = POLLIN },
        { .fd = listen_only ? -1 : STDIN_FILENO, .events = POLLIN },
    };

    for (;;) {
        if (poll(fds, 2, -1) < 0)
            die("poll");
        if (fds[0].revents != 0 && !move(fd, STDOUT_FILENO))
            return 0;
        if (fds[1].revents != 0 && !move(STDIN_FILENO, fd)) {
            fds[1].fd = -1;
            shutdown(fd, SHUT_WR);
        }
    }
}

static bool is_acknowledged(int fd)
{
    static const char wanted[] = "Message received.\n";
    char answer[64];
    size_t len = 0;
    ssize_t n;

    while ((n = read(fd, answer + len, sizeof answer - len)) > 0)
        len += (size_t)n;
    return n == 0 && len == strlen(wanted) && memcmp(answer, wanted, len) == 0;
}

static int talk_many(const char *address, unsigned n)
{
    int *fds = calloc(n, sizeof *fds);
    unsigned acknowledged = 0;

    if (!fds)
        die("calloc");
    for (unsigned i = 0; i < n; i++)
        fds[i] = connect_to(address);
    while (getchar() != EOF)
        ;
    for (unsigned i = 0; i < n; i++)
        if (dprintf(fds[i], "client %u of %u says hello", i + 1, n) < 0)
            die("write");
    for (unsigned i = 0; i < n; i++) {
        acknowledged += is_acknowledged(fds[i]);
        close(fds[i]);
    }
    free(fds);
    printf("%u\n", acknowledged);
    return acknowledged == n ? 0 : 1;
}

static int pass_socket(char **command)
{
    char pid[24];
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    /* An unbound socket listens on a free port of every address. */
    if (fd < 0 || listen(fd, 16) < 0 || dup2(fd, PASSED_FD) < 0)
        die("listen");
    if (fd != PASSED_FD)
        close(fd);
    snprintf(pid, sizeof pid, "%ld", (long)getpid());
    setenv("LISTEN_PID", pid, 1);
    setenv("LISTEN_FDS", "1", 1);
    setenv("LISTEN_FDNAMES", "web", 1);
    execvp(command[0], command);
    die(command[0]);
}

int main(int argc, char **argv)
{
    const char *mode = argc > 1 ? argv[1] : "";

    if (argc > 2 && strcmp(mode, "-l") == 0)
        return pass_socket(argv + 2);
    alarm(LIFETIME_SECONDS);
    if (argc == 2)
        return talk(connect_to(argv[1]), false);
    if (argc == 3 && strcmp(mode, "-q") == 0)
        return talk(connect_to(argv[2]), true);
    if (argc == 4 && strcmp(mode, "-c") == 0)
        return talk_many(argv[3], (unsigned)strtoul(argv[2], NULL, 10));
    fputs("usage: client [-q | -c N] ADDRESS | -l COMMAND...\n", stderr);
    return 2;
}
