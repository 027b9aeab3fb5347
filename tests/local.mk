# make check: unit and socket tests (cmocka, TAP), command-line tests and lints (shell).

AM_TESTS_ENVIRONMENT = \
	CMOCKA_MESSAGE_OUTPUT=TAP; export CMOCKA_MESSAGE_OUTPUT; \
	ASAN_OPTIONS="$${ASAN_OPTIONS-allocator_may_return_null=1:detect_stack_use_after_return=1}"; export ASAN_OPTIONS; \
	TSAN_OPTIONS="$${TSAN_OPTIONS-allocator_may_return_null=1 die_after_fork=0}"; export TSAN_OPTIONS; \
	UBSAN_OPTIONS="$${UBSAN_OPTIONS-print_stacktrace=1}"; export UBSAN_OPTIONS; \
	abs_top_srcdir='$(abs_top_srcdir)'; export abs_top_srcdir; \
	abs_top_builddir='$(abs_top_builddir)'; export abs_top_builddir; \
	NM='$(NM)'; export NM; CC='$(CC)'; export CC; CXX='$(CXX)'; export CXX; AWK='$(AWK)'; export AWK; \
	MAKE='$(MAKE)'; export MAKE; PKG_CONFIG='$(PKG_CONFIG)'; export PKG_CONFIG; \
	LDNS_CFLAGS='$(LDNS_CFLAGS)'; export LDNS_CFLAGS; LDNS_LIBS='$(LDNS_LIBS)'; export LDNS_LIBS; \
	RVX_INSTRUMENTED='$(RVX_INSTRUMENTED)'; export RVX_INSTRUMENTED;

LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) $(top_srcdir)/build-aux/tap-driver.sh
TEST_EXTENSIONS = .sh

# Unit tests link the core, hidden symbols included; each program of tests/unit/local.mk sets these two.
UNIT_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests $(CMOCKA_CFLAGS)
UNIT_LIBS = librvx_core.la $(CMOCKA_LIBS)

# Linked into a test, these make tests/support/oom.c stand in front of every allocation of the library.
UNIT_WRAP = -Wl,--wrap=rvx__malloc,--wrap=rvx__calloc,--wrap=rvx__realloc

if HAVE_CMOCKA
include %D%/unit/local.mk
include %D%/scenario/local.mk
endif
if TESTS_ENABLED
if !FUZZ
include %D%/cli/local.mk
include %D%/hostile/local.mk
include %D%/lint/local.mk
endif
endif

EXTRA_DIST += %D%/count.sh %D%/coverage.sh %D%/valgrind.supp

# The programs of TESTS, not its scripts: what instrumented builds are for.
.PHONY: check-programs check-valgrind update-symbols
check-programs: all
	@tests=; for t in $(TESTS); do \
		case " $(SKIP_PROGRAMS) " in *" $$t "*) continue;; esac; \
		case $$t in *.sh) ;; *) tests="$$tests $$t";; esac; \
	done; \
	$(MAKE) $(AM_MAKEFLAGS) check TESTS="$$tests"

# The same under valgrind. A program that is too slow there, or that measures time or counts descriptors, is named in
# VALGRIND_SKIP.
VALGRIND_SKIP = %D%/unit/test_emfile
VALGRIND_RUN = $(LIBTOOL) $(AM_LIBTOOLFLAGS) --mode=execute $(VALGRIND) -q --error-exitcode=99 --leak-check=full \
	--errors-for-leak-kinds=definite --child-silent-after-fork=yes \
	--suppressions=$(abs_top_srcdir)/%D%/valgrind.supp

check-valgrind:
	@test -n "$(VALGRIND)" || { echo "make check-valgrind: configure did not find valgrind" >&2; exit 1; }
	@$(MAKE) $(AM_MAKEFLAGS) check-programs SKIP_PROGRAMS="$(VALGRIND_SKIP)" LOG_COMPILER="$(VALGRIND_RUN)"
