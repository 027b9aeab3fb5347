# Row 0: needs nothing but the C library.
librvx_core_la_SOURCES += \
	%D%/arena.c \
	%D%/arena.h \
	%D%/buf.c \
	%D%/buf.h \
	%D%/clock.c \
	%D%/clock.h \
	%D%/err.c \
	%D%/error.c \
	%D%/error.h \
	%D%/list.h \
	%D%/log.c \
	%D%/log.h \
	%D%/map.c \
	%D%/map.h \
	%D%/mem.c \
	%D%/mem.h \
	%D%/opts.c \
	%D%/opts.h \
	%D%/process.c \
	%D%/process.h \
	%D%/rnd.c \
	%D%/rnd.h \
	%D%/view.c \
	%D%/view.h \
	%D%/word.h

resolvxinclude_HEADERS += \
	include/resolvx/err.h \
	include/resolvx/log.h \
	include/resolvx/time.h
