# Examples: made and run by make check, each on the public headers and the library alone; tests/lint/install.sh compiles
# them once more against the installed library, as its users do.
#
# An example is named in EXAMPLES, in check_PROGRAMS, and in the three lines of its program:
#
#     %C%_listen_SOURCES = %D%/listen.c
#     %C%_listen_CPPFLAGS = -I$(top_srcdir)/include
#     %C%_listen_LDADD = libresolvx.la
EXAMPLES = %D%/listen.c
EXTRA_DIST += $(EXAMPLES) %D%/README.md

check_PROGRAMS += %D%/listen
%C%_listen_SOURCES = %D%/listen.c
%C%_listen_CPPFLAGS = -I$(top_srcdir)/include
%C%_listen_LDADD = libresolvx.la
