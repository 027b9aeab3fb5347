#!/bin/sh
# ldns.sh - what of libldns is used, and where
#
# Its resolver, its random source, its network and its denial-of-existence functions must never be called, so what may
# be is a list, tests/lint/ldns.allow, and everything else is refused. Exactly one file includes <ldns/...>, so that
# there is one place to look at. The tests may use libldns as they like: they hold it against our own code.

# shellcheck source=tests/lint/lib.sh
. "$(dirname -- "$0")/lib.sh"

# The functions and variables of libldns that objects import.
imported() {
    find "$@" -name '*.o' >"$work/objects" 2>/dev/null || true
    while read -r object; do
        run_nm -u "$object"
    done <"$work/objects" | awk '$1 == "U" && $2 ~ /^ldns_/ { print $2 }' | sort -u
}

# Compares the imports, listed in the file $imports, with the allow-list of a tree, and looks for its includes.
check() {
    sed 's/[ #].*//; /^$/d' "$1/tests/lint/ldns.allow" | sort >"$work/allowed"
    comm -23 "$imports" "$work/allowed" | sed 's/$/: called, but not in tests\/lint\/ldns.allow/'
    comm -13 "$imports" "$work/allowed" | sed 's/$/: in tests\/lint\/ldns.allow, but not called any more/'
    tree_grep "$1" '^(lib|src|include|examples)/.*\.[ch]$' |
        (cd "$1" && xargs grep -lE '^ *# *include *[<"]ldns/' /dev/null) >"$work/includers" || true
    [ "$(wc -l <"$work/includers")" -le 1 ] || sed 's/$/: only one file may include <ldns\/...>/' "$work/includers"
}

# It can fail.
mkdir -p "$work/bad/lib/dns" "$work/bad/tests/lint"
printf 'int ldns_resolver_query(void); int f(void); int f(void) { return ldns_resolver_query(); }\n' >"$work/bad/a.c"
${CC:-cc} -c "$work/bad/a.c" -o "$work/bad/a.o"
imports=$work/imported
imported "$work/bad" >"$imports"
printf '# reasons\nldns_pkt_free # why\n\n' >"$work/bad/tests/lint/ldns.allow"
echo '#include <ldns/ldns.h>' >"$work/bad/lib/dns/one.c"
echo '# include <ldns/rr.h>' >"$work/bad/lib/dns/two.c"
must_find 'a function that is not allowed' '^ldns_resolver_query: called'
must_find 'an allowed function that is not called' '^ldns_pkt_free: in'
must_find 'a second file that includes ldns' '^lib/dns/two.c: only one file'

[ -n "$bld" ] || skip "needs a build"
imported "$bld/lib" "$bld/src" >"$imports"
[ -s "$work/objects" ] || { echo "no objects in $bld"; exit 1; }
judge
