#!/bin/sh
# manpages.sh - the manual pages say what the headers say
#
# For each include/resolvx/NAME.h and man/resolvx-NAME.3: the prototypes of the SYNOPSIS are those of the header, word for
# word; NAME lists the functions, neither fewer nor more; every constant and every field of a public struct is mentioned.
# Every example that is a whole file compiles without warning. mandoc and groff, where they exist, have no complaint.
# shellcheck disable=SC2016 # awk programs stand in single quotes
set -u
: "${AWK:=awk}" "${CC:=cc}" "${abs_top_srcdir:=$(cd "$(dirname "$0")/../.." && pwd)}"

failed=0
fail()
{
    echo "$1" >&2
    failed=1
}

work=$(mktemp -d ./manpages.XXXXXX) || exit 1
trap 'rm -rf "$work"' EXIT

# The header without its comments.
strip_comments()
{
    sed -e 's|/\*.*\*/||' -e '/\/\*/,/\*\//d' -e 's/ *$//' "$1"
}

# Prototypes of functions and function types, one a line, without blanks.
header_prototypes()
{
    strip_comments "$1" | $AWK '
        /^(RVX_API|static inline|typedef .*\(\*)/ { text = ""; inside = 1 }
        inside { text = text " " $0 }
        inside && /[;)]$/ {
            sub(/^ *(RVX_API|static inline)/, "", text)
            gsub(/[ \t;]/, "", text)
            print text
            inside = 0
        }' | sort
}

page_prototypes()
{
    $AWK '
        function emit(type, name, params) { gsub(/[ \t]/, "", params); gsub(/ /, "", type); print type name "(" params ")" }
        function quoted(text,    list) {
            list = ""
            while (match(text, /"[^"]*"/)) {
                list = list (list == "" ? "" : ",") substr(text, RSTART + 1, RLENGTH - 2)
                text = substr(text, RSTART + RLENGTH)
            }
            return list
        }
        /^\.Sh / { inside = $2 == "SYNOPSIS" }
        !inside { next }
        /^\.Ft / { type = substr($0, 5) }
        /^\.Fn / { emit(type, $2, quoted($0)) }
        /^\.Fo / { name = $2; params = "" }
        /^\.Fa / { params = params (params == "" ? "" : ",") quoted($0) }
        /^\.Fc/ { emit(type, name, params) }' "$1" | sort
}

# Names of functions only, out of prototypes.
function_names()
{
    sed -e '/^typedef/d' -e 's/(.*//' -e 's/.*\(rvx_\)/\1/' "$1" | sort
}

page_names()
{
    $AWK '/^\.Sh / { inside = $2 == "NAME" } inside && /^\.Nm rvx_/ { print $2 }' "$1" | sort
}

# What else a header defines: its constants and the fields of its structs.
header_words()
{
    strip_comments "$1" | $AWK '
        /^#define RVX_[A-Z0-9_]+/ && $2 !~ /^RVX_API/ { sub(/\(.*/, "", $2); print $2 }
        /^ +RVX_[A-Z0-9_]+( =|,|$)/ { sub(/,.*/, "", $1); print $1 }
        /^struct [a-z_]+ \{/ { inside = 1; next }
        /^}/ { inside = 0 }
        inside && /;/ {
            sub(/ *;.*/, "")
            sub(/\[.*/, "")
            if (sub(/\)\(.*/, ""))
                sub(/.*\(\*/, "")
            n = split($0, part, /[, *]+/)
            print part[n]
        }' | grep -v -x -e size -e reserved -e '}' | sort -u
}

# Each literal block that starts with an #include becomes a file of its own.
extract_examples()
{
    $AWK -v prefix="$2" '
        /^\.Ed/ { if (out != "") close(out); out = "" }
        out != "" || (block && /^#include/) {
            if (out == "")
                out = prefix "-" ++n ".c"
            gsub(/\\e/, "\\")
            gsub(/\\&/, "")
            print > out
        }
        { block = /^\.Bd -literal/ }' "$1"
}

check_header()
{
    header=$1 page=$2 name=$(basename "$2")

    header_prototypes "$header" >"$work/header"
    page_prototypes "$page" >"$work/page"
    diff "$work/header" "$work/page" >"$work/diff" || fail "$name: SYNOPSIS differs from the header:
$(cat "$work/diff")"
    function_names "$work/header" >"$work/functions"
    page_names "$page" >"$work/names"
    diff "$work/functions" "$work/names" >"$work/diff" || fail "$name: NAME differs from the header:
$(cat "$work/diff")"
    for word in $(header_words "$header"); do
        grep -q -w -e "$word" "$page" || fail "$name: $word is not mentioned"
    done
}

check_examples()
{
    name=$(basename "$1" .3)

    extract_examples "$1" "$work/$name"
    set -- "$work/$name"-*.c
    [ -e "$1" ] || fail "$name.3: no example"
    for example; do
        [ ! -e "$example" ] || $CC -fsyntax-only -Wall -Wextra -Werror -I"$abs_top_srcdir/include" "$example" ||
            fail "$name.3: an example does not compile"
    done
}

check_markup()
{
    if command -v mandoc >/dev/null; then
        mandoc -Tlint -Wwarning "$1" >&2 || fail "$(basename "$1"): mandoc complains"
    fi
    if command -v groff >/dev/null; then
        [ -z "$(groff -mdoc -ww -z "$1" 2>&1)" ] || fail "$(basename "$1"): groff complains"
    fi
}

for header in "$abs_top_srcdir"/include/resolvx/*.h; do
    name=$(basename "$header" .h)
    [ "$name" != resolvx ] || continue
    page=$abs_top_srcdir/man/resolvx-$name.3
    if [ -e "$page" ]; then
        check_header "$header" "$page"
    else
        fail "resolvx-$name.3 is missing"
    fi
done
for page in "$abs_top_srcdir"/man/*.3; do
    check_examples "$page"
done
for page in "$abs_top_srcdir"/man/*.[1-8]; do
    check_markup "$page"
done
exit $failed
