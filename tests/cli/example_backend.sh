#!/bin/sh
# example_backend.sh - a source outside of the library: compiled against the installed headers, loaded as a module
# shellcheck source=tests/cli/lib.sh
. "${abs_top_srcdir:?}/tests/cli/lib.sh"
# shellcheck source=tests/cli/installed.sh
. "$abs_top_srcdir/tests/cli/installed.sh"

example=$abs_top_srcdir/examples/backend_sqlite.c
if ! has_modules "$example"; then
    echo "skipped: $(modules_of "$example") is not installed"
    exit 77
fi
mkdir modules
compile "$example" modules/resolvx_sqlite.so -shared -fPIC || finish
compile "$abs_top_srcdir/tests/cli/module_client.c" module_client || finish

# The table is made through the library that is there: its shell may not be.
cat >make_table.c <<'TABLE'
/*
 * cc make_table.c $(pkg-config --cflags --libs sqlite3) -o make_table
 */
#include <sqlite3.h>

int main(int argc, char **argv)
{
    sqlite3 *db;

    return argc != 3 || sqlite3_open(argv[1], &db) || sqlite3_exec(db, argv[2], 0, 0, 0) || sqlite3_close(db);
}
TABLE
compile make_table.c make_table || finish
run ./make_table names.db "CREATE TABLE hosts (name TEXT COLLATE NOCASE, address TEXT);
    INSERT INTO hosts VALUES ('printer.example', '192.0.2.9'), ('printer.example', '2001:db8::9'),
        ('broken.example', 'no address');"
expect "the table is made" 0 "" ""

RESOLVX_SQLITE=$PWD/names.db
export RESOLVX_SQLITE
run ./module_client modules sqlite Printer.example. broken.example absent.example
expect "a module" 0 "192.0.2.9 from sqlite
2001:db8::9 from sqlite
lookup broken.example: no such host
lookup absent.example: no such host" ""

run resolvx --modules=modules --order=sqlite --short host printer.example
expect "resolvx and a module" 0 "192.0.2.9
2001:db8::9" ""

RESOLVX_SQLITE=$PWD/none.db
run ./module_client modules sqlite printer.example
same "no database: exit status" 0 "$status"
! has_text 192.0.2.9 out || fail "no database, and an answer"
has_text 'lookup printer.example: ' out || fail "no database, and no error: $(cat out)"

finish
