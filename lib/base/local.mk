# Row 0: needs nothing but the C library.
librvx_core_la_SOURCES += \
	%D%/arena.h \
	%D%/buf.h \
	%D%/clock.h \
	%D%/error.h \
	%D%/log.h \
	%D%/map.h \
	%D%/mem.h \
	%D%/rnd.h \
	%D%/view.h

resolvxinclude_HEADERS += \
	include/resolvx/err.h \
	include/resolvx/log.h \
	include/resolvx/time.h
