/* addrgen.h - pseudo-random texts that are addresses, or nearly
 *
 * Random bytes are hardly ever an address, so whole addresses are made from their grammar and then, two times in three,
 * spoilt in one or more places. The same seed gives the same texts on every machine.
 */
#ifndef TESTS_SUPPORT_ADDRGEN_H
#define TESTS_SUPPORT_ADDRGEN_H

#include <stddef.h>
#include <stdint.h>

#define ADDRGEN_SIZE 160

/* A number below `below`; the seed moves on. */
uint32_t addrgen_number(uint32_t *seed, uint32_t below);

/* Each writes a NUL-terminated text: an IP address, sometimes with a zone; host:port; a service. */
void addrgen_ip(uint32_t *seed, char text[ADDRGEN_SIZE]);
void addrgen_hostport(uint32_t *seed, char text[ADDRGEN_SIZE]);
void addrgen_port(uint32_t *seed, char text[ADDRGEN_SIZE]);

#endif
