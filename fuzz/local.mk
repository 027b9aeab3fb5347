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

FUZZ_TARGETS += fuzz_resolvconf
check_PROGRAMS += %D%/fuzz_resolvconf
%C%_fuzz_resolvconf_SOURCES = %D%/fuzz_resolvconf.c %D%/require.h $(FUZZ_MAIN)
%C%_fuzz_resolvconf_LDFLAGS = $(FUZZ_LINK)
%C%_fuzz_resolvconf_LDADD = librvx_core.la
EXTRA_DIST += %D%/corpus/resolvconf %D%/resolvconf.dict

FUZZ_TARGETS += fuzz_hosts
check_PROGRAMS += %D%/fuzz_hosts
%C%_fuzz_hosts_SOURCES = %D%/fuzz_hosts.c %D%/require.h $(FUZZ_MAIN)
%C%_fuzz_hosts_LDFLAGS = $(FUZZ_LINK)
%C%_fuzz_hosts_LDADD = librvx_core.la
EXTRA_DIST += %D%/corpus/hosts %D%/hosts.dict

FUZZ_TARGETS += fuzz_services
check_PROGRAMS += %D%/fuzz_services
%C%_fuzz_services_SOURCES = %D%/fuzz_services.c %D%/require.h $(FUZZ_MAIN)
%C%_fuzz_services_LDFLAGS = $(FUZZ_LINK)
%C%_fuzz_services_LDADD = librvx_core.la
EXTRA_DIST += %D%/corpus/services %D%/services.dict

FUZZ_TARGETS += fuzz_nsswitch
check_PROGRAMS += %D%/fuzz_nsswitch
%C%_fuzz_nsswitch_SOURCES = %D%/fuzz_nsswitch.c %D%/require.h $(FUZZ_MAIN)
%C%_fuzz_nsswitch_LDFLAGS = $(FUZZ_LINK)
%C%_fuzz_nsswitch_LDADD = librvx_core.la
EXTRA_DIST += %D%/corpus/nsswitch %D%/nsswitch.dict

FUZZ_TARGETS += fuzz_gaiconf
check_PROGRAMS += %D%/fuzz_gaiconf
%C%_fuzz_gaiconf_SOURCES = %D%/fuzz_gaiconf.c %D%/require.h $(FUZZ_MAIN)
%C%_fuzz_gaiconf_LDFLAGS = $(FUZZ_LINK)
%C%_fuzz_gaiconf_LDADD = librvx_core.la
EXTRA_DIST += %D%/corpus/gaiconf %D%/gaiconf.dict

FUZZ_TARGETS += fuzz_reply
check_PROGRAMS += %D%/fuzz_reply
%C%_fuzz_reply_SOURCES = %D%/fuzz_reply.c %D%/require.h $(FUZZ_MAIN)
%C%_fuzz_reply_CFLAGS = $(AM_CFLAGS) $(LDNS_CFLAGS)
%C%_fuzz_reply_LDFLAGS = $(FUZZ_LINK)
%C%_fuzz_reply_LDADD = librvx_core.la $(LDNS_LIBS)
EXTRA_DIST += %D%/corpus/reply
