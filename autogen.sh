#!/bin/sh
# Makes ./configure and what it needs. Run once in a fresh checkout.
set -e
cd "$(dirname "$0")"
exec autoreconf -fi -Wall
