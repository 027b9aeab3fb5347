/* getnameinfo.c - getnameinfo(3) over this library's lookups: POSIX.1-2017, RFC 3493 section 6.2, and glibc
 *
 * The host is the first name that rvx_lookup_addr() finds, the service the first one of the port in
 * rvx_lookup_services(). What has no name is a number: an address as inet_ntop(3) prints it, with its scope behind '%'.
 * Unix addresses are taken as glibc takes them: this machine's name, and the path.
 *
 * The buffers are written when everything is known, so that a failure leaves both alone.
 */
#include <config.h>

#include "resolver/gai.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <sys/un.h>

#include "base/buf.h"
#include "resolver/resolver.h"

#ifdef NI_IDN
#define FLAGS_IDN NI_IDN
#else
#define FLAGS_IDN 0
#endif

#define FLAGS_KNOWN (NI_NUMERICHOST | NI_NUMERICSERV | NI_NOFQDN | NI_NAMEREQD | NI_DGRAM | FLAGS_IDN)

/* A call. */
struct question {
    struct rvx_resolver *resolver; /* not NULL */
    const struct rvx_ctx *ctx;
    int flags;
    union {
        struct sockaddr sa;
        struct sockaddr_in in;
        struct sockaddr_in6 in6;
        struct sockaddr_un un;
    } addr;
};

/* The answer, before it is copied: a name of a host, or a path. */
struct text {
    char bytes[NI_MAXHOST];
};

static void set_text(struct text *text, const char *from)
{
    struct rvx__buf buf;

    rvx__buf_init(&buf, text->bytes, sizeof text->bytes);
    rvx__buf_add_text(&buf, from);
    rvx__buf_finish(&buf);
}

/* Copies a socket address, so that it is aligned and ends.  Returns: 0, or EAI_FAMILY. */
static int take_sockaddr(struct question *question, const struct sockaddr *sa, socklen_t len)
{
    sa_family_t family;
    size_t need;

    if (sa == NULL || len < offsetof(struct sockaddr, sa_family) + sizeof family)
        return EAI_FAMILY;
    memcpy(&family, (const char *)sa + offsetof(struct sockaddr, sa_family), sizeof family);
    if (family == AF_INET)
        need = sizeof(struct sockaddr_in);
    else if (family == AF_INET6)
        need = sizeof(struct sockaddr_in6);
    else if (family == AF_UNIX)
        need = offsetof(struct sockaddr_un, sun_path);
    else
        return EAI_FAMILY;
    if (len < need)
        return EAI_FAMILY;
    memset(&question->addr, 0, sizeof question->addr);
    memcpy(&question->addr, sa, len < sizeof question->addr ? len : sizeof question->addr);
    return 0;
}

static void print_address(const struct question *question, struct text *text)
{
    const bool is_v4 = question->addr.sa.sa_family == AF_INET;
    const void *ip = is_v4 ? (const void *)&question->addr.in.sin_addr : (const void *)&question->addr.in6.sin6_addr;

    inet_ntop(question->addr.sa.sa_family, ip, text->bytes, sizeof text->bytes); /* there is room */
}

static void print_scope(const struct question *question, struct text *text)
{
    const struct in6_addr *ip = &question->addr.in6.sin6_addr;
    const uint32_t scope = question->addr.in6.sin6_scope_id;
    const size_t len = strlen(text->bytes);
    char name[IF_NAMESIZE];
    struct rvx__buf buf;

    if (question->addr.sa.sa_family != AF_INET6 || scope == 0)
        return;
    rvx__buf_init(&buf, text->bytes + len, sizeof text->bytes - len);
    rvx__buf_add_byte(&buf, '%');
    if ((IN6_IS_ADDR_LINKLOCAL(ip) || IN6_IS_ADDR_MC_LINKLOCAL(ip)) && if_indextoname(scope, name) != NULL)
        rvx__buf_add_text(&buf, name);
    else
        rvx__buf_add_dec(&buf, scope);
    rvx__buf_finish(&buf);
}

static void get_hostname(const struct question *question, struct text *text)
{
    if (question->resolver->base->machine->hostname(text->bytes, sizeof text->bytes) != 0)
        text->bytes[0] = '\0';
    text->bytes[sizeof text->bytes - 1] = '\0';
}

/* The domain that this machine is in, with its dot; empty: not known. */
static void find_domain(const struct question *question, struct text *domain)
{
    struct rvx_names *names = NULL;
    struct text own;
    const char *dot;

    set_text(domain, "");
    get_hostname(question, &own);
    dot = strchr(own.bytes, '.');
    if (dot == NULL && own.bytes[0] != '\0' &&
        rvx_lookup_cname(question->resolver, own.bytes, question->ctx, &names, NULL) == 0)
        dot = strchr(names->v[0], '.');
    if (dot != NULL)
        set_text(domain, dot);
    rvx_names_free(names);
}

/* NI_NOFQDN: leaves out the domain if it is this machine's. */
static void cut_domain(const struct question *question, struct text *name)
{
    struct rvx__view whole = rvx__view_text(name->bytes);
    struct text domain;
    size_t len;

    if ((question->flags & NI_NOFQDN) == 0 || rvx__view_find(whole, '.') == RVX__NPOS)
        return;
    find_domain(question, &domain);
    len = strlen(domain.bytes);
    if (len > 0 && len < whole.len && rvx__view_ends_fold(whole, domain.bytes))
        name->bytes[whole.len - len] = '\0';
}

/* Returns: 0 or an EAI_ code: EAI_NONAME or EAI_NODATA if there is no name. */
static int find_inet_name(const struct question *question, struct text *name)
{
    struct rvx_names *names;
    struct rvx_error err;
    struct text addr;
    int rc;

    print_address(question, &addr);
    rc = rvx_lookup_addr(question->resolver, addr.bytes, question->ctx, &names, &err);
    if (rc < 0)
        return rvx__gai_code(rc, &err);
    set_text(name, names->v[0]);
    rvx_names_free(names);
    cut_domain(question, name);
    return 0;
}

static int find_host(const struct question *question, struct text *host)
{
    const bool is_unix = question->addr.sa.sa_family == AF_UNIX;
    int rc = EAI_NONAME;

    if ((question->flags & NI_NUMERICHOST) == 0 && is_unix) {
        get_hostname(question, host);
        return 0;
    }
    if ((question->flags & NI_NUMERICHOST) == 0)
        rc = find_inet_name(question, host);
    if (rc != EAI_NONAME && rc != EAI_NODATA)
        return rc;
    if ((question->flags & NI_NAMEREQD) != 0)
        return EAI_NONAME;
    if (is_unix) {
        set_text(host, "localhost");
        return 0;
    }
    print_address(question, host);
    print_scope(question, host);
    return 0;
}

static int find_port_name(const struct question *question, uint16_t port, struct text *name)
{
    const struct rvx_service_query query = {
        .size = sizeof query,
        .protocol = (question->flags & NI_DGRAM) != 0 ? "udp" : "tcp",
        .port = port,
    };
    struct rvx_services *services;
    int rc;

    if (port == 0)
        return EAI_SERVICE; /* to the query, 0 is any */
    rc = rvx_lookup_services(question->resolver, &query, question->ctx, &services, NULL);
    if (rc == 0)
        set_text(name, services->v[0].name);
    rvx_services_free(services);
    return rvx__gai_code(rc, NULL);
}

static int find_service(const struct question *question, struct text *service)
{
    const bool is_v4 = question->addr.sa.sa_family == AF_INET;
    const uint16_t port = ntohs(is_v4 ? question->addr.in.sin_port : question->addr.in6.sin6_port);
    struct rvx__buf buf;
    int rc = EAI_SERVICE;

    if (question->addr.sa.sa_family == AF_UNIX) {
        rvx__buf_init(&buf, service->bytes, sizeof service->bytes);
        rvx__buf_add(&buf, rvx__view_of(question->addr.un.sun_path,
                                        strnlen(question->addr.un.sun_path, sizeof question->addr.un.sun_path)));
        rvx__buf_finish(&buf);
        return 0;
    }
    if ((question->flags & NI_NUMERICSERV) == 0)
        rc = find_port_name(question, port, service);
    if (rc != EAI_SERVICE)
        return rc;
    rvx__buf_init(&buf, service->bytes, sizeof service->bytes);
    rvx__buf_add_dec(&buf, port);
    rvx__buf_finish(&buf);
    return 0;
}

static bool is_wanted(const char *buffer, socklen_t size)
{
    return buffer != NULL && size > 0;
}

static int answer(const struct question *question, const struct rvx_nameinfo *info)
{
    const bool wants_host = is_wanted(info->host, info->host_size);
    const bool wants_service = is_wanted(info->service, info->service_size);
    struct text host = {""}, service = {""};
    int rc = wants_host ? find_host(question, &host) : 0;

    if (rc == 0 && wants_service)
        rc = find_service(question, &service);
    if (rc != 0)
        return rc;
    if ((wants_host && strlen(host.bytes) >= info->host_size) ||
        (wants_service && strlen(service.bytes) >= info->service_size))
        return EAI_OVERFLOW;
    if (wants_host)
        memcpy(info->host, host.bytes, strlen(host.bytes) + 1);
    if (wants_service)
        memcpy(info->service, service.bytes, strlen(service.bytes) + 1);
    return 0;
}

int rvx_getnameinfo_on(struct rvx_resolver *resolver, const struct rvx_ctx *ctx, const struct sockaddr *sa,
                       socklen_t salen, const struct rvx_nameinfo *info, int flags)
{
    struct question question = {.resolver = resolver, .ctx = ctx, .flags = flags};
    struct rvx_resolver *own = NULL;
    int rc;

    if ((flags & ~FLAGS_KNOWN) != 0)
        return EAI_BADFLAGS;
    rc = take_sockaddr(&question, sa, salen);
    if (rc != 0)
        return rc;
    if (!is_wanted(info->host, info->host_size) && !is_wanted(info->service, info->service_size))
        return EAI_NONAME;
    if (resolver == NULL) {
        rc = rvx__gai_code(rvx_resolver_new(NULL, &own, NULL), NULL);
        if (rc != 0)
            return rc;
        question.resolver = own;
    }
    rc = answer(&question, info);
    rvx_resolver_free(own);
    return rc;
}

int rvx_getnameinfo(const struct sockaddr *sa, socklen_t salen, char *host, socklen_t hostlen, char *serv,
                    socklen_t servlen, int flags)
{
    const struct rvx_nameinfo info = {.host = host, .host_size = hostlen, .service = serv, .service_size = servlen};

    return rvx_getnameinfo_on(NULL, NULL, sa, salen, &info, flags);
}
