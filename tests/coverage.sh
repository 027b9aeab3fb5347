#!/bin/sh
# coverage.sh - line coverage, folder by folder
#
# Usage: coverage.sh [-v] [-m PERCENT] BUILD-DIRECTORY FOLDER...
#
# The build directory is one of "configure --enable-coverage --disable-shared" after make check. For each FOLDER of the
# source tree (lib/base) prints the lines that ran, those there are, and the percentage; -v lists the files too. With
# -m the exit status is 1 if a folder is below PERCENT. Headers are not counted; an object that no test linked counts as
# not covered.
set -eu

usage() {
    echo "usage: coverage.sh [-v] [-m PERCENT] BUILD-DIRECTORY FOLDER..." >&2
    exit 2
}

minimum=0
verbose=0
while getopts m:v option; do
    case $option in
    m) minimum=$OPTARG ;;
    v) verbose=1 ;;
    *) usage ;;
    esac
done
shift $((OPTIND - 1))
[ $# -ge 2 ] || usage
cd "$1"
shift

# gcov prints "File 'lib/base/view.c'" and then "Lines executed:97.50% of 120", or "No executable lines".
gcov=${GCOV:-gcov}

# The objects of a folder that have notes; a missing .gcda makes gcov report 0 % for the object.
report_folder() {
    find "$1" -maxdepth 1 -name '*.gcno' -exec "$gcov" -n {} + 2>/dev/null | awk -v folder="$1" -v verbose="$verbose" '
        /^File / { file = $2; gsub(/\047/, "", file); next }
        /^Lines executed:/ && file ~ ("(^|/)" folder "/[^/]*\\.c$") {
            split($0, part, /[:%]| of /)
            total = part[4]
            ran = int(part[2] * total / 100 + 0.5)
            all += total
            hit += ran
            if (verbose)
                printf "  %-40s %5d of %5d lines  %6.2f %%\n", file, ran, total, part[2]
        }
        { file = "" }
        END { printf "%-42s %5d of %5d lines  %6.2f %%\n", folder, hit, all, all ? 100 * hit / all : 0 }'
}

status=0
for folder; do
    line=$(report_folder "$folder")
    echo "$line"
    echo "$line" | awk -v minimum="$minimum" 'END { exit !($(NF - 1) + 0 >= minimum + 0 && $(NF - 3) != 0) }' || {
        echo "coverage.sh: $folder is below $minimum %" >&2
        status=1
    }
done
exit $status
