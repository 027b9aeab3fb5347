#!/bin/sh
# example.sh - the examples compile against the installed library, as their comment says, and run
# shellcheck source=tests/cli/lib.sh
. "${abs_top_srcdir:?}/tests/cli/lib.sh"
# shellcheck source=tests/cli/installed.sh
. "$abs_top_srcdir/tests/cli/installed.sh"

compile "$abs_top_srcdir/examples/listen.c" listen || finish

start_with ./listen localhost:0
port=$(sed -n 's/^Listening on host: 127\.0\.0\.1, port: \([0-9]*\)$/\1/p' server.out)
same "listen.c: the answer" "Message received." "$(printf "How's it going?" | client "127.0.0.1:$port")"
wait_until has_text "Message received: How's it going?" server.out || fail "listen.c: the message is not printed"
same "listen.c: standard error" "" "$(cat server.err)"
run ./listen "localhost:$port"
expect "listen.c: a port in use" 1 "" "listen tcp 127.0.0.1:$port: bind: address already in use"

finish
