/* port.c - numeric ports
 *
 * One optional sign and digits only is a number, as in Go's LookupPort; everything else is a service's name. Two of
 * Go's
 * slips are not followed: a sign without digits is no number there and still gives port 0, and digits enough make its
 * 32-bit sum wrap round to a valid port. Here the value stops growing as soon as it is out of range.
 */
#include <config.h>

#include "addr/port.h"

#define PORT_MAX 65535

enum rvx__port_kind rvx__port_parse(struct rvx__view service, uint16_t *port)
{
    int sign = rvx__view_at(service, 0);
    uint32_t number = 0;
    size_t i = sign == '+' || sign == '-' ? 1 : 0;

    *port = 0;
    if (service.len > 0 && i == service.len)
        return RVX__PORT_NAME;
    for (; i < service.len; i++) {
        int byte = rvx__view_at(service, i);

        if (!rvx__is_digit(byte))
            return RVX__PORT_NAME;
        if (number <= PORT_MAX)
            number = 10 * number + (uint32_t)(byte - '0');
    }
    if (number > PORT_MAX || (sign == '-' && number > 0))
        return RVX__PORT_INVALID;
    *port = (uint16_t)number;
    return RVX__PORT_NUMBER;
}
