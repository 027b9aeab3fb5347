#!/bin/sh
# exports.sh - the shared library exports what libresolvx.symbols lists, neither less nor more
#
# A change of the interface is thereby a visible change of that file: make update-symbols writes it anew. Moreover
# everything that a public header declares with RVX_API is exported, and no global symbol of the static library, where
# nothing is hidden, is without the prefix rvx_.
#
# Usage: exports.sh, in make check; exports.sh --update, in make update-symbols.

# shellcheck source=tests/lint/lib.sh
. "$(dirname -- "$0")/lib.sh"

[ -n "$bld" ] || skip "needs a build"

# The names a shared library exports; the version itself is an absolute symbol.
exported() {
    run_nm -D --defined-only "$1" | awk '$2 != "A" { sub(/@.*/, "", $3); print $3 }' | sort
}

# The functions and variables that the public headers of a tree declare.
declared() {
    (cd "$1" && tree_grep . '^include/resolvx/.*\.h$' | xargs awk -f "$work/code.awk") | sed 's/^[^:]*:[^:]*://' | awk '
        /^RVX_API / { text = ""; inside = 1 }
        inside { text = text " " $0 }
        inside && /;/ {
            sub(/[([;].*/, "", text)
            sub(/.*[ *]/, "", text)
            print text
            inside = 0
        }' | sort
}

# What a static library defines without our prefix; the sanitizers' own marks are theirs.
strangers() {
    run_nm -g --defined-only "$1" 2>/dev/null |
        awk 'NF == 3 && $3 !~ /^(rvx_|__odr_asan|__asan_|__sancov_)/ { print $3 }'
}

# Compares the lists that stand in for a tree: $1/exported, $1/listed, $1/declared, $1/strangers.
check() {
    comm -23 "$1/exported" "$1/listed" | sed 's/$/: exported, but not in libresolvx.symbols (make update-symbols)/'
    comm -13 "$1/exported" "$1/listed" | sed 's/$/: in libresolvx.symbols, but not exported/'
    comm -13 "$1/exported" "$1/declared" | sed 's/$/: declared with RVX_API, but not exported/'
    sed 's/$/: a symbol of the static library without the prefix rvx_/' "$1/strangers"
}

shared=$bld/.libs/libresolvx.so
static=$bld/.libs/libresolvx.a

if [ "${1-}" = --update ]; then
    exported "$shared" >"$src/tests/lint/libresolvx.symbols"
    exit 0
fi

# It can fail: a library of one function that is exported and one that is not, one object without prefix.
mkdir "$work/bad" "$work/bad/include" "$work/bad/include/resolvx"
cat >"$work/bad/lib.c" <<'END'
int rvx_here(void);
__attribute__((visibility("hidden"))) int rvx_hidden(void);
int stray(void);
int rvx_here(void) { return 0; }
int rvx_hidden(void) { return 0; }
int stray(void) { return 0; }
END
printf '#define RVX_API\nRVX_API int rvx_here(void);\nRVX_API const char *rvx_hidden(int a,\n    int b);\n' \
    >"$work/bad/include/resolvx/a.h"
${CC:-cc} -fPIC -c "$work/bad/lib.c" -o "$work/bad/lib.o"
${CC:-cc} -shared "$work/bad/lib.o" -o "$work/bad/lib.so"
exported "$work/bad/lib.so" | grep -v '^_' >"$work/bad/exported"
printf 'rvx_gone\nstray\n' >"$work/bad/listed"
declared "$work/bad" >"$work/bad/declared"
strangers "$work/bad/lib.o" >"$work/bad/strangers"
must_find 'a symbol that is not listed' '^rvx_here: exported, but not in'
must_find 'a symbol that is listed only' '^rvx_gone: in libresolvx.symbols, but not exported'
must_find 'a symbol that is declared only' '^rvx_hidden: declared'
must_find 'a symbol without prefix' '^stray: a symbol of the static library'

mkdir "$work/real"
if [ -f "$shared" ]; then
    exported "$shared" >"$work/real/exported"
    [ -s "$work/real/exported" ] || { echo "$shared exports nothing"; exit 1; }
    cp "$src/tests/lint/libresolvx.symbols" "$work/real/listed"
    declared "$src" >"$work/real/declared"
else
    echo "no shared library here: only the static one is looked at"
    [ -f "$static" ] || skip "no library was built"
    : >"$work/real/exported"
    : >"$work/real/listed"
    : >"$work/real/declared"
fi
if [ -f "$static" ]; then
    strangers "$static" >"$work/real/strangers"
else
    : >"$work/real/strangers"
fi
src=$work/real
judge
