# Examples: made and run by make check, each on the public headers and the library alone; tests/lint/install.sh compiles
# them once more against the installed library, as its users do.
# Those that need other libraries are compiled by tests only, where these are installed.
EXTRA_DIST += %D%/README.md %D%/backend_sqlite.c \
	%D%/lookup.h %D%/lookup_event.c %D%/lookup_glib.c %D%/lookup_poll.c %D%/lookup_uv.c

check_PROGRAMS += %D%/listen
%C%_listen_SOURCES = %D%/listen.c
%C%_listen_CPPFLAGS = -I$(top_srcdir)/include
%C%_listen_LDADD = libresolvx.la
