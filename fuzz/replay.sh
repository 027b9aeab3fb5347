#!/bin/sh
# replay.sh - runs every fuzz target on its corpus once
#
# In make check, with either main(): libFuzzer's takes files too, and runs each once. A target whose corpus is empty is
# a failure, and so is one that did not say that it ran every file, for then nothing was tested.
#
# FUZZ_TARGETS names the targets (fuzz_hosts ...), as fuzz/local.mk lists them.
set -eu
: "${abs_top_srcdir:?}" "${abs_top_builddir:?}"

[ -n "${FUZZ_TARGETS-}" ] || { echo "no fuzz targets"; exit 77; }
status=0
for target in $FUZZ_TARGETS; do
    corpus=$abs_top_srcdir/fuzz/corpus/${target#fuzz_}
    wanted=$(find "$corpus" -type f 2>/dev/null | wc -l)
    if [ "$wanted" -eq 0 ]; then
        echo "$target: no inputs in fuzz/corpus/${target#fuzz_}"
        status=1
        continue
    fi
    log=$abs_top_builddir/fuzz/$target.replay
    result=0
    find "$corpus" -type f -exec "$abs_top_builddir/fuzz/$target" {} + >"$log" 2>&1 || result=$?
    # "N inputs" of our own main() for each batch of names, or libFuzzer's line for each file.
    ran=$(awk '/^[0-9]+ inputs$/ { n += $1 } /^Executed .* in [0-9]+ ms$/ { n++ } END { print n + 0 }' "$log")
    if [ "$result" != 0 ] || [ "$ran" != "$wanted" ]; then
        tail -n 60 "$log"
        echo "$target: $ran of $wanted inputs ran, status $result"
        status=1
    else
        echo "$target: $ran inputs"
    fi
    rm -f "$log"
done
exit $status
