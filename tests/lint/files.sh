#!/bin/sh
# files.sh - what is in the tree is built and shipped, and what is promised is there
#
# Every file is named in a makefile fragment, or lies in a folder that is: what is not would be missing in a release.
# Nothing is named that is not there. The texts that a release carries exist and are more than a line, their links lead
# somewhere, the version is the same wherever it is written, and no file holds a path of somebody's machine.

# shellcheck source=tests/lint/lib.sh
. "$(dirname -- "$0")/lib.sh"

# The words of all makefile fragments, %D% being the fragment's own folder.
listed_words() {
    (
        cd "$1"
        tree_files . | grep -E '(^Makefile\.am|\.mk)$' | while read -r fragment; do
            case $fragment in
            */*) folder=${fragment%/*}/ ;;
            *) folder= ;;
            esac
            sed "s|^#.*||; s|%D%/|$folder|g; s|\$(top_srcdir)/||g; s|\$(srcdir)/||g" "$fragment" |
                tr -s ' \t\\=' '[\n*]'
        done
    ) | sort -u
}

# What automake ships without being told.
is_shipped_anyway() {
    case $1 in
    configure.ac | Makefile.am | m4/* | *.mk | lib/resolvx.pc.in | config.h.in) return 0 ;;
    *) return 1 ;;
    esac
}

check_lists() {
    listed_words "$1" >"$work/words"
    tree_grep "$1" . | while read -r file; do
        if is_shipped_anyway "$file" || grep -qxF -e "$file" "$work/words"; then
            continue
        fi
        folder=$file
        found=
        while [ "${folder%/*}" != "$folder" ]; do
            folder=${folder%/*}
            grep -qxF -e "$folder" "$work/words" && found=yes
        done
        # A folder is shipped whole only where it holds data; code is listed file by file.
        case $file in
        *.[chS] | *.sh) found= ;;
        esac
        [ -n "$found" ] || echo "$file: in no makefile fragment"
    done
    grep -E '^(lib|include|src|tests|fuzz|bench|examples|man|data)/.*\.[a-zS0-9]+$' "$work/words" |
        while read -r word; do
        [ -e "$1/$word" ] || case $word in
        *.log | *.trs | *.la | lib/resolvx.pc | */'$'* | *'('*) ;;
        *) grep -qE "^${word##*/}\$" "$work/generated" || echo "$word: in a makefile fragment, but not in the tree" ;;
        esac
    done
}

check_texts() {
    for text in README.md ARCHITECTURE.md CONTRIBUTING.md NEWS LICENSE; do
        [ "$(wc -l <"$1/$text" 2>/dev/null || echo 0)" -gt 1 ] || echo "$text: missing or empty"
    done
    tree_grep "$1" '\.md$' | while read -r text; do
        grep -oE '\]\([^)#]+' "$1/$text" | sed 's/^](//' | grep -vE '^[a-z]+:' | while read -r link; do
            [ -e "$1/$(dirname "$text")/$link" ] || echo "$text: a link to $link, which is not there"
        done
    done
    tree_grep "$1" '^include/resolvx/.*\.h$' | while read -r header; do
        name=$(basename "$header" .h)
        [ "$name" = resolvx ] || [ -s "$1/man/resolvx-$name.3" ] || echo "$header: has no manual page"
    done
}

check_version() {
    version=$(sed -n 's/^AC_INIT(\[libresolvx\], \[\(.*\)\])$/\1/p' "$1/configure.ac")
    numbers=$(sed -n 's/^#define RVX_VERSION_[MP][A-Z]* \([0-9]*\)$/\1/p' "$1/include/resolvx/version.h" | paste -sd.)
    text=$(sed -n 's/^#define RVX_VERSION_TEXT "\(.*\)"$/\1/p' "$1/include/resolvx/version.h")
    [ -n "$version" ] && [ "$version" = "$numbers" ] && [ "$version" = "$text" ] ||
        echo "version.h says $numbers and \"$text\", configure.ac says $version"
    grep -qE "^(Version|libresolvx) $version" "$1/NEWS" 2>/dev/null || echo "NEWS: no entry for version $version"
}

# Homes of people, and this very checkout and build.
check_paths() {
    tree_grep "$1" . >"$work/tree"
    (
        cd "$1"
        grep -vE '^(build-aux|m4|fuzz/corpus)/' "$work/tree" | tr '\n' '\0' |
            xargs -0 grep -nIE '(^|[^A-Za-z0-9_./-])/(home|root|Users|work|workspace|builds)/[A-Za-z0-9]'
        tr '\n' '\0' <"$work/tree" | xargs -0 grep -nIF -e "$src/" -e "${bld:-$src}/"
    ) | sed 's/$/: a path of somebody'\''s machine/'
}

check() {
    check_lists "$1"
    check_texts "$1"
    check_version "$1"
    check_paths "$1"
}

# Files that the build makes are named in the fragments too, in the variables that say so.
sed -n 's/^BUILT_SOURCES += *//p; s/^CLEANFILES += *//p; s/^nodist_[A-Za-z_]* += *//p' "$src/Makefile.am" \
    "$src"/*/local.mk "$src"/lib/*/local.mk | tr ' ' '\n' | sed 's|.*/||' | sort -u >"$work/generated"

# It can fail.
mkdir -p "$work/bad/lib/base" "$work/bad/include/resolvx" "$work/bad/data"
cd "$work/bad"
printf 'AC_INIT([libresolvx], [1.2.3])\n' >configure.ac
printf '#define RVX_VERSION_%s\n' 'MAJOR 1' 'MINOR 2' 'PATCH 4' >include/resolvx/version.h
printf 'EXTRA_DIST = README.md \\\n\tdata\n' >Makefile.am
printf 'x_SOURCES = %%D%%/listed.c \\\n\t%%D%%/gone.c\n' >lib/base/local.mk
touch lib/base/listed.c lib/base/forgotten.c data/whole
touch data/code.c
printf 'See [this](docs/nowhere.md).\nLook in %s/me/x.\n' '/home' >README.md
must_find 'a file that is in no fragment' '^lib/base/forgotten.c: in no makefile fragment'
must_find 'code in a folder shipped whole' '^data/code.c: in no makefile fragment'
must_find 'a file that is not there' '^lib/base/gone.c: in a makefile fragment, but'
must_find 'a missing text' '^NEWS: missing or empty'
must_find 'a dead link' '^README.md: a link to docs/nowhere.md'
must_find 'a header without a page' '^include/resolvx/version.h: has no manual page'
must_find 'two versions' '^version.h says 1.2.4'
must_find 'a path of a machine' '^README.md:2:.*somebody'
if grep -qE '^(lib/base/listed.c|data/whole|configure.ac)' "$work/found"; then
    echo "$lint: self-test: reported though right"
    exit 1
fi
cd "$src"

judge
