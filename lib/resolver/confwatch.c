/* confwatch.c - hears from the kernel when a configuration file may have changed, by inotify(7) on the way to it
 *
 * A path is walked name by name. Directories are watched, not files, since a file is mostly replaced by another one:
 * the directory the file is in, the directory of every symbolic link on the way, and where the way ends early, the
 * directory in which the missing name would appear. Each is watched before the file is read, so nothing slips through.
 * What that does not see, a directory that is renamed or a remote file system, is left to the look with stat(2) that
 * takes place anyway.
 *
 * There is no thread, and nothing waits: the events lie in the descriptor until somebody looks. A file counts as
 * written when its writer closes it, so that half of one is not read.
 *
 * The lock is only ever tried: in a forked child its holder may not exist. Whoever does not get it does without.
 */
#include <config.h>

#include "resolver/confwatch.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/view.h"

#define MASK \
    (IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CLOSE_WRITE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR)
#define LINKS_MAX 40
#define READS_MAX 64 /* of events, in one look */
#define ALL_FILES ((1u << RVX__CONF_N) - 1)

/* A walk along a path. */
struct walk {
    int fd;
    struct rvx__confwatch_way *way;
    char done[PATH_MAX]; /* the directory reached so far, without links in it; "" for the root, "." for where we are */
    char rest[PATH_MAX]; /* what is still to be walked */
    unsigned links;
};

void rvx__confwatch_init(struct rvx__confwatch *watch, bool never)
{
    memset(watch, 0, sizeof *watch);
    watch->never = never;
    watch->fd = -1;
    atomic_init(&watch->on, false);
    pthread_mutex_init(&watch->lock, NULL);
}

void rvx__confwatch_fini(struct rvx__confwatch *watch)
{
    if (watch->fd >= 0 && watch->pid == getpid())
        close(watch->fd);
    pthread_mutex_destroy(&watch->lock);
}

/* FNV-1a */
static uint32_t hash_name(struct rvx__view name)
{
    uint32_t hash = UINT32_C(2166136261);

    for (size_t i = 0; i < name.len; i++)
        hash = (hash ^ (uint32_t)rvx__view_at(name, i)) * UINT32_C(16777619);
    return hash;
}

/* Watches a name in the directory reached. */
static void add_point(struct walk *walk, struct rvx__view name)
{
    struct rvx__confwatch_way *way = walk->way;
    int wd;

    if (way->n == RVX__CONFWATCH_POINTS_MAX)
        return;
    wd = inotify_add_watch(walk->fd, walk->done[0] != '\0' ? walk->done : "/", MASK);
    if (wd < 0)
        return;
    way->points[way->n++] = (struct rvx__confwatch_point){.wd = wd, .hash = hash_name(name)};
}

/* "A/B" into a text of PATH_MAX bytes: false if it does not fit. */
static bool join(char *to, struct rvx__view a, struct rvx__view b)
{
    char text[PATH_MAX];
    struct rvx__buf buf;

    rvx__buf_init(&buf, text, sizeof text);
    rvx__buf_add(&buf, a);
    rvx__buf_add_byte(&buf, '/');
    rvx__buf_add(&buf, b);
    if (rvx__buf_finish(&buf) < 0)
        return false;
    memcpy(to, text, strlen(text) + 1);
    return true;
}

/* Goes through a link: what it says stands before the rest of the path. */
static bool enter_link(struct walk *walk, struct rvx__view target, struct rvx__view rest)
{
    if (++walk->links > LINKS_MAX)
        return false;
    if (rvx__view_starts(target, "/"))
        walk->done[0] = '\0';
    return join(walk->rest, target, rest);
}

/* Goes one name on: false at the end of the way. */
static bool take_step(struct walk *walk)
{
    char kept[PATH_MAX], path[PATH_MAX], target[PATH_MAX];
    struct rvx__view rest, name;
    ssize_t n;

    memcpy(kept, walk->rest, sizeof kept);
    rest = rvx__view_text(kept);
    if (!rvx__view_take_until(&rest, '/', &name)) {
        name = rest;
        rest = rvx__view_text("");
    }
    memmove(walk->rest, rest.data, rest.len);
    walk->rest[rest.len] = '\0';
    if (name.len == 0 || rvx__view_is(name, "."))
        return rest.len > 0;
    if (!join(path, rvx__view_text(walk->done), name))
        return false;
    n = readlink(path, target, sizeof target);
    if (n < 0 && errno == EINVAL && rest.len > 0) {
        memcpy(walk->done, path, strlen(path) + 1);
        return true;
    }
    add_point(walk, name);
    n = readlink(path, target, sizeof target);
    return n > 0 && (size_t)n < sizeof target && enter_link(walk, rvx__view_of(target, (size_t)n), rest);
}

static void walk_path(struct walk *walk, const char *path)
{
    size_t len = strlen(path);

    if (len >= sizeof walk->rest)
        return;
    memcpy(walk->rest, path, len + 1);
    memcpy(walk->done, ".", path[0] == '/' ? 1 : 2);
    walk->done[path[0] == '/' ? 0 : 1] = '\0';
    while (take_step(walk))
        ;
}

static bool is_used(const struct rvx__confwatch *watch, int wd)
{
    for (int i = 0; i < RVX__CONF_N; i++) {
        for (unsigned j = 0; j < watch->ways[i].n; j++) {
            if (watch->ways[i].points[j].wd == wd)
                return true;
        }
    }
    return false;
}

/* Makes the descriptor, if that may be done here. */
static bool open_watch(struct rvx__confwatch *watch)
{
    if (watch->fd >= 0)
        return watch->pid == getpid();
    watch->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    watch->pid = getpid();
    return watch->fd >= 0;
}

bool rvx__confwatch_follow(struct rvx__confwatch *watch, enum rvx__conf conf, const char *path)
{
    struct rvx__confwatch_way *way = &watch->ways[conf];
    struct rvx__confwatch_way old;
    bool done = false;

    if (watch->never || pthread_mutex_trylock(&watch->lock) != 0)
        return false;
    if (open_watch(watch)) {
        struct walk walk = {.fd = watch->fd, .way = way};

        old = *way;
        way->n = 0;
        walk_path(&walk, path);
        for (unsigned i = 0; i < old.n; i++) {
            if (!is_used(watch, old.points[i].wd))
                inotify_rm_watch(watch->fd, old.points[i].wd);
        }
        way->followed = done = way->n > 0;
        atomic_store(&watch->on, true);
    }
    pthread_mutex_unlock(&watch->lock);
    return done;
}

bool rvx__confwatch_follows(struct rvx__confwatch *watch, enum rvx__conf conf)
{
    bool followed;

    if (pthread_mutex_trylock(&watch->lock) != 0)
        return true; /* somebody is about it */
    followed = watch->ways[conf].followed;
    pthread_mutex_unlock(&watch->lock);
    return followed;
}

/* The files that an event is about. */
static unsigned find_files(const struct rvx__confwatch *watch, const struct inotify_event *event)
{
    uint32_t hash = event->len > 0 ? hash_name(rvx__view_text(event->name)) : 0;
    unsigned files = 0;

    if (event->mask & IN_Q_OVERFLOW)
        return ALL_FILES;
    for (int i = 0; i < RVX__CONF_N; i++) {
        for (unsigned j = 0; j < watch->ways[i].n; j++) {
            const struct rvx__confwatch_point *point = &watch->ways[i].points[j];

            if (point->wd == event->wd && (event->len == 0 || point->hash == hash))
                files |= RVX__CONF_BIT(i);
        }
    }
    return files;
}

/* Takes the events that are there: at most so many, the rest next time. */
static unsigned read_events(const struct rvx__confwatch *watch)
{
    _Alignas(struct inotify_event) char bytes[4096];
    unsigned files = 0;

    for (int i = 0; i < READS_MAX; i++) {
        ssize_t n = read(watch->fd, bytes, sizeof bytes);

        for (ssize_t at = 0; at < n;) {
            const struct inotify_event *event = (const void *)(bytes + at);

            files |= find_files(watch, event);
            at += (ssize_t)(sizeof *event + event->len);
        }
        if (n <= 0)
            break;
    }
    return files;
}

unsigned rvx__confwatch_poll(struct rvx__confwatch *watch)
{
    unsigned files = 0;

    if (!atomic_load(&watch->on) || pthread_mutex_trylock(&watch->lock) != 0)
        return 0;
    if (watch->pid != getpid())
        atomic_store(&watch->on, false);
    else
        files = read_events(watch);
    pthread_mutex_unlock(&watch->lock);
    return files;
}
