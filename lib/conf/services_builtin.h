/* services_builtin.h - the well-known services, for systems without a services file
 *
 * Generated from data/services when the project is built: constant, shared between processes, nothing to set up. Works
 * as a table of services.h does.
 */
#ifndef RVX_CONF_SERVICES_BUILTIN_H
#define RVX_CONF_SERVICES_BUILTIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/view.h"
#include "conf/services.h"

/* Finds a service by name or alias, or by port. protocol: empty for any, the first in the table.
 * False, and *service untouched, if there is none. */
bool rvx__services_builtin_find(struct rvx__view name, struct rvx__view protocol, struct rvx__service *service);
bool rvx__services_builtin_find_port(uint16_t port, struct rvx__view protocol, struct rvx__service *service);

/* The i-th service in the order of ports; false past the end. */
bool rvx__services_builtin_at(size_t i, struct rvx__service *service);

#endif
