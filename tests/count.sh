#!/bin/sh
# count.sh - adds up what make check found
#
# Usage: count.sh BUILD-DIRECTORY...
#
# Prints three numbers, "PASSED FAILED SKIPPED", from the .trs files that automake's test drivers leave behind: one
# result for every case of a TAP program, one for every script. An expected failure counts as passed; an unexpected
# pass, and a program that broke off, count as failed. A program of which a case failed says so by its exit status too:
# that is not another failure.
set -eu

[ $# -gt 0 ] || { echo "usage: count.sh BUILD-DIRECTORY..." >&2; exit 2; }

find "$@" -name '*.trs' -exec awk '
    FNR == 1 { failed = 0 }
    /^:test-result: *FAIL/ { failed = 1 }
    /^:test-result: *ERROR .* - exited with status [0-9]+$/ && failed { next }
    /^:test-result:/ { print $2 }' {} + | awk '
    { n[$1]++ }
    END { print n["PASS"] + n["XFAIL"], n["FAIL"] + n["XPASS"] + n["ERROR"], n["SKIP"] + 0 }'
