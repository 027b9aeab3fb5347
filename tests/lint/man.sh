#!/bin/sh
# man.sh - every manual page through mandoc, and through groff where it is

# shellcheck source=tests/lint/lib.sh
. "$(dirname -- "$0")/lib.sh"

have_mandoc=$(command -v mandoc || true)
have_groff=$(command -v groff || true)
[ -n "$have_mandoc$have_groff" ] || skip "neither mandoc nor groff here"

check() {
    tree_grep "$1" '^man/.*\.[1-9]$' >"$work/pages"
    [ -s "$work/pages" ] || echo "no manual pages found"
    while read -r page; do
        if [ -n "$have_mandoc" ]; then
            (cd "$1" && mandoc -T lint -W warning "$page") || true
        fi
        if [ -n "$have_groff" ]; then
            (cd "$1" && groff -mdoc -ww -z -T utf8 "$page" 2>&1) || true
        fi
    done <"$work/pages"
}

# It can fail.
mkdir -p "$work/bad/man"
printf '.Dd November 1, 2026\n.Dt BAD 3\n.Os\n.Sh NAME\n.Nm bad\n.Nd a page\n.Sh DESCRIPTION\n.Xy unknown\n' \
    >"$work/bad/man/bad.3"
if [ -n "$have_mandoc" ]; then
    must_find 'an unknown macro, by mandoc' 'mandoc: man/bad.3:8:.*unknown macro'
fi
if [ -n "$have_groff" ]; then
    must_find 'an unknown macro, by groff' "(troff|man/bad.3).*8.*Xy' not defined"
fi

judge
