//go:build ignore

// addr.go - the peer of addr.c: netip.ParseAddr.
package main

import (
	"fmt"
	"net/netip"
	"os"
)

const samples = 64

// makeSamples makes the addresses of addr.c, byte for byte.
func makeSamples(size int) (texts [samples]string, want [samples]netip.Addr) {
	state := uint32(2024)
	for i := range texts {
		var b [16]byte
		for j := range b {
			state = state*1103515245 + 12345
			b[j] = byte(state >> 23)
		}
		if i%3 == 0 {
			b[0] = 1 + b[0]%9
			b[2] = b[0]
		}
		if i%2 == 1 {
			for j := 4; j < 4+i%11; j++ {
				b[j] = 0
			}
		}
		want[i], _ = netip.AddrFromSlice(b[:size])
		texts[i] = want[i].String()
	}
	return
}

func main() {
	failed := false
	for _, c := range []struct {
		name string
		size int
	}{{"ipv4", 4}, {"ipv6", 16}} {
		texts, want := makeSamples(c.size)
		ns, n, bad := measure(func(n int) (bad int) {
			for i := 0; i < n; i++ {
				a, err := netip.ParseAddr(texts[i%samples])
				if err != nil || a != want[i%samples] {
					bad++
				}
			}
			return
		})
		fmt.Printf("bench=addr peer=go-netip case=%s n=%d bad=%d ns=%.1f\n", c.name, n, bad, ns)
		failed = failed || bad > 0
	}
	if failed {
		os.Exit(1)
	}
}
