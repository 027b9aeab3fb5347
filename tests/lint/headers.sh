#!/bin/sh
# headers.sh - each public header compiles alone, as C11 and as C++17, without a warning

# shellcheck source=tests/lint/lib.sh
. "$(dirname -- "$0")/lib.sh"

warnings='-Wall -Wextra -pedantic -Werror'
cxx=${CXX-}
if [ -n "$cxx" ] && ! echo 'int main() {}' | "$cxx" -x c++ -fsyntax-only - 2>/dev/null; then
    cxx=
fi
[ -n "$cxx" ] || echo "no C++ compiler: as C11 only"

# compile HEADER ROOT LANGUAGE COMPILER STANDARD
compile() {
    printf '#include <%s>\n' "${1#include/}" >"$work/alone.$3"
    # shellcheck disable=SC2086 # CC and the warnings are lists of words
    $4 -std="$5" $warnings -fsyntax-only -I"$2/include" "$work/alone.$3" >"$work/errors" 2>&1 || {
        echo "$1: does not compile alone as $5"
        sed 's/^/    /' "$work/errors"
    }
}

check() {
    tree_grep "$1" '^include/resolvx/.*\.h$' >"$work/headers"
    [ -s "$work/headers" ] || echo "no public header found"
    while read -r header; do
        compile "$header" "$1" c "${CC:-cc}" c11
        [ -z "$cxx" ] || compile "$header" "$1" cc "$cxx" c++17
        grep -q '^extern "C" {' "$1/$header" || ! grep -q RVX_API "$1/$header" || echo "$header: lacks extern \"C\""
    done <"$work/headers"
}

# It can fail.
mkdir -p "$work/bad/include/resolvx"
echo 'size_t rvx_lonely(void);' >"$work/bad/include/resolvx/lonely.h"
echo 'int rvx_word(int class);' >"$work/bad/include/resolvx/word.h"
echo 'struct rvx_empty { int n; int tail[0]; };' >"$work/bad/include/resolvx/gnu.h"
echo 'RVX_API int rvx_bare(void);' >"$work/bad/include/resolvx/bare.h"
must_find 'a header that needs another' '^include/resolvx/lonely.h: does not compile alone as c11'
must_find 'a GNU extension' '^include/resolvx/gnu.h: does not compile alone as c11'
must_find 'no extern "C"' '^include/resolvx/bare.h: lacks extern'
[ -z "$cxx" ] || must_find 'a C++ key word' '^include/resolvx/word.h: does not compile alone as c\+\+17'

judge
