/* module.c - a module: the source "tiny" knows the host "tiny.example" */
#include <string.h>

#include <resolvx/backend.h>

static void start(void *backend, struct rvx_request *request)
{
    struct rvx_addr addr;

    (void)backend;
    if (strcmp(rvx_request_name(request), "tiny.example") != 0) {
        rvx_request_finish(request, RVX_STATUS_NOTFOUND, 0);
        return;
    }
    if (rvx_addr_parse("192.0.2.200", &addr) == 0)
        rvx_request_add_addr(request, &addr);
    rvx_request_finish(request, RVX_STATUS_SUCCESS, 0);
}

extern const struct rvx_backend_ops rvx_backend_module;

__attribute__((visibility("default"))) const struct rvx_backend_ops rvx_backend_module = {
    .abi = RVX_BACKEND_ABI,
    .name = "tiny",
    .caps = RVX_BACKEND_HOST | RVX_BACKEND_AT_ONCE,
    .start = start,
};
