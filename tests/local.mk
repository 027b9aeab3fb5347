# make check: unit and socket tests (cmocka, TAP), command-line tests and lints (shell).

AM_TESTS_ENVIRONMENT = \
	CMOCKA_MESSAGE_OUTPUT=TAP; export CMOCKA_MESSAGE_OUTPUT; \
	abs_top_srcdir='$(abs_top_srcdir)'; export abs_top_srcdir; \
	abs_top_builddir='$(abs_top_builddir)'; export abs_top_builddir; \
	NM='$(NM)'; export NM; CC='$(CC)'; export CC; CXX='$(CXX)'; export CXX; AWK='$(AWK)'; export AWK; \
	LDNS_LIBS='$(LDNS_LIBS)'; export LDNS_LIBS;

LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
TEST_EXTENSIONS = .sh

# Unit tests link the core, hidden symbols included; each program of tests/unit/local.mk sets these two.
UNIT_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests $(CMOCKA_CFLAGS)
UNIT_LIBS = librvx_core.la $(CMOCKA_LIBS)

# Linked into a test, these make tests/support/oom.c stand in front of every allocation of the library.
UNIT_WRAP = -Wl,--wrap=rvx__malloc,--wrap=rvx__calloc,--wrap=rvx__realloc

if HAVE_CMOCKA
include %D%/unit/local.mk
endif
include %D%/cli/local.mk
include %D%/lint/local.mk
