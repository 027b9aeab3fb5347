# cli tests: the programs as their users see them
AM_TESTS_ENVIRONMENT += RVX_CFLAGS='$(RVX_CFLAGS)'; export RVX_CFLAGS;

check_PROGRAMS += %D%/client
%C%_client_SOURCES = %D%/client.c
%C%_client_CPPFLAGS = -I$(top_builddir)

CLI_TESTS = \
	%D%/cache_calls.sh \
	%D%/example.sh \
	%D%/example_backend.sh \
	%D%/example_loops.sh \
	%D%/lookup_port.sh \
	%D%/resolvx.sh \
	%D%/resolvx_listen.sh \
	%D%/resolvx_serving.sh
TESTS += $(CLI_TESTS)
EXTRA_DIST += $(CLI_TESTS) %D%/installed.sh %D%/lib.sh %D%/module_client.c

# Answers from a zone file, for the tests of resolvx.
check_PROGRAMS += %D%/zone
%C%_zone_SOURCES = %D%/zone.c
%C%_zone_CPPFLAGS = -I$(top_builddir) $(LDNS_CFLAGS)
%C%_zone_LDADD = $(LDNS_LIBS)

# Lookups for cache_calls.sh.
check_PROGRAMS += %D%/cached
%C%_cached_SOURCES = %D%/cached.c
%C%_cached_LDADD = libresolvx.la
