/* be_dns.c - the backend that asks DNS servers
 *
 * What it is made of is behind three calls of backend.h, so a program can put something of its own around them: a
 * backend that answers some names by itself and has DNS answer the others.
 */
#include <config.h>

#include "resolver/backends.h"

static bool answer_dns(void *backend, struct rvx_request *request)
{
    (void)backend;
    return rvx_request_answer_dns(request);
}

static void start_dns(void *backend, struct rvx_request *request)
{
    (void)backend;
    rvx_request_start_dns(request);
}

static void cancel_dns(void *backend, struct rvx_request *request)
{
    (void)backend;
    rvx_request_cancel_dns(request);
}

const struct rvx_backend_ops rvx__be_dns = {
    .abi = RVX_BACKEND_ABI,
    .name = "dns",
    .caps = RVX_BACKEND_HOST | RVX_BACKEND_ADDR | RVX_BACKEND_RECORDS,
    .answer = answer_dns,
    .start = start_dns,
    .cancel = cancel_dns,
};
