/* be_files.c - the backends that are tables: the files under /etc, the built-in services, and localhost
 *
 * None of them waits: what they answer from is in memory, or is read from a local file now. Together with be_libc.c
 * they are written against the public backend.h and nothing else of this folder, as a program's own would be.
 */
#include <config.h>

#include "resolver/backends.h"

#include <string.h>

static void start_files(void *backend, struct rvx_request *request)
{
    (void)backend;
    rvx_request_finish(request, rvx_request_answer_files(request), 0);
}

const struct rvx_backend_ops rvx__be_files = {
    .abi = RVX_BACKEND_ABI,
    .name = "files",
    .caps = RVX_BACKEND_HOST | RVX_BACKEND_PORT | RVX_BACKEND_ADDR | RVX_BACKEND_AT_ONCE,
    .start = start_files,
};

static void start_builtin(void *backend, struct rvx_request *request)
{
    (void)backend;
    rvx_request_finish(request, rvx_request_answer_builtin(request), 0);
}

const struct rvx_backend_ops rvx__be_builtin = {
    .abi = RVX_BACKEND_ABI,
    .name = "builtin",
    .caps = RVX_BACKEND_PORT | RVX_BACKEND_AT_ONCE,
    .start = start_builtin,
};

/* Both loopback addresses, in the order of RFC 6724. Who is asked for which name is decided elsewhere. */
static void start_localhost(void *backend, struct rvx_request *request)
{
    static const char *const loopback[] = {"::1", "127.0.0.1"};

    (void)backend;
    for (int i = 0; i < 2; i++) {
        struct rvx_addr addr;

        if (rvx_addr_parse(loopback[i], &addr) == 0)
            rvx_request_add_addr(request, &addr);
    }
    rvx_request_set_canonical(request, rvx_request_name(request));
    rvx_request_finish(request, RVX_STATUS_SUCCESS, 0);
}

const struct rvx_backend_ops rvx__be_localhost = {
    .abi = RVX_BACKEND_ABI,
    .name = "localhost",
    .caps = RVX_BACKEND_HOST | RVX_BACKEND_AT_ONCE,
    .start = start_localhost,
};
