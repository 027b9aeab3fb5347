//go:build ignore

// measure.go - bench_measure of bench.h, for the Go programs.
package main

import (
	"os"
	"sort"
	"strconv"
	"time"
)

// measure repeats work until a slice of time is full, takes five slices and returns the median one.
func measure(work func(n int) int) (ns float64, total, bad int) {
	slice := 20 * time.Millisecond
	if ms, err := strconv.Atoi(os.Getenv("BENCH_SLICE_MS")); err == nil && ms > 0 {
		slice = time.Duration(ms) * time.Millisecond
	}
	n, took := 1, time.Duration(0)
	for {
		start := time.Now()
		bad += work(n)
		if took = time.Since(start); took > slice/4 {
			break
		}
		n *= 4
	}
	n = int(float64(n)*float64(slice)/float64(took)) + 1
	var slices [5]float64
	for i := range slices {
		start := time.Now()
		bad += work(n)
		slices[i] = float64(time.Since(start)) / float64(n)
	}
	sort.Float64s(slices[:])
	return slices[2], 5 * n, bad
}
