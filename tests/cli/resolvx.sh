#!/bin/sh
# resolvx.sh - resolvx(1): every command, every style, every exit status
# shellcheck source=tests/cli/lib.sh
. "${abs_top_srcdir:?}/tests/cli/lib.sh"

mkdir etc
echo "hosts: files dns" >etc/nsswitch.conf
printf '192.0.2.7 printer.example.test printer\n2001:db8::7 printer\n' >etc/hosts
printf 'http 80/tcp\ndomain 53/udp\n' >etc/services
cat >zone <<'END_OF_ZONE'
example.test. 60 IN SOA ns.example.test. root.example.test. 1 3600 600 86400 30
example.test. 300 IN NS ns.example.test.
example.test. 300 IN MX 20 backup.example.test.
example.test. 300 IN MX 10 mail.example.test.
example.test. 300 IN TXT "one " "two"
example.test. 300 IN HINFO "PDP-11" "UNIX"
www.example.test. 300 IN CNAME web.example.test.
web.example.test. 120 IN A 192.0.2.1
big.example.test. 300 IN A 192.0.2.2
forged.example.test. 300 IN A 192.0.2.3
_imap._tcp.example.test. 300 IN SRV 10 5 143 mail.example.test.
odd.example.test. 300 IN TYPE65280 \# 2 abcd
1.2.0.192.in-addr.arpa. 300 IN PTR web.example.test.
END_OF_ZONE
start_with zone zone
zone=$first
echo "nameserver 127.0.0.1" >etc/resolv.conf

ask() {
    run resolvx --etc=etc --server="$zone" "$@"
}

# ask_err STATUS WHAT: the last run failed so and said this.
failed_with() { # WHAT STATUS TEXT
    same "$1: exit status" "$2" "$status"
    has_text "$3" err || fail "$1: '$3' is not in: $(cat err)"
}

# Commands, in short.
ask -s host web.example.test
expect "host" 0 192.0.2.1 ""
ask -s host printer
expect "host from a file" 0 "192.0.2.7
2001:db8::7" ""
ask -s --network=ip6 host printer
expect "host, one family" 0 2001:db8::7 ""
ask -s addr 192.0.2.1
expect "addr" 0 web.example.test ""
ask -s addr 2001:db8::7
expect "addr from a file" 0 printer ""
ask -s cname www.example.test
expect "cname" 0 web.example.test ""
ask -s mx example.test
expect "mx" 0 "10 mail.example.test
20 backup.example.test" ""
ask -s ns example.test
expect "ns" 0 ns.example.test ""
ask -s srv _imap._tcp.example.test
expect "srv" 0 "10 5 143 mail.example.test" ""
ask -s txt example.test
expect "txt" 0 "one two" ""
ask -s query hinfo example.test
expect "query" 0 '"PDP-11" "UNIX"' ""
ask -s query TYPE65280 odd.example.test
expect "query by number" 0 '\# 2 abcd' ""
ask -s port http domain http/tcp
expect "port" 0 "80
53
80" ""

# Styles.
ask host www.example.test
expect "readable" 0 "www.example.test
    192.0.2.1
    alias www.example.test -> web.example.test
    good for 120 s, from dns ($zone)" ""
ask -j mx example.test
has_text '{"command":"mx","name":"example.test","exchangers":[{"preference":10,"host":"mail.example.test"}' out ||
    fail "json: $(cat out)"
ask -j host nope.example.test
has_text '"not_found":true,"temporary":false' out || fail "json of a failure: $(cat out)"

# Many names, and standard input.
printf '# names\n\nweb.example.test\n  www.example.test \n' | resolvx --etc=etc --server="$zone" -s host >out 2>err
same "standard input: exit status" 0 "$?"
same "standard input" "192.0.2.1
192.0.2.1" "$(cat out)"
ask -s -c 2 host web.example.test nope.example.test www.example.test big.example.test
same "several: exit status" 1 "$status"
same "several: lines" 3 "$(wc -l <out | tr -d ' ')"


# A zero byte must not cut a line down to another name.
printf 'web.example.test\0.evil.test\nbig.example.test\n' | resolvx --etc=etc --server="$zone" -s host >out 2>err
status=$?
same "a zero byte: the other names" 192.0.2.2 "$(cat out)"
failed_with "a zero byte" 2 "standard input, line 1: a zero byte is in no name"

# Names that are none: what is wrong with them.
long=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
ask host ""
failed_with "an empty name" 1 "(the name is empty)"
ask host a..b
failed_with "an empty label" 1 "lookup a..b: no such host (a label is empty)"
ask host "$long$long"
failed_with "a long label" 1 "(a label is longer than 63 bytes)"
ask host $long.$long.$long.$long.$long.$long.$long.$long
failed_with "a long name" 1 "(the name is longer than 253 bytes)"
ask host "a b"
failed_with "a blank" 1 "(names of hosts have letters, digits, '-' and '.')"
ask host "$(printf '\303\251.test')"
failed_with "not ASCII" 1 "(not ASCII; a name in another script is written as xn--...)"

# What goes wrong.
ask host nope.example.test
failed_with "no such host" 1 "lookup nope.example.test on $zone: no such host"
ask -n ip6 host web.example.test
failed_with "no data" 1 "it exists, without such records"
ask host servfail.example.test
failed_with "a failing server" 3 "lookup servfail.example.test"
ask -t 300ms host silent.example.test
failed_with "a silent server" 3 "lookup silent.example.test"
ask addr nonsense
failed_with "no address" 1 "nonsense"
run resolvx
failed_with "nothing" 2 "COMMAND is missing"
run resolvx fly
failed_with "an unknown command" 2 "unknown command 'fly'"
run resolvx query NOTYPE x
failed_with "an unknown type" 2 "'NOTYPE' is not a record type"
run resolvx -j -s host x
failed_with "two styles" 2 "exclude each other"
run resolvx --etc=/nonexistent host x
failed_with "no directory" 2 "/nonexistent: not a directory"
run resolvx --order='a b' host x
failed_with "no order" 2 "--order: 'a b' is no list of sources"
ask --order=bogus host web.example.test
failed_with "an unknown source" 2 "unknown backend"
run resolvx --modules=/nonexistent host x
failed_with "no directory of modules" 2 "--modules: /nonexistent: not a directory"
run resolvx --server=127.0.0.1:0 host x
failed_with "a server without a port" 2 "--server: '127.0.0.1:0' is no address of a server"
run resolvx --concurrency=0 host x
failed_with "no concurrency" 2 "'0' is not a number of lookups"
ask --server=127.0.0.1:1 --timeout=2s host servfail.example.test
failed_with "no server that answers" 3 "lookup servfail.example.test"
resolvx --etc=etc host - <&- 2>err
status=$?
failed_with "no standard input" 111 "standard input: bad file descriptor"
resolvx --etc=etc --server="$zone" host web.example.test >/dev/full 2>err
status=$?
failed_with "no room for the output" 111 "standard output: no space left on device"

# With descriptors for one socket at a time, names one after the other are found.
(
    # shellcheck disable=SC3045 # every shell has -n
    ulimit -n 10
    exec resolvx --etc=etc --server="$zone" --concurrency=1 -s host web.example.test www.example.test
) >out 2>err
same "few descriptors" "192.0.2.1
192.0.2.1" "$(cat out)"

# Every command's JSON is JSON, one value a line, traced or not.
for command in "host web.example.test nope.example.test a..b" "host printer" "addr 192.0.2.1 nonsense" \
    "cname www.example.test" "mx example.test" "ns example.test" "srv _imap._tcp.example.test" "txt example.test" \
    "https example.test" "port http nosuch" "query hinfo example.test" "query TYPE65280 odd.example.test" \
    "explain host printer" "explain mx example.test"; do
    # shellcheck disable=SC2086 # a list of words
    ask --json --trace $command
    [ -s out ] || fail "json: $command: nothing"
    if command -v python3 >/dev/null; then
        python3 -c 'import json, sys
for line in sys.stdin: json.loads(line)' <out || fail "json: $command: $(cat out)"
    fi
done

# How it came about.
ask --tcp --trace -s host big.example.test
same "trace: answer" 192.0.2.2 "$(cat out)"
has_text "$zone tcp" err || fail "trace: no query over TCP in: $(cat err)"
ask explain big.example.test
has_text "$zone udp" out || fail "explain: no query over UDP in: $(cat out)"
has_text "$zone tcp" out || fail "explain: no query over TCP in: $(cat out)"
has_text "files, dns" out || fail "explain: no order in: $(cat out)"
ask -n ip4 explain forged.example.test
for text in "order     files, dns (nsswitch.conf line 1)" "try       forged.example.test" "cache: miss" \
    "$zone dropped: id" "$zone answer" "address   192.0.2.3, first" "found by dns after"; do
    has_text "$text" out || fail "explain: no '$text' in: $(cat out)"
done
ask -c 1 explain web.example.test web.example.test
has_text "cache: hit, 0 s old" out || fail "explain: no hit in the cache in: $(cat out)"
ask explain mx example.test
has_text "MX" out || fail "explain mx: $(cat out)"
finish
