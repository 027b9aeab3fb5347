# Row 2: system calls on sockets.
librvx_core_la_SOURCES += \
	%D%/caps.c \
	%D%/caps.h \
	%D%/ops.c \
	%D%/ops.h \
	%D%/sock.c \
	%D%/sock.h
