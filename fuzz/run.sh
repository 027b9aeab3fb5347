#!/bin/sh
# run.sh - runs every fuzz target for a while
#
# Usage: fuzz/run.sh SECONDS [TARGET...]
#
# To be run in a build directory of "configure CC=clang --enable-fuzz --enable-sanitizers --disable-shared".
#
# New inputs that reach new code go to fuzz/found/TARGET in the build directory; merge them into the corpus when done,
# the last lines say how. Inputs that crash, leak or hang go to fuzz/crashes/. Exit status 1 if there are any.
set -eu

seconds=${1-}
case $seconds in
'' | *[!0-9]*)
    echo "usage: run.sh SECONDS [TARGET...]" >&2
    exit 2
    ;;
esac
shift
source_dir=$(cd -- "$(dirname -- "$0")" && pwd)
[ -x ./config.status ] || { echo "run.sh: start it in a build directory" >&2; exit 2; }
if [ $# -eq 0 ]; then
    for target in fuzz/fuzz_*; do
        [ -f "$target" ] && [ -x "$target" ] && set -- "$@" "${target#fuzz/}"
    done
fi
[ $# -gt 0 ] || { echo "run.sh: no targets: make check TESTS=" >&2; exit 2; }

fuzz_one() {
    target=$1
    name=${target#fuzz_}
    found=fuzz/found/$target
    mkdir -p "$found"
    set -- "$found"
    [ ! -d "$source_dir/corpus/$name" ] || set -- "$@" "$source_dir/corpus/$name"
    [ ! -f "$source_dir/$name.dict" ] || set -- "-dict=$source_dir/$name.dict" "$@"
    echo "== $target, $seconds s"
    "./fuzz/$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -max_len=4096 -print_final_stats=1 \
        -artifact_prefix="fuzz/crashes/$target-" "$@" >"$found.log" 2>&1 || {
        status=1
        tail -n 40 "$found.log"
    }
    grep -E '^stat::(number_of_executed_units|average_exec_per_sec|peak_rss_mb)|cov: ' "$found.log" | tail -n 4
}

mkdir -p fuzz/crashes
status=0
for target; do
    fuzz_one "$target"
done

echo "== merge what was found:"
echo "./fuzz/TARGET -merge=1 $source_dir/corpus/NAME fuzz/found/TARGET"
ls -l fuzz/crashes
exit $status
