# Row 4: listeners and connections.
resolvxinclude_HEADERS += \
	include/resolvx/net.h \
	include/resolvx/resolvx.h
