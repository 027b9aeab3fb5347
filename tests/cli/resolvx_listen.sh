#!/bin/sh
# resolvx_listen.sh - resolvx-listen(8): options, exit statuses, messages, what clients see
# shellcheck source=tests/cli/lib.sh
. "${abs_top_srcdir:?}/tests/cli/lib.sh"

see="resolvx-listen: see 'resolvx-listen --help'"

say() { # TEXT [ADDRESS]
    printf '%s' "$1" | client "${2:-127.0.0.1:$port}"
}

# The article: the server says where it listens and what it was told; the client gets its answer.
start_with resolvx-listen localhost:0
port=$(sed -n 's/^Listening on host: 127\.0\.0\.1, port: \([0-9]*\)$/\1/p' server.out)
same "the article's answer" "Message received." "$(say "How's it going?")"
stop_server "the article"
same "the article's output" "Listening on host: 127.0.0.1, port: $port
Message received: How's it going?" "$(cat server.out)"
same "the article's errors" "" "$(cat server.err)"

# --print-port
start_server localhost:0
same "--print-port: the answer" "Message received." "$(say hello)"
stop_server "--print-port"
same "--print-port: standard output" "$port" "$(cat server.out)"
same "--print-port: standard error" "Listening on host: 127.0.0.1, port: $port
Message received: hello" "$(cat server.err)"

# What clients send is made visible.
start_server localhost:0
printf 'line\r\n\tC:\\x\033[2J\000\177' | client "127.0.0.1:$port" >/dev/null
printf 'caf\303\251 \377\302\233\342\200\256' | client "127.0.0.1:$port" >/dev/null
printf '' | client "127.0.0.1:$port" >answer
same "a client without a word gets none" "" "$(cat answer)"
head -c 100000 /dev/zero | tr '\0' x | client "127.0.0.1:$port" >answer
same "a long message is answered" "Message received." "$(cat answer)"
stop_server "visible"
long=$(head -c 1024 /dev/zero | tr '\0' x)
same "visible messages" "Message received: line\\r\\n\\tC:\\\\x\\x1b[2J\\x00\\x7f
Message received: caf$(printf '\303\251') \\xff\\xc2\\x9b\\xe2\\x80\\xae
Message received: $long" "$(grep '^Message' server.err)"

# --quiet
start_server -q localhost:0
same "--quiet: the answer" "Message received." "$(say hello)"
stop_server "--quiet"
same "--quiet" "" "$(cat server.err)"

# --handler
start_server --handler=echo localhost:0
same "echo" "one two" "$(say 'one two')"
head -c 300000 /dev/urandom >sent
client "127.0.0.1:$port" <sent >answer
cmp -s sent answer || fail "echo: 300000 bytes do not come back as they were"
stop_server "echo"
same "echo prints no messages" "Listening on host: 127.0.0.1, port: $port" "$(cat server.err)"
start_server --handler=discard localhost:0
same "discard" "" "$(client "127.0.0.1:$port" <sent)"
stop_server "discard"
start_server --handler=ack localhost:0
same "ack" "Message received." "$(say hello)"
stop_server "ack"

# --network
start_server --network=tcp4 localhost:0
same "tcp4" "Message received." "$(say hello)"
stop_server "tcp4"
start_server :0
same "an empty host" "Message received." "$(say hello)"
stop_server "an empty host"
start_server --network=tcp4 :0
stop_server "tcp4, an empty host"
same "tcp4, an empty host" "Listening on host: 0.0.0.0, port: $port" "$(cat server.err)"
start_server --network=unix ./socket
same "unix: --print-port" "./socket" "$port"
same "unix" "Message received." "$(say hello ./socket)"
run resolvx-listen --network=unix ./socket
expect "unix: a path in use" 111 "" "resolvx-listen: listen unix ./socket: bind: address already in use"
stop_server "unix"
same "unix: standard error" "Listening on unix: ./socket
Message received: hello" "$(cat server.err)"
[ ! -e socket ] || fail "unix: the file is still there"
abstract=@resolvx-cli-$$
start_server --network=unix "$abstract"
same "unix: an abstract name" "Message received." "$(say hello "$abstract")"
stop_server "unix: an abstract name"
start_server --network=unixpacket ./socket
stop_server "unixpacket"
same "unixpacket" "Listening on unix: ./socket" "$(cat server.err)"

# IPv6, where there is one.
if grep -q '^0\{31\}1 .* lo$' /proc/net/if_inet6 2>/dev/null; then
    start_server --network=tcp6 '[::1]:0'
    same "tcp6" "Message received." "$(say hello "[::1]:$port")"
    stop_server "tcp6"
    same "tcp6: no brackets" "Listening on host: ::1, port: $port" "$(head -n 1 server.err)"
    start_server '[::]:0'
    same "[::] takes IPv4 too" "Message received." "$(say hello)"
    same "[::] takes IPv6" "Message received." "$(say hello "[::1]:$port")"
    stop_server "[::]"
fi

# Several addresses.
start_server 127.0.0.1:0 127.0.0.2:0
other=$(sed -n 2p server.out)
[ "$other" -gt 0 ] || fail "two addresses: two ports are to be printed"
same "the first of two" "Message received." "$(say hello)"
same "the second of two" "Message received." "$(say hello "127.0.0.2:$other")"
stop_server "two addresses"
same "two addresses" "Listening on host: 127.0.0.1, port: $port
Listening on host: 127.0.0.2, port: $other" "$(grep Listening server.err)"
start_server --all-addresses localhost:0
same "--all-addresses" "Message received." "$(say hello)"
same "--all-addresses: one port" 1 "$(wc -l <server.out)"
run resolvx-listen "localhost:$port"
in_use="resolvx-listen: listen tcp 127.0.0.1:$port: bind: address already in use"
expect "a port in use" 111 "" "$in_use"
run resolvx-listen localhost:0 "localhost:$port"
expect "a port in use, as the second address" 111 "" "$in_use"
stop_server "--all-addresses"

# Wrong usage.
wrong() { # WHAT MESSAGE ARG...
    what=$1
    message=$2
    shift 2
    run resolvx-listen "$@"
    expect "$what" 100 "" "$message"
}

wrong "an unknown option" "resolvx-listen: unknown option '--nosuch'
$see" --nosuch
wrong "an unknown letter" "resolvx-listen: unknown option '-p'
$see" -p 80
wrong "a missing argument" "resolvx-listen: --timeout: its DURATION is missing
$see" --timeout
for duration in "" 5x s -1s 5ss 1e3 . 1m30s 99999999999 10000000h; do
    wrong "--timeout=$duration" "resolvx-listen: --timeout: '$duration' is not a duration (such as 5s, 250ms or 1m)
$see" --timeout="$duration"
done
for n in 0 -1 x 100001 ""; do
    wrong "--max-conns=$n" "resolvx-listen: --max-conns: '$n' is not a number of clients (1 to 100000)
$see" --max-conns="$n"
done
wrong "--network=udp" "resolvx-listen: --network: 'udp' is not one of tcp, tcp4, tcp6, unix, unixpacket
$see" --network=udp
wrong "--handler=cat" "resolvx-listen: --handler: 'cat' is not one of ack, echo, discard
$see" --handler=cat
wrong "unix without a path" "resolvx-listen: --network=unix needs an ADDRESS: a path, or @NAME
$see" --network=unix
wrong "an empty address" "resolvx-listen: ADDRESS is empty
$see" ""
form="resolvx-listen: an ADDRESS looks like localhost:8888, :8888 or [::1]:8888"
wrong "no port" "resolvx-listen: listen tcp: address localhost: missing port in address
$form" localhost
wrong "a port out of range" "resolvx-listen: listen tcp: address 70000: invalid port" localhost:70000
wrong "too many colons" "resolvx-listen: listen tcp: address ::1:80: too many colons in address
$form" ::1:80
for fd in x "" -1 99999999999; do
    wrong "fd:$fd" "resolvx-listen: fd:$fd: '$fd' is not a descriptor
$see" "fd:$fd"
done

# What the system refuses.
refused() { # WHAT MESSAGE ARG...
    what=$1
    message=$2
    shift 2
    run resolvx-listen "$@"
    expect "$what" 111 "" "resolvx-listen: $message"
}

refused "an unknown service" "listen tcp: lookup tcp/nosuch: unknown port" localhost:nosuch
refused "a folder that is not there" "listen unix missing/socket: bind: no such file or directory" \
    --network=unix missing/socket
long=$(head -c 108 /dev/zero | tr '\0' a)
refused "a path too long" "listen unix $long: bind: invalid argument
resolvx-listen: the path of a socket has 107 bytes at most" --network=unix "$long"
refused "a foreign address" "listen tcp 192.0.2.1:0: bind: cannot assign requested address" 192.0.2.1:0
refused "a descriptor that is no socket" "fd:0: file: getsockopt: socket operation on non-socket" fd:0
refused "a descriptor that is not open" "fd:9: file: bad file descriptor" fd:9
none="no such socket was passed (see LISTEN_FDS in sd_listen_fds(3))"
refused "no sockets passed" "systemd: $none" systemd
refused "no socket of that name" "systemd:web: $none" systemd:web

# --help and --version
run resolvx-listen --help
same "--help: exit status" 0 "$status"
for word in Usage: --network=NETWORK --handler=WHICH --print-port --all-addresses --max-conns=N --timeout=DURATION \
    --drain=DURATION --quiet --help --version "Exit status"; do
    has_text "$word" out || fail "--help says nothing of $word"
done
same "--help: lines above 80 columns" "" "$(grep -E '.{81}' out)"
run resolvx-listen --version
same "--version" "resolvx-listen (libresolvx)" "$(cut -d ' ' -f 1,2 out)"

finish
