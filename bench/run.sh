#!/bin/sh
# run.sh - runs the benchmarks and prints tables and lines for machines; called by `make bench`
#
# usage: run.sh [--quick] [--rounds N] [port|start|addr|conf|sort|ack|echo]...
#
# In each round every peer runs once, and each round starts with another peer, so that whatever else the machine does
# meets all of them. Peers that are not on this machine are left out with a note. Fails only when a program of ours
# fails or answers wrong. All lines of all rounds are kept in bench.log of the build folder.
#
# environment: BENCH_DIR, TOP_DIR   the build folders of the benchmarks and of the project
#              BENCH_SLICE_MS       length of a slice, see bench.h
# shellcheck disable=SC2016 # awk programs stand in single quotes
set -u
: "${AWK:=awk}" "${BENCH_DIR:=.}" "${TOP_DIR:=..}"
source_dir=$(cd "$(dirname "$0")" && pwd)

rounds=7 starts=60 conns=20000 messages=100000 host_lines=100000 parts=''
while [ $# -gt 0 ]; do
    case $1 in
    --quick) rounds=3 starts=20 conns=4000 messages=20000 BENCH_SLICE_MS=${BENCH_SLICE_MS:-4} ;;
    --rounds) rounds=$2 && shift ;;
    port | start | addr | conf | sort | ack | echo) parts="$parts $1" ;;
    *) sed -n '4s/^# //p' "$0" >&2 && exit 2 ;;
    esac
    shift
done
export BENCH_SLICE_MS="${BENCH_SLICE_MS:-20}"
: "${parts:=port start addr conf sort ack echo}"

log=$BENCH_DIR/bench.log
work=$(mktemp -d "$BENCH_DIR/run.XXXXXX") && work=$(cd "$work" && pwd) || exit 1
trap 'rm -rf "$work"' EXIT
trap 'exit 1' INT TERM
failed=0

note()
{
    echo "note: $*"
}

# The peers of a part are command lines in a file, one a line; words hold no blanks.
peer()
{
    echo "$*" >>"$work/peers"
}

# Adds a peer that is a program in Go, built here: go_peer NAME [ARG]...
go_peer()
{
    program=$work/go-$1 && sources="$source_dir/go/$1.go" && shift
    case $program in *-server) ;; *) sources="$sources $source_dir/go/measure.go" ;; esac
    # shellcheck disable=SC2086 # words
    if [ -x "$program" ] || GO111MODULE=off go build -o "$program" $sources >/dev/null 2>&1; then
        peer "${before:-}$program" "$@"
    else
        note "without $(basename "$program"): go is missing or cannot build it"
    fi
}

run_peer()
{
    "$@" >"$work/out"
    status=$?
    sed "s/\$/ round=$round/" "$work/out" >>"$log"
    [ $status -ne 0 ] || return 0
    note "status $status: $*"
    case "$* " in *" resolvx "* | "$BENCH_DIR/sort "*) failed=1 ;; esac
}

run_rounds()
{
    n=$(wc -l <"$work/peers")
    round=0
    while [ "$round" -lt "$rounds" ]; do
        i=0
        while [ $i -lt "$n" ]; do
            # shellcheck disable=SC2046 # words
            run_peer $(sed -n "$(((round + i) % n + 1))p" "$work/peers")
            i=$((i + 1))
        done
        round=$((round + 1))
    done
}

# Name and port of the last tcp line of a services file.
last_service()
{
    $AWK '!/^#/ && split($2, part, "/") == 2 && part[2] == "tcp" { last = $1 " " part[1] } END { print last }' "$1"
}

part_port()
{
    last=$(last_service /etc/services 2>/dev/null) || note "without the last entry: no /etc/services"
    peer "$BENCH_DIR/port" resolvx "$last"
    peer "$BENCH_DIR/port" getservbyname_r "$last"
    go_peer port net "$last"
    go_peer port pure "$last"
}

# Adds a program to the one command line of this part, if it prints the port here.
add_start()
{
    case $("$2" ${3+"$3"} ${4+"$4"} 2>/dev/null) in
    *80*) line="$line${line:+ -- }$*" ;;
    *)
        note "without $1: it finds no http/tcp here"
        [ "$1" != resolvx ] || failed=1
        ;;
    esac
}

part_start()
{
    line='' program=$TOP_DIR/src/lookup-port
    if [ -x "$TOP_DIR/src/.libs/lookup-port" ]; then
        note "lookup-port is linked with the shared library, which all programs are now made to look for"
        program=$TOP_DIR/src/.libs/lookup-port
        export LD_LIBRARY_PATH="$TOP_DIR/.libs"
    fi
    add_start resolvx "$program" tcp http
    add_start getservbyname "$BENCH_DIR/start_libc"
    add_start getent getent services http
    add_start empty "$BENCH_DIR/start_empty"
    add_start empty+libldns "$BENCH_DIR/start_ldns"
    peer "$BENCH_DIR/start" "$starts" "$line"
}

part_addr()
{
    peer "$BENCH_DIR/addr" resolvx
    peer "$BENCH_DIR/addr" inet_pton
    go_peer addr
}

part_conf()
{
    $AWK -v n="$host_lines" 'BEGIN {
        for (i = 0; i < n; i++)
            if (i % 4 == 3)
                printf "2001:db8::%x:%x\thost%d.example host%d\n", i / 65536, i % 65536, i, i
            else
                printf "10.%d.%d.%d host%d.example host%d # line %d\n", i / 65536, i / 256 % 256, i % 256, i, i, i
        print "192.0.2.1 last.example last"
    }' >"$work/hosts"
    cat >"$work/resolvconf" <<'END'
# A resolv.conf as a laptop has it
nameserver 192.0.2.53
nameserver 2001:db8::53
nameserver 127.0.0.1
search example.org corp.example.org lab.example.net
options edns0 trust-ad ndots:2 timeout:3 attempts:2 rotate
END
    cp "$source_dir/../data/services" "$work/services"
    last=$(last_service "$work/services")
    for whose in resolvx glibc; do
        peer "$BENCH_DIR/conf" "$whose" hosts "$work/hosts" last.example
        peer "$BENCH_DIR/conf" "$whose" services "$work/services" "${last% *}"
        peer "$BENCH_DIR/conf" "$whose" resolvconf "$work/resolvconf" -
    done
}

# Ours only: what remembering routes is worth. Nobody else can be called without asking DNS first.
part_sort()
{
    for case in kept once watch; do
        peer "$BENCH_DIR/sort" "$case" 192.0.2.1 2001:db8::1
    done
}

part_servers()
{
    peer "$BENCH_DIR/load" "$1" "$2" resolvx "$TOP_DIR/src/resolvx-listen" "--handler=$1" 127.0.0.1:0
    peer "$BENCH_DIR/load" "$1" "$2" epoll "$BENCH_DIR/epoll_server" "$1"
    before="$BENCH_DIR/load $1 $2 go " go_peer server "$1"
}

: >"$log"
for part in $parts; do
    : >"$work/peers"
    case $part in
    port) part_port && title="Port lookup, warm" ;;
    start) part_start && title="A process that looks one port up, $starts runs a round" ;;
    addr) part_addr && title="IP address literals" ;;
    conf) part_conf && title="Configuration files, hosts of $host_lines lines" ;;
    sort) part_sort && title="An A and an AAAA in the order of RFC 6724" ;;
    ack) part_servers ack $conns && title="Server's processor time for a connection, $conns a round" ;;
    echo) part_servers echo $messages && title="Server's processor time for a message echoed, $messages a round" ;;
    esac
    run_rounds
    $AWK -v want="$part" -v title="$title" -f "$source_dir/report.awk" "$log"
done
exit $failed
