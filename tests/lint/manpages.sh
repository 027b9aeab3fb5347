#!/bin/sh
# manpages.sh - the manual pages say what the headers say
#
# For each include/resolvx/NAME.h and man/resolvx-NAME.3: the prototypes of the SYNOPSIS are those of the header, word
# for word; NAME lists the functions, neither fewer nor more; every constant and every field of a public struct is
# mentioned.
# Every page of section 3 has an example that is a whole file, and these compile without warning.

# shellcheck disable=SC2016 # awk programs stand in single quotes
# shellcheck source=tests/lint/lib.sh
. "$(dirname -- "$0")/lib.sh"

# The header without its comments.
strip_comments() {
    sed -e 's|/\*.*\*/||' -e '/\/\*/,/\*\//d' -e 's/ *$//' "$1"
}

# Prototypes of functions and function types, one a line, without blanks.
header_prototypes() {
    strip_comments "$1" | awk '
        /^(RVX_API|static inline|typedef .*\(\*)/ { text = ""; inside = 1 }
        inside { text = text " " $0 }
        inside && /[;)]$/ {
            sub(/^ *(RVX_API|static inline)/, "", text)
            gsub(/[ \t;]/, "", text)
            print text
            inside = 0
        }' | sort
}

page_prototypes() {
    awk '
        function emit(type, name, params) {
            gsub(/[ \t]/, "", params)
            gsub(/ /, "", type)
            print type name "(" params ")"
        }
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
function_names() {
    sed -e '/^typedef/d' -e 's/(.*//' -e 's/.*\(rvx_\)/\1/' "$1" | sort
}

page_names() {
    awk '/^\.Sh / { inside = $2 == "NAME" } inside && /^\.Nm rvx_/ { print $2 }' "$1" | sort
}

# What else a header defines: its constants and the fields of its structs.
header_words() {
    strip_comments "$1" | awk '
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
extract_examples() {
    awk -v prefix="$2" '
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

# compare WHAT PAGE : findings for lines of $work/header that are not in $work/page, and the other way round.
compare() {
    diff "$work/header" "$work/page" | sed -n -e "s|^<|$2: $1 lacks|p" -e "s|^>|$2: $1 has, but not the header:|p"
}

check_page() {
    header_prototypes "$1" >"$work/prototypes"
    cp "$work/prototypes" "$work/header"
    page_prototypes "$2" >"$work/page"
    compare SYNOPSIS "$3"
    function_names "$work/prototypes" >"$work/header"
    page_names "$2" >"$work/page"
    compare NAME "$3"
    for word in $(header_words "$1"); do
        grep -q -w -e "$word" "$2" || echo "$3: $word of the header is not mentioned"
    done
}

# check_examples ROOT PAGE
check_examples() {
    rm -f "$work"/example-*
    extract_examples "$1/$2" "$work/example"
    set -- "$1" "$2" "$work"/example-*.c
    [ -e "$3" ] || {
        echo "$2: no example"
        return
    }
    root=$1 page=$2 && shift 2
    for example; do
        ${CC:-cc} -fsyntax-only -Wall -Wextra -Werror -I"$root/include" "$example" 2>&1 |
            sed -n "s|^[^:]*example-|$page: example |p"
    done
}

check() {
    for header in "$1"/include/resolvx/*.h; do
        page=man/resolvx-$(basename "$header" .h).3
        if [ -e "$1/$page" ]; then
            check_page "$header" "$1/$page" "$page"
        elif [ "$page" != man/resolvx-resolvx.3 ]; then
            echo "$page: missing"
        fi
    done
    for page in "$1"/man/*.3; do
        check_examples "$1" "man/$(basename "$page")"
    done
}

# ---- it can fail

mkdir -p "$work/bad/include/resolvx" "$work/bad/man"
cp -R "$work/bad" "$work/good"
cat >"$work/good/include/resolvx/a.h" <<'END'
/* a.h - a header */
#define RVX_A_SIZE 16 /* bytes */
struct rvx_a {
    int depth; /* metres */
    void (*told)(void *arg);
};
enum rvx_colour {
    RVX_RED /* as it is */
};
/* Does it. */
RVX_API int rvx_a_do(struct rvx_a *a,
                     const char *text); /* once */
typedef void (*rvx_a_fn)(void *arg);
END
cat >"$work/good/man/resolvx-a.3" <<'END'
.Sh NAME
.Nm resolvx-a ,
.Nm rvx_a_do
.Sh SYNOPSIS
.Ft int
.Fo rvx_a_do
.Fa "struct rvx_a *a"
.Fa "const char *text"
.Fc
.Ft typedef void
.Fn (*rvx_a_fn) "void *arg"
.Sh DESCRIPTION
Mentions RVX_A_SIZE, depth, told and RVX_RED.
.Bd -literal
#include <stddef.h>

const char *text = "a line\en";
.Ed
END
must_pass 'a page that fits its header'

cp "$work/good/include/resolvx/a.h" "$work/bad/include/resolvx"
echo 'struct rvx_b;' >"$work/bad/include/resolvx/b.h"
sed -e 's/const char \*text"/char *text"/' -e 's/^.Nm rvx_a_do/.Nm rvx_a_undo/' -e 's/^const char/int/' \
    -e 's/RVX_A_SIZE, depth, told and RVX_RED/nothing/' "$work/good/man/resolvx-a.3" >"$work/bad/man/resolvx-a.3"
echo '.Sh NAME' >"$work/bad/man/other.3"
must_find 'a prototype of the header only' \
    '^man/resolvx-a.3: SYNOPSIS lacks intrvx_a_do\(structrvx_a\*a,constchar\*text\)'
must_find 'a prototype of the page only' 'SYNOPSIS has, but not the header: intrvx_a_do\(structrvx_a\*a,char\*text\)'
must_find 'a function missing in NAME' 'NAME lacks rvx_a_do'
must_find 'a function only in NAME' 'NAME has, but not the header: rvx_a_undo'
must_find 'a constant' 'RVX_A_SIZE of the header is not mentioned'
must_find 'an enumerator' 'RVX_RED of the header is not mentioned'
must_find 'a field' 'depth of the header is not mentioned'
must_find 'a field that is a function' 'told of the header is not mentioned'
must_find 'a header without page' '^man/resolvx-b.3: missing'
must_find 'an example that does not compile' '^man/resolvx-a.3: example 1.c:3:'
must_find 'a page without example' '^man/other.3: no example'

judge
