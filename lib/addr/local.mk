# Row 1: addresses as values.
librvx_core_la_SOURCES += \
	%D%/hostport.h \
	%D%/ip.h \
	%D%/network.h \
	%D%/port.h

resolvxinclude_HEADERS += \
	include/resolvx/addr.h
