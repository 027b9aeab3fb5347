/* accept.h - accepting, with an ear for what rvx_accept() keeps to itself */
#ifndef RVX_NET_ACCEPT_H
#define RVX_NET_ACCEPT_H

#include <resolvx/net.h>

/* Told, once per shortage, that accepting backs off. May close the listener; the caller's reference keeps it alive. */
struct rvx__accept_hook {
    void (*failed)(void *arg, const struct rvx_error *err); /* may be NULL */
    void *arg;
};

/* rvx_accept().  hook: may be NULL. */
int rvx__accept(struct rvx_listener *listener, const struct rvx_ctx *ctx, const struct rvx__accept_hook *hook,
                struct rvx_conn **conn, struct rvx_error *err);

#endif
