#!/bin/bash
# judge.sh - tries a resolver with every mode of hostile-dns and tells how it did
#
# judge.sh PORT HOSTILE-DNS COMMAND... : runs COMMAND for each mode of `HOSTILE-DNS --list` and the types A, AAAA and
# PTR, with its words NAME and TYPE replaced. COMMAND asks the server at PORT and prints what it was told; its exit
# status does not count. It is judged by its output alone, so "no such name" and a failure look the same: no output.
# One line for each failed lookup, and a sum. WANT=tcp judges by what is wanted of a client that uses TCP only.
set -euo pipefail

port=${1:?usage: judge.sh PORT HOSTILE-DNS COMMAND...}
server=${2:?the program hostile-dns}
shift 2
[ $# -gt 0 ] || { echo "judge.sh: no command" >&2; exit 2; }

# judge WANTED OUTPUT : prints what is wrong, if anything.
judge() {
    case $2 in
    *6.6.6.6* | *2001:db8:6::6* | *evil.hostile.test*)
        # Aliases and odd labels hang below that name; as an answer it stands alone.
        if grep -qxE '6\.6\.6\.6|2001:db8:6::6|evil\.hostile\.test\.?' <<<"$2"; then
            echo "EVIL"
            return
        fi
        ;;
    esac
    local good=no
    ! grep -qxE '192\.0\.2\.53|2001:db8::53|right\.hostile\.test\.?' <<<"$2" || good=yes
    case $1/$good in
    good/no) echo "no good answer" ;;
    fail/yes | negative/yes | nothing/yes) echo "an answer out of nowhere" ;;
    esac
}

passed=0
failed=0
while IFS=$'\t' read -r number mode udp tcp about; do
    wanted=$udp
    [ "${WANT-udp}" != tcp ] || wanted=$tcp
    for type in A AAAA PTR; do
        name=judge-$port-$number-$RANDOM.$mode.hostile.test
        words=()
        for word in "$@"; do
            word=${word//NAME/$name}
            words+=("${word//TYPE/$type}")
        done
        wrong=$(judge "$wanted" "$("${words[@]}" 2>/dev/null | tr -d '\0' || true)")
        if [ -z "$wrong" ]; then
            passed=$((passed + 1))
        else
            failed=$((failed + 1))
            printf '%-22s %-5s %s (%s)\n' "$mode" "$type" "$wrong" "$about"
        fi
    done
done < <("$server" --list)
echo "$passed passed, $failed failed"
