#!/bin/sh
# go_addr.sh - compares address, host:port and port parsing with Go's, where Go is installed
#
# Nothing is fetched: the program needs Go's standard library only, and its caches live in a folder that is removed.
set -eu
: "${abs_top_srcdir:?}" "${abs_top_builddir:?}"

command -v go >/dev/null 2>&1 || { echo "go is not installed"; exit 77; }
work=$(mktemp -d "$abs_top_builddir/tests/unit/go_addr.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

export GOCACHE="$work/cache" GOPATH="$work/path" GOENV=off GOFLAGS='' GOPROXY=off GOTOOLCHAIN=local GO111MODULE=off
export CGO_ENABLED=0
go build -o "$work/judge" "$abs_top_srcdir/tests/unit/go_addr/main.go" || { echo "go cannot build"; exit 77; }
"$abs_top_builddir/tests/unit/go_addr/check" >"$work/cases"
"$work/judge" <"$work/cases"
