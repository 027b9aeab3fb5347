# Fuzz targets, one for each parser, and their corpora.
#
# A target is fuzz_NAME.c with inputs in corpus/NAME. Its name in FUZZ_TARGETS, its program in check_PROGRAMS and the
# three lines of the program make it part of the build.
FUZZ_TARGETS =

FUZZ_LINK = $(AM_LDFLAGS) $(RVX_FUZZ_LDFLAGS)

# libFuzzer brings a main() of its own.
FUZZ_MAIN =
if !FUZZ
FUZZ_MAIN += %D%/standalone_main.c
endif

if TESTS_ENABLED
AM_TESTS_ENVIRONMENT += FUZZ_TARGETS='$(FUZZ_TARGETS)'; export FUZZ_TARGETS;
TESTS += %D%/replay.sh
endif

EXTRA_DIST += %D%/replay.sh %D%/run.sh %D%/standalone_main.c

FUZZ_TARGETS += fuzz_addr
check_PROGRAMS += %D%/fuzz_addr
%C%_fuzz_addr_SOURCES = %D%/fuzz_addr.c $(FUZZ_MAIN)
%C%_fuzz_addr_LDFLAGS = $(FUZZ_LINK)
%C%_fuzz_addr_LDADD = librvx_core.la
EXTRA_DIST += %D%/corpus/addr
