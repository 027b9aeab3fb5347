#!/bin/sh
# example.sh - the examples compile against the installed library, as their comment says, and run
# shellcheck source=tests/cli/lib.sh
. "${abs_top_srcdir:?}/tests/cli/lib.sh"

pkg_config=${PKG_CONFIG:-pkg-config}
"$pkg_config" --version >/dev/null 2>&1 || exit 77

# The library's part of make install, as a packager does it; nothing of the make that runs this test is to leak in.
unset MAKEFLAGS MFLAGS MAKELEVEL
dest=$PWD/dest
if ! "${MAKE:-make}" -C "$abs_top_builddir" DESTDIR="$dest" install-libLTLIBRARIES install-resolvxincludeHEADERS \
    install-pkgconfigDATA >install.log 2>&1; then
    tail -n 20 install.log
    fail "make install"
    finish
fi

pc=$(find "$dest" -name resolvx.pc)
PKG_CONFIG_PATH=${pc%/*}
PKG_CONFIG_SYSROOT_DIR=$dest
LD_LIBRARY_PATH=${PKG_CONFIG_PATH%/pkgconfig}
export PKG_CONFIG_PATH PKG_CONFIG_SYSROOT_DIR LD_LIBRARY_PATH

# shellcheck disable=SC2046,SC2086 # flags are split into words
if ! ${CC:-cc} -Wall -Wextra -Werror ${RVX_CFLAGS:-} "$abs_top_srcdir/examples/listen.c" \
    $("$pkg_config" --cflags --libs resolvx) -o listen 2>cc.log; then
    fail "listen.c does not compile: $(cat cc.log)"
    finish
fi

start_with ./listen localhost:0
port=$(sed -n 's/^Listening on host: 127\.0\.0\.1, port: \([0-9]*\)$/\1/p' server.out)
same "listen.c: the answer" "Message received." "$(printf "How's it going?" | client "127.0.0.1:$port")"
wait_until has_text "Message received: How's it going?" server.out || fail "listen.c: the message is not printed"
same "listen.c: standard error" "" "$(cat server.err)"
run ./listen "localhost:$port"
expect "listen.c: a port in use" 1 "" "listen tcp 127.0.0.1:$port: bind: address already in use"

finish
