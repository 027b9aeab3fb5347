# shellcheck shell=sh
# lib.sh - what the lints share
#
# A lint defines check(), which is given the root of a source tree and prints a line for every finding. Before the lint
# looks at the real tree it proves that it can fail: it writes a tree with known faults into $work and says with
# must_find what has to be reported there. Last it calls judge.
#
# Sourced; sets src (the source tree), bld (the build tree, empty when run by hand), work (a scratch folder), lint (the
# lint's name). Exit status: 0 clean, 1 findings, 77 cannot run here.

set -eu
LC_ALL=C
export LC_ALL

lint=$(basename -- "$0" .sh)
src=${abs_top_srcdir:-$(cd -- "$(dirname -- "$0")/../.." && pwd)}
bld=${abs_top_builddir:-}
work=$(mktemp -d "${bld:-${TMPDIR:-/tmp}}/lint-$lint.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

skip() {
    echo "skipped: $*"
    exit 77
}

# The files that make up a tree, relative to it: what git knows or would add; in an unpacked release, or where git does
# not want to, what is there and is not generated.
tree_files() {
    (
        cd "$1"
        { [ -e .git ] && git ls-files -co --exclude-standard 2>/dev/null; } ||
            find . -type d \( -name .git -o -path './build*' -o -path ./_build -o -path ./_inst \
                -o -name autom4te.cache \) -prune -o \
                -type f ! -path ./configure ! -path './configure~' ! -path ./aclocal.m4 ! -name Makefile.in \
                ! -path './config.h.in*' ! -path './m4/l*.m4' ! -path './*.tar.xz' -print | sed 's|^\./||'
    ) | sort
}

# The files of a tree that match an extended regular expression.
tree_grep() {
    (cd "$1" && tree_files . | grep -E -e "$2" | while read -r file; do [ ! -f "$file" ] || echo "$file"; done)
}

# Prints C files as "PATH:LINE:CODE", without comments and without what is between quotes. For awk -f.
cat >"$work/code.awk" <<'END'
FNR == 1 { state = "" }
{
    code = ""
    for (i = 1; i <= length($0); i++) {
        c = substr($0, i, 1)
        two = substr($0, i, 2)
        if (state == "comment") {
            if (two == "*/") {
                state = ""
                i++
            }
        } else if (state == "quoted") {
            if (c == "\\") {
                i++
            } else if (c == quote) {
                state = ""
                code = code c
            }
        } else if (two == "/*") {
            state = "comment"
            i++
        } else if (two == "//") {
            break
        } else {
            if (c == "\"" || c == "\047") {
                state = "quoted"
                quote = c
            }
            code = code c
        }
    }
    if (state == "quoted")
        state = ""
    print FILENAME ":" FNR ":" code
}
END

# nm(1), which libtool knows together with its options.
run_nm() {
    # shellcheck disable=SC2086 # a list of words
    ${NM:-nm} "$@"
}

# must_find WHAT REGEX : check() has to report REGEX for the faulty tree in $work/bad.
must_find() {
    check "$work/bad" >"$work/found" 2>&1 || true
    grep -qE -e "$2" "$work/found" || {
        echo "$lint: self-test: a fault was not found: $1"
        sed 's/^/    found: /' "$work/found"
        exit 1
    }
}

# must_pass WHAT : check() has to report nothing for the tree in $work/good.
must_pass() {
    check "$work/good" >"$work/found" 2>&1 || true
    [ ! -s "$work/found" ] || {
        echo "$lint: self-test: reported though right: $1"
        sed 's/^/    found: /' "$work/found"
        exit 1
    }
}

# Checks the real tree. A check() that breaks off is a finding of its own.
judge() {
    status=0
    check "$src" >"$work/found" || status=$?
    sort -u "$work/found"
    if [ "$status" != 0 ]; then
        echo "$lint: broke off with status $status"
        exit 1
    fi
    [ ! -s "$work/found" ] || exit 1
}
