//go:build ignore

// port.go - the peer of port.c: net.LookupPort, and with an argument "pure" Go's own resolver.
//
// usage: port net|pure [NAME PORT]
package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"strconv"
)

type question struct {
	label, network, name string
	want                 int // 0: there is no such service
}

func main() {
	peer, resolver := "go-LookupPort", net.DefaultResolver
	if len(os.Args) > 1 && os.Args[1] == "pure" {
		peer, resolver = "go-LookupPort-pure", &net.Resolver{PreferGo: true}
	}
	questions := []question{
		{"tcp-http", "tcp", "http", 80},
		{"udp-domain", "udp", "domain", 53},
		{"miss", "tcp", "no-such-service", 0},
		{"number", "tcp", "8080", 8080},
	}
	if len(os.Args) > 3 {
		port, _ := strconv.Atoi(os.Args[3])
		questions = append(questions, question{"last-entry", "tcp", os.Args[2], port})
	}
	failed := false
	for _, q := range questions {
		q := q
		ns, n, bad := measure(func(n int) (bad int) {
			for i := 0; i < n; i++ {
				port, err := resolver.LookupPort(context.Background(), q.network, q.name)
				if port != q.want || (err == nil) != (q.want != 0) {
					bad++
				}
			}
			return
		})
		fmt.Printf("bench=port peer=%s case=%s n=%d bad=%d ns=%.1f\n", peer, q.label, n, bad, ns)
		failed = failed || bad > 0
	}
	if failed {
		os.Exit(1)
	}
}
