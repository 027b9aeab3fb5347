# Row 4: listeners and connections.
librvx_core_la_SOURCES += \
	%D%/accept.c %D%/accept.h \
	%D%/bind.c %D%/bind.h \
	%D%/conn.c %D%/conn.h \
	%D%/fromfd.c \
	%D%/listen.c %D%/listen.h \
	%D%/listener.c %D%/listener.h \
	%D%/netfd.c %D%/netfd.h \
	%D%/serve.c \
	%D%/threads.c %D%/threads.h \
	%D%/tune.c %D%/tune.h \
	%D%/unix.c %D%/unix.h

resolvxinclude_HEADERS += \
	include/resolvx/net.h \
	include/resolvx/resolvx.h
