/* unix.h - Unix-domain addresses and the files they leave behind */
#ifndef RVX_NET_UNIX_H
#define RVX_NET_UNIX_H

#include <resolvx/addr.h>

#include "base/view.h"
#include "net/listener.h"

/* Makes the address of a path, or of "@name": the abstract one. The empty text is the unnamed address.
 * Returns: 0; -EINVAL if it does not fit a socket address. */
int rvx__unix_addr(struct rvx__view path, struct rvx_addr *addr);

/* Notes the file that a bind has just made, for rvx__unix_remove(). Does nothing for abstract names. */
void rvx__unix_own(struct rvx__listener_socket *socket);

/* Removes the file of a socket that owns one, unless another file has taken its place. */
void rvx__unix_remove(struct rvx__listener_socket *socket, const struct rvx__sockops *ops);

#endif
