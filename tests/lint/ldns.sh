#!/bin/sh
# ldns.sh - what of libldns is used, and where
#
# Its resolver, its random source, its network and its denial-of-existence functions must never be called, so what may
# be is a list, tests/lint/ldns.allow, and everything else is refused. The library is loaded when it is first needed:
# what can be called are the names in the table of lib/resolver/codec.c, and no object imports a function of it. Exactly
# one file includes <ldns/...>, so that there is one place to look at. The tests may use libldns as they like: they hold
# it against our own code.

# shellcheck source=tests/lint/lib.sh
. "$(dirname -- "$0")/lib.sh"

# The functions and variables of libldns that objects import.
imported() {
    find "$@" -name '*.o' >"$work/objects" 2>/dev/null || true
    while read -r object; do
        run_nm -u "$object"
    done <"$work/objects" | awk '$1 == "U" && $2 ~ /^ldns_/ { print $2 }' | sort -u
}

# The names that the library of a tree looks up.
looked_up() {
    tree_grep "$1" '^(lib|src)/.*\.[ch]$' | (cd "$1" && xargs grep -ohE '"ldns_[a-z0-9_]*"' /dev/null) |
        tr -d '"' | sort -u
}

# Compares the names with the allow-list of a tree, and looks for its includes. The imports are listed in $imports.
check() {
    sed 's/$/: imported, but libldns is not linked with/' "$imports"
    sed 's/[ #].*//; /^$/d' "$1/tests/lint/ldns.allow" | sort >"$work/allowed"
    looked_up "$1" >"$work/names" || true
    comm -23 "$work/names" "$work/allowed" | sed 's/$/: used, but not in tests\/lint\/ldns.allow/'
    comm -13 "$work/names" "$work/allowed" | sed 's/$/: in tests\/lint\/ldns.allow, but not used any more/'
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
printf '#include <ldns/ldns.h>\nconst char *name = "ldns_send";\n' >"$work/bad/lib/dns/one.c"
echo '# include <ldns/rr.h>' >"$work/bad/lib/dns/two.c"
must_find 'a function that is imported' '^ldns_resolver_query: imported'
must_find 'a function that is not allowed' '^ldns_send: used'
must_find 'an allowed function that is not used' '^ldns_pkt_free: in'
must_find 'a second file that includes ldns' '^lib/dns/two.c: only one file'

[ -n "$bld" ] || skip "needs a build"
imported "$bld/lib" "$bld/src" >"$imports"
[ -s "$work/objects" ] || { echo "no objects in $bld"; exit 1; }
judge
