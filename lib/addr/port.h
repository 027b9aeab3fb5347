/* port.h - numeric ports, as the front half of rvx_lookup_port() takes them */
#ifndef RVX_ADDR_PORT_H
#define RVX_ADDR_PORT_H

#include <stdint.h>

#include "base/view.h"

enum rvx__port_kind {
    RVX__PORT_NUMBER,  /* *port is set */
    RVX__PORT_INVALID, /* a number, but no port: out of range, however large */
    RVX__PORT_NAME     /* not a number: to be looked up */
};

/* Reads a service text: empty is port 0; one optional sign and digits only is a number. "-0" and "+80" are numbers as
 * in Go; unlike there a sign alone is a name, and no digit string wraps round. */
enum rvx__port_kind rvx__port_parse(struct rvx__view service, uint16_t *port);

#endif
