# Row 6: the programs, on public headers only.
CLI_CPPFLAGS = -I$(top_srcdir)/include -I$(top_srcdir)/src -I$(top_builddir)
CLI_SOURCES = \
	%D%/cli.c \
	%D%/cli.h \
	%D%/text.c \
	%D%/text.h

bin_PROGRAMS += %D%/lookup-port
%C%_lookup_port_SOURCES = $(CLI_SOURCES) \
	%D%/json.c \
	%D%/json.h \
	%D%/lookup_port/list.c \
	%D%/lookup_port/lookup.h \
	%D%/lookup_port/main.c \
	%D%/lookup_port/options.c \
	%D%/lookup_port/options.h \
	%D%/lookup_port/port.c
%C%_lookup_port_CPPFLAGS = $(CLI_CPPFLAGS)
%C%_lookup_port_LDADD = libresolvx.la
# The library's archive where there is one: a process that lives for half a millisecond feels the dynamic linker.
%C%_lookup_port_LDFLAGS = $(AM_LDFLAGS) -static

sbin_PROGRAMS += %D%/resolvx-listen
%C%_resolvx_listen_SOURCES = $(CLI_SOURCES) \
	%D%/resolvx_listen/handlers.c \
	%D%/resolvx_listen/handlers.h \
	%D%/resolvx_listen/main.c \
	%D%/resolvx_listen/options.c \
	%D%/resolvx_listen/options.h \
	%D%/resolvx_listen/output.c \
	%D%/resolvx_listen/output.h \
	%D%/resolvx_listen/signals.c \
	%D%/resolvx_listen/signals.h \
	%D%/resolvx_listen/sockets.c \
	%D%/resolvx_listen/sockets.h
%C%_resolvx_listen_CPPFLAGS = $(CLI_CPPFLAGS)
%C%_resolvx_listen_LDADD = libresolvx.la

bin_PROGRAMS += %D%/resolvx
%C%_resolvx_SOURCES = $(CLI_SOURCES) \
	%D%/json.c \
	%D%/json.h \
	%D%/resolvx_lookup/commands.c \
	%D%/resolvx_lookup/flaw.c \
	%D%/resolvx_lookup/flaw.h \
	%D%/resolvx_lookup/input.c \
	%D%/resolvx_lookup/input.h \
	%D%/resolvx_lookup/main.c \
	%D%/resolvx_lookup/options.c \
	%D%/resolvx_lookup/options.h \
	%D%/resolvx_lookup/progress.c \
	%D%/resolvx_lookup/progress.h \
	%D%/resolvx_lookup/run.c \
	%D%/resolvx_lookup/run.h \
	%D%/resolvx_lookup/show.c \
	%D%/resolvx_lookup/show.h \
	%D%/resolvx_lookup/trace.c \
	%D%/resolvx_lookup/trace.h
%C%_resolvx_CPPFLAGS = $(CLI_CPPFLAGS)
%C%_resolvx_LDADD = libresolvx.la
