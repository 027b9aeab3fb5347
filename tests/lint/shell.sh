#!/bin/sh
# shell.sh - every shell script through shellcheck

# shellcheck source=tests/lint/lib.sh
. "$(dirname -- "$0")/lib.sh"

command -v shellcheck >/dev/null || skip "no shellcheck here"

# The scripts of a tree: by name, and by their first line. Completions are bash's, and read by it alone.
list_scripts() {
    tree_grep "$1" '^(autogen\.sh|quickstart|\.ci/run)$|^(tests|fuzz|bench|examples|data|man|src|lib)/' |
        (cd "$1" && while read -r file; do
            case $file in
            *.sh) echo "$file" ;;
            *.[ch] | */corpus/*) ;;
            *) LC_ALL=C awk '/^#! *\/.*(sh|bash|dash)( |$)/ { print FILENAME } { exit }' "$file" ;;
            esac
        done)
}

check() {
    list_scripts "$1" >"$work/scripts"
    (cd "$1" && xargs shellcheck -x -f gcc) <"$work/scripts" || true
}

# It can fail.
# shellcheck disable=SC2016 # that is the fault
write_faults() {
    printf '#!/bin/sh\nrm $1/x\n' >"$work/bad/tests/quote.sh"
    printf '#!/usr/bin/env bash\ncd $1\n' >"$work/bad/bench/run"
    printf '#!/bin/sh\necho $1\n' >"$work/bad/quickstart"
}
mkdir -p "$work/bad/tests" "$work/bad/bench"
write_faults
must_find 'an unquoted variable' '^tests/quote.sh:2:.*SC2086'
must_find 'a script known by its first line' '^bench/run:2:.*SC2086'
must_find 'quickstart' '^quickstart:2:.*SC2086'

judge
