/* fakelibc.c - a C library for tests that knows what it is told, and can be made to hang */
#include <config.h>

#include "support/fakelibc.h"

#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <resolvx/addr.h>

#define ANSWERS_MAX 16

struct answer {
    char name[64];
    int result;
    int error;
    char text[128];
};

static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct answer answers[ANSWERS_MAX];
    unsigned answers_n;
    bool hang;
    unsigned hanging, hanging_most;
    unsigned running;
    unsigned calls;
    struct addrinfo hints;
} fake = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static struct addrinfo *new_info(const char *text, int port)
{
    struct addrinfo *info = calloc(1, sizeof *info + sizeof(struct sockaddr_storage));
    struct sockaddr_storage *sa = (void *)(info + 1);
    struct sockaddr_in6 sin6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
    struct sockaddr_in sin = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};

    if (inet_pton(AF_INET, text, &sin.sin_addr) == 1) {
        memcpy(sa, &sin, sizeof sin);
        info->ai_addrlen = sizeof sin;
    } else {
        inet_pton(AF_INET6, text, &sin6.sin6_addr);
        memcpy(sa, &sin6, sizeof sin6);
        info->ai_addrlen = sizeof sin6;
    }
    info->ai_family = sa->ss_family;
    info->ai_addr = (struct sockaddr *)sa;
    return info;
}

static struct addrinfo *make_hosts(const char *name, const char *answer)
{
    struct addrinfo *list = NULL, **end = &list;
    char copy[128], *rest = copy, *word;

    snprintf(copy, sizeof copy, "%s", answer);
    while ((word = strsep(&rest, " ")) != NULL) {
        *end = new_info(word, 0);
        end = &(*end)->ai_next;
    }
    if (list != NULL) {
        list->ai_canonname = malloc(80);
        snprintf(list->ai_canonname, 80, "canonical.%s", name);
    }
    return list;
}

/* A call of the library's: hangs as long as it is told to.  Returns: the answer for a name, with the lock held. */
static struct answer begin_call(const char *name)
{
    struct answer answer = {.result = EAI_NONAME};

    pthread_mutex_lock(&fake.lock);
    fake.running++;
    fake.calls++;
    fake.hanging++;
    if (fake.hanging > fake.hanging_most)
        fake.hanging_most = fake.hanging;
    pthread_cond_broadcast(&fake.changed);
    while (fake.hang)
        pthread_cond_wait(&fake.changed, &fake.lock);
    fake.hanging--;
    for (unsigned i = 0; i < fake.answers_n; i++) {
        if (strcmp(fake.answers[i].name, name) == 0)
            answer = fake.answers[i];
    }
    return answer;
}

static int end_call(const struct answer *answer)
{
    fake.running--;
    pthread_cond_broadcast(&fake.changed);
    pthread_mutex_unlock(&fake.lock);
    errno = answer->error;
    return answer->result;
}

static int fake_getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **res)
{
    const char *name = node != NULL ? node : service;
    struct answer answer = begin_call(name);

    fake.hints = *hints;
    if (answer.result == 0)
        *res = node != NULL ? make_hosts(name, answer.text) : new_info("127.0.0.1", atoi(answer.text));
    return end_call(&answer);
}

static int fake_getnameinfo(const struct sockaddr *sa, socklen_t len, char *host, socklen_t hostlen, char *serv,
                            socklen_t servlen, int flags)
{
    char text[INET6_ADDRSTRLEN];
    const void *ip = sa->sa_family == AF_INET ? (const void *)&((const struct sockaddr_in *)(const void *)sa)->sin_addr
                                              : &((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr;
    struct answer answer;

    if (len < sizeof(struct sockaddr_in) || serv != NULL || servlen != 0 || flags != NI_NAMEREQD)
        abort(); /* nobody asks for anything else */
    answer = begin_call(inet_ntop(sa->sa_family, ip, text, sizeof text));
    if (answer.result == 0)
        snprintf(host, hostlen, "%s", answer.text);
    return end_call(&answer);
}

static void fake_freeaddrinfo(struct addrinfo *list)
{
    while (list != NULL) {
        struct addrinfo *next = list->ai_next;

        free(list->ai_canonname);
        free(list);
        list = next;
    }
}

static const struct rvx__libc libc = {
    .getaddrinfo = fake_getaddrinfo,
    .freeaddrinfo = fake_freeaddrinfo,
    .getnameinfo = fake_getnameinfo,
};

const struct rvx__libc *fakelibc_open(void)
{
    fake.answers_n = 0;
    fake.calls = 0;
    fake.hanging_most = 0;
    return &libc;
}

void fakelibc_close(void)
{
    fakelibc_let_go();
    pthread_mutex_lock(&fake.lock);
    while (fake.running > 0)
        pthread_cond_wait(&fake.changed, &fake.lock);
    pthread_mutex_unlock(&fake.lock);
}

void fakelibc_answer(const char *name, int result, int error, const char *text)
{
    struct answer *answer;

    pthread_mutex_lock(&fake.lock);
    if (fake.answers_n == ANSWERS_MAX)
        abort();
    answer = &fake.answers[fake.answers_n++];
    snprintf(answer->name, sizeof answer->name, "%s", name);
    snprintf(answer->text, sizeof answer->text, "%s", text);
    answer->result = result;
    answer->error = error;
    pthread_mutex_unlock(&fake.lock);
}

static void set_hang(bool hang)
{
    pthread_mutex_lock(&fake.lock);
    fake.hang = hang;
    pthread_cond_broadcast(&fake.changed);
    pthread_mutex_unlock(&fake.lock);
}

void fakelibc_hang(void)
{
    set_hang(true);
}

void fakelibc_let_go(void)
{
    set_hang(false);
}

void fakelibc_wait_hanging(unsigned n)
{
    pthread_mutex_lock(&fake.lock);
    while (fake.hanging < n)
        pthread_cond_wait(&fake.changed, &fake.lock);
    pthread_mutex_unlock(&fake.lock);
}

unsigned fakelibc_hanging_most(void)
{
    unsigned most;

    pthread_mutex_lock(&fake.lock);
    most = fake.hanging_most;
    pthread_mutex_unlock(&fake.lock);
    return most;
}

unsigned fakelibc_calls(void)
{
    unsigned calls;

    pthread_mutex_lock(&fake.lock);
    calls = fake.calls;
    pthread_mutex_unlock(&fake.lock);
    return calls;
}

struct addrinfo fakelibc_hints(void)
{
    struct addrinfo hints;

    pthread_mutex_lock(&fake.lock);
    hints = fake.hints;
    pthread_mutex_unlock(&fake.lock);
    return hints;
}
