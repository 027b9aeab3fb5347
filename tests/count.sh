#!/bin/sh
# count.sh - adds up what make check found
#
# Usage: count.sh BUILD-DIRECTORY...
#
# Prints three numbers, "PASSED FAILED SKIPPED", from the .trs files that automake's test drivers leave behind: one
# result for every case of a TAP program, one for every script. An expected failure counts as passed; an unexpected
# pass, and a program that broke off, count as failed.
set -eu

[ $# -gt 0 ] || { echo "usage: count.sh BUILD-DIRECTORY..." >&2; exit 2; }

find "$@" -name '*.trs' -exec sed -n 's/^:test-result: *\([A-Z]*\).*/\1/p' {} + | awk '
    { n[$1]++ }
    END { print n["PASS"] + n["XFAIL"], n["FAIL"] + n["XPASS"] + n["ERROR"], n["SKIP"] + 0 }'
