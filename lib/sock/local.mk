# Row 2: system calls on sockets.
librvx_core_la_SOURCES += \
	%D%/caps.h \
	%D%/ops.h \
	%D%/sock.h
