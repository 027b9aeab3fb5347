/* be_libc.c - the backend that asks the C library, and through it every name service module of the system
 *
 * Model: one getaddrinfo(3) or getnameinfo(3) on a worker's thread. It cannot be stopped: when the lookup has gone, the
 * answer is dropped. Hints and outcomes follow Go's cgo resolver, but for these:
 * - AI_V4MAPPED and AI_ALL are left out. They matter with AF_INET6 only, where they make libc ask for IPv4 addresses
 *   that would then be dropped here.
 * - A failure that libc calls final (EAI_FAIL: a name server refused, or sent rubbish) is no proof that the name does
 *   not exist, and is temporary.
 * - Services without a letter in their name are not handed over: libc takes " 80" and 99999 for numbers.
 */
#include <config.h>

#include "resolver/backends.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>

#include "base/view.h"

#define SERVICE_SIZE 256

const struct rvx__libc rvx__libc_system = {
    .getaddrinfo = getaddrinfo,
    .freeaddrinfo = freeaddrinfo,
    .getnameinfo = getnameinfo,
};

/* What a getaddrinfo() result means. error: errno as the call left it. */
static enum rvx_status judge(int result, int error, int *code)
{
    *code = 0;
    switch (result) {
    case 0:
        return RVX_STATUS_SUCCESS;
    case EAI_NONAME:
    case EAI_SERVICE:
#ifdef EAI_NODATA
    case EAI_NODATA:
#endif
#ifdef EAI_ADDRFAMILY
    case EAI_ADDRFAMILY:
#endif
        return RVX_STATUS_NOTFOUND;
    case EAI_AGAIN:
    case EAI_FAIL:
        return RVX_STATUS_TRYAGAIN;
    case EAI_MEMORY:
        *code = -ENOMEM;
        return RVX_STATUS_TRYAGAIN;
    case EAI_SYSTEM:
        /* glibc runs out of descriptors without saying so. */
        *code = error > 0 ? -error : -EMFILE;
        return RVX_STATUS_TRYAGAIN;
    default:
        return RVX_STATUS_UNAVAIL;
    }
}

static int choose_family(const char *network)
{
    if (strcmp(network, "ip4") == 0)
        return AF_INET;
    return strcmp(network, "ip6") == 0 ? AF_INET6 : AF_UNSPEC;
}

static void find_host(const struct rvx__libc *libc, struct rvx_request *request)
{
    const struct addrinfo hints = {
        .ai_family = choose_family(rvx_request_network(request)),
        .ai_socktype = SOCK_STREAM,
        .ai_flags = AI_CANONNAME,
    };
    struct addrinfo *list = NULL;
    int result, code;
    enum rvx_status status;

    errno = 0;
    result = libc->getaddrinfo(rvx_request_name(request), NULL, &hints, &list);
    status = judge(result, errno, &code);
    if (status == RVX_STATUS_SUCCESS && list != NULL)
        rvx_request_set_canonical(request, list->ai_canonname);
    for (const struct addrinfo *info = list; info != NULL; info = info->ai_next) {
        struct rvx_addr addr;

        if (rvx_addr_from_sockaddr(info->ai_addr, info->ai_addrlen, &addr) == 0)
            rvx_request_add_addr(request, &addr);
    }
    if (list != NULL)
        libc->freeaddrinfo(list);
    rvx_request_finish(request, status, code);
}

/* Copies a service's name in lower case; false if libc should not see it. */
static bool fold_service(const char *name, char folded[SERVICE_SIZE])
{
    bool letter = false;
    size_t i;

    for (i = 0; i < SERVICE_SIZE - 1 && name[i] != '\0'; i++) {
        folded[i] = rvx__to_lower(name[i]);
        letter = letter || rvx__is_alpha((unsigned char)name[i]);
    }
    folded[i] = '\0';
    return letter && name[i] == '\0';
}

static void set_hints(const char *network, struct addrinfo *hints)
{
    memset(hints, 0, sizeof *hints);
    if (strcmp(network, "tcp") == 0) {
        hints->ai_socktype = SOCK_STREAM;
        hints->ai_protocol = IPPROTO_TCP;
    } else if (strcmp(network, "udp") == 0) {
        hints->ai_socktype = SOCK_DGRAM;
        hints->ai_protocol = IPPROTO_UDP;
    }
}

static void find_port(const struct rvx__libc *libc, struct rvx_request *request)
{
    char service[SERVICE_SIZE];
    struct addrinfo hints, *list = NULL;
    int result, code;
    enum rvx_status status;

    if (!fold_service(rvx_request_name(request), service)) {
        rvx_request_finish(request, RVX_STATUS_NOTFOUND, 0);
        return;
    }
    set_hints(rvx_request_network(request), &hints);
    errno = 0;
    result = libc->getaddrinfo(NULL, service, &hints, &list);
    status = judge(result, errno, &code);
    for (const struct addrinfo *info = list; info != NULL; info = info->ai_next) {
        struct rvx_addr addr;

        if (rvx_addr_from_sockaddr(info->ai_addr, info->ai_addrlen, &addr) == 0) {
            rvx_request_set_port(request, addr.port);
            break;
        }
    }
    if (list != NULL)
        libc->freeaddrinfo(list);
    rvx_request_finish(request, status, code);
}

/* libc gives one name at most. */
static void find_names(const struct rvx__libc *libc, struct rvx_request *request)
{
    struct sockaddr_storage storage;
    char name[NI_MAXHOST];
    socklen_t len;
    enum rvx_status status = RVX_STATUS_NOTFOUND;
    int result, code = 0;

    if (rvx_addr_to_sockaddr(rvx_request_addr(request), &storage, &len) == 0) {
        errno = 0;
        result = libc->getnameinfo((const struct sockaddr *)&storage, len, name, sizeof name, NULL, 0, NI_NAMEREQD);
        status = judge(result, errno, &code);
    }
    if (status == RVX_STATUS_SUCCESS)
        rvx_request_add_name(request, name);
    rvx_request_finish(request, status, code);
}

static void start_libc(void *backend, struct rvx_request *request)
{
    const struct rvx__libc *libc = backend;

    switch (rvx_request_kind(request)) {
    case RVX_REQUEST_HOST:
        find_host(libc, request);
        break;
    case RVX_REQUEST_PORT:
        find_port(libc, request);
        break;
    case RVX_REQUEST_ADDR:
        find_names(libc, request);
        break;
    case RVX_REQUEST_RECORDS:
        rvx_request_finish(request, RVX_STATUS_UNAVAIL, 0);
        break;
    }
}

const struct rvx_backend_ops rvx__be_libc = {
    .abi = RVX_BACKEND_ABI,
    .name = "libc",
    .caps = RVX_BACKEND_HOST | RVX_BACKEND_PORT | RVX_BACKEND_ADDR | RVX_BACKEND_BLOCKS,
    .start = start_libc,
};
