#!/bin/sh
# style.sh - the measurable part of the house style
#
# Sizes: no file of C over 600 lines, no function over 80, and over lib/ and src/ together a median function of at most
# 20 lines with nine in ten under 45. Text: lines up to 120 columns, no tabs (makefiles need theirs), no blanks at line
# ends, no notes to oneself. Code of lib/: no unbounded string functions, no locale's ctype.h, memory only through
# base/mem.h, nothing printed, no exit. Objects of the library: no writable static data.
#
# Functions are found by their braces in the first column, which is the style they are checked for.

# shellcheck source=tests/lint/lib.sh
. "$(dirname -- "$0")/lib.sh"

memory='malloc|calloc|realloc|reallocarray|aligned_alloc|posix_memalign|free|strdup|strndup|asprintf|vasprintf'
unbounded='sprintf|vsprintf|strcpy|stpcpy|strcat|strncat|strtok|strtok_r|sscanf|atoi|atol|atoll|atof|gets|alloca'
output='printf|vprintf|fprintf|vfprintf|dprintf|puts|fputs|putchar|fputc|putc|perror|psignal|warn|warnx|syslog'
ending='abort|exit|_exit|_Exit|quick_exit|err|errx'

check_sizes() {
    tree_grep "$1" '\.[ch]$' >"$work/c-files"
    # shellcheck disable=SC2016 # awk's own $0
    (cd "$1" && xargs awk '
        FNR == 1 { if (file) print file, "lines", lines; file = FILENAME }
        { lines = FNR }
        /^\{/ { start = FNR; name = head }
        /^\}/ { if (start) print FILENAME, name, FNR - start + 2; start = 0 }
        /^[A-Za-z_]/ { head = $0; sub(/\(.*/, "", head); sub(/.*[ *]/, "", head) }
        END { if (file) print file, "lines", lines }' /dev/null) <"$work/c-files" >"$work/sizes"
    awk '$2 == "lines" && $3 > 600 { print $1 ": " $3 " lines, 600 is the limit" }
        $2 != "lines" && $3 > 80 { print $1 ": " $2 "() has " $3 " lines, 80 is the limit" }' "$work/sizes"
    awk '$1 ~ /^(lib|src)\// && $2 != "lines" { print $3 }' "$work/sizes" | sort -n | awk '
        { size[NR] = $1 }
        END {
            if (NR && size[int((NR + 1) / 2)] > 20)
                print "the median function has " size[int((NR + 1) / 2)] " lines, 20 is the limit"
            if (NR && size[int((NR * 9 + 9) / 10)] > 45)
                print "one function in ten has over " size[int((NR * 9 + 9) / 10)] " lines, 45 is the limit"
        }'
}

check_text() {
    tree_grep "$1" '(\.(c|h|S|sh|mk|am|ac|in|map)|^quickstart|^\.ci/run)$' >"$work/text-files"
    (
        cd "$1"
        xargs awk '
            length > 120 { print FILENAME ":" FNR ": " length " columns, 120 is the limit" }
            /[ \t\r]$/ { print FILENAME ":" FNR ": blank at the end of the line" }
            /\t/ && FILENAME !~ /\.(mk|am)$/ { print FILENAME ":" FNR ": tab" }' /dev/null <"$work/text-files"
        tree_files . | grep -vE '^(build-aux|m4|fuzz/corpus)/' | while read -r file; do
            # The words are written so that this line does not find itself.
            [ ! -f "$file" ] || grep -nHIwE 'TOD[O]|FIXM[E]|XX[X]|HAC[K]' "$file" | sed 's/$/: a note to oneself/'
        done
    )
}

# calls REGEX WHAT : reports calls of these functions in the code on standard input; calls through a table are not
# meant.
calls() {
    sed -nE "s/^(([^:]*:){2})(.*[^A-Za-z0-9_.>])?($1)[ ]*\\(.*/\\1 \\4(): $2/p"
}

check_calls() {
    (cd "$1" && tree_grep . '^lib/.*\.[ch]$' | xargs awk -f "$work/code.awk" /dev/null) >"$work/code"
    calls "$unbounded" 'use rvx__view and rvx__buf' <"$work/code"
    calls "$output" 'the library does not print' <"$work/code"
    calls "$ending" 'the library does not exit' <"$work/code"
    grep -v '^lib/base/mem\.c:' "$work/code" | calls "$memory" 'use rvx__malloc and its kin'
    grep -E '#[ ]*include[ ]*<ctype\.h>' "$work/code" | sed 's/$/: the classes are in base\/view.h/'
}

# Prints the writable data of object files. Constant tables with addresses in them are in .data.rel.ro, which is
# read-only once the program runs. A variable per thread is no more welcome than any other. The exceptions are in one
# file, lib/loop/waiter.c: which waiter a thread installed, and the key that tidies up when the thread ends.
allowed_data='waiter.o:this_thread waiter.o:key_once waiter.o:key waiter.o:has_key'

check_data() {
    [ $# -eq 0 ] || run_nm -A -f sysv "$@" 2>/dev/null | awk -F '|' -v allowed="$allowed_data" '
        { section = $NF; gsub(/ /, "", section) }
        section ~ /^\.(data|bss|tdata|tbss|sdata|sbss)/ && section !~ /^\.data\.rel\.ro/ || section == "*COM*" {
            n = split($1, part, ":")
            symbol = part[n]
            gsub(/ /, "", symbol)
            object = part[1]
            sub(/.*\//, "", object)
            if (symbol !~ /^\./ && index(" " allowed " ", " " object ":" symbol " ") == 0)
                print part[1] ": " symbol " is writable static data (" section ")"
        }'
}

check() {
    check_sizes "$1"
    check_text "$1"
    check_calls "$1"
}

# ---- it can fail

mkdir -p "$work/bad/lib/base" "$work/bad/tests"
{
    printf 'int rvx__long(void)\n{\n'
    awk 'BEGIN { for (i = 0; i < 80; i++) print "    ;" }'
    printf '}\n'
} >"$work/bad/lib/base/long.c"
awk 'BEGIN { for (i = 0; i < 601; i++) print "" }' >"$work/bad/tests/big.h"
printf '%0121d\n' 0 >"$work/bad/tests/wide.c"
printf 'int a;\t/* tab */\nint b; \n' >"$work/bad/tests/tab.c"
printf 'A %s.\n' 'TOD''O' >"$work/bad/README.md"
cat >"$work/bad/lib/base/calls.c" <<'END'
#include <ctype.h>
void f(char *p) { strcpy(p, "x"); }
void g(char *p) { free(p); }
void h(void) { printf("x"); }
void i(void) { exit (1); }
END
must_find 'a function of 83 lines' '^lib/base/long.c: rvx__long\(\) has 83 lines'
must_find 'a median of 83 lines' 'median function has 83'
must_find 'nine in ten' 'one function in ten has over 83'
must_find 'a file of 601 lines' '^tests/big.h: 601 lines'
must_find 'a line of 121 columns' '^tests/wide.c:1: 121 columns'
must_find 'a tab' '^tests/tab.c:1: tab'
must_find 'a blank at a line end' '^tests/tab.c:2: blank'
must_find 'a note to oneself' '^README.md:1:.*note to oneself'
must_find 'strcpy' '^lib/base/calls.c:2: strcpy\(\)'
must_find 'free' '^lib/base/calls.c:3: free\(\)'
must_find 'printf' '^lib/base/calls.c:4: printf\(\)'
must_find 'exit' '^lib/base/calls.c:5: exit\(\)'
must_find 'ctype.h' '^lib/base/calls.c:1:.*ctype'

mkdir -p "$work/good/lib/base" "$work/good/tests"
echo 'void *rvx__malloc(size_t n) { return malloc(n); }' >"$work/good/lib/base/mem.c"
cat >"$work/good/lib/base/fine.c" <<'END'
/* strcpy(a, b); and exit(1) are only spoken of */
const char *text = "free(p); printf(x)";
int f(struct ops *ops) { return ops->free(ops) + rvx__free(0) + snprintf(0, 0, "") + table.exit(1); }
END
printf 'int f(char *p) { free(p); printf("tests may"); mktemp("aXXXXXX"); }\n' >"$work/good/tests/test.c"
must_pass 'sober code'

can_see_data() {
    echo 'int rvx__bad; static int counter = 1; static const char *const fine[] = { "a" };
        static _Thread_local int mine; int f(void) { return counter++ + *fine[0] + mine++; }' >"$work/data.c"
    ${CC:-cc} -fPIC -O0 -c "$work/data.c" -o "$work/data.o" || exit 1
    check_data "$work/data.o" >"$work/found"
    [ "$(grep -cE ': (rvx__bad|counter|mine) is writable' "$work/found")" = 3 ] && ! grep -q fine "$work/found"
}

# ---- the tree, and the objects built from it

objects=
if [ -n "$bld" ] && [ "${RVX_INSTRUMENTED:-no}" = no ]; then
    can_see_data || {
        echo "$lint: self-test: writable data was not found"
        exit 1
    }
    objects=$(find "$bld/lib" -name '*.o')
    [ -n "$objects" ] || { echo "$lint: no objects in $bld/lib"; exit 1; }
fi
# shellcheck disable=SC2086 # a list of words
data=$(check_data $objects)
[ -z "$data" ] || echo "$data"
judge
[ -z "$data" ]
