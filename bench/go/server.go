//go:build ignore

// server.go - the article's server: a goroutine for each connection. With the argument "echo" it sends everything back.
package main

import (
	"fmt"
	"net"
	"os"
)

func ack(conn net.Conn) {
	defer conn.Close()
	buf := make([]byte, 1024)
	n, err := conn.Read(buf)
	if err != nil {
		return
	}
	fmt.Printf("Message received: %s\n", string(buf[:n]))
	conn.Write([]byte("Message received.\n"))
}

func echo(conn net.Conn) {
	defer conn.Close()
	buf := make([]byte, 1024)
	for {
		n, err := conn.Read(buf)
		if err != nil {
			return
		}
		if _, err := conn.Write(buf[:n]); err != nil {
			return
		}
	}
}

func main() {
	handler := ack
	if len(os.Args) > 1 && os.Args[1] == "echo" {
		handler = echo
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	addr := listener.Addr().(*net.TCPAddr)
	fmt.Printf("Listening on host: %s, port: %d\n", addr.IP, addr.Port)
	for {
		conn, err := listener.Accept()
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		go handler(conn)
	}
}
