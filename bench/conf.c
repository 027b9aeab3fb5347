/* conf.c - reading configuration files: the parsers of lib/conf, and glibc's
 *
 * usage: conf resolvx|glibc hosts|services|resolvconf FILE NAME
 *
 * Both sides open the file, read it and close it in every pass. Two kinds of work:
 *
 *     whole   resolvx builds its table; glibc walks over all entries (gethostent_r, getservent_r) and keeps none of
 *             them, or fills a resolver state (res_ninit)
 *     find    the one entry called NAME, without a table: resolvx scans; glibc does what it always does
 *             (gethostbyname2_r, getservbyname_r)
 *
 * glibc knows only the paths under /etc: a mount namespace of this process puts FILE there. Where the system does not
 * allow that, the program exits with 77 and the peer is left out.
 */
#include <config.h>

#include "bench.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <resolv.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/hosts.h"
#include "conf/resolvconf.h"
#include "conf/services.h"

struct job {
    const char *path;
    const char *name; /* to find */
    size_t size;      /* of the file, bytes */
    size_t want;      /* entries, as the first pass counted them */
    char *bytes;      /* room for `size` */
};

static const struct rvx__map_seed seed = { 1, 2 };

static struct rvx__view read_file(const struct job *job)
{
    int fd = open(job->path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, job->bytes, job->size);

    if (fd >= 0)
        close(fd);
    return rvx__view_of(job->bytes, n < 0 ? 0 : (size_t)n);
}

/* glibc reads resolv.conf again only when it has changed. */
static void touch_file(const struct job *job)
{
    utimensat(AT_FDCWD, job->path, NULL, 0);
}

/* One pass each. Returns the number of entries. */

static size_t whole_hosts_resolvx(const struct job *job)
{
    struct rvx__hosts hosts;
    size_t n = 0;

    if (rvx__hosts_parse(&hosts, read_file(job), seed) == 0)
        n = hosts.by_name.n;
    rvx__hosts_fini(&hosts);
    return n;
}

static size_t whole_services_resolvx(const struct job *job)
{
    struct rvx__services services;
    size_t n = 0;

    if (rvx__services_parse(&services, read_file(job), seed) == 0)
        n = services.n;
    rvx__services_fini(&services);
    return n;
}

static size_t whole_resolvconf_resolvx(const struct job *job)
{
    struct rvx__resolvconf conf;
    size_t n = 0;

    touch_file(job);
    if (rvx__resolvconf_parse(&conf, read_file(job), rvx__view_text("")) == 0)
        n = conf.servers_n;
    rvx__resolvconf_fini(&conf);
    return n;
}

static size_t find_hosts_resolvx(const struct job *job)
{
    const struct rvx__hosts_forward *found;
    struct rvx__arena arena;
    size_t n = 0;

    rvx__arena_init(&arena, 1 << 20);
    if (rvx__hosts_scan_name(read_file(job), rvx__view_text(job->name), &arena, &found) == 0)
        n = found->n;
    rvx__arena_fini(&arena);
    return n;
}

static size_t find_services_resolvx(const struct job *job)
{
    struct rvx__service service;

    return rvx__services_scan(read_file(job), rvx__view_text(job->name), rvx__view_text("tcp"), &service);
}

static size_t whole_hosts_glibc(const struct job *job)
{
    struct hostent entry, *found;
    char buf[8192];
    size_t n = 0;
    int herr;

    (void)job;
    sethostent(0);
    while (gethostent_r(&entry, buf, sizeof buf, &found, &herr) == 0 && found)
        n++;
    endhostent();
    return n;
}

static size_t whole_services_glibc(const struct job *job)
{
    struct servent entry, *found;
    char buf[8192];
    size_t n = 0;

    (void)job;
    setservent(0);
    while (getservent_r(&entry, buf, sizeof buf, &found) == 0 && found)
        n++;
    endservent();
    return n;
}

static size_t whole_resolvconf_glibc(const struct job *job)
{
    struct __res_state state;
    size_t n = 0;

    touch_file(job);
    memset(&state, 0, sizeof state);
    if (res_ninit(&state) == 0)
        n = (size_t)state.nscount;
    res_nclose(&state);
    return n;
}

static size_t find_hosts_glibc(const struct job *job)
{
    struct hostent entry, *found = NULL;
    char buf[8192];
    int herr;

    gethostbyname2_r(job->name, AF_INET, &entry, buf, sizeof buf, &found, &herr);
    return found != NULL;
}

static size_t find_services_glibc(const struct job *job)
{
    struct servent entry, *found = NULL;
    char buf[8192];

    getservbyname_r(job->name, "tcp", &entry, buf, sizeof buf, &found);
    return found != NULL;
}

static const struct kind {
    const char *name;
    const char *etc_path;
    size_t (*whole[2])(const struct job *job); /* resolvx, glibc */
    size_t (*find[2])(const struct job *job);
} kinds[] = {
    { "hosts", "/etc/hosts", { whole_hosts_resolvx, whole_hosts_glibc }, { find_hosts_resolvx, find_hosts_glibc } },
    { "services", "/etc/services", { whole_services_resolvx, whole_services_glibc },
      { find_services_resolvx, find_services_glibc } },
    { "resolvconf", "/etc/resolv.conf", { whole_resolvconf_resolvx, whole_resolvconf_glibc }, { NULL, NULL } },
};

struct pass {
    const struct job *job;
    size_t (*once)(const struct job *job);
};

static size_t repeat(const void *arg, size_t n)
{
    const struct pass *pass = arg;
    size_t bad = 0, i;

    for (i = 0; i < n; i++)
        bad += pass->once(pass->job) != pass->job->want;
    return bad;
}

static bool report(const char *peer, const char *kind, const char *work, struct job *job,
                   size_t (*once)(const struct job *job))
{
    struct pass pass = { job, once };
    struct bench_result result;

    job->want = once(job);
    result = bench_measure(repeat, &pass);
    printf("bench=conf peer=%s case=%s-%s n=%zu bad=%zu ns=%.0f mb_s=%.1f entries=%zu bytes=%zu\n", peer, kind, work,
           result.n, result.bad, result.ns, (double)job->size * 1e3 / result.ns, job->want, job->size);
    return job->want > 0 && result.bad == 0;
}

/* Puts `path` in the place of `etc_path` for this process only. */
static bool cover_file(const char *path, const char *etc_path)
{
    return (unshare(CLONE_NEWNS) == 0 || unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0) &&
           mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 && mount(path, etc_path, NULL, MS_BIND, NULL) == 0;
}

static const struct kind *find_kind(const char *name)
{
    size_t i;

    for (i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    return NULL;
}

int main(int argc, char **argv)
{
    const struct kind *kind = argc == 5 ? find_kind(argv[2]) : NULL;
    struct job job = { .path = NULL };
    struct stat status;
    bool libc, good;

    if (!kind || stat(argv[3], &status) < 0)
        return 2;
    job.path = argv[3], job.name = argv[4], job.size = (size_t)status.st_size;
    job.bytes = malloc(job.size + 1);
    libc = strcmp(argv[1], "resolvx") != 0;
    if (!job.bytes || (libc && !cover_file(job.path, kind->etc_path))) {
        free(job.bytes);
        return 77;
    }
    good = report(argv[1], kind->name, "whole", &job, kind->whole[libc]);
    if (kind->find[libc])
        good &= report(argv[1], kind->name, "find", &job, kind->find[libc]);
    free(job.bytes);
    return good ? 0 : 1;
}
