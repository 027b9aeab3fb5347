# Row 2: waiting.
librvx_core_la_SOURCES += \
	%D%/alarm.c \
	%D%/alarm.h \
	%D%/cancel.c \
	%D%/loop.c \
	%D%/loop.h \
	%D%/loop_wait.c \
	%D%/op.c \
	%D%/op.h \
	%D%/poll_epoll.c \
	%D%/poll_poll.c \
	%D%/poller.h \
	%D%/post.c \
	%D%/private.h \
	%D%/timer.c \
	%D%/timer.h \
	%D%/timers.c \
	%D%/timers.h \
	%D%/wait.c \
	%D%/waiter.c \
	%D%/waiter.h \
	%D%/wake.c \
	%D%/wake.h \
	%D%/watch.c \
	%D%/watch.h \
	%D%/watches.c \
	%D%/watches.h \
	%D%/work.c \
	%D%/work.h

resolvxinclude_HEADERS += \
	include/resolvx/loop.h \
	include/resolvx/wait.h
