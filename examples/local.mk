# Examples: made and run by make check, each on the public headers and the library alone; tests/lint/install.sh compiles
# them once more against the installed library, as its users do.
EXTRA_DIST += %D%/README.md

check_PROGRAMS += %D%/listen
%C%_listen_SOURCES = %D%/listen.c
%C%_listen_CPPFLAGS = -I$(top_srcdir)/include
%C%_listen_LDADD = libresolvx.la
