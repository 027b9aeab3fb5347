#!/bin/sh
# example_loops.sh - lookups from other libraries' loops: the examples compile, are short, and find what is in a file
# shellcheck source=tests/cli/lib.sh
. "${abs_top_srcdir:?}/tests/cli/lib.sh"
# shellcheck source=tests/cli/installed.sh
. "$abs_top_srcdir/tests/cli/installed.sh"

mkdir etc
printf '192.0.2.7 seven.example\n2001:db8::8 eight.example\n' >etc/hosts
echo 'hosts: files' >etc/nsswitch.conf

# code_lines FILE : without comments and empty lines
code_lines() {
    sed '/^\/\*/,/\*\//d; /^ *$/d' "$1" | wc -l
}

missing=
tried=0
for example in "$abs_top_srcdir"/examples/lookup_*.c; do
    name=$(basename "$example" .c)
    [ "$(code_lines "$example")" -lt 30 ] || fail "$name.c has $(code_lines "$example") lines"
    if ! has_modules "$example"; then
        missing="$missing $name: $(modules_of "$example") is not installed;"
        continue
    fi
    compile "$example" "$name" || continue
    tried=$((tried + 1))
    run "./$name" seven.example eight.example etc
    expect "$name.c" 0 "192.0.2.7
2001:db8::8" ""
    run "./$name" none.example seven.example etc
    same "$name.c, a name that is not there" "192.0.2.7
no such host" "$(sort out)"
done

# poll(2) is always there.
[ "$tried" -gt 0 ] || fail "no example was tried"
[ -z "$missing" ] || echo "skipped in part:$missing"
[ -z "$missing" ] || [ "$failed" -gt 0 ] || exit 77
finish
