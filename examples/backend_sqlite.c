/* backend_sqlite.c - a source of host names outside of the library: a table in an SQLite database
 *
 *     CREATE TABLE hosts (name TEXT COLLATE NOCASE, address TEXT);
 *
 * As a module that the library loads when an order names "sqlite":
 *
 * cc -shared -fPIC backend_sqlite.c $(pkg-config --cflags --libs resolvx sqlite3) -o resolvx_sqlite.so
 *
 * A program may as well compile it in and call rvx_resolver_backend(resolver, &rvx_backend_module, "names.db", &err).
 * Without such a path the environment says which database it is, RESOLVX_SQLITE; see resolvx-backend(3) for the rules.
 */
#define _GNU_SOURCE /* secure_getenv */
#include <errno.h>
#include <resolvx/backend.h>
#include <sqlite3.h>
#include <stdlib.h>

/* One connection serves all workers: SQLite takes turns inside. */
static int open_database(void *arg, void **backend, struct rvx_error *err)
{
    const char *path = arg != NULL ? arg : secure_getenv("RESOLVX_SQLITE");
    sqlite3 *db = NULL;

    (void)err;
    if (path == NULL)
        return -ENOENT;
    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_FULLMUTEX, NULL) != SQLITE_OK) {
        sqlite3_close(db);
        return -EIO;
    }
    sqlite3_busy_timeout(db, 1000);
    *backend = db;
    return 0;
}

static void close_database(void *backend)
{
    sqlite3_close(backend);
}

/* Adds a row to the answer. Returns whether it is of use. */
static bool add_address(struct rvx_request *request, const char *text)
{
    struct rvx_addr addr;

    return text != NULL && rvx_addr_parse(text, &addr) == 0 && rvx_request_add_addr(request, &addr) == 0;
}

/* Runs on a worker thread, so it may take its time. A table that is locked for long is a reason to try again, one that
 * cannot be read is no source at all. */
static void answer(void *backend, struct rvx_request *request)
{
    static const char query[] = "SELECT address FROM hosts WHERE name = rtrim(?1, '.') ORDER BY rowid";
    sqlite3_stmt *rows = NULL;
    bool found = false;
    int step = sqlite3_prepare_v2(backend, query, -1, &rows, NULL);

    if (step == SQLITE_OK)
        step = sqlite3_bind_text(rows, 1, rvx_request_name(request), -1, SQLITE_STATIC);
    while ((step == SQLITE_OK || step == SQLITE_ROW) && (step = sqlite3_step(rows)) == SQLITE_ROW)
        found |= add_address(request, (const char *)sqlite3_column_text(rows, 0));
    sqlite3_finalize(rows);

    if (step == SQLITE_BUSY)
        rvx_request_finish(request, RVX_STATUS_TRYAGAIN, 0);
    else if (step != SQLITE_DONE)
        rvx_request_finish(request, RVX_STATUS_UNAVAIL, 0);
    else
        rvx_request_finish(request, found ? RVX_STATUS_SUCCESS : RVX_STATUS_NOTFOUND, 0);
}

RVX_API extern const struct rvx_backend_ops rvx_backend_module;
const struct rvx_backend_ops rvx_backend_module = {
    .abi = RVX_BACKEND_ABI,
    .name = "sqlite",
    .caps = RVX_BACKEND_HOST | RVX_BACKEND_BLOCKS,
    .open = open_database,
    .start = answer,
    .close = close_database,
};
