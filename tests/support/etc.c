/* etc.c - a directory of configuration files for a test */
#include <config.h>

#include "support/etc.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static rvx_time read_clock(void *self)
{
    struct etc *etc = self;

    return etc->now;
}

/* Only questions for a source address go to that port (srcaddr.c). */
static int connect_but_not_to_discard(void *self, int fd, const struct sockaddr *sa, socklen_t len)
{
    struct rvx_addr to;

    if (rvx_addr_from_sockaddr(sa, len, &to) == 0 && to.port == 9)
        return -ENOBUFS;
    return rvx__sockops_system.connect(self, fd, sa, len);
}

static void check(bool ok, const char *what)
{
    if (!ok) {
        perror(what);
        abort();
    }
}

void etc_init(struct etc *etc)
{
    const char *tmp = getenv("TMPDIR");

    unsetenv("RESOLVX");
    unsetenv("RES_OPTIONS");
    unsetenv("LOCALDOMAIN");
    unsetenv("HOSTALIASES");
    memset(etc, 0, sizeof *etc);
    snprintf(etc->dir, sizeof etc->dir, "%s/resolvx-etc-XXXXXX", tmp != NULL && strlen(tmp) < 32 ? tmp : "/tmp");
    check(mkdtemp(etc->dir) != NULL, "mkdtemp");
    etc->now = RVX_SECONDS(1000);
    etc->clock = (struct rvx__clock){.now = read_clock, .coarse = read_clock, .self = etc};
    etc->base = rvx__resolver_base_system;
    etc->base.clock = &etc->clock;
    etc->sockops = rvx__sockops_system;
    etc->sockops.connect = connect_but_not_to_discard;
    etc->base.sockops = &etc->sockops;
    etc->base.stat_only = true; /* what the clock says then is all that counts */
    etc->opts = (struct rvx_resolver_opts)RVX_RESOLVER_OPTS_INIT;
    etc->opts.etc_dir = etc->dir;
    etc->opts.db_dir = etc->dir;
}

const char *etc_path(const struct etc *etc, const char *name, char path[128])
{
    snprintf(path, 128, "%s/%s", etc->dir, name);
    return path;
}

void etc_fini(struct etc *etc)
{
    DIR *dir = opendir(etc->dir);
    struct dirent *entry;
    char path[128];

    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 && strlen(entry->d_name) < 60)
            unlink(etc_path(etc, entry->d_name, path));
    }
    if (dir != NULL)
        closedir(dir);
    rmdir(etc->dir);
}

void etc_pass(struct etc *etc, rvx_time duration)
{
    etc->now += duration;
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    check(file != NULL, path);
    check(fputs(text, file) >= 0, path);
    check(fclose(file) == 0, path);
}

void etc_write(struct etc *etc, const char *name, const char *text)
{
    char path[128];

    write_file(etc_path(etc, name, path), text);
}

void etc_replace(struct etc *etc, const char *name, const char *text)
{
    char path[128], fresh[128];

    write_file(etc_path(etc, "new", fresh), text);
    check(rename(fresh, etc_path(etc, name, path)) == 0, "rename");
}

void etc_remove(struct etc *etc, const char *name)
{
    char path[128];

    check(unlink(etc_path(etc, name, path)) == 0, "unlink");
}

struct rvx_resolver *etc_resolver(struct etc *etc)
{
    struct rvx_resolver *resolver;
    struct rvx_error err;

    if (rvx__resolver_new_on(&etc->base, &etc->opts, &resolver, &err) < 0) {
        fprintf(stderr, "%s\n", rvx_error_text(&err));
        abort();
    }
    return resolver;
}
