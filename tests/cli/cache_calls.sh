#!/bin/sh
# cache_calls.sh - an answer out of the cache costs no system call, as strace(1) sees it
#
# What is looked at now and then, every 50 ms, is no call of a lookup's: most bursts of lookups have none at all.
# shellcheck source=tests/cli/lib.sh
. "${abs_top_srcdir:?}/tests/cli/lib.sh"

skip() {
    echo "skipped: $*"
    exit 77
}

[ "${RVX_INSTRUMENTED:-no}" = no ] || skip "the sanitizers make calls of their own"
command -v strace >/dev/null || skip "no strace here"
strace -o probe true 2>/dev/null || skip "strace is not allowed to trace here"

cat >zone.txt <<END
example. 60 IN SOA ns.example. admin.example. 1 60 60 60 60
one.example. 3600 IN A 192.0.2.1
one.example. 3600 IN MX 10 mail.example.
two.example. 3600 IN A 192.0.2.2
two.example. 3600 IN AAAA 2001:db8::2
two.example. 3600 IN MX 10 mail.example.
END
mkdir etc
start_with zone zone.txt

# calls FILE : for each burst, the number of calls between its marks. A clock that is a system call does not count.
calls() {
    awk '/write\(1, "begin/ { inside = 1; n = 0; next }
         /write\(1, "end/ { inside = 0; print n }
         inside && !/clock_gettime|gettimeofday/ { n++ }' "$1"
}

for name in one.example two.example; do
    run strace -f -o trace cached "$first" etc "$name"
    same "$name: exit status" 0 "$status"
    calls trace >counts
    same "$name: bursts" 20 "$(wc -l <counts | tr -d ' ')"
    without=$(grep -c '^0$' counts)
    [ "$without" -ge 15 ] || fail "$name: only $without of 20 bursts without a system call: $(tr '\n' ' ' <counts)
$(sed -n '/write(1, "begin/,/write(1, "end/p' trace | sed -n '1,40p')"
done
finish
