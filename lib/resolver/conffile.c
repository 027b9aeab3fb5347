/* conffile.c - one configuration file, as it was when it was read
 *
 * A file is taken for unchanged while its device, inode, size, mtime and ctime are those of the moment before it was
 * read. That sees a file replaced, truncated, rewritten in place with its old mtime, or reached through another link.
 * A file that changes while it is being read is read once more; if it goes on changing, that shows at the next look,
 * since the stamp is older than the bytes.
 *
 * Nothing here may block: a FIFO or a terminal in the place of a file is opened without waiting, and is unreadable
 * unless its bytes are there. /dev/null is an empty file.
 *
 * Deliberately not done: mmap(2). These files are rewritten in place by editors and scripts, and a mapping of a file
 * that shrinks is a SIGBUS.
 */
#include <config.h>

#include "resolver/conffile.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <resolvx/err.h>

#include "base/error.h"
#include "base/mem.h"

#define READ_MIN 4096     /* bytes, for files that do not say their size */
#define READS_MAX 3       /* of a file that changes while it is read */
#define HOSTNAME_SIZE 256 /* HOST_NAME_MAX of Linux is 64 */

static struct rvx__conffile *new_file(enum rvx__conf conf)
{
    struct rvx__conffile *file = rvx__calloc(1, sizeof *file);

    if (file == NULL)
        return NULL;
    atomic_init(&file->refs, 1);
    atomic_init(&file->scans, 0);
    file->conf = conf;
    return file;
}

struct rvx__conffile *rvx__conffile_ref(struct rvx__conffile *file)
{
    atomic_fetch_add_explicit(&file->refs, 1, memory_order_relaxed);
    return file;
}

static void fini_table(struct rvx__conffile *file)
{
    switch (file->conf) {
    case RVX__CONF_NSSWITCH:
        rvx__nsswitch_fini(&file->nsswitch);
        break;
    case RVX__CONF_HOSTS:
        rvx__hosts_fini(&file->hosts);
        break;
    case RVX__CONF_SERVICES:
        rvx__services_fini(&file->services);
        break;
    case RVX__CONF_RESOLV:
        rvx__resolvconf_fini(file->resolv);
        rvx__free(file->resolv);
        break;
    case RVX__CONF_GAI:
        rvx__free(file->gai);
        break;
    case RVX__CONF_SERVICES_DB:
    case RVX__CONF_MDNS_ALLOW:
        break;
    }
}

static void drop_bytes(struct rvx__conffile *file)
{
    rvx__free(file->bytes);
    file->bytes = NULL;
    file->bytes_len = 0;
}

void rvx__conffile_unref(struct rvx__conffile *file)
{
    if (file == NULL || atomic_fetch_sub_explicit(&file->refs, 1, memory_order_acq_rel) > 1)
        return;
    if (file->is_table)
        fini_table(file);
    rvx__free(file->bytes);
    rvx__free(file);
}

static struct rvx__conffile_stamp make_stamp(const struct stat *st)
{
    struct rvx__conffile_stamp stamp = {
        .exists = true,
        .device = st->st_dev,
        .inode = st->st_ino,
        .size = st->st_size,
        .written = st->st_mtim,
        .changed = st->st_ctim,
    };

    return stamp;
}

static bool same_time(struct timespec a, struct timespec b)
{
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

static bool same_stamp(const struct rvx__conffile_stamp *a, const struct rvx__conffile_stamp *b)
{
    return a->exists == b->exists && a->device == b->device && a->inode == b->inode && a->size == b->size &&
           same_time(a->written, b->written) && same_time(a->changed, b->changed);
}

bool rvx__conffile_is_stale(const struct rvx__conffile *file, const char *path)
{
    struct rvx__conffile_stamp stamp = {.exists = false};
    struct stat st;

    if (file->error < 0)
        return true;
    if (stat(path, &st) == 0)
        stamp = make_stamp(&st);
    else if (errno != ENOENT && errno != ENOTDIR)
        return true;
    return !same_stamp(&file->stamp, &stamp);
}

/* Reads to the end of the file into room for `size` bytes, which is made larger when the file is.
 * Returns: 0 or -errno; *bytes is the caller's in either case. */
static int read_bytes(int fd, size_t size, char **bytes, size_t *len)
{
    *bytes = NULL;
    *len = 0;
    for (;;) {
        ssize_t n;

        if (*bytes == NULL || *len == size) {
            char *more = rvx__realloc(*bytes, *bytes == NULL ? size : 2 * size, 1);

            if (more == NULL)
                return -ENOMEM;
            size = *bytes == NULL ? size : 2 * size;
            *bytes = more;
        }
        n = read(fd, *bytes + *len, size - *len);
        if (n == 0)
            return 0;
        if (n < 0 && errno != EINTR)
            return rvx__errno();
        if (n > 0)
            *len += (size_t)n;
        if (*len > RVX__CONFFILE_MAX)
            return -EFBIG;
    }
}

/* Fills a file from its descriptor: 0 or -errno. */
static int fill_file(struct rvx__conffile *file, int fd)
{
    struct stat st;

    if (fstat(fd, &st) < 0)
        return rvx__errno();
    file->stamp = make_stamp(&st);
    if (S_ISDIR(st.st_mode))
        return -EISDIR;
    if (st.st_size > (off_t)RVX__CONFFILE_MAX)
        return -EFBIG;
    /* One byte more than there should be: that the file ends there takes no second allocation to see. */
    return read_bytes(fd, st.st_size > 0 ? (size_t)st.st_size + 1 : READ_MIN, &file->bytes, &file->bytes_len);
}

/* Is the file no longer what it was when it was opened? */
static bool has_changed(const struct rvx__conffile *file, int fd)
{
    struct rvx__conffile_stamp stamp;
    struct stat st;

    if (fstat(fd, &st) < 0)
        return false;
    stamp = make_stamp(&st);
    return !same_stamp(&file->stamp, &stamp);
}

static int open_file(struct rvx__conffile *file, const char *path)
{
    int rc = 0;

    for (int i = 0; i < READS_MAX; i++) {
        int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
        bool again;

        if (fd < 0)
            return errno == ENOENT || errno == ENOTDIR ? 0 : rvx__errno();
        drop_bytes(file);
        rc = fill_file(file, fd);
        again = rc == 0 && has_changed(file, fd);
        close(fd);
        if (!again)
            break;
    }
    return rc;
}

static int stat_file(struct rvx__conffile *file, const char *path)
{
    struct stat st;

    if (stat(path, &st) == 0)
        file->stamp = make_stamp(&st);
    return 0;
}

static struct rvx__view view_bytes(const struct rvx__conffile *file)
{
    return rvx__view_of(file->bytes, file->bytes_len);
}

/* nsswitch.conf is small and read through once in any case. */
static int parse_nsswitch(struct rvx__conffile *file)
{
    int rc = rvx__nsswitch_parse(&file->nsswitch, view_bytes(file));

    if (rc < 0)
        return rc;
    file->is_table = true;
    drop_bytes(file);
    return 0;
}

/* This host's name, for the default search list; empty if it is not known. */
static struct rvx__view find_hostname(const struct rvx__conffile_env *env, char name[HOSTNAME_SIZE])
{
    if (env->hostname(name, HOSTNAME_SIZE) < 0)
        name[0] = '\0';
    name[HOSTNAME_SIZE - 1] = '\0';
    return rvx__view_text(name);
}

/* Puts the lines of the environment behind those of the file. */
static int add_lines(struct rvx__conffile *file, const char *lines)
{
    size_t len = strlen(lines);
    char *bytes;

    file->env_lines = lines;
    if (len == 0)
        return 0;
    for (size_t i = 0; i < file->bytes_len; i++)
        file->own_lines += file->bytes[i] == '\n';
    file->own_lines++; /* what stands behind the last newline, even if that is nothing, ends with the one added */
    bytes = rvx__realloc(file->bytes, file->bytes_len + 1 + len, 1);
    if (bytes == NULL)
        return -ENOMEM;
    bytes[file->bytes_len] = '\n';
    memcpy(bytes + file->bytes_len + 1, lines, len);
    file->bytes = bytes;
    file->bytes_len += 1 + len;
    return 0;
}

static int parse_resolv(struct rvx__conffile *file, const struct rvx__conffile_env *env)
{
    char hostname[HOSTNAME_SIZE];
    int rc = add_lines(file, env->resolv_lines);

    if (rc < 0)
        return rc;
    file->resolv = rvx__malloc(sizeof *file->resolv);
    if (file->resolv == NULL)
        return -ENOMEM;
    rc = rvx__resolvconf_parse(file->resolv, view_bytes(file), find_hostname(env, hostname));
    file->is_table = true; /* also a failed one has to be ended */
    drop_bytes(file);
    return rc;
}

static int parse_gai(struct rvx__conffile *file)
{
    file->gai = rvx__malloc(sizeof *file->gai);
    if (file->gai == NULL)
        return -ENOMEM;
    rvx__gaiconf_parse(file->gai, view_bytes(file));
    file->is_table = true;
    drop_bytes(file);
    return 0;
}

/* Makes a table of a file that is one from the start.  error: of reading it. Returns: that, or -ENOMEM. */
static int parse_file(struct rvx__conffile *file, const struct rvx__conffile_env *env, int error)
{
    int rc = 0;

    if (error < 0)
        drop_bytes(file);
    if (file->conf == RVX__CONF_NSSWITCH && error == 0)
        rc = parse_nsswitch(file);
    else if (file->conf == RVX__CONF_RESOLV)
        rc = parse_resolv(file, env);
    else if (file->conf == RVX__CONF_GAI)
        rc = parse_gai(file);
    return rc < 0 ? rc : error;
}

int rvx__conffile_read(enum rvx__conf conf, const char *path, const struct rvx__conffile_env *env,
                       struct rvx__conffile **file)
{
    bool look_only = conf == RVX__CONF_SERVICES_DB || conf == RVX__CONF_MDNS_ALLOW;
    struct rvx__conffile *new = new_file(conf);
    int rc;

    *file = NULL;
    if (new == NULL)
        return -ENOMEM;
    rc = look_only ? stat_file(new, path) : open_file(new, path);
    if (rc != -ENOMEM)
        rc = parse_file(new, env, rc);
    if (rc == -ENOMEM) {
        rvx__conffile_unref(new);
        return rc;
    }
    new->error = rc;
    *file = new;
    return 0;
}

static int build_table(struct rvx__conffile *table, struct rvx__view bytes, struct rvx__map_seed seed)
{
    switch (table->conf) {
    case RVX__CONF_HOSTS:
        return rvx__hosts_parse(&table->hosts, bytes, seed);
    case RVX__CONF_SERVICES:
        return rvx__services_parse(&table->services, bytes, seed);
    case RVX__CONF_NSSWITCH:
    case RVX__CONF_SERVICES_DB:
    case RVX__CONF_RESOLV:
    case RVX__CONF_GAI:
    case RVX__CONF_MDNS_ALLOW:
        break;
    }
    return RVX_EINTERNAL;
}

int rvx__conffile_index(const struct rvx__conffile *bytes, struct rvx__map_seed seed, struct rvx__conffile **table)
{
    struct rvx__conffile *new = new_file(bytes->conf);
    int rc;

    *table = NULL;
    if (new == NULL)
        return -ENOMEM;
    new->stamp = bytes->stamp;
    new->error = bytes->error;
    rc = build_table(new, view_bytes(bytes), seed);
    if (rc < 0) {
        rvx__conffile_unref(new);
        return rc;
    }
    new->is_table = true;
    *table = new;
    return 0;
}

const struct rvx__remarks *rvx__conffile_remarks(const struct rvx__conffile *file)
{
    if (!file->is_table)
        return NULL;
    switch (file->conf) {
    case RVX__CONF_NSSWITCH:
        return &file->nsswitch.remarks;
    case RVX__CONF_HOSTS:
        return &file->hosts.remarks;
    case RVX__CONF_SERVICES:
        return &file->services.remarks;
    case RVX__CONF_RESOLV:
        return &file->resolv->remarks;
    case RVX__CONF_GAI:
        return &file->gai->remarks;
    case RVX__CONF_SERVICES_DB:
    case RVX__CONF_MDNS_ALLOW:
        break;
    }
    return NULL;
}

int rvx__conffile_find_host(struct rvx__conffile *file, struct rvx__view name, struct rvx__arena *arena,
                            const struct rvx__hosts_forward **found)
{
    *found = NULL;
    if (file->error < 0)
        return file->error;
    if (file->is_table) {
        *found = rvx__hosts_find_name(&file->hosts, name);
        return *found != NULL ? 0 : RVX_ENOTFOUND;
    }
    atomic_fetch_add_explicit(&file->scans, 1, memory_order_relaxed);
    return rvx__hosts_scan_name(view_bytes(file), name, arena, found);
}

int rvx__conffile_find_addr(struct rvx__conffile *file, const struct rvx_addr *addr, struct rvx__arena *arena,
                            const struct rvx__hosts_reverse **found)
{
    *found = NULL;
    if (file->error < 0)
        return file->error;
    if (file->is_table) {
        *found = rvx__hosts_find_addr(&file->hosts, addr);
        return *found != NULL ? 0 : RVX_ENOTFOUND;
    }
    atomic_fetch_add_explicit(&file->scans, 1, memory_order_relaxed);
    return rvx__hosts_scan_addr(view_bytes(file), addr, arena, found);
}

int rvx__conffile_find_service(struct rvx__conffile *file, struct rvx__view name, struct rvx__view protocol,
                               struct rvx__service *found)
{
    const struct rvx__service *service;

    if (file->error < 0)
        return file->error;
    if (!file->is_table) {
        atomic_fetch_add_explicit(&file->scans, 1, memory_order_relaxed);
        return rvx__services_scan(view_bytes(file), name, protocol, found) ? 0 : RVX_EPORTUNKNOWN;
    }
    service = rvx__services_find(&file->services, name, protocol);
    if (service == NULL)
        return RVX_EPORTUNKNOWN;
    *found = *service;
    return 0;
}

const char *rvx__conffile_variable(const struct rvx__conffile *file, const struct rvx__remark *remark)
{
    struct rvx__view lines, line = rvx__view_of(NULL, 0);
    uint32_t number = file->own_lines;

    if (file->conf != RVX__CONF_RESOLV || number == 0 || remark->line <= number)
        return NULL;
    lines = rvx__view_text(file->env_lines);
    while (number++ < remark->line && rvx__view_take_line(&lines, &line))
        continue;
    return rvx__view_starts(line, "options") ? "RES_OPTIONS" : "LOCALDOMAIN";
}
