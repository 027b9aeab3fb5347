# installed.sh - the library as a user has it, for the tests of the examples; sourced after lib.sh
#
# Installs the library's part into a folder of the test, as a packager does, and leaves the environment so that
# pkg-config, the compiler and the dynamic linker find it there. Nothing of the make that runs the test is to leak in.
# shellcheck shell=sh

pkg_config=${PKG_CONFIG:-pkg-config}
"$pkg_config" --version >/dev/null 2>&1 || exit 77

unset MAKEFLAGS MFLAGS MAKELEVEL
dest=$PWD/dest
if ! "${MAKE:-make}" -C "${abs_top_builddir:?}" DESTDIR="$dest" install-libLTLIBRARIES install-resolvxincludeHEADERS \
    install-pkgconfigDATA >install.log 2>&1; then
    tail -n 20 install.log
    fail "make install"
    finish
fi

# Programs of other packages are found as before: only our flags get the folder in front, not all as with
# PKG_CONFIG_SYSROOT_DIR.
mkdir pc
sed "s|^prefix=|prefix=$dest|" "$(find "$dest" -name resolvx.pc)" >pc/resolvx.pc
PKG_CONFIG_PATH=$PWD/pc${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}
LD_LIBRARY_PATH=$(dirname "$(find "$dest" -name 'libresolvx.*' | head -n 1)")
export PKG_CONFIG_PATH LD_LIBRARY_PATH

# modules_of EXAMPLE : the pkg-config modules that the command in its first comment names.
# shellcheck disable=SC2016 # the dollar is of the text
modules_of() {
    sed -n 's/^ \* cc .*\$(pkg-config --cflags --libs \([^)]*\)).*/\1/p' "$1"
}

# has_modules EXAMPLE : are they all installed?
has_modules() {
    # shellcheck disable=SC2046 # a list of words
    "$pkg_config" --exists $(modules_of "$1")
}

# compile EXAMPLE PROGRAM [FLAG]... : as the comment says, with all warnings.
compile() {
    source=$1
    program=$2
    shift 2
    # shellcheck disable=SC2046,SC2086 # flags are split into words
    if ! ${CC:-cc} -Wall -Wextra -Werror ${RVX_CFLAGS:-} -std=gnu11 "$@" "$source" -o "$program" \
        $("$pkg_config" --cflags --libs $(modules_of "$source")) 2>cc.log; then
        fail "${source##*/} does not compile: $(cat cc.log)"
        return 1
    fi
}
