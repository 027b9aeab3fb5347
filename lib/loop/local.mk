# Row 2: waiting.
librvx_core_la_SOURCES += \
	%D%/loop.h \
	%D%/op.h \
	%D%/timer.h \
	%D%/waiter.h \
	%D%/watch.h \
	%D%/work.h

resolvxinclude_HEADERS += \
	include/resolvx/loop.h \
	include/resolvx/wait.h
