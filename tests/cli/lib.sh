# lib.sh - what the command-line tests share; they source it
#
# A test runs in a folder of its own, which is removed at its end, and ends every process it started by its id. The
# programs are found without a path. Whatever is waited for is waited for ten seconds at most.
# shellcheck shell=sh
set -u

: "${abs_top_builddir:?is set by make check}" "${abs_top_srcdir:?is set by make check}"
PATH=$abs_top_builddir/src:$abs_top_builddir/tests/cli:$PATH
RESOLVX=
export PATH RESOLVX

tmp=$(mktemp -d ./cli.XXXXXX) || exit 1
cd "$tmp" || exit 1

failed=0
pids=

clean_up() {
    for pid in $pids; do
        kill -KILL "$pid" 2>/dev/null
        wait "$pid" 2>/dev/null
    done
    cd ..
    rm -rf "$tmp"
}
trap clean_up EXIT
trap 'exit 1' HUP INT TERM

fail() {
    echo "FAIL: $*"
    failed=$((failed + 1))
}

# same WHAT WANTED GOT
same() {
    [ "$2" = "$3" ] || fail "$1
--- wanted
$2
--- got
$3"
}

# run COMMAND [ARG]...: leaves its output in the files out and err, its exit status in $status.
run() {
    timeout 15 "$@" >out 2>err </dev/null
    status=$?
}

# expect WHAT STATUS OUT ERR: compares what the last run left.
expect() {
    same "$1: exit status" "$2" "$status"
    same "$1: standard output" "$3" "$(cat out)"
    same "$1: standard error" "$4" "$(cat err)"
}

# wait_until COMMAND [ARG]...: until it succeeds.
wait_until() {
    tries=0
    until "$@"; do
        tries=$((tries + 1))
        [ "$tries" -lt 200 ] || return 1
        sleep 0.05
    done
}

has_line() { # FILE
    [ "$(wc -l <"$1")" -gt 0 ]
}

has_text() { # TEXT FILE
    grep -qF -- "$1" "$2"
}

# A child that ended stays a zombie until it is waited for.
has_ended() { # PID
    ! kill -0 "$1" 2>/dev/null || grep -q '^State:.*Z' "/proc/$1/status" 2>/dev/null
}

# start_with COMMAND [ARG]...: starts a server in the background and waits for its first line, which is left in $first;
# its process id is in $server.
start_with() {
    : >server.out
    "$@" >server.out 2>server.err </dev/null &
    server=$!
    pids="$pids $server"
    if ! wait_until has_line server.out; then
        fail "$*: does not come up: $(cat server.err)"
        exit 1
    fi
    first=$(head -n 1 server.out)
}

# start_server [ARG]...: resolvx-listen with --print-port; leaves the port in $port.
start_server() {
    start_with resolvx-listen --print-port "$@"
    # shellcheck disable=SC2034 # the tests use it
    port=$first
}

# wait_server WHAT: until it has ended; leaves its exit status in $status.
wait_server() {
    if wait_until has_ended "$server"; then
        wait "$server"
        status=$?
    else
        fail "$1: resolvx-listen does not end"
        kill -KILL "$server"
        status=none
    fi
    pids=$(echo " $pids " | sed "s/ $server / /")
}

# stop_server WHAT: ends it as an administrator would, which has to work.
stop_server() {
    kill -TERM "$server"
    wait_server "$1"
    same "$1: exit status after SIGTERM" 0 "$status"
}

finish() {
    [ "$failed" -eq 0 ] && exit 0
    echo "$failed failed"
    exit 1
}
