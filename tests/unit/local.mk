# unit tests

# base and addr
check_PROGRAMS += %D%/test_buf
TESTS += %D%/test_buf
%C%_test_buf_SOURCES = %D%/test_buf.c tests/support/oom.c tests/support/oom.h tests/support/exact.h tests/support/test.h
%C%_test_buf_CPPFLAGS = $(UNIT_CPPFLAGS)
%C%_test_buf_LDFLAGS = $(AM_LDFLAGS) $(UNIT_WRAP)
%C%_test_buf_LDADD = $(UNIT_LIBS)
