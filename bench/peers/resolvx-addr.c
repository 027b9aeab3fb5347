/* resolvx-addr - rvx_addr_parse(), as a peer of a benchmark that brings its own bench.h */
#include "bench.h"

#include <resolvx/addr.h>

#define SAMPLES 64

static char texts[2][SAMPLES][INET6_ADDRSTRLEN];
static unsigned char want[SAMPLES][16];

/* The addresses that the other peers read. */
static void make_samples(void)
{
    unsigned state = 12345;

    for (int i = 0; i < SAMPLES; i++) {
        for (int j = 0; j < 16; j++) {
            state = state * 1664525u + 1013904223u;
            want[i][j] = (unsigned char)(state >> 24);
        }
        if (i % 3 == 0)
            want[i][1] = (unsigned char)(want[i][1] % 10);
        if (i % 2)
            memset(want[i] + 4, 0, (size_t)(i % 10));
        inet_ntop(AF_INET, want[i], texts[0][i], sizeof texts[0][i]);
        inet_ntop(AF_INET6, want[i], texts[1][i], sizeof texts[1][i]);
    }
}

int main(int argc, char **argv)
{
    struct rvx_addr addr;

    b_args(argc, argv);
    make_samples();
    B_LOOP("addr", "resolvx", "v4", O.n,
           { good = rvx_addr_parse(texts[0][it % SAMPLES], &addr) == 0 && !memcmp(addr.ip, want[it % SAMPLES], 4); });
    B_LOOP("addr", "resolvx", "v6", O.n,
           { good = rvx_addr_parse(texts[1][it % SAMPLES], &addr) == 0 && !memcmp(addr.ip, want[it % SAMPLES], 16); });
    return b_failed;
}
