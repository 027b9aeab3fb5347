/* addr.c - reading IP address literals: rvx_addr_parse() and inet_pton(3)
 *
 * usage: addr resolvx|inet_pton
 *
 * 64 addresses of all shapes and lengths, printed by inet_ntop(3), so that no branch predictor learns one of them by
 * heart. The Go program reads the same ones. inet_pton() is told the family; rvx_addr_parse() finds it out, and also
 * reads zones.
 */
#include <config.h>

#include "bench.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <resolvx/addr.h>

#define SAMPLES 64

struct samples {
    int family;
    size_t len; /* bytes of an address */
    char text[SAMPLES][INET6_ADDRSTRLEN];
    uint8_t want[SAMPLES][16];
};

/* The bytes of sample i: random, the first octets of one in three short, a run of zeros in every other. */
static void fill_bytes(uint32_t *state, size_t i, uint8_t bytes[16])
{
    size_t j;

    for (j = 0; j < 16; j++) {
        *state = *state * 1103515245u + 12345u;
        bytes[j] = (uint8_t)(*state >> 23);
    }
    if (i % 3 == 0)
        bytes[0] = bytes[2] = (uint8_t)(1 + bytes[0] % 9);
    if (i % 2 == 1)
        memset(bytes + 4, 0, i % 11);
}

static void make_samples(struct samples *samples, int family)
{
    uint32_t state = 2024;
    size_t i;

    samples->family = family;
    samples->len = family == AF_INET ? 4 : 16;
    for (i = 0; i < SAMPLES; i++) {
        fill_bytes(&state, i, samples->want[i]);
        inet_ntop(family, samples->want[i], samples->text[i], sizeof samples->text[i]);
    }
}

static size_t parse_resolvx(const void *arg, size_t n)
{
    const struct samples *samples = arg;
    struct rvx_addr addr;
    size_t bad = 0, i;

    for (i = 0; i < n; i++)
        bad += rvx_addr_parse(samples->text[i % SAMPLES], &addr) < 0 ||
               memcmp(addr.ip, samples->want[i % SAMPLES], samples->len) != 0;
    return bad;
}

static size_t parse_libc(const void *arg, size_t n)
{
    const struct samples *samples = arg;
    uint8_t ip[16];
    size_t bad = 0, i;

    for (i = 0; i < n; i++)
        bad += inet_pton(samples->family, samples->text[i % SAMPLES], ip) != 1 ||
               memcmp(ip, samples->want[i % SAMPLES], samples->len) != 0;
    return bad;
}

int main(int argc, char **argv)
{
    const char *peer = argc > 1 ? argv[1] : "resolvx";
    bench_fn work = strcmp(peer, "resolvx") == 0 ? parse_resolvx : parse_libc;
    struct samples v4, v6;
    bool good;

    make_samples(&v4, AF_INET);
    make_samples(&v6, AF_INET6);
    good = bench_run("addr", peer, "ipv4", work, &v4);
    good &= bench_run("addr", peer, "ipv6", work, &v6);
    return good ? 0 : 1;
}
