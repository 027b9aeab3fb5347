/* hostport.h - "host:port" over views */
#ifndef RVX_ADDR_HOSTPORT_H
#define RVX_ADDR_HOSTPORT_H

#include "base/view.h"

/* Splits as rvx_split_hostport(): 0 or its code. host and port point into `address`. */
int rvx__hostport_split(struct rvx__view address, struct rvx__view *host, struct rvx__view *port);

#endif
