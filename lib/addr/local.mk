# Row 1: addresses as values.
librvx_core_la_SOURCES += \
	%D%/addr.c \
	%D%/hostport.c \
	%D%/hostport.h \
	%D%/ip.c \
	%D%/ip.h \
	%D%/network.c \
	%D%/network.h \
	%D%/port.c \
	%D%/port.h \
	%D%/sockaddr.c

resolvxinclude_HEADERS += \
	include/resolvx/addr.h
