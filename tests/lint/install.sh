#!/bin/sh
# install.sh - what make install puts where, and whether a program can use it
#
# Installs into a scratch folder, looks at the layout, compiles a program and every example against the installed
# library with the flags that resolvx.pc gives, shared and static, runs the program, and takes everything out again:
# nothing may be left.

# shellcheck source=tests/lint/lib.sh
. "$(dirname -- "$0")/lib.sh"

[ -n "$bld" ] || skip "needs a build"
[ "${RVX_INSTRUMENTED:-no}" = no ] || skip "an instrumented library is not for installing"

stage=$work/stage
prefix=$(sed -n 's/^prefix=//p' "$bld/lib/resolvx.pc")
cc=${CC:-cc}
pkg_config=${PKG_CONFIG:-pkg-config}

run_make() {
    (
        unset MAKEFLAGS MFLAGS MAKELEVEL
        "${MAKE:-make}" -s -C "$bld" "$@" DESTDIR="$stage"
    ) >"$work/make.log" 2>&1 || {
        cat "$work/make.log"
        echo "make $* failed"
        exit 1
    }
}

# Prints what is wrong with the files installed below a folder.
check() {
    (cd "$src/include/resolvx" && ls -- *.h) >"$work/wanted"
    (cd "$1$prefix/include/resolvx" 2>/dev/null && ls -- *.h) >"$work/there" || true
    diff "$work/wanted" "$work/there" |
        sed -n 's/^< \(.*\)/\1: not installed/p; s/^> \(.*\)/\1: installed, but not public/p'
    ls "$1$prefix"/lib/libresolvx.* >"$work/libs" 2>/dev/null || true
    grep -qE 'libresolvx\.(so|a)$' "$work/libs" || echo "no library installed"
    if grep -q 'libresolvx\.so$' "$work/libs"; then
        [ -L "$1$prefix/lib/libresolvx.so.0" ] || echo "libresolvx.so.0: not there"
    fi
    [ -f "$1$prefix/lib/pkgconfig/resolvx.pc" ] || echo "resolvx.pc: not installed"
    for page in "$src"/man/*.[1-9]; do
        [ -f "$1$prefix/share/man/man${page##*.}/${page##*/}" ] || echo "${page##*/}: not installed"
    done
}

# It can fail.
mkdir -p "$work/bad$prefix/include/resolvx" "$work/bad$prefix/lib"
touch "$work/bad$prefix/include/resolvx/inner.h" "$work/bad$prefix/lib/libresolvx.so"
must_find 'a header that is missing' '^addr.h: not installed'
must_find 'a header too many' '^inner.h: installed, but not public'
must_find 'a missing name' '^libresolvx.so.0: not there'
must_find 'a missing page' '^resolvx-addr.3: not installed'

# Other libraries that a source needs: the pkg-config modules that the command in its first comment names.
# shellcheck disable=SC2016 # the dollar is of the text
modules_of() {
    sed -n 's/^ \* cc .*\$(pkg-config --cflags --libs \([^)]*\)).*/\1/p' "$1" | sed 's/^resolvx *//'
}

# build MODE SOURCE PROGRAM : compiles with the flags of the installed resolvx.pc, told of the scratch folder. What
# needs a library that is not here is left out; what is a module is compiled as one.
build() {
    static=
    [ "$1" != static ] || static=--static
    modules=$(modules_of "$2")
    # shellcheck disable=SC2086 # lists of words
    [ -z "$modules" ] || "$pkg_config" --exists $modules || return 0
    # shellcheck disable=SC2086 # lists of words
    flags=$(PKG_CONFIG_PATH="$work/pc:${PKG_CONFIG_PATH-}" "$pkg_config" $static --cflags --libs resolvx $modules)
    case $2 in
    */backend_*) [ "$1" != static ] || return 0; flags="-shared -fPIC $flags" ;;
    esac
    # shellcheck disable=SC2086 # lists of words
    $cc -Wall -Wextra -Werror "$2" -o "$3" $flags || {
        echo "$2: does not build, $1"
        exit 1
    }
}

# try MODE : a program of our own says the version it runs with; the examples have to build.
try() {
    cat >"$work/version.c" <<'END'
#include <stdio.h>
#include <string.h>

#include <resolvx/version.h>

int main(void)
{
    return strcmp(rvx_version(), RVX_VERSION_TEXT) != 0 || puts(rvx_version()) < 0;
}
END
    build "$1" "$work/version.c" "$work/version-$1"
    LD_LIBRARY_PATH=$stage$prefix/lib "$work/version-$1" || { echo "the program does not run, $1"; exit 1; }
    for example in "$src"/examples/*.c; do
        [ ! -e "$example" ] || build "$1" "$example" "$work/example"
    done
}

needs_library() {
    LD_LIBRARY_PATH='' ldd "$1" | grep -q 'libresolvx\.so\.0'
}

run_make install
found=$(check "$stage")
[ -z "$found" ] || { echo "$found"; exit 1; }

mkdir "$work/pc"
sed "s|^prefix=.*|prefix=$stage$prefix|" "$stage$prefix/lib/pkgconfig/resolvx.pc" >"$work/pc/resolvx.pc"
if [ -e "$stage$prefix/lib/libresolvx.so" ]; then
    try shared
    needs_library "$work/version-shared" || { echo "not linked with the shared library"; exit 1; }
fi
if [ -e "$stage$prefix/lib/libresolvx.a" ]; then
    mkdir "$work/aside"
    find "$stage$prefix/lib" -name 'libresolvx.so*' -exec mv {} "$work/aside/" \;
    try static
    ! needs_library "$work/version-static" || { echo "linked with the shared library all the same"; exit 1; }
    find "$work/aside" -name 'libresolvx.so*' -exec mv {} "$stage$prefix/lib/" \;
fi

run_make uninstall
left=$(find "$stage" ! -type d -o -name resolvx)
[ -z "$left" ] || { echo "left behind by make uninstall:"; echo "$left"; exit 1; }
