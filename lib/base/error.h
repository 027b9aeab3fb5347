/* error.h - filling a struct rvx_error
 *
 * Each function fills the whole error, so later context can be added with the rvx__error_op() family, and returns its
 * code, so that `return rvx__error_addr(err, RVX_EPORTINVALID, service);` reads as what it does. `err` may be NULL
 * everywhere. Texts too long for their field end in "...".
 */
#ifndef RVX_BASE_ERROR_H
#define RVX_BASE_ERROR_H

#include <resolvx/err.h>

#include "base/view.h"

/* A successful end: code 0, nothing else is touched. Returns 0. */
int rvx__error_none(struct rvx_error *err);

int rvx__error_plain(struct rvx_error *err, int code);
int rvx__error_syscall(struct rvx_error *err, int code, const char *syscall);
int rvx__error_addr(struct rvx_error *err, int code, struct rvx__view address);
int rvx__error_lookup(struct rvx_error *err, int code, struct rvx__view name, const char *server);
int rvx__error_network(struct rvx_error *err, struct rvx__view network); /* RVX_ENETUNKNOWN */
int rvx__error_parse(struct rvx_error *err, int code, const char *what, struct rvx__view text);
int rvx__error_option(struct rvx_error *err, const char *field, struct rvx__view value); /* RVX_EOPTIONS */

/* Puts "OP NET SOURCE->ADDR: " in front of an error that is there. op: static. net, source, addr: NULL or empty to
 * leave out. Returns err->code, or `code` when err is NULL. */
int rvx__error_op(struct rvx_error *err, int code, const char *op, const char *net, const char *source,
                  const char *addr);

/* -errno of the system call that just failed; never 0. Called where the call is made, once. */
int rvx__errno(void);

#endif
