# The code: librvx_core.la holds all of it, with hidden symbols, for the unit tests and fuzzers to link; libresolvx.la
# is the core under the symbol map.

noinst_LTLIBRARIES = librvx_core.la
lib_LTLIBRARIES = libresolvx.la

resolvxincludedir = $(includedir)/resolvx
resolvxinclude_HEADERS =

librvx_core_la_SOURCES =
nodist_librvx_core_la_SOURCES =
librvx_core_la_LIBADD =

include %D%/base/local.mk
include %D%/addr/local.mk
include %D%/conf/local.mk
include %D%/dns/local.mk
include %D%/sock/local.mk
include %D%/loop/local.mk
include %D%/resolver/local.mk
include %D%/net/local.mk

resolvxinclude_HEADERS += \
	include/resolvx/version.h

libresolvx_la_SOURCES = %D%/version.c
libresolvx_la_LIBADD = librvx_core.la
# C:R:A. Code changed: R+1. Interfaces added: C+1, R=0, A+1. Interfaces changed or removed: C+1, R=0, A=0.
libresolvx_la_LDFLAGS = $(AM_LDFLAGS) -version-info 0:0:0 -no-undefined $(RVX_EXPORTS) $(RVX_NODELETE)
EXTRA_libresolvx_la_DEPENDENCIES = %D%/libresolvx.map
EXTRA_DIST += %D%/libresolvx.map

pkgconfig_DATA = %D%/resolvx.pc
