#!/bin/sh
# layers.sh - who may include whom
#
# Reads the table in the section "Layers" of ARCHITECTURE.md. A file includes headers of its own folder, of the folders
# its row allows, and of include/resolvx/; a pure folder moreover no system header beyond those that only declare types
# and handle memory, and neither the clock nor the random source. Folders on one row never include each other.

# shellcheck source=tests/lint/lib.sh
. "$(dirname -- "$0")/lib.sh"

# Prints the table as lines "ROW FOLDER PURE REACH...", REACH being "below" or "public" and further folders.
read_table() {
    awk -F '|' '
        /^## / { inside = $0 == "## Layers" }
        inside && $2 ~ /^ *[0-9]+ *$/ {
            gsub(/[`,]/, "")
            gsub(/rows below/, "below", $4)
            gsub(/public headers/, "public", $4)
            print $2 + 0, $3, ($5 ~ /yes/ ? "pure" : "impure"), $4
        }' "$1/ARCHITECTURE.md" | tr -s ' '
}

# Prints every include as "PATH:LINE FOLDER TEXT", FOLDER being that of the including file: lib/x, src, or include.
list_includes() {
    (cd "$1" && tree_grep . '^(lib|src|include|examples)/.*\.[chS]$' | while read -r file; do
        case $file in
        lib/*/*) folder=${file#lib/} folder=lib/${folder%%/*} ;;
        *) folder=${file%%/*} ;;
        esac
        sed -n "s|^ *# *include *\\([<\"][^>\"]*[>\"]\\).*|$folder \\1|p;s|^.*|-|p" "$file" |
            awk -v file="$file" '{ if ($0 == "-") line++; else print file ":" line + 1, $0 }'
    done)
}

check() {
    read_table "$1" >"$work/table"
    [ "$(wc -l <"$work/table")" -ge 7 ] || echo "ARCHITECTURE.md: no layer table found"
    list_includes "$1" | awk -v root="$1" '
        function report(text) { print $1 ": " $3 ": " text }
        function exists(path) { return (getline line < path) >= 0 ? close(path) + 1 : 0 }

        BEGIN {
            while ((getline line < (ARGV[1])) > 0) {
                n = split(line, part, " ")
                row[part[2]] = part[1]
                pure[part[2]] = part[3] == "pure"
                for (i = 4; i <= n; i++)
                    reach[part[2], part[i]] = 1
            }
            ARGV[1] = ""
            n = split("config.h errno.h inttypes.h limits.h stdarg.h stdbool.h stddef.h stdint.h string.h", part, " ")
            for (i = 1; i <= n; i++)
                plain[part[i]] = 1
        }

        {
            file = $1
            sub(/:.*/, "", file)
            folder = $2
            name = substr($3, 2, length($3) - 2)
            own_dir = file
            sub(/[^\/]*$/, "", own_dir)
        }

        folder ~ /^lib\// && !(folder in row) { report(folder " is not in the layer table"); next }

        # The public headers stand alone.
        folder == "include" && ($3 ~ /^"/ || name == "config.h" || name ~ /^ldns\//) {
            report("a public header includes only <resolvx/...> and the system")
        }
        name == "config.h" && file !~ /\.c$/ { report("config.h is for .c files") }

        $3 ~ /^</ {
            if (pure[folder] && name !~ /^resolvx\// && !(name in plain))
                report(folder " is pure")
            next
        }

        folder == "include" { next }
        folder == "examples" {
            if (!exists(root "/" own_dir name))
                report("examples use the public headers")
            next
        }
        folder == "src" {
            if (!exists(root "/" own_dir name) && !exists(root "/src/" name))
                report("programs use the public headers and src/")
            next
        }
        file ~ /^lib\/[^\/]*$/ { next }

        name !~ /\// { report("includes are rooted at lib/"); next }
        {
            target = "lib/" substr(name, 1, index(name, "/") - 1)
            below = ((folder, "below") in reach) && row[target] < row[folder]
            if (!(target in row))
                report(target " is not in the layer table")
            else if (target != folder && !below && !((folder, target) in reach))
                report(folder " (row " row[folder] ") must not include " target " (row " row[target] ")")
            if (pure[folder] && (name == "base/clock.h" || name == "base/rnd.h"))
                report(folder " is pure")
        }' "$work/table"

    # Exactly one file knows the configuration files by name.
    tree_grep "$1" '^lib/.*\.c$' | (cd "$1" && xargs grep -l '"/etc/' /dev/null) >"$work/etc" || true
    [ "$(wc -l <"$work/etc")" -le 1 ] || sed 's|$|: only one file of lib/ may name paths under /etc|' "$work/etc"
}

# A tree with every fault, and the same tree without.
mkdir -p "$work/bad/lib/base" "$work/bad/lib/conf" "$work/bad/lib/dns" "$work/bad/lib/net" "$work/bad/lib/new" \
    "$work/bad/src/tool" "$work/bad/include/resolvx" "$work/bad/examples"
cp "$src/ARCHITECTURE.md" "$work/bad/"
cp -R "$work/bad" "$work/good"
cd "$work/bad"
echo '#include "conf/hosts.h"' >lib/base/up.c
printf '#include <config.h>\n# include "dns/name.h" /* why */\n' >lib/conf/sideways.c
echo '#include <unistd.h>' >lib/conf/impure.c
echo '#include "base/clock.h"' >lib/dns/clock.c
echo '#include "hosts.h"' >lib/conf/rootless.c
echo '#include <config.h>' >lib/conf/config.h
echo '#include "base/view.h"' >lib/new/new.c
echo '#include "base/view.h"' >src/tool/inner.c
echo '#include "base/view.h"' >include/resolvx/inner.h
echo '#include "base/view.h"' >examples/inner.c
echo 'const char *a = "/etc/hosts";' >lib/net/one.c
echo 'const char *b = "/etc/services";' >lib/net/two.c
must_find 'a folder includes a higher one' '^lib/base/up.c:1: .*must not include lib/conf'
must_find 'a folder includes its neighbour' '^lib/conf/sideways.c:2: .*must not include lib/dns'
must_find 'a pure folder makes system calls' '^lib/conf/impure.c:1: .*is pure'
must_find 'a pure folder reads the clock' '^lib/dns/clock.c:1: .*is pure'
must_find 'an include without its folder' '^lib/conf/rootless.c:1: .*rooted'
must_find 'config.h in a header' '^lib/conf/config.h:1: .*for .c files'
must_find 'a folder that is not in the table' '^lib/new/new.c:1: .*not in the layer table'
must_find 'a program reaches inside' '^src/tool/inner.c:1: .*public headers'
must_find 'a public header reaches inside' '^include/resolvx/inner.h:1: .*public header'
must_find 'an example reaches inside' '^examples/inner.c:1: .*public headers'
must_find 'two files read /etc' '^lib/net/two.c: only one file'
cd "$work/good"
printf '#include %s\n' '<config.h>' '"base/view.h"' '<stdlib.h>' '<resolvx/err.h>' >lib/base/fine.c
printf '#include "conf/hosts.h"\n#include <string.h>\n#include "base/view.h"\n#include "addr/ip.h"\n' >lib/conf/fine.c
printf '#include "dns/name.h"\n#include "conf/hosts.h"\n#include "base/clock.h"\n' >lib/net/fine.c
printf '#include "tool/own.h"\n#include <resolvx/err.h>\n' >src/tool/fine.c
echo '#include <stdio.h>' >src/tool/own.h
must_pass 'allowed includes'

judge
