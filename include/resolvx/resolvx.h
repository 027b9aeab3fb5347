/* resolvx.h - all of libresolvx
 *
 *     version.h   version, export mark
 *     err.h       error codes and struct rvx_error
 *     time.h      points in time, deadlines
 *     addr.h      addresses, "host:port"
 *     log.h       log callback
 *     wait.h      contexts, cancel tokens, waiters
 *     loop.h      event loop, operations
 *     trace.h     what a lookup does, event by event
 *     resolver.h  ports and hosts
 *     netdb.h     getaddrinfo() and getnameinfo()
 *     net.h       listeners and connections
 *
 * backend.h, for those who write a source of answers, is included separately.
 */
#ifndef RESOLVX_RESOLVX_H
#define RESOLVX_RESOLVX_H

#include <resolvx/addr.h>
#include <resolvx/err.h>
#include <resolvx/log.h>
#include <resolvx/loop.h>
#include <resolvx/net.h>
#include <resolvx/netdb.h>
#include <resolvx/records.h>
#include <resolvx/resolver.h>
#include <resolvx/time.h>
#include <resolvx/trace.h>
#include <resolvx/version.h>
#include <resolvx/wait.h>

#endif
