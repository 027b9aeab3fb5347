/* conffile.h - one configuration file, as it was when it was read
 *
 * The one place that touches these files. What comes out never changes and is reference-counted; a file that changes on
 * the disk gives a new one. Files are kept as bytes at first, good for a scan, and are made into a table once it is
 * seen that somebody stays and asks again.
 */
#ifndef RVX_RESOLVER_CONFFILE_H
#define RVX_RESOLVER_CONFFILE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/view.h"
#include "conf/gaiconf.h"
#include "conf/hosts.h"
#include "conf/nsswitch.h"
#include "conf/remarks.h"
#include "conf/resolvconf.h"
#include "conf/services.h"

enum rvx__conf {
    RVX__CONF_NSSWITCH,
    RVX__CONF_HOSTS,
    RVX__CONF_SERVICES,
    RVX__CONF_SERVICES_DB, /* libc's table of services: never read, all that matters is whether it is there */
    RVX__CONF_RESOLV,
    RVX__CONF_GAI,
    RVX__CONF_MDNS_ALLOW /* nss-mdns's list of domains: likewise never read */
};

#define RVX__CONF_N 7
#define RVX__CONF_BIT(conf) (1u << (conf))

/* Larger files are not read. */
#define RVX__CONFFILE_MAX ((size_t)64 << 20)

/* What tells one state of a file from the next. */
struct rvx__conffile_stamp {
    bool exists;
    dev_t device;
    ino_t inode;
    off_t size;
    struct timespec written; /* mtime */
    struct timespec changed; /* ctime, which nobody can set back */
};

struct rvx__conffile {
    atomic_uint refs;
    enum rvx__conf conf;
    struct rvx__conffile_stamp stamp;
    int error;     /* -errno: why nothing could be read; 0 for a missing file, which is an empty one */
    bool is_table; /* which of the two below */
    char *bytes;   /* bytes_len of them, or NULL */
    size_t bytes_len;
    atomic_uint scans;     /* how often the bytes were scanned */
    uint32_t own_lines;    /* of resolv.conf: lines behind these come from the environment */
    const char *env_lines; /* borrowed; "" */
    union {
        struct rvx__nsswitch nsswitch;
        struct rvx__hosts hosts;
        struct rvx__services services;
        struct rvx__resolvconf *resolv; /* a table even if the file cannot be read: of nothing but the lines added */
        struct rvx__gaiconf *gai;       /* likewise; both are pointers because they are large */
    };
};

/* What else there is to know when a file is read. */
struct rvx__conffile_env {
    int (*hostname)(char *name, size_t size); /* as gethostname(2) */
    const char *resolv_lines;                 /* read behind those of resolv.conf; lives as long as what is read */
};

/* Reads a file, following symbolic links. hosts and services stay bytes, the others become tables at once.
 * Returns: 0, whatever became of the reading: see file->error; -ENOMEM.
 * Ownership: one reference. */
int rvx__conffile_read(enum rvx__conf conf, const char *path, const struct rvx__conffile_env *env,
                       struct rvx__conffile **file);

/* Makes the table that has the bytes' contents.  Returns: 0; -ENOMEM.  Ownership: as above. */
int rvx__conffile_index(const struct rvx__conffile *bytes, struct rvx__map_seed seed, struct rvx__conffile **table);

/* Must it be read again? If the file on the disk is not the one read, or could not be read. */
bool rvx__conffile_is_stale(const struct rvx__conffile *file, const char *path);

struct rvx__conffile *rvx__conffile_ref(struct rvx__conffile *file);
void rvx__conffile_unref(struct rvx__conffile *file); /* may be NULL */

/* What the parser remarked; NULL: no table, so nobody looked. */
const struct rvx__remarks *rvx__conffile_remarks(const struct rvx__conffile *file);

/* The variable of the environment that a remark is about; NULL: it is about the file. */
const char *rvx__conffile_variable(const struct rvx__conffile *file, const struct rvx__remark *remark);

/* Looks a host, or an address, up in a hosts file.  arena: where the answer of a scan lives; a table's lives as long as
 * the file.
 * Returns: 0; RVX_ENOTFOUND; -ENOMEM; file->error. *found is NULL unless 0. */
int rvx__conffile_find_host(struct rvx__conffile *file, struct rvx__view name, struct rvx__arena *arena,
                            const struct rvx__hosts_forward **found);
int rvx__conffile_find_addr(struct rvx__conffile *file, const struct rvx_addr *addr, struct rvx__arena *arena,
                            const struct rvx__hosts_reverse **found);

/* Looks a service up in a services file.  protocol: "tcp", ...; empty: any.
 * Returns: 0; RVX_EPORTUNKNOWN; file->error. */
int rvx__conffile_find_service(struct rvx__conffile *file, struct rvx__view name, struct rvx__view protocol,
                               struct rvx__service *found);

#endif
