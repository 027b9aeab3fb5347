/* dnszone.h - answers for tests/support/dnsserver.h out of a table, as a recursive server gives them
 *
 *     static const struct dnszone_row rows[] = {
 *         {"www.example", 1, 60, "192.0.2.1"},
 *         {"alias.example", 5, 60, "www.example"},
 *     };
 *     dnszone_answer(query, rows, COUNT_OF(rows), 0);
 *
 * A name in the table without the type that is asked for has no data; one that is not does not exist. Both come with
 * the SOA of the root. A name of type 0 exists and has nothing.
 */
#ifndef TESTS_SUPPORT_DNSZONE_H
#define TESTS_SUPPORT_DNSZONE_H

#include <stddef.h>
#include <stdint.h>

#include "support/dnsserver.h"

#define DNSZONE_NEGATIVE_TTL 30

struct dnszone_row {
    const char *name;
    uint16_t type;
    uint32_t ttl;
    const char *data; /* an address, a name, "10 name" of an MX, one string of a TXT; of any type "\\# C0000201" */
};

enum dnszone_flags {
    DNSZONE_NO_FOLLOW = 1 << 0, /* only the first CNAME of a chain is told */
    DNSZONE_AD = 1 << 1,
    DNSZONE_NO_SOA = 1 << 2
};

void dnszone_answer(const struct dnsserver_query *query, const struct dnszone_row *rows, size_t n, unsigned flags);

#endif
