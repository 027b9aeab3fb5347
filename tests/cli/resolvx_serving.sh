#!/bin/sh
# resolvx_serving.sh - resolvx-listen(8) under stress: many clients, slow ones, signals, no descriptors, broken output
# shellcheck disable=SC2094,SC2317 # a pipe is opened at both ends; functions are called through others
# shellcheck source=tests/cli/lib.sh
. "${abs_top_srcdir:?}/tests/cli/lib.sh"

# open_client ADDRESS: a connection that stays; fd 7 writes to it, what comes back is in the file answer.
open_client() {
    rm -f pipe
    mkfifo pipe
    : >answer
    client "$1" <pipe >answer 2>client.err &
    client=$!
    pids="$pids $client"
    exec 7>pipe
}

# refuses ADDRESS: is nobody listening there any more?
refuses() {
    client "$1" </dev/null >/dev/null 2>refusal
    has_text "Connection refused" refusal
}

# Its name is nobody else's: /proc/net/unix shows the sockets of all processes by the names they were given.
socket=./socket$$

# The file is there from bind(2) on; clients can connect from listen(2) on, which is when the kernel sets this flag.
listens() { # PATH
    grep -q " 00010000 .* $1\$" /proc/net/unix
}

# Fifty at once: each is answered, each has its line, no line is torn.
start_server localhost:0
same "50 clients" 50 "$(client -c 50 "127.0.0.1:$port" </dev/null)"
stop_server "50 clients"
same "50 clients: lines" 50 "$(grep -cE '^Message received: client [0-9]+ of 50 says hello$' server.err)"
same "50 clients: each once" 50 "$(grep '^Message' server.err | sort -u | wc -l)"

# --max-conns: the others wait, none is lost.
start_server --max-conns=2 localhost:0
same "--max-conns=2" 20 "$(client -c 20 "127.0.0.1:$port" </dev/null)"
stop_server "--max-conns"

# --timeout: a client that says nothing is dropped, and told of.
start_server --timeout=200ms localhost:0
client -q "127.0.0.1:$port" >answer
same "--timeout: the client is dropped" 0 $?
same "--timeout: nothing is answered" "" "$(cat answer)"
stop_server "--timeout"
grep -qE "^resolvx-listen: read tcp 127\.0\.0\.1:$port->127\.0\.0\.1:[0-9]+: i/o timeout\$" server.err ||
    fail "--timeout: no line about it: $(cat server.err)"

# A timeout below what the clock can tell is the least there is, not none.
start_server --timeout=0.0000001ms localhost:0
client -q "127.0.0.1:$port" >answer
same "a tiny --timeout: the client is dropped" 0 $?
stop_server "a tiny --timeout"

# SIGTERM while a client is served: newcomers are refused, the client finishes, then the server ends.
start_server --handler=echo localhost:0
open_client "127.0.0.1:$port"
echo before >&7
wait_until has_text before answer || fail "draining: no echo"
kill -TERM "$server"
wait_until refuses "127.0.0.1:$port" || fail "draining: newcomers are not refused"
has_ended "$server" && fail "draining: ended with a client being served"
echo after >&7
wait_until has_text after answer || fail "draining: the client is served no more"
exec 7>&-
wait_server "draining"
same "draining: exit status" 0 "$status"
same "draining: the client's answer" "before
after" "$(cat answer)"

# SIGINT is the same.
start_server localhost:0
kill -INT "$server"
wait_server "SIGINT"
same "SIGINT: exit status" 0 "$status"

# --drain: clients that take longer are cut off.
start_server --handler=echo --drain=100ms localhost:0
open_client "127.0.0.1:$port"
echo before >&7
wait_until has_text before answer || fail "--drain: no echo"
kill -TERM "$server"
wait_server "--drain"
same "--drain: exit status" 0 "$status"
same "--drain: the line about it" "resolvx-listen: the time to drain is over, clients still being served were cut off" \
    "$(tail -n +2 server.err)"
exec 7>&-

# A second signal ends it at once.
start_server --handler=echo --drain=1h localhost:0
open_client "127.0.0.1:$port"
echo before >&7
wait_until has_text before answer || fail "second signal: no echo"
kill -TERM "$server"
wait_until refuses "127.0.0.1:$port" || fail "second signal: newcomers are not refused"
kill -TERM "$server"
wait_server "second signal"
same "second signal: exit status" 143 "$status"
exec 7>&-

# No descriptors left: the server waits, says so once, and goes on.
start_with sh -c 'ulimit -n 20 && exec resolvx-listen --print-port localhost:0'
port=$first
rm -f pipe
mkfifo pipe
client -c 60 "127.0.0.1:$port" <pipe >answer 2>client.err &
client=$!
pids="$pids $client"
exec 7>pipe
out="accept4: too many open files; serving goes on"
wait_until has_text "$out" server.err || fail "ulimit -n 20: not a word about it: $(cat server.err)"
exec 7>&-
wait "$client"
same "ulimit -n 20: 60 clients" 60 "$(cat answer)"
stop_server "ulimit -n 20"
same "ulimit -n 20: lines about it" 1 "$(grep -c "$out" server.err)"

# Sockets from elsewhere.
for address in fd:3 systemd systemd:web; do
    start_with client -l resolvx-listen --print-port "$address"
    port=$first
    same "$address" "Message received." "$(printf hello | client "127.0.0.1:$port")"
    kill -TERM "$server"
    wait_until refuses "127.0.0.1:$port" || fail "$address: still listening"
    wait_server "$address"
    same "$address: exit status" 0 "$status"
done
run client -l resolvx-listen systemd:nosuch
none="no such socket was passed (see LISTEN_FDS in sd_listen_fds(3))"
expect "systemd:nosuch" 111 "" "resolvx-listen: systemd:nosuch: $none"
run client -l resolvx-listen fd:3 fd:3
expect "fd:3 twice" 111 "" "resolvx-listen: fd:3: file: bad file descriptor"

# Standard output that fails: that is said once, and clients are served all the same.
deaf() { # WHAT REASON: checks the server that was just started at "$socket" with such an output
    server=$!
    pids="$pids $server"
    wait_until listens "$socket" || fail "$1: does not come up: $(cat server.err)"
    for i in 1 2 3; do
        same "$1: answer $i" "Message received." "$(printf hello | client "$socket")"
    done
    stop_server "$1"
    same "$1: said once" "resolvx-listen: standard output: $2; serving goes on without it" "$(cat server.err)"
}

mkfifo output
exec 5<>output 6>output 5>&- # 6 is a pipe without a reader
resolvx-listen --network=unix "$socket" >&6 2>server.err </dev/null &
deaf "a reader that has gone" "broken pipe"
exec 6>&-
resolvx-listen --network=unix "$socket" >/dev/full 2>server.err </dev/null &
deaf "a full disk" "no space left on device"
resolvx-listen --network=unix "$socket" >&- 2>server.err </dev/null &
deaf "closed output" "bad file descriptor"
resolvx-listen --network=unix "$socket" >output 2>server.err </dev/null &
head -n 1 <output >first
deaf "| head -1" "broken pipe"
same "| head -1: the line" "Listening on unix: $socket" "$(cat first)"

# A reader that stops reading stops the server, but does not keep it from ending.
exec 5<>output
head -c 61440 /dev/zero >&5
resolvx-listen --network=unix --drain=100ms "$socket" >output 2>server.err </dev/null &
server=$!
pids="$pids $server"
wait_until listens "$socket" || fail "a reader that stops: does not come up"
head -c 1024 /dev/zero | client "$socket" >/dev/null 2>&1 & # its message does not fit into the pipe
pids="$pids $!"
sleep 0.5
stop_server "a reader that stops"
has_text "standard output: resource temporarily unavailable" server.err || fail "a reader that stops: $(cat server.err)"
exec 5>&-

resolvx-listen --network=unix "$socket" >&- 2>&- <&- &
server=$!
pids="$pids $server"
wait_until listens "$socket" || fail "nothing open: does not come up"
same "nothing open" "Message received." "$(printf hello | client "$socket")"
stop_server "nothing open"

finish
