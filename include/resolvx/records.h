/* records.h - DNS records
 *
 * A record as it stands in an answer. Names inside its data are uncompressed, so that the data can be read by itself.
 */
#ifndef RESOLVX_RECORDS_H
#define RESOLVX_RECORDS_H

#include <stddef.h>
#include <stdint.h>

#include <resolvx/version.h>

#ifdef __cplusplus
extern "C" {
#endif

struct rvx_record {
    const char *name;          /* whose it is, without a trailing dot; "." for the root */
    uint16_t type;             /* 1 for A, 15 for MX, ... */
    uint16_t class_;           /* 1: IN */
    uint32_t ttl;              /* seconds it stays good */
    const unsigned char *data; /* RDATA in wire form, data_len bytes */
    size_t data_len;
    const char *text; /* the data as dig(1) prints it */
};

#ifdef __cplusplus
}
#endif

#endif
