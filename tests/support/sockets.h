/* sockets.h - peers on the loopback, calls that block on threads of their own, and a kernel that fails on demand
 *
 * Everything here ends the running test when it cannot do its job. Nothing sleeps for a while and hopes: await_parked()
 * knows when a call has begun to wait.
 */
#ifndef TESTS_SUPPORT_SOCKETS_H
#define TESTS_SUPPORT_SOCKETS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include <resolvx/net.h>

#include "net/netfd.h"
#include "sock/ops.h"

/* Long enough for anything that has to happen on a loaded machine. */
#define SOON RVX_SECONDS(30)

/* How many descriptors this process has open. */
unsigned count_fds(void);

/* How many threads it has, and waiting until it has no more than `n`: a joined one takes a moment to vanish. */
unsigned count_threads(void);
void await_threads(unsigned n);

/* The bytes of its address space. */
unsigned long count_memory(void);

/* For a group's set-up: the first thread may bring another one with it, ThreadSanitizer's. */
int start_a_thread(void **state);

/* Can [::1] be bound here? Prints a remark if not, so that a test that leaves rows out says so. */
bool have_ipv6(void);

/* Is the text of the error `want`? In `want`, '#' stands for any run of digits. */
void assert_error(struct rvx_error *err, const char *want);

/* A listener. */
struct rvx_listener *must_listen(const char *network, const char *address);

/* The next connection of a listener. */
struct rvx_conn *must_accept(struct rvx_listener *listener);

/* A plain blocking socket connected to an address; -errno if it cannot. */
int peer_connect(const struct rvx_addr *addr);

/* A connection and the plain blocking socket at its other end. */
struct pair {
    struct rvx_conn *conn; /* the test's to close; NULL: closed already */
    int peer;
};

struct pair pair_tcp(void);
struct pair pair_unix(void);
void pair_free(struct pair *pair);

/* Writes to a connection until it takes no more. Returns how many bytes it took. */
size_t fill_up(struct rvx_conn *conn);

/* A call on a thread of its own. */
struct background {
    pthread_t thread;
    int (*call)(void *arg);
    void *arg;
    int result;
    atomic_bool done;
};

void background_start(struct background *background, int (*call)(void *arg), void *arg);
int background_join(struct background *background);

/* Waits until `n` calls of a netfd are parked. */
void await_parked(struct rvx__netfd *netfd, unsigned n);

/* Waits until *flag. */
void await_flag(const atomic_bool *flag);

/* Waits until *count is at least `least`. */
void await_count(const atomic_uint *count, unsigned least);

/* A directory of the test's own under the current one, and a file in it, written if `text` is not NULL. */
struct place {
    char dir[16];
    char path[32];
};

void place_init(struct place *place, const char *file, const char *text);
void place_fini(struct place *place);

/* A resolver that knows the hosts of a file with this text, which is in a place made for it. */
struct rvx_resolver *resolver_of_hosts(struct place *place, const char *hosts);

/* Sleeps; only where a test is about time. */
void sleep_ms(unsigned ms);

/* The kernel, with faults. Hand out `ops`. */
struct faults {
    struct rvx__sockops ops;
    pthread_mutex_t mutex;
    const char *script; /* the call that `codes` is for, as errors name it: "bind", "accept4"; NULL: none */
    const int *codes;   /* one for each of those calls, 0: let it through; then all are let through */
    size_t codes_n;
    int nth; /* the call with this number fails with `code`, close excepted; -1: none */
    int code;
    int calls;          /* so far, close excepted */
    unsigned accepts;   /* so far */
    int backlog;        /* the last one */
    const char *failed; /* the call that was failed last, or NULL */
};

void faults_init(struct faults *faults);

/* A waiter that counts what it is used for and waits in short pieces, so that nothing of the default one is needed. */
struct toy {
    struct rvx_waiter waiter;
    atomic_uint waits;
    atomic_uint wakes;
    atomic_uint forgets;
    atomic_bool woken;
    atomic_int fail; /* not 0: what wait() returns */
};

void toy_init(struct toy *toy);

#endif
