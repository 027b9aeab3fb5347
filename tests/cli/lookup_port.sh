#!/bin/sh
# lookup_port.sh - lookup-port(1): every option, every exit status, every message
# shellcheck disable=SC2094 # a pipe is opened at both ends
# shellcheck source=tests/cli/lib.sh
. "${abs_top_srcdir:?}/tests/cli/lib.sh"

cat >services <<'END'
# name          port/protocol   aliases
echo            7/tcp
echo            7/udp
domain          53/tcp          nameserver      # both
domain          53/udp          nameserver
http            80/tcp          www
syslog          514/udp
rare            9999/sctp       seldom
twice           1111/tcp
twice           2222/tcp
END

look() {
    run lookup-port --services=services "$@"
}

see="lookup-port: see 'lookup-port --help'"
networks="tcp, tcp4, tcp6, udp, udp4, udp6 and ip"

# Ports.
look http
expect "a name" 0 80 ""
look www
expect "an alias" 0 80 ""
look HtTp
expect "any case" 0 80 ""
look domain
expect "tcp first" 0 53 ""
look syslog
expect "then udp" 0 514 ""
look twice
expect "the first line wins" 0 1111 ""
look https
expect "the built-in table adds what the file has not" 0 443 ""
look tcp http www domain
expect "several" 0 "80
80
53" ""
look 8080 0 00080 +80
expect "numbers" 0 "8080
0
80
80" ""
look ""
expect "the empty service" 0 0 ""
run lookup-port https
expect "without a resolver of its own" 0 443 ""

# Networks.
for network in tcp tcp4 tcp6 ip; do
    look "$network" http
    expect "network $network" 0 80 ""
done
for network in udp udp4 udp6 ip; do
    look "$network" syslog
    expect "network $network" 0 514 ""
done
look tcp syslog
expect "the other protocol's" 1 "" "lookup-port: lookup tcp/syslog: unknown port"
look udp4 nosuch
expect "a network with a digit" 1 "" "lookup-port: lookup udp/nosuch: unknown port"
look ip nosuch
expect "either protocol" 1 "" "lookup-port: lookup ip/nosuch: unknown port"
look tcp
expect "a network alone" 1 "" "lookup-port: lookup tcp/tcp: unknown port
lookup-port: a service has to follow the network 'tcp'"
look http udp
expect "the network behind" 1 80 "lookup-port: lookup tcp/udp: unknown port
lookup-port: the network 'udp' goes in front of the services"
look sctp http
expect "no network" 1 80 "lookup-port: lookup tcp/sctp: unknown port
lookup-port: nor is 'sctp' a network; those are $networks"
look tcp udp
expect "a network where the service should be" 1 "" "lookup-port: lookup tcp/udp: unknown port"

# What is not found.
look nosuch
expect "an unknown service" 1 "" "lookup-port: lookup tcp/nosuch: unknown port"
look http nosuch domain
expect "one of several" 1 "80
53" "lookup-port: lookup tcp/nosuch: unknown port"
for number in 65536 70000 123456789 4294967376 -1; do
    look "$number"
    expect "the number $number" 1 "" "lookup-port: address $number: invalid port"
done
look -- --badport--
expect "an operand with dashes" 1 "" "lookup-port: lookup tcp/--badport--: unknown port"
look "$(printf 'a\033[1mb')"
expect "an escape sequence" 1 "" "lookup-port: lookup tcp/a\\x1b[1mb: unknown port"

list() { # without what the built-in table would add
    look --backend=files "$@"
}

# --all
list -a domain
expect "-a" 0 "domain                53/tcp nameserver
domain                53/udp nameserver" ""
list --all www
expect "--all of an alias" 0 "http                  80/tcp www" ""
list -a udp domain
expect "-a of one protocol" 0 "domain                53/udp nameserver" ""
list -a rare
expect "-a of another protocol" 0 "rare                  9999/sctp seldom" ""
list -a 9999
expect "-a of a number" 0 "rare                  9999/sctp seldom" ""
list -a 0
expect "-a 0" 1 "" "lookup-port: no service is known on port 0"
list -a ""
expect "-a of the empty service" 1 "" "lookup-port: no service is known on port 0"
list -a nosuch
expect "-a of an unknown service" 1 "" "lookup-port: lookup nosuch: unknown port"

look -a www
expect "-a and the built-in table" 0 "http                  80/tcp www
http                  80/sctp www www-http" ""

# --reverse
for form in "-r 80" -r80 "--reverse 80" --reverse=80; do
    # shellcheck disable=SC2086 # split into words
    list $form
    expect "$form" 0 http ""
done
list -r 53
expect "-r names once" 0 domain ""
list -r 53 udp
expect "-r with a network" 0 domain ""
list -r 80 7 514
expect "-r of several" 0 "http
echo
syslog" ""
list -ar 7
expect "-a and -r" 0 "echo                  7/tcp
echo                  7/udp" ""
list -r 0
expect "-r 0" 1 "" "lookup-port: no service is known on port 0"
list -r 4711
expect "-r of an unknown port" 1 "" "lookup-port: no service is known on port 4711"
list -r 4711 80 udp6
expect "-r of an unknown port and a known one" 2 "" "lookup-port: --reverse: 'udp6' is not a port (0 to 65535)
$see"
list -r 80 udp6 53
expect "-r with a network and more ports" 1 domain "lookup-port: no udp service is known on port 80"

# --json
list -j http
expect "-j" 0 '{"service":"http","network":"tcp","port":80}' ""
list --json syslog nosuch
expect "-j of an unknown service" 1 '{"service":"syslog","network":"udp","port":514}
{"service":"nosuch","network":"tcp","error":"lookup tcp/nosuch: unknown port"}' \
    "lookup-port: lookup tcp/nosuch: unknown port"
list -jr 0 tcp 4711
expect "-j and -r of unknown ports" 1 '{"port":0,"error":"no tcp service is known on port 0"}
{"port":4711,"error":"no tcp service is known on port 4711"}' "lookup-port: no tcp service is known on port 0
lookup-port: no tcp service is known on port 4711"
list -ja http
entry='{"name":"http","port":80,"protocol":"tcp","aliases":["www"],"source":"files"}'
expect "-j and -a" 0 '{"service":"http","services":['"$entry"']}' ""
list -jr 514
entry='{"name":"syslog","port":514,"protocol":"udp","aliases":[],"source":"files"}'
expect "-j and -r" 0 '{"port":514,"services":['"$entry"']}' ""
printf 'q"\\%b\t77/tcp\ta\303\251 b\377\n' '\0177' >odd
run lookup-port --services=odd -jr 77
e_acute=$(printf '\303\251')
entry='{"name":"q\"\\\u007f","port":77,"protocol":"tcp","aliases":["a'$e_acute'","b\ufffd"],"source":"files"}'
expect "-j of odd bytes" 0 '{"port":77,"services":['"$entry"']}' ""
run lookup-port --services=odd -ar 77
expect "-a of odd bytes" 0 'q"\\\x7f              77/tcp a'"$(printf '\303\251')"' b\xff' ""

# --services and --backend
run lookup-port --services=missing http
expect "a missing file" 111 "" "lookup-port: --services: missing: no such file or directory"
run lookup-port --services=. http
expect "a folder" 111 "" "lookup-port: --services: .: is a directory"
look --backend=files https
expect "--backend=files" 1 "" "lookup-port: lookup tcp/https: unknown port"
look --backend files http
expect "--backend files" 0 80 ""
run lookup-port --backend=builtin https
expect "--backend=builtin" 0 443 ""
run lookup-port --backend=builtin twice
expect "--backend=builtin of a name in no table" 1 "" "lookup-port: lookup tcp/twice: unknown port"
run lookup-port --backend=libc 4711
expect "--backend=libc" 0 4711 ""

# --explain
look --explain http
same "--explain: exit status" 0 "$status"
same "--explain: the port" 80 "$(cat out)"
same "--explain: whose lines" "" "$(grep -v '^lookup-port: lookup tcp/http: ' err)"
has_text "files: SUCCESS, port 80" err || fail "--explain: does not say who answered: $(cat err)"
has_text "order files, builtin (order of the options)" err || fail "--explain: does not say the order: $(cat err)"
look --explain https
has_text "files: NOTFOUND" err || fail "--explain: does not say who had no answer: $(cat err)"
has_text "builtin: SUCCESS, port 443" err || fail "--explain: does not say that the table answered: $(cat err)"
look --explain 80
expect "--explain of a number" 0 80 "lookup-port: '80' is a number: no source is asked"
look --explain -a www
expect "--explain and -a" 0 "http                  80/tcp www
http                  80/sctp www www-http" "lookup-port: http 80/tcp: from files
lookup-port: http 80/sctp: from builtin"

# Wrong usage.
run lookup-port
expect "no operand" 2 "" "lookup-port: SERVICE is missing
$see"
look tcp --
expect "nothing behind --" 1 "" "lookup-port: lookup tcp/tcp: unknown port
lookup-port: a service has to follow the network 'tcp'"
look --nosuch http
expect "an unknown option" 2 "" "lookup-port: unknown option '--nosuch'
$see"
look --rev 80
expect "a shortened option" 2 "" "lookup-port: unknown option '--rev'
$see"
look -ax http
expect "an unknown letter" 2 "" "lookup-port: unknown option '-x'
$see"
look --all=yes http
expect "a flag with an argument" 2 "" "lookup-port: --all takes no argument
$see"
look -r
expect "a missing argument" 2 "" "lookup-port: --reverse: its PORT is missing
$see"
run lookup-port --services= http
expect "an empty argument" 2 "" "lookup-port: --services: its FILE is empty
$see"
for port in 70000 65536 http -1 "" 8o 99999999999999999999; do
    look --reverse="$port"
    expect "--reverse=$port" 2 "" "lookup-port: --reverse: '$port' is not a port (0 to 65535)
$see"
done
look -r 80 http
expect "-r with a service" 2 "" "lookup-port: --reverse: 'http' is not a port (0 to 65535)
$see"
look --backend=nis http
expect "--backend=nis" 2 "" "lookup-port: --backend: 'nis' is not one of files, builtin, libc
$see"
run lookup-port --backend=libc -r 80
expect "-r of the C library" 2 "" "lookup-port: --reverse: the C library is only asked for names
$see"
look --backend=libc http
expect "a file nobody reads" 2 "" "lookup-port: --services: --backend=libc reads no file
$see"

# --help and --version
run lookup-port --help
same "--help: exit status" 0 "$status"
same "--help: standard error" "" "$(cat err)"
for word in Usage: --all --reverse=PORT --json --services=FILE --backend=WHICH --explain --help --version \
    "Exit status"; do
    has_text "$word" out || fail "--help says nothing of $word"
done
same "--help: lines above 80 columns" "" "$(grep -E '.{81}' out)"
same "-h: the same" "$(cat out)" "$(lookup-port -h)"
run lookup-port --version
version=$(sed -n 's/.*VERSION_TEXT "\(.*\)"/\1/p' "$abs_top_srcdir/include/resolvx/version.h")
expect "--version" 0 "lookup-port (libresolvx) $version" ""
run lookup-port -V --nosuch
same "-V ends the parsing" 0 "$status"

# Output that cannot be written.
lookup-port 80 >/dev/full 2>err
same "a full disk: exit status" 111 $?
same "a full disk" "lookup-port: standard output: no space left on device" "$(cat err)"
lookup-port --help >/dev/full 2>err
same "a full disk, --help" 111 $?
lookup-port 80 >&- 2>err
same "closed output: exit status" 111 $?
same "closed output" "lookup-port: standard output: bad file descriptor" "$(cat err)"
lookup-port nosuch 2>&- >out
same "closed error output" 1 $?
mkfifo pipe
exec 5<>pipe 6>pipe 5>&- # 6 is a pipe without a reader
(
    trap '' PIPE
    lookup-port 80 >&6 2>err
    echo $? >piped
)
exec 6>&-
same "a reader that has gone: exit status" 111 "$(cat piped)"
same "a reader that has gone" "" "$(cat err)"

finish
