//go:build ignore

// measure.go - bench_measure of bench.h, for the Go programs.
package main

import (
	"os"
	"sort"
	"strconv"
	"syscall"
	"time"
)

// used is the processor time of this process, its garbage collector included.
func used() time.Duration {
	var usage syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// measure repeats work until a slice of time is full, takes five slices and returns the median one.
func measure(work func(n int) int) (ns float64, total, bad int) {
	slice := 20 * time.Millisecond
	if ms, err := strconv.Atoi(os.Getenv("BENCH_SLICE_MS")); err == nil && ms > 0 {
		slice = time.Duration(ms) * time.Millisecond
	}
	n, took := 1, time.Duration(0)
	for {
		start := used()
		bad += work(n)
		if took = used() - start; took > slice/4 {
			break
		}
		n *= 4
	}
	n = int(float64(n)*float64(slice)/float64(took)) + 1
	var slices [5]float64
	for i := range slices {
		start := used()
		bad += work(n)
		slices[i] = float64(used()-start) / float64(n)
	}
	sort.Float64s(slices[:])
	return slices[2], 5 * n, bad
}
