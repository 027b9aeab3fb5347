/* services.h - services(5): service names to ports and back
 *
 * Two ways to the same answers. A scan passes over the bytes until it has one service and builds nothing: for a process
 * that asks once. A table answers with one hash probe: for a process that stays.
 *
 * The first line that fits wins, as in libc (in Go the last one does). Names, aliases and protocols match with ASCII
 * letters folded (in libc and Go a name with upper-case letters in the file can be asked for exactly so, or not at
 * all), and are given out as they are written.
 */
#ifndef RVX_CONF_SERVICES_H
#define RVX_CONF_SERVICES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/map.h"
#include "base/view.h"
#include "conf/lines.h"
#include "conf/remarks.h"

#define RVX__SERVICE_NAME_MAX 255    /* bytes; longer names cannot be used */
#define RVX__SERVICE_PROTOCOL_MAX 31 /* bytes; likewise */

struct rvx__service {
    struct rvx__view name;
    struct rvx__view aliases;  /* words between blanks, for rvx__view_take_word() */
    struct rvx__view protocol; /* "tcp", "udp", "sctp", ... */
    uint16_t port;             /* never 0 */
    uint32_t line;             /* in the file, from 1; 0: built in */
};

/* Is it called so, by name or alias, for this protocol? An empty protocol is any. */
bool rvx__service_is(const struct rvx__service *service, struct rvx__view name, struct rvx__view protocol);

/* Gives out the next service of a file, for listings: start with rvx__lines_init(lines, bytes,
 * RVX__LINES_COMMENT_HASH). The views point into the bytes. Lines that cannot be used are passed over and remarked.
 * remarks: may be NULL. */
bool rvx__services_next(struct rvx__lines *lines, struct rvx__service *service, struct rvx__remarks *remarks);

/* Finds one service in the bytes of a services file, by name or alias, or by port; the views of *service point into
 * the bytes.
 * protocol: empty for any.
 * False, and *service untouched, if there is none. */
bool rvx__services_scan(struct rvx__view bytes, struct rvx__view name, struct rvx__view protocol,
                        struct rvx__service *service);
bool rvx__services_scan_port(struct rvx__view bytes, uint16_t port, struct rvx__view protocol,
                             struct rvx__service *service);

struct rvx__services {
    struct rvx__service *items; /* all of them, in file order */
    size_t n;
    struct rvx__map by_name; /* name or alias in lower case: the services that have it */
    struct rvx__map by_port; /* the two bytes of a port: likewise */
    struct rvx__remarks remarks;
    struct rvx__arena arena; /* behind everything above, the texts included */
};

/* Builds the table; nothing of `bytes` is needed afterwards.
 * Returns: 0, or -ENOMEM with an empty table. */
int rvx__services_parse(struct rvx__services *services, struct rvx__view bytes, struct rvx__map_seed seed);

/* Frees what is inside; also after a failed parse, and twice. */
void rvx__services_fini(struct rvx__services *services);

/* As the scans; the service is the table's, NULL if there is none. */
const struct rvx__service *rvx__services_find(const struct rvx__services *services, struct rvx__view name,
                                              struct rvx__view protocol);
const struct rvx__service *rvx__services_find_port(const struct rvx__services *services, uint16_t port,
                                                   struct rvx__view protocol);

#endif
