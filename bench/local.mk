# Benchmarks: make bench. Its programs are built by nothing else.
bench_programs = \
	%D%/addr \
	%D%/conf \
	%D%/epoll_server \
	%D%/load \
	%D%/port \
	%D%/sort \
	%D%/start \
	%D%/start_empty \
	%D%/start_ldns \
	%D%/start_libc
EXTRA_PROGRAMS += $(bench_programs)

%C%_addr_SOURCES = %D%/addr.c %D%/bench.h
%C%_addr_LDADD = libresolvx.la
%C%_conf_SOURCES = %D%/conf.c %D%/bench.h
%C%_conf_LDADD = librvx_core.la -lresolv
%C%_epoll_server_SOURCES = %D%/epoll_server.c
%C%_load_SOURCES = %D%/load.c %D%/bench.h
%C%_port_SOURCES = %D%/port.c %D%/bench.h
%C%_port_LDADD = libresolvx.la
%C%_sort_SOURCES = %D%/sort.c %D%/bench.h
%C%_sort_LDADD = librvx_core.la
%C%_start_SOURCES = %D%/start.c %D%/bench.h
%C%_start_empty_SOURCES = %D%/start_empty.c
%C%_start_ldns_SOURCES = %D%/start_empty.c
%C%_start_ldns_LDFLAGS = $(AM_LDFLAGS) -Wl,--no-as-needed
%C%_start_ldns_LDADD = $(LDNS_LIBS)
%C%_start_libc_SOURCES = %D%/start_libc.c

# BENCH_ARGS: --quick, --rounds N, names of parts.
bench: all $(bench_programs)
	@AWK='$(AWK)' BENCH_DIR='$(abs_builddir)/%D%' TOP_DIR='$(abs_builddir)' $(SHELL) $(srcdir)/%D%/run.sh $(BENCH_ARGS)
.PHONY: bench

CLEANFILES += $(bench_programs) %D%/bench.log
EXTRA_DIST += \
	%D%/README.md \
	%D%/go/addr.go \
	%D%/go/measure.go \
	%D%/go/port.go \
	%D%/go/server.go \
	%D%/peers/resolvx-addr.c \
	%D%/peers/resolvx-dns.c \
	%D%/peers/resolvx-port.c \
	%D%/peers/resolvx-start.c \
	%D%/report.awk \
	%D%/run.sh
