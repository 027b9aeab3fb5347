/* bench.h - what the benchmark programs share: the clock, measuring in slices, the output line
 *
 * A measurement repeats its work until a slice of time is full, takes five such slices and keeps the median one. How
 * often the work fits into a slice is found out first, so one number of milliseconds suits work of 5 ns and of 5 ms,
 * and what is not warm yet is never counted. Time is the processor's, so that other processes are not measured; the
 * work never waits. It checks its own answers: no peer shall be fast by failing.
 *
 * Every program prints lines "bench=NAME peer=NAME case=NAME n=COUNT bad=COUNT ns=NANOSECONDS ...", for run.sh.
 */
#ifndef RVX_BENCH_H
#define RVX_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define BENCH_SLICES 5

/* Does the work `n` times. Returns how many answers were wrong. */
typedef size_t (*bench_fn)(const void *arg, size_t n);

struct bench_result {
    double ns;  /* of one time, in the median slice */
    size_t n;   /* times, in all slices */
    size_t bad; /* wrong answers */
};

static inline uint64_t bench_clock(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* Nanoseconds on the wall. */
static inline uint64_t bench_now(void)
{
    return bench_clock(CLOCK_MONOTONIC);
}

/* Nanoseconds of processor time that this process has used. */
static inline uint64_t bench_cpu(void)
{
    return bench_clock(CLOCK_PROCESS_CPUTIME_ID);
}

static inline int bench_compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static inline double bench_median(double *values, size_t n)
{
    qsort(values, n, sizeof *values, bench_compare);
    return values[n / 2];
}

/* The length of a slice: BENCH_SLICE_MS of the environment, or 20 ms. */
static inline uint64_t bench_slice_ns(void)
{
    const char *text = getenv("BENCH_SLICE_MS");
    unsigned long ms = text ? strtoul(text, NULL, 10) : 20;

    return (ms ? ms : 1) * UINT64_C(1000000);
}

static inline struct bench_result bench_measure(bench_fn work, const void *arg)
{
    struct bench_result result = { .n = 1 };
    double slices[BENCH_SLICES];
    uint64_t start, took = 0, slice = bench_slice_ns();
    size_t n = 1, i;

    for (;;) {
        start = bench_cpu();
        result.bad += work(arg, n);
        took = bench_cpu() - start;
        if (took > slice / 4)
            break;
        n *= took > slice / 64 ? 4 : 16;
    }
    n = (size_t)((double)n * (double)slice / (double)took) + 1;
    for (i = 0; i < BENCH_SLICES; i++) {
        start = bench_cpu();
        result.bad += work(arg, n);
        slices[i] = (double)(bench_cpu() - start) / (double)n;
    }
    result.ns = bench_median(slices, BENCH_SLICES);
    result.n = n * BENCH_SLICES;
    return result;
}

/* Measures and prints. Returns whether every answer was right. */
static inline bool bench_run(const char *bench, const char *peer, const char *name, bench_fn work, const void *arg)
{
    struct bench_result result = bench_measure(work, arg);

    printf("bench=%s peer=%s case=%s n=%zu bad=%zu ns=%.1f\n", bench, peer, name, result.n, result.bad, result.ns);
    fflush(stdout);
    return result.bad == 0;
}

#endif
