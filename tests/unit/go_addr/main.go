// main.go - judges what check.c says about addresses by what Go's packages net and net/netip do
//
// Reads check's lines, works out each case again and prints those that differ. Differences that are wanted have a name
// and are counted instead. Exit status 1 if another one was found, or if there was nothing to compare.
package main

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"net"
	"net/netip"
	"os"
	"regexp"
	"strings"
)

// A zone is an interface's name or number here, of 15 bytes at most.
const zoneMax = 15

// Five hexadecimal digits or more in a group, which only older versions of Go take.
var longGroup = regexp.MustCompile("^[^%]*[0-9a-fA-F]{5}")

// What makes an address that this Go takes none here.
func refused(addr netip.Addr, text string) string {
	if len(addr.Zone()) > zoneMax {
		return "zone too long"
	}
	if longGroup.MatchString(text) {
		return "group too long"
	}
	return ""
}

func ip(text string) (want, why string) {
	addr, err := netip.ParseAddr(text)
	if err != nil {
		return "none", ""
	}
	if why = refused(addr, text); why != "" {
		return "none", why
	}
	// A mapped address prints as the IPv4 address it is.
	return addr.Unmap().String(), ""
}

func addrport(text string) (want, why string) {
	ap, err := netip.ParseAddrPort(text)
	if err != nil {
		return "none", ""
	}
	if why = refused(ap.Addr(), text[:strings.LastIndexByte(text, ':')]); why != "" {
		return "none", why
	}
	// What is no "host:port" is no address with a port either: brackets in a zone.
	if _, _, err := net.SplitHostPort(text); err != nil {
		return "none", "not host:port"
	}
	return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port()).String(), ""
}

func hostport(text string) (want, why string) {
	host, port, err := net.SplitHostPort(text)
	if err != nil {
		return err.Error(), ""
	}
	return "<" + host + "> <" + port + ">", ""
}

func join(text string) (want, why string) {
	host, port, _ := strings.Cut(text, "\n")
	return net.JoinHostPort(host, port), ""
}

func isNumber(text string) bool {
	for i := 0; i < len(text); i++ {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return text != ""
}

func port(text string) (want, why string) {
	if text == "+" || text == "-" {
		return "name", "lone sign"
	}
	unsigned := strings.TrimPrefix(text, "+")
	if unsigned == text {
		unsigned = strings.TrimPrefix(text, "-")
	}
	if text != "" && !isNumber(unsigned) {
		return "name", ""
	}
	n, err := net.LookupPort("tcp", text)
	if len(strings.TrimLeft(unsigned, "0")) > 9 {
		if err == nil {
			return "invalid", "overflow"
		}
		return "invalid", ""
	}
	if err != nil {
		return "invalid", ""
	}
	return fmt.Sprint(n), ""
}

var judges = map[string]func(string) (string, string){
	"ip": ip, "addrport": addrport, "hostport": hostport, "join": join, "port": port,
}

func main() {
	cases, wrong := 0, 0
	wanted := map[string]int{}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		fields := strings.SplitN(lines.Text(), "\t", 3)
		if len(fields) != 3 || judges[fields[0]] == nil {
			fmt.Printf("not understood: %q\n", lines.Text())
			os.Exit(1)
		}
		text, err := hex.DecodeString(fields[1])
		if err != nil {
			fmt.Printf("not understood: %q\n", lines.Text())
			os.Exit(1)
		}
		want, why := judges[fields[0]](string(text))
		cases++
		if why != "" {
			wanted[why]++
		}
		if fields[2] != want {
			fmt.Printf("%s %q: got %q, want %q\n", fields[0], text, fields[2], want)
			wrong++
		}
	}
	fmt.Println(cases, "cases,", wrong, "wrong; differences that are wanted:", wanted)
	if wrong > 0 || cases == 0 {
		os.Exit(1)
	}
}
