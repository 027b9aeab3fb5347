# Scenarios: the DNS machines with a clock, dice and a network made of paper.
check_PROGRAMS += %D%/run
TESTS += %D%/run
%C%_run_SOURCES = \
	%D%/host_play.c \
	%D%/message.c \
	%D%/message.h \
	%D%/play.c \
	%D%/play.h \
	%D%/query_expect.c \
	%D%/query_play.c \
	%D%/reply_play.c \
	%D%/run.c \
	tests/support/oom.c \
	tests/support/oom.h
%C%_run_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_run_LDFLAGS = $(AM_LDFLAGS) $(UNIT_WRAP)
%C%_run_LDADD = librvx_core.la

check_PROGRAMS += %D%/simulate
TESTS += %D%/simulate
%C%_simulate_SOURCES = \
	%D%/message.c \
	%D%/message.h \
	%D%/simulate.c \
	tests/support/oom.c \
	tests/support/oom.h
%C%_simulate_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_simulate_LDFLAGS = $(AM_LDFLAGS) $(UNIT_WRAP)
%C%_simulate_LDADD = librvx_core.la

EXTRA_DIST += \
	%D%/README.md \
	%D%/alias.scn \
	%D%/case.scn \
	%D%/cookies.scn \
	%D%/edns.scn \
	%D%/failures.scn \
	%D%/final.scn \
	%D%/health.scn \
	%D%/hedge.scn \
	%D%/host.scn \
	%D%/malformed.scn \
	%D%/matching.scn \
	%D%/order.scn \
	%D%/search.scn \
	%D%/tcp.scn
