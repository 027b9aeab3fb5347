# hostile-dns, a server that answers wrongly, its own test, and the test of the library against it
HOSTILE_SERVER = \
	%D%/ask.c %D%/ask.h \
	%D%/message.c %D%/message.h \
	%D%/modes.c %D%/modes.h \
	%D%/modes_chain.c %D%/modes_format.c %D%/modes_match.c %D%/modes_server.c %D%/modes_stream.c \
	%D%/script.c %D%/script.h \
	%D%/serve.c %D%/serve.h

check_PROGRAMS += %D%/hostile-dns
%C%_hostile_dns_SOURCES = $(HOSTILE_SERVER) %D%/main.c
%C%_hostile_dns_CPPFLAGS = -I$(top_builddir) -I$(top_srcdir)/tests

EXTRA_DIST += %D%/README.md %D%/judge.sh

if HAVE_CMOCKA
check_PROGRAMS += %D%/test_modes
TESTS += %D%/test_modes
%C%_test_modes_SOURCES = $(HOSTILE_SERVER) %D%/test_modes.c tests/support/test.h
%C%_test_modes_CPPFLAGS = -I$(top_builddir) -I$(top_srcdir)/tests $(CMOCKA_CFLAGS)
%C%_test_modes_LDADD = $(CMOCKA_LIBS)

check_PROGRAMS += %D%/test_hostile
TESTS += %D%/test_hostile
%C%_test_hostile_SOURCES = $(HOSTILE_SERVER) %D%/test_hostile.c tests/support/test.h
%C%_test_hostile_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_hostile_LDADD = $(UNIT_LIBS)
endif
